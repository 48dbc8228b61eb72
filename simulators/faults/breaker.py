"""Breaker and residual-current device of the pile."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, defect, inspection
from simulators.rig import Rig


def _protection(rig: Rig) -> Any:
    return rig.pile.protection


FAULTS = (
    Fault(
        name="rcd-tripped",
        catalogue="F-02",
        title=Text("漏电保护器跳闸", "RCD tripped"),
        detail=Text(
            "雷雨后漏电保护器手柄落下，线路绝缘已恢复。",
            "Its lever fell in a thunderstorm; the insulation is sound again.",
        ),
        kind="physics",
        expects=inspection("pile-idle"),
        defects=(defect(_protection, "rcd_tripped", True),),
    ),
    Fault(
        name="rcd-detector-failed",
        catalogue="F-03",
        title=Text("漏电检测失效", "RCD detector failed"),
        detail=Text(
            "零序互感器绕组断匝，只读到实际漏电的 20 %，自检不通过。",
            "Its summation transformer reads 20 % of what flows: the self-test fails.",
        ),
        kind="physics",
        defects=(defect(_protection, "rcd_gain", 0.2),),
    ),
    Fault(
        name="breaker-off",
        catalogue="F-20",
        title=Text("断路器断开", "Breaker off"),
        detail=Text("柜内断路器在断开位置。", "The breaker inside is in its off position."),
        kind="physics",
        expects=inspection("pile-idle"),
        defects=(defect(_protection, "breaker_off", True),),
    ),
)
