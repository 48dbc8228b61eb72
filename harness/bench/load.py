"""Loading a bench file and the profiles it names. Opens nothing."""

from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from harness.bench.model import BenchFile
from harness.bench.states import expected_of, fits
from harness.datafile import Path_, Places, load, loads, sha256, validate
from harness.devices.modbus.blocks import uncertainty_of
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.profile import Profile, load_profile
from harness.errors import FileError, Problem, UnknownNameError, UsageError
from harness.quantity import same_dimension

SIMULATED = "sim"
"""Name of the built-in simulated bench."""


@dataclass(frozen=True)
class LoadedBench:
    """A bench file that has been read and checked, with its profiles."""

    model: BenchFile
    places: Places
    data: bytes
    profiles: dict[str, Profile]
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
            if entry.simulated and entry.connection is None
        ]

    @property
    def simulated(self) -> bool:
        """True when no device of the bench is real."""
        return all(entry.simulated for entry in self.model.devices.values())

    def missing(self, role: str, point: str) -> str:
        """Why this bench cannot offer a point; empty when it can."""
        if role not in self.profiles:
            return f"the bench has no {role}"
        if point not in self.profiles[role].points:
            return f"the profile {self.profiles[role].id} has no point {point!r}"
        return ""


def load_bench(name: str, *, pile_profile: str | None = None) -> LoadedBench:
    """Load `sim` or a bench file. Raises FileError, UsageError.

    `pile_profile` replaces the pile's profile on the built-in bench.
    """
    if name == SIMULATED:
        data = (files("harness.bench") / "sim.yaml").read_bytes()
        values, places = loads(data, "sim.yaml")
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
    model = validate(BenchFile, values, places)
    problems: list[Problem] = []
    profiles = _profiles(model, places, folder, problems)
    check = _Check(model, places, profiles, problems)
    check.uncertainties()
    check.connections()
    if len(profiles) == len(model.devices):
        check.site()
    check.instruments()
    if problems:
        raise FileError(problems)
    return LoadedBench(model, places, data, profiles, folder)


class _Check:
    """What can be said of a bench file once its profiles are known. Collects problems."""

    def __init__(
        self,
        model: BenchFile,
        places: Places,
        profiles: dict[str, Profile],
        problems: list[Problem],
    ) -> None:
        self._model = model
        self._places = places
        self._profiles = profiles
        self._problems = problems

    def _complain(self, path: Path_, what: str, expected: str) -> None:
        self._problems.append(self._places.problem(path, what, expected))

    def uncertainties(self) -> None:
        """Each belongs to a point, in a unit of that point."""
        for role, profile in self._profiles.items():
            for name, stated in self._model.devices[role].uncertainty.items():  # type: ignore[index]
                where = ("devices", role, "uncertainty", name)
                point = profile.points.get(name)
                if point is None:
                    self._complain(
                        where,
                        f"the profile {profile.id} has no point {name!r}",
                        "a point of the profile",
                    )
                    continue
                try:
                    uncertainty_of(point, stated)
                except UsageError as error:
                    unit = f"a quantity in {point.unit}, or in %" if point.unit else "none here"
                    self._complain(where, f"{name}: {error.detail}", unit)

    def connections(self) -> None:
        """Each can be completed, and devices on one line agree about it."""
        seen: list[tuple[str, ModbusConnection]] = []
        for role, profile in self._profiles.items():
            written = self._model.devices[role].connection  # type: ignore[index]
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
        for name, value in self._model.site.items():
            points = [
                profile.points[name]
                for profile in self._profiles.values()
                if name in profile.points
            ]
            if not points:
                known = sorted({name for it in self._profiles.values() for name in it.points})
                close = get_close_matches(name, known, 3)
                self._complain(
                    ("site", name),
                    f"no device of this bench has a point {name!r}",
                    "a point of a profile" + (f": {', '.join(close)}?" if close else ""),
                )
            elif not fits(points, value):
                self._complain(("site", name), f"{name} cannot be {value!r}", expected_of(points))

    def instruments(self) -> None:
        """Uncertainty and resolution of an instrument are of one kind."""
        for name, tool in self._model.instruments.items():
            if tool.uncertainty is None or tool.resolution is None:
                continue
            own, other = tool.uncertainty.unit, tool.resolution.unit
            if own != "%" and not same_dimension(_plain(own), _plain(other)):
                self._complain(
                    ("instruments", name, "uncertainty"),
                    f"an uncertainty in {own} beside a resolution in {other}",
                    f"a quantity in {other}, or in %",
                )


def _plain(unit: str) -> str:
    """Uncertainties and steps of temperatures are differences; both spellings are in use."""
    return "K" if unit == "°C" else unit


def _profiles(
    model: BenchFile, places: Places, folder: Path | None, problems: list[Problem]
) -> dict[str, Profile]:
    folders = [folder / name for name in model.profiles] if folder else []
    found: dict[str, Profile] = {}
    for role, entry in model.devices.items():
        name = entry.profile
        if folder and name.endswith((".yaml", ".yml")):
            name = str(folder / name)
        where = ("devices", role, "profile")
        try:
            profile = load_profile(name, folders)
        except UnknownNameError as error:
            problems.append(places.problem(where, error.detail, "a profile that exists"))
            continue
        if profile.kind != role:
            problems.append(
                places.problem(
                    where, f"{entry.profile!r} describes a {profile.kind}", f"a profile of a {role}"
                )
            )
            continue
        found[role] = profile
    return found
