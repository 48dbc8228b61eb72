"""`harness store export`: for spreadsheets, learning record stores and supply chains."""

from pathlib import Path
from typing import Any

import click
import msgspec

from harness.cli.base import command, option, say
from harness.cli.store_options import filter_options, filters_of, open_store, store_options
from harness.errors import UsageError
from harness.text import Text

_WRITTEN = Text("已写出 {}（{} 条）", "wrote {} ({})")
_HELD = Text("未导出", "held back")


@command(
    "export",
    about=Text(
        "导出符合条件的运行。csv：索引中的表；xapi：考生作答的 xAPI 语句（JSON）；in-toto："
        "设备结论的测试结果证明（JSON）。后两种取自证据并先核验，被改动或未封存的不导出。"
        "退出码：0；1 有未导出的。",
        "Export the runs that are meant. csv: tables of the index; xapi: xAPI statements of what "
        "candidates did (JSON); in-toto: test-result attestations of the device verdicts (JSON). "
        "The latter two are read from the bundles, verified first; altered and unsealed ones are "
        "held back. Exit code: 0; 1 when some were held back.",
    ),
)
@option(
    "--format",
    "kind",
    type=click.Choice(["csv", "xapi", "in-toto"]),
    required=True,
    about=Text("导出格式", "What to write"),
)
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text("输出文件；缺省为标准输出", "Where to; by default standard output"),
)
@option(
    "--table",
    type=click.Choice(["runs", "steps", "checks"]),
    default="runs",
    about=Text("csv：哪张表（缺省 runs）", "csv: which table; by default runs"),
)
@option(
    "--home",
    default="",
    metavar="URL",
    about=Text("xapi：发放考生代号的单位网址", "xapi: address of whoever gives out the codes"),
)
@option(
    "--sign",
    is_flag=True,
    about=Text(
        "in-toto：以本站密钥签名（DSSE）", "in-toto: sign with this station's key (DSSE envelopes)"
    ),
)
@filter_options
@store_options
def export(
    *,
    kind: str,
    output: Path | None,
    table: str,
    home: str,
    sign: bool,
    bundles: str,
    index: str | None,
    **given: Any,
) -> int:
    """Write an export."""
    filters = filters_of(given)
    store = open_store(bundles, index)
    if kind == "csv":
        from harness.store.tables import csv_of  # noqa: PLC0415 - an extra

        with store.index.reading() as connection:
            data = csv_of(connection, filters, table)
        _write(output, data, data.count(b"\r\n") - 1)
        return 0
    if kind == "xapi":
        from harness.store.xapi import check_home  # noqa: PLC0415 - an extra

        check_home(home)
    found, held = _from_bundles(store, filters, kind, home, sign)
    _write(output, msgspec.json.format(msgspec.json.encode(found)) + b"\n", len(found))
    for one in held:
        click.echo(f"{say(_HELD)} {one.place}: {say(one.why)}", err=True)
    return 1 if held else 0


def _from_bundles(
    store: Any, filters: Any, kind: str, home: str, sign: bool
) -> tuple[list[Any], list[Any]]:
    """What goes out, and what is held back."""
    from harness.evidence.keys import station_key  # noqa: PLC0415
    from harness.store import attestation, xapi  # noqa: PLC0415
    from harness.store.outgoing import Held, verified  # noqa: PLC0415

    key = station_key() if sign else None
    found: list[Any] = []
    held: list[Held] = []
    for run in verified(store, [row["place"] for row in store.find(filters, None)]):
        if isinstance(run, Held):
            held.append(run)
        elif kind == "in-toto":
            told = attestation.statement(run)
            found.append(told if key is None else attestation.signed(told, key))
        else:
            made = xapi.statements(run, home)
            if isinstance(made, Held):
                held.append(made)
            else:
                found += made
    return found, held


def _write(output: Path | None, data: bytes, count: int) -> None:
    if output is None:
        click.echo(data, nl=False)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror or error}") from error
    click.echo(say(_WRITTEN).format(output, count))
