"""`harness list`: what there is, as a table for people or JSON for programs."""

from typing import Any

import click

from harness.cli import wide
from harness.cli.base import argument, columns, command, language
from harness.cli.library import KINDS, Row, limit, word
from harness.cli.options import json_option, print_json
from harness.text import Text

_LONGEST_ID = 44


@command(
    "list",
    about=Text(
        "列出流程、检验项目、故障、点表或车型、动作、技能、评分方案或考试场景。",
        "List procedures, items, faults, profiles, actions, skills, marking schemes or scenarios.",
    ),
)
@argument(
    "kind",
    type=click.Choice(list(KINDS)),
    about=Text("类别", "Which kind"),
)
@json_option
def list_(kind: str, as_json: bool) -> None:
    """Print every entry of one kind."""
    _, rows = KINDS[kind]
    found = rows()
    if as_json:
        print_json(found)
        return
    page = columns()
    left = min(max((wide.width(row["id"]) for row in found), default=0), _LONGEST_ID)
    for row in found:
        about = row["title"][language()]
        facts = _facts(kind, row)
        if wide.width(row["id"]) > left:
            click.echo(row["id"])
            start = " " * left
        else:
            start = wide.pad(row["id"], left)
        text = about + (f"  ({facts})" if facts else "")
        for line in wide.wrap(text, page - left - 2):
            click.echo(f"{start}  {line}")
            start = " " * left


def _facts(kind: str, row: Row) -> str:
    facts: list[Any] = []
    if kind == "procedures":
        minutes = row["minutes"]
        facts = [_count(row["steps"], Text("步", "steps"))]
        facts += [_count(minutes, Text("分钟", "min"))] if minutes else []
    elif kind == "items":
        facts = [limit(row["limit"], language())] if row["limit"] else []
    elif kind == "faults":
        facts = [row["role"], row["kind"]]
    elif kind == "profiles":
        facts = [row["kind"], _count(row["points"], Text("点", "points"))]
    elif kind == "skills":
        facts = [row["level"]]
    elif kind == "schemes":
        facts = [row["shape"]]
    elif kind == "scenarios":
        facts = [row["level"], _count(row["minutes"], Text("分钟", "min"))]
    comma = "、" if language() == "zh" else ", "
    return comma.join(word(str(fact), language()) for fact in facts if fact)


def _count(number: int, unit: Text) -> str:
    return f"{number} {unit.get(language())}"
