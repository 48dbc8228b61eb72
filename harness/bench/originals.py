"""What settings were before this run wrote them, and putting them back.

What the stop sequence of a device writes is not put back: taking back a stop could start a
session again. It is said instead, with the value that it had.
"""

from collections.abc import Mapping

from harness.clock import Deadline
from harness.devices.modbus.device import ModbusDevice
from harness.errors import HarnessError
from harness.events import Event, OutcomeNoted, Restored
from harness.quantity import Measurement, Value
from harness.text import Text

_NOT_BACK = Text("设置未能恢复", "A setting could not be put back")
_LEFT = Text("停机设置保持不变，未恢复", "Left as the stop set it, not put back")
_UNPROVED = Text(
    "已写回原设置，未充电时无法回读", "Written back; the device shows it in a session only"
)
_TIME_TO_WRITE = 5.0
_UNKNOWN = Text("原设置无法读取，不能恢复", "The setting before the run could not be read")


class Originals:
    """The settings of one bench before this run touched them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Measurement | None] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    async def remember(self, device: ModbusDevice, point: str, deadline: Deadline) -> None:
        """Keep what a setting is, before it is written for the first time."""
        key = (device.role, point)
        described = device.profile.points.get(point)
        if key in self._known or described is None:
            return
        if described.self_clearing or described.changes_link:
            return
        self._known[key] = None
        shown = described.read_back or point
        if device.has(shown):
            found = (await device.read([shown], deadline))[shown]
            self._known[key] = None if device.hidden_while_idle(point, found) else found

    async def put_back(self, device: ModbusDevice, within: float) -> list[Event]:
        """Put back what this device's settings were, each within so many seconds or what its
        settle time asks for; one event for each."""
        stopped = _written_by_stop(device)
        events: list[Event] = []
        for (role, point), before in self._known.items():
            if role != device.role or (before is not None and before.value == stopped.get(point)):
                continue
            settle = device.profile.points[point].settle
            deadline = Deadline.after(max(within, settle + _TIME_TO_WRITE))
            events.append(await self._one(device, point, before, deadline, stopped))
        return events

    def leave(self, device: ModbusDevice, why: Text) -> list[Event]:
        """Say that nothing of this device is put back, and why."""
        return [
            _noted(device, point, why, _was(point, before))
            for (role, point), before in self._known.items()
            if role == device.role
        ]

    async def _one(
        self,
        device: ModbusDevice,
        point: str,
        before: Measurement | None,
        deadline: Deadline,
        stopped: Mapping[str, Value | None],
    ) -> Event:
        if before is None or before.value is None:
            return _noted(device, point, _UNKNOWN, _was(point, before))
        if point in stopped:
            return _noted(device, point, _LEFT, _was(point, before))
        try:
            read_back = await device.write_and_read_back(point, before.value, deadline)
        except HarnessError as error:
            return _noted(device, point, _NOT_BACK, f"{_was(point, before)}; {error.detail}")
        if read_back is None:
            return _noted(device, point, _UNPROVED, _was(point, before))
        return Restored(
            role=device.role,
            point=point,
            value=before.value,
            read_back=read_back,
            agreed=device.took(point, before.value, read_back),
        )


def _written_by_stop(device: ModbusDevice) -> dict[str, Value | None]:
    rule = device.profile.safe_state
    lines = device.profile.sequences.get(rule.sequence, ()) if rule is not None else ()
    return {line.point: line.value for line in lines if line.op != "wait" and line.point}


def _was(point: str, before: Measurement | None) -> str:
    if before is None or before.value is None:
        return f"{point} had no value before this run wrote it"
    return f"it was {before.value}"


def _noted(device: ModbusDevice, point: str, headline: Text, detail: str) -> OutcomeNoted:
    return OutcomeNoted(
        where=f"{device.role}.{point}", branch="bench", headline=headline, detail=detail
    )
