"""The chained file: its format, and that no failed write is taken for a good line."""

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import EvidenceError
from harness.evidence.chain import ZERO, ChainWriter, line_hash, parse_header, split_lines
from harness.evidence.locate import ChainedLines, first_break

BODIES = [b'{"event":"a"}', '{"event":"乙","x":[1,2]}'.encode(), b'{"event":"c","prev":"no"}']


def test_lines_are_spliced_and_chained(tmp_path: Path) -> None:
    writer = ChainWriter(tmp_path / "a.jsonl", sync=True)
    assert [
        writer.append(body, t) for body, t in zip(BODIES, (0, 0.1 + 0.2, 1e-6), strict=True)
    ] == [
        1,
        2,
        3,
    ]
    writer.close()
    lines, torn = split_lines((tmp_path / "a.jsonl").read_bytes())
    assert torn == b""
    assert lines[0] == b'{"n":1,"t":0.0,"prev":"' + ZERO.encode() + b'","event":"a"}'
    first = hashlib.sha256(lines[0]).hexdigest()
    assert lines[1] == f'{{"n":2,"t":0.3,"prev":"{first}","event":"乙","x":[1,2]}}'.encode()
    assert writer.head == line_hash(lines[2])
    assert writer.lines == 3
    assert first_break(ChainedLines(lines, torn)) is None


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(1, 10**17))
def test_every_header_written_can_be_parsed(t: float, n: int) -> None:
    line = f'{{"n":{n},"t":{round(t, 6)!r},"prev":"{ZERO}","event":"a"}}'.encode()
    assert parse_header(line) == (n, round(t, 6), ZERO)


@given(st.binary(max_size=120))
def test_garbage_has_no_header(garbage: bytes) -> None:
    assert parse_header(garbage) is None


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'"x"', b'{"a":\n1}'])
def test_only_one_object_with_a_field_is_taken(tmp_path: Path, body: bytes) -> None:
    with ChainWriter(tmp_path / "a.jsonl", sync=False) as writer:
        with pytest.raises(EvidenceError, match="one JSON object"):
            writer.append(body, 0.0)
        assert writer.append(b'{"good":1}', 0.0) == 1


@pytest.mark.parametrize("t", [float("nan"), float("inf")])
def test_a_time_must_be_finite(tmp_path: Path, t: float) -> None:
    with (
        ChainWriter(tmp_path / "a.jsonl", sync=False) as writer,
        pytest.raises(EvidenceError, match="finite"),
    ):
        writer.append(b'{"a":1}', t)


def test_an_existing_file_is_never_continued(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"old\n")
    with pytest.raises(EvidenceError):
        ChainWriter(path, sync=False)
    assert path.read_bytes() == b"old\n"


class FullDisk(io.RawIOBase):
    """Takes `room` bytes, then says that the disk is full, as a raw file does."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        taken = data[: self.room]
        self.room -= len(taken)
        self.data += taken
        if not taken:
            raise OSError(28, "No space left on device")
        return len(taken)


@pytest.mark.parametrize("room", range(0, 400, 7))
def test_a_full_disk_is_an_evidence_error_at_once(tmp_path: Path, room: int) -> None:
    writer = ChainWriter(tmp_path / "a.jsonl", sync=False)
    disk = FullDisk(room)
    writer._file.close()
    writer._file = disk
    good = 0
    with pytest.raises(EvidenceError, match="No space left"):
        for _ in range(20):
            good = writer.append(b'{"event":"a"}', 0.0)
    # The writer stays broken, names the first cause, and counts only whole lines.
    with pytest.raises(EvidenceError, match="No space left"):
        writer.append(b'{"event":"b"}', 0.0)
    lines, _torn = split_lines(disk.data)
    assert writer.lines == good == len(lines)
    assert first_break(ChainedLines(lines, b"")) is None


_LIMITED = """
import resource, sys
from pathlib import Path
from harness.errors import EvidenceError
from harness.evidence.chain import ChainWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
writer = ChainWriter(Path(sys.argv[1]), sync=True)
try:
    for _ in range(100):
        writer.append(b'{"event":"a"}', 0.0)
except EvidenceError:
    print(writer.lines)
"""
_HAS_RLIMIT = [] if sys.platform == "win32" else [1]


@pytest.mark.parametrize("_posix", _HAS_RLIMIT)
def test_a_real_file_that_may_not_grow(tmp_path: Path, _posix: int) -> None:
    path = tmp_path / "a.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(path)], capture_output=True, text=True, check=True
    )
    lines, torn = split_lines(path.read_bytes())
    assert int(done.stdout) == len(lines) > 0
    assert torn
    assert path.stat().st_size == 1000
    assert first_break(ChainedLines(lines, torn)) is None


def test_a_closed_writer_refuses(tmp_path: Path) -> None:
    writer = ChainWriter(tmp_path / "a.jsonl", sync=True)
    writer.append(b'{"a":1}', 0.0)
    writer.close()
    writer.close()
    with pytest.raises(EvidenceError, match="closed"):
        writer.append(b'{"a":1}', 0.0)


@given(
    st.lists(
        st.dictionaries(
            st.text(min_size=1).filter(lambda key: key not in ("n", "t", "prev")),
            st.integers() | st.text(),
            min_size=1,
        ),
        max_size=8,
    )
)
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[dict]
) -> None:  # type: ignore[type-arg]
    path = tmp_path_factory.mktemp("chain") / "a.jsonl"
    writer = ChainWriter(path, sync=False)
    for body in bodies:
        writer.append(msgspec.json.encode(body), 1.5)
    writer.close()
    lines, torn = split_lines(path.read_bytes())
    assert first_break(ChainedLines(lines, torn)) is None
    for number, (line, body) in enumerate(zip(lines, bodies, strict=True), start=1):
        found = msgspec.json.decode(line)
        assert (found.pop("n"), found.pop("t")) == (number, 1.5)
        assert found.pop("prev") == (line_hash(lines[number - 2]) if number > 1 else ZERO)
        assert found == body
