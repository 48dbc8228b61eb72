"""What a person began on the vehicle, a drive or a charge, and the measurement that it has ended.

Nobody but the person can end it: he is told to, and the bus is watched until it shows it or the
time is up. Only frames count that came after the step that began it was over, so that a bus which
has fallen silent meanwhile proves nothing. A car that has been switched off since is silent, too:
then what it showed last counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.vehicle.safe_state import points_of, still_open
from harness.errors import NotAvailableError
from harness.quantity import Measurement
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.vehicle.device import VehicleDevice
    from harness.devices.vehicle.profile_file import EndedEntry

Tell = Callable[[str, Text, Deadline], Awaitable[None]]
"""Has the person at the bench do something (subject, words). Never raises a HarnessError."""
_HOLDS = 1.0
"""Seconds for which it has to be shown: a wheel that passes through zero does not stand."""
_POLL = 0.05
_AT_ONCE = 0.3
"""Seconds in which messages come round that show it already: then nobody has to be told."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that a person begins: what ends it, and how he is told to."""

    name: str
    """As under `safe_state` of the profile."""
    does: str
    ask: Text


DRIVE = Kind(
    "drive",
    "stop-driving",
    Text(
        "运行已中断：请立即松开加速踏板，制动停车，挂 P 挡并拉起驻车制动，然后确认。",
        "The run has been broken off: foot off the accelerator now, brake to a stop, select P, "
        "apply the parking brake, and confirm.",
    ),
)
CHARGE = Kind(
    "charge",
    "break-off-charge",
    Text(
        "运行已中断：请立即在充电设备上停止充电，拔下充电枪，然后确认。",
        "The run has been broken off: stop the charge at the charger now, unplug, and confirm.",
    ),
)


class Begun:
    """Everything that persons began during one run."""

    def __init__(self, vehicle: "VehicleDevice") -> None:
        self.readings: list[Measurement] = []
        """What was last measured of it."""
        self._vehicle = vehicle
        self._since: dict[Kind, float] = {}
        """From then on (loop time) frames count."""

    @contextmanager
    def going_on(self, kind: Kind) -> Iterator[None]:
        """From now on the person may be at it, until the end of the run has shown otherwise.

        Raises NotAvailableError where that could not be measured: then nothing is begun.
        """
        if any(connection.is_recording for connection in self._vehicle.connections):
            yield  # what a recording shows is long over
            return
        entry = self._vehicle.profile.safe_state.get(kind.name)
        if entry is None:
            raise NotAvailableError(
                f"the profile does not say what shows that a {kind.name} has ended (safe_state)"
            )
        for name in points_of(entry):
            if why := self._vehicle.why_not(name):
                raise NotAvailableError(why)
        self._since[kind] = loop_time()
        try:
            yield
        finally:
            self._since[kind] = loop_time()

    def _entry(self, kind: Kind) -> "EndedEntry":
        return self._vehicle.profile.safe_state[kind.name]

    async def make_safe(self, tell: Tell) -> tuple[list[str], list[str]]:
        """See that all of it has ended: what is shown, and what is not. Bounded in time."""
        done: list[str] = []
        troubles: list[str] = []
        for kind, since in self._since.items():
            entry = self._entry(kind)
            left, found = await self._ended(kind, entry, since, tell)
            self.readings += [one for one in found.values() if one is not None]
            troubles += [_trouble(kind, name, found[name]) for name in left]
            if not left:
                done.append(f"the {kind.name} has ended, measured")
        return done, troubles

    async def _ended(
        self, kind: Kind, entry: "EndedEntry", since: float, tell: Tell
    ) -> "tuple[list[str], dict[str, Measurement | None]]":
        """Points that do not show it when the time is up, and what all of them show."""
        started, deadline = loop_time(), Deadline.after(entry.within)
        telling: asyncio.Task[None] | None = None
        shown_at: float | None = None
        try:
            while True:
                found = self._look(entry, since)
                left = _left(entry, found)
                now = loop_time()
                shown_at = None if left else now if shown_at is None else shown_at
                if shown_at is not None and now >= shown_at + _HOLDS:
                    return [], found
                if left and telling is None and now >= started + _AT_ONCE:
                    telling = asyncio.ensure_future(tell(kind.does, kind.ask, deadline))
                nothing_comes = telling is not None and telling.done() and self._silent(entry)
                if now >= deadline.at or (left and nothing_comes):
                    return left or points_of(entry), found
                await sleep_until(min(deadline.at, now + _POLL))
        finally:
            if telling is not None:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    def _look(self, entry: "EndedEntry", since: float) -> "dict[str, Measurement | None]":
        """The latest readings; None where nothing has come since."""
        found: dict[str, Measurement | None] = {}
        for name in points_of(entry):
            at, reading = self._vehicle.latest(name)
            found[name] = reading if at is not None and at > since else None
        return found

    def _silent(self, entry: "EndedEntry") -> bool:
        """Nothing will come any more from which it could be seen."""
        return any(self._vehicle.is_cut_off(name) for name in points_of(entry))


def _left(entry: "EndedEntry", found: "dict[str, Measurement | None]") -> list[str]:
    """Points that do not show it; every one that was not seen, whatever the others show."""
    seen = {name: one for name, one in found.items() if one is not None}
    unseen = [name for name in found if name not in seen]
    return unseen or still_open(entry, seen)


def _trouble(kind: Kind, name: str, reading: Measurement | None) -> str:
    if reading is None:
        return f"the {kind.name} has not been measured at its end: nothing was seen of {name}"
    said = f"{reading.value} {reading.unit or ''}".rstrip()
    return f"the {kind.name} is not shown to have ended: {name} {said}"
