"""A scenario: what an exam consists of, and what it hides.

Faults and key are one case or several; of several, one is drawn by lot at the start, so that
whoever has read the file still does not know what is in the bench. The name of a scenario says
nothing about its faults.
"""

from typing import Literal

from pydantic import Field, model_validator

from harness.fields import FileModel, Kebab, TextField


class HiddenFault(FileModel):
    """A fault, and when it comes."""

    fault: str
    before: Kebab | None = Field(
        default=None, description="The step before which it comes; by default it is there at once"
    )


class Key(FileModel):
    """The right answers."""

    diagnosis: list[str] = Field(
        default=[], description="Accepted names of the fault; the first is the full answer"
    )
    handling: list[str] = Field(default=[], description="Accepted handling (repair subjects)")
    decisions: dict[Kebab, str] = Field(
        default={}, description="Step -> right choice, where verdicts alone do not give it"
    )


class Case(FileModel):
    """One set of hidden faults with its key. No faults: the device is sound."""

    id: Kebab
    faults: list[HiddenFault] = Field(default=[])
    key: Key = Key()
    explanation: TextField = Field(description="Told after practice: what it was, how it shows")
    hints: list[TextField] = Field(default=[], description="For practice, from vague to plain")


class Scenario(FileModel):
    """A whole scenario file."""

    scenario: Kebab
    version: str = "1"
    title: TextField
    order: TextField = Field(description="The work order in the customer's words")
    level: Literal["junior", "intermediate", "senior"]
    skills: list[str] = Field(default=[])
    procedures: list[str] = Field(min_length=1)
    without: list[Kebab] = Field(
        default=[], description="Steps of the procedures that are left out: they would help"
    )
    bench: str = "sim"
    scheme: str = Field(description="Id of a shipped scheme, or a file beside this one")
    minutes: float = Field(gt=0)
    preparation: float = Field(default=5, ge=0, description="Minutes before the working time")
    conclude: list[Kebab] = Field(
        default=[],
        description="Steps after which the candidate states his own verdict on the device",
    )
    cases: list[Case] = Field(min_length=1)

    @model_validator(mode="after")
    def _names(self) -> "Scenario":
        ids = [case.id for case in self.cases]
        if len(set(ids)) != len(ids):
            raise ValueError("each case has an id of its own")
        return self
