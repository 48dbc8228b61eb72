"""Switching a device off, proving it dead, switching it on again.

Between the two its silence is what is wanted. The order of the proof is kept by the verbs
themselves: each reading names the step before it, which must have shown the reading that comes
first, so a procedure (or a selection of its steps) cannot measure insulation at live terminals.
"""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Literal

from harness.actions.bus_watching import earlier_step
from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, check_timed, require_passed, within_of
from harness.actions.person import reading
from harness.actions.registry import CheckContext, Complaint, PointName, StateOf, action
from harness.bench.isolation import Isolation
from harness.clock import Deadline, loop_time, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.errors import (
    BadReplyError,
    BenchError,
    ConnectionFailedError,
    DeviceError,
    DeviceLostError,
    NoReplyError,
    NotAvailableError,
    UsageError,
)
from harness.fields import DurationField, TextField
from harness.limits import Range, describe
from harness.quantity import Measurement, known_unit, same_dimension
from harness.text import Text
from harness.verdict import Verdict

SILENT = (NoReplyError, DeviceLostError, ConnectionFailedError)
_IN_A_ROW = 3
"""So many requests without any answer are silence; one may get lost on the way."""
_POLL = 0.3
_ONE_READ = 5.0
SHOWN = (Verdict.PASS, Verdict.CONDITIONAL_PASS)
"""What shows that something is so."""

Place = Literal["tester", "line_neutral", "line_earth", "neutral_earth", "tester_again"]
ORDER: dict[str, str] = {
    "tester": "known_source_voltage",
    "line_neutral": "terminal_voltage_ln",
    "line_earth": "terminal_voltage_lpe",
    "neutral_earth": "terminal_voltage_npe",
    "tester_again": "known_source_voltage",
}
"""The places in the order of the proof -> the quantity that is measured there."""
_PLACES = list(ORDER)


def watched_point(device: ModbusDevice) -> str:
    """The point that shows whether the device talks."""
    return "charging_state" if device.has("charging_state") else next(iter(device.profile.points))


async def answers(device: ModbusDevice, point: str, deadline: Deadline) -> bool:
    """Whether anything comes back, be it a refusal or a damaged frame."""
    try:
        await device.read([point], deadline, attempts=1)
    except SILENT:
        return False
    except (DeviceError, BadReplyError):
        return True
    return True


# Off


@action(
    "pile.goes_silent",
    kind="R",
    limit="needed",
    check=check_timed,
    title=Text("断电后通信中断", "Silent once switched off"),
)
async def goes_silent(
    step: StepContext, *, does: str, ask: TextField, if_passed: Passed = ()
) -> None:
    """Have the person switch the pile off, and judge how soon it no longer answers.

    It has to answer before. Silence is three requests in a row without a byte; the time is that of
    the first of them, after the person confirmed. From now on the run expects the silence.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    await step.read_one(watched_point(step.modbus))
    await until_silent(step, limit.high, does, ask)


async def until_silent(step: StepContext, within: float, does: str, ask: Text) -> None:
    """Have the person switch it off, watch it meanwhile, and judge how soon it is silent.

    `within` seconds after the person confirmed nothing is waited for any more.
    """
    device = step.modbus
    point = watched_point(device)
    isolation = step.bench.isolated[device.role] = Isolation(step.step)
    acting = asyncio.create_task(step.do_by_hand(does, ask))
    confirmed: float | None = None  # when the person said that it is done
    last_answer = loop_time()
    silent_since: float | None = None
    silences = 0
    try:
        while True:
            if confirmed is None and acting.done():
                acting.result()  # a refusal ends the step here
                confirmed = loop_time()
            asked = loop_time()
            # Silence while the person was still at it is not enough: it has to last.
            if confirmed is not None and (
                silences >= _IN_A_ROW or asked > confirmed + within + _POLL
            ):
                break
            if await answers(device, point, Deadline.after(_ONE_READ)):
                silences, silent_since, last_answer = 0, None, asked
            else:
                silences += 1
                silent_since = asked if silent_since is None else silent_since
            await sleep(_POLL)
    except NotAvailableError:
        step.bench.isolated.pop(device.role, None)  # nobody has switched anything
        raise
    finally:
        if not acting.done():
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)
    isolation.silent = silent = silences >= _IN_A_ROW and silent_since is not None
    if not silent:
        step.bench.isolated.pop(device.role, None)  # it answers: its silence is not expected
    waited = max(last_answer - confirmed, 0.0)
    start = step.clock.start.loop_time
    if silent:
        assert silent_since is not None
        step.measured(
            Measurement(
                name=LAST_ANSWER,
                value=round(last_answer - start, 3),
                unit="s",
                uncertainty=round(silent_since - last_answer, 3),
                source=step.role,
                at=step.clock.elapsed(),
            )
        )
    after = 0.0 if silent_since is None else max(silent_since - confirmed, 0.0)
    step.judge(
        Measurement(
            name="time_to_silence",
            value=round(after, 3) if silent else None,
            unit="s",
            uncertainty=round(min(after, after - waited), 3) if silent else None,
            at_least=None if silent else round(waited, 3),
            source=step.role,
            at=step.clock.elapsed(),
            note="" if silent else "it still answers",
        )
    )


LAST_ANSWER = "last_answer"
"""When the device answered for the last time (s since the start of the record)."""


# On


@action(
    "pile.comes_back",
    kind="R",
    limit="needed",
    check=check_timed,
    title=Text("恢复供电", "Back once switched on"),
)
async def comes_back(
    step: StepContext,
    *,
    does: str,
    ask: TextField,
    is_: Annotated[str | list[str], StateOf("point")] = "idle",
    point: PointName = "charging_state",
    poll: DurationField = 0.5,
    if_passed: Passed = (),
) -> None:
    """Have the person switch the pile on, and judge how soon it answers and shows the state
    (or one of them).

    While it starts it says nothing; that is no failure before the time is up. Terminals that may
    still hold the charge of an insulation test are not switched on.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    device = step.modbus
    isolation = step.bench.isolated.get(device.role)
    if isolation is not None and isolation.charged:
        raise NotAvailableError("the charge of the insulation test was not shown to be gone")
    await step.do_by_hand(does, ask)
    if isolation is not None:
        isolation.dead = False  # what was measured dead has been switched on
    wanted = [is_] if isinstance(is_, str) else is_
    started = not_yet = loop_time()
    shown: Measurement | None = None
    note = "no answer"
    while True:
        asked = loop_time()
        try:
            shown = (await device.read([point], Deadline.after(_ONE_READ), attempts=1))[point]
        except SILENT:
            shown = None
        except BenchError as error:
            shown, note = None, error.detail
        if shown is not None:
            step.bench.isolated.pop(device.role, None)
            if shown.value in wanted:
                break
            note = f"still {shown.value}"
        not_yet = asked
        if asked > started + limit.high or step.deadline.passed():
            break
        await sleep(poll)
    there = shown is not None and shown.value in wanted
    now = loop_time()
    if shown is not None:
        step.measured(shown)
    step.judge(
        Measurement(
            name=f"{point}.time_to_{wanted[0]}",
            value=round(now - started, 3) if there else None,
            unit="s",
            uncertainty=round(now - not_yet, 3) if there else None,
            at_least=None if there else round(not_yet - started, 3),
            source=step.role,
            at=step.clock.elapsed(),
            transactions=shown.transactions if shown is not None else [],
            note="" if there else note,
        )
    )


