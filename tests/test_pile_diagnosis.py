"""Naming the fault of a pile: the table, the rules, the words, and what hands mend."""

from pathlib import Path

import pytest
from benchkit import run_procedure
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_support import Point
from test_pile_maps import PILES

from harness.actions.pile_fault import readings as words
from harness.actions.pile_fault.causes import BY_NAME, CAUSES
from harness.actions.pile_fault.checks import ALWAYS, CHECKS
from harness.actions.pile_fault.model import ALARM, CLEAR, NONE, SET, UNKNOWN, parse
from harness.actions.pile_fault.rules import abnormal, candidates, diagnose, next_check, normal
from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.engine import pile_fault_words
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import Concluded, Measured, Written
from harness.quantity import Measurement
from harness.verdict import CandidateVerdict, Verdict
from simulators.faults import all_faults
from simulators.faults.found import pile_fault_01
from simulators.pile_looks import OBSERVATIONS, READINGS
from simulators.pile_mending import mend
from simulators.technician import READINGS as ALL_READINGS
from simulators.technician import SimulatedTechnician

SOUND = {"link": "ok", "rest.state": "ok"}


def _typical(name: str) -> dict[str, str]:
    """Everything that a cause shows."""
    cause = BY_NAME[name]
    return SOUND | {key: cause.wants(key)[0] for key in cause.signs}


# The table


def test_names_are_unique_and_every_sign_can_be_found() -> None:
    assert len(BY_NAME) == len(CAUSES)
    for cause in CAUSES:
        for key in cause.signs:
            if key.startswith("hand."):
                check = CHECKS[key]
                possible = {*check.choices, *(band.state for band in check.bands)}
                if key not in ("hand.cc", "hand.lamp"):
                    assert set(cause.wants(key)) <= possible, (cause.name, key)
            elif key.startswith(ALARM):
                assert cause.signs[key] in (SET, CLEAR)
        assert any(word != normal(key) for key in cause.signs for word in cause.wants(key))


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_each_cause_is_named_by_what_it_shows(name: str) -> None:
    alike = [cause.name for cause in CAUSES if cause.signs == BY_NAME[name].signs]
    assert sorted(parse(diagnose(_typical(name)).value)) == sorted(alike)


def test_only_these_causes_show_the_same() -> None:
    """A line that is open is open wherever that is: hands measure it from end to end."""
    signs = [cause.signs for cause in CAUSES]
    alike = {cause.name for cause in CAUSES if signs.count(cause.signs) > 1}
    assert alike == {"modbus-line-broken", "bus-line-open"}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_without_its_hand_checks_a_cause_is_among_those_that_are_left(name: str) -> None:
    found = {key: word for key, word in _typical(name).items() if not key.startswith("hand.")}
    if abnormal(found):
        left = [cause.name for cause in candidates(found)]
        assert name in left
        asked = next_check(found)
        if len(left) > 1:
            assert asked is not None


def test_every_cause_is_a_fault_that_can_be_seeded() -> None:
    """What is named can be mended on the simulated bench, which is how the procedure is proved."""
    assert set(BY_NAME) <= set(all_faults())
    named = {name for value in pile_fault_01.DIAGNOSIS.values() for name in parse(value)}
    assert named == set(BY_NAME)


def test_the_technician_can_do_every_hand_check() -> None:
    for check in CHECKS.values():
        if check.unit:
            assert check.subject in ALL_READINGS
        elif check.key not in ALWAYS:
            assert check.subject in OBSERVATIONS
    assert set(READINGS) <= set(ALL_READINGS)


# The rules


def test_nothing_abnormal_is_no_fault() -> None:
    assert diagnose(SOUND | {"rest.cp": "ok", "hand.door": "shut"}).value == NONE


def test_what_cannot_be_told_apart_is_named_together() -> None:
    found = diagnose(SOUND | {"alarm.F-22": SET})
    assert found.value == "door-open|door-switch-broken"
    assert parse(found.value) == ("door-open", "door-switch-broken")
    assert "not looked at: hand.door" in found.reasons


def test_what_no_cause_explains_is_unknown() -> None:
    found = diagnose(SOUND | {"alarm.F-22": SET, "rest.cp": "0V"})
    assert (found.value, found.known) == (UNKNOWN, False)
    assert parse(found.value) == ()


