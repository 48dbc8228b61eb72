"""Profiles of vehicles, loaded: buses with their databases, diagnostics, and the points.

A profile is read at once; its databases when they are first asked for, because that takes time and
most runs on a bench do without. Raises FileError with every problem of the file at its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from harness.data import data_folder
from harness.datafile import Places, load, sha256, validate
from harness.devices.can.specs import MessageSpec, SignalSpec
from harness.devices.vehicle.broadcast import BroadcastEntry
from harness.devices.vehicle.broadcast import mistakes as mistakes_of_broadcasts
from harness.devices.vehicle.points import VehiclePoint, states_of, unit_of
from harness.devices.vehicle.profile_file import ByWireEntry, EndedEntry, VehicleProfileFile
from harness.errors import FileError, Problem, UnknownNameError
from harness.quantity import Quantity
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.can.database import Database
    from harness.devices.diag.diagnostics import Diagnostics, Did

SHIPPED = Path(__file__).resolve().parent / "profiles"


@dataclass(frozen=True, slots=True)
class ProfileBus:
    """One bus: where its databases lie, and its bit rate."""

    name: str
    databases: tuple[Path, ...]
    checks: Path | None = None
    bitrate: int = 500_000
    title: Text | None = None


@dataclass(frozen=True, eq=False)
class VehicleProfile:
    """One vehicle model. `points` has the named ones, then `Message.Signal` and `unit.did`."""

    id: str
    title: Text
    vendor: str
    model: str
    buses: Mapping[str, ProfileBus]
    description: Path | None
    diagnostics_bus: str
    named: Mapping[str, tuple[str, str, Text | None]]
    """Point -> kind (`signal` or `did`), dotted name, title."""
    ratings: Mapping[str, Quantity]
    places: Places
    data: bytes = field(repr=False)
    sha256: str = ""
    confidence: str = "high"
    sources: tuple[str, ...] = ()
    note: str = ""
    chemistry: str | None = None
    """Of the traction battery: `ncm`, `lfp`, or not said."""
    kind: str = "vehicle"
    commanded: Mapping[str, ByWireEntry] = field(default_factory=dict)
    """What takes commands from the bus, as the file says it."""
    told: BroadcastEntry | None = None
    """What it broadcasts about itself, as the file says it."""
    ended: Mapping[str, EndedEntry] = field(default_factory=dict)
    """What shows that a `drive` or a `charge` has ended, as the file says it."""

    @cached_property
    def databases(self) -> "Mapping[str, tuple[Database, ...]]":
        """The databases by bus. Raises FileError."""
        return {name: _databases_of(bus) for name, bus in self.buses.items()}

    @cached_property
    def diagnostics(self) -> "Diagnostics | None":
        """The diagnostic description; None when there is none. Raises FileError."""
        # Late, as the databases: most runs on a bench with a vehicle do without.
        from harness.devices.diag.description import load_diagnostics  # noqa: PLC0415

        return load_diagnostics(self.description) if self.description is not None else None

    @cached_property
    def wiring(self) -> tuple[Path, bytes] | None:
        """The wiring diagram beside the databases, as it was read; None when there is none."""
        for bus in self.buses.values():
            for database in bus.databases:
                path = database.parent / f"{self.id}.wiring.yaml"
                if path.is_file():
                    return path, path.read_bytes()
        return None

    @property
    def described(self) -> Mapping[str, VehiclePoint]:
        """Everything that can be asked for by name: its points."""
        return self.points

    @cached_property
    def points(self) -> Mapping[str, VehiclePoint]:
        """Every point by its name. Raises FileError for a profile that names what is not there."""
        everything = {point.name: point for point in (*self._signals(), *self._identifiers())}
        found: dict[str, VehiclePoint] = {}
        problems: list[Problem] = []
        for name, (kind, dotted, title) in self.named.items():
            source = everything.get(dotted)
            if source is None:
                where = ("points", name, kind)
                what = f"no {'database' if kind == 'signal' else 'control unit'} has {dotted!r}"
                expected = "a name from the databases" if kind == "signal" else "unit.name"
                problems.append(self.places.problem(where, what, expected))
                continue
            found[name] = _renamed(source, name, title)
        if problems:
            raise FileError(problems)
        return MappingProxyType({**everything, **found})

    @cached_property
    def by_wire(self) -> Mapping[str, ByWireEntry]:
        """What takes commands from the bus. Raises FileError for names that are not there."""
        from harness.devices.vehicle.by_wire import mistakes  # noqa: PLC0415 - rarely needed

        problems = [
            self.places.problem(("by_wire", *path), what, expected)
            for path, what, expected in mistakes(self)
        ]
        if problems:
            raise FileError(problems)
        return MappingProxyType(dict(self.commanded))

    @cached_property
    def broadcast(self) -> BroadcastEntry | None:
        """What it broadcasts about itself. Raises FileError for names that are not there."""
        problems = [
            self.places.problem(("broadcast", *path), what, expected)
            for path, what, expected in mistakes_of_broadcasts(self)
        ]
        if problems:
            raise FileError(problems)
        return self.told

    @cached_property
    def safe_state_problems(self) -> tuple[Problem, ...]:
        """What does not fit in what shows that something has ended."""
        from harness.devices.vehicle.safe_state import mistakes  # noqa: PLC0415 - rarely needed

        return tuple(
            self.places.problem(("safe_state", *path), what, expected)
            for path, what, expected in mistakes(self)
        )

    @property
    def safe_state(self) -> Mapping[str, EndedEntry]:
        """What shows that something has ended. Raises FileError for what does not fit."""
        if self.safe_state_problems:
            raise FileError(list(self.safe_state_problems))
        return MappingProxyType(dict(self.ended))

    @property
    def shown(self) -> tuple[str, ...]:
        """The named signals; of a vehicle that names none, all signals."""
        named = tuple(name for name, (kind, _, _) in self.named.items() if kind == "signal")
        return named or tuple(point.name for point in self._signals())

    def _signals(self) -> Iterator[VehiclePoint]:
        for bus, databases in self.databases.items():
            for database in databases:
                for message in database.messages:
                    for signal in message.signals:
                        yield _of_signal(bus, message, signal)

    def _identifiers(self) -> Iterator[VehiclePoint]:
        if self.diagnostics is None:
            return
        for unit in self.diagnostics.units.values():
            for did in unit.dids:
                yield _of_did(unit.name, did)

    def files(self) -> list[tuple[str, str, bytes]]:
        """Kind, name and bytes of everything that says what the vehicle's frames mean.

        As it was read, whatever has become of the files since. Raises FileError.
        """
        found = [("profile", f"{self.id}.yaml", self.data)]
        for databases in self.databases.values():
            for database in databases:
                found += [("database", file.path.name, file.data) for file in database.files]
        if self.description is not None and self.diagnostics is not None:
            found.append(("diagnostics", self.description.name, self.diagnostics.data))
        if self.wiring is not None:
            found.append(("wiring", self.wiring[0].name, self.wiring[1]))
        return found


def list_vehicle_profiles(folders: Sequence[Path] = ()) -> list[str]:
    """Names of all vehicle profiles, the package's and those in `folders`, sorted."""
    shipped = {path.stem for path in SHIPPED.glob("*.yaml")}
    own = {path.stem for folder in folders for path in folder.glob("*.yaml") if _is_vehicle(path)}
    return sorted(shipped | own)


