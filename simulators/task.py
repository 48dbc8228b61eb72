"""The preparation task of a simulated car: what the next rental wants of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.quantity import Scalar


def _presets() -> dict[str, Scalar]:
    return {
        "icm.language": "zh",
        "icm.speed_unit": "km_h",
        "icm.time_offset": 480,
        "bcm.climate_preset_temperature": 24,
        "bcm.climate_preset_mode": "auto",
    }


def _parameters() -> dict[str, Scalar]:
    return {
        "tbox.rental_type": "by_day",
        "tbox.rental_speed_limit": 100,
        "tbox.geofence_radius": 30,
    }


@dataclass
class RentalTask:
    """Keys of a bench file's `preparation` section. A fault leaves something out."""

    soc_floor: str | None = "40 %"
    rental_type: str = "by_day"
    equipment: list[str] = field(
        default_factory=lambda: ["warning triangle", "extinguisher", "charging cable"]
    )
    presets: dict[str, Scalar] = field(default_factory=_presets)
    parameters: dict[str, Scalar] = field(default_factory=_parameters)

    def told(self) -> Mapping[str, object]:
        """What the task says."""
        return {
            "soc_floor": self.soc_floor,
            "rental_type": self.rental_type,
            "equipment": self.equipment,
            "presets": self.presets,
            "parameters": self.parameters,
        }
