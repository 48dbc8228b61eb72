"""Camera, radar, lidar, ultrasonic unit and inertial unit of the driving assistance."""

from functools import partial

from simulators.vehicle.ecus.ecu import Design, Ecu, Monitor
from simulators.vehicle.ecus.shared import communication
from simulators.vehicle.ecus.source import Signals, Source, Value, live, state
from simulators.vehicle.scene import Target
from simulators.vehicle.sensing import BLOCKED, SYNC_LIMIT, USS_CHANNELS, Sensor

PARTNERS = {"ADCU": "ADCU_TimeSync", "GW": "GW_VehicleMotion"}
_MISALIGNED = 1.5
"""Degrees; the radar finds that out from what it sees while driving."""
_ROTATION_TOLERANCE = 30.0


def _sensor(u: Ecu) -> Sensor:
    return u.car.sensors[u.name]


def _health(u: Ecu) -> str:
    health = _sensor(u).health()
    # Without the time of the computer it goes on by itself, and says so.
    return "degraded" if health == "ok" and u.lost("ADCU") else health


def _supply(u: Ecu) -> float:
    return u.car.low_voltage.voltage() - _sensor(u).supply_drop


def _status(node: str) -> dict[str, Source]:
    return {
        f"{node}_Health": live(_health),
        f"{node}_Blockage": state(lambda u: _sensor(u).blockage),
        f"{node}_Calibration": state(lambda u: _sensor(u).learned.shown),
        f"{node}_SyncOffset": live(lambda u: _sensor(u).time_offset()),
        f"{node}_SupplyVoltage": live(_supply),
        f"{node}_Temp": live(lambda u: _sensor(u).warmth(), 1.0),
    }


def _monitors(prefix: str, *, blocked: bool = True, calibrated: bool = True) -> dict[str, Monitor]:
    found: dict[str, Monitor] = {
        "C1A15-62": lambda u: abs(_sensor(u).time_offset()) > SYNC_LIMIT,
        **communication(*PARTNERS),
    }
    if blocked:
        found[f"{prefix}-97"] = lambda u: _sensor(u).blockage >= BLOCKED
    if calibrated:
        found[f"{prefix}-54"] = lambda u: _sensor(u).calibration != "calibrated"
    return found


# Camera


def _lane(attribute: str, u: Ecu) -> float | None:
    camera = u.car.sensing.camera
    return float(getattr(camera, attribute)) if camera.sees else None


def _lane_quality(u: Ecu) -> str:
    camera = u.car.sensing.camera
    if not camera.sees:
        return "none"
    return "high" if camera.blockage < 15 else "medium" if camera.blockage < 40 else "low"


def _line(u: Ecu) -> str:
    return "solid" if u.car.sensing.camera.sees else "none"


def _frame_rate(u: Ecu) -> float:
    camera = u.car.sensing.camera
    return camera.frame_rate if camera.works else 0.0


def _brightness(u: Ecu) -> float:
    camera = u.car.sensing.camera
    return camera.brightness * (1 - camera.blockage / 130)


def _camera_nearest(attribute: str, u: Ecu) -> float | None:
    nearest = u.car.sensing.camera_nearest()
    return None if nearest is None else float(getattr(nearest, attribute))


CAM = Design(
    signals={
        **_status("CAM"),
        "CAM_ObjectCount": state(lambda u: u.car.sensing.camera_objects()),
        "CAM_NearestRange": state(partial(_camera_nearest, "range")),
        "CAM_NearestAzimuth": state(partial(_camera_nearest, "azimuth")),
        "CAM_LaneLeft": state(partial(_lane, "lane_left")),
        "CAM_LaneRight": state(partial(_lane, "lane_right")),
        "CAM_LaneHeading": state(partial(_lane, "seen_heading")),
        "CAM_LaneQuality": state(_lane_quality),
        "CAM_LaneTypeLeft": state(_line),
        "CAM_LaneTypeRight": state(_line),
        "CAM_FrameRate": state(_frame_rate),
        "CAM_DroppedFrames": live(lambda u: u.car.sensing.camera.dropped_frames(u.uptime)),
        "CAM_MeanBrightness": state(_brightness),
        "CAM_Saturated": state(lambda u: u.car.sensing.camera.saturated),
    },
    partners=PARTNERS,
    monitors={**_monitors("C1A10"), "C1A10-96": lambda u: not u.car.sensing.camera.works},
)

# Radar


def _target(number: int, u: Ecu) -> Target | None:
    objects = u.car.sensing.radar_objects()
    return objects[number - 1] if number <= len(objects) else None


def _target_value(number: int, attribute: str, nothing: Value, u: Ecu) -> Value:
    target = _target(number, u)
    value: Value = nothing if target is None else getattr(target, attribute)
    return value


