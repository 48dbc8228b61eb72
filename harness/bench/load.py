"""Loading a bench file and the profiles it names. Opens nothing."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from harness.bench.model import BenchFile
from harness.datafile import Places, load, loads, sha256, validate
from harness.devices.modbus.profile import Profile, load_profile
from harness.errors import FileError, Problem, UnknownNameError, UsageError

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
    return LoadedBench(model, places, data, _profiles(model, places, folder), folder)


def _profiles(model: BenchFile, places: Places, folder: Path | None) -> dict[str, Profile]:
    folders = [folder / name for name in model.profiles] if folder else []
    found: dict[str, Profile] = {}
    problems: list[Problem] = []
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
        for point in entry.uncertainty:
            if point not in profile.points:
                problems.append(
                    places.problem(
                        ("devices", role, "uncertainty", point),
                        f"the profile {profile.id} has no point {point!r}",
                        "a point of the profile",
                    )
                )
        found[role] = profile
    if problems:
        raise FileError(problems)
    return found
