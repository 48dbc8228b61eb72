"""The bus procedure as a whole: what is asked, what is named, what is not done."""

from collections.abc import Callable
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.errors import FileError
from harness.events import Asked, Concluded, Measured, RunEnded
from harness.evidence.read import read_journal
from harness.quantity import Measurement
from harness.verdict import CandidateVerdict, Verdict
from simulators.technician import SimulatedTechnician

PROCEDURE = "CAN-FAULT-01"
LONGEST = 110.0
"""Simulated seconds of a healthy run at the technician's usual pace."""
Lie = Callable[[Question, Answer], Answer]


def readings(outcome: Outcome, name: str) -> list[Measurement]:
    """Everything that went on record under a name."""
    return [one.measurement for one in outcome.of(Measured) if one.measurement.name == name]


def asked(outcome: Outcome, step: str) -> list[Asked]:
    return [one for one in outcome.of(Asked) if one.step == step]


@pytest.fixture
def technician(monkeypatch: pytest.MonkeyPatch) -> Callable[[Lie], None]:
    """Let the simulated technician say something else than he found."""

    def replace_answers(lie: Lie) -> None:
        honest = SimulatedTechnician.ask

        async def ask(self: SimulatedTechnician, question: Question, by: Deadline) -> Answer:
            return lie(question, await honest(self, question, by))

        monkeypatch.setattr(SimulatedTechnician, "ask", ask)

    return replace_answers


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run_procedure(tmp_path_factory.mktemp("healthy"), PROCEDURE, seed=5)


def test_a_sound_car_passes_and_nothing_is_repaired(healthy: Outcome) -> None:
    judged = {step: one for step, one in healthy.verdicts.items() if one is not None}
    assert set(judged.values()) == {Verdict.PASS}
    assert [one.value for one in readings(healthy, "diagnosis")] == ["none"]
    assert asked(healthy, "isolation") == asked(healthy, "repair") == []
    assert [one.value for one in readings(healthy, "repaired")] == ["none"]
    (named,) = healthy.of(Concluded)
    assert (named.key, named.candidate) == ("none", CandidateVerdict.RIGHT)


def test_a_sound_run_is_short(healthy: Outcome) -> None:
    ended = [
        entry for entry in read_journal(healthy.result.folder) if isinstance(entry.event, RunEnded)
    ]
    assert ended[0].t < LONGEST


def test_the_car_is_left_with_the_ignition_off(healthy: Outcome) -> None:
    steps = list(healthy.verdicts)
    assert len(asked(healthy, "ignition-off")) == 1
    assert steps.index("rescan") < steps.index("ignition-off")
    told = [one.step for one in healthy.of(Asked) if one.kind == "confirm"]
    assert (told[0], told[-1]) == ("switch-on", "ignition-off")


def test_what_follows_from_other_readings_is_not_measured_again(healthy: Outcome) -> None:
    """With CAN-H free and 60 Ω to CAN-L, a short of CAN-L would have shown."""
    for what in ("ground", "battery"):
        assert asked(healthy, f"low-to-{what}") == []
        (low,) = readings(healthy, f"can_powertrain_low_{what}")
        (high,) = readings(healthy, f"can_powertrain_high_{what}")
        (pair,) = readings(healthy, "can_powertrain_resistance")
        assert low.value == pytest.approx(float(high.value) - float(pair.value), abs=0.11)  # type: ignore[arg-type]  # numbers
        assert "follows" in low.note


def test_resistance_is_measured_between_power_off_and_power_on(healthy: Outcome) -> None:
    order = [one.step for one in healthy.of(Asked)]
    ohms = [index for index, step in enumerate(order) if "resistance-" in step or "-to-" in step]
    assert order.index("power-off-proved") < order.index("adapter-out") < min(ohms)
    assert max(ohms) < order.index("power-on")


def test_a_stuck_unit_is_named_found_and_replaced(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, PROCEDURE, faults=["bus-node-stuck-dominant"], pace=0.2)
    values = [one.value for one in readings(outcome, "diagnosis")]
    assert values == ["chassis:node_stuck_dominant", "chassis:node_stuck_dominant:EPS"]
    (count,) = readings(outcome, "disconnections")
    assert count.value == 4
    subjects = [one.question.en for one in asked(outcome, "isolation")]
    assert "pull only the plug of EPS" in subjects[3]
    assert [one.candidate for one in outcome.of(Concluded)] == [CandidateVerdict.RIGHT] * 2
    (repair,) = asked(outcome, "repair")
    assert "EPS" in repair.question.zh
    assert "一直输出显性" in repair.question.zh
    assert outcome.verdicts["rescan"] is Verdict.PASS
    assert outcome.result.exit_code == 1


def test_a_live_car_is_not_measured(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, PROCEDURE, faults=["bus-main-switch-stuck"], pace=0.2)
    assert outcome.verdicts["power-off-proved"] is Verdict.FAIL
    later = list(outcome.verdicts)[list(outcome.verdicts).index("power-off-proved") + 1 :]
    assert {outcome.verdicts[step] for step in later} == {Verdict.NOT_RUN}
    assert {one.step for one in outcome.of(Asked)} == {"switch-on", "power-off", "power-off-proved"}


