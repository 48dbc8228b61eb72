"""ISO-TP against partners that are silent, lie, or let us not send."""

import asyncio

import can
import pytest
from diag_help import (
    TESTER,
    RawServer,
    ScriptedServer,
    Wire,
    long_reply,
    pair,
    raw_pair,
    virtual,
    within,
)

from harness.clock import loop_time, sleep
from harness.devices.diag.isotp import IsoTpEndpoint
from harness.devices.diag.transport import IsoTpParameters
from harness.errors import (
    BadReplyError,
    BusError,
    HarnessError,
    NoReplyError,
    ReadOnlyError,
    UsageError,
)

LONG = bytes(range(1, 101))


# Silence and lies


def test_silence_is_no_reply() -> None:
    async def main() -> None:
        endpoint, _ = raw_pair(lambda _: [])
        with pytest.raises(NoReplyError, match=r"bms \(7E1/7E9\): no reply"):
            await endpoint.request(b"\x22\xf1\x90", within(1))
        assert loop_time() == pytest.approx(1)

    virtual(main)


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        ("00cccccccccccccc", "announces 0 bytes"),
        ("0003620102030405", "announces 0 bytes"),
        ("0862010203040506", "announces 8 bytes but has room for 7"),
        ("1005620102030405", "announces 5 bytes"),
        ("100a6201", "a first frame of 4 bytes"),
        ("2101020304050607", "belongs to nothing"),
        ("300000", "flow control that nobody asked for"),
        ("3500000000000000", "status 5"),
        ("9001020304050607", "unknown type 9"),
        ("", "an empty frame"),
    ],
)
def test_a_lying_frame_instead_of_a_reply_is_a_bad_reply(reply: str, what: str) -> None:
    async def main() -> None:
        endpoint, _ = raw_pair(lambda _: [reply])
        with pytest.raises(BadReplyError, match=what) as caught:
            await endpoint.request(b"\x22\xf1\x90", within(1))
        shown = bytes.fromhex(reply).hex(" ").upper()
        assert f"last frames: {shown}" in caught.value.detail

    virtual(main)


def test_a_proper_reply_after_a_lying_frame_counts() -> None:
    async def main() -> None:
        endpoint, _ = raw_pair(lambda _: ["0003620102030405", "0362f190"])
        assert await endpoint.request(b"\x22\xf1\x90", within(1)) == b"\x62\xf1\x90"

    virtual(main)


def test_a_reply_longer_than_announced_is_cut_and_the_rest_spoils_nothing() -> None:
    async def main() -> None:
        script = long_reply("100a62f190010203", "2104050607aaaaaa", "22bbbbbbbbbbbbbb")
        endpoint, _ = raw_pair(script)
        expected = bytes.fromhex("62f19001020304050607")
        assert await endpoint.request(b"\x22\xf1\x90", within(1)) == expected
        await sleep(0.1)
        assert await endpoint.request(b"\x22\xf1\x90", within(1)) == expected

    virtual(main)


def test_a_reply_shorter_than_announced_is_a_bad_reply() -> None:
    async def main() -> None:
        endpoint, _ = raw_pair(long_reply("102062f190010203", "2104050607080900"))
        with pytest.raises(BadReplyError, match="fewer bytes came than its first frame") as caught:
            await endpoint.request(b"\x22\xf1\x90", within(10))
        assert "10 20 62 F1 90 01 02 03" in caught.value.detail
        assert loop_time() == pytest.approx(1.0, abs=0.01)

    virtual(main)


def test_a_reply_that_is_not_complete_by_its_deadline_is_a_bad_reply() -> None:
    async def main() -> None:
        endpoint, _ = raw_pair(long_reply("102062f190010203", "2104050607080900"))
        with pytest.raises(BadReplyError, match="not complete in time"):
            await endpoint.request(b"\x22\xf1\x90", within(0.4))

    virtual(main)


def test_a_wrong_sequence_number_is_a_bad_reply() -> None:
    async def main() -> None:
        script = long_reply("101462f190010203", "2104050607080900", "2304050607080900")
        endpoint, _ = raw_pair(script)
        with pytest.raises(BadReplyError, match="out of sequence: Expecting 0x02, Received 0x03"):
            await endpoint.request(b"\x22\xf1\x90", within(10))

    virtual(main)


@pytest.mark.parametrize("second", ["0162", "101462f190aabbcc"])
def test_two_senders_on_one_id_are_told(second: str) -> None:
    async def main() -> None:
        endpoint, _ = raw_pair(long_reply("101462f190010203", second, "2104050607080900"))
        with pytest.raises(BadReplyError, match="two senders on one id"):
            await endpoint.request(b"\x22\xf1\x90", within(10))
        await sleep(0.2)

    virtual(main)


