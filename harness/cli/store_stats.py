"""`harness store stats`: which items are met, how well they repeat, where candidates fail."""

from typing import Any

import click

from harness.cli import wide
from harness.cli.base import columns, command, language, say
from harness.cli.options import json_option, print_json
from harness.cli.store_options import filter_options, filters_of, open_store, store_options
from harness.engine.wording import CANDIDATES, VERDICTS
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

_ITEMS = Text("检验项目", "Items")
_STEPS = Text("考生步骤（错误率高的在前）", "Steps of candidates, the worst first")
_NONE = Text("没有", "none")
_RATE = Text("合格率 {}", "pass rate {}")
_UNDECIDED = Text("无判定", "nothing decided")
_REPEATED = Text(
    "{} 重复性 s = {}，限 r = {}（{} 个值，{} 组）",
    "{} repeatability s = {}, limit r = {} ({} values, {} groups)",
)
_WRONG = Text("错误率 {}", "failed {}")
_ATTEMPTS = Text("平均 {} 次尝试", "{} attempts on average")


@command(
    "stats",
    about=Text(
        "统计符合条件的运行：各项目的合格率与重复性，考生在哪些步骤出错。被改动的证据不计入。",
        "Statistics of the runs that are meant: pass rate and repeatability of items, and the "
        "steps in which candidates fail. Altered bundles do not count.",
    ),
)
@filter_options
@store_options
@json_option
def stats(bundles: str, index: str | None, as_json: bool, **given: Any) -> int:
    """Print statistics."""
    filters = filters_of(given)
    store = open_store(bundles, index)
    from harness.store.stats import items, steps  # noqa: PLC0415 - an extra

    with store.index.reading() as connection:
        of_items, of_steps = items(connection, filters), steps(connection, filters)
    if as_json:
        print_json({"items": list(map(_item, of_items)), "steps": list(map(_step, of_steps))})
        return 0
    click.echo(click.style(say(_ITEMS), bold=True))
    for one in of_items:
        click.echo(f"  {one.item}")
        words = {verdict.value: text for verdict, text in VERDICTS.items()}
        counts = [f"{say(words[kind])} {one.verdicts[kind]}" for kind in _kinds(one.verdicts)]
        rate = _percent(one.pass_rate)
        said = say(_UNDECIDED) if rate is None else say(_RATE).format(rate)
        click.echo(wide.indent(" · ".join([said, *counts]), columns(), 6))
        for again in one.repeated:
            s, r = _number(again.deviation, again.unit), _number(again.limit, again.unit)
            text = say(_REPEATED).format(again.quantity, s, r, again.values, again.groups)
            click.echo(wide.indent(text, columns(), 6))
    click.echo(click.style(say(_STEPS), bold=True))
    for step in of_steps:
        click.echo(f"  {step.procedure} {step.step}")
        named = {verdict.value: text for verdict, text in CANDIDATES.items()}
        parts = [f"{named[k].get(language())} {n}" for k, n in sorted(step.candidates.items())]
        rate = _percent(step.fail_rate)
        head = say(_UNDECIDED) if rate is None else say(_WRONG).format(rate)
        if step.attempts > 1:
            parts.append(say(_ATTEMPTS).format(f"{step.attempts:.2g}"))
        click.echo(wide.indent(" · ".join([head, *parts]), columns(), 6))
    if not of_items and not of_steps:
        click.echo(f"  {say(_NONE)}")
    return 0


def _kinds(verdicts: dict[str, int]) -> list[str]:
    """In the order of `Verdict`."""
    return [one.value for one in Verdict if one.value in verdicts]


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f} %"


def _number(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}".rstrip()


def _item(one: Any) -> dict[str, Any]:
    return {
        "id": one.item,
        "runs": one.runs,
        "decided": one.decided,
        "pass_rate": one.pass_rate,
        "verdicts": one.verdicts,
        "repeatability": [
            {
                "quantity": again.quantity,
                "unit": again.unit,
                "values": again.values,
                "groups": again.groups,
                "s_r": again.deviation,
                "r": again.limit,
            }
            for again in one.repeated
        ],
    }


def _step(one: Any) -> dict[str, Any]:
    counts = {kind.value: one.candidates.get(kind.value, 0) for kind in CandidateVerdict}
    return {
        "id": f"{one.procedure}::{one.step}",
        "runs": sum(one.candidates.values()),
        "decided": one.decided,
        "fail_rate": one.fail_rate,
        "candidates": counts,
        "attempts": one.attempts,
    }
