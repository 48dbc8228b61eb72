"""The control units: where they sit, what they say of themselves, and what is wrong with them.

A unit is here a piece of hardware with identity and condition; what it sends is told in `ecus/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulators.vehicle.diag.vin import FICTIONAL_WMI
from simulators.vehicle.fleet import rental_coding
from simulators.vehicle.part import Part, Site
from simulators.vehicle.trouble_book import TroubleBook

Bus = Literal["powertrain", "chassis", "body", "adas"]
BUSES: tuple[Bus, ...] = ("powertrain", "chassis", "body", "adas")
Supply = Literal["permanent", "ignition", "charging"]
"""`permanent`: awake whenever the car is; `ignition`: KL15; `charging`: KL15, a charging plug, and
for a while after either."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit is and how a tester reaches it."""

    node: str
    bus: Bus
    supply: Supply
    request: int
    response: int

    @property
    def extended(self) -> bool:
        """29-bit diagnostic addresses."""
        return self.request > 0x7FF


def _adas(node: str, address: int) -> Place:
    return Place(node, "adas", "ignition", 0x18DA00F1 | address << 8, 0x18DAF100 | address)


PLACES: dict[str, Place] = {
    place.node: place
    for place in (
        Place("VCU", "powertrain", "charging", 0x7E0, 0x7E8),
        Place("BMS", "powertrain", "charging", 0x7E1, 0x7E9),
        Place("MCU", "powertrain", "ignition", 0x7E2, 0x7EA),
        Place("OBC", "powertrain", "charging", 0x7E3, 0x7EB),
        Place("DCDC", "powertrain", "charging", 0x7E4, 0x7EC),
        Place("GW", "powertrain", "permanent", 0x710, 0x718),
        Place("EPS", "chassis", "ignition", 0x730, 0x738),
        Place("IBC", "chassis", "ignition", 0x731, 0x739),
        Place("EPB", "chassis", "ignition", 0x732, 0x73A),
        Place("ESC", "chassis", "ignition", 0x733, 0x73B),
        Place("BCM", "body", "permanent", 0x740, 0x748),
        Place("ICM", "body", "permanent", 0x741, 0x749),
        Place("TPMS", "body", "ignition", 0x742, 0x74A),
        Place("TBOX", "body", "permanent", 0x743, 0x74B),
        _adas("CAM", 0x30),
        _adas("RAD", 0x31),
        _adas("LID", 0x32),
        _adas("USS", 0x33),
        _adas("GNSS", 0x34),
        _adas("ADCU", 0x35),
    )
}
"""Every unit that belongs to the car. The gateway is on all buses; it answers on powertrain."""

SOFTWARE = {
    "VCU": "V2.14.03", "BMS": "V3.02.11", "MCU": "V1.27.00", "OBC": "V2.06.05", "DCDC": "V1.09.02",
    "GW": "V4.00.17", "EPS": "V2.31.00", "IBC": "V3.11.04", "EPB": "V1.05.01", "ESC": "V5.20.02",
    "BCM": "V2.44.09", "ICM": "V3.18.00", "TPMS": "V1.02.00", "TBOX": "V2.09.21",
    "CAM": "V4.12.06", "RAD": "V2.08.00", "LID": "V1.15.03", "USS": "V1.01.04", "GNSS": "V2.00.08",
    "ADCU": "V6.03.12",
}  # fmt: skip
"""The released versions of this car."""
_NUMBERS = {node: 1010 + 7 * place for place, node in enumerate(PLACES)}
CONFIGURATION: dict[str, Mapping[str, int | str]] = {
    "ADCU": {
        "config_aeb": "enabled", "config_acc": "enabled", "config_lka": "enabled",
        "config_fcw": "enabled", "config_apa": "enabled", "config_pilot": "disabled",
        "config_driver_monitor": "enabled", "automation_level": "level_2",
        "camera_count": 1, "radar_count": 1, "lidar_count": 1, "ultrasonic_count": 12,
        "map_version": "CN-2026-Q1",
    },
    "TBOX": {
        "config_v2x": "enabled", "config_remote_lock": "enabled", "config_remote_find": "enabled",
        "config_remote_climate": "disabled", "config_remote_immobilise": "enabled",
        "config_ota": "enabled", "config_geofence": "enabled",
    },
    "GW": {"variant_code": 0x4201, "secure_gateway": "enabled"},
}  # fmt: skip
"""Coding of a car as it leaves the factory."""

