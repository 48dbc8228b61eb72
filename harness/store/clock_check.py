"""Was the clock of the station right? What a sealed run itself tells about that.

The journal counts seconds by a clock that nobody sets, and begins with the wall time; the seal has
the wall time of begin and end. In a run of real time the three must agree.
"""

from datetime import datetime, timedelta

from harness.clock import real_now
from harness.events import RunStarted
from harness.evidence.seal import Statement
from harness.text import Text

TOLERANCE = timedelta(minutes=10)
"""Clocks are set in passing, by seconds; opening and ending a bench take minutes at most."""


def clock_findings(statement: Statement, started: RunStarted, seconds: float) -> list[Text]:
    """What is wrong with the times of a sealed run. `seconds`: time of its last line."""
    try:
        begun = datetime.fromisoformat(statement.real_started)
        ended = datetime.fromisoformat(statement.real_ended)
        journal = datetime.fromisoformat(started.utc)
        future = begun - real_now() > TOLERANCE
        apart = abs(journal - begun)
    except (ValueError, TypeError) as error:  # no moment, or one without a time zone
        return [Text(f"时间无法读取（{error}）", f"its times cannot be read: {error}")]
    found: list[Text] = []
    if future:
        found.append(
            Text(
                f"封存的开始时间 {begun} 晚于本机当前时间：时钟有误",
                f"sealed as begun at {begun}, which is in the future: a clock is wrong",
            )
        )
    if ended < begun:
        found.append(
            Text(
                f"封存的结束时间 {ended} 早于开始时间 {begun}：运行期间时钟被调回",
                f"sealed as ended at {ended}, before it began at {begun}: the clock was set back",
            )
        )
    if started.virtual_time:
        return found
    if apart > TOLERANCE:
        found.append(
            Text(
                f"事件日志自 {journal} 开始，封存为 {begun}：时钟不一致",
                f"the journal begins at {journal}, the seal says {begun}: the clocks disagree",
            )
        )
    elif ended >= begun and abs(ended - begun - timedelta(seconds=seconds)) > TOLERANCE:
        found.append(
            Text(
                f"事件日志历时 {seconds:.0f} s，封存历时 {(ended - begun).total_seconds():.0f} s："
                "运行期间时钟被调整",
                f"the journal lasts {seconds:.0f} s, the seal says "
                f"{(ended - begun).total_seconds():.0f} s: the clock was set during the run",
            )
        )
    return found
