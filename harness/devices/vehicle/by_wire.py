"""Checking what a profile says of by-wire units against its databases and its diagnostics."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.datafile import Path_
from harness.errors import UnknownNameError

if TYPE_CHECKING:
    from harness.devices.can.specs import MessageSpec
    from harness.devices.vehicle.profile import VehicleProfile
    from harness.devices.vehicle.profile_file import ByWireEntry

Mistake = tuple[Path_, str, str]
"""Path below `by_wire`, what is wrong there, what was expected."""


def mistakes(profile: "VehicleProfile") -> Iterator[Mistake]:
    """Names that the databases, the points or the control units do not have."""
    messages = {
        message.name: message
        for databases in profile.databases.values()
        for database in databases
        for message in database.messages
    }
    for name, entry in profile.commanded.items():
        spec = messages.get(entry.command)
        if spec is None:
            what = UnknownNameError("message", entry.command, list(messages)).detail
            yield (name, "command"), what, "a message of a database"
        else:
            yield from _of_signals(name, entry, spec)
        yield from _of_points(name, entry, profile)
        yield from _of_unit(name, entry, profile)


def _of_signals(name: str, entry: "ByWireEntry", spec: "MessageSpec") -> Iterator[Mistake]:
    known = [signal.name for signal in spec.signals]
    named: list[tuple[Path_, str]] = [(("mode",), entry.mode), (("demand",), entry.demand)]
    named += [(("besides", one), one) for one in entry.besides]
    named += [(("beyond", one), one) for one in entry.beyond]
    if entry.gears is not None:
        named.append((("gears", "demand"), entry.gears.demand))
    for path, signal in named:
        if signal not in known:
            what = UnknownNameError(f"signal of {spec.name}", signal, known).detail
            yield (name, *path), what, f"a signal of {spec.name}"


def _of_points(name: str, entry: "ByWireEntry", profile: "VehicleProfile") -> Iterator[Mistake]:
    named: list[tuple[Path_, str]] = [(("shows",), entry.shows), (("follows",), entry.follows)]
    named += [(("at_rest", one), one) for one in entry.at_rest]
    named += [(("driver", one), one) for one in entry.driver]
    named += [(("driver_shows", one), one) for one in entry.driver_shows]
    if entry.gears is not None:
        named.append((("gears", "follows"), entry.gears.follows))
    for path, point in named:
        found = profile.points.get(point)
        if found is None or not found.signal:
            what = f"the profile has no signal that is called {point!r}"
            yield (name, *path), what, "a point of this profile that is a signal"


def _of_unit(name: str, entry: "ByWireEntry", profile: "VehicleProfile") -> Iterator[Mistake]:
    known = profile.diagnostics
    if not entry.unit or known is None:
        return
    if entry.unit not in known.units:
        what = UnknownNameError("control unit", entry.unit, list(known.units)).detail
        yield (name, "unit"), what, "a control unit of the diagnostic description"
        return
    codes = [dtc.code for dtc in known.units[entry.unit].dtcs]
    for kind, code in entry.codes.model_dump().items():
        if code is not None and code not in codes:
            what = UnknownNameError(f"trouble code of {entry.unit}", code, codes).detail
            yield (name, "codes", kind), what, "a trouble code of that control unit"
