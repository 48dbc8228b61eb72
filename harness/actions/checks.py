"""Mistakes in steps of our own verbs that neither types nor markers can say.

Each check yields path below the step, what is wrong, and what was expected. Nothing is opened.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from harness.actions.joint_given import check_passed, earlier
from harness.actions.person import ReadingKey
from harness.actions.registry import CheckContext, Complaint, check_of
from harness.actions.waiting import check_waited
from harness.bench.simulated import seeded_faults
from harness.bench.states import expected_of, fits, flags_of, shipped_points
from harness.devices.device import PointInfo
from harness.errors import UnknownNameError, UsageError
from harness.limits import Clear, Equals, Limit, OneOf, Range, Within, describe
from harness.quantity import known_unit, same_dimension

_MARKS = [0, 1, 2, 3]
_ROLES = ("pile", "meter", "vehicle", "injector", "load", "source")
_WITHIN = "a limit of the form `within: 3 s`"


@dataclass(frozen=True)
class _Wants:
    """The form of limit that a verb can judge by; `unit` is one of the dimension wanted."""

    form: type[Range | Within]
    unit: str | None = None

    def check(self, context: CheckContext) -> None:
        limit = context.limit
        if limit is None:
            return
        dimension = self.unit or "the unit of the reading"
        words = _WITHIN if self.form is Within else f"a limit with low or high, in {dimension}"
        if not isinstance(limit, self.form):
            context.limit_problem(f"{context.step.do} cannot judge by {_shown(limit)}", words)
        elif self.unit is not None and not same_dimension(limit.unit, self.unit):
            context.limit_problem(f"the limit is in {limit.unit}", words)


def _shown(limit: Limit) -> str:
    form = {Range: "a range", Within: "a time", OneOf: "states", Equals: "a state", Clear: "flags"}
    return f"{form[type(limit)]} ({describe(limit)})"


@check_of("pile.wait_for", "vehicle.wait_for")
def _waited(context: CheckContext) -> Iterator[Complaint]:
    _Wants(Within).check(context)
    yield from check_waited(context)


@check_of("pile.start_charging", "pile.stop_charging")
def _timed(context: CheckContext) -> Iterator[Complaint]:
    _Wants(Within).check(context)
    return iter(())


@check_of(
    "pile.measure", "meter.measure", "vehicle.measure", "pile.resolution", "meter.resolution",
    "pile.creep", "meter.creep",
)  # fmt: skip
def _ranged(context: CheckContext) -> Iterator[Complaint]:
    _Wants(Range).check(context)
    if "if_passed" in context.parameters:
        yield from check_passed(context)


@check_of("pile.clock_offset", "meter.clock_offset", "pile.response_time", "meter.response_time")
def _range_of_time(context: CheckContext) -> Iterator[Complaint]:
    _Wants(Range, "s").check(context)
    return iter(())


@check_of("pile.communication", "meter.communication")
def _range_of_share(context: CheckContext) -> Iterator[Complaint]:
    _Wants(Range, "%").check(context)
    return iter(())


def _points(context: CheckContext, role: str, name: str) -> list[PointInfo]:
    """The bench's own point, or where it has none, that of the shipped profiles."""
    points = context.bench.points_of(role)
    return [points[name]] if name in points else list(shipped_points(role, name))


@check_of("vehicle.spread", "vehicle.agrees_with_sum")
def _difference(context: CheckContext) -> Iterator[Complaint]:
    """The limit fits the difference of the quantities named, whatever they are."""
    parameters = context.parameters
    names = parameters["points"] if "points" in parameters else [parameters["total"]]
    for name in names:
        points = _points(context, "vehicle", name)
        unit = points[0].unit if points else None
        _Wants(Range, "K" if unit == "°C" else unit).check(context)
    return iter(())


@check_of("pile.agrees_with", "vehicle.agrees_with")
def _agrees(context: CheckContext) -> Iterator[Complaint]:
    points = _points(context, context.step.do.partition(".")[0], context.parameters["point"])
    unit = points[0].unit if points else None
    _Wants(Range, "K" if unit == "°C" else unit).check(context)
    yield from _earlier(context, context.parameters["reading_of"], ("with", "reading_of"))


def _earlier(context: CheckContext, name: str, path: tuple[str | int, ...]) -> Iterator[Complaint]:
    if name in context.earlier:
        return
    if name in context.steps:
        yield path, f"the step {name!r} is not before this one", "an earlier step"
    else:
        error = UnknownNameError("earlier step", name, context.earlier)
        yield path, error.detail, "the id of an earlier step"


@check_of("pile.expect", "meter.expect", "vehicle.expect")
def _expect(context: CheckContext) -> Iterator[Complaint]:
    name, limit = context.parameters["point"], context.limit
    if not context.parameters["states"] and name is None:
        yield ("with",), "nothing is expected", "`states`, or `point` and a limit"
    if name is None:
        return
    if limit is None:
        yield ("with", "point"), f"no limit for {name!r}", "an item with one, or `limit:`"
        return
    points = _points(context, context.step.do.partition(".")[0], name)
    if not points:
        return
    if isinstance(limit, Within):
        context.limit_problem(f"{name!r} is no time that is waited for", "a range, or states")
    elif isinstance(limit, Clear):
        if not flags_of(points):
            context.limit_problem(f"{name!r} holds no flags", "a range, or states")
    elif isinstance(limit, Range):
        _range_on(context, limit, name, points)
    else:
        for value in limit.values if isinstance(limit, OneOf) else [limit.value]:
            if not fits(points, value):
                context.limit_problem(f"{name} cannot be {value!r}", expected_of(points))


