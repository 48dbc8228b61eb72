"""Live simulators in a process of their own, and what looks at them: probe, watch, run --live."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.cli.root import ROOT
from harness.devices.modbus.profile import load_profile
from harness.engine.digest import RunDigest
from harness.events import StepEnded
from harness.evidence.read import read_journal
from harness.verdict import Verdict


@dataclass
class Live:
    """A running simulator: what it printed and where its events go."""

    lines: list[str]
    events: Path
    bench: Path


def _start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "HARNESS_LANG": "en", "PYTHONWARNINGS": "error"}
    return subprocess.Popen(
        [sys.executable, "-m", "harness", "sim", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=folder,
    )


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    process = _start(
        folder, "bench", "--modbus", "tcp://127.0.0.1:0", "--meter-modbus", "tcp://127.0.0.1:0",
        "--vehicle", "connected", "--events", "events.jsonl", "--write-bench", "bench.yaml",
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    printed = [process.stdout.readline().strip() for _ in range(2)]
    process.stderr.readline()  # says what is to be filled in
    process.stderr.readline()  # says how to end it, once everything is there
    try:
        yield Live(printed, folder / "events.jsonl", folder / "bench.yaml")
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def _call(*arguments: object, lang: str = "en") -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(ROOT, [*words, "--lang", lang])


def test_the_served_addresses_come_first(live: Live) -> None:
    pile, meter = live.lines
    assert pile.startswith("pile tcp://127.0.0.1:")
    assert meter.startswith("meter tcp://127.0.0.1:")
    assert int(pile.rpartition(":")[2]) > 0


def test_physical_events_are_json_lines_with_both_times(live: Live) -> None:
    deadline = time.monotonic() + 20
    rows: list[dict[str, object]] = []
    while not any(row["name"] == "cp_state" and row["value"] == "B" for row in rows):
        assert time.monotonic() < deadline, rows
        time.sleep(0.05)
        rows = [json.loads(line) for line in live.events.read_text("utf-8").splitlines()]
    assert {"t", "loop", "wall", "utc", "name", "value"} <= rows[0].keys()
    times = [float(str(row["t"])) for row in rows]
    assert times == sorted(times)


_MOVED = "profile: moved.yaml, simulated: "


def test_probe_doubts_a_profile_that_does_not_fit(live: Live) -> None:
    own = load_profile("gb-ac-pile").data.decode()
    moved = re.sub(r"at: (\w+) (\d+)", lambda at: f"at: {at[1]} {int(at[2]) + 2000}", own)
    Path("moved.yaml").write_text(
        moved.replace("profile: gb-ac-pile", "profile: moved", 1), encoding="utf-8"
    )
    bench = _pile_only(live, "bench.yaml", **{"profile: gb-ac-pile, simulated": _MOVED})
    result = _call("bench", "probe", bench, "--json")
    assert result.exit_code == 3, result.output
    codes = {one["id"] for one in json.loads(result.stdout)["devices"][0]["findings"]}
    assert {"refused", "profile-misfit"} <= codes


def _pile_only(live: Live, name: str, **changes: str) -> Path:
    """The bench file without its meter (whose line is slow), and with other words in it."""
    text = "".join(
        line for line in live.bench.read_text("utf-8").splitlines(True) if "meter:" not in line
    )
    for old, new in changes.items():
        text = text.replace(f"{old}: ", new, 1)
    Path(name).write_text(text, encoding="utf-8")
    return Path(name)


def test_probe_of_a_bench_that_is_fine(live: Live) -> None:
    result = _call("bench", "probe", live.bench, lang="zh")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("已连通") == 2
    bench = _pile_only(live, "pile.yaml")
    assert "reached" in _call("bench", "probe", bench).stdout
    found = json.loads(_call("bench", "probe", bench, "--json").stdout)
    assert [device["id"] for device in found["devices"]] == ["pile"]
    pile = found["devices"][0]
    assert pile["reachable"] is True
    assert pile["identity"]["serial_number"]
    assert {"id", "value", "unit", "raw", "quality"} <= pile["points"][0].keys()
    assert all(one["severity"] == "note" for one in pile["findings"])


def test_probe_finds_the_right_unit_id(live: Live) -> None:
    settings = "connection: {unit: 7, timeout: 300 ms, attempts: 1, modbus: "
    bench = _pile_only(live, "wrong.yaml", **{"connection: {modbus": settings})
    result = _call("bench", "probe", bench, "--json")
    assert result.exit_code == 4
    (pile,) = json.loads(result.stdout)["devices"]
    assert [one["id"] for one in pile["findings"]] == ["silent", "wrong-unit"]
    assert "unit: 1" in pile["findings"][1]["do"]["en"]
    assert pile["reachable"] is False


def test_watch_into_a_pipe_is_one_json_line_a_poll(live: Live) -> None:
    options = ["--count", "2", "--every", "100 ms"]
    result = _call("watch", live.bench, "pile", "--point", "charging_state", *options)
    assert result.exit_code == 0, result.output
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["pile"] == {"charging_state": "connected"}
    assert "meter" not in first
    assert second["t"] > first["t"]


@pytest.mark.parametrize(
    "arguments", [["x.yaml"], ["sim", "inverter"], ["sim", "--point", "no_such_point"],
                  ["sim", "--every", "often"], ["sim", "--count", "0"]], ids=" ".join,
)  # fmt: skip
def test_watch_refuses_what_it_cannot_do(arguments: list[str]) -> None:
    result = _call("watch", *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_watch_of_the_built_in_bench() -> None:
    result = _call("watch", "sim", "--count", "1", "--point", "charging_state")
    assert json.loads(result.stdout)["pile"] == {"charging_state": "idle"}


_PROCEDURE = """\
procedure: LIVE-01
title: {zh: 实时, en: Live}
steps:
  - id: connected
    title: {zh: 已连接, en: Connected}
    do: pile.expect
    with: {states: {charging_state: connected}}
  - id: voltage
    title: {zh: 电压, en: Voltage}
    do: pile.measure
    with: {points: [voltage_l1]}
    item: NB/T 33002-2018/supply-voltage
  - id: meter
    title: {zh: 表, en: Meter}
    do: meter.measure
    with: {points: [voltage_l1]}
    limit: {low: 180, high: 260, unit: V}
