"""Service brake and electric parking brake."""

from collections.abc import Callable

from simulators.timers import Timers
from simulators.vehicle.learned import Learned
from simulators.vehicle.part import Part, Site
from simulators.vehicle.ramp import Ramp

FULL_PRESSURE = 120.0
"""Pressure (bar) at full pedal."""
PEDAL_PRESSED = 5.0
"""Travel (%) from which the pedal counts as pressed."""
_REAR_SHARE = 0.7
_WEAK = 0.75
_BUILD_UP = 600.0
"""Up and down (bar per second)."""
CLAMP_FORCE = 18.0
"""Of the applied parking brake (kN)."""
_EPB_MOVES = 1.2
_EPB_CURRENT = 8.5
_STALLED = 21.0


class ServiceBrake(Part):
    """Pedal (%), by-wire request (%), pressures (bar), fluid."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.pedal = 0.0
        self.by_wire = 0.0
        """What a by-wire command asks for (%)."""
        self.emergency = 0.0
        """What an emergency stop asks for (%)."""
        self.pressure_limit = FULL_PRESSURE
        """By a command it gets no further (bar)."""
        self.fluid_low = False
        self.float_down = False
        """A hand holds the float of the reservoir down."""
        self.float_sticks = False
        """It stays up, or its contact does not close."""
        self.works = True
        """False: the brake control has a fault; the hydraulics still follow the pedal."""
        self.boost_works = True
        self.pressure_sensor_works = True
        self.switch_stuck: bool | None = None
        """The pedal switch shows pressed (True) or released (False) whatever the foot does."""
        self.pedal_offset = 0.0
        """Error of the pedal's travel sensor (%)."""
        self.learned = Learned(site)
        """The pedal's zero, which is taken off."""
        self.safe_braking = 40.0
        """Braking (%) while commands are missing, until somebody ends by-wire operation."""
        self.by_wire_gain = site.random("car/brake/by-wire").uniform(0.99, 1.01)
        """Pressure reached over pressure commanded."""
        self.build_up = _BUILD_UP
        """Up (bar per second)."""
        self.sticks_at = 0.0
        """Pressure (bar) that stays once the brake has been applied."""
        self.weak_wheel: str | None = None
        """Wheel whose valve lets only a part of the pressure through."""
        self.pressure_offset = site.random("car/brake").uniform(-0.15, 0.15)
        self._course = Ramp(0.0, self.t)

    @property
    def fluid_shown_low(self) -> bool:
        """What the contact of the float says."""
        return (self.fluid_low or self.float_down) and not self.float_sticks

    @property
    def measured_pedal(self) -> float:
        """Travel as the sensor gives it (%)."""
        return self.pedal + self.pedal_offset - self.learned.first

    @property
    def switch(self) -> bool:
        """What the pedal's switch says."""
        return self.pedal > PEDAL_PRESSED if self.switch_stuck is None else self.switch_stuck

    @property
    def switch_implausible(self) -> bool:
        return self.switch != (self.pedal > PEDAL_PRESSED)

    def press(self, percent: float) -> None:
        """The driver's foot."""
        self.pedal = percent
        self.follow()

    def follow(self) -> None:
        """The largest of foot, emergency stop and command counts."""
        asked = self.by_wire * self.by_wire_gain if self.works else 0.0
        commanded = min(FULL_PRESSURE * asked / 100, self.pressure_limit)
        target = max(FULL_PRESSURE * max(self.pedal, self.emergency) / 100, commanded)
        if self._course.target > 0.0:
            target = max(target, self.sticks_at)
        if target != self._course.target:
            rate = self.build_up if target > self._course.at(self.t) else _BUILD_UP
            self._course.go_to(target, rate, self.t)
            self.site.revision += 1

    @property
    def applied(self) -> float:
        """Where the pressure is going (% of full)."""
        return self._course.target / FULL_PRESSURE * 100

    def pressure(self) -> float:
        """Of the master cylinder (bar)."""
        return max(self._course.at(self.t) + self.pressure_offset, 0.0)

    def wheel_pressure(self, wheel: str) -> float:
        """Of one wheel, `FL` `FR` `RL` `RR` (bar)."""
        share = 1.0 if wheel[0] == "F" else _REAR_SHARE
        return self.pressure() * share * (_WEAK if wheel == self.weak_wheel else 1.0)


class ParkingBrake(Part):
    """The electric parking brake. `changed` is called when it has moved."""

    def __init__(self, site: Site, changed: Callable[[], None]) -> None:
        super().__init__(site)
        self._changed = changed
        self._timers = Timers(site.scheduler)
        self.applied = True
        self.moving = False
        self.left_works = True
        """False: the left actuator does not move."""
        self.right_works = True
        self.switch = "neutral"
        """What the driver does with the switch: `neutral`, `apply`, `release`."""
        self.switch_works = True
        self.lets_go_without_commands = False
        """A defect of its program: when commands stop, it releases."""
        self.auto_hold = False
        self.failed = False
        """The last movement did not arrive."""
        self._force = Ramp(CLAMP_FORCE, self.t)
        random = site.random("car/parking-brake")
        self.travel_time = _EPB_MOVES * random.uniform(0.95, 1.05)
        """Of a whole movement (s)."""
        self.friction = {side: random.uniform(0.95, 1.05) for side in ("left", "right")}
        """Current of an actuator over the usual one."""

    @property
    def works(self) -> bool:
        return self.left_works and self.right_works

    def move(self, apply: bool) -> None:
        """Apply or release; takes about a second."""
        if self.moving or (apply == self.applied and not self.failed):
            return
        self.moving = True
        if self.works:
            rate = CLAMP_FORCE / self.travel_time
            self._force.go_to(CLAMP_FORCE if apply else 0.0, rate, self.t)
        self._timers.plan("move", self.travel_time, lambda: self._moved(apply))

    def _moved(self, apply: bool) -> None:
        self.moving = False
        self.failed = not self.works
        if self.works:
            self.applied = apply
            self.note("parking_brake", "applied" if apply else "released")
        self._changed()

    @property
    def state(self) -> str:
        """`applied`, `released`, `moving` or `fault`."""
        if self.failed or not self.works:
            return "fault"
        if self.moving:
            return "moving"
        return "applied" if self.applied else "released"

    def clamp_force(self) -> float:
        """Per wheel (kN)."""
        return self._force.at(self.t)

    def current(self, side: str) -> float:
        """Of one actuator, `left` or `right` (A). A jammed one takes the current of its stall."""
        if not self.moving:
            return 0.0
        sound = self.left_works if side == "left" else self.right_works
        return _EPB_CURRENT * self.friction[side] if sound else _STALLED
