"""A person at the terminal.

Lines are read by a daemon thread, because no event loop can wait for a keyboard on every system.
What may be typed is always shown; what cannot be understood is asked again, and a ranking
that cannot stand is told what is wrong with it; `stop` ends the run and makes the bench safe; an
empty line at a choice is no answer. At a keyboard, lines typed before a question are not taken.
"""

import asyncio
import re
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from harness.clock import Deadline, sleep
from harness.devices.operator import Answer, Operator, Question, wrong_ranking
from harness.errors import NoReplyError, NotAvailableError, StopRun
from harness.over_range import OVER_RANGE, says_over_range
from harness.quantity import Value
from harness.text import Language, Text

YES = ("y", "yes", "是", "好", "ok", "1")
_NO = ("n", "no", "否", "不", "0")
_STOP = ("stop", "停止", "中止")
_SKIP = ("-", "skip", "跳过")
_TRIES = 5
_BETWEEN = re.compile(r"[\s,，、;；>]+")

_STOPPED = Text("操作员要求停止", "Stopped by the operator")
_HINT = {
    "confirm": Text("[y=已完成 / n=未做 / stop=中止]", "[y = done / n = not done / stop]"),
    "reading": Text(
        "[数值 / OL=超量程 / -=跳过 / stop=中止]", "[number / OL over range / - to skip / stop]"
    ),
    "text": Text("[文字 / -=跳过 / stop=中止]", "[text / - to skip / stop]"),
    "rank": Text(
        "[按可能性从大到小列出序号，用逗号隔开，如 2,1 / -=跳过 / stop=中止]",
        "[numbers, the likeliest first, with commas: 2,1 / - to skip / stop]",
    ),
    "choice": Text("[序号 / -=跳过 / stop=中止]", "[number / - to skip / stop]"),
    "rate": Text("[分数 / -=暂不评分 / stop=中止]", "[mark / - to leave it open / stop]"),
}
_AGAIN = Text("无法识别，请重新输入", "Not understood, please try again")
_GIVEN_UP = Text(
    "连续 {} 次没有可用的回答，本题不再询问，按未作答处理",
    "No usable answer in {} tries: the question is left, as not answered",
)
_MANY = 30
"""Choices that still fit on a screen; more of them are looked for by words."""
_ALL = ("all", "全部")
_FIND = Text(
    "共 {} 项，输入几个字查找（如：接触器），输入“全部”逐项列出",
    "{} choices: type a word to look for (like: contactor), or “all” to list them",
)
_NOTE = Text("备注 [可直接回车 / stop=中止]", "Note [Enter for none / stop]")
_PHOTO = Text(
    "照片文件 [路径 / 可直接回车，则本项按无照片处理 / stop=中止]",
    "Photo [path of the file / Enter for none, which is on record / stop]",
)
_NO_PHOTO = Text("无法使用 {}：{}", "{} cannot be used: {}")
_EMPTY = Text("文件是空的", "the file is empty")
_EARLY = Text(
    "提问之前输入的 {} 行未采用，请看清问题后再作答",
    "{} line(s) typed before the question are not taken: read it first",
)
_DELIVERED = 0.02
"""Seconds in which a line that waits at the terminal comes through."""
_SEEN = Text("模拟现场", "Simulated bench shows")


