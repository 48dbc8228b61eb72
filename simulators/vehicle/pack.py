"""The traction battery: 96 NCM cells in series, their sense taps, 32 temperature probes.

Energy is booked in closed form. Between two events the powers that flow are constants (or follow
the charging cable's own closed form), so what the battery holds does not depend on who looks.
Currents are positive when the battery gives, as GB/T 32960 counts them.
"""

import math
from collections.abc import Callable, Mapping
from random import Random

from simulators.load import Load
from simulators.thermal import Node
from simulators.vehicle.ocv import ENERGY_PER_AH, energy_of, ocv, soc_of
from simulators.vehicle.part import Part, Site

CELLS = 96
PROBES = 32
CAPACITY = 150.0
"""Rated capacity (Ah)."""
BROKEN_PROBE = -40.0
"""What a probe with an open wire shows (°C)."""
CELL_RESISTANCE = 0.8e-3
"""Of one sound cell with its joints (ohm)."""
_WARM_UP = 0.03
"""Rise of the battery over the air (K) per watt lost in it, once settled."""
_THERMAL_TIME = 9000.0


class Cell(Part):
    """One cell, counted from 1."""

    def __init__(self, site: Site, random: Random) -> None:
        super().__init__(site)
        self.deficit = random.gauss(0.0, 0.0012)
        """Charge that it has less than the battery's state of charge says (share of capacity)."""
        self.resistance_factor = random.uniform(0.95, 1.05)


class Tap(Part):
    """The sense wire between a cell and the next one."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.error = 0.0
        """Drop (V) in a corroded wire: the cell below reads higher, the one above lower."""


class Probe(Part):
    """One temperature probe, counted from 1, and the place where it sits."""

    def __init__(self, site: Site, random: Random, exposure: float) -> None:
        super().__init__(site)
        self.sensor_offset = random.uniform(-0.4, 0.4)
        """Error of the sensor (K)."""
        self.local_heat = random.uniform(0.0, 0.8)
        """What its place is warmer than the battery (K)."""
        self.broken = False
        """Its wire is open; it shows the coldest that there is."""
        self.exposure = exposure
        """Share of the battery's own rise that its place has."""


