"""Who and why of the clock ledger, in words: what the harness itself has put there."""

import re

from harness.text import Text

_BY = {
    "harness": Text("程序", "harness"),
    "clock": Text("计时器", "clock"),
}
_WHY = {
    "handed_in": Text("交卷", "handed in"),
    "time_up": Text("时间到", "time up"),
    "stopped": Text("中止", "stopped"),
    "veto": Text("一票否决", "veto"),
    "the time limit was reached": Text("规定时间已到", "the time limit was reached"),
}
_STEP = re.compile(r"step ([a-z0-9-]+)")
"""Of a technical stop: where bench or harness failed."""


def clock_by(by: str) -> Text:
    """Who began a phase: a code as it is, or the harness in words."""
    return _BY.get(by, Text(by, by))


def clock_why(why: str) -> Text:
    """Why a phase began: a referee's own words as they are."""
    step = _STEP.fullmatch(why)
    if step is not None:
        return Text(f"步骤 {step[1]}", why)
    return _WHY.get(why, Text(why, why))
