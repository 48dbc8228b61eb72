"""What the frames of a vehicle say about when something happened.

A frame that shows a state says that it began no later than its stamp; the frame before it says that
it had not begun when that frame's data were taken, which is at most one cycle before its stamp. So
a moment lies between the two, and a reaction between two moments is known to within the frames'
distances and the cycles of both messages, and never better.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from harness.actions.context import RunMemory, StepContext
from harness.clock import loop_time
from harness.errors import NotAvailableError
from harness.fields import FileModel, QuantityField
from harness.quantity import Measurement, Value

if TYPE_CHECKING:
    from harness.devices.can.message_state import MessageState
    from harness.devices.vehicle.device import VehicleDevice
    from harness.devices.vehicle.points import VehiclePoint


class Bound(FileModel):
    """A number below or above something (or both)."""

    below: QuantityField | None = None
    above: QuantityField | None = None

    def __str__(self) -> str:
        parts = [f"{sign} {one}" for sign, one in (("<", self.below), (">", self.above)) if one]
        return " ".join(parts)


Wanted = str | list[str] | Bound
Conditions = Mapping[str, Wanted]
"""Point -> what it has to be."""


class Frame(Protocol):
    """What is used of a frame (`can.Message`)."""

    arbitration_id: int
    is_extended_id: bool
    data: bytearray
    timestamp: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A point as one frame shows it; `at` is the stamp (loop time)."""

    at: float
    value: Value | None
    frame: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When something came to be so: after `earliest`, no later than `latest` (loop time)."""

    earliest: float
    latest: float
    cycle: float
    """Longest cycle of the messages that show it (s)."""


Found = tuple[Moment, list[Measurement]] | bool
"""A moment with the frames that show it. True: it was so before, False: it is not so yet."""


@dataclass(slots=True)
class Course:
    """All frames so far that show one point."""

    point: "VehiclePoint"
    state: "MessageState"
    cycle: float
    seen: list[Seen] = field(default_factory=list)

    def began(self, wanted: Wanted, after: float) -> tuple[Moment, Seen, Seen] | bool:
        """When it came to be so, with the frames before and after; the search begins at `after`.

        True: it was so before that. False: it is not so yet.
        """
        before: Seen | None = None
        for one in self.seen:
            if one.at > after and holds(self.point, one.value, wanted):
                if before is None or holds(self.point, before.value, wanted):
                    return True
                return Moment(before.at - self.cycle, one.at, self.cycle), before, one
            before = one
        return False


def holds(point: "VehiclePoint", value: Value | None, wanted: Wanted) -> bool:
    """Whether a value is what is wanted."""
    if isinstance(wanted, str):
        return value == wanted
    if isinstance(wanted, list):
        return value in wanted
    if value is None or isinstance(value, str | bool | list):
        return False
    unit = point.unit or "1"
    low = wanted.above is None or value > wanted.above.to(unit)
    return low and (wanted.below is None or value < wanted.below.to(unit))


class Watch:
    """Collects what the frames say of some points, from now until `seconds` are over."""

    def __init__(self, vehicle: "VehicleDevice", points: Sequence[str], seconds: float) -> None:
        self._vehicle = vehicle
        self._until = loop_time() + seconds
        self._stops: list[Callable[[], None]] = []
        self.courses: dict[str, Course] = {}
        by_message: dict[tuple[str, str], list[Course]] = {}
        for name in points:
            if why := vehicle.why_not(name):
                raise NotAvailableError(f"vehicle: {why}")
            point = vehicle.profile.points[name]
            if not point.signal:
                raise NotAvailableError(f"{name} is in no frame; it has to be asked for")
            bus = vehicle.chosen([point.bus])[0]
            state = bus.monitor.state(point.message)
            course = Course(point, state, state.spec.cycle_time or 0.0)
            self.courses[name] = course
            by_message.setdefault((bus.name, point.message), []).append(course)
        for (bus_name, _), courses in by_message.items():
            bus = next(one for one in vehicle.attached.values() if one.name == bus_name)
            take = self._taker(bus_name, courses)
            self._stops.append(bus.bus.subscribe(take, {courses[0].state.spec.id}))

    def _taker(self, bus: str, courses: list[Course]) -> Callable[[Frame], None]:
        def take(frame: Frame) -> None:
            if frame.timestamp > self._until:
                self.stop()
                return
            text = _written(bus, frame)
            for course in courses:
                seen = Seen(frame.timestamp, _value(course, bytes(frame.data)), text)
                course.seen.append(seen)

        return take

    @property
    def running(self) -> bool:
        return bool(self._stops)

    def stop(self) -> None:
        """Collect no more. Safe to call twice."""
        while self._stops:
            self._stops.pop()()

    @property
    def complete(self) -> bool:
        """Every point was in some frame by now."""
        return all(course.seen for course in self.courses.values())

    def untrusted(self) -> list[str]:
        """Points whose frames have wrong counters or checksums."""
        return [name for name, one in self.courses.items() if not one.state.is_trusted]

    def began(self, step: StepContext, wanted: Conditions, after: float) -> "Found":
        """When all of this came to be so, with the frames that show it; see `Course.began`."""
        earliest: list[float] = []
        latest: list[float] = []
        cycles: list[float] = []
        proof: list[Measurement] = []
        for name, one in wanted.items():
            found = self.courses[name].began(one, after)
            if isinstance(found, bool):
                return found
            moment, before, now = found
            earliest.append(moment.earliest)
            latest.append(moment.latest)
            cycles.append(moment.cycle)
            proof += [_shown(step, name, self.courses[name], seen) for seen in (before, now)]
        return Moment(max(earliest), max(latest), max(cycles)), proof


def _shown(step: StepContext, name: str, course: Course, seen: Seen) -> Measurement:
    start = step.clock.start.loop_time
    unit = course.point.unit
    return Measurement(
        name, seen.value, unit, source="vehicle", at=round(seen.at - start, 6), frame=seen.frame
    )


def _value(course: Course, data: bytes) -> Value | None:
    """What a payload says of the point; None when that is no value."""
    codec, signal = course.state.codec, course.point.signal
    raw = codec.raw_of(signal, data)
    if raw is None:
        return None
    scaling = codec.scaling(signal)
    if raw in scaling.sentinels or not scaling.in_range(raw):
        return None
    number: Value = scaling.to_physical(raw)
    label = scaling.label(raw) if scaling.is_enumeration else None
    return number if label is None else label


def _written(bus: str, frame: Frame) -> str:
    """The frame as records have it: `bus id#data`, `x` behind a 29-bit id."""
    number = frame.arbitration_id
    identifier = f"{number:08X}x" if frame.is_extended_id else f"{number:X}"
    return f"{bus} {identifier}#{bytes(frame.data).hex().upper()}"


_WATCHES: "WeakKeyDictionary[RunMemory, dict[str, Watch]]" = WeakKeyDictionary()
"""Memory of a procedure's run -> step -> what it began to watch."""


def keep(step: StepContext, watch: Watch) -> None:
    """Let later steps look at what this step began to watch."""
    _WATCHES.setdefault(step.memory, {})[step.step] = watch


def kept(step: StepContext, name: str) -> Watch:
    """What an earlier step began to watch. Raises NotAvailableError."""
    found = _WATCHES.get(step.memory, {}).get(name)
    if found is None:
        raise NotAvailableError(f"step {name} watched nothing")
    return found
