"""Energy register, clock and tariff."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, defect, inspection
from simulators.pile.clockwork import DAY
from simulators.pile.identity import Tariff
from simulators.rig import Rig


def _meter(rig: Rig) -> Any:
    return rig.pile.meter


def _clock(rig: Rig) -> Any:
    return rig.pile.clock


def old_prices(rig: Rig) -> Tariff:
    """The tariff table before the current one."""
    sound = rig.pile.tariff
    prices = {**sound.prices, "tariff_peak": 1.0382, "tariff_valley": 0.3011}
    return Tariff(prices, sound.version - 1)


FAULTS = (
    Fault(
        name="coarse-meter",
        title=Text("电能示值步进过大", "Coarse energy register"),
        detail=Text(
            "总电量每 1 kWh 才跳一次；本次电量不受影响。",
            "Total energy moves in steps of 1 kWh; the session's register is not affected.",
        ),
        kind="data",
        expects=inspection("meter-resolution"),
        defects=(defect(_meter, "step", 1000.0),),
    ),
    Fault(
        name="meter-creep",
        title=Text("电表潜动", "Meter creep"),
        detail=Text(
            "无电流时电能仍以约 300 W 走字。", "The register counts about 300 W with no current."
        ),
        kind="physics",
        expects=inspection("meter-creep"),
        defects=(defect(_meter, "creep", 300.0),),
    ),
    Fault(
        name="meter-gain-wrong",
        title=Text("计量超差", "Meter out of tolerance"),
        detail=Text("电流通道偏差 +3 %。", "The current channel reads 3 % too high."),
        kind="physics",
        defects=(Defect(_meter, "current_gain", lambda rig: rig.pile.meter.current_gain * 1.03),),
    ),
    Fault(
        name="clock-drift",
        title=Text("时钟走偏", "Clock drifted"),
        detail=Text(
            "晶振偏差 60 ppm，80 天未校时，快约 7 min。",
            "60 ppm fast and not set for 80 days: about 7 minutes ahead.",
        ),
        kind="physics",
        expects=inspection("clock"),
        defects=(defect(_clock, "drift", 60e-6), defect(_clock, "unset_for", 80 * DAY)),
    ),
    Fault(
        name="tariff-wrong",
        title=Text("费率错误", "Wrong tariff"),
        detail=Text(
            "桩内仍是上一版费率。", "The pile still has the tariff table before the current one."
        ),
        kind="data",
        expects=inspection("tariff"),
        defects=(Defect(lambda rig: rig.pile, "tariff", old_prices),),
    ),
)
