"""The 12 V system: lead battery, DC/DC converter, and what the consumers take."""

from collections.abc import Callable

from simulators.thermal import Node
from simulators.vehicle.part import Part, Site

CAPACITY = 45.0
"""Of the battery (Ah)."""
SET_POINT = 14.2
"""Output of the converter (V) that the VCU asks for."""
_EFFICIENCY = 0.92
_OHMS = 0.009
_SOURCE_OHMS = 0.0015
_CHARGE_CURRENT = 25.0
"""At most, into an empty battery."""
_DEAD = 8.5
"""Below this voltage no control unit runs."""


class Battery12(Part):
    """The lead battery. `charge` is its state of charge, 0 to 1."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/12v")
        self._charge = random.uniform(0.86, 0.97)
        self._booked = self.t
        self._flow = 0.0
        self.connected = True
        """False: a technician has taken its clamp off."""
        self.ohms_factor = random.uniform(0.9, 1.2)
        """Internal resistance over that of a new battery."""

    @property
    def charge(self) -> float:
        moved = self._flow * (self.t - self._booked) / 3600 / CAPACITY
        return min(max(self._charge - moved, 0.0), 1.0)

    @charge.setter
    def charge(self, share: float) -> None:
        self._charge, self._booked = share, self.t

    def flow(self, amperes: float) -> None:
        """From now on this current goes out (negative: in)."""
        self.charge = self.charge
        self._flow = amperes

    @property
    def outflow(self) -> float:
        """Current out of it (A), negative while it is charged."""
        return self._flow

    def rest_voltage(self) -> float:
        """With no current (V): 11.6 empty, 12.85 full."""
        return 11.6 + 1.25 * self.charge


class DcDc(Part):
    """The converter from the high-voltage link."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/dcdc")
        self.works = True
        self.enabled = False
        """The VCU asks for output and the link is there."""
        self.rated = 150.0
        self.voltage_error = 0.0
        """Output minus what the VCU asks for (V)."""
        self.cooling = 1.0
        """Thermal resistance over that of a clean cooler."""
        self.voltage_gain = 1 + random.uniform(-0.002, 0.002)
        self.temperature = Node(site.ambient() + random.uniform(0.0, 1.0), 500.0, self.t)

    @property
    def running(self) -> bool:
        return self.enabled and self.works


class LowVoltage(Part):
    """The network. `load` gives the consumers' current (A), `ready` whether the car is READY."""

    def __init__(self, site: Site, load: Callable[[], float], ready: Callable[[], bool]) -> None:
        super().__init__(site)
        self._ready = ready
        self._was_ready = False
        self.battery = Battery12(site)
        self.dcdc = DcDc(site)
        self._load = load
        random = site.random("car/12v readings")
        self.body_gain = 1 + random.uniform(-0.003, 0.003)
        """Of the measurement in the body controller."""
        self.vehicle_gain = 1 + random.uniform(-0.003, 0.003)
        """Of the measurement in the vehicle controller."""
        self.rest_seen = self.battery.rest_voltage()
        """What it was before the car was last switched on (V)."""
        self.ready_seen = SET_POINT - random.uniform(0.03, 0.12)
        """What it was at the end of the last drive (V)."""

    def voltage(self) -> float:
        """At the battery's terminals (V), as a multimeter shows."""
        load = self._load()
        if self.dcdc.running:
            lift = self.dcdc.voltage_error
            return SET_POINT + lift - _SOURCE_OHMS * (load + self.charging_current())
        return self.battery.rest_voltage() - _OHMS * self.battery.ohms_factor * load

    def charging_current(self) -> float:
        """Into the battery while the converter runs (A)."""
        if not self.dcdc.running:
            return 0.0
        return _CHARGE_CURRENT * (1.0 - self.battery.charge) + 0.4

    def last_ready(self) -> float:
        """The voltage in READY, now or at the end of the last drive (V)."""
        return self.voltage() if self._was_ready else self.ready_seen

    def before_switching(self, *, from_off: bool) -> None:
        """The key is about to be turned: keep what the voltage was until now."""
        if from_off:
            self.rest_seen = self.battery.rest_voltage()
        if self._was_ready:
            self.ready_seen = self.voltage()

    def converter_current(self) -> float:
        """Out of the converter (A)."""
        return self._load() + self.charging_current() if self.dcdc.running else 0.0

    def converter_input(self) -> float:
        """Power that the converter takes from the link (W)."""
        return self.converter_current() * SET_POINT / _EFFICIENCY

    @property
    def alive(self) -> bool:
        """Enough voltage for control units to run."""
        return self.dcdc.running or (self.battery.connected and self.battery.rest_voltage() > _DEAD)

    def update(self) -> None:
        """Something was switched: the battery's current and the converter's heat follow."""
        self._was_ready = self._ready() and self.dcdc.running
        load = self._load()
        self.battery.flow(-self.charging_current() if self.dcdc.running else load)
        rise = (2.0 + 25.0 * self.converter_current() / self.dcdc.rated) * self.dcdc.cooling
        goal = self.site.ambient() + (rise if self.dcdc.running else 0.5)
        self.dcdc.temperature.aim(goal, self.t)
