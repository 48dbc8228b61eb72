"""What an inspection by GB 7258 finds: wear, damage, changes nobody approved, misaligned lamps.

Which steps of VEH-7258-01 find them stands in `found/veh_7258_01.py`.
"""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.faults.vehicle_found import broken
from simulators.rig import Rig
from simulators.vehicle.fittings import CARRIED, SEATS_BELTED
from simulators.vehicle.lamp_circuits import WarningLamp
from simulators.vehicle.roadworthy import AxleBrake, Headlamp, Run

_BELTS = dict.fromkeys(SEATS_BELTED, 3)
_EYE: tuple[tuple[str, str, Any, str, str], ...] = (
    ("road-plate-covered", "plate_covered", "rear", "后号牌被遮挡", "rear number plate covered"),
    (
        "road-motor-marking-gone",
        "motor_plate",
        False,
        "电机铭牌脱落",
        "plate of the drive motor is gone",
    ),
    ("road-recorder-missing", "recorder", False, "未装行驶记录装置", "no driving recorder"),
    (
        "road-cut-off-not-stated",
        "cut_off_stated",
        False,
        "技术文件未写明切断动力电路",
        "the papers do not state a cut-off",
    ),
    (
        "road-sharp-edge",
        "torn_edge",
        "front wing",
        "前翼子板裂口外翻",
        "torn edge of the front wing sticks out",
    ),
    (
        "road-mirror-film",
        "mirror_film",
        True,
        "侧窗贴镜面反光膜",
        "mirror film on the side windows",
    ),
    (
        "road-mirror-broken",
        "mirrors",
        {"left": True, "right": False},
        "右后视镜镜片缺失",
        "glass of the right mirror is missing",
    ),
    (
        "road-lamp-added",
        "extra_lamps",
        "front bumper",
        "前保险杠加装射灯",
        "extra spot lamps on the bumper",
    ),
    (
        "road-hv-mark-gone",
        "high_voltage_marks",
        False,
        "高压警告标记脱落",
        "HV warning mark is gone",
    ),
    (
        "road-tyres-differ",
        "tread_patterns",
        {"front": ("A", "A"), "rear": ("A", "B")},
        "后轴左右轮胎花纹不同",
        "tread patterns of the rear tyres differ",
    ),
    (
        "road-retread",
        "retreads",
        frozenset({"FR"}),
        "右前轮为翻新胎",
        "front right tyre is a retread",
    ),
    (
        "road-wheel-on-the-right",
        "steering_wheel",
        "right",
        "方向盘右置",
        "steering wheel on the right",
    ),
    (
        "road-belt-missing",
        "belts",
        {**_BELTS, "rear middle": 0},
        "后排中间安全带被拆除",
        "belt of the middle rear seat was taken out",
    ),
    (
        "road-lap-belt",
        "belts",
        {**_BELTS, "rear left": 2},
        "后排左侧换成两点式",
        "lap belt at the rear left",
    ),
    (
        "road-belt-cut",
        "webbing_cut",
        frozenset({"driver"}),
        "驾驶人安全带织带割伤",
        "webbing of the driver belt is cut",
    ),
    (
        "road-isofix-gone",
        "anchorages",
        0,
        "儿童座椅固定点被拆",
        "child seat anchorage was taken out",
    ),
    (
        "road-no-triangle",
        "carried",
        CARRIED - {"warning triangle"},
        "没有三角警告牌",
        "no warning triangle",
    ),
    (
        "road-no-vest",
        "carried",
        CARRIED - {"reflective vest"},
        "没有反光背心",
        "no reflective vest",
    ),
    (
        "road-extinguisher-empty",
        "extinguisher_charged",
        False,
        "灭火器压力不足",
        "pressure of the extinguisher is low",
    ),
    ("road-door-sags", "door_sags", "rear left", "左后门下沉、关不严", "rear left door sags"),
    ("road-abs-removed", "anti_lock", False, "防抱制动装置被拆除", "ABS was taken out"),
    ("road-motor-noisy", "motor_noise", "drive motor", "驱动电机异响", "the drive motor is noisy"),
    ("road-cluster-dim", "dark_segment", "speed", "仪表部分不显示", "part of the cluster is dark"),
    (
        "road-window-pinches",
        "windows_reverse",
        False,
        "电动窗遇障不回退",
        "a window does not reverse",
    ),
    ("road-wiper-does-not-park", "wipers_park", False, "刮水器不复位", "the wipers do not park"),
    (
        "road-lamp-wrong-colour",
        "wrong_colour",
        "turn rear left",
        "左后转向灯光色不对",
        "rear left signal of the wrong colour",
    ),
    ("road-horn-sticks", "horn_contact", False, "喇叭时响时不响", "the horn works now and then"),
    ("road-steering-sticks", "steering_sticks", True, "转向卡滞", "the steering sticks"),
    (
        "road-no-self-centring",
        "steering_centres",
        False,
        "转向不回正",
        "the steering does not centre",
    ),
    ("road-oil-leak", "leak", "reduction gearbox", "减速器漏油", "oil leaks at the gearbox"),
    (
        "road-tie-rod-loose",
        "loose_pin",
        "left tie rod",
        "左横拉杆球销松旷",
        "ball pin of the left tie rod is loose",
    ),
    (
        "road-damper-leaks",
        "damper_leaks",
        "rear right",
        "右后减振器漏油",
        "rear right damper leaks",
    ),
    (
        "road-pulls-aside",
        "pulls",
        "left",
        "制动时向左跑偏出线",
        "the car leaves the lane to the left",
    ),
)
"""Name, what it is of the fittings, its value, and what is to be seen."""
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


