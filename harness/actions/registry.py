"""The verbs of a procedure: typed functions whose signature is their schema.

    @action("pile.measure", kind="R", title=Text("测量", "Measure"))
    async def measure(step: StepContext, *, point: PointName, samples: int = 1) -> None: ...

Parameters after `step` are what a procedure writes under `with:`; a trailing underscore is left
out there (`is_` is written `is`). Annotated markers tell the checker, before anything is opened,
which points are read or written and which of their states are named; what markers cannot say, a
`check` finds. A lab adds its own verbs in its own package through the entry point group
`harness.actions`: a module that is imported and whose decorators register.
"""

import inspect
import typing
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from harness.datafile import Path_
from harness.errors import UnknownNameError, UsageError
from harness.limits import Limit
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench
    from harness.procedure.model import Step

ActionFunction = Callable[..., Awaitable[None]]
StepKind = Literal["R", "W", "J", "I", "O", "V", "D", "A"]


@dataclass(frozen=True, slots=True)
class PointRef:
    """Marks a parameter as the name of a point of the action's own device."""

    access: Literal["read", "write"] = "read"
    optional: bool = False
    limited: bool = False
    """The reading itself is held against the step's limit, so their units have to fit."""
    role_from: str | None = None
    """The parameter that names the device, where it is not the action's own role."""
    role: str | None = None
    """The device, where the action has several."""


@dataclass(frozen=True, slots=True)
class StateOf:
    """Marks a parameter as holding states of a point, which are checked against the profile."""

    point: str | None = None
    """The parameter that names the point. None: a mapping from points to their states."""
    keys: bool = False
    """The states are the keys of a mapping, not its values."""
    flags: bool = False
    """Names of flags, of any of the points that `point` names."""


PointName = Annotated[str, PointRef()]
PointNames = Annotated[list[str], PointRef()]
OptionalPoints = Annotated[tuple[str, ...], PointRef(optional=True)]
LimitedPoint = Annotated[str, PointRef(limited=True)]
LimitedPoints = Annotated[list[str], PointRef(limited=True)]
WrittenPoint = Annotated[str, PointRef("write")]

_OWN_ROOMS = (
    "harness.actions.points",
    "harness.actions.waiting",
    "harness.actions.metering",
    "harness.actions.metering_error",
    "harness.actions.steadiness",
    "harness.actions.billing",
    "harness.actions.loads",
    "harness.actions.clocks",
    "harness.actions.communication",
    "harness.actions.charging",
    "harness.actions.person",
    "harness.actions.injection",
    "harness.actions.joint",
    "harness.actions.network",
    "harness.actions.diagnostics",
    "harness.actions.snapshots",
    "harness.actions.vehicle_snapshots",
    "harness.actions.snapshot_content",
    "harness.actions.handover",
    "harness.actions.trip",
    "harness.actions.tyre_loss",
    "harness.actions.vehicle_maintenance",
    "harness.actions.read_only",
    "harness.actions.heard",
    "harness.actions.heard_codes",
    "harness.actions.custody",
    "harness.actions.quotient",
    "harness.actions.permanent",
    "harness.actions.grading",
    "harness.actions.charge_capacity",
    "harness.actions.operating",
    "harness.actions.sending",
    "harness.actions.bus_watching",
    "harness.actions.bus_measuring",
    "harness.actions.bus_diagnosis",
    "harness.actions.isolation",
    "harness.actions.protection",
    "harness.actions.site_scan",
    "harness.actions.site_table",
    "harness.actions.site_setting",
    "harness.actions.site_work",
    "harness.actions.pile_looking",
    "harness.actions.pile_trying",
    "harness.actions.pile_diagnosis",
    "harness.actions.pile_hands",
    "harness.actions.pile_naming",
    "harness.actions.pile_isolation",
    "harness.actions.pile_repair",
    "harness.actions.pile_report",
    "harness.actions.pilot_session",
    "harness.actions.maintenance",
    "harness.actions.reports",
    "harness.actions.trial",
    "harness.actions.pilot_checks",
    "harness.actions.trace_recording",
    "harness.actions.trace_timing",
    "harness.actions.trace_measuring",
    "harness.actions.trace_pulse",
    "harness.actions.trace_no_trip",
    "harness.actions.trace_parts",
    "harness.actions.trace_digital",
    "harness.actions.trace_spread",
    "harness.actions.pilot_openings",
    "harness.actions.checks",
    "harness.actions.sockets",
    "harness.actions.beside",
    "harness.actions.tester_files",
    "harness.actions.tester_brakes",
    "harness.actions.tester_braking",
    "harness.actions.tester_numbers",
    "harness.actions.tester_lamps",
    "harness.actions.vehicle_braking",
    "harness.actions.vehicle_flashing",
    "harness.actions.lamp_check",
    "harness.actions.sensor_frames",
    "harness.actions.sensor_targets",
    "harness.actions.sensor_cleaning",
    "harness.actions.sensor_functions",
    "harness.actions.ruler",
    "harness.actions.acceleration",
    "harness.actions.unit_work.due",
    "harness.actions.unit_work.access",
    "harness.actions.unit_work.backup",
    "harness.actions.unit_work.routines",
    "harness.actions.unit_work.coding",
    "harness.actions.unit_work.settle",
    "harness.actions.preparing.task",
    "harness.actions.preparing.writing",
    "harness.actions.preparing.charging",
    "harness.actions.preparing.gates",
    "harness.actions.standstill",
    "harness.actions.sorting",
    "harness.actions.user_data",
    "harness.actions.cockpit",
    "harness.actions.battery.recording",
    "harness.actions.battery.extremes",
    "harness.actions.battery.by_instrument",
    "harness.actions.battery.cells",
    "harness.actions.battery.energy",
    "harness.actions.by_wire.release",
    "harness.actions.by_wire.handshake",
    "harness.actions.by_wire.moving",
    "harness.actions.by_wire.moved",
    "harness.actions.by_wire.switching",
    "harness.actions.by_wire.timeout",
    "harness.actions.by_wire.illegal",
    "harness.actions.by_wire.takeover",
    "harness.actions.by_wire.refused",
    "harness.actions.by_wire.interrupted",
    "harness.actions.by_wire.selecting",
)


@dataclass
class CheckContext:
    """What a check of one step may look at, and where it puts what it finds."""

    bench: "LoadedBench"
    step: "Step"
    parameters: dict[str, Any]
    limit: Limit | None
    earlier: list[str]
    """Ids of the steps before this one."""
    steps: list[str]
    """Ids of all steps of the procedure."""
    limit_problem: Callable[[str, str], None]
    """Complain about the limit (what, expected), at the place that it comes from."""
    bench_problem: Callable[[Path_, str, str], None]
    """Complain about the bench file (path, what, expected)."""


Complaint = tuple[Path_, str, str]
"""Path below the step, what is wrong there, what was expected."""
Check = Callable[[CheckContext], Iterable[Complaint]]


@dataclass(frozen=True)
class Action:
    """One registered verb."""

    name: str
    title: Text
    kind: StepKind
    function: ActionFunction
    parameters: type[BaseModel]
    points: dict[str, PointRef] = field(default_factory=dict)
    energises: bool = False
    moves: bool = False
    """Something on the vehicle moves by it: steering, brakes, wheels."""
    writes: bool = False
    judges: bool = True
    """Whether a step of this verb makes a claim about the device."""
    limit: Literal["needed", "optional", "none"] = "optional"
    possible: Callable[["LoadedBench", str, dict[str, Any]], str] | None = None
    """Says why this bench cannot run it, or nothing."""
    sequence: str | None = None
    """The profile's sequence that it carries out, for announcing what is written."""
    states: dict[str, StateOf] = field(default_factory=dict)
    """Parameters that hold states of a point."""
    check: Check | None = None
    """Finds mistakes that neither types nor markers can say."""
    also: tuple[str, ...] = ()
    """Further devices that it uses where the bench has them."""

    def alias(self, parameter: str) -> str:
        """The parameter's name as it is written in a procedure."""
        return self.parameters.model_fields[parameter].alias or parameter

    @property
    def role(self) -> str:
        """The device that the verb acts on. `can` and `diag` are ways to the vehicle."""
        room = self.name.partition(".")[0]
        return "vehicle" if room in ("can", "diag") else room

    def role_at(self, parameter: str, parameters: dict[str, Any]) -> str:
        """The device whose points a marked parameter names."""
        reference = self.points[parameter]
        if reference.role_from is not None:
            return str(parameters[reference.role_from])
        return reference.role or self.role

    def point_names(self, parameters: dict[str, Any]) -> Iterator[tuple[str, str, PointRef]]:
        """Role and name of every point that these parameters name, with how it is used."""
        for _, role, name, reference in self.point_places(parameters):
            yield role, name, reference

    def point_places(
        self, parameters: dict[str, Any]
    ) -> Iterator[tuple[Path_, str, str, PointRef]]:
        """The same, each with where it is written below `with`."""
        for name, reference in self.points.items():
            value = parameters.get(name)
            role = self.role_at(name, parameters)
            alias = self.alias(name)
            if isinstance(value, str):
                yield (alias,), role, value, reference
            elif isinstance(value, dict):
                for entry in value:
                    yield (alias, entry), role, str(entry), reference
            elif isinstance(value, list | tuple):
                for index, entry in enumerate(value):
                    yield (alias, index), role, str(entry), reference

    def role_of(self, parameter: str, parameters: dict[str, Any]) -> str:
        """The device whose points a parameter names."""
        return self.role_at(parameter, parameters) if parameter in self.points else self.role


_actions: dict[str, Action] = {}
_loaded = False


def action(
    *names: str,
    title: Text,
    kind: StepKind,
    energises: bool = False,
    moves: bool = False,
    writes: bool = False,
    judges: bool = True,
    limit: Literal["needed", "optional", "none"] = "optional",
    possible: Callable[["LoadedBench", str, dict[str, Any]], str] | None = None,
    sequence: str | None = None,
    check: Check | None = None,
    also: tuple[str, ...] = (),
) -> Callable[[ActionFunction], ActionFunction]:
    """Register an async function under one or more verbs (`pile.measure`, `meter.measure`)."""

    def register(function: ActionFunction) -> ActionFunction:
        if not inspect.iscoroutinefunction(function):
            raise UsageError(f"the action {names[0]} is not an async function")
        for name in names:
            known = _actions.get(name)
            # A module that is loaded again brings the same function under the same verb.
            if known is not None and _place(known.function) != _place(function):
                raise UsageError(
                    f"the action {name!r} of {_place(function)} is already taken by "
                    f"{_place(known.function)}"
                )
            model, points, states = _schema(name, function)
            _actions[name] = Action(
                name, title, kind, function, model, points, energises, moves, writes, judges, limit,
                possible, sequence, states, check, also,
            )  # fmt: skip
        return function

    return register


def _place(function: ActionFunction) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def check_of(*names: str) -> Callable[[Check], Check]:
    """Give registered verbs a check that is written elsewhere."""

    def attach(check: Check) -> Check:
        for name in names:
            _actions[name] = replace(_actions[name], check=check)
        return check

    return attach


def _schema(
    name: str, function: ActionFunction
) -> tuple[type[BaseModel], dict[str, PointRef], dict[str, StateOf]]:
    hints = typing.get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    points: dict[str, PointRef] = {}
    states: dict[str, StateOf] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise UsageError(f"parameter {parameter.name!r} of {name} must be keyword-only")
        hint = hints[parameter.name]
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (hint, Field(default, alias=parameter.name.rstrip("_")))
        for part in (hint, *typing.get_args(hint)):
            for mark in getattr(part, "__metadata__", ()):
                if isinstance(mark, PointRef):
                    points[parameter.name] = mark
                elif isinstance(mark, StateOf):
                    states[parameter.name] = mark
    model = create_model(
        f"Parameters of {name}",
        __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True),
        **fields,
    )
    return model, points, states


def load_actions() -> None:
    """Import our own verbs and those of installed packages, once.

    Raises UsageError that names the package whose verbs cannot be imported.
    """
    global _loaded  # noqa: PLW0603 - a registry is filled once a process
    if _loaded:
        return
    for module in _OWN_ROOMS:
        import_module(module)
    for entry in entry_points(group="harness.actions"):
        try:
            entry.load()
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            raise UsageError(f"the actions of {entry.value!r} cannot be loaded: {what}") from error
    _loaded = True


def get_action(name: str) -> Action:
    """The verb of that name. Raises UnknownNameError."""
    load_actions()
    try:
        return _actions[name]
    except KeyError:
        raise UnknownNameError("action", name, list(_actions)) from None


def all_actions() -> dict[str, Action]:
    load_actions()
    return dict(sorted(_actions.items()))
