"""Was the clock of the station right? What a run itself tells about that.

The journal counts seconds by a clock that nobody sets, and begins with the wall time; the seal has
the wall time of begin and end. In a run of real time the three must agree. No line is earlier than
the one before it. A wrong clock is no alteration: it is told, and the record stays what it is.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from harness.clock import real_now
from harness.events import RunStarted
from harness.evidence.layout import JOURNAL, SEAL
from harness.evidence.seal import Statement
from harness.text import Text

TOLERANCE = timedelta(minutes=10)
"""Clocks are set in passing, by seconds; opening and ending a bench take minutes at most."""


class ClockFinding(NamedTuple):
    """A time that a right clock could not have given. `line` counts from 1; 0: the whole file."""

    file: str
    line: int
    what: Text

    @property
    def text(self) -> Text:
        """With its place."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return Text(f"{place}：{self.what.zh}", f"{place}: {self.what.en}")


def clock_findings(
    statement: Statement | None, started: RunStarted, times: Sequence[float]
) -> list[ClockFinding]:
    """What is wrong with the times of a run.

    `statement`: what was sealed, None for an unsealed run; `times`: seconds of the journal's lines.
    """
    found = list(_backwards(times))
    try:
        journal = datetime.fromisoformat(started.utc)
        ahead = journal - real_now() > TOLERANCE
        if statement is not None:
            found += _sealed(statement, started, journal, times[-1] if times else 0.0)
    except (ValueError, TypeError) as error:  # no moment, or one without a time zone
        what = Text(f"时间无法读取（{error}）", f"its times cannot be read: {error}")
        return [*found, ClockFinding(SEAL if statement is not None else JOURNAL, 1, what)]
    if statement is None and ahead and not started.virtual_time:
        what = Text(
            f"事件日志的开始时间 {journal} 晚于本机当前时间：时钟有误",
            f"the journal begins at {journal}, which is in the future: a clock is wrong",
        )
        found.append(ClockFinding(JOURNAL, 1, what))
    return found


def _backwards(times: Sequence[float]) -> Iterator[ClockFinding]:
    """The first line that is earlier than the one before it."""
    for number, (before, here) in enumerate(pairwise(times), start=2):
        if here < before:
            what = Text(
                f"该行时间 {here:.3f} s 早于上一行的 {before:.3f} s：时钟倒走",
                f"its time {here:.3f} s is earlier than {before:.3f} s of the line before: the "
                "clock ran backwards",
            )
            yield ClockFinding(JOURNAL, number, what)
            return


def _sealed(
    statement: Statement, started: RunStarted, journal: datetime, seconds: float
) -> Iterator[ClockFinding]:
    """Seal against seal, journal and now. Raises ValueError, TypeError: an unreadable time."""
    begun = datetime.fromisoformat(statement.real_started)
    ended = datetime.fromisoformat(statement.real_ended)
    lasted = (ended - begun).total_seconds()
    apart = abs(journal - begun)
    if begun - real_now() > TOLERANCE:
        what = Text(
            f"封存的开始时间 {begun} 晚于本机当前时间：时钟有误",
            f"sealed as begun at {begun}, which is in the future: a clock is wrong",
        )
        yield ClockFinding(SEAL, 1, what)
    if ended < begun:
        what = Text(
            f"封存的结束时间 {ended} 早于开始时间 {begun}：运行期间时钟被调回",
            f"sealed as ended at {ended}, before it began at {begun}: the clock was set back",
        )
        yield ClockFinding(SEAL, 1, what)
    if started.virtual_time:
        return
    if apart > TOLERANCE:
        what = Text(
            f"事件日志自 {journal} 开始，封存为 {begun}：时钟不一致",
            f"the journal begins at {journal}, the seal says {begun}: the clocks disagree",
        )
        yield ClockFinding(JOURNAL, 1, what)
    elif ended >= begun and abs(ended - begun - timedelta(seconds=seconds)) > TOLERANCE:
        what = Text(
            f"事件日志历时 {seconds:.0f} s，封存历时 {lasted:.0f} s：运行期间时钟被调整",
            f"the journal lasts {seconds:.0f} s, the seal says {lasted:.0f} s: the clock was set "
            "during the run",
        )
        yield ClockFinding(SEAL, 1, what)
