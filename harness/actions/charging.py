"""Starting and stopping a charging session. These verbs put mains on the plug."""

from typing import TYPE_CHECKING, Any

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, require_passed
from harness.actions.registry import action
from harness.actions.timing import time_until
from harness.bench.sequences import Command, OnWrite, holds, perform
from harness.clock import loop_time, sleep_until
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.points import Point, in_choices
from harness.errors import NotAvailableError
from harness.events import Written
from harness.fields import DurationField, QuantityField, TextField
from harness.limits import Within
from harness.quantity import Measurement, Quantity, Value, convert
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

_SLOW_START = 15.0
_LIMIT = "current_limit"
_SHOWN_WITHIN = 2.0
"""Seconds from the start until a pile shows its current that shows it in a session only."""


def can_start(bench: "LoadedBench", role: str, parameters: dict[str, Any]) -> str:
    profile = bench.profiles.get(role)
    if profile is None:
        return f"the bench has no {role}"
    if "start" not in profile.sequences or profile.safe_state is None:
        return f"the profile {profile.id} does not say how charging is started and stopped"
    if profile.watchdog is None and not parameters.get("unguarded"):
        return f"{profile.id} has no watchdog: nothing would stop it if the harness were killed"
    return ""


def can_stop(bench: "LoadedBench", role: str, _parameters: dict[str, Any]) -> str:
    """Why a pile cannot be stopped on this bench; empty when it can."""
    profile = bench.profiles.get(role)
    if profile is None or profile.safe_state is None:
        return "the profile does not say how charging is stopped"
    return ""


@action(
    "pile.start_charging",
    kind="W",
    energises=True,
    writes=True,
    sequence="start",
    possible=can_start,
    title=Text("启动充电", "Start charging"),
)
async def start_charging(
    step: StepContext,
    *,
    current: QuantityField | None = None,
    watchdog: DurationField = 5.0,
    unguarded: bool = False,
    does: str | None = None,
    ask: TextField | None = None,
    if_passed: Passed = (),
) -> None:
    """Arm the pile's watchdog, set the current, start, and wait until it charges.

    The watchdog is what opens the contactor when the harness dies, so it is armed (at most
    `watchdog` long, falling back to no current) and read back first. The harness feeds it until
    the run ends. Judged against a `within` limit when the step has one.
    """
    require_passed(step, if_passed)
    device = step.modbus
    await step.do_by_hand(does, ask)
    commands = await begin_session(step, current, watchdog, unguarded=unguarded)
    limit = step.limit if isinstance(step.limit, Within) else Within(_SLOW_START)

    async def charging() -> tuple[bool, list[Measurement]]:
        reading = (await device.read(["charging_state"], step.deadline))["charging_state"]
        return reading.value == "charging", [reading]

    await time_until(
        step, "time_to_charging", charging, limit, started=_energised_at(device, commands)
    )


async def begin_session(
    step: StepContext, current: Quantity | None, watchdog: float, *, unguarded: bool
) -> list[Command]:
    """Arm the watchdog, set the current and send the start; the commands that went out.

    Raises NotAvailableError where nothing would stop the pile, or where it charges already.
    """
    device = step.modbus
    if device.profile.watchdog is None and not unguarded:
        raise NotAvailableError(f"{device.profile.id} has no watchdog")
    before = await step.read_one("charging_state")
    if before.value == "charging":
        raise NotAvailableError("the pile is charging already; this run did not start that")
    # From here on the run counts as having started a session, whatever goes wrong next.
    step.bench.guard_session(device, await arm_watchdog(step, device, watchdog))
    hidden = current is not None and not await _set_current(step, device, current)
    commands = await perform(
        device,
        "start",
        step.deadline,
        on_write=recording(step, device),
        before_write=lambda point: step.bench.remember(device, point, step.deadline),
    )
    if current is not None and hidden:
        await _current_shows(step, device, current)
    return commands


def _energised_at(device: ModbusDevice, commands: list[Command]) -> float | None:
    """When the command went out that can put mains on the plug; else the first command."""
    for command in commands:
        if in_choices(command.value, device.profile.points[command.point].energises):
            return command.sent_at
    return commands[0].sent_at if commands else None


async def arm_watchdog(step: StepContext, device: ModbusDevice, longest: float) -> float:
    """Arm the watchdog and prove it by read-back; the seconds after which it trips."""
    guard = device.profile.watchdog
    if guard is None:
        return longest
    if guard.timeout_point is None:
        # Its time is fixed by the maker; it is there, and it is as long as documented.
        longest = guard.timeout
    else:
        point = device.profile.points[guard.timeout_point]
        unit = point.unit or "s"
        seconds = _shortest_allowed(point, convert(longest, "s", unit))
        await _write_proved(step, guard.timeout_point, seconds)
        longest = convert(seconds, unit, "s")
    if guard.failsafe_point is not None:
        await _fall_back_to_nothing(step, device, guard.failsafe_point)
    return longest


