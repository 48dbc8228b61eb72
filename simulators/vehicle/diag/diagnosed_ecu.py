"""One control unit as far as diagnostics concerns it: what all its services share."""

from collections.abc import Callable, Mapping, Sequence

from harness.devices.diag.diagnostics import Did, Routine, Unit
from harness.quantity import Value
from simulators.scheduler import Scheduler
from simulators.vehicle.diag.access import AccessRules
from simulators.vehicle.diag.did_bytes import to_bytes
from simulators.vehicle.diag.faults import ServerFaults
from simulators.vehicle.diag.flash import Flash
from simulators.vehicle.diag.hooks import EcuHooks, ResetKind
from simulators.vehicle.diag.life import UnitLife
from simulators.vehicle.diag.memory import Debounce, DtcMemory, Monitor
from simulators.vehicle.diag.routines import Routines
from simulators.vehicle.diag.security import SecurityLock
from simulators.vehicle.diag.snapshot import Snapshot

DEFAULT, PROGRAMMING, EXTENDED = 1, 2, 3
SESSION_NAMES = {DEFAULT: "default", PROGRAMMING: "programming", EXTENDED: "extended"}
VERSIONS = ("software_version", "supplier_software_version")
"""Identifiers that another software shows."""

SINCE_CLEAR: Mapping[str, Callable[[DtcMemory], float]] = {
    "distance_since_clear": lambda memory: memory.kilometres_since_clear,
    "time_since_clear": lambda memory: memory.seconds_since_clear / 60,
}
"""Identifier -> kilometres or minutes since the trouble codes of the unit were cleared."""


class DiagnosedEcu:
    """State of one unit. Services act on it; the server moves it through time.

    `own` holds identity and settings by name; what a tester writes goes there unless the car takes
    it. `snapshot_dids` are kept with a trouble code, as far as their values are known.
    """

    def __init__(
        self,
        unit: Unit,
        hooks: EcuHooks,
        scheduler: Scheduler,
        *,
        monitors: Mapping[str, Monitor] | None = None,
        debounce: Mapping[str, Debounce] | None = None,
        snapshot_dids: Sequence[Did] = (),
        own: Mapping[str, Value] | None = None,
        life: UnitLife | None = None,
        lock: SecurityLock | None = None,
        rules: AccessRules | None = None,
    ) -> None:
        self.unit = unit
        self.hooks = hooks
        self.own = dict(own or {})
        self.life = life or UnitLife(scheduler)
        self.lock = lock
        self.rules = rules or AccessRules()
        self.faults = ServerFaults()
        self.flash = Flash()
        self.session = DEFAULT
        self.on_restart: Callable[[ResetKind], None] = lambda _kind: None
        """Restarts the unit (set by its server)."""
        self.dids = {did.id: did for did in unit.dids}
        self.routine_ids: dict[int, Routine] = {routine.id: routine for routine in unit.routines}
        self._snapshot_dids = tuple(snapshot_dids)
        self._controlled: set[str] = set()
        self._talking = (True, True)
        self.memory = DtcMemory(
            unit.dtcs,
            now=lambda: scheduler.t,
            monitors=monitors,
            debounce=debounce,
            capture=self._capture,
            odometer=lambda: self.number("odometer") or 0.0,
        )
        self.routines = Routines(
            unit.name, scheduler, hooks, healthy=lambda: not self.memory.failing_codes
        )

    # Sessions

    def enter(self, session: int) -> None:
        """Begin a session (also the same once more). Security is locked by that."""
        if self.lock is not None:
            self.lock.lock()
        if session != EXTENDED:
            self.return_controls()
        if session != PROGRAMMING:
            self.flash.abandon()
        if session == DEFAULT:
            self.routines.stop_all()
            self.memory.setting_enabled = True
            self.communicate(tx=True, rx=True)
        self.session = session

    def forget(self) -> None:
        """What the unit had in mind is lost: it was reset, or its supply was away."""
        self.enter(DEFAULT)
        if self.lock is not None:
            self.lock.restart()
        self.memory.restart_tests()

    @property
    def unlocked(self) -> bool:
        """Security is open, or the unit has none."""
        return self.lock is None or self.lock.unlocked

    def communicate(self, *, tx: bool, rx: bool) -> None:
        """Have the node send and hear normal messages, or not."""
        if (tx, rx) != self._talking:
            self._talking = (tx, rx)
            self.hooks.set_communication(tx, rx)

    # Actuators

    def took_control(self, name: str) -> None:
        self._controlled.add(name)

    def return_control(self, name: str) -> None:
        """Give one actuator back to the unit, if a tester has it."""
        if name in self._controlled:
            self._controlled.discard(name)
            self.hooks.io_control(name, None)

    def return_controls(self) -> None:
        for name in sorted(self._controlled):
            self.return_control(name)

    # Values

    def value(self, name: str) -> Value | bytes | None:
        """What the unit shows under that name; None: not known now."""
        if name == "vin" and self.faults.vin_override is not None:
            return self.faults.vin_override
        if name in VERSIONS and self.faults.version_override is not None:
            return self.faults.version_override
        if name == "active_session":
            return SESSION_NAMES.get(self.session, self.session)
        if name in SINCE_CLEAR:
            since = SINCE_CLEAR[name](self.memory)
            return round(since)
        found = self.hooks.read_did(name)
        if found is None:
            found = self.own.get(name)
        return self.life.value(name) if found is None else found

    def number(self, name: str) -> float | None:
        """The value as a number; None when it is none."""
        value = self.value(name)
        return float(value) if isinstance(value, int | float) else None

    def read(self, did: Did) -> bytes | None:
        """The bytes of an identifier; None: not known now."""
        value = self.value(did.name)
        place = f"{self.unit.name} {did}"
        return None if value is None else to_bytes(did.format, value, place)

    def _capture(self) -> Snapshot:
        pieces = ((did.id, self.read(did)) for did in self._snapshot_dids)
        return tuple((id, data) for id, data in pieces if data is not None)
