"""What a candidate asks for at his desk: tools, hints, pauses, the work order once more."""

from collections.abc import Awaitable, Callable

from harness.assess.attendant import HANDED_IN, ExamAttendant
from harness.assess.codes import check_code
from harness.assess.thing_ids import SeveralMeantError, with_ids
from harness.assess.thing_names import called
from harness.assess.tool_words import HELP, WORDS, ToolOrder
from harness.assess.tools import NOT_SHOWN, Toolbox
from harness.bench.bench import Bench
from harness.clock import Deadline
from harness.engine import details, names
from harness.errors import HarnessError, StopRun, UsageError
from harness.evidence.personal import refuse_personal
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
    "measure": Text("可测量", "To measure"),
    "look": Text("可目视", "To look at"),
    "operate": Text("可操作", "To operate"),
    "replace": Text("可更换或修复", "To replace or mend"),
    "read": Text("可读数据点", "Points to read"),
    "instruments": Text("仪表", "Instruments"),
}
KIND_WORDS = {
    **{word: kind for kind in ("measure", "look", "operate", "replace", "read")
       for word in (kind, *WORDS[kind])},
    **dict.fromkeys(("instruments", "仪表", "仪器"), "instruments"),
}  # fmt: skip
"""What may be typed behind `tools` for all the names of a kind."""
_MOST = 40
"""Names of one kind that are listed without being asked for."""
_FIND = Text(
    "共 {} 项，用词查找（如：工具 接触器），或输入“工具 {}”逐项列出",
    "{} of them; find one by a word (tools contactor), or list all: tools {}",
)
_NOT_FOUND = Text("没有名称含“{}”的项", "nothing has {!r} in its name")
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
        try:
            order = with_ids(order, bench)
        except SeveralMeantError as error:
            return [error.told.get(self._language)]
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

    def _tools(self, order: ToolOrder) -> Lines:
        """The names of one kind, or all that have a word in them, or what fits on a screen."""
        bench = self._attendant.bench
        if bench is None:
            return [_NOT_NOW.get(self._language)]
        things = things_of(bench, self._language)
        wanted = " ".join(filter(None, (order.target, order.rest))).lower()
        kind = KIND_WORDS.get(wanted)
        if kind is not None:
            return self._listed(kind, things.get(kind, []))
        if wanted:
            found = {
                kind: [one for one in entries if wanted in one.lower()]
                for kind, entries in things.items()
            }
            lines = [
                line
                for kind, entries in found.items()
                if entries
                for line in self._listed(kind, entries)
            ]
            return lines or [_NOT_FOUND.get(self._language).format(wanted)]
        return [
            line
            for kind, entries in things.items()
            if entries
            for line in (
                self._listed(kind, entries)
                if len(entries) <= _MOST
                else [self._headed(kind, self._how_to_find(kind, len(entries)))]
            )
        ]

    def _how_to_find(self, kind: str, count: int) -> str:
        words = [word for word, of in KIND_WORDS.items() if of == kind]
        typed = words[1] if self._language == "zh" else kind
        return _FIND.get(self._language).format(count, typed)

    def _headed(self, kind: str, said: str) -> str:
        colon = "：" if self._language == "zh" else ": "
        return f"{_KINDS[kind].get(self._language)}{colon}{said}"

    def _listed(self, kind: str, entries: Lines) -> Lines:
        comma = "、" if self._language == "zh" else ", "
        return [self._headed(kind, comma.join(entries))]

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
            refuse_personal(order.rest)
        except HarnessError as error:
            told = details.chinese(error.detail) if self._language == "zh" else error.detail
            return [told]
        clock.enter("referee_pause", by=code, why=order.rest)
        by = code
        if self.until_resumed is not None:
            by = await self.until_resumed(_BY_REFEREE.get(self._language).format(order.rest), code)
        clock.go_on(by=by)
        return [_GOES_ON.get(self._language)]


def things_of(bench: Bench, language: Language) -> dict[str, Lines]:
    """What can be measured, seen, done, renewed and read: kind -> names with ids in brackets."""

    def entry(name: str, id: str, unit: str = "") -> str:
        shown = ", ".join(filter(None, (id, unit)))
        return f"{name} [{shown}]"

    there = bench.things()
    things = {
        kind: [
            entry(called(kind, id, language), id, unit)
            for id, _, unit in (one.partition(" ") for one in there[kind])
            if id not in NOT_SHOWN
        ]
        for kind in _KINDS
        if kind in there
    }
    things["read"] = [
        entry(names.point(point, language, role), f"{role}.{point}")
        for role, device in bench.devices.items()
        if role != "injector"
        for point in device.profile.described
        if device.has(point)
    ]
    things["instruments"] = [
        entry(called("instruments", one.type, language), one.type, one.id)
        for one in bench.instruments.values()
    ]
    return things
