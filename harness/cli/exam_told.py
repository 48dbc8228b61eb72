"""What an exam came to, on the terminal: after practice for the candidate, else for assessors."""

from rich.console import Console

from harness.assess.clock_words import clock_by, clock_why
from harness.assess.explain import Held, Told
from harness.bench.simulated import seeded_faults
from harness.cli.marks import candidate as candidate_words
from harness.cli.marks import candidate_style
from harness.engine import wording
from harness.engine.pile_fault_words import CAUSE, HYPOTHESES
from harness.quantity import Value
from harness.text import Language, Text

_WHAT = Text("台架中的情况", "What was in the bench")
_NOTHING = Text("没有注入故障", "no fault")
_FROM = Text("{}（自步骤 {} 起）", "{} (from step {})")
_STILL = Text("结束时仍存在：{}", "Still there at the end: {}")
_GONE = Text("结束时故障均已排除", "None of it was left at the end")
_ANSWERS = Text("逐项对照", "Answer by answer")
_YOURS = Text("作答 {}，正确 {}", "answered {}, right {}")
_EN = Text(
    "与台架值之差为合成不确定度的 {:.2g} 倍（不超过 1 为正确）",
    "{:.2g} times the combined uncertainty away from the bench's value (right up to 1)",
)
_ALL_RIGHT = Text("全部作答正确", "Every answer was right")
_NONE_WRONG = Text("已作答的均正确，尚有未进行的步骤", "What was answered is right; not all was")
_UNDONE = Text("未进行的步骤", "Steps that were not carried out")
_CUT_OFF = Text(
    "考试中途中断，有 {} 个步骤没有完成", "The exam was cut off; {} step(s) did not come to an end"
)
_HINTS = Text("使用提示 {} 次，使用工具 {} 次", "{} hint(s), {} tool(s) taken")
_CLOCK = Text("时间记录", "Clock")
_PHASES = {
    "preparation": Text("准备", "preparation"),
    "working": Text("作业", "working"),
    "referee_pause": Text("裁判暂停", "referee's pause"),
    "technical_stop": Text("技术暂停", "technical stop"),
    "overtime": Text("超时", "overtime"),
    "ended": Text("结束", "ended"),
}


def show_told(
    console: Console, told: Told, language: Language, *, everything: bool = False
) -> None:
    """Print it; `everything`: also the answers that were right, and the clock."""

    def line(text: str, style: str = "") -> None:
        console.print(text, style=style, soft_wrap=True)

    line("")
    line(f"== {_WHAT.get(language)} ==", "bold")
    for plan in told.hidden.faults:
        name = _named(plan.fault, language)
        line(f"  {_FROM.get(language).format(name, plan.at) if plan.at else name}")
    if not told.hidden.faults:
        line(f"  {_NOTHING.get(language)}")
    if told.case is not None:
        line(f"  {told.case.explanation.get(language)}")
    if told.left is not None and told.left.known and told.hidden.faults:
        left = ", ".join(_named(one, language) for one in told.left.faults)
        line(f"  {_STILL.get(language).format(left) if left else _GONE.get(language)}")
    line(f"== {_ANSWERS.get(language)} ==", "bold")
    shown = told.answers if everything else told.missed
    for one in shown:
        title = one.title.get(language)
        said = _YOURS.get(language).format(
            _said(one, one.answer, language), _said(one, one.right, language)
        )
        words = candidate_words(one.verdict, language)
        line(f"  {title}: {said}  {words}", candidate_style(one.verdict))
        for why in _why(told, one, language):
            line(f"      {why}", "dim")
    if not shown:
        right = _NONE_WRONG if told.undone or told.not_reached else _ALL_RIGHT
        line(f"  {right.get(language)}")
    if told.not_reached:
        line(_CUT_OFF.get(language).format(told.not_reached), "yellow")
    if told.undone:
        titles = ", ".join(title.get(language) for title in told.undone)
        line(f"{_UNDONE.get(language)}: {titles}")
    line(_HINTS.get(language).format(len(told.hints), len(told.tools)))
    if everything:
        line(f"== {_CLOCK.get(language)} ==", "bold")
        for at, entry in told.clock:
            phase = _PHASES[entry.phase].get(language)
            by, why = clock_by(entry.by).get(language), clock_why(entry.why).get(language)
            line(f"  {at / 60:7.1f} min  {phase}  {by}  {why}")


def _named(fault: str, language: Language) -> str:
    """A seeded fault by its title and name."""
    name, at, place = fault.partition("@")
    known = seeded_faults().get(name)
    return fault if known is None else f"{known.title.get(language)} ({name}{at}{place})"


def _why(told: Told, one: Held, language: Language) -> list[str]:
    """What the right answer rests on."""
    if one.en is not None:
        return [_EN.get(language).format(one.en)]
    lines = [
        f"{wording.quantity(event.measurement, language)}: {wording.judged(event, language)}"
        for event in one.judged
    ]
    return lines + [
        f"{told.titles[name].get(language) if name in told.titles else name}: "
        f"{_basis(found, language)}"
        for name, found in one.basis.items()
    ]


def _basis(found: str, language: Language) -> str:
    """A verdict, or the causes that the rules came to (as recorded: `a|b`)."""
    said = wording.reason(found).get(language)
    if said != found:
        return said
    causes = [wording.value(one, None, language, CAUSE) for one in found.split("|")]
    return ("、" if language == "zh" else ", ").join(causes)


def _said(one: Held, value: Value | None, language: Language) -> str:
    label = one.labels.get(str(value))
    if label is not None:
        return label.get(language)
    return wording.value(
        value, one.unit or None, language, HYPOTHESES if isinstance(value, list) else CAUSE
    )
