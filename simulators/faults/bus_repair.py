"""What goes wrong while a bus fault is looked for and repaired, and what is no bus fault at all."""

from math import inf

from harness.text import Text
from simulators.faults.bus_seeding import PROCEDURE, bus_fault, insulation, stub, terminator
from simulators.faults.fault import Fault, defect
from simulators.vehicle.fault_box import BusDefect, fault_box

FAULTS = (
    Fault(
        name="bus-main-switch-stuck",
        title=Text("蓄电池总开关粘连", "Battery main switch stuck"),
        detail=Text(
            "总开关触点粘连，断电后 12 V 仍在。",
            "The contacts of the main switch have welded: the 12 V stays on.",
        ),
        kind="physics",
        role="vehicle",
        needs_car=True,
        expects={PROCEDURE: ("power-off-proved",)},
        defects=(defect(fault_box, "main_switch_stuck", True),),
    ),
    Fault(
        name="bus-meter-leads-worn",
        title=Text("万用表表笔接触不良", "Multimeter leads worn"),
        detail=Text(
            "表笔插头氧化，电阻读数都大 5 Ω。",
            "The plugs of the leads are corroded: every resistance reads 5 Ω too high.",
        ),
        kind="physics",
        role="vehicle",
        needs_car=True,
        expects={PROCEDURE: ("resistance-agreement",)},
        diagnosis={PROCEDURE: "none"},
        defects=(defect(fault_box, "lead_ohms", 5.0),),
    ),
    bus_fault(
        "bus-loose-contact",
        Text("插头接触不良，修后复现", "Loose contact that comes back"),
        Text(
            "ESC 插头 CAN-L 针脚松动，插好后一震又断开。",
            "The CAN-L pin at the plug of ESC is loose: pressed home, it opens again.",
        ),
        BusDefect(
            "bus-loose-contact", "chassis", ("ESC",), ((stub("chassis", "ESC"), "low", inf),),
            returns_after=0.05,
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "low-along",
            "diagnosis",
            "all-online",
        ),
        diagnosis="chassis:open_low:ESC",
    ),
    bus_fault(
        "bus-second-fault-hidden",
        Text("另一条总线还有故障", "A second fault on another bus"),
        Text(
            "车身总线两线短接；修复后，动力总线因 BMS 内缺终端电阻仍有错误帧。",
            "The wires of the body bus touch; with that repaired, error frames go on on the "
            "powertrain bus, where BMS lacks its terminator.",
        ),
        BusDefect(
            "bus-second-fault-hidden/1", "body", ("BCM",),
            ((insulation("body", "BCM"), "high_low", 0.5),),
        ),
        BusDefect(
            "bus-second-fault-hidden/2", "powertrain", ("BMS",),
            ((terminator("powertrain", "BMS"), "ohms", inf),),
        ),
        steps=(
            "trouble-codes",
            "silent-units",
            "error-frames",
            "bus-off",
            "resistance-powertrain",
            "resistance-body",
            "dominant-high",
            "dominant-low",
            "dominant-difference",
            "diagnosis",
            "repaired",
            "errors-stopped",
        ),
        diagnosis="body:short_high_low:BCM",
    ),
    bus_fault(
        "bus-fault-box-stuck",
        Text("故障盒开关卡住", "Fault box switch stuck"),
        Text(
            "故障盒断开 RAD CAN-H 的开关卡住，修复操作不起作用。",
            "The switch of the box that opens CAN-H of RAD is stuck: the repair changes nothing.",
        ),
        BusDefect(
            "bus-fault-box-stuck", "adas", ("RAD",), ((stub("adas", "RAD"), "high", inf),),
            mendable=False,
        ),
        steps=(
            "trouble-codes",
            "silent-units",
            "high-along",
            "diagnosis",
            "repaired",
            "all-online",
        ),
        diagnosis="adas:open_high:RAD",
    ),
    Fault(
        name="bus-not-the-cause",
        title=Text("与总线无关的故障码", "A trouble code that is no bus fault"),
        detail=Text(
            "制动液液位低：有警告灯和故障码，清码后复现，总线完好。",
            "Brake fluid is low: lamp and code, and the code comes back; the buses are sound.",
        ),
        kind="physics",
        role="vehicle",
        needs_car=True,
        expects={PROCEDURE: ("warning-lamps", "trouble-codes", "rescan")},
        diagnosis={PROCEDURE: "none"},
        defects=(defect(lambda rig: rig.car.brake, "fluid_low", True),),
    ),
)  # fmt: skip