def test_unread_alarm_words_are_no_proof_that_none_stands() -> None:
    found = SOUND | {"rest.temperature": "warm", "hand.inside": "hot"}
    assert diagnose(found).value == "cooling-blocked"
    unsure = diagnose(found, alarms_read=False)
    assert unsure.value == "cooling-blocked|overtemperature"


def test_the_check_that_separates_most_comes_first() -> None:
    check = next_check(SOUND | {"link": "silent"})
    assert check is not None
    assert check.key == "hand.supply"
    assert next_check(SOUND) is None


KEYS = sorted({key for cause in CAUSES for key in cause.signs})


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.sampled_from(KEYS), st.sampled_from(["ok", "low", "open", SET, CLEAR, "shut"])
    )
)
def test_any_findings_give_some_answer_that_agrees_with_them(found: dict[str, str]) -> None:
    diagnosis = diagnose(found)
    assert (diagnosis.value == NONE) == (not abnormal(found))
    for name in diagnosis.causes:
        cause = BY_NAME[name]
        assert all(found[key] in cause.wants(key) for key in cause.signs if key in found)


# Readings


def _reading(
    value: float | str | None, unit: str | None = None, raw: int | None = None
) -> Measurement:
    return Measurement("x", value, unit, raw=raw)


def test_levels_and_resistances_in_words() -> None:
    levels = {12.1: "12V", 9.0: "9V", 6.0: "6V", 0.1: "0V", 2.4: "low", -12.0: "-12V"}
    assert {volts: words.cp_level(volts) for volts in levels} == levels
    assert words.cp_level(None) is None
    ohms = {220.0: "ok", 231.0: "ok", 680.0: "other cable", 330.0: "wrong", 4e7: "open"}
    assert {one: words.cc(one, 32.0) for one in ohms} == ohms
    assert words.cc(680.0, 16.0) == "ok"


def test_clocks_in_words() -> None:
    now = 1_767_574_800.0
    turned = (int(now) & 0xFFFF) << 16 | int(now) >> 16
    assert words.clock(_reading(now + 100), now) == "ok"
    assert words.clock(_reading(now + 400), now) == "off"
    assert words.clock(_reading(now - 1e8, raw=int(now - 1e8)), now) == "lost"
    assert words.clock(_reading(float(turned), raw=turned), now) == "swapped"
    assert words.live([1.0, 4.0, 7.0]) == "ok"
    assert words.live([1.0, 1.0, 1.0]) == "frozen"
    assert words.live([1.0, 1.0, 7.0]) == "stale"
    assert words.live([1.0]) is None
    assert words.live([1.0, 1.0, 1.0], [220.1, 220.2, 220.1]) == "clock stands"
    assert words.live([1.0, 1.0, 1.0], [220.1, 220.1, 220.1]) == "frozen"


def test_registers_in_words() -> None:
    def kwh(value: float) -> Measurement:
        return _reading(value, "kWh", raw=round(value * 1000))

    def found(*values: float) -> str | None:
        return words.register([kwh(value) for value in values])

    assert found(12.345, 12.345) == "ok"
    assert found(12.345, 12.346, 12.347) == "creeps"
    assert found(12.345, 77.9, 12.345) == "leaps"
    assert found(77.9, 12.345) == "leaps"
    assert found(13.0, 13.0) == "coarse"
    assert found(13.0) is None


# Words


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_everything_is_said_in_both_languages(name: str) -> None:
    cause = BY_NAME[name]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in cause.title.zh)
    for key in cause.signs:
        if key.startswith(ALARM):
            continue
        for language in ("zh", "en"):
            assert pile_fault_words.quantity(f"finding.{key}", language)  # type: ignore[arg-type]
            for word in (*cause.wants(key), normal(key)):
                said = pile_fault_words.value(word, f"finding.{key}", language)  # type: ignore[arg-type]
                assert said, (key, word)
    for reason in diagnose(_typical(name)).reasons:
        assert pile_fault_words.reason(reason), reason
    assert pile_fault_words.value(name, "diagnosis", "zh") == cause.title.zh


# What hands mend


