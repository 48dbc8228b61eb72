"""Trouble codes, their status byte, and the names of negative responses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.diag.dtc import (
    STATUS_BITS,
    DtcStatus,
    dtc_code,
    dtc_number,
    short_code,
    short_number,
    status_byte,
)
from harness.devices.diag.nrc import NAMES, nrc_name
from harness.errors import UsageError
from harness.text import LANGUAGES


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("P0AA6-1A", 0x0AA61A),
        ("P2138-62", 0x213862),
        ("C0035-00", 0x403500),
        ("B1B20-00", 0x9B2000),
        ("U0100-87", 0xC10087),
        ("U3FFF-FF", 0xFFFFFF),
    ],
)
def test_codes_of_three_bytes(code: str, number: int) -> None:
    assert dtc_number(code) == number
    assert dtc_code(number) == code


def test_codes_of_two_bytes() -> None:
    assert short_code(0x0AAA) == "P0AAA"
    assert short_code(0xC100) == "U0100"
    assert short_number("U0100") == 0xC100


@given(st.integers(0, 0xFFFFFF))
def test_every_number_has_a_code(number: int) -> None:
    assert dtc_number(dtc_code(number)) == number
    assert short_number(short_code(number >> 8)) == number >> 8


@pytest.mark.parametrize("code", ["", "P0AA6", "X0AA6-1A", "P4AA6-1A", "P0aa6-1a", "P0AA6-1A "])
def test_what_is_no_code_is_told(code: str) -> None:
    with pytest.raises(UsageError, match="expected one like P0AA6-1A"):
        dtc_number(code)


@pytest.mark.parametrize("code", ["", "P0AA6-1A", "Q0AA6"])
def test_what_is_no_obd_code_is_told(code: str) -> None:
    with pytest.raises(UsageError, match="expected one like P0AA6"):
        short_number(code)


def test_the_status_byte() -> None:
    status = DtcStatus(0x2F)
    assert status.failing and status.pending and status.confirmed and status.tested
    assert not status.warning
    assert status.names() == (
        "test_failed",
        "test_failed_this_operation_cycle",
        "pending",
        "confirmed",
        "test_failed_since_last_clear",
    )
    assert [text.zh for text in status.texts()][3] == "已确认故障"
    cleared = DtcStatus(0x50)
    assert not (cleared.failing or cleared.pending or cleared.confirmed or cleared.tested)
    assert DtcStatus(0x80).warning
    with pytest.raises(UsageError):
        DtcStatus(256)


@given(st.integers(0, 255))
def test_status_bits_by_name(byte: int) -> None:
    assert status_byte(*DtcStatus(byte).names()) == byte


def test_an_unknown_status_bit_is_told() -> None:
    with pytest.raises(UsageError, match="no status bit is called 'x'"):
        status_byte("x")
    assert len({text.zh for _, text in STATUS_BITS.values()}) == 8


@pytest.mark.parametrize("code", range(256))
def test_every_negative_response_code_has_a_name(code: int) -> None:
    name = nrc_name(code)
    assert name.zh and name.en
    assert not name.en.startswith("0x")


def test_names_are_unique() -> None:
    for language in LANGUAGES:
        texts = [name.get(language) for name in NAMES.values()]
        assert len(set(texts)) == len(texts)
    assert nrc_name(0xF5).en == "maker's own condition not correct"
    assert nrc_name(0x15).en == "code reserved by the standard"
