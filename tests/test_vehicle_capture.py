"""The raw buses beside the journal: sealed with it, readable by anyone, found by step."""

import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import can
import pytest
from benchkit import Outcome, write_procedure
from click.testing import CliRunner
from test_can_capture import unpacked
from vehicle_help import MiniCar, perform, request_for, run_on, step, switch_on, write_bench

from harness.cli.root import ROOT
from harness.devices.can.capture import frames_between, read_capture
from harness.events import (
    BusClosed,
    BusOpened,
    DeviceOpened,
    Measured,
    RunStarted,
    StepEnded,
    StepStarted,
)
from harness.evidence.read import read_journal
from harness.evidence.seal import open_seal
from harness.evidence.verify import verify
from harness.verdict import Verdict

BUSES = ("powertrain", "chassis", "body", "adas")
FILES = tuple(f"can-{bus}.blf" for bus in BUSES)
STEPS = (
    switch_on()
    + step("soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')
    + step("codes", "diag.scan_dtcs", "{units: [vcu, bms, cam]}")
    + step("again", "vehicle.measure", "{points: [odometer]}", "limit: {low: 0, unit: km}")
)
SIM = "  vehicle: {profile: shared-ev, simulated: true}\n"


def run_car(folder: Path, seed: int = 1, steps: str = STEPS) -> Outcome:
    bench = write_bench(folder, SIM)
    return perform(request_for(folder, write_procedure(folder, steps), bench=str(bench), seed=seed))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run_car(tmp_path_factory.mktemp("captured"))


@pytest.fixture
def copy(outcome: Outcome, tmp_path: Path) -> Path:
    return Path(shutil.copytree(outcome.result.folder, tmp_path / "copy"))


def test_every_bus_is_recorded_whole(outcome: Outcome) -> None:
    closed = {event.bus: event for event in outcome.of(BusClosed)}
    assert set(closed) == set(BUSES)
    assert {event.capture for event in outcome.of(BusOpened)} == set(FILES)
    for bus, event in closed.items():
        frames = list(can.BLFReader(str(outcome.result.folder / f"can-{bus}.blf")))
        received = [frame for frame in frames if frame.is_rx and not frame.is_error_frame]
        assert len(received) == event.received > 50
        assert len(frames) - len(received) == event.sent + event.error_frames
        assert all(not frame.is_error_frame for frame in frames)
    assert closed["powertrain"].sent == 6, "each unit was asked until two readings agreed"
    assert closed["body"].sent == 0


def utc(outcome: Outcome, seconds: float) -> float:
    """UTC of a time of the record."""
    return datetime.fromisoformat(outcome.of(RunStarted)[0].utc).timestamp() + seconds


def span(outcome: Outcome, name: str) -> tuple[float, float]:
    """When a step began and ended (s of the record)."""
    times = {StepStarted: 0.0, StepEnded: 0.0}
    for entry in read_journal(outcome.result.folder):
        if isinstance(entry.event, StepStarted | StepEnded) and entry.event.step == name:
            times[type(entry.event)] = entry.t
    return times[StepStarted], times[StepEnded]


def test_the_frames_of_a_step_are_found_by_its_time(outcome: Outcome) -> None:
    start, end = span(outcome, "codes")
    path = outcome.result.folder / "can-powertrain.blf"
    frames = frames_between(path, utc(outcome, start), utc(outcome, end))
    asked = [frame for frame in frames if not frame.is_rx]
    twice = [unit for unit in (0x7E0, 0x7E1, 0x18DA30F1) for _ in range(2)]
    assert [frame.arbitration_id for frame in asked] == twice
    assert {bytes(frame.data[:4]) for frame in asked} == {b"\x03\x19\x02\xff"}
    answers = {frame.arbitration_id for frame in frames if frame.is_rx}
    assert {0x7E8, 0x7E9, 0x18DAF130} <= answers
    elsewhere = span(outcome, "soc")
    last = utc(outcome, elsewhere[1]) - 1e-6  # the next step begins at the same moment
    quiet = frames_between(path, utc(outcome, elsewhere[0]), last)
    assert quiet
    assert all(frame.is_rx for frame in quiet)


def test_the_frame_of_a_reading_is_in_the_recording(outcome: Outcome) -> None:
    for event in outcome.of(Measured):
        reading = event.measurement
        if not reading.frame:
            continue
        bus, _, rest = reading.frame.partition(" ")
        number, _, data = rest.partition("#")
        at = utc(outcome, reading.at)
        path = outcome.result.folder / f"can-{bus}.blf"
        near = frames_between(path, at - 1e-4, at + 1e-4)
        assert any(
            frame.arbitration_id == int(number.rstrip("x"), 16) and frame.data.hex().upper() == data
            for frame in near
        ), reading.name


def test_the_recording_names_the_steps(outcome: Outcome) -> None:
    """As markers that other programs show on their time axis."""
    for name in FILES:
        data = unpacked(outcome.result.folder / name)
        places = [data.index(step.encode()) for step in ("preamble", "settle", "codes", "again")]
        assert places == sorted(places)
        assert data.index(b"ending") > places[-1]


# Evidence


def test_recordings_are_sealed_with_the_journal(outcome: Outcome) -> None:
    folder = outcome.result.folder
    statement = open_seal((folder / "seal.json").read_bytes()).statement
    sealed = {file.path: file for file in statement.files}
    for name in FILES:
        assert sealed[name].size == (folder / name).stat().st_size
    checked = verify(folder, known={})
    assert checked.intact
    assert checked.sealed
    assert not set(FILES) & set(checked.not_covered)


@pytest.mark.parametrize("place", [0, 0.3, 0.7, -1])
def test_one_changed_byte_of_a_recording_is_found(copy: Path, place: float) -> None:
    for name in FILES:
        path = copy / name
        data = bytearray(path.read_bytes())
        at = len(data) - 1 if place < 0 else int(place * len(data))
        data[at] ^= 1
        path.write_bytes(data)
        checked = verify(copy, known={})
        assert not checked.intact
        assert checked.altered == [name]
        data[at] ^= 1
        path.write_bytes(data)
    assert verify(copy, known={}).intact


def test_a_changed_recording_fails_the_command(copy: Path) -> None:
    path = copy / "can-body.blf"
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    for lang in ("zh", "en"):
        shown = CliRunner().invoke(ROOT, ["evidence", "verify", str(copy), "--lang", lang])
        assert shown.exit_code == 1
        assert "can-body.blf" in shown.stdout
        assert "can-adas.blf" not in shown.stdout


def test_recordings_cannot_be_taken_away_or_added(copy: Path) -> None:
    (copy / "can-adas.blf").rename(copy / "can-more.blf")
    checked = verify(copy, known={})
    assert not checked.intact
    assert checked.missing == ["can-adas.blf"]
    assert checked.added == ["can-more.blf"]


# The same again


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    outcome: Outcome, tmp_path: Path
) -> None:
    names = ("journal.jsonl", *FILES)
    (tmp_path / "a").mkdir()
    again = run_car(tmp_path / "a")
    for name in names:
        assert (again.result.folder / name).read_bytes() == (
            outcome.result.folder / name
        ).read_bytes(), name
    (tmp_path / "b").mkdir()
    other = run_car(tmp_path / "b", seed=2)
    for name in names:
        assert (other.result.folder / name).read_bytes() != (
            outcome.result.folder / name
        ).read_bytes(), name


