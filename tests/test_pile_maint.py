"""Accepting a repair: snapshots that show when they were changed, and what differences mean."""

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from modbus_help import shipped

from harness.bench.load import load_bench
from harness.catalogue.load import load_catalogue
from harness.devices.modbus.snapshot import Difference, differences, kind_of, readable
from harness.devices.snapshot import Snapshot, parse_snapshot
from harness.engine import details, wording
from harness.engine.plan import make_plan
from harness.engine.run import RunRequest, RunResult, execute
from harness.errors import FileError, UsageError
from harness.events import Concluded, Event, Judged, Measured, OutcomeNoted, StepEnded
from harness.procedure.load import load_procedure
from harness.verdict import CandidateVerdict, Verdict

PROCEDURE = "PILE-MAINT-01"
PAPERS = {
    "contract": {"part": "contactor 40 A", "warranty": "12 months"},
    "order": {"part": "contactor 40 A", "warranty": "12 months"},
    "approved_firmware": ["1.4.2"],
}
Events = list[Event]
Run = Callable[..., tuple[RunResult, Events, Path]]


@pytest.fixture
def accept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))

    def run(
        *faults: str, papers: dict[str, object] | None = None, pilot: bool = False
    ) -> tuple[RunResult, Events, Path]:
        """Papers, snapshots and looks alone, or the whole procedure."""
        told = "" if papers is None else f"maintenance: {json.dumps(papers)}\n"
        bench_file = tmp_path / "bench.yaml"
        bench_file.write_text(
            (files("harness.bench") / "sim.yaml").read_text(encoding="utf-8") + told,
            encoding="utf-8",
        )
        bench = load_bench(str(bench_file))
        plan = make_plan(load_procedure(PROCEDURE), bench, load_catalogue(), energise=pilot)
        events: Events = []
        folder = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        request = RunRequest([plan], bench, folder, faults=list(faults), pace=0.2)
        return execute(request, [events.append]), events, folder

    return run


def verdict(result: RunResult, step: str) -> Verdict | None:
    return result.verdicts[PROCEDURE][step]


def stored(folder: Path) -> Path:
    return folder / "attachments" / "snapshots" / "after-repair.json"


def key_of(events: Events, step: str) -> Concluded:
    return next(e for e in events if isinstance(e, Concluded) and e.step == step)


SOME = Snapshot(
    "p", "2026-01-05T01:30:00Z", {"a": 1.5, "b": "x", "c": ["f"], "d": None}, {"a": "A"}
)


def test_a_snapshot_is_read_back_as_it_was_written() -> None:
    found = parse_snapshot(SOME.dump(), "f")
    assert (found.points, found.units, found.sha256) == (SOME.points, SOME.units, SOME.digest)
    assert found.digest == found.sha256


@pytest.mark.parametrize(
    "changed",
    [
        replace(SOME, points={**SOME.points, "a": 1.6}),
        replace(SOME, points={"a": 1.5}),
        replace(SOME, units={"a": "mA"}),
        replace(SOME, taken="2026-01-06T01:30:00Z"),
        replace(SOME, profile="q"),
    ],
)
def test_every_change_changes_the_hash(changed: Snapshot) -> None:
    assert changed.digest != SOME.digest


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"[]",
        b"{}",
        b'{"snapshot": 2}',
        b'{"snapshot": 1, "profile": "p", "taken": "t", "sha256": "s", "points": []}',
        b'{"snapshot": 1, "profile": "p", "taken": "t", "sha256": "s", "points": {"a": 1}}',
        b'{"snapshot": 1, "profile": "p", "taken": "t", "sha256": "s", "points": {"a": {}}}',
        b'{"snapshot": 1, "profile": "p", "taken": "t", "points": {}}',
        b'{"snapshot": 1, "profile": "p", "taken": "t", "sha256": "s",'
        b' "points": {"a": {"value": {}}}}',
    ],
)
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"b\.json is no snapshot"):
        parse_snapshot(data, "b.json")


