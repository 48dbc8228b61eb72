"""Breaker, residual-current device and the tests that the pile makes of them before it starts."""

from collections.abc import Callable

from simulators.pile.alarms import AlarmBoard
from simulators.pile.settings import PileSettings
from simulators.scheduler import Scheduler
from simulators.trace import Trace


class Protection:
    """What lies between the supply and the contactor, and the residual-current detector.

    `shorted` says whether L and N of the output touch, `live` whether mains is on it; `changed` is
    called when the breaker has opened by itself.
    """

    def __init__(
        self,
        settings: PileSettings,
        scheduler: Scheduler,
        trace: Trace,
        alarms: AlarmBoard,
        *,
        shorted: Callable[[], bool],
        live: Callable[[], bool],
        changed: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._scheduler = scheduler
        self._trace = trace
        self._alarms = alarms
        self._shorted = shorted
        self._live = live
        self._changed = changed
        self._trips = False
        self.breaker_off = False
        """Somebody has switched the breaker off."""
        self.breaker_tripped = False
        self.rcd_tripped = False
        """The lever of the residual-current device is down; it stays so until somebody lifts it."""
        self.rcd_gain = 1.0
        """What its summation transformer reads over what flows; 1 when it is sound."""

    @property
    def breaker_closed(self) -> bool:
        return not (self.breaker_off or self.breaker_tripped)

    @property
    def passes(self) -> bool:
        """Mains gets as far as the contactor."""
        return self.breaker_closed and not self.rcd_tripped

    def close_breaker(self) -> None:
        self.breaker_tripped = False

    def look(self) -> None:
        """Something at the output has changed: a short circuit under voltage trips the breaker."""
        if self._shorted() and self._live() and not self._trips:
            self._trips = True
            self._alarms.cause("F-10", True)
            self._scheduler.after(self._settings.breaker_opens, self._trip)

    def _trip(self) -> None:
        self._trips = False
        if self._shorted() and self._live():
            self.breaker_tripped = True
            self._trace.note(self._scheduler.t, "breaker", "tripped")
            self._changed()

    def test(self) -> bool:
        """The test before a start and at a reset: sends a known current through the transformer,
        and looks at the output's resistance. False, with an alarm, when one of them fails."""
        s = self._settings
        detector = s.rcd_test_low <= self.rcd_gain <= s.rcd_test_high
        self._alarms.cause("F-03", not detector)
        self._alarms.cause("F-10", self._shorted())
        return detector and not self._shorted()