def _shortest_allowed(point: Point, wanted: float) -> float:
    """The time itself where the pile takes it, else the shortest one that it takes above it."""
    if point.allowed is None or in_choices(wanted, point.allowed):
        return wanted
    above = [
        choice[0] if isinstance(choice, tuple) else float(choice)
        for choice in point.allowed
        if isinstance(choice, tuple | int | float)
    ]
    return min((one for one in above if one > wanted), default=wanted)


async def _fall_back_to_nothing(step: StepContext, device: ModbusDevice, point: str) -> None:
    """Without its master the pile gives no current, and says so. Raises NotAvailableError."""
    if device.profile.points[point].writable:
        await _write_proved(step, point, 0.0)
        return
    shown = await step.read_one(point)
    if not isinstance(shown.value, int | float) or shown.value > 0:
        raise NotAvailableError(
            f"not started: without its master the pile goes on with {shown.value} {shown.unit}, "
            f"and {point} cannot be written"
        )


async def _set_current(step: StepContext, device: ModbusDevice, current: Quantity) -> bool:
    """Whether the pile shows the current already; one that shows it in a session only does not."""
    point = device.profile.points.get(_LIMIT)
    if point is None or not point.writable:
        raise NotAvailableError(f"the current of {device.profile.id} cannot be set")
    wanted = current.to(point.unit or current.unit)
    if point.read_back_idle is None:
        await _write_proved(step, _LIMIT, wanted)
        return True
    read_back = await step.write(_LIMIT, wanted)
    if read_back is not None and not device.took(_LIMIT, wanted, read_back):
        raise _not_taken("not started", wanted, read_back)
    return read_back is not None


async def _current_shows(step: StepContext, device: ModbusDevice, current: Quantity) -> None:
    """Prove by read-back what could not be shown before the start; stop the pile otherwise.

    A pile that goes on showing nothing offers no current: it was not released, which is for the
    caller to judge.
    """
    point = device.profile.points[_LIMIT]
    wanted = current.to(point.unit or current.unit)
    end = loop_time() + _SHOWN_WITHIN
    while device.hidden_while_idle(_LIMIT, shown := await step.read_one(point.read_back or _LIMIT)):
        if loop_time() >= end:
            return
        await sleep_until(loop_time() + 0.2)
    if device.took(_LIMIT, wanted, shown):
        return
    rule = device.profile.safe_state
    assert rule is not None, "can_start() asks for it"
    await perform(device, rule.sequence, step.deadline, on_write=recording(step, device))
    raise _not_taken("started and stopped at once", wanted, shown)


def _not_taken(what: str, wanted: float, shown: Measurement) -> NotAvailableError:
    return NotAvailableError(f"{what}: {_LIMIT} was set to {wanted:g} and reads {shown.value}")


async def _write_proved(step: StepContext, point: str, value: float) -> None:
    """Write and read back; without that proof nothing is energised. Raises NotAvailableError."""
    read_back = await step.write(point, value)
    shown = None if read_back is None else read_back.value
    if not step.modbus.took(point, value, read_back):
        raise NotAvailableError(f"not started: {point} was set to {value:g} and reads {shown}")


@action(
    "pile.stop_charging",
    kind="W",
    writes=True,
    sequence="stop",
    possible=can_stop,
    title=Text("停止充电", "Stop charging"),
)
async def stop_charging(step: StepContext, *, if_passed: Passed = ()) -> None:
    """Stop, and judge how long it takes until the readings show it stopped."""
    require_passed(step, if_passed)
    device = step.modbus
    safe_state = device.profile.safe_state
    if safe_state is None:
        raise NotAvailableError(f"{device.profile.id} does not say how charging is stopped")
    commands = await perform(
        device,
        safe_state.sequence,
        step.deadline,
        on_write=recording(step, device),
        before_write=lambda point: step.bench.remember(device, point, step.deadline),
    )
    limit = step.limit if isinstance(step.limit, Within) else Within(safe_state.within)

    async def stopped() -> tuple[bool, list[Measurement]]:
        return await holds(device, safe_state.proof, step.deadline)

    started = commands[0].sent_at if commands else None
    await time_until(step, "time_to_stop", stopped, limit, started=started)


def recording(step: StepContext, device: ModbusDevice) -> OnWrite:
    def on_write(point: str, value: Value, read_back: Measurement | None) -> None:
        step.emit(
            Written(
                step=step.step,
                role=device.role,
                point=point,
                value=value,
                read_back=read_back,
                agreed=None if read_back is None else device.took(point, value, read_back),
            )
        )

    return on_write
