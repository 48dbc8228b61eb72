"""Control units that send as a database says, or badly, straight into a monitor."""

from collections.abc import Awaitable, Callable

import can
from can_help import database, frame, virtual

from harness.clock import loop_time
from harness.devices.can.checks import Protection
from harness.devices.can.codec import codec_of
from harness.devices.can.monitor import Monitor
from harness.quantity import Scalar

DB = database()
TORQUE, STATUS = DB.message("VCU_Torque"), DB.message("BMS_Status")


class Sending:
    """Control units that send as the database says, and can be made to do it badly."""

    def __init__(self, take: Callable[[list[can.Message]], None]) -> None:
        self.take = take
        self.counters: dict[str, int] = {}

    def send(self, name: str, /, spoil: int = 0, step: int = 1, **values: Scalar) -> can.Message:
        """`spoil`: xor of the last byte after the checksum; `step`: how the counter goes on."""
        spec = DB.message(name)
        counter = self.counters[name] = self.counters.get(name, 0) + step
        data = bytearray(codec_of(spec).pack(values, strict=False))
        Protection(spec).apply(data, counter)
        data[-1] ^= spoil
        message = frame(spec.frame_id, bytes(data), extended=spec.extended)
        message.timestamp = loop_time()
        self.take([message])
        return message


Main = Callable[[Monitor, Sending], Awaitable[None]]


def watching(main: Main) -> None:
    async def go() -> None:
        monitor = Monitor(DB)
        await main(monitor, Sending(monitor.take))

    virtual(go)
