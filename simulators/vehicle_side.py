"""The charging side of a vehicle: inlet, diode, R2/R3, S2 and an on-board charger.

It keeps the times that GB/T 18487.1-2023 (table A.7) asks of a vehicle with margin: follows a new
duty within 5 s, is below 1 A within 3 s of the loss of the PWM and opens S2 within the next 3 s,
stops within 1 s of a lost coupler and has S2 open within 3 s of it. Without mains it opens S2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from simulators.load import Load
from simulators.pilot import DIODE_DROP, R2, R3, TOLERANCE_R, announced
from simulators.scheduler import Scheduler
from simulators.timers import Timers
from simulators.trace import Trace


@dataclass(frozen=True, slots=True)
class VehicleSettings:
    """Times (s), currents (A) and ramps (A/s) of the vehicle. Own choices inside the standard."""

    phases: int = 3
    max_current: float = 32.0
    ready_after: float = 1.0
    """From a valid PWM to closing S2."""
    draws_after: float = 0.8
    """From mains at the inlet to the first current."""
    ramp_up: float = 8.0
    ramp_down: float = 25.0
    follows_after: float = 1.5
    """From a new duty to the start of the new ramp (limit: at its end within 5 s, T-17)."""
    notices_loss_after: float = 0.3
    opens_s2_after: float = 0.4
    """From zero current to opening S2."""
    button_opens_after: float = 0.6
    """From the latch button to no current and S2 open (limit 1 s, T-15)."""
    coupler_noticed_after: float = 0.15
    """From the loss of CC to the beginning of its end."""
    coupler_ramp: float = 0.25
    """Seconds from there to no current, whatever it was (limit: 1 s after the loss, T-16)."""
    coupler_opens_after: float = 0.4
    """From zero current to opening S2 (limit: 3 s after the loss, T-16)."""
    dead_noticed_after: float = 0.5
    """From the loss of mains while charging to opening S2 (A.3.10.8, BF-5)."""
    wakes_for: float | None = 1.0
    """Length of the S2 pulse that wakes a pile (0.2 to 3 s, T-20); None: it has no such pulse."""


_WAKING_CURRENT = 6.0
"""What a charger draws that does not wait for a duty (A)."""


class VehicleSide:
    """State of the vehicle. `changed` is called when the pilot circuit is different."""

    def __init__(
        self,
        random: Random,
        scheduler: Scheduler,
        load: Load,
        trace: Trace,
        *,
        settings: VehicleSettings,
        changed: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.r2 = R2 * (1 + random.uniform(-0.5, 0.5) * TOLERANCE_R)
        self.r3 = R3 * (1 + random.uniform(-0.5, 0.5) * TOLERANCE_R)
        self.diode_drop = DIODE_DROP
        self.diode_sound = True
        self.s2_stuck_open = False
        self.obeys = True
        """False: it goes on drawing current when the PWM is gone."""
        self.follows_duty = True
        """False: the charger takes what it can, whatever the duty allows."""
        self.s2_needs_mains = False
        """A defect: S2's driver is fed from the mains side, so S2 stays as it is without mains."""
        self.draws_when_waking = False
        """A defect: the charger draws as soon as S2 is closed, also in the wake-up pulse."""
        self.wants_charge = True
        self.s2_closed = False
        self.contract: Literal["none", "accepted", "refused"] = "none"
        """Whether it presents itself for plug and charge, and what the platform says to it."""
        self.cable_rating: Callable[[], float] = lambda: settings.max_current
        """Current (A) that the cable's RC stands for; 0: charging is not allowed (A.3.10.1)."""
        self.limit: Callable[[], float] = lambda: settings.max_current
        """What the car behind it can take (A); see `limit_changed`."""
        self.load_instead: Callable[[], float] | None = None
        """Current (A) of a load on the bench that draws in place of the vehicle's charger."""
        self._excess = 1.0
        self._scheduler = scheduler
        self._load = load
        self._trace = trace
        self._changed = changed
        self._connected = False
        self._cable_valid = True
        self._duty: float | None = None
        self._mains = False
        self._goes_on = False
        """It wants energy again, and is still on its way to opening S2."""
        self.lost_mains = False
        """It has opened S2 because the mains had gone; until mains, a new offer or a new plug."""
        self._held_open = False
        """A relay has opened S2, which was closed."""
        self._letting_go = False
        """It has lost test point 3 and is on its way to opening S2."""
        self._timers = Timers(scheduler)

    @property
    def waking(self) -> bool:
        """S2 is closed for no more than the wake-up pulse."""
        return self._timers.running("wake")

    # What the circuit sees

    def resistance(self) -> float | None:
        """Between CP and PE behind the diode (ohm); None: not connected."""
        if not self._connected:
            return None
        if self.s2_closed:
            return self.r2 * self.r3 / (self.r2 + self.r3)
        return self.r3

    @property
    def excess(self) -> float:
        """Factor of the current over what is allowed; 1 for a sound vehicle."""
        return self._excess

    @excess.setter
    def excess(self, factor: float) -> None:
        self._excess = factor
        if self._load.target > 0:
            self._retarget()

    def allowed(self) -> float:
        """Current (A) by the duty seen and by what the car can take."""
        if self._duty is None:
            return 0.0
        coded = announced(self._duty)
        if not self.follows_duty and coded > 0.0:
            return self.limit()
        return min(coded, self.limit(), self.cable_rating())

    # What happens to it

    def connect(self) -> None:
        self._connected = True
        self._changed()

    def disconnect(self) -> None:
        """The plug is out: no current, everything at rest."""
        self._end_timers()
        self._connected = False
        self.lost_mains = False
        self._duty = None
        self._mains = self._held_open = False
        self._set_s2(False)
        self._load.go_to(0.0)
        self._changed()

    def on_pilot(self, duty: float | None) -> None:
        """The duty (%) at the inlet; None: no PWM."""
        if duty == self._duty:
            return
        before, self._duty = self.allowed(), duty
        now = self.allowed()
        if now == 0.0:
            self._timers.cancel("ready", "follow", "draw")
            if self._letting_go:
                return
            if before > 0.0 or self.s2_closed:
                self._timers.plan("stop", self.settings.notices_loss_after, self._wind_down)
            return
        if before == 0.0 and not self._letting_go:
            self.lost_mains = False
            self._timers.cancel("stop", "open")
            if not self.s2_closed:
                self._timers.plan("ready", self.settings.ready_after, self._close_s2)
            elif self._mains:
                self._timers.plan("draw", self.settings.draws_after, self._retarget)
        elif now != before:
            self._timers.plan("follow", self.settings.follows_after, self._retarget)

    def on_cable(self) -> None:
        """RC may be another: without a valid one it ends as when the coupler opens (A.3.10.3)."""
        valid = self.cable_rating() > 0
        if valid == self._cable_valid:
            return
        self._cable_valid = valid
        if not valid and self._connected and self.s2_closed:
            self.lose_coupler()
        elif valid and self.allowed() > 0 and not self.s2_closed:
            self._timers.plan("ready", self.settings.ready_after, self._close_s2)

    def lose_coupler(self) -> None:
        """Test point 3 is lost: no current within 1 s, then S2 opens (A.3.10.3)."""
        self._timers.cancel("ready", "follow", "draw", "open")
        self._letting_go = True
        self._timers.plan("stop", self.settings.coupler_noticed_after, self._let_go)

    def limit_changed(self) -> None:
        """The car can take more or less than before."""
        if self._load.target > 0.0 or (self.s2_closed and self._mains):
            self._timers.plan("follow", 0.0, self._retarget)

    def on_mains(self, live: bool) -> None:
        """Mains appears at the inlet or goes."""
        if live == self._mains:
            return
        self._mains = live
        if live:
            self.lost_mains = False
            self._timers.cancel("dead")
            if self.s2_closed:
                self._timers.plan("draw", self.settings.draws_after, self._retarget)
        else:
            self._timers.cancel("draw")
            self._load.go_to(0.0)
            if self.s2_closed:
                self._timers.plan("dead", self.settings.dead_noticed_after, self._open_without)

    def finish(self) -> None:
        """The vehicle ends by itself: current down, then S2 opens."""
        self.wants_charge = self._goes_on = False
        self._timers.cancel("ready")
        self._timers.plan("stop", 0.0, self._wind_down)

    def resume(self) -> None:
        """The vehicle wants energy again. What it has begun to end it ends first."""
        self.wants_charge = True
        self._goes_on = self._timers.running("stop") or self._timers.running("open")
        if self.allowed() > 0 and not self.s2_closed:
            self._timers.plan("ready", self.settings.ready_after, self._close_s2)

    def ask_for_energy(self) -> None:
        """The driver wants energy now. A pile that offers none is woken."""
        if self.allowed() > 0:
            self.resume()
        else:
            self.wants_charge = True
            self.wake_pile()

    def wake_pile(self) -> None:
        """A pulse of S2 (2 → 3 → 2), if it has one and is at rest."""
        pulse = self.settings.wakes_for
        at_rest = self._connected and not self.s2_closed and self._load.current() == 0.0
        if pulse is None or self.s2_stuck_open or not at_rest:
            return
        self._timers.plan("wake", pulse, self._end_pulse)
        self._set_s2(True)
        self._changed()
        if self._mains:
            self._retarget()

    def trip(self) -> None:
        """The car cannot take a single ampere more: no current and S2 open, at once."""
        self.wants_charge = False
        self._end_timers()
        self._load.go_to(0.0)
        self._set_s2(False)
        self._changed()

    def open_s2(self) -> None:
        """S2 opens at once, under load if need be (the stimulus of test T-02)."""
        self._end_timers()
        self._set_s2(False)
        self._changed()

    def close_s2(self) -> None:
        """S2 closes at once, whatever the vehicle thinks."""
        self._close_s2(forced=True)

    def hold_s2_open(self, on: bool) -> None:
        """A relay of the bench opens S2, and lets it be again as it was."""
        if on:
            self._held_open = self.s2_closed
            self.open_s2()
        elif self._held_open:
            self._held_open = False
            self.close_s2()

    def press_button(self) -> None:
        """The latch button (S3) is pressed: no current and S2 open within 1 s."""
        self._end_timers()
        self._load.go_to(0.0, max(self._load.current() / self.settings.button_opens_after, 1e-9))
        self._timers.plan("open", self.settings.button_opens_after, self._open_after_wind_down)

    # Its own doing

    def _close_s2(self, *, forced: bool = False) -> None:
        if self.s2_stuck_open or not self._connected or not (forced or self.wants_charge):
            return
        self._set_s2(True)
        self._changed()
        if self._mains and self.allowed() > 0:
            self._timers.plan("draw", self.settings.draws_after, self._retarget)

    def _retarget(self) -> None:
        target = self.allowed() * self._excess
        if self.load_instead is not None:
            target = self.load_instead()
        if self._letting_go:
            return
        if self.waking:
            target = _WAKING_CURRENT if self.draws_when_waking else 0.0
        if not self._mains or not self.s2_closed:
            target = 0.0
        now = self._load.current()
        if target == self._load.target:
            return
        self._load.go_to(target, self.settings.ramp_up if target > now else self.settings.ramp_down)

    def _wind_down(self) -> None:
        if not self.obeys:
            return
        self._timers.cancel("draw", "follow")
        current = self._load.current()
        self._load.go_to(0.0, self.settings.ramp_down if current > 0 else None)
        wait = current / self.settings.ramp_down + self.settings.opens_s2_after
        self._timers.plan("open", wait, self._open_after_wind_down)

    def _let_go(self) -> None:
        """The quick end: the coupler may come apart any moment."""
        if not self.obeys:
            return
        current = self._load.current()
        rate = current / self.settings.coupler_ramp
        self._load.go_to(0.0, rate if current > 0 else None)
        wait = self.settings.coupler_ramp + self.settings.coupler_opens_after
        self._timers.plan("open", wait, self._open_after_wind_down)

    def _open_without(self) -> None:
        """The mains has gone, not by its own doing."""
        if self.obeys and self.s2_closed:
            self.lost_mains = True
            self._open_after_wind_down()

    def _end_pulse(self) -> None:
        self._timers.cancel("draw")
        self._load.go_to(0.0)
        self._set_s2(False)
        self._changed()
        if self.wants_charge and self.allowed() > 0:
            self._timers.plan("ready", self.settings.ready_after, self._close_s2)

    def _end_timers(self) -> None:
        self._timers.cancel_all()
        self._goes_on = self._letting_go = False

    def _open_after_wind_down(self) -> None:
        if self.s2_needs_mains and not self._mains:
            return
        self._timers.cancel("stop", "open", "dead")
        self._letting_go = False
        self._set_s2(False)
        self._changed()
        if self._goes_on and self.wants_charge:
            self.resume()

    def _set_s2(self, closed: bool) -> None:
        self.s2_closed = closed
        self._trace.note(self._scheduler.t, "s2", "closed" if closed else "open")
