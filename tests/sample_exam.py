"""A sealed exam record, its scheme, and a score of it that is written here and not computed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sample_record import KEY

from harness.assess.result import (
    AspectScore,
    CriterionScore,
    DeductionScore,
    ModuleScore,
    Score,
    VetoScore,
)
from harness.assess.scheme import Scheme
from harness.datafile import loads, validate
from harness.events import (
    ClockNoted,
    Event,
    ExamOpened,
    ExamStarted,
    InstrumentListed,
    RunEnded,
    RunStarted,
    ScenarioSet,
    StepEnded,
    StepStarted,
)
from harness.evidence.journal import Bundle
from harness.evidence.withheld import commitment, withhold
from harness.text import Text
from harness.verdict import Ending, Verdict

EXAM_KEY = bytes(range(32))
SEALED = datetime(2026, 1, 5, 1, 40, tzinfo=UTC)
CANDIDATE = "C-17"
A = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
B = Ed25519PrivateKey.from_private_bytes(bytes(range(3, 35)))
C = Ed25519PrivateKey.from_private_bytes(bytes(range(4, 36)))
SCHEME_TEXT = """\
scheme: sample-two-assessors
title: {zh: 样例评分方案, en: Sample scheme}
shape: judgement_measurement
assessors: 2
sign_offs: 2
modules:
  - id: work
    title: {zh: 故障检修, en: Fault finding}
    weight: 100
    minutes: 40
    criteria:
      - id: conduct
        title: {zh: 职业规范, en: Conduct}
        aspects:
          - id: tidy
            type: J
            title: {zh: 场地整洁, en: Tidy place of work}
            max: 6
            skills: [P-2.2.6]
            step: safety
            anchors:
              0: {zh: 杂乱且有危险, en: Untidy and dangerous}
              1: {zh: 有少量杂物, en: A few things lie about}
              2: {zh: 整洁, en: Tidy}
              3: {zh: 整洁且工具归位, en: "Tidy, every tool in its place"}
          - id: handover
            type: J
            title: {zh: 交接说明, en: Handing over}
            max: 6
            skills: [P-2.2.6]
            anchors:
              0: {zh: 没有说明, en: Nothing said}
              1: {zh: 说明不全, en: Half of it said}
              2: {zh: 说明完整, en: All of it said}
              3: {zh: 说明完整且条理清楚, en: "All of it said, and in order"}
      - id: finding
        title: {zh: 诊断, en: Diagnosis}
        aspects:
          - id: named
            type: M
            title: {zh: 指出故障, en: The fault is named}
            max: 20
            skills: [P-2.2.6]
            by: {when: {handled: true}}
    deductions:
      - id: order
        title: {zh: 违规, en: Breaches}
        cap: 5
        items:
          - id: tool-dropped
            title: {zh: 工具跌落, en: A tool was dropped}
            marks: 2
vetoes:
  - id: live-work
    title: {zh: 带电作业, en: Work on live parts}
    when: {finding: live-work-without-voltage-test}
    grade: end_exam
