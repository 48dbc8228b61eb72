"""How verdicts, values, limits and reasons are said to people, in both languages.

Values keep the words of the record where there is no common translation: nothing here decides
anything, and nothing here is stored.
"""

import re
from datetime import UTC, datetime

from harness.clock import CHINA
from harness.devices.modbus.canonical import CANONICAL
from harness.engine import details
from harness.events import Judged
from harness.limits import Clear, Equals, Limit, OneOf, Within, describe
from harness.quantity import Measurement, Quality, Value
from harness.text import Language, Text
from harness.verdict import CandidateVerdict, Ending, Verdict

VERDICTS = {
    Verdict.PASS: Text("合格", "pass"),
    Verdict.CONDITIONAL_PASS: Text("有条件合格", "conditional pass"),
    Verdict.CONDITIONAL_FAIL: Text("有条件不合格", "conditional fail"),
    Verdict.FAIL: Text("不合格", "fail"),
    Verdict.INCONCLUSIVE: Text("无法判定", "inconclusive"),
    Verdict.ERROR: Text("出错", "error"),
    Verdict.NOT_RUN: Text("未执行", "not run"),
}
ENDINGS = {
    Ending.COMPLETED: Text("全部步骤已执行", "completed"),
    Ending.STOPPED: Text("按失败策略提前停止", "stopped by the failure policy"),
    Ending.ABORTED: Text("人为中止", "aborted by a person"),
    Ending.LOST: Text("台架或程序故障，未能继续", "lost: the bench or the harness failed"),
}
CANDIDATES = {
    CandidateVerdict.RIGHT: Text("结论正确", "concluded right"),
    CandidateVerdict.WRONG: Text("结论错误", "concluded wrong"),
    CandidateVerdict.PENDING: Text("待考评员评定", "to be rated"),
    CandidateVerdict.ABSENT: Text("未作答", "no answer"),
}
CONFIDENCE = {
    "high": Text("已读标准文本", "read in the standard"),
    "medium": Text("二手资料，未核对原文", "secondary source, original not read"),
    "low": Text("参考值，可由台架配置", "reference value, configurable"),
}
NO_CLAUSE = Text("条款号未见", "clause not seen")
_QUALITY = {
    Quality.MISSING: Text("没有读数", "nothing read"),
    Quality.STALE: Text("读数过期", "stale reading"),
    Quality.NOT_A_NUMBER: Text("读数为 NaN", "not a number"),
    Quality.SENTINEL: Text("设备表示无此数据", "device says: not available"),
    Quality.OUT_OF_RANGE: Text("读数超出可能范围", "outside the plausible range"),
    Quality.UNKNOWN_CODE: Text("未知代码", "unknown code"),
    Quality.OUT_OF_CALIBRATION: Text("仪器超出校准期或未登记", "instrument not in calibration"),
    Quality.UNSTABLE: Text("多次读数不一致", "readings do not agree"),
}
_STATES_ZH = {
    "idle": "待机",
    "connected": "已连接",
    "not_connected": "未连接",
    "charging": "充电中",
    "suspended_ev": "车辆暂停",
    "suspended_evse": "桩暂停",
    "finished": "充电结束",
    "reserved": "已预约",
    "unavailable": "不可用",
    "fault": "故障",
    "standby": "待机",
    "off": "不亮",
    "open": "断开",
    "closed": "闭合",
    "released": "未按下",
    "pressed": "按下",
    "in": "在位",
    "out": "已取出",
    "normal": "正常",
    "abnormal": "异常",
    "worn": "失效",
    "continuous": "导通",
    "locked": "锁止",
    "unlocked": "解锁",
    "enabled": "允许",
    "disabled": "禁止",
    "in_service": "正常投运",
    "restricted": "限制使用并报修",
    "out_of_service": "停用挂牌",
    "start": "启动",
    "stop": "停止",
    "reset": "复位",
}
_STATES_OF_ZH = {
    "door_state": {"open": "打开", "closed": "关闭"},
    "pe_state": {"open": "断线"},
    "stop_reason": {"none": "无"},
}
"""States that are called otherwise for some points."""
_ROLES_ZH = {"pile": "充电桩", "meter": "电能表", "vehicle": "车辆", "operator": "人员"}
_NONE = Text("无", "none")
_NONE_BUT = Text("除 {} 外不得置位", "none set but {}")
_NONE_SET = Text("不得置位", "none set")
_YES = Text("是", "yes")
_NO = Text("否", "no")

_DERIVED = {
    "error_rate": Text("出错率", "Error rate"),
    "response_time_95": Text("95% 响应时间", "95th percentile of response time"),
    "gun_surface_temperature": Text("枪头表面温度", "Surface temperature of the plug"),
    "enclosure": Text("柜体", "Enclosure"),
    "cable-and-gun": Text("电缆与枪头", "Cable and plug"),
    "nameplate-and-signs": Text("铭牌与标识", "Nameplate and signs"),
    "lamp": Text("指示灯", "Lamp"),
}
_WORKED_OUT = {
    "offset": Text("误差", "error"),
    "resolution": Text("分辨力", "resolution"),
    "moved": Text("变化", "change"),
    "spread": Text("离散", "spread"),
    "mark": Text("得分", "mark"),
}
_TIME_TO = Text("到“{}”的时间", "time to {}")

_REASONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), zh)
    for pattern, zh in (
        (r"not selected", "未选中"),
        (r"energising was not released \(--allow-energise\)", "未放行通电（--allow-energise）"),
        (r"the bench has no (\w+)", "台架没有{1}"),
        (r"the profile (\S+) has no point '(.+)'", r"点表 \1 没有数据点 \2"),
        (r"the profile (\S+) says no way to '(.+)'", r"点表 \1 没有给出“\2”的方法"),
        (r"nobody is at the bench to answer '(.+)'", r"现场无人回答“\1”"),
        (r"nobody is at the terminal \(end of input\)", "终端无人应答（输入已结束）"),
        (r"(\S+) has no answer for '(.+)'", r"\1 中没有“\2”的答案"),
        (r"stopped: step (\S+) ended (\w+)", r"步骤 \1 的结论为“{2}”，运行停止"),
        (r"step (\S+) ended (\w+)", r"步骤 \1 的结论为“{2}”"),
        (r"the group was left: step (\S+) ended (\w+)", r"步骤 \1 的结论为“{2}”，本组其余跳过"),
        (r"the run was aborted: .*", "运行被中止"),
        (r"the run was stopped: .*", "运行已停止"),
        (r"the run was lost: (.*)", "运行因故障未能继续：{1}"),
        (r"the (\w+) was lost: (.*)", "{1}失联：{2}"),
        (r"this bench has no fault injector", "本台架不能注入故障"),
        (r"the step's deadline passed", "超过步骤时限"),
        (r"the action judged nothing", "该动作没有作出任何判定"),
        (r"(\S+) was (\S+) before the action", "动作之前{1}已是“{2}”"),
        (r"still (.+)", "仍为“{1}”"),
        (r"(\d+) of (\d+): (.*)", r"\2 次中有 \1 次失败：{3}"),
        (r"simulated technician", "模拟技师"),
        (r"lowest of (\d+)", r"\1 次采样中的最低值"),
        (r"highest of (\d+)", r"\1 次采样中的最高值"),
        (r"(\d+) samples", r"\1 次采样"),
        (r"within (\S+) s", r"历时 \1 s"),
        (
            r"(\S+) is in (\S+), which cannot be held against (\S+)",
            r"{1}以 \2 计，不能与 \3 的限值相比",
        ),
        (
            r"none of these points is both in the profile and in the bench file's site ledger",
            "这些数据点没有一个既在点表中、又在台架文件的站点台账中",
        ),
        (
            r"(\S+) (\S+): by chance once in (\d+) times",
            r"读数 \1 \2，偶然出现的机会为 \3 次中一次",
        ),
        (r"as the profile (\S+) says", r"按点表 \1"),
        (
            r"no failure in (\d+) reads shows a rate below about (\S+) % at 95 %",
            r"\1 次读取无失败，可在 95 % 置信水平上说明出错率低于约 \2 %",
        ),
        (
            r"(\d+) answers, (\d+) failures, median (\S+) s",
            r"应答 \1 次，失败 \2 次，中位数 \3 s",
        ),
        (r"found safe", "本来就处于安全状态"),
        (r"unknown", "不明"),
        (
            r"nothing is known about it; this run sent it nothing",
            "状态不明；本次运行未向其发送任何内容",
        ),
        (r"the profile (\S+) does not say how it is made safe", r"点表 \1 没有说明如何使其安全"),
        (r"it was (\S+)", "原值为“{1}”"),
        (r"it cannot be read", "无法读取"),
        (
            r"the pile is charging already; this run did not start that",
            "桩已在充电，不是本次运行启动的",
        ),
        (r"not started: (\S+) was set to (\S+) and reads (.+)", r"未启动：{1}写入 \2，回读为 \3"),
        (r"(\S+) did not show the cause", r"{1}没有反映该动作"),
        (r"(\S+) of the profile (\S+) is never (.+)", r"点表 \2 的{1}没有“{3}”这一状态"),
        (r"silent (\d+) times in a row", r"连续 \1 次无应答"),
        (r"a meter switches nothing", "电能表不接通任何回路"),
        (r"never opened", "未曾打开"),
        (r"left alone", "未作处理"),
        (r"unknown", "未知"),
        (
            r"nothing is known about it; this run sent it nothing",
            "状态不明；未向其发送任何内容",
        ),
        (r"the profile (\S+) does not say how it is made safe", r"点表 \1 没有给出安全状态"),
        (r"failed", "失败"),
        (r"the readings do not show it safe within the time limit", "限时内的读数不能证明其安全"),
        (
            r"a session that this run did not start, and the bench says to leave it",
            "有一个不是本次运行启动的充电会话，台架规定不予处理",
        ),
        (r"sequence '(.+)'", r"按点表的“\1”操作"),
    )
)


