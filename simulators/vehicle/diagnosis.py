"""The diagnostic servers of a car on its network: what a tester at the connector talks to."""

from collections.abc import Callable
from functools import cache, partial
from random import Random

from harness.data import data_folder
from harness.devices.diag.description import load_diagnostics
from harness.devices.diag.diagnostics import Diagnostics
from harness.devices.diag.dtc import CONFIRMED, TEST_FAILED
from harness.quantity import Value
from simulators.vehicle import calibrating, preparing
from simulators.vehicle.coding import write_coding
from simulators.vehicle.diag.attach import DiagnosticServers, Station, attach_servers
from simulators.vehicle.diag.hooks import (
    DescribedHooks,
    Done,
    Options,
    ResetKind,
    RoutineAction,
    RoutineRun,
    Started,
)
from simulators.vehicle.diag.identity import vehicle_identity
from simulators.vehicle.diag.security import SecurityLock
from simulators.vehicle.diag.server import UdsServer
from simulators.vehicle.diag.snapshot import FIRST
from simulators.vehicle.diag.trouble_code import TroubleCode
from simulators.vehicle.diag_values import values_of
from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.network import CarNetwork
from simulators.vehicle.sensing import Sensor
from simulators.vehicle.trouble_book import Listed
from simulators.vehicle.user_data import COCKPIT, TERMINAL

FRAME = {"odometer": "odometer", "vehicle_speed": "speed", "low_voltage": "low_voltage"}
"""Identifier of a snapshot -> what the gateway broadcasts of it."""
_BEFORE_CLEARING = "P0A7E-4B"
_OUT_OF_STEP = 24.0
"""Time offset (ms) of a sensor that has lost the time."""

LEDGER_OF_SETTINGS = ("config_", "automation_level", "variant_code", "digital_key_")
"""Coding and keys that the site's ledger also names, by the beginning of the name."""


@cache
def description() -> Diagnostics:
    """The shipped description of this car's control units."""
    return load_diagnostics(data_folder("dbc") / "shared-ev.diagnostics.yaml")


def attach_diagnosis(
    network: CarNetwork, random: Callable[[str], Random], advance: Callable[[], None]
) -> DiagnosticServers:
    """Give every unit of the network its server. Needs a running loop."""
    car, known = network.car, description()
    stations: dict[str, Station] = {}
    for name, unit in known.units.items():
        ecu = network.ecus[unit.node]
        codes = {dtc.code for dtc in unit.dtcs}
        stations[name] = Station(
            ecu.node,
            _hooks(ecu),
            monitors={code: test for code, test in ecu.monitors.items() if code in codes},
            powered=partial(_powered, ecu),
        )
    servers = attach_servers(
        known,
        stations,
        scheduler=car.scheduler,
        random=random,
        identity=vehicle_identity(known, random, vin=car.units.vin),
        key_on=lambda: car.power.ignition,
        advance=advance,
        wall=car.wall,
    )
    car.units.trouble.compile = partial(_listed, network, servers)
    car.units.trouble.clear = partial(_clear, servers)
    for name, server in servers.items():
        ecu = network.ecus[known.units[name].node]
        ecu.on_power.append(partial(_look_at_supply, server))
        server.memory.unsteady = partial(_unsteady, ecu)
        server.memory.locked = partial(_locked, ecu)
        if server.ecu.lock is not None:
            _secure(ecu, server.ecu.lock)
    return servers


def _listed(network: CarNetwork, servers: DiagnosticServers) -> list[Listed]:
    """Stored codes of every unit that is on the bus, as the gateway lists them."""
    known = description()
    return [
        _with_frame(name, unit.node, servers[name], code)
        for name, unit in known.units.items()
        if network.ecus[unit.node].online_since is not None
        for code in servers[name].memory.with_status(CONFIRMED | TEST_FAILED)
    ]


def _clear(servers: DiagnosticServers) -> Callable[[], None]:
    """Clear every memory, as somebody who hides a fault; what undoes it.

    The battery had warned before: that code stays as a permanent one.
    """
    marks = [(one.memory, one.memory.cleared) for one in servers.values()]
    past = servers["bms"].memory
    past.remember(_BEFORE_CLEARING, km_ago=180.0)
    for memory, _ in marks:
        memory.clear()

    def undo() -> None:
        for memory, mark in marks:
            memory.cleared = mark
        past.code(_BEFORE_CLEARING).permanent = False

    return undo


def _with_frame(name: str, node: str, server: UdsServer, code: TroubleCode) -> Listed:
    frame = dict(server.memory.kept(code).snapshots.get(FIRST, ()))
    values: dict[str, float] = {}
    for did in description().dids.values():
        if did.name in FRAME and did.id in frame:
            value = did.decode(frame[did.id], name)
            if isinstance(value, int | float):
                values[FRAME[did.name]] = float(value)
    return Listed(node, code.dtc.number, code.status, **values)


def _unsteady(ecu: Ecu) -> bool:
    return ecu.unit.memory_unsteady


