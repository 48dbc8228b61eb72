"""The energy that a pile counts against a reference meter. No legal verification."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.energy_interval import (
    Interval,
    Snapshot,
    Steps,
    energy_needed,
    float_step,
    power_of_ten_in,
)
from harness.actions.joint_given import number_of
from harness.actions.registry import (
    CheckContext,
    Complaint,
    OptionalPoints,
    PointName,
    PointNames,
    PointRef,
    action,
)
from harness.bench.calibration import NO_DATE
from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.modbus.device import ModbusDevice
from harness.errors import NotAvailableError
from harness.events import OutcomeNoted
from harness.fields import DurationField
from harness.limits import Range
from harness.quantity import Measurement, Quality, Quantity, Value, convert, same_dimension
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

PilePoint = Annotated[str, PointRef(role="pile")]
REFERENCE_RATIO = 1 / 3
"""Of the limit: a reference whose uncertainty is larger is recorded as a weak one."""
_BEYOND_CHANCE = 1000
_ROUNDS = 20
_TIGHT = Text("标准器不确定度偏大", "The reference is weak for this limit")
NO_STATED_U = "the bench file states no uncertainty of it"


def _ranged(context: CheckContext) -> Iterator[Complaint]:
    """The limit is an error in %, with two ends."""
    limit = context.limit
    if not isinstance(limit, Range) or limit.unit != "%" or None in (limit.low, limit.high):
        context.limit_problem(
            f"{context.step.do} cannot judge by this limit",
            "a limit with low and high, in %",
        )
    return iter(())


def _half_width(step: StepContext) -> float:
    """The limit of error in %: half the width of the step's range."""
    limit = step.limit
    if not isinstance(limit, Range) or limit.low is None or limit.high is None:
        raise NotAvailableError(f"step {step.step} needs a limit with low and high")
    return convert((limit.high - limit.low) / 2, limit.unit, "%")


def why_no_reference(step: StepContext, point: str) -> str:
    """Why this meter cannot serve as a reference on this day; empty when it can."""
    entry = step.bench.model.devices["meter"]
    if entry.calibration_due is None:
        return NO_DATE
    if why := step.bench.calibration_run_out("meter"):
        return why
    return "" if point in entry.uncertainty else NO_STATED_U


@action(
    "meter.reference",
    kind="R",
    judges=False,
    limit="needed",
    check=_ranged,
    title=Text("标准器信息", "Reference meter"),
)
async def reference(step: StepContext, *, point: PointName = "total_energy") -> None:
    """Put on record what the reference meter is and what it is good for.

    The uncertainty (k = 2) that the bench states of `point` is compared with the step's limit.
    Larger than a third of it is no failure: it is noted, and the guard band grows with it. A
    meter that is out of calibration, or of which no date or no uncertainty is stated, makes the
    step inconclusive.
    """
    reading = await step.read_one(point)
    half = _half_width(step)
    why = why_no_reference(step, point)
    if why:
        step.judge(
            Measurement(
                name=f"{point}.reference_uncertainty",
                value=None,
                unit="%",
                quality=Quality.OUT_OF_CALIBRATION,
                source=step.role,
                at=reading.at,
                note=why,
            )
        )
        return
    entry = step.bench.model.devices["meter"]
    stated = entry.uncertainty[point]
    step.measured(
        Measurement(
            name=f"{point}.reference_uncertainty",
            value=stated.value,
            unit=stated.unit,
            source=step.role,
            at=reading.at,
            note=f"in calibration until {entry.calibration_due}",
        )
    )
    if stated.unit != "%":
        return  # how much that is depends on the energy; the comparison works it out
    share = stated.value / half
    if share > REFERENCE_RATIO:
        step.emit(
            OutcomeNoted(
                where=f"step {step.step}",
                branch="bench",
                headline=_TIGHT,
                detail=f"its uncertainty of {stated} is {100 * share:.3g} % of the limit; "
                "a third or less is usual",
            )
        )


def _both_have(bench: "LoadedBench", role: str, parameters: dict[str, Any]) -> str:
    return next((why for name in parameters["points"] if (why := bench.missing("pile", name))), "")


