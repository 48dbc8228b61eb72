"""A witness of the simulated charging point: how long may the contactor be closed, and why.

It knows nothing of what a test did last. At every event it looks at the physical world, keeps for
each reason to be open the moment since which that reason stands without a break, and compares when
the main contacts are still closed. So a flurry of stimuli excuses nothing, and a condition that
was met again for a moment starts anew, as it does for the standard.
"""

from collections.abc import Mapping

from sim_support import Point

from simulators.cable import PilotWire
from simulators.pile.current_watch import overcurrent_limit
from simulators.pilot import S1, low_level_ok

REACTION = 0.1
"""s; from the pilot, earth, emergency stop or a protection to an open contactor (A.3.9, A.3.10)."""
STOP = 6.0 + REACTION
"""s; from S1 at +12 V to opening under load, when the vehicle does not open S2 (A.3.9.2)."""
OVERCURRENT = 10.0
"""s above the limit: 5 s of holding, and open within the next 5 s (A.3.10.9)."""
EDGE = 1e-6
STEP = 0.5
"""s; with the contactor closed it looks at least so often, as the current ramps without events."""

STATE_3 = {"2015": (5.2, 6.8), "2023": (4.0, 8.0)}
"""V at test point 1; in 2023 with both transition bands, of which the pile may choose."""

LIMITS = {
    "CP outside state 3": REACTION,
    "S1 at -12 V": REACTION,
    "no PWM": STOP,
    "limit 0": STOP,
    "disabled": STOP,
    "watchdog": STOP,
    "stop": STOP,
    "over-current": OVERCURRENT,
    "plug or pilot wire": REACTION,
    "earth": REACTION,
    "emergency stop": REACTION,
    "leakage": REACTION,
    "no supply": REACTION,
    "standing fault": REACTION,
    "lock open": REACTION,
}
"""Reason to be open: how long (s) it may stand while the main contacts are closed."""


class ClosedWitness:
    """Watches one point. A breach is an AssertionError that names the reason and the time."""

    def __init__(self, point: Point, silence: float) -> None:
        self.point, self.world, self.pile = point, point.world, point.pile
        self.silence = silence
        """Seconds without a request after which the watchdog has to act; from the settings."""
        self.enabled, self.limit = True, self.pile.settings.current_limit
        self.fed_at = self.t
        """What was written and sent; what the pile has made of it is not asked."""
        self.since: dict[str, float] = {}
        self.ready_at = -1e9
        """The last moment of state 3'."""
        self.diode_seen = False
        """With this PWM and a vehicle the low level has been where a sound diode leaves it."""
        self.closed = False
        self.closings = 0
        self.look()

    @property
    def t(self) -> float:
        return self.world.t

    def stop_ordered(self) -> None:
        """A stop by the register or the button: what is closed now has to open, once."""
        if self.pile.contactor.closed or self.pile.contactor.command:
            self.since.setdefault("stop", self.t)

    def run(self, seconds: float) -> None:
        """Let time pass, and look at every event on the way."""
        end = self.point.t + seconds
        while True:
            stop = min(end, self.world.next_event() or end)
            if self.pile.contactor.closed:
                stop = min(stop, self.t + STEP)
            self.point.run(max(0.0, stop - self.point.t))
            self.look()
            if stop >= end:
                return

    def look(self) -> None:
        """Judge the time up to now by what stood before, then see what stands now."""
        if self.closed:
            self._judge()
        closed = self.pile.contactor.closed
        self._see(closed)
        if closed and not self.closed:
            self._judge_closing()
        self.closed = closed

    def _judge(self) -> None:
        for reason, since in self.since.items():
            lasted = self.t - since
            assert lasted <= LIMITS[reason] + EDGE, f"closed {lasted:.3f} s after: {reason}"

    def _judge_closing(self) -> None:
        self.closings += 1
        ago = self.t - self.ready_at
        assert ago <= REACTION + EDGE, f"closing {ago:.3f} s after state 3'"
        assert self.diode_seen, "closing without a proven diode"

    def _see(self, closed: bool) -> None:
        reasons = self._reasons(closed)
        if not (closed or self.pile.contactor.command):
            reasons["stop"] = False
        for reason, stands in reasons.items():
            if stands:
                self.since.setdefault(reason, self.t)
            else:
                self.since.pop(reason, None)
        pwm = self.pile.pilot.s1 is S1.PWM
        if pwm and not reasons["CP outside state 3"]:
            self.ready_at = self.t
        low = self.world.levels().negative
        proven = self.world.cable.mated and low_level_ok(low, self.pile.settings.edition)
        self.diode_seen = pwm and (self.diode_seen or proven)

    def _reasons(self, closed: bool) -> dict[str, bool]:
        world, pile, cable = self.world, self.pile, self.world.cable
        low, high = STATE_3[pile.settings.edition]
        announced = pile.pilot.announced
        current = world.load.current()
        silent = self.silence > 0 and self.t - self.fed_at >= self.silence
        return {
            "CP outside state 3": not low <= world.levels().positive <= high,
            "S1 at -12 V": pile.pilot.s1 is S1.LOW,
            "no PWM": pile.pilot.s1 is not S1.PWM,
            "limit 0": self.limit == 0,
            "disabled": not self.enabled,
            "watchdog": silent and pile.failsafe_current == 0,
            # A hundredth more than the limit: the pile's own meter is not exact.
            "over-current": announced > 0 and current > 1.01 * overcurrent_limit(announced),
            "plug or pilot wire": not cable.mated or cable.pilot_wire is not PilotWire.SOUND,
            "earth": not cable.earth_sound,
            "emergency stop": pile.emergency_stop.pressed,
            "leakage": pile.residual_current() > pile.settings.leakage_trip,
            "no supply": not pile.powered,
            "standing fault": pile.alarms.blocking,
            "lock open": closed and pile.settings.electronic_lock and not pile.lock.locked,
        }


FLEET: Mapping[str, Mapping[str, object]] = {
    "2023": {},
    "2023, free": {"plug_and_charge": True},
    "2023, held back by the watchdog": {
        "watchdog_ends_session": False,
        "watchdog_recovery": 3.0,
    },
    "2023, 16 A, one phase, no lock": {
        "phases": 1,
        "rated_current": 16.0,
        "max_current": 16.0,
        "current_limit": 16.0,
        "max_power": 3_520.0,
        "electronic_lock": False,
    },
    "2023, blind to CC": {"connection_sense": False},
    "2015": {"edition": "2015"},
    "2015, opens after 3 s": {"edition": "2015", "force_open_after": 3.0},
    "2015, free, held back": {
        "edition": "2015",
        "plug_and_charge": True,
        "watchdog_ends_session": False,
        "watchdog_recovery": 3.0,
    },
}
"""Piles with a tethered cable; a pile with a socket is not simulated."""
