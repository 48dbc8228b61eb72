"""What makes a bus description unusable, each complaint with its place."""

import math

from harness.devices.can.dbc_text import DbcLines, MessageLines
from harness.devices.can.layout import bits_of, fits, whole_byte
from harness.devices.can.scaling import FLOAT_LENGTHS, scaling_of
from harness.devices.can.specs import MessageSpec, SignalSpec, format_id
from harness.errors import Problem

_EXTENDED = 0x8000_0000
LONGEST = 64
"""Payload bytes of the longest CAN FD frame."""
_FEWEST_COUNTER_BITS = 2
_MOST_DATA_ID = 0xFFFF
_MOST_NUMBERS = 0x1_0000
"""Numbers of one multiplexer entry: a range can be written that fills the memory."""


def check_lines(lines: DbcLines) -> list[Problem]:
    """Problems that the parsing library does not report, or reports without a place."""
    problems = []
    if not lines.messages:
        return [Problem(lines.file, 1, 1, "the file defines no message", "a DBC file")]
    names: dict[str, MessageLines] = {}
    ids: dict[int, MessageLines] = {}
    for message in lines.messages:
        at = (lines.file, message.line, message.column)
        extended = bool(message.raw_id & _EXTENDED)
        number = message.raw_id & ~_EXTENDED
        shown = format_id(number, extended)
        if number >> (29 if extended else 11):
            bits = 29 if extended else 11
            what = f"the id {shown} of {message.name} has more than {bits} bits"
            problems.append(Problem(*at, what, "29-bit ids with bit 31 set"))
        if (first := ids.setdefault(message.raw_id, message)) is not message:
            what = f"{message.name} has the id {shown} of {first.name} (line {first.line})"
            problems.append(Problem(*at, what, "one message per id"))
        if (first := names.setdefault(message.name, message)) is not message:
            what = f"a message called {message.name} is already on line {first.line}"
            problems.append(Problem(*at, what, "each name once"))
        problems += _signal_lines(lines, message)
    problems += _mux_values(lines, ids)
    return problems


def _signal_lines(lines: DbcLines, message: MessageLines) -> list[Problem]:
    problems = []
    seen: dict[str, int] = {}
    roots = [signal.name for signal in message.signals if signal.marker == "M"]
    extended = {entry.signal for entry in lines.mux_values if entry.raw_id == message.raw_id}
    for name, marker, length, *place in message.signals:
        at = (lines.file, place[0], place[1])
        if name in seen:
            what = f"{message.name} already has a signal {name} on line {seen[name]}"
            problems.append(Problem(*at, what, "each name once"))
        seen.setdefault(name, place[0])
        if not 1 <= length <= 8 * LONGEST:
            what = f"{name} has {length} bits"
            problems.append(Problem(*at, what, f"1 to {8 * LONGEST}"))
        if marker.startswith("m") and name not in extended:
            others = [s.name for s in message.signals if s.marker.endswith("M") and s.name != name]
            if not others:
                what = f"{name} is multiplexed ({marker}), but {message.name} has no multiplexer"
                problems.append(Problem(*at, what, "one signal marked M"))
            elif len(others) > 1 or others != roots:
                what = f"{name} is multiplexed ({marker}) by one of {', '.join(others)}"
                problems.append(Problem(*at, what, "a line SG_MUL_VAL_ that says which"))
    return problems


def _mux_values(lines: DbcLines, ids: dict[int, MessageLines]) -> list[Problem]:
    problems = []
    for raw_id, signal, multiplexer, numbers, line, column in lines.mux_values:
        message = ids.get(raw_id)
        at = (lines.file, line, column)
        if message is None:
            what = f"SG_MUL_VAL_ for the id {raw_id}, which no message has"
            problems.append(Problem(*at, what, "the id of a message"))
            continue
        if numbers > _MOST_NUMBERS:
            what = f"{signal} comes with {numbers} numbers of {multiplexer}"
            problems.append(Problem(*at, what, f"at most {_MOST_NUMBERS}"))
        markers = {signal.name: signal.marker for signal in message.signals}
        if signal not in markers:
            problems.append(Problem(*at, f"{message.name} has no signal {signal}", "its name"))
        if not markers.get(multiplexer, "").endswith("M"):
            what = f"{multiplexer} is no multiplexer of {message.name}"
            problems.append(Problem(*at, what, "a signal marked M"))
    return problems


