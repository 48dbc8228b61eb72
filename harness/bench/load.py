"""Loading a bench file and the profiles it names. Opens nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from harness.bench.instrument_files import SCPI_ROLES, instrument_profiles
from harness.bench.instruments import InstrumentRegister
from harness.bench.model import BenchFile, DeviceEntry
from harness.bench.profiles import register_maps, vehicle_profile
from harness.bench.recorder import check_recorder
from harness.bench.recordings import with_recordings
from harness.bench.roles import piles_of
from harness.bench.sockets import check_sockets
from harness.bench.states import expected_of, fits
from harness.datafile import Path_, Places, load, loads, sha256, validate
from harness.devices.can.connection import CanConnection
from harness.devices.device import DeviceProfile, PointInfo
from harness.devices.instrument.profile import InstrumentProfile
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.points import Profile
from harness.errors import FileError, Problem, UsageError
from harness.quantity import Quantity, convert, same_dimension
from harness.rental import ROWS, expected_of_row

if TYPE_CHECKING:
    from harness.devices.vehicle.profile import VehicleProfile

SIMULATED = "sim"
"""Name of the built-in simulated bench."""
SITE = "sim-site"
"""Name of the built-in simulated outlet with several piles."""
SOCKET = "sim-socket"
"""Name of the built-in simulated pile with two sockets."""
BUILT_IN = (SIMULATED, SITE, SOCKET)


@dataclass(frozen=True)
class LoadedBench:
    """A bench file that has been read and checked, with its profiles."""

    model: BenchFile
    places: Places
    data: bytes
    profiles: dict[str, Profile]
    """Register maps of the Modbus devices, by role."""
    vehicle: "VehicleProfile | None" = None
    """What is known about the vehicle. Its databases are read when they are first asked for."""
    scpi: Mapping[str, InstrumentProfile] = field(default_factory=dict)
    """Profiles of loads and sources, by role."""
    register: tuple[str, bytes] | None = None
    """Name and bytes of the shared register of instruments."""
    folder: Path | None = None
    """Where the bench file lies; None for the built-in bench."""

    @property
    def catalogue_folders(self) -> list[Path]:
        """The lab's own catalogue folders."""
        return [self.folder / name for name in self.model.catalogue] if self.folder else []

    @property
    def id(self) -> str:
        return self.model.bench

    @property
    def sha256(self) -> str:
        return sha256(self.data)

    @property
    def simulated_inside(self) -> list[str]:
        """Roles whose simulator runs inside this process."""
        return [
            role
            for role, entry in self.model.devices.items()
            if entry.simulated and not entry.connected
        ]

    @property
    def recorded(self) -> list[str]:
        """Roles whose buses come out of recordings."""
        return [role for role, entry in self.model.devices.items() if entry.recorded]

    @property
    def piles(self) -> list[str]:
        """Roles of the piles, in the order of the file."""
        return piles_of(self.model.devices)

    @property
    def simulated(self) -> bool:
        """True when no device of the bench is real. Without devices there is the person: real.

        What comes out of a recording is not there either, see `recorded`.
        """
        if not self.model.devices:
            return False
        recorder = self.model.recorder
        real = recorder is not None and not recorder.simulated
        return not real and all(
            entry.simulated or entry.recorded for entry in self.model.devices.values()
        )

    def profile_of(self, role: str) -> DeviceProfile | None:
        """What is known about the device of a role; None when the bench has none."""
        if role == "vehicle":
            return self.vehicle
        return self.profiles.get(role) or self.scpi.get(role)

    def points_of(self, role: str) -> Mapping[str, PointInfo]:
        """The points of the device of a role; none when the bench has no such device."""
        profile = self.profile_of(role)
        return profile.described if profile is not None else {}

    def missing(self, role: str, point: str) -> str:
        """Why this bench cannot offer a point; empty when it can."""
        profile = self.profile_of(role)
        if profile is None:
            return f"the bench has no {role}"
        if point not in profile.described:
            return f"the profile {profile.id} has no point {point!r}"
        return ""

    def check_adapters(self) -> None:
        """Raises FileError when one adapter would see two messages that it cannot tell apart."""
        entry = self.model.devices.get("vehicle")
        if self.vehicle is None or entry is None or not entry.connected:
            return
        from harness.devices.vehicle.attachment import (  # noqa: PLC0415 - as below
            attachments,
            database_of,
        )

        for place in attachments(self.vehicle, entry.can):
            database_of(place, self.vehicle)


