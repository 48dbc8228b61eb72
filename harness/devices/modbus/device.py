"""A device as the harness sees it: named points that can be read and written.

What is on the wire is the profile's and the line's business; here names become plans of block
reads, replies become measurements, and whoever asks for what the device does not have is told why.
"""

import math
from collections.abc import Mapping, Sequence

from harness.clock import Clock, Deadline, loop_time, sleep
from harness.devices.modbus.blocks import BlockReader, uncertainty_of
from harness.devices.modbus.codec import encode
from harness.devices.modbus.frames import Request
from harness.devices.modbus.line import Line, RecordContext
from harness.devices.modbus.plan import plan
from harness.devices.modbus.points import Condition, Point, Profile, in_choices
from harness.errors import NotAvailableError, UsageError
from harness.quantity import Measurement, Quantity, Value

_NOTHING = Measurement("", None)


class ModbusDevice:
    """One device on a line, known by its role on the bench."""

    def __init__(
        self,
        role: str,
        profile: Profile,
        line: Line,
        *,
        unit: int,
        clock: Clock,
        uncertainty: Mapping[str, Quantity] | None = None,
        simulated: bool,
    ) -> None:
        """`uncertainty` is what the bench states of single points, expanded (k = 2); with the
        unit % it is a part of the reading. Raises UsageError when a unit does not fit its point.
        """
        self.role = role
        self.profile = profile
        self.line = line
        self.unit = unit
        self.simulated = simulated
        self.context = RecordContext(role)
        self._clock = clock
        self._pause = (
            profile.rules.pause if line.connection.pause is None else line.connection.pause
        )
        self._uncertainty = dict(uncertainty or {})
        for name, stated in self._uncertainty.items():
            if name in profile.points:
                uncertainty_of(profile.points[name], stated)
        self._gates: dict[str, Value | None] = {}
        self.written: dict[str, Value] = {}
        """What this run has written, by point."""
        self.taken: dict[str, Value] = {}
        """What of it the device has shown since, so that another value is another's doing."""
        self._stale = False
        """A gate was written: it has to be read again before anything is planned."""
        self._plans: dict[tuple[str, ...], list[BlockReader]] = {}
        self._open = False

    async def open(self, deadline: Deadline) -> None:
        """Open the line and find out which version-dependent points this device has.

        Raises BenchError or DeviceError.
        """
        if self._open:
            return
        await self.line.open(deadline)
        self._open = True
        self._gates.clear()
        self._plans.clear()
        await self._look_at_gates(deadline)

    async def _look_at_gates(self, deadline: Deadline) -> None:
        """Read what decides about other points. A plan is made by what was read last."""
        self._stale = False
        if self.profile.gates:
            found = await self.read(self.profile.gates, deadline)
            self._gates = {name: measurement.value for name, measurement in found.items()}
            self._plans.clear()

    async def close(self) -> None:
        """Give back the line."""
        if self._open:
            self._open = False
            await self.line.close()

    def at_step(self, step: str, attempt: int) -> None:
        """From now on, transactions belong to this step."""
        self.context.step = step
        self.context.attempt = attempt

    def has(self, name: str) -> bool:
        """Can this point be read on this device?"""
        return not self.why_not(name)

    def why_not(self, name: str) -> str:
        """Why a point cannot be read; empty if it can."""
        derived = self.profile.derived.get(name)
        if derived is not None:
            return next(filter(None, map(self.why_not, derived.needs)), "")
        point = self.profile.points.get(name)
        if point is None:
            return f"the profile {self.profile.id} has no point {name!r}"
        if not point.readable:
            return f"{name} of {self.profile.id} can only be written"
        return self._gated(point, (*point.available_if, *point.readable_if))

    def _gated(self, point: Point, conditions: tuple[Condition, ...]) -> str:
        for condition in conditions:
            value = self._gates.get(condition.point)
            if not condition.holds(value):
                return (
                    f"{point.name} of {self.profile.id} needs that {condition};"
                    f" this device says {value!r}"
                )
        return ""

    async def read(
        self, names: Sequence[str], deadline: Deadline, *, attempts: int | None = None
    ) -> dict[str, Measurement]:
        """Read points with the fewest requests that the profile allows.

        `attempts` overrides how often a request is sent before silence counts. Raises
        NotAvailableError, DeviceError or BenchError.
        """
        derived = self.profile.derived
        if derived and not derived.keys().isdisjoint(names):
            return await self._read_derived(names, deadline, attempts)
        key = tuple(names)
        if not key:
            return {}
        if self._stale:
            await self._look_at_gates(deadline)
        readers = self._plans.get(key)
        if readers is None:
            readers = self._plans[key] = self._plan(key)
        found: dict[str, Measurement] = dict.fromkeys(key, _NOTHING)  # keeps the asked order
        if self.profile.rules.every:
            deadline = await self._not_too_often(deadline)
        replies = await self.line.transact(
            [reader.request for reader in readers],
            self.context,
            deadline,
            pause=self._pause,
            attempts=attempts,
        )
        start = self._clock.start.loop_time
        for reader, reply in zip(readers, replies, strict=True):
            reader.decode(reply.data, reply.at - start, [reply.line], found)
        return found

    async def _not_too_often(self, deadline: Deadline) -> Deadline:
        """Wait until the device may be read again; the deadline that the reading then has.

        Whoever asks shortly before the time is up gets the reading a little late rather than a
        device that seems silent.
        """
        every, read_at = self.profile.rules.every, self.line.read_at
        key = self.unit if self.line.connection.is_bus else None
        now = loop_time()
        turn = max(now, read_at.get(key, -math.inf) + every)
        read_at[key] = turn  # taken before waiting, so that two who wait do not read at once
        if turn > now:
            await sleep(turn - now)
        return Deadline(max(deadline.at, turn + self.line.timeout)) if turn > now else deadline

    async def _read_derived(
        self, names: Sequence[str], deadline: Deadline, attempts: int | None
    ) -> dict[str, Measurement]:
        """The same, where some of the names are made of several points."""
        derived = self.profile.derived
        for name in names:
            if why := self.why_not(name):
                raise NotAvailableError(f"{self.role}: {why}")
        needed = (derived[name].needs if name in derived else (name,) for name in names)
        parts = tuple(dict.fromkeys(part for some in needed for part in some))
        found = await self.read(parts, deadline, attempts=attempts)
        return {
            name: derived[name].made_of(found, self.role) if name in derived else found[name]
            for name in names
        }

    def _plan(self, names: tuple[str, ...]) -> list[BlockReader]:
        for name in names:
            if why := self.why_not(name):
                raise NotAvailableError(f"{self.role}: {why}")
        points, rules = self.profile.points, self.profile.rules
        known = [point for name, point in points.items() if self.has(name)]
        blocks = plan([self._as_scaled(points[name]) for name in names], rules, known)
        varying = (points[name] for name in names if points[name].scale_by or points[name].scale_if)
        factors = {point.name: self._factor(point) for point in varying}
        return [
            BlockReader(
                block, self.unit, self.role, self._uncertainty, factors=factors, rules=rules
            )
            for block in blocks
        ]

    def _as_scaled(self, point: Point) -> Point:
        """The point with the scale that its device uses now."""
        return point.scaled(lambda one: one.holds(self._gates.get(one.point)))

    def _factor(self, point: Point) -> float | None:
        """What a reading is multiplied by, as the device said when it was opened."""
        factor = 1.0
        if any(self._gates.get(one.point) is None for c in point.scale_if for one in c.when):
            return None
        for name in point.scale_by:
            value = self._gates.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                return None
            factor *= value
        return factor

    async def write(
        self, name: str, value: Value, deadline: Deadline, *, may_change_link: bool = False
    ) -> None:
        """Write one point in one request, if its preconditions hold.

        A write that switches something off is never held back by a precondition. Raises
        UsageError (the value is not allowed, or the write could end the connection and nobody said
        that it may), NotAvailableError (no such point, or a precondition does not hold),
        DeviceError or BenchError.
        """
        point = self._as_scaled(self._writable(name))
        if point.changes_link and not may_change_link:
            raise UsageError(
                f"{self.role}: writing {name} can end the connection;"
                " expected may_change_link: true where that is meant"
            )
        if point.scale_if and self._factor(point) is None:
            raise NotAvailableError(f"{self.role}: nobody knows how {name} is scaled now")
        requests = [self._write_request(point, value)]
        requests += [
            self._write_request(self._as_scaled(self._writable(other)), value)
            for other in point.also_write
        ]
        if point.requires and (not point.energises or in_choices(value, point.energises)):
            await self._require(point, deadline)
        await self.line.transact(requests, self.context, deadline, pause=self._pause)
        for one in (name, *point.also_write):
            self.written[one] = value
            if self.taken.get(one) != value:
                self.taken.pop(one, None)
            self._stale = self._stale or one in self.profile.gates

    def _write_request(self, point: Point, value: Value) -> Request:
        """Raises UsageError for a value that may not be written."""
        words = encode(point, value)
        return Request(
            self.unit if point.unit_id is None else point.unit_id,
            point.write_function,
            point.address,
            len(words),
            words,
            about=f"{self.role}: {point.name} = {value}",
            again_after=self.profile.rules.first_ignored,
        )

    def _writable(self, name: str) -> Point:
        point = self.profile.points.get(name)
        if name in self.profile.derived:
            raise NotAvailableError(f"{self.role}: {name} of {self.profile.id} can only be read")
        if point is None:
            raise NotAvailableError(f"{self.role}: {self.why_not(name)}")
        if not point.writable:
            raise NotAvailableError(f"{self.role}: {name} of {self.profile.id} can only be read")
        if why := self._gated(point, point.available_if):
            raise NotAvailableError(f"{self.role}: {why}")
        return point

    async def _require(self, point: Point, deadline: Deadline) -> None:
        names = [condition.point for condition in point.requires]
        found = await self.read(names, deadline)
        for condition in point.requires:
            value = found[condition.point].value
            if not condition.holds(value):
                raise NotAvailableError(
                    f"{self.role}: {point.name} needs that {condition}; it reads {value!r}"
                )

    def took(self, name: str, value: Value, shown: Measurement | None) -> bool:
        """Whether what was read back is what was written.

        Numbers may differ by half a step of the coarser of the two registers.
        """
        if shown is None or shown.value is None:
            return False
        numbers = [one for one in (value, shown.value) if isinstance(one, int | float)]
        if len(numbers) < 2 or isinstance(value, bool):
            return shown.value == value
        points = (self.profile.points.get(one) for one in (name, shown.name))
        step = max((one.resolution or 0.0 for one in points if one is not None), default=0.0)
        slack = step / 2 + 1e-6 * max(1.0, abs(numbers[0]))
        return abs(numbers[0] - numbers[1]) <= slack

    def hidden_while_idle(self, name: str, shown: Measurement) -> bool:
        """Whether the point that shows this setting shows nothing of it at the moment."""
        point = self.profile.points[name]
        return point.read_back_idle is not None and shown.value == point.read_back_idle

    async def write_and_read_back(
        self, name: str, value: Value, deadline: Deadline, *, may_change_link: bool = False
    ) -> Measurement | None:
        """Write, wait for the point's settle time, and read what the device then says.

        None when nothing shows what was written (write-only, unreadable on this firmware, shown
        only while a session is enabled, a command that the device clears by itself, or a setting
        after which it may answer elsewhere).
        """
        await self.write(name, value, deadline, may_change_link=may_change_link)
        point = self.profile.points[name]
        shown = point.read_back or name
        if point.self_clearing or point.changes_link or not self.has(shown):
            return None
        if point.settle:
            await sleep(min(point.settle, deadline.remaining()))
        others = [one for one in point.also_write if self.has(one)]
        found = await self.read([shown, *others], deadline)
        # One that did not take the value speaks for all.
        wrong = (found[one] for one in others if found[one].value != found[shown].value)
        answer = next(wrong, found[shown])
        if self.took(name, value, answer):
            self.taken[name] = value
        elif self.hidden_while_idle(name, answer):
            return None
        return answer
