"""UDS units whose answers are none, or come late; and a bus that is gone."""

import asyncio
from contextlib import suppress

import can
import pytest
from diag_help import Desk, RawServer, at_desk, within

from harness.clock import loop_time, sleep
from harness.devices.diag.timing import Timing
from harness.errors import (
    BadReplyError,
    BusError,
    DeviceLostError,
    HarnessError,
    NoReplyError,
    ReadOnlyError,
    UsageError,
)

READ = bytes.fromhex("22f190")
GOOD = "62 F190 41 42"


# Answers that are none


@pytest.mark.parametrize(
    ("request_", "reply", "what"),
    [
        ("22f190", "63 F190 41", "is no response to it; expected 62 or 7F"),
        ("22f190", "62 F191 41", "answers something else; expected F1 90 repeated"),
        ("22f190", "62 F1", "answers something else"),
        ("22f190", "62", "answers something else"),
        ("22f190", "22 F190", "is the request itself (echo)"),
        ("22f190", "7F 22", "is no negative response; expected 3 bytes"),
        ("22f190", "7F", "is no negative response; expected 3 bytes"),
        ("22f190", "7F 22 31 00", "is no negative response; expected 3 bytes"),
        ("22f190", "7F 2E 31", "refuses service 2E; expected 22"),
        ("1003", "50 01 0032 01F4", "expected 03 repeated"),
        ("1102", "51 01", "expected 02 repeated"),
        ("1902ff", "59 0A 7F", "expected 02 repeated"),
        ("2701", "67 03 1234", "expected 01 repeated"),
        ("2e200411111111", "6E 2003", "expected 20 04 repeated"),
        ("2f201000", "6F 2010 03", "expected 20 10 00 repeated"),
        ("31010203", "71 02 0203", "expected 01 02 03 repeated"),
        ("31010203", "71 01 0204", "expected 01 02 03 repeated"),
        ("3602aa", "76 01", "expected 02 repeated"),
        ("3e00", "7E", "expected 00 repeated"),
        ("8502", "C5 01", "expected 02 repeated"),
        ("010d", "41 0C 00 00", "expected 0D repeated"),
    ],
)
def test_what_is_no_response_to_the_request(request_: str, reply: str, what: str) -> None:
    async def test(desk: Desk) -> None:
        desk.server.on(request_, reply)
        with pytest.raises(BadReplyError) as caught:
            await desk.client.ask(bytes.fromhex(request_), within())
        assert what in caught.value.detail
        assert bytes.fromhex(reply).hex(" ").upper() in caught.value.detail
        assert desk.exchanges[0].outcome == "bad_reply"
        assert desk.exchanges[0].responses == [bytes.fromhex(reply).hex()]
        desk.server.on(request_, f"{int(request_[:2], 16) + 0x40:02x}{request_[2:]}")
        await desk.client.ask(bytes.fromhex(request_), within())

    at_desk(test)


def test_a_broken_transport_is_a_bad_reply_on_record() -> None:
    script = {0: ["101462f190010203"], 3: ["2104050607080900", "2304050607080900"]}

    async def test(desk: Desk) -> None:
        with pytest.raises(BadReplyError, match="out of sequence"):
            await desk.client.ask(READ, within())
        assert desk.outcomes == ["bad_reply"]
        await sleep(1)

    at_desk(test, raw=lambda data: script.get(data[0] >> 4, []))


@pytest.mark.parametrize("reply", ["00cccccccccccccc", "09cccccccccccccc", "1003621122334455"])
def test_a_lying_length_is_a_bad_reply(reply: str) -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(BadReplyError, match="announces"):
            await desk.client.ask(READ, within())

    at_desk(test, raw=lambda data: [reply])


def test_a_value_of_the_wrong_length_names_everything() -> None:
    """A first frame that announces too little cuts the value; the description knows better."""
    script = {0: ["100962f1904c5356"], 3: ["21415530" + "cc" * 4]}

    async def test(desk: Desk) -> None:
        with pytest.raises(HarnessError, match=r"bms F190 \(vin\): 6 bytes .* expected 17"):
            await desk.client.read("vin", within())

    at_desk(test, raw=lambda data: script.get(data[0] >> 4, []))


def test_two_units_that_answer_one_request() -> None:
    async def test(desk: Desk) -> None:
        second = desk.wire.node()
        other = RawServer(second, lambda _: ["0562f1904243"])
        assert other
        desk.wire.delay = None  # both answers are there before the tester looks
        desk.server.on("22", GOOD)
        with pytest.raises(BadReplyError, match="2 responses to one request; expected 1"):
            await desk.client.ask(READ, within())
        assert desk.exchanges[-1].responses == ["62f1904142", "62f1904243"]

    at_desk(test)


