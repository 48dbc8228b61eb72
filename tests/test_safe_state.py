"""Whatever ends a run, the bench is made safe and measured so; nothing is energised unasked."""

import signal
from pathlib import Path

import pytest
from benchkit import DATA, Outcome, run_procedure, write_procedure

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.clock import sleep
from harness.errors import StopRun
from harness.events import Measured, PlanAnnounced, Restored, SafeState, Written
from harness.evidence.read import read_modbus
from harness.evidence.verify import verify
from harness.text import Text
from harness.verdict import Ending, Verdict

CHARGE = DATA / "procedures" / "CHARGE-TEST-01.yaml"
WRITES = {5, 6, 15, 16}


@action("pile.end_somehow", kind="O", judges=False, title=Text("结束", "End the run somehow"))
async def end(step: StepContext, *, how: str) -> None:
    if how == "ctrl-c":
        signal.raise_signal(signal.SIGINT)
    elif how == "terminate":
        signal.raise_signal(signal.SIGTERM)
    elif how == "stop":
        raise StopRun(Text("停", "enough"), aborted=False)
    elif how == "mistake":
        raise RuntimeError("a lab's own mistake")
    elif how == "unplug":
        assert step.bench.faults.injector is not None
        await step.bench.faults.injector.stop()  # type: ignore[attr-defined]
        await step.read_one("charging_state")
    await sleep(1)


START = """
- id: start
  title: {zh: 启动, en: Start}
  do: pile.start_charging
  with: {current: 16 A, does: connect-vehicle}
- id: current
  title: {zh: 电流, en: Current}
  do: bench.wait
  with: {for: 8 s}
- id: now
  title: {zh: 读数, en: Readings}
  do: pile.record
  with: {points: [charging_state, contactor_state, current_l1]}
"""
END = """
- id: end
  title: {zh: 结束, en: End}
  do: pile.end_somehow
  with: {how: HOW}
- id: after
  title: {zh: 之后, en: After}
  do: pile.record
  with: {points: [charging_state]}
"""


def readings(outcome: Outcome, step: str) -> dict[str, object]:
    return {
        event.measurement.name: event.measurement.value
        for event in outcome.of(Measured)
        if event.step == step
    }


def test_a_session_from_start_to_stop(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, CHARGE, energise=True)
    assert outcome.verdicts == {
        "start": Verdict.PASS,
        "charging": Verdict.PASS,
        "stop": Verdict.PASS,
    }
    (state,) = outcome.of(SafeState)
    assert state.safe
    assert state.how == "sequence 'stop'", "commanded again, because this run had started it"
    restored = {event.point: event.agreed for event in outcome.of(Restored)}
    assert restored["watchdog_timeout"]
    assert restored["current_limit"]
    armed = {event.point: event.value for event in outcome.of(Written)}
    assert armed["watchdog_timeout"] == 3
    assert armed["failsafe_current"] == 0


@pytest.mark.parametrize(
    ("how", "ending", "code"),
    [
        ("ctrl-c", Ending.ABORTED, 130),
        ("terminate", Ending.ABORTED, 130),
        ("stop", Ending.STOPPED, 3),
        ("mistake", Ending.COMPLETED, 4),
    ],
)
def test_every_way_out_stops_the_session(
    tmp_path: Path, how: str, ending: Ending, code: int
) -> None:
    path = write_procedure(tmp_path, START + END.replace("HOW", how))
    outcome = run_procedure(tmp_path, path, energise=True)
    assert readings(outcome, "now")["contactor_state"] == "closed", "it was really charging"
    assert float(str(readings(outcome, "now")["current_l1"])) > 10
    assert outcome.result.ending is ending
    assert outcome.result.exit_code == code
    (state,) = outcome.of(SafeState)
    assert state.safe
    assert state.how == "sequence 'stop'"
    proof = {reading.name: reading.value for reading in state.readings}
    assert proof["contactor_state"] == "open"
    assert verify(outcome.result.folder).exit_code == 0


def test_a_lost_pile_is_said_to_be_unsafe(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, START + END.replace("HOW", "unplug"))
    outcome = run_procedure(tmp_path, path, energise=True)
    assert outcome.result.ending is Ending.LOST
    assert outcome.result.exit_code == 4
    assert outcome.verdicts["end"] is Verdict.ERROR
    assert outcome.verdicts["after"] is Verdict.NOT_RUN
    assert "lost" in outcome.step("after").reason
    (state,) = outcome.of(SafeState)
    assert not state.safe
    assert state.detail


WELD = """
- id: weld
  title: {zh: 粘连, en: Weld}
  do: fault.set
  with: {fault: contactor-welded}
- id: stop
  title: {zh: 停止, en: Stop}
  do: pile.stop_charging
"""


def test_a_welded_contactor_is_not_taken_for_stopped(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, START + WELD), energise=True)
    assert outcome.verdicts["stop"] is Verdict.FAIL
    (state,) = outcome.of(SafeState)
    assert not state.safe, "the stop was acknowledged, but the contactor is closed"
    assert outcome.result.exit_code == 1


def test_nothing_is_energised_without_release(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, CHARGE, energise=False)
    assert outcome.verdicts["start"] is Verdict.NOT_RUN
    assert "not released" in outcome.step("start").reason
    assert outcome.of(PlanAnnounced)[0].energises == ["start: Start charging"]
    functions = {entry.transaction.function for entry in read_modbus(outcome.result.folder)}
    assert 5 not in functions or readings(outcome, "stop"), "nothing but the stop was written"
    assert not [event for event in outcome.of(Written) if event.value == "start"]


def test_an_inspection_writes_nothing(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, "PILE-INSP-01")
    plan = outcome.of(PlanAnnounced)[0]
    assert not plan.writes
    assert not plan.energises
    functions = {entry.transaction.function for entry in read_modbus(outcome.result.folder)}
    assert not functions & WRITES


def test_a_foreign_session_is_stopped_or_left(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, START.partition("- id: current")[2].join(("- id: wait", "")))
    outcome = run_procedure(tmp_path, path, faults=["session-running"])
    assert readings(outcome, "now")["charging_state"] == "charging"
    (state,) = outcome.of(SafeState)
    assert state.safe
    assert state.how == "sequence 'stop'"
    bench = tmp_path / "bench.yaml"
    bench.write_text(
        "bench: b\nstop_foreign_session: false\n"
        "devices: {pile: {profile: gb-ac-pile, simulated: true}}\n",
        encoding="utf-8",
    )
    left = run_procedure(tmp_path, path, faults=["session-running"], bench=str(bench))
    (state,) = left.of(SafeState)
    assert not state.safe
    assert state.how == "left alone"
    functions = {entry.transaction.function for entry in read_modbus(left.result.folder)}
    assert not functions & WRITES
