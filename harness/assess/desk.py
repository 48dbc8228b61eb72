"""What a candidate asks for at his desk: tools, hints, pauses, the work order once more."""

from collections.abc import Awaitable, Callable

from harness.assess.attendant import HANDED_IN, ExamAttendant
from harness.assess.codes import check_code
from harness.assess.tool_words import HELP, ToolOrder
from harness.assess.tools import NOT_SHOWN, Toolbox
from harness.clock import Deadline
from harness.engine import details
from harness.errors import HarnessError, StopRun, UsageError
from harness.text import Language, Text

Lines = list[str]

_NO_HINTS = Text("考试模式没有提示", "there are no hints in an exam")
_NO_MORE = Text("没有更多提示了", "there are no more hints")
_HINT = Text("提示 {}：{}", "Hint {}: {}")
_LEFT = Text("剩余 {} 分钟", "{} min left")
_OVER = Text("已超时 {} 分钟", "{} min over time")
_NOT_NOW = Text("现在没有进行中的步骤", "no step is open now")
_AGAIN = Text("本步结束后重做：{}", "will be done once more after this step: {}")
_NO_STEP = Text("没有名为“{}”的已完成步骤", "no step {!r} has been done")
_NOT_PAUSED = Text("计时没有暂停", "the clock is not stopped")
_GOES_ON = Text("恢复计时", "The clock runs again")
_BY_REFEREE = Text(
    "计时已暂停（{}），由裁判输入：继续 裁判代号",
    "Clock stopped ({}); a referee types: resume CODE",
)
_KINDS = {
    "measure": Text("可测量（名称 单位）", "To measure (name, unit)"),
    "look": Text("可目视", "To look at"),
    "operate": Text("可操作", "To operate"),
    "instruments": Text("仪表", "Instruments"),
}
_PARTS = Text(
    "可更换：名称同“判断故障”的选项，总线写作 chassis-ibc",
    "To replace: names as in the question for the fault; of a bus like chassis-ibc",
)
_DONE, _OPEN = "✓", "·"


class TimeLeft:
    """Words for the time that is left."""

    @staticmethod
    def of(seconds: float, language: Language) -> str:
        minutes = abs(seconds) / 60
        text = _LEFT if seconds >= 0 else _OVER
        return text.get(language).format(f"{minutes:.1f}")


class Commands:
    """Everything that can be asked for at a prompt, carried out; the answers are lines to show."""

    def __init__(self, attendant: ExamAttendant, language: Language) -> None:
        self._attendant = attendant
        self._language = language
        self.until_resumed: Callable[[str, str], Awaitable[str]] | None = None
        """Waits for a referee: gets what to say and who paused, gives who lets it go on."""

    async def take(self, order: ToolOrder, deadline: Deadline) -> Lines:
        """Carry out one order. Raises StopRun when that ends the exam."""
        own: dict[str, Callable[[ToolOrder], Lines]] = {
            "hint": self._hint,
            "order": self._order,
            "steps": self._steps,
            "time": self._time,
            "tools": self._tools,
            "help": self._help,
            "retest": self._retest,
            "resume": lambda _order: [_NOT_PAUSED.get(self._language)],
        }
        if order.tool == "hand-in":
            self._attendant.because("handed_in")
            raise StopRun(HANDED_IN, aborted=False)
        if order.tool == "pause":
            return await self._pause(order)
        if order.tool in own:
            return own[order.tool](order)
        context, bench = self._attendant.context, self._attendant.bench
        if context is None or bench is None:
            return [_NOT_NOW.get(self._language)]
        tools = Toolbox(context, bench, self._attendant.candidate, self._language)
        lines = await tools.take(order, deadline)
        self._attendant.measured_with |= tools.measured_with
        self._attendant.look_for_breach()
        return lines

    def _hint(self, _order: ToolOrder) -> Lines:
        if not self._attendant.practice:
            self._attendant.note_tool("hint", ok=False, reason="there are no hints in an exam")
            return [_NO_HINTS.get(self._language)]
        if self._attendant.context is None:
            return [_NOT_NOW.get(self._language)]
        hint = self._attendant.give_hint()
        if hint is None:
            return [_NO_MORE.get(self._language)]
        number = self._attendant.hints
        return [_HINT.get(self._language).format(number, hint.get(self._language))]

    def _order(self, _order: ToolOrder) -> Lines:
        return [self._attendant.scenario.model.order.get(self._language)]

    def _steps(self, _order: ToolOrder) -> Lines:
        done = self._attendant.done
        return [
            f"{_DONE if step.model.id in done else _OPEN} {number:>3} "
            f"{step.model.title.get(self._language)} [{step.model.id}]"
            for number, step in enumerate(self._attendant.steps, 1)
        ]

    def _time(self, _order: ToolOrder) -> Lines:
        clock = self._attendant.clock
        return [TimeLeft.of(clock.left, self._language)] if clock is not None else []

    def _tools(self, _order: ToolOrder) -> Lines:
        bench = self._attendant.bench
        if bench is None:
            return [_NOT_NOW.get(self._language)]
        things = {name: list(found) for name, found in bench.things().items()}
        things["instruments"] = [f"{one.type} ({one.id})" for one in bench.instruments.values()]
        return [
            f"{_KINDS[kind].get(self._language)}: "
            + ", ".join(name for name in names if name not in NOT_SHOWN)
            for kind, names in things.items()
            if names and kind in _KINDS
        ] + [_PARTS.get(self._language)]

    def _help(self, _order: ToolOrder) -> Lines:
        language = self._language
        return [f"{form.get(language)}：{about.get(language)}" for form, about in HELP.values()]

    def _retest(self, order: ToolOrder) -> Lines:
        context = self._attendant.context
        if context is None:
            return [_NOT_NOW.get(self._language)]
        step = order.target or context.step
        known = step == context.step or step in self._attendant.done
        reason = "" if known else f"no step {step!r} has been done"
        self._attendant.note_tool("retest", target=step, ok=known, reason=reason)
        if not known:
            return [_NO_STEP.get(self._language).format(step)]
        self._attendant.repeat(step)
        return [_AGAIN.get(self._language).format(step)]

    async def _pause(self, order: ToolOrder) -> Lines:
        clock = self._attendant.clock
        if clock is None:
            return [_NOT_NOW.get(self._language)]
        try:
            code = check_code(order.target, "referee")
            if not order.rest:
                raise UsageError("a pause needs a reason; expected: pause CODE REASON")
        except HarnessError as error:
            told = details.chinese(error.detail) if self._language == "zh" else error.detail
            return [told]
        clock.enter("referee_pause", by=code, why=order.rest)
        by = code
        if self.until_resumed is not None:
            by = await self.until_resumed(_BY_REFEREE.get(self._language).format(order.rest), code)
        clock.go_on(by=by)
        return [_GOES_ON.get(self._language)]
