"""`harness score`: the score of a run, by its scheme and by what assessors have entered."""

from pathlib import Path
from typing import Any

import click
import msgspec

from harness.assess.recorded import claims, reviews_of, scheme_for
from harness.assess.result import Score, digest
from harness.assess.score import score as scored
from harness.cli.base import command, language, option, say
from harness.cli.evidence import folder_argument, must_be_record
from harness.cli.options import json_option, print_json
from harness.cli.score_page import show
from harness.clock import shown_time
from harness.events import RunStarted
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.text import Text
from harness.verdict import ExitCode

_SAME = Text(
    "{by} {utc} 签名的成绩 {total}：重新计算一致",
    "{by} {utc} signed {total}: computed again, the same",
)
_DIFFERENT = Text(
    "{by} {utc} 签名的成绩 {total}：重新计算得 {now}，不一致（{field}）",
    "{by} {utc} signed {total}: computed again it is {now}, which differs ({field})",
)
_ALTERED = Text(
    "证据已被改动（见 harness evidence verify），成绩不可信",
    "The record has been altered (see harness evidence verify): do not rely on this score",
)
_NONE = Text("没有签名的成绩可供比对", "no signed score to compare with")


@command(
    "score",
    about=Text(
        "按评分方案计算一次运行的成绩：各模块、各项得分及依据，待定事项，待确认的否决。"
        "退出码：0 已算出（--recompute：全部一致）；1 与签名的成绩不一致，或证据已被改动；"
        "3 尚有待定。",
        "Score a run by its scheme: modules and aspects with reasons, what is open, proposed "
        "vetoes. Exit code: 0 scored (--recompute: all the same); 1 a signed score differs, "
        "or the record was altered; 3 something is open.",
    ),
)
@folder_argument
@option(
    "--scheme",
    metavar="ID|FILE",
    about=Text("评分方案；缺省为考试所用的方案", "The scheme; by default the one of the exam"),
)
@option(
    "--recompute",
    is_flag=True,
    about=Text("重新计算，并与签名的成绩比对", "Compute anew and compare with signed scores"),
)
@json_option
def score(folder: Path, scheme: str | None, recompute: bool, as_json: bool) -> int:
    """Compute and print the score of a record."""
    must_be_record(folder)
    altered = verify(folder).exit_code == ExitCode.FAIL
    if altered:
        click.echo(click.style(say(_ALTERED), fg="red"), err=True)
    entries = read_journal(folder)
    reviews = reviews_of(folder)
    loaded = scheme_for(folder, entries, reviews, scheme)
    now = scored(entries, loaded, reviews)
    compared: list[dict[str, Any]] = []
    if recompute:
        for claim in claims(reviews):
            then = scored(entries, loaded, claim.before)
            compared.append(
                {
                    "by": claim.by,
                    "utc": claim.utc,
                    "signed": claim.total,
                    "computed": then.total,
                    "same": digest(then) == claim.score_sha256,
                    "signed_sha256": claim.score_sha256,
                    "computed_sha256": digest(then),
                }
            )
    if as_json:
        page = {"sha256": digest(now), "altered": altered, "score": msgspec.to_builtins(now)}
        print_json({**page, "recomputed": compared} if recompute else page)
    else:
        started = (one.event for one in entries if isinstance(one.event, RunStarted))
        show(now, loaded.model, recorded=any(one.recorded for one in started))
        if recompute:
            _say_compared(compared)
    return ExitCode.FAIL if altered else _exit_code(now, compared)


def _say_compared(compared: list[dict[str, Any]]) -> None:
    if not compared:
        click.echo(say(_NONE))
    for one in compared:
        words = {
            "by": one["by"],
            "utc": shown_time(one["utc"]),
            "total": _number(one["signed"]),
            "now": _number(one["computed"]),
            "field": "SHA-256",
        }
        text = _SAME if one["same"] else _DIFFERENT
        click.echo(
            click.style(text.get(language()).format(**words), fg=None if one["same"] else "red")
        )


def _number(total: float | None) -> str:
    return "–" if total is None else f"{total:g}"


def _exit_code(now: Score, compared: list[dict[str, Any]]) -> int:
    if any(not one["same"] for one in compared):
        return ExitCode.FAIL
    return ExitCode.INCOMPLETE if now.passed is None else ExitCode.PASS
