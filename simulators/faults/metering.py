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


def _link(rig: Rig) -> Any:
    return rig.pile.meter_link


def _no_prices(rig: Rig) -> Tariff:
    return Tariff(dict.fromkeys(rig.pile.tariff.prices, 0.0), 0)


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
    Fault(
        name="meter-line-broken",
        catalogue="F-28",
        title=Text("电表通信线断", "Meter line broken"),
        detail=Text(
            "桩内主板到电能表的 485 线断开。",
            "The RS-485 wire from the controller to the energy meter is open.",
        ),
        kind="wiring",
        defects=(defect(_link, "wire_sound", False),),
    ),
    Fault(
        name="meter-address-wrong",
        catalogue="F-28",
        title=Text("电表地址错误", "Wrong meter address"),
        detail=Text(
            "电能表地址设为 7，主板按 1 查询。",
            "The energy meter is set to address 7; the controller asks 1.",
        ),
        kind="data",
        defects=(defect(_link, "meter_address", 7),),
    ),
    Fault(
        name="meter-data-jumps",
        catalogue="F-29",
        title=Text("电表示值跳变", "Meter register leaps"),
        detail=Text(
            "电能表存储单元失效，示值来回跳 65.5 kWh。",
            "A failing memory cell: the register leaps by 65.5 kWh to and fro.",
        ),
        kind="data",
        defects=(defect(_link, "register_flips", 65_536.0),),
    ),
    Fault(
        name="meter-reversed",
        catalogue="F-29",
        title=Text("电表互感器接反", "Meter transformers reversed"),
        detail=Text(
            "电流互感器方向接反，充电时示值倒走。",
            "The current transformers are the wrong way round: the register runs backwards.",
        ),
        kind="wiring",
        defects=(Defect(_meter, "current_gain", lambda rig: -abs(rig.pile.meter.current_gain)),),
    ),
    Fault(
        name="meter-clock-off",
        catalogue="F-30",
        title=Text("电表时钟超差", "Meter clock off"),
        detail=Text(
            "电能表时钟电池失效，每日对时后仍慢 10 min。",
            "The battery of the meter's clock has failed: it is 10 minutes slow.",
        ),
        kind="physics",
        expects=inspection("alarms"),
        defects=(defect(_link, "meter_clock_error", -600.0),),
    ),
    Fault(
        name="clock-reset",
        title=Text("时钟复位", "Clock reset"),
        detail=Text(
            "备份电池失效，断电后桩时钟回到约二十年前。",
            "The backup battery failed: after a power cut the clock is some twenty years back.",
        ),
        kind="data",
        expects=inspection("clock"),
        defects=(defect(_clock, "lost", 20 * 365.25 * DAY),),
    ),
    Fault(
        name="tariff-missing",
        catalogue="F-40",
        title=Text("计费模型丢失", "Billing model lost"),
        detail=Text("桩内没有费率，不能启动。", "The pile has no prices, so it does not start."),
        kind="data",
        expects=inspection("alarms", "tariff"),
        defects=(Defect(lambda rig: rig.pile, "tariff", _no_prices),),
    ),
)
