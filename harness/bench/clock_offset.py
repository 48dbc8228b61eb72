"""The clock of a device against the clock of the harness."""

from harness.clock import Clock, Deadline
from harness.devices.modbus.device import ModbusDevice
from harness.quantity import Measurement, Quality

_RECTANGULAR = 12**0.5


async def clock_offset(
    device: ModbusDevice, point: str, clock: Clock, deadline: Deadline
) -> Measurement:
    """Device clock minus harness clock in seconds, with its expanded uncertainty (k = 2).

    The device's time belongs to some moment between request and reply; the register counts in
    steps of its resolution. Both are taken as rectangular.
    """
    reading = (await device.read([point], deadline))[point]
    wall, delay = clock.now().utc, device.context.seconds
    if reading.quality is not Quality.GOOD or not isinstance(reading.value, int | float):
        return reading
    resolution = device.profile.points[point].resolution or 0.0
    # A counter that drops the fraction stands half a step behind on average.
    offset = reading.value + resolution / 2 - (wall.timestamp() - delay / 2)
    spread = ((resolution / _RECTANGULAR) ** 2 + (delay / _RECTANGULAR) ** 2) ** 0.5
    return Measurement(
        name=f"{point}.offset",
        value=round(offset, 3),
        unit="s",
        uncertainty=round(2 * spread, 3),
        source=device.role,
        at=clock.elapsed(),
        raw=reading.raw,
        transactions=reading.transactions,
    )
