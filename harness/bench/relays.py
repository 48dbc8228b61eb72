"""Faults that relays put into a real bench: switched over Modbus, and believed when read back.

A relay that is off leaves its circuit sound, so all off is the safe state. It is taken when a
run begins, because nobody knows what an earlier one has left, and at its ending, whatever ended the
run; both times the relays are read back.
"""

from collections.abc import Callable, Mapping

from harness.bench.simulated import seeded_faults
from harness.clock import Deadline, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.errors import BenchError, HarnessError
from harness.events import SafeState, Written
from harness.quantity import Measurement, Quality
from harness.text import Text

ON, OFF = "on", "off"
_POLL = 0.1
_NOT_SWITCHED = Text("继电器没有动作", "The relay did not switch")

Emit = Callable[[Written], None]


def title_of(fault: str) -> Text:
    """What a fault is called: as on the simulated bench, else its own name."""
    known = seeded_faults().get(fault)
    return known.title if known is not None else Text(fault, fault)


class RelayInjector:
    """Switches the relay of a fault. `faults` is fault -> point of the relay board."""

    def __init__(self, device: ModbusDevice, faults: Mapping[str, str]) -> None:
        self.device = device
        self.faults = dict(faults)
        self._relays = [
            name for name, point in device.profile.points.items() if _is_relay(point.values)
        ]

    async def switch(self, fault: str, *, on: bool, deadline: Deadline, emit: Emit) -> None:
        """Switch a fault's relay and read it back. Raises BenchError when it reads otherwise."""
        await self._write(self.faults[fault], ON if on else OFF, deadline, emit)

    async def begin(self, deadline: Deadline, emit: Emit) -> list[str]:
        """Switch off what is on. Returns the relays that were on."""
        left = [name for name, one in (await self._read(deadline)).items() if one.value != OFF]
        for name in left:
            await self._write(name, OFF, deadline, emit)
        return left

    async def end(self, deadline: Deadline, emit: Emit) -> SafeState:
        """Switch everything off and measure that it is. Tries again until the time is up."""
        trouble, readings = "", list[Measurement]()
        try:
            async with deadline.timeout():
                while True:
                    try:
                        found = await self._read(deadline)
                        readings = list(found.values())
                        left = [name for name, one in found.items() if one.value != OFF]
                        if not left:
                            return self._state(readings, safe=True)
                        for name in left:
                            await self._write(name, OFF, deadline, emit)
                    except HarnessError as error:
                        trouble = error.detail
                    await sleep(_POLL)
        except TimeoutError:
            return self._state(readings, safe=False, detail=trouble or _STILL_ON)

    async def _read(self, deadline: Deadline) -> dict[str, Measurement]:
        found = await self.device.read(self._relays, deadline)
        bad = next((one for one in found.values() if one.quality is not Quality.GOOD), None)
        if bad is not None:
            raise BenchError(f"{bad.name} of the injector cannot be read")
        return found

    async def _write(self, point: str, value: str, deadline: Deadline, emit: Emit) -> None:
        read_back = await self.device.write_and_read_back(point, value, deadline)
        shown = None if read_back is None else read_back.value
        emit(
            Written(
                step=self.device.context.step,
                role=self.device.role,
                point=point,
                value=value,
                read_back=read_back,
                agreed=shown == value,
            )
        )
        if shown != value:
            what = f"{point} was set to {value} and reads {shown}"
            raise BenchError(what, headline=_NOT_SWITCHED)

    def _state(self, readings: list[Measurement], *, safe: bool, detail: str = "") -> SafeState:
        how = _HOW if safe else "failed"
        return SafeState(
            role=self.device.role, safe=safe, how=how, readings=readings, detail=detail
        )


_HOW = "all relays off"
_STILL_ON = "a relay stays on"


def _is_relay(states: Mapping[int, object] | Mapping[str, object] | object) -> bool:
    return isinstance(states, Mapping) and {ON, OFF} <= set(states.values())
