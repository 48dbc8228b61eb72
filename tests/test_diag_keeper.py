"""The keeper of a session, and the end of a client."""

import asyncio

import pytest
from diag_help import Desk, at_desk, virtual, within

from harness.clock import loop_time, sleep
from harness.devices.diag.timing import Timing
from harness.errors import (
    BusError,
    DeviceLostError,
)

# The keeper


def test_the_keeper_keeps_a_session_and_lets_requests_pass() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22 2003", "62 2003 41")
        desk.client.keep_session(every=2.0, at_most=100.0)
        for _ in range(10):
            await sleep(1.1)
            assert (await desk.client.read("temperature", within())).value == 25
        assert desk.requests.count("3e80") == 5
        assert desk.client.keeper.sent == 5
        await desk.client.keeper.stop()
        assert not desk.client.keeper.running
        await sleep(100)
        assert desk.client.keeper.sent == 5
        assert desk.outcomes.count("silent") == 5

    at_desk(test)


def test_the_keeper_does_not_speak_while_a_request_is_under_way() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("31", "7F 31 78", (4.0, "71 01 0203"))
        desk.client.keep_session(every=1.5)
        await desk.client.ask(bytes.fromhex("31010203"), within())
        assert desk.requests == ["31010203"]
        await sleep(1.0)
        assert desk.requests == ["31010203", "3e80"]

    at_desk(test)


def test_the_keeper_is_off_by_default_and_bounded() -> None:
    async def test(desk: Desk) -> None:
        await sleep(10)
        assert desk.requests == []
        desk.client.keep_session(every=1.0, at_most=7.5)
        await sleep(60)
        assert desk.requests == ["3e80"] * 8
        assert not desk.client.keeper.running
        desk.client.keep_session(every=1.0)
        desk.client.keep_session(every=5.0)
        await sleep(11)
        assert len(desk.requests) == 10

    at_desk(test)


def test_closing_stops_the_keeper() -> None:
    async def main() -> None:
        desk = Desk()
        desk.client.keep_session(every=1.0)
        await sleep(3.5)
        await desk.client.close()
        await sleep(10)
        assert desk.requests == ["3e80"] * 3
        with pytest.raises(DeviceLostError):
            await desk.client.tester_present(within())
        assert not [task for task in asyncio.all_tasks() if "tester" in task.get_name()]

    virtual(main)


def test_a_refusal_of_the_keeper_does_not_spoil_a_request() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("3E 80", (0.5, "7F 3E 12"))
        desk.server.on("22 2003", (0.6, "62 2003 41"))
        desk.client.conversation.timing = Timing(p2=1.0)
        desk.client.keep_session(every=1.0)
        await sleep(1.2)
        assert (await desk.client.read("temperature", within())).value == 25
        assert desk.exchanges[-1].responses == ["7f3e12", "62200341"]

    at_desk(test)


def test_the_keeper_ends_with_the_endpoint_and_survives_a_bus_that_is_off() -> None:
    async def test(desk: Desk) -> None:
        desk.node.fault = BusError("bus-off")
        desk.client.keep_session(every=1.0)
        await sleep(2.5)
        assert desk.outcomes == ["link_lost"] * 2
        desk.node.fault = None
        await sleep(1)
        assert desk.requests == ["3e80"]
        desk.client.conversation.endpoint.close()
        await sleep(2)
        assert not desk.client.keeper.running

    at_desk(test)


def test_a_client_is_a_context_manager() -> None:
    async def main() -> None:
        desk = Desk()
        desk.server.on("3E 00", "7E 00")
        async with desk.client as client:
            assert client.name == "bms"
            await client.tester_present(within())
        assert desk.node.consumers == 0
        assert loop_time() < 1

    virtual(main)
