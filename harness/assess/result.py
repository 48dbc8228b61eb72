"""A score, as plain values: what was given for what, why, and by which lines of the record."""

import hashlib
from typing import Literal

import msgspec

from harness.text import Text


class AspectScore(msgspec.Struct, frozen=True, kw_only=True):
    """Marks of one aspect."""

    id: str
    type: Literal["M", "J"]
    title: Text
    max: float
    marks: float | None
    """None: an assessor still has to decide."""
    computed: float | None = None
    """What the machine gave; stays when an assessor has overridden it."""
    reason: Text
    lines: list[int] = []
    """Lines of the run's journal that it rests on."""
    entered: dict[str, int] = {}
    """J: assessor code -> 0 to 3. Only of those who have locked."""
    spread: int | None = None
    """J: largest less smallest mark; more than 1 has to be settled."""
    overridden_by: str = ""
    must_pass: bool = False
    skills: list[str] = []


class DeductionScore(msgspec.Struct, frozen=True, kw_only=True):
    """One deduction that was made (or waived)."""

    block: str
    id: str
    title: Text
    times: int
    marks: float
    """What it costs before the cap of its block."""
    reason: Text
    lines: list[int] = []
    waived_by: str = ""
    entered_by: str = ""


class VetoScore(msgspec.Struct, frozen=True, kw_only=True):
    """A veto that the record gives cause for. `decision` None: nobody has decided."""

    id: str
    title: Text
    grade: Literal["deduct", "zero_task", "end_exam"]
    marks: float
    reason: Text
    lines: list[int]
    decision: Literal["confirmed", "rejected"] | None = None
    by: str = ""
    why: str = ""


class CriterionScore(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: Text
    aspects: list[AspectScore]


class ModuleScore(msgspec.Struct, frozen=True, kw_only=True):
    """One module: marks of its aspects less its deductions, never below 0."""

    id: str
    title: Text
    weight: float
    max: float
    marks: float | None
    percent: float | None
    criteria: list[CriterionScore]
    deductions: list[DeductionScore] = []
    deducted: float = 0.0
    """After the caps."""
    seconds: float | None = None
    minutes: float | None = None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """The whole score: a pure function of journal, scheme and assessors' entries."""

    format: int = 1
    function: str
    """Version of the scoring function."""
    run_id: str
    head: str
    scheme: str
    scheme_sha256: str
    entries_sha256: str
    """Digest of the assessors' entries that went in."""
    candidate: str
    simulated: bool
    modules: list[ModuleScore]
    vetoes: list[VetoScore] = []
    overtime_seconds: float = 0.0
    overtime_deducted: float = 0.0
    total: float | None
    """Per cent; None while something is pending."""
    passed: bool | None
    why: Text
    """Why passed, not passed or open."""
    pending: list[str] = []
    """Aspects, vetoes and spreads that wait for a person."""
    harness_errors: list[str] = []
    """Steps whose ending is an error of bench or harness: never the candidate's fault."""
    conditional: list[str] = []


def digest(score: Score) -> str:
    """Hex SHA-256 of the score's canonical JSON without its words.

    Reasons are written anew by every version of the program, which may word them better; marks,
    places and whoever decided stay. Numbers of float fields count as floats: 0 and 0.0 are the
    same marks. Sums of nothing are ints, and a score that was read from JSON has floats there.
    """
    alike = msgspec.convert(msgspec.to_builtins(score), Score)
    plain = _without_words(msgspec.to_builtins(alike))
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def _without_words(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: _without_words(one)
            for key, one in value.items()
            if not (isinstance(one, dict) and one.keys() == {"zh", "en"})
        }
    if isinstance(value, list):
        return [_without_words(one) for one in value]
    return value
