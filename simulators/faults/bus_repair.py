"""What goes wrong while a bus fault is looked for and repaired, and what is no bus fault at all."""

from math import inf

from harness.text import Text
from simulators.canbus.node_fault import NodeFault
from simulators.faults.bus_seeding import PROCEDURE, bus_fault, node, stub
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
        "bus-disturbing-returns",
        Text("更换后仍干扰总线", "Disturbs again after the repair"),
        Text(
            "BMS 晶振受热偏移，冷态正常，运行片刻后又干扰总线。",
            "The oscillator of BMS drifts when warm: sound after the repair, it soon disturbs "
            "again.",
        ),
        BusDefect(
            "bus-disturbing-returns", "powertrain", ("BMS",),
            ((node("powertrain", "BMS"), "fault", NodeFault.BAD_OSCILLATOR),),
            returns_after=1.0,
        ),
        steps=(
            "trouble-codes",
            "error-frames",
            "bus-off",
            "diagnosis",
            "errors-stopped",
        ),
        diagnosis="powertrain:node_disturbing:BMS",
        kind="physics",
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
        expects={PROCEDURE: ("warning-lamps", "trouble-codes", "rescan")},
        diagnosis={PROCEDURE: "none"},
        defects=(defect(lambda rig: rig.car.brake, "fluid_low", True),),
    ),
)  # fmt: skip
