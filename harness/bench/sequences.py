"""Carrying out a profile's ordered writes: start charging, stop charging, reset a fault."""

from collections.abc import Callable

from harness.clock import Deadline, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.points import Condition
from harness.errors import CommandIgnoredError, NoReplyError, NotAvailableError
from harness.quantity import Measurement, Value

OnWrite = Callable[[str, Value, Measurement | None], None]


async def perform(device: ModbusDevice, name: str, deadline: Deadline, on_write: OnWrite) -> None:
    """Carry out the sequence `name` of the device's profile, line by line.

    `on_write` is told every write with its read-back. Raises NotAvailableError when the profile
    has no such sequence, CommandIgnoredError when a precondition does not hold.
    """
    sequence = device.profile.sequences.get(name)
    if sequence is None:
        raise NotAvailableError(f"the profile {device.profile.id} says no way to {name!r}")
    for line in sequence:
        if line.op == "require":
            await _require(device, line.conditions, deadline)
        elif line.op != "wait":
            assert line.point is not None
            value = line.value
            if line.op == "rewrite":
                value = (await device.read([line.point], deadline))[line.point].value
            if value is None:
                raise NotAvailableError(f"{device.role}.{line.point} holds nothing to write again")
            on_write(
                line.point, value, await device.write_and_read_back(line.point, value, deadline)
            )
        if line.settle:
            await sleep(min(line.settle, deadline.remaining()))
        if deadline.passed():
            raise NoReplyError(f"the sequence {name!r} of {device.role} took too long")


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
