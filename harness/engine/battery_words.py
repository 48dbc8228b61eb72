"""Words of the condition check of battery and motor: quantities, states and reasons, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Language, Text

NAMES = {
    "car-on-rollers": Text("车辆在测功机上", "Car on the dynamometer"),
    "dc-charger-nameplate": Text("直流充电设备铭牌", "Nameplate of the DC charger"),
    "cell_sampling": Text("单体电压采样", "Sampling of the cell voltages"),
    "insulation_dc_inlet": Text("直流充电插座绝缘电阻", "Insulation of the DC inlet"),
    "insulation_ac_inlet": Text("交流充电插座绝缘电阻", "Insulation of the AC inlet"),
    "equalisation_resistance": Text("电位均衡电阻", "Resistance of the equalisation"),
    "drive.way_per_energy": Text("单位电量行驶里程", "Way per energy"),
    "drive.recovered_energy": Text("回收电量", "Energy recovered"),
    "drive.energy_taken": Text("放出电量", "Energy taken"),
    "drive.distance": Text("片段里程", "Way in the segment"),
}
WORKED_OUT = {
    "highest": Text("（片段内最高）", ": highest in the segment"),
    "lowest": Text("（片段内最低）", ": lowest in the segment"),
    "in_band": Text("在规定范围内的时间", ": time in the band"),
    "share_in_band": Text("超阈值时间占比", ": share of time above the threshold"),
    "unbroken": Text("不间断时间", ": longest time without a break"),
    "low_frames": Text("偏低的帧数", ": frames that are too low"),
    "estimate": Text("估算值", ": estimate"),
    "against_estimate": Text("与估算值之差", "against the estimate"),
}
"""What stands behind the dot of a point, see `names`."""
_STATES = {
    "cell_sampling": {
        "plausible": Text("合理", "plausible"),
        "sampling_fault": Text("采样异常", "sampling fault"),
    },
}


def value(state: str, of: str, language: Language) -> str | None:
    """A state that only these quantities have; None for any other."""
    found = _STATES.get(of, {}).get(state)
    return None if found is None else found.get(language)


_ENDED = tuple(
    row
    for kind, zh in (("drive", "行驶"), ("charge", "充电"))
    for row in (
        (rf"the {kind} has ended, measured", f"{zh}已结束，已测量确认"),
        (rf"the {kind} is not shown to have ended: (\S+) ([^;\s]+)",
         f"{zh}未能确认结束：{{1}}为“{{2@1}}”"),
        (rf"the {kind} is not shown to have ended: (\S+) ([^;]+)",
         f"{zh}未能确认结束：{{1}} \\2"),
        (rf"the {kind} has not been measured at its end: nothing was seen of (\S+)",
         f"{zh}结束状态未能测量：没有收到{{1}}"),
    )
)  # fmt: skip
_CANNOT_END = tuple(
    row
    for kind, zh in (("drive", "行驶"), ("charge", "充电"))
    for row in (
        (rf"the profile does not say what shows that a {kind} has ended \(safe_state\)",
         f"型号文件没有说明如何确认{zh}已结束（safe_state）"),
        (rf"the profile (\S+) does not say what shows that a {kind} has ended \(safe_state\)",
         f"型号文件 \\1 没有说明如何确认{zh}已结束（safe_state）"),
    )
)  # fmt: skip
REASONS = Phrases(
    *_ENDED,
    *_CANNOT_END,
    (r"limit given by the maker of the vehicle", "限值由车企给出"),
    (r"the profile does not say the highest working voltage", "型号文件没有最高工作电压"),
    (r"step (\S+) has recorded no segment", r"步骤 \1 没有记录片段"),
    (r"step (\S+) has not watched (\S+)", r"步骤 \1 没有监视{2}"),
    (r"(\S+) was not seen in the segment", r"片段内没有收到{1}"),
    (r"(\S+) has hardly changed in the segment", r"片段内{1}几乎没有变化"),
    (
        r"no usable frame of (\S+) for (\S+) s in the segment",
        r"片段内有 \2 s 没有收到{1}的可用报文",
    ),
    (r"the car has not moved in the segment", "片段内车辆没有移动"),
    (r"the segment gave back more energy than it took", "片段内回收的电量多于放出的电量"),
    (
        r"the limit of the standard was not seen, and the profile gives no (\S+)",
        r"标准的限值未见，型号文件也未给出 \1",
    ),
    (
        r"the profile does not say of which chemistry the battery is",
        "型号文件没有说明电池的化学体系",
    ),
    (
        r"the item is for (\S+) batteries, this one is (\S+)",
        r"该项目用于 \1 电池，本车为 \2",
    ),
    (
        r"the profile does not say how many cells are in series",
        "型号文件没有说明串联单体数",
    ),
    (r"at (\w+)", "状态“{1!}”"),
    (r"(\d+) of (\d+) samples", r"\2 个采样中 \1 个"),
    (r"(\d+) samples, largest (\S+) V", r"\1 个采样，最大 \2 V"),
    (r"rated power (\d+) kW", r"额定功率 \1 kW"),
    (r"the car is not tied down", "车辆未系紧"),
)
EXPECTED = Phrases(
    (r"above, below, or both", "above、below 之一或两者"),
    (r"a profile whose safe state is sound", "safe_state 填写正确的型号文件"),
    (r"a quantity in no unit", "不带单位的数值"),
    (r"a quantity in (.+)", r"单位为 \1 的数值"),
)
DETAILS = Phrases(
    *_CANNOT_END,
    (r"(\S+) has no state '(.+)'", r"{1}没有状态“\2”"),
    (r"no band is given", "没有给出范围"),
    (r"the maker gives a largest spread, no root mean square", "车企给出的是最大极差，不是均方根"),
    (r"no `maker`, or `as: largest`", "不写 `maker`，或 `as: largest`"),
    (r"the limit is no least resistance per volt", "限值不是每伏最小电阻"),
    (r"'(.+)' is no unit of resistance", r"“\1”不是电阻单位"),
    (r"MΩ, kΩ or Ω", "MΩ、kΩ 或 Ω"),
)
