"""Files that are played in the place of an adapter: bad ones, and odd ones."""

import re
from pathlib import Path

import can
import pytest
from benchkit import Outcome
from recorded_help import BEGINS, bench_file, car_file, frame, played, write

from harness.bench.findings import BenchProbe
from harness.bench.load import load_bench
from harness.bench.probe import probe_bench
from harness.clock import Clock, Deadline, run
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.can.recorded import located
from harness.devices.vehicle.profile import load_vehicle_profile
from harness.engine import details
from harness.engine.prepare import load_bench_for, prepare
from harness.engine.run import execute
from harness.errors import ConnectionFailedError, FileError, UsageError
from harness.events import BusOpened, RunStarted
from harness.evidence.read import read_journal
from harness.report.html import render_html
from harness.report.record import load_record
from harness.report.summary import summary_text
from harness.verdict import Ending, ExitCode, Verdict


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("connection: {can: recording, file: none.asc}", "there is no such file"),
        ("connection: {can: recording}", "without a file"),
        ("connection: {can: slcan, channel: COM1, file: a.asc}", "'file' is of a recording"),
        ("connection: {can: recording, file: empty.blf}", "empty"),
        ("connection: {can: recording, file: words.asc}", "is no recording"),
        ("connection: {can: recording, file: cut.blf}", "cut.blf: "),
        ("connection: {can: recording, file: back.log}", "earlier than the frame before"),
        ("connection: {can: recording, file: two.asc}", "several channels"),
        ("connection: {can: recording, file: two.asc, channel: 9}", "no frame of channel 9"),
        ("connection: {can: recording, file: one.asc}\n    simulated: true", "leave simulated out"),
        (
            "connections: {a: {can: recording, file: one.asc}, b: {can: slcan, channel: COM1}}",
            "recordings on all buses",
        ),
        (
            "connections: {a: {can: recording, file: one.asc}, b: {can: recording, file: old.log}}",
            "begins 172000000 s after the end of recording old.log",
        ),
        (
            "connections: {a: {can: recording, file: zero.log}, b: {can: recording, file: b.asc}}",
            "no telling how the others lie to it: zero.log",
        ),
        (
            "connections: {a: {can: recording, file: b.asc}, b: {can: recording, file: one.asc}}",
            "recording b.asc: no frame is described in a.dbc; ids (frames): 0x00000002 (2); "
            "expected the DBC of this car and this bus",
        ),
        (
            "connection: {can: recording, file: foreign.blf}",
            "no frame is described in a.dbc, b.dbc; ids (frames): 0x00000010 (4), 0x00000011 (3), ",
        ),
    ],
)
def test_bad_input_names_place_and_what_was_expected(
    tmp_path: Path, written: str, what: str
) -> None:
    write(tmp_path / "one.asc", [frame(0, 1), frame(1, 1)])
    write(tmp_path / "two.asc", [frame(0, 1, channel=0), frame(1, 1, channel=1)])
    write(tmp_path / "b.asc", [frame(0, 2), frame(1, 2)])
    write(tmp_path / "foreign.blf", [frame(n / 10, 16 + n % 11) for n in range(34)])
    (tmp_path / "zero.log").write_text("(0.000000) can0 00000001#00\n", "utf-8")
    (tmp_path / "empty.blf").write_bytes(b"")
    (tmp_path / "words.asc").write_text("a letter\n", "utf-8")
    whole = write(tmp_path / "cut.blf", [frame(n / 100, 1, bytes(8)) for n in range(400)])
    whole.write_bytes(whole.read_bytes()[:-40])
    (tmp_path / "back.log").write_text(
        "(1772000009.000000) can0 001#00\n(1772000001.000000) can0 001#00\n", "utf-8"
    )
    (tmp_path / "old.log").write_text("(1600000000.000000) can0 001#00\n", "utf-8")
    car_file(tmp_path)
    with pytest.raises(FileError) as caught:
        load_bench(str(bench_file(tmp_path, written)))
    said = str(caught.value)
    assert what in said and "bench.yaml:" in said and "expected" in said
    for problem in caught.value.problems:
        zh = details.problem(problem)
        assert re.search(r"[a-z]+ [a-z]+ [a-z]+|ids|in all", zh) is None, zh


