"""Probing a bench: what is wrong with port, wire, address, baud rate and profile is named."""

import errno
import json
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner
from pymodbus.framer import FramerRTU

from harness.bench import findings, probe_vehicle
from harness.bench import probe as probing
from harness.bench.findings import BenchProbe
from harness.bench.load import load_bench
from harness.bench.plausible import complaint_about
from harness.bench.probe import PARITIES, UNITS, probe_bench
from harness.cli.root import ROOT
from harness.clock import Clock, run
from harness.devices.modbus.codec import decode, encode
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.points import Point, Table
from harness.devices.modbus.profile import load_profile
from harness.errors import BadReplyError, ConnectionFailedError
from harness.events import Transaction
from harness.quantity import Measurement, Quantity


@pytest.fixture(autouse=True)
def _short_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The car of the built-in bench is not what is looked at here."""
    monkeypatch.setattr(probe_vehicle, "LISTEN", 1.5)


def _probe(bench: str, *faults: str) -> BenchProbe:
    loaded = load_bench(bench)
    return run(
        lambda: _probed(loaded, faults),  # type: ignore[arg-type]
        virtual=True,
    )


async def _probed(loaded: object, faults: tuple[str, ...]) -> BenchProbe:
    return await probe_bench(loaded, Clock(virtual=True), faults=faults)  # type: ignore[arg-type]


def _codes(found: BenchProbe) -> list[str]:
    return [finding.code for device in found.devices for finding in device.problems]


def test_a_healthy_device_has_nothing_wrong() -> None:
    found = _probe("sim")
    assert _codes(found) == []
    assert found.exit_code == 0
    pile, vehicle, meter = found.devices
    assert pile.reachable
    assert vehicle.role == "vehicle"
    assert vehicle.reachable
    assert meter.role == "meter"
    assert meter.reachable
    readable = {name for name, point in pile.profile.points.items() if point.readable}
    assert {one.name for one in pile.readings} | set(pile.not_offered) == readable


@pytest.mark.parametrize(
    ("fault", "code", "exit_code"),
    [
        ("mains-off", "silent", 4),
        ("reply-corrupted", "damaged-frames", 3),
        ("reply-dropped", "lost-replies", 3),
    ],
)
def test_faults_of_the_line_are_named(fault: str, code: str, exit_code: int) -> None:
    found = _probe("sim", fault)
    assert code in _codes(found)
    assert found.exit_code == exit_code


def test_probe_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Transaction] = []
    monkeypatch.setattr(
        probing._Probe,
        "_record",
        lambda self, one: (self._transactions.append(one), seen.append(one), len(seen))[2],
    )
    _probe("sim", "mains-off")
    _probe("sim")
    assert {one.function for one in seen} <= {1, 2, 3, 4}
    assert {one.unit for one in seen} == set(UNITS)


_POINT = Point("energy", Table.INPUT, 10, words=2, type="u32", unit="kWh", scale=0.001, high=1e6)


def _reading(point: Point, words: list[int]) -> tuple[Measurement, str]:
    value, raw, quality = decode(point, words)
    data = b"".join(word.to_bytes(2, "big") for word in words)
    frame = bytes([0, 1, 0, 0, 0, 7, 1, 4, len(data)]) + data
    reading = Measurement(name=point.name, value=value, unit=point.unit, quality=quality, raw=raw)
    return reading, frame.hex()


@pytest.mark.parametrize(
    ("point", "words", "code"),
    [
        (_POINT, [0x0001, 0x86A0], None),
        (_POINT, [0x1234, 0x0000], "swapped-words"),
        (_POINT, [0xFFFF, 0xFFFF], "out-of-range"),
        (
            Point("u", Table.INPUT, 0, words=2, type="f32", unit="V", low=0, high=500),
            [0x0000, 0x4366],
            "swapped-words",
        ),
        (Point("u", Table.INPUT, 0, words=2, type="f32", unit="V"), [0x4366, 0x0000], None),
        (Point("u", Table.INPUT, 0, words=2, type="f32", unit="V"), [0x7FC0, 1], "not-a-number"),
        (Point("v", Table.INPUT, 0, unit="V", low=100, high=300), [30], "out-of-range"),
        (Point("s", Table.INPUT, 0, values={1: "idle"}), [9], "unknown-code"),
        (Point("s", Table.INPUT, 0, values={1: "idle"}), [1], None),
        (Point("n", Table.INPUT, 0, unit="A", not_available=(0xFFFF,)), [0xFFFF], "no-value"),
    ],
)
def test_doubts_about_readings(point: Point, words: list[int], code: str | None) -> None:
    reading, frame = _reading(point, words)
    doubt = complaint_about(point, reading, frame)
    assert (doubt[0] if doubt else None) == code
    if doubt is not None:
        assert doubt[1].zh
        assert doubt[1].en
        assert (doubt[3] == "note") == (code == "no-value")


RATINGS = {"voltage": Quantity(220, "V"), "current": Quantity(32, "A")}


@pytest.mark.parametrize(
    ("name", "unit", "raw", "doubted"),
    [
        ("voltage_l1", "V", 22, True),  # 0.01 written for 0.1
        ("voltage_l1", "V", 2200, True),
        ("voltage_l1", "V", 400, True),  # between phases
        ("voltage_l1", "V", 220, False),
        ("voltage_l1", "V", 176, False),
        ("voltage_l3", "V", 3, False),  # the phase is not there
        ("current_l1", "A", 47, False),
        ("current_l1", "A", 320, True),
        ("voltage_limit", "V", 22, False),
    ],
)
def test_readings_are_held_against_the_ratings(
    name: str, unit: str, raw: int, *, doubted: bool
) -> None:
    point = Point(name, Table.INPUT, 0, unit=unit)
    doubt = complaint_about(point, *_reading(point, [raw]), RATINGS)
    assert (doubt is not None) is doubted
    if raw < 1000:
        assert complaint_about(point, *_reading(point, [raw])) is None


def test_swapped_words_are_seen_in_both_directions() -> None:
    for order in ("big", "little"):
        point = Point(
            "e", Table.INPUT, 0, words=2, type="u32", unit="Wh", word_order=order,  # type: ignore[arg-type]
        )  # fmt: skip
        words = encode(point, 77_000)
        assert complaint_about(point, *_reading(point, words)) is None
        swapped = encode(point, 0x12)[::-1]
        doubt = complaint_about(point, *_reading(point, swapped))
        assert doubt is not None
        assert doubt[0] == "swapped-words"
        assert ("little" if order == "big" else "big") in doubt[2].en


@pytest.mark.parametrize(
    ("connection", "reason", "code"),
    [
        ({"modbus": "rtu", "port": "COM9"}, OSError(errno.EACCES, "no"), "no-permission"),
        ({"modbus": "rtu", "port": "COM9"}, OSError(errno.EBUSY, "busy"), "port-busy"),
        ({"modbus": "rtu", "port": "COM9"}, OSError(errno.ENOENT, "no"), "port-missing"),
        ({"modbus": "tcp", "host": "h"}, ConnectionRefusedError(), "connection-refused"),
        ({"modbus": "tcp", "host": "h"}, TimeoutError(), "host-unreachable"),
        ({"modbus": "tcp", "host": "h"}, socket.gaierror(), "host-unknown"),
        ({"modbus": "tcp", "host": "h"}, None, "host-unreachable"),
    ],
)
def test_what_keeps_a_connection_closed(
    connection: dict[str, str], reason: Exception | None, code: str
) -> None:
    error = ConnectionFailedError("detail")
    error.__cause__ = reason
    finding = findings.cannot_open(ModbusConnection.model_validate(connection), error)
    assert finding.code == code
    assert finding.what.zh
    assert finding.do.en


def _prober(connection: dict[str, object]) -> probing._Probe:
    profile = load_profile("gb-ac-pile")
    complete = ModbusConnection.model_validate(connection).complete(profile)
    return probing._Probe("pile", profile, complete, cast(Clock, SimpleNamespace()), print)


def test_the_search_is_bounded_and_covers_units_and_serial_settings() -> None:
    serial = _prober({"modbus": "rtu", "port": "COM9", "baudrate": 9600, "parity": "N", "unit": 1})
    tried = list(serial._elsewhere())
    units = [one.unit for one, code in tried if code == "wrong-unit"]
    assert set(units) == set(UNITS) - {1}
    settings = {(one.baudrate, one.parity) for one, code in tried if code != "wrong-unit"}
    assert (9600, "N") not in settings
    assert {(19200, "E"), (9600, "E"), (38400, "N"), (115200, "O")} <= settings
    assert len(tried) <= len(UNITS) + 12 * len(PARITIES)
    network = _prober({"modbus": "tcp", "host": "h", "unit": 1})
    assert {code for _, code in network._elsewhere()} == {"wrong-unit"}


def test_an_answer_of_another_unit_is_told_from_noise() -> None:
    prober = _prober({"modbus": "rtu", "port": "COM9", "baudrate": 9600, "parity": "N", "unit": 1})
    body = bytes.fromhex("0204020001")
    good = body + FramerRTU.compute_CRC(body).to_bytes(2, "big")
    for reply, code in ((good, "other-unit-answers"), (b"\x02\x04\x00\xff\x17", "damaged-frames")):
        prober._transactions = [
            Transaction(
                role="pile", unit=1, function=4, address=0, count=1, request="",
                reply=reply.hex(), outcome="bad_reply", seconds=0.1,
            )
        ]  # fmt: skip
        prober._found.findings.clear()
        prober._bad_reply(BadReplyError("other"))
        assert [one.code for one in prober._found.findings] == [code]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_on_ports_that_are_not_there(tmp_path: Path, lang: str) -> None:
    file = tmp_path / "bench.yaml"
    file.write_text(
        "bench: nowhere\ndevices:\n  pile: {profile: gb-ac-pile, connection: "
        "{modbus: rtu, port: /dev/no-such-port, unit: 1}}\n"
        "  meter: {profile: eastron-sdm630, connection: "
        "{modbus: tcp, host: 127.0.0.1, port: 1, unit: 1}}\n",
        encoding="utf-8",
    )
    shown = CliRunner().invoke(ROOT, ["bench", "probe", str(file), "--lang", lang])
    assert shown.exit_code == 4
    assert "port-missing" in shown.stdout
    assert "connection-refused" in shown.stdout
    assert "Traceback" not in shown.output
    found = json.loads(CliRunner().invoke(ROOT, ["bench", "probe", str(file), "--json"]).stdout)
    assert [device["reachable"] for device in found["devices"]] == [False, False]
    assert found["exit_code"] == 4


@pytest.mark.parametrize(
    "content", [None, "", "- 1", "bench: x\ndevices: {pile: {profile: nope, simulated: true}}\n"]
)
def test_files_that_are_no_bench(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "bench.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(ROOT, ["bench", "probe", str(file)])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
