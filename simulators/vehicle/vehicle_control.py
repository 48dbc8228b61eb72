"""The vehicle controller: start button, READY, gear, pedals, and who may have high voltage.

It decides by what it hears: a partner that is silent on the bus is as good as broken.
"""

from typing import TYPE_CHECKING

from simulators.timers import Timers
from simulators.vehicle.brakes import PEDAL_PRESSED
from simulators.vehicle.highvoltage import Stage
from simulators.vehicle.learned import Learned
from simulators.vehicle.part import Part, Site

if TYPE_CHECKING:
    from simulators.vehicle.car import Car

GEARS = ("p", "r", "n", "d")
_LOW_VOLTAGE = 11.0
"""Below this on the 12 V network (V) nothing is started."""
_ONLY_FOR_THE_START = ("low_voltage", "immobiliser", "insulation")
"""A car that is READY stays so with these; the warning lamps tell."""
_BY_WIRE_RATE = 5.0
"""Up, by command (km/h per second)."""
_ENABLES = 0.2
"""From high voltage to a motor that is ready."""


class VehicleControl(Part):
    """Key position and drive state, except what `Power` holds."""

    def __init__(self, site: Site, car: "Car") -> None:
        super().__init__(site)
        self._car = car
        self._timers = Timers(site.scheduler)
        self.gear = "p"
        self.accelerator = 0.0
        """Pedal (%)."""
        self.accelerator_offset = 0.0
        """Error of its sensor (%)."""
        self.learned = Learned(site)
        """The pedal's zero, which is taken off."""
        self.by_wire_speed: float | None = None
        """Speed that a by-wire command asks for (km/h, negative: backwards)."""
        self.by_wire_gain = site.random("car/by-wire").uniform(0.99, 1.01)
        """Speed reached over speed commanded."""
        self.by_wire_slowing = _BY_WIRE_RATE
        """Down, by command (km/h per second)."""
        self.parks_after_by_wire = True
        """When by-wire operation ends at standstill it selects P, otherwise N."""
        self.refused_by_wire: str | None = None
        """Gear that it does not select by command: a defect of its program."""
        self.stop_locks = False
        """An emergency stop locks it until its supply has been off: a defect of its program."""
        self.locked = False
        self.park_refused = False
        """A defect of its selector: P does not engage after a drive."""
        self.drive_mode = "normal"
        self.starting = False
        self.consumption = round(site.random("car/consumption").uniform(12.8, 15.6), 1)
        """Average of the last drives (kWh per 100 km)."""
        self.pedal_sensor_low = False
        """One of the two sensors of the accelerator has no supply."""
        self.pedal_sensors_disagree = False
        self.by_wire = False
        """Speed and gear come by command."""
        self.lost: frozenset[str] = frozenset()
        """Partners that are silent or whose frames are damaged."""
        self.refused = "none"
        """Why the last start did not lead to READY."""
        self.regeneration = 50.0

    # What stands against READY

    @property
    def brake_pressed(self) -> bool:
        return self._car.brake.pedal > PEDAL_PRESSED

    def blocker(self) -> str:
        """What stands against READY now, in the words of the database; `none`: nothing."""
        car = self._car
        if not car.power.ignition:
            return "key_off"
        forbidden = car.bms.forbids()
        checks = (
            ("crash", car.body.airbag.crash_stored or car.body.airbag.deployed),
            ("plug_connected", car.plug.mated or car.dc_charging.connected),
            ("communication", bool(self.lost & {"BMS", "MCU"})),
            ("interlock", forbidden == "interlock"),
            ("insulation", forbidden == "insulation"),
            ("battery", forbidden is not None or not car.units["BMS"].runs),
            ("motor", not car.drive.works or not car.units["MCU"].runs),
            ("low_voltage", car.low_voltage.voltage() < _LOW_VOLTAGE),
            ("immobiliser", not car.access.releases),
        )
        return next((name for name, bad in checks if bad), "none")

    def not_ready_reason(self) -> str:
        """What the unit reports while it is not READY."""
        if self._car.power.key == "ready":
            return "none"
        now = self.blocker()
        return self.refused if now == "none" else now

    # Hands

    def press_start(self) -> None:
        """The start button: without the brake it switches on, with the brake it makes READY."""
        car = self._car
        if not car.low_voltage.alive or not self._runs or car.cockpit.cabin.start_button_wet:
            return
        if car.power.key == "off":
            car.power.turn("on")
        elif not self.brake_pressed and car.power.key == "on":
            self.refused = "brake_not_pressed"
        if self.brake_pressed:
            self.start()

    @property
    def _runs(self) -> bool:
        return self._car.units["BCM"].runs

    def start(self) -> None:
        """Try to become READY; takes about a second."""
        car = self._car
        if car.power.key != "on" or self.starting or self.locked:
            return
        if not car.units["VCU"].runs:
            return
        if not self.brake_pressed:
            self.refused = "brake_not_pressed"
            return
        self.refused = self.blocker()
        if self.refused != "none":
            self.note("ready_refused", self.refused)
            return
        self._connect()

    def resume(self) -> None:
        """READY again without anybody asking for it: what a sound one does not do."""
        if self._car.power.key == "on" and self.blocker() == "none":
            self._connect()

    def _connect(self) -> None:
        self.starting = True
        self._car.circuit.switch_on()
        self._car.update()

    def switch_off(self) -> None:
        """P, everything off, key off."""
        car = self._car
        self.gear = "p"
        self.accelerator = 0.0
        self._end_drive()
        car.power.turn("off")
        car.update()
        car.circuit.reset()

    def select(self, gear: str) -> bool:
        """Another gear; out of P only in READY with the brake pressed."""
        if gear not in GEARS:
            raise ValueError(f"no gear {gear!r}")
        braked = self.brake_pressed or not self._car.drive.standing
        may = self._car.power.key == "ready" and braked
        if gear != "p" and not may:
            return False
        if gear == "p" and self.park_refused and self.gear != "p":
            return False
        self.gear = gear
        self._car.update()
        return True

    @property
    def measured_pedal(self) -> float:
        """The accelerator as the sensor gives it (%)."""
        return max(self.accelerator + self.accelerator_offset - self.learned.first, 0.0)

    def press_accelerator(self, percent: float) -> None:
        self.accelerator = percent
        self._car.update()

    # Its own doing

    @property
    def wants_high_voltage(self) -> bool:
        return self.starting or self._car.power.key == "ready"

    def update(self) -> None:
        """Something has changed: go on with the start, or end what must end."""
        car = self._car
        if self.wants_high_voltage and not (car.units["VCU"].runs and car.power.ignition):
            self._end_drive()
        elif self.wants_high_voltage:
            reason = self.blocker()
            if car.circuit.stage is Stage.FAILED:
                reason = "battery"
            if reason != "none" and reason not in _ONLY_FOR_THE_START:
                self.refused = reason
                self._end_drive()
            elif self._connected and not self._timers.running("enable"):
                self._timers.plan("enable", _ENABLES, self._ready)
        drive = car.drive
        drive.enabled = car.power.key == "ready" and drive.works and car.circuit.connected
        self._move()

    @property
    def _connected(self) -> bool:
        """The start has got as far as high voltage."""
        return self.starting and self._car.circuit.stage is Stage.ON

    def _ready(self) -> None:
        self.starting = False
        if self._car.circuit.stage is Stage.ON:
            self.refused = "none"
            self._car.power.turn("ready")
        self._car.update()

    def _end_drive(self) -> None:
        if not self.wants_high_voltage:
            return
        self._timers.cancel_all()
        self.starting = False
        if self._car.power.key == "ready":
            self._car.power.turn("on")

    def _move(self) -> None:
        car = self._car
        held = car.parking_brake.applied and not car.parking_brake.moving
        free = car.drive.enabled and not held and car.brake.applied <= PEDAL_PRESSED
        if self.by_wire_speed is not None and free:
            speed = self.by_wire_speed * self.by_wire_gain
            slower = abs(speed) < abs(car.drive.speed())
            car.drive.go_to(speed, self.by_wire_slowing if slower else _BY_WIRE_RATE)
            return
        car.drive.follow(
            gear=self.gear, accelerator=self.accelerator, brake=car.brake.applied, held=held
        )

    @property
    def limp(self) -> bool:
        """Reduced power."""
        car = self._car
        if car.power.key != "ready":
            return False
        partners = bool(self.lost & {"DCDC", "OBC"})
        return car.bms.fault_level() >= 2 or partners or not car.wheels.esc_works
