"""Words of the pile procedures beyond the daily inspection: quantities, reasons, mistakes.

See `harness.engine.phrases` for what the marks mean.
"""

from collections.abc import Mapping

from harness.engine.phrases import Phrases
from harness.text import Text

NAMES: Mapping[str, Text] = {
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
"""Quantities and subjects of questions."""

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
)
"""Mistakes in procedures and benches."""

EXPECTED = Phrases(
    (r"the step that measured (\w+)", "测量“{1}”的步骤"),
    (r"a limit with low or high, in (\S+)", r"带 low 或 high、以 \1 计的限值"),
    (r"a limit in (\S+)", r"以 \1 计的限值"),
    (r"a quantity in (\S+)", r"以 \1 计的量"),
)
"""What was expected instead."""