def _fittings(rig: Rig) -> Any:
    return rig.car.fittings


def _seen(name: str, attribute: str, value: Any, zh: str, en: str) -> Fault:
    text = Text(zh, en[0].upper() + en[1:])
    detail = Text(f"{zh}。", f"{en[0].upper()}{en[1:]}.")
    return broken(name, text, detail, (_fittings, attribute, value))


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
                lambda rig: {**rig.car.line.figures, quantity: value},
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


def _warning(name: str) -> Any:
    def part(rig: Rig) -> WarningLamp:
        return rig.car.body.warning_lamps[name]

    return part


def _run(name: str) -> Any:
    def part(rig: Rig) -> Run:
        return rig.car.line.runs[name]

    return part


def _line(rig: Rig) -> Any:
    return rig.car.line


def _broken(name: str, zh: str, en: str, *parts: tuple[Any, str, Any]) -> Fault:
    return broken(name, Text(zh, en), Text(f"{zh}。", f"{en}."), *parts)


def _all_bad() -> tuple[tuple[Any, str, Any], ...]:
    """Everything that one looks at, where one value has to say it."""
    bad = {attribute: value for _, attribute, value, _, _ in _EYE}
    bad |= {"belts": {**_BELTS, "rear middle": 0, "rear left": 2}, "carried": frozenset()}
    body = (("telltale_defects", {"Belt": "off"}), ("avas_speaker_works", False))
    return (
        *((_fittings, attribute, value) for attribute, value in bad.items()),
        *((lambda rig: rig.car.body, attribute, value) for attribute, value in body),
    )


FAULTS = (
    _broken(
        "terminal-antenna-open",
        "定位终端天线断路",
        "Antenna of the terminal open",
        (lambda rig: rig.car.telematics, "antenna", "open"),
    ),
    *(_seen(*one) for one in _EYE),
    *(_figure(*one) for one in _FIGURES),
    _broken("car-neglected", "全车失修", "Everything that one looks at is bad", *_all_bad()),
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
    _broken(
        "road-belt-reminder-dead",
        "未系安全带无提醒",
        "No reminder of the belt",
        (lambda rig: rig.car.body, "telltale_defects", {"Belt": "off"}),
    ),
    _broken(
        "road-no-sound",
        "低速提示音扬声器失效",
        "Loudspeaker of the low-speed sound dead",
        (lambda rig: rig.car.body, "avas_speaker_works", False),
    ),
    _broken("abs-lamp-dead", "ABS 灯不亮", "ABS lamp dead", (_warning("Abs"), "condition", "dead")),
    _broken(
        "abs-lamp-late",
        "ABS 灯自检迟",
        "ABS lamp lights late at the check",
        (_warning("Abs"), "condition", "late"),
    ),
    _broken(
        "abs-lamp-stays-lit",
        "ABS 灯自检后不灭",
        "ABS lamp stays lit after the check",
        (_warning("Abs"), "condition", "stuck"),
    ),
    _broken(
        "brake-lamp-dead",
        "制动系统警告灯不亮",
        "Brake warning lamp dead",
        (_warning("Brake"), "condition", "dead"),
    ),
    _broken(
        "brake-lamp-late",
        "制动系统警告灯自检迟",
        "Brake warning lamp lights late",
        (_warning("Brake"), "condition", "late"),
    ),
    _broken(
        "parking-brake-lamp-dead",
        "驻车制动灯不亮",
        "Parking brake lamp dead",
        (_warning("ParkingBrake"), "condition", "dead"),
    ),
    _broken(
        "brake-fluid-float-stuck",
        "制动液位浮子卡滞",
        "Float of the brake fluid stuck",
        (lambda rig: rig.car.brake, "float_sticks", True),
    ),
    _broken(
        "isolation-lamp-dead",
        "绝缘警告灯不亮",
        "Isolation lamp dead",
        (_warning("Isolation"), "condition", "dead"),
    ),
    _broken(
        "insulation-monitor-blind",
        "绝缘监测读数恒高",
        "Insulation monitor sees no loss of insulation",
        (lambda rig: rig.car.insulation, "instrument_offset", 15_000.0),
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
