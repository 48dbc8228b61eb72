"""Recorded buses of a bench: found beside the bench file, read, and brought to one span of time."""

from datetime import UTC, datetime
from pathlib import Path

from harness.bench.model import BenchFile, DeviceEntry
from harness.datafile import Path_, Places
from harness.devices.can.connection import CanConnection
from harness.errors import FileError, Problem, UsageError

_APART = 86_400_000_000_000
"""Nanoseconds between recordings that are surely not of one drive."""


def recorded_entry(model: BenchFile) -> DeviceEntry | None:
    """The vehicle, where its buses come out of files."""
    entry = model.devices.get("vehicle")
    return entry if entry is not None and entry.recorded else None


def with_recordings(
    model: BenchFile, places: Places, folder: Path | None, problems: list[Problem]
) -> BenchFile:
    """The bench with its recordings read. Collects problems, also those inside the recordings."""
    entry = recorded_entry(model)
    if entry is None:
        return model
    # Late: the CAN libraries are heavy, and few benches play recordings.
    from harness.devices.can.recorded import RecordedConnection, located  # noqa: PLC0415

    where: Path_ = ("devices", "vehicle")
    wanted: dict[str, CanConnection] = dict(entry.connections)
    if isinstance(entry.connection, CanConnection):
        wanted[""] = entry.connection
    found: dict[str, RecordedConnection] = {}
    for bus, connection in wanted.items():
        path = (*where, "connections", bus) if bus else (*where, "connection")
        try:
            found[bus] = located(connection, folder or Path())
        except FileError as error:
            first = error.problems[0]
            what = f"{connection.file}: {first.what}" + (f" (line {first.line})" * bool(first.line))
            problems.append(places.problem((*path, "file"), what, first.expected))
        except UsageError as error:
            what, _, expected = error.detail.partition("; expected ")
            problems.append(places.problem((*path, "channel"), what, expected))
    if len(found) < len(wanted):
        return model
    begins = min(one.begins for one in found.values())
    ends = max(one.ends for one in found.values())
    dated = {one.dated for one in found.values()}
    if len(dated) > 1:
        names = ", ".join(str(one.file) for one in found.values() if not one.dated)
        what = f"{names} has no date and the other recordings have one"
        problems.append(places.problem(where, what, "recordings that can be put beside each other"))
    elif max(one.begins for one in found.values()) - min(one.ends for one in found.values()) > (
        _APART
    ):
        what = "the recordings are more than a day apart"
        problems.append(places.problem(where, what, "recordings of the same drive"))
    span = {"begins": begins, "ends": ends}
    joined = {bus: one.model_copy(update=span) for bus, one in found.items()}
    copy = entry.model_copy(
        update={"connection": joined.pop("", None), "connections": dict(joined)}
    )
    return model.model_copy(update={"devices": {**model.devices, "vehicle": copy}})


def recorded_at(model: BenchFile) -> datetime | None:
    """When the recordings of the bench began; None without any, or where they have no date."""
    entry = recorded_entry(model)
    if entry is None:
        return None
    from harness.devices.can.recorded import RecordedConnection  # noqa: PLC0415 - as above

    for connection in (entry.connection, *entry.connections.values()):
        if isinstance(connection, RecordedConnection) and connection.dated:
            return datetime.fromtimestamp(connection.begins / 1e9, UTC)
    return None
