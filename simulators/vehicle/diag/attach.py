"""Gives every control unit of the car its diagnostic server.

servers = attach_servers(diagnostics, {"bms": Station(node, hooks, monitors)}, ...)
servers["bms"].faults.silent = True
servers.close()
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from harness.devices.diag.diagnostics import Diagnostics, Unit
from harness.devices.diag.isotp import IsoTpEndpoint
from harness.devices.diag.keys import key_algorithm
from harness.devices.diag.link import FrameLink, IsoTpAddress
from harness.devices.diag.transport import IsoTpParameters
from harness.errors import HarnessError
from harness.quantity import Value
from harness.text import Text
from simulators.scheduler import Scheduler
from simulators.vehicle.diag.access import AccessRules
from simulators.vehicle.diag.diagnosed_ecu import DiagnosedEcu
from simulators.vehicle.diag.faulty_link import FaultyLink
from simulators.vehicle.diag.hooks import EcuHooks
from simulators.vehicle.diag.identity import VehicleIdentity
from simulators.vehicle.diag.life import UnitLife
from simulators.vehicle.diag.memory import Debounce, Monitor
from simulators.vehicle.diag.monitor_clock import PERIOD, MonitorClock
from simulators.vehicle.diag.security import SecurityLock
from simulators.vehicle.diag.server import UdsServer
from simulators.vehicle.diag.snapshot import SNAPSHOT_NAMES

APPROVED = (
    "part_number",
    "software_number",
    "software_version",
    "hardware_number",
    "hardware_version",
    "supplier_software_version",
    "calibration_id",
    "calibration_verification",
    "display_version",
    "voice_version",
    "driver_monitor_version",
)
"""Identifiers that a release list names, besides the VIN."""
_PARAMETERS = IsoTpParameters(padding=0x55)


@dataclass(frozen=True, slots=True)
class Station:
    """One control unit in the car: its bus node, the car as it sees it, and its tests."""

    link: FrameLink
    hooks: EcuHooks
    monitors: Mapping[str, Monitor] = field(default_factory=dict)
    """Trouble code -> whether it is there now (None: cannot be tested now)."""
    powered: Callable[[], bool] = lambda: True
    debounce: Mapping[str, Debounce] = field(default_factory=dict)


class DiagnosticServers(Mapping[str, UdsServer]):
    """The servers of a car by unit, and their common clock."""

    def __init__(
        self,
        servers: Mapping[str, UdsServer],
        endpoints: Mapping[str, IsoTpEndpoint],
        clock: MonitorClock,
    ) -> None:
        self._servers = dict(servers)
        self._endpoints = dict(endpoints)
        self._clock = clock

    def __getitem__(self, name: str) -> UdsServer:
        return self._servers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._servers)

    def __len__(self) -> int:
        return len(self._servers)

    def ledger(self) -> dict[str, Value]:
        """What the site's ledger says of a sound car: `vin`, and `unit.name` of what is approved.

        As the units show it now, so it is to be asked before anything is wrong.
        """
        rows: dict[str, Value] = {}
        for name, server in self._servers.items():
            for did in server.ecu.unit.dids:
                data = server.ecu.read(did)
                if data is None:
                    continue
                if did.name == "vin":
                    rows.setdefault("vin", did.decode(data, name))
                elif did.name in APPROVED:
                    rows[f"{name}.{did.name}"] = did.decode(data, name)
        return rows

    def unreadable(self) -> list[str]:
        """Identifiers, as `unit.name`, for which neither car nor unit has a value now."""
        return [
            f"{name}.{did.name}"
            for name, server in self._servers.items()
            for did in server.ecu.unit.dids
            if server.ecu.read(did) is None
        ]

    def untested(self) -> list[str]:
        """Trouble codes, as `unit:code`, for which the car has no monitor."""
        return [
            f"{name}:{code}"
            for name, server in self._servers.items()
            for code in server.memory.untested
        ]

    def close(self) -> None:
        """End the servers and stop listening. May be called twice."""
        self._clock.stop()
        for server in self._servers.values():
            server.close()
        for endpoint in self._endpoints.values():
            endpoint.close()


def attach_servers(
    diagnostics: Diagnostics,
    stations: Mapping[str, Station],
    *,
    scheduler: Scheduler,
    random: Callable[[str], Random],
    identity: VehicleIdentity,
    key_on: Callable[[], bool],
    advance: Callable[[], None] = lambda: None,
    wall: Callable[[], float] | None = None,
    rules: AccessRules | None = None,
    period: float = PERIOD,
) -> DiagnosticServers:
    """Servers of the stations; units of the description without a station stay silent.

    `random` gives a source of its own for each name; `key_on` is the operation cycle; `advance`
    brings the scheduler to the present, for links that deliver frames outside of it; `wall` is the
    time of day (seconds since 1970). Needs a running loop, as ISO-TP does.
    Raises UnknownNameError for a unit, a trouble code or a key algorithm that does not exist.
    """
    snapshot_dids = [did for did in diagnostics.dids.values() if did.name in SNAPSHOT_NAMES]
    snapshot_dids.sort(key=lambda did: SNAPSHOT_NAMES.index(did.name))
    past = random("diagnostics/past")
    cycles, kilometres = past.randrange(120, 250), past.uniform(2500.0, 9500.0)
    servers: dict[str, UdsServer] = {}
    endpoints: dict[str, IsoTpEndpoint] = {}
    for name, station in stations.items():
        unit = diagnostics.unit(name)
        source = random(f"diagnostics/{name}")
        ecu = DiagnosedEcu(
            unit,
            station.hooks,
            scheduler,
            monitors=station.monitors,
            debounce=station.debounce,
            snapshot_dids=snapshot_dids,
            own=identity.units.get(name, {}),
            life=UnitLife(scheduler, source, wall),
            lock=_lock(diagnostics, unit, source, scheduler),
            rules=rules,
        )
        ecu.memory.assume_history(
            cycles=cycles, kilometres=kilometres, seconds=kilometres / 28.0 * 3600
        )
        reaction = round(source.uniform(0.004, 0.012), 4)
        server = UdsServer(ecu, scheduler, powered=station.powered, reaction=reaction)
        servers[name] = server
        endpoints[name] = _endpoint(diagnostics, unit, station.link, server, advance)
    clock = MonitorClock(scheduler, servers.values(), key_on, period)
    clock.start()
    return DiagnosticServers(servers, endpoints, clock)


def attach_stranger(
    diagnostics: Diagnostics,
    name: str,
    station: Station,
    address: IsoTpAddress,
    *,
    scheduler: Scheduler,
    random: Callable[[str], Random],
    advance: Callable[[], None] = lambda: None,
) -> DiagnosticServers:
    """The server of a unit that the description does not know. `address` as the tester sees it.

    It has sessions, reset and an empty memory of trouble codes, and says who it is to nobody.
    """
    title = Text("未知控制单元", "Unknown control unit")
    unit = Unit(name=name, title=title, node=name, bus="", address=address, sessions=(1, 3))
    return attach_servers(
        replace(diagnostics, units={name: unit}),
        {name: station},
        scheduler=scheduler,
        random=random,
        identity=VehicleIdentity("", {}),
        key_on=station.powered,
        advance=advance,
    )


def _lock(
    diagnostics: Diagnostics, unit: Unit, random: Random, scheduler: Scheduler
) -> SecurityLock | None:
    if unit.security is None:
        return None
    algorithm = key_algorithm(unit.security)
    options = diagnostics.security.get(unit.security, {})
    return SecurityLock(lambda seed, level: algorithm(seed, level, options), random, scheduler)


def _endpoint(
    diagnostics: Diagnostics,
    unit: Unit,
    link: FrameLink,
    server: UdsServer,
    advance: Callable[[], None],
) -> IsoTpEndpoint:
    def receive(request: bytes, functional: bool) -> None:
        advance()
        server.receive(request, functional)

    fitting = [f.request for f in diagnostics.functional if f.extended == unit.address.extended]
    endpoint = IsoTpEndpoint(
        FaultyLink(link, server.faults),
        unit.address.other_end(fitting[0] if fitting else None),
        parameters=_PARAMETERS,
        name=unit.name,
        on_payload=receive,
    )
    server.send = partial(_post, endpoint)
    return endpoint


def _post(endpoint: IsoTpEndpoint, payload: bytes, sent: Callable[[], None]) -> None:
    """Send a response. A tester that takes no frames loses it; the unit goes on."""

    def ended(_error: HarnessError | None) -> None:
        sent()

    endpoint.post(payload, ended)
