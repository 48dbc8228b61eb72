"""A second connection point of the same pile: worked beside the first, which is the one measured.

GB/T 18487.1-2023, 5.1.3: every connection point has its own protection and its own guidance, so
what happens at one may not be noticed at the other.
"""

from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.charging import begin_session, can_start
from harness.actions.context import StepContext
from harness.actions.injection import Ran, not_wired
from harness.actions.joint_given import (
    Passed,
    check_passed,
    earlier,
    is_state,
    require_passed,
    require_run,
)
from harness.actions.pilot_session import CLOSE_S2, charging_comes
from harness.actions.registry import CheckContext, Complaint, PointRef, StateOf, action
from harness.bench.roles import PILE
from harness.bench.simulated import seeded_faults
from harness.bench.sockets import no_second_point, points_of_one_pile
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError, UnknownNameError
from harness.fields import DurationField, QuantityField, TextField
from harness.limits import Equals, OneOf
from harness.quantity import Measurement
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

Shown = Annotated[dict[str, str | list[str]], PointRef(role=PILE), StateOf()]


def second_point(bench: "LoadedBench") -> str:
    """The role of the other connection point; empty where there is none."""
    return next((role for role in points_of_one_pile(bench) if role != PILE), "")


def _there(bench: "LoadedBench", _role: str, _given: dict[str, Any]) -> str:
    return no_second_point(bench)


def _can_charge(bench: "LoadedBench", _role: str, given: dict[str, Any]) -> str:
    return no_second_point(bench) or can_start(bench, second_point(bench), given)


def _at_other(step: StepContext) -> StepContext:
    """The same step, as it looks at the other connection point. Raises NotAvailableError."""
    role = second_point(step.bench.loaded)
    if not role:
        raise NotAvailableError(no_second_point(step.bench.loaded))
    other = copy(step)
    other.role = role
    return other


async def _do_by_hand(step: StepContext, does: str, ask: Text) -> None:
    """`step` is that of the other point."""
    where = Text(f"【另一接口】{ask.zh}", f"[{step.role}] {ask.en}")
    await step.do_by_hand(f"{does}@{step.role}", where)


def _judge(step: StepContext, reading: Measurement, wanted: str | list[str]) -> None:
    step.judge(reading, OneOf(list(wanted)) if isinstance(wanted, list) else Equals(wanted))


@action(
    "site.beside_does",
    kind="O",
    judges=False,
    limit="none",
    possible=_there,
    check=check_passed,
    title=Text("在另一接口操作", "Done at the other outlet"),
)
async def beside_does(
    step: StepContext, *, does: str, ask: TextField, if_passed: Passed = ()
) -> None:
    """Have the person do something at the other connection point."""
    require_passed(step, if_passed)
    await _do_by_hand(_at_other(step), does, ask)


