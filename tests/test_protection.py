"""Switching a pile off and on in the middle of a run, proving it dead, insulation and RCD."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from check_rows import plan
from sim_support import Point

from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.engine import wording
from harness.engine.safety_words import Shown, shown
from harness.errors import FileError, NotAvailableError
from harness.events import Asked, Judged, Measured, SafeState
from harness.quantity import Measurement
from harness.verdict import Ending, Verdict
from simulators import protection_work
from simulators.rcd import Rcd
from simulators.scheduler import Scheduler
from simulators.trace import Trace

ASK = "ask: {zh: 请, en: Please}"
OFF = f"""\
- id: off
  title: {{zh: 断电, en: Off}}
  do: pile.goes_silent
  with: {{does: feeder-off, {ASK}}}
  limit: {{within: 10 s}}
"""
PLACES = ("tester", "line_neutral", "line_earth", "neutral_earth", "tester_again")


def dead(place: str, after: str | None) -> str:
    more = f", after: {after}" if after else ""
    limit = "{low: 198, high: 242, unit: V}" if place.startswith("tester") else "{high: 10 V}"
    return f"""\
- id: {place.replace("_", "-")}
  title: {{zh: 验电, en: Dead}}
  do: operator.prove_dead
  with: {{place: {place}, instrument: multimeter, {ASK}{more}}}
  limit: {limit}
"""


ALL_DEAD = OFF + "".join(
    dead(place, PLACES[at - 1].replace("_", "-") if at else None) for at, place in enumerate(PLACES)
)
ON = f"""\
- id: on
  title: {{zh: 送电, en: On}}
  do: pile.comes_back
  with: {{does: feeder-on, {ASK}}}
  limit: {{within: 60 s}}
"""
TEST = f"""\
- id: arrester
  title: {{zh: 断开防雷器, en: Arrester off}}
  do: operator.confirm
  with: {{does: disconnect-surge-arrester, {ASK}}}
- id: start
  title: {{zh: 加压, en: Start}}
  do: operator.start_insulation_test
  with: {{does: start-insulation-test, {ASK}}}
- id: insulation
  title: {{zh: 绝缘, en: Insulation}}
  do: operator.insulation
  with:
    started: start
    quantity: insulation_resistance_pile
    instrument: insulation_tester
    {ASK}
  limit: {{low: 10 MΩ}}
