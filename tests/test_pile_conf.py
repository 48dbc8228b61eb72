"""The conformance run: its speed, reports of laboratories, what a bench without tools gets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.bench.load import load_bench
from harness.catalogue.load import load_catalogue
from harness.devices.operator import Answer
from harness.engine import wording
from harness.engine.plan import make_plan
from harness.engine.run import RunRequest, RunResult, execute
from harness.events import Answered, Event, Judged, StepEnded
from harness.procedure.load import load_procedure
from harness.verdict import Ending, Verdict
from simulators import conformance_work

PROCEDURE = "PILE-CONF-01"
IN_TIME = 5.0
"""Seconds of real time for the whole run on the virtual bench."""
Events = list[Event]
Run = Callable[..., tuple[RunResult, Events]]


@pytest.fixture
def conform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))

    def run(bench: str = "sim", *, energise: bool = True) -> tuple[RunResult, Events]:
        loaded = load_bench(bench)
        plan = make_plan(load_procedure(PROCEDURE), loaded, load_catalogue(), energise=energise)
        events: Events = []
        return execute(RunRequest([plan], loaded, tmp_path / "run"), [events.append]), events

    return run


def verdict(result: RunResult, step: str) -> Verdict | None:
    return result.verdicts[PROCEDURE][step]


def test_the_whole_run_is_judged_in_time(conform: Run) -> None:
    """With the technician's usual pace, which is virtual, and everything written to disk."""
    result, events = conform()
    assert result.ending is Ending.COMPLETED
    found = {one for one in result.verdicts[PROCEDURE].values() if one is not None}
    assert found <= {Verdict.PASS, Verdict.CONDITIONAL_PASS}
    assert result.real_seconds < IN_TIME
    reports = [e for e in events if isinstance(e, Answered) and e.step.endswith("-report")]
    assert len(reports) == len(conformance_work.REPORTS)
    assert {e.note for e in reports} == {conformance_work.NUMBER}


def test_a_report_without_a_number_proves_nothing(
    conform: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(_rig: object, subject: str, by: str) -> Answer:
        value = None if subject == "report-noise" else "normal"
        return Answer(value=value, by=by)

    monkeypatch.setattr(conformance_work, "look_up", look_up)
    result, events = conform(energise=False)
    assert verdict(result, "damp-heat-report") is Verdict.INCONCLUSIVE
    judged = next(e for e in events if isinstance(e, Judged) and e.step == "damp-heat-report")
    assert wording.reason(judged.measurement.note).zh == "未填报告编号"
    assert verdict(result, "noise-report") is Verdict.NOT_RUN
    ended = next(e for e in events if isinstance(e, StepEnded) and e.step == "noise-report")
    assert wording.reason(ended.reason).zh != ended.reason


def test_without_recorder_and_instruments_nothing_passes_by_itself(
    conform: Run, tmp_path: Path
) -> None:
    """What a recording or an instrument would prove is open; what the pile shows is judged."""
    path = tmp_path / "bare.yaml"
    path.write_text(
        "bench: bare\ndevices:\n  pile: {profile: gb-ac-pile, simulated: true}\n", encoding="utf-8"
    )
    result, _ = conform(str(path))
    assert verdict(result, "communication") is Verdict.PASS
    for step in ("idle-level", "supply-on", "pe-off", "cp-break-off"):
        assert verdict(result, step) in (Verdict.INCONCLUSIVE, Verdict.NOT_RUN)
    for step in ("pe-bond", "insulation", "data-retention"):
        assert verdict(result, step) in (Verdict.INCONCLUSIVE, Verdict.NOT_RUN)


def test_every_report_has_its_question() -> None:
    steps = load_procedure(PROCEDURE).model.steps
    asked = {step.with_["subject"] for step in steps if step.do == "operator.report"}
    assert asked == conformance_work.REPORTS
