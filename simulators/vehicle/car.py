"""The car: one physical state of all its parts, and the order in which a change goes round.

Nothing ticks. Something is switched, plugged, broken or has got there, and `update` lets every
part look once more until nothing changes. In between everything is a closed form of time.
"""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from simulators.scheduler import Event
from simulators.timers import Timers
from simulators.vehicle.access import Access
from simulators.vehicle.bms import HOT as BATTERY_HOT
from simulators.vehicle.bms import BatteryManagement
from simulators.vehicle.body import Body
from simulators.vehicle.brakes import PEDAL_PRESSED, ParkingBrake, ServiceBrake
from simulators.vehicle.bywire import ByWire
from simulators.vehicle.charging import Charging
from simulators.vehicle.cockpit import Cockpit
from simulators.vehicle.computing import Computer, Telematics
from simulators.vehicle.dc_charging import DcCharging
from simulators.vehicle.drive import Drive
from simulators.vehicle.fittings import Fittings
from simulators.vehicle.fleet import Fleet
from simulators.vehicle.highvoltage import HighVoltage, Stage
from simulators.vehicle.inlet import Inlet
from simulators.vehicle.insulation import Insulation
from simulators.vehicle.lowvoltage import LowVoltage
from simulators.vehicle.obc import OnBoardCharger
from simulators.vehicle.pack import Pack
from simulators.vehicle.part import Site
from simulators.vehicle.past import Past
from simulators.vehicle.plug_view import PlugView
from simulators.vehicle.positioning import Place, Positioning
from simulators.vehicle.power import Power
from simulators.vehicle.rental import Rental
from simulators.vehicle.roadworthy import Roadworthy
from simulators.vehicle.safety_stop import SafetyStop
from simulators.vehicle.sensing import Sensing, Sensor
from simulators.vehicle.steering import Steering
from simulators.vehicle.trips import Trips
from simulators.vehicle.units import Units
from simulators.vehicle.vehicle_control import VehicleControl
from simulators.vehicle.wheels import Wheels
from simulators.vehicle.workshop import Workshop

if TYPE_CHECKING:
    from simulators.vehicle.network import CarNetwork
    from simulators.world import World

_MOST_ROUNDS = 40
_SHORTEST = 0.05
"""Least time (s) to the next look: a forecast may fall short by the ripple of the mains."""


