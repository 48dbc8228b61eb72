"""Preparation of a car for its next rental: rows, guards, writing half-way, gates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome
from test_by_wire_safe import later
from vehicle_inspection_help import steps_of, texts_of

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.engine import names, wording
from harness.engine.pace import HURRY
from harness.engine.plan import make_plan
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.errors import FileError
from harness.events import (
    Asked,
    Concluded,
    DiagnosticExchange,
    Event,
    Judged,
    Measured,
    SafeState,
    Written,
)
from harness.evidence.read import read_journal
from harness.procedure.load import load_procedure
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators.faults.found.veh_prep_01 import FOUND

PREP = "VEH-PREP-01"
CHINESE = re.compile("[\u4e00-\u9fff]")
TODO = ("charge", "codes", "tyres", "presets", "parameters")
WHEELS = ("fl", "fr", "rl", "rr")
ROWS: Mapping[int, tuple[str, ...]] = {
    1: ("task", "preparation"),
    2: ("low-voltage", "switch-on", "parked", "settled", "vin", "snapshot", "levels", "located",
        "not-rentable", "user-data", "equipment"),
    3: ("due", *(f"todo-{one}" for one in TODO)),
    4: ("cleared",),
    5: ("unlocked", "backup", "presets", "presets-shown"),
    6: ("parameters", "acknowledged", "parameters-shown", "limit-applied"),
    7: ("charge", "soc-floor"),
    8: ("inflate", *(f"gauge-{one}" for one in WHEELS), "learning", "learned", "bus-front",
        "bus-rear"),
    9: ("remote-unlock", "remote-lock", "remote-find"),
    10: ("snapshot-after", "nothing-else", "in-service"),
    11: ("gate-report", "settled-work", "leave-sessions", "switch-off", "settled-service",
         "release"),
    12: ("sheet",),
}  # fmt: skip
"""Rows of the procedures' outline, and the steps that each became."""


def prepared(
    folder: Path, *steps: str, listener: Callable[[Event], None] | None = None, **options: Any
) -> Outcome:
    """Run it whole, or these steps; buses are not recorded."""
    number = len(list(folder.glob("run-*")))
    request = prepare(
        [PREP], folder=folder / f"run-{number}", selected=list(steps) or None, **options
    )
    result = execute(
        replace(request, pace=HURRY, capture=False), [] if listener is None else [listener]
    )
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


def asked(outcome: Outcome, request: str) -> list[str]:
    return [event.request for event in outcome.of(DiagnosticExchange)
            if event.request.startswith(request)]  # fmt: skip


def test_the_steps_follow_the_rows_of_the_outline() -> None:
    assert [step["id"] for step in steps_of(PREP)] == [
        name for names in ROWS.values() for name in names
    ]
    text = load_procedure(PREP).data.decode()
    assert [int(one) for one in re.findall(r"^  # (\d+) ", text, re.M)] == list(ROWS)


def test_what_it_does_is_announced_and_every_check_can_fail() -> None:
    plan = make_plan(load_procedure(PREP), load_bench(SIMULATED), load_catalogue())
    assert set(plan.not_possible) == {"charge"}, "charging is released by --allow-energise alone"
    assert plan.moves == []
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert {step for steps in FOUND.values() for step in steps} == judging