"""


def scheme() -> Scheme:
    values, places = loads(SCHEME_TEXT.encode(), "sample.yaml")
    return validate(Scheme, values, places)


def write_exam(
    folder: Path,
    *,
    run_id: str = "7a11c0de00000001",
    simulated: bool = True,
    candidate: str = CANDIDATE,
    sealed: datetime = SEALED,
    seal: bool = True,
    opened: str | None = EXAM_KEY.hex(),
    key: Ed25519PrivateKey = KEY,
    extra: list[Event] | None = None,
) -> Path:
    """Write a small exam, sealed; its folder."""
    now = [0.0]
    bundle = Bundle(folder, lambda: now[0], force_to_disk=False)

    def emit(event: Event, seconds: float = 1.0) -> None:
        bundle.emit(event)
        now[0] += seconds

    scheme_file = bundle.attach("scheme", "sample.yaml", SCHEME_TEXT.encode())
    emit(
        RunStarted(
            run_id=run_id, utc="2026-01-05T01:00:00+00:00", virtual_time=False,
            simulated=simulated, procedures=["PILE-INSP-01"], bench="sim", seed=1,
            station="lab-3", edition="2023", files=[scheme_file],
        )
    )  # fmt: skip
    emit(
        ExamStarted(
            scenario="pile-evening-call", title=Text("夜间报修充电桩", "A pile reported at night"),
            mode="exam", candidate=candidate, order=Text("用户反映不能充电", "It does not charge"),
            scheme="sample-two-assessors", scheme_sha256=scheme_file.sha256,
            commitment=commitment(EXAM_KEY), minutes=40, station="lab-3",
        )
    )  # fmt: skip
    emit(withhold(ScenarioSet(faults=[], seed=1, document="scenario: x\nversion: '3'\n"), EXAM_KEY))
    emit(
        InstrumentListed(
            id="irt-1", type="infrared_thermometer", uncertainty="2 °C",
            calibration_due="2026-01-01", in_date=False, simulated=simulated,
        )
    )  # fmt: skip
    emit(
        InstrumentListed(
            id="dmm-2", type="multimeter", uncertainty="0.5 %", calibration_due="2027-06-30",
            in_date=True, simulated=simulated, serial="SN-0815",
        )
    )  # fmt: skip
    emit(ClockNoted(phase="preparation"), 300.0)
    emit(ClockNoted(phase="working"), 1200.0)
    emit(ClockNoted(phase="referee_pause", by="A-07", why="接线检查 / wiring check"), 150.0)
    emit(ClockNoted(phase="working"), 600.0)
    emit(
        StepStarted(
            procedure="PILE-INSP-01", step="safety", number=1,
            title=Text("安全确认", "Safety"), action="pile.read", kind="R",
        )
    )  # fmt: skip
    emit(StepEnded(procedure="PILE-INSP-01", step="safety", verdict=None, withheld=True))
    emit(
        withhold(StepEnded(procedure="PILE-INSP-01", step="safety", verdict=Verdict.FAIL), EXAM_KEY)
    )
    for event in extra or ():
        emit(event)
    emit(ClockNoted(phase="ended"))
    if opened is not None:
        emit(ExamOpened(key=opened, why="handed_in"))
    emit(RunEnded(ending=Ending.COMPLETED, verdict=Verdict.FAIL, exit_code=1, safe=True))
    bundle.close()
    if seal:
        bundle.seal(
            key, real_started=sealed - timedelta(minutes=40), real_ended=sealed,
            place={"host": "bench-pc", "platform": "any", "python": "3.11", "versions": {}},
        )  # fmt: skip
    return folder


def sample_score(
    *, simulated: bool = True, open_: bool = False, head: str = "", scheme_sha256: str = "ab" * 32
) -> Score:
    """A score with everything on it."""
    aspects = [
        AspectScore(
            id="tidy", type="J", title=Text("场地整洁", "Tidy place of work"), max=6,
            marks=None if open_ else 5, reason=Text("两名考评员的平均", "mean of two assessors"),
            entered={"A-07": 2, "A-09": 3}, spread=1,
        ),
        AspectScore(
            id="handover", type="J", title=Text("交接说明", "Handing over"), max=6,
            marks=None if open_ else 3, reason=Text("两名考评员的平均", "mean of two assessors"),
            entered={"A-07": 1, "A-09": 3}, spread=2,
        ),
    ]  # fmt: skip
    conduct, diagnosis = Text("职业规范", "Conduct"), Text("诊断", "Diagnosis")
    named = AspectScore(
        id="named", type="M", title=Text("指出故障", "The fault is named"), max=20, marks=14,
        computed=10, reason=Text("部分得分：只指出了电路", "part: only the circuit was named"),
        lines=[11, 12], overridden_by="A-07", must_pass=True,
    )  # fmt: skip
    total = None if open_ else 62.5
    return Score(
        function="1",
        run_id="7a11c0de00000001",
        head=head,
        scheme="sample-two-assessors",
        scheme_sha256=scheme_sha256,
        entries_sha256="cd" * 32,
        candidate=CANDIDATE,
        simulated=simulated,
        modules=[
            ModuleScore(
                id="work", title=Text("故障检修", "Fault finding"), weight=100, max=32,
                marks=None if open_ else 20, percent=None if open_ else 62.5,
                criteria=[
                    CriterionScore(id="conduct", title=conduct, aspects=aspects),
                    CriterionScore(id="finding", title=diagnosis, aspects=[named]),
                ],
                deductions=[
                    DeductionScore(
                        block="order", id="tool-dropped", times=1, marks=2, entered_by="A-09",
                        title=Text("工具跌落", "A tool was dropped"),
                        reason=Text("螺丝刀跌落", "The screwdriver fell"),
                    ),
                    DeductionScore(
                        block="order", id="late-gloves", times=1, marks=1, waived_by="A-07",
                        title=Text("手套佩戴过晚", "Gloves put on late"),
                        reason=Text("手套由考场临时提供", "The gloves were handed out late"),
                    ),
                ],
                deducted=2, seconds=1800, minutes=40,
            )
        ],
        vetoes=[
            VetoScore(
                id="live-work", title=Text("带电作业", "Work on live parts"), grade="end_exam",
                marks=0, reason=Text("未验电即更换部件", "A part was replaced, no voltage test"),
                lines=[10], decision=None if open_ else "rejected", by="" if open_ else "A-07",
                why="" if open_ else "V-3: 9",
            )
        ],
        overtime_seconds=0.0,
        total=total,
        passed=None if open_ else True,
        why=Text("有待考评员裁定", "assessors still have to decide")
        if open_
        else Text("总分 62.5 ≥ 60，必过项均有分", "total 62.5 ≥ 60; must-pass aspects have marks"),
        pending=["spread:handover", "veto:live-work", "fees"] if open_ else [],
        harness_errors=["meter-reading"],
        conditional=["supply-voltage"],
    )  # fmt: skip
