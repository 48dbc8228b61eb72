"""Finding the valid reply among the bytes that came, and naming what is wrong with others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU

from harness.devices.modbus.frames import (
    Request,
    crc16,
    fault_rtu,
    fault_tcp,
    look_rtu,
    look_tcp,
)

READ = Request(1, 4, 120, 2)
WRITE = Request(1, 6, 5, 1, [7])
COILS = Request(1, 1, 0, 9)


def rtu(body: bytes, unit: int = 1) -> bytes:
    frame = bytes([unit]) + body
    return frame + crc16(frame).to_bytes(2, "little")


def tcp(body: bytes, unit: int = 1, number: int = 9) -> bytes:
    return number.to_bytes(2) + b"\0\0" + (len(body) + 1).to_bytes(2) + bytes([unit]) + body


ANSWER = b"\x04\x04\x00\x01\x00\x02"


@given(st.binary(max_size=64))
def test_the_checksum_is_pymodbus_checksum(data: bytes) -> None:
    assert crc16(data).to_bytes(2, "little") == FramerRTU.compute_CRC(data).to_bytes(2, "big")


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (READ, ANSWER),
        (READ, b"\x84\x02"),
        (WRITE, b"\x06\x00\x05\x00\x07"),
        (WRITE, b"\x86\x03"),
        (COILS, b"\x01\x02\xff\x01"),
        (Request(1, 16, 3, 2, [1, 2]), b"\x10\x00\x03\x00\x02"),
    ],
)
def test_a_valid_reply_is_found(request_: Request, body: bytes) -> None:
    assert look_rtu(request_, rtu(body)) == body
    assert look_tcp(request_, 9, tcp(body)) == body
    assert look_rtu(request_, b"\0\xff\x01" + rtu(body)) == body
    assert look_rtu(request_, rtu(body, unit=2) + rtu(body)) == body
    assert look_tcp(request_, 9, tcp(b"\x84\x02", number=8) + tcp(body)) == body
    for end in range(len(rtu(body))):
        assert look_rtu(request_, rtu(body)[:end]) == b""
    for end in range(len(tcp(body))):
        assert look_tcp(request_, 9, tcp(body)[:end]) == b""


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (rtu(ANSWER)[:-1] + b"\0", "bad CRC: "),
        (rtu(ANSWER)[:4], "short frame: 4 of 9 bytes"),
        (b"\xff", "short frame: 1 of 9 bytes"),
        (rtu(b"\x84\x02")[:4], "short frame: 4 of 5 bytes"),
        (rtu(ANSWER, unit=7), "wrong unit: a reply from unit 7"),
        (rtu(b"\x03" + ANSWER[1:]), "wrong function: the reply is to FC 03"),
        (rtu(b"\x83\x02"), "wrong function: the reply is to FC 03"),
        (rtu(b"\x04\x02\x00\x01"), "wrong length: 4 bytes where 6 answer the request"),
        (rtu(b"\x04\x02\x00\x01\x00\x02"), "wrong length: 2 data bytes announced, 4 asked for"),
    ],
)
def test_what_is_wrong_on_a_serial_line(data: bytes, fault: str) -> None:
    assert look_rtu(READ, data) == b""
    assert fault_rtu(READ, data).startswith(fault)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (tcp(ANSWER, unit=7), "wrong unit: a reply from unit 7"),
        (tcp(b"\x03" + ANSWER[1:]), "wrong function: the reply is to FC 03"),
        (tcp(b"\x04\x02\x00\x01"), "wrong length"),
        (b"HTTP/1.1 400", "garbage: no Modbus TCP header"),
        (tcp(b"\x84"), "wrong length"),
    ],
)
def test_what_is_wrong_on_tcp_is_known_at_once(data: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        look_tcp(READ, 9, data)
    assert fault_tcp(READ, 9, data).startswith(fault)


def test_what_is_wrong_on_tcp_when_the_time_is_up() -> None:
    late = tcp(ANSWER, number=8)
    assert look_tcp(READ, 9, late) == b""
    assert fault_tcp(READ, 9, late) == "wrong transaction: a reply to number 8, not 9"
    assert fault_tcp(READ, 9, tcp(ANSWER)[:9]) == "short frame: 9 of 13 bytes"
    assert fault_tcp(READ, 9, b"\0") == "short frame: 1 of 13 bytes"


def test_a_write_to_another_address_is_not_confirmed() -> None:
    assert fault_rtu(WRITE, rtu(b"\x06\x00\x06\x00\x07")) == "wrong address: the reply is about 6"


@given(st.binary(max_size=40), st.sampled_from([READ, WRITE, COILS]), st.integers(0, 0xFFFF))
def test_any_bytes_have_an_explanation(data: bytes, request_: Request, number: int) -> None:
    if not look_rtu(request_, data):
        assert fault_rtu(request_, data)
    try:
        found = look_tcp(request_, number, data)
    except ValueError as error:
        assert str(error)
    else:
        assert found or fault_tcp(request_, number, data)


def test_a_request_names_its_place() -> None:
    assert str(READ) == "FC 04 at 120 to 121 of unit 1"
    assert str(Request(1, 6, 5, 1, [7], "pile: x")) == "pile: x (FC 06 at 5 of unit 1)"
