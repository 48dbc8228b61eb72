"""The raw bus beside the journal."""

import errno
import hashlib
import os
import struct
import zlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import can
import pytest
from can.io.blf import BLFReader
from can_help import MemoryRig, frame, on_rig

from harness.clock import SIMULATION_EPOCH, Clock, loop_time, sleep
from harness.devices.can.capture import Capture, frames_between, read_capture
from harness.errors import EvidenceError

EPOCH = SIMULATION_EPOCH.timestamp()


def recording(
    path: Path,
    main: Callable[[MemoryRig, Capture], Awaitable[None]],
    *,
    channel: int = 0,
    close: bool = True,
) -> None:
    """A bus that is recorded in virtual time."""

    async def go(rig: MemoryRig) -> None:
        capture = Capture(path, clock=rig.bus.clock, channel=channel)
        capture.attach(rig.bus)
        await main(rig, capture)
        if close:
            capture.close()
        else:
            capture._writer.file.close()

    on_rig(MemoryRig(), go)


async def traffic(rig: MemoryRig, capture: Capture) -> None:
    """A second of frames both ways, with two steps."""
    capture.mark("step one", loop_time())
    for number in range(100):
        rig.put(frame(0x100 + number, bytes([number]), extended=number % 2 == 1))
        if number % 10 == 0:
            rig.bus.send(frame(0x7E0, bytes([number])))
        if number == 50:
            capture.mark("step two 第二步", loop_time())
        await sleep(0.01)


def test_frames_come_back_with_direction_and_utc(tmp_path: Path) -> None:
    path = tmp_path / "can-a.blf"
    recording(path, traffic, channel=2)
    with BLFReader(path) as reader:
        found = list(reader)
    assert len(found) == 110
    received = [message for message in found if message.is_rx]
    sent = [message for message in found if not message.is_rx]
    assert (len(received), len(sent)) == (100, 10)
    assert [message.arbitration_id for message in received] == list(range(0x100, 0x164))
    assert [message.is_extended_id for message in received] == [False, True] * 50
    assert {message.arbitration_id for message in sent} == {0x7E0}
    assert {message.channel for message in found} == {2}
    for number, message in enumerate(received):
        assert message.timestamp == pytest.approx(EPOCH + 0.01 * number, abs=2e-6)
        assert bytes(message.data) == bytes([number])
    assert sent[3].timestamp == pytest.approx(EPOCH + 0.3, abs=2e-6)


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for name in ("a", "b"):
        path = tmp_path / name
        recording(path, traffic)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1

    async def other(rig: MemoryRig, capture: Capture) -> None:
        await traffic(rig, capture)
        rig.put(frame(1))

    recording(tmp_path / "c", other)
    assert hashlib.sha256((tmp_path / "c").read_bytes()).hexdigest() not in digests


def test_steps_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "x.blf"
    recording(path, traffic)
    text = unpacked(path)
    assert b"step one" in text
    assert rb"step two \u7b2c\u4e8c\u6b65" in text
    assert text.index(b"step one") < text.index(b"step two")


def unpacked(path: Path) -> bytes:
    """The objects of a BLF file without compression."""
    data = path.read_bytes()
    at, found = 144, b""
    while at < len(data):
        size, kind = struct.unpack_from("<LL", data, at + 8)
        assert kind == 10
        found += zlib.decompress(data[at + 32 : at + size])
        at += size + size % 4
    return found


def test_the_frames_of_a_step_are_found_by_time(tmp_path: Path) -> None:
    path = tmp_path / "x.blf"
    recording(path, traffic)
    found = frames_between(path, EPOCH + 0.095, EPOCH + 0.205)
    assert [(m.arbitration_id, m.is_rx) for m in found] == [
        *((0x100 + number, True) for number in range(10, 11)),
        (0x7E0, False),
        *((0x100 + number, True) for number in range(11, 21)),
        (0x7E0, False),
    ]
    assert frames_between(path, EPOCH - 10, EPOCH - 5) == []
    assert frames_between(path, EPOCH + 10, EPOCH + 15) == []
    assert len(frames_between(path, EPOCH, EPOCH + 5)) == 110


def test_a_killed_run_leaves_what_reached_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "x.blf"

    async def killed(rig: MemoryRig, capture: Capture) -> None:
        await traffic(rig, capture)
        capture.mark("last", loop_time())
        rig.put(frame(0x777))

    recording(path, killed, close=False)
    found = list(read_capture(path))
    assert len(found) == 110
    assert found[0].timestamp == pytest.approx(EPOCH, abs=2e-6)  # not 1970
    whole = path.read_bytes()
    for cut in range(144, len(whole), 97):
        path.write_bytes(whole[:cut])
        part = list(read_capture(path))
        assert [m.arbitration_id for m in part] == [m.arbitration_id for m in found][: len(part)]


