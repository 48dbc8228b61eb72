"""Words for the reasons of a score, in both languages."""

from collections.abc import Mapping, Sequence

from harness.assess.facts import Attempt
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

CANDIDATE: Mapping[CandidateVerdict, Text] = {
    CandidateVerdict.RIGHT: Text("考生正确", "the candidate is right"),
    CandidateVerdict.WRONG: Text("考生错误", "the candidate is wrong"),
    CandidateVerdict.PENDING: Text("待考评员判定", "an assessor has to decide"),
    CandidateVerdict.ABSENT: Text("考生未作答", "no answer of the candidate"),
}
VERDICT: Mapping[Verdict | None, Text] = {
    None: Text("无", "none"),
    Verdict.PASS: Text("合格", "pass"),
    Verdict.CONDITIONAL_PASS: Text("有条件合格", "conditional pass"),
    Verdict.CONDITIONAL_FAIL: Text("有条件不合格", "conditional fail"),
    Verdict.FAIL: Text("不合格", "fail"),
    Verdict.INCONCLUSIVE: Text("无法判定", "inconclusive"),
    Verdict.ERROR: Text("台架或程序故障", "error"),
    Verdict.NOT_RUN: Text("未执行", "not run"),
}
COUNTS: Mapping[str, Text] = {
    "resets": Text("复位、清除次数", "resets"),
    "parts": Text("更换、修复部件数", "parts changed"),
    "hints": Text("提示次数", "hints"),
    "attempts": Text("同一步骤的次数", "attempts at a step"),
    "minutes": Text("用时（分钟）", "minutes"),
    "tools": Text("工具使用次数", "tools taken"),
    "wrong": Text("错误或未作答的步骤数", "steps wrong or not answered"),
}
GRADE: Mapping[str, Text] = {
    "deduct": Text("扣分", "deduct"),
    "zero_task": Text("本项记零分", "zero the task"),
    "end_exam": Text("终止考试", "end the exam"),
}


def named(step: str, attempt: Attempt | None) -> Text:
    """A step as people know it: its title, and its id."""
    if attempt is None:
        return Text(f"步骤 {step}", f"step {step}")
    return Text(f"“{attempt.title.zh}”（{step}）", f"{attempt.title.en!r} ({step})")


def listed(texts: Sequence[Text], between: str) -> Text:
    return Text(between.join(one.zh for one in texts), between.join(one.en for one in texts))
