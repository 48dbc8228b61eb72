"""What an emergency stop, or a door that opens under command, does to a car that moves.

Both lines go straight to the vehicle controller and to the brake control: traction ends, the brake
is applied until the car stands (after an emergency stop: until it is released), then P engages.
"""

from typing import TYPE_CHECKING

from simulators.timers import Timers
from simulators.vehicle.body import DOORS
from simulators.vehicle.part import Part, Site

if TYPE_CHECKING:
    from simulators.vehicle.car import Car

BRAKING = 50.0
"""How hard it brakes (% of full)."""
_LOOK = 0.1


class SafetyStop(Part):
    """The emergency stop and the doors, seen from the drive."""

    def __init__(self, site: Site, car: "Car") -> None:
        super().__init__(site)
        self._car = car
        self._timers = Timers(site.scheduler)
        self.halting = False
        """A drive by command has been cut off, and the car does not stand yet."""
        self.brakes_when_pressed = True
        """False: the line of the emergency stop to the brake control is open."""
        self.watches_doors = True
        self.restarts = False
        """A defect of the vehicle controller: READY comes back by itself."""
        self.locks_when_moving = False
        """Another one: stopped at speed, it stays locked until its supply has been off."""
        self._was_pressed = False

    @property
    def pressed(self) -> bool:
        return self._car.body.emergency_stop.read() == "pressed"

    @property
    def doors_shut(self) -> bool:
        """As far as the vehicle controller looks at them."""
        doors = self._car.body.doors
        return not self.watches_doors or not any(doors[name].shown_open for name in DOORS)

    def halt(self) -> None:
        """A drive by command has been cut off: brake until the car stands."""
        self.halting = True
        self._timers.plan("stand", _LOOK, self._look)
        self._car.update()

    def _look(self) -> None:
        if not self._car.drive.standing:
            self._timers.plan("stand", _LOOK, self._look)
            return
        self.halting = False
        if self._car.control.parks_after_by_wire:
            self._car.control.gear = "p"
        self._car.update()

    def update(self) -> None:
        """Something has changed."""
        car, pressed = self._car, self.pressed
        if pressed and car.power.key == "ready":
            control, stands = car.control, car.drive.standing
            control.locked = control.stop_locks or (self.locks_when_moving and not stands)
            if stands:
                control.gear = "p"
            else:
                control.gear = "n"
                self.halt()
            car.power.turn("on")
        if self._was_pressed and not pressed and self.restarts:
            car.control.resume()
        self._was_pressed = pressed
        by_button = pressed and self.brakes_when_pressed and car.power.ignition
        by_cut_off = self.halting and not pressed
        car.brake.emergency = BRAKING if by_button or by_cut_off else 0.0
        car.brake.follow()
