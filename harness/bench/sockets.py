"""How a pile is connected: connection mode, and the connection points of one pile.

GB/T 18487.1 knows three connection modes: in A and B the cable comes off at the pile, which has a
socket with test point 4 and a lock; in C the cable is fixed to the pile.
"""

from typing import TYPE_CHECKING, Literal

from harness.bench.roles import is_pile

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench
    from harness.bench.model import BenchFile, DeviceEntry
    from harness.datafile import Places
    from harness.errors import Problem

ConnectionMode = Literal["A", "B", "C"]
LOCK_ABOVE = 16.0
"""A (10.6.1): above it the interfaces are locked, up to it that is optional (5.2.2.2)."""


FaultNeeds = Literal["", "socket", "twin", "fixed-cable"]
"""What a pile must have for a seeded fault: a socket, a second connection point, or a cable that is
fixed to it."""


def _entry(bench: "LoadedBench", role: str) -> "DeviceEntry | None":
    """What the bench file says of a role; None where it has no such role."""
    return next((entry for name, entry in bench.model.devices.items() if name == role), None)


def has_socket(bench: "LoadedBench", role: str = "pile") -> bool:
    """Whether the cable comes off at the pile."""
    entry = _entry(bench, role)
    return entry is not None and entry.connection_mode in ("A", "B")


def no_socket(bench: "LoadedBench", role: str = "pile") -> str:
    """Why nothing about a socket can be looked at; empty where there is one."""
    if has_socket(bench, role):
        return ""
    return f"the cable of the {role} is fixed to it (connection mode C): it has no socket"


def no_fixed_cable(bench: "LoadedBench", role: str = "pile") -> str:
    """Why a pile does not see CC at the vehicle's end; empty where its cable is fixed to it."""
    if has_socket(bench, role):
        return f"the {role} has a socket: it does not see the CC of the vehicle's end"
    return ""


def no_lock(bench: "LoadedBench", role: str = "pile") -> str:
    """Why nothing about the lock of a socket can be asked for; empty where one is needed."""
    if why := no_socket(bench, role):
        return why
    profile = bench.profiles.get(role)
    rated = profile.ratings.get("current") if profile is not None else None
    if rated is None:
        return f"the rated current of the {role} is not known, so nor is whether it needs a lock"
    if rated.to("A") <= LOCK_ABOVE:
        return f"the {role} is rated {rated}: a lock is needed above {LOCK_ABOVE:g} A only"
    return ""


def points_of_one_pile(bench: "LoadedBench", role: str = "pile") -> list[str]:
    """The roles that are connection points of the pile of this role, itself among them."""
    entry = _entry(bench, role)
    own = entry.housing if entry is not None else None
    if own is None:
        return [role]
    return [other for other, entry in bench.model.devices.items() if entry.housing == own]


def no_second_point(bench: "LoadedBench", role: str = "pile") -> str:
    """Why nothing can be said of a second connection point; empty where there is one."""
    if len(points_of_one_pile(bench, role)) > 1:
        return ""
    return "the bench does not name a second connection point of the pile (`housing`)"


def lacks(bench: "LoadedBench", needs: FaultNeeds, role: str = "pile") -> str:
    """Why a pile cannot have a seeded fault; empty when it can."""
    if needs == "socket":
        return no_socket(bench, role)
    if needs == "fixed-cable":
        return no_fixed_cable(bench, role)
    return no_second_point(bench, role) if needs == "twin" else ""


def check_sockets(model: "BenchFile", places: "Places") -> "list[Problem]":
    """What is wrong with connection modes and housings of a bench file."""
    problems: list[Problem] = []
    housings: dict[str, list[str]] = {}
    for role, entry in model.devices.items():
        if entry.housing is not None:
            housings.setdefault(entry.housing, []).append(role)
        for key in ("connection_mode", "housing"):
            if key in entry.model_fields_set and not is_pile(role):
                what = f"{key!r} is of a pile"
                problems.append(places.problem(("devices", role, key), what, "none of that here"))
    for housing, roles in housings.items():
        if len(roles) == 1 and is_pile(roles[0]):
            what = f"only the {roles[0]} is in the housing {housing!r}"
            expected = "another pile of the bench with the same housing"
            problems.append(places.problem(("devices", roles[0], "housing"), what, expected))
    return problems
