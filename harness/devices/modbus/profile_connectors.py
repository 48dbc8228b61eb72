"""Maps that describe several connectors: the same points again, at a stride."""

from collections.abc import Mapping
from dataclasses import replace

from harness.devices.modbus.points import Link, Point, Profile
from harness.devices.modbus.profile_conditions import Complaints
from harness.devices.modbus.profile_file import ConnectorsFile, ProfileFile
from harness.errors import UsageError


def check_connectors(file: ProfileFile, points: Mapping[str, Point], complain: Complaints) -> None:
    """The points of one connector fit between those of its neighbours."""
    row = file.connectors
    if row is None or not row.stride:
        return
    own = [point for point in points.values() if point.address >= row.first]
    if not own:
        what = f"no point is at {row.first} or above"
        complain.add(("connectors", "first"), what, "the first address of connector 1")
    for point in own:
        if point.end > row.first + row.stride:
            complain.add(
                ("points", point.name, "at"),
                f"{point.where()} lies beyond connector 1",
                f"below {row.first + row.stride}, where connector 2 begins",
            )
    if row.first + row.count * row.stride > 65536:
        what = f"connector {row.count} ends outside the table"
        complain.add(("connectors",), what, "addresses up to 65535")


def at_connector(profile: Profile, row: ConnectorsFile | None, connector: int) -> Profile:
    """The profile of one connector, counted from 1. Raises UsageError."""
    count = 1 if row is None else row.count
    if not 1 <= connector <= count:
        raise UsageError(
            f"profile {profile.id} has no connector {connector}; expected 1"
            + (f" to {count}" if count > 1 else "")
        )
    if row is None or connector == 1:
        return profile
    steps = connector - 1
    return replace(
        profile,
        points={name: _moved(point, row, steps) for name, point in profile.points.items()},
        links={kind: _unit_of(link, row, steps) for kind, link in profile.links.items()},
    )


def _moved(point: Point, row: ConnectorsFile, steps: int) -> Point:
    """The same point of another connector; what the whole station has stays where it is."""
    if not row.stride or point.address < row.first:
        return point
    return replace(point, address=point.address + steps * row.stride)


def _unit_of(link: Link, row: ConnectorsFile, steps: int) -> Link:
    if link.unit is None or not row.unit_stride:
        return link
    return replace(link, unit=link.unit + steps * row.unit_stride)
