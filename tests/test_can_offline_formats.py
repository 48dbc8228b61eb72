"""ASC, candump, TRC and MF4: written by python-can or by hand, read by us."""

from collections.abc import Callable
from pathlib import Path

import can
import pytest
from can.io.asc import ASCReader
from can_offline_help import START, Row, recordings, rows_from, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.devices.can import logs_candump
from harness.devices.can.logs import LogFile, read_log
from harness.errors import FileError

LOGS = Path(__file__).parent / "data" / "can-logs"
DATA = bytes.fromhex("0011223344556677")
DATA_UP = bytes(range(64))
TWELVE = bytes(range(12))
CLASSIC, SWITCHED = (False, False, False), (True, True, False)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: to make one for each takes longer than to read the file."""
    return tmp_path_factory.mktemp("formats")


def _rows(name: str) -> list[Row]:
    return rows_of(read_log(LOGS / name).recording.frames)


def _row(
    at: float,
    channel: int,
    number: int,
    data: bytes = b"",
    *,
    kind: str = "data",
    fd: tuple[bool, bool, bool] = CLASSIC,
    sent: bool = False,
    asked: int = 0,
) -> Row:
    extended = number > 0x7FF
    moment = round(at * 1e6)
    return Row(moment, channel, number, extended, kind, fd, sent, len(data) or asked, data)


def test_a_candump_recording() -> None:
    assert read_log(LOGS / "candump.log").recording.channel_names == {
        1: "can0",
        2: "can1",
        3: "vcan0",
    }
    assert _rows("candump.log") == [
        _row(START, 1, 0x100, DATA),
        _row(START + 0.0005, 2, 0x18DAF110, b"\x02\x10\x7e"),
        _row(START + 0.001, 1, 0x7E8),
        _row(START + 0.0015, 1, 0x7E8, TWELVE, fd=SWITCHED),
        _row(START + 0.002, 1, 0x123, kind="remote"),
        _row(START + 0.0021, 1, 0x123, kind="remote", sent=True, asked=5),
        _row(START + 0.003, 2, 0, kind="error"),
        _row(START + 0.0035, 1, 0x1FF, bytes.fromhex("aabbccddeeff0011"), sent=True),
        _row(START + 0.004, 3, 0x1F, b"\1"),
        _row(START + 0.0045, 1, 0x123, b"\x11\x22\x33"),
    ]


def test_an_asc_recording() -> None:
    found = read_log(LOGS / "vector.asc")
    assert found.format == "ASC"
    assert found.recording.dated
    assert "local time" in found.recording.notes[0].en
    first = found.recording.frames.time[0] / 1e9 - 0.001
    # Whatever the time zone of this computer is, the date is right to the day.
    assert abs(first - (START + 8 * 3600 + 0.25)) <= 14 * 3600
    assert _rows("vector.asc") == [
        _row(first + 0.001, 1, 0x100, DATA),
        _row(first + 0.002, 2, 0x18DAF110, b"\x02\x10\x7e", sent=True),
        _row(first + 0.003, 1, 0x7E8, kind="remote"),
        _row(first + 0.0035, 1, 0x7E8, kind="remote", asked=5),
        _row(first + 0.004, 2, 0, kind="error"),
        _row(first + 0.005, 1, 0x7E8, TWELVE, fd=SWITCHED),
        _row(first + 0.007, 1, 0x1FF),
    ]


def test_an_asc_recording_with_relative_stamps_and_no_end_of_the_header() -> None:
    one, two = _rows("relative.asc")
    assert (one.data, two.data) == (b"\x11\x22", b"\xff\x00")
    assert one.id == 0x100
    # The line of statistics between them took a quarter of a second, too.
    assert two.microseconds - one.microseconds == 500_000


def test_an_asc_recording_whose_date_nobody_can_read(tmp_path: Path) -> None:
    path = tmp_path / "x.asc"
    text = (LOGS / "vector.asc").read_bytes().replace(b"Mon Jan", "周一 一月".encode())
    path.write_bytes(text)
    recording = read_log(path).recording
    assert not recording.dated
    assert "no date" in recording.notes[0].en
    assert rows_of(recording.frames)[0].microseconds == 1000


def _peak(*rows: Row) -> list[Row]:
    """The start time has ten decimals of a day, which is 9 microseconds."""
    return [
        row._replace(microseconds=round((row.microseconds - START * 1e6) / 100)) for row in rows
    ]


@pytest.mark.parametrize(("version", "second"), [("1.0", 1), ("1.1", 1), ("1.3", 2), ("2.1", 2)])
def test_trc_recordings(version: str, second: int) -> None:
    name = f"peak-{version}.trc"
    remote = _row(START + 0.003, 1, 0x7E8, kind="remote", asked=2)
    wide = _row(START + 0.0035, 1, 0x7E8, TWELVE, fd=SWITCHED)
    expected = [
        _row(START + 0.001, 1, 0x100, DATA),
        _row(START + 0.0025, second, 0x18DAF110, b"\x02\x10\x7e", sent=True),
        *([remote] if version != "2.1" else [remote, wide]),
        _row(START + 0.005, second, 0x1FF),
    ]
    found = read_log(LOGS / name)
    assert found.recording.dated == (version != "1.0")
    rows = rows_of(found.recording.frames)
    if version == "1.0":  # neither date, direction nor fractions of milliseconds
        assert [(row.id, row.data) for row in rows] == [(row.id, row.data) for row in expected[:2]]
        assert [row.microseconds for row in rows] == [1000, 3000]
        assert "no date" in found.recording.notes[0].en
    else:
        assert _peak(*rows) == _peak(*expected)


def _write(
    writer: Callable[[Path], can.Listener], path: Path, messages: list[can.Message]
) -> LogFile:
    target = writer(path)
    for one in messages:
        target.on_message_received(one)
    target.stop()
    return read_log(path)


@given(messages=recordings(), chunk=st.sampled_from([1, 100, 4_000_000]))
def test_candump_both_ways(scratch: Path, messages: list[can.Message], chunk: int) -> None:
    if not messages:
        return
    for one in messages:
        if one.is_remote_frame:
            one.dlc = 0  # python-can does not write it
    path = scratch / "x.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs_candump, "_CHUNK", chunk)
        found = _write(can.CanutilsLogWriter, path, messages)
    assert found.format == "candump"
    names = found.recording.channel_names
    numbers = {name: number for number, name in names.items()}
    expected = [
        row._replace(channel=numbers[f"can{row.channel}"]) for row in rows_from(messages, 0)
    ]
    assert rows_of(found.recording.frames) == expected
    assert found.recording.dated
    assert sorted(numbers) == [names[number] for number in sorted(names)]


@given(messages=recordings())
def test_asc_both_ways(scratch: Path, messages: list[can.Message]) -> None:
    # python-can reads a CAN FD frame without data back as a remote frame.
    messages = [one for one in messages if not (one.is_fd and not one.data)]
    path = scratch / "x.asc"
    found = rows_of(_write(can.ASCWriter, path, messages).recording.frames)
    assert [row._replace(microseconds=0) for row in found] == [
        row._replace(microseconds=0) for row in rows_from(messages)
    ]
    with ASCReader(path, relative_timestamp=False) as reader:
        assert [row.microseconds for row in found] == [
            row.microseconds for row in rows_from(reader)
        ]


@given(messages=recordings(kinds=("data",)))
def test_trc_both_ways(scratch: Path, messages: list[can.Message]) -> None:
    if not messages:
        return
    path = scratch / "x.trc"
    found = _write(can.TRCWriter, path, messages).recording
    assert found.dated
    for ours, other in zip(rows_of(found.frames), rows_from(messages), strict=True):
        assert abs(ours.microseconds - other.microseconds) < 100
        assert ours._replace(microseconds=0) == other._replace(microseconds=0)


@settings(max_examples=15)
@given(messages=recordings())
def test_mf4_both_ways(scratch: Path, messages: list[can.Message]) -> None:
    for at, one in enumerate(messages):
        one.timestamp += at / 1000  # no two at once: groups are merged by their time
        if one.is_remote_frame:
            one.is_fd = False
    path = scratch / "x.mf4"
    found = _write(can.MF4Writer, path, messages)
    assert found.format == "MF4"
    assert found.recording.dated
    rows = rows_of(found.recording.frames)
    for ours, other in zip(rows, rows_from(messages, 0), strict=True):
        assert abs(ours.microseconds - other.microseconds) <= 1
        assert ours._replace(microseconds=0, sent=False) == other._replace(
            microseconds=0, sent=False
        )


def test_an_mf4_recording() -> None:
    rows = _rows("bus.mf4")
    assert len(rows) == 23
    assert rows[17] == _row(START + 0.017, 1, 17, DATA_UP[:8])
    assert rows[-3:] == [
        _row(START + 0.0205, 0, 0, kind="error"),
        _row(START + 0.021, 0, 0x7E8, kind="remote", asked=3),
        _row(START + 0.022, 0, 0x18DAF110, DATA_UP, fd=SWITCHED),
    ]


def test_an_mf4_file_without_bus_frames_says_so(tmp_path: Path) -> None:
    import numpy as np  # noqa: PLC0415
    from asammdf import MDF, Signal  # noqa: PLC0415

    path = tmp_path / "x.mf4"
    with MDF(version="4.10") as file:
        file.append(Signal(np.arange(3.0), np.arange(3.0), name="Speed"))
        file.save(path)
    recording = read_log(path).recording
    assert len(recording.frames) == 0
    assert "no bus frames" in recording.notes[0].en


def test_one_channel_only(tmp_path: Path) -> None:
    for channel, numbers in (("can1", {0x18DAF110, 0}), ("2", {0x18DAF110, 0}), ("vcan0", {0x1F})):
        found = read_log(LOGS / "candump.log", channel=channel).recording
        assert {row.id for row in rows_of(found.frames)} == numbers
    with pytest.raises(Exception, match=r"no frame of channel can9; expected one of can0, can1"):
        read_log(LOGS / "candump.log", channel="can9")


TEXTS = [
    "candump.log",
    "vector.asc",
    "relative.asc",
    *(f"peak-{v}.trc" for v in ("1.0", "1.1", "1.3", "2.1")),
]


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_cut_off_anywhere(tmp_path: Path, name: str) -> None:
    data = (LOGS / name).read_bytes()
    whole = _rows(name)
    path = tmp_path / name
    for size in range(len(data)):
        path.write_bytes(data[:size])
        try:
            recording = read_log(path, keep_going=True).recording
        except FileError as error:
            assert "begins with" in str(error) or "is empty" in str(error)
            continue
        rows = [row._replace(channel=0) for row in rows_of(recording.frames)]
        same = [row._replace(channel=0) for row in whole[: len(rows)]]
        if name == "candump.log" and rows and rows != same:
            # Where a line of candump breaks off within the payload, it is a shorter frame.
            assert not data[:size].endswith(b"\n")
            assert same.pop().data.startswith(rows.pop().data)
        assert rows == same
        if recording.damage is not None:
            line = len(data[:size].splitlines())
            assert f"{name}:{line}:1: " in str(recording.damage)
            assert f"{len(rows)} frames were read before it" in str(recording.damage)


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "words"),
    [
        ("candump.log", b"#02107E R", b"#02107 R", 2, "is no frame"),
        ("candump.log", b"#02107E R", b"#02107G R", 2, "is no frame"),
        ("candump.log", b"18DAF110", b"18DAF1100", 2, "is no frame"),
        ("candump.log", b"00050", b"0005x", 2, "is no frame"),
        ("candump.log", b"445566778", b"44556677889", 1, None),
        ("candump.log", b"(1767574800.000500", b"(9767574800.000500", 2, "is no frame"),
        ("candump.log", b"(1767574800.004)", b"(9767574800.004)", 10, "is no frame"),
        ("candump.log", b"##1000102", b"##10001", 4, "is no frame"),
        ("vector.asc", b"02 10 7E", b"02 10", 8, "3 data bytes are announced and 2 stand here"),
        ("vector.asc", b"02 10 7E", b"02 1G 7E", 8, "invalid literal"),
        ("vector.asc", b"18DAF110x", b"18DAF110", 8, "18DAF110 is larger than 7FF"),
        ("vector.asc", b"18DAF110x", b"F8DAF110x", 8, "F8DAF110 is larger"),
        ("vector.asc", b" 0.002000 2", b" 0.002000 99999999", 8, "the channel"),
        ("vector.asc", b"0.002000", b"99999999999.0", 8, "cannot be"),
        ("peak-1.1.trc", b"02 10 7E", b"02 10", 10, "too few columns"),
        ("peak-2.1.trc", b"02 10 7E", b"02 10", 6, "3 data bytes are announced"),
        ("peak-2.1.trc", b"02 10 7E", b"02 10 7", 6, "non-hexadecimal"),
        ("peak-1.1.trc", b"07E8  2 ", b"07E8  999 ", 11, "a payload of 999 bytes cannot be"),
        ("peak-2.1.trc", b"VERSION=2.1", b"VERSION=9.0", 1, "version 9.0 is not known"),
    ],
)
def test_a_wrong_line_is_named(
    tmp_path: Path, *, name: str, old: bytes, new: bytes, line: int, words: str | None
) -> None:
    path = tmp_path / name
    data = (LOGS / name).read_bytes()
    assert words is None or old in data
    path.write_bytes(data.replace(old, new, 1))
    if words is None:
        read_log(path)
        return
    with pytest.raises(FileError) as caught:
        read_log(path)
    assert f"{name}:{line}:1: " in str(caught.value)
    assert words in str(caught.value)
    assert "frames were read" in str(caught.value)
    kept = read_log(path, keep_going=True).recording
    assert kept.damage is not None
