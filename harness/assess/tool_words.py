"""What a candidate types to take a tool, in Chinese or English.

read charging_state        读 charging_state
measure cp_voltage with multimeter      测 cp_voltage 用 multimeter
"""

from typing import Literal

import msgspec

from harness.text import Text

ToolName = Literal[
    "read",
    "values",
    "dtc",
    "measure",
    "look",
    "operate",
    "replace",
    "clear",
    "retest",
    "hint",
    "pause",
    "resume",
    "order",
    "steps",
    "time",
    "tools",
    "help",
    "hand-in",
]

WORDS: dict[ToolName, tuple[str, ...]] = {
    "read": ("read", "读", "读取"),
    "values": ("values", "数值", "实时值"),
    "dtc": ("dtc", "dtcs", "故障码", "读码"),
    "measure": ("measure", "测", "测量"),
    "look": ("look", "看", "目视"),
    "operate": ("operate", "操作"),
    "replace": ("replace", "更换", "换件"),
    "clear": ("clear", "清除", "清码"),
    "retest": ("retest", "重测", "重做"),
    "hint": ("hint", "提示"),
    "pause": ("pause", "暂停"),
    "resume": ("resume", "继续", "恢复"),
    "order": ("order", "工单", "任务单"),
    "steps": ("steps", "步骤"),
    "time": ("time", "时间"),
    "tools": ("tools", "工具"),
    "help": ("help", "帮助", "?", "？"),
    "hand-in": ("hand-in", "交卷"),
}
_BY_WORD = {word: name for name, words in WORDS.items() for word in words}
_WITH = ("with", "用", "使用")

HELP: dict[ToolName, tuple[Text, Text]] = {
    "read": (
        Text("读 数据点", "read POINT"),
        Text("读设备的一个数据点，如：读 charging_state", "read a point of a device"),
    ),
    "values": (Text("数值", "values"), Text("主要数据点的实时值", "live values")),
    "dtc": (Text("故障码 [单元]", "dtc [UNIT]"), Text("读故障码", "read trouble codes")),
    "measure": (
        Text("测 部位 用 仪表", "measure PLACE with INSTRUMENT"),
        Text("如：测 cp_voltage 用 multimeter", "an instrument of the bench"),
    ),
    "look": (Text("看 部位", "look PLACE"), Text("目视，如：看 enclosure", "look at something")),
    "operate": (
        Text("操作 动作", "operate ACTION"),
        Text("如：操作 press-emergency-stop", "do something by hand"),
    ),
    "replace": (
        Text("更换 部件", "replace PART"),
        Text("更换或修复一个部件", "renew or mend a part"),
    ),
    "clear": (
        Text("清除 [单元]", "clear [UNIT]"),
        Text("清除告警或故障码", "clear alarms or codes"),
    ),
    "retest": (
        Text("重测 [步骤]", "retest [STEP]"),
        Text("本步结束后，把本步或所列步骤重做一次", "do a step once more"),
    ),
    "hint": (Text("提示", "hint"), Text("仅练习模式，计次", "practice only; counted")),
    "pause": (
        Text("暂停 裁判代号 原因", "pause CODE REASON"),
        Text(
            "裁判暂停计时（原因里不写姓名）", "a referee stops the clock (no names in the reason)"
        ),
    ),
    "resume": (
        Text("继续 裁判代号", "resume CODE"),
        Text("裁判恢复计时", "a referee starts it again"),
    ),
    "order": (Text("工单", "order"), Text("再看一遍工单", "the work order once more")),
    "steps": (Text("步骤", "steps"), Text("全部步骤及进度", "all steps")),
    "time": (Text("时间", "time"), Text("剩余时间", "time left")),
    "tools": (
        Text("工具 [词]", "tools [WORD]"),
        Text(
            "可测、可看、可操作、可更换的名称；用词查找，如：工具 接触器",
            "names for measure, look, operate, replace; with a word: those that have it",
        ),
    ),
    "help": (Text("帮助", "help"), Text("本说明", "this page")),
    "hand-in": (Text("交卷", "hand-in"), Text("提前结束考试", "end the exam now")),
}


class ToolOrder(msgspec.Struct, frozen=True):
    """One tool, asked for. `with_`: the instrument of a measurement."""

    tool: ToolName
    target: str = ""
    with_: str = ""
    rest: str = ""
    """What stands behind the target: the reason of a pause."""


def parse(line: str, *, marked_only: bool = False) -> ToolOrder | None:
    """The tool that a line asks for; None when it is an answer.

    A slash before the word marks a tool in any place; `marked_only`: where text may be typed
    freely, only that counts.
    """
    typed = line.strip()
    marked = typed.startswith("/")
    if marked_only and not marked:
        return None
    words = typed.removeprefix("/").split()
    tool = _BY_WORD.get(words[0].lower()) if words else None
    if tool is None:
        return None
    given = words[1:]
    if tool == "measure":
        at = next((n for n, word in enumerate(given) if word.lower() in _WITH), None)
        instrument = " ".join(given[at + 1 :]) if at is not None else ""
        return ToolOrder(tool, " ".join(given[:at]), instrument)
    return ToolOrder(tool, given[0] if given else "", "", " ".join(given[1:]))
