"""The trouble code memory of one control unit, fed by monitors.

A monitor says whether something is wrong at this moment: True, False, or None when that cannot be
tested now (a lamp that is off shows no broken bulb). A result counts when it has lasted: see
`Debounce`. `evaluate` looks at all monitors; it is called a few times per second while the unit is
powered and costs about a microsecond per code.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.devices.diag.diagnostics import Dtc
from harness.devices.diag.dtc import NOT_COMPLETED_THIS_CYCLE
from harness.errors import UnknownNameError
from simulators.vehicle.diag.snapshot import FIRST, LATEST, Kept, Snapshot
from simulators.vehicle.diag.trouble_code import TroubleCode

Monitor = Callable[[], bool | None]
_EPSILON = 1e-9
COUNTS = 0x09
"""Status bits of a code that counts: testFailed and confirmedDTC (ISO 14229-1)."""


@dataclass(frozen=True, slots=True)
class Debounce:
    """Seconds that a monitor has to say the same until its test has failed or passed."""

    fail: float = 0.5
    heal: float = 1.0


@dataclass(slots=True)
class Mark:
    """A moment: simulated time (s) and odometer (km)."""

    t: float
    km: float


class _Test:
    """One monitor on its way to a result."""

    __slots__ = ("code", "debounce", "found", "monitor", "settled", "since")

    def __init__(self, code: TroubleCode, monitor: Monitor, debounce: Debounce) -> None:
        self.code = code
        self.monitor = monitor
        self.debounce = debounce
        self.restart()

    def restart(self) -> None:
        self.found: bool | None = None
        self.since = 0.0
        self.settled = False


class DtcMemory:
    """All codes of one unit.

    `capture` gives a snapshot of the moment, `odometer` kilometres. Raises UnknownNameError for a
    monitor or debounce of a code that the unit does not have.
    """

    def __init__(
        self,
        dtcs: Sequence[Dtc],
        *,
        now: Callable[[], float],
        monitors: Mapping[str, Monitor] | None = None,
        debounce: Mapping[str, Debounce] | None = None,
        capture: Callable[[], Snapshot] = tuple,
        odometer: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.codes = {dtc.code: TroubleCode(dtc) for dtc in dtcs}
        self.setting_enabled = True
        """Whether tests change the memory (service 85)."""
        self.stuck_codes: frozenset[str] = frozenset()
        """Codes whose test fails whatever the car does: the unit itself is defective."""
        self.unsteady: Callable[[], bool] = lambda: False
        """Whether a cell of the memory is bad."""
        self.locked: Callable[[], bool] = lambda: False
        """Whether it refuses to be cleared."""
        self._listings = 0
        self._kept: dict[str, Kept] = {}
        self._now = now
        self._capture = capture
        self._odometer = odometer
        monitors, debounce = monitors or {}, debounce or {}
        for name in (*monitors, *debounce):
            self.code(name)
        self._tests = [
            _Test(code, monitors.get(name, _not_testable), debounce.get(name, Debounce()))
            for name, code in self.codes.items()
        ]
        self.cleared = self._mark()
        """When the codes were cleared last."""
        self.lamp_on: Mark | None = None
        """Since when some code asks for the warning lamp; None: none does."""
        self.cycles_since_clear = 0

    # Tests

    def evaluate(self) -> None:
        """Look at every monitor and book what has come of it."""
        if not self.setting_enabled:
            return
        now, stuck = self._now(), self.stuck_codes
        for test in self._tests:
            found = test.monitor()
            if stuck and test.code.dtc.code in stuck:
                found = True
            if found is not test.found:
                test.found, test.since, test.settled = found, now, False
            elif test.settled:
                continue
            if found is None:
                continue
            wait = test.debounce.fail if found else test.debounce.heal
            if now - test.since >= wait - _EPSILON:
                test.settled = True
                if found:
                    self._fail(test.code)
                else:
                    test.code.succeed()

    def restart_tests(self) -> None:
        """Begin every test afresh: after power-on, a reset, clearing, and in a new cycle."""
        for test in self._tests:
            test.restart()

    def _fail(self, code: TroubleCode) -> None:
        was_failing, was_confirmed = code.failing, code.confirmed
        code.fail()
        kept = self._kept.get(code.dtc.code)
        if kept is None:
            km = self._odometer()
            kept = self._kept[code.dtc.code] = Kept(km, km)
        if not was_failing:
            kept.last_km = self._odometer()
        if code.confirmed and not (was_confirmed and was_failing):
            snapshot = self._capture()
            kept.snapshots.setdefault(FIRST, snapshot)
            kept.snapshots[LATEST] = snapshot
        if code.warning and self.lamp_on is None:
            self.lamp_on = self._mark()

    # Cycles and clearing

    def start_cycle(self) -> None:
        """An operation cycle begins (the key is turned on)."""
        for code in self.codes.values():
            code.start_cycle()
        self.cycles_since_clear += 1
        self.restart_tests()

    def end_cycle(self) -> None:
        """An operation cycle ends."""
        for name, code in self.codes.items():
            code.end_cycle()
            if code.occurrences == 0:
                self._kept.pop(name, None)
        self._check_lamp()

    def clear(self, codes: Iterable[TroubleCode] | None = None) -> None:
        """Clear some codes, or all with everything that is counted since then."""
        chosen = list(self.codes.values() if codes is None else codes)
        for code in chosen:
            code.clear()
            self._kept.pop(code.dtc.code, None)
        self._check_lamp()
        if codes is None:
            self.cleared = self._mark()
            self.cycles_since_clear = 0
        for test in self._tests:
            if test.code in chosen:
                test.restart()

    def remember(self, name: str, *, km_ago: float = 0.0) -> None:
        """Put a code from an earlier drive into the memory. Raises UnknownNameError."""
        code = self.code(name)
        code.remember()
        km = max(self._odometer() - km_ago, 0.0)
        self._kept[name] = Kept(km, km, {FIRST: self._capture(), LATEST: self._capture()})
        if code.warning and self.lamp_on is None:
            self.lamp_on = Mark(self._now(), km)

    def assume_history(self, *, cycles: int, kilometres: float, seconds: float) -> None:
        """The codes were cleared so long ago, and every test has passed since."""
        for code in self.codes.values():
            code.status = NOT_COMPLETED_THIS_CYCLE
        self.cycles_since_clear = cycles
        self.cleared = Mark(self._now() - seconds, self._odometer() - kilometres)

    def _check_lamp(self) -> None:
        if not any(code.warning for code in self.codes.values()):
            self.lamp_on = None

    def _mark(self) -> Mark:
        return Mark(self._now(), self._odometer())

    # What is asked of it

    def code(self, name: str) -> TroubleCode:
        """Raises UnknownNameError."""
        if name not in self.codes:
            raise UnknownNameError("trouble code", name, list(self.codes))
        return self.codes[name]

    def numbered(self, number: int) -> TroubleCode | None:
        """The code of that three-byte number; None when the unit does not have it."""
        return next((c for c in self.codes.values() if c.dtc.number == number), None)

    def with_status(self, mask: int) -> Iterator[TroubleCode]:
        """Codes of which some bit of the mask is set."""
        return (code for code in self.codes.values() if code.status & mask)

    def coming_and_going(self) -> Iterator[TroubleCode]:
        """The code that a bad cell shows in every second listing, and none otherwise."""
        if not self.unsteady():
            return
        self._listings += 1
        clean = next((code for code in self.codes.values() if not code.status & COUNTS), None)
        if clean is not None and self._listings % 2:
            yield clean

    @property
    def lamp_codes(self) -> frozenset[str]:
        """Codes that ask for the warning lamp."""
        return frozenset(name for name, code in self.codes.items() if code.warning)

    @property
    def failing_codes(self) -> frozenset[str]:
        """Codes whose test fails now."""
        return frozenset(name for name, code in self.codes.items() if code.failing)

    @property
    def untested(self) -> list[str]:
        """Codes for which there is no monitor."""
        return [test.code.dtc.code for test in self._tests if test.monitor is _not_testable]

    def kept(self, code: TroubleCode) -> Kept:
        """What is stored with a code; empty when nothing is."""
        return self._kept.get(code.dtc.code, Kept())

    @property
    def kilometres_since_clear(self) -> float:
        return max(self._odometer() - self.cleared.km, 0.0)

    @property
    def seconds_since_clear(self) -> float:
        return self._now() - self.cleared.t

    @property
    def kilometres_with_lamp(self) -> float:
        return 0.0 if self.lamp_on is None else max(self._odometer() - self.lamp_on.km, 0.0)

    @property
    def seconds_with_lamp(self) -> float:
        return 0.0 if self.lamp_on is None else self._now() - self.lamp_on.t


def _not_testable() -> None:
    """Of a code for which the car has no monitor."""
    return None