def test_a_reply_longer_than_we_take_is_refused_on_the_wire() -> None:
    async def main() -> None:
        endpoint, server = raw_pair(
            long_reply("101462f190010203", "2104050607080900"), IsoTpParameters(longest=16)
        )
        with pytest.raises(BadReplyError, match="announces more than we can take"):
            await endpoint.request(b"\x22\xf1\x90", within(1))
        await sleep(0.01)
        assert server.got[1].startswith("32")

    virtual(main)


# Sending that fails


@pytest.mark.parametrize(
    ("flow", "error", "what"),
    [
        ([], NoReplyError, "no flow control"),
        (["320000"], BadReplyError, "no room for the request"),
        (["310000"] * 30, NoReplyError, "asked 11 times in a row to wait"),
        (["350000"], BadReplyError, "no flow control"),
        (["3000"], BadReplyError, "no flow control"),
    ],
    ids=["silence", "overflow", "wait for ever", "bad status", "short"],
)
def test_flow_control_that_does_not_let_us_send(
    flow: list[str], error: type[HarnessError], what: str
) -> None:
    async def main() -> None:
        endpoint, _ = raw_pair(lambda data: flow if data[0] >> 4 == 1 else [])
        with pytest.raises(error, match=what):
            await endpoint.request(LONG, within(100))
        assert loop_time() < 2
        # The endpoint is fit for the next request.
        again, server = raw_pair(lambda data: ["0162"])
        assert await again.request(b"\x22", within(1)) == b"\x62"
        assert server.got

    virtual(main)


def test_waiting_a_few_times_is_allowed() -> None:
    async def main() -> None:
        wire = Wire()
        endpoint = IsoTpEndpoint(wire.node(), TESTER)
        node = wire.node()
        server = RawServer(node, lambda _: [])
        sending = asyncio.create_task(endpoint.send(LONG, within(30)))
        for _ in range(5):
            await sleep(0.8)
            server.say("310000")
        server.say("300000")
        await sending
        assert len(wire.frames(0x7E1)) == 15
        assert loop_time() == pytest.approx(4.0, abs=0.05)

    virtual(main)


def test_waiting_again_and_again_ends_with_the_deadline() -> None:
    async def main() -> None:
        wire = Wire()
        endpoint = IsoTpEndpoint(wire.node(), TESTER, parameters=IsoTpParameters(most_waits=10**6))
        server = RawServer(wire.node(), lambda _: [])
        sending = asyncio.create_task(endpoint.send(LONG, within(20)))
        while not sending.done():
            await sleep(0.5)
            server.say("310000")
        with pytest.raises(NoReplyError, match="the time was up before 100 bytes were sent"):
            await sending
        assert loop_time() == pytest.approx(20, abs=0.6)

    virtual(main)


def test_a_cancelled_send_stops_sending() -> None:
    async def main() -> None:
        wire, endpoint, _ = pair(server=IsoTpParameters(block_size=0, separation=100))
        sending = asyncio.create_task(endpoint.send(LONG, within()))
        await sleep(0.35)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        count = len(wire.frames(0x7E1))
        await sleep(5)
        assert len(wire.frames(0x7E1)) == count < 10

    virtual(main)


@pytest.mark.parametrize(
    ("fault", "error"),
    [(can.CanOperationError("buffer full"), BusError), (ReadOnlyError("no"), ReadOnlyError)],
)
def test_a_bus_that_takes_no_frame(fault: Exception, error: type[HarnessError]) -> None:
    async def main() -> None:
        wire = Wire()
        node = wire.node()
        endpoint = IsoTpEndpoint(node, TESTER, name="bms")
        node.fault = fault
        for payload in (b"\x22", LONG):
            with pytest.raises(error):
                await endpoint.send(payload, within())
        node.fault = None
        ScriptedServer(wire.node()).on("22", "62")
        assert await endpoint.request(b"\x22", within()) == b"\x62"

    virtual(main)


def test_a_bus_that_takes_no_flow_control_fails_the_reply() -> None:
    async def main() -> None:
        wire = Wire()
        node = wire.node()
        endpoint = IsoTpEndpoint(node, TESTER, name="bms")
        RawServer(wire.node(), long_reply("101462f190010203"))
        await endpoint.send(b"\x22", within())
        node.fault = can.CanOperationError("bus-off")
        with pytest.raises(BusError, match="bus-off"):
            await endpoint.receive(within())

    virtual(main)


@pytest.mark.parametrize("length", [0, 4096])
def test_what_cannot_be_carried_is_refused(length: int) -> None:
    async def main() -> None:
        _, endpoint, _ = pair()
        with pytest.raises(UsageError, match=f"cannot carry {length} bytes"):
            await endpoint.send(bytes(length), within())
        with pytest.raises(UsageError):
            endpoint.post(bytes(length))

    virtual(main)


@pytest.mark.parametrize(
    ("fd", "length", "separation"), [(False, 64, 0), (True, 9, 0), (False, 8, 256)]
)
def test_parameters_that_iso_tp_does_not_have(fd: bool, length: int, separation: int) -> None:
    with pytest.raises(UsageError):
        IsoTpParameters(fd=fd, frame_length=length, separation=separation)
