"""A person's answers from a file, for unattended runs and for repeating a session.

    by: T-104
    answers:
      safety: true
      enclosure: {value: abnormal, note: dent beside the lock, photo: photos/07.jpg}
      gun-temperature: {value: 31.4, instrument: irt-1}

A step without an entry gets no answer, so it is not run.
"""

from pathlib import Path

from pydantic import Field

from harness.clock import Deadline
from harness.datafile import Places, load, validate
from harness.devices.operator import Answer, Question
from harness.errors import FileError, NotAvailableError
from harness.fields import FileModel
from harness.quantity import Scalar


class AnswerEntry(FileModel):
    """One answer with its circumstances."""

    value: bool | int | float | str
    note: str = ""
    instrument: str = ""
    photo: str = Field(default="", description="A picture file beside the answers file")


class AnswersFile(FileModel):
    """A whole answers file."""

    by: str = Field(min_length=1, description="Code of the person who gave the answers")
    answers: dict[str, bool | int | float | str | AnswerEntry]


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

    def _checked(self, question: Question, value: Scalar) -> Scalar:
        expected = ""
        if question.kind == "confirm" and not isinstance(value, bool):
            expected = "true or false"
        elif question.kind == "reading" and (
            isinstance(value, bool) or not isinstance(value, int | float)
        ):
            expected = f"a number in {question.unit}"
        elif question.choices and str(value) not in question.choices:
            expected = "one of: " + ", ".join(question.choices)
        if expected:
            raise NotAvailableError(
                f"{self.path.name}: {value!r} is no answer for {question.step!r}; "
                f"expected {expected}"
            )
        return int(value) if question.kind == "rate" else value


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