# Proving dead


def check_unit(context: CheckContext) -> Iterator[Complaint]:
    """The unit of a reading is known, and its limit is one with low or high in such a unit."""
    try:
        unit = known_unit(context.parameters["unit"])
    except UsageError as error:
        what, _, expected = error.detail.partition("; expected ")
        yield ("with", "unit"), what, expected
        return
    limit = context.limit
    if limit is None:
        return
    words = f"a limit with low or high, in {unit}"
    if not isinstance(limit, Range):
        context.limit_problem(f"{context.step.do} cannot judge by {describe(limit)}", words)
    elif not same_dimension(limit.unit, unit):
        what = f"the limit is in {limit.unit}, the reading in {unit}"
        context.limit_problem(what, f"a limit in {unit}")


def check_dead(context: CheckContext) -> Iterator[Complaint]:
    """Everything but the tester comes after a step; the limit is a voltage."""
    given = context.parameters
    if given["after"] is None and given["place"] != _PLACES[0]:
        expected = f"the step that measured {_before(given['place'])}"
        yield ("with",), f"{given['place']} without `after`", expected
    yield from earlier_step(context, "after")
    yield from check_unit(context)
    yield from check_passed(context)


def _before(place: str) -> str:
    return _PLACES[_PLACES.index(place) - 1]


@action(
    "operator.prove_dead",
    kind="I",
    limit="needed",
    check=check_dead,
    title=Text("验电", "Prove dead"),
)
async def prove_dead(
    step: StepContext,
    *,
    ask: TextField,
    place: Place,
    instrument: str,
    after: str | None = None,
    unit: str = "V",
    device: str = "pile",
    if_passed: Passed = (),
) -> None:
    """One reading of the proof that the terminals are dead; five of them make the proof.

    The tester is proved on a known source, then L-N, L-PE and N-PE are measured, then the tester is
    proved again. `after` is the step with the reading before this one: unless that step has passed
    with that very reading, nothing is measured.
    """
    require_passed(step, if_passed)
    isolation = step.bench.isolated.get(device)
    if isolation is None:
        raise NotAvailableError(f"nobody has switched the {device} off in this run")
    if place != _PLACES[0]:
        _require_reading(step, after, _before(place))
    quantity = ORDER[place]
    if place == _PLACES[0]:
        isolation.voltages, isolation.dead = [], False
    await reading(step, ask=ask, quantity=quantity, unit=unit, instrument=instrument)
    if any(verdict not in SHOWN for verdict in step.verdicts):
        return
    if place == _PLACES[-1]:
        isolation.dead = len(isolation.voltages) == len(_PLACES) - 2
    elif place != _PLACES[0]:
        isolation.voltages.append(step.memory.measurements[step.step][-1])


def _require_reading(step: StepContext, after: str | None, place: str) -> None:
    """Raises NotAvailableError unless that step has passed with the reading of that place."""
    quantity = ORDER[place]
    kept = step.memory.measurements.get(after or "", [])
    shown = step.memory.verdicts.get(after or "") in SHOWN
    if not shown or all(one.name != quantity for one in kept):
        raise NotAvailableError(f"not measured: step {after} has not shown {quantity} first")


def require_dead(step: StepContext, device: str) -> Isolation:
    """What is known of a device that is proved dead. Raises NotAvailableError."""
    isolation = step.bench.isolated.get(device)
    if isolation is None or not isolation.dead:
        raise NotAvailableError(f"the {device} is not proved dead")
    return isolation
