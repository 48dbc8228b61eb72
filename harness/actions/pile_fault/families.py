"""What lies behind each cause, how it is handled, and what keeps it from coming back.

Families are this harness's own sorting (common practice, low confidence); a lab corrects rows here.
Where practice knows several right answers each of them is right, the usual one first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.actions.pile_fault.model import NONE
from harness.text import Text

Aspect = Literal["cause", "handling", "prevention"]

CHOICES: Mapping[Aspect, Mapping[str, Text]] = {
    "cause": {
        "none": Text("没有故障", "there is no fault"),
        "part": Text("部件损坏或老化", "a part is broken or worn"),
        "wiring": Text("线路断开、短路或接错", "a line is open, shorted or wrongly connected"),
        "setting": Text("参数、地址或版本不对", "a setting, address or version is wrong"),
        "program": Text("控制板或程序异常", "the control board or its program"),
        "supply": Text("供电异常", "the supply"),
        "surroundings": Text("环境或外力", "surroundings or force from outside"),
        "use": Text("使用或操作所致", "the way it is used or operated"),
        "vehicle": Text("车辆一侧", "the vehicle's side"),
        "link": Text("通信链路、网关或平台", "the link, the gateway or the platform"),
    },
    "handling": {
        "none": Text("不处理，恢复使用", "nothing, back to service"),
        "renew": Text("更换部件", "renew the part"),
        "rewire": Text("修复或改正接线", "repair or correct the wiring"),
        "set": Text("改正参数或版本", "correct the setting or version"),
        "supply": Text("报供电侧处理，恢复后复测", "have the supply put right and test again"),
        "clear": Text("清除、干燥、校正后检查", "clear, dry, straighten, then check"),
        "put_back": Text("查明原因后复位或归位", "find the reason, then reset or put back"),
        "refer": Text("建议车主检修车辆", "have the owner see to the vehicle"),
        "reconnect": Text("恢复链路，补传数据", "restore the link, send what is missing"),
    },
    "prevention": {
        "none": Text("按原周期巡检", "inspection as before"),
        "renew_in_time": Text("定期检查，到期更换", "check regularly, renew in time"),
        "check_wiring": Text("定期紧固、检查接线", "tighten and check the wiring regularly"),
        "control_settings": Text(
            "参数、版本变更受控，改后复核", "changes of settings and versions are controlled"
        ),
        "watch_supply": Text("监测供电质量", "watch the supply"),
        "protect": Text("防水、防撞、通风等现场防护", "protect it from water, knocks and heat"),
        "instruct": Text("提示并培训使用人", "tell and train those who use it"),
        "note_vehicle": Text("登记车辆，告知车主", "note the vehicle, tell its owner"),
        "watch_link": Text("监测在线与应答质量", "watch whether and how well it answers"),
    },
}


@dataclass(frozen=True, slots=True)
class Family:
    """What is right for each cause of it."""

    cause: tuple[str, ...]
    handling: tuple[str, ...]
    prevention: tuple[str, ...]
    members: tuple[str, ...]

    def right(self, aspect: Aspect) -> tuple[str, ...]:
        """The answers that will do, the usual one first."""
        return {"cause": self.cause, "handling": self.handling, "prevention": self.prevention}[
            aspect
        ]


FAMILIES: tuple[Family, ...] = (
    Family(("none",), ("none",), ("none",), (NONE,)),
    Family(  # parts that wear or break
        ("part",), ("renew",), ("renew_in_time",),
        (
            "estop-monitor-contact-welded", "estop-auto-reset", "estop-reset-stuck",
            "rcd-detector-failed", "temperature-sensor-failed", "temperature-sensor-offset",
            "connector-overheated", "connector-contact-worn", "connector-contact-burnt",
            "connection-contact-stuck", "contactor-welded", "contactor-feedback-stuck",
            "contactor-refuses", "contactor-welded-unseen", "contactor-welds-on-closing",
            "lock-jammed", "lock-feedback-stuck", "holder-switch-stuck-in",
            "holder-switch-stuck-out", "surge-arrester-worn", "door-switch-broken",
            "smoke-detector-failed", "water-sensor-failed", "tilt-sensor-failed",
            "meter-data-jumps", "meter-creep", "coarse-meter", "pile-current-channel-low",
            "card-reader-silent", "screen-silent", "lamp-failed", "indicator-board-failed",
            "clock-stopped", "modbus-garbled",
        ),
    ),
    Family(  # insulation of cable and output
        ("part", "wiring"), ("renew", "rewire"), ("renew_in_time", "check_wiring", "protect"),
        ("leakage", "output-shorted", "cp-leakage"),
    ),
    Family(  # cable and enclosure that were hit or run over
        ("surroundings", "part"), ("renew",), ("protect", "renew_in_time", "instruct"),
        ("cable-damaged", "enclosure-damaged"),
    ),
    Family(  # lines
        ("wiring",), ("rewire", "renew"), ("check_wiring",),
        (
            "cp-break", "cp-pe-short", "pe-open", "cc-open", "lock-feedback-open",
            "arrester-contact-open", "meter-line-broken", "meter-reversed", "modbus-line-broken",
            "bus-line-open", "estop-not-wired", "line-neutral-reversed",
        ),
    ),
    Family(  # the wrong resistor was fitted
        ("part", "wiring"), ("renew",), ("control_settings", "renew_in_time"),
        ("cc-resistor-wrong", "cc-coded-low"),
    ),
    Family(  # settings and versions
        ("setting",), ("set",), ("control_settings",),
        (
            "tariff-wrong", "tariff-missing", "current-limit-low", "current-setting-wrong",
            "clock-drift", "clock-reset", "meter-clock-off", "modbus-address-wrong",
            "modbus-baud-wrong", "meter-address-wrong", "words-swapped", "pile-swapped",
            "firmware-differs",
        ),
    ),
    Family(  # the control board and what runs on it
        ("program", "part"), ("renew", "set"), ("control_settings", "renew_in_time"),
        (
            "watchdog-trips-early", "start-ignored", "stop-ignored", "stop-reason-lost",
            "limit-not-used", "limit-clamped", "duty-off", "duty-follows-late", "pwm-stuck-on",
            "pwm-nearly-on", "pilot-high-level-off", "contactor-command-stuck",
        ),
    ),
    Family(
        ("supply",), ("supply",), ("watch_supply",),
        (
            "mains-off", "phase-lost", "input-overvoltage", "input-undervoltage",
            "supply-overvoltage", "supply-undervoltage", "input-frequency-high",
            "input-frequency-low", "supply-frequency-high", "supply-frequency-low",
        ),
    ),
    Family(  # water, smoke, knocks, heat
        ("surroundings",), ("clear",), ("protect",),
        ("smoke-inside", "water-inside", "pile-struck", "overtemperature", "cooling-blocked"),
    ),
    Family(  # left as somebody left it
        ("use",), ("put_back",), ("instruct",),
        (
            "estop-pressed", "door-open", "gun-left-out", "half-plugged", "session-running",
            "confirmation-missing", "plug-and-charge-refused",
        ),
    ),
    Family(  # protective devices that have opened
        ("use", "part", "supply"), ("put_back",), ("renew_in_time", "watch_supply"),
        ("rcd-tripped", "breaker-off"),
    ),
    Family(
        ("vehicle",), ("refer",), ("note_vehicle",),
        (
            "diode-shorted", "s2-stuck-open", "pilot-level-too-high", "pilot-level-too-low",
            "pilot-resistance-high", "pilot-r2-low", "pilot-r3-low", "vehicle-overcurrent",
            "vehicle-full", "vehicle-ignores-stop", "vehicle-winds-down-slowly",
            "vehicle-opens-s2-late",
        ),
    ),
    Family(
        ("link",), ("reconnect",), ("watch_link",),
        (
            "reply-dropped", "reply-delayed", "reply-corrupted", "reply-refused",
            "reply-wrong-unit", "slow-modbus", "gateway-frozen", "gateway-stale",
            "platform-offline", "sim-missing", "storage-full",
        ),
    ),
)  # fmt: skip
BY_CAUSE: Mapping[str, Family] = {name: one for one in FAMILIES for name in one.members}
