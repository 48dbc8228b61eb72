"""slcan as it comes: cut lines, noise, closed peers, serial ports."""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import can
import pytest
from can_help import Rig, SlcanRig, content, frame, line_of, on_rig, until
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import sleep
from harness.devices.can.slcan import BufferedSlcan, parse_line

MESSAGES = st.builds(
    lambda number, extended, data, remote: can.Message(
        arbitration_id=number if extended else number & 0x7FF,
        is_extended_id=extended,
        is_remote_frame=remote,
        dlc=len(data),
        data=None if remote else data,
    ),
    st.integers(0, 2**29 - 1),
    st.booleans(),
    st.binary(max_size=8),
    st.booleans(),
)


@given(MESSAGES)
def test_lines_are_read_as_they_are_written(message: can.Message) -> None:
    found = parse_line(line_of(message)[:-1])
    assert found is not None
    assert content(found) == content(message)
    assert found.dlc == message.dlc


@given(MESSAGES, st.integers(0, 30))
def test_lines_cut_off_are_no_frames(message: can.Message, keep: int) -> None:
    line = line_of(message)[:-1]
    if keep >= len(line):
        return
    with pytest.raises((ValueError, IndexError)):
        found = parse_line(line[:keep])
        if found is None:
            raise ValueError("no frame")


@pytest.mark.parametrize("line", ["", "\a", "z", "Z", "V1013", "NA123", "F00", "\a\a"])
def test_answers_to_commands_are_no_frames(line: str) -> None:
    assert parse_line(line) is None


def test_a_refusal_before_a_frame_does_not_hide_it() -> None:
    found = parse_line("\at1232AABB")
    assert found is not None
    assert found.data == b"\xaa\xbb"


def test_bits_rates_and_listen_only_reach_the_adapter() -> None:
    async def writable(rig: SlcanRig) -> None:
        await sleep(0.05)
        assert "S6" in rig.adapter.commands
        assert "O" in rig.adapter.commands
        assert "L" not in rig.adapter.commands

    async def silent(rig: SlcanRig) -> None:
        await sleep(0.05)
        assert "L" in rig.adapter.commands
        assert "O" not in rig.adapter.commands

    on_rig(SlcanRig(), writable)
    on_rig(SlcanRig(read_only=True), silent)


def test_the_channel_is_closed_when_the_bus_is() -> None:
    async def main(rig: SlcanRig) -> None:
        await rig.bus.close()
        await until(lambda: rig.adapter.commands[-1] == "C")

    on_rig(SlcanRig(), main)


def test_noise_is_counted_and_passed_over() -> None:
    async def main(rig: SlcanRig) -> None:
        got: list[can.Message] = []
        rig.bus.subscribe(got.append)
        good = line_of(frame(0x123, b"\x01")).encode()
        rig.adapter.write(b"t12" + b"\r" + good + b"t123400\r\xff\xfe\x00q\r" + good)
        rig.adapter.write(b"tXYZ1AA\r" + b"n" * 500)
        await sleep(0.05)
        rig.adapter.write(good + good)
        await until(lambda: len(got) == 4)
        assert {bytes(message.data) for message in got} == {b"\x01"}
        assert rig.bus.tallies().garbled == 5
        assert rig.lost == []

    on_rig(SlcanRig(), main)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(0, 2**32))
def test_frames_survive_any_cutting(cuts: list[int], seed: int) -> None:
    source = random.Random(seed)
    sent = [
        frame(source.randrange(2048), source.randbytes(source.randint(0, 8))) for _ in range(20)
    ]
    stream = "".join(line_of(message) for message in sent).encode()
    with serial_adapter() as (bus, master):
        got: list[can.Message] = []
        at = 0
        for size in cuts * (len(stream) // len(cuts) + 1):
            if at >= len(stream):
                break
            os.write(master, stream[at : at + size])
            at += size
            got += bus.recv_many(1.0)
        for _ in range(100):
            if len(got) == len(sent):
                break
            got += bus.recv_many(0.1)
        assert [content(message) for message in got] == [content(message) for message in sent]


@contextmanager
def serial_adapter() -> Iterator[tuple[BufferedSlcan, int]]:
    """An adapter on a pseudo-terminal, which takes commands and says nothing."""
    master, slave = os.openpty()
    bus = BufferedSlcan(os.ttyname(slave), bitrate=500_000, sleep_after_open=0)
    try:
        yield bus, master
    finally:
        bus.shutdown()
        os.close(slave)
        os.close(master)


def test_a_serial_port_that_goes_is_noticed() -> None:
    master, slave = os.openpty()
    bus = BufferedSlcan(os.ttyname(slave), bitrate=500_000, sleep_after_open=0)
    os.close(slave)
    os.close(master)
    with pytest.raises(can.CanOperationError, match="the adapter is gone"):
        for _ in range(5):
            bus.recv_many(0.1)
    with pytest.raises(can.CanOperationError):
        bus.shutdown()
    assert not bus.serialPortOrig.is_open


def test_an_unknown_bit_rate_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(ValueError, match=r"no bit rate 333000; expected one of 10000, .*1000000"):
        BufferedSlcan("/dev/does-not-exist", bitrate=333_000)


def test_the_reader_stops_with_the_bus() -> None:
    async def main(rig: Rig) -> None:
        names = {thread.name for thread in threading.enumerate()}
        assert any("slcan" in name and name.endswith("reader") for name in names)
        await rig.bus.close()
        names = {thread.name for thread in threading.enumerate()}
        assert not any("slcan" in name for name in names)

    on_rig(SlcanRig(), main)
