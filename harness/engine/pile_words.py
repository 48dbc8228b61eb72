"""Words of the pile procedures beyond the daily inspection: quantities, reasons, mistakes.

See `harness.engine.phrases` for what the marks mean.
"""

import re
from collections.abc import Callable, Mapping

from harness.bench.roles import title
from harness.engine.phrases import Phrases
from harness.text import Language, Text

_SAFETY: Mapping[str, Text] = {
    # Switching off and proving dead
    "time_to_silence": Text("到停止应答的时间", "Time until it is silent"),
    "last_answer": Text("最后一次应答时刻", "Last answer"),
    "lock-and-tag": Text("上锁挂牌", "Lock and tag"),
    "known_source_voltage": Text("已知电源电压", "Voltage of a known source"),
    "terminal_voltage_ln": Text("端子电压 L-N", "Terminal voltage L-N"),
    "terminal_voltage_lpe": Text("端子电压 L-PE", "Terminal voltage L-PE"),
    "terminal_voltage_npe": Text("端子电压 N-PE", "Terminal voltage N-PE"),
    "terminals": Text("接线端子", "Terminals"),
    "glands-and-marks": Text("线号与进线口", "Marks and glands"),
    "surge-arrester": Text("防雷器", "Surge arrester"),
    # Earth and insulation
    "pe_bond_resistance": Text("保护连续性电阻", "Resistance of the protective bond"),
    "site_earth_resistance": Text("接地电阻", "Earth resistance"),
    "insulation_test_started": Text("绝缘测试开始时刻", "Start of the insulation test"),
    "insulation_test_voltage": Text("绝缘测试电压", "Voltage of the insulation test"),
    "insulation_test_duration": Text("绝缘测试持续时间", "Duration of the insulation test"),
    "insulation_resistance_pile": Text("绝缘电阻 L+N 对 PE", "Insulation, L+N to PE"),
    "residual_test_voltage": Text("测试后残余电压", "Voltage left by the test"),
    # RCD and log
    "rcd_rated_current": Text("额定剩余动作电流", "Rated residual current"),
    "rcd_trip_current": Text("漏电动作电流", "Trip current of the RCD"),
    "rcd_trip_time": Text("动作时间（30 mA）", "Trip time (30 mA)"),
    "rcd_trip_time_5x": Text("动作时间（150 mA）", "Trip time (150 mA)"),
    "rcd_trip_time.residual": Text("施加的剩余电流", "Residual current applied"),
    "rcd_trip_time_5x.residual": Text("施加的剩余电流", "Residual current applied"),
    "last_alarm_time.error": Text("告警时间误差", "Error of the alarm's time"),
    "output_voltage_l1": Text("输出电压 L1", "Output voltage L1"),
    "protection-conclusion": Text("保护检查结论", "Conclusion on protection"),
    "protection-method": Text("作业规范", "Way of working"),
    "protection-method.mark": Text("作业规范得分", "Mark for the way of working"),
}
_OUTLET = {
    "piles_missing": Text("不应答的桩", "Piles that do not answer"),
    "devices_extra": Text("台账以外的设备", "Devices that the ledger does not have"),
    "piles_offline": Text("离线的桩", "Piles off line"),
    "piles_unreadable": Text("读不到的桩", "Piles that could not be read"),
    "piles_frozen": Text("数据不更新的桩", "Piles with frozen data"),
    "pile_alarms": Text("告警", "Alarms"),
    "ledger_differences": Text("与台账不符", "Differs from the ledger"),
    "others_changed": Text("其他被改变的设置", "Settings of others that changed"),
    "settings_not_taken": Text("未生效的设置", "Settings that were not taken"),
    "usage_differences": Text("与充电记录不符", "Differs from the session records"),
    "sessions_ended_by_fault": Text("因故障结束的会话", "Sessions ended by a fault"),
}
FINDINGS = frozenset(_OUTLET)
"""Lists of what is wrong at an outlet, as `pile-3:what`; an empty one is as it should be."""
ORDER = ("order_symptoms", "order_piles")
"""Lists of a work order, written in the same way."""
NAMES: Mapping[str, Text] = {
    **_SAFETY,
    **_OUTLET,
    "oldest_value_age": Text("最旧数据的时延", "Age of the oldest value"),
    "pile_taken_out": Text("停用的桩", "Pile taken out of service"),
    "ended_by_fault": Text("异常结束次数", "ended by a fault"),
    "order_symptoms": Text("工单：不合格项目", "Work order: what failed"),
    "order_piles": Text("工单：桩与制造商", "Work order: piles and makers"),
    "offline-cause": Text("离线原因", "Cause of being off line"),
    "first-visit": Text("先去的桩", "Pile to visit first"),
    "work-order": Text("派单", "Work order"),
    "fire-extinguisher": Text("灭火器", "Fire extinguisher"),
    "extinguisher": Text("灭火器", "fire extinguisher"),
    "lighting": Text("照明与视频", "lighting and video"),
    "bays": Text("车位与排水", "bays and drainage"),
    "marks": Text("标线与标识", "marks and signs"),
    "table": Text("状态汇总", "table of all piles"),
    "lighting-and-video": Text("照明与视频", "Lighting and video"),
    "bays-and-drainage": Text("车位与排水", "Bays and drainage"),
    "signs-and-marks": Text("标线与标识", "Signs and marks"),
    "outlet-ledger": Text("巡视台账", "Ledger of the round"),
    "outlet-ledger.mark": Text("巡视台账得分", "Mark for the ledger of the round"),
}
_CAUSES = {
    "power_loss": Text("断电", "no power"),
    "bus_fault": Text("总线或通信接口故障", "bus or interface"),
    "line_silent": Text("整条线无应答", "the whole line is silent"),
    "unit_silent": Text("无应答", "no answer"),
    "wrong_address": Text("地址错误", "wrong address"),
    "disturbed": Text("应答受扰或地址冲突", "disturbed, or two at one address"),
    "refused": Text("连接被拒绝", "connection refused"),
    "unreachable": Text("网络不可达", "not reachable"),
}
_AT_A_PILE = re.compile(r"(pile(?:-\d+)?)(?::(.*))?")
_VALUE = re.compile(r"(\w+(?:\.\w+)?)=(.*?)(?: \((.*)\))?")
_AT_A_UNIT = re.compile(r"(\d+):(.*)")


