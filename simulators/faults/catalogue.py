"""The fault catalogue of an AC pile, F-01 to F-42: severity, reaction, recovery, and how sure.

Source: the project's facts on daily inspection and faults, part 2. Names are of secondary sources
(medium); reactions, severities and recoveries are practice (low), except where a clause of
GB/T 18487.1-2023 was read: there the limit is high. The severity letters are that table's own
grading: A stop and lock out, B stop and retry, C warning. Severity of F-21 is C or B by product;
this pile only warns. Its alarms (`simulators.pile.alarms`) say the same of recovery, which a test
compares.
"""

from dataclasses import dataclass
from typing import Literal

from harness.text import Text
from simulators.pile.alarms import ALARMS, Clears

Severity = Literal["A", "B", "C"]
Confidence = Literal["high", "medium", "low"]
Reaction = Literal["stop", "no_start", "warn", "end"]
"""stop: output off; no_start: no session begins; end: the session ends in order; warn: nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue."""

    code: str
    severity: Severity
    reaction: Reaction
    clause: str | None = None
    """Clause of GB/T 18487.1-2023 that was read; then `within` is its limit."""
    within: float | None = None
    """Seconds from the cause to the output being off."""

    @property
    def title(self) -> Text:
        return ALARMS[self.code].title

    @property
    def clears(self) -> Clears:
        return ALARMS[self.code].clears

    @property
    def recovery(self) -> Text:
        return _RECOVERY[self.clears]

    @property
    def consequence(self) -> Text:
        return _REACTION[self.reaction]

    @property
    def confidence(self) -> Confidence:
        """How sure the reaction is: high only where the clause was read."""
        return "high" if self.clause is not None else "low"


_RECOVERY = {
    Clears.CAUSE: Text("原因消失后自行恢复", "by itself once its cause is gone"),
    Clears.UNPLUG: Text("原因消失并拔枪后恢复，或复位", "once unplugged, or by a reset"),
    Clears.START: Text("重新启动或改用其他方式启动后恢复", "by a start, again or another way"),
    Clears.RESET: Text("排除原因后须复位", "only by a reset, once its cause is gone"),
}
_REACTION = {
    "stop": Text("立即停止输出", "output off"),
    "no_start": Text("不能启动", "no session is started"),
    "end": Text("结束充电", "the session is ended"),
    "warn": Text("仅告警", "warning only"),
}


def _e(
    code: str,
    severity: Severity,
    reaction: Reaction,
    clause: str | None = None,
    within: float | None = None,
) -> Entry:
    return Entry(code, severity, reaction, clause, within)


CATALOGUE: dict[str, Entry] = {
    entry.code: entry
    for entry in (
        _e("F-01", "A", "stop", "14"),
        _e("F-02", "A", "stop"),
        _e("F-03", "A", "no_start"),
        _e("F-04", "B", "stop"),
        _e("F-05", "B", "stop"),
        _e("F-06", "B", "stop"),
        _e("F-07", "B", "stop"),
        _e("F-08", "A", "no_start"),
        _e("F-09", "B", "stop", "A.3.10.9", 10.0),
        _e("F-10", "A", "stop"),
        _e("F-11", "B", "stop"),
        _e("F-12", "A", "stop"),
        _e("F-13", "B", "stop", "A.3.10.5", 0.1),
        _e("F-14", "B", "stop", "A.3.10.5", 0.1),
        _e("F-15", "B", "stop", "A.3.10.5", 0.1),
        _e("F-16", "B", "no_start"),
        _e("F-17", "A", "stop", "A.3.10.6", 0.1),
        _e("F-18", "A", "no_start", "7.9"),
        _e("F-19", "A", "stop"),
        _e("F-20", "A", "stop"),
        _e("F-21", "C", "warn"),
        _e("F-22", "B", "stop"),
        _e("F-23", "B", "no_start", "10.6.1"),
        _e("F-24", "C", "warn"),
        _e("F-25", "B", "no_start"),
        _e("F-26", "B", "no_start"),
        _e("F-27", "C", "end"),
        _e("F-28", "B", "stop"),
        _e("F-29", "B", "stop"),
        _e("F-30", "C", "warn"),
        _e("F-31", "C", "warn"),
        _e("F-32", "C", "warn"),
        _e("F-33", "C", "warn"),
        _e("F-34", "C", "warn"),
        _e("F-35", "B", "no_start"),
        _e("F-36", "B", "stop"),
        _e("F-37", "A", "stop"),
        _e("F-38", "A", "stop"),
        _e("F-39", "A", "stop"),
        _e("F-40", "C", "no_start"),
        _e("F-41", "C", "no_start"),
        _e("F-42", "C", "no_start"),
    )
}
