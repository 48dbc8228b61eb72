"""S2 opened many times at moments that lie differently to anything periodic in the pile."""

from math import sqrt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions import injection
from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.pilot_session import ShownIfThere, look_for
from harness.actions.registry import action
from harness.actions.timing import Look
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

_SHARE = (sqrt(5) - 1) / 2
"""Multiples of it, less their whole part, lie evenly in [0, 1), however many there are."""
_SPAN = 0.5
"""Seconds over which the moments are moved: some periods of any pile in question."""
_HELD = 0.25
"""Seconds for which S2 is held open; the supply has to be off after 100 ms."""
_STATED = 3.0
"""Seconds in which a pile has to supply again, by the standard."""
_SHUT = 4.0
"""Seconds to supply again: 3 s by the standard, and some for the register."""


def _can_open(bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    return injection.not_wired(bench, parameters["fault"])


@action(
    "pile.open_s2_often",
    kind="W",
    energises=True,
    judges=False,
    limit="none",
    check=check_passed,
    also=("injector",),
    possible=_can_open,
    title=Text("多次断开 S2", "S2 opened many times"),
)
async def open_s2_often(
    step: StepContext,
    *,
    shows: ShownIfThere,
    times: Annotated[int, Field(ge=2, le=40, description="How often")] = 16,
    fault: Annotated[str, Field(description="The relay that opens S2")] = "s2-opened",
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Have the injector open S2 for a quarter of a second, again and again, in a running session.

    The moments are moved by a share of 0.5 s that is different every time and spreads evenly, so
    that the openings meet every phase of whatever the pile does periodically. S2 opens as soon as
    the pile shows that it supplies again (the states `shows`, of the points that it has), as a rule
    before the vehicle draws: a contactor that opens without load does not wear. What a pile shows
    besides its main contacts may lag behind them, so one without them is given the 3 s that it may
    take. When the pile does not supply again within 4 s, no more openings are made; what was
    recorded is for a later step to judge.
    """
    require_passed(step, if_passed)
    if not step.bench.faults.possible:
        raise NotAvailableError("this bench has no fault injector")
    if "pile" not in step.bench.energised:
        raise NotAvailableError("this run has started no session that could go on")
    supplies = look_for(step, shows)
    wait = 0.0 if step.device.has("contactor_state") else _STATED
    for number in range(times):
        await sleep_until(loop_time() + (number * _SHARE % 1.0) * _SPAN)
        await step.bench.faults.switch(fault, on=True, deadline=step.deadline)
        await sleep_until(loop_time() + _HELD)
        await step.bench.faults.switch(fault, on=False, deadline=step.deadline)
        await sleep_until(loop_time() + wait)
        if not await _comes(step, supplies, poll):
            return


async def _comes(step: StepContext, supplies: Look, poll: float) -> bool:
    until = min(loop_time() + _SHUT, step.deadline.at)
    while not (await supplies())[0]:
        if loop_time() >= until:
            return False
        await sleep_until(loop_time() + poll)
    return True
