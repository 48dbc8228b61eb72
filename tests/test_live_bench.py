"""The live bench of `make live`: pile and car in one world, each at the end of its own wire.

The whole procedures are run by `make live`; here it is shown that the bench opens and works.
"""

from pathlib import Path

import pytest
from benchkit import Outcome, write_procedure
from live_bench import live_bench
from vehicle_help import step, switch_on

from harness.engine.pace import HURRY
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import BusOpened, DeviceOpened, FaultSet, RecordingTaken, SafeState
from harness.evidence.read import read_journal
from harness.verdict import Verdict

CONNECTED = 'pile: {cable_state: connected}, vehicle: {plug_connected: "yes"}'
PLUG = "does: connect-vehicle, ask: {zh: 插枪, en: Plug in}"
STEPS = (
    step("recorded", "trace.begin", "{lead: 50 ms}")
    + step("plug", "bench.both_show", f"{{{CONNECTED}, {PLUG}}}", "limit: {within: 5 s}")
    + step("file", "trace.end", "{recording: recorded}")
    + step("twelve-volts", "trace.measure",
           "{recording: recorded, channel: cp_high, when: {plug: out}}",
           "limit: {low: 11, high: 13, unit: V}")
    + step("broken", "fault.set", "{fault: cp-break}")
    + step("gone", "bench.both_show",
           "{pile: {cp_state: A}, vehicle: {cp_state: [not_connected, fault]}, begun_by: broken}",
           "limit: {within: 5 s}")
)  # fmt: skip


def test_pile_and_car_are_served_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    procedure = write_procedure(tmp_path, switch_on() + STEPS)
    both = ("pile", "vehicle")
    with live_bench(tmp_path, 3, roles=both, wired=["cp-break"], pace=HURRY) as (bench, person):
        request = prepare(
            [str(procedure)], str(bench), folder=tmp_path / "run", seed=3, live=True,
            operator=person,
        )  # fmt: skip
        result = execute(request)
    live = Outcome(result, [entry.event for entry in read_journal(result.folder)])
    assert {event.connection.split()[0] for event in live.of(BusOpened)} == {"slcan"}
    opened = {event.role: event.connection for event in live.of(DeviceOpened)}
    assert opened.keys() == {"pile", "vehicle", "injector"}
    assert "127.0.0.1" in opened["pile"] and "127.0.0.1" in opened["injector"]
    assert {live.verdicts[name] for name in ("plug", "twelve-volts", "gone")} == {Verdict.PASS}
    assert [(event.fault, event.on) for event in live.of(FaultSet)] == [
        ("cp-break", True), ("cp-break", False)
    ]  # fmt: skip
    (taken,) = live.of(RecordingTaken)
    assert taken.file is not None and taken.file.name == "file.csv"
    safe = {event.role: event for event in live.of(SafeState)}
    assert all(event.safe for event in safe.values()), safe
    assert safe.keys() == {"pile", "vehicle", "injector"} and safe["pile"].readings
