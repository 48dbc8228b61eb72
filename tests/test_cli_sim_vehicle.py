"""`harness sim vehicle`: other people's programs talk to it, and so does `harness run --live`."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import can
import pytest
from click.testing import CliRunner, Result

from harness.bench.lock import BenchLock
from harness.cli.root import ROOT
from harness.cli.serving import vehicle_device, write_bench
from harness.devices.can.capture import read_capture
from harness.devices.can.connection import CanConnection
from harness.events import BusClosed, BusOpened, DeviceOpened, RunStarted, StepEnded
from harness.evidence.read import read_journal
from harness.verdict import Verdict
from simulators.rig import Rig

ANY = "slcan://127.0.0.1:0"
READ_VIN = Path(__file__).parent.parent / "docs" / "examples" / "read_vin.py"
BUSES = ("powertrain", "chassis", "body", "adas")


@dataclass
class Live:
    """A running simulator: the addresses that it printed, and its files."""

    process: "subprocess.Popen[str]"
    folder: Path
    addresses: dict[str, str] = field(default_factory=dict)

    def ready(self, lines: int, hints: int) -> "Live":
        """Wait until it serves."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        for _ in range(lines):
            name, _, address = self.process.stdout.readline().strip().rpartition(" ")
            self.addresses[name] = address
        for _ in range(hints):
            assert self.process.stderr.readline()
        return self

    @property
    def bench(self) -> Path:
        return self.folder / "bench.yaml"

    def channel(self, bus: str = "") -> str:
        return self.addresses[bus].replace("slcan://", "socket://")

    def say(self, line: str) -> str:
        """Type something, and read what it answers on standard output."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def complain(self, line: str) -> str:
        """Type something that it refuses, and read the complaint."""
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stderr.readline().strip()


def start(folder: Path, *arguments: str) -> Live:
    environment = {**os.environ, "HARNESS_LANG": "en", "PYTHONWARNINGS": "error"}
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "sim", *arguments, "--write-bench", "bench.yaml"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, encoding="utf-8", env=environment, cwd=folder,
    )  # fmt: skip
    return Live(process, folder)


def end(live: Live) -> None:
    live.process.kill()
    live.process.communicate(timeout=20)


@dataclass
class Simulators:
    """A car at the connector and on each bus; pile, meter and car in one world."""

    car: Live
    world: Live


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    with ExitStack() as stack:

        def started(name: str, *arguments: str) -> Live:
            live = start(tmp_path_factory.mktemp(name), *arguments)
            stack.callback(end, live)
            return live

        each = [word for bus in BUSES for word in ("--bus", f"{bus}={ANY}")]
        found = Simulators(
            started("car", "vehicle", "--can", ANY, *each, "--events", "events.jsonl"),
            started("world", "bench", "--modbus", "tcp://127.0.0.1:0", "--meter-modbus",
                    "tcp://127.0.0.1:0", "--can", ANY, "--bus", f"body={ANY}", "--vehicle",
                    "connected"),
        )  # fmt: skip
        found.car.ready(5, 4)
        found.world.ready(4, 3)
        yield found


@pytest.fixture
def live(simulators: Simulators) -> Live:
    return simulators.car


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def call(*arguments: object, lang: str = "en") -> Result:
    return CliRunner().invoke(ROOT, [*map(str, arguments), "--lang", lang])


def watched(live: Live, role: str, *points: str) -> dict[str, object]:
    words = [word for point in points for word in ("--point", point)]
    shown = call("watch", live.bench, role, "--count", "1", *words)
    assert shown.exit_code == 0, shown.output
    return dict(json.loads(shown.stdout)[role])


# Other people's programs


def test_the_addresses_come_first(simulators: Simulators) -> None:
    assert list(simulators.car.addresses) == ["", *BUSES]
    assert all(one.startswith("slcan://127.0.0.1:") for one in simulators.car.addresses.values())
    assert len(set(simulators.car.addresses.values())) == 5
    assert list(simulators.world.addresses) == ["pile", "meter", "vehicle", "body"]


def test_a_logger_of_python_can_records_the_car(live: Live, tmp_path: Path) -> None:
    """Another process, with python-can alone."""
    logger = subprocess.Popen(
        [sys.executable, "-m", "can.logger", "-i", "slcan", "-c", live.channel(),
         "-b", "500000", "-f", str(tmp_path / "log.blf")],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while not (tmp_path / "log.blf").exists():
            assert time.monotonic() < deadline
            assert logger.poll() is None
            time.sleep(0.05)
        time.sleep(1.5)
    finally:
        logger.send_signal(signal.SIGINT)
        logger.communicate(timeout=20)
    frames = list(can.LogReader(tmp_path / "log.blf"))
    span = frames[-1].timestamp - frames[0].timestamp
    assert len(frames) > 300 * span, "all buses come through the one adapter"
    identifiers = {(frame.arbitration_id, frame.is_extended_id) for frame in frames}
    assert {(0x110, False), (0x0A1, False), (0x324, False), (0x400, False)} <= identifiers
    assert (0x18FF50E5, True) in identifiers
    drive = [frame.timestamp for frame in frames if frame.arbitration_id == 0x110]
    assert len(drive) > 10 * span, "50 in a second, if this machine lets the logger keep up"


def test_a_plain_script_with_udsoncan_reads_vin_and_codes(live: Live) -> None:
    """The example of the documentation, which uses nothing of the harness."""
    assert "harness" not in [line.partition(" ")[2].partition(" ")[0].partition(".")[0]
                             for line in READ_VIN.read_text("utf-8").splitlines()
                             if line.startswith(("import ", "from "))]  # fmt: skip
    for _ in range(3):  # python-can reads byte by byte: on a busy machine it may fall behind
        done = subprocess.run(
            [sys.executable, str(READ_VIN), live.channel("powertrain")],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert said == {"VIN": vin_of(seed=1), "codes": "[]"}


def vin_of(seed: int) -> str:
    """The VIN of the simulated car of that seed."""
    rig = Rig(seed=seed, now=lambda: 0.0, wall=lambda: 0.0, with_car=True)
    return rig.car.units.vin


# What is typed


def test_hands_at_the_car(live: Live) -> None:
    assert watched(live, "vehicle", "low_beam_left") == {"low_beam_left": "off"}
    assert live.say("low-beam-on") == "low-beam-on: ok"
    time.sleep(0.5)
    assert watched(live, "vehicle", "low_beam_left") == {"low_beam_left": "on"}
    assert live.say("fault low-beam-left-burnt") == "fault low-beam-left-burnt: ok"
    time.sleep(0.5)
    assert watched(live, "vehicle", "low_beam_left") != {"low_beam_left": "on"}
    assert live.say("clear low-beam-left-burnt") == "clear low-beam-left-burnt: ok"
    assert live.say("low-beam-off") == "low-beam-off: ok"


def test_looks_and_instruments_at_the_car(live: Live) -> None:
    said = live.say("tyre_pressure_fl")
    subject, _, shown = said.partition(": ")
    assert subject == "tyre_pressure_fl"
    number, unit = shown.split()[:2]
    assert 200 < float(number) < 300
    assert unit == "kPa"


def test_what_cannot_be_done_is_said_and_nothing_breaks(live: Live) -> None:
    assert "did you mean: make-ready" in live.complain("make-redy")
    assert "no fault is called 'tyre-sof'; did you mean: tyre-soft" in live.complain(
        "fault tyre-sof"
    )
    assert "no fault is called ''" in live.complain("fault")
    assert live.say("press-brake") == "press-brake: ok"
    assert live.say("release-brake") == "release-brake: ok"


def test_make_ready(live: Live) -> None:
    assert watched(live, "vehicle", "ready") == {"ready": "not_ready"}
    assert live.say("make-ready") == "make-ready: ok"
    deadline = time.monotonic() + 20
    while watched(live, "vehicle", "ready") != {"ready": "ready"}:
        assert time.monotonic() < deadline
    assert live.say("switch-on") == "switch-on: ok"


def test_physical_events_are_json_lines(live: Live) -> None:
    rows = [
        json.loads(line) for line in (live.folder / "events.jsonl").read_text("utf-8").splitlines()
    ]
    assert any(row["value"] == "on" and "key" in row["name"] for row in rows)
    assert {"t", "loop", "wall", "utc", "name", "value"} <= rows[0].keys()
    times = [row["t"] for row in rows]
    assert times == sorted(times)


# Runs


STEPS = """\
procedure: LIVE-CAR
title: {zh: 实车, en: Live car}
steps:
  - {id: soc, title: {zh: 电量, en: SOC}, do: vehicle.measure, with: {points: [soc]},
     limit: {low: 5, high: 100, unit: "%"}}
  - {id: brake, title: {zh: 驻车, en: Brake}, do: vehicle.expect,
     with: {states: {parking_brake: applied, gear: p}}}
  - {id: volts, title: {zh: 低压, en: 12 V}, do: vehicle.measure, with: {points: [low_voltage]},
     limit: {low: 9, high: 16, unit: V}}
  - {id: nodes, title: {zh: 在线, en: Nodes}, do: can.nodes_online, with: {watch: 2600 ms}}
  - {id: codes, title: {zh: 故障码, en: Codes}, do: diag.scan_dtcs, with: {units: [vcu, eps, cam]}}