@action(
    "meter.agrees_with_pile",
    kind="J",
    limit="needed",
    check=_ranged,
    possible=_both_have,
    title=Text("两表示值相近", "Both meters see the same"),
)
async def agrees_with_pile(
    step: StepContext, *, points: PointNames, if_present: OptionalPoints = ()
) -> None:
    """Read the same quantities of meter and pile, and judge meter over pile, less 100 %.

    A gross difference is a wrong connection, ratio or phase, and no error of metering.
    """
    pile = step.bench.device("pile")
    names = [*points]
    names += [name for name in if_present if step.device.has(name) and pile.has(name)]
    theirs = await step.read(names, role="pile")
    ours = await step.read(names)
    for name in names:
        own, other = number_of(ours[name]), number_of(theirs[name])
        if own is None or other is None:
            step.judge(ours[name] if own is None else theirs[name])
            continue
        whole = convert(other, theirs[name].unit or "1", ours[name].unit or "1")
        if whole == 0.0:
            step.judge(_nothing(step, f"{name}.difference", f"{name} of the pile is 0"))
            continue
        step.judge(
            Measurement(
                name=f"{name}.difference",
                value=round(100.0 * (own - whole) / whole, 4),
                unit="%",
                source=f"{step.role}, pile",
                at=ours[name].at,
                transactions=[*ours[name].transactions, *theirs[name].transactions],
            )
        )


def _nothing(step: StepContext, name: str, why: str) -> Measurement:
    return Measurement(
        name=name,
        value=None,
        unit="%",
        quality=Quality.MISSING,
        source=f"{step.role}, pile",
        at=step.clock.elapsed(),
        note=why,
    )


def _counts_energy(bench: "LoadedBench", role: str, parameters: dict[str, Any]) -> str:
    """Why the two registers cannot be compared; a pile may count VAh."""
    registers = (("pile", parameters["point"]), (role, parameters["reference"]))
    return next((why for of, name in registers if (why := why_no_energy(bench, of, name))), "")


def why_no_energy(bench: "LoadedBench", role: str, name: str) -> str:
    """Why a point is no energy; empty when it is one, or is not there at all."""
    point = bench.points_of(role).get(name)
    if point is None or same_dimension(point.unit or "1", "Wh"):
        return ""
    return f"{name} is in {point.unit or 'a plain number'}, which is no energy"


class _Comparison:
    """One comparison: reads both registers as nearly at once as two wires allow."""

    def __init__(self, step: StepContext, point: str, reference: str) -> None:
        self.step = step
        self.pile = step.bench.modbus("pile")
        self.meter = step.modbus
        self.point, self.reference = point, reference
        self._raw: list[int] = []
        self._shown = 0.0
        self.readings: list[Measurement] = []

    async def snapshot(self) -> Snapshot | Measurement:
        """Reference, pile, reference: the reference at the pile's moment lies between the two.

        Returns the reading that cannot be used, where there is one.
        """
        before, early = await self._one(self.meter, self.reference)
        counted, middle = await self._one(self.pile, self.point)
        after, late = await self._one(self.meter, self.reference)
        numbers = [_watt_hours(one) for one in (before, counted, after)]
        for one, number in zip((before, counted, after), numbers, strict=True):
            if number is None:
                return one
        first, pile, last = (number or 0.0 for number in numbers)
        self.readings += [before, counted, after]
        if isinstance(counted.raw, int):
            self._raw.append(counted.raw)
        self._shown = max(abs(first), abs(last))
        at = counted.at - middle / 2
        start, end = before.at - early / 2, after.at - late / 2
        share = (at - start) / (end - start) if end > start else 0.0
        return Snapshot(pile, first + share * (last - first), at, middle, max(early, late))

    async def _one(self, device: ModbusDevice, point: str) -> tuple[Measurement, float]:
        """A reading, and how long its exchange took."""
        reading = await self.step.read_one(point, role=device.role)
        return reading, device.context.seconds

    def steps(self) -> Steps | str:
        """How finely both registers count (Wh); a text says what is not known.

        A pile whose readings all stick to a large power of ten counts more coarsely than its
        profile says; one reading does so by chance.
        """
        own = self.pile.profile.points.get(self.point)
        if own is None or own.resolution is None:
            return f"the profile states no resolution for {self.point!r}"
        coarse = min((power_of_ten_in(raw) for raw in self._raw), default=1)
        fine = convert(own.resolution, own.unit or "kWh", "Wh")
        theirs = self.meter.profile.points.get(self.reference)
        stated = self.step.bench.model.devices["meter"].resolution.get(self.reference)
        if stated is not None:
            step = stated.to("Wh")
        elif theirs is not None and theirs.resolution is not None:
            step = convert(theirs.resolution, theirs.unit or "kWh", "Wh")
        else:
            return "the bench file does not say how finely the reference meter counts"
        if theirs is not None and theirs.type == "f32":
            # A float that has counted for years is coarser than the register behind it.
            unit = theirs.unit or "kWh"
            step = max(step, convert(float_step(convert(self._shown, "Wh", unit)), unit, "Wh"))
        return Steps(fine * (coarse if coarse >= _BEYOND_CHANCE else 1), step)

    def reference_uncertainty(self, energy: float) -> float:
        """U (k = 2) of an energy of the reference, in Wh, as the bench states it."""
        stated: Quantity = self.step.bench.model.devices["meter"].uncertainty[self.reference]
        if stated.unit == "%":
            return energy * stated.value / 100.0
        return stated.to("Wh")


