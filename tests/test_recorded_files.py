"""Files that are played in the place of an adapter: bad ones, and odd ones."""

import re
from pathlib import Path

import pytest
from recorded_help import bench_file, car_file, frame, write

from harness.bench.load import load_bench
from harness.clock import Clock, Deadline, run
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.engine import details
from harness.engine.prepare import load_bench_for
from harness.errors import ConnectionFailedError, FileError, UsageError


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
