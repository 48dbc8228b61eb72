"""Carrying out a profile's ordered writes: start charging, stop charging, reset a fault."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from harness.clock import Deadline, loop_time, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.points import Condition, SequenceStep
from harness.errors import CommandIgnoredError, NoReplyError, NotAvailableError
from harness.quantity import Measurement, Value

OnWrite = Callable[[str, Value, Measurement | None], None]
BeforeWrite = Callable[[str], Awaitable[None]]


class Command(NamedTuple):
    """One write that was carried out, and when it was sent (loop time, not later than that)."""

    point: str
    value: Value
    sent_at: float


async def perform(
    device: ModbusDevice,
    name: str,
    deadline: Deadline,
    *,
    on_write: OnWrite,
    before_write: BeforeWrite | None = None,
) -> list[Command]:
    """Carry out the sequence `name` of the device's profile, line by line.

    `before_write` is awaited with the point that is about to be written, `on_write` is told the
    write with its read-back. Raises NotAvailableError when the profile has no such sequence,
    CommandIgnoredError when a precondition does not hold, and whatever the device raises.
    """
    sequence = device.profile.sequences.get(name)
    if sequence is None:
        raise NotAvailableError(f"the profile {device.profile.id} says no way to {name!r}")
    done: list[Command] = []
    for line in sequence:
        if line.op == "require":
            await _require(device, line.conditions, deadline)
        elif line.op != "wait":
            assert line.point is not None
            value = await _value_of(device, line, deadline)
            if before_write is not None:
                await before_write(line.point)
            done.append(Command(line.point, value, loop_time()))
            read_back = await device.write_and_read_back(line.point, value, deadline)
            on_write(line.point, value, read_back)
        if line.settle:
            await sleep(min(line.settle, deadline.remaining()))
        if deadline.passed():
            raise NoReplyError(f"the sequence {name!r} of {device.role} took too long")
    return done


def longest(device: ModbusDevice, name: str) -> float:
    """Seconds that the settle times of a sequence add up to."""
    total = 0.0
    for line in device.profile.sequences.get(name, ()):
        point = device.profile.points.get(line.point) if line.point is not None else None
        total += line.settle + (point.settle if point is not None else 0.0)
    return total


async def _value_of(device: ModbusDevice, line: SequenceStep, deadline: Deadline) -> Value:
    value = line.value
    if line.op == "rewrite" and line.point is not None:
        value = (await device.read([line.point], deadline))[line.point].value
    if value is None:
        raise NotAvailableError(f"{device.role}.{line.point} holds nothing to write again")
    return value


async def _require(
    device: ModbusDevice, conditions: tuple[Condition, ...], deadline: Deadline
) -> None:
    readings = await device.read([condition.point for condition in conditions], deadline)
    for condition in conditions:
        value = readings[condition.point].value
        if not condition.holds(value):
            raise CommandIgnoredError(
                f"{device.role}: {condition} is required, but it reads {value!r}"
            )


async def holds(
    device: ModbusDevice, conditions: tuple[Condition, ...], deadline: Deadline
) -> tuple[bool, list[Measurement]]:
    """Whether all conditions hold right now, with the readings that show it."""
    names = list(dict.fromkeys(condition.point for condition in conditions))
    readings = await device.read(names, deadline)
    met = all(condition.holds(readings[condition.point].value) for condition in conditions)
    return met, list(readings.values())
