"""The link of a control unit whose ISO-TP is wrong: sequence numbers, announced lengths."""

from collections.abc import Callable, Collection

import can

from harness.devices.diag.frames import CONSECUTIVE, FIRST, SINGLE, SINGLE_MOST
from harness.devices.diag.link import FrameId, FrameLink
from simulators.vehicle.diag.faults import ServerFaults

_MOST = 0xFFF


class FaultyLink:
    """A FrameLink that passes everything on; frames that go out are spoilt as the faults say."""

    def __init__(self, link: FrameLink, faults: ServerFaults) -> None:
        self._link = link
        self._faults = faults

    def send(self, message: can.Message) -> None:
        faults = self._faults
        if faults.wrong_sequence_number or faults.lying_length:
            message.data = bytearray(self._spoilt(bytes(message.data)))
            message.dlc = len(message.data)
        self._link.send(message)

    def subscribe(
        self, consumer: Callable[[can.Message], None], ids: Collection[FrameId] | None = None
    ) -> Callable[[], None]:
        return self._link.subscribe(consumer, ids)

    def _spoilt(self, data: bytes) -> bytes:
        kind, faults = data[0] >> 4, self._faults
        if kind == CONSECUTIVE and faults.wrong_sequence_number:
            return bytes([data[0] & 0xF0 | (data[0] + 1) & 0xF]) + data[1:]
        if kind == SINGLE and faults.lying_length:
            length = min(max((data[0] & 0xF) + faults.lying_length, 1), SINGLE_MOST)
            return bytes([length]) + data[1:]
        if kind == FIRST and faults.lying_length:
            length = ((data[0] & 0xF) << 8 | data[1]) + faults.lying_length
            length = min(max(length, SINGLE_MOST + 1), _MOST)
            return bytes([FIRST << 4 | length >> 8, length & 0xFF]) + data[2:]
        return data