"""


def test_a_live_run_announces_what_it_does_and_uses_the_wire(live: Live) -> None:
    Path("LIVE-01.yaml").write_text(_PROCEDURE, encoding="utf-8")
    held = _call("run", "LIVE-01.yaml", "--bench", live.bench)
    assert held.exit_code == 2
    assert "--live" in held.stderr
    result = _call("run", "LIVE-01.yaml", "--bench", live.bench, "--live", "--out", "run")
    assert result.exit_code == 0, result.output
    before, _, after = result.stdout.partition("LIVE-01  ")
    assert "Reads" in before
    assert "Energises" in before
    assert "✓ pass" in after
    digest = RunDigest()
    for entry in read_journal(Path("run")):
        digest(entry.event)
    assert len(digest.with_verdict(Verdict.PASS)) == 3
    assert digest.started is not None
    assert digest.started.virtual_time is False


_TRACED = """procedure: LIVE-02
title: {zh: 录波, en: Recorded}
steps:
  - id: record
    title: {zh: 录, en: Record}
    do: trace.begin
  - id: idle
    title: {zh: 待机, en: Connected}
    do: pile.expect
    with: {states: {charging_state: connected}}
  - id: recorded
    title: {zh: 录完, en: Recorded}
    do: trace.end
    with: {recording: record}
  - id: "off"
    title: {zh: 断电, en: Supply off}
    do: trace.interval
    with: {recording: record, from: {s2: open}, to: {voltage_l1: {below: 30 V}}}
    item: GB/T 18487.1/T-02
"""
_RECORDER = """
recorder:
  instrument: rec-1
  channels:
    s2: {column: D0, states: {0: open, 1: closed}}
    voltage_l1: {column: U1, uncertainty: 1 V}
"""


def test_a_live_bench_without_and_with_a_recorder(live: Live) -> None:
    Path("LIVE-02.yaml").write_text(_TRACED, encoding="utf-8")
    rows = [f"{n / 100},{int(n < 5)},{224 * int(n < 9)}" for n in range(20)]
    Path("r.csv").write_text("\n".join(["time,D0,U1", *rows]), encoding="utf-8")
    answers = "by: T-1\nanswers: {record: true, recorded: r.csv}\n"
    Path("answers.yaml").write_text(answers, encoding="utf-8")
    bench = _pile_only(live, "traced.yaml")
    tool = "instruments:\n  rec-1: {type: oscilloscope, calibration_due: 2099-01-01}"
    listed = bench.read_text("utf-8").replace("instruments:", tool)
    bench.write_text(listed, encoding="utf-8")
    for number, wanted in enumerate((Verdict.INCONCLUSIVE, Verdict.PASS)):
        out = f"traced-{number}"
        result = _call(
            "run", "LIVE-02.yaml", "--bench", bench, "--answers", "answers.yaml", "--live",
            "--out", out,
        )  # fmt: skip
        assert result.exit_code == (0 if wanted is Verdict.PASS else 3), result.output
        ended = {e.event.step: e.event.verdict for e in read_journal(Path(out))
                 if isinstance(e.event, StepEnded)}  # fmt: skip
        assert ended == {"record": None, "idle": Verdict.PASS, "recorded": None, "off": wanted}
        with Path(bench).open("a", encoding="utf-8") as file:
            file.write(_RECORDER)


def test_two_runs_do_not_share_a_wire(live: Live) -> None:
    from harness.bench.lock import BenchLock  # noqa: PLC0415

    port = live.lines[0].rpartition(":")[2]
    lock = BenchLock()
    lock.take(f"tcp-127.0.0.1-{port}")
    try:
        result = _call("bench", "probe", _pile_only(live, "pile.yaml"), "--json")
        assert result.exit_code == 4
        assert json.loads(result.stdout)["devices"][0]["findings"][0]["id"] == "in-use"
    finally:
        lock.release()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--modbus", "udp://127.0.0.1:0"],
        ["--modbus", "tcp://127.0.0.1"],
        ["--modbus", "tcp://127.0.0.1:99999"],
        ["--profile", "no-such-pile"],
        ["--profile", "eastron-sdm630"],
        ["--fault", "no-such-fault"],
        ["--events", "missing/folder/events.jsonl"],
        ["--vehicle", "maybe"],
    ],
    ids=" ".join,
)
def test_sim_refuses_what_it_cannot_do(arguments: list[str]) -> None:
    result = _call("sim", "pile", *arguments)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output


def test_sim_of_an_address_that_is_taken(live: Live) -> None:
    address = live.lines[0].partition(" ")[2]
    for lang in ("zh", "en"):
        result = _call("sim", "pile", "--modbus", address, lang=lang)
        assert result.exit_code in (2, 4)
        assert result.stderr.strip()
        assert "Traceback" not in result.output
