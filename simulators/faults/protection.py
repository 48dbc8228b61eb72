"""Defects of supply, earthing, insulation and RCD of a pile, and of the instruments for them."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, Kind, defect
from simulators.rig import Rig


def _supply(rig: Rig) -> Any:
    return rig.world.supply


def _rcd(rig: Rig) -> Any:
    return rig.world.supply.rcd


def _multimeter(rig: Rig) -> Any:
    return rig.multimeter


def _pile(rig: Rig) -> Any:
    return rig.pile


def _part(
    name: str,
    title: Text,
    detail: Text,
    *changes: tuple[Any, str, Any],
    kind: Kind = "physics",
) -> Fault:
    """Parts with a wrong value each: where, attribute, value."""
    defects = tuple(defect(part, attribute, value) for part, attribute, value in changes)
    return Fault(name=name, title=title, detail=detail, kind=kind, defects=defects)


def _seen(name: str, subject: str, note: str, title: Text, detail: Text) -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance[subject] = note

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return Fault(name=name, title=title, detail=detail, kind="physics", on=show, off=mend)


SWITCHING = (
    _part(
        "feeder-mislabelled",
        Text("馈线标识错误", "Feeder labelled wrongly"),
        Text(
            "写着本桩名称的开关接的是另一路，断开后桩仍带电。",
            "The switch with this pile's name feeds another circuit: the pile stays live.",
        ),
        (_supply, "label_right", False),
        kind="wiring",
    ),
    _seen(
        "feeder-lock-broken",
        "lock-and-tag",
        "the hasp is broken, the switch cannot be locked",
        Text("馈线开关无法上锁", "Feeder switch cannot be locked"),
        Text("锁扣断裂，开关锁不住。", "The hasp is broken: the switch cannot be locked."),
    ),
    _part(
        "tester-lead-broken",
        Text("万用表表线断", "Test lead broken"),
        Text("万用表一根表线内部断开，总显示 0 V。", "The multimeter always shows 0 V."),
        (_multimeter, "lead_sound", False),
    ),
    _part(
        "tester-lead-breaks",
        Text("验电途中表线断", "Test lead breaks on the way"),
        Text(
            "第四次测量之后表线断开，再试表时显示 0 V。",
            "After the fourth reading the lead breaks: proved again, the meter shows 0 V.",
        ),
        (_multimeter, "lead_lasts", 4),
    ),
    _part(
        "discharge-resistor-missing",
        Text("滤波电容放电电阻缺失", "Discharge resistor missing"),
        Text(
            "断电后输入滤波电容长时间带电。",
            "The input filter stays charged for minutes after switching off.",
        ),
        (_supply, "discharge_time", 400.0),
    ),
    _part(
        "back-feed",
        Text("反送电", "Back-feed"),
        Text(
            "断开馈线后，L 上仍有来自其他电源的电压（N 已同时断开）。",
            "With both poles of the feeder open, L gets a voltage from another source.",
        ),
        (_supply, "back_feed", 226.0),
        kind="wiring",
    ),
    _part(
        "neutral-live",
        Text("零线带电", "Neutral live"),
        Text(
            "上级零线断开，N 经其他回路负载带电。",
            "The neutral is broken upstream: N is live through the loads of other circuits.",
        ),
        (_supply, "neutral_voltage", 96.0),
        kind="wiring",
    ),
    _part(
        "control-board-hangs",
        Text("重新上电后死机", "Hangs after power-on"),
        Text(
            "断电后再上电，控制板不启动。",
            "Switched off and on again, the control board does not start.",
        ),
        (_pile, "starts", False),
    ),
)

INSIDE = (
    _seen(
        "terminal-loose",
        "terminals",
        "the L terminal is loose and discoloured",
        Text("进线端子松动", "Terminal loose"),
        Text("L 端子松动、变色。", "The L terminal is loose and discoloured."),
    ),
    _seen(
        "gland-open",
        "glands-and-marks",
        "the cable gland is open, the earth mark is missing",
        Text("进线口未封堵", "Cable gland open"),
        Text("进线口未封堵，接地标识脱落。", "The gland is open and the earth mark has come off."),
    ),
    _part(
        "pe-bond-high",
        Text("保护连续性不良", "Protective bond high"),
        Text("接地线压接松动，电阻约 0.35 Ω。", "A loose lug: about 0.35 Ω."),
        (_supply, "bond", 0.35),
        kind="wiring",
    ),
    _part(
        "earth-resistance-high",
        Text("接地电阻偏大", "Earth resistance high"),
        Text("接地极锈蚀，约 11 Ω。", "The electrode is corroded: about 11 Ω."),
        (_supply, "earth_resistance", 11.0),
    ),
    _part(
        "insulation-low",
        Text("绝缘偏低", "Insulation low"),
        Text("绝缘约 7 MΩ。", "About 7 MΩ: below 10 MΩ, above 5 MΩ."),
        (_supply, "insulation", 7.0),
    ),
    _part(
        "insulation-damp",
        Text("绝缘受潮", "Insulation damp"),
        Text("柜内受潮，绝缘约 1.5 MΩ。", "Damp inside the enclosure: about 1.5 MΩ."),
        (_supply, "insulation", 1.5),
    ),
    _part(
        "insulation-tester-weak",
        Text("绝缘电阻表电压不足", "Insulation tester weak"),
        Text("表内电池不足，输出约 430 V。", "Its battery is low: it puts out about 430 V."),
        (_supply, "tester_voltage", 430.0),
    ),
    _part(
        "discharger-broken",
        Text("绝缘电阻表不放电", "Tester does not discharge"),
        Text(
            "测试仪放电回路断开，测试后端子仍带数百伏。",
            "The tester's discharge circuit is open: the terminals stay at hundreds of volts.",
        ),
        (_supply, "discharger_sound", False),
    ),
)

PROTECTIVE = (
    _part(
        "rcd-rating-wrong",
        Text("漏电保护器规格错误", "Wrong RCD fitted"),
        Text("装的是 100 mA 的漏电保护器。", "A 100 mA device is fitted."),
        (_rcd, "rated", 100.0),
        (_rcd, "trip_current", 72.0),
    ),
    _part(
        "rcd-mechanism-stuck",
        Text("漏电保护器机构卡死", "RCD mechanism stuck"),
        Text("脱扣机构卡死，无论如何不跳。", "The mechanism is stuck: it never trips."),
        (_rcd, "mechanism_free", False),
    ),
    _part(
        "rcd-test-circuit-open",
        Text("漏电保护器试验回路断", "RCD test circuit open"),
        Text(
            "试验按钮无作用，漏电时仍能动作。", "The button does nothing; a leakage does trip it."
        ),
        (_rcd, "test_circuit_sound", False),
    ),
    _part(
        "rcd-slow",
        Text("漏电保护器动作慢", "RCD slow"),
        Text("30 mA 时约 0.42 s 才动作。", "It takes about 0.42 s at 30 mA."),
        (_rcd, "time_at_rated", 0.42),
    ),
    _part(
        "rcd-slow-at-high-current",
        Text("大漏电时动作慢", "RCD slow at high residual current"),
        Text(
            "机构阻滞，电流再大也要 80 ms。", "The mechanism drags: 80 ms however high the current."
        ),
        (_rcd, "least_time", 0.08),
    ),
    _part(
        "rcd-insensitive",
        Text("漏电动作电流偏大", "RCD trips too late"),
        Text("约 38 mA 才动作。", "It needs about 38 mA."),
        (_rcd, "trip_current", 38.0),
    ),
    _part(
        "rcd-oversensitive",
        Text("漏电动作电流偏小", "RCD trips too early"),
        Text("约 9 mA 就动作。", "About 9 mA are enough."),
        (_rcd, "trip_current", 9.0),
    ),
    _part(
        "rcd-does-not-latch",
        Text("漏电保护器合不上", "RCD does not latch"),
        Text("跳闸后锁扣失效，再也合不上。", "Once tripped it cannot be closed again."),
        (_rcd, "closings_left", 0),
    ),
    _part(
        "rcd-latch-worn",
        Text("漏电保护器锁扣磨损", "RCD latch worn"),
        Text("再合三次之后就合不上。", "It can be closed three more times, then no more."),
        (_rcd, "closings_left", 3),
    ),
    _part(
        "event-log-dead",
        Text("告警记录失效", "Event log dead"),
        Text("存储器损坏，告警不再保存。", "The memory is broken: no alarm is kept any more."),
        (lambda rig: rig.pile.events, "stores", False),
        kind="data",
    ),
    _part(
        "contactor-welds-on-closing",
        Text("接触器合闸即粘连", "Contactor welds when it closes"),
        Text(
            "触点严重磨损，下一次吸合就会粘连。",
            "The contacts are worn out: they weld the next time they close.",
        ),
        (lambda rig: rig.pile.contactor, "welds_on_closing", True),
    ),
)

FAULTS = (*SWITCHING, *INSIDE, *PROTECTIVE)
