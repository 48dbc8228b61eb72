"""Short sealed runs of a candidate, for the tests of the skill record."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sample_record import KEY

from harness.datafile import sha256
from harness.events import (
    Answered,
    ExamOpened,
    ExamStarted,
    FaultPlan,
    Measured,
    PlanAnnounced,
    ProcedureEnded,
    RunEnded,
    RunStarted,
    ScenarioSet,
    StepEnded,
    StepStarted,
)
from harness.evidence.journal import Bundle
from harness.evidence.withheld import commitment, new_key, withhold
from harness.quantity import Measurement
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict

DAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
RIGHT, WRONG = CandidateVerdict.RIGHT, CandidateVerdict.WRONG

SCHEME = """\
scheme: none
title: {zh: 方案, en: Scheme}
shape: weighted_tasks
modules:
  - id: m
    title: {zh: 模块, en: Module}
    weight: 1
    criteria:
      - id: c
        title: {zh: 标准, en: Criterion}
        aspects: [{id: a, type: M, title: {zh: 甲, en: A}, max: 1, by: {when: {done: [x]}}}]
"""


def write_run(
    folder: Path, *, day: int = 0, candidate: str = "C-07", procedure: str = "PILE-FAULT-01",
    skills: Sequence[str] = ("P-2.2.3",), said: Sequence[CandidateVerdict] = (RIGHT,),
    marks: Mapping[str, int] | None = None, by: str = "K-01", answered_by: str = "C-07",
    faults: Sequence[str] = (), simulated: bool = True, verdict: Verdict | None = Verdict.PASS,
    seal: bool = True, ending: Ending = Ending.COMPLETED, mode: str = "",
    scheme: tuple[str, str] | None = None, opened: str = "handed_in",
    scheme_sha256: str = "",
) -> str:  # fmt: skip
    """One run; its id. `mode` makes it an exam; `scheme` is an id and the text of its file."""
    now = 0.0
    bundle = Bundle(folder, lambda: now, force_to_disk=False)
    scheme = scheme or (("none", SCHEME) if mode else None)
    files = [bundle.attach("scheme", "scheme.yaml", scheme[1].encode())] if scheme else []
    used = scheme_sha256 or sha256(scheme[1].encode() if scheme else b"")
    run_id = sha256(f"{folder.name}{day}".encode())[:16]
    bundle.emit(
        RunStarted(
            run_id=run_id, utc="2026-01-05T01:00:00+00:00", virtual_time=simulated,
            simulated=simulated, procedures=[procedure], bench="b", seed=1,
            faults=[] if mode else list(faults), operator="" if mode else candidate, files=files,
        )
    )  # fmt: skip
    key = new_key()
    if mode:
        title = Text("考试", "Exam")
        bundle.emit(
            ExamStarted(
                scenario="s", title=title, mode=mode, candidate=candidate, order=title,  # type: ignore[arg-type]
                scheme=scheme[0] if scheme else "", scheme_sha256=used,
                commitment=commitment(key),
            )
        )  # fmt: skip
        bundle.emit(withhold(ScenarioSet(faults=[FaultPlan(one) for one in faults], seed=1), key))
    bundle.emit(
        PlanAnnounced(procedure=procedure, title=Text("流程", "P"), steps=1, skills=list(skills))
    )
    for number, conclusion in enumerate(said):
        _step(bundle, procedure, f"say-{number}", kind="D", by=answered_by, said=conclusion)
    for step, mark in (marks or {}).items():
        _step(bundle, procedure, step, kind="A", by=by, mark=mark)
    bundle.emit(
        ProcedureEnded(
            procedure=procedure, ending=Ending.COMPLETED, verdict=verdict, counts={}, coverage=1.0
        )
    )
    if mode and opened:
        bundle.emit(ExamOpened(key=key.hex(), why=opened))
    bundle.emit(RunEnded(ending=ending, verdict=verdict, exit_code=0))
    bundle.close()
    if seal:
        started = DAY + timedelta(days=day)
        place = {"host": "h", "platform": "p", "python": "3", "versions": {}}
        ended = started + timedelta(minutes=9)
        bundle.seal(KEY, real_started=started, real_ended=ended, place=place)
    return run_id


def _step(
    bundle: Bundle, procedure: str, step: str, *, kind: str, by: str,
    said: CandidateVerdict | None = None, mark: int | None = None,
) -> None:  # fmt: skip
    title = Text("步骤", "Step")
    bundle.emit(StepStarted(procedure=procedure, step=step, number=1, title=title,
                            action="operator.rate" if kind == "A" else "operator.decide",
                            kind=kind))  # fmt: skip
    bundle.emit(Answered(step=step, kind="rate" if kind == "A" else "decide", value=mark, by=by))
    if mark is not None:
        read = Measurement(name=f"{step}.mark", value=mark, source=by, at=0.0)
        bundle.emit(Measured(step=step, measurement=read))
    bundle.emit(StepEnded(procedure=procedure, step=step, verdict=None, candidate=said))
