"""Settings that another master changes after this run has written them (energy management)."""

from collections.abc import Collection, Mapping

from harness.clock import Deadline
from harness.devices.device import Device
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.points import Point
from harness.errors import HarnessError
from harness.events import OutcomeNoted
from harness.quantity import Value
from harness.text import Text

_CHANGED = Text("设置已不是本次运行写入的值", "A setting is no longer what this run wrote")
_TIME_TO_READ = 5.0


async def changed_by_others(
    devices: Mapping[str, Device], silent: Collection[str]
) -> list[OutcomeNoted]:
    """One event for each watched setting that reads otherwise than this run wrote it.

    Watched is what the profile calls `overwritten_by_others`, from the time when it was read back
    as written. Each change is told once. A device that does not answer says nothing here: the
    attempt is in the record of the Modbus traffic. `silent` are roles not to be asked.
    """
    noted: list[OutcomeNoted] = []
    for role, device in devices.items():
        if isinstance(device, ModbusDevice) and role not in silent:
            try:
                noted += await _changes(device)
            except HarnessError:
                continue
    return noted


async def _changes(device: ModbusDevice) -> list[OutcomeNoted]:
    points = device.profile.points
    watched = [points[name] for name in device.taken if points[name].overwritten_by_others]
    shown = {point.name: point.read_back or point.name for point in watched}
    names = list(dict.fromkeys(shown.values()))
    found = await device.read(names, Deadline.after(_TIME_TO_READ), attempts=1)
    noted: list[OutcomeNoted] = []
    for point in watched:
        seen = found[shown[point.name]]
        wrote = device.taken[point.name]
        if seen.value is None or device.took(point.name, wrote, seen):
            continue
        del device.taken[point.name]
        detail = (
            f"another master may have changed {point.name}:"
            f" written {_text(wrote, point)}, now {_text(seen.value, points[seen.name])}"
        )
        noted.append(
            OutcomeNoted(
                where=f"{device.role}.{point.name}",
                branch="bench",
                headline=_CHANGED,
                detail=detail,
            )
        )
    return noted


def _text(value: Value, point: Point) -> str:
    unit = f" {point.unit}" if point.unit else ""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}{unit}" if plain else str(value)
