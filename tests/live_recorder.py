"""A recorder beside the served pile, as a laboratory has one: the person starts it, stops it, and
brings its file."""

from pathlib import Path

from harness.clock import Deadline
from harness.devices.operator import Answer, Operator, Question
from harness.devices.recorder.own_layout import write_csv
from simulators.recorder import SimulatedRecorder


class WithRecorder:
    """The technician, who also works the recorder. Lives in the loop of the served bench."""

    simulated = True

    def __init__(self, person: Operator, recorder: SimulatedRecorder, folder: Path) -> None:
        """`folder` is where the recorder puts its files."""
        self._person = person
        self._recorder = recorder
        self._folder = folder

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        answer = await self._person.ask(question, deadline)
        if question.subject == "arm-recorder":
            self._recorder.begin()
        if question.subject != "recording":
            return answer
        path = self._folder / f"{question.step}.csv"
        path.write_bytes(write_csv(self._recorder.end()))
        return Answer(value=str(path), by=answer.by)