def role(name: str, language: Language) -> str:
    """A pile of an outlet."""
    return title(name).get(language)


def entry(text: str, language: Language, point: Callable[[str], str]) -> str:
    """One entry of a finding in words; `point` names a quantity."""
    colon = "：" if language == "zh" else ": "
    if (unit := _AT_A_UNIT.fullmatch(text)) is not None:
        who = role(unit[2], language) if _AT_A_PILE.fullmatch(unit[2]) else unit[2]
        return ("地址 " if language == "zh" else "unit ") + unit[1] + colon + who
    found = _AT_A_PILE.fullmatch(text)
    if found is None:
        return point(text)
    name = role(found[1], language)
    return name if found[2] is None else name + colon + _what(found[2], language, point)


def _what(what: str, language: Language, point: Callable[[str], str]) -> str:
    """A cause, `quantity=value (wanted)`, or something that is its own name."""
    if what in _CAUSES:
        return _CAUSES[what].get(language)
    value = _VALUE.fullmatch(what)
    if value is None:
        return what
    shown = f"{point(value[1])} {value[2]}"
    if value[3] is None:
        return shown
    return f"{shown}（应为 {value[3]}）" if language == "zh" else f"{shown} (wanted {value[3]})"


REASONS = Phrases(
    (r"it still answers", "仍在应答"),
    (r"no answer", "没有应答"),
    (r"switched off on purpose, silent and measured dead", "已人为断电，停止应答并验明无电"),
    (r"switched off on purpose", "已人为断电"),
    (
        r"it was asked to be switched off, and was not shown to be silent",
        "曾要求断电，但未能确认其停止应答",
    ),
    (
        r"it is silent, but its terminals were not measured dead",
        "没有应答，但端子未验明无电",
    ),
    (
        r"the charge of (?:an|the) insulation test was not shown to be gone",
        "绝缘测试的残余电荷未确认放尽，端子可能带电",
    ),
    (r"nobody has switched the (\w+) off in this run", "本次运行中{1}没有断电"),
    (r"the (\w+) is not proved dead", "{1}未验明无电"),
    (
        r"not measured: step (\S+) has not shown (\S+) first",
        r"未测量：步骤 \1 尚未先得出“{2}”",
    ),
    (r"step (\S+) has not started an insulation test", r"步骤 \1 没有开始绝缘测试"),
    (r"step (\S+) did not see the (\w+) go silent", r"步骤 \1 没有看到{2}停止应答"),
    (r"no load: (\S+) is (.+)", r"没有带载：{1}为 \2"),
    (
        r"the profile does not show emergency stop, contactor and current",
        "点表中没有急停、接触器和电流这三个数据点",
    ),
    (
        r"it looks at what step (\S+) did, and that was not run",
        r"本步骤检查步骤 \1 的结果，而该步骤未执行",
    ),
    # what the simulated technician finds and refuses
    (
        r"the simulated technician does not work at live terminals",
        "模拟技师不在带电的端子上作业",
    ),
    (r"no lock at the feeder switch", "馈线开关没有上锁"),
    (r"the hasp is broken, the switch cannot be locked", "锁扣断裂，开关锁不住"),
    (r"the L terminal is loose and discoloured", "L 端子松动、变色"),
    (r"the cable gland is open, the earth mark is missing", "进线口未封堵，接地标识缺失"),
    (r"the window of the surge arrester is red", "防雷器窗口变红"),
    # an outlet
    (r"no pile that answers has any of these points", "应答的桩都没有这些数据点"),
    (
        r"no pile that answers has any of these points in its ledger",
        "应答的桩在台账中都没有这些数据",
    ),
    (r"no pile that answers has a clock", "应答的桩都没有时钟"),
    (r"no pile that answers keeps session records", "应答的桩都没有充电记录"),
    (r"step (\S+) found nothing to go by", r"步骤 \1 没有可用的结果"),
    (
        r"(\S+) cannot be disabled over the bus; tag it and lock it off",
        "{1}不能通过通信停用：请现场断电上锁挂牌",
    ),
    (r"nothing shows whether (\S+) is disabled", "没有数据能表明{1}是否已停用"),
    (r"the fire extinguisher is past its date", "灭火器已过有效期"),
    (r"two lamps of the site are out", "场地有两盏灯不亮"),
    (r"a bay is blocked by goods, water stands in front of it", "一个车位堆放货物，门前积水"),
    (
        r"the bay marking is worn, the service phone is not legible",
        "车位标线磨损，服务电话看不清",
    ),
)
"""Reasons and notes that records carry."""

DETAILS = Phrases(
    (r"(\w+) without `after`", "“{1}”没有写 `after`"),
    (r"line_neutral", "L-N"),
    (r"line_earth", "L-PE"),
    (r"neutral_earth", "N-PE"),
    (r"tester_again", "再次试表"),
    (r"tester", "试表"),
    (r"the limit is in (\S+), the reading in (\S+)", r"限值以 \1 计，读数以 \2 计"),
    (r"(.+) is no current", r"\1 不是电流"),
    (r"(\d+) to (\d+) are no unit ids", r"\1 到 \2 不是从站地址"),
)
"""Mistakes in procedures and benches."""

EXPECTED = Phrases(
    (r"the step that measured (\w+)", "测量“{1}”的步骤"),
    (r"a limit with low or high, in (\S+)", r"带 low 或 high、以 \1 计的限值"),
    (r"a limit in (\S+)", r"以 \1 计的限值"),
    (r"a quantity in (\S+)", r"以 \1 计的量"),
    (r"two numbers from 1 to 247", "1 到 247 之间的两个数"),
    (r"the id of an earlier step", "前面步骤的编号"),
)
"""What was expected instead."""