def load_vehicle_profile(name_or_path: str, folders: Sequence[Path] = ()) -> VehicleProfile:
    """The profile of that name, or from a file. Raises FileError, UnknownNameError."""
    if name_or_path.endswith((".yaml", ".yml")):
        return _read(Path(name_or_path))
    for folder in (*folders, SHIPPED):
        path = folder / f"{name_or_path}.yaml"
        if path.is_file() and path.parent == folder:
            return _shipped(path) if folder == SHIPPED else _read(path)
    raise UnknownNameError("vehicle profile", name_or_path, list_vehicle_profiles(folders))


def profile_of_databases(
    name: str, databases: Sequence[Path], description: Path | None
) -> VehicleProfile:
    """A vehicle of which only the databases are known: one bus, points by their signals."""
    bus = ProfileBus("can", tuple(databases))
    data = "\n".join(path.name for path in databases).encode()
    return VehicleProfile(
        id=name,
        title=Text("按数据库接入的车辆", "A vehicle known by its databases"),
        vendor="",
        model="",
        buses={"can": bus},
        description=description,
        diagnostics_bus="can",
        named={},
        ratings={},
        places=Places(name),
        data=data,
        sha256=sha256(data),
    )


def _is_vehicle(path: Path) -> bool:
    try:
        values, _, _ = load(path)
    except FileError:
        return False
    return isinstance(values, dict) and values.get("kind") == "vehicle"


@cache
def _shipped(path: Path) -> VehicleProfile:
    return _read(path)


