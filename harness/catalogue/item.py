"""One requirement of a standard, with everything that is known about where it comes from.

`Entry` is how an item is written, `Standard` the head of the file it stands in, `Item` the two
together as the rest of the harness uses them. Titles, requirements and criteria are in our own
words. A clause that was not seen is null and stays null. No item may be surer than its source.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from harness.catalogue.criteria.names import Formula
from harness.catalogue.limit_spec import LimitSpec
from harness.errors import UsageError
from harness.fields import FileModel, Kebab, TextField
from harness.limits import Limit
from harness.quantity import Quantity
from harness.text import Text

__all__ = [
    "PRACTICE",
    "Applies",
    "Confidence",
    "Entry",
    "Formula",
    "Item",
    "LimitSpec",
    "Method",
    "Source",
    "Standard",
    "VerdictWords",
]

PRACTICE = "practice"
"""Stands in the place of a standard for items that no standard carries."""


class Confidence(StrEnum):
    """How far an item can be relied on."""

    HIGH = "high"
    """The text of that standard was read."""
    MEDIUM = "medium"
    """Seen in a secondary source: an article, a contents list, the program of a test bench."""
    LOW = "low"
    """General knowledge or our own reference value. A bench may replace it; never a verdict
    about conformity with a standard."""

    @property
    def rank(self) -> int:
        return ("low", "medium", "high").index(self.value)


_LABELS = {
    Confidence.HIGH: Text("已读标准文本", "read in the standard"),
    Confidence.MEDIUM: Text("二手资料，未核对原文", "secondary source, original not read"),
    Confidence.LOW: Text(
        "参考值，可由台架配置，不作为按标准的判定",
        "reference value, configurable, not judged against a standard",
    ),
}
_PRACTICE_LABEL = Text("行业惯例，非标准条款", "common practice, not a clause of a standard")
_DRAFT_LABEL = Text("征求意见稿，不作判定", "draft for comment, never judged")


class Method(StrEnum):
    """What can prove the item."""

    READ = "read"
    """A value that the device itself reports."""
    BUS = "bus"
    """A signal on the vehicle's CAN bus."""
    DIAGNOSTICS = "diagnostics"
    """A diagnostic request to a control unit (UDS, OBD)."""
    TELEMATICS = "telematics"
    """What the vehicle's terminal reports to a platform."""
    INSTRUMENT = "instrument"
    """A measuring instrument."""
    VISUAL = "visual"
    """Looking at it, or operating it by hand."""
    DOCUMENT = "document"
    """Papers: certificate, type test report, drawing."""
    TRACE = "trace"
    """A time-stamped trace; polling is too slow for it."""


Applies = Literal["AC", "EVSE", "vehicle", "cable", "site"]
"""AC pile · AC pile and DC charger alike · vehicle · cable assembly · installation site."""

ItemId = Annotated[str, StringConstraints(pattern=r"^\S.*\S/[A-Za-z0-9]+(-[a-z0-9]+)*$")]
Clause = Annotated[str, StringConstraints(min_length=1, max_length=60)]
_PLAIN_CLAUSE = re.compile(r"[A-Z]?[0-9.]+")


class Entry(FileModel):
    """An item as it is written in a catalogue file."""

    id: ItemId
    title: TextField
    requirement: TextField
    criterion: TextField | None = Field(
        default=None, description="How to judge it, where that is not plain from the requirement"
    )
    limit: LimitSpec | None = None
    clause: Clause | None = Field(description="null when the number was not seen; never invented")
    formula: Formula | None = Field(
        default=None, description="Criterion that turns several readings into the judged value"
    )
    applies: Applies
    method: Method
    other_methods: list[Method] = Field(
        default_factory=list, description="What else can prove it, or cross-check it"
    )
    source: Kebab = Field(description="A name from the file's `sources`")
    confidence: Confidence
    note: TextField | None = None
    row: str | None = Field(default=None, description="Row of the fact catalogue")
    also: list[str] = Field(default_factory=list, description="Further rows that say the same")
    of_the_test: bool = Field(
        default=False,
        description="It says how the test is done: the standard's words for results do not fit it",
    )
    not_covered: Kebab | None = Field(
        default=None,
        description="Why no step judges it: a name from the file's `reasons`",
    )
    supersedes: ItemId | None = None
    superseded_by: ItemId | None = None
    former_clause: str | None = Field(
        default=None, description="Clause of the edition before, where it is known"
    )

    @model_validator(mode="after")
    def _low_says_why(self) -> "Entry":
        if self.confidence is Confidence.LOW and self.note is None:
            raise ValueError("a note: an item of low confidence says what its value rests on")
        return self

    @property
    def prefix(self) -> str:
        """The id without its last part: standard and edition."""
        return self.id.rpartition("/")[0]


class Source(FileModel):
    """Where facts come from, in words that a reader understands."""

    text: TextField
    at_most: Confidence = Field(description="No item of this source may be surer than this")


