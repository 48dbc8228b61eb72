"""`harness standards coverage`: what of each standard is judged, how, and by which step."""

from collections.abc import Sequence
from typing import Any

import click

from harness.catalogue.item import Method
from harness.catalogue.load import load_catalogue
from harness.cli import wide
from harness.cli.base import argument, columns, command, say
from harness.cli.library import both
from harness.cli.options import json_option, print_json
from harness.engine.coverage import JUDGED, Coverage, How, coverage_of
from harness.errors import UnknownNameError
from harness.text import Text

WORDS = {
    How.AUTOMATIC: Text("自动判定", "automatic"),
    How.INSTRUMENT: Text("仪表读数", "by instrument"),
    How.EYE: Text("目视或操作", "by eye"),
    How.REPORT: Text("检测报告", "by test report"),
    How.PERSON: Text("人员结论", "by a person"),
    How.DRAFT: Text("征求意见稿，不判定", "draft, never judged"),
    How.DOCUMENT: Text("仅凭资料", "papers only"),
    How.NO_STEP: Text("尚无步骤", "no step yet"),
}
METHODS = {
    Method.READ: Text("读取设备数据", "read from the device"),
    Method.BUS: Text("总线信号", "a bus signal"),
    Method.DIAGNOSTICS: Text("诊断读取", "diagnostics"),
    Method.TELEMATICS: Text("平台数据", "telematics data"),
    Method.INSTRUMENT: Text("仪器测量", "an instrument"),
    Method.VISUAL: Text("目视或操作", "looking or operating"),
    Method.DOCUMENT: Text("资料", "papers"),
    Method.TRACE: Text("录波", "a recording"),
}
_ITEMS = Text("项目", "items")
_JUDGED = Text("已覆盖", "judged")
_STANDARD = Text("标准", "Standard")
_ALL = Text("合计", "All")


@command(
    "coverage",
    about=Text(
        "列出各标准的检验项目由哪些流程步骤判定：自动、仪表、目视，或尚未覆盖及原因。数字由流程与"
        "项目文件算出。给出标准名时逐项列出。",
        "How the items of each standard are judged: automatically, by instrument, by eye, or not "
        "and why. Worked out from the files of procedures and items. With a standard named, item "
        "by item.",
    ),
)
@argument(
    "standard",
    required=False,
    metavar="[STANDARD]",
    about=Text(
        "标准，如 “GB 7258” 或 “GB 7258-2017”", "A standard, like 'GB 7258' or 'GB 7258-2017'"
    ),
)
@json_option
def coverage(standard: str | None, as_json: bool) -> None:
    """Print the coverage. Raises UnknownNameError for a standard that is not there."""
    found = coverage_of(load_catalogue())
    if standard is not None:
        found = _of(found, standard)
    if as_json:
        print_json(_as_json(found))
    elif standard is None:
        _show_table(found)
    else:
        _show_items(found)


def _of(found: list[Coverage], standard: str) -> list[Coverage]:
    chosen = [one for one in found if standard in (one.item.standard, _name(one))]
    if not chosen:
        raise UnknownNameError("standard", standard, sorted({_name(one) for one in found}))
    return chosen


def _name(one: Coverage) -> str:
    item = one.item
    return item.standard if item.edition is None else f"{item.standard}-{item.edition}"


def _counts(found: Sequence[Coverage]) -> dict[How, int]:
    return {how: sum(one.how is how for one in found) for how in How}


def _by_standard(found: list[Coverage]) -> dict[str, list[Coverage]]:
    rows: dict[str, list[Coverage]] = {}
    for one in found:
        rows.setdefault(_name(one), []).append(one)
    return dict(sorted(rows.items()))


def _show_table(found: list[Coverage]) -> None:
    rows = {**_by_standard(found), say(_ALL): found}
    pairs = [(say(_STANDARD), f"{say(_JUDGED)} / {say(_ITEMS)}")]
    for name, items in rows.items():
        counts = _counts(items)
        judged = sum(counts[how] for how in JUDGED)
        parts = [f"{say(WORDS[how])} {number}" for how, number in counts.items() if number]
        pairs.append((name, f"{judged} / {len(items)}  {' · '.join(parts)}"))
    click.echo(wide.rows(pairs, columns(), by=0))


def _how(one: Coverage) -> Text:
    """How it is judged, or why it is not, or what a step for it would go by."""
    if one.why_not is not None:
        return one.why_not
    words = WORDS[one.how]
    if one.how is not How.NO_STEP:
        return words
    by = METHODS[one.item.method]
    return Text(f"{words.zh}（方法：{by.zh}）", f"{words.en} (method: {by.en})")


def _show_items(found: list[Coverage]) -> None:
    for name, items in _by_standard(found).items():
        click.echo(click.style(name, bold=True))
        pairs: list[tuple[str, str]] = []
        for one in items:
            steps = ", ".join(f"{step.procedure}::{step.step}" for step in one.steps)
            mark = "✓" if one.steps else "–"
            said = f"{say(one.item.title)} · {say(_how(one))}"
            short = one.item.id.rpartition("/")[2]
            pairs.append((f"{mark} {short}", f"{said} · {steps}" if steps else said))
        click.echo(wide.rows(pairs, columns()))
    counts = _counts(found)
    judged = sum(counts[how] for how in JUDGED)
    click.echo(f"{say(_JUDGED)} {judged} / {len(found)}")


def _as_json(found: list[Coverage]) -> dict[str, Any]:
    return {
        "standards": [
            {
                "standard": name,
                "items": len(items),
                "counts": {how.value: number for how, number in _counts(items).items()},
            }
            for name, items in _by_standard(found).items()
        ],
        "items": [
            {
                "id": one.item.id,
                "title": both(one.item.title),
                "clause": one.item.clause,
                "confidence": one.item.confidence.value,
                "how": one.how.value,
                "method": one.item.method.value,
                "why_not": None if one.why_not is None else both(one.why_not),
                "steps": [
                    {"procedure": step.procedure, "step": step.step, "how": step.how.value}
                    for step in one.steps
                ],
            }
            for one in found
        ],
    }
