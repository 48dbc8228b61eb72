"""Words of commanding by wire: quantities, states, reasons and mistakes, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

import re

from harness.engine.phrases import Phrases
from harness.text import Language, Text

NAMES = {
    "car-on-stands": Text("车辆举升与车轮悬空", "Car on stands, wheels free"),
    "area-around-car": Text("车辆四周区域", "Area around the car"),
    "by-wire-safety": Text("动作前安全操作", "Safety before motion"),
}
WORKED_OUT = {
    "follow_error": Text("跟随误差", ": follow error"),
    "overshoot": Text("超调量", ": overshoot"),
    "arrival": Text("到位时间", ": time to arrive"),
    "asymmetry": Text("左右不对称量", ": asymmetry"),
    "difference": Text("等处之间的最大差", "and others: largest difference"),
    "remains": Text("撤销后残余", ": what remains"),
    "largest": Text("监视期间最大值", ": largest while watched"),
    "settled": Text("超时后的值", "after the time-out"),
    "peak": Text("动作时峰值", ": peak while it moved"),
    "state_after": Text("之后的状态", "afterwards"),
}
"""What stands behind the dot of a point, see `names`."""
_UNITS = {
    "steering": Text("线控转向", "By-wire steering"),
    "brake": Text("线控制动", "By-wire brake"),
    "drive": Text("线控驱动", "By-wire drive"),
    "parking": Text("线控驻车", "By-wire parking brake"),
}
_OF_A_UNIT = {
    "by_wire_seen": Text("放行前的模式", ": mode before release"),
    "by_wire_end": Text("结束时状态", ": state at the end"),
    "by_wire_asked": Text("对使能请求的反应", ": answer to the request"),
    "by_wire_unasked": Text("未使能时的模式", ": mode without enable"),
    "by_wire_again": Text("中断后的模式", ": mode after the interruption"),
}
_REPORT = re.compile(r"(\w+)\.([PCBU][0-3][0-9A-F]{3}-[0-9A-F]{2})\.report")
_MODES = {"off": Text("手动", "manual"), "active": Text("线控", "by wire")}
_STATES = {
    "by_wire_seen": _MODES,
    "by_wire_unasked": _MODES,
    "by_wire_again": _MODES,
    "by_wire_asked": {
        "refused": Text("拒绝", "refused"),
        "taken_up": Text("进入线控", "taken up"),
    },
    "by_wire_end": {
        "at_rest": Text("手动且静止", "manual and at rest"),
        "not_at_rest": Text("未退回手动或仍在动作", "not manual, or not at rest"),
    },
    "report": {
        "reported": Text("已报告", "reported"),
        "not_reported": Text("未报告", "not reported"),
    },
}


def quantity(name: str, language: Language) -> str | None:
    """`steering.by_wire_end` or `eps.U1140-83.report` in words; None for anything else."""
    base, _, what = name.rpartition(".")
    if what in _OF_A_UNIT:
        unit = _UNITS.get(base, Text(base, base)).get(language)
        return unit + _OF_A_UNIT[what].get(language)
    if (match := _REPORT.fullmatch(name)) is not None:
        unit, code = match[1].upper(), match[2]
        return f"{unit} 故障码 {code}" if language == "zh" else f"{unit} trouble code {code}"
    return None


def value(state: str, of: str, language: Language) -> str | None:
    """A state that only these quantities have; None for any other."""
    found = _STATES.get(of.rpartition(".")[2], {}).get(state)
    return None if found is None else found.get(language)


def _unit_zh(name: str) -> str:
    return _UNITS[name].zh if name in _UNITS else name


_FLAWS = (
    (r"checksum wrong", "校验和错误的指令"),
    (r"counter wrong", "计数器冻结的指令"),
    (r"range wrong", "含超范围数值的指令"),
    (r"not enabled", "未使能的指令"),
)
_ENDS = tuple(
    row
    for name in _UNITS
    for row in (
        (rf"by-wire {name} taken back, measured: manual and at rest",
         f"{_unit_zh(name)}指令已撤销，测得已退回手动且静止"),
        (rf"by-wire {name} measured: manual and at rest",
         f"{_unit_zh(name)}测得为手动且静止"),
        (rf"by-wire {name} was manual and at rest when it was last seen",
         f"{_unit_zh(name)}最后测得为手动且静止"),
        (rf"by-wire {name} could not be taken back: the adapter is gone",
         f"{_unit_zh(name)}指令无法撤销：适配器已断开"),
        (rf"by-wire {name} could not be measured: (.+)",
         f"{_unit_zh(name)}未能测量：{{1}}"),
        (rf"by-wire {name} is not manual", f"{_unit_zh(name)}未退回手动"),
        (rf"by-wire {name} is not at rest: (\S+) (.+)",
         f"{_unit_zh(name)}未静止：{{1}} \\2"),
        (rf"the unit {name} did not take up by-wire operation: (\S+) is (\S+)",
         f"{_unit_zh(name)}未进入线控：{{1}}为“{{2@1}}”"),
    )
)  # fmt: skip
REASONS = Phrases(
    *_FLAWS,
    (r"asked for (\S+), (\d+) frames", r"指令 \1，共 \2 帧"),
    (r"asked for (\S+)", r"指令 \1"),
    (r"step (\S+) has not released motion", r"步骤 \1 没有放行动作"),
    (r"step (\S+) has moved nothing", r"步骤 \1 没有动作记录"),
    (r"step (\S+) has moved nothing that far", r"步骤 \1 没有足够大的动作"),
    (r"step (\S+) has switched nothing", r"步骤 \1 没有切换动作"),
    (r"step (\S+) has ended no motion", r"步骤 \1 没有中断过运动"),
    (r"in step (\S+) the motion did not end", r"步骤 \1 中运动没有停止"),
    (r"(\S+) did not leave rest", r"{1}没有动起来"),
    (r"step (\S+) has not watched (\S+)", r"步骤 \1 没有监视{2}"),
    (r"step (\S+) has asked for no two opposite demands", r"步骤 \1 没有左右相反的指令"),
    (r"(\S+) was not seen while (\S+) was asked for", r"指令 \2 期间没有收到{1}"),
    (r"(\S+) was not seen before the first demand", r"第一个指令之前没有收到{1}"),
    (r"(\S+) was not seen while step (\S+) moved something", r"步骤 \2 动作期间没有收到{1}"),
    (r"(\S+) was not seen meanwhile", r"其间没有收到{1}"),
    (r"(\S+) of the by-wire unit (\S+) is not seen", r"没有收到线控单元 \2 的{1}"),
    (r"(\S+) is not seen", r"没有收到{1}"),
    (r"(\S+) shows no number", r"{1}没有数值"),
    (r"(\S+) was (\S+) before the demand", r"指令之前{1}已是“{2@1}”"),
    (r"no input of the driver was seen for (\S+)", r"未见驾驶员对 \1 的操作"),
    *_ENDS,
)
DETAILS = Phrases(
    *_ENDS,
    (
        r"(\S+) was sent (\d+) ms late, so (\S+) left by-wire operation",
        r"\1 的发送滞后 \2 ms，\3 因此退出线控",
    ),
    (r"the profile has no by-wire unit '(.+)'", r"型号文件没有线控单元“\1”"),
    (r"the profile (\S+) has no by-wire units", r"型号 \1 没有线控单元"),
    (r"the profile says no safe state of (\S+)", r"型号文件未给出 \1 的安全状态"),
    (r"the profile says no gears of (\S+)", r"型号文件未给出 \1 的换挡指令"),
    (r"the profile does not say when (\S+) is at rest", r"型号文件未给出{1}静止的判据"),
    (
        r"the profile names no trouble code of (\S+) for (\S+)",
        r"型号文件未给出 \1 报告 \2 错误的故障码",
    ),
    (r"the profile names no value out of range for (\S+)", r"型号文件未给出 \1 的超范围数值"),
    (r"no by-wire unit is called '(.+)'", r"没有线控单元“\1”"),
    (r"no by-wire unit is called '(.+)'; did you mean: (.+)", r"没有线控单元“\1”；是否指：\2"),
    (
        r"the profile has no signal that is called '(.+)'",
        r"型号文件没有名为“\1”的信号数据点",
    ),
)
EXPECTED = Phrases(
    (r"a by-wire unit of the profile", "型号文件中的线控单元"),
    (r"a profile whose by-wire units are sound", "线控单元填写正确的型号文件"),
    (r"a point of this profile that is a signal", "该型号文件中的信号数据点"),
    (r"a trouble code of that control unit", "该控制单元的故障码"),
)
