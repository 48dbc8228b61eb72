"""`harness skills record`: the evidence of one candidate, row by row, over several runs."""

from pathlib import Path
from typing import Any

import click
import msgspec

from harness.assess.result import Score, digest
from harness.assess.skill_evidence import Device, Evidence
from harness.assess.skill_record import Counted, RowRecord, SkillRecord, skill_record
from harness.assess.sufficiency import SHIPPED, load_sufficiency
from harness.catalogue.skills import load_skills
from harness.cli import wide
from harness.cli.base import argument, columns, command, option, say
from harness.cli.library import both
from harness.cli.options import json_option, print_json
from harness.cli.skills import LEVELS, level_option
from harness.errors import UsageError
from harness.text import Text

_DEVICE = {
    Device.HEALTHY: Text("正常设备", "sound device"),
    Device.FAULTY: Text("故障设备", "faulty device"),
    Device.UNKNOWN: Text("设备状态不明", "device state unknown"),
    Device.NONE: Text("考评员评分", "scored by an assessor"),
}
_SIMULATED = Text("模拟", "simulated")
_RECORDED = Text("录制数据", "recorded")
_REAL = Text("真实", "real")
_RIGHT = Text("对 {} 错 {}", "{} right, {} wrong")
_PENDING = Text("待评 {}", "{} to be settled")
_MARKS = Text("评分 {}", "marks {}")
_SCORE = Text("得分 {:g}/{:g}", "score {:g}/{:g}")
_ENOUGH = Text("充分", "enough")
_WANTING = Text("不足", "not enough")
_NOT_COUNTED = Text("不计", "does not count")
_KEY_UNKNOWN = Text("封存密钥本站不识", "sealed with a key not known here")
_CANDIDATE = Text("考生", "Candidate")
_RUNS = Text("运行", "Runs")
_TAKEN = Text("采用 {}，他人 {}，不予采用 {}", "{} taken in, {} of others, {} refused")
_REFUSED = Text("不予采用", "Refused")
_ROWS = Text("要求", "Rows")
_SUM = Text(
    "有证据 {} 条，其中充分 {} 条，共 {} 条", "{} with evidence, {} of them enough, {} in all"
)


@command(
    "record",
    about=Text(
        "汇总一名考生在多次运行中的证据：先核验每份证据，再逐条列出运行、日期、正常与故障设备、"
        "对错与评分，并按充分性规则判断是否足够。被改动的证据不计，并指名。",
        "The evidence of one candidate over several runs. Every bundle is verified first; then, "
        "row by row: runs, dates, sound and faulty devices, right and wrong, marks, and whether it "
        "is enough by the rules. What was altered does not count, and is named.",
    ),
)
@argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR...",
    about=Text("一次运行的文件夹，或装有多次运行的文件夹", "Folders of a run, or of runs"),
)
@option(
    "--candidate", required=True, metavar="CODE", about=Text("考生代码", "Code of the candidate")
)
@option(
    "--score",
    "scores",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text(
        "复核后的成绩（harness score --json 的输出），可重复",
        "A reviewed score (what harness score --json prints); repeatable",
    ),
)
@option(
    "--need",
    type=click.IntRange(min=1),
    metavar="N",
    about=Text(
        "每条至少几次运行；缺省按规则", "Runs needed for a row; by default as the rules say"
    ),
)
@option(
    "--rules",
    type=click.Path(path_type=Path),
    default=SHIPPED,
    metavar="FILE",
    show_default=False,
    about=Text("充分性规则文件", "Rules of when evidence is enough"),
)
@level_option
@json_option
def record(
    *,
    folders: tuple[Path, ...],
    candidate: str,
    scores: tuple[Path, ...],
    need: int | None,
    rules: Path,
    level: str | None,
    as_json: bool,
) -> int:
    """Print the record. 1 when a bundle was altered, else 0."""
    chosen = load_sufficiency(rules)
    if need is not None:
        chosen = chosen.with_runs(need)
    if not candidate.strip():
        raise UsageError("the candidate's code is empty; expected a code")
    given = _scores(scores)
    found = skill_record(load_skills(), chosen, candidate, folders, given)
    for head in given.keys() - found.heads:
        run = given[head].run_id
        raise UsageError(
            f"the score of run {run} belongs to no run of {candidate} that was taken in"
        )
    rows = [row for row in found.rows if level in (None, row.skill.level.value)]
    if as_json:
        print_json(_as_json(found, rows))
    else:
        _show(found, rows)
    return 1 if any(one.altered for one in found.refused) else 0


class _Page(msgspec.Struct):
    """What `harness score --json` prints."""

    sha256: str
    score: dict[str, Any]


