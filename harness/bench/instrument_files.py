"""The loads and sources of a bench file: their profiles, and what can be wrong about them."""

from pathlib import Path

from harness.bench.model import BenchFile
from harness.datafile import Path_, Places
from harness.devices.instrument.connection import VisaConnection
from harness.devices.instrument.profile import InstrumentProfile, load_instrument_profile
from harness.errors import Problem, UnknownNameError, UsageError
from harness.quantity import convert

SCPI_ROLES = ("load", "source")
"""Roles that speak SCPI; every other one speaks Modbus or CAN."""


def instrument_profiles(
    model: BenchFile, places: Places, folder: Path | None, problems: list[Problem]
) -> dict[str, InstrumentProfile]:
    """Profiles by role; what is wrong is added to `problems`."""
    found: dict[str, InstrumentProfile] = {}
    folders = [folder / name for name in model.profiles] if folder else []
    for role, entry in model.devices.items():
        where: Path_ = ("devices", role)
        if role not in SCPI_ROLES:
            if isinstance(entry.connection, VisaConnection):
                what, expected = f"a {role} is not reached by VISA", "{modbus: …} or {can: …}"
                problems.append(places.problem((*where, "connection"), what, expected))
            continue
        if entry.connected and not isinstance(entry.connection, VisaConnection):
            what = f"a {role} speaks SCPI"
            problems.append(places.problem((*where, "connection"), what, "{visa: …}"))
        if entry.profile is None:
            what = f"a {role} has no database"
            problems.append(places.problem((*where, "database"), what, "a profile"))
            continue
        name = entry.profile
        if folder and name.endswith((".yaml", ".yml")):
            name = str(folder / name)
        try:
            profile = load_instrument_profile(name, folders)
        except UnknownNameError as error:
            problems.append(
                places.problem((*where, "profile"), error.detail, "a profile that exists")
            )
            continue
        if profile.kind != role:
            what = f"{entry.profile!r} describes a {profile.kind}"
            problems.append(places.problem((*where, "profile"), what, f"a profile of a {role}"))
            continue
        found[role] = profile
        for point, stated in entry.uncertainty.items():
            known = profile.points.get(point)
            try:
                if known is None or known.unit is None:
                    raise UsageError(f"the profile {profile.id} has no point {point!r}")
                if stated.unit != "%":
                    convert(stated.value, stated.unit, known.unit)
            except UsageError as error:
                problems.append(
                    places.problem(
                        (*where, "uncertainty", point), error.detail, "a point of the profile"
                    )
                )
    return found
