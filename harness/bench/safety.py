"""Taking a device to its safe state, and measuring that it is there.

"Stopped" is a reading, never an acknowledged write. After a run that started a session the stop
is always commanded, even where the readings look safe already: a session that was asked for a
moment ago may still close its contactor. Without one, a device that is found safe is left alone.
Nothing gives up at the first error: a busy pile, a lost reply or a closed connection is tried
again until the time is up. What cannot be made safe is said so, loudly, and does not hold up the
others.
"""

from harness.bench.roles import is_pile
from harness.bench.sequences import OnWrite, holds, longest, perform
from harness.clock import Deadline, loop_time, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.errors import (
    BenchError,
    ConnectionFailedError,
    DeviceError,
    DeviceLostError,
    HarnessError,
    NoReplyError,
)
from harness.events import SafeState
from harness.quantity import Measurement

_POLL = 0.1
_AGAIN = 2.0
"""Seconds after which the stop is commanded again while the readings do not show it."""
_MARGIN = 2.0


def time_needed(device: ModbusDevice, within: float) -> float:
    """Seconds to allow: the bench's limit, or what the profile says its device needs."""
    rule = device.profile.safe_state
    if rule is None:
        return within
    return max(within, longest(device, rule.sequence) + rule.within + _MARGIN)


async def answers(device: ModbusDevice, deadline: Deadline) -> bool:
    """Whether anything at all comes back, be it a refusal or a damaged frame.

    One lost reply is no silence: the request is repeated as often as any other.
    """
    rule = device.profile.safe_state
    proof = rule.proof if rule is not None else ()
    name = proof[0].point if proof else next(iter(device.profile.points))
    try:
        await device.read([name], deadline)
    except (NoReplyError, DeviceLostError, ConnectionFailedError):
        return False
    except (DeviceError, BenchError):
        return True
    return True


async def open_pile(device: ModbusDevice, deadline: Deadline, *, alone: bool) -> BenchError | None:
    """Open a device. One of several piles may stay away: the steps find out why.

    Returns why it did not open. Raises BenchError or DeviceError for the only one of a bench.
    """
    try:
        await device.open(deadline)
    except BenchError as error:
        if alone or not is_pile(device.role):
            raise
        return error
    return None


class SafetyOfDevice:
    """Makes one device safe. Never raises a HarnessError; the outcome is a SafeState."""

    def __init__(
        self, device: ModbusDevice, *, started_here: bool, may_stop: bool, on_write: OnWrite
    ) -> None:
        self._device = device
        self._started_here = started_here
        self._may_stop = may_stop
        self._on_write = on_write
        self._commanded_at: float | None = None
        self._readings: list[Measurement] = []
        self._trouble = ""

    async def ensure(self, deadline: Deadline) -> SafeState:
        """Stop the device where needed, and look until the readings show it or time is up."""
        rule = self._device.profile.safe_state
        if self._device.profile.kind == "meter":
            return self._state(safe=True, how="a meter switches nothing")
        if rule is None:
            detail = f"the profile {self._device.profile.id} does not say how it is made safe"
            return self._state(safe=False, how="unknown", detail=detail)
        try:
            async with deadline.timeout():
                while True:
                    if self._started_here:
                        await self._command(rule.sequence, deadline)
                    safe = await self._look(deadline)
                    if safe and (self._commanded_at is not None or not self._started_here):
                        return self._state(safe=True, how=self._how(rule.sequence))
                    if safe is False and not self._started_here:
                        if not self._may_stop:
                            return self._state(safe=False, how="left alone", detail=_FOREIGN)
                        await self._command(rule.sequence, deadline)
                    await sleep(min(_POLL, deadline.remaining()))
        except TimeoutError:
            detail = self._trouble or _NOT_SHOWN
            return self._state(safe=False, how=self._how(rule.sequence), detail=detail)

    def _how(self, sequence: str) -> str:
        if self._commanded_at is not None:
            return f"sequence {sequence!r}"
        return "failed" if self._trouble else "found safe"

    async def _command(self, sequence: str, deadline: Deadline) -> None:
        now = loop_time()
        if self._commanded_at is not None and now < self._commanded_at + _AGAIN:
            return
        try:
            await perform(self._device, sequence, deadline, on_write=self._on_write)
        except HarnessError as error:
            self._trouble = error.detail
        else:
            self._commanded_at = loop_time()

    async def _look(self, deadline: Deadline) -> bool | None:
        """Whether the readings show it safe; None when they could not be had."""
        rule = self._device.profile.safe_state
        assert rule is not None
        try:
            safe, self._readings = await holds(self._device, rule.proof, deadline)
        except HarnessError as error:
            self._trouble = error.detail
            return None
        self._trouble = ""
        return safe

    def _state(self, *, safe: bool, how: str, detail: str = "") -> SafeState:
        return SafeState(
            role=self._device.role, safe=safe, how=how, readings=self._readings, detail=detail
        )


_FOREIGN = "a session that this run did not start, and the bench says to leave it"
_NOT_SHOWN = "the readings do not show it safe within the time limit"
