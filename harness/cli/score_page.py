"""A score on the terminal: a table of modules and aspects, and what waits for a person."""

import click

from harness.assess.result import AspectScore, DeductionScore, ModuleScore, Score, VetoScore, digest
from harness.assess.scheme import Scheme
from harness.assess.words import GRADE
from harness.cli import wide
from harness.cli.base import columns, language, say
from harness.text import Text

_MARKS = 16
_HEAD = Text("方案“{title}”，考生 {who}，{what}", "Scheme {title!r}, candidate {who}, {what}")
_REAL, _SIMULATED = Text("真实设备", "real devices"), Text("模拟设备", "simulated devices")
_RECORDED = Text("录制的总线数据", "from a recording")
_MODULE = Text("{title}（权重 {weight:g}）", "{title} (weight {weight:g})")
_TIME = Text("用时 {used}，限时 {limit:g} 分钟", "time used {used}, limit {limit:g} min")
_USED = Text("用时 {used}", "time used {used}")
_DEDUCTED = Text("扣分合计（每块扣完为止）", "Deducted (after the caps)")
_TIMES = Text("{title} × {times}", "{title} × {times}")
_WAIVED = Text("（{by} 免扣）", " (waived by {by})")
_BY = Text("（考评员 {by}）", " (by assessor {by})")
_CHANGED = Text(
    "机器评分 {machine}，考评员 {by} 改为 {marks}", "machine {machine}, assessor {by} gave {marks}"
)
_LINES = Text("记录第 {} 行", "journal line {}")
_VETO = Text("一票否决", "Vetoes")
_DECISION = {
    None: Text("待考评员决定", "an assessor has to decide"),
    "confirmed": Text("已确认（{by}：{why}）", "confirmed ({by}: {why})"),
    "rejected": Text("已驳回（{by}：{why}）", "rejected ({by}: {why})"),
}
_OVERTIME = Text("超时 {used}，扣 {marks:g} 分", "Overtime {used}, {marks:g} off")
_ERRORS = Text("台架或程序故障（不计考生失分）", "Errors of bench or harness (cost no marks)")
_CONDITIONAL = Text("有条件的设备判定", "Conditional device verdicts")
_PENDING = Text("待定", "Open")
_TOTAL = Text("总分", "Total")
_RESULT = {
    None: Text("未定", "open"),
    True: Text("合格", "passed"),
    False: Text("不合格", "not passed"),
}
_DIGEST = Text("成绩校验值 {}", "Digest of the score {}")
_WAITS = {
    "aspect": Text("评分项 {}", "aspect {}"),
    "spread": Text("评分相差过大，须重评：{}", "marks too far apart, to be marked again: {}"),
    "veto": Text("否决 {}", "veto {}"),
    "deduction": Text("扣分项 {}", "deduction {}"),
}


def show(score: Score, scheme: Scheme, *, recorded: bool) -> None:
    """Print a score in the language of the call. `recorded`: recordings were judged."""
    what = say(_RECORDED if recorded else _SIMULATED if score.simulated else _REAL)
    who = score.candidate or "–"
    title = scheme.title.get(language())
    click.echo(click.style(say(_HEAD).format(title=title, who=who, what=what), bold=True))
    for module in score.modules:
        click.echo()
        _module(module)
    if score.vetoes:
        click.echo("\n" + click.style(say(_VETO), bold=True))
        for veto in score.vetoes:
            _veto(veto)
    click.echo()
    _ending(score)


def _line(title: str, marks: str, *, indent: int = 2, bold: bool = False) -> None:
    page = columns() - _MARKS
    first, *rest = wide.wrap(title, page - indent) or [""]
    text = wide.pad(" " * indent + first, page) + marks.rjust(_MARKS)
    click.echo(click.style(text, bold=bold) if bold else text)
    for line in rest:
        click.echo(" " * indent + line)


def _why(reason: Text, lines: list[int]) -> None:
    text = reason.get(language())
    if lines:
        text += f" [{say(_LINES).format(', '.join(map(str, lines)))}]"
    click.echo(wide.indent(text, columns(), 6))


def _module(module: ModuleScore) -> None:
    title = say(_MODULE).format(title=module.title.get(language()), weight=module.weight)
    _line(title, _of(module.marks, module.max), indent=0, bold=True)
    if module.seconds is not None:
        words = _USED if module.minutes is None else _TIME
        used = _time(module.seconds)
        click.echo(f"  {say(words).format(used=used, limit=module.minutes or 0)}")
    for criterion in module.criteria:
        click.echo(f"  {criterion.title.get(language())}")
        for aspect in criterion.aspects:
            _aspect(aspect)
    for deduction in module.deductions:
        _deduction(deduction)
    if module.deductions:
        _line(say(_DEDUCTED), f"-{module.deducted:g}")


def _aspect(aspect: AspectScore) -> None:
    title = f"{aspect.type} {aspect.title.get(language())} ({aspect.id})"
    _line(title, _of(aspect.marks, aspect.max), indent=4)
    if aspect.overridden_by:
        both = say(_CHANGED).format(
            machine=_marks(aspect.computed), by=aspect.overridden_by, marks=_marks(aspect.marks)
        )
        click.echo(wide.indent(both, columns(), 6))
    _why(aspect.reason, aspect.lines)


def _deduction(one: DeductionScore) -> None:
    title = "D " + say(_TIMES).format(title=one.title.get(language()), times=one.times)
    if one.waived_by:
        title += say(_WAIVED).format(by=one.waived_by)
    elif one.entered_by:
        title += say(_BY).format(by=one.entered_by)
    _line(title, f"-{0 if one.waived_by else one.marks:g}", indent=4)
    _why(one.reason, one.lines)


def _veto(one: VetoScore) -> None:
    grade = GRADE[one.grade].get(language())
    if one.grade == "deduct":
        grade += f" {one.marks:g}"
    decided = say(_DECISION[one.decision]).format(by=one.by, why=one.why)
    click.echo(wide.indent(f"{one.title.get(language())} ({one.id}, {grade})：{decided}"
                           if language() == "zh"
                           else f"{one.title.get(language())} ({one.id}, {grade}): {decided}",
                           columns(), 2))  # fmt: skip
    _why(one.reason, one.lines)


def _ending(score: Score) -> None:
    if score.overtime_seconds:
        used = _time(score.overtime_seconds)
        click.echo(say(_OVERTIME).format(used=used, marks=score.overtime_deducted))
    for title, found in (
        (_ERRORS, score.harness_errors),
        (_CONDITIONAL, score.conditional),
        (_PENDING, [_open(one) for one in score.pending]),
    ):
        if found:
            click.echo(f"{say(title)}:")
            for one in found:
                click.echo(wide.indent(one, columns(), 2))
    total = "–" if score.total is None else f"{score.total:g}"
    result = say(_RESULT[score.passed])
    why = score.why.get(language())
    click.echo(click.style(f"{say(_TOTAL)} {total} / 100  {result}  ({why})", bold=True))
    click.echo(say(_DIGEST).format(digest(score)[:16]))


def _open(waiting: str) -> str:
    kind, _, name = waiting.partition(":")
    return say(_WAITS[kind]).format(name)


def _of(marks: float | None, most: float) -> str:
    return f"{_marks(marks)} / {most:g}"


def _marks(marks: float | None) -> str:
    return "–" if marks is None else f"{marks:g}"


def _time(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
