"""A candidate at the terminal: answers, and tools at every prompt.

What an instrument would show is never shown by itself: a reading comes from an instrument that
the candidate takes. What there is to see is shown, because nobody can see a simulated lamp.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

from msgspec.structs import replace

from harness.actions.candidate import OWN_VERDICT
from harness.assess.attendant import ExamAttendant
from harness.assess.codes import check_code
from harness.assess.desk import Commands
from harness.assess.tool_words import parse
from harness.clock import Deadline
from harness.devices.operator import ABNORMAL, Answer, Question
from harness.devices.operator.terminal import (
    YES,
    TerminalOperator,
    is_free_text,
    unless_stop,
)
from harness.engine.plan import PlannedStep
from harness.errors import NoReplyError, NotAvailableError, UsageError
from harness.quantity import Value
from harness.text import Language, Text

_READY = Text(
    "准备好后按回车开始计时（准备时间最多 {:g} 分钟）",
    "Press Enter when you are ready (at most {:g} min)",
)
_STARTED = Text("计时开始", "The clock runs")
_REFEREE = Text("裁判代号 [继续 代号]", "Referee's code [resume CODE]")
_MEASURE = Text("测量：输入“测 {} 用 仪表名”", "To measure: measure {} with INSTRUMENT")
_SEEN_NOTHING = Text("没有看到特别之处", "nothing striking to see")
_LOOKS = Text("现场所见", "What there is to see")
_ASKS_A_CODE = Text("须输入裁判代号，如：继续 R-02", "a referee's code is needed: resume R-02")
_WITHOUT = Text(
    "本步不完成，下列 {} 个步骤将不再进行：{}",
    "If this step is left undone, {} step(s) will not be carried out: {}",
)
_AND_SO_ON = Text("……", ", …")
_NAMED = 6
"""Steps that are named of those that fall away."""
_SURE = Text("[y=确实不做 / 回车=重新作答]", "[y = leave it undone / Enter = answer again]")
_TRIES = 5
_WAITS = 8 * 3600.0
"""Seconds that a pause may take."""


class CandidateTerminal(TerminalOperator):
    """The candidate's terminal; also the desk of the exam."""

    def __init__(
        self,
        language: Language,
        attendant: ExamAttendant,
        show: Callable[[str], None],
        commands: Commands,
    ) -> None:
        super().__init__(language, attendant.candidate, show)
        self._attendant = attendant
        self._commands = commands
        commands.until_resumed = self._until_resumed

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        if question.kind == "rate":  # an assessor's business, after the exam
            return Answer(value=None, by=self._by)
        answer = await super().ask(question, deadline)
        taken = self._attendant.measured_with.get(question.subject, "")
        return replace(answer, instrument=taken) if taken else answer

    async def _value(self, question: Question, deadline: Deadline) -> Value | None:
        """The answer; what leaves other steps without a turn is asked once more before."""
        value: Value | None = None
        for _ in range(_TRIES):
            value = await super()._value(question, deadline)
            if not self._leaves_undone(question, value):
                return value
            left = self._attendant.without(question.step)
            if not left:
                return value
            self._warn(left)
            typed = unless_stop(await self._line(_SURE.get(self._language), deadline))
            if typed.strip().lower() in YES:
                return value
            self._show(f"? {question.ask.get(self._language)}")
        return value

    def _leaves_undone(self, question: Question, value: Value | None) -> bool:
        if question.kind == "confirm":
            return value is not True
        own = question.subject == OWN_VERDICT
        return value is None and not own and self._attendant.asks_once(question.step)

    def _warn(self, left: Sequence[PlannedStep]) -> None:
        numbers = self._attendant.numbers
        comma = "、" if self._language == "zh" else ", "
        titles = [(one.model.id, one.model.title.get(self._language)) for one in left[:_NAMED]]
        named = comma.join(f"{numbers[step]} {title}" for step, title in titles)
        if len(left) > _NAMED:
            named += _AND_SO_ON.get(self._language)
        self._show(f"  {_WITHOUT.get(self._language).format(len(left), named)}")

    def _say_how_to_measure(self, question: Question) -> None:
        bench = self._attendant.bench
        if bench is not None and bench.hands is not None:
            self._show(f"  {_MEASURE.get(self._language).format(question.subject)}")

    async def _perceive(self, question: Question, deadline: Deadline) -> Answer | None:
        if question.kind == "reading":
            self._say_how_to_measure(question)
            return None
        seen = await super()._perceive(question, deadline)
        if seen is not None and question.kind == "inspect":
            note = seen.note if seen.value == ABNORMAL else ""
            shown = note or _SEEN_NOTHING.get(self._language)
            self._show(f"  {_LOOKS.get(self._language)}: {shown}")
            return None
        return seen

    async def _line(self, prompt: str, deadline: Deadline) -> str:
        while True:
            line = await super()._line(prompt, deadline)
            order = parse(line, marked_only=is_free_text(prompt))
            if order is None:
                return line
            for shown in await self._commands.take(order, deadline):
                self._show(f"    {shown}")

    # The desk

    async def ready(self, within: float) -> None:
        text = _READY.get(self._language).format(within / 60)
        # The preparation time may be over, or nobody may be there to press a key.
        with suppress(NoReplyError, NotAvailableError):
            unless_stop(await self._line(text, Deadline.after(within)))
        self._show(f"  {_STARTED.get(self._language)}")

    async def before_end(self, step: str, deadline: Deadline) -> None:
        """At a terminal, tools are taken at the prompts."""

    async def paused(self, why: Text) -> str:
        return await self._until_resumed(why.get(self._language), "")

    async def _until_resumed(self, said: str, by: str) -> str:
        self._show(f"  {said}")
        while True:
            typed = await super()._line(_REFEREE.get(self._language), Deadline.after(_WAITS))
            order = parse(typed)
            code = order.target if order is not None and order.tool == "resume" else typed.strip()
            try:
                return check_code(code, "referee")
            except UsageError:
                self._show(f"  {_ASKS_A_CODE.get(self._language)}")
