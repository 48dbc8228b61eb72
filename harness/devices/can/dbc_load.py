"""The one module of the harness that asks cantools to read a database."""

import math
import re
from dataclasses import dataclass
from typing import Any, cast, get_args

import cantools
from cantools.database.can import Database as CantoolsDatabase
from cantools.database.can import Message, Signal
from cantools.database.errors import Error as CantoolsError

from harness.devices.can.dbc_check import check_lines, check_message, unfit_protection
from harness.devices.can.dbc_text import DbcLines, decode
from harness.devices.can.scaling import FLOAT_LENGTHS, float_to_bits
from harness.devices.can.specs import Algorithm, ChecksumSpec, MessageSpec, SignalSpec
from harness.errors import FileError, Problem, UsageError
from harness.quantity import known_unit

_PLACE = re.compile(r"at line (\d+), column (\d+)")
_LIBRARY = re.compile(r'^DBC: "|"$')
_CLASSIC = 8
_NOBODY = "VECTOR__XXX"
_NO_UNIT = ("", "-", "--", "none")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one DBC file says."""

    messages: list[MessageSpec]
    nodes: tuple[str, ...]
    encoding: str
    version: str
    lines: DbcLines


def read_dbc(data: bytes, *, file: str, name: str) -> Loaded:
    """Parse a DBC file. `file` stands in messages, `name` in the specs. Raises FileError."""
    if not data.strip(b"\0\r\n\t "):
        raise FileError([Problem(file, 1, 1, "the file is empty", "a DBC file")])
    text, encoding = decode(data, file)
    lines = DbcLines(text, file)
    problems = check_lines(lines)
    if lines.messages and problems:
        raise FileError(problems)
    library = _parse(text, lines)
    if problems:
        raise FileError(problems)
    messages = []
    for message in library.messages:
        spec = _message(message, name, lines, problems)
        problems += check_message(spec, lines)
        if not problems:
            _agree(message, lines, problems)
        messages.append(spec)
    if problems:
        raise FileError(problems)
    nodes = tuple(node.name for node in library.nodes if node.name.upper() != _NOBODY)
    return Loaded(messages, nodes, encoding, library.version or "", lines)


def _parse(text: str, lines: DbcLines) -> CantoolsDatabase:
    try:
        # Not strict here: the layout is checked by us, so that every problem is named.
        found = cantools.database.load_string(text, "dbc", strict=False, sort_signals=None)
    except Exception as error:  # on a broken file it raises all kinds
        said = _LIBRARY.sub("", str(error)) or type(error).__name__
        said = " ".join(said.split())
        if place := _PLACE.search(said):
            at = (int(place[1]), int(place[2]))
            what = f"not DBC syntax: {_quoted(text, *at)}"
        else:
            at, what = _named_in(said, lines), said
        raise FileError([Problem(lines.file, *at, what, "a DBC file")]) from error
    return cast("CantoolsDatabase", found)


def _quoted(text: str, line: int, column: int) -> str:
    """The start of the line that could not be read."""
    rows = text.split("\n")
    row = rows[line - 1] if line <= len(rows) else ""
    return repr(row[column - 1 : column + 39].strip() or "end of the file")


def _named_in(said: str, lines: DbcLines) -> tuple[int, int]:
    """Where the message or signal stands that a complaint names."""
    words = set(re.findall(r"\w+", said))
    for message in lines.messages:
        if message.name in words or str(message.raw_id) in words:
            for signal in message.signals:
                if signal.name in words:
                    return signal.line, signal.column
            return message.line, message.column
    return 0, 0


def _agree(message: Message, lines: DbcLines, problems: list[Problem]) -> None:
    """Let the library check the layout by its own rules, too."""
    try:
        message.refresh(strict=True)
    except CantoolsError as error:
        problems.append(lines.problem(message.name, "", str(error), "a sound layout"))


def _message(
    message: Message, database: str, lines: DbcLines, problems: list[Problem]
) -> MessageSpec:
    signals = tuple(_signal(signal) for signal in message.signals)
    receivers: dict[str, None] = {}
    for signal in signals:
        receivers |= dict.fromkeys(signal.receivers)
    attributes = _attributes(message)
    cycle = _plain_number(message.cycle_time)
    if cycle is None or cycle < 0:
        what = f"{message.name}: GenMsgCycleTime is {message.cycle_time!r}"
        problems.append(lines.problem(message.name, "", what, "milliseconds, 0 for events"))
    spec = MessageSpec(
        name=message.name,
        frame_id=message.frame_id,
        extended=message.is_extended_frame,
        length=message.length,
        fd=message.is_fd or message.length > _CLASSIC,
        cycle_time=cycle / 1000 if cycle else None,
        senders=tuple(name for name in message.senders if name.upper() != _NOBODY),
        receivers=tuple(receivers),
        signals=signals,
        comment=message.comment or "",
        counter=str(attributes["CntSignal"]) if attributes.get("CntSignal") else None,
        checksum=_checksum(message.name, attributes, lines, problems),
        database=database,
    )
    if complaint := unfit_protection(spec):
        problems.append(lines.problem(message.name, "", *complaint))
    return spec


def _signal(signal: Signal) -> SignalSpec:
    is_float = bool(signal.is_float)
    choices = {} if signal.choices is None else signal.choices
    return SignalSpec(
        name=signal.name,
        start=signal.start,
        length=signal.length,
        little_endian=signal.byte_order == "little_endian",
        signed=signal.is_signed,
        is_float=is_float,
        scale=_number(signal.scale),
        offset=_number(signal.offset),
        low=None if signal.minimum is None else _number(signal.minimum),
        high=None if signal.maximum is None else _number(signal.maximum),
        unit=_unit(signal.unit),
        values={int(raw): str(name) for raw, name in choices.items()},
        start_value=_start_value(signal, is_float),
        multiplexer=signal.multiplexer_signal,
        mux_ids=tuple(sorted(signal.multiplexer_ids or ())),
        is_multiplexer=signal.is_multiplexer,
        receivers=tuple(name for name in signal.receivers if name.upper() != _NOBODY),
        comment=signal.comment or "",
    )


def _plain_number(value: Any) -> float | None:
    """An attribute as a number, 0 where it is not given; None if it is none."""
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _number(number: Any) -> float:
    """Integers as they are, so that 64-bit numbers stay exact."""
    return number if isinstance(number, int) else float(number)


def _unit(unit: str | None) -> str | None:
    text = (unit or "").strip()
    if text.lower() in _NO_UNIT:
        return None
    try:
        return known_unit(text)
    except UsageError:
        return text


def _start_value(signal: Signal, is_float: bool) -> int | None:
    """Raw number; None where the description has none or one that the bits cannot hold."""
    value = signal.raw_initial
    if value is None or not math.isfinite(value):
        return None
    if is_float:
        return float_to_bits(value, signal.length) if signal.length in FLOAT_LENGTHS else None
    raw = round(value)
    low = -(1 << signal.length - 1) if signal.is_signed else 0
    high = low + (1 << signal.length) - 1
    return raw if low <= raw <= high else None


def _attributes(message: Message) -> dict[str, Any]:
    """Attributes that are given for this message; of enumerations the name."""
    found = message.dbc.attributes if message.dbc is not None else {}
    values: dict[str, Any] = {}
    for name, attribute in found.items():
        value, choices = attribute.value, attribute.definition.choices
        values[name] = choices[value] if choices and isinstance(value, int) else value
    return values


def _checksum(
    message: str, attributes: dict[str, Any], lines: DbcLines, problems: list[Problem]
) -> ChecksumSpec | None:
    signal, algorithm = attributes.get("ChkSignal"), attributes.get("ChkAlgorithm")
    if not signal and not algorithm:
        return None
    known: tuple[Algorithm, ...] = get_args(Algorithm)
    chosen = next((name for name in known if name == algorithm), None)
    if not signal or chosen is None:
        what = f"{message}: ChkSignal is {signal or ''!r}, ChkAlgorithm is {algorithm or ''!r}"
        expected = f"a signal and one of {', '.join(known)}"
        problems.append(lines.problem(message, "", what, expected))
        return None
    given = attributes.get("ChkDataId")
    data_id = _plain_number(given)
    if data_id is None:
        what = f"{message}: ChkDataId is {given!r}"
        problems.append(lines.problem(message, "", what, "a whole number"))
        return None
    return ChecksumSpec(str(signal), chosen, None if given is None else int(data_id))