def load_bench(name: str, *, pile_profile: str | None = None) -> LoadedBench:
    """Load `sim` or a bench file. Raises FileError, UsageError.

    `pile_profile` replaces the pile's profile on the built-in bench.
    """
    if name in BUILT_IN:
        data = (files("harness.bench") / f"{name}.yaml").read_bytes()
        values, places = loads(data, f"{name}.yaml")
        folder: Path | None = None
    else:
        path = Path(name)
        if path.suffix not in (".yaml", ".yml"):
            raise UsageError(f"{name!r} is not a bench; expected a .yaml file or 'sim'")
        values, places, data = load(path)
        folder = path.resolve().parent
    if pile_profile is not None and name == SIMULATED:
        values["devices"]["pile"]["profile"] = pile_profile
        values["site"] = {}
        data += f"\n# pile profile: {pile_profile}\n".encode()
    model, register = _with_register(validate(BenchFile, values, places), places, folder)
    problems: list[Problem] = []
    profiles = register_maps(model, places, folder, problems)
    scpi = instrument_profiles(model, places, folder, problems)
    vehicle = vehicle_profile(model, places, folder, problems)
    model = with_recordings(model, places, folder, vehicle, problems)
    check = _Check(model, places, profiles, vehicle, problems)
    check.kinds()
    if not problems:
        check.uncertainties()
        check.injector()
        check.connections()
    if len(profiles) + len(scpi) + (vehicle is not None) == len(model.devices):
        check.site()
        check.maintenance()
    check.instruments()
    pile = model.devices.get("pile")
    problems += check_sockets(model, places)
    problems += check_recorder(model, places, pile is not None and not pile.connected)
    if problems:
        raise FileError(problems)
    return LoadedBench(model, places, data, profiles, vehicle, scpi, register, folder)


def _with_register(
    model: BenchFile, places: Places, folder: Path | None
) -> tuple[BenchFile, tuple[str, bytes] | None]:
    """The bench with the instruments of the register that it names. Raises FileError."""
    if model.instrument_register is None:
        return model, None
    where: Path_ = ("instrument_register",)
    path = (folder or Path()) / model.instrument_register
    if not path.is_file():
        what = f"there is no file {path}"
        raise FileError([places.problem(where, what, "a register of instruments")])
    values, inside, data = load(path)
    register = validate(InstrumentRegister, values, inside)
    both = sorted(set(register.instruments) & set(model.instruments))
    if both:
        what = f"the instrument {both[0]!r} stands in {path.name} and in the bench file"
        raise FileError([places.problem(("instruments", both[0]), what, "one of the two")])
    together = {**register.instruments, **model.instruments}
    return model.model_copy(update={"instruments": together}), (path.name, data)


