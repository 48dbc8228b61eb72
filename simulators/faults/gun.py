"""Holder, connection contact and lock of the plug."""

from typing import Any

from harness.text import Text
from simulators.cable import Place
from simulators.faults.fault import Fault, defect, inspection
from simulators.rig import Rig


def _cable(rig: Rig) -> Any:
    return rig.world.cable


def _lock(rig: Rig) -> Any:
    return rig.pile.lock


def _leave_out(rig: Rig) -> None:
    if rig.world.cable.place is Place.HOLDER:
        rig.world.take_gun()


def _put_back(rig: Rig) -> None:
    if rig.world.cable.place is Place.HAND:
        rig.world.return_gun()


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
        catalogue="F-24",
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
        catalogue="F-23",
        title=Text("电子锁卡滞", "Electronic lock jammed"),
        detail=Text("电子锁不动作，无法启动充电。", "The lock does not move: no start."),
        kind="physics",
        defects=(defect(lambda rig: rig.pile.lock, "jammed", True),),
    ),
    Fault(
        name="lock-feedback-open",
        catalogue="F-23",
        title=Text("电子锁反馈断线", "Lock feedback open"),
        detail=Text(
            "锁舌已伸出，反馈触点断线，仍报未锁。",
            "The bolt moves, but its feedback contact is open and says unlocked.",
        ),
        kind="wiring",
        defects=(defect(_lock, "feedback_stuck", False),),
    ),
    Fault(
        name="lock-feedback-stuck",
        catalogue="F-23",
        title=Text("电子锁反馈触点粘连", "Lock feedback stuck"),
        detail=Text(
            "锁舌未伸出，反馈触点一直报已锁。",
            "The feedback contact says locked though the bolt is in.",
        ),
        kind="wiring",
        defects=(defect(_lock, "feedback_stuck", True),),
    ),
    Fault(
        name="gun-left-out",
        catalogue="F-24",
        title=Text("枪未归位", "Plug left out"),
        detail=Text("上一位用户没有把枪放回枪座。", "The last user did not put the plug back."),
        kind="physics",
        expects=inspection("gun-in-holder"),
        on=_leave_out,
        off=_put_back,
    ),
    Fault(
        name="cc-open",
        catalogue="F-25",
        title=Text("CC 断路", "CC open"),
        detail=Text(
            "枪头 CC 触点断开，桩和车都看不到连接电阻。",
            "The CC contact of the plug is open: neither pile nor vehicle sees the resistor.",
        ),
        kind="wiring",
        defects=(defect(_cable, "cc_open", True),),
    ),
    Fault(
        name="cc-resistor-wrong",
        catalogue="F-25",
        title=Text("CC 电阻错误", "CC resistor wrong"),
        detail=Text(
            "枪头 RC 为 330 Ω，不是表 A.5 中的任何值。",
            "RC of the plug is 330 Ω, which is no value of table A.5.",
        ),
        kind="wiring",
        defects=(defect(_cable, "rc", 330.0),),
    ),
    Fault(
        name="cc-coded-low",
        title=Text("CC 电阻用错（16 A）", "CC resistor of a 16 A cable"),
        detail=Text(
            "32 A 电缆装了 680 Ω 电阻，车辆只取 16 A。",
            "680 Ω in a 32 A cable: the vehicle takes 16 A only.",
        ),
        kind="wiring",
        defects=(defect(_cable, "rc", 680.0),),
    ),
)
