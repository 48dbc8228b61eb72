"""Commands that are wrong on purpose: a few frames, in the midst of right ones.

They are few, so that silence between right commands stays below the time-out of the actuator: what
it then does is its answer to the wrong frames alone.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.devices.can.checks import Protection
from harness.devices.can.codec import codec_of
from harness.quantity import Scalar

if TYPE_CHECKING:
    from harness.devices.can.sender import Cyclic

FRAMES = 2


class Misuse:
    """Changes the next frames of a cyclic transmission; takes itself away afterwards."""

    def __init__(
        self,
        cyclic: "Cyclic",
        base: Mapping[str, Scalar],
        values: Mapping[str, Scalar],
        flaw: str,
    ) -> None:
        self._cyclic = cyclic
        self._flaw = flaw
        self._left = FRAMES
        self._payload = codec_of(cyclic.spec).pack({**base, **values}, strict=False)
        self._protection = Protection(cyclic.spec)
        self._last = cyclic.next_counter - 1
        """Counter of the latest right frame."""

    def __call__(self, data: bytearray) -> None:
        """Replace the payload of a frame that has been counted already."""
        counter = self._cyclic.next_counter - 1
        data[:] = self._payload
        self._protection.apply(data, self._last if self._flaw == "counter" else counter)
        if self._flaw == "checksum":
            turn_checksum(self._protection, data)
        self._left -= 1
        if self._left == 0:
            self._cyclic.spoil = None
            if self._flaw != "range":  # a receiver counts on from the latest right frame
                self._cyclic.count_on_from(self._last + 1)


def turn_checksum(protection: Protection, data: bytearray) -> None:
    """Make the checksum wrong, and nothing else."""
    if protection.checksum_at >= 0:
        data[protection.checksum_at] ^= 0xFF