@action(
    "site.beside_charge",
    kind="W",
    energises=True,
    writes=True,
    judges=False,
    limit="none",
    possible=_can_charge,
    check=check_passed,
    title=Text("另一接口充电", "Have the other outlet charge"),
)
async def beside_charge(
    step: StepContext,
    *,
    current: QuantityField | None = None,
    does: str = "close-s2",
    ask: TextField | None = None,
    within: DurationField = 10.0,
    watchdog: DurationField = 10.0,
    unguarded: bool = False,
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Bring about a charge at the other connection point; nothing is claimed by it.

    Where it does not charge within the time, the step is not run, and so are those that need it.
    """
    require_passed(step, if_passed)
    other = _at_other(step)
    await begin_session(other, current, watchdog, unguarded=unguarded)
    await _do_by_hand(other, does, ask or CLOSE_S2)
    await charging_comes(other, within, poll)


@action(
    "site.beside_shows",
    kind="R",
    limit="none",
    possible=_there,
    check=check_passed,
    title=Text("另一接口状态核对", "States of the other outlet"),
)
async def beside_shows(step: StepContext, *, states: Shown, if_passed: Passed = ()) -> None:
    """Expect states of the other connection point."""
    require_passed(step, if_passed)
    for name, reading in (await _at_other(step).read(list(states))).items():
        _judge(step, reading, states[name])


@action(
    "site.beside_stays",
    kind="R",
    limit="none",
    possible=_there,
    check=check_passed,
    title=Text("另一接口状态保持", "The other outlet stays as it is"),
)
async def beside_stays(
    step: StepContext,
    *,
    states: Shown,
    for_: Annotated[DurationField, Field(description="How long it is watched")] = 3.0,
    poll: DurationField = 0.2,
    if_passed: Passed = (),
) -> None:
    """Expect states of the other connection point all through a time; the first other one fails.

    It is what the pile says by polling: an interruption shorter than `poll` may not be seen.
    """
    require_passed(step, if_passed)
    other = _at_other(step)
    until = loop_time() + for_
    while True:
        found = await other.device.read(list(states), step.deadline)
        stays = all(is_state(found[name], wanted) for name, wanted in states.items())
        if not stays or loop_time() >= until:
            break
        await sleep_until(min(loop_time() + poll, until))
    for name, reading in found.items():
        step.measured(reading)
        _judge(step, reading, states[name])
    # What comes next looks at what has come of it, so it may not look sooner.
    await sleep_until(until)


def _wired(bench: "LoadedBench", fault: str) -> str:
    """What the fault is called where it is that of the other point: a relay of its own
    (`leakage-beside`), or the place in a simulation (`leakage@pile-2`)."""
    board = bench.model.devices.get("injector")
    relay = f"{fault}-beside"
    if board is not None and relay in board.faults:
        return relay
    return f"{fault}@{second_point(bench)}"


def _can_switch(bench: "LoadedBench", _role: str, given: dict[str, Any]) -> str:
    if why := no_second_point(bench):
        return why
    name = _wired(bench, given["fault"])
    if "@" not in name or second_point(bench) in bench.simulated_inside:
        return ""
    return not_wired(bench, f"{given['fault']}-beside")


def _check_fault(context: CheckContext) -> Iterator[Complaint]:
    if "if_passed" in context.parameters:
        yield from check_passed(context)
    else:
        yield from earlier(context, context.parameters["if_run"], "if_run")
    known, fault = seeded_faults(), context.parameters["fault"]
    if fault not in known:
        error = UnknownNameError("fault", fault, list(known))
        yield ("with", "fault"), error.detail, "a fault of the simulated bench"
    elif known[fault].energises:
        what = f"{fault} puts mains on the plug by itself"
        yield ("with", "fault"), what, "a fault that does not"


@action(
    "site.beside_fault",
    kind="W",
    writes=True,
    judges=False,
    limit="none",
    also=("injector",),
    possible=_can_switch,
    check=_check_fault,
    title=Text("在另一接口注入故障", "Inject a fault at the other outlet"),
)
async def beside_fault(step: StepContext, *, fault: str, if_passed: Passed = ()) -> None:
    """Switch a fault of the other connection point on. All faults are cleared at the end.

    On a bench with a relay board it is the fault `<name>-beside` there.
    """
    require_passed(step, if_passed)
    await step.bench.faults.switch(
        _wired(step.bench.loaded, fault), on=True, deadline=step.deadline
    )


@action(
    "site.beside_mended",
    kind="W",
    writes=True,
    judges=False,
    limit="none",
    also=("injector",),
    possible=_can_switch,
    check=_check_fault,
    title=Text("清除另一接口的故障", "Clear a fault of the other outlet"),
)
async def beside_mended(step: StepContext, *, fault: str, if_run: Ran = ()) -> None:
    """Switch a fault of the other connection point off."""
    require_run(step, if_run)
    await step.bench.faults.switch(
        _wired(step.bench.loaded, fault), on=False, deadline=step.deadline
    )
