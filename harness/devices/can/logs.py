"""Reading a recorded bus: BLF, ASC, candump, TRC and MF4, told apart by their content.

A file that is cut off or damaged is an error that says where, and how many frames came before.
What came before can be had by asking for it (`keep_going`); then the damage is part of the result.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from harness.devices.can.logs_blf import MAGIC, read_blf
from harness.devices.can.logs_candump import is_candump, read_candump
from harness.devices.can.logs_frames import Recording
from harness.devices.can.logs_text import is_asc, is_trc, read_asc, read_trc
from harness.errors import FileError, Problem, UsageError

_LOOKED_AT = 4096
_SHOWN = 8
_EXPECTED = "a BLF, ASC, candump (.log), TRC or MF4 recording"


class _Format(NamedTuple):
    name: str
    begins: Callable[[bytes], bool]
    read: Callable[[Path], Recording]


def _read_mf4(path: Path) -> Recording:
    try:
        from harness.devices.can.logs_mf4 import read_mf4  # noqa: PLC0415 - an extra, and slow
    except ImportError as error:
        raise UsageError(
            f"{path}: reading MF4 needs {error.name}; expected pip install charging-harness[mf4]"
        ) from error
    return read_mf4(path)


_FORMATS = (
    _Format("BLF", lambda first: first.startswith(MAGIC), read_blf),
    _Format("MF4", lambda first: first.startswith((b"MDF     ", b"UnFinMF ")), _read_mf4),
    _Format("TRC", is_trc, read_trc),
    _Format("ASC", is_asc, read_asc),
    _Format("candump", is_candump, read_candump),
)


class LogFile(NamedTuple):
    """A recording and the format that it was read as."""

    format: str
    recording: Recording


def read_log(path: Path, *, keep_going: bool = False, channel: str | None = None) -> LogFile:
    """All frames of a recording, or those of one channel (its number, or its name).

    Raises FileError for a file that cannot be read, is none of the formats or is damaged (with
    `keep_going`, damage is in the result instead); UsageError for a channel that does not occur
    and for a format whose extra is not installed.
    """
    try:
        with path.open("rb") as file:
            first = file.read(_LOOKED_AT)
        found = _format_of(path, first)
        recording = found.read(path)
    except OSError as error:
        what = error.strerror or str(error)
        raise FileError([Problem(str(path), 0, 0, what, "a readable file")]) from error
    damage = recording.damage
    if damage is not None and not keep_going:
        if len(recording.frames):
            damage.what += " (--keep-going uses them)"
        raise FileError([damage])
    if channel is not None:
        recording = of_channel(recording, channel)
    return LogFile(found.name, recording)


def _format_of(path: Path, first: bytes) -> _Format:
    for known in _FORMATS:
        if known.begins(first):
            return known
    what = f"the file begins with {first[:_SHOWN]!r} and is no recording that is known here"
    if not first:
        what = "the file is empty"
    elif first.startswith(b"\x1f\x8b"):
        what = "the file is packed with gzip; unpack it first"
    raise FileError([Problem(str(path), 0, 0, what, _EXPECTED)])


def of_channel(recording: Recording, channel: str) -> Recording:
    """The frames of one channel (its number, or its name). Raises UsageError for an unknown one."""
    frames = recording.frames
    names = recording.channel_names
    numbers = {name: number for number, name in names.items()}
    wanted = numbers.get(channel, int(channel) if channel.isdecimal() else -1)
    chosen = frames.channel == wanted
    if len(frames) and not chosen.any():
        met = ", ".join(names.get(n, str(n)) for n in np.unique(frames.channel).tolist())
        raise UsageError(f"no frame of channel {channel}; expected one of {met}")
    return replace(recording, frames=frames.take(chosen))
