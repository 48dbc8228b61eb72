"""What an inspection by GB 7258 finds: wear, damage, changes nobody approved, misaligned lamps.

Which steps of VEH-7258-01 find them stands in `found/veh_7258_01.py`.
"""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.faults.vehicle_found import broken
from simulators.rig import Rig
from simulators.vehicle.roadworthy import AxleBrake, Headlamp, Run

_FIGURES = (
    (
        "figure-body-height-difference",
        "body_height_difference",
        60.0,
        "车身左低右高",
        "Body lower on the left",
    ),
    ("figure-tyre-damage", "tyre_longest_cut", 38.0, "轮胎割伤", "Tyre cut"),
    ("figure-wheel-run-out", "wheel_run_out", 7.5, "轮辋变形", "Rim bent"),
    (
        "figure-glazing-transmittance",
        "glazing_transmittance",
        58.0,
        "贴膜透光率低",
        "Film too dark",
    ),
    ("figure-steering-free-play", "steering_free_play", 21.0, "转向间隙大", "Too much free play"),
    ("figure-steering-effort", "steering_effort", 290.0, "转向沉重", "Steering heavy"),
    (
        "figure-pedal-travel-auto-adjuster",
        "pedal_travel_share",
        91.0,
        "踏板行程占比大",
        "Pedal goes too far",
    ),
    (
        "figure-pedal-travel-length",
        "pedal_travel_length",
        131.0,
        "踏板行程长",
        "Pedal travel too long",
    ),
    (
        "figure-pedal-force-unladen",
        "pedal_force_unladen",
        450.0,
        "空载踏板力大",
        "Pedal heavy, unladen",
    ),
    ("figure-pedal-force-laden", "pedal_force_laden", 560.0, "满载踏板力大", "Pedal heavy, laden"),
    (
        "figure-emergency-brake-foot-force",
        "emergency_foot_force",
        580.0,
        "应急制动脚操纵力大",
        "Emergency brake heavy",
    ),
    (
        "figure-brake-response-hydraulic",
        "brake_response",
        0.48,
        "制动协调时间长",
        "Brakes respond late",
    ),
    ("figure-parking-brake-slope", "slope_held", 0.6, "坡道驻车溜车", "Rolls on the slope"),
)
"""Name, quantity, what the instrument is held against, and what it is called."""


def _figure(name: str, quantity: str, value: float, zh: str, en: str) -> Fault:
    return Fault(
        name=name,
        title=Text(zh, en),
        detail=Text(f"{zh}：实际值约 {value:g}。", f"{en}: about {value:g}."),
        kind="physics",
        role="vehicle",
        needs_car=True,
        defects=(
            Defect(
                lambda rig: rig.car.line,
                "figures",
                lambda rig: {**rig.overrides.sound(rig.car.line, "figures"), quantity: value},
            ),
        ),
    )


def _brake(axle: str) -> Any:
    def part(rig: Rig) -> AxleBrake:
        return rig.car.line.brakes[axle]

    return part


def _lamp(side: str) -> Any:
    def part(rig: Rig) -> Headlamp:
        return rig.car.line.lamps[side]

    return part


def _run(name: str) -> Any:
    def part(rig: Rig) -> Run:
        return rig.car.line.runs[name]

    return part


def _line(rig: Rig) -> Any:
    return rig.car.line


def _broken(name: str, zh: str, en: str, *parts: tuple[Any, str, Any]) -> Fault:
    return broken(name, Text(zh, en), Text(f"{zh}。", f"{en}."), *parts)


