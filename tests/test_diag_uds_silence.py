"""UDS units that are silent, ask for patience, refuse, or are asked to be silent."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from diag_help import Answer, Desk, at_desk, real, virtual, within

from harness.clock import loop_time, sleep
from harness.devices.diag.nrc import BUSY, PENDING, nrc_name
from harness.devices.diag.timing import Timing
from harness.errors import (
    BadReplyError,
    NegativeResponseError,
    NoReplyError,
    UsageError,
)

READ = bytes.fromhex("22f190")
GOOD = "62 F190 41 42"


# Silence


@pytest.mark.parametrize("run", [virtual, real])
def test_a_unit_that_never_answers(run: Any) -> None:
    async def test(desk: Desk) -> None:
        began = loop_time()
        with pytest.raises(NoReplyError, match=r"bms: 22 F1 90 \(read data by identifier\): bms"):
            await desk.client.ask(READ, within())
        assert 0.249 < loop_time() - began < (0.251 if run is virtual else 5)
        (exchange,) = desk.exchanges
        assert (exchange.unit, exchange.request, exchange.responses) == ("bms", "22f190", [])
        assert exchange.outcome == "no_reply"
        assert 0.249 < exchange.seconds < (0.251 if run is virtual else 5)
        assert exchange.error

    at_desk(test, run)


def test_a_deadline_shorter_than_p2_counts() -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(NoReplyError):
            await desk.client.ask(READ, within(0.1))
        assert loop_time() == pytest.approx(0.1)
        with pytest.raises(UsageError, match="an empty request"):
            await desk.client.ask(b"", within())

    at_desk(test)


def test_a_busy_conversation_makes_others_wait_until_their_deadline() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("31", (4.0, "71 01 0203"))
        desk.client.conversation.timing = Timing(p2=5.0)
        first = asyncio.create_task(desk.client.ask(bytes.fromhex("31010203"), within()))
        await sleep(0.1)
        with pytest.raises(NoReplyError, match="the time was up before it could be sent"):
            await desk.client.ask(READ, within(1))
        assert (await first)[0] == 0x71

    at_desk(test)


# Patience


def test_response_pending_is_waited_for() -> None:
    async def test(desk: Desk) -> None:
        waits: list[Answer] = [(4.0 * n, b"\x7f\x22\x78") for n in range(5)]
        desk.server.rules["22f190"] = [*waits, (18.0, bytes.fromhex(GOOD))]
        assert (await desk.client.ask(READ, within(60))).hex() == "62f1904142"
        (exchange,) = desk.exchanges
        assert exchange.outcome == "ok"
        assert exchange.responses == ["7f2278"] * 5 + ["62f1904142"]
        assert exchange.seconds == pytest.approx(18, abs=0.1)

    at_desk(test)


@pytest.mark.parametrize(
    ("every", "timing", "deadline", "times"),
    [
        (1.0, Timing(most_pending=7), 1000.0, 7),
        (4.0, Timing(longest_pending=20.0), 1000.0, 6),
        (1.0, Timing(), 10.0, 10),
    ],
    ids=["count", "time", "deadline"],
)
def test_response_pending_for_ever(
    every: float, timing: Timing, deadline: float, times: int
) -> None:
    async def test(desk: Desk) -> None:
        desk.client.conversation.timing = timing
        desk.server.rules["22f190"] = [(every * n, b"\x7f\x22\x78") for n in range(500)]
        what = f"asked for patience {times} times"
        with pytest.raises(NoReplyError, match=what):
            await desk.client.ask(READ, within(deadline))
        assert desk.exchanges[0].outcome == "no_reply"
        assert len(desk.exchanges[0].responses) == times

    at_desk(test)


def test_a_unit_that_falls_silent_after_asking_for_patience() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22", "7F 22 78", (1.0, "7F 22 78"))
        with pytest.raises(NoReplyError, match="asked for patience 2 times"):
            await desk.client.ask(READ, within(100))
        assert loop_time() == pytest.approx(1.0 + 5.2, abs=0.01)

    at_desk(test)


def test_p2_star_of_the_session_counts() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("10 03", "50 03 00 32 00 32")
        desk.server.on("22", "7F 22 78")
        await desk.client.session(3, within())
        began = loop_time()
        with pytest.raises(NoReplyError):
            await desk.client.ask(READ, within(100))
        assert loop_time() - began == pytest.approx(0.5 + 0.2, abs=0.01)

    at_desk(test)


def test_pending_for_another_service_is_a_bad_reply() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22", "7F 31 78")
        with pytest.raises(BadReplyError, match="refuses service 31; expected 22"):
            await desk.client.ask(READ, within())

    at_desk(test)


# Refusals


@pytest.mark.parametrize("code", [code for code in range(256) if code not in (BUSY, PENDING)])
def test_every_refusal_has_its_name(code: int) -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22", f"7F 22 {code:02X}")
        with pytest.raises(NegativeResponseError) as caught:
            await desk.client.ask(READ, within())
        error = caught.value
        assert (error.code, error.service) == (code, 0x22)
        assert f"NRC {code:02X} ({nrc_name(code).en})" in error.detail
        assert nrc_name(code).zh in error.describe("zh")
        assert nrc_name(code).en in error.describe("en")
        (exchange,) = desk.exchanges
        assert (exchange.outcome, exchange.nrc) == ("negative", code)

    at_desk(test)


def test_busy_is_asked_once_more() -> None:
    async def test(desk: Desk) -> None:
        replies = iter(["7f2221", "62f1904142", "7f2221", "7f2221"])
        desk.server.by("22", lambda _: [bytes.fromhex(next(replies))])
        assert (await desk.client.ask(READ, within()))[0] == 0x62
        assert desk.outcomes == ["negative", "ok"]
        assert desk.exchanges[1].at - desk.exchanges[0].at >= 0.1
        with pytest.raises(NegativeResponseError, match="busy, repeat request"):
            await desk.client.ask(READ, within())
        assert len(desk.requests) == 4

    at_desk(test)


def test_busy_is_not_asked_again_when_the_time_is_up() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22", "7F 22 21")
        with pytest.raises(NegativeResponseError):
            await desk.client.ask(READ, within(0.05))
        assert len(desk.requests) == 1

    at_desk(test)


# Silence that was asked for


@pytest.mark.parametrize(
    ("reply", "outcome"), [(None, "silent"), ("7F 3E 12", "negative"), ("7E 00", "ok")]
)
def test_a_suppressed_response(reply: str | None, outcome: str) -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("3E 80", *([] if reply is None else [reply]))
        with suppress(NegativeResponseError):
            await desk.client.tester_present(within(), silent=True)
        assert desk.outcomes == [outcome]
        assert desk.requests == ["3e80"]

    at_desk(test)


def test_a_suppressed_response_that_was_pending_must_come() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("11 81", "7F 11 78", (1.0, "51 01"))
        assert (await desk.client.ask(b"\x11\x81", within())).hex() == "5101"
        desk.server.on("11 83", "7F 11 78")
        with pytest.raises(NoReplyError, match="asked for patience 1 times"):
            await desk.client.ask(b"\x11\x83", within())

    at_desk(test)
