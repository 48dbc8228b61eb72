"""Which runs are meant."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from harness.errors import UsageError
from harness.evidence.reality import KINDS
from harness.verdict import Verdict

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Filters:
    """Everything that is given must hold.

    A verdict is that of the item, where one is given, else of the procedure, else of the run.
    Days are days in UTC; `until` belongs to the time that is meant.
    """

    candidate: str = ""
    procedure: str = ""
    item: str = ""
    verdict: str = ""
    bench: str = ""
    since: str = ""
    until: str = ""
    simulated: bool | None = None
    mode: str = ""
    reality: str = ""

    def __post_init__(self) -> None:
        """Raises UsageError for a verdict or a day that is none."""
        known = [verdict.value for verdict in Verdict]
        if self.verdict and self.verdict not in known:
            raise UsageError(f"{self.verdict!r} is no verdict; expected one of: {', '.join(known)}")
        if self.reality and self.reality not in KINDS:
            raise UsageError(
                f"{self.reality!r} is no kind of run; expected one of: {', '.join(KINDS)}"
            )
        since, until = self.first_moment, self.moment_after
        if since and until and since >= until:
            raise UsageError(f"the time from {self.since} to {self.until} is empty")

    @property
    def first_moment(self) -> str:
        """The moment at which the time begins; empty: no bound."""
        return f"{_day(self.since)}T" if self.since else ""

    @property
    def moment_after(self) -> str:
        """The moment before which it ends; empty: no bound."""
        return f"{_day(self.until) + timedelta(days=1)}T" if self.until else ""


def _day(text: str) -> date:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day; expected one like 2026-11-28") from error
