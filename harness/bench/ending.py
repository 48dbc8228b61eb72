"""The ending of a run: all is stopped, faults taken out, settings put back, and measured."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from typing import Any

import msgspec

from harness.bench.faults import BenchFaults
from harness.bench.isolation import Isolation
from harness.bench.left_behind import Left, LeftBehind
from harness.bench.model import BenchFile
from harness.bench.originals import Originals
from harness.bench.safety import SafetyOfDevice, answers, time_needed
from harness.clock import Deadline
from harness.devices.device import Device
from harness.devices.instrument.device import ScpiDevice
from harness.devices.modbus.device import ModbusDevice
from harness.devices.operator import Operator, Question
from harness.errors import HarnessError, StopRun
from harness.events import Answered, Asked, Event, SafeState, Written
from harness.quantity import Measurement, Value
from harness.text import Text

Emit = Callable[[Event], None]
_End = Callable[[Device, SafeState | None], Coroutine[Any, Any, SafeState]]

_NOT_SAFE = Text("未确认安全，设置保持不变", "Not shown to be safe: settings are left as they are")
_STILL_OFF = 5.0
"""Seconds to find out that a device that was switched off still is."""
_ENDING = "ending"
"""In the place of a step."""
_TOLD_AGAIN = 3
_TAKING_AWAY = 1800.0
"""Seconds in which a person takes something off the bench: high voltage has to be off for some."""
_NEVER_OPENED = "nothing is known about it; this run sent it nothing"
_NOT_OFF = "its relays were not shown to be off"


class BenchEnding:
    """Makes the devices of a bench safe, each within its own time, and says what was measured.

    `emit` must not raise.
    """

    def __init__(
        self,
        devices: Mapping[str, Device],
        model: BenchFile,
        *,
        originals: Originals,
        left_behind: LeftBehind,
        faults: BenchFaults,
        energised: Collection[str],
        isolated: Mapping[str, Isolation],
        operator: Operator,
        emit: Emit,
    ) -> None:
        self._devices = devices
        self._model = model
        self._originals = originals
        self._left_behind = left_behind
        self._faults = faults
        self._energised = energised
        self._isolated = isolated
        self._operator = operator
        self._emit = emit

    async def make_safe(self, needed: Sequence[str]) -> bool:
        """Whether everything that the run needed is shown to be safe."""
        # Faults are cleared when every device has been measured, and not before: without its fault
        # a device may well be safe that was not.
        stopped = await self._all(self._stop, [None] * len(self._devices))
        await self._faults.clear(self._model.safe_state_within)
        settled = await self._all(self._settle, stopped)
        # A source last: what hangs on it must not lose its supply before it has been measured.
        settled = await self._all(self._switch_off, settled)
        safe = True
        left = [
            f"the person did not do {one.does!r}: not confirmed" for one in await self._not_away()
        ]
        for measured in settled:
            state = _with_left(measured, left)
            self._emit(state)
            safe = safe and state.safe
        for role in needed:
            if role not in self._devices:
                self._emit(
                    SafeState(role=role, safe=False, how="never opened", detail=_NEVER_OPENED)
                )
                safe = False
        return safe

    async def _not_away(self) -> list[Left]:
        """Have the person take away what he put on the bench; what he does not confirm is left."""
        return [
            one
            for one in self._left_behind.things()
            if not await self._ask(one.does, one.ask, Deadline.after(_TAKING_AWAY))
        ]

    async def _all(self, end: _End, so_far: Sequence[SafeState | None]) -> list[SafeState]:
        """One part of the ending for every device at once; what fails becomes a state, too."""
        devices = list(self._devices.values())
        results = await asyncio.gather(
            *(end(device, state) for device, state in zip(devices, so_far, strict=True)),
            return_exceptions=True,
        )
        return [
            result
            if isinstance(result, SafeState)
            else SafeState(
                role=device.role,
                safe=False,
                how="failed",
                detail=f"{type(result).__name__}: {result}",
            )
            for device, result in zip(devices, results, strict=True)
        ]

    async def _stop(self, device: Device, _none: SafeState | None) -> SafeState:
        if device.role == "injector":
            # Its turn comes when everything else has been measured, see `_settle`.
            return SafeState(role=device.role, safe=False, how="failed", detail=_NOT_OFF)
        if isinstance(device, ModbusDevice):
            return await self._ensure_safe(device)
        if isinstance(device, ScpiDevice):
            if device.role == "source":  # see `_switch_off`
                return SafeState(role=device.role, safe=False, how="failed")
            return await device.make_safe(self._within(), self._emit)
        from harness.devices.vehicle.device import VehicleDevice  # noqa: PLC0415 - heavy

        assert isinstance(device, VehicleDevice)
        return await device.make_safe(self._model.safe_state_within, self._tell)

    async def _tell(self, does: str, ask: Text, deadline: Deadline) -> None:
        """Have the person end what only he can end. Whatever he answers, it is measured."""
        await self._ask(does, ask, deadline)

    async def _ask(self, does: str, ask: Text, deadline: Deadline) -> bool:
        """Whether the person did it, as he says. Never raises a HarnessError."""
        question = Question(kind="confirm", step=_ENDING, subject=does, ask=ask)
        self._emit(
            Asked(step=_ENDING, kind="confirm", question=ask, choices=[], labels={}, unit=None)
        )
        for _ in range(_TOLD_AGAIN):
            try:
                answer = await self._operator.ask(question, deadline)
            except StopRun:  # typed once more: the run ends already, but he has to read this
                continue
            except HarnessError:  # nobody is there, or nobody answers
                return False
            self._emit(
                Answered(
                    step=_ENDING,
                    kind="confirm",
                    value=answer.value,
                    by=answer.by,
                    note=answer.note,
                    instrument=answer.instrument,
                    photo=answer.photo,
                )
            )
            return answer.value is True
        return False

    def _within(self) -> Deadline:
        """The time that each device has, from now on."""
        return Deadline.after(self._model.safe_state_within)

    async def _switch_off(self, device: Device, state: SafeState | None) -> SafeState:
        assert state is not None  # from `_settle`
        if isinstance(device, ScpiDevice) and device.role == "source":
            return await device.make_safe(self._within(), self._emit)
        return state

    async def _settle(self, device: Device, state: SafeState | None) -> SafeState:
        """Put settings back; that may change what a device does, so it is measured once more."""
        assert state is not None  # from `_stop`
        if device.role == "injector" and self._faults.relays is not None:
            return await self._faults.relays.end(self._within(), self._emit)
        if not isinstance(device, ModbusDevice) or not self._originals:
            return state
        if not state.safe:
            for event in self._originals.leave(device, _NOT_SAFE):
                self._emit(event)
            return state
        for event in await self._originals.put_back(device, self._model.safe_state_within):
            self._emit(event)
        again = await self._ensure_safe(device)
        return state if again.safe else again

    async def _ensure_safe(self, device: ModbusDevice) -> SafeState:
        def written(point: str, value: Value, read_back: Measurement | None) -> None:
            agreed = None if read_back is None else device.took(point, value, read_back)
            self._emit(
                Written(
                    step=_ENDING,
                    role=device.role,
                    point=point,
                    value=value,
                    read_back=read_back,
                    agreed=agreed,
                )
            )

        safety = SafetyOfDevice(
            device,
            started_here=device.role in self._energised,
            may_stop=self._model.stop_foreign_session,
            on_write=written,
        )
        isolation = self._isolated.get(device.role)
        if isolation is not None and not await answers(device, Deadline.after(_STILL_OFF)):
            return isolation.state(device.role)
        within = time_needed(device, self._model.safe_state_within)
        return await safety.ensure(Deadline.after(within))


def _with_left(state: SafeState, left: Sequence[str]) -> SafeState:
    """Not safe with what is left on the bench: it may be on any device."""
    if not left:
        return state
    detail = "; ".join([*([state.detail] if state.detail else []), *left])
    return msgspec.structs.replace(state, safe=False, detail=detail)