def test_a_resistance_alone_is_refused(tmp_path: Path) -> None:
    """Whatever steps somebody selects: without the proof nothing is measured."""
    chosen = ["resistance-chassis", "high-to-ground", "high-along"]
    outcome = run_procedure(tmp_path, PROCEDURE, selected=chosen)
    assert outcome.of(Asked) == []
    for step in chosen:
        assert outcome.verdicts[step] is Verdict.NOT_RUN
        assert "has not shown that the power is off" in outcome.step(step).reason


def test_contradictory_readings_lead_to_no_name_and_no_repair(
    tmp_path: Path, technician: Callable[[Lie], None]
) -> None:
    def misread(question: Question, answer: Answer) -> Answer:
        if question.subject == "can_powertrain_resistance":
            return Answer(value=0.9, by=answer.by, uncertainty=0.3)
        return answer

    technician(misread)
    outcome = run_procedure(tmp_path, PROCEDURE, pace=0.2)
    assert outcome.verdicts["diagnosis"] is Verdict.INCONCLUSIVE
    (diagnosis,) = readings(outcome, "diagnosis")
    assert diagnosis.value == "unknown"
    assert "units are heard" in diagnosis.note
    assert outcome.step("fault-type").candidate is CandidateVerdict.PENDING
    assert outcome.verdicts["isolation"] is Verdict.NOT_RUN
    assert outcome.step("repair").verdict is Verdict.NOT_RUN
    # The simulated bench knows better than the reading.
    assert outcome.verdicts["resistance-agreement"] is Verdict.FAIL


def test_a_wrong_conclusion_is_the_candidates(
    tmp_path: Path, technician: Callable[[Lie], None]
) -> None:
    def guess(question: Question, answer: Answer) -> Answer:
        wrong = {"bus-fault": "open_high", "bus-place": "EPB"}.get(question.subject)
        return Answer(value=wrong, by="T-1") if wrong else answer

    technician(guess)
    outcome = run_procedure(tmp_path, PROCEDURE, faults=["bus-node-dead"], pace=0.2)
    kind, place = outcome.of(Concluded)
    assert (kind.answer, kind.key) == ("open_high", "node_dead")
    assert (place.answer, place.key) == ("EPB", "OBC")
    assert {kind.candidate, place.candidate} == {CandidateVerdict.WRONG}
    assert readings(outcome, "diagnosis")[-1].value == "powertrain:node_dead:OBC"


# Mistakes in a procedure

GIVEN = "ask: {zh: 测, en: Measure}, instrument: multimeter"


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (f"quantity: resistance, unit: Ω, {GIVEN}", "resistance without `after`"),
        (f"quantity: resistance, unit: V, after: off, {GIVEN}", "resistance is not in V"),
        (f"quantity: high_recessive, unit: Ω, {GIVEN}", "high_recessive is not in Ω"),
        (f"quantity: resistance, unit: Ω, after: later, {GIVEN}", "no step before this one"),
        (f"quantity: low_ground, unit: Ω, after: off, {GIVEN}", "cannot judge by this limit"),
        (f"quantity: inductance, unit: Ω, after: off, {GIVEN}", "is not accepted"),
    ],
)
def test_a_wrong_measuring_step_is_found_before_the_run(
    tmp_path: Path, row: str, word: str
) -> None:
    limit = "limit: {high: 1 V}" if "low_ground" in row else "item: practice/bus-resistance"
    steps = (
        "- id: off\n  title: {zh: 断, en: Off}\n  do: operator.power_off_proved\n"
        f"  with: {{quantity: obd_supply_voltage, unit: V, {GIVEN}}}\n"
        "  item: practice/bus-power-off\n"
        "- id: ohms\n  title: {zh: 测, en: Ohms}\n  do: operator.bus_reading\n"
        f"  with: {{{row}}}\n  {limit}\n"
    )
    with pytest.raises(FileError, match=word):
        run_procedure(tmp_path, write_procedure(tmp_path, steps))


def test_an_unknown_bus_and_steps_without_what_they_build_on(tmp_path: Path) -> None:
    steps = (
        "- id: level\n  title: {zh: 测, en: Level}\n  do: operator.bus_reading\n"
        "  with: {quantity: high_recessive, bus: comfort, unit: V, instrument: oscilloscope, "
        "ask: {zh: 测, en: Measure}}\n  item: practice/bus-recessive-high\n"
        "- id: difference\n  title: {zh: 差, en: Difference}\n  do: can.level_difference\n"
        "  with: {state: recessive}\n  item: practice/bus-recessive-difference\n"
        "- id: seen\n  title: {zh: 看, en: Seen}\n  do: can.watched\n"
        "  with: {what: silent_nodes, of: level}\n"
        "- id: isolation\n  title: {zh: 隔, en: Isolate}\n  do: operator.isolate_bus_fault\n"
        "  with: {ask: {zh: 哪, en: Where}}\n  item: practice/bus-disconnections\n"
        "- id: agreement\n  title: {zh: 比, en: Compare}\n  do: operator.bus_agreement\n"
        "  item: practice/bus-resistance-agreement\n"
        "- id: diagnosis\n  title: {zh: 断, en: Diagnose}\n  do: can.diagnose\n"
    )
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps))
    assert "has no bus 'comfort'" in outcome.step("level").reason
    for step in ("level", "difference", "seen", "isolation", "agreement"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN, step
    assert outcome.verdicts["diagnosis"] is Verdict.INCONCLUSIVE
    (diagnosis,) = readings(outcome, "diagnosis")
    assert "nobody watched" in diagnosis.note