"""


def run_live(live: Live, *options: str, name: str = "run") -> Result:
    Path("LIVE-CAR.yaml").write_text(STEPS, encoding="utf-8")
    return call("run", "LIVE-CAR.yaml", "--bench", live.bench, "--live", "--out", name, *options)


def events(name: str = "run") -> list[object]:
    return [entry.event for entry in read_journal(Path(name))]


def test_a_live_run_over_one_adapter(live: Live) -> None:
    held = call("run", "VEH-INSP-01", "--bench", live.bench)
    assert held.exit_code == 2
    assert "--live" in held.stderr
    result = run_live(live)
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert f"slcan {live.channel()} 500 kbit/s (simulated)" in said
    found = events()
    assert [e.verdict for e in found if isinstance(e, StepEnded)] == [Verdict.PASS] * 5
    (started,) = [e for e in found if isinstance(e, RunStarted)]
    assert (started.virtual_time, started.simulated) == (False, True)
    (opened,) = [e for e in found if isinstance(e, BusOpened)]
    assert (opened.bus, opened.capture) == ("can", "can-can.blf")
    assert len(opened.databases) == 4
    (closed,) = [e for e in found if isinstance(e, BusClosed)]
    assert closed.sent == 6, "each unit was asked until two readings agreed"
    frames = list(read_capture(Path("run") / "can-can.blf"))
    assert len(frames) >= closed.received > 2000
    assert sum(not frame.is_rx for frame in frames) == 6


def test_a_live_read_only_run_sends_nothing(live: Live) -> None:
    result = run_live(live, "--read-only")
    assert result.exit_code == 3, result.output
    assert "nothing is sent on any CAN bus" in " ".join(result.stdout.split())
    found = events()
    verdicts = {e.step: e.verdict for e in found if isinstance(e, StepEnded)}
    assert verdicts.pop("codes") is Verdict.NOT_RUN
    assert set(verdicts.values()) == {Verdict.PASS}
    (closed,) = [e for e in found if isinstance(e, BusClosed)]
    assert (closed.sent, closed.refused) == (0, 1)


def test_a_live_run_with_an_adapter_on_each_bus(live: Live) -> None:
    wired = {bus: live.addresses[bus] for bus in BUSES}
    write_bench(Path("each.yaml"), {"vehicle": vehicle_device("shared-ev", wired)})
    assert "connections: {powertrain: {can: slcan" in Path("each.yaml").read_text("utf-8")
    Path("LIVE-CAR.yaml").write_text(STEPS, encoding="utf-8")
    result = call("run", "LIVE-CAR.yaml", "--bench", "each.yaml", "--live", "--out", "run")
    assert result.exit_code == 0, result.output
    found = events()
    assert {e.bus for e in found if isinstance(e, BusOpened)} == set(BUSES)
    assert {path.name for path in Path("run").glob("*.blf")} == {f"can-{b}.blf" for b in BUSES}
    sent = {e.bus: e.sent for e in found if isinstance(e, BusClosed)}
    assert sent == {"powertrain": 6, "chassis": 0, "body": 0, "adas": 0}


def test_two_runs_do_not_share_an_adapter(live: Live) -> None:
    lock = BenchLock()
    lock.take(CanConnection(can="slcan", channel=live.channel()).key())
    try:
        result = run_live(live)
        assert result.exit_code == 4
        assert "in use by another run" in " ".join(result.output.split())
    finally:
        lock.release()


def test_pile_and_car_are_in_one_world(simulators: Simulators) -> None:
    world = simulators.world
    deadline = time.monotonic() + 20
    while True:
        pile = watched(world, "pile", "charging_state")
        car = watched(world, "vehicle", "plug_connected")
        if (pile, car) == ({"charging_state": "connected"}, {"plug_connected": "yes"}):
            break
        assert time.monotonic() < deadline, (pile, car)
    Path("BOTH.yaml").write_text(
        "procedure: BOTH\ntitle: {zh: 双侧, en: Both}\nsteps:\n"
        "  - {id: both, title: {zh: 双侧, en: Both}, do: bench.expect, with: "
        "{pile: {charging_state: connected}, vehicle: {plug_connected: 'yes'}}}\n",
        encoding="utf-8",
    )
    result = call("run", "BOTH.yaml", "--bench", world.bench, "--live", "--out", "run")
    assert result.exit_code == 0, result.output
    assert {e.role for e in events() if isinstance(e, DeviceOpened)} == {"pile", "vehicle"}


def test_hands_at_pile_and_car(simulators: Simulators) -> None:
    world = simulators.world
    assert world.say("disconnect-vehicle") == "disconnect-vehicle: ok"
    assert watched(world, "pile", "charging_state") == {"charging_state": "idle"}
    assert re.fullmatch(r"cp_voltage: 1[12]\.\d+ V", world.say("cp_voltage"))
    assert world.say("switch-off") == "switch-off: ok"
    assert "no thing to do here is called 'plug'" in world.complain("plug")
    assert world.say("switch-on") == "switch-on: ok"
    assert world.say("connect-vehicle") == "connect-vehicle: ok"
    assert watched(world, "pile", "charging_state") == {"charging_state": "connected"}
    assert "no thing to do here is called" in simulators.car.complain("connect-vehicle")


# The end, and wrong usage


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals")
def test_a_pseudo_terminal_is_a_serial_adapter_and_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    live = start(tmp_path, "vehicle", "--can", "pty", "--bus", f"body={ANY}", "--key", "off")
    try:
        live.ready(2, 3)
        path = live.addresses[""]
        assert path.startswith("/dev/")
        assert f'channel: "{path}"' in live.bench.read_text("utf-8")
        host, _, port = live.addresses["body"].removeprefix("slcan://").rpartition(":")
        ended = False
        bus = can.Bus(interface="slcan", channel=path, bitrate=500_000, sleep_after_open=0)
        with (
            suppress(can.CanOperationError),  # a dead port cannot say goodbye
            bus,
            socket.create_connection((host, int(port))) as other,
        ):
            other.sendall(b"S6\rO\r")
            assert bus.recv(0.3) is None, "the key is off: the car sleeps"
            assert live.say("switch-on") == "switch-on: ok"
            seen: set[int] = set()
            deadline = time.monotonic() + 20
            while not {0x110, 0x324} <= seen:
                assert time.monotonic() < deadline, seen
                if (frame := bus.recv(1.0)) is not None:
                    seen.add(frame.arbitration_id)
            assert b"t324" in other.recv(65_536)
            began = time.monotonic()
            live.process.send_signal(signal.SIGINT)
            assert live.process.wait(10) == 0, "with programs attached and standard input open"
            assert time.monotonic() - began < 4
            ended = True
        assert ended
        assert live.process.stderr is not None
        assert "Traceback" not in live.process.stderr.read()
    finally:
        end(live)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--can", "udp://127.0.0.1:0"],
        ["--can", "slcan://127.0.0.1"],
        ["--can", "slcan://127.0.0.1:99999"],
        ["--bus", "powertrain"],
        ["--bus", "powertrain="],
        ["--bus", "=slcan://127.0.0.1:0"],
        ["--bus", "engine=slcan://127.0.0.1:0"],
        ["--bus", f"body={ANY}", "--bus", f"body={ANY}"],
        ["--fault", "no-such-fault"],
        ["--key", "start"],
        ["--seed", "-1"],
        ["--events", "missing/folder/events.jsonl"],
        ["--can", ANY, "--write-bench", "missing/folder/bench.yaml"],
    ],
    ids=" ".join,
)
def test_what_it_cannot_do_is_refused(arguments: list[str]) -> None:
    result = call("sim", "vehicle", *arguments)
    assert result.exit_code == 2, result.output
    assert result.stderr.strip()
    assert "Traceback" not in result.output


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_address_that_is_taken(live: Live, lang: str) -> None:
    result = call("sim", "vehicle", "--can", live.addresses[""], lang=lang)
    assert result.exit_code == 4
    assert result.stderr.strip()
    assert "Traceback" not in result.output


def test_bench_with_a_wrong_can_address() -> None:
    words = ["--modbus", "tcp://127.0.0.1:0", "--meter-modbus", "tcp://127.0.0.1:0"]
    result = call("sim", "bench", *words, "--can", "udp://127.0.0.1:1")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_help_in_both_languages() -> None:
    assert "模拟一辆纯电动共享汽车" in call("sim", "vehicle", "--help", lang="zh").stdout
    assert "four CAN buses" in " ".join(call("sim", "vehicle", "--help").stdout.split())