FAULTS = (
    _broken(
        "terminal-antenna-open",
        "定位终端天线断路",
        "Antenna of the terminal open",
        (lambda rig: rig.car.telematics, "antenna", "open"),
    ),
    *(_figure(*one) for one in _FIGURES),
    Fault(
        name="car-worn-out",
        title=Text("全车磨损", "Car worn out"),
        detail=Text(
            "手持仪器各项均超限。", "Every figure of a hand instrument is beyond its limit."
        ),
        kind="physics",
        role="vehicle",
        needs_car=True,
        defects=(Defect(_line, "figures", lambda _rig: {one[1]: one[2] for one in _FIGURES}),),
    ),
    _broken(
        "front-brake-one-sided",
        "前轮制动力左右不均",
        "Front brakes one-sided",
        (_brake("front"), "left", 2600.0),
    ),
    _broken(
        "rear-brake-one-sided",
        "后轮制动力左右不均",
        "Rear brakes one-sided",
        (_brake("rear"), "left", 3300.0),
        (_brake("rear"), "right", 2000.0),
    ),
    _broken(
        "front-brake-one-sided-laden",
        "满载时前轮制动力左右不均",
        "Front brakes one-sided when laden",
        (_brake("front"), "laden", (0.68, 1.0)),
    ),
    _broken(
        "rear-brake-one-sided-laden",
        "感载阀使满载时左后轮制动力过大",
        "Load-sensing valve gives the left rear wheel too much when laden",
        (_brake("rear"), "laden", (1.75, 1.12)),
    ),
    _broken(
        "rear-brake-weak-and-one-sided",
        "后轴制动力偏弱且左右不均",
        "Rear brakes weak and one-sided",
        (_brake("rear"), "left", 2400.0),
        (_brake("rear"), "right", 1450.0),
    ),
    _broken(
        "front-brakes-weak-laden",
        "前轴制动力满载不足",
        "Front brakes too weak for the laden car",
        (_brake("front"), "left", 2735.0),
        (_brake("front"), "right", 2735.0),
    ),
    _broken(
        "brake-balance-forward",
        "制动力分配过于偏前",
        "Brakes balanced too far to the front",
        (_brake("front"), "left", 4600.0),
        (_brake("front"), "right", 4600.0),
        (_brake("rear"), "left", 925.0),
        (_brake("rear"), "right", 925.0),
    ),
    _broken(
        "rear-brakes-dead",
        "后轴几乎无制动力",
        "Rear brakes hardly work",
        (_brake("rear"), "left", 600.0),
        (_brake("rear"), "right", 600.0),
    ),
    _broken(
        "front-brakes-weak",
        "前轴制动力不足",
        "Front brakes weak",
        (_brake("front"), "left", 1900.0),
        (_brake("front"), "right", 1900.0),
    ),
    _broken(
        "front-brake-drags",
        "前轮制动拖滞",
        "Front brake drags",
        (_brake("front"), "drag_left", 1300.0),
    ),
    _broken(
        "rear-brake-drags",
        "后轮制动拖滞",
        "Rear brake drags",
        (_brake("rear"), "drag_right", 1200.0),
    ),
    _broken(
        "parking-brake-weak",
        "驻车制动力不足",
        "Parking brake weak",
        (_brake("rear"), "parking_left", 1100.0),
        (_brake("rear"), "parking_right", 1100.0),
    ),
    _broken(
        "road-braking-weak",
        "空载路试制动弱",
        "Braking weak, unladen",
        (_run("unladen"), "deceleration", 5.2),
    ),
    _broken(
        "road-braking-weak-laden",
        "满载路试制动弱",
        "Braking weak, laden",
        (_run("laden"), "deceleration", 5.0),
    ),
    _broken(
        "emergency-braking-weak",
        "应急制动弱",
        "Emergency braking weak",
        (_run("emergency"), "deceleration", 2.1),
    ),
    _broken(
        "main-beam-dim",
        "左远光亮度不足",
        "Left main beam dim",
        (_lamp("left"), "intensity", 9000.0),
    ),
    _broken(
        "main-beams-dazzle",
        "远光总光强过高",
        "Main beams too bright",
        (_lamp("left"), "intensity", 240000.0),
        (_lamp("right"), "intensity", 240000.0),
    ),
    _broken(
        "headlamp-dipped-high",
        "右近光偏高",
        "Right dipped beam too high",
        (_lamp("right"), "drop", -20.0),
    ),
    _broken(
        "headlamps-mounted-high",
        "灯高超过 1000 mm",
        "Headlamps higher than 1000 mm",
        (_lamp("left"), "height", 1200.0),
        (_lamp("left"), "drop", 60.0),
        (_lamp("right"), "height", 1200.0),
        (_lamp("right"), "drop", 60.0),
    ),
    _broken(
        "headlamp-dipped-aside",
        "左近光偏左",
        "Left dipped beam to the left",
        (_lamp("left"), "sideways", -320.0),
    ),
    _broken(
        "main-beam-high", "左远光偏高", "Left main beam high", (_lamp("left"), "main_above", 190.0)
    ),
    _broken(
        "main-beam-hangs",
        "右远光偏低",
        "Right main beam low",
        (_lamp("right"), "main_above", -230.0),
    ),
    _broken(
        "main-beam-left-aside",
        "左远光偏左",
        "Left main beam to the left",
        (_lamp("left"), "main_sideways", -300.0),
    ),
    _broken(
        "main-beam-right-aside",
        "右远光偏右",
        "Right main beam to the right",
        (_lamp("right"), "main_sideways", 480.0),
    ),
    _broken(
        "side-slip-of-beam-axle",
        "非独立悬架前轴前束失调",
        "Beam axle toes in too far",
        (_line, "front_suspension", "rigid"),
        (_line, "side_slip", 8.4),
    ),
    _broken("horn-weak", "喇叭声级低", "Horn too quiet", (_line, "horn_level", 82.0)),
    _broken(
        "speedometer-behind",
        "车速表指示偏低",
        "Speedometer shows too little",
        (_line, "speedometer_ahead", -4.0),
    ),
    _broken(
        "tyre-shoulder-worn",
        "左前轮胎肩磨损",
        "Shoulder of the front left tyre worn",
        (_line, "worn", {"FL": 6.5, "FR": 0.0, "RL": 0.0, "RR": 0.0}),
    ),
    _broken(
        "tyres-worn-unevenly",
        "四轮胎肩磨损",
        "Shoulders of all tyres worn",
        (_line, "worn", dict.fromkeys(("FL", "FR", "RL", "RR"), 6.5)),
    ),
    _broken(
        "vcu-holds-a-short-vin",
        "整车控制器 VIN 位数不足",
        "The controller's VIN is too short",
        (lambda rig: rig.car.units["VCU"], "vin", "LHAB1C2D3"),
    ),
)
