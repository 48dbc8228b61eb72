"""MF4 recordings (ASAM MDF 4 with bus logging) as columns, read through asammdf.

asammdf is an extra and takes half a second to import, so this module is imported when a file asks
for it.
"""

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from asammdf import MDF
from numpy.typing import NDArray

from harness.devices.can.logs_frames import (
    BRS,
    EARLIEST_DATE,
    ERROR,
    ESI,
    EXTENDED,
    FD,
    REMOTE,
    TX,
    Frames,
    Recording,
    clear_beyond,
    join,
)
from harness.errors import Problem
from harness.text import Text

_KINDS = {"CAN_DataFrame": 0, "CAN_RemoteFrame": REMOTE, "CAN_ErrorFrame": ERROR}
_LONGEST_REASON = 120
_NO_BUS = Text(
    "文件中没有总线报文（只有已解码的测量信号）",
    "The file holds no bus frames (only measured signals)",
)


def read_mf4(path: Path) -> Recording:
    """All CAN frames of an MF4 file, in the order of time. Damage is reported. Raises OSError."""
    path.open("rb").close()  # what cannot be opened is told by the system, not by asammdf
    found = _Found()
    with _quiet():
        damage = _read(path, found)
        if damage is not None:
            gc.collect()
    frames = join(found.parts)
    frames = frames.take(np.argsort(frames.time, kind="stable"))
    frames.time[:] += found.start
    dated = found.start >= EARLIEST_DATE * 1_000_000_000
    notes = (_NO_BUS,) if not found.groups and damage is None else ()
    return Recording(frames, dated, damage, notes=notes)


class _Found:
    """What was read so far."""

    def __init__(self) -> None:
        self.start = 0
        """Nanoseconds since 1970."""
        self.groups = 0
        self.parts: list[Frames] = []


def _read(path: Path, found: _Found) -> Problem | None:
    """Read all groups; what ended the reading early, if anything did."""
    try:
        with MDF(str(path)) as opened:
            file: Any = opened
            found.start = max(0, round(file.header.start_time.timestamp() * 1e6) * 1000)
            for index, group in enumerate(file.groups):
                names = {channel.name for channel in group.channels}
                for kind in _KINDS.keys() & names:
                    found.groups += 1
                    found.parts.append(_Group(file, index, kind, names).frames())
    except Exception as error:  # noqa: BLE001 - a foreign parser raises anything on a damaged file
        done = sum(map(len, found.parts))
        reason = (str(error) or type(error).__name__).splitlines()[0][:_LONGEST_REASON]
        what = f"the file cannot be read on ({reason}); {done} frames were read before it"
        return Problem(str(path), 0, 0, what, "a whole MDF 4 file")
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep asammdf from printing: our own message names the file and what was read.

    When a file cannot be opened, asammdf also fails to tidy up after itself, and says so where no
    `except` can reach.
    """
    logging.getLogger("asammdf").setLevel(logging.CRITICAL)
    hook = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    try:
        yield
    finally:
        sys.unraisablehook = hook


class _Group:
    """One channel group of the file: frames of one kind."""

    def __init__(self, file: Any, index: int, kind: str, names: set[str]) -> None:
        self._file = file
        self._index = index
        self._kind = kind
        self._names = names
        self._signal = file.get(kind, group=index, raw=True)
        """The whole frame, whose parts are fields of a structured array."""

    def frames(self) -> Frames:
        stamps = np.asarray(self._signal.timestamps, np.float64)
        time = np.rint(stamps * 1e9).astype(np.int64)
        count = len(time)
        identifier = self._part("ID", count).astype(np.uint32)
        extended = (self._part("IDE", count) != 0) | ((identifier & EXTENDED) != 0)
        number = identifier & 0x1FFF_FFFF
        key = np.where(extended, number | EXTENDED, number).astype(np.uint32)
        flags = np.full(count, _KINDS[self._kind], np.uint8)
        for name, bit in (("EDL", FD), ("BRS", BRS), ("ESI", ESI), ("Dir", TX)):
            flags |= np.where(self._part(name, count) != 0, bit, 0).astype(np.uint8)
        length, data = self._payload(count)
        if self._kind == "CAN_ErrorFrame":
            key[:] = 0
        channel = self._part("BusChannel", count).astype(np.uint16)
        return Frames(time, channel, key, flags, length, data)

    def _payload(self, count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Lengths and payload bytes, these as wide as the longest asks for."""
        if self._kind == "CAN_RemoteFrame":
            asked = np.minimum(self._part("DLC", count), 8).astype(np.uint8)
            return asked, np.zeros((count, 8), np.uint8)
        if self._kind == "CAN_ErrorFrame" or count == 0:
            return np.zeros(count, np.uint8), np.zeros((count, 8), np.uint8)
        table = self._part("DataBytes", count).reshape(count, -1)[:, :64]
        held = np.minimum(self._part("DataLength", count), table.shape[1]).astype(np.uint8)
        width = 8 if held.max() <= 8 else 64
        data = np.zeros((count, width), np.uint8)
        used = min(width, table.shape[1])
        data[:, :used] = table[:, :used]
        clear_beyond(data, held)
        return held, data

    def _part(self, name: str, count: int) -> NDArray[Any]:
        """One fact of every frame; zeros where the recorder did not keep it."""
        full = f"{self._kind}.{name}"
        samples: NDArray[Any]
        if full in (self._signal.samples.dtype.names or ()):
            samples = self._signal.samples[full]
        elif full in self._names:
            samples = self._file.get(full, group=self._index, raw=True).samples
        else:
            samples = np.zeros(count, np.uint8)
        return samples
