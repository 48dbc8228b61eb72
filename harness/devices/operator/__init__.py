"""The person at the bench, as a device: asked questions, gives answers.

Back ends: the terminal (`terminal.py`), a file of answers (`answers.py`), nobody
(`absent.py`), and the simulated technician of the simulated bench.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from harness.clock import Deadline
from harness.quantity import Value
from harness.text import Text

QuestionKind = Literal["confirm", "inspect", "reading", "observe", "decide", "rank", "rate"]

NORMAL = "normal"
ABNORMAL = "abnormal"


class Shows(msgspec.Struct, frozen=True, kw_only=True):
    """What one cause shows, as a textbook has it: its signs (finding -> words that go with it),
    and findings that may follow (`*` stands for any)."""

    signs: dict[str, tuple[str, ...]]
    may: tuple[str, ...] = ()


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who concludes has before him: findings on record, and a textbook.

    Persons have the record and what they learned; the simulated technician has this. There is
    no answer in it.
    """

    found: dict[str, str]
    abnormal: list[str]
    """Keys of findings that are not as they should be."""
    textbook: dict[str, Shows]
    """Cause -> what it shows."""
    common: tuple[str, ...] = ()
    """Findings that may follow from any cause."""
    stands_for: dict[str, str] = {}
    """Cause -> the choice that a textbook puts it under, where causes are not asked for."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One thing asked of the person.

    `subject` is the machine-readable name of what is to be done, looked at or measured
    (`press-emergency-stop`, `enclosure`, `gun_surface_temperature`); `instrument` is the type of
    hand instrument that a reading needs. A ranking (`rank`) is a list of `least` to `most` of the
    choices, the likeliest first.
    """

    kind: QuestionKind
    step: str
    subject: str
    ask: Text
    choices: list[str] = []
    labels: dict[str, Text] = {}
    unit: str | None = None
    instrument: str = ""
    least: int = 1
    most: int | None = None
    evidence: Evidence | None = None
    photo: bool = False
    """Whether a photo of what was looked at belongs to the answer."""


def wrong_ranking(question: Question, given: Sequence[str]) -> Text | None:
    """What is wrong with a ranking; None: nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - costs every start 5 ms otherwise

    unknown = [one for one in given if one not in question.choices]
    twice = [one for one in dict.fromkeys(given) if given.count(one) > 1]
    if unknown:
        close = get_close_matches(unknown[0], question.choices, 3, 0.6)
        zh, en = "、".join(close), ", ".join(close)
        return Text(
            f"没有“{unknown[0]}”这一项" + (f"；相近的有：{zh}" if close else ""),
            f"no choice is called {unknown[0]!r}" + (f" (like it: {en})" if close else ""),
        )
    if twice:
        return Text(f"“{twice[0]}”重复", f"{twice[0]!r} is named twice")
    if len(given) < question.least:
        return Text(
            f"至少列出 {question.least} 项，只列了 {len(given)} 项",
            f"at least {question.least} are wanted, {len(given)} given",
        )
    if question.most is not None and len(given) > question.most:
        return Text(
            f"最多列出 {question.most} 项，列了 {len(given)} 项",
            f"at most {question.most} are wanted, {len(given)} given",
        )
    return None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The person's answer. `value` None: no answer was given.

    `uncertainty` (expanded, in the question's unit) belongs to an instrument reading.
    """

    value: Value | None
    by: str
    note: str = ""
    instrument: str = ""
    photo: str = ""
    """Where it lies in the record; its file name, where `content` hands it over."""
    uncertainty: float | None = None
    content: bytes | None = None
    """The file itself, where whoever answers hands it over: the photo, or what `value` names."""


class Operator(Protocol):
    """What every back end offers."""

    simulated: bool

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        """Ask, and wait for the answer until the deadline.

        Raises NotAvailableError when nobody is there to answer, NoReplyError when the deadline
        passes, StopRun when the person asks to stop.
        """
        ...
