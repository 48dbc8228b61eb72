"""What a condition comes to: a share from 0 to 1, or a stretch of it while something is unknown.

A condition that holds is 1, one that does not is 0; a conditional device verdict is worth what the
scheme says. What an error of bench or harness (or a verdict that an assessor still owes) has left
open is somewhere between `low` and `high`; where these differ, nobody may count it against the
candidate before a person has decided.
"""

from collections.abc import Sequence

import msgspec

from harness.text import Text


class Outcome(msgspec.Struct, frozen=True):
    """A condition, evaluated: how far it holds, why, and by which lines of the record."""

    low: float
    high: float
    reason: Text
    lines: tuple[int, ...] = ()
    times: int = 1
    """How often what it asks for is on record, where it holds."""

    @property
    def known(self) -> bool:
        return self.low == self.high

    @property
    def holds(self) -> bool:
        """It holds, at least in part, whatever is still open."""
        return self.low > 0


def holds(share: float, reason: Text, lines: Sequence[int] = (), times: int = 1) -> Outcome:
    """A known outcome."""
    return Outcome(share, share, reason, tuple(sorted(set(lines))), max(times, 1))


def unknown(reason: Text, lines: Sequence[int] = ()) -> Outcome:
    """Nothing is known."""
    return Outcome(0.0, 1.0, reason, tuple(sorted(set(lines))))


def all_of(parts: Sequence[Outcome]) -> Outcome:
    """As much as the least of them."""
    low, high = min(one.low for one in parts), min(one.high for one in parts)
    # What holds it back is worth telling; when nothing does, everything is.
    telling = [one for one in parts if one.low < 1] or list(parts)
    return _joined(low, high, telling)


def any_of(parts: Sequence[Outcome]) -> Outcome:
    """As much as the most of them."""
    low, high = max(one.low for one in parts), max(one.high for one in parts)
    telling = [one for one in parts if one.high == high and one.high > 0] or list(parts)
    return _joined(low, high, telling, times=max(one.times for one in telling))


def none_of(parts: Sequence[Outcome]) -> Outcome:
    """The opposite of any of them."""
    other = any_of(parts)
    return Outcome(1 - other.high, 1 - other.low, other.reason, other.lines)


def _joined(low: float, high: float, parts: Sequence[Outcome], times: int = 1) -> Outcome:
    lines = tuple(sorted({line for one in parts for line in one.lines}))
    return Outcome(low, high, joined([one.reason for one in parts]), lines, times)


def joined(reasons: Sequence[Text]) -> Text:
    """Several reasons as one."""
    each = list(dict.fromkeys(reasons))
    return Text("；".join(one.zh for one in each), "; ".join(one.en for one in each))
