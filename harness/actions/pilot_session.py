"""Sessions whose vehicle is worked by hand: authorised first, the supply follows S2."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.charging import begin_session, can_start, can_stop, recording
from harness.actions.context import StepContext
from harness.actions.injection import not_wired
from harness.actions.joint_given import (
    Passed,
    check_passed,
    check_timed,
    is_state,
    require_passed,
    within_of,
)
from harness.actions.registry import (
    PointRef,
    StateOf,
    action,
)
from harness.actions.timing import Look, time_until
from harness.bench.sequences import perform
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField, TextField
from harness.quantity import Measurement
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

Shown = Annotated[dict[str, str | list[str]], PointRef(role="pile"), StateOf()]
ShownIfThere = Annotated[
    dict[str, str | list[str]], PointRef(role="pile", optional=True), StateOf()
]
"""States of those points that this pile has."""
CLOSE_S2 = Text(
    "请闭合车辆模拟器的 S2。枪头将带电。",
    "Close S2 of the vehicle simulator. The plug becomes live.",
)


_SUPPLY_COMES = 3.0


def _can_take(bench: "LoadedBench", role: str, parameters: dict[str, Any]) -> str:
    """Why such a session cannot be started on this bench."""
    if why := can_start(bench, role, parameters):
        return why
    profile, current = bench.profiles[role], parameters.get("current")
    rated = profile.ratings.get("current")
    if current is not None and rated is not None and current.to("A") > rated.to("A"):
        return f"{profile.id} is rated {rated}, less than {current}"
    return ""


def _can_take_for(bench: "LoadedBench", role: str, parameters: dict[str, Any]) -> str:
    """The same, of a charge that is there for a fault to be brought in."""
    fault = parameters.get("for_fault")
    return _can_take(bench, role, parameters) or (not_wired(bench, fault) if fault else "")


def look_for(step: StepContext, shows: dict[str, str | list[str]]) -> Look:
    """Whether every point that this pile has shows its state.

    Raises NotAvailableError when it has none of them.
    """
    wanted = {name: one for name, one in shows.items() if step.device.has(name)}
    if not wanted:
        raise NotAvailableError(f"the pile has none of {', '.join(shows)}")

    async def look() -> tuple[bool, list[Measurement]]:
        readings = await step.device.read(list(wanted), step.deadline)
        there = all(is_state(readings[name], one) for name, one in wanted.items())
        return there, [readings[name] for name in wanted]

    return look


@action(
    "pile.attempt",
    kind="W",
    energises=True,
    writes=True,
    judges=False,
    sequence="start",
    possible=_can_take,
    limit="none",
    check=check_passed,
    title=Text("授权启动", "Authorise a session"),
)
async def attempt(
    step: StepContext,
    *,
    current: QuantityField | None = None,
    healthy: Annotated[bool, Field(description="Only while the pile shows no fault")] = True,
    watchdog: DurationField = 10.0,
    unguarded: bool = False,
    if_passed: Passed = (),
) -> None:
    """Send a start; what comes of it is for later steps to judge.

    A pile that shows a fault already would refuse for that reason: then the step is not run,
    unless the fault is what it is about.
    """
    require_passed(step, if_passed)
    if healthy and step.device.has("fault_flags"):
        standing = (await step.read_one("fault_flags")).value
        if isinstance(standing, list) and standing:
            raise NotAvailableError(f"the pile shows {', '.join(standing)} before it is started")
    await begin_session(step, current, watchdog, unguarded=unguarded)


@action(
    "pile.live_by_hand",
    kind="O",
    energises=True,
    limit="needed",
    check=check_timed,
    title=Text("手动操作后通电", "Live after something done by hand"),
)
async def live_by_hand(
    step: StepContext,
    *,
    shows: ShownIfThere,
    does: str,
    ask: TextField,
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Have the person do what puts mains on the plug, and judge how long until the pile shows it.

    Only in a session that this run has started, with the watchdog armed.
    """
    require_passed(step, if_passed)
    if "pile" not in step.bench.energised:
        raise NotAvailableError("this run has started no session that could go on")
    limit = within_of(step)
    await step.do_by_hand(does, ask)
    await time_until(step, "time_to_shown", look_for(step, shows), limit, poll=poll)


@action(
    "pile.charge_by_hand",
    kind="W",
    energises=True,
    writes=True,
    sequence="start",
    possible=_can_take,
    limit="needed",
    check=check_timed,
    title=Text("授权后手动闭合 S2 充电", "Authorise, then close S2 by hand"),
)
async def charge_by_hand(
    step: StepContext,
    *,
    shows: ShownIfThere,
    current: QuantityField | None = None,
    does: str = "close-s2",
    ask: TextField | None = None,
    watchdog: DurationField = 10.0,
    unguarded: bool = False,
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Start a session, have S2 closed, and judge how long after that the pile shows it."""
    require_passed(step, if_passed)
    limit = within_of(step)
    await begin_session(step, current, watchdog, unguarded=unguarded)
    await step.do_by_hand(does, ask or CLOSE_S2)
    started = loop_time()
    look = look_for(step, shows)
    await time_until(step, "time_to_shown", look, limit, started=started, poll=poll)


@action(
    "pile.prepare_charge",
    kind="W",
    energises=True,
    writes=True,
    judges=False,
    sequence="start",
    possible=_can_take_for,
    limit="none",
    check=check_passed,
    title=Text("准备充电状态", "Have it charge"),
)
async def prepare_charge(
    step: StepContext,
    *,
    current: QuantityField | None = None,
    does: str = "close-s2",
    ask: TextField | None = None,
    within: DurationField = 10.0,
    watchdog: DurationField = 10.0,
    unguarded: bool = False,
    poll: DurationField = 0.1,
    for_fault: Annotated[
        str | None, Field(description="Only where the bench can bring this fault in")
    ] = None,
    if_passed: Passed = (),
) -> None:
    """Bring about a charge for what comes next; nothing is claimed by it.

    When the pile does not charge within the time, the step is not run, and so are those that need
    it.
    """
    require_passed(step, if_passed)
    await begin_session(step, current, watchdog, unguarded=unguarded)
    await step.do_by_hand(does, ask or CLOSE_S2)
    await charging_comes(step, within, poll)


async def charging_comes(step: StepContext, within: float, poll: float) -> None:
    """Wait until the pile of the step's role charges. Raises NotAvailableError."""
    until = loop_time() + within
    while (await step.read_one("charging_state")).value != "charging":
        if loop_time() >= until:
            raise NotAvailableError(f"the {step.role} does not charge within {within:g} s")
        await sleep_until(loop_time() + poll)
    # Some piles report a charge as soon as the vehicle is ready: mains has 3 s from there.
    await sleep_until(loop_time() + _SUPPLY_COMES)


@action(
    "pile.command_stop",
    kind="W",
    writes=True,
    judges=False,
    sequence="stop",
    possible=can_stop,
    limit="none",
    check=check_passed,
    title=Text("发出停止命令", "Command a stop"),
)
async def command_stop(step: StepContext, *, if_passed: Passed = ()) -> None:
    """Send a stop; what comes of it is for later steps to judge."""
    require_passed(step, if_passed)
    device = step.modbus
    assert device.profile.safe_state is not None  # see `can_stop`
    await perform(
        device,
        device.profile.safe_state.sequence,
        step.deadline,
        on_write=recording(step, device),
        before_write=lambda point: step.bench.remember(device, point, step.deadline),
    )
