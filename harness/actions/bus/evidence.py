"""What is on record about one bus, put together for the diagnosis.

Only recorded readings enter. Their names are

    silent_nodes, unknown_messages           lists of `bus:NODE` and `bus:0x123`
    error_frames.BUS, bus_load.BUS           within `watched_seconds`
    bus_off_units                            units that report bus-off, as `bus:NODE`
    can_BUS_resistance, can_BUS_high_ground …   at the diagnostic connector, without supply (Ω)
    can_BUS_high_recessive …                 at the diagnostic connector, with supply (V)
    can_BUS_high_to_UNIT, can_BUS_low_to_UNIT   along one wire, without supply (Ω)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.quantity import Measurement, Quality, convert

WATCHED = "watched_seconds"
SILENT = "silent_nodes"
UNKNOWN = "unknown_messages"
BUS_OFF = "bus_off_units"
ERRORS = "error_frames"
LOAD = "bus_load"
OHMS = ("resistance", "high_ground", "low_ground", "high_battery", "low_battery")
VOLTS = ("high_recessive", "low_recessive", "high_dominant", "low_dominant")
WIRES = ("high", "low")


@dataclass(frozen=True)
class BusEvidence:
    """One bus. What was not found out is None, or missing in the mapping."""

    bus: str
    nodes: tuple[str, ...]
    """Every unit that should send."""
    silent: tuple[str, ...] | None = None
    error_rate: float | None = None
    """Error frames per second."""
    load: float | None = None
    """Percent."""
    unknown: tuple[str, ...] = ()
    """Identifiers that no database knows."""
    bus_off: tuple[str, ...] = ()
    """Units that report having been bus-off."""
    ohms: Mapping[str, float] = field(default_factory=dict)
    """By the names in `OHMS`."""
    volts: Mapping[str, float] = field(default_factory=dict)
    """By the names in `VOLTS`."""
    along: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Unit -> ohms of H and of L from the diagnostic connector to its plug."""

    @property
    def alive(self) -> bool:
        """Somebody is heard."""
        return self.silent is not None and len(self.silent) < len(self.nodes)

    @property
    def dead(self) -> bool:
        """Nobody is heard."""
        return self.silent is not None and not self.alive

    @property
    def pair(self) -> float | None:
        """Ohms between H and L."""
        return self.ohms.get("resistance")


def reading_name(bus: str, quantity: str) -> str:
    """The name of a reading at the diagnostic connector."""
    return f"can_{bus}_{quantity}"


def along_name(bus: str, wire: str, unit: str) -> str:
    """The name of a reading along one wire to the plug of a unit."""
    return f"can_{bus}_{wire}_to_{unit.lower()}"


def latest(readings: Iterable[Measurement]) -> dict[str, Measurement]:
    """The last usable reading of each name."""
    return {
        one.name: one for one in readings if one.quality is Quality.GOOD and one.value is not None
    }


def evidence_of(bus: str, nodes: Sequence[str], readings: Mapping[str, Measurement]) -> BusEvidence:
    """Everything that these readings, by name, say of one bus."""
    seconds = _number(readings.get(WATCHED), "s")
    errors = _number(readings.get(f"{ERRORS}.{bus}"), "1")
    return BusEvidence(
        bus,
        tuple(nodes),
        silent=_here(readings, SILENT, bus) if SILENT in readings else None,
        error_rate=errors / seconds if errors is not None and seconds else None,
        load=_number(readings.get(f"{LOAD}.{bus}"), "%"),
        unknown=_here(readings, UNKNOWN, bus),
        bus_off=_here(readings, BUS_OFF, bus),
        ohms=_numbers(readings, bus, OHMS, "Ω"),
        volts=_numbers(readings, bus, VOLTS, "V"),
        along=_along(readings, bus, nodes),
    )


def _here(readings: Mapping[str, Measurement], name: str, bus: str) -> tuple[str, ...]:
    found = readings.get(name)
    entries = found.value if found is not None and isinstance(found.value, list) else []
    return tuple(entry.partition(":")[2] for entry in entries if entry.partition(":")[0] == bus)


def _number(reading: Measurement | None, unit: str) -> float | None:
    if reading is None or isinstance(reading.value, bool):
        return None
    if not isinstance(reading.value, int | float):
        return None
    return convert(float(reading.value), reading.unit or unit, unit)


def _numbers(
    readings: Mapping[str, Measurement], bus: str, names: Sequence[str], unit: str
) -> dict[str, float]:
    found = {name: _number(readings.get(reading_name(bus, name)), unit) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _along(
    readings: Mapping[str, Measurement], bus: str, nodes: Sequence[str]
) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for unit in nodes:
        high, low = (_number(readings.get(along_name(bus, wire, unit)), "Ω") for wire in WIRES)
        if high is not None and low is not None:
            found[unit] = (high, low)
    return found
