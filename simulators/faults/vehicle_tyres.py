"""Tyres and their pressure sensors."""

from harness.text import Text
from simulators.faults.vehicle_found import broken
from simulators.vehicle.wheels import WHEELS

FAULTS = (
    broken(
        "tyre-soft",
        Text("右前轮胎压不足", "Front right tyre soft"),
        Text("右前轮约 210 kPa，未到报警值。", "It has about 210 kPa; the car does not warn yet."),
        (lambda rig: rig.car.wheels["FR"], "cold_pressure", 206.0),
        inspection=("pressure-front",),
        admission=("gauge-fr",),
    ),
    broken(
        "tyre-punctured",
        Text("右后轮漏气", "Rear right tyre punctured"),
        Text("右后轮扎钉漏气，约 170 kPa，胎压报警。", "It is at about 170 kPa; the car warns."),
        (lambda rig: rig.car.wheels["RR"], "cold_pressure", 165.0),
        inspection=(
            "trouble-codes",
            "warning-lamps",
            "lamps-in-ready",
            "pressure-rear",
            "gauge-rear",
        ),
        admission=("trouble-codes", "gauge-rr"),
    ),
    broken(
        "tyres-underinflated",
        Text("四轮胎压不足", "All tyres soft"),
        Text("长时间停放，四个轮胎都只有约 210 kPa。", "Parked for long: all have about 210 kPa."),
        *((lambda rig, w=wheel: rig.car.wheels[w], "cold_pressure", 206.0) for wheel in WHEELS),
        inspection=("pressure-front", "pressure-rear", "gauge-front", "gauge-rear"),
        admission=("gauge-fl", "gauge-fr", "gauge-rl", "gauge-rr"),
    ),
    broken(
        "tyre-sensor-fl-off",
        Text("左前胎压传感器偏差", "Front left tyre sensor off"),
        Text("左前轮胎压传感器读数偏低约 19 kPa。", "It reads 19 kPa too little."),
        (lambda rig: rig.car.wheels["FL"], "pressure_sensor_offset", -19.0),
        inspection=("agreement-front",),
    ),
    broken(
        "tyre-sensor-rr-off",
        Text("右后胎压传感器偏差", "Rear right tyre sensor off"),
        Text("右后轮胎压传感器读数偏低约 19 kPa。", "It reads 19 kPa too little."),
        (lambda rig: rig.car.wheels["RR"], "pressure_sensor_offset", -19.0),
        inspection=("agreement-rear",),
    ),
    broken(
        "front-tyres-worn",
        Text("前轮胎纹磨损到限", "Front tyres worn out"),
        Text("两个前轮花纹深度只有 1.2 mm。", "Both have 1.2 mm of tread left."),
        (lambda rig: rig.car.wheels["FL"], "tread", 1.2),
        (lambda rig: rig.car.wheels["FR"], "tread", 1.2),
        inspection=("tread-fl", "tread-fr"),
    ),
    broken(
        "rear-tyres-worn",
        Text("后轮胎纹磨损到限", "Rear tyres worn out"),
        Text("两个后轮花纹深度只有 1.2 mm。", "Both have 1.2 mm of tread left."),
        (lambda rig: rig.car.wheels["RL"], "tread", 1.2),
        (lambda rig: rig.car.wheels["RR"], "tread", 1.2),
        inspection=("tread-rl", "tread-rr"),
    ),
)