class Pack(Part):
    """The battery behind the contactors. Powers in W, energy in Wh, temperatures in °C."""

    def __init__(self, site: Site, load: Load) -> None:
        super().__init__(site)
        random = site.random("car/pack")
        self._load = load
        self.cells = tuple(Cell(site, random) for _ in range(CELLS))
        self.taps = tuple(Tap(site) for _ in range(CELLS - 1))
        self.probes = tuple(
            Probe(site, random, 0.85 + 0.3 * random.random()) for _ in range(PROBES)
        )
        self.soh = round(random.uniform(0.93, 0.99), 3)
        """State of health: present capacity over the rated one."""
        self.cycles = random.randrange(60, 400)
        self.pack_voltage_gain = 1 + random.uniform(-0.001, 0.001)
        """Of the measurement of the whole battery's voltage."""
        self.current_gain = 1 + random.uniform(-0.003, 0.003)
        self.channel_errors: Mapping[int, float] = {}
        """Errors of single inputs of the cell measurement (V), by cell from 1."""
        self.temperature = Node(site.ambient() + random.uniform(-0.5, 1.0), _THERMAL_TIME, self.t)
        self._stored = self._full() * energy_of(random.uniform(0.50, 0.85)) / ENERGY_PER_AH
        self._booked = self.t
        self._ac_mark = load.energy()
        self._gain = 0.0
        self._drain = 0.0
        # What was worked out last, with the condition for which it holds.
        self._open_circuit: tuple[float, int, list[float], float] = (-1.0, -1, [], 0.0)
        self._resistance = (-1, 0.0)
        self._read: tuple[float, int, list[float]] = (-1.0, -1, [])
        self.power: Callable[[], float] = lambda: 0.0
        """Power (W) that goes out at the terminals now; negative while charging."""

    # Energy

    @property
    def capacity(self) -> float:
        """Present capacity (Ah)."""
        return CAPACITY * self.soh

    def _full(self) -> float:
        return ENERGY_PER_AH * self.capacity * CELLS

    def stored(self) -> float:
        """Energy in the cells now (Wh)."""
        ac = self._load.energy() - self._ac_mark if self._gain else 0.0
        return self._stored + ac * self._gain - self._drain * (self.t - self._booked) / 3600

    def soc(self) -> float:
        """State of charge, 0 to 1."""
        return soc_of(self.stored() / (self.capacity * CELLS))

    def set_soc(self, soc: float) -> None:
        """It has been charged or driven to another state of charge."""
        self._stored = CELLS * self.capacity * energy_of(soc)
        self._booked, self._ac_mark = self.t, self._load.energy()
        self.site.revision += 1

    def draw(self, energy: float) -> None:
        """So much has been taken out (Wh), in no time."""
        self.book()
        self._stored = max(self._stored - energy, 0.0)
        self.site.revision += 1

    def seconds_to(self, soc: float, power: float) -> float:
        """How long a power into the cells (W) takes to reach a state of charge; may be < 0."""
        missing = CELLS * self.capacity * energy_of(soc) - self.stored()
        return missing * 3600 / power

    def book(self) -> None:
        """Book the energy up to now. To be called before a flow changes."""
        self._stored = self.stored()
        self._booked, self._ac_mark = self.t, self._load.energy()

    def flows(self, gain: float, drain: float) -> None:
        """From now on: `gain` Wh into the cells per Wh through the cable, `drain` W out of them."""
        self.book()
        self._gain, self._drain = gain, drain

    def loss_share(self) -> float:
        """Share of the terminal power that is lost inside now; for booking."""
        return abs(self.current()) * self.resistance() / self.voltage()

    # Electrical

    def resistance(self) -> float:
        """Of all cells in series (ohm)."""
        revision, ohms = self._resistance
        if revision != self.site.revision:
            ohms = CELL_RESISTANCE * sum(cell.resistance_factor for cell in self.cells)
            self._resistance = (self.site.revision, ohms)
        return ohms

    def _at_rest(self) -> tuple[list[float], float]:
        """Voltages of the cells without current, and their sum (V)."""
        # A state of charge that is equal to 1e-5 gives voltages that are equal to 0.02 mV.
        soc = round(self.soc(), 5)
        key_soc, key_revision, volts, total = self._open_circuit
        if key_soc != soc or key_revision != self.site.revision:
            volts = [ocv(soc - cell.deficit) for cell in self.cells]
            total = sum(volts)
            self._open_circuit = (soc, self.site.revision, volts, total)
        return volts, total

    def voltage(self) -> float:
        """At the terminals (V)."""
        rest = self._at_rest()[1]
        power = self.power()
        if power == 0.0:
            return rest
        # V = E - I R and P = V I.
        root = math.sqrt(max(rest * rest - 4 * self.resistance() * power, 0.0))
        return (rest + root) / 2

    def current(self) -> float:
        """Out of the battery (A)."""
        power = self.power()
        return power / self.voltage() if power else 0.0

    def cell_readings(self) -> list[float]:
        """What the sense wires show, cell 1 first (V)."""
        t, revision, volts = self._read
        if t != self.t or revision != self.site.revision:
            drop = self.current() * CELL_RESISTANCE
            volts = [
                rest - drop * cell.resistance_factor
                for rest, cell in zip(self._at_rest()[0], self.cells, strict=True)
            ]
            for k, tap in enumerate(self.taps):
                if tap.error:
                    volts[k] += tap.error
                    volts[k + 1] -= tap.error
            for cell, error in self.channel_errors.items():
                volts[cell - 1] += error
            self._read = (self.t, self.site.revision, volts)
        return volts

    # Temperatures

    def probe_readings(self) -> list[float]:
        """What the probes show, probe 1 first (°C)."""
        mean, air = self.temperature.at(self.t), self.site.ambient()
        rise = mean - air
        return [
            BROKEN_PROBE if probe.broken
            else air + rise * probe.exposure + probe.local_heat + probe.sensor_offset
            for probe in self.probes
        ]  # fmt: skip

    def seconds_to_heat(self, limit: float) -> float | None:
        """Until the hottest probe shows `limit` (°C); None: it does not on this course."""
        air = self.site.ambient()
        mean = min(
            air + (limit - air - probe.local_heat - probe.sensor_offset) / probe.exposure
            for probe in self.probes
        )
        return self.temperature.crossing(mean, self.t)

    def warm(self) -> None:
        """The current has changed: the battery goes to another temperature."""
        loss = self.current() ** 2 * self.resistance()
        self.temperature.aim(self.site.ambient() + _WARM_UP * loss, self.t)
