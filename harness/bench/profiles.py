"""The profiles that a bench file names, by name, by path or out of its own folders."""

from pathlib import Path
from typing import TYPE_CHECKING

from harness.bench.instrument_files import SCPI_ROLES
from harness.bench.model import BenchFile
from harness.bench.roles import kind_of
from harness.datafile import Path_, Places
from harness.devices.modbus.points import Profile
from harness.devices.modbus.profile import load_profile
from harness.errors import Problem, UnknownNameError, UsageError

if TYPE_CHECKING:
    from harness.devices.vehicle.profile import VehicleProfile


def register_maps(
    model: BenchFile, places: Places, folder: Path | None, problems: list[Problem]
) -> dict[str, Profile]:
    """Profiles of the Modbus devices, by role. What is wrong goes to `problems`.

    Raises FileError for a profile that is wrong in itself.
    """
    folders = [folder / name for name in model.profiles] if folder else []
    found: dict[str, Profile] = {}
    for role, entry in model.devices.items():
        name = entry.profile
        if role == "vehicle" or role in SCPI_ROLES:
            continue
        if name is None:
            where: Path_ = ("devices", role, "database")
            problems.append(places.problem(where, f"a {role} has no database", "a profile"))
            continue
        if folder and name.endswith((".yaml", ".yml")):
            name = str(folder / name)
        where = ("devices", role, "profile")
        try:
            profile = load_profile(
                name,
                folders,
                beside=[folder] if folder else [],
                connector=entry.connector,
                variant=entry.variant,
            )
        except UnknownNameError as error:
            where = ("devices", role, error.kind)
            problems.append(places.problem(where, error.detail, f"a {error.kind} that exists"))
            continue
        except UsageError as error:  # a connector that it does not have
            what, _, expected = error.detail.partition("; expected ")
            problems.append(places.problem(("devices", role, "connector"), what, expected))
            continue
        if profile.kind != kind_of(role):
            problems.append(
                places.problem(
                    where,
                    f"{entry.profile!r} describes a {profile.kind}",
                    f"a profile of a {kind_of(role)}",
                )
            )
            continue
        found[role] = profile
    return found


def vehicle_profile(
    model: BenchFile, places: Places, folder: Path | None, problems: list[Problem]
) -> "VehicleProfile | None":
    """What is known about the vehicle; None without one, or with too much wrong to say.

    What is wrong goes to `problems`. Raises FileError for a profile that is wrong in itself.
    """
    entry = model.devices.get("vehicle")
    if entry is None:
        return None
    # Late: a bench without a vehicle needs no CAN libraries.
    from harness.devices.vehicle.profile import (  # noqa: PLC0415
        load_vehicle_profile,
        profile_of_databases,
    )

    folders = [folder / name for name in model.profiles] if folder else []
    if entry.profile is None:
        above = folder or Path()
        databases = [above / name for name in entry.database]
        for index, path in enumerate(databases):
            if not path.is_file():
                where: Path_ = ("devices", "vehicle", "database", index)
                problems.append(places.problem(where, f"there is no file {path}", "a DBC file"))
        described = above / entry.diagnostics if entry.diagnostics is not None else None
        if described is not None and not described.is_file():
            where = ("devices", "vehicle", "diagnostics")
            what = f"there is no file {described}"
            problems.append(places.problem(where, what, "a diagnostic description"))
        if problems:
            return None
        return profile_of_databases(model.bench, databases, described)
    name = entry.profile
    if folder and name.endswith((".yaml", ".yml")):
        name = str(folder / name)
    try:
        return load_vehicle_profile(name, folders)
    except UnknownNameError as error:
        where = ("devices", "vehicle", "profile")
        problems.append(places.problem(where, error.detail, "a profile of a vehicle"))
        return None