class TerminalOperator:
    """Asks on the terminal.

    `technician` is given on a simulated bench: he carries out what the person confirms, and what
    he sees is shown, because nobody can see a simulated lamp.
    """

    simulated = False

    def __init__(
        self,
        language: Language,
        by: str,
        show: Callable[[str], None],
        technician: Operator | None = None,
    ) -> None:
        self._language = language
        self._by = by or "operator"
        self._show = show
        self._technician = technician
        self._lines: asyncio.Queue[str | None] | None = None

    def accompany(self, technician: Operator) -> None:
        """Let the technician of a simulated bench act and see for the person."""
        self._technician = technician

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        await self._drop_early()
        self._show(f"? {question.ask.get(self._language)}")
        seen = await self._perceive(question, deadline)
        if seen is not None and seen.value is not None:
            self._show(f"  {_SEEN.get(self._language)}: {self._label(question, seen.value)}")
        if len(question.choices) > _MANY:
            self._show(f"  {_FIND.get(self._language).format(len(question.choices))}")
        else:
            self._list(question, question.choices)
        value = await self._value(question, deadline)
        if question.kind == "confirm" and value is True and self._technician is not None:
            await self._technician.ask(question, deadline)
        note = ""
        if value is not None and question.kind in ("inspect", "decide", "rank", "rate"):
            note = unless_stop(await self._line(_NOTE.get(self._language), deadline))
        photo, content = "", None
        if value is not None and question.photo:
            photo, content = await self._photo(deadline)
        return Answer(
            value=value,
            by=self._by,
            note=note,
            instrument=seen.instrument if seen is not None else "",
            photo=photo,
            content=content,
        )

    async def _photo(self, deadline: Deadline) -> tuple[str, bytes | None]:
        """Name and bytes of the photo that the person gives; nothing where there is none."""
        for _ in range(_TRIES):
            typed = unless_stop(await self._line(_PHOTO.get(self._language), deadline)).strip()
            if not typed or typed in _SKIP:
                break
            path = Path(typed.strip("\"'"))
            data, why = _read(path)
            if data:
                return path.name, data
            why = why or _EMPTY.get(self._language)
            self._show(f"  {_NO_PHOTO.get(self._language).format(typed, why)}")
        return "", None

    async def _perceive(self, question: Question, deadline: Deadline) -> Answer | None:
        if self._technician is None or question.kind not in ("inspect", "observe", "reading"):
            return None
        if question.evidence is not None:
            return None  # what follows from evidence is the person's own to say
        return await self._technician.ask(question, deadline)

    def _list(self, question: Question, chosen: Sequence[str]) -> None:
        for number, choice in enumerate(question.choices, 1):
            # A mark is its own number: whoever types the 2 that stands before an anchor means 2.
            typed = choice if question.kind == "rate" else str(number)
            if choice in chosen:
                self._show(f"  {typed}. {self._label(question, choice)}")

    def _looked_for(self, question: Question, typed: str) -> bool:
        """Show the choices that have what was typed in their words; whether there are any."""
        if len(question.choices) <= _MANY or not typed or typed.isdecimal():
            return False
        wanted = typed.lower()
        found = [
            choice
            for choice in question.choices
            if typed in _ALL
            or wanted in self._label(question, choice).lower()
            or any(word.startswith(wanted) for word in re.split(r"[-_]", choice))
        ]
        self._list(question, found)
        return bool(found)

    def _label(self, question: Question, choice: Value) -> str:
        label = question.labels.get(str(choice))
        shown = label.get(self._language) if label else str(choice)
        return f"{shown} {question.unit}" if question.unit else shown

    async def _value(self, question: Question, deadline: Deadline) -> Value | None:
        free = "text" if question.kind == "observe" else question.kind
        listed = question.choices and question.kind not in ("rate", "rank")
        kind = "choice" if listed else free
        hint = _HINT[kind].get(self._language)
        tries = 0
        while tries < _TRIES:
            typed = unless_stop(await self._line(hint, deadline)).strip()
            if kind != "confirm" and typed in _SKIP:
                return None
            if typed not in question.choices and self._looked_for(question, typed):
                continue
            tries += 1
            if kind == "rank":
                ranking = _ranked(question, typed)
                if (wrong := wrong_ranking(question, ranking)) is None:
                    return ranking
                self._show(f"  {wrong.get(self._language)}")
                continue
            understood, value = _understand(kind, question, typed)
            if understood:
                return value
            self._show(f"  {_AGAIN.get(self._language)}")
        self._show(f"  {_GIVEN_UP.get(self._language).format(_TRIES)}")
        raise NotAvailableError(f"no usable answer to {question.step!r} after {_TRIES} tries")

    async def _drop_early(self) -> None:
        """What was typed before the question cannot be an answer to it.

        Whoever presses keys while a step runs would confirm, unread, that a circuit is dead. Lines
        from a file or a pipe are meant for the questions to come and stay. `stop` counts always.
        """
        if not sys.stdin.isatty():
            return
        typed = self._typed()
        await sleep(_DELIVERED)
        early: list[str] = []
        while not typed.empty():
            line = typed.get_nowait()
            if line is None:
                typed.put_nowait(None)
                break
            early.append(unless_stop(line))
        if early:
            self._show(f"  {_EARLY.get(self._language).format(len(early))}")

    def _typed(self) -> "asyncio.Queue[str | None]":
        if self._lines is None:
            self._lines = asyncio.Queue()
            thread = threading.Thread(
                target=_pump,
                args=(sys.stdin, asyncio.get_running_loop(), self._lines),
                daemon=True,
            )
            thread.start()
        return self._lines

    async def _line(self, prompt: str, deadline: Deadline) -> str:
        typed = self._typed()
        self._show(f"  {prompt} ")
        try:
            async with deadline.timeout():
                line = await typed.get()
        except TimeoutError as error:
            raise NoReplyError("the person did not answer in time") from error
        if line is None:
            typed.put_nowait(None)
            raise NotAvailableError("nobody is at the terminal (end of input)")
        return line


