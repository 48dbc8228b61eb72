"""What a point can ever hold, so that a misspelt state is found before anything is opened."""

from collections.abc import Iterable, Iterator
from functools import cache

from harness.devices.device import PointInfo
from harness.devices.modbus.canonical import CANONICAL
from harness.devices.modbus.profile import Profile, list_profiles, load_profile

_SWITCHED = (True, False)


@cache
def shipped_points(kind: str, name: str) -> tuple[PointInfo, ...]:
    """That point of every shipped profile of one kind (`pile`, `meter`, `vehicle`) that has it."""
    if kind == "vehicle":
        return _shipped_vehicle_points(name)
    return tuple(
        profile.described[name]
        for profile in _shipped()
        if profile.kind == kind and name in profile.described
    )


@cache
def _shipped() -> tuple[Profile, ...]:
    return tuple(load_profile(name) for name in list_profiles())


def _shipped_vehicle_points(name: str) -> tuple[PointInfo, ...]:
    # Late: databases are read with cantools, which a bench of piles does not need.
    from harness.devices.vehicle.profile import (  # noqa: PLC0415
        list_vehicle_profiles,
        load_vehicle_profile,
    )

    profiles = (load_vehicle_profile(profile) for profile in list_vehicle_profiles())
    return tuple(profile.points[name] for profile in profiles if name in profile.points)


def can_hold(point: PointInfo, value: object) -> bool:
    """Whether a good reading of the point can be this value. Flags are no single value."""
    if point.flags:
        return False
    if point.values:
        return any(_same(value, state) for state in point.values.values())
    if point.type == "bool":
        return isinstance(value, bool)
    if point.is_text:
        return isinstance(value, str)
    return isinstance(value, int | float) and not isinstance(value, bool)


def fits(points: Iterable[PointInfo], value: object) -> bool:
    """Whether one of the points, or the shared name of them, knows the value."""
    points = list(points)
    return any(can_hold(point, value) for point in points) or (
        isinstance(value, str) and value in _shared(points)
    )


def expected_of(points: Iterable[PointInfo]) -> str:
    """What one may write for a state of these points."""
    points = list(points)
    names: list[str] = []
    for point in points:
        if point.flags:
            return "pile.flags_clear for a set of flags"
        names += [str(state) for state in point.values.values()]
        if not point.values:
            if point.type == "bool":
                names += [str(state).lower() for state in _SWITCHED]
            elif point.is_text:
                return "a text (in quotes when it looks like a number)"
            else:
                return f"a number in {point.unit}" if point.unit else "a number"
    return "one of: " + ", ".join(dict.fromkeys([*names, *_shared(points)]))


def flags_of(points: Iterable[PointInfo]) -> list[str]:
    """Names of all bits that these points have."""
    return list(dict.fromkeys(name for point in points for name in point.flags.values()))


def _shared(points: Iterable[PointInfo]) -> Iterator[str]:
    for point in points:
        if point.values and point.name in CANONICAL:
            yield from CANONICAL[point.name].states


def _same(value: object, state: object) -> bool:
    if isinstance(value, bool) or isinstance(state, bool):
        return value is state
    return value == state
