"""A part of the car: its attributes are its condition, and every change of one is counted.

Control units send what follows from the car's condition. They need to know only one thing: has
anything changed since they looked? So setting any attribute of any part, by a hand, by the car's
own logic or by a seeded fault, counts up the revision of the site.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from simulators.scheduler import Scheduler
from simulators.trace import Trace


class Site:
    """What every part of one car shares: time, recorder, seeded numbers, ambient temperature."""

    __slots__ = ("ambient", "random", "revision", "scheduler", "trace")

    def __init__(
        self,
        scheduler: Scheduler,
        trace: Trace,
        random: Callable[[str], Random],
        ambient: Callable[[], float],
    ) -> None:
        self.scheduler = scheduler
        self.trace = trace
        self.random = random
        """A source of numbers of its own for each part, by name."""
        self.ambient = ambient
        """Air temperature (°C)."""
        self.revision = 0
        """Counts the discrete changes of the car."""


_NOTHING = object()


class Part:
    """Base of all parts. A list or dict in an attribute is replaced, never changed in place.

    Attributes that begin with an underscore are books of continuous quantities: they do not count.
    """

    site: Site

    def __init__(self, site: Site) -> None:
        object.__setattr__(self, "site", site)

    def __setattr__(self, name: str, value: Any) -> None:
        before = self.__dict__.get(name, _NOTHING)
        object.__setattr__(self, name, value)
        if name[0] != "_" and before is not value and before != value:
            self.site.revision += 1

    @property
    def t(self) -> float:
        """The simulated time (s)."""
        return self.site.scheduler.t

    def note(self, name: str, value: bool | float | int | str) -> None:
        """Put an entry into the trace."""
        self.site.trace.note(self.site.scheduler.t, f"car.{name}", value)
