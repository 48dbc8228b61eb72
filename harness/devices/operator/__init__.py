"""The person at the bench, as a device: asked questions, gives answers.

Back ends: the terminal (`terminal.py`), a file of answers (`answers.py`), nobody
(`absent.py`), and the simulated technician of the simulated bench.
"""

from typing import Literal, Protocol

import msgspec

from harness.clock import Deadline
from harness.quantity import Value
from harness.text import Text

QuestionKind = Literal["confirm", "inspect", "reading", "observe", "decide", "rate"]

NORMAL = "normal"
ABNORMAL = "abnormal"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One thing asked of the person.

    `subject` is the machine-readable name of what is to be done, looked at or measured
    (`press-emergency-stop`, `enclosure`, `gun_surface_temperature`); `instrument` is the type of
    hand instrument that a reading needs.
    """

    kind: QuestionKind
    step: str
    subject: str
    ask: Text
    choices: list[str] = []
    labels: dict[str, Text] = {}
    unit: str | None = None
    instrument: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The person's answer. `value` None: no answer was given.

    `uncertainty` (expanded, in the question's unit) belongs to an instrument reading.
    """

    value: Value | None
    by: str
    note: str = ""
    instrument: str = ""
    photo: str = ""
    uncertainty: float | None = None


class Operator(Protocol):
    """What every back end offers."""

    simulated: bool

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        """Ask, and wait for the answer until the deadline.

        Raises NotAvailableError when nobody is there to answer, NoReplyError when the deadline
        passes, StopRun when the person asks to stop.
        """
        ...
