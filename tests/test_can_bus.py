"""The bus contract, the same for every kind of adapter."""

import asyncio
from collections.abc import Callable

import can
import pytest
from can_help import (
    RIGS,
    MemoryRig,
    Rig,
    SlcanRig,
    content,
    frame,
    live,
    on_rig,
    soon,
    until,
    virtual,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import Clock, Deadline, loop_time, sleep
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.can.memory import find_hub, offer_hub, withdraw_hub
from harness.errors import BusError, ConnectionFailedError, DeviceLostError, ReadOnlyError

each = pytest.mark.parametrize("kind", RIGS)


SOME = [
    frame(0x123, b"\x01\x02\x03"),
    frame(0x123, b"", extended=True),
    frame(0x7FF, bytes(8)),
    frame(0x1FFFFFFF, b"\xff" * 8, extended=True),
    can.Message(arbitration_id=0x200, is_extended_id=False, is_remote_frame=True, dlc=4),
]


@each
def test_frames_arrive_whole_in_order_and_stamped(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        rig.bus.subscribe(got.append)
        before = loop_time()
        for message in SOME * 20:
            rig.put(message)
        await until(lambda: len(got) == 20 * len(SOME))
        assert [content(message) for message in got] == [content(m) for m in SOME * 20]
        stamps = [message.timestamp for message in got]
        assert stamps == sorted(stamps)
        assert before <= stamps[0]
        assert stamps[-1] <= loop_time()
        tallies = rig.bus.tallies()
        assert (tallies.received, tallies.sent) == (100, 0)
        assert tallies.first == rig.bus.record_time(stamps[0])
        assert tallies.last == rig.bus.record_time(stamps[-1])

    on_rig(kind(), main)


@each
def test_what_is_sent_is_heard_by_the_others_only(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        sent: list[can.Message] = []
        rig.bus.subscribe(got.append)
        rig.bus.subscribe_sent(sent.append)
        mine = frame(0x321, b"\x11\x22")
        for message in [mine, *SOME]:
            rig.bus.send(message)
        mine.data[0] = 0xEE  # the caller's object stays the caller's
        await until(lambda: len(rig.heard()) == 6 and len(sent) == 6)
        assert [content(m) for m in rig.heard()] == [
            (0x321, False, False, b"\x11\x22"),
            *(content(m) for m in SOME),
        ]
        assert [content(m) for m in sent] == [content(m) for m in rig.heard()]
        assert not any(message.is_rx for message in sent)
        assert got == []
        tallies = rig.bus.tallies()
        assert (tallies.sent, tallies.received, tallies.refused, tallies.unsent) == (6, 0, 0, 0)

    on_rig(kind(), main)


@each
def test_consumers_get_the_ids_they_asked_for(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        narrow: list[can.Message] = []
        wide: list[can.Message] = []
        everything: list[can.Message] = []
        rig.bus.subscribe(everything.append)
        rig.bus.subscribe(narrow.append, [(0x123, False), (0x7FF, False)])
        stop = rig.bus.subscribe(wide.append, {(0x123, True)})
        for message in SOME:
            rig.put(message)
        await until(lambda: len(everything) == len(SOME))
        assert [m.arbitration_id for m in narrow] == [0x123, 0x7FF]
        assert [m.is_extended_id for m in wide] == [True]
        stop()
        stop()
        rig.put(SOME[1])
        await until(lambda: len(everything) == len(SOME) + 1)
        assert len(wide) == 1

    on_rig(kind(), main)


@each
def test_a_consumer_may_stop_itself(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        everything: list[can.Message] = []

        def once(message: can.Message) -> None:
            got.append(message)
            stop()

        stop = rig.bus.subscribe(once)
        rig.bus.subscribe(everything.append)
        for message in SOME:
            rig.put(message)
        await until(lambda: len(everything) == len(SOME))
        assert len(got) == 1

    on_rig(kind(), main)


@each
def test_read_only_refuses_and_counts_whatever_is_tried(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        rig.bus.subscribe(got.append)
        for _ in range(3):
            with pytest.raises(ReadOnlyError, match=r"test: 0x321 was not sent"):
                rig.bus.send(frame(0x321))
        rig.put(SOME[0])
        await until(lambda: got)
        await sleep(0.05)
        tallies = rig.bus.tallies()
        assert (tallies.refused, tallies.sent, tallies.received) == (3, 0, 1)
        assert rig.heard() == []
        assert rig.bus.listen_only

    on_rig(kind(read_only=True), main)


@each
def test_a_connection_that_only_listens_is_read_only(kind: type[Rig]) -> None:
    async def go() -> None:
        rig = kind()
        connection = await rig.connect()
        silent = connection.model_copy(update={"listen_only": True})
        rig.bus = CanBus("test", silent, clock=Clock(virtual=rig.is_virtual))
        await rig.bus.open(soon())
        with pytest.raises(ReadOnlyError):
            rig.bus.send(frame(1))
        assert rig.bus.tallies().refused == 1
        await rig.bus.close()
        await rig.disconnect()

    (virtual if kind.is_virtual else live)(go)


@each
def test_closing_ends_everything(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        rig.bus.subscribe(got.append)
        states = [rig.bus.is_open]
        started = loop_time()
        await rig.bus.close()
        await rig.bus.close()
        assert loop_time() - started < 3
        states.append(rig.bus.is_open)
        assert states == [True, False]
        with pytest.raises(DeviceLostError, match="the bus is not open"):
            rig.bus.send(frame(1))
        rig.put(SOME[0])
        await sleep(0.1)
        assert got == []
        assert rig.lost == []
        await rig.open()
        rig.put(SOME[0])
        await until(lambda: got)

    on_rig(kind(), main)


@pytest.mark.parametrize("kind", [rig for rig in RIGS if rig.can_die])
def test_a_dead_adapter_is_reported_once_and_soon(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        rig.bus.subscribe(got.append)
        rig.put(SOME[0])
        await until(lambda: got)
        started = loop_time()
        await rig.disconnect()
        await until(lambda: rig.lost, 3)
        assert loop_time() - started < 2
        assert not rig.bus.is_open
        with pytest.raises(DeviceLostError):
            rig.bus.send(frame(1))
        await sleep(0.2)
        (error,) = rig.lost
        assert error.detail.startswith(f"test ({rig.bus.connection.describe()}): ")
        assert rig.bus.lost is error

    on_rig(kind(), main)


@each
def test_a_burst_is_not_lost(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        batches: list[int] = []
        rig.bus.subscribe(got.append)
        rig.bus.subscribe_batches(lambda frames: batches.append(len(frames)))
        for number in range(5000):
            rig.put(frame(number % 2048, number.to_bytes(4, "big")))
            if number % 500 == 0:
                await sleep(0)
        await until(lambda: len(got) >= 5000)
        assert [int.from_bytes(m.data, "big") for m in got] == list(range(5000))
        assert sum(batches) == 5000
        assert rig.bus.tallies().received == 5000

    on_rig(kind(), main)


@pytest.mark.parametrize("kind", [rig for rig in RIGS if rig is not MemoryRig])
def test_fd_frames(kind: type[Rig]) -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        rig.bus.subscribe(got.append)
        long = can.Message(
            arbitration_id=0x18DA30F1, data=bytes(range(64)), is_fd=True, bitrate_switch=True
        )
        rig.put(long)
        rig.bus.send(long)
        await until(lambda: got and rig.heard())
        for message in (got[0], rig.heard()[0]):
            assert bytes(message.data) == bytes(range(64))
            assert message.is_fd
            assert message.bitrate_switch

    on_rig(kind(fd=True), main)


@each
def test_error_frames_are_counted_and_kept_from_consumers(kind: type[Rig]) -> None:
    if kind is SlcanRig:
        kind = MemoryRig  # the slcan protocol has no error frames

    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        batch: list[can.Message] = []
        rig.bus.subscribe(got.append)
        rig.bus.subscribe_batches(batch.extend)
        rig.put(can.Message(is_error_frame=True))
        rig.put(SOME[0])
        await until(lambda: got)
        assert [message.is_error_frame for message in batch] == [True, False]
        assert len(got) == 1
        tallies = rig.bus.tallies()
        assert (tallies.error_frames, tallies.received) == (1, 1)

    on_rig(kind(), main)


# Only in memory


def test_a_bus_that_takes_no_frames_says_so() -> None:
    async def main(rig: Rig) -> None:
        assert isinstance(rig, MemoryRig)
        rig.hub.refuses = True
        with pytest.raises(BusError, match="bus-off"):
            rig.bus.send(frame(0x12))
        tallies = rig.bus.tallies()
        assert (tallies.unsent, tallies.sent) == (1, 0)
        assert rig.bus.unsent_reason.startswith("0x012: memory:")

    on_rig(MemoryRig(), main)


def test_a_failing_consumer_is_not_silence() -> None:
    async def main(rig: Rig) -> None:
        def fail(message: can.Message) -> None:
            raise RuntimeError("broken consumer")

        rig.bus.subscribe(fail)
        rig.put(SOME[0])
        (error,) = rig.lost
        assert "broken consumer" in error.detail

    on_rig(MemoryRig(), main)


def test_hubs_are_found_by_name() -> None:
    async def main() -> None:
        bus = CanBus("b", CanConnection(can="memory", channel="nobody"), clock=Clock(virtual=True))
        with pytest.raises(ConnectionFailedError, match=r"no simulator serves .* none"):
            await bus.open(soon())
        await bus.close()

    virtual(main)
    rig = MemoryRig()

    async def clash(_: Rig) -> None:
        name = rig.name
        offered = find_hub(name)
        with pytest.raises(ValueError, match="already offered"):
            offer_hub(name, offered)
        withdraw_hub("nobody")
        with pytest.raises(ConnectionFailedError, match=f"buses served: {name}"):
            find_hub("nobody")

    on_rig(rig, clash)


def test_listen_only_reaches_the_hub() -> None:
    for read_only in (False, True):

        async def main(rig: Rig, expected: int = read_only) -> None:
            assert isinstance(rig, MemoryRig)
            assert rig.hub.silent == expected
            assert rig.bus.listen_only == bool(expected)

        on_rig(MemoryRig(read_only=read_only), main)


def test_stamps_are_exact_in_virtual_time() -> None:
    async def main(rig: Rig) -> None:
        got: list[can.Message] = []
        rig.bus.subscribe(got.append)
        loop = asyncio.get_running_loop()
        start = loop_time()
        for number in range(100):
            loop.call_at(start + number * 0.01, rig.put, frame(1, bytes([number])))
        await sleep(2)
        assert [m.timestamp - start for m in got] == pytest.approx([n * 0.01 for n in range(100)])
        assert rig.bus.record_time(got[3].timestamp) == pytest.approx(start + 0.03)

    on_rig(MemoryRig(), main)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["send", "put", "close", "open", "subscribe", "stop"]), max_size=25)
)
def test_no_order_of_calls_breaks_the_bus(calls: list[str]) -> None:
    async def main(rig: Rig) -> None:
        stops: list[Callable[[], None]] = []
        sent = received = 0
        got: list[can.Message] = []
        for call in calls:
            if call == "send" and rig.bus.is_open:
                rig.bus.send(frame(1))
                sent += 1
            elif call == "send":
                with pytest.raises(DeviceLostError):
                    rig.bus.send(frame(1))
            elif call == "put":
                received += rig.bus.is_open
                rig.put(frame(2))
            elif call == "close":
                await rig.bus.close()
            elif call == "open":
                await rig.bus.open(Deadline.after(1))
            elif call == "subscribe":
                stops.append(rig.bus.subscribe(got.append, {(2, False)}))
            elif stops:
                stops.pop()()
        tallies = rig.bus.tallies()
        assert (tallies.sent, tallies.received) == (sent, received)
        assert len(rig.heard()) == sent

    on_rig(MemoryRig(), main)
