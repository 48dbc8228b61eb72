"""Where the units sit along each bus of the car."""

from simulators.canbus.layout import OBD
from simulators.vehicle.units import Bus

TAPS: dict[Bus, tuple[str, ...]] = {
    "powertrain": ("GW", OBD, "VCU", "DCDC", "OBC", "MCU", "BMS"),
    "chassis": ("GW", OBD, "ESC", "IBC", "EPS", "EPB"),
    "body": ("GW", OBD, "ICM", "TBOX", "TPMS", "BCM"),
    "adas": ("GW", OBD, "ADCU", "CAM", "RAD", "USS", "LID", "GNSS"),
}
"""Along each bus, from the gateway; the first and the last unit hold the terminators."""