def test_a_real_device_beside_it_still_needs_live(tmp_path: Path) -> None:
    write(tmp_path / "one.asc", [frame(0, 1), frame(1, 1)])
    car_file(tmp_path)
    path = tmp_path / "bench.yaml"
    path.write_text(
        "bench: both\ndevices:\n  vehicle:\n    database: a.dbc\n"
        "    connection: {can: recording, file: one.asc}\n"
        "  pile: {profile: gb-ac-pile, connection: {modbus: tcp, host: 127.0.0.1}}\n",
        "utf-8",
    )
    with pytest.raises(UsageError, match="pile of bench 'both' would be opened"):
        load_bench_for(str(path), live=False)
    assert load_bench(str(path)).recorded == ["vehicle"]


def test_a_recording_needs_a_bench_file() -> None:
    async def main() -> None:
        bus = CanBus("any", CanConnection(can="recording", file="x.asc"), clock=Clock(virtual=True))
        with pytest.raises(ConnectionFailedError, match="played from a bench file"):
            await bus.open(Deadline.after(1))

    run(main, virtual=True)


def test_a_file_that_changes_after_it_was_read_is_not_played(tmp_path: Path) -> None:
    path = write(tmp_path / "any.blf", [frame(0, 1), frame(1, 1)])
    connection = located(CanConnection(can="recording", file=path.name), tmp_path)
    write(path, [frame(0, 1), frame(1, 1), frame(2, 1)])

    async def main() -> None:
        bus = CanBus("any", connection, clock=Clock(virtual=True))
        with pytest.raises(ConnectionFailedError, match="changed after the bench file was read"):
            await bus.open(Deadline.after(1))
        path.unlink()
        with pytest.raises(ConnectionFailedError, match="No such file"):
            await bus.open(Deadline.after(1))

    run(main, virtual=True)


# ------------------------------------------------------------ odd ones


def procedure(folder: Path, *points: str) -> Path:
    """Reads points, ten seconds apart."""
    path = folder / "ODD-01.yaml"
    lines = "".join(
        f"  - {{id: p{n}, title: {{zh: 步, en: Step}}, do: vehicle.measure,"
        f" with: {{points: [{point}]}}, limit: {{low: 1 V, high: 3 V}}}}\n"
        f"  - {{id: w{n}, title: {{zh: 等, en: Wait}}, do: bench.wait, with: {{for: 10 s}}}}\n"
        for n, point in enumerate(points)
    )
    path.write_text(
        "procedure: ODD-01\ntitle: {zh: 读, en: Read}\n"
        f"needs: {{vehicle: [{', '.join(sorted(set(points)))}]}}\nsteps:\n{lines}",
        "utf-8",
    )
    return path


def odd(folder: Path, connections: str, *points: str) -> Outcome:
    car_file(folder)
    bench = bench_file(folder, connections)
    request = prepare([str(procedure(folder, *points))], str(bench), folder=folder / "run")
    result = execute(request)
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


def seconds(number: int, until: int, since: int = 0, **more: object) -> list[can.Message]:
    """A frame every tenth of a second, whose byte is 2."""
    return [frame(since + n / 10, number, b"\2", **more) for n in range(10 * (until - since))]


def test_a_bus_that_ends_earlier_is_over_and_not_silent(tmp_path: Path) -> None:
    write(tmp_path / "a.blf", seconds(1, 60))
    write(tmp_path / "b.asc", seconds(2, 15))
    found = odd(
        tmp_path,
        "connections: {a: {can: recording, file: a.blf}, b: {can: recording, file: b.asc}}",
        *("one", "two", "two", "one"),
    )
    assert found.result.ending is Ending.LOST
    assert "b (recording b.asc): the recording ended at 14.900 s" in found.result.reason
    assert found.verdicts["p1"] is Verdict.PASS  # at 10 s
    assert Verdict.FAIL not in found.verdicts.values()