class Car:
    """The simulated car in its world. It is parked, off, in P, with the parking brake applied.

    `wall` gives Unix time of the simulated now.
    """

    def __init__(self, world: "World", *, wall: Callable[[], float]) -> None:
        self.world = world
        self.wall = wall
        self.load, self.side = world.load, world.vehicle
        self.scheduler = world.scheduler
        self.timers = Timers(world.scheduler)
        self.listeners: list[Callable[[], None]] = []
        """Called after every round of changes (the units look at their supply)."""
        self.network: CarNetwork | None = None
        """Its units on their buses; with it, what one hears of another comes through frames."""
        self.site = site = Site(
            world.scheduler, world.trace, world.random, lambda: self.world.ambient
        )
        self._consumed = (-1, 0.0)
        self._updating, self._again = True, False  # until all parts are there
        self._plan: Event | None = None

        self.plug = PlugView(world)
        self.units = Units(site, self.update)
        self.pack = Pack(site, world.load)
        self.insulation = Insulation(site)
        self.circuit = HighVoltage(site, self.pack.voltage, self.update)
        self.bms = BatteryManagement(site, self.pack, self.circuit, self.insulation)
        self.low_voltage = LowVoltage(site, self._consumption, lambda: self.power.key == "ready")
        self.power = Power(
            site,
            lambda: self.low_voltage.alive,
            lambda off: self.low_voltage.before_switching(from_off=off),
            self.update,
        )
        self.drive = Drive(site, self.update)
        self.past = Past(site, self.drive)
        self.brake = ServiceBrake(site)
        self.parking_brake = ParkingBrake(site, self.update)
        self.steering = Steering(site)
        self.wheels = Wheels(site, self.drive)
        self.obc = OnBoardCharger(
            site, world.load, self.plug, rated=self.side.settings.max_current, changed=self.update
        )
        self.inlet = Inlet(site, world.load, self.update)
        self.charging = Charging(site, self)
        self.dc_charging = DcCharging(site, self)
        self.access = Access(site)
        self.control = VehicleControl(site, self)
        self.body = Body(
            site,
            key_on=lambda: self.power.ignition,
            ready=lambda: self.power.key == "ready",
            gear=lambda: self.control.gear,
            speed=self.drive.speed,
        )
        self.safety_stop = SafetyStop(site, self)
        self.by_wire = {node: ByWire(site) for node in ("VCU", "EPS", "IBC", "EPB")}
        self.sensing = Sensing(site)
        self.place = Place(site)
        self.positioning = Positioning(site, site.random("car/gnss"))
        self.computer = Computer(site)
        self.telematics = Telematics(site)
        self.trips = Trips(
            Rental(site), self.drive, self.pack, self.timers, wall=wall, changed=self.update
        )
        self.workshop, self.fleet = Workshop(site), Fleet(site, self.units)
        self.cockpit = Cockpit(site)
        self.fittings = Fittings(site)
        self.line = Roadworthy(site)
        """What an inspection line finds."""
        self._limit = 0.0
        self._join(world)

    def _join(self, world: "World") -> None:
        """All parts are there: join them with each other and with the world."""
        self.pack.power = self._pack_power
        self.side.limit = self.charging.limit
        self.side.cable_rating = lambda: math.inf  # the car looks at CC itself
        self.side.wants_charge = False
        self._limit = self.charging.limit()
        world.load.on_change.append(self.update)
        world.car = self
        self._updating = False
        self.update()

    @property
    def t(self) -> float:
        """The simulated time (s)."""
        return self.scheduler.t

    services: Mapping[str, int] = {
        "service_distance": 14_990, "brake_fluid_due": 727, "coolant_due": 412,
    }  # fmt: skip
    """What the cluster counts down to the next service: km or days. Replaced, never changed."""

    @property
    def rental(self) -> Rental:
        """The order that it is rented by, and marks on it."""
        return self.trips.rental

    @property
    def phases(self) -> tuple[int, ...]:
        """Phases of the mains that its charger uses."""
        return self.load.phases

    @property
    def sensors(self) -> dict[str, Sensor]:
        """Sensors of the driving assistance by node."""
        return {**self.sensing.all, "GNSS": self.positioning}

    # Powers

    @property
    def charge_path(self) -> bool:
        """What the charger gives gets into the battery."""
        return self.circuit.connected and self.circuit.charge.closed

    def _drain(self) -> float:
        """What the consumers take from the battery (W)."""
        if not self.circuit.connected:
            return 0.0
        return self.low_voltage.converter_input() + self.drive.power()

    def _pack_power(self) -> float:
        charge = self.obc.dc_power() if self.charge_path else 0.0
        return self._drain() - charge - self.dc_charging.power()

    def _consumption(self) -> float:
        """Of the 12 V system (A)."""
        revision, current = self._consumed
        if revision != self.site.revision:
            current = self._add_consumers()
            self._consumed = (self.site.revision, current)
        return current

    def _add_consumers(self) -> float:
        power = self.power
        current = 0.02
        if power.key != "off" or power.charging or power.lingering:
            current += 4.0
        if power.key in ("on", "ready"):
            current += 13.0
        if power.key == "ready":
            current += 5.0
        if power.charging:
            current += 6.0
        moving = self.parking_brake.current("left") + self.parking_brake.current("right")
        return current + self.body.current() + moving

    # Changes

    def on_world(self) -> None:
        """Something about plug, cable, pile or mains may be different."""
        self.site.revision += 1
        self.update()

    def update(self) -> None:
        """Let every part look at the others until nothing changes any more."""
        if self._updating:
            self._again = True
            return
        self._updating = True
        try:
            for _ in range(_MOST_ROUNDS):
                self._again = False
                self._round()
                if not self._again:
                    break
            else:
                raise AssertionError("the car does not come to rest")
        finally:
            self._updating = False
        for listener in self.listeners:
            listener()

    def _round(self) -> None:
        self.pack.book()
        self._switch()
        self._measure()
        self._book_flows()
        self._plan_ahead()

    def _switch(self) -> None:
        """Decisions: who wants what, and what the switches then do."""
        if self.network is None:
            self.body.brake_lamp_asked = self.brake_lamp_wanted
        self.safety_stop.update()
        self.control.update()
        self.charging.update()
        self.dc_charging.update()
        needed = (
            self.control.wants_high_voltage
            or self.charging.wanted()
            or self.dc_charging.holds
            or self.side.s2_closed
            or self.load.current() > 0.0
        )
        if not needed:
            self.circuit.switch_off()
        self.circuit.recheck()
        self.insulation.closed = self.circuit.connected
        converter = self.low_voltage.dcdc
        converter.enabled = (
            self.circuit.stage is Stage.ON and self.units["DCDC"].runs and self.units["VCU"].runs
        )
        self.body.light_lamps()
        limit = self.charging.limit()
        if limit != self._limit:
            self._limit = limit
            self.side.limit_changed()

    @property
    def brake_lamp_wanted(self) -> bool:
        """What the brake control asks for."""
        return self.units["IBC"].runs and self.power.ignition and self.brake.applied > PEDAL_PRESSED

    def note_remote(self, command: str, result: str) -> None:
        """Put a remote command into the trace."""
        self.site.trace.note(self.t, "car.remote", f"{command} {result}")

    def _measure(self) -> None:
        """Heat follows from currents and supply."""
        self.telematics.update()
        self.obc.update()
        self.inlet.update()
        self.low_voltage.update()
        self.drive.update()
        self.wheels.update()
        ignition = self.power.ignition
        for node, sensor in self.sensors.items():
            sensor.power(ignition and self.units[node].runs)
        self.computer.power(ignition and self.units["ADCU"].runs)

    def _book_flows(self) -> None:
        loss = self.pack.loss_share()
        gain = self.obc.efficiency() * (1 - loss) if self.charge_path else 0.0
        charged = self.dc_charging.power() * (1 - loss)
        self.pack.flows(gain, self._drain() * (1 + loss) - charged)
        self.pack.warm()

    def _plan_ahead(self) -> None:
        """The next moment at which something gets where it has consequences."""
        if self._plan is not None:
            self._plan.cancel()
            self._plan = None
        waits: list[float | None] = []
        if self.circuit.connected:
            power = -self._pack_power()
            if power > 100.0:
                waits.append(self.pack.seconds_to(self.bms.next_step(), power))
            waits.append(self.pack.seconds_to_heat(BATTERY_HOT))
        if self.side.s2_closed:
            waits.append(self.inlet.too_hot_in())
        ahead = [max(wait, _SHORTEST) for wait in waits if wait is not None]
        if ahead:
            self._plan = self.scheduler.after(min(ahead), self.update)