def test_long_records_are_written_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "x.blf"
    sizes = []

    async def long(rig: MemoryRig, capture: Capture) -> None:
        for number in range(5000):
            rig.put(frame(number % 2048, number.to_bytes(8, "big")))
            await sleep(0.001)
            capture._writer.file.flush()
            sizes.append(path.stat().st_size)

    recording(path, long)
    assert len(set(sizes)) > 5
    found = list(read_capture(path))
    assert [int.from_bytes(m.data, "big") for m in found] == list(range(5000))


def test_all_kinds_of_frames_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.blf"
    odd = [
        can.Message(is_error_frame=True, is_extended_id=False),
        can.Message(arbitration_id=5, is_extended_id=False, is_remote_frame=True, dlc=3),
        can.Message(arbitration_id=6, data=bytes(48), is_fd=True, bitrate_switch=True),
    ]

    async def main(rig: MemoryRig, capture: Capture) -> None:
        for message in odd:
            rig.put(message)
        assert capture.frames == 3

    recording(path, main)
    error, remote, fd = read_capture(path)
    assert error.is_error_frame
    assert (remote.is_remote_frame, remote.dlc) == (True, 3)
    assert (fd.is_fd, fd.bitrate_switch, len(fd.data)) == (True, True, 48)


class FullDisk:
    """A file that takes so many bytes and no more."""

    def __init__(self, file: Any, room: int) -> None:
        self._file, self.room = file, room

    def write(self, data: bytes) -> int:
        if self.room < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= len(data)
        written: int = self._file.write(data)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize("room", [0, 100])
def test_a_full_disk_is_an_error_of_the_bench(tmp_path: Path, room: int) -> None:
    async def main(rig: MemoryRig) -> None:
        told: list[EvidenceError] = []
        capture = Capture(tmp_path / "x.blf", clock=rig.bus.clock, on_failure=told.append)
        capture.attach(rig.bus)
        writer: Any = capture._writer
        writer.file = FullDisk(writer.file, room)
        for number in range(2000):
            rig.put(frame(1, number.to_bytes(4, "big")))
        rig.bus.send(frame(2))
        capture.mark("x", loop_time())
        assert [error.detail for error in told] == [
            f"{tmp_path / 'x.blf'}: No space left on device"
        ]
        assert rig.lost == []  # the bus goes on
        assert rig.bus.tallies().received == 2000
        with pytest.raises(EvidenceError, match="No space left"):
            capture.close()
        capture.close()
        assert writer.file._file.closed

    on_rig(MemoryRig(), main)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    async def main(rig: MemoryRig) -> None:
        with pytest.raises(EvidenceError, match="No such file"):
            Capture(tmp_path / "none" / "x.blf", clock=rig.bus.clock)

    on_rig(MemoryRig(), main)


def test_a_closed_capture_takes_nothing(tmp_path: Path) -> None:
    async def main(rig: MemoryRig, capture: Capture) -> None:
        rig.put(frame(1))
        capture.close()
        rig.put(frame(2))
        rig.bus.send(frame(3))
        capture.take([frame(4)])
        capture.mark("x", loop_time())
        capture.close()

    recording(tmp_path / "x.blf", main)
    assert [m.arbitration_id for m in read_capture(tmp_path / "x.blf")] == [1]


@pytest.mark.parametrize("content", [b"", b"LOGG", b"hello world" * 40])
def test_what_is_no_capture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.blf"
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match="not a BLF file"):
        list(read_capture(path))
    with pytest.raises(EvidenceError):
        frames_between(tmp_path / "none.blf", 0, 1)


def test_stamps_follow_the_record(tmp_path: Path) -> None:
    """The record may start long after the loop."""
    path = tmp_path / "x.blf"

    async def main(rig: MemoryRig) -> None:
        await sleep(1000)
        capture = Capture(path, clock=Clock(virtual=True))
        capture.attach(rig.bus)
        await sleep(2)
        rig.put(frame(1))
        capture.close()

    on_rig(MemoryRig(), main)
    (only,) = read_capture(path)
    assert only.timestamp == pytest.approx((SIMULATION_EPOCH + timedelta(seconds=2)).timestamp())
