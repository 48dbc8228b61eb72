"""How the buses of a vehicle and the adapters of the bench belong together.

A bench may have an adapter on each bus, or a single one at the diagnostic connector, to which the
gateway mirrors everything. Then one attachment carries all databases.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.devices.can.connection import CanConnection
from harness.devices.can.database import Database, merge
from harness.devices.vehicle.profile import VehicleProfile
from harness.errors import UsageError

SINGLE = "can"
"""Name of the one attachment where a single adapter carries everything."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One adapter and the buses of the profile that are seen through it."""

    name: str
    connection: CanConnection
    buses: tuple[str, ...]


def attachments(
    profile: VehicleProfile, given: CanConnection | Mapping[str, CanConnection]
) -> list[Attachment]:
    """The adapters of this bench. Raises UsageError for a bus that the profile does not have."""
    if isinstance(given, CanConnection):
        return [Attachment(SINGLE, given, tuple(profile.buses))]
    for name in given:
        if name not in profile.buses:
            known = ", ".join(profile.buses)
            raise UsageError(f"{profile.id} has no bus {name!r}; expected one of: {known}")
    return [Attachment(name, connection, (name,)) for name, connection in given.items()]


def database_of(place: Attachment, profile: VehicleProfile) -> Database:
    """What is known of all that one adapter sees.

    Raises FileError when two of its buses have messages of one id or one name.
    """
    parts = [database for bus in place.buses for database in profile.databases[bus]]
    return parts[0] if len(parts) == 1 else merge(parts, name=place.name)