def test_the_right_repair_mends_and_another_does_not() -> None:
    point = Point()
    all_faults()["cp-break"].switch(point.rig, True)
    point.rig.faults_on.add("cp-break")
    assert mend(point.rig, "repair-pe-open")
    assert "cp-break" in point.rig.faults_on
    assert mend(point.rig, "repair-cp-break")
    assert point.rig.faults_on == set()
    point.charge()
    assert not mend(point.rig, "repair-nothing-known")
    assert not mend(point.rig, "cp-break")


# Whole runs


def test_settings_are_written_as_the_ledger_has_them_and_stay(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, "PILE-FAULT-01", energise=True, faults=["current-limit-low"])
    (written,) = [event for event in outcome.of(Written) if event.step == "settings-back"]
    assert (written.point, written.value, written.agreed) == ("current_limit", 32.0, True)
    assert outcome.verdicts["verify"] is Verdict.PASS
    assert outcome.verdicts["sweep"] is Verdict.PASS


def test_a_person_who_names_another_fault_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = SimulatedTechnician.ask
    said: dict[str, list[str] | str] = {
        "pile-fault": "pe-open",
        "pile-fault-hypotheses": ["pe-open", "cp-leakage"],
        "pile-fault-cause": "vehicle",
    }

    async def mistaken(self: SimulatedTechnician, question: Question, deadline: Deadline) -> Answer:
        answer = await usual(self, question, deadline)
        wrong = said.get(question.subject)
        return answer if wrong is None else Answer(value=wrong, by="tester")

    monkeypatch.setattr(SimulatedTechnician, "ask", mistaken)
    outcome = run_procedure(tmp_path, "PILE-FAULT-01", energise=True, faults=["cp-break"])
    concluded = {one.step: one for one in outcome.of(Concluded)}
    wrong = {step for step, one in concluded.items() if one.candidate is CandidateVerdict.WRONG}
    assert wrong == {"fault", "hypothesis-held", "root-cause"}
    assert (concluded["fault"].answer, concluded["fault"].key) == ("pe-open", "cp-break")
    assert concluded["hypothesis-held"].answer == ["pe-open", "cp-leakage"]
    assert concluded["root-cause"].key == "wiring"
    assert concluded["handling"].candidate is CandidateVerdict.RIGHT
    (place,) = [one.measurement for one in outcome.of(Measured)
                if one.measurement.name == "place_of_the_fault"]  # fmt: skip
    assert (place.value, place.note) == (0, "the fault is not in the list")


def test_what_cannot_be_told_apart_yet_is_listed_and_held_against_the_outcome(
    tmp_path: Path,
) -> None:
    outcome = run_procedure(
        tmp_path, "PILE-FAULT-01", energise=True, faults=["water-sensor-failed"]
    )
    concluded = {one.step: one for one in outcome.of(Concluded)}
    held, named = concluded["hypothesis-held"], concluded["fault"]
    assert held.answer == ["water-inside", "water-sensor-failed"]
    assert (held.key, held.candidate) == ("water-sensor-failed", CandidateVerdict.RIGHT)
    assert (named.answer, named.candidate) == ("water-sensor-failed", CandidateVerdict.RIGHT)
    kept = {one.measurement.name: one.measurement.value for one in outcome.of(Measured)}
    assert kept["place_of_the_fault"] == 2
    assert kept["hypotheses"] == held.answer
    assert "alarm" not in str(kept["symptom.words"])
    assert "F-38" in str(kept["symptom.words"])
    assert outcome.step("symptom").candidate is CandidateVerdict.PENDING
    assert (kept["resets_in_all"], kept["evidence_before_reset"]) == (1, True)
    assert (kept["parts_repaired"], kept["settings_corrected"]) == (["water-sensor-failed"], [])


@pytest.mark.parametrize("name", PILES)
def test_a_healthy_pile_of_any_map_has_no_fault(tmp_path: Path, name: str) -> None:
    request = prepare(["PILE-FAULT-01"], folder=tmp_path / "run", pile_profile=name, energise=True)
    request.pace = 0.2
    named: list[object] = []

    def listen(event: object) -> None:
        if isinstance(event, Measured) and event.measurement.name == "diagnosis":
            named.append(event.measurement.value)

    verdicts = execute(request, [listen]).verdicts["PILE-FAULT-01"]
    untroubled = (Verdict.PASS, Verdict.CONDITIONAL_PASS, Verdict.NOT_RUN, None)
    assert {step: one for step, one in verdicts.items() if one not in untroubled} == {}
    assert named == [NONE]