def _read(path: Path) -> VehicleProfile:
    values, places, data = load(path)
    file = validate(VehicleProfileFile, values, places)
    problems: list[Problem] = []
    buses: dict[str, ProfileBus] = {}
    for name, bus in file.buses.items():
        found = [
            _found(path, one, places, ("buses", name, "database"), problems) for one in bus.database
        ]
        checks = (
            _found(path, bus.checks, places, ("buses", name, "checks"), problems)
            if bus.checks is not None
            else None
        )
        buses[name] = ProfileBus(name, tuple(found), checks, bus.bitrate, bus.title)
    description, diagnostics_bus = None, ""
    if file.diagnostics is not None:
        where = ("diagnostics", "description")
        description = _found(path, file.diagnostics.description, places, where, problems)
        diagnostics_bus = file.diagnostics.bus
        if diagnostics_bus not in buses:
            problems.append(
                places.problem(
                    ("diagnostics", "bus"),
                    f"there is no bus {diagnostics_bus!r}",
                    "one of: " + ", ".join(buses),
                )
            )
    if problems:
        raise FileError(problems)
    return VehicleProfile(
        id=file.profile,
        title=file.title,
        vendor=file.vendor,
        model=file.model,
        buses=buses,
        description=description,
        diagnostics_bus=diagnostics_bus,
        named={
            name: ("signal", entry.signal, entry.title)
            if entry.signal is not None
            else ("did", entry.did or "", entry.title)
            for name, entry in file.points.items()
        },
        ratings=file.ratings,
        places=places,
        data=data,
        sha256=sha256(data),
        confidence=file.confidence,
        sources=tuple(file.sources),
        note=file.note,
        chemistry=file.chemistry,
        commanded=file.by_wire,
        told=file.broadcast,
        ended={str(kind): entry for kind, entry in file.safe_state.items()},
    )


def _found(
    profile: Path, name: str, places: Places, where: tuple[Any, ...], problems: list[Problem]
) -> Path:
    """A data file beside the profile or among the shipped ones."""
    for folder in (profile.parent, data_folder("dbc")):
        if (folder / name).is_file():
            return folder / name
    problems.append(
        places.problem(
            where, f"there is no file {name!r}", "a file beside the profile, or a shipped one"
        )
    )
    return profile.parent / name


def _databases_of(bus: ProfileBus) -> "tuple[Database, ...]":
    """What is known of one bus. A checks file may speak of the messages of any database."""
    # Late: the CAN libraries take most of a second.
    from harness.devices.can.checks_file import apply_checks  # noqa: PLC0415
    from harness.devices.can.database import (  # noqa: PLC0415
        Database,
        DatabaseFile,
        load_database,
        merge,
    )

    if len(bus.databases) == 1:
        return (load_database(bus.databases[0], checks=bus.checks),)
    whole = merge((load_database(path) for path in bus.databases), name=bus.name)
    if bus.checks is None:
        return (whole,)
    messages, data = apply_checks(bus.checks, list(whole.messages))
    side = DatabaseFile(bus.checks, data, sha256(data), "utf-8")
    return (Database(bus.name, tuple(messages), whole.nodes, (*whole.files, side)),)


def _of_signal(bus: str, message: MessageSpec, signal: SignalSpec) -> VehiclePoint:
    states = states_of(signal)
    return VehiclePoint(
        name=f"{message.name}.{signal.name}",
        unit=None if states else unit_of(signal.unit),
        values=states,
        markers=signal.sentinels,
        bus=bus,
        message=message.name,
        signal=signal.name,
        resolution=None if states or signal.is_float else abs(signal.scale),
    )


def _of_did(unit: str, did: "Did") -> VehiclePoint:
    return VehiclePoint(
        name=f"{unit}.{did.name}",
        title=did.title,
        unit=unit_of(did.unit),
        type="number" if did.format.is_number or did.format.values else "string",
        values=dict(did.format.values),
        ecu=unit,
        did=did.name,
        resolution=abs(did.format.scale) if did.format.is_number else None,
    )


def _renamed(source: VehiclePoint, name: str, title: Text | None) -> VehiclePoint:
    return VehiclePoint(
        name=name,
        title=title or source.title,
        unit=source.unit,
        type=source.type,
        values=source.values,
        markers=source.markers,
        bus=source.bus,
        message=source.message,
        signal=source.signal,
        ecu=source.ecu,
        did=source.did,
        resolution=source.resolution,
    )
