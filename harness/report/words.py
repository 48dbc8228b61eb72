"""What reports say beyond the words that the whole harness shares (`harness.engine.wording`)."""

from collections.abc import Callable

from harness.engine import wording
from harness.engine.names import is_finding
from harness.events import Judged
from harness.evidence.keys import short
from harness.evidence.verify import VerifyResult
from harness.limits import Clear, Equals, OneOf, Range, Rule, Within
from harness.over_range import is_over_range
from harness.quantity import Quality
from harness.text import Language, Text
from harness.verdict import Ending, ExitCode, Verdict

NO_CLAIM = Text("不作设备判定", "no claim about the device")
KINDS = {
    "R": Text("读取", "read"),
    "W": Text("写入", "write"),
    "J": Text("判定", "judge"),
    "I": Text("仪表读数", "instrument"),
    "O": Text("操作", "operate"),
    "V": Text("目视", "visual"),
    "D": Text("结论", "decide"),
    "A": Text("评分", "assess"),
}
RULES = {
    Rule.SIMPLE: Text("简单接受", "simple acceptance"),
    Rule.GUARD_BAND: Text("保护带 w = U", "guard band w = U"),
    Rule.INTERVAL: Text("时间区间", "time interval"),
}
CONFIDENCE = {
    "high": Text("已读标准文本", "read in the standard"),
    "medium": Text("二手资料，未核对原文", "secondary source, original not read"),
    "low": Text("参考值，不是标准要求", "reference value, not the standard"),
    "maker": Text(
        "按车企限值判定，优先于标准的参考值",
        "judged by the limit of the car's maker, which comes before the standard's",
    ),
}
BRANCHES = {
    "device": Text("设备", "device"),
    "bench": Text("台架", "bench"),
    "person": Text("人员", "person"),
    "harness": Text("软件", "harness"),
}
OUTCOMES = {
    "ok": Text("正常", "ok"),
    "exception": Text("异常应答", "exception"),
    "no_reply": Text("无应答", "no reply"),
    "bad_reply": Text("无效帧", "bad frame"),
    "link_lost": Text("链路断开", "link lost"),
    "silent": Text("无需应答", "no reply wanted"),
    "negative": Text("否定响应", "negative response"),
    "cancelled": Text("已取消", "cancelled"),
    "stray": Text("无请求的应答", "reply that nobody asked for"),
}
"""Of a Modbus transaction and of a diagnostic exchange."""
ENDINGS = {
    Ending.COMPLETED: Text("每个步骤都已轮到", "every step had its turn"),
    Ending.STOPPED: Text(
        "按失败策略提前停止，其余步骤未执行",
        "stopped early by the failure policy; later steps were not run",
    ),
    Ending.ABORTED: Text("被人中止", "ended by a person"),
    Ending.LOST: Text(
        "台架或程序发生故障，运行未能继续",
        "the bench or the harness failed; the run could not go on",
    ),
}
UNUSABLE = Text("不能据以判定", "it cannot carry a verdict")
CUT_OFF = Text("运行中途中断，没有结束记录", "cut off: the record has no end")
EXITS = {
    ExitCode.PASS: Text("全部合格", "all pass"),
    ExitCode.FAIL: Text("有设备判定为不合格", "a device verdict is fail or conditional fail"),
    ExitCode.USAGE: Text("用法或文件有误", "usage or file error"),
    ExitCode.INCOMPLETE: Text(
        "有未执行或无法判定的步骤", "inconclusive, or not everything was run"
    ),
    ExitCode.BENCH: Text("台架或软件故障", "the bench or the harness failed"),
    ExitCode.ABORTED: Text("被人中止", "aborted"),
}

WITH_NOTE = ("switched_off", "place_of_the_fault")
"""Readings beside which their note says what they mean."""


def text_of(say: Callable[[Language], str]) -> Text:
    """Both languages of something that `wording` says in one."""
    return Text(say("zh"), say("en"))


def verdict(value: Verdict | None) -> Text:
    return NO_CLAIM if value is None else wording.VERDICTS[value]


def standard(item: str) -> Text:
    """Standard and edition of a catalogue item's id."""
    name, _, _ = item.rpartition("/")
    return Text("行业惯例", "common practice") if name in ("", "practice") else Text(name, name)


def explain(event: Judged) -> Text:
    """Why this judgement, in words. The judgement's own reason is English, for the record."""
    judgement, limit = event.judgement, event.limit
    if isinstance(limit, Within):
        return _explain_time(event)
    if event.measurement.quality is not Quality.GOOD or event.measurement.value is None:
        # The reading itself, shown beside this, says what is wrong with it.
        if judgement.verdict is Verdict.INCONCLUSIVE:
            return UNUSABLE
        return Text("与要求不符", "not as required")
    if isinstance(limit, Range):
        return _explain_range(event)
    return _explain_state(event)