"""


def run(folder: Path, steps: str, **more: object) -> Outcome:
    return run_procedure(folder, write_procedure(folder, steps), **more)


def ended(outcome: Outcome) -> SafeState:
    (state,) = outcome.of(SafeState)
    return state


def measured(outcome: Outcome, name: str) -> Measurement:
    return [one.measurement for one in outcome.of(Measured) if one.measurement.name == name][-1]


class Deputy:
    """The simulated technician, except for what somebody declines or answers otherwise."""

    simulated = True

    def __init__(self, answers: Mapping[str, object]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.technician: object = None

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        self.asked.append(question.subject)
        if question.subject in self.answers:
            return Answer(value=self.answers[question.subject], by="T-9")  # type: ignore[arg-type]
        return await self.technician.ask(question, deadline)  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def deputy(monkeypatch: pytest.MonkeyPatch) -> Deputy:
    """Put between the harness and the technician; `answers` may be filled before the run."""
    from simulators import bench  # noqa: PLC0415

    person = Deputy({})
    made = bench.SimulatedTechnician

    def make(*given: object, **more: object) -> object:
        own = made(*given, **more)  # type: ignore[arg-type]
        if more.get("at_once"):
            return own
        person.technician = own
        return person

    monkeypatch.setattr(bench, "SimulatedTechnician", make)
    return person


# ---------------------------------------------------------------- off and on


def test_a_pile_may_be_off_in_the_middle_of_a_run(tmp_path: Path) -> None:
    look = (
        "- {id: look, title: {zh: 看, en: Look}, do: pile.expect, "
        "with: {states: {charging_state: idle}}}\n"
    )
    outcome = run(tmp_path, ALL_DEAD + ON + look)
    assert set(outcome.verdicts.values()) == {Verdict.PASS}
    assert outcome.result.ending is Ending.COMPLETED
    state = ended(outcome)
    assert state.safe and state.how == "found safe"
    # 6 s of start-up were waited for, and are on record with what polling cannot tell.
    back = next(one.measurement for one in outcome.of(Judged) if one.step == "on")
    assert isinstance(back.value, float) and 6.0 <= back.value < 9.0
    assert back.uncertainty is not None and back.uncertainty > 0


def test_what_is_left_off_is_safe_only_when_it_was_measured_dead(tmp_path: Path) -> None:
    whole = ended(run(tmp_path, ALL_DEAD))
    assert whole.safe and shown(whole) is Shown.MEASURED
    assert [one.name for one in whole.readings] == [
        "terminal_voltage_ln", "terminal_voltage_lpe", "terminal_voltage_npe"
    ]  # fmt: skip
    only_off = run(tmp_path, OFF)
    assert only_off.verdicts == {"off": Verdict.PASS}
    state = ended(only_off)
    assert not state.safe and shown(state) is Shown.NOT_SAFE
    assert only_off.result.exit_code == 4
    almost = ended(run(tmp_path, ALL_DEAD.rpartition("- id: tester-again")[0]))
    assert not almost.safe
    assert wording.reason(almost.detail).zh == "没有应答，但端子未验明无电"


def test_a_device_that_is_off_on_purpose_is_not_lost(tmp_path: Path) -> None:
    look = "".join(
        f"- {{id: look-{n}, title: {{zh: 看, en: Look}}, do: pile.expect, "
        "with: {states: {charging_state: idle}}}\n"
        for n in range(3)
    )
    outcome = run(tmp_path, ALL_DEAD + look + ON)
    assert [outcome.verdicts[f"look-{n}"] for n in range(3)] == [Verdict.ERROR] * 3
    assert outcome.verdicts["on"] is Verdict.PASS
    assert outcome.result.ending is Ending.COMPLETED


def test_a_switch_that_does_not_switch_off_fails(tmp_path: Path) -> None:
    outcome = run(tmp_path, ALL_DEAD, faults=["feeder-mislabelled"])
    assert outcome.verdicts["off"] is Verdict.FAIL
    (judged,) = [one for one in outcome.of(Judged) if one.step == "off"]
    assert judged.measurement.note == "it still answers"
    assert ended(outcome).safe  # it answers, so it was stopped and measured as always


def test_a_charge_that_was_not_shown_to_be_gone_is_told(tmp_path: Path) -> None:
    outcome = run(tmp_path, ALL_DEAD + TEST + ON)
    assert outcome.verdicts["insulation"] is Verdict.PASS
    assert outcome.verdicts["on"] is Verdict.NOT_RUN  # nobody switches on what may be charged
    state = ended(outcome)
    assert not state.safe
    assert "绝缘测试" in wording.reason(state.detail).zh


def test_the_duration_of_the_test_is_kept_by_the_harness(tmp_path: Path) -> None:
    outcome = run(tmp_path, ALL_DEAD + TEST)
    lasted = measured(outcome, "insulation_test_duration").value
    assert isinstance(lasted, float) and 60.0 <= lasted < 75.0
    asked = [one for one in outcome.of(Asked) if one.step == "insulation"]
    assert len(asked) == 1


# ---------------------------------------------------------------- order


def test_nothing_is_measured_out_of_order(tmp_path: Path) -> None:
    wrong = OFF + dead("tester", None) + dead("line_earth", "tester")
    outcome = run(tmp_path, wrong)
    assert outcome.verdicts["line-earth"] is Verdict.NOT_RUN
    english = "not measured: step tester has not shown terminal_voltage_ln first"
    assert outcome.step("line-earth").reason == english
    assert wording.reason(english).zh == "未测量：步骤 tester 尚未先得出“端子电压 L-N”"


def test_no_insulation_test_where_nothing_was_proved_dead(tmp_path: Path) -> None:
    outcome = run(tmp_path, OFF + TEST)
    assert outcome.verdicts["start"] is Verdict.NOT_RUN
    assert outcome.verdicts["insulation"] is Verdict.NOT_RUN
    alone = run(tmp_path, dead("tester", None))
    assert alone.step("tester").reason == "nobody has switched the pile off in this run"


def test_a_choice_of_steps_cannot_skip_the_proof(tmp_path: Path) -> None:
    chosen = ["feeder-off", "arrester-off", "test-start", "insulation"]
    outcome = run_procedure(tmp_path, "PILE-SAFE-01", selected=chosen)
    assert outcome.verdicts["feeder-off"] is Verdict.PASS
    for name in chosen[1:]:
        assert outcome.verdicts[name] is Verdict.NOT_RUN, name
    assert not ended(outcome).safe


@pytest.mark.parametrize(
    ("place", "after", "complaint"),
    [
        (
            "line_neutral",
            None,
            "line_neutral without `after`; expected the step that measured tester",
        ),
        ("line_neutral", "nothing", "no step before this one is called 'nothing'"),
    ],
)
def test_mistakes_are_found_before_anything_is_opened(
    tmp_path: Path, place: str, after: str | None, complaint: str
) -> None:
    with pytest.raises(FileError, match=complaint):
        plan(write_procedure(tmp_path, OFF + dead(place, after)))


def test_a_limit_in_another_unit_is_a_mistake(tmp_path: Path) -> None:
    rows = OFF + dead("tester", None).replace("unit: V", "unit: A")
    with pytest.raises(FileError, match="the limit is in A, the reading in V"):
        plan(write_procedure(tmp_path, rows))


# ---------------------------------------------------------------- the whole procedure, and people


def test_without_a_person_nothing_is_switched(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("by: T-1\nanswers: {safety: false}\n", encoding="utf-8")
    outcome = run_procedure(tmp_path, "PILE-SAFE-01", answers=answers, energise=True)
    assert outcome.result.ending is Ending.STOPPED
    assert set(outcome.verdicts.values()) == {Verdict.NOT_RUN}
    assert ended(outcome).safe


@pytest.mark.parametrize(
    ("declined", "last", "safe"),
    [
        ("feeder-off", "feeder-off", True),  # it still answers, so it is stopped and measured
        ("end-insulation-test", "test-end", False),
        ("connect-surge-arrester", "arrester-on", True),  # off, dead and discharged
        ("feeder-on", "feeder-on", True),
        ("close-rcd", "rcd-reset", False),  # off by the RCD, nobody has measured
    ],
)
def test_who_declines_stops_the_run_safely(
    tmp_path: Path, deputy: Deputy, declined: str, last: str, safe: bool
) -> None:
    deputy.answers = {declined: False}
    outcome = run_procedure(tmp_path, "PILE-SAFE-01", energise=True)
    run_so_far = [name for name, one in outcome.verdicts.items() if one is not Verdict.NOT_RUN]
    steps = list(outcome.verdicts)
    assert outcome.result.ending is Ending.STOPPED
    assert steps.index(run_so_far[-1]) < steps.index(last)
    assert ended(outcome).safe is safe


def test_energising_has_to_be_released(tmp_path: Path, deputy: Deputy) -> None:
    outcome = run_procedure(tmp_path, "PILE-SAFE-01")
    assert outcome.verdicts["load-start"] is Verdict.NOT_RUN
    assert outcome.verdicts["emergency-stop"] is Verdict.NOT_RUN
    assert outcome.verdicts["output-dead"] is Verdict.NOT_RUN  # nothing was stopped
    assert "press-emergency-stop" not in deputy.asked
    assert ended(outcome).safe


@pytest.mark.parametrize("profile", ["heidelberg-energy-control", "sungrow-ac011e", "etek-ekepc2"])
def test_piles_that_show_less_raise_no_alarm(tmp_path: Path, profile: str) -> None:
    outcome = run_procedure(tmp_path, "PILE-SAFE-01", energise=True, pile_profile=profile)
    odd = {Verdict.FAIL, Verdict.CONDITIONAL_FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR}
    assert not odd & set(outcome.verdicts.values())
    assert outcome.verdicts["feeder-on"] is Verdict.PASS
    assert ended(outcome).safe


def test_no_unverified_value_is_shown_as_that_of_a_standard(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, "PILE-SAFE-01", energise=True)
    judged = {one.step: one for one in outcome.of(Judged) if one.item is not None}
    with_clause = {step for step, one in judged.items() if one.clause is not None}
    assert with_clause == {"rcd-rating", "insulation"}
    for step in ("pe-bond", "earth-resistance", "rcd-trip-time", "rcd-trip-time-5x"):
        assert judged[step].confidence == "low"


def test_an_instrument_without_calibration_comes_to_no_verdict(tmp_path: Path) -> None:
    bench = tmp_path / "bench.yaml"
    bench.write_text(
        "bench: lab\ndevices:\n  pile: {profile: gb-ac-pile, simulated: true}\n"
        "instruments:\n  m: {type: multimeter, uncertainty: 0.5 %, calibration_due: 2020-01-01}\n",
        encoding="utf-8",
    )
    outcome = run(tmp_path, OFF + dead("tester", None), bench=str(bench))
    assert outcome.verdicts["tester"] is Verdict.INCONCLUSIVE


# ---------------------------------------------------------------- physics


def test_the_time_to_trip_falls_with_the_current() -> None:
    point = Point()
    rcd = point.world.supply.rcd
    at_rated, five = rcd.time_to_trip(30.0), rcd.time_to_trip(150.0)
    assert at_rated is not None and five is not None
    assert five == pytest.approx(at_rated / 5)
    assert rcd.time_to_trip(rcd.trip_current - 0.1) is None


def test_a_leakage_trips_it_after_its_time_unless_the_pile_is_faster() -> None:
    opened: list[bool] = []
    scheduler = Scheduler(0.0)
    rcd = Rcd(Point().world.random("x"), scheduler, Trace(), lambda: opened.append(True))
    rcd.sees(60.0)
    scheduler.run_to(0.02)
    rcd.sees(0.0)  # gone before it had reacted
    scheduler.run_to(1.0)
    assert rcd.closed and not opened
    rcd.sees(60.0)
    scheduler.run_to(2.0)
    assert not rcd.closed and opened == [True]
    # At a charging pile its own supervision is first: the supply stays.
    point = Point()
    point.charge()
    point.world.leakage = 45.0
    point.world.refresh()
    point.run(1.0)
    assert "F-02" in point.get("fault_flags")
    assert point.world.supply.live


def test_without_supply_nothing_answers_and_the_loss_is_in_the_log() -> None:
    point = Point()
    point.charge()
    point.world.supply.rcd.press_test()
    point.run(1.0)
    assert not point.pile.answering and not point.world.output_live
    assert point.world.load.current() == 0.0
    point.world.supply.rcd.close()
    point.run(2.0)
    assert point.pile.powered and not point.pile.answering  # it is starting
    point.run(10.0)
    assert point.pile.answering
    assert point.get("last_alarm_number") == 36


def test_the_charge_of_a_test_stays_until_it_is_led_away() -> None:
    point = Point()
    supply = point.world.supply
    supply.open_switch()
    supply.arrester_connected = False
    point.run(5.0)
    assert supply.line_neutral() < 5.0
    supply.start_test()
    early = supply.insulation_reading()
    point.run(60.0)
    assert early < supply.insulation_reading() <= supply.insulation
    supply.discharger_sound = False
    supply.end_test()
    assert supply.charge() > 500.0
    point.run(10.0)
    assert 200.0 < supply.charge() < 528.0
    supply.arrester_connected = True
    assert supply.total_insulation() < 0.5  # why the arrester has to be disconnected


def test_the_technician_does_not_work_at_live_terminals() -> None:
    point = Point()
    for subject in ("start-insulation-test", "disconnect-surge-arrester"):
        with pytest.raises(NotAvailableError, match="live terminals"):
            protection_work.ACTIONS[subject](point.rig)


@pytest.mark.parametrize("name", sorted(protection_work.READINGS))
def test_every_quantity_has_a_name_in_both_languages(name: str) -> None:
    assert wording.point(name, "zh", "operator") != name
    assert wording.point(name, "en", "operator") != name


def test_answers_from_a_file_are_checked_before_the_run(tmp_path: Path) -> None:
    """Readings by hand: numbers, with instruments of the right kind."""
    answers = tmp_path / "answers.yaml"
    good = """\
