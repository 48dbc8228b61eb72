"""Recorded buses of a bench: found beside the bench file, read, and begun at the same moment."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.bench.model import BenchFile, DeviceEntry
from harness.datafile import Path_, Places
from harness.devices.can.connection import CanConnection
from harness.errors import FileError, Problem, UsageError

if TYPE_CHECKING:
    from harness.devices.can.recorded import RecordedConnection
    from harness.devices.vehicle.profile import VehicleProfile

_WITHOUT_KEY = " (--keep-going uses them)"
"""What `harness can decode` offers for a damaged file, and a bench does not."""
_SAME_DRIVE = "recordings of the same drive (of ASC, recorded in the time zone of this computer)"
_VEHICLE: Path_ = ("devices", "vehicle")


def recorded_entry(model: BenchFile) -> DeviceEntry | None:
    """The vehicle, where its buses come out of files."""
    entry = model.devices.get("vehicle")
    return entry if entry is not None and entry.recorded else None


def with_recordings(
    model: BenchFile,
    places: Places,
    folder: Path | None,
    vehicle: "VehicleProfile | None",
    problems: list[Problem],
) -> BenchFile:
    """The bench with its recordings read. Collects problems, also those inside the recordings.

    `vehicle` is None when its files are wrong already.
    """
    entry = recorded_entry(model)
    if entry is None:
        return model
    # Late: the CAN libraries are heavy, and few benches play recordings.
    from harness.devices.can.recorded import located  # noqa: PLC0415

    wanted: dict[str, CanConnection] = dict(entry.connections)
    if isinstance(entry.connection, CanConnection):
        wanted[""] = entry.connection
    found: dict[str, RecordedConnection] = {}
    for bus, connection in wanted.items():
        try:
            found[bus] = located(connection, folder or Path())
        except FileError as error:
            first = error.problems[0]
            what = f"{connection.file}: {first.what.removesuffix(_WITHOUT_KEY)}"
            what += f" (line {first.line})" * bool(first.line)
            problems.append(places.problem((*_where(bus), "file"), what, first.expected))
        except UsageError as error:
            what, _, expected = error.detail.partition("; expected ")
            problems.append(places.problem((*_where(bus), "channel"), what, expected))
    if len(found) < len(wanted):
        return model
    if (apart := _not_together(list(found.values()))) is not None:
        problems.append(places.problem(_VEHICLE, *apart))
    if vehicle is not None:
        from harness.bench.recordings_known import nothing_known  # noqa: PLC0415 - as above

        for bus, one in found.items():
            if (strange := nothing_known(one, bus, vehicle)) is not None:
                problems.append(places.problem((*_where(bus), "file"), *strange))
    begins = min(one.begins for one in found.values())
    joined = {bus: one.model_copy(update={"begins": begins}) for bus, one in found.items()}
    copy = entry.model_copy(
        update={"connection": joined.pop("", None), "connections": dict(joined)}
    )
    return model.model_copy(update={"devices": {**model.devices, "vehicle": copy}})


def _where(bus: str) -> Path_:
    return (*_VEHICLE, "connections", bus) if bus else (*_VEHICLE, "connection")


def _not_together(found: "list[RecordedConnection]") -> tuple[str, str] | None:
    """Why these cannot be played together, and what was expected; None if they can."""
    files = {one.path.resolve(): one for one in found}
    undated = [str(one.file) for one in files.values() if not one.dated]
    if undated and len(files) > 1:
        what = f"without a date there is no telling how the others lie to it: {', '.join(undated)}"
        return what, "recordings with dates, or the channels of one file"
    last = max(found, key=lambda one: one.begins)
    first = min(found, key=lambda one: one.ends)
    gap = (last.begins - first.ends) / 1e9
    if gap <= 0:
        return None
    what = f"{last.describe()} begins {gap:.0f} s after the end of {first.describe()}"
    return what, _SAME_DRIVE


def recordings_of(model: BenchFile) -> "list[RecordedConnection]":
    """Every recorded bus of the bench, once it was read."""
    entry = recorded_entry(model)
    if entry is None:
        return []
    from harness.devices.can.recorded import RecordedConnection  # noqa: PLC0415 - as above

    every = (entry.connection, *entry.connections.values())
    return [one for one in every if isinstance(one, RecordedConnection)]


def recorded_at(model: BenchFile) -> datetime | None:
    """When the recordings of the bench began; None without any, or where they have no date."""
    for connection in recordings_of(model):
        if connection.dated:
            return datetime.fromtimestamp(connection.begins / 1e9, UTC)
    return None