def _range_on(context: CheckContext, limit: Range, name: str, points: list[PointInfo]) -> None:
    numbers = [
        point
        for point in points
        if not (point.flags or point.values or point.is_text or point.type == "bool")
    ]
    if not numbers:
        context.limit_problem(f"{name!r} is no number", "states: `equals` or `one_of`")
    elif not any(same_dimension(point.unit or "1", limit.unit) for point in numbers):
        unit = numbers[0].unit or "1"
        context.limit_problem(f"{name} is in {unit}, the limit in {limit.unit}", f"{unit}")


@check_of("pile.flags_clear", "vehicle.flags_clear")
def _flags(context: CheckContext) -> Iterator[Complaint]:
    for index, name in enumerate(context.parameters["points"]):
        points = _points(context, context.step.do.partition(".")[0], name)
        if name in ("fault_code", "alarm_code"):
            continue  # one code at a time
        if points and not flags_of(points):
            yield ("with", "points", index), f"{name!r} holds no flags", "a point with named bits"


@check_of("operator.observe")
def _observe(context: CheckContext) -> Iterator[Complaint]:
    parameters = context.parameters
    choices = parameters["choices"]
    if len(choices) < 2:
        yield ("with", "choices"), "nothing to choose from", "at least two choices"
    if parameters["device"] not in _ROLES:
        yield (
            ("with", "device"),
            f"no role is called {parameters['device']!r}",
            "one of: " + ", ".join(_ROLES),
        )
    if not parameters["states"]:
        yield ("with", "states"), "no state has an answer", "an answer for each state"
    for state, answer in parameters["states"].items():
        yield from _one_of(answer, choices, ("with", "states", state))
    for answer in parameters["labels"] or {}:
        yield from _one_of(answer, choices, ("with", "labels", answer))


def _one_of(value: str, choices: Iterable[Any], path: tuple[str | int, ...]) -> Iterator[Complaint]:
    names = [str(choice) for choice in choices]
    if value not in names:
        yield path, f"{value!r} is not one of the choices", "one of: " + ", ".join(names)


@check_of("operator.reading")
def _reading(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier(context, context.parameters["if_run"], "if_run")
    try:
        unit = known_unit(context.parameters["unit"])
    except UsageError as error:
        what, _, expected = error.detail.partition("; expected ")
        yield ("with", "unit"), what, expected
        return
    if isinstance(context.limit, Range) and not same_dimension(context.limit.unit, unit):
        context.limit_problem(
            f"the limit is in {context.limit.unit}, the reading in {unit}", f"a limit in {unit}"
        )
    else:
        _Wants(Range, unit).check(context)
    for name, tool in context.bench.model.instruments.items():
        if tool.type != context.parameters["instrument"] or tool.uncertainty is None:
            continue
        fitting = ("%", "°C", "K") if unit in ("°C", "K") else ("%", unit)
        units = [part.unit for part in tool.uncertainty.parts]
        odd = [own for own in units if not any(same_dimension(own, other) for other in fitting)]
        if odd:
            context.bench_problem(
                ("instruments", name, "uncertainty"),
                f"an uncertainty in {odd[0]} for readings in {unit} (step {context.step.id!r})",
                f"a quantity in {unit}, or in %",
            )


@check_of("operator.decide")
def _decide(context: CheckContext) -> Iterator[Complaint]:
    key, choices = context.parameters["key"], context.parameters["choices"]
    if isinstance(key, ReadingKey):
        yield from _earlier(context, key.reading_of, ("with", "key", "reading_of"))
        for value, answer in key.answers.items():
            yield from _one_of(answer, choices, ("with", "key", "answers", value))
        return
    for name in ("in_service", "restricted", "out_of_service"):
        yield from _one_of(getattr(key, name), choices, ("with", "key", name))
    if key.undecided is not None:
        yield from _one_of(key.undecided, choices, ("with", "key", "undecided"))
    for index, step in enumerate(key.out_of_service_if_failed):
        yield from _earlier(context, step, ("with", "key", "out_of_service_if_failed", index))


@check_of("operator.rate")
def _rate(context: CheckContext) -> Iterator[Complaint]:
    if sorted(context.parameters["anchors"]) != _MARKS:
        yield ("with", "anchors"), "these are not the marks", "an anchor for each of 0, 1, 2, 3"


@check_of("fault.set", "fault.clear")
def _fault(context: CheckContext) -> Iterator[Complaint]:
    for key in ("if_passed", "if_run"):
        yield from earlier(context, context.parameters.get(key, ()), key)
    known, name = seeded_faults(), context.parameters["fault"]
    board = context.bench.model.devices.get("injector")
    if board is not None and name in board.faults:
        return
    if name in known:
        return  # a board without a relay for it: not possible here, see `injection.not_wired`
    if board is not None and not context.bench.simulated_inside:
        wired = ", ".join(board.faults)
        yield ("with", "fault"), f"the injector has no fault {name!r}", f"one of: {wired}"
    else:
        error = UnknownNameError("fault", name, list(known))
        yield ("with", "fault"), error.detail, "a fault of the simulated bench"