def _watt_hours(reading: Measurement) -> float | None:
    number = number_of(reading)
    return None if number is None else convert(number, reading.unit or "kWh", "Wh")


@action(
    "meter.compare_energy",
    kind="J",
    limit="needed",
    check=_ranged,
    possible=_counts_energy,
    title=Text("区间电能比对", "Energy of an interval"),
)
async def compare_energy(
    step: StepContext,
    *,
    point: PilePoint = "total_energy",
    reference: PointName = "total_energy",
    at_least: Annotated[DurationField, Field(gt=0)] = 60.0,
    longest: DurationField = 7200.0,
    refresh: DurationField = 0.0,
) -> None:
    """Judge (W_pile - W_ref) / W_ref over one interval, with its uncertainty.

    The interval is `at_least` that long, and so long that the steps of both registers, and what
    they may be behind (`refresh`), are a tenth of the limit or less. That is worked out from the
    power that flows; when it would take `longer` than that, nothing is judged. A reference that
    is out of calibration, or of which the bench states no uncertainty, judges nothing.
    """
    name = f"{point}.error"
    if why := why_no_reference(step, reference):
        step.judge(_unjudged(step, name, why, Quality.OUT_OF_CALIBRATION))
        return
    half = _half_width(step)
    work = _Comparison(step, point, reference)
    first = await work.snapshot()
    if isinstance(first, Measurement):
        step.judge(first)
        return
    until = Deadline(min(step.deadline.at, loop_time() + longest))
    due = loop_time() + at_least
    for _ in range(_ROUNDS):
        await sleep_until(min(due, until.at))
        last = await work.snapshot()
        if isinstance(last, Measurement):
            step.judge(last)
            return
        interval = Interval(first, last)
        if interval.reference <= 0.0 or interval.power <= 0.0:
            step.judge(_unjudged(step, name, "the reference meter counted nothing"))
            return
        steps = work.steps()
        if isinstance(steps, str):
            step.judge(_unjudged(step, name, steps))
            return
        needed = energy_needed(steps, half, interval.power, refresh)
        if interval.reference >= needed:
            _judge_interval(step, name, work, interval, _Terms(steps, needed, refresh))
            return
        left = (needed - interval.reference) / interval.power * 3600.0
        due = loop_time() + 1.01 * left + 0.1
        if due > until.at:
            break
    step.judge(_unjudged(step, name, _too_long(interval, needed, longest)))


def _too_long(interval: Interval, needed: float, longest: float) -> str:
    """In words: what the interval would have to be."""
    hours = needed / interval.power
    return (
        f"{needed / 1000:.3g} kWh are needed, {hours:.3g} h at {interval.power / 1000:.3g} kW; "
        f"at most {longest / 3600:.3g} h are allowed"
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    """What an interval is judged with."""

    steps: Steps
    needed: float
    """Wh."""
    refresh: float


def _judge_interval(
    step: StepContext, name: str, work: _Comparison, interval: Interval, terms: _Terms
) -> None:
    """Put the interval on record, and judge the error."""
    at = step.clock.elapsed()

    def keep(what: str, value: Value, unit: str, source: str, note: str = "") -> None:
        step.measured(Measurement(what, value, unit, source=source, at=at, note=note))

    keep("interval_duration", round(interval.seconds, 3), "s", "harness")
    keep("interval_energy", round(interval.pile / 1000, 6), "kWh", "pile")
    keep(
        "interval_energy",
        round(interval.reference / 1000, 6),
        "kWh",
        step.role,
        f"at least {terms.needed / 1000:.4g} kWh were needed",
    )
    own = work.reference_uncertainty(interval.reference)
    step.judge(
        Measurement(
            name=name,
            value=round(interval.error, 4),
            unit="%",
            uncertainty=round(interval.uncertainty(terms.steps, own, terms.refresh), 4),
            source=f"pile, {step.role}",
            at=at,
            transactions=sorted({line for one in work.readings for line in one.transactions}),
            note=f"reference {100 * own / interval.reference:.3g} %, k = 2; "
            "a spot check, no legal verification",
        )
    )


def _unjudged(
    step: StepContext, name: str, why: str, quality: Quality = Quality.MISSING
) -> Measurement:
    return Measurement(
        name=name,
        value=None,
        unit="%",
        quality=quality,
        source=f"pile, {step.role}",
        at=step.clock.elapsed(),
        note=why,
    )
