"""Insulation of the high-voltage circuit against the chassis, by section and pole."""

from simulators.vehicle.part import Part, Site

SECTIONS = ("battery", "drive", "obc", "dcdc")
"""The battery is always connected; the others hang behind the contactors."""
_MEASURABLE = 20_000.0


class Section(Part):
    """One part of the circuit; resistances in kilo-ohm."""

    def __init__(self, site: Site, name: str) -> None:
        super().__init__(site)
        random = site.random(f"car/insulation/{name}")
        self.positive = random.uniform(12_000.0, 25_000.0)
        self.negative = random.uniform(12_000.0, 25_000.0)


class Insulation(Part):
    """All sections and the instrument of the battery management that measures them."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.sections = {name: Section(site, name) for name in SECTIONS}
        random = site.random("car/insulation/inlets")
        self.dc_inlet = random.uniform(150_000.0, 400_000.0)
        """Poorer power contact of the DC inlet against the chassis, its contactors open (kilo-ohm).
        """
        self.ac_inlet = random.uniform(150_000.0, 400_000.0)
        """The same of the AC inlet."""
        self.bonding = random.uniform(0.008, 0.03)
        """The worst bond of an exposed conductive part to the chassis (ohm)."""
        self.closed = False
        """The contactors connect the consumers."""
        self.instrument_offset = 0.0
        """Error of the measurement (kilo-ohm)."""
        self.monitor_works = True
        self.test_resistor: float | None = None
        """From the negative pole of the battery to the chassis, of a test box (kilo-ohm)."""

    def _pole(self, pole: str) -> float:
        names = SECTIONS if self.closed else SECTIONS[:1]
        conductance = sum(1 / max(getattr(self.sections[name], pole), 1e-3) for name in names)
        return float(1 / conductance)

    def positive(self) -> float:
        """Positive pole to chassis (kilo-ohm)."""
        return self._pole("positive")

    def negative(self) -> float:
        """Negative pole to chassis (kilo-ohm)."""
        own = self._pole("negative")
        return own if self.test_resistor is None else 1 / (1 / own + 1 / self.test_resistor)

    def measured(self) -> float:
        """What the battery management reports: the poorer pole (kilo-ohm)."""
        true = min(self.positive(), self.negative()) + self.instrument_offset
        return min(max(true, 0.0), _MEASURABLE)
