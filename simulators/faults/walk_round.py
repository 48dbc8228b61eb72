"""What a person sees, hears or feels on the way around the car: lost, altered, worn, broken."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import broken
from simulators.rig import Rig
from simulators.vehicle.fittings import CARRIED, SEATS_BELTED

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
        "转向盘右置",
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
        "turn left rear",
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


def _fittings(rig: Rig) -> Any:
    return rig.car.fittings


def _seen(name: str, attribute: str, value: Any, zh: str, en: str) -> Fault:
    text = Text(zh, en[0].upper() + en[1:])
    detail = Text(f"{zh}。", f"{en[0].upper()}{en[1:]}.")
    return broken(name, text, detail, (_fittings, attribute, value))


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
    *(_seen(*one) for one in _EYE),
    _broken("car-neglected", "全车失修", "Everything that one looks at is bad", *_all_bad()),
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
)