def is_free_text(prompt: str) -> bool:
    """Whether any words may be typed at this prompt."""
    return any(prompt in (one.zh, one.en) for one in (_NOTE, _PHOTO, _HINT["text"]))


def unless_stop(typed: str) -> str:
    """What was typed, whatever was asked for. Raises StopRun for the word that ends the run."""
    if typed.strip().lower() in _STOP:
        raise StopRun(_STOPPED, aborted=True)
    return typed


def _read(path: Path) -> tuple[bytes, str]:
    """The bytes of a file, or why there are none."""
    try:
        return path.read_bytes(), ""
    except (OSError, ValueError) as error:  # ValueError: no path at all (a NUL in it)
        return b"", str(getattr(error, "strerror", None) or error)


def _pump(
    stream: TextIO, loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str | None]"
) -> None:
    """Runs in a daemon thread: passes every line typed to the loop, None at the end of input."""
    line: str | None = ""
    while line is not None:
        text = stream.readline()
        line = text.rstrip("\n") if text else None
        try:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        except RuntimeError:  # the loop has closed: the run is over
            return


def _ranked(question: Question, typed: str) -> list[str]:
    """The choices that are typed by number or by name; what is neither stays as it was typed."""
    words = [one for one in _BETWEEN.split(typed) if one]
    return [
        question.choices[int(word) - 1]
        if word.isdecimal() and 1 <= int(word) <= len(question.choices)
        else word
        for word in words
    ]


def _understand(kind: str, question: Question, typed: str) -> tuple[bool, Value | None]:
    if kind == "confirm":
        word = typed.lower()
        return word in (*YES, *_NO), word in YES
    if kind in ("choice", "rate"):
        if typed in question.choices:
            choice = typed
        elif kind == "choice" and typed.isdecimal() and 1 <= int(typed) <= len(question.choices):
            choice = question.choices[int(typed) - 1]
        else:
            return False, None
        return True, int(choice) if kind == "rate" else choice
    if kind == "text":
        return bool(typed), typed
    return _number(typed)


def _number(typed: str) -> tuple[bool, Value | None]:
    """A reading: a number, or that the instrument shows over range."""
    if says_over_range(typed):
        return True, OVER_RANGE
    try:
        number = float(typed.replace(",", ".").replace("−", "-"))
    except ValueError:
        return False, None
    return abs(number) < float("inf"), number
