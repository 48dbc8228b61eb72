"""Data capture at a car that had an accident: rows, proofs, and what the candidate decides."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from benchkit import Outcome
from vehicle_inspection_help import inspect, steps_of

from harness.bench.custody import BenchCustody, CustodyEntry
from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.devices.vehicle.profile import load_vehicle_profile
from harness.engine import names, wording
from harness.engine.pace import HURRY
from harness.engine.plan import make_plan
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.errors import EvidenceError, FileError, NotAvailableError
from harness.events import BusClosed, Concluded, Judged, Measured, RunStarted
from harness.evidence.read import read_journal
from harness.procedure.load import load_procedure
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators.faults.found.acc_loss_01 import FOUND
from simulators.technician import SimulatedTechnician

ACCIDENT = "ACC-LOSS-01"
CHINESE = re.compile("[\u4e00-\u9fff]")
BUSES = ("powertrain", "chassis", "body", "adas")
LOSS = ("panels", "structure", "restraints", "high-voltage", "sensors")
ROWS: Mapping[int, tuple[str, ...]] = {
    1: ("secure", "scene", "case-temperature"),
    2: ("panels", "structure", "cables", "photo-list"),
    3: ("connect", "switch-on", "settled"),
    4: ("vin-on-body", "vin", "clock", "odometers", "units-heard"),
    5: ("codes-heard", "trouble-codes"),
    6: ("restraints", "cut-off", "belts", "damage-zone"),
    7: ("insulation", "interlock", "contactors", "battery-temperature", "battery-alarms",
        "high-voltage-grade"),
    8: ("sensors-calibrated", "event-recorder", "event-records", "authority",
        "authority-decided", "switch-off"),
    9: ("nothing-sent", "copy"),
    10: ("consistent",),
    11: tuple(f"loss-{one}" for one in LOSS),
    12: ("handed-over",),
    13: ("report",),
}  # fmt: skip
"""Rows of the procedures' outline, and the steps that each became."""


def test_the_steps_follow_the_rows_of_the_outline() -> None:
    assert list(ROWS) == list(range(1, 14))
    assert [step["id"] for step in steps_of(ACCIDENT)] == [
        name for names in ROWS.values() for name in names
    ]
    text = load_procedure(ACCIDENT).data.decode()
    assert [int(one) for one in re.findall(r"^  # (\d+) ", text, re.M)] == list(ROWS)


def test_it_writes_nothing_and_every_check_has_a_fault() -> None:
    plan = make_plan(load_procedure(ACCIDENT), load_bench(SIMULATED), load_catalogue())
    assert plan.procedure.model.read_only
    assert (plan.not_possible, plan.writes, plan.energises, plan.moves) == ({}, [], [], [])
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert {step for steps in FOUND.values() for step in steps} == judging


def recorded(folder: Path, *faults: str) -> Outcome:
    """A whole run whose buses are recorded."""
    request = prepare([ACCIDENT], folder=folder / "run", faults=list(faults))
    result = execute(replace(request, pace=HURRY))
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """One whole run at a car after a crash, its buses recorded, its carrier for the copy bad."""
    folder = tmp_path_factory.mktemp("crash")
    yield recorded(folder, "front-crash", "copy-carrier-bad")


def test_not_one_frame_leaves_and_the_run_says_so(whole: Outcome) -> None:
    assert whole.result.ending is Ending.COMPLETED
    (started,) = whole.of(RunStarted)
    assert started.read_only
    assert {event.sent for event in whole.of(BusClosed)} == {0}
    judged = [event for event in whole.of(Judged) if event.step == "nothing-sent"]
    found = {event.measurement.name for event in judged}
    kinds = ("sent_frames", "diagnostic_frames")
    assert found == {f"{what}.{bus}" for what in kinds for bus in BUSES}
    assert {event.measurement.value for event in judged} == {0}
    received = [re.match(r"(\d+) frames received", one.measurement.note) for one in judged]
    assert all(int(one[1]) > 1000 for one in received if one is not None)


def test_a_copy_that_differs_is_found_by_its_hash(whole: Outcome) -> None:
    assert whole.verdicts["copy"] is Verdict.FAIL
    hashes = {
        event.measurement.name: event.measurement.value
        for event in whole.of(Measured) if event.step == "copy"
    }  # fmt: skip
    for bus in BUSES:
        own, copied = hashes[f"sha256_recording.{bus}"], hashes[f"sha256_copy.{bus}"]
        assert own != copied
        assert all(isinstance(one, str) and len(one) == 64 for one in (own, copied))
    copies = list((whole.result.folder / "attachments" / "custody").iterdir())
    assert {path.name for path in copies} == {f"can-{bus}.blf" for bus in BUSES}


