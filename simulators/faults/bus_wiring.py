"""Defects of the wires of the car's buses, every kind on at least one bus."""

from math import inf

from harness.text import Text
from simulators.faults.bus_seeding import bus_fault, insulation, segment, stub, terminator
from simulators.vehicle.fault_box import BusDefect

_TOUCH = 0.5
"""Contact resistance of a short (ohm)."""

FAULTS = (
    bus_fault(
        "bus-powertrain-high-open",
        Text("动力总线 CAN-H 主干断路", "Powertrain bus: CAN-H open in the trunk"),
        Text(
            "OBC 与 MCU 之间 CAN-H 主干断线，后面的 MCU、BMS 离线。",
            "CAN-H of the trunk is broken between OBC and MCU; MCU and BMS behind it are off line.",
        ),
        BusDefect(
            "bus-powertrain-high-open", "powertrain", ("OBC-MCU",),
            ((segment("powertrain", "S5-S6"), "high", inf),),
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "error-frames",
            "resistance-powertrain",
            "high-along",
            "diagnosis",
        ),
        diagnosis="powertrain:open_high:OBC-MCU",
    ),
    bus_fault(
        "bus-adas-low-open",
        Text("智驾总线 CAN-L 主干断路", "Assistance bus: CAN-L open in the trunk"),
        Text(
            "USS 与 LID 之间 CAN-L 主干断线，后面的 LID、GNSS 离线。",
            "CAN-L of the trunk is broken between USS and LID; LID and GNSS behind it are off "
            "line.",
        ),
        BusDefect(
            "bus-adas-low-open", "adas", ("USS-LID",), ((segment("adas", "S6-S7"), "low", inf),)
        ),
        steps=(
            "trouble-codes",
            "silent-units",
            "error-frames",
            "resistance-adas",
            "low-along",
            "diagnosis",
        ),
        diagnosis="adas:open_low:USS-LID",
    ),
    bus_fault(
        "bus-body-stub-open",
        Text("胎压单元 CAN-H 支线断路", "Tyre unit: CAN-H of its branch open"),
        Text(
            "TPMS 插头处 CAN-H 针脚退缩，只有该单元离线。",
            "The CAN-H pin at the plug of TPMS has slipped back; that unit alone is off line.",
        ),
        BusDefect(
            "bus-body-stub-open", "body", ("TPMS",), ((stub("body", "TPMS"), "high", inf),)
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "high-along",
            "diagnosis",
        ),
        diagnosis="body:open_high:TPMS",
    ),
    bus_fault(
        "bus-adas-plug-off",
        Text("激光雷达插头脱开", "Lidar: plug off"),
        Text(
            "LID 插头未插到位，CAN-H 和 CAN-L 都不通。",
            "The plug of LID is not seated: neither CAN-H nor CAN-L makes contact.",
        ),
        BusDefect(
            "bus-adas-plug-off", "adas", ("LID",),
            ((stub("adas", "LID"), "high", inf), (stub("adas", "LID"), "low", inf)),
        ),
        steps=(
            "trouble-codes",
            "silent-units",
            "high-along",
            "low-along",
            "diagnosis",
        ),
        diagnosis="adas:open_pair:LID",
    ),
    bus_fault(
        "bus-chassis-short",
        Text("底盘总线 CAN-H 与 CAN-L 短接", "Chassis bus: CAN-H shorted to CAN-L"),
        Text(
            "EPS 支路线束磨破，两线短接，全总线离线。",
            "The harness is chafed at the branch of EPS and the wires touch; the bus is dead.",
        ),
        BusDefect(
            "bus-chassis-short", "chassis", ("EPS",),
            ((insulation("chassis", "S5"), "high_low", _TOUCH),),
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "bus-off",
            "resistance-chassis",
            "dominant-high",
            "dominant-low",
            "dominant-difference",
            "diagnosis",
        ),
        diagnosis="chassis:short_high_low:EPS",
    ),
    bus_fault(
        "bus-body-short",
        Text("车身总线 CAN-H 与 CAN-L 短接", "Body bus: CAN-H shorted to CAN-L"),
        Text(
            "ICM 插头内两针碰在一起，全总线离线，仪表不显示。",
            "Two pins touch in the plug of ICM; the bus is dead and the cluster shows nothing.",
        ),
        BusDefect(
            "bus-body-short", "body", ("ICM",), ((insulation("body", "ICM"), "high_low", _TOUCH),)
        ),
        steps=(
            "trouble-codes",
            "silent-units",
            "bus-off",
            "resistance-body",
            "dominant-high",
            "dominant-low",
            "dominant-difference",
            "diagnosis",
        ),
        diagnosis="body:short_high_low:ICM",
    ),
    bus_fault(
        "bus-powertrain-high-to-ground",
        Text("动力总线 CAN-H 对地短路", "Powertrain bus: CAN-H shorted to ground"),
        Text(
            "DCDC 插头进水，CAN-H 对地短路，全总线离线，诊断也不通。",
            "Water in the plug of DCDC shorts CAN-H to ground; the bus is dead, and with it "
            "diagnostics.",
        ),
        BusDefect(
            "bus-powertrain-high-to-ground", "powertrain", ("DCDC",),
            ((insulation("powertrain", "DCDC"), "high_ground", _TOUCH),),
        ),
        steps=(
            "warning-lamps",
            "silent-units",
            "high-to-ground",
            "low-to-ground",
            "recessive-high-powertrain",
            "recessive-low",
            "dominant-high",
            "dominant-low",
            "dominant-difference",
            "diagnosis",
        ),
        diagnosis="powertrain:high_to_ground:DCDC",
    ),
    bus_fault(
        "bus-body-low-to-ground",
        Text("车身总线 CAN-L 对地短路", "Body bus: CAN-L shorted to ground"),
        Text(
            "TBOX 支路 CAN-L 对地短路。通信照常，只有电平不对。",
            "CAN-L is shorted to ground at the branch of TBOX. Frames still get through; only the "
            "levels are wrong.",
        ),
        BusDefect(
            "bus-body-low-to-ground", "body", ("TBOX",),
            ((insulation("body", "S4"), "low_ground", _TOUCH),),
        ),
        steps=(
            "recessive-high-body",
            "recessive-low",
            "dominant-low",
            "diagnosis",
        ),
        diagnosis="body:low_to_ground:TBOX",
    ),
    bus_fault(
        "bus-adas-high-to-battery",
        Text("智驾总线 CAN-H 对电源短路", "Assistance bus: CAN-H shorted to battery"),
        Text(
            "CAM 支路 CAN-H 碰到 12 V。通信照常，只有电平不对。",
            "CAN-H touches 12 V at the branch of CAM. Frames still get through; only the levels "
            "are wrong.",
        ),
        BusDefect(
            "bus-adas-high-to-battery", "adas", ("CAM",),
            ((insulation("adas", "S4"), "high_battery", _TOUCH),),
        ),
        steps=(
            "recessive-high-adas",
            "recessive-low",
            "dominant-high",
            "dominant-low",
            "recessive-difference",
            "dominant-difference",
            "diagnosis",
        ),
        diagnosis="adas:high_to_battery:CAM",
    ),
    bus_fault(
        "bus-chassis-low-to-battery",
        Text("底盘总线 CAN-L 对电源短路", "Chassis bus: CAN-L shorted to battery"),
        Text(
            "ESC 插头内 CAN-L 碰到 12 V，全总线离线。",
            "CAN-L touches 12 V in the plug of ESC; the bus is dead.",
        ),
        BusDefect(
            "bus-chassis-low-to-battery", "chassis", ("ESC",),
            ((insulation("chassis", "ESC"), "low_battery", _TOUCH),),
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "bus-off",
            "high-to-battery",
            "low-to-battery",
            "recessive-high-chassis",
            "recessive-low",
            "dominant-high",
            "dominant-low",
            "dominant-difference",
            "diagnosis",
        ),
        diagnosis="chassis:low_to_battery:ESC",
    ),
    bus_fault(
        "bus-powertrain-terminator-lost",
        Text("动力总线缺终端电阻", "Powertrain bus: terminator lost"),
        Text(
            "BMS 内的 120 Ω 终端电阻断开，各单元仍在线，偶有错误帧。",
            "The 120 Ω terminator inside BMS is open; every unit is on line, with an error frame "
            "now and then.",
        ),
        BusDefect(
            "bus-powertrain-terminator-lost", "powertrain", ("BMS",),
            ((terminator("powertrain", "BMS"), "ohms", inf),),
        ),
        steps=(
            "error-frames",
            "resistance-powertrain",
            "diagnosis",
        ),
        diagnosis="powertrain:terminator_lost:BMS",
    ),
    bus_fault(
        "bus-chassis-swapped",
        Text("制动控制器 CAN 线接反", "Brake control: CAN wires swapped"),
        Text(
            "IBC 插头维修后 CAN-H 与 CAN-L 接反，该单元离线并干扰总线。",
            "After a repair of the plug of IBC its CAN-H and CAN-L are swapped; the unit is off "
            "line and disturbs the bus.",
        ),
        BusDefect(
            "bus-chassis-swapped", "chassis", ("IBC",), ((stub("chassis", "IBC"), "swapped", True),)
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "error-frames",
            "bus-off",
            "high-along",
            "low-along",
            "diagnosis",
        ),
        diagnosis="chassis:swapped_wires:IBC",
    ),
)  # fmt: skip
