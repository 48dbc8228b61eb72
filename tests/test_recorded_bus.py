"""A recorded bus in the place of an adapter: every frame once, at its time, and nothing sent."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import can
import pytest
from benchkit import Outcome
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded_help import BEGINS, bench_file, car_file, frame, played, write

from harness.bench.load import load_bench
from harness.cli.root import ROOT
from harness.clock import Clock, Deadline, loop_time, run
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.can.error_reports import silent_on_errors
from harness.devices.can.logs_text import _LOCAL_DATE
from harness.devices.can.recorded import RecordedConnection, located
from harness.engine import wording
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.errors import (
    BusError,
    DeviceLostError,
    ReadOnlyError,
)
from harness.events import BusClosed, BusOpened, DeviceOpened, RunStarted, SafeState
from harness.evidence.read import read_journal
from harness.report.html import render_html
from harness.report.record import load_record
from harness.verdict import Ending, ExitCode, Verdict

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "unknown-van"


FRAMES = st.lists(
    st.tuples(
        st.integers(0, 200), st.integers(0, 0x1FFF_FFFF), st.booleans(), st.binary(max_size=8)
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=FRAMES, kind=st.sampled_from(["asc", "blf", "log"]))
def test_every_frame_comes_once_in_order_at_its_time(
    tmp_path: Path, facts: list[tuple[int, int, bool, bytes]], kind: str
) -> None:
    sent, at = [], 0.0
    for gap, number, extended, data in facts:
        at += gap / 1000
        own = number if extended else number & 0x7FF
        sent.append(frame(at, own, data, is_extended_id=extended))
    heard = played(write(tmp_path / f"any.{kind}", sent))
    assert [(m.arbitration_id, m.is_extended_id, bytes(m.data)) for _, m in heard] == [
        (m.arbitration_id, m.is_extended_id, bytes(m.data)) for m in sent
    ]
    first = sent[0].timestamp
    for (now, message), one in zip(heard, sent, strict=True):
        assert message.timestamp == pytest.approx(one.timestamp - first, abs=2e-4)
        assert message.timestamp <= now + 1e-9 <= message.timestamp + 0.006


def test_error_remote_and_own_frames_are_heard(tmp_path: Path) -> None:
    frames = [
        frame(0, 0x10),
        can.Message(timestamp=BEGINS + 0.1, is_error_frame=True),
        can.Message(timestamp=BEGINS + 0.2, arbitration_id=0x11, is_remote_frame=True, dlc=4),
        frame(0.3, 0x12, is_rx=False),
    ]
    heard = [message for _, message in played(write(tmp_path / "any.blf", frames))]
    assert [m.is_error_frame for m in heard] == [False, True, False, False]
    assert heard[2].is_remote_frame and heard[2].dlc == 4
    assert all(m.is_rx for m in heard)


def test_a_recording_without_any_error_frame_does_not_show_that_there_were_none(
    tmp_path: Path,
) -> None:
    error = can.Message(timestamp=BEGINS + 0.1, is_error_frame=True)
    for name, more in (("with.blf", [error]), ("without.blf", [])):
        write(tmp_path / name, [frame(0, 0x10), *more, frame(0.2, 0x10)])
        why = silent_on_errors(located(CanConnection(can="recording", file=name), tmp_path))
        assert bool(why) is (not more)


def test_nothing_can_be_sent(tmp_path: Path) -> None:
    path = write(tmp_path / "any.asc", [frame(0, 0x10), frame(1, 0x10)])

    async def main() -> None:
        connection = located(CanConnection(can="recording", file=path.name), tmp_path)
        bus = CanBus("any", connection, clock=Clock(virtual=True))
        await bus.open(Deadline.after(1))
        assert bus.listen_only
        with pytest.raises(BusError, match="nothing can be sent to a recording"):
            bus.send(frame(0, 0x20))
        assert bus.tallies().sent == 0
        await asyncio.sleep(2)
        assert bus.lost is not None
        with pytest.raises(DeviceLostError, match=r"ended at 1\.000 s"):
            bus.send(frame(0, 0x20))
        await bus.close()

    run(main, virtual=True)


def test_in_real_time_the_first_frames_are_heard_too(tmp_path: Path) -> None:
    frames = [frame(n / 1000, n) for n in range(100)]
    path = write(tmp_path / "any.blf", frames)
    heard: list[can.Message] = []

    async def main() -> None:
        connection = located(CanConnection(can="recording", file=path.name), tmp_path)
        bus = CanBus("any", connection, clock=Clock(virtual=False))
        bus.subscribe_batches(heard.extend)
        whole = asyncio.Event()
        bus.subscribe(lambda one: whole.set() if one.arbitration_id == 99 else None)
        begun = loop_time()
        await bus.open(Deadline.after(1))
        async with asyncio.timeout(5):
            await whole.wait()
        assert loop_time() >= begun + 0.099
        await bus.close()

    run(main, virtual=False)
    assert [one.arbitration_id for one in heard] == list(range(100))
    assert heard[-1].timestamp - heard[0].timestamp == pytest.approx(0.099, abs=1e-4)


def test_a_recording_can_be_played_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "any.blf", [frame(0, 1), frame(1, 2), frame(2, 3)])
    heard: list[int] = []

    async def main() -> None:
        connection = located(CanConnection(can="recording", file=path.name), tmp_path)
        for _ in range(2):
            bus = CanBus("any", connection, clock=Clock(virtual=True))
            bus.subscribe(lambda one: heard.append(one.arbitration_id))
            await bus.open(Deadline.after(1))
            await asyncio.sleep(1.5)
            await bus.close()

    run(main, virtual=True)
    assert heard == [1, 2, 1, 2]


def test_the_contract_of_a_bus_holds_as_far_as_reading_goes(tmp_path: Path) -> None:
    """As `test_can_bus` asks it of adapters: a burst, consumers, tallies, closing, death."""
    frames = [frame(n // 2500, n % 2048, n.to_bytes(4, "big")) for n in range(5000)]
    path = write(tmp_path / "any.blf", frames)
    every: list[can.Message] = []
    some: list[int] = []
    once: list[can.Message] = []
    lost: list[DeviceLostError] = []
    stops: list[Callable[[], None]] = []

    def take_one(message: can.Message) -> None:
        once.append(message)
        stops.pop()()

    async def main() -> None:
        connection = located(CanConnection(can="recording", file=path.name), tmp_path)
        bus = CanBus("any", connection, clock=Clock(virtual=True), read_only=True)
        bus.on_lost = lost.append
        bus.subscribe(every.append)
        bus.subscribe(lambda message: some.append(message.arbitration_id), [(7, True), (9, False)])
        stops.append(bus.subscribe(take_one))
        await bus.open(Deadline.after(1))
        with pytest.raises(ReadOnlyError, match="any: 0x00000007 was not sent"):
            bus.send(frame(0, 7))
        await asyncio.sleep(1.2)
        assert [int.from_bytes(one.data, "big") for one in every] == list(range(5000))
        assert some == [7] * 3 and len(once) == 1
        tallies = bus.tallies()
        assert (tallies.received, tallies.sent, tallies.refused) == (5000, 0, 1)
        assert tallies.first == pytest.approx(0, abs=1e-3)
        assert tallies.last == pytest.approx(1, abs=1e-3)
        await bus.close()
        await bus.close()
        await asyncio.sleep(5)
        assert not bus.is_open and not lost and len(every) == 5000
        await bus.open(Deadline.after(1))
        await asyncio.sleep(5)
        await bus.close()
        assert len(every) == 10000 and len(lost) == 1

    run(main, virtual=True)


def test_buses_recorded_together_are_played_together(tmp_path: Path) -> None:
    write(tmp_path / "a.blf", [frame(0, 1), frame(1, 1)])
    write(tmp_path / "b.asc", [frame(0.25, 2), frame(3, 2)])
    car_file(tmp_path)
    bench = bench_file(
        tmp_path,
        "connections: {a: {can: recording, file: a.blf}, b: {can: recording, file: b.asc}}",
    )
    entry = load_bench(str(bench)).model.devices["vehicle"]
    both = {
        name: one for name, one in entry.connections.items() if isinstance(one, RecordedConnection)
    }
    assert {round(one.begins / 1e9, 3) for one in both.values()} == {BEGINS}
    assert both["a"].seconds == pytest.approx(1, abs=1e-3)
    assert both["b"].seconds == pytest.approx(3, abs=1e-3)


# ------------------------------------------------------------ the van of the docs


@pytest.fixture(scope="module")
def van(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("van") / "unknown-van"
    copytree(EXAMPLE, folder)
    for name, more in (("sound.asc", []), ("tired.blf", ["--weak-cell", "--slow-brake"])):
        record(folder, name, *more)
    bench = (folder / "tired.yaml").read_text("utf-8")
    (folder / "sound.yaml").write_text(bench.replace("tired.blf", "sound.asc"), "utf-8")
    return folder


def record(folder: Path, *arguments: str) -> None:
    import runpy  # noqa: PLC0415 - only here
    import sys  # noqa: PLC0415

    patch = pytest.MonkeyPatch()
    with patch.context() as now:
        now.setattr(sys, "argv", ["record.py", *arguments])
        now.chdir(folder)
        runpy.run_path(str(folder / "record.py"), run_name="__main__")


@pytest.fixture(autouse=True)
def _own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path_factory.getbasetemp() / "keys"))


def judge(van: Path, name: str, out: Path) -> Outcome:
    request = prepare([str(van / "VAN-01.yaml")], str(van / f"{name}.yaml"), folder=out)
    result = execute(request)
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


def test_a_sound_recording_passes_and_says_what_it_is(van: Path, tmp_path: Path) -> None:
    found = judge(van, "sound", tmp_path / "run")
    judged = [one for one in found.verdicts.values() if one is not None]
    assert set(judged) == {Verdict.PASS} and len(judged) == 8
    (started,) = found.of(RunStarted)
    assert started.recorded and started.simulated and started.read_only and started.virtual_time
    assert started.utc.startswith("2026-03-09T08:30:00")
    (device,) = found.of(DeviceOpened)
    assert device.recorded and not device.simulated
    (opened,) = found.of(BusOpened)
    assert opened.connection == "recording sound.asc"
    digest = hashlib.sha256((van / "sound.asc").read_bytes()).hexdigest()
    assert opened.recording_sha256 == digest
    assert opened.recording_begins.startswith("2026-03-09T08:30:00")
    assert [note.en for note in opened.recording_notes] == [_LOCAL_DATE.en]
    (closed,) = found.of(BusClosed)
    assert closed.sent == 0 and closed.received > 1000
    (safe,) = found.of(SafeState)
    assert safe.safe
    page = render_html(load_record(found.result.folder))
    assert digest in page and "2026-03-09 16:30:00 (UTC+8)" in page and _LOCAL_DATE.zh in page
    assert "录制数据" in page and "FROM A RECORDING" in page and "REAL DEVICES" not in page
    assert page.count("<svg") > 3  # plots of what was judged
    for lang, words in (("zh", "录制的总线数据"), ("en", "from a recording")):
        shown = CliRunner().invoke(
            ROOT, ["evidence", "show", str(found.result.folder), "--lang", lang]
        )
        assert words in shown.output


def test_a_tired_van_fails_in_two_steps_and_no_other(van: Path, tmp_path: Path) -> None:
    found = judge(van, "tired", tmp_path / "run")
    failed = {name for name, one in found.verdicts.items() if one is Verdict.FAIL}
    assert failed == {"cells", "brake-light"}
    assert found.result.exit_code == ExitCode.FAIL


def test_the_same_recording_gives_the_same_record(van: Path, tmp_path: Path) -> None:
    heads = [judge(van, "sound", tmp_path / name).of(RunStarted)[0] for name in ("a", "b")]
    assert heads[0] == heads[1]


def test_another_recording_of_that_name_is_another_run(van: Path, tmp_path: Path) -> None:
    before = judge(van, "tired", tmp_path / "a").of(RunStarted)[0]
    (van / "tired.blf").rename(van / "kept.blf")
    try:
        record(van, "tired.blf", "--slow-brake")
        after = judge(van, "tired", tmp_path / "b")
    finally:
        (van / "kept.blf").replace(van / "tired.blf")
    failed = {name for name, one in after.verdicts.items() if one is Verdict.FAIL}
    assert failed == {"brake-light"}
    assert after.of(RunStarted)[0].run_id != before.run_id


def test_waiting_beyond_the_end_says_so(van: Path, tmp_path: Path) -> None:
    (van / "LATE-01.yaml").write_text(
        "procedure: LATE-01\ntitle: {zh: 晚, en: Late}\nneeds: {vehicle: [vehicle_speed]}\nsteps:\n"
        "  - id: late\n    title: {zh: 晚, en: Late}\n    do: vehicle.wait_for\n"
        "    with: {point: vehicle_speed, above: 100 km/h}\n    limit: {within: 60 s}\n",
        "utf-8",
    )
    request = prepare([str(van / "LATE-01.yaml")], str(van / "sound.yaml"), folder=tmp_path / "run")
    result = execute(request)
    assert result.ending is Ending.LOST and result.exit_code == ExitCode.BENCH
    assert "the recording ended at 11.98" in result.reason
    zh = wording.reason(result.reason).zh
    assert "录制数据在第" in zh and "ended" not in zh


def test_a_step_that_would_send_is_refused(van: Path, tmp_path: Path) -> None:
    (van / "SEND-01.yaml").write_text(
        "procedure: SEND-01\ntitle: {zh: 发, en: Send}\nsteps:\n"
        "  - id: send\n    title: {zh: 发, en: Send}\n    do: can.send\n"
        "    with: {message: BRK_Circuit, values: {LinePressureFront: 10}}\n",
        "utf-8",
    )
    request = prepare([str(van / "SEND-01.yaml")], str(van / "sound.yaml"), folder=tmp_path / "run")
    result = execute(request)
    found = Outcome(result, [entry.event for entry in read_journal(result.folder)])
    (closed,) = found.of(BusClosed)
    assert closed.sent == 0
    assert result.exit_code != ExitCode.PASS
    assert ReadOnlyError.headline.en in json.dumps(str(found.events))