_VIN_VALUES = {
    **{str(d): d for d in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7, "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}  # fmt: skip
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def with_check_digit(vin: str) -> str:
    """A VIN of 17 characters with the right check digit in place 9 (GB 16735)."""
    rest = sum(_VIN_VALUES[c] * w for c, w in zip(vin, _VIN_WEIGHTS, strict=True)) % 11
    return f"{vin[:8]}{'X' if rest == 10 else rest}{vin[9:]}"


VARIANT = 0x4201
LEARNT = ("VCU", "BCM", "EPS")
"""Units that hold the number of the immobiliser."""


class Unit(Part):
    """One control unit. `changed` is called when anything about it changes."""

    def __init__(self, site: Site, place: Place, vin: str, changed: Callable[[], None]) -> None:
        super().__init__(site)
        random = site.random(f"car/unit/{place.node}")
        object.__setattr__(self, "_changed", lambda: None)
        self.place = place
        # Identity, as the unit tells it to a tester: the names are those of the data identifiers.
        number = _NUMBERS[place.node]
        self.vin = vin
        self.part_number = f"EV4-{number:04d}-0A"
        self.software_number = f"SW4-{number:04d}-0A"
        self.software_version = SOFTWARE[place.node]
        self.supplier = f"S{number % 97:05d}"
        self.manufacture_date = f"2025{random.randint(1, 9):02d}{random.randint(1, 28):02d}"
        self.serial_number = f"{place.node:_<4}{random.randrange(10**12):012d}"
        self.hardware_number = f"HW4-{number:04d}-0A"
        self.hardware_version = f"H{number % 4 + 1}.{number % 10}"
        self.supplier_software_version = f"B{number % 7 + 1}.{number % 90 + 10}"
        self.system_name = place.node
        self.programming_date = "20251018"
        self.calibration_id = f"CAL-{place.node}-{number:04d}"
        self.calibration_verification = random.randrange(1 << 32)
        self.variant = VARIANT
        """Variant of the car that it was made or coded for."""
        self.immobiliser = 0
        """Number of the immobiliser that it has learnt; 0: it has none."""
        self.configuration: Mapping[str, int | str] = {
            **CONFIGURATION.get(place.node, {}),
            **rental_coding(place.node, site.random(f"car/left-behind/{place.node}")),
        }
        """Coding of the unit by the names of the data identifiers."""
        self.fitted_as: Mapping[str, str] = {}
        """What the label of another piece of hardware says, by names of the data identifiers."""
        self.odometer_offset = 0.0
        """Its copy of the odometer minus the true one (km)."""
        # Condition
        self.fitted = True
        """False: somebody has taken it out."""
        self.supplied = True
        """False: its fuse or its supply wire is gone."""
        self.works = True
        """False: it has died; it draws current and says nothing."""
        self.memory_unsteady = False
        """A trouble code comes and goes in its memory from one reading to the next."""
        self.memory_locked = False
        """It refuses to clear its trouble codes."""
        # What is wrong with what it sends, by names of messages and signals.
        self.wrong_checksum: frozenset[str] = frozenset()
        self.stuck_counter: frozenset[str] = frozenset()
        self.missing: frozenset[str] = frozenset()
        self.slow: Mapping[str, float] = {}
        """Message -> factor of its cycle."""
        self.frozen: frozenset[str] = frozenset()
        """Signals that keep the value that they have."""
        object.__setattr__(self, "_changed", changed)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        object.__setattr__(self, "version", self.version + 1)
        self._changed()

    _changed: Callable[[], None]
    version: int = 0
    """Counts the changes of the unit."""

    @property
    def node(self) -> str:
        return self.place.node

    @property
    def runs(self) -> bool:
        """It would talk if its supply is switched on."""
        return self.fitted and self.supplied and self.works


@dataclass(frozen=True, slots=True)
class ExtraUnit:
    """A unit that does not belong to the car: it talks and answers on a bus."""

    name: str
    bus: Bus
    arbitration_id: int
    period: float
    payload: bytes
    request: int
    response: int

    def data(self, _t: float) -> bytes:
        """What it sends."""
        return self.payload


class Units(Part):
    """All of them, and what does not belong there."""

    def __init__(self, site: Site, changed: Callable[[], None]) -> None:
        super().__init__(site)
        object.__setattr__(self, "_changed", lambda: None)
        random = site.random("car/vin")
        self.vin = with_check_digit(f"{FICTIONAL_WMI}EV4B20R0{random.randrange(10**6):06d}")
        """As stamped on the body. No maker on earth has its first three characters."""
        self.extra: tuple[ExtraUnit, ...] = ()
        self.trouble = TroubleBook(lambda: site.scheduler.t)
        """What the gateway lists of their trouble codes."""
        self.all = {node: Unit(site, place, self.vin, changed) for node, place in PLACES.items()}
        number = site.random("car/immobiliser").randrange(1, 1 << 32)
        for node in LEARNT:
            self.all[node].immobiliser = number
        object.__setattr__(self, "_changed", changed)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        self._changed()

    _changed: Callable[[], None]

    def __getitem__(self, node: str) -> Unit:
        return self.all[node]