def test_the_second_answer_a_moment_later_is_on_record() -> None:
    async def test(desk: Desk) -> None:
        RawServer(desk.wire.node(), lambda _: ["0562f1904243"])
        desk.server.on("22", GOOD)
        desk.server.on("3E 00", "7E 00")
        await desk.client.ask(READ, within())
        await sleep(0.1)
        with suppress(BadReplyError):
            await desk.client.tester_present(within())
        assert desk.outcomes[:2] == ["ok", "stray"]
        assert desk.exchanges[1].responses == ["62f1904243"]

    at_desk(test)


# Late


def test_a_reply_after_the_deadline_is_not_taken_for_the_next_answer() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22 F190", (1.0, GOOD))
        desk.server.on("22 2003", (0.9, "62 2003 41"))
        with pytest.raises(NoReplyError):
            await desk.client.ask(READ, within())
        desk.client.conversation.timing = Timing(p2=2.0)
        assert (await desk.client.read("temperature", within())).value == 25
        assert desk.exchanges[-1].responses == ["62f1904142", "62200341"]

    at_desk(test)


def test_a_late_refusal_of_another_service_is_passed_over_too() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("31", (1.0, "7F 31 22"))
        desk.server.on("22", (1.5, "62 2003 41"))
        with pytest.raises(NoReplyError):
            await desk.client.ask(bytes.fromhex("31010203"), within())
        desk.client.conversation.timing = Timing(p2=2.0)
        assert (await desk.client.read("temperature", within())).value == 25

    at_desk(test)


def test_a_late_reply_while_nobody_asks_is_on_record() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22", (1.0, GOOD))
        with pytest.raises(NoReplyError):
            await desk.client.ask(READ, within())
        await sleep(2)
        await desk.client.close()
        assert desk.outcomes == ["no_reply", "stray"]

    at_desk(test)


def test_the_same_request_waits_for_the_late_reply_first() -> None:
    async def test(desk: Desk) -> None:
        late = iter([0.4, 0.0])
        values = iter([GOOD, "62 F190 99"])
        desk.server.by("22", lambda _: [(next(late), bytes.fromhex(next(values)))])
        with pytest.raises(NoReplyError):
            await desk.client.ask(READ, within())
        assert (await desk.client.ask(READ, within())).hex() == "62f19099"
        assert desk.outcomes == ["no_reply", "stray", "ok"]

    at_desk(test)


def test_the_same_request_is_sent_again_when_no_late_reply_comes() -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(NoReplyError):
            await desk.client.ask(READ, within())
        desk.server.on("22", GOOD)
        assert (await desk.client.ask(READ, within()))[0] == 0x62
        assert loop_time() == pytest.approx(0.5, abs=0.01)
        await desk.client.ask(READ, within())
        assert loop_time() == pytest.approx(0.5, abs=0.01)

    at_desk(test)


def test_a_flood_of_late_replies_ends() -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(NoReplyError):
            await desk.client.ask(READ, within())
        desk.server.by("22", lambda _: [(n / 1000, bytes.fromhex(GOOD)) for n in range(3000)])
        with pytest.raises(NoReplyError, match=r"only responses to earlier requests|no reply"):
            await desk.client.read("temperature", within())
        assert loop_time() < 1

    at_desk(test)


def test_a_cancelled_request_is_on_record_and_its_reply_is_late() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22 F190", (0.1, GOOD))
        desk.server.on("3E 00", (0.2, "7E 00"))
        asking = asyncio.create_task(desk.client.ask(READ, within()))
        await sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await desk.client.tester_present(within())
        assert desk.outcomes == ["cancelled", "ok"]

    at_desk(test)


# The bus


def test_a_bus_that_is_gone_is_told() -> None:
    async def test(desk: Desk) -> None:
        desk.node.fault = can.CanOperationError("bus-off")
        with pytest.raises(BusError, match="bus-off"):
            await desk.client.ask(READ, within())
        assert desk.outcomes == ["link_lost"]
        desk.node.fault = None
        asking = asyncio.create_task(desk.client.ask(READ, within()))
        await sleep(0.01)
        desk.client.conversation.endpoint.close()
        with pytest.raises(DeviceLostError):
            await asking

    at_desk(test)


def test_what_was_never_sent_is_not_on_record() -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(UsageError, match="cannot carry 4096 bytes"):
            await desk.client.ask(bytes(4096), within())
        desk.node.fault = ReadOnlyError("read-only")
        with pytest.raises(ReadOnlyError):
            await desk.client.ask(READ, within())
        assert desk.exchanges == []

    at_desk(test)


def test_a_long_request_that_gets_no_flow_control() -> None:
    async def test(desk: Desk) -> None:
        desk.wire.lose = lambda message: message.data[0] >> 4 == 3
        with pytest.raises(NoReplyError, match="no flow control"):
            await desk.client.ask(bytes.fromhex("2e2004") + bytes(20), within())
        assert desk.outcomes == ["no_reply"]

    at_desk(test)
