"""`harness store show` and `verify-all`: what the bundles say, and whether the index agrees."""

from pathlib import Path
from typing import Any

import click

from harness.cli import wide
from harness.cli.base import argument, columns, command, language, option, say
from harness.cli.evidence_show import show_record
from harness.cli.options import json_option, print_json
from harness.cli.store_options import open_store, store_options
from harness.evidence.verify import VerifyResult
from harness.report.record import load_record
from harness.report.summary import summary
from harness.report.words import integrity
from harness.text import Text

_MANY = 5
_PLACE = Text("位置", "Place")
_INDEX = Text("索引", "Index")
_AGREES = Text("与证据一致", "agrees with the bundle")
_REBUILD = Text("以证据为准；重建索引：harness store rebuild",
                "The bundle is right; mend the index: harness store rebuild")  # fmt: skip
_SUM = Text("{} 份证据：完好 {}，未封存 {}，有问题 {}",
            "{} bundles: {} good, {} unsealed, {} with findings")  # fmt: skip
_UNKNOWN = Text("其中 {} 份由本站未知的密钥签名，无法确认是谁封存的",
                "{} of them were signed with keys that are not known to this station: "
                "who sealed them cannot be said")  # fmt: skip
_NOTE = Text("提示：", "Note:")


@command(
    "show",
    about=Text(
        "查看一次运行：内容与核验都取自证据本身，索引只说明它在哪里；二者不符时指出。"
        "退出码：0 完好；1 被改动或索引不符；3 未封存。",
        "Show a run. Everything is read from its bundle; the index only says where it lies, and is "
        "told when it disagrees. Exit code: 0 good; 1 altered, or the index is wrong; 3 unsealed.",
    ),
)
@argument(
    "run",
    metavar="RUN",
    about=Text("运行编号或位置，写出开头即可", "Id or place of a run; its start will do"),
)
@store_options
@json_option
def show(run: str, bundles: str, index: str | None, as_json: bool) -> int:
    """Show one bundle of the store."""
    store = open_store(bundles, index)
    from harness.store.compare import Checked, differences, locate  # noqa: PLC0415 - an extra

    store.recover()
    place = locate(store, run)
    checked = Checked(place)
    with store.shelf.local(place) as folder:
        record = load_record(folder)
        checked.result = record.check
        if record.check.intact and store.index.exists():
            with store.index.reading() as connection:
                checked.differences = differences(connection, place, store.facts(place))
        if as_json:
            print_json({"place": place, "index": _told(checked.differences), **summary(record)})
            return checked.exit_code
        show_record(record, Path(store.shelf.url) / place)
    pairs = [(say(_PLACE), f"{store.shelf.url} {place}")]
    pairs += [(say(_INDEX), say(one.text)) for one in checked.differences]
    if record.check.intact and not checked.differences:
        pairs.append((say(_INDEX), say(_AGREES)))
    click.echo(wide.rows(pairs, columns(), by=0))
    if checked.differences:
        click.echo(say(_REBUILD))
    return checked.exit_code


def _told(found: list[Any]) -> list[dict[str, Any]]:
    return [
        {"where": f"{one.where} {one.column}".strip(), "index": one.index, "bundle": one.bundle}
        for one in found
    ]


@command(
    "verify-all",
    about=Text(
        "逐份核验证据，并与索引对照：被改动、缺失、未入索引、重复、重新签名的都指出位置。"
        "退出码：0 全部完好；1 有问题；3 只有未封存的。",
        "Verify every bundle and hold the index against it: altered, missing, not listed, double "
        "and re-signed ones are named with their place. Exit code: 0 all good; 1 findings; "
        "3 some are merely unsealed.",
    ),
)
@option("--quiet", is_flag=True, about=Text("只列出有问题的", "Name only what is not good"))
@store_options
@json_option
def verify_all(quiet: bool, bundles: str, index: str | None, as_json: bool) -> int:
    """Verify the whole store."""
    store = open_store(bundles, index)
    from harness.store.compare import check_all  # noqa: PLC0415 - an extra

    codes = {0: 0, 1: 0, 3: 0}
    rows: list[dict[str, Any]] = []
    unknown = 0
    for checked in check_all(store):
        code = checked.exit_code
        codes[code] += 1
        stranger = checked.result is not None and _stranger(checked.result)
        unknown += stranger
        if as_json:
            rows.append(_row(checked))
        elif code or not quiet:
            _print(checked)
    if as_json:
        print_json(rows)
    else:
        total = sum(codes.values())
        click.echo(say(_SUM).format(total, codes[0], codes[3], codes[1]))
        if unknown:
            click.echo(say(_UNKNOWN).format(unknown))
    return 1 if codes[1] else 3 if codes[3] else 0


def _stranger(result: VerifyResult) -> bool:
    """Sealed by nobody whom this station knows."""
    return result.signer is not None and result.known_key is None


def _row(checked: Any) -> dict[str, Any]:
    result = checked.result
    return {
        "id": checked.place,
        "exit_code": checked.exit_code,
        "intact": result.intact if result else None,
        "sealed": result.sealed if result else None,
        "first_bad": result.to_json()["first_bad"] if result else None,
        "signer": result.signer if result else None,
        "known_key": result.known_key if result else None,
        "findings": [{"zh": one.zh, "en": one.en} for one in checked.findings],
        "notes": [{"zh": one.zh, "en": one.en} for one in checked.notes],
        "index": _told(checked.differences),
    }


def _print(checked: Any) -> None:
    from harness.store.store import place_of  # noqa: PLC0415 - an extra

    headline = say(integrity(checked.result)[0]) if checked.result is not None else "!"
    click.echo(f"{checked.place}: {click.style(headline, fg=_COLOURS[checked.exit_code])}")
    lines = [one.get(language()) for one in checked.findings]
    lines += [say(one.text) for one in checked.differences]
    if checked.result is not None:
        bad = [say(place_of(one)) for one in checked.result.problems]
        lines = [*bad[:_MANY], *(["…"] if len(bad) > _MANY else []), *lines]
    lines += [f"{say(_NOTE)} {say(one)}" for one in checked.notes]
    for line in lines:
        click.echo(wide.indent(line, columns(), 4))


_COLOURS = {0: "green", 1: "red", 3: "yellow"}
