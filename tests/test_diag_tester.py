"""Requests to everybody, and discovery."""

import asyncio
from dataclasses import replace

import can
import pytest
from diag_help import SMALL, Car, Wire, in_car, real, virtual, within

from harness.clock import loop_time, sleep
from harness.devices.diag.description import load_diagnostics
from harness.devices.diag.tester import DiagnosticTester
from harness.devices.diag.timing import Timing
from harness.errors import (
    BadReplyError,
    BusError,
    NoReplyError,
    NotAvailableError,
    UnknownNameError,
    UsageError,
)

# Everybody at once


def test_discovery_finds_who_answers() -> None:
    async def test(car: Car) -> None:
        car.on("bms", "3E 00", "7E 00")
        car.on("vcu", "3E 00", (0.05, "7F 3E 7F"))
        car.on("lidar", "3E 00", "7E 00")
        found = {answer.unit: answer for answer in await car.tester.discover(within())}
        assert set(found) == {"bms", "vcu"}  # the 29-bit id of everybody is not described
        assert found["vcu"].nrc == 0x7F
        assert found["bms"].response == b"\x7e\x00"
        assert found["bms"].seconds < found["vcu"].seconds
        assert car.wire.frames(0x7DF) == ["023e00cccccccccc"]
        assert loop_time() == pytest.approx(0.3)
        assert {e.unit: e.functional for e in car.exchanges} == {"bms": True, "vcu": True}

    in_car(test)


def test_a_unit_that_needs_longer_is_waited_for() -> None:
    async def test(car: Car) -> None:
        car.on("bms", "19 02 FF", "7F 19 78", (2.0, "59 02 FF" + "0AA61A2F" * 200))
        car.on("vcu", "19 02 FF", "59 02 FF")
        found = await car.tester.request_all(bytes.fromhex("1902ff"), within(30))
        assert {answer.unit: len(answer.response) for answer in found} == {"bms": 803, "vcu": 3}

    in_car(test)


def test_pending_for_ever_and_bad_answers_are_errors_of_their_unit() -> None:
    async def test(car: Car) -> None:
        car.on("bms", "3E 00", *((float(n), "7F 3E 78") for n in range(100)))
        car.on("vcu", "3E 00", "7F 22 31")
        found = {answer.unit: answer.error for answer in await car.tester.discover(within(20))}
        assert isinstance(found["bms"], NoReplyError)
        assert isinstance(found["vcu"], BadReplyError)
        assert loop_time() == pytest.approx(20, abs=0.1)

    in_car(test)


def test_requests_to_one_wait_for_requests_to_everybody() -> None:
    async def test(car: Car) -> None:
        car.on("bms", "3E 00", (0.2, "7E 00"))
        car.on("bms", "22 2003", "62 2003 41")
        everybody = asyncio.create_task(car.tester.discover(within()))
        await sleep(0.01)
        one = await car.tester.client("bms").read("temperature", within())
        assert one.value == 25
        assert [answer.unit for answer in await everybody] == ["bms"]

    in_car(test)


def test_a_unit_that_is_not_listened_to_may_answer_too() -> None:
    async def test(car: Car) -> None:
        for name in ("bms", "vcu"):
            car.on(name, "3E 00", (0.25, "7E 00"))
        car.on("vcu", "22 F190", (0.2, "62 F190 4C"))
        vcu = car.tester.client("vcu")
        vcu.conversation.timing = Timing(p2=1.0)
        found = await car.tester.request_all(b"\x3e\x00", within(), units=["bms"], window=0.1)
        assert found == []
        # The answer to everybody comes while the next request is under way.
        assert (await vcu.ask(b"\x22\xf1\x90", within())).hex() == "62f1904c"

    in_car(test)


def test_a_busy_unit_holds_up_a_request_to_everybody_until_its_deadline() -> None:
    async def test(car: Car) -> None:
        client = car.tester.client("bms")
        client.conversation.timing = Timing(p2=30.0)
        busy = asyncio.create_task(client.ask(b"\x31\x01\x02\x03", within(20)))
        await sleep(0.1)
        with pytest.raises(NoReplyError, match="the time was up before it could be sent"):
            await car.tester.discover(within(1))
        with pytest.raises(NoReplyError):
            await busy
        # Every lock has been given back.
        assert await car.tester.discover(within(1)) == []

    in_car(test)


def test_what_cannot_be_asked_of_everybody() -> None:
    async def test(car: Car) -> None:
        with pytest.raises(UsageError, match="8 bytes do not fit a single frame"):
            await car.tester.request_all(bytes(8), within())
        with pytest.raises(UsageError, match="no id of requests to everybody fits"):
            await car.tester.request_all(b"\x3e\x00", within(), units=["lidar"])
        with pytest.raises(UnknownNameError, match="control unit within reach"):
            await car.tester.request_all(b"\x3e\x00", within(), units=["bmz"])
        car.node.fault = can.CanOperationError("bus-off")
        with pytest.raises(BusError):
            await car.tester.discover(within())
        car.node.fault = None
        assert await car.tester.discover(within()) == []
        await sleep(1)

    in_car(test)


def test_a_description_without_an_id_for_everybody() -> None:
    async def main() -> None:
        node = Wire().node()
        description = replace(load_diagnostics(SMALL), functional=())
        tester = DiagnosticTester(description, {"powertrain": node})
        with pytest.raises(UsageError, match="small-ev has no id of requests to everybody"):
            await tester.discover(within())
        await tester.close()

    virtual(main)


def test_units_on_a_bus_that_the_bench_does_not_have() -> None:
    async def main() -> None:
        wire = Wire()
        tester = DiagnosticTester(load_diagnostics(SMALL), {"powertrain": wire.node()})
        assert tester.units == ["bms", "vcu"]
        assert tester.client("bms") is tester.client("bms")
        with pytest.raises(NotAvailableError, match="lidar is on bus 'adas'; the bench has powert"):
            tester.client("lidar")
        with pytest.raises(UnknownNameError):
            tester.client("x")
        await tester.close()

    virtual(main)


def test_discovery_in_real_time() -> None:
    async def main() -> None:
        car = Car()
        car.on("bms", "3E 00", "7E 00")
        answers = await car.tester.discover(within())
        assert [answer.unit for answer in answers] == ["bms"]
        await car.tester.close()

    real(main)
