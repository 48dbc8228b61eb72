"""What a device, a candidate and a run can be said to have done.

A device verdict says whether the device meets its limit. A candidate verdict says whether the
person did and concluded the right thing. An ending says how the run stopped. They are three
different statements and are never merged into one.
"""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """Device verdict of one step or of a whole run."""

    PASS = "pass"
    """The limit is met, with the decision rule's margin."""
    CONDITIONAL_PASS = "conditional_pass"
    """Inside the limit, but nearer to it than the measurement uncertainty."""
    CONDITIONAL_FAIL = "conditional_fail"
    """Outside the limit, but nearer to it than the measurement uncertainty."""
    FAIL = "fail"
    """The limit is broken, with the decision rule's margin."""
    INCONCLUSIVE = "inconclusive"
    """Measured, but the measurement cannot carry a verdict (stale, NaN, too coarse ...)."""
    ERROR = "error"
    """The bench or the harness failed, so nothing is known about the device."""
    NOT_RUN = "not_run"
    """The step did not happen; the reason is recorded."""


_SEVERITY = (
    Verdict.PASS,
    Verdict.CONDITIONAL_PASS,
    Verdict.NOT_RUN,
    Verdict.INCONCLUSIVE,
    Verdict.ERROR,
    Verdict.CONDITIONAL_FAIL,
    Verdict.FAIL,
)
_RANK = {verdict: rank for rank, verdict in enumerate(_SEVERITY)}


def worst(verdicts: Iterable[Verdict | None]) -> Verdict | None:
    """The most serious of several verdicts; None (no claim about the device) does not count."""
    known = [verdict for verdict in verdicts if verdict is not None]
    return max(known, key=_RANK.__getitem__) if known else None


class CandidateVerdict(StrEnum):
    """Did the person do, read or conclude the right thing?"""

    RIGHT = "right"
    WRONG = "wrong"
    PENDING = "pending"
    """An assessor still has to decide."""
    ABSENT = "absent"
    """The person gave no answer."""


class Ending(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    """Every step had its turn."""
    STOPPED = "stopped"
    """The failure policy ended the run before its last step."""
    ABORTED = "aborted"
    """A person ended it (Ctrl-C, SIGTERM, or the answer "stop")."""
    LOST = "lost"
    """The bench or the harness failed, so the run could not go on."""


class ExitCode:
    """Exit codes of `harness run`; scripts rely on them."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    INCOMPLETE = 3
    BENCH = 4
    ABORTED = 130


def exit_code(ending: Ending, verdicts: Iterable[Verdict | None], *, safe: bool = True) -> int:
    """The exit code for a run that ended so, with these step verdicts.

    `safe`: every device was measured in its safe state at the end. When it was not, nothing better
    than a bench failure may be told; a failed device stays a failed device.
    """
    code = _exit_code(ending, verdicts)
    if not safe and code in (ExitCode.PASS, ExitCode.INCOMPLETE):
        return ExitCode.BENCH
    return code


def _exit_code(ending: Ending, verdicts: Iterable[Verdict | None]) -> int:
    if ending is Ending.ABORTED:
        return ExitCode.ABORTED
    seen = {verdict for verdict in verdicts if verdict is not None}
    if ending is Ending.LOST:
        return ExitCode.BENCH
    if seen & {Verdict.FAIL, Verdict.CONDITIONAL_FAIL}:
        return ExitCode.FAIL
    if Verdict.ERROR in seen:
        return ExitCode.BENCH
    if seen & {Verdict.INCONCLUSIVE, Verdict.NOT_RUN} or not seen:
        return ExitCode.INCOMPLETE
    return ExitCode.PASS
