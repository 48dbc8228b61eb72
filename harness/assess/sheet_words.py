"""Words of the score sheet, and numbers as it writes them."""

from harness.assess.result import AspectScore, Score
from harness.clock import shown_minute
from harness.text import Language, Text

TITLE = Text("实操考核成绩单", "Score sheet of a practical exam")
REALITY = {
    "recorded": Text(
        "录制数据：本成绩依据录制的总线数据，没有连接真实设备",
        "FROM A RECORDING: judged from recorded buses, no real device was connected",
    ),
    "partly_recorded": Text(
        "部分依据录制的总线数据，这些设备并不在场", "PARTLY FROM A RECORDING, of devices not there"
    ),
    "simulated": Text(
        "模拟设备：本成绩不是在真实设备上取得",
        "SIMULATED DEVICES: this result was not obtained on a real device",
    ),
    "mixed": Text("部分设备为模拟", "SOME DEVICES ARE SIMULATED"),
    "real": Text("真实设备", "Real devices"),
}
PASSED = {
    True: Text("合格", "Passed"),
    False: Text("不合格", "Not passed"),
    None: Text("未定", "Open"),
}
PHASES = {
    "preparation": Text("准备", "Preparation"),
    "working": Text("操作", "Working time"),
    "referee_pause": Text("考评员暂停", "Pause by the assessor"),
    "technical_stop": Text("技术故障停时", "Technical stop"),
    "overtime": Text("超时", "Overtime"),
}
GRADES = {
    "deduct": Text("扣分", "deduction"),
    "zero_task": Text("该项目记零分", "task scored 0"),
    "end_exam": Text("终止考试", "exam ended"),
}
DECISIONS = {
    "confirmed": Text("确认", "confirmed"),
    "rejected": Text("驳回", "rejected"),
    None: Text("待裁定", "to be decided"),
}
CALIBRATION = {
    True: Text("在有效期内", "in date"),
    False: Text("已过期", "OUT OF DATE"),
    None: Text("无校准信息", "not stated"),
}
NO_LEGAL = Text(
    "说明：本次计量核查为现场抽查，不是法定计量检定，不能代替检定证书。",
    "Note: a metering spot-check is no legal verification and replaces no certificate of one.",
)
NOT_SIGNED_SCORE = Text(
    "注意：签名之后成绩已有变化，签名所确认的不是本页的成绩。",
    "Attention: the score has changed since it was signed; the signatures are not of this score.",
)
REVOKED_SINCE = Text("有条件：密钥已于签名之后吊销", "Conditional: key revoked since, on")
HEADS_HINT = Text(
    "核对方法：harness evidence verify 文件夹 --review-head 复核校验值",
    "To check later: harness evidence verify DIR --review-head REVIEW-HEAD",
)


_WAITING = {
    "aspect": Text("未评分", "not marked"),
    "spread": Text("评分相差过大", "marks too far apart"),
    "veto": Text("一票否决未裁定", "veto not decided"),
    "deduction": Text("扣分项未定", "deduction not decided"),
}


def standard(name: str) -> Text:
    """A standard with its edition; what rests on none is said so."""
    return Text("通行做法", "good practice") if name == "practice" else Text(name, name)


def waiting(pending: str, score: Score) -> Text:
    """Something that waits for a person (`aspect:tidy`, `veto:live-work`), by its title."""
    kind, _, name = pending.partition(":")
    titles = {veto.id: veto.title for veto in score.vetoes}
    for module in score.modules:
        titles |= {one.id: one.title for one in module.deductions}
        titles |= {one.id: one.title for each in module.criteria for one in each.aspects}
    title = titles.get(name, Text(name, name))
    if kind not in _WAITING:
        return Text(pending, pending)
    what = _WAITING[kind]
    return Text(f"{title.zh}（{what.zh}）", f"{title.en} ({what.en})")


def number(value: float | None) -> str:
    """Marks with at most two decimals; a dash for what is open."""
    return "–" if value is None else f"{round(value, 2):g}"


def duration(seconds: float | None) -> str:
    """`12:05`; a dash when it is not known."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def local(utc: str) -> str:
    """A recorded time in China's time zone, to the minute; as it stands when it is none."""
    return shown_minute(utc)


def given(aspect: AspectScore, language: Language) -> str:
    """Who gave what: marks per assessor with their spread, or the machine's value beside."""
    parts: list[str] = []
    if aspect.entered:
        each = "，" if language == "zh" else ", "
        parts.append(each.join(f"{code}: {mark}" for code, mark in aspect.entered.items()))
        if aspect.spread is not None and len(aspect.entered) > 1:
            parts.append(Text(f"相差 {aspect.spread}", f"spread {aspect.spread}").get(language))
    if aspect.overridden_by:
        value, by = number(aspect.computed), aspect.overridden_by
        parts.append(
            Text(
                f"机器评分 {value}，由 {by} 改为 {number(aspect.marks)}",
                f"machine {value}, changed by {by} to {number(aspect.marks)}",
            ).get(language)
        )
    return ("；" if language == "zh" else "; ").join(parts)
