"""Who has supply: key position, charging wake, and the time until the buses go to sleep."""

from collections.abc import Callable

from simulators.timers import Timers
from simulators.vehicle.part import Part, Site
from simulators.vehicle.units import Supply

SLEEP_AFTER = 60.0
"""Seconds from key off, or from the last thing that woke the car, until its buses are quiet."""
SLEEP_AFTER_LOCKED = 10.0


class Power(Part):
    """Key position and sleep. `changed` is called when somebody gets or loses supply.

    `before` is told, before the key turns, whether it is off.
    """

    def __init__(
        self,
        site: Site,
        alive: Callable[[], bool],
        before: Callable[[bool], None],
        changed: Callable[[], None],
    ) -> None:
        super().__init__(site)
        self._alive = alive
        self._before = before
        self._changed = changed
        self._timers = Timers(site.scheduler)
        self.key = "off"
        """`off`, `acc`, `on` or `ready`."""
        self.relay_welded = False
        """The relay of KL15 does not open: the key cannot switch the car off."""
        self.ready_holds = False
        """The start button does not end READY."""
        self.charging = False
        """A charging plug keeps the units awake that charge."""
        self.lingering = False
        """The buses run on for a while."""
        self.drive_lingers = False
        """So do the units of the powertrain, after a drive or a charge."""
        self.off_since = self.t - 3600.0
        """When the key was switched off."""
        self.sleeps_at = self.t
        self.switched_at = self.t
        """When units last got their supply."""
        self.on_since = self.t
        """When the key was last turned on (KL15)."""

    @property
    def ignition(self) -> bool:
        """KL15."""
        return self.key in ("on", "ready") and self._alive()

    @property
    def awake(self) -> bool:
        """The buses run."""
        return self._alive() and (self.key != "off" or self.charging or self.lingering)

    def supplied(self, supply: Supply) -> bool:
        """Whether units on this supply are switched on."""
        if supply == "permanent":
            return self.awake
        if supply == "ignition":
            return self.ignition
        return self.ignition or (self._alive() and (self.charging or self.drive_lingers))

    def turn(self, key: str) -> None:
        """The key is in another position."""
        if key == "off" and self.relay_welded:
            key = "on"
        if key == self.key or (self.ready_holds and (self.key, key) == ("ready", "on")):
            return
        self._before(self.key == "off")
        before, self.key = self.key, key
        self.note("key", key)
        if key == "off":
            self.off_since = self.t
            self.drive_lingers = True
            self.linger()
        elif before == "off":
            self._timers.cancel("sleep")
            self.lingering = self.drive_lingers = False
        if before in ("off", "acc") and key != "off":
            self.switched_at = self.t
        if before in ("off", "acc") and key in ("on", "ready"):
            self.on_since = self.t
        self._changed()

    def wake(self) -> None:
        """A door or the remote key wakes the car for a while."""
        if self.key == "off":
            if not self.awake:
                self.switched_at = self.t
            self.linger()
            self._changed()

    def charge(self, on: bool) -> None:
        """A charging plug begins or ends to keep units awake."""
        if on and not self.charging:
            self.switched_at = self.t
        self.charging = on
        if not on and self.key == "off":
            self.drive_lingers = True
            self.linger()

    def linger(self, seconds: float = SLEEP_AFTER) -> None:
        """Stay awake for so long from now."""
        self.lingering = True
        self.sleeps_at = self.t + seconds
        self._timers.plan("sleep", seconds, self._fall_asleep)

    def hurry(self) -> None:
        """The car has been locked: sleep soon."""
        if self.key == "off" and self.lingering:
            self.linger(min(SLEEP_AFTER_LOCKED, max(self.sleeps_at - self.t, 0.0)))

    def _fall_asleep(self) -> None:
        self.lingering = self.drive_lingers = False
        self.note("buses", "asleep" if not self.awake else "awake")
        self._changed()

    def until_sleep(self) -> float:
        """Seconds until the buses are quiet; 0 while there is no end in sight."""
        return max(self.sleeps_at - self.t, 0.0) if self.lingering and self.key == "off" else 0.0
