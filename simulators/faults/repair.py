"""What a supplier leaves behind: gaps in the papers, other settings, missing things."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, defect
from simulators.rig import Rig


def _without(key: str) -> Defect:
    """The supplier's order says nothing about something that was agreed."""
    return Defect(
        lambda rig: rig.repair,
        "order",
        lambda rig: {name: told for name, told in rig.repair.contract.items() if name != key},
    )


def _left(name: str, subject: str, note: str, title: Text, detail: Text) -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance[subject] = note

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return Fault(name=name, title=title, detail=detail, kind="physics", on=show, off=mend)


def _pile(rig: Rig) -> Any:
    return rig.pile


FAULTS = (
    Fault(
        name="order-without-warranty",
        title=Text("工单缺质保", "Work order without warranty"),
        detail=Text(
            "工单没有写合同约定的质保期。",
            "The work order leaves out the warranty of the contract.",
        ),
        kind="data",
        defects=(_without("warranty"),),
    ),
    Fault(
        name="snapshot-altered",
        title=Text("修前快照被改动", "Earlier snapshot altered"),
        detail=Text(
            "有人在修前快照里改了总电量，哈希值对不上。",
            "Somebody has changed the total energy in the stored snapshot; the hash does not fit.",
        ),
        kind="data",
        defects=(defect(lambda rig: rig.repair, "altered", {"total_energy": 1.0}),),
    ),
    Fault(
        name="failsafe-current-raised",
        title=Text("失联电流被改", "Fail-safe current raised"),
        detail=Text(
            "维修后失去上级联系时仍给 16 A，修前为 0。",
            "After the repair the pile goes on with 16 A when its master is gone; it was 0.",
        ),
        kind="data",
        defects=(defect(_pile, "failsafe_current", 16.0),),
    ),
    Fault(
        name="session-breaks-off",
        title=Text("充电中途结束", "Sessions break off"),
        detail=Text(
            "更换的接触器线圈发热，充电 2 min 后桩自行停止。",
            "The coil of the new contactor gets hot: after 2 min the pile stops by itself.",
        ),
        kind="physics",
        defects=(defect(lambda rig: rig.pile.contactor, "coil_lasts", 120.0),),
    ),
    _left(
        "seal-missing",
        "seals",
        "a seal at the cover of the meter is missing",
        Text("封印缺失", "Seal missing"),
        Text("电能表盖板少一枚封印。", "One seal at the cover of the meter is missing."),
    ),
    _left(
        "repair-label-missing",
        "repair-labels",
        "no label says what was done and by whom",
        Text("没有维修标签", "No repair label"),
        Text("桩上没有维修标签。", "There is no repair label on the pile."),
    ),
    _left(
        "old-part-kept",
        "old-part",
        "the old contactor was not handed over",
        Text("旧件未交回", "Old part not returned"),
        Text("供应商没有交回旧接触器。", "The supplier has kept the old contactor."),
    ),
)
