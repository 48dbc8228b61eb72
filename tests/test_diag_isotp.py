"""ISO-TP endpoints on a link: round trips, flow control and time."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from diag_help import (
    SERVER,
    RawServer,
    Wire,
    pair,
    real,
    virtual,
    within,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import loop_time, sleep
from harness.devices.diag.isotp import IsoTpEndpoint
from harness.devices.diag.link import IsoTpAddress
from harness.devices.diag.transport import IsoTpParameters, LoopTimer
from harness.errors import (
    NoReplyError,
)

Both = pytest.mark.parametrize("run", [virtual, real], ids=["virtual", "real"])
Run = Callable[[Callable[[], Awaitable[None]]], None]
LONG = bytes(range(1, 101))


# Round trips


@Both
@pytest.mark.parametrize("delay", [0.0002, None], ids=["wire", "at once"])
def test_a_payload_comes_back(run: Run, delay: float | None) -> None:
    async def main() -> None:
        wire, endpoint, _ = pair(delay=delay, server=IsoTpParameters(block_size=4, separation=1))
        assert await endpoint.request(b"\x22\xf1\x90", within()) == b"\x22\xf1\x90"
        assert await endpoint.request(LONG, within()) == LONG
        assert wire.frames(0x7E1)[0] == "0322f190cccccccc"

    run(main)


@settings(max_examples=120, deadline=None)
@given(
    length=st.one_of(st.integers(1, 70), st.integers(1, 4095)),
    block=st.integers(0, 255),
    separation=st.sampled_from([0, 0, 1, 5, 20, 0x7F, 0xF1, 0xF9]),
    padding=st.sampled_from([0xCC, 0x00, 0xFF, None]),
    least=st.sampled_from([0.0, 0.0005]),
)
def test_any_length_survives_any_flow_control(
    length: int, block: int, separation: int, padding: int | None, least: float
) -> None:
    payload = bytes(i * 7 & 0xFF for i in range(length))

    async def main() -> None:
        ours = IsoTpParameters(
            block_size=block, separation=separation, padding=padding, least_separation=least
        )
        wire, endpoint, echo = pair(server=ours, client=ours)
        assert await endpoint.request(payload, within(600)) == payload
        assert echo.errors == []
        if padding is not None:
            assert {len(message.data) for _, message in wire.log} == {8}

    virtual(main)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 1000), st.sampled_from([8, 12, 24, 64]))
def test_can_fd_frames_carry_any_length(length: int, frame: int) -> None:
    payload = bytes(i & 0xFF for i in range(length))

    async def main() -> None:
        fd = IsoTpParameters(fd=True, bitrate_switch=True, frame_length=frame)
        wire, endpoint, _ = pair(server=fd, client=fd)
        assert await endpoint.request(payload, within(600)) == payload
        assert all(message.is_fd for _, message in wire.log)
        assert max(len(message.data) for _, message in wire.log) <= frame

    virtual(main)


def test_normal_fixed_addresses_have_29_bits() -> None:
    address = IsoTpAddress.normal_fixed(0x30, 0xF1, functional=0x33)
    assert (address.transmit, address.receive) == (0x18DA30F1, 0x18DAF130)
    assert address.functional == 0x18DB3330
    assert str(address) == "18DA30F1/18DAF130"

    async def main() -> None:
        wire, endpoint, _ = pair(address=IsoTpAddress.normal_fixed(0x30, 0xF1))
        assert await endpoint.request(LONG, within()) == LONG
        assert all(message.is_extended_id for _, message in wire.log)

    virtual(main)


def test_the_same_number_with_11_bits_is_another_id() -> None:
    async def main() -> None:
        wire = Wire()
        endpoint = IsoTpEndpoint(wire.node(), IsoTpAddress(0x7E1, 0x7E9, extended=True))
        RawServer(wire.node(), lambda _: ["0162"], SERVER)
        with pytest.raises(NoReplyError):
            await endpoint.request(b"\x22", within(1))

    virtual(main)


def test_payloads_follow_each_other() -> None:
    async def main() -> None:
        _, endpoint, echo = pair()
        for payload in (LONG, b"\x01", LONG[::-1]):
            endpoint.post(payload)
        got = [await endpoint.receive(within()) for _ in range(3)]
        assert got == [LONG, b"\x01", LONG[::-1]]
        assert [request for request, _ in echo.requests] == got

    virtual(main)


# Time


def test_the_separation_that_the_partner_asks_for_is_kept() -> None:
    async def main() -> None:
        wire, endpoint, _ = pair(server=IsoTpParameters(block_size=0, separation=20))
        await endpoint.request(LONG, within())
        times = wire.times(0x7E1)[1:15]
        gaps = [later - sooner for sooner, later in pairwise(times)]
        assert min(gaps) >= 0.02 - 1e-6
        assert max(gaps) <= 0.021

    virtual(main)


def test_the_separation_is_kept_in_real_time() -> None:
    async def main() -> None:
        wire, endpoint, _ = pair(server=IsoTpParameters(block_size=2, separation=5))
        await endpoint.request(LONG[:40], within())
        frames = [
            (at, m) for at, m in wire.log if m.arbitration_id == 0x7E1 and m.data[0] >> 4 == 2
        ]
        gaps = [b[0] - a[0] for a, b in pairwise(frames)]
        assert min(gaps) >= 0.005 - 1e-6

    real(main)


def test_a_separation_of_microseconds() -> None:
    async def main() -> None:
        wire, endpoint, _ = pair(server=IsoTpParameters(block_size=0, separation=0xF5))
        await endpoint.request(LONG, within())
        times = wire.times(0x7E1)[1:15]
        gaps = [later - sooner for sooner, later in pairwise(times)]
        assert min(gaps) >= 0.0005 - 1e-6
        assert max(gaps) <= 0.0006

    virtual(main)


def test_the_block_size_is_kept() -> None:
    async def main() -> None:
        wire, endpoint, _ = pair(server=IsoTpParameters(block_size=3))
        await endpoint.request(LONG, within())
        order = [m.data[0] >> 4 for _, m in wire.log if m.data[0] >> 4 in (2, 3)][:12]
        assert order == [3, 2, 2, 2, 3, 2, 2, 2, 3, 2, 2, 2]

    virtual(main)


def test_our_own_least_separation_counts_where_the_partner_wants_none() -> None:
    async def main() -> None:
        wire, endpoint, _ = pair(client=IsoTpParameters(least_separation=0.003))
        await endpoint.request(LONG, within())
        times = wire.times(0x7E1)[1:9]
        assert min(b - a for a, b in pairwise(times)) >= 0.003 - 1e-6

    virtual(main)


def test_a_timer_of_the_loop() -> None:
    async def main() -> None:
        timer = LoopTimer(5.0)
        assert (timer.due(), timer.elapsed(), timer.is_timed_out()) == (None, 0.0, False)
        await sleep(1)
        timer.start(2.0)
        await sleep(1.5)
        assert timer.elapsed() == pytest.approx(1.5)
        assert (timer.due(), timer.is_timed_out()) == (3.0, False)
        assert timer.remaining() == pytest.approx(0.5)
        await sleep(0.5)
        assert timer.is_timed_out()
        timer.stop()
        assert not timer.is_timed_out()

    virtual(main)


def test_a_payload_that_still_waits_can_be_given_up() -> None:
    async def main() -> None:
        wire, endpoint, _ = pair(server=IsoTpParameters(separation=50))
        first = asyncio.create_task(endpoint.send(LONG, within()))
        await sleep(0.01)
        with pytest.raises(NoReplyError, match="the time was up before 1 bytes were sent"):
            await endpoint.send(b"\x22", within(0.1))
        await first
        await sleep(0.1)
        assert "0122cccccccccccc" not in wire.frames(0x7E1)

    virtual(main)


def test_nothing_is_left_ticking() -> None:
    async def main() -> None:
        _, endpoint, echo = pair()
        await endpoint.request(LONG, within())
        before = loop_time()
        await sleep(1000)
        assert loop_time() == pytest.approx(before + 1000)
        endpoint.close()
        echo.endpoint.close()
        endpoint.close()

    virtual(main)