def test_two_channels_of_one_file_are_two_buses(tmp_path: Path) -> None:
    # Undated, and one of them sleeps from 5 s on: that is heard, because the other goes on.
    both = seconds(1, 40, channel="can0") + seconds(2, 5, channel="can1")
    both.sort(key=lambda one: one.timestamp)
    for one in both:
        one.timestamp -= BEGINS
    write(tmp_path / "both.log", both)
    where = "{{can: recording, file: both.log, channel: {}}}"
    found = odd(
        tmp_path,
        f"connections: {{a: {where.format('can0')}, b: {where.format('can1')}}}",
        *("two", "two", "one"),
    )
    assert found.result.ending is Ending.COMPLETED
    assert found.verdicts["p0"] is Verdict.PASS and found.verdicts["p2"] is Verdict.PASS
    assert found.verdicts["p1"] is Verdict.INCONCLUSIVE
    (started,) = found.of(RunStarted)
    assert started.recorded and not started.recorded_time
    assert {one.recording_begins for one in found.of(BusOpened)} == {""}
    page = render_html(load_record(found.result.folder))
    assert "时间为录制时间" not in page and "文件没有日期" in page


def test_buffers_of_a_logger_are_put_in_the_order_of_time(tmp_path: Path) -> None:
    mixed = [frame(0, 1), frame(0.5, 3), frame(0.2, 2), frame(0.2, 4), frame(0.9, 5)]
    heard = [one for _, one in played(write(tmp_path / "any.blf", mixed))]
    assert [one.arbitration_id for one in heard] == [1, 2, 4, 3, 5]
    assert [one.arbitration_id for _, one in played(write(tmp_path / "one.blf", mixed[:1]))] == [1]


@pytest.mark.parametrize("kind", ["asc", "blf", "mf4"])
def test_fd_frames_are_heard_whole(tmp_path: Path, kind: str) -> None:
    data = bytes(range(48))
    more = {"is_fd": True, "bitrate_switch": True, "dlc": 48}
    frames = [frame(n / 10, 3 + n, data, **more) for n in range(5)]
    heard = [one for _, one in played(write(tmp_path / f"any.{kind}", frames))]
    assert [bytes(one.data) for one in heard] == [data] * 5
    assert all(one.is_fd and one.bitrate_switch and one.dlc == 48 for one in heard)


def test_what_is_simulated_beside_it_is_said_so(tmp_path: Path) -> None:
    write(tmp_path / "a.blf", seconds(1, 30))
    car_file(tmp_path)
    bench = bench_file(tmp_path, "connections: {a: {can: recording, file: a.blf}}")
    bench.write_text(
        bench.read_text("utf-8") + "  pile: {profile: gb-ac-pile, simulated: true}\n", "utf-8"
    )
    written = procedure(tmp_path, "one")
    text = written.read_text("utf-8").replace("needs: {", "needs: {pile: [], ")
    written.write_text(text, "utf-8")
    result = execute(prepare([str(written)], str(bench), folder=tmp_path / "run"))
    page = render_html(load_record(result.folder))
    assert result.exit_code == ExitCode.PASS
    assert "PARTLY FROM A RECORDING" in page and "No device was connected" not in page
    shown = summary_text(load_record(result.folder), "zh")
    assert "部分为录制的总线数据" in shown


def test_a_probe_asks_nothing_of_a_recording(tmp_path: Path) -> None:
    bench = bench_file(tmp_path, "connections: {powertrain: {can: recording, file: any.blf}}")
    bench.write_text(bench.read_text("utf-8").replace("car.yaml", "shared-ev"), "utf-8")
    profile = load_vehicle_profile("shared-ev")
    (number, extended), *_ = profile.databases["powertrain"][0].by_id
    write(tmp_path / "any.blf", seconds(number, 60, is_extended_id=extended))
    loaded = load_bench(str(bench))

    async def main() -> BenchProbe:
        clock = Clock(virtual=True)
        return await probe_bench(loaded, clock, faults=(), tell=lambda _: None)

    (found,) = run(main, virtual=True).devices
    assert found.reachable
    codes = [one.code for one in found.findings]
    assert "read-only" in codes and "diagnostics" not in codes
