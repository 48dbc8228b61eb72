"""The property test of the state machine can fail: each of these defects makes it fail.

Each defect is put into the pile's program, and the very same machine, with the same invariants,
searches for a sequence of stimuli that shows it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase as Stage
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from test_sim_state_machine import PileUnderStimuli

from simulators.pile.controller import _STEPS, Controller, Phase
from simulators.pile.current_watch import CurrentWatch
from simulators.pilot import PilotState

Patch = pytest.MonkeyPatch
EXAMPLES = settings(
    max_examples=200,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    # Nothing is shrunk: that a sequence is found is all that is asked.
    phases=(Stage.generate,),
)


def forces_only(*reasons: str, late: float | None = None) -> Callable[[Patch], None]:
    """Opening under load after 6 s only when the stop had one of the reasons; else `late` s."""

    def put(patch: Patch) -> None:
        sound = Controller._force

        def force(self: Controller) -> None:
            if self.phase is not Phase.STOPPING or self._stop in reasons:
                sound(self)
            elif late is not None:
                self._timers.plan("force", late, lambda: sound(self))

        patch.setattr(Controller, "_force", force)

    return put


def forces_late_for(reason: str) -> Callable[[Patch], None]:
    """Opening under load a minute after the stop, for this reason alone."""

    def put(patch: Patch) -> None:
        sound = Controller._force

        def force(self: Controller) -> None:
            if self.phase is Phase.STOPPING and self._stop == reason:
                self._timers.plan("force", 54.0, lambda: sound(self))
            else:
                sound(self)

        patch.setattr(Controller, "_force", force)

    return put


def no_overcurrent(patch: Patch) -> None:
    patch.setattr(CurrentWatch, "_tripped", lambda self: None)


def no_diode_check(patch: Patch) -> None:
    sound = Controller._ready

    def ready(self: Controller) -> bool:
        self.program.checks_diode = False
        return sound(self)

    patch.setitem(_STEPS, Phase.READY, ready)


def limit_0_ignored(patch: Patch) -> None:
    """While charging a limit of 0 is not seen."""
    sound = Controller._charging

    def charging(self: Controller) -> bool:
        kept = self.current_limit
        self.current_limit = kept or 6.0
        try:
            return sound(self)
        finally:
            self.current_limit = kept

    patch.setitem(_STEPS, Phase.CHARGING, charging)


def disable_ignored(patch: Patch) -> None:
    sound = Controller._leave_service

    def leave(self: Controller) -> bool:
        return self.phase not in (Phase.CHARGING, Phase.STOPPING) and sound(self)

    patch.setattr(Controller, "_leave_service", leave)


def leakage_late(patch: Patch) -> None:
    """A leakage opens 300 ms later than it is found."""
    sound = Controller._to_fault

    def to_fault(self: Controller) -> None:
        if self._alarms.faults()[0] != "F-02" or not self._contactor.wanted:
            sound(self)
            return
        contactor, keep = self._contactor, self._open
        self._open = lambda: None  # type: ignore[method-assign]
        sound(self)
        self._open = keep  # type: ignore[method-assign]
        self._scheduler.after(0.3, lambda: contactor.want(False))

    patch.setattr(Controller, "_to_fault", to_fault)


def s2_ignored(patch: Patch) -> None:
    sound = Controller._charging

    def charging(self: Controller) -> bool:
        self.program.waits_for_s2 = False
        try:
            return sound(self)
        finally:
            self.program.waits_for_s2 = True

    patch.setitem(_STEPS, Phase.CHARGING, charging)


def lock_not_waited_for(patch: Patch) -> None:
    """The lock is told to lock, and the contactor closes whether it has or not."""
    sound = Controller._ready

    def ready(self: Controller) -> bool:
        again = sound(self)
        waits = self._lock.commanded and not self._lock.feedback and self.phase is Phase.READY
        if waits and self.cp is PilotState.READY and not self._timers.running("close"):
            self._timers.plan("close", self.settings.close_after, self._close)
        return again

    patch.setitem(_STEPS, Phase.READY, ready)


def watchdog_ignored(patch: Patch) -> None:
    patch.setattr("simulators.pile.pile.Pile._watchdog_changed", lambda self: None)
    sound: Any = Controller.wanted

    def wanted(self: Controller) -> float:
        current: float = sound.fget(self)
        return current or min(self.current_limit, 6.0)

    patch.setattr(Controller, "wanted", property(wanted))


DEFECTS: dict[str, tuple[Callable[[Patch], None], str]] = {
    "forces only after a stop by register": (forces_only("remote_stop"), "no PWM"),
    "forces after 60 s unless stopped by register": (
        forces_only("remote_stop", late=54.0),
        "no PWM",
    ),
    "forces after 60 s when the watchdog stopped": (forces_late_for("watchdog"), "no PWM"),
    "over-current never trips": (no_overcurrent, "over-current"),
    "diode not checked": (no_diode_check, "proven diode"),
    "limit 0 ignored while charging": (limit_0_ignored, "limit 0"),
    "disable ignored while charging": (disable_ignored, "disabled"),
    "watchdog ignored": (watchdog_ignored, "watchdog"),
    "leakage opens 300 ms late": (leakage_late, "leakage|standing fault"),
    "lock not waited for": (lock_not_waited_for, "lock open"),
    "S2 ignored": (s2_ignored, "CP outside state 3"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_the_machine_finds_the_defect(name: str, monkeypatch: Patch) -> None:
    put, reason = DEFECTS[name]
    put(monkeypatch)
    with pytest.raises(AssertionError, match=reason):
        run_state_machine_as_test(PileUnderStimuli, settings=EXAMPLES)