def test_points_by_what_they_tell() -> None:
    points = shipped("gb-ac-pile").points
    kinds = {name: kind_of(points[name]) for name in points}
    assert kinds["serial_number"] == "identity"
    assert kinds["firmware_version"] == "version"
    assert kinds["total_energy"] == "counter"
    assert kinds["fault_flags"] == "alarm"
    assert {"max_current", "failsafe_current", "tariff_peak"} <= {
        name for name, kind in kinds.items() if kind == "setting"
    }
    assert {kinds[name] for name in ("clock", "voltage_l1", "charge_command")} == {"live"}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"max_current": 32.0}, {"max_current": 32.0 + 1e-12}, []),
        ({"max_current": 32.0}, {"max_current": 16.0}, [("max_current", False)]),
        ({"voltage_l1": 230.0}, {"voltage_l1": 220.0}, []),
        ({"total_energy": 5.0}, {"total_energy": 6.0}, [("total_energy", True)]),
        ({"total_energy": 5.0}, {"total_energy": 4.0}, [("total_energy", False)]),
        ({"total_energy": 5.0}, {"total_energy": None}, [("total_energy", False)]),
        ({"fault_flags": ["F-01"]}, {"fault_flags": []}, [("fault_flags", True)]),
        ({"fault_flags": ["F-01"]}, {"fault_flags": ["F-02"]}, [("fault_flags", False)]),
        ({}, {"max_current": 16.0}, [("max_current", False)]),
    ],
)
def test_differences(
    before: dict[str, float], after: dict[str, float], found: list[tuple[str, bool]]
) -> None:
    profile = shipped("gb-ac-pile")
    first, second = (Snapshot(profile.id, "t", points) for points in (before, after))
    assert [(one.point, one.natural) for one in differences(profile, first, second)] == found


def test_a_difference_knows_its_kind() -> None:
    assert not Difference("x", "setting", 1, 2).natural


def test_the_snapshot_is_complete_and_kept_with_its_hash(accept: Run) -> None:
    result, events, folder = accept()
    kept = parse_snapshot(stored(folder).read_bytes(), "kept")
    assert sorted(kept.points) == sorted(readable(shipped("gb-ac-pile")))
    told = [e.measurement for e in events if isinstance(e, Measured) and e.step == "after-repair"]
    assert told[-1].name == "snapshot_hash"
    assert told[-1].value == kept.digest == kept.sha256
    assert (folder / told[-1].note).read_bytes() == stored(folder).read_bytes()
    assert verdict(result, "before") is Verdict.PASS
    assert verdict(result, "differences") is Verdict.PASS
    assert key_of(events, "explain").key == "none"


def test_a_real_bench_brings_its_file(accept: Run, tmp_path: Path) -> None:
    """The state of one run is the earlier state of the next; changed, it is refused."""
    _, _, folder = accept()
    before = tmp_path / "before.json"
    before.write_bytes(stored(folder).read_bytes())
    papers = {**PAPERS, "before": "before.json"}
    result, events, _ = accept("tariff-wrong", papers=papers)
    assert verdict(result, "before") is Verdict.PASS
    assert verdict(result, "differences") is Verdict.FAIL
    judged = [e for e in events if isinstance(e, Judged) and e.step == "differences"]
    changed = judged[-1].measurement.value
    assert isinstance(changed, list)
    assert all(name.startswith("tariff_") for name in changed)
    told = {e.measurement.name: e.measurement for e in events if isinstance(e, Measured)}
    assert "→" in str(told[f"{changed[0]}.changed"].value)
    assert key_of(events, "explain").key == "setting"
    for language in ("zh", "en"):
        assert "tariff_" not in wording.judged(judged[-1], language)

    result, events, _ = accept("tariff-wrong", papers={**papers, "expected": changed})
    assert verdict(result, "differences") is Verdict.PASS
    assert verdict(result, "protection-settings") is Verdict.PASS

    text = before.read_text(encoding="utf-8")
    before.write_text(text.replace('"value": 32.0', '"value": 16.0', 1), encoding="utf-8")
    result, events, _ = accept(papers=papers)
    assert verdict(result, "before") is Verdict.FAIL
    assert verdict(result, "differences") is Verdict.NOT_RUN
    reason = next(e.reason for e in events if isinstance(e, StepEnded) and e.step == "differences")
    assert reason == "step before has kept no snapshot"
    assert wording.reason(reason).zh == "步骤 before 没有保存快照"


