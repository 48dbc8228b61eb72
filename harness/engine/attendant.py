"""Who attends an exam, as the engine sees him: he decides what is kept from the candidate.

The engine stays the engine: it runs the same steps with the same safety. The attendant brings in
what is hidden, asks the candidate for his own verdicts, keeps the clock, and holds the key of what
is withheld. `harness.assess` has the one that exams use.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Protocol

from harness.actions.context import StepContext
from harness.bench.bench import Bench
from harness.engine.plan import PlannedStep
from harness.events import Event, Transaction
from harness.text import Text
from harness.verdict import Verdict


class Attendant(Protocol):
    """The engine's view of an exam."""

    roles: Collection[str]
    """Roles that any case of the scenario needs, so that what is opened tells nothing."""
    task: "asyncio.Task[object] | None"
    """The run; cancelled when the time is over."""

    def withholds(self, event: Event) -> bool:
        """Whether the event is kept from the candidate until the end."""
        ...

    def close(self, event: Event) -> Event:
        """The event, unreadable until the end."""
        ...

    def hides(self, transaction: Transaction) -> bool:
        """Whether an exchange on a Modbus line is kept from the candidate."""
        ...

    def padding(self, count: int) -> Event | None:
        """A withheld line that says nothing, when `count` lines may not stand alone."""
        ...

    def announced(self, bench: Bench, emit: Callable[[Event], None]) -> None:
        """The plan is on record: say what exam this is."""
        ...

    async def prepare(self) -> None:
        """The bench is open: bring in what is there from the start; the clock begins."""
        ...

    async def before(self, planned: PlannedStep) -> None:
        """Bring in what comes before this step."""
        ...

    def attend(self, context: StepContext) -> None:
        """A step has begun: the candidate's tools work under it from now on."""
        ...

    async def conclude(self, context: StepContext, verdict: Verdict | None) -> None:
        """Ask the candidate for his own verdict, where the scenario wants one."""
        ...

    async def after(self, planned: PlannedStep, *, bench_failed: bool) -> list[str]:
        """The step has ended; the steps that the candidate wants to do once more."""
        ...

    def finished(self) -> None:
        """Every step of every procedure has had its turn."""
        ...

    def interrupted(self) -> Text | None:
        """Why the exam itself ended the run; None when it did not."""
        ...

    def ending(self) -> list[Event]:
        """What is told when it is over, before anything else: the key, and what was left."""
        ...
