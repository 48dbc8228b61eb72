"""Frames of a recorded bus as columns: one numpy array per fact, one row per frame.

A recording of an hour has millions of frames. As objects they cost microseconds and hundreds of
bytes each; as columns some 25 bytes, and everything that is asked of them is asked of all at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from harness.errors import Problem
from harness.text import Text

EXTENDED = 0x8000_0000
"""Set in `Frames.key` of a 29-bit identifier, so that 11 and 29 bits never meet."""

REMOTE, ERROR, FD, TX, BRS, ESI = 1, 2, 4, 8, 16, 32
"""Bits of `Frames.flags`. TX: sent by the recorder itself. BRS, ESI: only with FD."""

FD_LENGTHS = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64], np.uint8)
"""Payload bytes by data length code (ISO 11898-1, table 5)."""

EARLIEST_DATE = 631_152_000
"""Seconds; 1990-01-01. Stamps before it count from the start of a recording, not from 1970."""

Index = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Frames:
    """`n` frames in the order of the recording."""

    time: NDArray[np.int64]
    """Nanoseconds since 1970 UTC; since the start of the recording if that is undated."""
    channel: NDArray[np.uint16]
    """As the recording numbers its buses; most formats begin with 1."""
    key: NDArray[np.uint32]
    """The identifier, with `EXTENDED` set for 29 bits."""
    flags: NDArray[np.uint8]
    length: NDArray[np.uint8]
    """Payload bytes; for a remote frame the bytes asked for."""
    data: NDArray[np.uint8]
    """Payload, shape (n, 8), or (n, 64) where a frame is longer; zero beyond `length`."""

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: Index | Mask) -> "Frames":
        """The frames of these rows (a mask or indexes)."""
        return Frames(
            self.time[rows],
            self.channel[rows],
            self.key[rows],
            self.flags[rows],
            self.length[rows],
            self.data[rows],
        )

    @property
    def is_data(self) -> Mask:
        """Which frames carry a payload: neither remote nor error frames."""
        carries: Mask = (self.flags & (REMOTE | ERROR)) == 0
        return carries


@dataclass(frozen=True, slots=True)
class Recording:
    """What a reader found in a file."""

    frames: Frames
    dated: bool
    """Whether the stamps are dates; otherwise they count from the start of the recording."""
    damage: Problem | None = None
    """Where reading had to end before the end of the recording."""
    channel_names: dict[int, str] = field(default_factory=dict)
    """Channel number -> its name, in formats that name their buses."""
    notes: tuple[Text, ...] = ()
    """What a reader of the values should know about the file."""


NO_FRAMES = Frames(
    np.zeros(0, np.int64),
    np.zeros(0, np.uint16),
    np.zeros(0, np.uint32),
    np.zeros(0, np.uint8),
    np.zeros(0, np.uint8),
    np.zeros((0, 8), np.uint8),
)


def join(parts: Iterable[Frames]) -> Frames:
    """The frames of all parts, one after the other."""
    kept = [part for part in parts if len(part)]
    if len(kept) < 2:
        return kept[0] if kept else NO_FRAMES
    width = max(part.data.shape[1] for part in kept)
    return Frames(
        np.concatenate([part.time for part in kept]),
        np.concatenate([part.channel for part in kept]),
        np.concatenate([part.key for part in kept]),
        np.concatenate([part.flags for part in kept]),
        np.concatenate([part.length for part in kept]),
        np.concatenate([widen(part.data, width) for part in kept]),
    )


def widen(data: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Payloads padded with zeros to `width` bytes."""
    if data.shape[1] == width:
        return data
    wide = np.zeros((len(data), width), np.uint8)
    wide[:, : data.shape[1]] = data
    return wide


def clear_beyond(data: NDArray[np.uint8], length: NDArray[np.uint8]) -> None:
    """Set the bytes after each payload to zero, in place."""
    short = np.flatnonzero(length < data.shape[1])
    if len(short):
        inside = np.arange(data.shape[1]) < length[short, None]
        data[short] = np.where(inside, data[short], 0)


class FrameList:
    """Frames that come one by one, on their way to columns."""

    def __init__(self) -> None:
        self._facts: list[tuple[int, int, int, int, int]] = []
        self._data: list[bytes] = []

    def __len__(self) -> int:
        return len(self._facts)

    def add(
        self, *, time: int, channel: int, key: int, flags: int, length: int, data: bytes
    ) -> None:
        """One more frame; each as in `Frames`, `data` of at most 64 bytes."""
        self._facts.append((time, channel, key, flags, length))
        self._data.append(data)

    def frames(self) -> Frames:
        """All of them as columns."""
        if not self._facts:
            return NO_FRAMES
        time, channel, key, flags, length = zip(*self._facts, strict=True)
        width = 8 if max(map(len, self._data)) <= 8 else 64
        payload = b"".join([data.ljust(width, b"\0") for data in self._data])
        return Frames(
            np.array(time, np.int64),
            np.array(channel, np.uint16),
            np.array(key, np.uint32),
            np.array(flags, np.uint8),
            np.array(length, np.uint8),
            np.frombuffer(payload, np.uint8).reshape(-1, width).copy(),
        )
