"""A candidate's script: what he answers and which tools he takes, step by step.

    takes: 20 s                     # for every question, unless a step says otherwise
    steps:
      reproduce: {tools: [read charging_state, measure cp_voltage with multimeter]}
      fault: {answer: contactor-welded}
      supply: {verdict: meets}
      meter-at-rest: {answer: 12.6, instrument: multimeter, takes: 2 min}
      verify: {tools_at: {disconnect-vehicle: [read contactor_state]}}

Where a script says nothing, he does what he is asked to do, says what is there to see, and reads
the instrument that is asked for; he concludes nothing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from harness.actions.candidate import OWN_VERDICT
from harness.assess.tool_words import parse
from harness.clock import Deadline, sleep
from harness.datafile import Places, load, validate
from harness.devices.operator import Answer, Question
from harness.errors import FileError, Problem, StopRun, UnknownNameError
from harness.fields import DurationField, FileModel, Kebab
from harness.text import Text

if TYPE_CHECKING:
    from harness.assess.attendant import ExamAttendant
    from harness.assess.desk import Commands

_PAUSE = 120.0
"""Seconds that an interruption takes."""
_REFEREE = "R-00"
Given = bool | int | float | str | list[str]


class StepScript(FileModel):
    """What a candidate does at one step."""

    tools: list[str] = Field(default=[], description="Tools taken before the first answer")
    tools_at: dict[str, list[str]] = Field(
        default={}, description="Tools taken before an answer, by the subject of the question"
    )
    answer: Given | None = None
    answers: dict[str, Given] = Field(
        default={}, description="Where a step asks several things: by the subject of each"
    )
    verdict: Literal["meets", "fails", "cannot-say"] | None = Field(
        default=None, description="His own verdict on the device"
    )
    note: str = ""
    instrument: str = ""
    takes: DurationField | None = None


class CandidateFile(FileModel):
    """A whole script."""

    title: str = ""
    takes: DurationField = Field(default=5.0, description="Time for an answer")
    ready: DurationField = Field(default=60.0, description="Preparation that he takes")
    otherwise: Literal["do", "nothing"] = Field(
        default="do", description="What he does where the script says nothing"
    )
    steps: dict[Kebab, StepScript] = Field(default={})


def load_script(path: Path) -> tuple[CandidateFile, Places]:
    """A script. Raises FileError; every tool must be one that there is."""
    values, places, _ = load(path)
    model = validate(CandidateFile, values, places)
    given = [
        (("steps", step, *where), lines)
        for step, one in model.steps.items()
        for where, lines in [
            (("tools",), one.tools),
            *((("tools_at", subject), lines) for subject, lines in one.tools_at.items()),
        ]
    ]
    problems = [
        places.problem((*where, index), f"{line!r} is no tool", "like: read POINT")
        for where, lines in given
        for index, line in enumerate(lines)
        if parse(line) is None
    ]
    if problems:
        raise FileError(problems)
    return model, places


def check_steps(model: CandidateFile, places: Places, known: Mapping[str, object]) -> list[Problem]:
    """Steps of a script that the exam does not have."""
    return [
        places.problem(
            ("steps", step),
            UnknownNameError("step", step, list(known)).detail,
            "a step of the exam",
        )
        for step in model.steps
        if step not in known
    ]


def never_asked(
    model: CandidateFile, places: Places, asked: Mapping[str, set[str]]
) -> list[Problem]:
    """Answers and tools of a script for subjects that nothing asked about.

    `asked`: step that was carried out -> subjects of its questions. Of a step that had no turn
    nobody knows what it would have asked.
    """
    idle = [
        places.problem(("steps", step, "answer"), f"step {step!r} never asked for an answer")
        for step, one in model.steps.items()
        if one.answer is not None and step in asked and not asked[step] - {OWN_VERDICT}
    ]
    return idle + [
        places.problem(
            ("steps", step, kind, subject),
            f"step {step!r} never asked about {subject!r}",
            f"one of {', '.join(sorted(asked[step]))}" if asked[step] else "no subject",
        )
        for step, one in model.steps.items()
        if step in asked
        for kind, given in (("answers", one.answers), ("tools_at", one.tools_at))
        for subject in given
        if subject not in asked[step]
    ]


class ScriptedCandidate:
    """Answers and takes tools as a script says; also the desk of the exam."""

    simulated = False

    def __init__(
        self, model: CandidateFile, attendant: "ExamAttendant", commands: "Commands"
    ) -> None:
        self._model = model
        self._attendant = attendant
        self._commands = commands
        self._begun: set[tuple[str, str]] = set()
        """Step, and subject or nothing, whose tools have been taken; a repetition takes none."""
        self.asked: dict[str, set[str]] = {}
        """Step -> subjects of the questions that it asked."""
        commands.until_resumed = self._until_resumed

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        by = self._attendant.candidate
        if question.kind == "rate":  # an assessor's business, after the exam
            return Answer(value=None, by=by)
        self.asked.setdefault(question.step, set()).add(question.subject)
        one = self._model.steps.get(question.step, StepScript())
        await sleep(
            min(one.takes if one.takes is not None else self._model.takes, deadline.remaining())
        )
        await self._tools(question.step, "", one.tools, deadline)
        await self._tools(
            question.step, question.subject, one.tools_at.get(question.subject, []), deadline
        )
        if question.subject == OWN_VERDICT:
            return Answer(value=one.verdict, by=by, note=one.note)
        instrument = one.instrument or self._attendant.measured_with.get(question.subject, "")
        said: Given | None = one.answers.get(question.subject, one.answer)
        hands = self._attendant.bench.hands if self._attendant.bench is not None else None
        does = question.kind == "confirm" and said in (None, True)
        seen: Answer | None = None
        sees = question.kind in ("inspect", "observe", "reading") and question.evidence is None
        wanted = does or (said is None and sees)
        if hands is not None and wanted and (self._model.otherwise == "do" or said is not None):
            seen = await hands.ask(question, deadline)
        if said is None:
            return Answer(
                value=seen.value if seen is not None else None,
                by=by,
                note=seen.note if seen is not None and not one.note else one.note,
                instrument=instrument,
                uncertainty=seen.uncertainty if seen is not None else None,
            )
        chosen = said if isinstance(said, list) else [str(said)]
        if question.choices and not set(chosen) <= set(question.choices):
            wrong = f"{said!r} is no answer for {question.step!r}"
            zh = f"脚本中步骤 {question.step} 的作答 {said!r} 不在选项之内"
            raise StopRun(Text(zh, f"the script: {wrong}"), aborted=True)
        value = str(said) if question.choices and not isinstance(said, list) else said
        return Answer(value=value, by=by, note=one.note, instrument=instrument)

    async def _tools(self, step: str, subject: str, lines: list[str], deadline: Deadline) -> None:
        """Tools, once: before the first answer of a step or about a subject, or before its end."""
        if (step, subject) in self._begun:
            return
        self._begun.add((step, subject))
        for line in lines:
            order = parse(line)
            assert order is not None  # the loader saw to it
            await self._commands.take(order, deadline)

    # The desk

    async def ready(self, within: float) -> None:
        await sleep(min(self._model.ready, within))

    async def before_end(self, step: str, deadline: Deadline) -> None:
        """Tools of a step that asked nothing."""
        if step in self._model.steps:
            await self._tools(step, "", self._model.steps[step].tools, deadline)

    async def paused(self, why: Text) -> str:
        await sleep(_PAUSE)
        return _REFEREE

    async def _until_resumed(self, said: str, by: str) -> str:
        await sleep(_PAUSE)
        return by
