"""Bit streams and lengths of frames."""

from itertools import groupby

import can
import pytest
from canbus_help import Line
from hypothesis import given
from hypothesis import strategies as st

from simulators.canbus.frame import Frame, priority
from simulators.canbus.frame_bits import crc15, frame_bits, number_bits, stuffed
from simulators.canbus.frame_length import bit_times, head

identifiers = st.booleans().flatmap(
    lambda extended: st.tuples(
        st.integers(0, (1 << (29 if extended else 11)) - 1), st.just(extended)
    )
)
# Payloads with long runs of one level are where stuff bits matter.
payloads = st.one_of(
    st.binary(max_size=8),
    st.lists(st.sampled_from([0x00, 0xFF, 0x1F, 0xF8, 0x07, 0xE0]), max_size=8).map(bytes),
)


@given(identifiers, payloads)
def test_the_quick_length_is_the_length_of_the_bit_stream(
    identifier: tuple[int, bool], data: bytes
) -> None:
    stream = frame_bits(*identifier, data)
    assert bit_times(head(*identifier, False, len(data)), data) == len(stream.bits)


@given(identifiers, st.integers(0, 8))
def test_remote_frames_have_a_length_too(identifier: tuple[int, bool], dlc: int) -> None:
    stream = frame_bits(*identifier, b"", remote=True, dlc=dlc)
    assert bit_times(head(*identifier, True, dlc), b"") == len(stream.bits)


@given(identifiers, payloads)
def test_no_more_than_five_equal_bits_up_to_the_crc(
    identifier: tuple[int, bool], data: bytes
) -> None:
    stream = frame_bits(*identifier, data)
    body = stream.bits[: stream.ack_slot - 1]
    assert max(len(list(run)) for _, run in groupby(body)) <= 5


def _unstuffed(body: tuple[int, ...]) -> list[int]:
    bits: list[int] = []
    run, last, skip = 0, None, False
    for bit in body:
        if skip:
            run, last, skip = 1, bit, False
            continue
        run = run + 1 if bit == last else 1
        last = bit
        bits.append(bit)
        skip = run == 5
    return bits


@given(identifiers, payloads)
def test_a_receiver_gets_the_frame_back_and_its_crc_is_right(
    identifier: tuple[int, bool], data: bytes
) -> None:
    number, extended = identifier
    stream = frame_bits(number, extended, data)
    bits = _unstuffed(stream.bits[: stream.ack_slot - 1])
    assert crc15(bits) == 0  # the remainder over data and CRC
    start = 39 if extended else 19
    payload = bits[start:-15]
    assert payload == [bit for byte in data for bit in number_bits(byte, 8)]
    assert bits[start - 4 : start] == number_bits(len(data), 4)


def test_the_crc_is_crc_15_can() -> None:
    # Check value of the catalogue of parametrised CRC algorithms for "123456789".
    assert crc15(number_bits(int.from_bytes(b"123456789", "big"), 72)) == 0x059E


def test_lengths_without_stuff_bits_are_those_of_the_standard() -> None:
    # Alternating bits need no stuffing in the head; the CRC may need some, so compare the stream.
    for extended, empty in ((False, 44), (True, 64)):
        number = 0x555 if not extended else 0x15555555
        data = bytes([0xAA] * 8)
        stream = frame_bits(number, extended, data)
        body = stream.bits[: stream.ack_slot - 1]
        assert len(stream.bits) - (len(body) - len(_unstuffed(body))) == empty + 64


def test_the_worst_case_is_135_bits() -> None:
    # 34 + 64 bits are stuffed, at most one stuff bit per four of them after the first.
    worst = max(
        len(frame_bits(number, False, bytes([byte] * 8)).bits)
        for number in (0, 0x7FF, 0x078, 0x787)
        for byte in (0x00, 0xFF, 0x1E, 0x3C, 0x78, 0x87, 0xC3, 0xE1, 0xF0, 0x0F)
    )
    assert 125 <= worst <= 44 + 64 + (34 + 64 - 1) // 4


def test_stuffing_goes_on_behind_a_stuff_bit() -> None:
    assert stuffed([0] * 5 + [1] * 4) == [0] * 5 + [1] + [1] * 4 + [0]


@given(st.lists(identifiers, min_size=2, max_size=2, unique=True), st.booleans())
def test_priority_is_the_order_of_the_arbitration_bits(
    pair: list[tuple[int, bool]], remote: bool
) -> None:
    def field(number: int, extended: bool) -> list[int]:
        # SOF to RTR of the unstuffed stream; a standard frame ends with IDE dominant.
        bits = frame_bits(number, extended, b"", remote=remote, dlc=0).bits
        return _unstuffed(bits)[: 33 if extended else 14]

    (a, b) = pair
    first, second = field(*a), field(*b)
    size = min(len(first), len(second))
    assert first[:size] != second[:size]
    better = first[:size] < second[:size]
    assert (priority(*a, remote) < priority(*b, remote)) == better


def test_a_data_frame_beats_the_remote_frame_of_its_identifier() -> None:
    assert priority(0x123, False, False) < priority(0x123, False, True)
    assert priority(0x123, True, False) < priority(0x123, True, True)


@pytest.mark.parametrize(
    ("identifier", "extended", "data"),
    [(0x800, False, b""), (-1, False, b""), (1 << 29, True, b""), (1, False, bytes(9))],
)
def test_frames_that_do_not_exist_are_refused(identifier: int, extended: bool, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"identifier|bytes"):
        Frame(Line().node("VCU"), identifier, extended, data)


def test_a_message_carries_what_the_frame_has() -> None:
    message = Frame(Line().node("VCU"), 0x1ABCDEF0, True, b"\x01\x02").message(3.5, "body")
    assert message.equals(
        can.Message(
            timestamp=3.5,
            arbitration_id=0x1ABCDEF0,
            is_extended_id=True,
            channel="body",
            data=b"\x01\x02",
        )
    )
