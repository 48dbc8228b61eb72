"""Words of handing a vehicle over: quantities, findings, reasons, in both languages.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Language, Text

PLACES = {
    "front": Text("车头正面", "front"),
    "front-left": Text("左前 45°", "front left"),
    "left": Text("左侧", "left side"),
    "rear-left": Text("左后 45°", "rear left"),
    "rear": Text("车尾正面", "rear"),
    "rear-right": Text("右后 45°", "rear right"),
    "right": Text("右侧", "right side"),
    "front-right": Text("右前 45°", "front right"),
    "cockpit": Text("车内（驾驶舱）", "cockpit"),
}
_VIEWS = {
    **{f"view-{place}": Text(f"交车查看：{name.zh}", f"Hand-over: {name.en}")
       for place, name in PLACES.items()},
    **{f"return-{place}": Text(f"还车查看：{name.zh}", f"Return: {name.en}")
       for place, name in PLACES.items()},
}  # fmt: skip
NAMES = {
    **_VIEWS,
    "order-number": Text("订单号", "Order number"),
    "number-plate": Text("号牌号码", "Number plate"),
    "sheet-of-renter": Text("承租人手中的交接单", "Sheet of the renter"),
    "signature-staff": Text("员工签认代号", "Code signed by the employee"),
    "signature-renter": Text("承租人签认代号", "Code signed by the renter"),
    "snapshot_clock": Text("车载时钟与快照时间之差", "Clock of the car less time of the snapshot"),
    "trip_distance_error": Text("行程里程误差", "Error of the trip distance"),
    "trip_consumption": Text("百公里电耗", "Consumption"),
    "car-interior": Text("车内", "Cabin"),
    "tyre_change_fl": Text("左前胎压变化", "Tyre pressure front left, change"),
    "tyre_change_fr": Text("右前胎压变化", "Tyre pressure front right, change"),
    "tyre_change_rl": Text("左后胎压变化", "Tyre pressure rear left, change"),
    "tyre_change_rr": Text("右后胎压变化", "Tyre pressure rear right, change"),
}
FINDINGS = {
    "missing_views": Text("缺少的视角", "Views that are missing"),
    "unlisted_damage": Text("未登记的损伤", "Damage that is not on the sheet"),
    "new_damage": Text("新增损伤", "New damage"),
    "signature_gaps": Text("签认问题", "What is wrong with the signatures"),
    "snapshot_lacks": Text("快照缺少的内容", "What the snapshot lacks"),
    "trip_time_gaps": Text("时间不符之处", "Times that do not fit"),
}
"""Lists of what was found to be wrong; an empty one is as it should be."""
_ENTRIES = {
    **PLACES,
    "not_signed": Text("有一方未签认", "somebody has not signed"),
    "same_person": Text("同一人签了两次", "one person has signed twice"),
    "other_snapshot": Text("签认的不是这份快照", "signed for another snapshot"),
    "not_the_driver_of_the_order": Text("签认的承租人不是订单驾驶人",
                                        "the renter is not the driver of the order"),
    "not_ended": Text("行程未结束", "the trip has not ended"),
    "started_before_hand_over": Text("行程早于交车", "the trip began before the hand-over"),
    "ended_after_return": Text("行程晚于还车", "the trip ended after the return"),
    "event_outside_the_trip": Text("事件不在行程之内", "the event lies outside the trip"),
}  # fmt: skip

REASONS = Phrases(
    (r"(\d+) of (\d+) views, (\d+) photos", r"\2 个视角中已查看 \1 个，照片 \3 张"),
    (r"nobody can get to the view '(\S+)': a wall is too close", r"无法查看 \1：离墙太近"),
    (r"nobody has looked at the vehicle", "没有查看过车辆"),
    (r"nobody compared the sheets", "没有核对交接单"),
    (r"a code with a digit is wanted as a signature, never a name",
     "签认须用带数字的代号，不得写姓名"),
    (r"snapshot ([0-9a-f]+)", r"快照 \1"),
    (r"the snapshot has no value of (\S+)", r"快照中没有{1}"),
    (r"the snapshot of step (\S+) has no value of (\S+)", r"步骤 \1 的快照中没有{2}"),
    (r"the trip record has no (\S+)", r"行程记录中没有{1}"),
    (r"step (\S+) has read no trip record", r"步骤 \1 没有读到行程记录"),
    (r"step (\S+) has no signature", r"步骤 \1 没有签认"),
    (r"taken ([^,;]+)", r"\1 读取"),
    (r"odometer (\S+) to (\S+) km", r"总里程 \1 至 \2 km"),
    (r"(\S+) to (\S+) kPa, at 20 °C", r"\1 至 \2 kPa（折算到 20 °C）"),
    (r"(\S+) kWh in (\S+) km", r"\2 km 用电 \1 kWh"),
    (r"(\S+) km are too short to tell a consumption", r"行驶 \1 km 太短，无法判断电耗"),
    (r"start (\S+) s after hand-over, end (\S+) s before return",
     r"开始于交车后 \1 s，结束于还车前 \2 s"),
    # what the simulated technician finds
    (r"scratch of 5 cm", "5 cm 划痕"),
    (r"small dent", "小凹坑"),
    (r"stone chip", "石击掉漆"),
    (r"paint rubbed off", "漆面擦伤"),
    (r"bumper scraped", "保险杠擦伤"),
    (r"scratch of 30 cm, paint gone", "30 cm 划痕，漆面脱落"),
    (r"rim scraped, tyre wall cut", "轮辋刮伤，胎侧割伤"),
    (r"rubbish on the seats, a bag left behind", "座椅上有垃圾，遗留一个包"),
)  # fmt: skip
EXPECTED = Phrases(
    (r"the number of the order, as text", "订单号，写成文字"),
    (r"the number plate, as text", "号牌号码，写成文字"),
    (r"a code with a digit, never a name", "带数字的代号，不写姓名"),
    (r"none, or of these, with commas: (.+)", r"none，或以逗号分隔的方位：\1"),
)


def entry(name: str, of: str, language: Language) -> str | None:
    """One entry of a list of findings; None where it is a point's name."""
    known = _VIEWS if of == "missing_views" else _ENTRIES
    return known[name].get(language) if name in known else None