class VerdictWords(FileModel):
    """What a standard says in the place of pass and fail."""

    met: TextField
    not_met: TextField


def _edition(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Standard(FileModel):
    """Head of a catalogue file: one standard in one edition, or `practice`.

    A long one may be spread over several files: each further file names its `part`, ends its
    file name with it and begins the short name of every item with it.
    """

    standard: str = Field(min_length=1)
    edition: Annotated[str, BeforeValidator(_edition), StringConstraints(pattern=r"^\d{4}$")] | None
    part: Kebab | None = None
    draft: bool = Field(default=False, description="A draft for comment: no limits, no verdicts")
    title: TextField
    issued: date | None = None
    in_force: date | None = None
    replaces: str | None = None
    replaced_by: str | None = None
    note: TextField | None = None
    verdict_words: VerdictWords | None = None
    sources: dict[Kebab, Source] = Field(min_length=1)
    reasons: dict[Kebab, TextField] = Field(
        default_factory=dict, description="Why items of this file have no step, by name"
    )

    @property
    def prefix(self) -> str:
        """`NB/T 33002-2018`, or the bare name where there is no edition."""
        name = self.standard if self.edition is None else f"{self.standard}-{self.edition}"
        return f"{name}-draft" if self.draft else name


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement, ready to be cited and judged by."""

    id: str
    standard: str
    edition: str | None
    clause: str | None
    title: Text
    requirement: Text
    criterion: Text
    """How it is judged; the requirement itself where nothing else is written."""
    limit: LimitSpec | None
    formula: Formula | None
    """Name of the criterion in `harness.catalogue.criteria` that gives the judged value."""
    applies: Applies
    method: Method
    other_methods: tuple[Method, ...]
    source: str
    """Where it comes from, in English, for the record."""
    source_text: Text
    confidence: Confidence
    note: Text | None
    row: str | None
    also: tuple[str, ...]
    supersedes: str | None
    superseded_by: str | None
    former_clause: str | None
    not_covered: Text | None
    """Why no step judges it, where that is said."""
    draft: bool
    """True for a draft for comment, which nothing may be judged against."""
    verdict_words: VerdictWords | None
    """The standard's own words, where it does not say pass and fail."""

    @classmethod
    def of(cls, entry: Entry, head: Standard) -> "Item":
        """An entry together with what the head of its file says."""
        source = head.sources[entry.source].text
        return cls(
            id=entry.id,
            standard=head.standard,
            edition=head.edition,
            clause=entry.clause,
            title=entry.title,
            requirement=entry.requirement,
            criterion=entry.criterion or entry.requirement,
            limit=entry.limit,
            formula=entry.formula,
            applies=entry.applies,
            method=entry.method,
            other_methods=tuple(entry.other_methods),
            source=source.en,
            source_text=source,
            confidence=entry.confidence,
            note=entry.note,
            row=entry.row,
            also=tuple(entry.also),
            supersedes=entry.supersedes,
            superseded_by=entry.superseded_by,
            former_clause=entry.former_clause,
            not_covered=head.reasons[entry.not_covered] if entry.not_covered else None,
            draft=head.draft,
            verdict_words=None if entry.of_the_test else head.verdict_words,
        )

    @property
    def practice(self) -> bool:
        """True where no standard stands behind the item."""
        return self.edition is None

    @property
    def label(self) -> Text:
        """What a report prints beside the item's verdict."""
        if self.draft:
            return _DRAFT_LABEL
        if self.practice and self.confidence is not Confidence.LOW:
            return _PRACTICE_LABEL
        return _LABELS[self.confidence]

    @property
    def citation(self) -> Text:
        """Standard and clause as printed; a clause that was not seen is not printed."""
        if self.standard == PRACTICE:
            return Text("惯例", "practice")
        if self.draft:
            return Text(
                f"{self.standard}（{self.edition} 征求意见稿）",
                f"{self.standard} (draft for comment, {self.edition})",
            )
        name = self.standard if self.edition is None else f"{self.standard}-{self.edition}"
        if self.clause is None:
            return Text(name, name)
        return Text(f"{name} {_clause_zh(self.clause)}", f"{name}, {self.clause}")

    def limit_for(self, ratings: Mapping[str, Quantity] | None = None) -> Limit | None:
        """The limit for a pile of these ratings; None where only a criterion exists.

        Raises UsageError when the limit needs a rating that is missing.
        """
        if self.limit is None:
            return None
        try:
            return self.limit.resolve(ratings)
        except UsageError as error:
            raise UsageError(f"{self.id}: {error.detail}") from error


def _clause_zh(clause: str) -> str:
    if _PLAIN_CLAUSE.fullmatch(clause):
        return f"第 {clause} 条" if "." in clause else f"第 {clause} 章"
    for english, chinese in (
        ("Table", "表"),
        ("Annex", "附录"),
        ("seq.", "时序"),
        ("scope", "范围"),
        ("note", "注"),
    ):
        clause = clause.replace(english, chinese)
    return clause
