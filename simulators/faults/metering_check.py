"""What only a comparison with a reference meter and a look at the bill bring to light."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, defect
from simulators.rig import Rig


def _meter(rig: Rig) -> Any:
    return rig.pile.meter


def _without_pulses(rig: Rig) -> None:
    rig.world.appearance["pulse-output"] = "no pulse output, no constant on the nameplate"


def _with_pulses(rig: Rig) -> None:
    rig.world.appearance.pop("pulse-output", None)


FAULTS = (
    Fault(
        name="meter-low-current-error",
        title=Text("小电流计量超差", "Meter off at small currents"),
        detail=Text(
            "电流通道有 −0.3 A 的固定偏移，大电流时误差不明显。",
            "The current channel is 0.3 A too low: little at a large current, much at 6 A.",
        ),
        kind="physics",
        defects=(defect(_meter, "offset", -0.3),),
    ),
    Fault(
        name="amount-wrong",
        title=Text("计费与显示单价不符", "Bill does not follow the price shown"),
        detail=Text(
            "结算时按显示单价的 1.05 倍计算。", "The bill is made with 1.05 times the price shown."
        ),
        kind="data",
        defects=(defect(lambda rig: rig.pile.billing, "surcharge", 1.05),),
    ),
    Fault(
        name="pulse-output-missing",
        title=Text("没有脉冲输出", "No pulse output"),
        detail=Text(
            "没有脉冲输出口，铭牌也未标脉冲常数。",
            "There is no pulse output, and no constant on the nameplate.",
        ),
        kind="physics",
        on=_without_pulses,
        off=_with_pulses,
    ),
    Fault(
        name="current-unsteady",
        title=Text("电流不稳定", "Current does not settle"),
        detail=Text(
            "车载充电机在两个电流之间反复，相差 5 %。",
            "The charger goes back and forth between two currents, 5 % apart.",
        ),
        kind="physics",
        role="vehicle",
        defects=(defect(lambda rig: rig.hunting, "active", True),),
    ),
    Fault(
        name="reference-ratio-wrong",
        title=Text("标准表互感器变比设错", "Wrong transformer ratio in the reference meter"),
        detail=Text(
            "标准电能表的电流互感器变比设为 40，实装 50，示值偏低 20 %。",
            "The ratio is set to 40 where transformers of 50 are fitted: it reads 20 % too low.",
        ),
        kind="wiring",
        role="meter",
        defects=(defect(lambda rig: rig.meter.chip, "current_gain", 0.8),),
    ),
)
