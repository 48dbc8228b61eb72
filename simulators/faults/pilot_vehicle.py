"""Defects of the vehicle side that the control-pilot procedure finds."""

from dataclasses import replace
from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, defect
from simulators.rig import Rig


def _vehicle(rig: Rig) -> Any:
    return rig.world.vehicle


FAULTS = (
    Fault(
        name="pilot-r2-low",
        title=Text("车端 R2 偏小", "R2 too small"),
        detail=Text("R2 约 620 Ω，状态 3 约 4.5 V。", "R2 is 620 Ω: state 3 is at about 4.5 V."),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "r2", 620.0),),
    ),
    Fault(
        name="pilot-r3-low",
        title=Text("车端 R3 偏小", "R3 too small"),
        detail=Text("R3 约 1.6 kΩ，状态 2 约 7.7 V。", "R3 is 1.6 kΩ: state 2 is at about 7.7 V."),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "r3", 1620.0),),
    ),
    Fault(
        name="vehicle-button-slow",
        title=Text("按下按钮后降流太慢", "Slow at the latch button"),
        detail=Text(
            "按下枪上按钮 1.6 s 后才断开 S2。", "S2 opens 1.6 s after the button is pressed."
        ),
        kind="data",
        role="vehicle",
        defects=(
            Defect(
                _vehicle,
                "settings",
                lambda rig: replace(rig.world.vehicle.settings, button_opens_after=1.6),
            ),
        ),
    ),
    Fault(
        name="vehicle-draws-more",
        title=Text("车辆取用电流略大", "Vehicle draws a little more"),
        detail=Text("车辆取用电流大 8 %，不到过流值。", "It draws 8 % too much: no over-current."),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "excess", 1.08),),
    ),
)
