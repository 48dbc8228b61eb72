"""The pile's state machine: GB/T 18487.1-2023 annex A, sequence, blocking rules and stopping.

Everything that happens outside ends in `run`, which takes steps until nothing more is to be done.
A step looks at the phase and at the inputs only, so any order of stimuli is dealt with.
"""

from collections.abc import Callable
from enum import StrEnum

from simulators.pile.alarms import AlarmBoard
from simulators.pile.contactor import Contactor
from simulators.pile.lock import Lock
from simulators.pile.pilot_output import PilotOutput
from simulators.pile.program import Program
from simulators.pile.session import Session
from simulators.pile.settings import PileSettings
from simulators.pilot import PilotState
from simulators.scheduler import Action, Scheduler
from simulators.timers import Timers

FREE, CONNECTED, READY_STATE = PilotState.FREE, PilotState.CONNECTED, PilotState.READY


class Phase(StrEnum):
    """Where the pile is. The PWM is on in READY and CHARGING, the contactor in CHARGING."""

    AVAILABLE = "available"
    """Nothing asked for: unplugged, or plugged in and not authorised."""
    PAUSED = "paused"
    """A session runs, and the pile holds it back."""
    READY = "ready"
    """PWM on, contactor open, waiting for S2."""
    CHARGING = "charging"
    STOPPING = "stopping"
    """S1 is back at +12 V, the contactor still closed: the vehicle has 6 s."""
    FINISHED = "finished"
    """The session has ended, the vehicle is still plugged in."""
    FAULT = "fault"
    OUT = "out of service"
    """Steady -12 V (state 4)."""


