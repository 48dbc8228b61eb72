"""The simulated bench: a charging point with its devices, served over Modbus, and a technician."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from harness.devices.modbus.connection import Framing, ModbusConnection
from harness.devices.modbus.points import Profile
from harness.devices.operator import Operator
from harness.devices.snapshot import Snapshot
from harness.errors import UnknownNameError, UsageError
from harness.quantity import Value
from simulators.faults import all_faults
from simulators.fitting import pile_settings
from simulators.modbus_server import (
    Serving,
    SimulatedSlave,
    serve_in_memory,
    serve_serial,
    serve_tcp,
)
from simulators.pile.settings import PileSettings
from simulators.pilot import Edition
from simulators.pump import Pump
from simulators.recorder import CONTACT_STEP, SimulatedRecorder
from simulators.register_map import Device, RegisterMap
from simulators.relay_board import RelayBoard
from simulators.repair import taken_before
from simulators.rig import Rig
from simulators.scpi.ac_load import AcLoad
from simulators.scpi.ac_source import AcSource
from simulators.scpi.serving import Served
from simulators.technician import SimulatedTechnician
from simulators.trace import Trace
from simulators.vehicle_side import VehicleSettings

if TYPE_CHECKING:
    from simulators.car_bench import CarBench

BUS_STRIDE = 0.005
"""Seconds; frames of the car's buses are handed on in batches, each with its exact time."""

RESPONSE_DELAY = 0.015
"""Seconds from request to reply; about what a short exchange takes at 9600 baud."""

_INSTRUMENTS: Mapping[str, type[AcLoad] | type[AcSource]] = {"load": AcLoad, "source": AcSource}
LEDGER = (
    "vendor_name",
    "model_name",
    "serial_number",
    "hardware_version",
    "firmware_version",
    "max_current",
    "current_limit",
    "tariff_sharp",
    "tariff_peak",
    "tariff_flat",
    "tariff_valley",
    "tariff_version",
)
"""What a site's ledger says of a pile."""


def _framing(profile: Profile) -> Framing:
    """How the device speaks on a line of its own: as on its serial port, if it has one."""
    order: tuple[Framing, ...] = ("rtu", "ascii", "tcp")
    return next(kind for kind in order if kind in profile.links)


