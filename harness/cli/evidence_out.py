"""`harness evidence report` and `export`: a record for readers and for other programs."""

from pathlib import Path

import click

from harness.cli.base import command, language, option, say
from harness.cli.evidence import folder_argument, must_be_record
from harness.errors import UsageError
from harness.evidence.export import TABLES, bundle_zip, record_json, tables_of
from harness.evidence.layout import MODBUS
from harness.evidence.read import read_journal, read_modbus
from harness.report.write import write_reports
from harness.text import Text

_WRITTEN = Text("已写出 {}", "wrote {}")


@command(
    "report",
    about=Text(
        "由记录重新生成 report.html 和 junit.xml（报告内含中英文，--lang 决定先显示哪种）。",
        "Write report.html and junit.xml anew from the record (the report holds both languages; "
        "--lang says which is shown first).",
    ),
)
@folder_argument
def report(folder: Path) -> int:
    """Write the reports of a record."""
    must_be_record(folder)
    for path in write_reports(folder, language()):
        click.echo(say(_WRITTEN).format(path))
    return 0


@command(
    "export",
    about=Text(
        "导出记录。csv：步骤、测量、总线、诊断各表（Excel 可直接打开）；json：完整记录；"
        "zip：整个文件夹，解压后仍可核验。",
        "Export a record. csv: tables of steps, measurements, buses and diagnostics; json: the "
        "whole record; zip: the whole folder, which verifies after unpacking.",
    ),
)
@folder_argument
@option(
    "--format",
    "kind",
    type=click.Choice(["csv", "json", "zip"]),
    required=True,
    about=Text("导出格式", "What to write"),
)
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text(
        "输出文件；csv 可给文件夹以写出所有表。缺省写在记录文件夹内（zip 写在其旁）",
        "Where to; for csv a folder takes all tables. By default into the run's folder (a zip "
        "beside it)",
    ),
)
@option(
    "--table",
    type=click.Choice(list(TABLES)),
    default="steps",
    about=Text("csv 写入单个文件时选哪张表（缺省 steps）", "csv to one file: which table"),
)
def export(folder: Path, kind: str, output: Path | None, table: str) -> int:
    """Write a record in another format."""
    must_be_record(folder)
    try:
        paths = _export(folder, kind, output, table)
    except OSError as error:
        raise UsageError(f"{output or folder}: {error.strerror or error}") from error
    for path in paths:
        click.echo(say(_WRITTEN).format(path))
    return 0


def _export(folder: Path, kind: str, output: Path | None, table: str) -> list[Path]:
    if kind == "zip":
        name = folder.resolve().name
        target = output or folder.resolve().parent / f"{name}.zip"
        if target.exists():
            raise UsageError(f"{target} exists already; expected a new file")
        return [bundle_zip(folder, target, name=name)]
    entries = read_journal(folder)
    if kind == "json":
        modbus = read_modbus(folder) if (folder / MODBUS).is_file() else []
        target = output or folder / "record.json"
        target.write_bytes(record_json(entries, modbus))
        return [target]
    if output is not None and not output.is_dir():
        output.write_bytes(TABLES[table](entries))
        return [output]
    targets: list[Path] = []
    for name in tables_of(entries):
        target = (output or folder) / f"{name}.csv"
        target.write_bytes(TABLES[name](entries))
        targets.append(target)
    return targets
