"""`harness store add`, `find` and `rebuild`."""

from pathlib import Path
from typing import Any

import click
import msgspec

from harness.assess.sheet_words import PASSED
from harness.cli import wide
from harness.cli.base import argument, columns, command, language, option, say
from harness.cli.marks import mark
from harness.cli.options import json_option, print_json
from harness.cli.store_options import (
    REALITY,
    filter_options,
    filters_of,
    open_store,
    store_options,
)
from harness.clock import shown_minute
from harness.engine import details
from harness.errors import EvidenceError, UsageError
from harness.evidence.layout import JOURNAL, SEAL
from harness.text import Text
from harness.verdict import Verdict

_ADDED = Text("已入库", "added")
_KNOWN = Text("库中已有", "there already")
_REVIEW = Text("库中已有，复核记录已更新", "there already; its review was continued")
_REFUSED = Text("未入库", "not taken in")
_NOTE = Text("提示：", "Note:")
_NONE = Text("没有符合条件的运行", "No run is like that")
_MORE = Text("还有更多：用 --limit 增加，或加筛选条件", "There are more: see --limit, or filter")
_REBUILT = Text("索引已重建：{} 次运行", "The index holds {} runs")
_ALTERED = Text("被改动", "altered")
_UNSEALED = Text("未封存", "not sealed")
_TWICE = Text("与 {} 是同一份证据，未重复计入", "the same bundle as {}; counted once")
_DEVICE = Text("设备", "device")
_CUT_OFF = Text("中断", "cut off")
_MODES = {
    "run": Text("检验", "run"),
    "exam": Text("考试", "exam"),
    "practice": Text("练习", "practice"),
}
_STATES = {"altered": _ALTERED, "unsealed": _UNSEALED}


@command(
    "add",
    about=Text(
        "核验并入库。可给一次运行的文件夹，或内含多次运行的文件夹。被改动的不入库。"
        "退出码：0 全部入库；1 有未入库的。",
        "Verify bundles and take them in: folders of runs, or folders that hold such. Altered ones "
        "are not taken in. Exit code: 0 all are in; 1 some are not.",
    ),
)
@argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR...",
    about=Text("运行的证据文件夹", "Folders of runs"),
)
@option(
    "--unsealed",
    is_flag=True,
    about=Text("未封存的也入库", "Take in unsealed ones, too"),
)
@store_options
@json_option
def add(
    folders: tuple[Path, ...], unsealed: bool, bundles: str, index: str | None, as_json: bool
) -> int:
    """Add bundles; those that are refused do not keep the others out."""
    store = open_store(bundles, index)
    found: list[dict[str, Any]] = []
    for folder in _runs(folders):
        try:
            added = store.add(folder, unsealed=unsealed)
        except EvidenceError as error:
            found.append({"folder": str(folder), "added": False, "why": error.detail})
            if not as_json:
                click.echo(f"{say(_REFUSED)} {_why(error)}")
            continue
        row = {"folder": str(folder), "added": True, "new": added.new, "place": added.place}
        told = [{"zh": one.zh, "en": one.en} for one in added.notes]
        state = added.facts.state.value
        found.append({**row, "id": added.facts.run_id, "state": state, "notes": told})
        if not as_json:
            said = _ADDED if added.new else _REVIEW if added.review else _KNOWN
            click.echo(f"{say(said)} {added.place}")
            for note in added.notes:
                click.echo(wide.indent(f"{say(_NOTE)} {say(note)}", columns(), 4))
    if as_json:
        print_json(found)
    return 0 if all(one["added"] for one in found) else 1


def _why(error: EvidenceError) -> str:
    both = getattr(error, "why", None)  # of a RefusedBundleError, whose module needs the extra
    if isinstance(both, Text):
        return say(both)
    return details.chinese(error.detail) if language() == "zh" else error.detail


def _runs(folders: tuple[Path, ...]) -> list[Path]:
    """The runs in these folders. Raises UsageError."""
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder; expected the folder of a run")
        inside = [folder, *sorted(folder.iterdir())]
        runs = [one for one in inside if (one / JOURNAL).is_file() or (one / SEAL).is_file()]
        if not runs:
            raise UsageError(
                f"{folder} holds neither {JOURNAL} nor {SEAL}; expected a run's folder"
            )
        found += runs[:1] if runs[0] == folder else runs
    return found


