"""A DC charge: a charger outside feeds the battery through the car's DC inlet.

The car decides as with AC: the battery management closes the circuit when nothing forbids charging
and opens it when something does. The charger gives what it can at this voltage, never more than
the battery takes. Powers in W at the battery's terminals.
"""

from typing import TYPE_CHECKING

from simulators.vehicle.highvoltage import Stage
from simulators.vehicle.part import Part, Site

if TYPE_CHECKING:
    from simulators.vehicle.car import Car

MOST_CURRENT = 120.0
"""Of the charger (A): at the voltage of this battery it gives less than its rated power."""
_NOMINAL = 370.0
"""Voltage (V) with which the power is worked out."""


class DcCharging(Part):
    """Plug, will and course of one DC charge."""

    def __init__(self, site: Site, car: "Car") -> None:
        super().__init__(site)
        self._car = car
        self.rated_power = 60e3
        """What the nameplate of the charger says (W)."""
        self.most_current = MOST_CURRENT
        self.connected = False
        self.started = False
        """Somebody has started it at the charger."""
        self.stop_reason = "none"
        """Why the last one ended: `none`, `user`, `vehicle`, `full`."""
        self.ends_early = False
        """A defect: the contact of the plug's lock lets go after half a minute."""
        self.holds_on = False
        """A defect: its contactors stay closed after the charge."""
        self._held = False
        self._power = 0.0

    # Hands

    def plug_in(self) -> None:
        if self._car.plug.mated:
            return
        self.connected = True
        self._car.power.charge(True)
        self.note("dc_plug", True)

    def start(self) -> None:
        if self.connected:
            self.started, self.stop_reason = True, "none"
            self._car.circuit.reset()
            if self.ends_early:
                self._car.timers.plan("dc lock", 30.0, self._lock_lets_go)

    def stop(self) -> None:
        """At the charger."""
        self._end("user")

    def unplug(self) -> None:
        if self.connected:
            self._end("user")
            self.connected = False
            self._car.power.charge(False)
            self.note("dc_plug", False)

    def _lock_lets_go(self) -> None:
        self._end("vehicle")
        self._car.update()

    # Course

    def wanted(self) -> bool:
        """Started, and nothing of the car is in the way."""
        car = self._car
        return (
            self.started
            and not car.bms.forbids_charging()
            and car.units["BMS"].runs
            and car.units["VCU"].runs
            and not car.control.wants_high_voltage
        )

    @property
    def running(self) -> bool:
        """Current flows."""
        return self._power > 0.0

    @property
    def holds(self) -> bool:
        """It keeps the contactors closed."""
        return self.started or self._held

    def power(self) -> float:
        """Into the battery's terminals now (W)."""
        return self._power

    def update(self) -> None:
        """Look at the battery and act; called in every round of the car."""
        car = self._car
        if not self.started:
            self._set(0.0)
            return
        if car.bms.full():
            self._end("full")
        elif not self.wanted():
            self._end("vehicle")
        else:
            car.circuit.switch_on()
            closed = car.circuit.stage is Stage.ON
            most = min(self.rated_power, self.most_current * _NOMINAL)
            self._set(min(most, car.bms.charge_power()) if closed else 0.0)

    def _end(self, reason: str) -> None:
        if not self.started:
            return
        self.started, self.stop_reason = False, reason
        self._held = self.holds_on
        self._set(0.0)
        self._car.timers.cancel("dc lock")
        self.note("dc_stop", reason)

    def _set(self, power: float) -> None:
        if power != self._power:
            self._power = power
            self.site.revision += 1
