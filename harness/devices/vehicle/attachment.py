"""How the buses of a vehicle and the adapters of the bench belong together.

A bench may have an adapter on each bus, or a single one at the diagnostic connector, to which the
gateway mirrors everything. Then one attachment carries all databases.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.devices.can.connection import CanConnection
from harness.devices.vehicle.profile import ProfileBus, VehicleProfile
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.devices.can.database import Database

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
        connection = completed(given, bus_at_connector(profile))
        return [Attachment(SINGLE, connection, tuple(profile.buses))]
    for name in given:
        if name not in profile.buses:
            known = ", ".join(profile.buses)
            raise UsageError(f"{profile.id} has no bus {name!r}; expected one of: {known}")
    return [
        Attachment(name, completed(connection, profile.buses[name]), (name,))
        for name, connection in given.items()
    ]


def bus_at_connector(profile: VehicleProfile) -> ProfileBus:
    """The bus that a single adapter is plugged into: that of the diagnostic connector."""
    return profile.buses.get(profile.diagnostics_bus) or next(iter(profile.buses.values()))


def completed(connection: CanConnection, bus: ProfileBus) -> CanConnection:
    """The connection with the bit rate of its bus, where the bench file does not say one.

    At a wrong bit rate an adapter disturbs the whole vehicle.
    """
    if "bitrate" in connection.model_fields_set or connection.is_memory:
        return connection
    return connection.model_copy(update={"bitrate": bus.bitrate})


def database_of(place: Attachment, profile: VehicleProfile) -> "Database":
    """What is known of all that one adapter sees.

    Raises FileError when two of its buses have messages of one id or one name.
    """
    from harness.devices.can.database import merge  # noqa: PLC0415 - brings the CAN libraries

    parts = [database for bus in place.buses for database in profile.databases[bus]]
    return parts[0] if len(parts) == 1 else merge(parts, name=place.name)
