"""Settings of the example car by name, for units that keep them themselves.

What the car's own model knows goes before these: they are what a unit shows when nobody else does.
"""

from harness.quantity import Value

SETTINGS: dict[str, Value] = {
    "speed_limit": 0,
    "charger_current_limit": 32,
    "language": "zh",
    "placard_pressure": 250.0,
    "upload_period": 10,
    "steering_command_timeout": 100,
    "brake_command_timeout": 100,
    "rated_capacity": 150.0,
    "bus_mirror": "off",
    "units_expected": 20,
    "key_count": 2,
    "v2x_state": "ok",
    "v2x_certificate_days": 214,
    "config_aeb": "enabled",
    "config_acc": "enabled",
    "config_lka": "enabled",
    "config_fcw": "enabled",
    "config_apa": "enabled",
    "config_pilot": "enabled",
    "config_driver_monitor": "enabled",
    "automation_level": "level_2",
    "camera_count": 5,
    "radar_count": 1,
    "lidar_count": 1,
    "ultrasonic_count": 12,
    "config_v2x": "enabled",
    "config_remote_lock": "enabled",
    "config_remote_find": "enabled",
    "config_remote_climate": "enabled",
    "config_remote_immobilise": "enabled",
    "config_ota": "enabled",
    "config_geofence": "enabled",
    "variant_code": 0x2601,
    "secure_gateway": "enabled",
}
