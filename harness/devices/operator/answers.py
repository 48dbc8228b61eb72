"""A person's answers from a file, for unattended runs and for repeating a session.

    by: T-104
    answers:
      safety: true
      first-causes: [cp-break, pe-open]
      enclosure: {value: abnormal, note: dent beside the lock, photo: photos/07.jpg}
      gun-temperature: {value: 31.4, instrument: irt-1}
      clean-camera: {value: wet-cloth, answers: {clean-camera-wet-cloth: true}}

Where a step asks several things, `answers` has those to single subjects, and `value` is for the
rest. A step without an entry gets no answer, so it is not run.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from harness.clock import Deadline
from harness.datafile import Path_, Places, load, validate
from harness.devices.operator import Answer, Question, wrong_ranking
from harness.errors import FileError, NotAvailableError, Problem
from harness.fields import FileModel
from harness.over_range import says_over_range
from harness.quantity import Value

_Given = bool | int | float | str | list[str]


class Said(FileModel):
    """One answer with its circumstances."""

    value: _Given
    note: str = ""
    instrument: str = ""
    photo: str = Field(default="", description="A picture file beside the answers file")


class AnswerEntry(FileModel):
    """What is answered in one step."""

    value: _Given | None = None
    note: str = ""
    instrument: str = ""
    photo: str = Field(default="", description="A picture file beside the answers file")
    answers: dict[str, _Given | Said] = Field(
        default={}, description="By subject, where a step asks several things"
    )

    def to(self, subject: str) -> Said | None:
        """What is answered to the question on this subject."""
        if subject in self.answers:
            found = self.answers[subject]
            return found if isinstance(found, Said) else Said(value=found)
        if self.value is None:
            return None
        return Said(value=self.value, note=self.note, instrument=self.instrument, photo=self.photo)


class AnswersFile(FileModel):
    """A whole answers file."""

    by: str = Field(min_length=1, description="Code of the person who gave the answers")
    answers: dict[str, _Given | AnswerEntry]


@dataclass(frozen=True)
class Asking:
    """What a step asks. `more`: what else it asks depends on what it finds."""

    questions: tuple[Question, ...]
    more: bool = False


Place = tuple[str, str | None]
"""Where an answer stands: step, and subject where it is for one subject."""


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
        self, step: str, asking: Asking, instruments: Mapping[str, str]
    ) -> list[Problem]:
        """What is wrong with the answers for a step that asks this.

        `instruments` are those of the bench: id -> type.
        """
        if step not in self.model.answers:
            return []
        if not asking.questions and not asking.more:
            what = f"the step {step!r} asks nothing of a person"
            return [self.places.problem(("answers", step), what, "no answer here")]
        found: list[Problem] = []
        by_subject = {one.subject: one for one in asking.questions}
        single = len(by_subject) == 1 and not asking.more
        for (_, subject), said in self._said(step):
            path: Path_ = ("answers", step)
            if subject is None:
                taken = self._entry(step).answers
                fits = [one for one in asking.questions if one.subject not in taken]
            else:
                path = (*path, "answers", subject)
                fits = [by_subject[subject]] if subject in by_subject else []
                if not fits and not asking.more:
                    wanted = "`value`" if single else "one of: " + ", ".join(by_subject)
                    what = f"the step {step!r} does not ask {subject!r}"
                    found.append(self.places.problem(path, what, wanted))
                    continue
            found += self._problems_at(path, subject or step, said, fits, instruments)
        return found

    def _problems_at(
        self,
        path: Path_,
        name: str,
        said: Said,
        fits: list[Question],
        instruments: Mapping[str, str],
    ) -> Iterator[Problem]:
        """What is wrong with one answer, which is for one of these questions (none: for any)."""
        wrong = [_expected(question, said.value) for question in fits]
        if wrong and all(wrong):
            what = f"{said.value!r} is no answer for {name!r}"
            yield self.places.problem((*path, "value"), what, wrong[0])
        if not said.instrument:
            return
        kind = instruments.get(said.instrument)
        types = [one.instrument for one in fits if one.instrument]
        if kind is None:
            what = f"the bench lists no instrument {said.instrument!r}"
            names = "one of: " + (", ".join(instruments) or "(none listed)")
            yield self.places.problem((*path, "instrument"), what, names)
        elif types and kind not in types:
            what = f"{said.instrument!r} is of the type {kind}"
            wanted = f"an instrument of the type {types[0]}"
            yield self.places.problem((*path, "instrument"), what, wanted)

    def _entry(self, step: str) -> AnswerEntry:
        entry = self.model.answers[step]
        return entry if isinstance(entry, AnswerEntry) else AnswerEntry(value=entry)

    def _said(self, step: str) -> Iterator[tuple[Place, Said]]:
        """Every answer of a step, with its place."""
        entry = self._entry(step)
        if entry.value is not None:
            yield (step, None), Said(**entry.model_dump(exclude={"answers"}))
        for subject in entry.answers:
            said = entry.to(subject)
            assert said is not None
            yield (step, subject), said

    def pictures(self) -> dict[Place, Path]:
        """Place of an answer -> its picture file, for those that name one."""
        return {
            place: self.path.parent / said.photo
            for step in self.model.answers
            for place, said in self._said(step)
            if said.photo
        }

    def with_photos(self, photos: Mapping[Place, str]) -> "FileOperator":
        """The same answers, with these names of photos."""
        answers = dict(self.model.answers)
        for (step, subject), name in photos.items():
            entry = answers[step]
            assert isinstance(entry, AnswerEntry)
            if subject is None:
                changed: dict[str, object] = {"photo": name}
            else:
                said = entry.answers[subject]
                assert isinstance(said, Said)
                told = said.model_copy(update={"photo": name})
                changed = {"answers": {**entry.answers, subject: told}}
            answers[step] = entry.model_copy(update=changed)
        model = self.model.model_copy(update={"answers": answers})
        return FileOperator(model, self.places, self.data, self.path)

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        if question.step not in self.model.answers:
            raise NotAvailableError(f"{self.path.name} has no answer for {question.step!r}")
        said = self._entry(question.step).to(question.subject)
        if said is None:
            raise NotAvailableError(
                f"{self.path.name} has no answer for {question.step!r}, {question.subject!r}"
            )
        return Answer(
            value=self._checked(question, said.value),
            by=self.model.by,
            note=said.note,
            instrument=said.instrument,
            photo=said.photo,
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


def _path(place: Place, key: str) -> Path_:
    step, subject = place
    return ("answers", step, key) if subject is None else ("answers", step, "answers", subject, key)


def load_answers(path: Path) -> FileOperator:
    """Load an answers file. Raises FileError; missing pictures are an error here, not later."""
    values, places, data = load(path)
    model = validate(AnswersFile, values, places)
    operator = FileOperator(model, places, data, path)
    unsaid = [
        places.problem(("answers", step), "'value' is missing", "what the circumstances belong to")
        for step, entry in model.answers.items()
        if isinstance(entry, AnswerEntry)
        and entry.value is None
        and (not entry.answers or entry.note or entry.instrument or entry.photo)
    ]
    missing = [
        places.problem(_path(place, "photo"), f"{picture} does not exist", "a picture file")
        for place, picture in operator.pictures().items()
        if not picture.is_file()
    ]
    if unsaid or missing:
        raise FileError(unsaid + missing)
    return operator