class SimulatedBench:
    """Pile, meter, vehicle and technician of one seed.

    `now` gives seconds that never go back, `wall` the wall time that belongs to it. One process may
    hold several benches. Must be made inside a running loop.
    """

    def __init__(
        self,
        *,
        seed: int,
        now: Callable[[], float],
        wall: Callable[[], datetime],
        pile: Profile | None,
        meter: Profile | None = None,
        injector: Profile | None = None,
        relays: Mapping[str, str] | None = None,
        instruments: Collection[str] = (),
        settings: PileSettings | None = None,
        vehicle: VehicleSettings | None = None,
        response_delay: float = RESPONSE_DELAY,
        car: bool = False,
        loop_start: float = 0.0,
        pace: float = 1.0,
        edition: Edition = "2023",
        parts_carry: float | None = None,
        contact_step: float | None = None,
        socket: bool = False,
    ) -> None:
        """With `car` a whole car is at the end of the cable; `loop_start` is the loop's time at
        which `now` was 0, for the stamps of its frames; `pace` is the technician's. `edition` is
        that of GB/T 18487.1 that the pile was built to, `parts_carry` the current (A) that its
        parts carry, `contact_step` the recorder's clock for contacts (s). `relays` (fault -> relay)
        is how the `injector` is wired, `instruments` names what speaks SCPI: `load`, `source`.
        `socket`: the pile has one, its cable comes off (connection modes A and B)."""
        if settings is None and pile is not None:
            settings = pile_settings(pile, edition, socket=socket)
            if parts_carry is not None:
                share = parts_carry / settings.rated_current
                settings = replace(settings, component_factor=share)
        self.rig = Rig(
            seed=seed,
            now=now,
            wall=lambda: wall().timestamp(),
            pile=pile,
            meter=meter,
            settings=settings,
            vehicle=vehicle,
            with_car=car,
        )
        self.recorder = SimulatedRecorder(self.rig, contact_step or CONTACT_STEP)
        self._car: CarBench | None = None
        self._loop_start = loop_start
        self._now = now
        self.technician: Operator = SimulatedTechnician(self.rig, pace=pace)
        self.hands = SimulatedTechnician(self.rig, at_once=True)
        """Eyes and hands of a person at the terminal."""
        self.slaves: dict[str, SimulatedSlave] = {}
        self.site: dict[str, Value] = {}
        """What the ledger says of the healthy pile, as its registers show it."""
        self._profiles: dict[str, Profile] = {}
        self._servings: list[Serving] = []
        self._before: Snapshot | None = None
        self._pump = Pump(self.rig.world)
        self.instruments: dict[str, Served] = {
            role: Served(
                role,
                _INSTRUMENTS[role](self.rig.world, self.rig.world.random(role)).commands,
                self.rig.advance,
            )
            for role in instruments
        }
        self.relay_board = RelayBoard(relays or {}, self.set_fault)
        devices: dict[str, tuple[Profile | None, Device]] = {
            "pile": (pile, self.rig.registers),
            "meter": (meter, self.rig.meter),
            "injector": (injector, self.relay_board),
        }
        for role, (profile, device) in devices.items():
            if profile is not None:
                self._add(role, profile, device, response_delay)
        if pile is not None:
            shown = self.slaves["pile"].registers
            for name in LEDGER:
                known = name in pile.points and pile.points[name].readable
                value = shown.shown(name) if known else None
                if value is not None:
                    self.site[name] = value

    def _add(self, role: str, profile: Profile, device: Device, response_delay: float) -> None:
        link = profile.links[_framing(profile)]
        device.unit_id = link.unit if link is not None and link.unit is not None else 1
        self._profiles[role] = profile
        self.slaves[role] = SimulatedSlave(
            RegisterMap(profile, device),
            device,
            self.rig.wires[role],
            advance=self.rig.advance,
            response_delay=response_delay,
            line=self.rig.line,
        )

    def on_failure(self, told: Callable[[Exception], None]) -> None:
        """Have `told` called once if the simulation dies of a mistake; `stop` raises it as well."""
        self._pump.on_failure = told

    @property
    def trace(self) -> Trace:
        """Physical events with exact times; `subscribe` to hear them as they happen."""
        return self.rig.world.trace

    # The repair that the pile comes from

    def _remember(self) -> None:
        """Keep what the pile shows while it is still sound: that is its state before the repair."""
        if self._before is None and "pile" in self.slaves:
            self._before = taken_before(self.slaves["pile"].registers, self.rig)

    @property
    def repair(self) -> Mapping[str, object]:
        """Contract and work order, see `harness.bench.maintenance`."""
        self._remember()
        return self.rig.repair.told(self._before)

    @property
    def before_repair(self) -> Snapshot | None:
        """The stored snapshot of the pile; None without a pile."""
        self._remember()
        return None if self._before is None else self.rig.repair.stored(self._before)

    # Serving

    async def start_in_memory(self, skip: Collection[str] = ()) -> dict[str, ModbusConnection]:
        """Serve every device on an in-process line of its own; role -> connection.

        `skip`: roles that somebody else serves.
        """
        self._pump.start()
        connections: dict[str, ModbusConnection] = {}
        for role, slave in self.slaves.items():
            if role in skip:
                continue
            framing = _framing(self._profiles[role])
            serving = await serve_in_memory(slave, framing)
            self._servings.append(serving)
            connections[role] = ModbusConnection(
                modbus="memory",
                port=serving.port,
                unit=slave.device.unit_id,
                framing=framing,
            )
        return connections

    def offer_instruments(self) -> dict[str, str]:
        """Serve load and source inside this process; role -> VISA name."""
        return {role: served.offer() for role, served in self.instruments.items()}

    def car_bench(self) -> "CarBench":
        """The car with its buses and control units, switched on when it is first asked for.

        Raises NotAvailableError on a bench without a car.
        """
        if self._car is None:
            # Late: the CAN libraries take a second, and a pile alone does without them.
            from simulators.car_bench import CarBench  # noqa: PLC0415

            self._car = CarBench(self.rig, self._now, self._loop_start)
            self.site.update(self._car.site)
            self._pump.stride = BUS_STRIDE
            self._pump.start()
        return self._car

    async def serve(self, role: str, address: str) -> str:
        """Serve a device at `tcp://HOST:PORT`, `rtu-over-tcp://HOST:PORT`, `rtu:SERIALPORT` or
        `ascii:SERIALPORT`.

        TCP port 0 takes any free one. Returns the address served. Raises UsageError and
        ConnectionFailedError.
        """
        if role in self.instruments:
            return await self._serve_instrument(role, address)
        if role not in self.slaves:
            raise UnknownNameError("simulated device", role, list(self.slaves))
        slave = self.slaves[role]
        scheme, separator, rest = address.partition("://")
        if separator and scheme in ("tcp", "rtu-over-tcp"):
            host, _, port = rest.rpartition(":")
            if not host or not port.isdecimal() or int(port) > 65535:
                raise UsageError(f"{address!r} is no address; expected {scheme}://HOST:PORT")
            host = host.strip("[]")
            serving = await serve_tcp(slave, host, int(port), rtu=scheme == "rtu-over-tcp")
        elif address.startswith(("rtu:", "ascii:")) and address.partition(":")[2]:
            framing: Framing = "ascii" if address.startswith("ascii:") else "rtu"
            link = self._profiles[role].links.get(framing)
            serving = await serve_serial(
                slave,
                address.partition(":")[2],
                framing=framing,
                baudrate=(link.baudrate if link else None) or 9600,
                parity=(link.parity if link else None) or "N",
                bytesize=(link.bytesize if link else None) or (7 if framing == "ascii" else 8),
                stopbits=(link.stopbits if link else None) or 1,
            )
        else:
            raise UsageError(
                f"{address!r} is no address; expected tcp://HOST:PORT, rtu-over-tcp://HOST:PORT,"
                " rtu:SERIALPORT or ascii:SERIALPORT"
            )
        self._servings.append(serving)
        self._pump.start()
        return serving.address

    async def _serve_instrument(self, role: str, address: str) -> str:
        scheme, _, rest = address.partition("://")
        host, _, port = rest.rpartition(":")
        if scheme != "tcp" or not host or not port.isdecimal() or int(port) > 65535:
            raise UsageError(f"{address!r} is no address; expected tcp://HOST:PORT")
        name = await self.instruments[role].serve(host.strip("[]"), int(port))
        self._pump.start()
        return name

    async def stop(self) -> None:
        """Stop serving. Safe to call twice."""
        for instrument in self.instruments.values():
            await instrument.stop()
        if self._car is not None:
            await self._car.stop()
        servings, self._servings = self._servings, []
        for serving in servings:
            await serving.stop()
        await self._pump.stop()

    # Faults

    def set_fault(self, name: str, on: bool) -> None:
        """Switch a fault on or off; switching it to what it is already does nothing.

        Raises UnknownNameError.
        """
        faults = all_faults()
        if name not in faults:
            raise UnknownNameError("fault", name, list(faults))
        if on == (name in self.rig.faults_on):
            return
        self._remember()
        self.rig.advance()
        faults[name].switch(self.rig, on)
        if on:
            self.rig.faults_on.add(name)
        else:
            self.rig.faults_on.discard(name)
        self.trace.note(self.rig.world.t, f"fault.{name}", on)

    @property
    def faults_on(self) -> frozenset[str]:
        """Seeded faults that are there now; of those of the buses, what was repaired is not."""
        found = frozenset(self.rig.faults_on)
        if not self.rig.has_car:
            return found
        from simulators.vehicle.fault_box import fault_box  # noqa: PLC0415 - only with a car

        return found - fault_box(self.rig).mended
