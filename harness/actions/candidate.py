"""Holding what a candidate answers against what is true: his verdicts, never the device's.

A reading is right when it agrees with the bench's own value within their combined expanded
uncertainty (En ≤ 1). An observation is right when it is what there is to see. A conclusion is
right when the same rule gives it for the reference value; where that is conditional, both
neighbours are accepted.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from harness.devices.operator import Question
from harness.quantity import Measurement, Quality, Value, convert, same_dimension
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

MEETS, FAILS, CANNOT_SAY = "meets", "fails", "cannot-say"
OWN_VERDICT = "own-verdict"
"""Subject of the question for the candidate's own verdict on the device."""
VERDICT_LABELS = {
    MEETS: Text("符合要求", "meets the requirement"),
    FAILS: Text("不符合要求", "does not meet the requirement"),
    CANNOT_SAY: Text("无法判定", "cannot be said"),
}
DIAGNOSES = ("pile-fault", "bus-fault")
"""Subjects of questions for the name of the fault."""

_ACCEPTED: dict[Verdict | None, tuple[str, ...]] = {
    Verdict.PASS: (MEETS,),
    Verdict.CONDITIONAL_PASS: (MEETS, FAILS),
    Verdict.CONDITIONAL_FAIL: (FAILS, MEETS),
    Verdict.FAIL: (FAILS,),
}
_WEIGHT = (
    CandidateVerdict.RIGHT,
    CandidateVerdict.PENDING,
    CandidateVerdict.ABSENT,
    CandidateVerdict.WRONG,
)


class Examiner(Protocol):
    """What is true, for those who may know it."""

    @property
    def left_out(self) -> Collection[str]:
        """Steps of the procedures that the scenario leaves out."""
        ...

    @property
    def diagnoses(self) -> list[str]:
        """Accepted names of the fault, where the scenario says so."""
        ...

    def truth(self, question: Question) -> Measurement | None:
        """What there is to measure or to see; None where this bench cannot tell."""
        ...

    def accepted(self, question: Question) -> list[str]:
        """The right choices, where the scenario says so itself; the first is the full one."""
        ...


def accepted_verdicts(verdict: Verdict | None) -> tuple[str, ...]:
    """The candidate's verdicts that agree with a device verdict; the first is the key."""
    return _ACCEPTED.get(verdict, (CANNOT_SAY,))


def is_right(answer: Value | None, accepted: Sequence[Value]) -> CandidateVerdict:
    """Whether an answer is one of those that are accepted."""
    if answer is None:
        return CandidateVerdict.ABSENT
    return CandidateVerdict.RIGHT if answer in accepted else CandidateVerdict.WRONG


def heaviest(verdicts: Iterable[CandidateVerdict]) -> CandidateVerdict | None:
    """What several answers of one step come to: one that is wrong spoils it."""
    return max(verdicts, key=_WEIGHT.index, default=None)


def same_text(answer: Value | None, truth: Value | None) -> bool:
    """Whether what was read off is what is written."""
    return plain(answer) == plain(truth)


def plain(text: Value | None) -> str:
    """A text for comparing: blanks and capitals make no difference."""
    return "".join(str(text).split()).upper()


def normalised_error(answer: Measurement, reference: Measurement) -> float | None:
    """En: |difference| over the root of the sum of squared uncertainties; None if it has none.

    Both uncertainties are expanded (k = 2). None as well where there are no two numbers of one
    dimension.
    """
    own, true = answer.value, reference.value
    if isinstance(own, bool | str | list) or isinstance(true, bool | str | list):
        return None
    if own is None or true is None or not answer.unit or not reference.unit:
        return None
    if reference.quality is not Quality.GOOD or not same_dimension(answer.unit, reference.unit):
        return None
    spread = answer.uncertainty or 0.0
    if reference.uncertainty is not None:
        spread = math.hypot(spread, convert(reference.uncertainty, reference.unit, answer.unit))
    apart = abs(own - convert(float(true), reference.unit, answer.unit))
    if spread <= 0:
        return None
    return round(apart / spread, 4)
