"""Commanding by-wire actuators in the place of the vehicle's own sender, and taking it back.

A command is a message that is sent in cycles with counter and checksum. Whoever begins one ends it;
what is left when the run ends is ended here, and that the actuators are manual and at rest again is
measured.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.vehicle.misuse import Misuse
from harness.errors import BenchError, HarnessError, NotAvailableError
from harness.events import FramesSent
from harness.quantity import Measurement, Quality, Scalar

if TYPE_CHECKING:
    from harness.devices.can.sender import Cyclic
    from harness.devices.vehicle.attached import AttachedBus
    from harness.devices.vehicle.device import VehicleDevice
    from harness.devices.vehicle.profile_file import ByWireEntry

_AT_ONCE = 3
"""Frames in a row that end by-wire operation when there is no time to wait."""
_MANUAL_WITHIN = 1.0
_REST_WITHIN = 6.0
_POLL = 0.05


class Command:
    """One actuator under command, from `Commands.begin` until `off`, `silence` or `abandon`."""

    def __init__(
        self,
        vehicle: "VehicleDevice",
        name: str,
        entry: "ByWireEntry",
        *,
        enabled: bool = True,
        demand: Scalar | None = None,
    ) -> None:
        self.name = name
        self.entry = entry
        self.verified = False
        """It has been taken back, and was seen manual and at rest afterwards."""
        self.rest: list[Measurement] = []
        """The readings that show it."""
        self._vehicle = vehicle
        self._bus: AttachedBus = vehicle.carrier_of(entry.command)
        values = self._values(entry.neutral if demand is None else demand, on=enabled)
        self.cyclic: Cyclic = self._bus.sender.cyclic(entry.command, values, period=entry.period)
        self._tell(values, entry.period)

    def _values(self, demand: Scalar, *, on: bool) -> dict[str, Scalar]:
        entry = self.entry
        mode = entry.on if on else entry.off
        return {**entry.besides, entry.mode: mode, entry.demand: demand}

    @property
    def alive(self) -> bool:
        """Something can still be sent."""
        return not self._vehicle.is_gone(self._bus)

    def demand(self, value: Scalar) -> None:
        """Ask for something else, from the next frame on. Raises UsageError."""
        self.ask({self.entry.demand: value})

    def ask(self, values: Mapping[str, Scalar]) -> None:
        """Change some signals of the command, from the next frame on. Raises UsageError."""
        self.cyclic.update(dict(values))
        self._tell(values, self.entry.period)

    def misuse(self, flaw: str, value: Scalar) -> None:
        """Two frames that ask for `value` and are wrong; then commands go on as before.

        `flaw`: `checksum`, `counter` (it stands still) or `range` (signals beyond their limits).
        """
        values = {self.entry.demand: value}
        if flaw == "range":
            values |= self.entry.beyond
        self.cyclic.spoil = Misuse(
            self.cyclic, self._values(self.entry.neutral, on=True), values, flaw
        )
        self._tell(values, None)

    def silence(self) -> float:
        """Send no more; returns when the last frame was sent (loop time)."""
        self._bus.sender.stop(self.entry.command)
        self._tell({}, 0.0)
        return self.cyclic.last_at

    def resume(self) -> None:
        """Ask for the neutral demand, also when frames have been stopped. Raises BenchError."""
        if self.cyclic.is_running:
            self.demand(self.entry.neutral)
            return
        self.enable()

    def enable(self) -> None:
        """Ask for by-wire operation with the neutral demand. Raises BenchError."""
        values = self._values(self.entry.neutral, on=True)
        sender = self._bus.sender
        self.cyclic = sender.cyclic(self.entry.command, values, period=self.entry.period)
        self._tell(values, self.entry.period)

    def off(self) -> None:
        """Ask for manual operation, from the next frame on. Raises BenchError."""
        values = self._values(self.entry.neutral, on=False)
        sender = self._bus.sender
        self.cyclic = sender.cyclic(self.entry.command, values, period=self.entry.period)
        self._tell(values, self.entry.period)

    def abandon(self) -> None:
        """End it at once, without waiting: a few frames ask for manual operation. Never raises."""
        sender = self._bus.sender
        with suppress(HarnessError):  # a bus that is gone: the actuator's own time-out is left
            values = self._values(self.entry.neutral, on=False)
            for _ in range(_AT_ONCE):
                sender.send(self.entry.command, values)
            self._tell(values, None)
        sender.stop(self.entry.command)

    def _tell(self, values: Mapping[str, Scalar], period: float | None) -> None:
        sender = self._bus.sender
        self._vehicle.note_sent(
            FramesSent(
                step=self._vehicle.step,
                bus=self._bus.name,
                message=self.entry.command,
                values=dict(values),
                period=period,
                data=sender.last_payload.hex().upper(),
            )
        )


class Commands:
    """Everything that one run commands."""

    def __init__(self, vehicle: "VehicleDevice") -> None:
        self._vehicle = vehicle
        self.open: dict[str, Command] = {}
        self.used: dict[str, Command] = {}
        """Everything that was ever commanded, by its name."""

    def begin(self, name: str, *, without_enable: Scalar | None = None) -> Command:
        """Ask for by-wire operation with the neutral demand, in cycles from now on.

        `without_enable`: this demand instead, and by-wire operation is not asked for.
        Raises NotAvailableError, ReadOnlyError, BenchError.
        """
        entry = self._vehicle.profile.by_wire.get(name)
        if entry is None:
            raise NotAvailableError(f"the profile has no by-wire unit {name!r}")
        enabled = without_enable is None
        command = Command(self._vehicle, name, entry, enabled=enabled, demand=without_enable)
        self.open[name] = self.used[name] = command
        return command

    def ended(self, command: Command) -> None:
        """It is no longer sent."""
        self.open.pop(command.name, None)

    async def manual(self, command: Command, deadline: Deadline) -> bool:
        """Ask for manual operation until the vehicle shows it; whether it did.

        Raises BenchError.
        """
        command.off()
        try:
            return await self._until_manual(command, deadline)
        finally:
            command.silence()
            self.ended(command)

    async def _until_manual(self, command: Command, deadline: Deadline) -> bool:
        shows = command.entry.shows
        until = min(deadline.at, loop_time() + _MANUAL_WITHIN)
        while loop_time() < until:
            found = (await self._vehicle.read([shows], Deadline(until)))[shows]
            if found.quality is Quality.GOOD and found.value != command.entry.active:
                return True
            await sleep_until(min(until, loop_time() + _POLL))
        return False

    async def take_back(self, command: Command, deadline: Deadline, *, still: bool = False) -> bool:
        """Bring it to its neutral demand, then to manual; whether manual and rest were seen.

        `still`: it has not moved, so nothing has to be brought back. Raises BenchError.
        """
        entry = command.entry
        if not still:
            command.resume()
        if not still and entry.near is not None and not isinstance(entry.neutral, str):
            until = min(deadline.at, loop_time() + _REST_WITHIN)
            aim = entry.neutral * entry.scale
            while loop_time() < until:
                found = (await self._vehicle.read([entry.follows], Deadline(until)))[entry.follows]
                near = entry.near.to(found.unit or "1")
                if isinstance(found.value, int | float) and abs(found.value - aim) <= near:
                    break
                await sleep_until(min(until, loop_time() + _POLL))
        manual = await self.manual(command, deadline)
        command.verified = not await self._moving(command, deadline) and manual
        return command.verified

    # The ending of the run

    async def _speaks(self, command: Command, deadline: Deadline) -> bool:
        """Whether the vehicle still shows the mode: it does not when it has been switched off."""
        found = await self._vehicle.read([command.entry.shows], deadline)
        return found[command.entry.shows].quality is Quality.GOOD

    @property
    def readings(self) -> list[Measurement]:
        """What was last measured of everything that was commanded."""
        return [one for command in self.used.values() for one in command.rest]

    async def make_safe(self, deadline: Deadline) -> tuple[list[str], list[str]]:
        """Take everything back and measure it: what was done, and what is not shown to be safe."""
        done: list[str] = []
        troubles: list[str] = []
        for name, command in self.used.items():
            if not command.alive:
                if not command.verified:
                    troubles.append(f"by-wire {name} could not be taken back: the adapter is gone")
                continue
            try:
                if command.verified and not await self._speaks(command, deadline):
                    done.append(f"by-wire {name} was manual and at rest when it was last seen")
                    continue
                was_open = name in self.open
                manual = await self.manual(command, deadline)
                moving = await self._moving(command, deadline)
            except BenchError as error:
                troubles.append(f"by-wire {name} could not be measured: {error.detail}")
                continue
            if not manual:
                troubles.append(f"by-wire {name} is not manual")
            troubles += [f"by-wire {name} is not at rest: {said(one)}" for one in moving]
            if manual and not moving:
                how = "taken back, measured" if was_open else "measured"
                done.append(f"by-wire {name} {how}: manual and at rest")
        self.open.clear()
        return done, troubles

    async def _moving(self, command: Command, deadline: Deadline) -> list[Measurement]:
        """What still shows motion after the time that it may take to come to rest.

        What the driver's own hands and feet do is no motion by command.
        """
        entry = command.entry
        driver = list(entry.driver) if entry.driver_moves else []
        until = min(deadline.at, loop_time() + _REST_WITHIN)
        while True:
            names = dict.fromkeys([*entry.at_rest, *driver])
            found = await self._vehicle.read(list(names), Deadline(until))
            command.rest = [found[name] for name in entry.at_rest]
            moving = [found[name] for name in entry.at_rest if not rests(entry, name, found[name])]
            if any(acts(entry, name, found[name]) for name in driver):
                moving = []
            if not moving or loop_time() >= until:
                return moving
            await sleep_until(min(until, loop_time() + _POLL))


def rests(entry: "ByWireEntry", name: str, reading: Measurement) -> bool:
    """Whether a usable reading of a point shows that nothing moves."""
    if reading.quality is not Quality.GOOD or not isinstance(reading.value, int | float):
        return False
    return abs(reading.value) <= entry.at_rest[name].to(reading.unit or "1")


def acts(entry: "ByWireEntry", name: str, reading: Measurement) -> bool:
    """Whether a usable reading of a point shows that the driver does something."""
    if reading.quality is not Quality.GOOD or not isinstance(reading.value, int | float):
        return False
    return abs(reading.value) >= entry.driver[name].to(reading.unit or "1")


def said(reading: Measurement) -> str:
    """A reading for the record."""
    return f"{reading.name} {reading.value} {reading.unit or ''}".rstrip()
