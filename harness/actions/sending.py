"""Sending frames through the database: once, or in cycles. Refused in a read-only run."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.errors import BenchError, UnknownNameError, UsageError
from harness.events import FramesSent
from harness.fields import DurationField
from harness.quantity import Scalar
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.vehicle.attached import AttachedBus


def _payload(bus: "AttachedBus") -> str:
    """The payload that was last handed to the adapter, in hex."""
    return bus.sender.last_payload.hex().upper()


@action("can.send", kind="W", writes=True, judges=False, limit="none",
        title=Text("发送报文", "Send a frame"))  # fmt: skip
async def send(step: StepContext, *, message: str, values: dict[str, Scalar] | None = None) -> None:
    """Send one frame. Signals left out have their start values; counter and checksum are put in."""
    bus = step.vehicle.carrier_of(message)
    bus.sender.send(message, values)
    step.emit(
        FramesSent(
            step=step.step,
            bus=bus.name,
            message=message,
            values=dict(values or {}),
            data=_payload(bus),
        )
    )


@action("can.send_cyclic", kind="W", writes=True, judges=False, limit="none",
        title=Text("周期发送", "Begin to send in cycles"))  # fmt: skip
async def send_cyclic(
    step: StepContext,
    *,
    message: str,
    values: dict[str, Scalar] | None = None,
    period: DurationField | None = None,
) -> None:
    """Send a message in cycles until `can.stop_sending`, or until the end of the run.

    When the adapter does not take it any more, that is on record at once, and steps that look at
    the vehicle end in an error until sending is stopped or begun anew.
    """
    bus = step.vehicle.carrier_of(message)
    cyclic = bus.sender.cyclic(message, values, period=period)
    step.emit(
        FramesSent(
            step=step.step,
            bus=bus.name,
            message=message,
            values=dict(values or {}),
            period=cyclic.period,
            data=_payload(bus),
        )
    )


@action("can.stop_sending", kind="W", judges=False, limit="none",
        title=Text("停止周期发送", "End sending in cycles"))  # fmt: skip
async def stop_sending(step: StepContext) -> None:
    """End everything that is sent in cycles.

    Raises BusError when something was to be sent until now, and the adapter had not taken it.
    """
    failures: list[BenchError] = []
    for bus in step.vehicle.attached.values():
        running = bus.sender.running
        failures += bus.sender.failed.values()
        bus.sender.stop_all()
        for message in running:
            step.emit(FramesSent(step=step.step, bus=bus.name, message=message, period=0.0))
    if failures:
        raise failures[0]


@check_of("can.send", "can.send_cyclic")
def _known_values(context: CheckContext) -> Iterator[Complaint]:
    """The message and its signals exist, and the values can be sent."""
    from harness.devices.can.codec import codec_of  # noqa: PLC0415 - heavy, only where CAN is used

    vehicle = context.bench.vehicle
    if vehicle is None:
        return
    name, values = context.parameters["message"], context.parameters["values"] or {}
    databases = [database for bus in vehicle.databases.values() for database in bus]
    spec = next((one.by_name[name] for one in databases if name in one.by_name), None)
    if spec is None:
        known = [message for database in databases for message in database.by_name]
        error = UnknownNameError("message", name, known)
        yield ("with", "message"), error.detail, "a message of a database"
        return
    try:
        codec_of(spec).to_raw(values)
    except (UsageError, UnknownNameError) as error:
        yield ("with", "values"), error.detail, "values that the database allows"
    if context.step.do == "can.send_cyclic":
        period = context.parameters["period"]
        if period is None and spec.cycle_time is None:
            yield ("with",), f"{name} has no cycle time", "a period above 0 s"
        elif period is not None and period <= 0:
            yield ("with", "period"), f"{name} every {period:g} s", "a period above 0 s"
