"""BLF recordings: every field as python-can reads it, and what is left of damaged ones."""

import io
import struct
import zlib
from pathlib import Path

import can
import pytest
from can_offline_help import START, Row, message, recordings, rows_from, rows_of
from hypothesis import example, given
from hypothesis import strategies as st

from harness.devices.can import logs_blf
from harness.devices.can.logs_blf import read_blf

HEADER = 144


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: to make one for each takes longer than to read the file."""
    return tmp_path_factory.mktemp("blf")


class _Kept(io.BytesIO):
    """Keeps its bytes when a writer closes it."""

    def close(self) -> None:
        pass


def _blf(messages: list[can.Message], events: bool = False, **options: object) -> bytes:
    file = _Kept()
    writer = can.BLFWriter(file, **options)  # type: ignore[arg-type]
    for at, one in enumerate(messages):
        if events and at % 3 == 1:
            writer.log_event("x" * (at % 7), one.timestamp)
        writer.on_message_received(one)
    writer.stop()
    return file.getvalue()


def _read(data: bytes, folder: Path) -> logs_blf.Recording:
    path = folder / "x.blf"
    path.write_bytes(data)
    return read_blf(path)


def _theirs(data: bytes) -> list[Row]:
    with can.BLFReader(io.BytesIO(data)) as reader:
        return rows_from(reader)


@given(
    messages=recordings(),
    options=st.fixed_dictionaries(
        {
            "compression_level": st.sampled_from([-1, 0, 1]),
            # python-can loses the end of a file whose containers are smaller than an object
            "max_container_size": st.sampled_from([150, 200, 333, 1000, 131072]),
        }
    ),
    events=st.booleans(),
    block=st.sampled_from([1, 500, 4_000_000]),
)
@example([], {"compression_level": 0, "max_container_size": 200}, False, 1)
def test_every_field_is_as_python_can_reads_it(
    scratch: Path,
    messages: list[can.Message],
    options: dict[str, int],
    events: bool,
    block: int,
) -> None:
    data = _blf(messages, events, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs_blf, "_BLOCK", block)
        recording = _read(data, scratch)
    assert recording.damage is None
    found = rows_of(recording.frames)
    theirs = _theirs(data)
    assert len(found) == len(theirs) == len(messages)
    for ours, other in zip(found, theirs, strict=True):
        assert abs(ours.microseconds - other.microseconds) <= 1
        assert ours._replace(microseconds=0) == other._replace(microseconds=0)
    assert recording.dated == bool(messages)
    assert recording.notes == ()


def _object(kind: int, body: bytes, *, version: int = 1, unit: int = 2, time: int = 0) -> bytes:
    head = {
        1: struct.pack("<LHHQ", unit, 0, 0, time),
        2: struct.pack("<LBxHQ8x", unit, 0, 0, time),
    }.get(version, b"\0" * 16)
    size = 16 + len(head) + len(body)
    return b"LOBJ" + struct.pack("<HHLL", 16 + len(head), version, size, kind) + head + body


def _file(
    *objects: bytes, method: int = 0, start: tuple[int, ...] = (2026, 1, 1, 5, 1, 0, 0, 0)
) -> bytes:
    content = b"".join(one + b"\0" * (len(one) % 4) for one in objects)
    return _wrap(content if method == 0 else zlib.compress(content), len(content), method, start)


def _wrap(
    packed: bytes, size: int, method: int, start: tuple[int, ...] = (2026, 1, 1, 5, 1, 0, 0, 0)
) -> bytes:
    container = b"LOBJ" + struct.pack("<HHLLH6xL4x", 16, 1, 32 + len(packed), 10, method, size)
    container += packed + b"\0" * (len(packed) % 4)
    head = struct.pack(
        "<4sL8BQQLL8H8H",
        b"LOGG",
        HEADER,
        *[0] * 8,
        HEADER + len(container),
        0,
        1,
        0,
        *start,
        *start,
    )
    return head.ljust(HEADER, b"\0") + container


def _classic(data: bytes, *, kind: int = 1, **head: int) -> bytes:
    body = struct.pack("<HBBL8s", 2, 0, len(data), 0x8000_0123, data)
    return _object(kind, body + (b"\0" * 8 if kind == 86 else b""), **head)


def _fd_64(valid: int, held: bytes, *, flags: int, more_at: int = 0, dlc: int = 15) -> bytes:
    fixed = struct.pack(
        "<BBBBLLLLLLLHBBL", 3, dlc, valid, 0, 0x456, 0, flags, 0, 0, 0, 0, 0, 1, more_at, 0
    )
    return _object(101, fixed + held)


def test_objects_that_python_can_does_not_write(tmp_path: Path) -> None:
    data = _file(
        _classic(b"\1\2", kind=86, version=2, unit=1, time=100),  # stamp in tens of microseconds
        _fd_64(12, bytes(range(12)), flags=0x1000 | 0x2000),
        _fd_64(64, bytes(range(12)), flags=0x1000),  # says more than it holds
        _fd_64(8, bytes(range(8)) + b"more", flags=0x1000 | 0x4000, more_at=32 + 40 + 8),
        _fd_64(0, b"", flags=0x1010, dlc=4),
        _object(2, struct.pack("<HHL", 1, 0, 0)),  # error frame of the old kind
        _object(104, bytes([2, 0, 0, 0]) + bytes(40)),  # error frame of CAN FD
        _object(5, b"something else"),
        _classic(b"\3", version=9),  # a header that nobody knows
        _classic(b"\4"),
        method=2,
    )
    found = rows_of(_read(data, tmp_path).frames)
    theirs = _theirs(data)  # which leaves out both kinds of error frames
    assert [row for row in found if row.kind != "error"] == theirs
    assert [(row.kind, row.channel) for row in found].count(("error", 1)) == 1
    assert [(row.kind, row.channel) for row in found].count(("error", 2)) == 1
    assert found[0].microseconds == int(START * 1e6) + 1000
    assert found[2].data == bytes(range(12)) + bytes(52)
    assert found[-1].data == b"\4"


def test_a_file_that_was_not_closed_has_no_date(tmp_path: Path) -> None:
    data = bytearray(_blf([message(0, data=b"\1"), message(1000, data=b"\2")]))
    data[:HEADER] = (
        b"LOGG"
        + struct.pack("<L", HEADER)
        + bytes(8)
        + struct.pack("<QQ", HEADER, HEADER)
        + bytes(112)
    )
    recording = _read(bytes(data), tmp_path)
    assert [row.microseconds for row in rows_of(recording.frames)] == [0, 1000]
    assert not recording.dated
    assert recording.damage is None
    assert "not closed" in recording.notes[0].en
    assert "no date" in recording.notes[1].en


@pytest.mark.parametrize(
    ("year", "dated"), [(2026, True), (2200, True), (2201, False), (30828, False)]
)
def test_a_year_that_cannot_be_is_no_date(tmp_path: Path, year: int, dated: bool) -> None:
    recording = _read(
        _file(_classic(b"\1", time=5000), start=(year, 1, 1, 5, 1, 0, 0, 0)), tmp_path
    )
    assert recording.damage is None
    assert recording.dated == dated
    assert dated or recording.frames.time.tolist() == [5000]


def test_a_capture_of_a_killed_run_has_its_date(tmp_path: Path) -> None:
    data = bytearray(_blf([message(0, data=b"\1"), message(1000, data=b"\2")]))
    data[16:24] = struct.pack("<Q", HEADER)  # the size that it had when it was begun
    recording = _read(bytes(data), tmp_path)
    assert recording.dated
    assert recording.damage is None
    assert ["not closed" in note.en for note in recording.notes] == [True]


@pytest.mark.parametrize("level", [-1, 0])
def test_a_file_that_is_cut_off_anywhere(tmp_path: Path, level: int) -> None:
    messages = [message(1000 * at, arbitration_id=at, data=bytes([at] * 8)) for at in range(12)]
    data = _blf(messages, compression_level=level, max_container_size=200)
    whole = rows_of(_read(data, tmp_path).frames)
    assert len(whole) == 12
    most = 0
    for size in range(len(data)):
        recording = _read(data[:size], tmp_path)
        assert recording.damage is not None, size
        text = str(recording.damage)
        assert str(tmp_path / "x.blf") in text
        assert "byte " in text
        assert "expected" in text
        found = rows_of(recording.frames)
        assert found == whole[: len(found)]
        assert f"; {len(found)} frames were read before it" in text
        most = max(most, len(found))
    assert most >= 11


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_file(_classic(b"\1"), b"JUNKJUNKJUNKJUNK" * 4), "no object begins here"),
        (_file(_classic(b"\1"), b"LOBJ" + struct.pack("<HHLL", 16, 1, 7, 1) * 4), "of 7 bytes"),
        (
            _file(_classic(b"\1"), b"LOBJ" + struct.pack("<HHLL", 16, 1, 2**31, 1) * 4),
            "of 2147483648 bytes",
        ),
        (_file(_classic(b"\1"), _object(1, bytes(6)), _classic(b"\2")), "a body of 6 bytes"),
        (_file(_classic(b"\1"), _classic(b"\2")[:30]), "part of an object"),
        (
            _file(_classic(b"\1"), _object(101, bytes(9)), _object(1, bytes(6)), b"JUNK" * 9),
            "type 101 with a body of 9 bytes",  # the first of three damages
        ),
    ],
)
def test_damage_inside_a_container_is_named_and_what_was_before_it_is_kept(
    tmp_path: Path, data: bytes, words: str
) -> None:
    recording = _read(data, tmp_path)
    assert words in str(recording.damage)
    assert f"byte {HEADER}: " in str(recording.damage)
    assert "; 1 frames were read before it" in str(recording.damage)
    assert [row.data for row in rows_of(recording.frames)] == [b"\1"]


def _packed(*objects: bytes) -> bytes:
    return zlib.compress(b"".join(objects))


@pytest.mark.parametrize(
    ("packed", "method", "words"),
    [
        (b"not zlib data at all", 2, "cannot be unpacked"),
        (_packed(_classic(b"\1") * 9)[:-6], 2, "and no end"),
        (_packed(_classic(b"\1") * 9), 7, "packed by method 7"),
    ],
)
def test_a_container_that_cannot_be_unpacked(
    tmp_path: Path, packed: bytes, method: int, words: str
) -> None:
    recording = _read(_wrap(packed, 9 * 48, method), tmp_path)
    assert words in str(recording.damage)
    assert recording.damage is not None
    assert f"byte {HEADER}: " in str(recording.damage)


def test_a_container_says_an_absurd_size(tmp_path: Path) -> None:
    for place in (HEADER + 8, HEADER + 24):
        data = bytearray(_file(_classic(b"\1")))
        data[place : place + 4] = b"\xff\xff\xff\xff"
        recording = _read(bytes(data), tmp_path)
        assert "says that it has 4294967295 bytes" in str(recording.damage)


def test_a_header_says_an_absurd_size(tmp_path: Path) -> None:
    data = bytearray(_file(_classic(b"\1")))
    data[4:8] = b"\xff\xff\xff\xff"
    assert "the header says" in str(_read(bytes(data), tmp_path).damage)


@given(data=st.data())
def test_bytes_that_were_changed_never_end_in_a_traceback(
    scratch: Path, data: st.DataObject
) -> None:
    messages = [message(1000 * at, data=bytes([at] * (at % 9))) for at in range(20)]
    level = data.draw(st.sampled_from([0, -1]))
    blf = bytearray(_blf(messages, compression_level=level, max_container_size=300))
    for _ in range(data.draw(st.integers(1, 5))):
        blf[data.draw(st.integers(0, len(blf) - 1))] = data.draw(st.integers(0, 255))
    recording = _read(bytes(blf), scratch)
    assert len(recording.frames) <= 40
