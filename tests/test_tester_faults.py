"""VEH-7258-01 with files of testers that cannot be right: told with their place, judged by none."""

import hashlib
from pathlib import Path
from typing import Any, cast

import pytest
from benchkit import Outcome, run_procedure
from vehicle_inspection_help import inspect, steps_of

from harness.engine.pace import HURRY
from harness.engine.wording import reason
from harness.events import Measured
from harness.verdict import Verdict
from simulators.faults.found.veh_7258_01 import FOUND
from simulators.vehicle import measuring

GB = "VEH-7258-01"
OF = {
    "tester-file-in-inches": ("tread-file", ":6:3: ", "'in'"),
    "tester-file-rear-missing": ("force-file", ":7:0: ", "0 rows for service rear"),
    "tester-file-of-another-car": ("lamp-file", ":3:7: ", "another vehicle: VIN 0EVEV4B2"),
    "tester-file-decimal-commas": ("sound-file", ":7:3: ", "3 cells under 2 headers: 1,10"),
    "tester-file-empty": ("speed-file", ":0:0: ", "the file is empty"),
    "tester-file-of-yesterday": ("run-file", ":4:10: ", "the file is of another day: 20"),
    "tester-file-weighed-twice": (
        "load-file",
        ":10:1: ",
        "a second row for rear with other",
    ),
    "tester-file-rows-lost": ("laden-force-file", ":12:3: ", "missing: time 0.9 after 0.3"),
    "tester-file-counter-restarted": ("laden-run-file", ":3: ", "distance goes back: 0 after "),
}
"""Fault -> the step that refuses its file, the place, and what is said."""
USING = {
    step["id"]: {step["with"][key] for key in ("file", "load") if key in step["with"]}
    for step in steps_of(GB)
    if "file" in step.get("with", {})
}
"""Step -> the steps whose files it judges by."""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Only the steps of files: the cars of the others stand still."""
    steps = [*USING, *{name for names in USING.values() for name in names}]
    ordered = [step["id"] for step in steps_of(GB) if step["id"] in steps]
    folder = tmp_path_factory.mktemp("files")
    return run_procedure(folder, GB, pace=HURRY, seed=3, selected=ordered, faults=list(OF))


def test_every_fault_of_a_file_is_here() -> None:
    assert {name for name in FOUND if name.startswith("tester-file-")} == set(OF)
    assert {FOUND[name] for name in OF} == {()}


@pytest.mark.parametrize("fault", OF)
def test_a_file_that_cannot_be_right_is_told_and_kept(line: Outcome, fault: str) -> None:
    name, place, said = OF[fault]
    ended = line.step(name)
    assert ended.verdict is Verdict.ERROR
    assert place in ended.reason and said in ended.reason
    assert "expected" in ended.reason and "expected" not in reason(ended.reason).zh
    (kept,) = [
        one.measurement for one in line.of(Measured)
        if one.step == name and one.measurement.name == "tester_file"
    ]  # fmt: skip
    assert kept.note.startswith("refused; attachments/")
    file = line.result.folder / kept.note.removeprefix("refused; ")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == kept.value


def test_nothing_is_judged_by_a_refused_file(line: Outcome) -> None:
    refused = {name for name, _, _ in OF.values()}
    for step, files in USING.items():
        if bad := files & refused:
            assert line.verdicts[step] is Verdict.NOT_RUN, step
            why = reason(line.step(step).reason)
            assert any(f"the file of step {name} was refused" in why.en for name in bad)
            assert "被拒收" in why.zh and "expected" not in why.zh
        elif step == "side-slip":
            assert line.verdicts[step] is None, "the example car has independent suspension"
        else:
            assert line.verdicts[step] in (Verdict.PASS, Verdict.NOT_RUN), step


@pytest.mark.parametrize(
    ("faults", "verdict"), [(["side-slip-of-beam-axle"], Verdict.FAIL), ([], Verdict.PASS)]
)
def test_side_slip_is_judged_of_a_beam_axle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: list[str], verdict: Verdict
) -> None:
    seen = cast(dict[str, Any], measuring.OBSERVATIONS)
    monkeypatch.setitem(seen, "front-suspension", lambda _rig: "rigid")
    run = inspect(tmp_path, GB, selected=["slip-file", "side-slip"], faults=faults)
    assert run.verdicts["side-slip"] is verdict
