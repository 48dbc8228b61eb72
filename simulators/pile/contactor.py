"""The contactor C1/C2: coil, main contacts, auxiliary contact."""

from collections.abc import Callable

from simulators.scheduler import Event, Scheduler
from simulators.trace import Trace

_COOLS_IN = 20.0
"""Seconds until a hot coil holds again."""


class Contactor:
    """Main contacts follow the coil after the mechanical delay.

    The coil is fed by the controller's output through the emergency-stop chain. `changed` is
    called before the main contacts move (with False) and after (with True).
    """

    def __init__(
        self,
        scheduler: Scheduler,
        trace: Trace,
        *,
        pull_in: float,
        release: float,
        changed: Callable[[bool], None],
    ) -> None:
        self._scheduler = scheduler
        self._trace = trace
        self.pull_in = pull_in
        self.release = release
        """Mechanical delays (s); a worn or dirty contactor releases late."""
        self._changed = changed
        self._moving: Event | None = None
        self._wanted = False
        self._chain_closed = True
        self._welded = False
        self._welds_on_closing = False
        self._coil_sound = True
        self._output_stuck = False
        self._auxiliary_stuck: bool | None = None
        self.coil_lasts: float | None = None
        """Seconds after which a defective coil gets too hot to hold; None: it holds."""
        self._hot: Event | None = None
        self.closed = False
        """Main contacts."""

    # Defects

    @property
    def welded(self) -> bool:
        """The main contacts have welded: closed whatever the coil does."""
        return self._welded

    @welded.setter
    def welded(self, on: bool) -> None:
        self._welded = on
        self._follow(at_once=on)

    @property
    def welds_on_closing(self) -> bool:
        """Worn contacts: they weld when they close the next time."""
        return self._welds_on_closing

    @welds_on_closing.setter
    def welds_on_closing(self, on: bool) -> None:
        self._welds_on_closing = on
        if not on:
            self.welded = False

    @property
    def coil_sound(self) -> bool:
        return self._coil_sound

    @coil_sound.setter
    def coil_sound(self, sound: bool) -> None:
        self._coil_sound = sound
        self._follow()

    @property
    def output_stuck(self) -> bool:
        """The controller's output transistor conducts whatever the program wants."""
        return self._output_stuck

    @output_stuck.setter
    def output_stuck(self, on: bool) -> None:
        self._output_stuck = on
        self._follow()

    @property
    def auxiliary_stuck(self) -> bool | None:
        """The auxiliary contact is stuck closed (True) or open (False); None: it works."""
        return self._auxiliary_stuck

    @auxiliary_stuck.setter
    def auxiliary_stuck(self, state: bool | None) -> None:
        self._auxiliary_stuck = state
        self._changed(True)

    # Operation

    @property
    def wanted(self) -> bool:
        """What the controller's program wants: closed?"""
        return self._wanted

    @property
    def command(self) -> bool:
        """What stands at the controller's output."""
        return self._wanted or self._output_stuck

    @property
    def feedback(self) -> bool:
        """What the auxiliary contact reports: closed?"""
        return self.closed if self._auxiliary_stuck is None else self._auxiliary_stuck

    def want(self, closed: bool) -> None:
        """The controller's program wants the contactor closed or open."""
        if closed != self._wanted:
            self._wanted = closed
            state = "closed" if self.command else "open"
            self._trace.note(self._scheduler.t, "contactor_command", state)
            self._follow()

    def set_chain(self, closed: bool) -> None:
        """The emergency-stop chain feeds the coil or does not."""
        if closed != self._chain_closed:
            self._chain_closed = closed
            self._follow()

    def _goal(self) -> bool:
        energised = self.command and self._chain_closed and self._coil_sound
        return energised or self._welded

    def _follow(self, *, at_once: bool = False) -> None:
        if self._moving is not None:
            self._moving.cancel()
            self._moving = None
        goal = self._goal()
        if goal == self.closed:
            return
        if at_once:
            self._move(goal)
            return
        delay = self.pull_in if goal else self.release
        self._moving = self._scheduler.after(delay, lambda: self._move(goal))

    def _move(self, closed: bool) -> None:
        self._moving = None
        self._changed(False)
        self.closed = closed
        self._welded = self._welded or (closed and self._welds_on_closing)
        self._trace.note(self._scheduler.t, "contactor", "closed" if closed else "open")
        self._warm(closed)
        self._changed(True)

    def _warm(self, closed: bool) -> None:
        if self._hot is not None:
            self._hot.cancel()
            self._hot = None
        if closed and self.coil_lasts is not None:
            self._hot = self._scheduler.after(self.coil_lasts, self._drop_out)

    def _drop_out(self) -> None:
        """The hot coil lets go. It holds again once it is cold, which the next closing finds."""
        self._hot = None
        self.coil_sound = False
        self._scheduler.after(_COOLS_IN, self._cool)

    def _cool(self) -> None:
        self.coil_sound = True