def _scores(files: tuple[Path, ...]) -> dict[str, Score]:
    """Scores by the head of the journal that they were made from. Raises UsageError."""
    found: dict[str, Score] = {}
    for path in files:
        try:
            page = msgspec.json.decode(path.read_bytes(), type=_Page)
            score = msgspec.convert(page.score, Score)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        except msgspec.MsgspecError as error:
            raise UsageError(f"{path} is no score: {error}") from error
        if page.sha256 != digest(score):
            raise UsageError(f"{path} is no score: it does not have the digest that it states")
        found[score.head] = score
    return found


def _show(found: SkillRecord, rows: list[RowRecord]) -> None:
    pairs = [
        (say(_CANDIDATE), found.candidate),
        (say(_RUNS), say(_TAKEN).format(found.runs, found.others, len(found.refused))),
    ]
    click.echo(wide.rows(pairs, columns(), by=0))
    for refused in found.refused:
        line = f"{say(_REFUSED)} {refused.folder.name}: {say(refused.why)}"
        click.echo(wide.indent(line, columns(), 2))
    shown = [row for row in rows if row.evidence]
    for row in shown:
        mark, word = ("✓", _ENOUGH) if row.enough else ("–", _WANTING)
        skill = row.skill
        head = f"{mark} {skill.id} {say(LEVELS[skill.level])} · {say(word)}"
        click.echo(click.style(head, bold=True))
        click.echo(wide.indent(wide.cut(say(skill.summary), columns() - 4), columns(), 4))
        pairs = [(one.evidence.date, _one(one)) for one in row.evidence]
        click.echo(wide.rows(pairs, columns(), by=4))
        for want in row.wanting:
            click.echo(wide.indent(say(want), columns(), 4))
    enough = sum(row.enough for row in shown)
    line = say(_SUM).format(len(shown), enough, len(rows))
    click.echo(wide.rows([(say(_ROWS), line)], columns(), by=0))


def _what(evidence: Evidence) -> Text:
    if evidence.recorded:
        return _RECORDED
    return _SIMULATED if evidence.simulated else _REAL


def _one(one: Counted) -> str:
    evidence = one.evidence
    parts = [
        f"{evidence.run_id} {', '.join(evidence.procedures)}",
        f"{say(_what(evidence))} {say(_DEVICE[evidence.device])}",
    ]
    if evidence.right or evidence.wrong:
        parts.append(say(_RIGHT).format(evidence.right, evidence.wrong))
    if evidence.marks:
        parts.append(say(_MARKS).format(" ".join(str(n) for n in evidence.marks.values())))
    if evidence.pending:
        parts.append(say(_PENDING).format(evidence.pending))
    if evidence.score is not None:
        parts.append(say(_SCORE).format(evidence.score.marks, evidence.score.max))
    if evidence.known_key is None:
        parts.append(say(_KEY_UNKNOWN))
    if one.why_not is not None:
        parts.append(f"{say(_NOT_COUNTED)}: {say(one.why_not)}")
    return " · ".join(parts)


def _as_json(found: SkillRecord, rows: list[RowRecord]) -> dict[str, Any]:
    return {
        "candidate": found.candidate,
        "rules": found.rules.model_dump(mode="json", exclude={"title"}),
        "runs": found.runs,
        "others": found.others,
        "refused": [
            {
                "folder": str(one.folder),
                "run_id": one.run_id,
                "altered": one.altered,
                "why": both(one.why),
            }
            for one in found.refused
        ],
        "rows": [
            {
                "id": row.skill.id,
                "level": row.skill.level.value,
                "enough": row.enough,
                "runs": len(row.counting),
                "dates": sorted({one.date for one in row.counting}),
                "wanting": [both(want) for want in row.wanting],
                "evidence": [
                    {
                        **_evidence(one.evidence),
                        "counts": one.why_not is None,
                        "why_not": None if one.why_not is None else both(one.why_not),
                    }
                    for one in row.evidence
                ],
            }
            for row in rows
        ],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "run_id": one.run_id,
        "folder": str(one.folder),
        "date": one.date,
        "procedures": list(one.procedures),
        "mode": one.mode,
        "simulated": one.simulated,
        "recorded": one.recorded,
        "device": one.device.value,
        "right": one.right,
        "wrong": one.wrong,
        "pending": one.pending,
        "marks": dict(one.marks),
        "score": None
        if one.score is None
        else {
            "passed": one.score.passed,
            "total": one.score.total,
            "marks": one.score.marks,
            "max": one.score.max,
            "aspects": list(one.score.aspects),
        },
        "head": one.head,
        "signer": one.signer,
        "known_key": one.known_key,
    }
