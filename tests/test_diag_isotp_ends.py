"""ISO-TP: closing, requests to everybody, frames that are none of ours, and fuzz."""

import asyncio
from contextlib import suppress

import can
import pytest
from diag_help import (
    SERVER,
    TESTER,
    RawServer,
    ScriptedServer,
    Wire,
    virtual,
    within,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import loop_time, sleep
from harness.devices.diag.isotp import IsoTpEndpoint, broadcast
from harness.devices.diag.link import FunctionalAddress, IsoTpAddress
from harness.errors import (
    BusError,
    DeviceLostError,
    HarnessError,
    UsageError,
)

LONG = bytes(range(1, 101))


# Closing, and requests to everybody


def test_closing_ends_all_waiting() -> None:
    async def main() -> None:
        wire = Wire()
        node = wire.node()
        endpoint = IsoTpEndpoint(node, TESTER)
        receiving = asyncio.create_task(endpoint.receive(within()))
        sending = asyncio.create_task(endpoint.send(LONG, within()))
        await sleep(0.1)
        endpoint.close()
        for task in (receiving, sending):
            with pytest.raises(DeviceLostError):
                await task
        assert node.consumers == 0
        with pytest.raises(DeviceLostError):
            endpoint.post(b"\x22")
        with pytest.raises(DeviceLostError):
            await endpoint.receive(within())

    virtual(main)


def test_a_request_to_everybody_reaches_every_server() -> None:
    async def main() -> None:
        wire = Wire()
        node = wire.node()
        addresses = [IsoTpAddress(0x7E0 + n, 0x7E8 + n) for n in range(4)]
        clients = [IsoTpEndpoint(node, address) for address in addresses]
        servers = [ScriptedServer(wire.node(), a.other_end(0x7DF)) for a in addresses]
        for number, server in enumerate(servers):
            server.on("01 0d", "410d" + f"{number:02x}" * (number * 10 + 1))
        broadcast(node, FunctionalAddress(0x7DF), b"\x01\x0d")
        replies = [await client.receive(within(1)) for client in clients]
        assert [len(reply) for reply in replies] == [3, 13, 23, 33]
        assert all(server.requests == [(b"\x01\x0d", True)] for server in servers)
        # A long request cannot go to everybody, and nobody takes a first frame as one.
        with pytest.raises(UsageError):
            broadcast(node, FunctionalAddress(0x7DF), bytes(8))
        node.send(
            can.Message(arbitration_id=0x7DF, data=bytes(range(16, 24)), is_extended_id=False)
        )
        await sleep(0.1)
        assert "no single frame" in str(servers[0].errors[-1])
        node.fault = can.CanOperationError("bus-off")
        with pytest.raises(BusError):
            broadcast(node, FunctionalAddress(0x7DF), b"\x01\x0d")

    virtual(main)


def test_error_frames_and_remote_frames_are_passed_over() -> None:
    async def main() -> None:
        wire = Wire()
        endpoint = IsoTpEndpoint(wire.node(), TESTER)
        node = wire.node()
        server = RawServer(node, lambda _: [])
        sending = asyncio.create_task(endpoint.request(b"\x22", within(1)))
        await sleep(0.01)
        node.send(can.Message(arbitration_id=0x7E9, is_error_frame=True, is_extended_id=False))
        node.send(can.Message(arbitration_id=0x7E9, is_remote_frame=True, is_extended_id=False))
        server.say("0162")
        assert await sending == b"\x62"

    virtual(main)


def test_a_sender_without_end_does_not_fill_the_memory() -> None:
    async def main() -> None:
        wire = Wire()
        endpoint = IsoTpEndpoint(wire.node(), TESTER)
        server = RawServer(wire.node(), lambda _: [])
        for _ in range(1000):
            server.say("0162")
        await sleep(1)
        assert len(endpoint.waiting()) == 64
        assert len(endpoint.flush()) == 64
        assert endpoint.waiting() == []

    virtual(main)


# Fuzz


FRAME = st.one_of(
    st.binary(max_size=8),
    st.builds(lambda b, rest: bytes([b]) + rest, st.integers(0, 0x35), st.binary(max_size=7)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(FRAME, st.sampled_from([0.0, 0.0, 0.01, 0.4, 1.2])), max_size=25))
def test_random_frames_give_only_our_errors_and_end(frames: list[tuple[bytes, float]]) -> None:
    async def main() -> None:
        wire = Wire()
        endpoint = IsoTpEndpoint(wire.node(), TESTER)
        heard: list[HarnessError] = []
        server_node = wire.node()
        IsoTpEndpoint(server_node, SERVER, on_payload=lambda *_: None, on_error=heard.append)
        noise = wire.node()

        async def make_noise() -> None:
            for data, pause in frames:
                for id in (0x7E9, 0x7E1, 0x7DF):
                    noise.send(can.Message(arbitration_id=id, data=data, is_extended_id=False))
                await sleep(pause)

        noisy = asyncio.create_task(make_noise())
        for payload in (b"\x22\xf1\x90", LONG):
            with suppress(HarnessError):
                await endpoint.request(payload, within(3))
        await noisy
        await sleep(3)
        with suppress(HarnessError):
            await endpoint.request(b"\x22", within(1))
        assert loop_time() < 60
        assert not endpoint.receiving

    virtual(main)