class _Check:
    """What can be said of a bench file once its profiles are known. Collects problems."""

    def __init__(
        self,
        model: BenchFile,
        places: Places,
        profiles: dict[str, Profile],
        vehicle: "VehicleProfile | None",
        problems: list[Problem],
    ) -> None:
        self._model = model
        self._places = places
        self._profiles = profiles
        self._vehicle = vehicle
        self._problems = problems

    def _complain(self, path: Path_, what: str, expected: str) -> None:
        self._problems.append(self._places.problem(path, what, expected))

    def kinds(self) -> None:
        """A vehicle is reached over CAN, everything else over Modbus."""
        for role, entry in self._model.devices.items():
            where: Path_ = ("devices", role)
            if role == "vehicle":
                self._vehicle_kind(entry, where)
                continue
            if entry.connection is not None and entry.modbus is None and entry.visa is None:
                what = f"a {role} speaks Modbus"
                self._complain((*where, "connection"), what, "{modbus: …}")
            for name in ("connections", "database", "diagnostics"):
                if getattr(entry, name):
                    self._complain((*where, name), f"{name!r} is of a vehicle", "none of that here")

    def _vehicle_kind(self, entry: DeviceEntry, where: Path_) -> None:
        if entry.modbus is not None:
            what = "a vehicle speaks CAN"
            self._complain((*where, "connection"), what, "{can: …, channel: …}")
        if entry.profile is not None and entry.diagnostics is not None:
            what = "the profile says where diagnostics are described"
            self._complain((*where, "diagnostics"), what, "this only without a profile")
        vehicle = self._vehicle
        if vehicle is None:
            return
        for bus in entry.connections:
            if bus not in vehicle.buses:
                what, known = f"{vehicle.id} has no bus {bus!r}", ", ".join(vehicle.buses)
                self._complain((*where, "connections", bus), what, f"one of: {known}")
        if entry.profile is not None:
            self._bitrates(entry, vehicle, where)

    def _bitrates(self, entry: DeviceEntry, vehicle: "VehicleProfile", where: Path_) -> None:
        """At a wrong bit rate an adapter disturbs the whole bus, so it is not even tried."""
        from harness.devices.vehicle.attachment import bus_at_connector  # noqa: PLC0415 - as below

        wired = [
            ((*where, "connections", bus), connection, vehicle.buses[bus])
            for bus, connection in entry.connections.items()
            if bus in vehicle.buses
        ]
        if isinstance(entry.connection, CanConnection):
            wired.append(((*where, "connection"), entry.connection, bus_at_connector(vehicle)))
        for path, connection, bus in wired:
            said = connection.bitrate
            if "bitrate" in connection.model_fields_set and said not in (None, bus.bitrate):
                what = f"{said} bit/s on {bus.name}, which has {bus.bitrate} bit/s"
                expected = f"{bus.bitrate}, or null where the system has set it"
                self._complain((*path, "bitrate"), what, expected)

    def uncertainties(self) -> None:
        """Each belongs to a point, in a unit of that point."""
        for role, entry in self._model.devices.items():
            if role in SCPI_ROLES:
                continue  # see instrument_files
            profile = self._vehicle if role == "vehicle" else self._profiles[role]
            assert profile is not None  # otherwise there are problems already
            for name, stated in entry.uncertainty.items():
                where: Path_ = ("devices", role, "uncertainty", name)
                point = profile.described.get(name)
                if point is None:
                    self._complain(
                        where,
                        f"the profile {profile.id} has no point {name!r}",
                        "a point of the profile",
                    )
                    continue
                try:
                    _check_uncertainty(point, stated)
                except UsageError as error:
                    unit = f"a quantity in {point.unit}, or in %" if point.unit else "none here"
                    self._complain(where, f"{name}: {error.detail}", unit)

    def injector(self) -> None:
        """Its faults have relays, each its own; those of a simulated one are seeded faults."""
        from harness.bench.simulated import seeded_faults  # noqa: PLC0415 - it imports this module

        for role, entry in self._model.devices.items():
            where: Path_ = ("devices", role, "faults")
            if role != "injector":
                if entry.faults:
                    self._complain(where, "'faults' is of an injector", "none of that here")
                continue
            relays = {
                name: point
                for name, point in self._profiles[role].points.items()
                if point.writable and {"on", "off"} <= set(point.values.values())
            }
            seen: dict[str, str] = {}
            for fault, relay in entry.faults.items():
                if relay not in relays:
                    known = ", ".join(relays)
                    what = f"the profile {self._profiles[role].id} has no relay {relay!r}"
                    self._complain((*where, fault), what, f"one of: {known}")
                elif relay in seen:
                    what = f"{relay} is that of the fault {seen[relay]!r}"
                    self._complain((*where, fault), what, "a relay of its own for each fault")
                seen.setdefault(relay, fault)
                if entry.simulated and not entry.connected and fault not in seeded_faults():
                    what = f"no fault of the simulated bench is called {fault!r}"
                    self._complain((*where, fault), what, "a fault of `harness list faults`")
            if not entry.faults:
                self._complain(where, "an injector without faults", "{fault: relay, …}")

    def connections(self) -> None:
        """Each can be completed, and devices on one line agree about it."""
        seen: list[tuple[str, ModbusConnection]] = []
        for role, profile in self._profiles.items():
            written = self._model.devices[role].modbus  # type: ignore[index]
            if written is None:
                continue
            where: Path_ = ("devices", role, "connection")
            try:
                connection = written.complete(profile)
            except UsageError as error:
                what, _, expected = error.detail.partition("; expected ")
                self._complain((*where, "unit"), what, expected)
                continue
            for other, earlier in seen:
                self._on_one_line(where, connection, other, earlier)
            seen.append((role, connection))

    def _on_one_line(
        self, where: Path_, connection: ModbusConnection, other: str, earlier: ModbusConnection
    ) -> None:
        def line(it: ModbusConnection) -> tuple[object, ...]:
            return (it.modbus, it.host, it.port)

        if line(connection) != line(earlier):
            return
        for name in ("baudrate", "bytesize", "parity", "stopbits", "framing"):
            own, theirs = getattr(connection, name), getattr(earlier, name)
            if own != theirs:
                self._complain(
                    (*where, name),
                    f"{name} {own} on the line that {other} uses with {theirs}",
                    f"the same settings on one line ({theirs}), or a line of its own",
                )
        if connection.unit == earlier.unit:
            self._complain(
                (*where, "unit"),
                f"unit {connection.unit} is that of {other} on the same line",
                "a unit id of its own for each device of a line",
            )

    def site(self) -> None:
        """The ledger names points of the bench's devices, with values that they can have."""
        for role, entry in self._model.devices.items():
            profile = self._profiles.get(role)
            if profile is None:
                continue
            for name, value in entry.site.items():
                self._ledger(("devices", role, "site", name), name, value, [profile])
        for name, value in self._model.site.items():
            if name in ROWS and self._vehicle is not None:
                wanted = expected_of_row(name, value)
                if wanted is not None:
                    self._complain(("site", name), f"{name} cannot be {value!r}", wanted)
                continue
            self._ledger(("site", name), name, value, list(self._profiles.values()))

    def _ledger(self, where: Path_, name: str, value: object, profiles: list[Profile]) -> None:
        points: list[PointInfo] = [
            profile.described[name] for profile in profiles if name in profile.described
        ]
        if not points and self._vehicle is not None and name in self._vehicle.points:
            points.append(self._vehicle.points[name])
        if not points:
            known = sorted({name for maps in self._maps() for name in maps})
            close = get_close_matches(name, known, 3)
            self._complain(
                where,
                f"no device of this bench has a point {name!r}",
                "a point of a profile" + (f": {', '.join(close)}?" if close else ""),
            )
        elif not fits(points, value):
            self._complain(where, f"{name} cannot be {value!r}", expected_of(points))

    def maintenance(self) -> None:
        """What a repair was to change are points of the pile, or something of the car."""
        entry, pile = self._model.maintenance, self._profiles.get("pile")
        description = self._vehicle.diagnostics if self._vehicle is not None else None
        if entry is None or (pile is None and description is None):
            return
        known = set(pile.described) if pile is not None else set()
        if description is not None:
            # Late: a pile alone does without the rooms of the vehicle.
            from harness.devices.vehicle.snapshot import announceable  # noqa: PLC0415

            known |= set(announceable(description))
        for index, name in enumerate(entry.expected):
            if name not in known:
                close = get_close_matches(name, sorted(known), 3)
                self._complain(
                    ("maintenance", "expected", index),
                    f"no device of this bench has a point {name!r}",
                    "a point of a profile" + (f": {', '.join(close)}?" if close else ""),
                )

    def _maps(self) -> Iterator[Mapping[str, PointInfo]]:
        """Points of every device."""
        for profile in self._profiles.values():
            yield profile.described
        if self._vehicle is not None:
            yield self._vehicle.points

    def instruments(self) -> None:
        """Uncertainty and resolution of an instrument are of one kind."""
        for name, tool in self._model.instruments.items():
            if tool.uncertainty is None or tool.resolution is None:
                continue
            other = tool.resolution.unit
            for own in {part.unit for part in tool.uncertainty.parts}:
                if own != "%" and not same_dimension(_plain(own), _plain(other)):
                    self._complain(
                        ("instruments", name, "uncertainty"),
                        f"an uncertainty in {own} beside a resolution in {other}",
                        f"a quantity in {other}, or in %",
                    )


def _check_uncertainty(point: PointInfo, stated: Quantity) -> None:
    """Raises UsageError when an uncertainty in this unit says nothing about the point."""
    if stated.unit == "%" and point.unit != "%" and not point.values and not point.is_text:
        return
    if point.unit is None:
        raise UsageError(f"{point.name} has no unit, so no uncertainty of {stated}")
    convert(stated.value, stated.unit, point.unit)


def _plain(unit: str) -> str:
    """Uncertainties and steps of temperatures are differences; both spellings are in use."""
    return "K" if unit == "°C" else unit