class Controller:
    """Inputs: `cp` (debounced), alarms, commands, limits. Outputs: pilot, contactor, lock."""

    def __init__(
        self,
        settings: PileSettings,
        scheduler: Scheduler,
        alarms: AlarmBoard,
        *,
        contactor: Contactor,
        lock: Lock,
        pilot: PilotOutput,
        session: Session,
        low_level_ok: Callable[[], bool],
        ceiling: Callable[[], float],
        silenced: Callable[[], bool],
        after_step: Action,
        self_test: Callable[[], bool],
        confirmed: Callable[[], bool],
        recognises: Callable[[], bool],
    ) -> None:
        self.settings = settings
        self.cp = FREE
        self.phase = Phase.AVAILABLE
        self.enabled = True
        self.current_limit = settings.current_limit
        self.authorised = False
        self.follows_limit = True
        """False: a defect of its software, a limit other than 0 is stored and not used."""
        self.program = Program()
        self._scheduler = scheduler
        self._alarms = alarms
        self._contactor = contactor
        self._lock = lock
        self._pilot = pilot
        self._session = session
        self._low_level_ok = low_level_ok
        self._ceiling = ceiling
        self._silenced = silenced
        self._after_step = after_step
        self._self_test = self_test
        self._confirmed = confirmed
        self._recognises = recognises
        self._stop: str | None = None
        self._diode_proven = False
        self._timers = Timers(scheduler)
        self._running = False

    # Inputs

    def cp_detected(self, state: PilotState) -> None:
        """A debounced state of the pilot."""
        before, self.cp = self.cp, state
        arrived = before in (FREE, PilotState.OUT_OF_SERVICE) and state in (CONNECTED, READY_STATE)
        if arrived and not self._alarms.blocking and self._recognises():
            self.authorised = not self._alarms.holding
        self.run()

    def start(self) -> None:
        """A start command. Without effect while a fault stands or the pile is disabled."""
        if self._alarms.blocking or not self.enabled or not self.program.takes_start:
            return
        if self._alarms.holding and not self._session.active:
            return
        if not self._session.active:
            self.authorised = True
            self._timers.plan("plug wait", self.settings.plug_wait, self._withdraw)
        self.run()

    def stop(self, reason: str) -> None:
        """A stop: the vehicle gets its time to ramp down."""
        if reason == "remote_stop" and not self.program.takes_stop:
            return
        self.authorised = False
        if self._session.active:
            self._stop = self._stop or reason
        self.run()

    def enable(self, on: bool) -> None:
        if not (self.program.takes_enable if on else self.program.takes_disable):
            return
        self.enabled = on
        self.run()

    def limit(self, amperes: float) -> None:
        self.current_limit = max(amperes, self.program.lowest_limit) if amperes else 0.0
        self.run()

    @property
    def wanted(self) -> float:
        """The current (A) to announce now; 0: hold back."""
        if self.current_limit <= 0:
            return 0.0
        limit = self.current_limit if self.follows_limit else self.settings.rated_current
        current = min(limit, self._ceiling())
        return current if current >= self.settings.min_current - 1e-9 else 0.0

    @property
    def charging_state(self) -> str:
        """The shared state name."""
        if self.phase is Phase.AVAILABLE:
            return "idle" if self.cp is FREE else "connected"
        if self.phase is Phase.READY:
            return "suspended_ev" if self._session.charged else "connected"
        return _STATE_OF[self.phase]

    # The machine

    def run(self) -> None:
        """Take steps until nothing more is to be done."""
        if self._running:
            return
        self._running = True
        try:
            while self._step():
                pass
        finally:
            self._running = False
        self._unlock_when_safe()
        self._after_step()

    def _step(self) -> bool:
        if self._alarms.blocking and self.phase is not Phase.FAULT:
            self._to_fault()
            return True
        if not self._permitted and self._leave_service():
            return True
        return _STEPS[self.phase](self)

    @property
    def _permitted(self) -> bool:
        return self.enabled and not self._silenced()

    def _to_fault(self) -> None:
        faults = self._alarms.faults()
        reason = {"F-01": "emergency_stop", "F-36": "power_lost"}.get(faults[0], "fault")
        self._timers.cancel_all(but="feedback")
        self._open()
        self._pilot.steady_high()
        self._end_session(reason)
        self.phase = Phase.FAULT

    def _leave_service(self) -> bool:
        """Disabled or silenced: stop orderly, then go to state 4."""
        if self.phase in (Phase.OUT, Phase.FAULT):
            return False
        if self.phase in (Phase.CHARGING, Phase.STOPPING):
            self._stop = self._stop or ("watchdog" if self.enabled else "disabled")
            return False
        self._end_session("watchdog" if self.enabled else "disabled")
        self._timers.cancel_all(but="feedback")
        self._pilot.steady_low()
        self._timers.plan("state 4", self.settings.hold_state_4, self.run)
        self.phase = Phase.OUT
        return True

    def _fault(self) -> bool:
        if self._alarms.blocking:
            return False
        self.phase = Phase.AVAILABLE if self.cp is FREE else Phase.FINISHED
        return True

    def _out(self) -> bool:
        if not self._permitted or self._timers.running("state 4"):
            return False
        self._pilot.steady_high()
        # Whether a vehicle is there can be seen again only now.
        self.cp = FREE
        self.phase = Phase.AVAILABLE
        return True

    def _available(self) -> bool:
        if self.cp is FREE:
            return False
        return self._begin()

    def _finished(self) -> bool:
        if self.cp is FREE:
            self.phase = Phase.AVAILABLE
            return True
        return self._begin()

    def _begin(self) -> bool:
        if not self.authorised or self.cp not in (CONNECTED, READY_STATE):
            return False
        self.authorised = False
        self._stop = None
        self._timers.cancel("plug wait")
        if not self._confirmed():
            self._alarms.strike("F-25")
            return True
        self._session.start()
        self._alarms.started()
        self.phase = Phase.PAUSED
        return True

    def _paused(self) -> bool:
        if self.cp is FREE or self._stop is not None:
            return self._close_session()
        plugged = self.cp in (CONNECTED, READY_STATE)
        if self.wanted <= 0 or not plugged or (self.settings.socket and not self._locked()):
            return False
        if self._contactor.feedback and self.program.checks_adhesion:
            if self._timers.running("feedback") and not self._contactor.command:
                return False  # still on its way open
            # Adhesion is looked for before every start; no PWM then (7.9).
            self._alarms.cause("F-18", True)
            return True
        if not self._self_test():
            return True
        self._diode_proven = False
        self._pilot.pwm(self.wanted)
        self._timers.plan("start timeout", self.settings.start_timeout, self._never_ready)
        self.phase = Phase.READY
        return True

    def _ready(self) -> bool:
        if self.cp is FREE or self._stop is not None or self.wanted <= 0:
            self._timers.cancel("close", "start timeout")
            self._pilot.steady_high()
            self.phase = Phase.PAUSED
            return True
        self._adjust_duty()
        again = self._session.charged and not self.program.recloses
        # No vehicle here talks over the pilot: at 5 % the supply stays off (A.7, seq. 3.2 and 4).
        silent = self._pilot.digital and self.program.needs_digital
        if (self.cp is not READY_STATE and self.program.waits_for_s2) or again or silent:
            self._timers.cancel("close")
            return False
        self._timers.cancel("start timeout")
        if not self._diode_proven:
            if self.program.checks_diode and not self._low_level_ok():
                self._alarms.strike("F-16")
                return True
            self._diode_proven = True
        if not self._locked():
            return False
        if not self._timers.running("close"):
            self._timers.plan("close", self.settings.close_after, self._close)
        return False

    def _close(self) -> None:
        there = self.cp is READY_STATE or (self.cp is CONNECTED and not self.program.waits_for_s2)
        if self.phase is Phase.READY and there:
            self._session.charged = True
            self._contactor.want(True)
            self._expect_feedback()
            self.phase = Phase.CHARGING
        self.run()

    def _charging(self) -> bool:
        if self.cp is CONNECTED and self.program.waits_for_s2:
            # S2 has opened: off within 100 ms, the PWM stays (A.3.9.1, A.3.10.11).
            self._open()
            self.phase = Phase.READY
            if not self.program.keeps_pwm:
                self._stop = "vehicle_stopped"
            return True
        if self.cp is FREE:
            self._open()
            self._pilot.steady_high()
            self.phase = Phase.PAUSED
            return True
        if self._stop is not None or self.wanted <= 0:
            self._pilot.steady_high()
            self._timers.plan("force", self.settings.force_open_after, self._force)
            self.phase = Phase.STOPPING
            return True
        self._adjust_duty()
        return False

    def _stopping(self) -> bool:
        if self.cp is READY_STATE:
            return False
        self._timers.cancel("force")
        self._open()
        self.phase = Phase.PAUSED
        return True

    def _force(self) -> None:
        if self.phase is Phase.STOPPING:
            self._open()
            self.phase = Phase.PAUSED
        self.run()

    def _close_session(self) -> bool:
        self._pilot.steady_high()
        if self._stop == "remote_stop" and not self.program.stays_stopped:
            self._timers.plan("again", 1.0, self._begin_again)
        self._end_session(self._stop or "unplugged")
        self.phase = Phase.AVAILABLE if self.cp is FREE else Phase.FINISHED
        return True

    def _end_session(self, reason: str) -> None:
        self._session.end(reason)
        self.authorised = False
        self._stop = None

    # Outputs and timers

    def _open(self) -> None:
        if self._contactor.wanted:
            self._contactor.want(False)
            self._expect_feedback()

    def _expect_feedback(self) -> None:
        self._timers.plan("feedback", self.settings.feedback_after, self._check_feedback)

    def _check_feedback(self) -> None:
        if self._contactor.feedback != self._contactor.wanted:
            self._alarms.cause("F-19" if self._contactor.wanted else "F-18", True)
        self.contactor_moved()

    def contactor_moved(self) -> None:
        """The feedback may agree with the command again: the cause of F-18 or F-19 is gone."""
        if self._contactor.feedback == self._contactor.wanted:
            self._alarms.cause("F-18", False)
            self._alarms.cause("F-19", False)
        self.run()

    def _adjust_duty(self) -> None:
        wanted = self.wanted
        if abs(wanted - self._pilot.announced) < 1e-9:
            self._timers.cancel("duty")
        elif not self._timers.running("duty"):
            # The vehicle has 5 s to follow, and no second change may come in that time.
            pause = self._pilot.changed_at + self.settings.duty_pause - self._scheduler.t
            self._timers.plan("duty", max(self.settings.duty_after, pause), self._change_duty)

    def _change_duty(self) -> None:
        if self.phase in (Phase.READY, Phase.CHARGING) and self.wanted > 0:
            self._pilot.pwm(self.wanted)
        self.run()

    def _never_ready(self) -> None:
        if self.phase is Phase.READY:
            self._alarms.strike("F-26")
        self.run()

    def _begin_again(self) -> None:
        self.authorised = True
        self.run()

    def _withdraw(self) -> None:
        self.authorised = False
        self.run()

    def _locked(self) -> bool:
        """The lock is confirmed, where there is one; otherwise it is driven out."""
        if not self.settings.electronic_lock or self._lock.feedback:
            return True
        self._lock.command(True)
        return False

    def _unlock_when_safe(self) -> None:
        ended = not self._session.active and not self._contactor.feedback
        if not (ended and self._lock.commanded and not self._lock.held):
            self._timers.cancel("unlock")
        elif not self.settings.socket:
            self._lock.command(False)
        elif self.program.unlocks and not self._timers.running("unlock"):
            self._timers.plan("unlock", self.settings.unlock_after, self._unlock)

    def _unlock(self) -> None:
        self._lock.command(False)
        self.run()


_STATE_OF = {
    Phase.PAUSED: "suspended_evse",
    Phase.CHARGING: "charging",
    Phase.STOPPING: "charging",
    Phase.FINISHED: "finished",
    Phase.FAULT: "fault",
    Phase.OUT: "unavailable",
}
_STEPS: dict[Phase, Callable[[Controller], bool]] = {
    Phase.AVAILABLE: Controller._available,
    Phase.PAUSED: Controller._paused,
    Phase.READY: Controller._ready,
    Phase.CHARGING: Controller._charging,
    Phase.STOPPING: Controller._stopping,
    Phase.FINISHED: Controller._finished,
    Phase.FAULT: Controller._fault,
    Phase.OUT: Controller._out,
}
