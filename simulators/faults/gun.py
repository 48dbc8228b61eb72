"""Holder, connection contact and lock of the plug."""

from harness.text import Text
from simulators.faults.fault import Fault, defect, inspection

FAULTS = (
    Fault(
        name="holder-switch-stuck-in",
        title=Text("枪座开关卡在“在位”", "Holder switch stuck at in"),
        detail=Text("取出枪后仍报在位。", "It reports the plug in its holder when it is out."),
        kind="physics",
        expects=inspection("gun-out"),
        defects=(defect(lambda rig: rig.pile, "holder_stuck", True),),
    ),
    Fault(
        name="holder-switch-stuck-out",
        title=Text("枪座开关卡在“离位”", "Holder switch stuck at out"),
        detail=Text("枪在枪座仍报离位。", "It reports the plug out when it is in its holder."),
        kind="physics",
        expects=inspection("gun-in-holder", "gun-returned"),
        defects=(defect(lambda rig: rig.pile, "holder_stuck", False),),
    ),
    Fault(
        name="connection-contact-stuck",
        title=Text("连接确认触点卡死", "Connection contact stuck"),
        detail=Text(
            "未插车，桩仍报已连接。", "The pile reports a connected cable with no vehicle there."
        ),
        kind="wiring",
        expects=inspection("gun-in-holder"),
        defects=(defect(lambda rig: rig.world.cable, "connection_contact_stuck", True),),
    ),
    Fault(
        name="lock-jammed",
        title=Text("电子锁卡滞", "Electronic lock jammed"),
        detail=Text("电子锁不动作，无法启动充电。", "The lock does not move: no start."),
        kind="physics",
        defects=(defect(lambda rig: rig.pile.lock, "jammed", True),),
    ),
)
