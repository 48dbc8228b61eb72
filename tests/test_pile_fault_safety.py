"""No hand goes to the conductors of a pile that is not shown to be dead."""

from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.actions.pile_fault.checks import CHECKS, OUTSIDE
from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.events import Measured
from harness.verdict import Ending, Verdict
from simulators.technician import SimulatedTechnician

AT_CONDUCTORS = ("tell-apart", "repair")
PLEASE = "ask: {zh: 请, en: Please}"


class Careless:
    """Confirms the feeder and never touches it; keeps the subjects of all questions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        usual = SimulatedTechnician.ask

        async def ask(who: SimulatedTechnician, question: Question, deadline: Deadline) -> Answer:
            self.asked.append(question.subject)
            if question.subject == "feeder-off":
                return Answer(value=True, by="tester")
            if question.subject == "lock-and-tag":
                return Answer(value="normal", by="tester")
            return await usual(who, question, deadline)

        monkeypatch.setattr(SimulatedTechnician, "ask", ask)


def _run(folder: Path, fault: str) -> Outcome:
    return run_procedure(folder, "PILE-FAULT-01", energise=True, faults=[fault])


def _untouched(outcome: Outcome, asked: list[str]) -> None:
    assert outcome.result.ending is Ending.STOPPED
    for step in AT_CONDUCTORS:
        assert outcome.verdicts[step] is Verdict.NOT_RUN, step
    by_hand = {check.subject for check in CHECKS.values() if check.power == "off"}
    assert by_hand.isdisjoint(asked)
    assert not any(subject.startswith("repair-") for subject in asked)


def test_a_feeder_that_was_only_said_to_be_open_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = Careless(monkeypatch)
    outcome = _run(tmp_path, "cp-break")
    assert outcome.verdicts["feeder-off"] is Verdict.FAIL
    _untouched(outcome, careless.asked)


@pytest.mark.parametrize("fault", ["modbus-baud-wrong", "gateway-frozen"])
def test_where_silence_proves_nothing_the_tester_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A pile that never answered, and one whose gateway goes on answering."""
    careless = Careless(monkeypatch)
    outcome = _run(tmp_path, fault)
    assert outcome.verdicts["feeder-off"] is None
    notes = [one.measurement.note for one in outcome.of(Measured)
             if one.measurement.name == "switched_off"]  # fmt: skip
    assert len(notes) == 1
    assert notes[0]
    assert outcome.verdicts["tester"] is Verdict.PASS
    assert outcome.verdicts["dead-line-neutral"] is Verdict.FAIL
    _untouched(outcome, careless.asked)


def test_steps_that_are_taken_out_of_their_order_touch_nothing(tmp_path: Path) -> None:
    steps = f"""\
- id: link
  title: {{zh: 通信, en: Link}}
  do: pile.check_link
- id: look
  title: {{zh: 外观, en: Look}}
  do: operator.look_over
- id: apart
  title: {{zh: 分辨, en: Apart}}
  do: operator.tell_apart
  with: {{power: "off"}}
- id: named
  title: {{zh: 诊断, en: Diagnosis}}
  do: pile.diagnose
- id: mend
  title: {{zh: 处理, en: Repair}}
  do: operator.repair_pile_fault
  with: {{{PLEASE}}}
"""
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps), faults=["cable-damaged"])
    assert outcome.verdicts["named"] is Verdict.FAIL
    for step in ("apart", "mend"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN
        assert outcome.step(step).reason == "the pile is not proved dead"


def test_what_needs_hands_inside_is_done_dead_and_what_needs_power_is_not() -> None:
    for check in CHECKS.values():
        if check.unit in ("Ω", "MΩ"):
            assert check.power == "off", check.key
        if check.unit == "V" or check.key in OUTSIDE:
            assert check.power == "on", check.key
