"""Waiting for a state, and watching that a state holds."""

from harness.actions.context import StepContext
from harness.actions.registry import PointName, action
from harness.actions.timing import time_until
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import Equals, OneOf, Within
from harness.quantity import Measurement, Quality
from harness.text import Text


@action("pile.wait_for", kind="R", limit="needed", title=Text("等待状态", "Wait for a state"))
async def wait_for(
    step: StepContext,
    *,
    point: PointName,
    is_: str | list[str],
    poll: DurationField = 0.1,
    does: str | None = None,
    ask: TextField | None = None,
) -> None:
    """Time how long a point takes to reach a state, after the person did `does`.

    The poll interval is the uncertainty of the time. If the state is there already before
    anything was done, nothing can be concluded.
    """
    if not isinstance(step.limit, Within):
        raise NotAvailableError(f"step {step.step} needs a limit of the form `within: 3 s`")
    wanted = [is_] if isinstance(is_, str) else is_
    before = await step.read_one(point)
    await step.do_by_hand(does, ask)
    if does is not None and before.value in wanted:
        step.judge(
            Measurement(
                name=f"{point}.time_to_{wanted[0]}",
                value=None,
                unit="s",
                quality=Quality.STALE,
                source=step.role,
                at=step.clock.elapsed(),
                transactions=before.transactions,
                note=f"{point} was {before.value} before the action",
            )
        )
        return

    async def there() -> tuple[bool, list[Measurement]]:
        reading = (await step.device.read([point], step.deadline))[point]
        return reading.value in wanted, [reading]

    await time_until(step, f"{point}.time_to_{wanted[0]}", there, step.limit, poll=poll)


@action("pile.holds", kind="R", title=Text("状态保持", "A state holds"))
async def holds(
    step: StepContext,
    *,
    point: PointName,
    is_: str | list[str],
    for_: DurationField,
    poll: DurationField = 0.2,
    does: str | None = None,
    ask: TextField | None = None,
) -> None:
    """Expect a point to stay in a state for a while, after the person did `does`."""
    limit = OneOf(list(is_)) if isinstance(is_, list) else Equals(is_)
    await step.do_by_hand(does, ask)
    until = loop_time() + for_
    while True:
        reading = (await step.device.read([point], step.deadline))[point]
        wanted = reading.value in is_ if isinstance(is_, list) else reading.value == is_
        if not wanted or loop_time() >= until:
            break
        await sleep_until(min(until, loop_time() + poll))
    step.measured(reading)
    step.judge(reading, limit)


@action(
    "bench.wait",
    kind="O",
    judges=False,
    limit="none",
    title=Text("等待", "Wait"),
)
async def wait(step: StepContext, *, for_: DurationField) -> None:
    """Let time pass."""
    await sleep_until(min(step.deadline.at, loop_time() + for_))
