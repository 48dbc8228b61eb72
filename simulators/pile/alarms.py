"""Faults and warnings of the pile, by the numbers of the fault catalogue (F-01 to F-42).

Each alarm says how it goes away: with its cause, when the vehicle is unplugged, or only by a reset
after the cause is gone. What an alarm does to charging is the controller's business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from harness.text import Text


class Clears(StrEnum):
    """How an alarm goes away."""

    CAUSE = "cause"
    """When its cause is gone."""
    UNPLUG = "unplug"
    """When its cause is gone and the vehicle is unplugged, or by a reset."""
    START = "start"
    """When a session is started (another way, or again), or the vehicle is unplugged."""
    RESET = "reset"
    """Only by a reset, after its cause is gone (severity A)."""


@dataclass(frozen=True, slots=True)
class Alarm:
    code: str
    title: Text
    clears: Clears
    warning: bool = False
    """True: does not stop charging (severity C)."""
    holds: bool = False
    """True: no session is started while it stands; one that runs goes on."""


def _fault(code: str, zh: str, en: str, clears: Clears, *, holds: bool = False) -> Alarm:
    return Alarm(code, Text(zh, en), clears, holds=holds)


def _warning(
    code: str, zh: str, en: str, clears: Clears = Clears.CAUSE, *, holds: bool = False
) -> Alarm:
    return Alarm(code, Text(zh, en), clears, warning=True, holds=holds)


ALARMS: dict[str, Alarm] = {
    alarm.code: alarm
    for alarm in (
        _fault("F-01", "急停", "emergency stop", Clears.RESET),
        _fault("F-02", "漏电", "leakage", Clears.RESET),
        _fault("F-03", "漏电保护自检失败", "RCD self-test", Clears.RESET),
        _fault("F-04", "输入过压", "input over-voltage", Clears.CAUSE),
        _fault("F-05", "输入欠压", "input under-voltage", Clears.CAUSE),
        _fault("F-06", "频率异常", "input frequency", Clears.CAUSE),
        _fault("F-07", "缺相", "phase loss", Clears.CAUSE),
        _fault("F-08", "火零反接", "line and neutral reversed", Clears.RESET),
        _fault("F-09", "输出过流", "output over-current", Clears.UNPLUG),
        _fault("F-10", "输出短路", "output short circuit", Clears.RESET),
        _fault("F-11", "桩内过温", "internal over-temperature", Clears.CAUSE),
        _fault("F-12", "枪头过温", "connector over-temperature", Clears.RESET),
        _fault("F-13", "CP 电压异常", "CP abnormal", Clears.UNPLUG),
        _fault("F-14", "CP 接地", "CP to PE short", Clears.UNPLUG),
        _fault("F-15", "CP 断线", "CP break", Clears.UNPLUG),
        _fault("F-16", "无二极管", "no diode", Clears.UNPLUG),
        _fault("F-17", "接地故障", "PE fault", Clears.RESET),
        _fault("F-18", "接触器粘连", "contactor adhesion", Clears.RESET),
        _fault("F-19", "接触器拒动", "contactor does not follow", Clears.RESET),
        _fault("F-20", "断路器断开", "breaker open", Clears.RESET),
        _warning("F-21", "防雷器故障", "surge arrester"),
        _fault("F-22", "门禁", "door open", Clears.CAUSE),
        _fault("F-23", "电子锁故障", "electronic lock", Clears.UNPLUG),
        _warning("F-24", "枪未归位", "gun not returned"),
        _fault("F-25", "连接未确认", "connection not confirmed", Clears.UNPLUG),
        _fault("F-26", "启动超时", "start timeout", Clears.UNPLUG),
        _warning("F-27", "小电流停止", "stopped by small current", Clears.UNPLUG),
        _fault("F-28", "电表通信故障", "meter communication", Clears.CAUSE),
        _fault("F-29", "电表数据异常", "meter data", Clears.CAUSE),
        _warning("F-30", "电能表时钟异常", "meter clock"),
        _warning("F-31", "读卡器通信故障", "card reader"),
        _warning("F-32", "显示屏通信故障", "screen"),
        _warning("F-33", "平台离线", "platform off-line"),
        _warning("F-34", "SIM 卡缺失", "SIM missing"),
        _fault("F-35", "存储故障", "storage", Clears.CAUSE, holds=True),
        _fault("F-36", "掉电", "power lost", Clears.CAUSE),
        _fault("F-37", "烟雾", "smoke", Clears.RESET),
        _fault("F-38", "水浸", "water", Clears.RESET),
        _fault("F-39", "撞击", "impact", Clears.RESET),
        _warning("F-40", "计费模型缺失", "billing model missing", holds=True),
        _warning("F-41", "即插即充鉴权失败", "plug-and-charge refused", Clears.START),
        _warning("F-42", "确认超时", "confirmation timeout", Clears.START),
    )
}


class AlarmBoard:
    """Which alarms stand, and whose cause is still there."""

    def __init__(self, changed: Callable[[str, bool], None]) -> None:
        self._changed = changed
        self._causes: set[str] = set()
        self._standing: set[str] = set()
        self.stuck = False
        """True: a defect of its software, unplugging clears nothing."""
        self.harmless: frozenset[str] = frozenset()
        """Faults that do not forbid charging, by a defect of its software."""
        self.shown = True
        """False: a defect of its software, the fault word stays empty."""

    def cause(self, code: str, present: bool) -> None:
        """Tell whether the cause of an alarm is there. A new cause raises the alarm."""
        if present:
            self._causes.add(code)
            self._raise(code)
        elif code in self._causes:
            self._causes.discard(code)
            if ALARMS[code].clears is Clears.CAUSE:
                self._clear(code)

    def strike(self, code: str) -> None:
        """Raise an alarm for something that happened and is over."""
        self._raise(code)

    def unplugged(self) -> None:
        """The vehicle is gone: what waited for that clears."""
        if self.stuck:
            return
        self._end(Clears.UNPLUG, Clears.START)

    def started(self) -> None:
        """A session begins: what told of a start that came to nothing clears."""
        self._end(Clears.START)

    def _end(self, *ways: Clears) -> None:
        for code in sorted(self._standing - self._causes):
            if ALARMS[code].clears in ways:
                self._clear(code)

    def reset(self) -> None:
        """Clear every alarm whose cause is gone."""
        for code in sorted(self._standing - self._causes):
            self._clear(code)

    def clear(self, code: str) -> None:
        self._causes.discard(code)
        self._clear(code)

    def stands(self, code: str) -> bool:
        return code in self._standing

    @property
    def blocking(self) -> bool:
        """Some standing alarm forbids charging."""
        return any(
            not (ALARMS[code].warning or ALARMS[code].holds or code in self.harmless)
            for code in self._standing
        )

    @property
    def holding(self) -> bool:
        """Some standing alarm forbids a new session."""
        return any(ALARMS[code].holds and code not in self.harmless for code in self._standing)

    def faults(self) -> list[str]:
        return sorted(code for code in self._standing if not ALARMS[code].warning)

    def warnings(self) -> list[str]:
        return sorted(code for code in self._standing if ALARMS[code].warning)

    def _raise(self, code: str) -> None:
        if code not in self._standing:
            self._standing.add(code)
            self._changed(code, True)

    def _clear(self, code: str) -> None:
        if code in self._standing:
            self._standing.discard(code)
            self._changed(code, False)
