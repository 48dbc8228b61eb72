"""How a bus is reached, as written in a bench file."""

from pathlib import Path

import pytest

from harness.datafile import loads, validate
from harness.devices.can.connection import CanConnection
from harness.errors import FileError


def written(text: str) -> CanConnection:
    return validate(CanConnection, *loads(text.encode(), "bench.yaml"))


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("{can: socketcan, channel: can0}", "socketcan can0 500 kbit/s"),
        ("{can: socketcan, channel: can0, bitrate: null}", "socketcan can0"),
        ("{can: vector, channel: 0, bitrate: 250000}", "vector 0 250 kbit/s"),
        ("{can: gs_usb, options: {index: 0}}", "gs_usb 500 kbit/s"),
        (
            "{can: pcan, channel: PCAN_USBBUS1, fd: true, data_bitrate: 2000000}",
            "pcan PCAN_USBBUS1 500 kbit/s FD 2000 kbit/s",
        ),
        (
            "{can: slcan, channel: 'socket://h:3333', listen_only: true}",
            "slcan socket://h:3333 500 kbit/s listen-only",
        ),
        ("{can: memory, channel: powertrain}", "memory:powertrain"),
    ],
)
def test_what_is_accepted(text: str, described: str) -> None:
    assert written(text).describe() == described


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{channel: can0}", "'can' is missing"),
        ("{can: '', channel: can0}", "'' is not accepted"),
        ("{can: slcan, channel: ''}", "'' is not accepted"),
        ("{can: slcan, channel: a, bitrate: 500 kbit/s}", "is not accepted"),
        ("{can: slcan, channel: a, bitrate: 500}", "500 is not accepted"),
        ("{can: slcan, channel: a, bitrate: true}", "True is not accepted"),
        ("{can: slcan, channel: a, data_bitrate: 2000000}", "without 'fd: true'"),
        ("{can: memory}", "'channel' with its name"),
        ("{can: memory, channel: 3}", "'channel' with its name"),
        ("{can: memory, channel: a, options: {x: 1}}", "'options' with can: memory"),
        ("{can: slcan, channel: a, options: {bitrate: 1}}", "'bitrate' has a key of its own"),
        ("{can: slcan, channel: a, options: {x: [1]}}", "is not accepted"),
        ("{can: slcan, channel: a, colour: red}", "'colour' is not known here"),
    ],
)
def test_what_is_refused(text: str, expected: str) -> None:
    with pytest.raises(FileError) as caught:
        written(text)
    assert expected in str(caught.value)
    assert str(caught.value).startswith("bench.yaml:1:")


def test_one_adapter_has_one_key(tmp_path: Path) -> None:
    port = tmp_path / "ttyACM0"
    port.touch()
    link = tmp_path / "by-id"
    link.symlink_to(port)
    one = CanConnection(can="slcan", channel=str(port), bitrate=250_000)
    other = CanConnection(can="slcan", channel=f"{link}@115200", listen_only=True)
    assert one.key() == other.key()
    assert CanConnection(can="slcan", channel="com3").key() == "can:slcan:COM3"


def test_different_adapters_have_different_keys() -> None:
    given: list[tuple[str, str | int, dict[str, bool | int | float | str]]] = [
        ("socketcan", "can0", {}),
        ("socketcan", "can1", {}),
        ("memory", "can0", {}),
        ("vector", 0, {}),
        ("vector", 0, {"serial": 77}),
        ("slcan", "socket://h:1", {}),
        ("slcan", "socket://h:2", {}),
        ("socketcand", "can0", {"host": "a", "port": 1}),
        ("socketcand", "can0", {"host": "b", "port": 1}),
    ]
    keys = {
        CanConnection(can=interface, channel=channel, options=options).key()
        for interface, channel, options in given
    }
    assert len(keys) == len(given)
