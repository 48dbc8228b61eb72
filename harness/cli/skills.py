"""`harness skills coverage`: which rows of the skill standard are exercised by what."""

from collections import Counter
from typing import Any

import click

from harness.assess.skill_coverage import ByProcedure, SkillCoverage, Status, skill_coverage
from harness.catalogue.skills import Level, load_skills
from harness.cli import wide
from harness.cli.base import columns, command, option, say
from harness.cli.library import both
from harness.cli.options import json_option, print_json
from harness.text import Text

LEVELS = {
    Level.JUNIOR: Text("初级", "Junior"),
    Level.INTERMEDIATE: Text("中级", "Intermediate"),
    Level.SENIOR: Text("高级", "Senior"),
}
STATUS = {
    Status.BENCH: Text("台架", "bench"),
    Status.BENCH_AND_ASSESSOR: Text("台架＋考评员", "bench and assessor"),
    Status.ASSESSOR: Text("考评员", "assessor"),
    Status.NOT_YET: Text("尚不能考核", "not yet"),
}
MARKS = {
    Status.BENCH: "●",
    Status.BENCH_AND_ASSESSOR: "◐",
    Status.ASSESSOR: "○",
    Status.NOT_YET: "–",
}
_KINDS = (
    ("automatic", Text("自动", "automatic")),
    ("operator", Text("考生操作", "by hand")),
    ("assessor", Text("评分", "scored")),
)
_ALL = Text("合计", "All")
_ROWS = Text("条", "rows")
_LEVEL = Text("等级", "Level")
_ASPECTS = Text("评分方案", "schemes")
_MISSING = Text("尚缺流程", "missing")

level_option = option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    about=Text("只列该等级", "Only this level"),
)


@command(
    "coverage",
    about=Text(
        "逐条列出职业技能标准的 137 条要求：由哪些流程的步骤（自动、考生操作、考评员评分）和"
        "评分方案的评分点考核，还缺哪些流程。结果由流程、评分方案与技能文件算出。",
        "The 137 rows of the skill standard: by which procedures (steps judged automatically, done "
        "by hand, scored by an assessor) and aspects of schemes each is exercised, and which "
        "procedures are missing. Worked out from the files.",
    ),
)
@level_option
@option(
    "--status",
    type=click.Choice([status.value for status in Status]),
    about=Text("只列该状态", "Only rows with this status"),
)
@json_option
def coverage(level: str | None, status: str | None, as_json: bool) -> None:
    """Print the coverage."""
    found = [
        one
        for one in skill_coverage(load_skills())
        if level in (None, one.skill.level.value) and status in (None, one.status.value)
    ]
    if as_json:
        print_json(_as_json(found))
        return
    _show_rows(found)
    click.echo(wide.rows(_totals(found), columns(), by=0))


def _show_rows(found: list[SkillCoverage]) -> None:
    heading = ""
    pairs: list[tuple[str, str]] = []
    for one in found:
        skill = one.skill
        task = f"{say(LEVELS[skill.level])} {skill.task_code} {say(skill.task)}"
        if task != heading:
            _flush(pairs)
            heading = task
            click.echo(click.style(task, bold=True))
        pairs.append((f"{MARKS[one.status]} {skill.id}", f"{say(STATUS[one.status])} · {_by(one)}"))
        pairs.append(("", wide.cut(say(skill.summary), columns() - 16)))
    _flush(pairs)


def _flush(pairs: list[tuple[str, str]]) -> None:
    if pairs:
        click.echo(wide.rows([(wide.pad(name, 10), about) for name, about in pairs], columns()))
        pairs.clear()


def _by(one: SkillCoverage) -> str:
    parts = [_steps(procedure) for procedure in one.procedures]
    if one.aspects:
        names = Counter(aspect.scheme for aspect in one.aspects)
        parts.append(f"{say(_ASPECTS)} " + ", ".join(f"{k} {n}" for k, n in names.items()))
    if one.missing:
        parts.append(f"{say(_MISSING)} {', '.join(one.missing)}")
    return " · ".join(parts)


def _steps(one: ByProcedure) -> str:
    counts = [f"{say(word)} {getattr(one, key)}" for key, word in _KINDS if getattr(one, key)]
    inside = Text("、", ", ")
    return say(Text("{}（{}）", "{} ({})")).format(one.procedure, say(inside).join(counts))


def _counts(found: list[SkillCoverage]) -> dict[Status, int]:
    return {status: sum(one.status is status for one in found) for status in Status}


def _by_level(found: list[SkillCoverage]) -> dict[Level, list[SkillCoverage]]:
    levels = {level: [one for one in found if one.skill.level is level] for level in Level}
    return {level: rows for level, rows in levels.items() if rows}


def _totals(found: list[SkillCoverage]) -> list[tuple[str, str]]:
    levels = _by_level(found)
    rows = [(say(LEVELS[level]), ones) for level, ones in levels.items()]
    if len(rows) != 1:
        rows.append((say(_ALL), found))
    width = max(wide.width(name) for name in (say(_LEVEL), *(name for name, _ in rows)))
    pairs = [(f"{wide.pad(say(_LEVEL), width)} {say(_ROWS):>4}", "")]
    for name, ones in rows:
        parts = [
            f"{MARKS[status]} {say(STATUS[status])} {number}"
            for status, number in _counts(ones).items()
            if number
        ]
        pairs.append((f"{wide.pad(name, width)} {len(ones):>4}", " · ".join(parts)))
    return pairs


def _as_json(found: list[SkillCoverage]) -> dict[str, Any]:
    return {
        "levels": {
            level.value: {
                "rows": len(ones),
                **{status.value: number for status, number in _counts(ones).items()},
            }
            for level, ones in _by_level(found).items()
        },
        "rows": [
            {
                "id": one.skill.id,
                "level": one.skill.level.value,
                "task": one.skill.task_code,
                "summary": both(one.skill.summary),
                "shown": one.skill.shown.value,
                "also": [bench.value for bench in one.skill.also],
                "status": one.status.value,
                "procedures": [
                    {
                        "procedure": by.procedure,
                        "automatic": by.automatic,
                        "operator": by.operator,
                        "assessor": by.assessor,
                    }
                    for by in one.procedures
                ],
                "aspects": [
                    {"scheme": by.scheme, "aspect": by.aspect, "type": by.type}
                    for by in one.aspects
                ],
                "missing": list(one.missing),
            }
            for one in found
        ],
    }
