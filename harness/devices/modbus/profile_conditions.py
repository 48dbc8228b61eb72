"""Collecting complaints about a profile, and the conditions that its sections share."""

from collections.abc import Mapping
from typing import Any, Literal

from harness.datafile import Path_, Places
from harness.devices.modbus.points import Choice, Condition, Point
from harness.devices.modbus.versions import is_version
from harness.errors import Problem, UsageError
from harness.quantity import parse_quantity


class Complaints:
    """Collects what is wrong, with its place in the file."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.problems: list[Problem] = []
        self.broken: set[Path_] = set()
        """What was left out because it is wrong itself: not to be complained of as missing."""

    def no_point(self, path: Path_, name: str, expected: str = "a point of this profile") -> None:
        """Something refers to a point that does not exist."""
        if ("points", name) not in self.broken:
            self.add(path, f"there is no point {name!r}", expected)

    def add(self, path: Path_, what: str, expected: str = "") -> None:
        self.problems.append(self.places.problem(path, what, expected))


def build_condition(
    path: Path_,
    name: str,
    spec: tuple[str, tuple[Any, ...]],
    points: Mapping[str, Point],
    complain: Complaints,
) -> Condition | None:
    """A condition on another point, with its values in that point's unit."""
    point = points.get(name)
    if point is None:
        complain.no_point(path, name)
        return None
    if not point.readable:
        complain.add(path, f"{name} cannot be read", "a readable point")
        return None
    op, values = spec
    found: list[Choice] = []
    for value in values:
        try:
            found.append(_compared(point, op, value))
        except UsageError as error:
            what, _, expected = error.detail.partition("; expected ")
            complain.add(path, what, expected)
            return None
    literal: Literal["is", "is_not", "at_least", "below"] = op  # type: ignore[assignment]
    return Condition(name, literal, tuple(found))


def _compared(point: Point, op: str, value: Choice) -> Choice:
    """One value of a condition, in the point's unit. Raises UsageError."""
    states = list(point.values.values()) or ([True, False] if point.type == "bool" else [])
    if point.is_text and not states and op in ("at_least", "below"):
        if isinstance(value, str) and is_version(value):
            return value
        raise UsageError(
            f"{point.name} is a text, compared with {value!r}; expected a version in quotes like"
            " '1.10'"
        )
    if states or point.is_text or point.flags:
        if op in ("at_least", "below") or point.flags:
            raise UsageError(f"{point.name} is not a number; expected 'is' or 'is_not' a state")
        if states and value not in states:
            shown = ", ".join(map(str, states))
            raise UsageError(f"{point.name} is never {value!r}; expected {shown}")
        return value
    if isinstance(value, str):
        return parse_quantity(value, point.unit or "1").to(point.unit or "1")
    if isinstance(value, bool | tuple):
        raise UsageError(f"{point.name} is never {value!r}; expected a number")
    return float(value)
