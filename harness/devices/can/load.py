"""How much of its time a bus is busy.

The length of a classic frame is exact: stuff bits are counted over the real bits, CRC included, a
byte at a time with tables. Of FD frames the fixed stuff bits are exact as well; the bit in which
the rate changes is taken at the slow one.
"""

from functools import lru_cache

import can

_BUCKET = 0.1
_BUCKETS = 10
WINDOW = _BUCKET * _BUCKETS
"""Seconds over which the present load is taken."""
_TAIL = 13
"""CRC delimiter, acknowledgement 2, end of frame 7, intermission 3: never stuffed."""
_ERROR_BITS = 20
"""Error flag 6, delimiter 8, intermission 3, and some of the others' flags."""
_START_RUN = 0
"""State before the first bit: no bit yet. Others: 1 to 5 zeros, 6 to 10 ones."""


def _step(state: int, bit: int) -> tuple[int, int]:
    """State after one bit, and 1 if a stuff bit follows it."""
    run = (state - 1) % 5 + 1 if state else 0
    same = state and (state > 5) == bool(bit)
    run = run + 1 if same else 1
    if run == 5:
        # The stuff bit is the opposite one and starts the next run.
        return (1 if bit else 6), 1
    return (5 if bit else 0) + run, 0


def _stuffing(width: int) -> list[list[int]]:
    """[state][bits] -> next state + 16 x stuff bits."""
    tables = []
    for start in range(11):
        row = []
        for bits in range(1 << width):
            state, count = start, 0
            for at in reversed(range(width)):
                state, stuffed = _step(state, bits >> at & 1)
                count += stuffed
            row.append(state + 16 * count)
        tables.append(row)
    return tables


def _crc15() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte << 7
        for _ in range(8):
            crc = crc << 1 ^ 0x4599 if crc & 0x4000 else crc << 1
        table.append(crc & 0x7FFF)
    return table


_EIGHT = _stuffing(8)
_SEVEN = _stuffing(7)
_CRC15 = _crc15()


@lru_cache(maxsize=4096)
def _header(key: int, dlc: int, remote: bool, fd: bool) -> tuple[int, int, int, int]:
    """Of the bits before the data: state, stuff bits, CRC, number. Bit 31 of `key`: 29 bits."""
    extended = key >> 31 & 1
    number = key & 0x1FFF_FFFF
    if extended:
        # ID 11, SRR, IDE, ID 18, then RTR, r1, r0 (FD: RRS, FDF, res, BRS, ESI).
        head = (number >> 18) << 20 | 0b11 << 18 | number & 0x3FFFF
        bits = head << 3 | remote << 2 if not fd else head << 5 | 0b01010
        width = 35 if not fd else 37
    else:
        # ID 11, RTR, IDE, r0 (FD: RRS, IDE, FDF, res, BRS, ESI).
        bits = number << 3 | remote << 2 if not fd else number << 6 | 0b001010
        width = 15 if not fd else 18
    bits, width = bits << 4 | dlc, width + 4  # the start of frame is one more 0 in front
    state, count, crc = _START_RUN, 0, 0
    for at in reversed(range(width)):
        bit = bits >> at & 1
        state, stuffed = _step(state, bit)
        count += stuffed
        crc = (crc << 1 ^ 0x4599 if (crc >> 14 ^ bit) & 1 else crc << 1) & 0x7FFF
    return state, count, crc, width


def frame_bits(message: can.Message) -> int:
    """Bits of a classic frame on the bus, from its start to the end of the intermission."""
    key = message.arbitration_id
    if message.is_extended_id:
        key |= 0x8000_0000
    return _length(key, min(message.dlc, 15), message.is_remote_frame, bytes(message.data))


@lru_cache(maxsize=16_384)
def _length(key: int, dlc: int, remote: bool, data: bytes) -> int:
    """Most of what a bus carries has been there before, often the second before."""
    state, stuffed, crc, bits = _header(key, dlc, remote, False)
    eight, table = _EIGHT, _CRC15
    for byte in data:
        packed = eight[state][byte]
        state = packed & 15
        stuffed += packed >> 4
        crc = (crc << 8 & 0x7FFF) ^ table[crc >> 7 ^ byte]
    packed = eight[state][crc >> 7]
    stuffed += packed >> 4
    stuffed += _SEVEN[packed & 15][crc & 0x7F] >> 4
    return bits + 8 * len(data) + 15 + stuffed + _TAIL


def fd_frame_bits(message: can.Message) -> tuple[int, int]:
    """Bits of an FD frame: at the bit rate of arbitration, and at that of the data."""
    key = message.arbitration_id
    if message.is_extended_id:
        key |= 0x8000_0000
    state, stuffed, _, bits = _header(key, _fd_dlc(len(message.data)), False, True)
    fast = 5  # ESI and DLC
    slow = bits - fast + stuffed
    for byte in message.data:
        packed = _EIGHT[state][byte]
        state = packed & 15
        fast += 8 + (packed >> 4)
    # Stuff count 4, CRC 17 or 21, one fixed stuff bit before the first and after every fourth.
    fast += 4 + 17 + 6 if len(message.data) <= 16 else 4 + 21 + 7
    return slow + _TAIL, fast


def _fd_dlc(length: int) -> int:
    return length if length <= 8 else 9 + sum(length > step for step in (12, 16, 20, 24, 32, 48))


class LoadMeter:
    """Busy seconds of one bus, kept in tenths of a second."""

    __slots__ = ("_bit", "_buckets", "_fast_bit", "_index", "_start", "busy", "peak")

    def __init__(self, start: float, bitrate: int, data_bitrate: int | None = None) -> None:
        """`start` is the loop's time; rates in bit/s."""
        self._start = start
        self._bit = 1 / bitrate
        self._fast_bit = 1 / (data_bitrate or bitrate)
        self._buckets = [0.0] * _BUCKETS
        self._index = 0
        self.busy = 0.0
        """Seconds since the start."""
        self.peak = 0.0
        """Highest load over any window so far, 0 to 1."""

    def add(self, message: can.Message) -> None:
        """Count a frame, ours or another's, by its stamp."""
        if message.is_error_frame:
            seconds = _ERROR_BITS * self._bit
        elif message.is_fd:
            slow, fast = fd_frame_bits(message)
            rate = self._fast_bit if message.bitrate_switch else self._bit
            seconds = slow * self._bit + fast * rate
        else:
            seconds = frame_bits(message) * self._bit
        index = int((message.timestamp - self._start) / _BUCKET)
        if index > self._index:
            self._advance(index)
        self._buckets[index % _BUCKETS] += seconds
        self.busy += seconds

    def _advance(self, index: int) -> None:
        """Close the tenths of a second up to this one."""
        if self._index + 1 >= _BUCKETS:
            self.peak = max(self.peak, sum(self._buckets) / WINDOW)
        for gone in range(min(index - self._index, _BUCKETS)):
            self._buckets[(index - gone) % _BUCKETS] = 0.0
        self._index = index

    def now(self, at: float) -> float:
        """Load over the last second before `at` (loop time), 0 to 1; less than that at first."""
        index = int((at - self._start) / _BUCKET)
        if index > self._index:
            self._advance(index)
        span = at - self._start - max(0, index + 1 - _BUCKETS) * _BUCKET
        return min(1.0, sum(self._buckets) / span) if span > 0 else 0.0

    def mean(self, at: float) -> float:
        """Load from the start to `at` (loop time), 0 to 1."""
        return min(1.0, self.busy / (at - self._start)) if at > self._start else 0.0
