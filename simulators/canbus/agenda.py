"""What the buses of one world have to do, in exact order of time, many things at a stroke.

A scheduler event and a turn of the event loop for every CAN frame would cost more than the frame.
So all buses of a scheduler share one agenda, which has one event in the scheduler: the next thing
to do. When that event comes, the agenda carries out everything that is due until `now`, sets the
scheduler's time for each, and stops before the next event of anybody else. So the order is the
same as with an event for each, and whoever asks the world then sees it at that time.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import ClassVar, Protocol
from weakref import WeakValueDictionary

from simulators.scheduler import Event, Scheduler

Deed = Callable[[float], None]
"""Something to do at a time. It is given that time (seconds of the scheduler)."""


class Starter(Protocol):
    """Traffic that begins only when everything of the same moment has been done."""

    def start(self, t: float) -> None:
        """Begin what can begin now."""
        ...


class Agenda:
    """The deeds of all buses on one scheduler. `now` says how far the world has to be."""

    _all: ClassVar[WeakValueDictionary[int, "Agenda"]] = WeakValueDictionary()
    """By the id of the scheduler, which lives as long as its agenda."""

    def __init__(self, scheduler: Scheduler, now: Callable[[], float] | None = None) -> None:
        self.scheduler = scheduler
        self.now = now
        self.running = False
        self._starting: list[Starter] = []
        self._deeds: list[tuple[float, int, Deed]] = []
        self._number = count()
        self._event: Event | None = None

    @classmethod
    def of(cls, scheduler: Scheduler, now: Callable[[], float] | None = None) -> "Agenda":
        """The agenda of a scheduler: the same for all its buses."""
        agenda = cls._all.get(id(scheduler))
        if agenda is None:
            agenda = cls._all[id(scheduler)] = cls(scheduler)
        if now is not None:
            agenda.now = now
        return agenda

    def plan(self, at: float, deed: Deed) -> None:
        """Do it at `at`; at once if that is past. Whoever no longer wants it ignores the call."""
        t = self.scheduler.t
        at = at if at > t else t
        heappush(self._deeds, (at, next(self._number), deed))
        if not self.running and (self._event is None or at < self._event.at):
            self._call_me()

    def plan_start(self, at: float, traffic: Starter) -> None:
        """Start traffic at `at`, after everything else that happens at that moment."""
        if self.running and at <= self.scheduler.t:
            self._starting.append(traffic)
        else:
            self.plan(at, lambda _t: self._starting.append(traffic))

    def catch_up(self) -> None:
        """Bring the world to `now`: before anything that somebody outside of it does to a bus."""
        if self.now is not None and (now := self.now()) > self.scheduler.t:
            self.scheduler.run_to(now)

    def _call_me(self) -> None:
        if self._event is not None:
            self._event.cancel()
        scheduler = self.scheduler
        self._event = scheduler.after(self._deeds[0][0] - scheduler.t, self._run)

    def _run(self) -> None:
        scheduler, deeds, starting = self.scheduler, self._deeds, self._starting
        until = deeds[0][0] if self.now is None else max(deeds[0][0], self.now())
        next_event = scheduler.next_event
        self._event = None
        self.running = True
        try:
            while deeds and deeds[0][0] <= until:
                at = deeds[0][0]
                other = next_event()
                if other is not None and other <= at:
                    break
                scheduler.t = at
                while deeds and deeds[0][0] <= at:
                    heappop(deeds)[2](at)
                if starting:
                    for traffic in starting:
                        traffic.start(at)
                    starting.clear()
        finally:
            self.running = False
            if deeds:
                self._call_me()
