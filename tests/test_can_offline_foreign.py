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


def test_a_truncated_mf4_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = (LOGS / "bus.mf4").read_bytes()
    path = tmp_path / "x.mf4"
    for size in [*range(9, 170, 20), *range(170, len(data), 900)]:
        path.write_bytes(data[:size])
        with pytest.raises(FileError) as caught:
            read_log(path)
        assert "x.mf4:0:0: the file cannot be read on" in str(caught.value)
        assert "0 frames were read before it" in str(caught.value)
        assert len(read_log(path, keep_going=True).recording.frames) == 0
    assert capfd.readouterr() == ("", "")


@settings(max_examples=40, derandomize=True)  # a foreign parser: always the same bytes
@given(
    changes=st.lists(st.tuples(st.integers(8, 8500), st.integers(0, 255)), min_size=1, max_size=4)
)
def test_an_mf4_file_with_changed_bytes(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    mf4 = bytearray((LOGS / "bus.mf4").read_bytes())
    for at, byte in changes:
        mf4[at] = byte
    path = tmp_path_factory.mktemp("mf4") / "x.mf4"
    path.write_bytes(mf4)
    assert len(read_log(path, keep_going=True).recording.frames) <= 60


def _change(data: st.DataObject, text: bytes) -> bytes:
    """The text with some signs replaced, left out or put in."""
    changed = bytearray(text)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(changed) - 1))
        gone = data.draw(st.integers(0, 3))
        signs = st.one_of(st.binary(max_size=3), st.sampled_from([b"0", b" ", b"\n", b".", b"#"]))
        changed[at : at + gone] = data.draw(signs)
    return bytes(changed)


@settings(max_examples=300)
@given(data=st.data())
def test_a_text_with_changed_bytes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(TEXTS))
    path = tmp_path_factory.mktemp("text") / name
    path.write_bytes(_change(data, (LOGS / name).read_bytes()))
    try:
        recording = read_log(path, keep_going=True).recording
    except FileError as error:
        assert "begins with" in str(error)
    else:
        assert len(recording.frames) <= 20


@settings(max_examples=300)
@given(data=st.data())
def test_candump_as_a_table_and_line_by_line_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("log") / "x.log"
    path.write_bytes(_change(data, (LOGS / "drive.log").read_bytes()))
    table = read_candump(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs_candump, "plain_frames", lambda *_: iter(()))
        lines = read_candump(path)
    assert rows_of(table.frames) == rows_of(lines.frames)
    assert str(table.damage) == str(lines.damage)
    assert table.channel_names == lines.channel_names


@given(
    first=st.sampled_from(
        [b"LOGG", b"MDF     4.10    ", b"date ", b";$FILEVERSION=2.1\n", b"(1.0) c 1#\n"]
    ),
    rest=st.binary(max_size=400),
)
def test_random_bytes_after_a_right_beginning(
    tmp_path_factory: pytest.TempPathFactory, first: bytes, rest: bytes
) -> None:
    path = tmp_path_factory.mktemp("random") / "x"
    path.write_bytes(first + rest)
    assert len(read_log(path, keep_going=True).recording.frames) < 50
