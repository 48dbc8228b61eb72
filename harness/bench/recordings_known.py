"""Whether a recording and the databases of its bus belong together at all."""

import numpy as np

from harness.devices.can.logs_frames import EXTENDED
from harness.devices.can.recorded import RecordedConnection, read_recorded
from harness.devices.can.specs import format_id
from harness.devices.vehicle.control_units import identifiers_of
from harness.devices.vehicle.profile import VehicleProfile

_SHOWN = 8


def nothing_known(
    connection: RecordedConnection, bus: str, vehicle: VehicleProfile
) -> tuple[str, str] | None:
    """What is wrong and what was expected when not one frame is described anywhere.

    `bus` is empty for a single recording of all buses. None when something is known.
    """
    buses = [bus] if bus in vehicle.databases else list(vehicle.databases)
    databases = [database for name in buses for database in vehicle.databases[name]]
    known = {identifier for database in databases for identifier in database.by_id}
    known |= set(identifiers_of(vehicle.diagnostics))
    frames = read_recorded(connection.path, connection.channel).recording.frames
    keys, counts = np.unique(frames.key[frames.is_data], return_counts=True)
    met = [(int(key) & ~EXTENDED, bool(int(key) & EXTENDED)) for key in keys]
    if not met or any(identifier in known for identifier in met):
        return None
    commonest = np.argsort(-counts, kind="stable")[:_SHOWN]
    ids = ", ".join(f"{format_id(*met[at])} ({counts[at]})" for at in commonest)
    more = f" … ({len(met)} in all)" if len(met) > _SHOWN else ""
    files = [file.path.name for database in databases for file in database.files]
    names = ", ".join(name for name in files if not name.endswith((".yaml", ".yml")))
    what = f"{connection.describe()}: no frame is described in {names}; ids (frames): {ids}{more}"
    return what, "the DBC of this car and this bus"
