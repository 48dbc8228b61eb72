"""Lamp and indicator board."""

from harness.text import Text
from simulators.faults.fault import Fault, defect, inspection

FAULTS = (
    Fault(
        name="lamp-failed",
        title=Text("指示灯不亮", "Lamp failed"),
        detail=Text("指示灯损坏，任何状态都不亮。", "The lamp is dark in every state."),
        kind="physics",
        expects=inspection("lamp"),
        defects=(defect(lambda rig: rig.pile.indicator, "lamp_works", False),),
    ),
    Fault(
        name="indicator-board-failed",
        title=Text("指示板数据错误", "Indicator board corrupted"),
        detail=Text(
            "指示板上报没有定义的代码 9。", "The indicator board reports 9, a code without meaning."
        ),
        kind="data",
        expects=inspection("operating-state"),
        defects=(defect(lambda rig: rig.pile.indicator, "board_code", 9),),
    ),
)
