"""From a signal on the bus to a measurement: value, quality, uncertainty, and its frame."""

from harness.devices.can.message_state import MessageState
from harness.devices.can.reading import Reading
from harness.devices.vehicle.points import VehiclePoint
from harness.quantity import Measurement, Quality, Quantity


def to_measurement(
    point: VehiclePoint,
    reading: Reading,
    state: MessageState,
    *,
    source: str,
    bus: str,
    start: float,
    now: float,
    stated: Quantity | None,
) -> Measurement:
    """What a signal says. `start` is the loop's time of the record's first instant, `now` the
    present one; a reading that was never made carries the present time."""
    value: float | str | None = reading.value
    quality = reading.quality
    if not state.is_trusted:
        quality = Quality.CORRUPT
    if quality is Quality.SENTINEL or quality is Quality.NOT_A_NUMBER:
        value = None
    if isinstance(value, float) and value.is_integer() and _is_whole(point):
        value = int(value)
    return Measurement(
        name=point.name,
        value=value,
        unit=point.unit,
        uncertainty=uncertainty_of(point, value, stated),
        quality=quality,
        source=source,
        at=round((reading.at if reading.at is not None else now) - start, 6),
        raw=reading.raw,
        note=reading.note.en if reading.note is not None else "",
        frame=_frame(state, point.signal, bus),
    )


def _is_whole(point: VehiclePoint) -> bool:
    """Whether all its values are whole numbers: codes, or steps of 1, 2, 5 …"""
    if point.resolution is None:
        return bool(point.values)
    return float(point.resolution).is_integer()


def _frame(state: MessageState, signal: str, bus: str) -> str:
    frame = state.frame_with(signal)
    if frame is None:
        return ""
    number = f"{frame.arbitration_id:08X}x" if frame.is_extended_id else f"{frame.arbitration_id:X}"
    return f"{bus} {number}#{frame.data.hex().upper()}"


def uncertainty_of(point: VehiclePoint, value: object, stated: Quantity | None) -> float | None:
    """What the bench states, else half a step of the signal; None for states and texts."""
    if isinstance(value, bool) or not isinstance(value, int | float) or point.values:
        return None
    if stated is not None:
        if stated.unit == "%" and point.unit != "%":
            return abs(value) * stated.value / 100
        return stated.to(point.unit or stated.unit)
    return None if point.resolution is None else point.resolution / 2
