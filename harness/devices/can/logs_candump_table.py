"""Lines of a candump recording as a table of characters: one step for all lines of one shape.

In lines of one shape every part (stamp, channel, identifier, payload) has the same columns. Only
the plainest frames are read here: classic data frames with six decimals in their stamp, which is
what candump writes. The others are left to be read line by line.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from harness.devices.can.logs_frames import EXTENDED, TX, Frames, Index, Mask

_BAD = 255
_NIBBLE = np.full(256, _BAD, np.uint8)
_NIBBLE[np.frombuffer(b"0123456789", np.uint8)] = np.arange(10)
_NIBBLE[np.frombuffer(b"abcdef", np.uint8)] = np.arange(10, 16)
_NIBBLE[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)
_DECIMALS = 6
LATEST = 9_000_000_000
"""Seconds; more do not fit as nanoseconds into 64 bits."""
_WIDEST = 100
"""Characters of a line that is looked at here."""


class Channels:
    """Numbers of the channels by name, in the order in which they are met."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}

    def number(self, name: bytes) -> int:
        return self.numbers.setdefault(name, len(self.numbers) + 1)


def plain_frames(
    text: bytes, starts: Index, ends: Index, channels: Channels
) -> Iterator[tuple[Index, Frames]]:
    """The plain frames among the lines `text[start:end]`, shape by shape, with their lines."""
    signs = np.frombuffer(text, np.uint8)
    for rows, shape in _shapes(signs, starts, ends):
        table = _Table(signs, starts[rows], shape)
        frames, good = table.frames(channels)
        yield rows[good], frames


_Shape = tuple[int, int, int, int]
"""Columns of the closing bracket, of the space after the channel, of `#`, and of the line's end."""


def _shapes(signs: NDArray[np.uint8], starts: Index, ends: Index) -> Iterator[tuple[Index, _Shape]]:
    """Lines of one shape each."""
    bracket = _first(signs, ")", starts)
    space = _first(signs, " ", bracket + 2)
    end = ends - ((signs[ends - 1] == ord("\r")) & (ends > starts))
    parts = np.stack([bracket, space, _first(signs, "#", space), end], axis=1) - starts[:, None]
    # The channel is at least one character between two spaces, after the bracket.
    fits = (np.diff(parts, axis=1) >= [3, 2, 1]).all(axis=1)
    fits &= (parts[:, 0] > _DECIMALS + 2) & (parts[:, 3] <= _WIDEST)
    rows = np.flatnonzero(fits)
    key = parts[rows] @ (256 ** np.arange(4))
    order = np.argsort(key, kind="stable")
    for same in np.split(order, np.flatnonzero(np.diff(key[order])) + 1):
        if len(same):
            yield rows[same], tuple(parts[rows[same[0]]].tolist())


def _first(signs: NDArray[np.uint8], sign: str, after: Index) -> Index:
    """Where `sign` first stands at or after each place; the end of the text if nowhere."""
    places = np.append(np.flatnonzero(signs == ord(sign)), len(signs))
    found: Index = places[np.minimum(np.searchsorted(places, after), len(places) - 1)]
    return found


class _Table:
    """Lines of one shape under each other."""

    def __init__(self, signs: NDArray[np.uint8], starts: Index, shape: _Shape) -> None:
        self._bracket, self._space, self._hash, self._end = shape
        self._signs = np.lib.stride_tricks.sliding_window_view(signs, self._end)[starts]
        self._good: Mask = np.ones(len(starts), np.bool_)

    def frames(self, channels: Channels) -> tuple[Frames, Mask]:
        """The frames of the plain lines, and which lines these are."""
        self._require(0, "(")
        self._require(self._bracket + 1, " ")
        # White space and NUL in a name are a matter of one line: numpy drops a NUL at its end.
        self._good &= (self._name() > ord(" ")).all(axis=1)
        time = self._microseconds() * 1000
        key = self._key()
        direction, end = self._direction()
        digits = self._digits(self._hash + 1, end)
        size = digits.shape[1] // 2
        self._good &= digits.shape[1] in range(0, 18, 2)
        good = self._good
        data = np.zeros((np.count_nonzero(good), 8), np.uint8)
        if len(data):
            data[:, :size] = digits[good, 0::2] << 4 | digits[good, 1::2]
        frames = Frames(
            time[good],
            self._channel(good, channels),
            key[good],
            direction[good],
            np.full(len(data), size, np.uint8),
            data,
        )
        return frames, good

    def _require(self, column: int, sign: str) -> None:
        self._good &= self._signs[:, column] == ord(sign)

    def _digits(self, begin: int, end: int, base: int = 16) -> NDArray[np.uint8]:
        """The digits in some columns as numbers."""
        digits = _NIBBLE[self._signs[:, begin:end]]
        self._good &= (digits < base).all(axis=1)
        return digits

    def _microseconds(self) -> NDArray[np.int64]:
        point = self._bracket - _DECIMALS - 1
        self._require(point, ".")
        whole = self._digits(1, point, 10)
        digits = np.hstack([whole, self._digits(point + 1, self._bracket, 10)])
        self._good &= digits.shape[1] <= 10 + _DECIMALS
        powers = 10 ** np.arange(digits.shape[1], dtype=np.int64)[::-1]
        stamp = digits.astype(np.int64) @ powers
        self._good &= stamp <= LATEST * 10**_DECIMALS
        return stamp

    def _key(self) -> NDArray[np.uint32]:
        digits = self._digits(self._space + 1, self._hash).astype(np.int64)
        number = digits @ (16 ** np.arange(digits.shape[1], dtype=np.int64)[::-1])
        extended = digits.shape[1] == 8
        self._good &= (extended or digits.shape[1] == 3) & (number <= 0x1FFF_FFFF)
        return (number | (EXTENDED if extended else 0)).astype(np.uint32)

    def _direction(self) -> tuple[NDArray[np.uint8], int]:
        """Flags, and where the payload ends: before ` R` or ` T` where lines have it."""
        end = self._end - 2
        if end <= self._hash or not (self._signs[:, end] == ord(" ")).any():
            return np.zeros(len(self._signs), np.uint8), self._end
        self._require(end, " ")
        letter = self._signs[:, -1]
        self._good &= (letter == ord("R")) | (letter == ord("T"))
        return np.where(letter == ord("T"), TX, 0).astype(np.uint8), end

    def _name(self) -> NDArray[np.uint8]:
        return self._signs[:, self._bracket + 2 : self._space]

    def _channel(self, good: Mask, channels: Channels) -> NDArray[np.uint16]:
        names = np.ascontiguousarray(self._name()[good])
        if not len(names):
            return np.zeros(0, np.uint16)
        different, at = np.unique(names.view(f"S{names.shape[1]}")[:, 0], return_inverse=True)
        return np.array([channels.number(bytes(name)) for name in different], np.uint16)[at]
