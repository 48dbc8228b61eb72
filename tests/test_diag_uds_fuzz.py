"""The judgement of responses, and any answers that a unit may give."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from diag_help import Desk, at_desk, within
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import loop_time, sleep
from harness.devices.diag.nrc import NAMES
from harness.devices.diag.services import check_response, describe, service_name, signature
from harness.errors import (
    BadReplyError,
    HarnessError,
    NegativeResponseError,
)


def test_names_of_services() -> None:
    assert describe(bytes.fromhex("22f190")) == "22 F1 90 (read data by identifier)"
    assert describe(bytes(20)).startswith("00 00 00 00 00 00 00 00 … (service 00)")
    assert service_name(0xBA).zh == "服务 BA"
    assert signature(bytes.fromhex("3e80")) == b"\x3e\x00"
    assert signature(bytes.fromhex("22f190f18b")) == b"\x22"
    assert len(NAMES) > 50


@given(st.binary(min_size=1, max_size=12), st.binary(min_size=1, max_size=12))
def test_any_response_is_judged(request: bytes, response: bytes) -> None:
    try:
        check_response(response, request, "bms")
    except (BadReplyError, NegativeResponseError):
        return
    assert response[0] == request[0] + 0x40


FRAME = st.builds(
    lambda first, rest: bytes([first]) + rest, st.integers(0, 0x35), st.binary(max_size=7)
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(FRAME, st.sampled_from([0.0, 0.01, 0.3])), max_size=20))
def test_any_frames_give_only_our_errors_and_end(frames: list[tuple[bytes, float]]) -> None:
    left = list(frames)

    def reply(_: bytes) -> list[str]:
        return [left.pop(0)[0].hex() for _ in range(min(3, len(left)))]

    async def test(desk: Desk) -> None:
        for call in (desk.client.dtcs, desk.client.unlock, desk.client.tester_present):
            with suppress(HarnessError):
                await call(within())
            await sleep(frames[0][1] if frames else 0)
        assert loop_time() < 60

    at_desk(test, raw=reply)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=30), max_size=6), st.integers(0, 9))
def test_any_payloads_give_only_our_errors_and_end(payloads: list[bytes], which: int) -> None:
    async def test(desk: Desk) -> None:
        desk.server.rules[""] = list(payloads)
        client = desk.client
        calls: list[Callable[[], Awaitable[Any]]] = [
            lambda: client.read("vin", within()),
            lambda: client.read_many(["pack_voltage", "lamp"], within()),
            lambda: client.dtcs(within()),
            lambda: client.snapshots("P0AA6-1A", within()),
            lambda: client.session(3, within()),
            lambda: client.unlock(within()),
            lambda: client.download(0, bytes(50), within()),
            lambda: client.upload(0, 50, within()),
            lambda: client.reset(4, within()),
            lambda: client.read_each(["vin", "built"], within()),
        ]
        for call in (calls[which], calls[which - 1]):
            with suppress(HarnessError):
                await call()
        assert loop_time() < 60

    at_desk(test)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["62f190", "5902ff", "5904", "6701", "7420", "7601", "5003", "6f2010", "7101"]),
    st.binary(max_size=30),
)
def test_responses_with_a_right_beginning_give_only_our_errors(start: str, rest: bytes) -> None:
    requests = {
        "62": lambda c: c.read("vin", within()),
        "59": lambda c: (
            c.dtcs(within()) if start == "5902ff" else c.snapshots("P0AA6-1A", within())
        ),
        "67": lambda c: c.unlock(within()),
        "74": lambda c: c.request_download(0, 4, within()),
        "76": lambda c: c.transfer(1, within()),
        "50": lambda c: c.session(3, within()),
        "6f": lambda c: c.ask(bytes.fromhex("2f201000"), within()),
        "71": lambda c: c.ask(bytes.fromhex("31010203"), within()),
    }

    async def test(desk: Desk) -> None:
        desk.server.rules[""] = [bytes.fromhex(start) + rest]
        with suppress(HarnessError):
            await requests[start[:2]](desk.client)

    at_desk(test)
