"""candump recordings (`candump -L`, one frame a line) as columns.

    (1767574800.123456) can0 1A3#0011223344556677
    (1767574800.123500) can1 18DAF110#0210 T
    (1767574800.124000) can0 7E8##30011223344556677     CAN FD, one digit of flags
    (1767574800.124100) can0 100#R4                     remote frame

The plain frames, nearly all, are read as tables of characters (`logs_candump_table.py`); what is
left, and every complaint, is a matter of one line.
"""

import re
from pathlib import Path

import numpy as np

from harness.devices.can.logs_candump_table import LATEST, Channels, plain_frames
from harness.devices.can.logs_frames import (
    BRS,
    EARLIEST_DATE,
    ERROR,
    ESI,
    EXTENDED,
    FD,
    FD_LENGTHS,
    NO_FRAMES,
    REMOTE,
    TX,
    FrameList,
    Frames,
    Index,
    Recording,
    join,
)
from harness.errors import Problem

_LINE = re.compile(
    rb"\((\d{1,10})(?:\.(\d{1,9}))?\)\s+(\S+)\s+([0-9A-Fa-f]{1,8})"
    rb"#(?:([Rr])([0-9A-Fa-f])?|(?:#([0-9A-Fa-f]))?((?:[0-9A-Fa-f]{2}\.?)*)(?:_([0-9A-Fa-f]))?)"
    rb"(?:\s+([RTrt]))?\s*"
)
_EXPECTED = "a line like '(1767574800.123456) can0 1A3#0011223344556677'"
_ERROR_FLAG = 0x2000_0000
"""In an identifier of 8 digits: the line tells of an error on the bus."""
_CHUNK = 4_000_000
"""Bytes of whole lines looked at together."""


class _WrongLineError(Exception):
    """A line that is no frame; `index` counts from 0."""

    def __init__(self, index: int, text: bytes) -> None:
        super().__init__(index)
        self.index = index
        self.text = text


def is_candump(first: bytes) -> bool:
    """Whether a file that begins so is a candump recording."""
    line = first.lstrip().partition(b"\n")[0]
    return _LINE.fullmatch(line.rstrip()) is not None


def read_candump(path: Path) -> Recording:
    """All frames of a candump recording. Damage ends the reading and is reported. Raises OSError.

    Channels are numbered by the alphabet of their names, from 1. Times are dates unless they are
    smaller than any date can be.
    """
    channels = Channels()
    parts: list[Frames] = []
    damage: Problem | None = None
    line = 1
    rest = b""
    with path.open("rb") as file:
        while damage is None:
            chunk = file.read(_CHUNK)
            text, cut, rest = (rest + chunk).rpartition(b"\n")
            if not chunk:
                text, cut, rest = rest, b"\n", b""  # a last line without its end
            damage, line = _add(parts, text + cut, channels, line, path)
            if not chunk:
                break
    frames = join(parts)
    dated = len(frames) > 0 and int(frames.time[0]) >= EARLIEST_DATE * 1_000_000_000
    return Recording(frames, dated, damage, _by_name(frames, channels))


def _by_name(frames: Frames, channels: Channels) -> dict[int, str]:
    """Number the channels that have frames anew, by name; their names by number."""
    met = set(np.unique(frames.channel).tolist())
    ordered = sorted((name, number) for name, number in channels.numbers.items() if number in met)
    anew = np.zeros(len(channels.numbers) + 1, np.uint16)
    for at, (_, number) in enumerate(ordered, 1):
        anew[number] = at
    frames.channel[:] = anew[frames.channel]
    return {at: name.decode("utf-8", "replace") for at, (name, _) in enumerate(ordered, 1)}


def _add(
    parts: list[Frames], text: bytes, channels: Channels, line: int, path: Path
) -> tuple[Problem | None, int]:
    """Add the frames of whole lines; what is wrong with one, and the number of the next line."""
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    try:
        parts.append(_read_lines(text, ends, channels))
    except _WrongLineError as wrong:
        parts.append(_read_lines(text, ends[: wrong.index], channels))
        shown = wrong.text[:80].decode("ascii", "replace")
        done = sum(len(part) for part in parts)
        what = f"{shown!r} is no frame; {done} frames were read before it"
        return Problem(str(path), line + wrong.index, 1, what, _EXPECTED), line
    return None, line + len(ends)


def _read_lines(text: bytes, ends: Index, channels: Channels) -> Frames:
    """Frames of the lines that end at `ends`. Raises _WrongLineError for the first wrong line."""
    if not len(ends):
        return NO_FRAMES
    starts = np.concatenate([[0], ends[:-1] + 1])
    left = np.ones(len(ends), np.bool_)
    parts: list[Frames] = []
    rows: list[Index] = []
    for lines, frames in plain_frames(text, starts, ends, channels):
        left[lines] = False
        rows.append(lines)
        parts.append(frames)
    others = FrameList()
    read = [
        int(at)
        for at in np.flatnonzero(left)
        if _read_line(text[starts[at] : ends[at]], int(at), channels, others)
    ]
    if len(parts) == 1 and not read:
        return parts[0]
    order = np.argsort(np.concatenate([*rows, np.array(read, np.intp)]))
    return join([*parts, others.frames()]).take(order)


def _read_line(line: bytes, index: int, channels: Channels, into: FrameList) -> bool:
    """Read one line of any kind; whether it was a frame. Raises _WrongLineError."""
    if not line.strip():
        return False
    match = _LINE.fullmatch(line)
    if match is None:
        raise _WrongLineError(index, line)
    seconds, decimals, name, digits, remote, asked, mode, payload, code, direction = match.groups()
    data = bytes.fromhex(payload.replace(b".", b"").decode()) if payload else b""
    too_long = len(data) not in FD_LENGTHS or (len(data) > 8 and mode is None)
    if too_long or (code and len(data) < 8) or int(seconds) > LATEST:
        raise _WrongLineError(index, line)
    flags = (TX if direction in (b"T", b"t") else 0) | (REMOTE if remote else 0)
    if mode is not None:
        bits = int(mode, 16)
        flags |= FD | (BRS if bits & 1 else 0) | (ESI if bits & 2 else 0)
    number = int(digits, 16)
    extended = len(digits) > 3
    if extended and number & _ERROR_FLAG:
        number, extended, flags, data = 0, False, flags | ERROR, b""
    into.add(
        time=int(seconds) * 1_000_000_000 + int((decimals or b"0").ljust(9, b"0")),
        channel=channels.number(name),
        key=number & 0x1FFF_FFFF | (EXTENDED if extended else 0),
        flags=flags,
        length=min(8, int(asked or b"0", 16)) if remote else len(data),
        data=data,
    )
    return True