def reason(english: str) -> Text:
    """A recorded reason in both languages; what has no translation is shown as it is."""
    for pattern, zh in _REASONS:
        if (match := pattern.fullmatch(english)) is not None:
            chinese = match.expand(zh)
            for number, word in enumerate(match.groups(), 1):
                chinese = chinese.replace(f"{{{number}}}", _word_zh(word))
            return Text(chinese, english)
    return Text(details.chinese(english), english)


def _word_zh(word: str) -> str:
    """A word of a recorded reason: a verdict, a role, a point or a state."""
    for verdict, text in VERDICTS.items():
        if word == verdict.value:
            return text.zh
    known = CANONICAL.get(word)
    if known is not None:
        return known.title.zh
    return _ROLES_ZH.get(word) or _STATES_ZH.get(word) or details.chinese(word)


def role(name: str, language: Language) -> str:
    """A role of the bench."""
    return _ROLES_ZH.get(name, name) if language == "zh" else name


def point(name: str, language: Language) -> str:
    """The name of a quantity: that of the shared list, else the name itself.

    Quantities that a step worked out are said in words: `charging_state.time_to_fault` is the
    time until the charging state was "fault".
    """
    known = CANONICAL.get(name) or _DERIVED.get(name)
    if isinstance(known, Text):
        return known.get(language)
    if known is not None:
        return known.title.get(language)
    if " - " in name:
        first, _, second = name.partition(" - ")
        return f"{point(first, language)} − {point(second, language)}"
    base, dot, what = name.rpartition(".")
    if dot and what in _WORKED_OUT:
        return f"{point(base, language)} {_WORKED_OUT[what].get(language)}"
    if what.startswith("time_to_"):
        state = value(what.removeprefix("time_to_"), None, language)
        before = f"{point(base, language)} " if dot else ""
        return before + _TIME_TO.get(language).format(state)
    return name


def value(shown: Value | None, unit: str | None, language: Language, of: str = "") -> str:
    """A value with its unit; states (of the point `of`) in the language of the reader."""
    if isinstance(shown, list):
        return ", ".join(shown) or _NONE.get(language)
    if isinstance(shown, bool):
        return (_YES if shown else _NO).get(language)
    if isinstance(shown, int | float):
        if unit == "unix_s":
            moment = datetime.fromtimestamp(shown, UTC).astimezone(CHINA)
            return f"{moment:%Y-%m-%d %H:%M:%S}"
        number = f"{shown:.7g}"
        return number if unit in (None, "1") else f"{number} {unit}"
    return "–" if shown is None else _state(shown, language, of)


def _state(shown: str, language: Language, of: str) -> str:
    own = _STATES_OF_ZH.get(of, {})
    if shown not in _STATES_ZH and shown not in own:
        return shown
    return own.get(shown) or _STATES_ZH[shown] if language == "zh" else shown.replace("_", " ")


def measurement(reading: Measurement, language: Language) -> str:
    """What was read, or why nothing usable was."""
    if reading.at_least is not None:
        return f"> {reading.at_least:.4g} {reading.unit or ''}".rstrip()
    if reading.quality is not Quality.GOOD:
        why = _QUALITY[reading.quality].get(language)
        raw = reading.raw if reading.value is None else reading.value
        return why if raw is None else f"{why} ({raw})"
    return value(reading.value, reading.unit, language, reading.name)


def limit(wanted: Limit, language: Language, of: str = "") -> str:
    """A limit in one line; states (of the point `of`) in the language of the reader."""
    if isinstance(wanted, OneOf):
        return " | ".join(value(state, None, language, of) for state in wanted.values)
    if isinstance(wanted, Equals):
        return f"= {value(wanted.value, None, language, of)}"
    if isinstance(wanted, Clear):
        if wanted.allowed:
            return _NONE_BUT.get(language).format(", ".join(wanted.allowed))
        return _NONE_SET.get(language)
    return describe(wanted)


def judged(event: Judged, language: Language) -> str:
    """`172 V (176 … 264 V)`; with the uncertainty where it decided."""
    reading = event.measurement
    shown = measurement(reading, language)
    conditional = event.judgement.verdict in (Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL)
    unsure = event.judgement.verdict is Verdict.INCONCLUSIVE and isinstance(event.limit, Within)
    if reading.uncertainty and (conditional or unsure):
        shown = f"{shown} ± {reading.uncertainty:.2g}"
    return f"{shown} ({limit(event.limit, language, reading.name)})"


def item(event: Judged, language: Language) -> str:
    """The item judged against, with its clause and how far it can be relied on."""
    if event.item is None:
        return ""
    parts = [event.item]
    if not event.item.startswith("practice/"):
        parts.append(clause(event.clause, language))
    known = CONFIDENCE.get(event.confidence or "")
    if known is not None:
        parts.append(known.get(language))
    return " · ".join(parts)


def clause(number: str | None, language: Language) -> str:
    """`clause 8.2`, or that nobody has seen it."""
    if number is None:
        return NO_CLAUSE.get(language)
    return f"条款 {number}" if language == "zh" else f"clause {number}"
