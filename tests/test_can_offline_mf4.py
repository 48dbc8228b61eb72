"""Damaged MF4 files: what is left of them, as loggers and as libraries write them."""

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
from can_offline_help import Row, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st
from mf4_help import Block, groups, in_pieces, logged, mixed, parsed, written

from harness.devices.can.logs import read_log
from harness.devices.can.logs_frames import Recording
from harness.devices.can.logs_mf4 import read_mf4
from harness.errors import FileError

BUS = Path(__file__).parent / "data" / "can-logs" / "bus.mf4"
FRAMES = 60
LAYOUTS: dict[str, Callable[[Block], None]] = {
    "plain": lambda header: None,
    "list": lambda header: in_pieces(header, 100),
    "packed": lambda header: in_pieces(header, 100, packed=True),
    "columns": lambda header: in_pieces(header, 210, packed=True, columns=21),
    "mixed": mixed,
    "uncounted": lambda header: mixed(header, counted=False),
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mf4") / "x.mf4"


@pytest.fixture(scope="module")
def base(scratch: Path) -> bytes:
    return written(scratch, FRAMES)


def _made(base: bytes, layout: str) -> bytes:
    header = parsed(base)
    LAYOUTS[layout](header)
    return logged(header, unfinished=int(layout == "uncounted"))


def _read(path: Path, data: bytes) -> tuple[list[Row], Recording]:
    path.write_bytes(data)
    recording = read_mf4(path)
    return rows_of(recording.frames), recording


def _blocks(data: bytes) -> list[int]:
    return [at for at in range(64, len(data), 8) if data[at : at + 2] == b"##"]


def test_what_asammdf_writes_is_described_at_its_end(
    scratch: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data, (whole, _) = BUS.read_bytes(), _read(scratch, BUS.read_bytes())
    told = [0]
    # Within the identification, at the end and in the middle of every block.
    for at in [9, 20, 63, *(place + more for place in _blocks(data) for more in (0, 12))]:
        scratch.write_bytes(data[:at])
        with pytest.raises(FileError) as caught:
            read_log(scratch)
        assert "x.mf4:0:0: the file cannot be read on" in str(caught.value)
        rows, recording = _read(scratch, data[:at])
        assert f"; {len(rows)} frames were read before it" in str(caught.value)
        assert ("what is left of it describes no frames" in str(caught.value)) == (at <= 4068 - 88)
        assert [row for row in whole if row in rows] == rows
        assert recording.dated == bool(rows)
        told.append(len(rows))
    assert sorted(set(told)) == [0, 21, 22]
    assert told == sorted(told)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_a_logger_writes_is_read_up_to_its_end(
    scratch: Path, base: bytes, layout: str
) -> None:
    data = _made(base, layout)
    whole, recording = _read(scratch, data)
    assert recording.damage is None
    assert len(whole) == FRAMES
    first = min(data.find(name) for name in (b"##DT", b"##DZ") if name in data)
    counts = []
    # At every block of records, in its head and within its records.
    cuts = [at + more for at in _blocks(data) if at >= first for more in (0, 12, 24, 31, 61)]
    end = len(data) - 8  # the last bytes may be there to fill up
    for at in sorted({end, *(at for at in (*cuts, *range(first, end, 211)) if at < end)}):
        rows, recording = _read(scratch, data[:at])
        assert recording.damage is not None
        assert [row for row in whole if row in rows] == rows, at
        counts.append(len(rows))
    assert counts == sorted(counts)
    assert counts[-1] >= FRAMES - 11  # all but the last, incomplete block
    scratch.write_bytes(data[: len(data) // 10 * 9])
    with pytest.raises(FileError, match=r"frames were read before it \(--keep-going uses them\)"):
        read_log(scratch)
    assert len(read_log(scratch, keep_going=True).recording.frames) > FRAMES // 4


@pytest.mark.parametrize("layout", LAYOUTS)
def test_before_the_descriptions_are_whole_nothing_is_read(
    scratch: Path, base: bytes, layout: str
) -> None:
    data = _made(base, layout)
    first = min(data.find(name) for name in (b"##DT", b"##DZ") if name in data)
    for at in [place for place in _blocks(data) if place < first]:
        rows, recording = _read(scratch, data[:at])
        assert rows == []
        assert recording.damage is not None


@pytest.mark.parametrize("layout", ["packed", "columns"])
def test_a_packed_block_with_a_wrong_byte_ends_its_group(
    scratch: Path, base: bytes, layout: str
) -> None:
    data = bytearray(_made(base, layout))
    whole = _read(scratch, bytes(data))[0]
    packed = [at for at in _blocks(data) if data[at : at + 4] == b"##DZ"]
    data[packed[len(packed) // 2] + 60] ^= 0xFF
    rows, recording = _read(scratch, bytes(data))
    assert recording.damage is not None
    assert [row for row in whole if row in rows] == rows
    assert 0 < len(rows) < FRAMES


def test_a_damaged_group_leaves_the_others(scratch: Path, base: bytes) -> None:
    header = parsed(base)
    first = groups(header)[0].links[1]
    assert first is not None
    first.name = b"##??"
    rows, recording = _read(scratch, logged(header))
    assert recording.damage is not None
    assert [row.kind for row in rows] == ["remote"] * 6


@pytest.mark.parametrize(
    ("name", "link", "left"),
    [
        (b"##CN", 0, FRAMES - 6),
        (b"##CN", 1, FRAMES - 6),
        (b"##CG", 0, FRAMES),
        (b"##DG", 0, FRAMES - 6),
    ],
)
def test_a_file_that_leads_back_to_itself_is_not_followed(
    scratch: Path, base: bytes, name: bytes, link: int, left: int
) -> None:
    data = bytearray(_made(base, "plain"))
    at = next(at for at in _blocks(data) if data[at : at + 4] == name)
    data[at + 24 + 8 * link : at + 32 + 8 * link] = at.to_bytes(8, "little")
    rows, recording = _read(scratch, bytes(data))
    assert f"(block 0x{at:X} leads back to itself)" in str(recording.damage)
    assert len(rows) == left


def test_links_beside_the_frames_may_lead_nowhere(scratch: Path, base: bytes) -> None:
    data = bytearray(_made(base, "plain"))
    data[64 + 24 + 8 : 64 + 24 + 48] = (len(data) + 64).to_bytes(8, "little") * 5
    rows, recording = _read(scratch, bytes(data))
    assert recording.damage is not None
    assert len(rows) == FRAMES


def test_a_file_that_was_not_finished_and_was_cut_off_prints_nothing(
    scratch: Path, base: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    header = parsed(base)
    mixed(header, counted=False)
    data = logged(header, unfinished=5)
    assert len(_read(scratch, data)[0]) == FRAMES
    for at in (data.find(b"##DT"), data.find(b"##DT") + 12, len(data) - 100):
        _read(scratch, data[:at])
    assert capfd.readouterr() == ("", "")


def test_a_channel_outside_its_records_is_not_read(scratch: Path, base: bytes) -> None:
    header = parsed(base)
    group = groups(header)[0].links[1]
    assert group is not None
    channel = group.links[1]
    assert channel is not None
    channel.facts = channel.facts[:4] + b"\0\0\1\0" + channel.facts[8:]  # its first byte: 65536
    rows, recording = _read(scratch, logged(header))
    assert "lies outside its records of" in str(recording.damage)
    assert {row.kind for row in rows} == {"remote"}


@settings(max_examples=100, derandomize=True)  # a foreign parser: always the same bytes
@given(
    layout=st.sampled_from([*LAYOUTS, "bus"]),
    changes=st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 63), st.integers(0, 255)),
        min_size=1,
        max_size=4,
    ),
)
def test_changed_bytes(
    scratch: Path, base: bytes, layout: str, changes: list[tuple[int, int, int]]
) -> None:
    data = bytearray(BUS.read_bytes() if layout == "bus" else _made(base, layout))
    blocks = _blocks(data)
    for block, more, byte in changes:
        data[min(blocks[block % len(blocks)] + more, len(data) - 1)] = byte
    assert len(_read(scratch, bytes(data))[0]) <= 2 * FRAMES


def test_a_damaged_file_does_not_look_through_the_whole_program(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To collect all objects takes a second in a large program, for every damaged file."""
    looked: list[int] = []
    collect = gc.collect

    def watched() -> int:
        looked.append(len(gc.get_objects()))
        return collect()

    before = len(gc.get_objects())
    monkeypatch.setattr(gc, "collect", watched)
    rows, _ = _read(scratch, BUS.read_bytes()[:4000])
    assert rows == []
    assert looked
    assert max(looked) < before / 10
    assert gc.get_freeze_count() == 0
