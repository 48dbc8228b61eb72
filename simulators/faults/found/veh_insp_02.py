"""Which steps of the daily inspection of smart sensors find which faults.

Computed by running, see `harness matrix`. A face that is covered shows at every step that looks
through it: the sensor calls itself degraded, stores a code, misses the target, and the functions
that need it are not offered. What comes off is gone after the cleaning steps; paint, stickers and
scratches stay. A turned camera loses the target at the edge of its view. Pilot assist is coded off
in this car, so lidar and positioning stop no function. Readings of a unit that is silent, or of a
message whose counter stands, prove nothing and stay inconclusive.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-INSP-02"

FOUND: Mapping[str, tuple[str, ...]] = {
    "camera-window-muddy": (
        "camera-face", "camera-state", "camera-blockage", "camera-codes", "camera-near",
        "camera-near-range", "camera-near-azimuth", "camera-side", "camera-side-range",
        "camera-side-azimuth", "aeb", "acc", "lka", "fcw", "apa"
    ),
    "radar-cover-muddy": (
        "radar-face", "radar-state", "radar-blockage", "radar-codes", "radar-near-range",
        "radar-near-azimuth", "radar-side-range", "radar-side-azimuth", "aeb", "acc", "fcw"
    ),
    "lidar-window-greasy": (
        "lidar-face", "lidar-state", "lidar-blockage", "lidar-codes", "lidar-points",
        "lidar-near-range", "lidar-near-azimuth", "lidar-side-range", "lidar-side-azimuth"
    ),
    "ultrasonic-faces-muddy": (
        "ultrasonic-face", "ultrasonic-state", "ultrasonic-blockage", "ultrasonic-codes",
        "ruler-front-side", "ruler-front-inner", "ruler-rear-inner", "apa"
    ),
    "camera-window-chipped": (
        "camera-face", "camera-state", "camera-blockage", "camera-codes", "camera-near",
        "camera-near-range", "camera-near-azimuth", "camera-side", "camera-side-range",
        "camera-side-azimuth", "aeb", "acc", "lka", "fcw", "apa", "camera-cleaned",
        "camera-state-after", "camera-face-after"
    ),
    "radar-cover-sticker": (
        "radar-face", "radar-state", "radar-blockage", "radar-codes", "radar-near-range",
        "radar-near-azimuth", "radar-side-range", "radar-side-azimuth", "aeb", "acc", "fcw",
        "radar-cleaned", "radar-state-after", "radar-face-after"
    ),
    "lidar-window-scratched": (
        "lidar-face", "lidar-state", "lidar-blockage", "lidar-codes", "lidar-points",
        "lidar-near-range", "lidar-near-azimuth", "lidar-side-range", "lidar-side-azimuth",
        "lidar-cleaned", "lidar-state-after", "lidar-face-after"
    ),
    "bumper-and-faces-painted": (
        "camera-face", "radar-face", "lidar-face", "ultrasonic-face", "camera-state",
        "radar-state", "lidar-state", "ultrasonic-state", "camera-blockage",
        "radar-blockage", "lidar-blockage", "ultrasonic-blockage", "camera-codes",
        "radar-codes", "lidar-codes", "ultrasonic-codes", "lidar-points", "camera-near",
        "camera-near-range", "camera-near-azimuth", "radar-near-range",
        "radar-near-azimuth", "lidar-near-range", "lidar-near-azimuth", "camera-side",
        "camera-side-range", "camera-side-azimuth", "radar-side-range",
        "radar-side-azimuth", "lidar-side-range", "lidar-side-azimuth", "ruler-front-side",
        "ruler-front-inner", "ruler-rear-inner", "aeb", "acc", "lka", "fcw", "apa",
        "camera-cleaned", "camera-state-after", "camera-face-after", "radar-cleaned",
        "radar-state-after", "radar-face-after", "lidar-cleaned", "lidar-state-after",
        "lidar-face-after", "ultrasonic-cleaned", "ultrasonic-state-after",
        "ultrasonic-face-after"
    ),
    "camera-calibration-lost": (
        "camera-state", "camera-calibration", "camera-codes", "aeb", "acc", "lka", "fcw",
        "apa", "camera-state-after"
    ),
    "all-calibrations-lost": (
        "camera-state", "radar-state", "lidar-state", "inertial-state",
        "camera-calibration", "radar-calibration", "lidar-calibration",
        "inertial-calibration", "camera-codes", "radar-codes", "lidar-codes",
        "inertial-codes", "aeb", "acc", "lka", "fcw", "apa", "camera-state-after",
        "radar-state-after", "lidar-state-after"
    ),
    "camera-turned": (
        "camera-near-azimuth", "camera-side", "camera-side-range", "camera-side-azimuth"
    ),
    "camera-of-another-lens": ("camera-near-range", "camera-side-range"),
    "radar-misaligned": ("radar-codes", "radar-near-azimuth", "radar-side-azimuth"),
    "lidar-turned": ("lidar-near-azimuth", "lidar-side-azimuth"),
    "radar-range-wrong": ("radar-near-range", "radar-side-range"),
    "lidar-range-wrong": ("lidar-near-range", "lidar-side-range"),
    "transducer-1-off": ("ruler-front-side",),
    "transducer-3-off": ("ruler-front-inner",),
    "transducer-9-off": ("ruler-rear-inner",),
    "transducer-5-dead": ("ultrasonic-codes", "ultrasonic-channels"),
    "lidar-clock-drifts": (
        "lidar-state", "lidar-codes", "platform-codes", "lidar-time-offset",
        "lidar-state-after"
    ),
    "pulse-per-second-lost": ("time-source",),
    "radar-thermistor-shorted": ("radar-temperature",),
    "sensor-thermistors-shorted": (
        "camera-temperature", "radar-temperature", "lidar-temperature",
        "ultrasonic-temperature", "inertial-temperature"
    ),
    "sensor-clocks-off": (
        "camera-state", "radar-state", "lidar-state", "ultrasonic-state", "inertial-state",
        "camera-codes", "radar-codes", "lidar-codes", "ultrasonic-codes", "inertial-codes",
        "platform-codes", "camera-time-offset", "radar-time-offset", "lidar-time-offset",
        "ultrasonic-time-offset", "inertial-time-offset", "aeb", "acc", "lka", "fcw", "apa",
        "camera-state-after", "radar-state-after", "lidar-state-after",
        "ultrasonic-state-after"
    ),
    "sensor-fuse-corroded": (
        "camera-supply", "radar-supply", "ultrasonic-supply", "inertial-supply"
    ),
    "radar-connector-corroded": ("radar-supply",),
    "lidar-connector-corroded": ("lidar-supply",),
    "camera-rate-low": ("camera-rate",),
    "camera-link-bad": ("camera-dropped",),
    "camera-iris-stuck": ("camera-brightness", "camera-saturated"),
    "lidar-motor-slow": ("lidar-codes", "lidar-rotation"),
    "lidar-diode-weak": ("lidar-points",),
    "accelerometer-biased": ("acceleration",),
    "driving-recorder-failed": ("recorders",),
    "camera-image-late": ("camera-frames",),
    "lane-checksum-wrong": ("camera-frames",),
    "gyro-counter-stuck": ("inertial-frames",),
    "adas-cycles-of-another-car": (
        "camera-frames", "radar-frames", "lidar-frames", "ultrasonic-frames",
        "inertial-frames", "platform-frames"
    ),
    "gnss-antenna-torn-off": (
        "antenna", "inertial-state", "inertial-codes", "time-source", "fix", "satellites",
        "hdop"
    ),
    "correction-service-lost": ("fix",),
    "sky-half-covered": ("satellites", "hdop", "position-spread"),
    "reflections-around": ("position-spread",),
    "gyro-biased": ("gyro", "heading-drift"),
    "speed-over-ground-wrong": ("speed-at-rest",),
    "computer-overloaded": ("platform-load", "platform-memory"),
    "computer-heat-sink-loose": ("platform-state", "platform-temperature"),
    "computer-storage-full": ("platform-state", "platform-storage"),
    "computer-watchdog-resets": ("platform-resets",),
    "camera-software-old": ("software",),
    "radar-of-another-car": ("software", "calibration"),
    "lidar-window-dirty": ("lidar-face", "lidar-blockage", "lidar-points"),
    "configuration-differs": ("acc",),
    "ultrasonic-unit-dead": ("platform-codes", "ultrasonic-frames", "apa"),
    "left-in-neutral": ("parked",),
    "parking-brake-released": ("parked",),
    "battery-clamp-loose": ("switch-on",),
    "ignition-relay-welded": ("switch-off",),
}  # fmt: skip
