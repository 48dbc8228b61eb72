"""Counters and checksums, proved both ways."""

import pytest
from can_help import database
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.can.checks import ALGORITHMS, Protection, crc8_sae_j1850, sum8, xor8
from harness.devices.can.findings import Flaw
from harness.devices.can.specs import Algorithm

TORQUE = Protection(database().message("VCU_Torque"))
STATUS = Protection(database().message("BMS_Status"))
FOREIGN = Protection(database("foreign").message("Foo"))
ALL = st.sampled_from([TORQUE, STATUS, FOREIGN])
PAYLOADS = st.binary(min_size=8, max_size=8)


def bitwise_crc(data: bytes) -> int:
    """The same CRC by its definition."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x1D) & 0xFF if crc & 0x80 else crc << 1
    return crc ^ 0xFF


def test_known_values() -> None:
    assert crc8_sae_j1850(b"123456789") == 0x4B
    assert xor8(b"123456789") == 0x31
    assert sum8(b"123456789") == 477 % 256
    assert set(ALGORITHMS) == {"crc8-sae-j1850", "xor8", "sum8"}


@given(st.binary(max_size=70))
def test_the_table_is_the_polynomial(data: bytes) -> None:
    assert crc8_sae_j1850(data) == bitwise_crc(data)


@given(PAYLOADS, st.integers(0, 1000))
def test_what_a_checksum_covers(payload: bytes, counter: int) -> None:
    data = bytearray(payload)
    TORQUE.apply(data, counter)
    assert data[7] == bitwise_crc(bytes([17, 0]) + data[:7])
    data = bytearray(payload)
    STATUS.apply(data, counter)
    assert data[7] == xor8(data[:7])
    data = bytearray(payload)
    FOREIGN.apply(data, counter)
    assert data[7] == sum8(bytes([0x02, 0x01]) + data[:7])


@given(ALL, PAYLOADS, st.integers(0, 1000))
def test_applied_frames_are_sound(protection: Protection, payload: bytes, counter: int) -> None:
    data = bytearray(payload)
    protection.apply(data, counter)
    now = protection.counter_of(data)
    assert now == counter % 16
    assert protection.check(data, None) is None
    assert protection.check(bytes(data), (counter - 1) % 16) is None
    # Everything but counter and checksum is as it was.
    untouched = bytearray(payload)
    protection.apply(untouched, counter)
    assert data == untouched


@given(ALL, PAYLOADS, st.integers(0, 15), st.integers(0, 63))
def test_one_flipped_bit_is_noticed(
    protection: Protection, payload: bytes, counter: int, bit: int
) -> None:
    data = bytearray(payload)
    protection.apply(data, counter)
    data[bit // 8] ^= 1 << bit % 8
    finding = protection.check(data, None)
    assert finding is not None
    assert finding.flaw is Flaw.CHECKSUM


@given(ALL, PAYLOADS, st.integers(0, 15), st.integers(0, 15))
def test_only_the_next_number_will_do(
    protection: Protection, payload: bytes, counter: int, previous: int
) -> None:
    data = bytearray(payload)
    protection.apply(data, counter)
    finding = protection.check(data, previous)
    assert (finding is None) == ((previous + 1) % 16 == counter)
    if finding is not None:
        assert finding.flaw is Flaw.COUNTER
        assert str((previous + 1) % 16) == finding.expected


@pytest.mark.parametrize("length", [0, 3, 7, 9, 64])
def test_other_lengths_are_left_to_the_length_check(length: int) -> None:
    assert TORQUE.check(bytes(length), 0) is None


def test_messages_without_protection() -> None:
    plain = Protection(database().message("VCU_Event"))
    assert not plain
    assert TORQUE
    data = bytearray(b"\x12\x34")
    plain.apply(data, 3)
    assert data == b"\x12\x34"
    assert plain.check(data, 7) is None
    assert plain.counter_of(data) is None
    assert (plain.counter_range, TORQUE.counter_range) == (0, 16)


def test_findings_name_both_numbers() -> None:
    data = bytearray(8)
    TORQUE.apply(data, 5)
    data[7] ^= 0xFF
    wrong = TORQUE.check(data, 4)
    assert wrong is not None
    assert wrong.describe("en").startswith("checksum VCU_TorqueChk of VCU_Torque is wrong: 0x")
    TORQUE.apply(data, 5)
    jump = TORQUE.check(data, 9)
    assert jump is not None
    assert jump.describe("zh") == "报文 VCU_Torque 计数器 VCU_TorqueCnt 不连续：5，应为 10"


def test_algorithms_are_the_documented_ones() -> None:
    names: list[Algorithm] = list(ALGORITHMS)
    assert names == ["crc8-sae-j1850", "xor8", "sum8"]
