"""What the simulated technician finds on the way around a car, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

_SIDES = {"left": "左", "right": "右"}
_NAMES = {
    "rear": "后", "front": "前", **_SIDES,
    "front wing": "前翼子板", "front bumper": "前保险杠",
    "rear left": "左后", "rear right": "右后", "rear middle": "后排中间",
    "driver": "驾驶人", "passenger": "副驾驶",
    "FL": "左前", "FR": "右前", "RL": "左后", "RR": "右后", "tailgate": "尾门",
    "warning triangle": "三角警告牌", "reflective vest": "反光背心", "extinguisher": "灭火器",
    "drive motor": "驱动电机", "reduction gearbox": "减速器", "left tie rod": "左横拉杆",
    "speed": "车速", "reverse": "倒车灯", "fog rear": "后雾灯", "plate": "牌照灯",
    "brake high": "高位制动灯",
    **{f"low beam {en}": f"{zh}近光灯" for en, zh in _SIDES.items()},
    **{f"high beam {en}": f"{zh}远光灯" for en, zh in _SIDES.items()},
    **{f"brake {en}": f"{zh}制动灯" for en, zh in _SIDES.items()},
    **{f"drl {en}": f"{zh}日间行车灯" for en, zh in _SIDES.items()},
    **{f"turn {en} front": f"{zh}前转向灯" for en, zh in _SIDES.items()},
    **{f"turn {en} rear": f"{zh}后转向灯" for en, zh in _SIDES.items()},
    **{f"position front {en}": f"{zh}前示廓灯" for en, zh in _SIDES.items()},
    **{f"position rear {en}": f"{zh}后示廓灯" for en, zh in _SIDES.items()},
    "Isolation": "绝缘", "Battery": "动力电池", "BatteryHot": "电池过热", "Motor": "驱动电机",
    "System": "系统故障", "Turtle": "限功率", "LowVoltage": "低压蓄电池", "Brake": "制动系统",
    "Abs": "ABS", "Esc": "ESC", "Eps": "转向", "Airbag": "安全气囊", "Tpms": "胎压",
    "Avas": "低速提示音", "Adas": "辅助驾驶", "Coolant": "冷却液", "Washer": "洗涤液",
}  # fmt: skip
"""Places, parts and lamps."""


def reason(english: str) -> str | None:
    """In Chinese; None: it is nothing of this."""
    return REASONS.find(english, _listed)


def _listed(names: str, _about: str) -> str:
    return "、".join(_NAMES.get(one, one) for one in names.split(", "))


REASONS = Phrases(
    (r"number plate covered: (.+)", "号牌被遮挡：{1}"),
    (r"plate of the drive motor gone", "驱动电机铭牌脱落"),
    (r"no driving recorder", "未装行驶记录装置"),
    (r"papers do not state a traction cut-off", "技术文件未写明切断动力电路功能"),
    (r"sharp edge: (.+)", "有尖锐凸出：{1}"),
    (r"mirror film on side windows", "侧窗贴有镜面反光膜"),
    (r"mirror glass missing: (.+)", "后视镜镜片缺失：{1}"),
    (r"lamps added: (.+)", "加装灯具：{1}"),
    (r"high-voltage warning mark gone", "高压警告标记脱落"),
    (r"tyres differ: (.+)", "同轴轮胎不一致：{1}轴"),
    (r"retread: (.+)", "翻新胎：{1}轮"),
    (r"steering wheel on the right", "转向盘在右侧"),
    (r"no belt: (.+)", "没有安全带：{1}"),
    (r"no three-point belt: (.+)", "不是三点式安全带：{1}"),
    (r"webbing cut: (.+)", "安全带织带割伤：{1}"),
    (r"no child seat anchorage", "没有儿童座椅固定装置"),
    (r"not carried: (.+)", "随车没有：{1}"),
    (r"pressure of the extinguisher low", "灭火器压力不足"),
    (r"door sags: (.+)", "车门下沉：{1}"),
    (r"lock jammed: (.+)", "门锁卡滞：{1}"),
    (r"window does not move: (.+)", "车窗不能升降：{1}"),
    (r"no anti-lock brakes fitted", "没有防抱制动装置"),
    (r"noise: (.+)", "异响：{1}"),
    (r"cluster shows nothing", "仪表不显示"),
    (r"dark: (.+)", "不显示：{1}"),
    (r"lamp lit: (.+)", "警告灯点亮：{1}"),
    (r"no reminder of the open belt", "未系安全带没有提醒"),
    (r"window does not reverse at an obstacle", "车窗遇障不回退"),
    (r"wipers do not move", "刮水器不动"),
    (r"wipers do not park", "刮水器不复位"),
    (r"no sound at low speed", "低速没有提示音"),
    (r"does not light: (.+)", "不亮：{1}"),
    (r"wrong colour: (.+)", "光色不对：{1}"),
    (r"horn does not sound", "喇叭不响"),
    (r"horn sounds now and then", "喇叭时响时不响"),
    (r"steering sticks", "转向卡滞"),
    (r"steering does not centre", "转向不回正"),
    (r"leak: (.+)", "渗漏：{1}"),
    (r"ball pin loose: (.+)", "球销松旷：{1}"),
    (r"damper leaks: (.+)", "减振器漏油：{1}"),
    (r"leaves the lane when braked: (.+)", "制动跑偏出线：向{1}"),
    (r"in some readings and not in others", "几次读取中时有时无"),
    (r"(\d+) units, no value is that of most", r"\1 个控制单元，没有占多数的值"),
)
