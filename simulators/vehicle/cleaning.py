"""Dirt before a sensor, and what a way of cleaning does to it.

What can be wiped off goes only by means that suit the face: glass over a lens or a laser wants dust
blown off and a lint-free cloth with its cleaner, a plastic cover or a bumper a soft cloth with
water. The wrong means leave the dirt where it is; a bare hand leaves a film of grease as well.
"""

from simulators.vehicle.sensing import Sensor

BLOW_AND_WIPE, WET_CLOTH = "blow-and-wipe", "wet-cloth"
MEANS = (BLOW_AND_WIPE, WET_CLOTH, "dry-cloth", "bare-hand", "pressure-washer")
"""Ways of cleaning that a technician may take."""
SUITS = {
    "CAM": (BLOW_AND_WIPE,),
    "LID": (BLOW_AND_WIPE,),
    "RAD": (WET_CLOTH, BLOW_AND_WIPE),
    "USS": (WET_CLOTH,),
}
"""Node -> what cleans its face without harm."""
REMOVABLE = ("dust", "mud", "grease")
"""Dirt that comes off; a scratched window or a painted face does not."""
_CLEAN = 1.0
"""Blockage (%) of a face that has just been cleaned."""
_FINGERS = 8.0
"""What a hand adds (%)."""


def clean(sensor: Sensor, means: str) -> None:
    """Somebody cleans the face of a sensor."""
    if means == "bare-hand":
        sensor.blockage = min(sensor.blockage + _FINGERS, 100.0)
    elif means in SUITS[sensor.name] and sensor.soil in REMOVABLE:
        sensor.blockage, sensor.soil = min(sensor.blockage, _CLEAN), "dust"
