"""One frame that a node wants to send, and its rank in arbitration."""

from typing import TYPE_CHECKING

import can

from simulators.canbus.frame_length import Head, bit_times, head

if TYPE_CHECKING:
    from simulators.canbus.node import BusNode

EXTENDED = 1 << 31
STANDARD_IDS, EXTENDED_IDS = 1 << 11, 1 << 29
MAX_DATA = 8


def id_key(arbitration_id: int, extended: bool) -> int:
    """One number for an identifier of either length."""
    return arbitration_id | EXTENDED if extended else arbitration_id


def priority(arbitration_id: int, extended: bool, remote: bool) -> int:
    """The arbitration field as a number, bit by bit as sent: the lowest wins."""
    if extended:
        base, rest = arbitration_id >> 18, arbitration_id & 0x3FFFF
        return base << 21 | 0b11 << 19 | rest << 1 | remote
    return arbitration_id << 21 | remote << 20


class Frame:
    """A frame of one node. A cyclic message uses one again and again with new data."""

    __slots__ = (
        "_counted", "_length", "arbitration_id", "data", "dlc", "extended", "head", "key", "node",
        "priority", "remote", "repeats", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        node: "BusNode",
        arbitration_id: int,
        extended: bool,
        data: bytes,
        *,
        remote: bool = False,
        dlc: int | None = None,
        repeats: bool = False,
    ) -> None:
        if not 0 <= arbitration_id < (EXTENDED_IDS if extended else STANDARD_IDS):
            raise ValueError(f"identifier {arbitration_id:#x} does not exist")
        self.node = node
        self.arbitration_id = arbitration_id
        self.extended = extended
        self.remote = remote
        self.repeats = repeats
        """Waits again as soon as it was sent."""
        self.key = id_key(arbitration_id, extended)
        self.priority = priority(arbitration_id, extended, remote)
        self.waiting = False
        self.data = b""
        self.dlc = -1
        self._counted: bytes | None = None
        self._length = 0
        self.load(data, dlc)

    def load(self, data: bytes, dlc: int | None = None) -> None:
        """Give the frame its data (0 to 8 bytes). `dlc` counts for remote frames only."""
        size = dlc if self.remote and dlc is not None else len(data)
        if size != self.dlc:
            if not 0 <= size <= MAX_DATA:
                raise ValueError(f"a classical frame has 0 to 8 bytes, not {size}")
            self.head: Head = head(self.arbitration_id, self.extended, self.remote, size)
            self.dlc = size
        self.data = data

    def bits(self) -> int:
        """Length in bit times, stuff bits included."""
        if self.data != self._counted:
            self._counted = self.data
            self._length = bit_times(self.head, self.data)
        return self._length

    def message(self, timestamp: float, channel: str) -> can.Message:
        """The frame as its receivers have it."""
        return can.Message(
            timestamp, self.arbitration_id, self.extended, self.remote, False, channel, self.dlc,
            bytearray(self.data),
        )  # fmt: skip