@command(
    "find",
    about=Text(
        "按考生、流程、项目、结论、日期、台架查找运行，最新的在前。",
        "Find runs by candidate, procedure, item, verdict, date and bench; the newest come first.",
    ),
)
@filter_options
@option(
    "--limit",
    type=click.IntRange(min=0),
    default=50,
    about=Text("最多列出几次（缺省 50，0 为全部）", "How many at most; 50, 0 for all"),
)
@store_options
@json_option
def find(limit: int, bundles: str, index: str | None, as_json: bool, **given: Any) -> int:
    """List runs."""
    filters = filters_of(given)
    store = open_store(bundles, index)
    found = store.find(filters, limit + 1 if limit else None)
    more = bool(limit) and len(found) > limit
    found = found[:limit] if limit else found
    if as_json:
        scores = [store.score(row) for row in found]
        told = [one and msgspec.to_builtins(one) for one in scores]
        print_json([{**row, "score": one} for row, one in zip(found, told, strict=True)])
        return 0
    if not found:
        click.echo(say(_NONE))
    for row in found:
        score = store.score(row)
        click.echo(_head(row) + (f"  {say(_score(score))}" if score is not None else ""))
        click.echo(wide.indent(f"{row['place']}", columns(), 4))
    if more:
        click.echo(say(_MORE))
    return 0


def _score(score: Any) -> Text:
    """`62.5/100 passed, signed by 2`. `score`: a ShownScore, whose module needs the extra."""
    if score.total is None:
        return Text("得分未定", "score open")
    marks = f"{round(score.total, 2):g}/{score.max:g}"
    passed = PASSED[score.passed]
    signed = Text(f"{score.signed} 人签名", f"signed by {score.signed}")
    if not score.signed:
        signed = Text("未签名", "not signed")
    return Text(
        f"得分 {marks} {passed.zh}（{signed.zh}）",
        f"score {marks} {passed.en.lower()} ({signed.en})",
    )


def _head(row: dict[str, Any]) -> str:
    """Date, the device's verdict, procedures, candidate, bench, what it was done on."""
    verdict = Verdict(row["verdict"]) if row["verdict"] else None
    said = f"{say(_DEVICE)} {mark(verdict, language())}" if row["ending"] else say(_CUT_OFF)
    parts = [shown_minute(row["started"]), wide.pad(said, 20), ", ".join(row["procedures"])]
    parts += [part for part in (row["candidate"], row["bench"]) if part]
    if row["reality"] in REALITY:
        parts.append(say(REALITY[row["reality"]]))
    if row["mode"] != "run":
        parts.append(say(_MODES[row["mode"]]))
    if row["state"] in _STATES:
        parts.append(f"[{say(_STATES[row['state']])}]")
    return "  ".join(parts)


@command(
    "rebuild",
    about=Text(
        "只由证据重建索引。退出码：0；1 有被改动的证据。",
        "Make the index anew from the bundles alone. Exit code: 0; 1 when one was altered.",
    ),
)
@store_options
@json_option
def rebuild(bundles: str, index: str | None, as_json: bool) -> int:
    """Rebuild the index."""
    found = open_store(bundles, index, upgrade=False).rebuild()
    if as_json:
        print_json(
            {
                "runs": found.runs,
                "altered": [{"place": place, "why": why} for place, why in found.altered],
                "unsealed": found.unsealed,
                "twice": [{"place": place, "first": first} for place, first in found.twice],
            }
        )
        return 1 if found.altered else 0
    click.echo(say(_REBUILT).format(found.runs))
    for place, why in found.altered:
        shown = details.chinese(why) if language() == "zh" else why
        click.echo(f"{say(_ALTERED)} {place}: {shown}")
    for place in found.unsealed:
        click.echo(f"{say(_UNSEALED)} {place}")
    for place, first in found.twice:
        click.echo(f"{place}: {say(_TWICE).format(first)}")
    return 1 if found.altered else 0
