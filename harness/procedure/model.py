"""The procedure file: an ordered script, as data.

A procedure says what is done and what it is held against. It has no loops, no expressions and
no templating; what does not fit becomes an action in Python. Because it is data it can be
checked against a bench before anything is energised, shown, translated, hashed and scored.
"""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from harness.catalogue.item import LimitSpec
from harness.fields import DurationField, FileModel, Kebab, ProcedureId, TextField
from harness.limits import Rule


class OnFail(StrEnum):
    """What the engine does after a step whose device verdict is fail or conditional fail."""

    CONTINUE = "continue"
    """Go on with the next step."""
    STOP_GROUP = "stop_group"
    """Skip the rest of this step's group."""
    STOP_RUN = "stop_run"
    """Skip everything that is left, then make the bench safe."""


class Step(FileModel):
    """One row of a procedure."""

    id: Kebab
    title: TextField
    do: str = Field(description="The action, for example pile.measure")
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    item: str | None = Field(default=None, description="Catalogue item that gives the limit")
    limit: LimitSpec | None = Field(default=None, description="A limit given in place")
    rule: Rule | None = None
    group: Kebab | None = None
    after: Kebab | None = Field(
        default=None,
        description="An earlier step that this one looks at the consequences of; where the bench "
        "cannot run that one, this one is not run either",
    )
    critical: bool = Field(
        default=False, description="Safety-critical: a failure stops the run (the star of a row)"
    )
    on_fail: OnFail | None = None
    attempts: int = Field(
        default=1, ge=1, le=10, description="How often to try when the bench errs; all are kept"
    )
    within: DurationField | None = Field(default=None, description="Deadline of the whole step")

    @field_validator("do")
    @classmethod
    def _names_an_action(cls, value: str) -> str:
        room, dot, verb = value.partition(".")
        if not (room and dot and verb):
            raise ValueError("an action name like pile.measure")
        return value

    @model_validator(mode="after")
    def _one_limit(self) -> "Step":
        if self.critical and self.on_fail not in (None, OnFail.STOP_RUN):
            raise ValueError("a critical step stops the run: leave on_fail out")
        return self

    @property
    def policy(self) -> OnFail:
        if self.critical:
            return OnFail.STOP_RUN
        return self.on_fail or OnFail.CONTINUE


class Group(FileModel):
    """A named part of a procedure."""

    id: Kebab
    title: TextField


class Procedure(FileModel):
    """A whole procedure file."""

    procedure: ProcedureId
    version: str = "1"
    title: TextField
    summary: TextField | None = None
    skills: list[str] = Field(default_factory=list)
    minutes: int | None = Field(default=None, ge=1)
    edition: Literal["2015", "2023"] | None = None
    read_only: bool = Field(
        default=False, description="Not one CAN frame may leave the bench in a run of this"
    )
    needs: dict[str, list[str]] = Field(
        default_factory=dict,
        description="Points that a bench must offer, by role; without them the run is refused",
    )
    groups: list[Group] = Field(default_factory=list)
    steps: list[Step] = Field(min_length=1)