def _explain_range(event: Judged) -> Text:
    judgement = event.judgement
    inside = judgement.verdict in (Verdict.PASS, Verdict.CONDITIONAL_PASS)
    if judgement.verdict is Verdict.INCONCLUSIVE and is_over_range(event.measurement.note):
        return Text(
            "超量程，实际值可能高于上限，请换用量程合适的仪表",
            "over range, and the limit is higher: take an instrument that reaches it",
        )
    if judgement.verdict is Verdict.INCONCLUSIVE:
        return Text(
            "读数或其不确定度不是有效数值", "the reading or its uncertainty is no usable number"
        )
    if judgement.rule is Rule.GUARD_BAND:
        return {
            Verdict.PASS: Text("在限值内，余量不小于 U", "inside the limit by at least U"),
            Verdict.CONDITIONAL_PASS: Text(
                "在限值内，但距限值不足 U", "inside the limit, but by less than U"
            ),
            Verdict.CONDITIONAL_FAIL: Text(
                "超出限值，但超出量不大于 U", "outside the limit, but by no more than U"
            ),
        }.get(
            judgement.verdict, Text("超出限值，且超出量大于 U", "outside the limit by more than U")
        )
    where = (
        Text("在限值内", "inside the limit") if inside else Text("超出限值", "outside the limit")
    )
    if judgement.uncertainty_negligible:
        return Text(f"{where.zh}；U 可忽略", f"{where.en}; U is negligible")
    if event.measurement.uncertainty is None:
        return Text(f"{where.zh}；未给出 U", f"{where.en}; U not stated")
    return where


def _explain_time(event: Judged) -> Text:
    if event.judgement.verdict is Verdict.PASS:
        return Text("不晚于时限", "not later than the limit")
    waited = event.measurement.at_least
    if event.judgement.verdict is Verdict.INCONCLUSIVE:
        if event.measurement.quality is Quality.GOOD and event.measurement.value is not None:
            return Text("可能早于、也可能晚于时限", "may have been before or after the limit")
        if waited is not None:
            return Text("没有等到时限之后", "not waited for past the limit")
        return UNUSABLE
    if event.measurement.value is None and waited is not None:
        unit = event.measurement.unit or "s"
        return Text(f"等待 {waited:g} {unit} 仍未出现", f"not seen after {waited:g} {unit}")
    return Text("晚于时限", "later than the limit")


def _explain_state(event: Judged) -> Text:
    met = event.judgement.verdict is Verdict.PASS
    limit = event.limit
    if isinstance(limit, Clear):
        return _explain_clear(event, limit, met=met)
    if isinstance(limit, OneOf | Equals) and met:
        return Text("与要求一致", "as required")
    return Text("与要求不符", "not as required")


def _explain_clear(event: Judged, limit: Clear, *, met: bool) -> Text:
    name, found = event.measurement.name, event.measurement.value
    entries = found if isinstance(found, list) else [str(found)]
    unwanted = [entry for entry in entries if entry not in limit.allowed]
    if is_finding(name):  # the entries themselves stand beside this
        if met:
            return Text("没有发现", "none found")
        return Text(f"发现 {len(unwanted)} 项", f"{len(unwanted)} found")
    if met:
        return Text("没有置位的标志", "no flag is set")
    shown = ", ".join(unwanted)
    return Text(f"已置位：{shown}", f"set: {shown}")


def integrity(check: VerifyResult) -> tuple[Text, Text]:
    """What verification says, as a headline and a sentence."""
    if not check.intact:
        bad = check.first_bad
        if bad is None:
            return Text("记录被改动", "Altered"), Text("", "")
        place = Text(
            f"{bad.file} 第 {bad.line} 行" if bad.line else bad.file,
            f"{bad.file}, line {bad.line}" if bad.line else bad.file,
        )
        return (
            Text("记录被改动", "Altered"),
            Text(
                f"首个异常处：{place.zh}，{bad.what.zh}",
                f"First bad place: {place.en}: {bad.what.en}",
            ),
        )
    if not check.sealed or check.signer is None:
        notes = check.notes
        return (
            Text("完整，但未封存", "Intact, not sealed"),
            Text("；".join(note.zh for note in notes), "; ".join(note.en for note in notes)),
        )
    if check.known_key is not None:
        who = Text(f"本站已知的密钥“{check.known_key}”", f"a key known here as {check.known_key!r}")
    else:
        who = Text("本站未知的密钥", "a key not known to this station")
    return (
        Text("完整，已封存", "Intact and sealed"),
        Text(
            f"由{who.zh}签名，指纹 {short(check.signer)}",
            f"Signed with {who.en}, fingerprint {short(check.signer)}",
        ),
    )