def test_a_snapshot_of_another_profile_is_not_compared(accept: Run, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_bytes(Snapshot("keba-kecontact-p30", "t", {"a": 1}).dump())
    result, _, _ = accept(papers={**PAPERS, "before": "other.json"})
    assert verdict(result, "before") is Verdict.FAIL
    assert verdict(result, "differences") is Verdict.NOT_RUN


@pytest.mark.parametrize("before", [None, "nowhere.json", "bench.yaml"])
def test_without_a_usable_file_nothing_is_compared(accept: Run, before: str | None) -> None:
    result, events, _ = accept(papers=PAPERS if before is None else {**PAPERS, "before": before})
    assert verdict(result, "before") in (Verdict.NOT_RUN, Verdict.ERROR)
    assert verdict(result, "differences") is Verdict.NOT_RUN
    assert not [e for e in events if isinstance(e, Judged) and e.step == "before"]


def test_the_order_is_held_against_the_contract(accept: Run) -> None:
    order = {"part": "contactor 40 A", "warranty": "6 months"}
    result, events, _ = accept(papers={**PAPERS, "order": order})
    assert verdict(result, "work-order") is Verdict.FAIL
    key = key_of(events, "order-conclusion")
    assert (key.key, key.candidate) == ("warranty", CandidateVerdict.RIGHT)
    judged = next(e for e in events if isinstance(e, Judged) and e.step == "work-order")
    assert "质保" in wording.judged(judged, "zh")


def test_without_papers_nothing_is_made_up(accept: Run) -> None:
    result, _, _ = accept(papers={})
    for step in ("work-order", "before", "firmware"):
        assert verdict(result, step) is Verdict.NOT_RUN


def test_a_wrong_key_of_the_papers_is_named(accept: Run) -> None:
    with pytest.raises(FileError, match="warrantee"):
        accept(papers={"warrantee": {}})


def test_what_was_to_change_has_to_be_a_point(accept: Run) -> None:
    with pytest.raises(FileError, match="firmwareversion") as error:
        accept(papers={"expected": ["firmwareversion"]})
    assert "firmware_version" in error.value.problems[0].expected
    said = details.describe(error.value)
    assert (
        "没有设备具有数据点“firmwareversion”；应为：点表中的数据点，是否指：firmware_version"
        in said
    )


def test_a_session_that_breaks_off_is_still_stopped(accept: Run) -> None:
    result, events, _ = accept("session-breaks-off", pilot=True)
    assert verdict(result, "trial-1") is Verdict.FAIL
    found = {e.measurement.name: e.judgement.verdict for e in events
             if isinstance(e, Judged) and e.step == "trial-1"}  # fmt: skip
    assert found["time_to_charging"] is Verdict.PASS
    assert Verdict.FAIL in (found["charging_state"], found["contactor_state"])
    assert "time_to_stop" in found
    assert not [e for e in events if isinstance(e, OutcomeNoted) and "safe" in e.detail]


@pytest.mark.parametrize("profile", ["heidelberg-energy-control", "etek-ekepc2", "sungrow-ac011e"])
def test_other_maps_raise_no_alarm(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Energy in VAh, points that are there only in some modes, 16 A at most and a slow start."""
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    bench = load_bench("sim", pile_profile=profile)
    plan = make_plan(load_procedure(PROCEDURE), bench, load_catalogue(), energise=True)
    result = execute(RunRequest([plan], bench, tmp_path / "run", pace=0.2))
    found = {one for one in result.verdicts[PROCEDURE].values() if one is not None}
    assert found <= {Verdict.PASS, Verdict.CONDITIONAL_PASS, Verdict.NOT_RUN}
    assert verdict(result, "before") is Verdict.PASS
