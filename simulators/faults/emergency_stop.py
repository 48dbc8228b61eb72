"""Defects of the emergency stop."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, defect, inspection
from simulators.rig import Rig


def _stop(rig: Rig) -> Any:
    return rig.pile.emergency_stop


FAULTS = (
    Fault(
        name="estop-monitor-contact-welded",
        title=Text("急停监视触点粘连", "Emergency-stop monitoring contact welded"),
        detail=Text(
            "急停未按下，监视触点仍报“按下”；安全链正常。",
            "The monitoring contact says pressed all the time; the safety chain is sound.",
        ),
        kind="wiring",
        expects=inspection("estop-at-rest"),
        defects=(defect(_stop, "monitor_welded", True),),
    ),
    Fault(
        name="estop-not-wired",
        title=Text("急停未接线", "Emergency stop not wired"),
        detail=Text("按下急停，桩没有反应。", "The pile does not react to the button."),
        kind="wiring",
        expects=inspection("estop-press", "estop-latched"),
        defects=(defect(_stop, "wired", False),),
    ),
    Fault(
        name="estop-auto-reset",
        title=Text("急停自动复位", "Emergency stop resets by itself"),
        detail=Text(
            "自锁被短接，释放按钮后不经复位就恢复。",
            "The latch is bridged: releasing the button is enough.",
        ),
        kind="wiring",
        expects=inspection("estop-latched"),
        defects=(defect(_stop, "latched", False),),
    ),
    Fault(
        name="estop-reset-stuck",
        title=Text("急停无法复位", "Emergency stop cannot be reset"),
        detail=Text("复位按钮断线。", "The reset button is disconnected."),
        kind="wiring",
        expects=inspection("estop-reset"),
        defects=(defect(_stop, "reset_works", False),),
    ),
    Fault(
        name="estop-pressed",
        catalogue="F-01",
        title=Text("急停被按下", "Emergency stop pressed"),
        detail=Text(
            "有人按下了急停，按钮自锁。",
            "Somebody has pressed the emergency stop, and it latches.",
        ),
        kind="physics",
        expects=inspection("pile-idle"),
        on=lambda rig: rig.pile.press_emergency_stop(),
        off=lambda rig: rig.pile.release_emergency_stop(),
    ),
)
