"""Single ISO-TP frames: each complaint, and that proper frames meet none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.diag.frames import complaint, normalised, single_frame, single_payload
from harness.errors import UsageError

PROPER = [
    "0122",
    "0322f190cccccccc",
    "07" + "11" * 7,
    "100a62f190010203",
    "1fff" + "00" * 6,
    "1000000010000102",
    "2101",
    "2f" + "11" * 7,
    "300000",
    "310814cccccccccc",
    "3200f5",
    "0009" + "22" * 9 + "cc",
    "1040" + "22" * 62,
]
WRONG = {
    "": "empty",
    "00": "announces 0 bytes",
    "0003410d00cccccc": "announces 0 bytes",
    "08" + "11" * 7: "announces 8 bytes but has room for 7",
    "0522f190": "announces 5 bytes but has room for 3",
    "09" + "22" * 11: "expected 00",
    "0000" + "22" * 10: "announces 0 bytes",
    "000b" + "22" * 10: "announces 11 bytes but has room for 10",
    "100a62f1": "a first frame of 4 bytes",
    "1007620102030405": "announces 7 bytes; expected at least 8",
    "100c" + "22" * 14: "announces 12 bytes; expected at least 15",
    "1000000000ff0102": "long length of 255",
    "21": "without data",
    "3000": "a flow control frame of 2 bytes",
    "330000": "status 3",
    "4011": "unknown type 4",
    "ff": "unknown type 15",
}


@pytest.mark.parametrize("data", PROPER)
def test_a_proper_frame_meets_no_complaint(data: str) -> None:
    assert complaint(bytes.fromhex(data)) is None


@pytest.mark.parametrize("data", WRONG)
def test_a_wrong_frame_is_named(data: str) -> None:
    what = complaint(bytes.fromhex(data))
    assert what is not None
    assert WRONG[data] in what


@given(st.binary(min_size=1, max_size=7), st.none() | st.integers(0, 255))
def test_a_single_frame_carries_its_payload(payload: bytes, padding: int | None) -> None:
    data = single_frame(payload, padding)
    assert complaint(data) is None
    assert single_payload(data) == payload
    assert len(data) == (len(payload) + 1 if padding is None else 8)


@pytest.mark.parametrize("length", [0, 8, 100])
def test_a_single_frame_has_room_for_seven_bytes(length: int) -> None:
    with pytest.raises(UsageError, match=f"{length} bytes do not fit"):
        single_frame(bytes(length), 0xCC)


def test_the_payload_of_a_long_single_frame_stands_after_two_bytes() -> None:
    assert single_payload(bytes.fromhex("0009" + "22" * 9 + "cc")) == b"\x22" * 9
    assert single_payload(bytes.fromhex("100a62f190010203")) is None


@pytest.mark.parametrize(
    ("asked", "taken"), [(0x00, 0x00), (0x7F, 0x7F), (0x80, 0x7F), (0xF1, 0xF1), (0xFA, 0x7F)]
)
def test_a_reserved_separation_time_means_the_longest(asked: int, taken: int) -> None:
    assert normalised(bytes([0x30, 2, asked]))[2] == taken
    assert normalised(bytes([0x21, 2, asked]))[2] == asked


@given(st.binary(max_size=64))
def test_any_frame_is_judged(data: bytes) -> None:
    what = complaint(data)
    assert what is None or what
