"""Defects of the contactor and its feedback."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, defect, inspection
from simulators.rig import Rig


def _contactor(rig: Rig) -> Any:
    return rig.pile.contactor


FAULTS = (
    Fault(
        name="contactor-welded",
        energises=True,
        catalogue="F-18",
        title=Text("接触器粘连", "Contactor welded"),
        detail=Text(
            "主触点粘连，空闲时枪头带电。",
            "The main contacts have welded: the plug is live at rest.",
        ),
        kind="physics",
        expects=inspection("contactor-idle"),
        defects=(defect(_contactor, "welded", True),),
    ),
    Fault(
        name="contactor-command-stuck",
        energises=True,
        catalogue="F-18",
        title=Text("接触器输出常通", "Contactor output stuck on"),
        detail=Text(
            "控制板输出管击穿，接触器一直吸合。",
            "The controller's output transistor conducts: the contactor stays closed.",
        ),
        kind="physics",
        expects=inspection("contactor-idle"),
        defects=(defect(_contactor, "output_stuck", True),),
    ),
    Fault(
        name="contactor-feedback-stuck",
        catalogue="F-18",
        title=Text("接触器反馈触点卡死", "Contactor feedback stuck"),
        detail=Text(
            "辅助触点一直闭合，主触点正常。",
            "The auxiliary contact stays closed; the main contacts are sound.",
        ),
        kind="wiring",
        expects=inspection("contactor-idle"),
        defects=(defect(_contactor, "auxiliary_stuck", True),),
    ),
    Fault(
        name="contactor-refuses",
        catalogue="F-19",
        title=Text("接触器拒动", "Contactor refuses"),
        detail=Text("线圈断线，接触器不吸合。", "The coil is broken: the contactor never closes."),
        kind="physics",
        defects=(defect(_contactor, "coil_sound", False),),
    ),
    Fault(
        name="contactor-spare-welded",
        energises=True,
        catalogue="F-18",
        title=Text("换上的接触器也粘连", "The spare contactor is welded, too"),
        detail=Text(
            "接触器粘连；仓库里的备件也是坏的，更换后照旧。",
            "The contactor has welded, and so has the spare: renewing it changes nothing.",
        ),
        kind="physics",
        expects=inspection("contactor-idle"),
        defects=(defect(_contactor, "welded", True),),
    ),
)
