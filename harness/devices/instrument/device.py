"""A SCPI instrument as the harness sees it: named points that are read and set.

Every setting is followed by the instrument's error queue and by a read-back; "sent" is not
evidence. Exchanges go on record as they happen.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from harness.clock import Clock, Deadline, loop_time, sleep
from harness.devices.instrument import values
from harness.devices.instrument.connection import VisaConnection
from harness.devices.instrument.profile import InstrumentPoint, InstrumentProfile
from harness.devices.instrument.transport import Transport, transport_to
from harness.errors import (
    BenchError,
    ConnectionFailedError,
    DeviceLostError,
    HarnessError,
    NotAvailableError,
    UsageError,
)
from harness.events import InstrumentExchange, SafeState, Written
from harness.quantity import Measurement, Quality, Quantity, Value, convert
from harness.text import Text

_MOST_ERRORS = 20
"""Entries of an error queue that are read; more come from an instrument that is not sound."""
_POLL = 0.2
_NEAR = 1e-3
_REFUSED = Text("仪器不接受该设置", "The instrument refused the setting")
T = TypeVar("T")
Record = Callable[[InstrumentExchange], None]


class ScpiDevice:
    """One load or source, known by its role on the bench."""

    def __init__(
        self,
        role: str,
        profile: InstrumentProfile,
        connection: VisaConnection,
        *,
        clock: Clock,
        record: Record,
        uncertainty: Mapping[str, Quantity] | None = None,
        simulated: bool,
    ) -> None:
        self.role = role
        self.profile = profile
        self.connection = connection
        self.simulated = simulated
        self.touched = False
        """This run has set something."""
        self._clock = clock
        self._record = record
        self._uncertainty = dict(uncertainty or {})
        self._transport: Transport = transport_to(connection)
        self._one_at_a_time = asyncio.Lock()
        self._step = ("", 0)
        self._before: dict[str, Value] = {}
        """Settings as they were found, by point."""

    async def open(self, deadline: Deadline) -> None:
        """Open the link, identify, and empty the error queue. Raises BenchError."""
        await self._transport.open(deadline)
        try:
            identity = await self._ask(self.profile.file.identity, deadline)
        except DeviceLostError as error:  # some back ends connect with the first line only
            raise ConnectionFailedError(error.detail) from error
        if not identity.strip():
            raise BenchError(f"the {self.role} does not say what it is")
        self.identity = identity.strip()
        await self._errors(deadline)

    async def close(self) -> None:
        await self._transport.close()

    def at_step(self, step: str, attempt: int) -> None:
        self._step = (step, attempt)

    def has(self, name: str) -> bool:
        point = self.profile.points.get(name)
        return point is not None and point.readable

    async def read(
        self, names: Sequence[str], deadline: Deadline, *, attempts: int | None = None
    ) -> dict[str, Measurement]:
        """Read points, in the order asked. Raises NotAvailableError, BenchError."""
        found: dict[str, Measurement] = {}
        for name in names:
            found[name] = await self._read_one(self._point(name), deadline)
        return found

    async def write_and_read_back(
        self, name: str, value: Value, deadline: Deadline
    ) -> Measurement | None:
        """Set a point and read it back. Raises UsageError, NotAvailableError, BenchError.

        What it was before this run is kept for the ending.
        """
        point = self._point(name)
        command = point.row.set
        if command is None:
            raise NotAvailableError(f"{name} of {self.profile.id} can only be read")
        text = _written(point, value)
        if point.readable and name not in self._before:
            found = await self._read_one(point, deadline)
            if found.value is not None:
                self._before[name] = found.value
        self.touched = True
        line = command.replace("{value}", text)
        await self._send(line, deadline)
        if complaints := await self._errors(deadline):
            what = f"{line}: {'; '.join(complaints)}"
            raise BenchError(f"the {self.role} refused {what}", headline=_REFUSED)
        return await self._read_one(point, deadline) if point.readable else None

    async def make_safe(self, deadline: Deadline, emit: Callable[[Written], None]) -> SafeState:
        """Bring it to its safe state and measure that. Tries again until the time is up.

        An instrument that this run has not touched is left as it was found. A source that was on
        before the run is put back to what it was: the site may hang on it.
        """
        trouble, readings, commanded = "", list[Measurement](), False
        rule = self.profile.file.safe
        keep_on = self.profile.kind == "source" and self._before.get(rule.point) != rule.value
        try:
            async with deadline.timeout():
                while True:
                    try:
                        if not self.touched:
                            readings = [await self._read_one(self._point(rule.point), deadline)]
                            return self._state(readings, _AS_FOUND, safe=True)
                        if keep_on:
                            readings = await self._put_back(deadline, emit)
                            return self._state(readings, _PUT_BACK, safe=True)
                        readings = await self._proof(deadline)
                        if not commanded or readings[0].value != rule.value:
                            await self._set_proved(rule.point, rule.value, deadline, emit)
                            commanded = True
                            continue
                        if not self._still_on(readings):
                            return self._state(readings, _OFF, safe=True)
                        trouble = _NOT_SHOWN
                    except HarnessError as error:
                        trouble = error.detail
                    await sleep(_POLL)
        except TimeoutError:
            return self._state(readings, "failed", safe=False, detail=trouble or _NOT_SHOWN)

    async def _put_back(
        self, deadline: Deadline, emit: Callable[[Written], None]
    ) -> list[Measurement]:
        """Every setting of this run as it was found. Raises BenchError when one does not take."""
        for name, value in self._before.items():
            await self._set_proved(name, value, deadline, emit)
        return list((await self.read(list(self._before), deadline)).values())

    async def _set_proved(
        self, name: str, value: Value, deadline: Deadline, emit: Callable[[Written], None]
    ) -> None:
        read_back = await self.write_and_read_back(name, value, deadline)
        agreed = agrees(read_back, value)
        emit(
            Written(
                step=self._step[0], role=self.role, point=name, value=value, read_back=read_back,
                agreed=agreed,
            )
        )  # fmt: skip
        if not agreed:
            shown = None if read_back is None else read_back.value
            raise BenchError(f"{name} was set to {value} and reads {shown}")

    async def _proof(self, deadline: Deadline) -> list[Measurement]:
        rule = self.profile.file.safe
        names = [rule.point] + ([rule.proof.point] if rule.proof is not None else [])
        return list((await self.read(names, deadline)).values())

    def _still_on(self, readings: list[Measurement]) -> bool:
        rule = self.profile.file.safe
        state, *rest = readings
        if state.value != rule.value:
            return True
        for one in rest:
            assert rule.proof is not None
            number = one.value
            if one.quality is not Quality.GOOD or not isinstance(number, int | float):
                return True
            if abs(number) >= rule.proof.below.to(one.unit or "1"):
                return True
        return False

    def _state(
        self, readings: list[Measurement], how: str, *, safe: bool, detail: str = ""
    ) -> SafeState:
        return SafeState(role=self.role, safe=safe, how=how, readings=readings, detail=detail)

    # Lines

    def _point(self, name: str) -> InstrumentPoint:
        point = self.profile.points.get(name)
        if point is None:
            raise NotAvailableError(f"the profile {self.profile.id} has no point {name!r}")
        return point

    async def _read_one(self, point: InstrumentPoint, deadline: Deadline) -> Measurement:
        if point.row.get is None:
            raise NotAvailableError(f"{point.name} of {self.profile.id} can only be written")
        reply = await self._ask(point.row.get, deadline)
        value: Value | None
        if point.row.values:
            value, quality = values.state(reply, point.row.values)
        else:
            value, quality = values.number(reply, point.unit)
            low, high = point.row.low, point.row.high
            if value is not None and not (
                (low is None or value >= low) and (high is None or value <= high)
            ):
                quality = Quality.OUT_OF_RANGE
        return Measurement(
            name=point.name,
            value=value,
            unit=point.unit,
            uncertainty=self._spread(point, value),
            quality=quality,
            source=self.role,
            at=self._clock.elapsed(),
            raw=reply[:60] if quality is not Quality.GOOD else None,
        )

    def _spread(self, point: InstrumentPoint, value: Value | None) -> float | None:
        stated = self._uncertainty.get(point.name)
        if stated is None or isinstance(value, str | bool) or not isinstance(value, int | float):
            return None
        if stated.unit == "%":
            return abs(value) * stated.value / 100
        return convert(stated.value, stated.unit, point.unit or "1")

    async def _errors(self, deadline: Deadline) -> list[str]:
        """What stands in the error queue, emptied. Raises BadReplyError, BenchError."""
        found: list[str] = []
        for _ in range(_MOST_ERRORS):
            code, text = values.error_of(await self._ask(self.profile.file.errors, deadline))
            if code == 0:
                return found
            found.append(f"{code}, {text}")
        raise BenchError(f"the error queue of the {self.role} does not become empty")

    async def _ask(self, line: str, deadline: Deadline) -> str:
        return await self._exchange(line, lambda: self._transport.ask(line, deadline))

    async def _send(self, line: str, deadline: Deadline) -> None:
        await self._exchange(line, lambda: self._transport.send(line, deadline))

    async def _exchange(self, line: str, work: Callable[[], Awaitable[T]]) -> T:
        async with self._one_at_a_time:
            began = loop_time()
            reply: object = None
            trouble = ""
            try:
                found = await work()
                reply = found
            except HarnessError as error:
                trouble = error.detail
                raise
            finally:
                self._record(
                    InstrumentExchange(
                        role=self.role,
                        step=self._step[0],
                        attempt=self._step[1],
                        command=line,
                        reply=str(reply or "")[:200],
                        seconds=round(loop_time() - began, 6),
                        error=trouble,
                    )
                )
            return found


_OFF = "off, read back and measured"
_AS_FOUND = "left as it was found"
_PUT_BACK = "put back to what it was before the run"
_NOT_SHOWN = "the readings do not show it off within the time limit"


def agrees(read_back: Measurement | None, value: Value) -> bool:
    """Whether a read-back is what was set; numbers may be rounded by the instrument."""
    if read_back is None or read_back.quality is not Quality.GOOD:
        return False
    shown = read_back.value
    if isinstance(value, bool | str) or not isinstance(shown, int | float):
        return shown == value
    if not isinstance(value, int | float):
        return False
    return abs(shown - value) <= _NEAR * max(1.0, abs(value))


def _written(point: InstrumentPoint, value: Value) -> str:
    """A value as it stands in a command. Raises UsageError for one that is not allowed."""
    if point.row.values:
        for code, state in point.row.values.items():
            if state == value:
                return code
        known = ", ".join(point.row.values.values())
        raise UsageError(f"{point.name} cannot be {value!r}; expected one of: {known}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{point.name} cannot be {value!r}; expected a number")
    low, high = point.row.low, point.row.high
    if (low is not None and value < low) or (high is not None and value > high):
        raise UsageError(f"{point.name} cannot be {value:g}; expected {low} to {high}")
    return f"{value:.10g}"
