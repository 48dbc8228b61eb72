"""A person's answers from a file, for unattended runs and for repeating a session.

    by: T-104
    answers:
      safety: true
      first-causes: [cp-break, pe-open]
      enclosure: {value: abnormal, note: dent beside the lock, photo: photos/07.jpg}
      gun-temperature: {value: 31.4, instrument: irt-1}

A step without an entry gets no answer, so it is not run.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from harness.clock import Deadline
from harness.datafile import Path_, Places, load, validate
from harness.devices.operator import Answer, Question, wrong_ranking
from harness.errors import FileError, NotAvailableError, Problem
from harness.fields import FileModel
from harness.over_range import says_over_range
from harness.quantity import Value


class AnswerEntry(FileModel):
    """One answer with its circumstances."""

    value: bool | int | float | str | list[str]
    note: str = ""
    instrument: str = ""
    photo: str = Field(default="", description="A picture file beside the answers file")


class AnswersFile(FileModel):
    """A whole answers file."""

    by: str = Field(min_length=1, description="Code of the person who gave the answers")
    answers: dict[str, bool | int | float | str | list[str] | AnswerEntry]


class FileOperator:
    """Answers from a file."""

    simulated = False

    def __init__(self, model: AnswersFile, places: Places, data: bytes, path: Path) -> None:
        self.model = model
        self.places = places
        self.data = data
        self.path = path

    def unknown_steps(self, steps: set[str]) -> FileError | None:
        """The complaint about answers for steps that no procedure has, if there are any."""
        problems = [
            self.places.problem(("answers", name), f"no step is called {name!r}", "a step id")
            for name in self.model.answers
            if name not in steps
        ]
        return FileError(problems) if problems else None

    def problems_with(
        self, step: str, question: Question | None, instruments: Mapping[str, str]
    ) -> list[Problem]:
        """What is wrong with the answer for a step that asks `question` (None: nothing).

        `instruments` are those of the bench: id -> type.
        """
        entry = self.model.answers.get(step)
        if entry is None:
            return []
        path: Path_ = ("answers", step)
        if question is None:
            what = f"the step {step!r} asks nothing of a person"
            return [self.places.problem(path, what, "no answer here")]
        problems: list[Problem] = []
        if not isinstance(entry, AnswerEntry):
            entry = AnswerEntry(value=entry)
        if expected := _expected(question, entry.value):
            what = f"{entry.value!r} is no answer for {step!r}"
            problems.append(self.places.problem((*path, "value"), what, expected))
        if entry.instrument:
            where = (*path, "instrument")
            kind = instruments.get(entry.instrument)
            if kind is None:
                what = f"the bench lists no instrument {entry.instrument!r}"
                names = "one of: " + (", ".join(instruments) or "(none listed)")
                problems.append(self.places.problem(where, what, names))
            elif question.instrument and kind != question.instrument:
                what = f"{entry.instrument!r} is of the type {kind}"
                wanted = f"an instrument of the type {question.instrument}"
                problems.append(self.places.problem(where, what, wanted))
        return problems

    def pictures(self) -> dict[str, Path]:
        """Step -> picture file, for those answers that name one."""
        return {
            step: self.path.parent / entry.photo
            for step, entry in self.model.answers.items()
            if isinstance(entry, AnswerEntry) and entry.photo
        }

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        entry = self.model.answers.get(question.step)
        if entry is None:
            raise NotAvailableError(f"{self.path.name} has no answer for {question.step!r}")
        if not isinstance(entry, AnswerEntry):
            entry = AnswerEntry(value=entry)
        return Answer(
            value=self._checked(question, entry.value),
            by=self.model.by,
            note=entry.note,
            instrument=entry.instrument,
            photo=entry.photo,
        )

    def _checked(self, question: Question, value: Value) -> Value:
        if expected := _expected(question, value):
            raise NotAvailableError(
                f"{self.path.name}: {value!r} is no answer for {question.step!r}; "
                f"expected {expected}"
            )
        if isinstance(value, list):
            return value
        if question.kind == "rate":
            return int(value)
        # A choice called 1 may be written without quotes.
        return str(value) if question.choices else value


def _expected(question: Question, value: Value) -> str:
    """What an answer has to be, when `value` is none; empty when it is one."""
    if question.kind == "rank" or isinstance(value, list):
        return _expected_list(question, value)
    if question.kind == "confirm":
        return "" if isinstance(value, bool) else "true or false"
    if question.kind == "reading":
        number = not isinstance(value, bool | str) and math.isfinite(value)
        return "" if number or says_over_range(value) else f"a number in {question.unit}"
    if question.choices and str(value) not in question.choices:
        return "one of: " + ", ".join(question.choices)
    return ""


def _expected_list(question: Question, value: Value) -> str:
    if question.kind != "rank":
        return "one answer, no list"
    if not isinstance(value, list):
        return f"a list of at least {question.least} choices, the likeliest first"
    wrong = wrong_ranking(question, value)
    return "" if wrong is None else f"a ranking of choices: {wrong.en}"


def load_answers(path: Path) -> FileOperator:
    """Load an answers file. Raises FileError; missing pictures are an error here, not later."""
    values, places, data = load(path)
    model = validate(AnswersFile, values, places)
    operator = FileOperator(model, places, data, path)
    missing = [
        places.problem(("answers", step, "photo"), f"{picture} does not exist", "a picture file")
        for step, picture in operator.pictures().items()
        if not picture.is_file()
    ]
    if missing:
        raise FileError(missing)
    return operator
