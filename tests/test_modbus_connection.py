"""How a device is reached, as written in a bench file."""

import pytest
from pydantic import ValidationError

from harness.datafile import loads, validate
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.profile import load_profile
from harness.errors import FileError, UsageError


def written(text: str) -> ModbusConnection:
    return validate(ModbusConnection, *loads(text.encode(), "bench.yaml"))


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("{modbus: tcp, host: 192.0.2.7}", "tcp 192.0.2.7:502"),
        ("{modbus: tcp, host: 192.0.2.7, port: 1502, unit: 3}", "tcp 192.0.2.7:1502 unit 3"),
        (
            "{modbus: rtu, port: /dev/ttyUSB0, baudrate: 19200,"
            " parity: E, bytesize: 8, stopbits: 1, unit: 1}",
            "rtu /dev/ttyUSB0 19200 8E1 unit 1",
        ),
        ("{modbus: rtu, port: COM3}", "rtu COM3 ? ???"),
        ("{modbus: rtu-over-tcp, host: gw, port: 4196}", "rtu-over-tcp gw:4196"),
        ("{modbus: memory, port: 7, framing: rtu}", "memory:7 (rtu frames)"),
        ("{modbus: memory, port: 7}", "memory:7 (tcp frames)"),
    ],
)
def test_what_is_accepted(text: str, described: str) -> None:
    assert written(text).describe() == described


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{modbus: udp}", "'udp' is not accepted"),
        ("{modbus: tcp}", "'host' for modbus: tcp"),
        ("{modbus: tcp, host: a, port: x}", "'port' as a number"),
        ("{modbus: tcp, host: a, port: 70000}", "a port from 1 to 65535"),
        ("{modbus: tcp, host: a, parity: E}", "no 'parity' with modbus: tcp"),
        ("{modbus: tcp, host: a, framing: rtu}", "'framing' only with modbus: memory"),
        ("{modbus: rtu}", "name of a serial port"),
        ("{modbus: rtu, port: 5}", "name of a serial port"),
        ("{modbus: rtu, port: COM3, host: a}", "no 'host' with modbus: rtu"),
        ("{modbus: rtu, port: COM3, parity: X}", "'X' is not accepted"),
        ("{modbus: rtu, port: COM3, baudrate: 1}", "1 is not accepted"),
        ("{modbus: rtu-over-tcp, host: a}", "'port' for modbus: rtu-over-tcp"),
        ("{modbus: memory}", "'port' for modbus: memory"),
        ("{modbus: tcp, host: a, unit: 256}", "256 is not accepted"),
        ("{modbus: tcp, host: a, unit: true}", "True is not accepted"),
        ("{modbus: tcp, host: a, timeout: soon}", "a time like '100 ms'"),
        ("{modbus: tcp, host: a, timeout: 0 s}", "a timeout above zero"),
        ("{modbus: tcp, host: a, timeout: 500}", "a time like '100 ms'"),
        ("{modbus: tcp, host: a, timeout: 2 min}", "at most 60 s"),
        ("{modbus: tcp, host: a, attempts: 0}", "0 is not accepted"),
        ("{modbus: tcp, host: a, colour: red}", "'colour' is not known here"),
    ],
)
def test_what_is_not_accepted_says_why(text: str, expected: str) -> None:
    with pytest.raises(FileError) as caught:
        written(text)
    assert expected in caught.value.detail
    assert caught.value.detail.startswith("bench.yaml:1:")


def test_times_are_seconds() -> None:
    connection = written("{modbus: tcp, host: a, timeout: 250 ms, pause: 1 s}")
    assert (connection.timeout, connection.pause) == (0.25, 1.0)


def test_what_is_left_out_comes_from_the_profile() -> None:
    box = load_profile("heidelberg-energy-control")
    full = written("{modbus: rtu, port: COM3}").complete(box)
    assert full.describe() == "rtu COM3 19200 8E1 unit 1"
    assert (full.timeout, full.pause, full.attempts) == (1.0, 0.1, 3)
    own = written("{modbus: rtu, port: COM3, baudrate: 9600, parity: N, unit: 5, pause: 5 ms}")
    assert own.complete(box).describe() == "rtu COM3 9600 8N1 unit 5"
    assert own.complete(box).pause == 0.005


def test_a_gateway_in_front_of_a_serial_device_keeps_its_unit_and_pause() -> None:
    meter = load_profile("eastron-sdm630")
    full = written("{modbus: tcp, host: gw}").complete(meter)
    assert (full.unit, full.port, full.pause, full.baudrate) == (1, 502, 0.1, None)


def test_each_link_has_its_own_defaults() -> None:
    pile = load_profile("sungrow-ac011e")
    assert written("{modbus: tcp, host: a}").complete(pile).unit == 248
    assert written("{modbus: memory, port: 7, framing: rtu}").complete(pile).unit == 248


def test_a_unit_that_the_device_cannot_have_is_refused() -> None:
    meter = load_profile("eastron-sdm630")
    with pytest.raises(UsageError, match="unit 248 cannot be a eastron-sdm630; expected 1 to 247"):
        written("{modbus: rtu, port: COM3, unit: 248}").complete(meter)
    pile = load_profile("sungrow-ac011e")
    assert written("{modbus: rtu, port: COM3, unit: 255}").complete(pile).unit == 255


def test_it_cannot_be_changed_afterwards() -> None:
    connection = ModbusConnection(modbus="memory", port=7)
    with pytest.raises(ValidationError):
        connection.port = 8  # type: ignore[misc]