def check_message(spec: MessageSpec, lines: DbcLines) -> list[Problem]:
    """Problems of one message: layout, multiplexing, numbers that make no sense."""
    problems = []
    if spec.length > LONGEST:
        what = f"{spec.name} has {spec.length} bytes"
        problems.append(lines.problem(spec.name, "", what, f"at most {LONGEST}"))
        return problems
    sound = []
    for signal in spec.signals:
        if complaint := _unsound(spec, signal):
            problems.append(lines.problem(spec.name, signal.name, *complaint))
        else:
            sound.append(signal)
    by_name = {signal.name: signal for signal in spec.signals}
    for signal in sound:
        if complaint := _bad_mux(signal, by_name):
            problems.append(lines.problem(spec.name, signal.name, *complaint))
    if problems:
        return problems
    bits = [bits_of(signal, spec.length) for signal in sound]
    when = [_conditions(signal, by_name) for signal in sound]
    for index, signal in enumerate(sound):
        for other in range(index):
            if bits[index] & bits[other] and not _exclusive(when[index], when[other]):
                what = f"{signal.name} and {sound[other].name} of {spec.name} overlap"
                problems.append(lines.problem(spec.name, signal.name, what, "bits of its own"))
    return problems


def _unsound(spec: MessageSpec, signal: SignalSpec) -> tuple[str, str] | None:
    name, low, high = signal.name, signal.low, signal.high
    complaint: tuple[str, str] | None = None
    if not fits(signal, spec.length):
        what = f"{name} reaches beyond the {spec.length} bytes of {spec.name}"
        complaint = what, "a signal inside its message"
    elif signal.is_float and signal.length not in FLOAT_LENGTHS:
        what = f"{name} is a floating-point number of {signal.length} bits"
        complaint = what, " or ".join(map(str, FLOAT_LENGTHS))
    elif not all(map(math.isfinite, (signal.scale, signal.offset, low or 0, high or 0))):
        complaint = f"{name} has an infinite factor, offset or limit", "numbers"
    elif signal.scale == 0:
        complaint = f"{name} has the factor 0", "a factor other than 0"
    elif low is not None and high is not None and low > high:
        complaint = f"{name} has the limits {low:g} to {high:g}", "the low one first"
    else:
        scaling = scaling_of(signal)
        if scaling.low > scaling.high:
            what = f"{name} cannot take any value of its limits {scaling.limits()}"
            complaint = what, "limits that fit its bits"
    return complaint


def _bad_mux(signal: SignalSpec, by_name: dict[str, SignalSpec]) -> tuple[str, str] | None:
    seen = {signal.name}
    above = signal.multiplexer
    while above is not None:
        if above in seen:
            return f"{signal.name} is multiplexed by itself", "multiplexers in one direction"
        seen.add(above)
        above = by_name[above].multiplexer
    if signal.multiplexer is None:
        return None
    multiplexer = scaling_of(by_name[signal.multiplexer])
    if multiplexer.spec.is_float:
        return f"the multiplexer {signal.multiplexer} is a floating-point number", "an integer"
    beyond = [n for n in signal.mux_ids if not multiplexer.lowest <= n <= multiplexer.most]
    if beyond:
        what = f"{signal.name}: the multiplexer {signal.multiplexer} cannot be {beyond[0]}"
        return what, f"{multiplexer.lowest} to {multiplexer.most}"
    return None


def _conditions(signal: SignalSpec, by_name: dict[str, SignalSpec]) -> dict[str, set[int]]:
    """Multiplexer -> its numbers with which the signal is in the frame."""
    conditions = {}
    while signal.multiplexer is not None:
        conditions[signal.multiplexer] = set(signal.mux_ids)
        signal = by_name[signal.multiplexer]
    return conditions


def _exclusive(one: dict[str, set[int]], other: dict[str, set[int]]) -> bool:
    return any(one[name].isdisjoint(other[name]) for name in one.keys() & other.keys())


def unfit_protection(spec: MessageSpec) -> tuple[str, str] | None:
    """Why counter or checksum of a message cannot be used: what is wrong, what was expected."""
    names = [spec.counter] if spec.counter is not None else []
    if spec.checksum is not None:
        names.append(spec.checksum.signal)
    for name in names:
        if name not in spec.by_name:
            return f"{spec.name} has no signal {name}", f"one of {', '.join(spec.by_name)}"
        signal = spec.by_name[name]
        if signal.multiplexer is not None or signal.is_float:
            what = f"{name} of {spec.name} is multiplexed or a floating-point number"
            return what, "an integer that is in every frame"
    return _unfit_checksum(spec) or _unfit_counter(spec)


def _unfit_checksum(spec: MessageSpec) -> tuple[str, str] | None:
    checksum = spec.checksum
    if checksum is None:
        return None
    if checksum.data_id is not None and not 0 <= checksum.data_id <= _MOST_DATA_ID:
        return f"{spec.name}: the data id is {checksum.data_id}", f"0 to {_MOST_DATA_ID}"
    if whole_byte(spec.by_name[checksum.signal]) is None:
        what = f"the checksum {checksum.signal} of {spec.name} does not fill one byte"
        return what, "8 bits from the first bit of a byte on"
    return None


def _unfit_counter(spec: MessageSpec) -> tuple[str, str] | None:
    if spec.counter is None:
        return None
    counter = spec.by_name[spec.counter]
    if counter.signed or counter.length < _FEWEST_COUNTER_BITS:
        what = f"the counter {spec.counter} of {spec.name} is signed or shorter than 2 bits"
        return what, "an unsigned signal of 2 bits or more"
    return None
