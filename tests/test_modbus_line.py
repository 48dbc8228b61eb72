"""One owner of the wire: faults, late replies, cancelled callers, sharing."""

import asyncio
import logging
import sys
from collections.abc import Callable

import pytest
from modbus_help import MEMORY, PILE, FakeDevice, Record, opened, serving, shipped, soon, virtual

from harness.clock import Clock, Deadline, loop_time, sleep
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.frames import crc16
from harness.devices.modbus.line import Line
from harness.errors import (
    BadReplyError,
    BenchError,
    DeviceLostError,
    EvidenceError,
    NoReplyError,
    RefusedError,
)
from harness.events import Transaction


def on_the_wire(kind: str, spoil: Callable[[bytes], bytes]) -> tuple[Exception, Record]:
    """What a single read gives when every reply is spoilt so."""
    caught: list[Exception] = []
    kept: list[Record] = []

    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        fake.spoil = spoil
        async with (
            serving(fake, kind) as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            with pytest.raises((BenchError, RefusedError)) as raised:
                await device.read(["voltage_l1"], soon(), attempts=1)
            caught.append(raised.value)
            kept.append(record)

    virtual(main)
    return caught[0], kept[0]


def with_crc(frame: bytes) -> bytes:
    return frame + crc16(frame).to_bytes(2, "little")


@pytest.mark.parametrize(
    ("spoil", "error", "detail", "outcome"),
    [
        (lambda reply: b"", NoReplyError, "no reply within 1 s", "no_reply"),
        (lambda reply: reply[:-1] + b"\x00", BadReplyError, "bad CRC", "bad_reply"),
        (lambda reply: reply[:3], BadReplyError, "short frame: 3 of 7 bytes", "bad_reply"),
        (
            lambda reply: with_crc(b"\x09" + reply[1:-2]),
            BadReplyError,
            "wrong unit: a reply from unit 9",
            "bad_reply",
        ),
        (
            lambda reply: with_crc(b"\x01\x03" + reply[2:-2]),
            BadReplyError,
            "wrong function",
            "bad_reply",
        ),
        (lambda reply: with_crc(b"\x01\x84\x04"), RefusedError, "device failure", "exception"),
        (lambda reply: with_crc(b"\x01\x84\x0b"), NoReplyError, "gateway", "no_reply"),
    ],
)
def test_faults_of_a_serial_line_are_told_apart(
    spoil: Callable[[bytes], bytes], error: type[Exception], detail: str, outcome: str
) -> None:
    caught, record = on_the_wire("memory-rtu", spoil)
    assert type(caught) is error
    assert detail in str(caught)
    (transaction,) = record
    assert transaction.outcome == outcome
    assert transaction.request == with_crc(bytes.fromhex("010400780001")).hex()
    if outcome == "bad_reply":
        assert transaction.reply


@pytest.mark.parametrize(
    ("spoil", "error", "detail"),
    [
        (lambda reply: b"", NoReplyError, "no reply"),
        (lambda reply: reply[:-1], BadReplyError, "short frame: 10 of 11 bytes"),
        (lambda reply: reply[:6] + b"\x09" + reply[7:], BadReplyError, "wrong unit"),
        (lambda reply: b"\xff\xff" + reply[2:], BadReplyError, "wrong transaction"),
        (lambda reply: b"\0\0" + reply[2:], BadReplyError, "wrong transaction"),
        (lambda reply: b"HTTP/1.0 400 Bad Request", BadReplyError, "garbage"),
    ],
)
def test_faults_of_a_tcp_link_are_told_apart(
    spoil: Callable[[bytes], bytes], error: type[Exception], detail: str
) -> None:
    caught, record = on_the_wire("memory-tcp", spoil)
    assert type(caught) is error
    assert detail in str(caught)
    assert len(record) == 1


@pytest.mark.parametrize("kind", MEMORY)
def test_noise_before_and_after_the_reply_does_not_matter(kind: str) -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        fake.put("voltage_l1", 230)
        before = b"\x00\xff" if kind == "memory-rtu" else b""
        fake.spoil = lambda reply: before + reply + b"\x55\x00"
        async with (
            serving(fake, kind) as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            for _ in range(3):
                found = await device.read(["voltage_l1"], soon(), attempts=1)
                assert found["voltage_l1"].value == 230
            assert record[0].reply.startswith(before.hex())

    virtual(main)


@pytest.mark.parametrize("kind", MEMORY)
@pytest.mark.parametrize("late", [1.2, 1.7])
def test_a_late_reply_is_never_the_answer_to_the_next_request(kind: str, late: float) -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        fake.put("voltage_l1", 111)
        fake.put("voltage_l2", 222)
        async with (
            serving(fake, kind) as connection,
            opened(connection, profile, virtual=True) as (device, _),
        ):
            fake.delay = late
            with pytest.raises(NoReplyError):
                await device.read(["voltage_l1"], soon(), attempts=1)
            fake.delay = 0.0
            fake.put("voltage_l1", 333)
            started = loop_time()
            found = await device.read(["voltage_l2"], soon(), attempts=1)
            assert found["voltage_l2"].value == 222
            if kind == "memory-tcp":
                assert loop_time() - started < 0.1  # numbered: no need to wait
            for _ in range(3):
                assert (await device.read(["voltage_l1"], soon()))["voltage_l1"].value == 333

    virtual(main)


def test_a_reply_that_never_comes_holds_up_only_what_looks_like_it() -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        async with (
            serving(fake, "memory-rtu") as connection,
            opened(connection, profile, virtual=True) as (device, _),
        ):
            fake.spoil = lambda reply: b""
            with pytest.raises(NoReplyError):
                await device.read(["voltage_l1"], soon(), attempts=1)
            fake.spoil = lambda reply: reply
            started = loop_time()
            await device.read(["total_energy", "emergency_stop"], soon(), attempts=1)
            assert loop_time() - started < 0.1
            await device.read(["voltage_l2"], soon(), attempts=1)
            assert loop_time() - started == pytest.approx(1.0)

    virtual(main)


@pytest.mark.parametrize("kind", MEMORY)
@pytest.mark.parametrize("moment", [0.0, 0.2, 0.5, 0.7])
def test_a_cancelled_caller_leaves_the_line_in_order(kind: str, moment: float) -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        fake.put("voltage_l1", 111)
        fake.put("voltage_l2", 222)
        fake.delay = 0.4
        async with (
            serving(fake, kind) as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            reading = asyncio.create_task(device.read(["voltage_l1", "enable"], soon()))
            await sleep(moment)
            reading.cancel()
            found = await device.read(["voltage_l2"], soon(), attempts=1)
            assert found["voltage_l2"].value == 222
            with pytest.raises(asyncio.CancelledError):
                await reading
            # What was sent was finished and recorded; what was not sent never was.
            assert [t.outcome for t in record] == ["ok"] * len(fake.requests)

    virtual(main)


def shared_line(connection: ModbusConnection, record: Record) -> tuple[Line, list[ModbusDevice]]:
    line = Line(connection, record)
    clock = Clock(virtual=True)
    devices = [
        ModbusDevice(role, shipped(name), line, unit=unit, clock=clock, simulated=True)
        for role, name, unit in (("pile", PILE, 1), ("meter", "eastron-sdm630", 2))
    ]
    return line, devices


def test_two_devices_share_a_line() -> None:
    async def main() -> None:
        fake = FakeDevice(u1=shipped(PILE), u2=shipped("eastron-sdm630"))
        fake.put("voltage_l1", 230, unit=1)
        fake.put("voltage_l1", 231.5, unit=2)
        record = Record()
        async with serving(fake, "memory-rtu") as connection:
            _, (pile, meter) = shared_line(connection, record)
            await pile.open(soon())
            await meter.open(soon())
            both = await asyncio.gather(
                *(device.read(["voltage_l1"], soon()) for device in (pile, meter) * 5)
            )
            assert [found["voltage_l1"].value for found in both] == [230.0, 231.5] * 5
            assert [t.unit for t in record] == [1, 2] * 5
            await pile.close()
            assert (await meter.read(["voltage_l1"], soon()))["voltage_l1"].value == 231.5
            await meter.close()
            with pytest.raises(DeviceLostError, match="not open"):
                await meter.read(["voltage_l1"], soon())
            await meter.open(soon())
            await meter.read(["voltage_l1"], soon())
            await meter.close()
            await meter.close()

    virtual(main)


def test_a_silent_device_does_not_hold_up_the_other() -> None:
    async def main() -> None:
        fake = FakeDevice(u1=shipped(PILE), u2=shipped("eastron-sdm630"))
        fake.spoil = lambda reply: b"" if reply[0] == 1 else reply
        record = Record()
        async with serving(fake, "memory-rtu") as connection:
            _, (pile, meter) = shared_line(connection, record)
            await pile.open(soon())
            await meter.open(soon())

            async def ask_pile() -> None:
                with pytest.raises(NoReplyError):
                    await pile.read(["voltage_l1"], soon())

            silent = asyncio.create_task(ask_pile())
            await sleep(0.01)
            for _ in range(10):
                started = loop_time()
                await meter.read(["voltage_l1"], soon())
                assert loop_time() - started < 1.3
            await silent
            assert [t.unit for t in record].count(1) == 3
            await pile.close()
            await meter.close()

    virtual(main)


def test_long_reads_take_turns() -> None:
    async def main() -> None:
        fake = FakeDevice(u1=shipped(PILE), u2=shipped("eastron-sdm630"))
        record = Record()
        async with serving(fake, "memory-rtu") as connection:
            _, (pile, meter) = shared_line(connection, record)
            await pile.open(soon())
            await meter.open(soon())
            everything = [name for name in meter.profile.points if meter.has(name)]
            await asyncio.gather(meter.read(everything, soon()), pile.read(["voltage_l1"], soon()))
            assert 1 in [t.unit for t in record[:3]]
            await pile.close()
            await meter.close()

    virtual(main)


def test_the_pause_between_requests_is_kept() -> None:
    async def main() -> None:
        profile = shipped("eastron-sdm630")
        fake = FakeDevice(u1=profile)
        async with (
            serving(fake, "memory-rtu") as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            started = loop_time()
            names = [name for name in profile.points if device.has(name)]
            await device.read(names, soon())
            assert len(record) == 15
            assert loop_time() - started == pytest.approx(14 * 0.1)
        faster = connection.model_copy(update={"pause": 0.01})
        async with (
            serving(fake, "memory-rtu") as served,
            opened(served.model_copy(update={"pause": faster.pause}), profile, virtual=True) as (
                device,
                _,
            ),
        ):
            started = loop_time()
            await device.read(names, soon())
            assert loop_time() - started == pytest.approx(14 * 0.01)

    virtual(main)


def test_a_busy_line_keeps_the_deadline_of_those_who_wait() -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        fake.delay = 0.9
        async with (
            serving(fake, "memory-tcp") as connection,
            opened(connection, profile, virtual=True) as (device, _),
        ):
            first = asyncio.create_task(device.read(["voltage_l1"], soon()))
            await sleep(0.01)
            started = loop_time()
            with pytest.raises(NoReplyError, match="before the line was free"):
                await device.read(["voltage_l2"], Deadline.after(0.2))
            assert loop_time() - started == pytest.approx(0.2)
            await first
            assert len(fake.requests) == 1

    virtual(main)


def test_a_record_that_cannot_be_written_stops_the_read() -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)

        def record(transaction: Transaction) -> int:
            raise EvidenceError("the disk is full")

        async with serving(fake, "memory-tcp") as connection:
            line = Line(connection, record)
            device = ModbusDevice(
                "pile", profile, line, unit=1, clock=Clock(virtual=True), simulated=True
            )
            await device.open(soon())
            with pytest.raises(EvidenceError, match="disk is full"):
                await device.read(["voltage_l1"], soon())
            assert len(fake.requests) == 1
            await device.close()

    virtual(main)


def test_closing_ends_a_read_in_flight() -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        fake.delay = 0.5
        async with (
            serving(fake, "memory-tcp") as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            readings = [
                asyncio.create_task(device.read([name], soon()))
                for name in ("voltage_l1", "voltage_l2")
            ]
            await sleep(0.1)
            await device.close()
            for reading in readings:
                with pytest.raises(DeviceLostError, match="closed"):
                    await reading
            assert [t.outcome for t in record] == ["link_lost"]

    virtual(main)


def test_pymodbus_keeps_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    root, terminal = logging.getLogger(), logging.StreamHandler(sys.stderr)
    level = root.level
    root.addHandler(terminal)
    root.setLevel(logging.DEBUG)
    try:
        on_the_wire("memory-rtu", lambda reply: b"\x01\x04\x99" * 40)
        on_the_wire("memory-tcp", lambda reply: b"\x00" * 300)
        on_the_wire("memory-tcp", lambda reply: b"")
        on_the_wire("memory-tcp", lambda reply: reply[:6] + b"\x09" + reply[7:])
        logging.getLogger("somebody").warning("the terminal works")
    finally:
        root.removeHandler(terminal)
        root.setLevel(level)
    printed = capfd.readouterr()
    assert "the terminal works" in printed.err
    assert "pymodbus" not in printed.err + printed.out
    assert "transaction" not in printed.err + printed.out