def test_every_text_is_there_in_both_languages() -> None:
    for text in texts_of(steps_of(PREP)):
        assert CHINESE.search(text["zh"])
        assert text["en"] and not CHINESE.search(text["en"])
        assert "?" not in text["zh"] and "," not in text["zh"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """One whole run at a car that lacks charge and air, with a session at the outlet's pile."""
    folder = tmp_path_factory.mktemp("prepared")
    return prepared(folder, energise=True, faults=["battery-below-floor", "tyres-underinflated"])


def test_a_car_is_put_right_and_into_service(whole: Outcome) -> None:
    assert whole.result.ending is Ending.COMPLETED
    judged = {name: one for name, one in whole.verdicts.items() if one is not None}
    assert {name for name, one in judged.items() if one is not Verdict.PASS} == set()
    (safe,) = whole.of(SafeState)
    assert safe.safe, safe.detail
    assert "the charge has ended, measured" in safe.how
    assert all(event.agreed for event in whole.of(Written))
    assert [event.point for event in whole.of(Written)][-1] == "tbox.service_state"
    (charged,) = (event.measurement for event in whole.of(Judged) if event.step == "charge")
    assert charged.value == "reached"
    assert charged.note.endswith("floor 40 %")


@pytest.mark.parametrize("seconds", [0.05, 9.0, 17.0])
def test_a_charge_that_is_broken_off_is_ended_and_measured(tmp_path: Path, seconds: float) -> None:
    outcome = prepared(
        tmp_path, "task", "switch-on", "settled", "charge",
        listener=later("charge", seconds), energise=True, faults=["battery-below-floor"],
    )  # fmt: skip
    assert outcome.result.ending is Ending.ABORTED
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail
    assert "the charge has ended, measured" in safe.how
    told = [event.question.en for event in outcome.of(Asked) if event.step == "ending"]
    assert len(told) == (seconds > 1), "before the plug is in there is nothing to be told"


def test_the_to_do_list_is_held_against_what_the_car_lacks(whole: Outcome) -> None:
    keys = {event.step: event.key for event in whole.of(Concluded)}
    assert keys == {
        "todo-charge": "due", "todo-codes": "done", "todo-tyres": "due", "todo-presets": "due",
        "todo-parameters": "due", "release": "in_service",
    }  # fmt: skip
    assert {event.candidate for event in whole.of(Concluded)} == {CandidateVerdict.RIGHT}


def test_every_gate_has_its_value_and_age(whole: Outcome) -> None:
    told = {event.measurement.name: event.measurement for event in whole.of(Measured)
            if event.step == "gate-report"}  # fmt: skip
    gates = [name for name in told if re.fullmatch(r"gate\.[a-z0-9-]+", name)]
    assert len(gates) == 17
    assert all(told[name].value == "open" for name in gates)
    values = [one for name, one in told.items() if name not in gates]
    assert all(re.fullmatch(r"\S+ s old", one.note) and one.value is not None for one in values)
    assert told["soc"].unit == "%"
    assert told["gate.tyres.checks"].value == "passed"


def test_what_is_shown_of_it_has_chinese_words(whole: Outcome) -> None:
    for event in (*whole.of(Measured), *whole.of(Judged)):
        reading = event.measurement
        if event.step in ("task", "due", "charge", "gate-report", "in-service"):
            assert CHINESE.search(names.point(reading.name, "zh", reading.source)), reading.name
            if reading.note:
                assert CHINESE.search(wording.reason(reading.note, reading.name).zh), reading.note


def test_nothing_is_cleared_without_a_stored_snapshot(tmp_path: Path) -> None:
    outcome = prepared(tmp_path, "switch-on", "settled", "vin", "cleared")
    assert outcome.verdicts["cleared"] is Verdict.NOT_RUN
    assert asked(outcome, "14") == []


def test_a_write_that_is_refused_half_way_leaves_no_unit_half_configured(tmp_path: Path) -> None:
    outcome = prepared(
        tmp_path, "task", "switch-on", "settled", "vin", "unlocked", "backup", "presets",
        "presets-shown",
        "settled-work", "leave-sessions", faults=["climate-refused-half-way"],
    )  # fmt: skip
    assert outcome.verdicts["presets"] is Verdict.FAIL
    assert outcome.verdicts["settled-work"] is Verdict.PASS
    settled = [event.measurement for event in outcome.of(Measured) if event.step == "settled-work"]
    back = {one.name: one.note for one in settled if one.name.endswith(".changed")}
    assert back["bcm.climate_preset_temperature.changed"] == "put back"
    refused = [event.measurement for event in outcome.of(Judged)
               if event.measurement.name == "bcm.climate_preset_mode.write"]  # fmt: skip
    assert [one.value for one in refused] == ["refused"]
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail


def test_with_a_gate_closed_nothing_is_written(tmp_path: Path) -> None:
    outcome = prepared(tmp_path, "switch-on", "settled", "vin", "unlocked", "backup",
                       "in-service", "gate-report", "leave-sessions")  # fmt: skip
    assert outcome.verdicts["in-service"] is Verdict.PASS
    assert outcome.verdicts["gate-report"] is Verdict.FAIL
    assert asked(outcome, "2e") == []
    shown = [event.measurement.value for event in outcome.of(Judged) if event.step == "in-service"]
    assert shown == ["not_ready", "not_ready"]


@pytest.mark.parametrize(
    ("section", "complaint"),
    [
        ("soc_floor: 40 V", "a state of charge in %, from 0 to 100"),
        ("presets: {icm.tongue: zh}", "an identifier that can be written"),
        ("parameters: {tbox.iccid: 3}", "an identifier that can be written"),
    ],
)
def test_a_task_that_cannot_be_carried_out_is_told_with_its_place(
    tmp_path: Path, section: str, complaint: str
) -> None:
    file = tmp_path / "bench.yaml"
    file.write_text(
        "bench: mine\n"
        "devices:\n  vehicle: {profile: shared-ev, simulated: true}\n"
        f"preparation: {{{section}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(FileError) as raised:
        make_plan(load_procedure(PREP), load_bench(str(file)), load_catalogue())
    assert complaint in str(raised.value)
    assert "bench.yaml:4" in str(raised.value)