def test_a_run_may_do_without_recording(tmp_path: Path) -> None:
    bench = write_bench(tmp_path, SIM)
    request = request_for(tmp_path, write_procedure(tmp_path, STEPS), bench=str(bench))
    request.capture = False
    outcome = perform(request)
    assert outcome.verdicts["codes"] is Verdict.PASS
    assert {event.capture for event in outcome.of(BusOpened)} == {""}
    assert list(outcome.result.folder.glob("*.blf")) == []


def test_a_run_without_the_vehicle_records_nothing(tmp_path: Path) -> None:
    steps = step("volts", "pile.measure", "{points: [voltage_l1]}", "limit: {low: 0, unit: V}")
    outcome = perform(request_for(tmp_path, write_procedure(tmp_path, steps)))
    assert [event.role for event in outcome.of(DeviceOpened)] == ["pile"]
    assert list(outcome.result.folder.glob("*.blf")) == []
    assert not any(file.kind == "database" for file in outcome.of(RunStarted)[0].files)


def test_attempts_are_told_apart(tmp_path: Path) -> None:
    car = MiniCar()
    car.quiet.add("BMS_Status")
    again = step("soc", "vehicle.measure", "{points: [soc]}",
                 'limit: {low: 0, unit: "%"}', "attempts: 3")  # fmt: skip
    outcome = run_on(car, tmp_path, again)
    assert [event.attempt for event in outcome.of(StepEnded)] == [1, 2, 3]
    data = unpacked(outcome.result.folder / "can-can.blf")
    assert data.index(b"soc") < data.index(b"soc#2") < data.index(b"soc#3")


# Killed


_KILLED = """\
import sys
from pathlib import Path
from harness.engine.prepare import prepare
from harness.engine.run import execute
procedure, bench, folder = sys.argv[1:]
request = prepare([procedure], bench=bench, folder=Path(folder), live=True)
request.pace = 0.05
print("ready", flush=True)
execute(request)
"""


def test_a_killed_run_leaves_recordings_that_can_be_read(tmp_path: Path) -> None:
    waits = "".join(
        step(f"w{number}", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')
        for number in range(200)
    )
    bench = write_bench(tmp_path, SIM)
    procedure = write_procedure(tmp_path, switch_on(1) + waits)
    folder = tmp_path / "run"
    environment = {**os.environ, "HARNESS_KEYS": str(tmp_path / "keys")}
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(procedure), str(bench), str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        deadline = time.monotonic() + 30
        while (
            not (folder / "journal.jsonl").exists()
            or b'"w2"' not in (folder / "journal.jsonl").read_bytes()
        ):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
    finally:
        process.kill()
        process.communicate(timeout=10)
    checked = verify(folder)
    assert checked.intact
    assert not checked.sealed
    ends = [e for e in read_journal(folder) if isinstance(e.event, StepEnded)]
    last = max(entry.t for entry in ends)
    started = read_journal(folder)[0].event
    assert isinstance(started, RunStarted)
    begun = datetime.fromisoformat(started.utc).timestamp()
    for name in FILES:
        frames = list(read_capture(folder / name))
        assert len(frames) > 50, name
        assert frames[0].timestamp >= begun
        assert frames[-1].timestamp - begun > last - 1.0, "until the last step at least"
