"""How long frames are and how busy a bus is."""

import can
import pytest
from can_help import frame
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.can.load import LoadMeter, fd_frame_bits, frame_bits


def by_the_standard(message: can.Message) -> int:
    """Bits of a classic frame, one bit at a time (ISO 11898-1)."""

    def number(value: int, width: int) -> list[int]:
        return [value >> at & 1 for at in reversed(range(width))]

    bits = [0]
    remote = [int(message.is_remote_frame)]
    if message.is_extended_id:
        bits += [*number(message.arbitration_id >> 18, 11), 1, 1]
        bits += number(message.arbitration_id & 0x3FFFF, 18) + remote + [0, 0]
    else:
        bits += number(message.arbitration_id, 11) + remote + [0, 0]
    bits += number(message.dlc, 4)
    for byte in message.data:
        bits += number(byte, 8)
    crc = 0
    for bit in bits:
        turn = bit ^ crc >> 14
        crc = crc << 1 & 0x7FFF ^ (0x4599 if turn else 0)
    bits += number(crc, 15)
    stuffed = run = 0
    last = -1
    for bit in bits:
        run = run + 1 if bit == last else 1
        last = bit
        if run == 5:
            stuffed += 1
            last, run = 1 - bit, 1
    return len(bits) + stuffed + 13


BYTES = st.lists(
    st.sampled_from([0, 0xFF, 0x1F, 0xF8, 0xAA, 0x07]) | st.integers(0, 255), max_size=8
)


@given(st.booleans(), st.integers(0, 2**29 - 1), BYTES, st.booleans())
def test_every_stuff_bit_is_counted(
    extended: bool, number: int, data: list[int], remote: bool
) -> None:
    message = can.Message(
        arbitration_id=number if extended else number & 0x7FF,
        is_extended_id=extended,
        is_remote_frame=remote,
        dlc=len(data),
        data=None if remote else bytes(data),
    )
    assert frame_bits(message) == by_the_standard(message)


def test_known_lengths() -> None:
    # 34 zero bits, CRC included: a stuff bit after each five.
    assert frame_bits(frame(0)) == 34 + 6 + 13
    for data in (b"\xaa" * 8, bytes(8), b"\xff" * 8):
        assert 111 <= frame_bits(frame(0x555, data)) <= 111 + (34 + 64 - 1) // 4


@given(st.sampled_from([0, 1, 8, 12, 16, 20, 32, 48, 64]), st.booleans())
def test_fd_frames_are_within_their_bounds(size: int, extended: bool) -> None:
    message = can.Message(
        arbitration_id=0x123, is_extended_id=extended, data=bytes(size), is_fd=True
    )
    slow, fast = fd_frame_bits(message)
    head = 36 if extended else 17
    assert head + 13 <= slow <= head + 13 + head // 4 + 1
    assert 5 + 8 * size + 27 <= fast <= (5 + 8 * size) * 5 // 4 + 1 + 32


def meter_with(rate: int, seconds: float, share: float = 1.0) -> LoadMeter:
    """A meter that saw frames of 0.25 ms spread evenly."""
    meter = LoadMeter(10.0, rate)
    message = frame(0x555, b"\xaa" * 8)
    length = frame_bits(message) / rate
    at, number = 10.0, 0
    while at < 10.0 + seconds:
        message.timestamp = at
        meter.add(message)
        number += 1
        at = 10.0 + number * length / share
    return meter


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1])
def test_load_is_the_busy_share(share: float) -> None:
    meter = meter_with(500_000, 5.0, share)
    assert meter.now(15.0) == pytest.approx(share, rel=0.01)
    assert meter.mean(15.0) == pytest.approx(share, rel=0.01)
    assert meter.peak == pytest.approx(share, rel=0.01)
    assert meter.mean(20.0) == pytest.approx(share / 2, rel=0.01)


def test_a_busy_second_is_the_peak_and_passes() -> None:
    meter = meter_with(500_000, 1.0)
    late = frame(1)
    late.timestamp = 30.0
    meter.add(late)
    assert meter.peak == pytest.approx(1.0, rel=0.01)
    assert meter.now(30.05) < 0.01
    assert meter.now(100.0) == 0.0


def test_a_fresh_meter_divides_by_what_it_has_seen() -> None:
    meter = LoadMeter(10.0, 500_000)
    assert meter.now(10.0) == 0.0
    assert meter.mean(10.0) == 0.0
    message = frame(0x555, b"\xaa" * 8)
    message.timestamp = 10.05
    meter.add(message)
    assert meter.now(10.1) == pytest.approx(frame_bits(message) / 500_000 / 0.1)


def test_error_frames_and_fd_take_time() -> None:
    meter = LoadMeter(0.0, 500_000, 2_000_000)
    meter.add(can.Message(is_error_frame=True, timestamp=0.5))
    assert meter.busy == pytest.approx(20 / 500_000)
    before = meter.busy
    message = can.Message(arbitration_id=1, data=bytes(64), is_fd=True, bitrate_switch=True)
    meter.add(message)
    switched = meter.busy - before
    message.bitrate_switch = False
    before = meter.busy
    meter.add(message)
    assert switched < (meter.busy - before) / 2
