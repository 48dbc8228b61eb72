"""Files that are no recordings, and recordings with random damage: a message, never a traceback."""

import gzip
import sys
from pathlib import Path

import pytest
from can_offline_help import rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.devices.can import logs_candump
from harness.devices.can.logs import read_log
from harness.devices.can.logs_candump import read_candump
from harness.errors import FileError, UsageError

LOGS = Path(__file__).parent / "data" / "can-logs"
TEXTS = sorted(path.name for path in LOGS.iterdir() if path.suffix != ".mf4")
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0\x1f\x15\xc4\x89"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.blf", b"", "the file is empty"),
        ("x.blf", PNG, "begins with b'\\x89PNG"),
        ("x.asc", b"time,signal\n1,2\n", "begins with b'time,sig'"),
        ("x.log", b"2026-01-05 INFO started\n", "begins with"),
        ("x.trc", b"just words", "begins with"),
        ("x.mf4", b"PK\x03\x04", "begins with"),
        ("x.dbc", b'VERSION ""\n', "begins with"),
        ("x.blf.gz", gzip.compress(b"LOGG", mtime=0), "packed with gzip; unpack it first"),
        ("x.bin", bytes(5000), "begins with"),
    ],
)
def test_a_foreign_file(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    for keep_going in (False, True):
        with pytest.raises(FileError) as caught:
            read_log(path, keep_going=keep_going)
        assert words in str(caught.value)
        assert name in str(caught.value)
        assert "expected a BLF, ASC, candump (.log), TRC or MF4 recording" in str(caught.value)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file or directory; expected a readable file"):
        read_log(tmp_path / "missing.blf")
    with pytest.raises(FileError, match="expected a readable file"):
        read_log(tmp_path)


def test_the_name_of_a_file_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes((LOGS / "candump.log").read_bytes())
    assert read_log(path).format == "candump"


def test_without_asammdf_an_mf4_file_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "harness.devices.can.logs_mf4", raising=False)
    monkeypatch.setitem(sys.modules, "asammdf", None)
    path = tmp_path / "x.mf4"
    path.write_bytes(b"MDF     4.10    ")
    with pytest.raises(UsageError, match=r"pip install charging-harness\[mf4\]"):
        read_log(path)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: to make one for each takes longer than to read the file."""
    return tmp_path_factory.mktemp("foreign")


_SIGNS = st.one_of(
    st.binary(max_size=3),
    st.sampled_from([b"0", b" ", b"  ", b"\n", b".", b"#", b"(", b")", b""]),
    st.sampled_from([b"\t", b"\r", b"\x0b", b"\x0c", b"\0", b"\x1c", b"\x7f", b"\x85", b"\xa0"]),
)


def _change(data: st.DataObject, text: bytes) -> bytes:
    """The text with some signs replaced, left out or put in."""
    changed = bytearray(text)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(changed) - 1))
        gone = data.draw(st.integers(0, 3))
        changed[at : at + gone] = data.draw(_SIGNS)
    return bytes(changed)


def _unknown(data: bytes) -> str:
    """What is said of a file that is none of the formats."""
    return "packed with gzip" if data.startswith(b"\x1f\x8b") else f"begins with {data[:8]!r}"


@settings(max_examples=300)
@given(data=st.data())
def test_a_text_with_changed_bytes(scratch: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(TEXTS))
    _check_a_changed_text(scratch / name, _change(data, (LOGS / name).read_bytes()))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_begins_as_gzip_does(scratch: Path, name: str) -> None:
    _check_a_changed_text(scratch / name, b"\x1f\x8b" + (LOGS / name).read_bytes()[2:])
    with pytest.raises(FileError, match="packed with gzip"):
        read_log(scratch / name)


def _check_a_changed_text(path: Path, changed: bytes) -> None:
    path.write_bytes(changed)
    try:
        recording = read_log(path, keep_going=True).recording
    except FileError as error:
        assert _unknown(changed) in str(error)
    else:
        assert len(recording.frames) <= 20


@settings(max_examples=300)
@given(data=st.data())
def test_candump_as_a_table_and_line_by_line_are_the_same(
    scratch: Path, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["drive.log", "candump.log"]))
    _check_both_ways(scratch / "x.log", _change(data, (LOGS / name).read_bytes()))


_LINE = b"(1767574800.000250) can1 18DAF110#01A00F00 T"
_NEAR = b"(1767574800.000100) can0 123#01\n"


@pytest.mark.parametrize(
    "sign", [b"\t", b"\r", b"\x0b", b"\x0c", b"\0", b"\x1f", b" ", b"#", b")", b"\x85", b"\xa0"]
)
def test_a_strange_sign_anywhere_in_a_line_of_candump(scratch: Path, sign: bytes) -> None:
    for at in range(len(_LINE) + 1):
        for gone in (0, 1):
            line = _LINE[:at] + sign + _LINE[at + gone :] + b"\n"
            _check_both_ways(scratch / "x.log", _NEAR + line + _NEAR)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"\tcan1", "can1"),
        (b"can1\t", "can1"),
        (b"can1\0", "can1\0"),
        (b"\0", "\0"),
        (b"a#b", "a#b"),
    ],
)
def test_the_name_of_an_interface_ends_at_white_space(
    scratch: Path, name: bytes, shown: str
) -> None:
    path = scratch / "x.log"
    _check_both_ways(path, _LINE.replace(b"can1", name) + b"\n")
    assert read_candump(path).channel_names == {1: shown}


def _check_both_ways(path: Path, data: bytes) -> None:
    """Read the file as tables and line by line."""
    path.write_bytes(data)
    table = read_candump(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs_candump, "plain_frames", lambda *_: iter(()))
        lines = read_candump(path)
    assert rows_of(table.frames) == rows_of(lines.frames)
    assert table.frames.time.tolist() == lines.frames.time.tolist()
    assert str(table.damage) == str(lines.damage)
    assert table.channel_names == lines.channel_names
    assert table.dated == lines.dated


@given(
    first=st.sampled_from(
        [b"LOGG", b"MDF     4.10    ", b"date ", b";$FILEVERSION=2.1\n", b"(1.0) c 1#\n"]
    ),
    rest=st.binary(max_size=400),
)
def test_random_bytes_after_a_right_beginning(scratch: Path, first: bytes, rest: bytes) -> None:
    path = scratch / "x"
    path.write_bytes(first + rest)
    assert len(read_log(path, keep_going=True).recording.frames) < 50