def test_a_crash_is_read_graded_and_listed(whole: Outcome) -> None:
    failed = {name for name, one in whole.verdicts.items() if one is Verdict.FAIL}
    assert failed == {*FOUND["front-crash"], "copy"}
    keys = {event.step: event.key for event in whole.of(Concluded)}
    assert keys == {
        "high-voltage-grade": "normal",
        "authority-decided": "hand_on",
        "consistent": "fits",
        "loss-panels": "replace",
        "loss-structure": "none",
        "loss-restraints": "replace",
        "loss-high-voltage": "none",
        "loss-sensors": "calibrate",
    }
    frames = [event.measurement for event in whole.of(Measured)
              if event.measurement.note.startswith("freeze frame of")]  # fmt: skip
    assert {one.name for one in frames} >= {"bcm.odometer", "bcm.vehicle_speed", "bcm.low_voltage"}
    assert {one.note.removeprefix("freeze frame of ") for one in frames} >= {"B1A30-00", "P1B10-00"}


def test_everything_is_named_in_chinese(whole: Outcome) -> None:
    measured = [event.measurement for kind in (Judged, Measured) for event in whole.of(kind)]
    for one in measured:
        named = wording.point(one.name, "zh", "vehicle")
        assert CHINESE.search(named) or names.is_trouble_code(one.name), one.name
        if one.note and not names.is_trouble_code(one.name):
            assert CHINESE.search(wording.reason(one.note).zh), one.note
    for step in steps_of(ACCIDENT):
        assert CHINESE.search(step["title"]["zh"]) and not CHINESE.search(step["title"]["en"])


def _choose(patch: pytest.MonkeyPatch, **chosen: str) -> None:
    """Have the technician choose otherwise than he should, by subject."""
    ask = SimulatedTechnician.ask

    async def answer(self: SimulatedTechnician, question: Question, deadline: Deadline) -> Answer:
        wanted = chosen.get(question.subject.replace("-", "_"))
        if question.kind == "decide" and wanted is not None:
            return Answer(value=wanted, by="candidate")
        return await ask(self, question, deadline)

    patch.setattr(SimulatedTechnician, "ask", answer)


def test_the_loss_list_is_marked_item_by_item(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old damage: the claim does not fit, and one item of the list is wrong, the others right."""
    _choose(monkeypatch, damage_and_data="fits", loss_panels="repair", event_data="extract")
    outcome = recorded(tmp_path, "old-damage-claimed", "event-data-not-authorised")
    found = {event.step: (event.key, event.candidate) for event in outcome.of(Concluded)}
    wrong, right = CandidateVerdict.WRONG, CandidateVerdict.RIGHT
    assert found["consistent"] == ("does_not_fit", wrong)
    assert found["authority-decided"] == ("leave", wrong)
    assert found["loss-panels"] == ("replace", wrong)
    others = {found[f"loss-{one}"] for one in LOSS if one != "panels"}
    assert others == {("none", right)}


def test_a_dangerous_scene_stops_the_run_before_anything_is_connected(tmp_path: Path) -> None:
    outcome = inspect(tmp_path, ACCIDENT, faults=["scene-dangerous"])
    assert outcome.result.ending is Ending.STOPPED
    assert [event.step for event in outcome.of(Judged)] == ["scene"]


def test_a_copy_goes_where_the_bench_file_says_and_never_over_another(tmp_path: Path) -> None:
    custody = BenchCustody(
        CustodyEntry(folder="carrier"), folder=tmp_path, run=None, attach=None, carrier=None
    )
    kept = custody.copy("can-body.blf", b"frames")
    assert (kept.data, kept.place) == (b"frames", "can-body.blf")
    assert (tmp_path / "carrier" / "can-body.blf").read_bytes() == b"frames"
    with pytest.raises(EvidenceError, match="there is a file of that name; nothing was written"):
        custody.copy("can-body.blf", b"others")
    nowhere = BenchCustody(None, folder=None, run=None, attach=None, carrier=None)
    with pytest.raises(NotAvailableError, match="nowhere to copy to"):
        nowhere.copy("can-body.blf", b"frames")


def test_a_profile_that_names_broadcasts_which_are_not_there_is_told(tmp_path: Path) -> None:
    shipped = load_vehicle_profile("shared-ev").data.decode()
    path = tmp_path / "own.yaml"
    path.write_text(shipped.replace("ESC_Identity.ESC_Vin##", "ESC_Identity.ESC_Vim##"), "utf-8")
    with pytest.raises(FileError, match=r"own\.yaml:\d+:\d+: no database has .*ESC_Vim01"):
        _ = load_vehicle_profile(str(path)).broadcast
    path.write_text(shipped.replace("ESC_Identity.ESC_Vin##", "ESC_Identity.ESC_Vin"), "utf-8")
    with pytest.raises(FileError, match="where the number stands"):
        load_vehicle_profile(str(path))