def _locked(ecu: Ecu) -> bool:
    return ecu.unit.memory_locked


def _secure(ecu: Ecu, lock: SecurityLock) -> None:
    """A unit of another car has another key; one that was tampered with is shut for a while."""
    own, workshop = lock.key_of, ecu.car.workshop

    def key_of(seed: bytes, level: int) -> bytes:
        key = own(seed, level)
        return bytes(one ^ 0xFF for one in key) if ecu.name in workshop.foreign else key

    lock.key_of = key_of
    lock.shut_until = lambda: workshop.closed_until.get(ecu.name, 0.0)


def _look_at_supply(server: UdsServer, _on: bool) -> None:
    server.check_supply()


def ledger(servers: DiagnosticServers) -> dict[str, Value]:
    """What the site's ledger says of a sound car: VIN, approved versions, coding."""
    rows = servers.ledger()
    for name, server in servers.items():
        for did in server.ecu.unit.dids:
            if not did.name.startswith(LEDGER_OF_SETTINGS):
                continue
            data = server.ecu.read(did)
            if data is not None:
                rows[f"{name}.{did.name}"] = did.decode(data, name)
    return rows


def _powered(ecu: Ecu) -> bool:
    return ecu.powered and ecu.online_since is not None


def _hooks(ecu: Ecu) -> DescribedHooks:
    return DescribedHooks(
        values_of(ecu),
        writers=_writers(ecu),
        actuators=_actuators(ecu),
        routines={
            **calibrating.routines_of(ecu.car, ecu.name),
            **preparing.routines_of(ecu.car, ecu.name),
            **_routines(ecu),
        },
        on_reset=partial(_reset, ecu),
        on_power=partial(_set_power, ecu),
        on_communication=partial(_set_communication, ecu),
        speed=ecu.car.drive.speed,
    )


def _writers(ecu: Ecu) -> dict[str, Callable[[Value], Done]]:
    """What a tester may write, by the name of the identifier."""
    found: dict[str, Callable[[Value], Done]] = {
        name: partial(write_coding, ecu, name) for name in ecu.unit.configuration
    }
    if ecu.name in calibrating.ROUTINES:
        found["calibration_record"] = partial(calibrating.take_record, ecu.car, ecu.name)
    return found


def _reset(ecu: Ecu, _kind: ResetKind) -> None:
    """What a unit loses that has not kept it: the time for a while, or what it learned."""
    car, workshop = ecu.car, ecu.car.workshop
    if ecu.name in workshop.loses_time:
        sensor = car.sensors[ecu.name]
        before, sensor.sync_offset = sensor.sync_offset, _OUT_OF_STEP
        seconds = workshop.loses_time[ecu.name]
        car.timers.plan(f"time of {ecu.name}", seconds, partial(_in_step, sensor, before))
    if ecu.name in workshop.forgets_at_reset:
        calibrating.learned_of(car, ecu.name).first = 0.0


def _in_step(sensor: Sensor, offset: float) -> None:
    sensor.sync_offset = offset


def _routines(ecu: Ecu) -> dict[str, Callable[[RoutineAction, Options], Started]]:
    """What a tester may start, by the name of the routine; others are the unit's own self test."""
    held = {"ICM": COCKPIT, "TBOX": TERMINAL}.get(ecu.name)
    return {} if held is None else {"user_data_clear": partial(_clear_user_data, ecu, held)}


def _clear_user_data(
    ecu: Ecu, names: tuple[str, ...], action: RoutineAction, _options: Options
) -> Started:
    if action != "start":
        return None
    data = ecu.car.cockpit.user_data
    return RoutineRun(data.takes(), partial(data.clear, names))


def _set_power(ecu: Ecu, on: bool) -> None:
    ecu.restarting = not on or ecu.name in ecu.car.workshop.stays_away
    ecu.car.update()


def _set_communication(ecu: Ecu, tx: bool, _rx: bool) -> None:
    ecu.silenced = not tx
    ecu.car.update()


def _actuators(ecu: Ecu) -> dict[str, Callable[[Value | None], Done]]:
    """What a tester may drive, by the name of the identifier."""
    if ecu.name == "ICM":
        return {"lamp_test": partial(_test_lamps, ecu)}
    if ecu.name != "BCM":
        return {}
    body = ecu.car.body
    lamps = {f"lamp_{channel}": partial(_drive, ecu, channel) for channel in body.channels}
    return {**lamps, "horn": partial(_drive, ecu, "horn"), "wiper": partial(_drive, ecu, "wiper")}


def _test_lamps(ecu: Ecu, value: Value | None) -> Done:
    ecu.lamp_test = value == "on"
    ecu.car.site.revision += 1
    ecu.car.update()
    return True


def _drive(ecu: Ecu, what: str, value: Value | None) -> Done:
    """The body controller does what the tester says until it is given back."""
    body = ecu.car.body
    if value is None:
        body.driven.pop(what, None)
    else:
        body.driven[what] = str(value)
    ecu.car.site.revision += 1
    ecu.car.update()
    return True