by: T-2
answers:
  safety: true
  feeder-off: true
  lock-and-tag: {value: normal, note: lock 12}
  tester: {value: 221.5, instrument: dmm-1}
  dead-line-neutral: {value: 0.4, instrument: dmm-1}
  rcd-rating: 30
  insulation: {value: 212, instrument: ins-1}
  rcd-trip-time: {value: 24.1, instrument: rcd-1}
  discharged: {value: 0.0, instrument: dmm-1}
"""
    answers.write_text(good, encoding="utf-8")
    outcome = run_procedure(tmp_path, "PILE-SAFE-01", answers=answers)
    # Somebody says that the feeder is off, and the pile still answers: that ends the run.
    assert outcome.verdicts["feeder-off"] is Verdict.FAIL
    assert outcome.result.ending is Ending.STOPPED
    for wrong, complaint in (
        ("insulation: {value: 212, instrument: dmm-1}", "is of the type multimeter"),
        ("tester: {value: yes, instrument: dmm-1}", "a number in V"),
        ("test-start: 500", "true or false"),
    ):
        answers.write_text(f"by: T-2\nanswers: {{{wrong}}}\n", encoding="utf-8")
        with pytest.raises(FileError, match=complaint):
            run_procedure(tmp_path, "PILE-SAFE-01", answers=answers)