def _objects() -> dict[str, Source]:
    sources: dict[str, Source] = {}
    columns: tuple[tuple[str, str, Value], ...] = (
        ("Range", "range", None),
        ("Azimuth", "azimuth", None),
        ("Speed", "speed", None),
        ("Probability", "probability", 0),
        ("Class", "kind", "unknown"),
    )
    for number in range(1, 9):
        for name, attribute, nothing in columns:
            sources[f"RAD_Object{number}{name}"] = state(
                partial(_target_value, number, attribute, nothing)
            )
    return sources


RAD = Design(
    signals={
        **_status("RAD"),
        "RAD_ObjectCount": state(lambda u: len(u.car.sensing.radar_objects())),
        **_objects(),
    },
    partners=PARTNERS,
    monitors={
        **_monitors("C1A11"),
        "C1A11-78": lambda u: abs(u.car.sensing.radar.turned) > _MISALIGNED,
    },
)

# Lidar


def _rotation(u: Ecu) -> float:
    lidar = u.car.sensing.lidar
    return lidar.rotation if lidar.works else 0.0


def _nearest(attribute: str, u: Ecu) -> float | None:
    target = u.car.sensing.nearest()
    if target is None:
        return None
    lidar = u.car.sensing.lidar
    extra = lidar.turned if attribute == "azimuth" else lidar.range_error
    return float(getattr(target, attribute)) + extra


LID = Design(
    signals={
        **_status("LID"),
        "LID_ObjectCount": state(lambda u: u.car.sensing.lidar_objects()),
        "LID_PointRate": state(lambda u: u.car.sensing.lidar.point_rate()),
        "LID_Rotation": state(_rotation),
        "LID_PointLoss": state(lambda u: u.car.sensing.lidar.lost_points()),
        "LID_NearestRange": state(partial(_nearest, "range")),
        "LID_NearestAzimuth": state(partial(_nearest, "azimuth")),
    },
    partners=PARTNERS,
    monitors={
        **_monitors("C1A12"),
        "C1A12-92": lambda u: abs(_rotation(u) - 600.0) > _ROTATION_TOLERANCE,
    },
)

# Ultrasonic


def _distance(number: int, u: Ecu) -> Value:
    return u.car.sensing.ultrasonic.distance(number)


_USS_STATUS = _status("USS")
del _USS_STATUS["USS_Calibration"]

USS = Design(
    signals={
        **_USS_STATUS,
        "USS_ChannelsAlive": state(lambda u: u.car.sensing.ultrasonic.alive()),
        **{
            f"USS_Distance{n:02d}": state(partial(_distance, n)) for n in range(1, USS_CHANNELS + 1)
        },
    },
    partners=PARTNERS,
    monitors={
        **_monitors("C1A13", calibrated=False),
        "C1A13-13": lambda u: bool(u.car.sensing.ultrasonic.dead),
    },
)

# Inertial unit with satellite receiver


def _position(place: int, u: Ecu) -> float | None:
    position = u.car.positioning.position(u.car.place)
    return None if position is None else position[place]


def _heading(u: Ecu) -> float | None:
    return u.car.positioning.heading(u.car.place) if _fixed(u) else None


def _acceleration(axis: int, u: Ecu) -> float:
    return u.car.positioning.accelerations(u.car.drive.acceleration())[axis]


def _rate(axis: int, u: Ecu) -> float:
    return u.car.positioning.rates()[axis]


def _fixed(u: Ecu) -> bool:
    return u.car.positioning.fix() != "none"


_GNSS_STATUS = _status("GNSS")
del _GNSS_STATUS["GNSS_Blockage"]
_AXES = ("X", "Y", "Z")
_GNSS_SIGNALS: Signals = {
    **_GNSS_STATUS,
    "GNSS_PpsLocked": state(lambda u: u.car.positioning.pps_locked()),
    "GNSS_Antenna": state(lambda u: u.car.positioning.antenna),
    "GNSS_FixQuality": state(lambda u: u.car.positioning.fix()),
    "GNSS_Satellites": state(lambda u: u.car.positioning.satellites()),
    "GNSS_Hdop": state(lambda u: u.car.positioning.hdop()),
    "GNSS_PositionStd": state(lambda u: u.car.positioning.position_std()),
    # The car stands on free wheels: over ground it does not move.
    "GNSS_Speed": live(lambda u: u.car.positioning.ground_speed() if _fixed(u) else None),
    "GNSS_Heading": live(_heading),
    "GNSS_Latitude": live(partial(_position, 0)),
    "GNSS_Longitude": live(partial(_position, 1)),
    **{f"GNSS_Accel{axis}": live(partial(_acceleration, n)) for n, axis in enumerate(_AXES)},
    **{f"GNSS_Rate{axis}": live(partial(_rate, n)) for n, axis in enumerate(_AXES)},
}

GNSS = Design(
    signals=_GNSS_SIGNALS,
    partners=PARTNERS,
    monitors={
        **_monitors("C1A14", blocked=False),
        "C1A14-13": lambda u: u.car.positioning.antenna == "open",
    },
)
