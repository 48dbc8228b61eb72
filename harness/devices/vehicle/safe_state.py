"""What shows that a drive, or a charge, that a person began on the vehicle has ended.

A profile says it under `safe_state`. Held against its points here, and against readings.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from harness.datafile import Path_
from harness.devices.vehicle.profile_file import EndedEntry
from harness.errors import UsageError
from harness.quantity import Measurement, Quality, Quantity

if TYPE_CHECKING:
    from harness.devices.vehicle.points import VehiclePoint
    from harness.devices.vehicle.profile import VehicleProfile

Mistake = tuple[Path_, str, str]
"""Path below `safe_state`, what is wrong there, what was expected."""
_SEEN = (Quality.GOOD, Quality.STALE)
"""A reading that is stale is what was seen last: whoever asks has to say since when that counts."""


def mistakes(profile: "VehicleProfile") -> Iterator[Mistake]:
    """Points that the profile does not have as signals, units and states that do not fit."""
    for kind, entry in profile.ended.items():
        for key, name in _named(entry):
            point = profile.points.get(name)
            if point is None or not point.signal:
                what = f"the profile has no signal that is called {name!r}"
                yield (kind, key, name), what, "a point of this profile that is a signal"
            elif key == "at_rest":
                yield from _of_number(kind, entry, point)
            else:
                yield from _of_states(kind, key, entry, point)


def _named(entry: EndedEntry) -> Iterator[tuple[str, str]]:
    for key in ("at_rest", "all_of", "any_of"):
        yield from ((key, name) for name in getattr(entry, key))


def _of_number(kind: str, entry: EndedEntry, point: "VehiclePoint") -> Iterator[Mistake]:
    try:
        entry.at_rest[point.name].to(point.unit or "1")
    except UsageError as error:
        what = f"{point.name}: {error.detail}"
        yield (kind, "at_rest", point.name), what, f"a quantity in {point.unit or 'no unit'}"


def _of_states(kind: str, key: str, entry: EndedEntry, point: "VehiclePoint") -> Iterator[Mistake]:
    known = [str(value) for value in point.values.values()]
    for state in states_of(getattr(entry, key), point.name):
        if state not in known:
            what = f"{point.name} has no state {state!r}"
            yield (kind, key, point.name), what, "one of: " + ", ".join(known)


def states_of(states: Mapping[str, str | list[str]], name: str) -> list[str]:
    """The states that will do for a point."""
    wanted = states[name]
    return [wanted] if isinstance(wanted, str) else wanted


def points_of(entry: EndedEntry) -> list[str]:
    """Everything that has to be read."""
    return list(dict.fromkeys(name for _, name in _named(entry)))


def still_open(entry: EndedEntry, found: Mapping[str, Measurement]) -> list[str]:
    """Points that do not show that it has ended; of `any_of` all of them, or none."""
    left = [name for name, most in entry.at_rest.items() if not _rests(found[name], most)]
    left += [name for name in entry.all_of if not _is(entry.all_of, found[name])]
    if not any(_is(entry.any_of, found[name]) for name in entry.any_of):
        left += list(entry.any_of)
    return left


def _rests(reading: Measurement, most: Quantity) -> bool:
    value = reading.value
    if reading.quality not in _SEEN or isinstance(value, bool):
        return False
    return isinstance(value, int | float) and abs(value) <= most.to(reading.unit or "1")


def _is(wanted: Mapping[str, str | list[str]], reading: Measurement) -> bool:
    return reading.quality in _SEEN and reading.value in states_of(wanted, reading.name)
