"""Counters and checksums: how a receiver sees that a message is alive and whole.

One class both applies them (senders, simulated control units) and checks them (the monitor).
A checksum covers the low and the high byte of the data id (where there is one), then every payload
byte but its own. A counter goes up by one per frame and starts again at 0 after its full range.
"""

from collections.abc import Callable
from typing import Literal

from harness.devices.can.findings import Finding, Flaw
from harness.devices.can.layout import Field, field_of, whole_byte
from harness.devices.can.specs import Algorithm, MessageSpec

Payload = bytes | bytearray


def _crc_table(polynomial: int) -> bytes:
    table = bytearray()
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc << 1 ^ polynomial if crc & 0x80 else crc << 1
            crc &= 0xFF
        table.append(crc)
    return bytes(table)


_J1850 = _crc_table(0x1D)


def crc8_sae_j1850(data: Payload, start: int = 0xFF) -> int:
    """CRC-8 SAE J1850: polynomial 0x1D, start value and final xor 0xFF.

    To go on after other bytes, start with the CRC of those, xor 0xFF.
    """
    table = _J1850
    for byte in data:
        start = table[start ^ byte]
    return start ^ 0xFF


def xor8(data: Payload, start: int = 0) -> int:
    """All bytes combined by exclusive or."""
    for byte in data:
        start ^= byte
    return start


def sum8(data: Payload, start: int = 0) -> int:
    """Sum of all bytes, modulo 256."""
    return sum(data, start) & 0xFF


ALGORITHMS: dict[Algorithm, Callable[[Payload, int], int]] = {
    "crc8-sae-j1850": crc8_sae_j1850,
    "xor8": xor8,
    "sum8": sum8,
}


class Protection:
    """Counter and checksum of one message; either may be missing.

    The signals must be fit for it: the database sees to that when it is loaded.
    """

    __slots__ = ("_algorithm", "_at", "_counter", "_order", "_start", "length", "spec")

    def __init__(self, spec: MessageSpec) -> None:
        self.spec = spec
        self.length = spec.length
        self._counter: Field | None = None
        if spec.counter is not None:
            self._counter = field_of(spec.signal(spec.counter), spec.length)
        big = self._counter is not None and self._counter.big
        self._order: Literal["big", "little"] = "big" if big else "little"
        self._at = -1
        self._algorithm: Callable[[Payload, int], int] = xor8
        self._start = 0
        if spec.checksum is not None:
            at = whole_byte(spec.signal(spec.checksum.signal))
            if at is None:
                raise ValueError(f"{spec.name}: the checksum is not one whole byte")
            self._at = at
            self._algorithm = ALGORITHMS[spec.checksum.algorithm]
            # Where the algorithm stands after the data id, so that it costs nothing per frame.
            turned = 0xFF if spec.checksum.algorithm == "crc8-sae-j1850" else 0
            before = spec.checksum.data_id
            head = b"" if before is None else before.to_bytes(2, "little")
            self._start = self._algorithm(head, turned) ^ turned

    def __bool__(self) -> bool:
        return self._counter is not None or self._at >= 0

    @property
    def checksum_at(self) -> int:
        """Number of the byte that is the checksum; -1 without one."""
        return self._at

    @property
    def counter_range(self) -> int:
        """How many numbers the counter has; 0 without one."""
        return 0 if self._counter is None else self._counter.mask + 1

    def counter_of(self, data: Payload) -> int | None:
        """The counter in a payload of full length; None without one."""
        field = self._counter
        if field is None:
            return None
        return int.from_bytes(data, self._order) >> field.shift & field.mask

    def checksum_of(self, data: Payload) -> int:
        """The checksum that this payload ought to carry. Only for messages that have one."""
        at = self._at
        return self._algorithm(data[:at] + data[at + 1 :], self._start)

    def apply(self, data: bytearray, counter: int) -> None:
        """Put counter (modulo its range) and then the checksum into a payload of full length."""
        field = self._counter
        if field is not None:
            word = int.from_bytes(data, self._order) & ~(field.mask << field.shift)
            word |= (counter & field.mask) << field.shift
            data[:] = word.to_bytes(len(data), self._order)
        if self._at >= 0:
            data[self._at] = self.checksum_of(data)

    def check(self, data: Payload, previous_counter: int | None) -> Finding | None:
        """What is wrong with a payload, given the counter of the frame before (None: unknown)."""
        return self.inspect(data, previous_counter)[0]

    def inspect(
        self, data: Payload, previous_counter: int | None
    ) -> tuple[Finding | None, int | None]:
        """What is wrong with a payload, and the counter to hold the next frame against.

        The checksum comes first: without it the counter means nothing, of this frame and for the
        next. A payload of the wrong length is left to the length check.
        """
        if len(data) != self.length:
            return None, None
        at = self._at
        if at >= 0:
            wanted = self._algorithm(data[:at] + data[at + 1 :], self._start)
            if data[at] != wanted:
                return self._wrong_checksum(data[at], wanted), None
        field = self._counter
        if field is None:
            return None, None
        got = int.from_bytes(data, self._order) >> field.shift & field.mask
        if previous_counter is None or got == previous_counter + 1 & field.mask:
            return None, got
        wanted = previous_counter + 1 & field.mask
        return Finding(Flaw.COUNTER, self.spec.name, field.name, str(got), str(wanted)), got

    def _wrong_checksum(self, got: int, wanted: int) -> Finding:
        assert self.spec.checksum is not None
        name = self.spec.checksum.signal
        return Finding(Flaw.CHECKSUM, self.spec.name, name, f"0x{got:02X}", f"0x{wanted:02X}")
