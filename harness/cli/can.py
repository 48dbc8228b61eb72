"""`harness can …`: recorded buses."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli import wide as table
from harness.cli.base import argument, command, language, option, say
from harness.cli.failure import complain
from harness.cli.options import json_option, print_json
from harness.devices.can.dbc_text import GUESSED
from harness.devices.can.specs import format_id
from harness.errors import FileError, UsageError
from harness.text import Text
from harness.verdict import ExitCode

if TYPE_CHECKING:
    from harness.devices.can.decode import Decoded, DecodedMessage
    from harness.devices.can.decode_file import Result

_SHOWN = 12
_PATH = click.Path(path_type=Path)


@command(
    "decode",
    about=Text(
        "把总线记录解码为信号值。可读 BLF、ASC、candump .log、TRC、MF4（需 mf4 附加包）。"
        "不带 -o 时打印各报文的统计；带 -o 时写出 .csv 或 .parquet（需 parquet 附加包）。"
        "缺省为长表：每个值一行，列为 time（UTC）、seconds、channel、message、signal、value、unit、"
        "raw、label；--wide 为宽表：每帧一行，每个信号一列。"
        "未知标识符、过短的帧、未定义的多路复用值、超出范围的值都会计数。"
        "退出码：0 完成；2 文件有误、被截断，或没有一帧与数据库相符；"
        "3 使用 --keep-going 且文件已损坏（结果只到损坏处）。",
        "Decode a recorded bus to values of signals. Reads BLF, ASC, candump .log, TRC and MF4 "
        "(extra mf4). Without -o it prints a summary of every message; with -o it writes .csv or "
        ".parquet (extra parquet). By default in long form: one row a value with the columns time "
        "(UTC), seconds, channel, message, signal, value, unit, raw, label; with --wide one row a "
        "frame and one column a signal. Unknown ids, short frames, unknown multiplexer numbers "
        "and values out of range are counted. Exit code: 0 done; 2 a file is wrong or cut off, or "
        "no frame matches the databases; 3 with --keep-going, when the file is damaged (the "
        "result ends there).",
    ),
)
@argument(
    "files",
    nargs=-1,
    required=True,
    type=_PATH,
    metavar="LOG",
    about=Text("总线记录文件", "The recording"),
)
@option(
    "--database",
    "databases",
    multiple=True,
    type=_PATH,
    metavar="FILE…",
    about=Text(
        "DBC 文件，可给多个：--database a.dbc b.dbc，或重复该选项",
        "A DBC file; several as --database a.dbc b.dbc, or by repeating the option",
    ),
)
@option(
    "--signal",
    "signals",
    multiple=True,
    metavar="NAME",
    about=Text(
        "只解码该信号（报文名.信号名，或唯一的信号名）或该报文的全部信号；可重复",
        "Only this signal (Message.Signal, or Signal if only one message has it), or all those of "
        "this message; repeatable",
    ),
)
@option(
    "-o",
    "--output",
    type=_PATH,
    metavar="FILE",
    about=Text("写出到 .csv 或 .parquet 文件", "Write to this .csv or .parquet file"),
)
@option(
    "--wide",
    is_flag=True,
    about=Text("每帧一行，每个信号一列", "One row a frame, one column a signal"),
)
@option(
    "--channel",
    metavar="N",
    about=Text(
        "只取该通道（记录文件中的编号，candump 可用接口名）",
        "Only this channel, as the recording numbers it (in candump: its name)",
    ),
)
@option(
    "--keep-going",
    is_flag=True,
    about=Text(
        "文件被截断或损坏时，仍使用损坏处之前的内容",
        "Of a file that is cut off or damaged, use what comes before the damage",
    ),
)
@json_option
def decode(
    *,
    files: tuple[Path, ...],
    databases: tuple[Path, ...],
    signals: tuple[str, ...],
    output: Path | None,
    wide: bool,
    channel: str | None,
    keep_going: bool,
    as_json: bool,
) -> int:
    """Decode one recording."""
    from harness.devices.can.decode_file import (  # noqa: PLC0415 - numpy and cantools are slow
        Request,
        decode_file,
    )

    log, descriptions = _sorted(files, databases)
    request = Request(log, descriptions, signals, output, wide, channel, keep_going)
    result = decode_file(request)
    if result.log.recording.damage is not None:
        complain(FileError([result.log.recording.damage]), language())
    if as_json:
        print_json(result.to_json())
    else:
        _show(result)
    return ExitCode.PASS if result.complete else ExitCode.INCOMPLETE


def _sorted(files: tuple[Path, ...], databases: tuple[Path, ...]) -> tuple[Path, tuple[Path, ...]]:
    """The recording and the databases: `--database a.dbc b.dbc` leaves b.dbc among the files."""
    descriptions = [*databases, *(path for path in files if path.suffix.lower() == ".dbc")]
    logs = [path for path in files if path.suffix.lower() != ".dbc"]
    if len(logs) != 1:
        given = ", ".join(map(str, logs)) or "none"
        raise UsageError(f"recordings given: {given}; expected one")
    if not descriptions:
        raise UsageError("no database is given; expected --database FILE.dbc")
    return logs[0], tuple(dict.fromkeys(descriptions))


_FRAMES = Text("{} 帧", "{} frames")
_CHANNELS = Text("通道 {}", "channels {}")
_HEADINGS = (
    Text("报文", "Message"),
    Text("标识符", "Id"),
    Text("帧数", "Frames"),
    Text("周期 ms（最小–最大）", "Period ms (min–max)"),
    Text("应为", "Described"),
    Text("信号", "Signals"),
    Text("异常", "Found"),
)
_RIGHT = (2, 3, 4, 5)
_SHORT = Text("过短 {}", "short {}")
_LONG = Text("过长 {}", "long {}")
_MUX = Text("多路复用值未定义 {}", "unknown multiplexer {}")
_RANGE = Text("超出范围 {}", "out of range {}")
_UNKNOWN = Text("数据库中没有的标识符（帧数）：{}", "Ids that no database knows (frames): {}")
_MORE = Text("{} … 共 {} 个", "{} … {} in all")
_ABSENT = Text("记录中没有出现的报文：{}", "Messages that do not occur in the recording: {}")
_OTHERS = Text("远程帧 {}，错误帧 {}", "Remote frames {}, error frames {}")
_NOTE = Text("注意：{}", "Note: {}")
_GUESSED = Text(
    "{} 的文字编码未注明，按 {} 猜测：注释、单位、状态名可能有误；另存为 UTF-8 即可确定",
    "{} does not say its text encoding, {} is a guess: comments, units and names of states may be"
    " wrong; saved as UTF-8 it is sure",
)
_WRITTEN = Text("已写出 {}：{} 行", "wrote {}: {} rows")


def _show(result: "Result") -> None:
    decoded = result.decoded
    facts = [result.log.format, say(_FRAMES).format(f"{len(decoded.frames):,}")]
    if result.span is not None:
        first, last = result.span
        facts.append(f"{first:%Y-%m-%d %H:%M:%S} – {last:%H:%M:%S} UTC")
    facts.append(f"{result.seconds:.3f} s")
    facts.append(say(_CHANNELS).format(", ".join(result.channels)))
    comma = "，" if language() == "zh" else ", "
    click.echo(f"{result.request.log}: {comma.join(facts)}")
    rows = [[say(heading) for heading in _HEADINGS]]
    rows += [_cells(message, comma) for message in decoded.messages]
    for line in _aligned(rows):
        click.echo(line)
    _show_rest(decoded, comma)
    for note in result.log.recording.notes:
        click.echo(say(_NOTE).format(say(note)))
    for file in result.database.files:
        if file.encoding.endswith(GUESSED):
            guess = say(_GUESSED).format(file.path, file.encoding.rstrip(GUESSED))
            click.echo(say(_NOTE).format(guess))
    if result.rows is not None:
        click.echo(say(_WRITTEN).format(result.request.output, f"{result.rows:,}"))


def _show_rest(decoded: "Decoded", comma: str) -> None:
    ids = [f"{format_id(*one)} ({count:,})" for one, count in decoded.unknown.items()]
    for text, names in ((_UNKNOWN, ids), (_ABSENT, decoded.absent)):
        if names:
            shown = comma.join(names[:_SHOWN])
            if len(names) > _SHOWN:
                shown = say(_MORE).format(shown, len(names))
            click.echo(say(text).format(shown))
    if decoded.remote or decoded.errors:
        click.echo(say(_OTHERS).format(decoded.remote, decoded.errors))


def _cells(message: "DecodedMessage", comma: str) -> list[str]:
    spec, period = message.spec, message.period
    found = [
        say(text).format(f"{count:,}")
        for text, count in (
            (_SHORT, message.short),
            (_LONG, message.long),
            (_MUX, message.unknown_mux),
            (_RANGE, message.out_of_range),
        )
        if count
    ]
    times = "–"
    if period is not None:
        mean, low, high = (1e3 * one for one in (period.mean, period.shortest, period.longest))
        times = f"{mean:.2f} ({low:.2f}–{high:.2f})"
    return [
        spec.name,
        format_id(*spec.id),
        f"{len(message.rows):,}",
        times,
        "–" if spec.cycle_time is None else f"{1e3 * spec.cycle_time:g}",
        str(len(message.columns)),
        comma.join(found),
    ]


def _aligned(rows: list[list[str]]) -> list[str]:
    """The rows with their cells under each other; numbers at the right."""
    widths = [max(table.width(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for at, (cell, columns) in enumerate(zip(row, widths, strict=True)):
            space = " " * (columns - table.width(cell))
            cells.append(space + cell if at in _RIGHT else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines
