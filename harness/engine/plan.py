"""Binding a procedure to a bench: everything that can be known before power.

Actions, parameters, points, units, limits and items are resolved here, and every mistake is
reported with its place. What this bench cannot offer is not a mistake: the step is planned as
not run, with the reason. The plan also says what would be written, energised and moved.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.actions.context import ItemRef
from harness.actions.registry import Action, CheckContext, StateOf, get_action
from harness.bench.instrument_files import SCPI_ROLES
from harness.bench.load import LoadedBench
from harness.bench.roles import split_fault
from harness.bench.simulated import seeded_faults
from harness.bench.states import can_hold, expected_of, fits, flags_of, shipped_points
from harness.catalogue.load import Catalogue
from harness.datafile import Path_, validate
from harness.devices.device import PointInfo
from harness.errors import (
    FileError,
    NotAvailableError,
    Problem,
    UnknownNameError,
    UsageError,
)
from harness.limits import Limit, Range
from harness.procedure.load import LoadedProcedure
from harness.procedure.model import Step
from harness.quantity import Quantity, same_dimension
from harness.text import Text

DEVICE_ROLES = ("pile", "meter", "vehicle", "injector", "load", "source")
SITE_ROOM = "site"
"""Room of the verbs that act on every pile of an outlet."""
_OTHER_ROOMS = ("operator", "bench", "fault", "trace")
"""Rooms of our own verbs that act on no device of their own."""


@dataclass(frozen=True)
class Obstacle:
    """Why a step is not run: a headline for people, and the detail."""

    headline: Text
    detail: str


_SET_FAULT = "fault.set"
NOT_RELEASED = Obstacle(
    Text("未授权通电", "Energising was not released"),
    "energising was not released (--allow-energise)",
)
MOTION_NOT_RELEASED = Obstacle(
    Text("未授权动作", "Motion was not released"),
    "motion was not released (--allow-motion)",
)
NOT_SELECTED = Obstacle(Text("未选中", "Not selected"), "not selected")
_NOT_ON_THIS_BENCH = NotAvailableError.headline


@dataclass(frozen=True)
class PlannedStep:
    """A step that is ready to run, or the reason why this bench cannot run it."""

    number: int
    model: Step
    action: Action
    parameters: dict[str, Any]
    limit: Limit | None
    item: ItemRef | None
    obstacle: Obstacle | None = None

    @property
    def not_possible(self) -> str:
        """Why the step cannot run; empty when it can."""
        return self.obstacle.detail if self.obstacle is not None else ""

    @property
    def energises(self) -> bool:
        """Mains may come on the plug by it: by the verb, or by the fault that it brings in."""
        faults = seeded_faults() if self.action.name == _SET_FAULT else {}
        fault = faults.get(split_fault(self.parameters.get("fault", ""))[0])
        return self.action.energises or (fault is not None and fault.energises)

    @property
    def moves(self) -> bool:
        """Steering, brakes or wheels of the vehicle move by it."""
        return self.action.moves

    @property
    def roles(self) -> set[str]:
        """Devices that the step needs."""
        named = {role for role, _, _ in self.action.point_names(self.parameters)}
        own = self.action.role
        return named | set(self.action.also) | ({own} if own in DEVICE_ROLES else set())


@dataclass
class Plan:
    """A procedure bound to a bench."""

    procedure: LoadedProcedure
    steps: list[PlannedStep]
    writes: list[str] = field(default_factory=list)
    energises: list[str] = field(default_factory=list)
    moves: list[str] = field(default_factory=list)
    deselected: list[str] = field(default_factory=list)

    @property
    def not_possible(self) -> dict[str, str]:
        """Step id -> why this bench cannot run it."""
        return {step.model.id: step.not_possible for step in self.steps if step.not_possible}


def make_plan(
    procedure: LoadedProcedure,
    bench: LoadedBench,
    catalogue: Catalogue,
    *,
    selected: Collection[str] | None = None,
    energise: bool = False,
    motion: bool = False,
) -> Plan:
    """Bind and check. Raises FileError with every problem of the procedure at once.

    `selected` limits the run to some step ids; `energise` releases steps that put mains on the
    plug, `motion` those that move something on the vehicle.
    """
    if selected is not None:
        known = [step.id for step in procedure.model.steps]
        for name in selected:
            if name not in known:
                raise UnknownNameError(f"step of {procedure.id}", name, known)
    binder = _Binder(procedure, bench, catalogue)
    binder.check_needs()
    binder.check_bench_limits()
    binder.check_editions()
    plan = Plan(procedure, [])
    for index, step in enumerate(procedure.model.steps):
        planned = binder.bind(step, index)
        if planned is None:
            continue
        if step.after is not None:
            planned = _without_its_cause(planned, plan.steps)
        if selected is not None and step.id not in selected:
            plan.deselected.append(step.id)
            planned = replace(planned, obstacle=NOT_SELECTED)
        elif not planned.not_possible:
            _announce(plan, planned, bench)
            if planned.energises and not energise:
                planned = replace(planned, obstacle=NOT_RELEASED)
            elif planned.moves and not motion:
                planned = replace(planned, obstacle=MOTION_NOT_RELEASED)
        plan.steps.append(planned)
    if binder.problems:
        raise FileError(binder.problems)
    return plan


def _without_its_cause(planned: PlannedStep, before: Iterable[PlannedStep]) -> PlannedStep:
    """A step about the consequences of one that this bench cannot run cannot be run either."""
    cause = next((one for one in before if one.model.id == planned.model.after), None)
    if cause is None or not cause.not_possible or planned.not_possible:
        return planned
    if cause.obstacle in (NOT_SELECTED, NOT_RELEASED, MOTION_NOT_RELEASED):
        return planned
    detail = f"it comes after step {cause.model.id}, which cannot be run"
    return replace(planned, obstacle=Obstacle(_NOT_ON_THIS_BENCH, detail))


def roles_needed(plans: Sequence[Plan], bench: LoadedBench) -> set[str]:
    """The devices that these plans touch; nothing else is opened.

    A verb of a lab's own package may touch any device, so with one of those all are needed, as
    they are when no step names a device. Procedures that an assessor only scores need none.
    """
    if all(step.action.kind == "A" for plan in plans for step in plan.steps):
        return set()
    everything: set[str] = set(bench.model.devices)
    found: set[str] = set()
    for plan in plans:
        found |= set(plan.procedure.model.needs)
        for step in plan.steps:
            if step.not_possible and step.obstacle not in (NOT_RELEASED, MOTION_NOT_RELEASED):
                continue
            if step.action.role == SITE_ROOM:
                found |= set(bench.piles)
            elif step.action.role not in (*DEVICE_ROLES, *_OTHER_ROOMS):
                return everything
            found |= step.roles
    return found & everything or everything


def roles_of_faults(faults: Iterable[str], bench: LoadedBench) -> set[str]:
    """The injector, where one of these faults is put in by a relay of it."""
    board = bench.model.devices.get("injector")
    wired = board is not None and any(name in board.faults for name in faults)
    return {"injector"} if wired else set()


def at_end(bench: LoadedBench, needed: Collection[str]) -> list[str]:
    """Roles whose charging the ending of the run may stop, whatever its procedures do."""
    return [
        role
        for role, profile in bench.profiles.items()
        if role in needed and profile.safe_state is not None and bench.model.stop_foreign_session
    ]


class _Binder:
    """Binds step after step and collects what is wrong."""

    def __init__(
        self, procedure: LoadedProcedure, bench: LoadedBench, catalogue: Catalogue
    ) -> None:
        self._procedure = procedure
        self._bench = bench
        self._catalogue = catalogue
        self.problems: list[Problem] = []

    def _complain(self, path: Path_, what: str, expected: str) -> None:
        self.problems.append(self._procedure.places.problem(path, what, expected))

    def check_needs(self) -> None:
        """Points without which the procedure makes no sense on this bench."""
        for role, points in self._procedure.model.needs.items():
            for index, point in enumerate(points):
                if reason := self._bench.missing(role, point):
                    self._complain(("needs", role, index), reason, "a bench that offers it")

    def check_bench_limits(self) -> None:
        """A bench may replace reference values of low confidence, and nothing else."""
        for name in self._bench.model.limits:
            where: Path_ = ("limits", name)
            try:
                item = self._catalogue.item(name)
            except UnknownNameError as error:
                what, expected = error.detail, "an item of the catalogue"
            else:
                if item.confidence.value == "low":
                    continue
                what = f"{name} is of {item.confidence.value} confidence"
                expected = "an item of low confidence (only reference values may be replaced)"
            self.problems.append(self._bench.places.problem(where, what, expected))

    def check_editions(self) -> None:
        """A bench may choose among editions that there are; a slip would choose none."""
        for standard, edition in self._bench.model.editions.items():
            known = [head.edition for head in self._catalogue.editions(standard)]
            if not known:
                what, expected = f"no standard {standard!r} has editions", "like GB 7258"
            elif edition not in known:
                what = f"{standard} has no edition {edition!r}"
                expected = "one of: " + ", ".join(filter(None, known))
            else:
                continue
            self._complain_bench(("editions", standard), what, expected)

    def bind(self, step: Step, index: int) -> PlannedStep | None:
        """The step bound, or None when something is wrong with it."""
        here: Path_ = ("steps", index)
        try:
            action = get_action(step.do)
        except UnknownNameError as error:
            self._complain((*here, "do"), error.detail, "a known action")
            return None
        before = len(self.problems)
        parameters: dict[str, Any] = {}
        try:
            checked = validate(
                action.parameters, step.with_, self._procedure.places, under=(*here, "with")
            )
            parameters = {name: getattr(checked, name) for name in type(checked).model_fields}
        except FileError as error:
            self.problems += error.problems
        item, limit = self._limit(step, here, action, parameters)
        if len(self.problems) > before:
            return None
        if step.after is not None and all(
            other.id != step.after for other in self._procedure.model.steps[:index]
        ):
            self._complain(
                (*here, "after"), f"no earlier step is called {step.after!r}", "an earlier step"
            )
            return None
        self._check(step, index, action, parameters, limit)
        reason = self._why_not(action, parameters, limit, here)
        obstacle = Obstacle(_NOT_ON_THIS_BENCH, reason) if reason else None
        return PlannedStep(index + 1, step, action, parameters, limit, item, obstacle)

    def _check(
        self,
        step: Step,
        index: int,
        action: Action,
        parameters: dict[str, Any],
        limit: Limit | None,
    ) -> None:
        """Mistakes that only the values of the parameters show."""
        here: Path_ = ("steps", index)
        for name in action.points:
            if not parameters[name] and action.parameters.model_fields[name].is_required():
                self._complain(
                    (*here, "with", action.alias(name)), "no point is named", "at least one point"
                )
        for name, mark in action.states.items():
            self._check_states(action, parameters, name, mark, here)
        if action.limit == "none" and step.limit is not None:
            self._complain((*here, "limit"), f"{step.do} judges by no limit", "no limit here")
        if action.check is None:
            return
        ids = [other.id for other in self._procedure.model.steps]

        def about_limit(what: str, expected: str) -> None:
            if step.limit is None and step.item in self._bench.model.limits:
                self._complain_bench(("limits", step.item), what, expected)
            else:
                self._complain((*here, "item" if step.limit is None else "limit"), what, expected)

        context = CheckContext(
            self._bench, step, parameters, limit, ids[:index], ids, about_limit,
            self._complain_bench,
        )  # fmt: skip
        for path, what, expected in action.check(context):
            self._complain((*here, *path), what, expected)

    def _complain_bench(self, path: Path_, what: str, expected: str) -> None:
        self.problems.append(self._bench.places.problem(path, what, expected))

    def _check_states(
        self, action: Action, parameters: dict[str, Any], name: str, mark: StateOf, here: Path_
    ) -> None:
        for path, role, points, state in _states(action, parameters, name, mark):
            known = [point for one in points for point in self._points(role, one)]
            if state is None:
                self._complain((*here, *path), "no state is named", "at least one state")
            elif mark.flags:
                if known and state not in (flags := flags_of(known)):
                    what = f"{', '.join(points)}: no flag is called {state!r}"
                    self._complain((*here, *path), what, "one of: " + ", ".join(flags))
            elif known and not fits(known, state):
                what = f"{', '.join(points)} cannot be {state!r}"
                self._complain((*here, *path), what, expected_of(known))

    def _points(self, role: str, name: str) -> list[PointInfo]:
        """The point on this bench, and in every shipped profile of that kind."""
        points = self._bench.points_of(role)
        own = [points[name]] if name in points else []
        return [*own, *shipped_points(role, name)]

    def _unreachable(self, action: Action, parameters: dict[str, Any]) -> str:
        """Why a state that other devices know can never be seen on this one."""
        wanted: dict[tuple[str, str], list[object]] = {}
        for name, mark in action.states.items():
            if mark.flags or mark.keys:
                continue
            for _, role, points, state in _states(action, parameters, name, mark):
                wanted.setdefault((role, points[0]), []).append(state)
        for (role, point), states in wanted.items():
            if self._bench.missing(role, point):
                continue
            profile = self._bench.profile_of(role)
            assert profile is not None  # nothing is missing
            if not any(can_hold(profile.described[point], state) for state in states):
                shown = " or ".join(str(state) for state in states)
                return f"{point} of the profile {profile.id} is never {shown}"
        return ""

    def _why_not(
        self, action: Action, parameters: dict[str, Any], limit: Limit | None, here: Path_
    ) -> str:
        reason = ""
        if action.role in DEVICE_ROLES and self._bench.profile_of(action.role) is None:
            reason = f"the bench has no {action.role}"
        for path, role, point, reference in action.point_places(parameters):
            missing = self._bench.missing(role, point)
            if missing and not shipped_points(role, point):
                self._complain(
                    (*here, "with", *path),
                    f"no profile has a point {point!r}",
                    "the name of a point",
                )
            elif missing and not reference.optional:
                reason = reason or missing
            elif reference.limited and isinstance(limit, Range) and not reason and not missing:
                unit = self._bench.points_of(role)[point].unit or "1"
                if not same_dimension(unit, limit.unit):
                    reason = f"{point} is in {unit}, which cannot be held against {limit.unit}"
        reason = reason or self._unreachable(action, parameters)
        if not reason and action.possible is not None:
            reason = action.possible(self._bench, action.role, parameters)
        return reason

    def _editions(self) -> Mapping[str, str]:
        """Standard -> edition that this bench judges by, where an item leaves it open."""
        return {"GB/T 18487.1": self._bench.model.edition, **self._bench.model.editions}

    def _ratings(self, action: Action, parameters: dict[str, Any]) -> Mapping[str, Quantity]:
        """What a limit may be about: what the step says that the pile announces, ratings of pile
        and vehicle, the action's own device first."""
        announced = parameters.get("announced")
        given = {"announced_current": announced} if isinstance(announced, Quantity) else {}
        pile, vehicle = self._bench.profiles.get("pile"), self._bench.vehicle
        of_pile = pile.ratings if pile is not None else {}
        of_vehicle = vehicle.ratings if vehicle is not None else {}
        if action.role == "vehicle":
            return {**of_pile, **of_vehicle, **given}
        return {**of_vehicle, **of_pile, **given}

    def _limit(
        self, step: Step, here: Path_, action: Action, parameters: dict[str, Any]
    ) -> tuple[ItemRef | None, Limit | None]:
        ratings = self._ratings(action, parameters)
        reference: ItemRef | None = None
        limit: Limit | None = None
        sure = False
        try:
            if step.item is not None:
                item = self._catalogue.item(step.item, self._editions())
                if item.draft:
                    what = f"{item.id} is a draft for comment"
                    self._complain((*here, "item"), what, "an item that may be judged by")
                said = item.verdict_words
                words = None if said is None else (said.met, said.not_met)
                reference = ItemRef(item.id, item.clause, item.confidence.value, item.source, words)
                own = self._bench.model.limits.get(item.id)
                limit = own.resolve(ratings) if own is not None else item.limit_for(ratings)
                if own is not None and step.limit is None:
                    source = f"reference value of bench {self._bench.id}"
                    reference = ItemRef(item.id, item.clause, "low", source)
                sure = limit is not None and item.confidence.value != "low"
            if step.limit is not None:
                if sure:
                    self._complain(
                        (*here, "limit"),
                        f"{step.item} carries its own limit",
                        "no limit here (only reference values of low confidence may be replaced)",
                    )
                limit = step.limit.resolve(ratings)
        except UnknownNameError as error:
            self._complain((*here, "item"), error.detail, "an item of the catalogue")
        except UsageError as error:
            self._complain(here, error.detail, "a limit that can be resolved")
        else:
            if action.limit == "needed" and limit is None:
                self._complain(here, f"{step.do} needs a limit", "an item with one, or `limit:`")
        return reference, limit


def _states(
    action: Action, parameters: dict[str, Any], name: str, mark: StateOf
) -> Iterator[tuple[Path_, str, list[str], object]]:
    """Path, role, points and state for every state named; None stands for an empty list."""
    value = parameters[name]
    path: Path_ = ("with", action.alias(name))
    if mark.point is None:
        role = action.role_of(name, parameters)
        for point, states in (value or {}).items():
            for more, state in _listed(states):
                yield (*path, point, *more), role, [point], state
        return
    if value is None:
        return
    named = parameters[mark.point]
    points = [named] if isinstance(named, str) else list(named or ())
    role = action.role_of(mark.point, parameters)
    if mark.keys:
        for state in value:
            yield (*path, state), role, points, state
    elif not (mark.flags and not value):
        for more, state in _listed(value):
            yield (*path, *more), role, points, state


def _listed(states: object) -> Iterator[tuple[Path_, object]]:
    if not isinstance(states, list | tuple):
        yield (), states
        return
    for index, state in enumerate(states):
        yield (index,), state
    if not states:
        yield (), None


def _instrument_set(action: Action, bench: LoadedBench) -> str:
    """The load or source that a verb sets on this bench; empty when there is none."""
    wanted = (action.role, *action.also)
    return next((role for role in SCPI_ROLES if role in wanted and role in bench.scpi), "")


def _announce(plan: Plan, planned: PlannedStep, bench: LoadedBench) -> None:
    step, action = planned.model.id, planned.action
    for role, point, reference in action.point_names(planned.parameters):
        if reference.access == "write":
            plan.writes.append(f"{step}: {role}.{point}")
    if action.sequence is not None and action.role in bench.profiles:
        lines = bench.profiles[action.role].sequences.get(action.sequence, ())
        plan.writes += [
            f"{step}: {action.role}.{line.point} = {line.value}"
            for line in lines
            if line.op in ("write", "rewrite")
        ]
    if action.writes and action.role == SITE_ROOM:
        plan.writes.append(f"{step}: {action.title.en}")
    if action.writes and action.role == "vehicle":
        named = (planned.parameters.get(name) for name in ("message", "unit", "did", "to"))
        plan.writes.append(" ".join([f"{step}: {action.name}", *filter(None, named)]))
    if action.writes and (role := _instrument_set(action, bench)):
        given = [f"{name} {value}" for name, value in planned.parameters.items() if value]
        plan.writes.append(f"{step}: {role} ({action.name}: {', '.join(given) or 'off'})")
    if action.role == "fault" and "injector" in bench.model.devices:
        relay = bench.model.devices["injector"].faults.get(planned.parameters["fault"])
        if relay is not None:
            state = "on" if action.name == _SET_FAULT else "off"
            plan.writes.append(f"{step}: injector.{relay} = {state}")
    if planned.energises:
        plan.energises.append(f"{step}: {action.title.en}")
    if planned.moves:
        plan.moves.append(f"{step}: {action.title.en}")
