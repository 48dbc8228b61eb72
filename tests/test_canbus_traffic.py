"""Frames on a sound bus: times, arbitration, delivery."""

from collections.abc import Callable
from dataclasses import dataclass

import can
import pytest
from canbus_help import BIT, NODES, Line, frame
from hypothesis import given
from hypothesis import strategies as st

from simulators.canbus.frame import priority
from simulators.canbus.frame_bits import frame_bits
from simulators.canbus.frame_length import INTERMISSION
from simulators.canbus.traffic import SoundTraffic


@dataclass(frozen=True)
class Request:
    """A frame that a node wants to send at a time; `number` makes its data its own."""

    at: float
    node: str
    identifier: int
    extended: bool
    data: bytes

    @property
    def rank(self) -> int:
        return priority(self.identifier, self.extended, False)


@st.composite
def requests(draw: st.DrawFn) -> list[Request]:
    """Up to forty frames within a few milliseconds; each identifier belongs to one node."""
    owned = draw(
        st.lists(
            st.tuples(
                st.booleans().flatmap(
                    lambda extended: st.tuples(
                        st.integers(0, (1 << 29) - 1 if extended else 0x7FF), st.just(extended)
                    )
                ),
                st.sampled_from(NODES),
            ),
            min_size=1,
            max_size=12,
            unique_by=lambda pair: pair[0],
        )
    )
    wanted = draw(
        st.lists(
            st.tuples(st.integers(0, 30), st.integers(0, len(owned) - 1), st.binary(max_size=7)),
            max_size=40,
        )
    )
    found = []
    for number, (at, index, data) in enumerate(wanted):
        (identifier, extended), node = owned[index]
        found.append(Request(at * 1e-4, node, identifier, extended, bytes([number]) + data))
    return found


def _ask(line: Line, request: Request) -> Callable[[], None]:
    message = frame(request.identifier, request.data, extended=request.extended)
    return lambda: line.node(request.node).send(message)


@given(requests(), st.booleans())
def test_frames_never_overlap_and_the_best_identifier_goes_first(
    wanted: list[Request], often: bool
) -> None:
    line = Line()
    start = line.t
    for request in wanted:
        line.scheduler.after(request.at, _ask(line, request))
    for _ in range(100 if often else 1):
        line.run(0.1 / 100 if often else 0.1)
    by_number = {request.data[0]: request for request in wanted}

    # Each is delivered once, to the tester, as it was sent.
    assert sorted(message.data[0] for message in line.heard) == sorted(by_number)
    idle_at = start
    waiting = dict(by_number)
    for message in line.heard:
        request = by_number[message.data[0]]
        assert (message.arbitration_id, message.is_extended_id) == (
            request.identifier, request.extended,
        )  # fmt: skip
        assert bytes(message.data) == request.data
        bits = len(frame_bits(request.identifier, request.extended, request.data).bits)
        begin = message.timestamp - bits * BIT
        # It starts when it was asked for or when the bus is idle, whichever is later: no overlap,
        # no needless gap, and the time on the bus is exactly its bits.
        asked = [start + other.at for other in waiting.values()]
        assert begin == pytest.approx(max(idle_at, min(asked)), abs=1e-9)
        # Nobody with a better identifier was waiting; of one identifier the first asked first.
        for number, other in waiting.items():
            if start + other.at < begin - 1e-9 or other.at == request.at:
                assert (request.rank, request.at, request.data[0]) <= (other.rank, other.at, number)
        idle_at = message.timestamp + INTERMISSION * BIT
        del waiting[message.data[0]]
    assert line.bus.error_frames == 0
    assert line.bus.frames == len(wanted)


def test_two_frames_of_one_moment_compete() -> None:
    line = Line()
    for name, identifier in (("GW", 0x300), ("VCU", 0x100), ("BMS", 0x200)):
        line.scheduler.after(0.001, _ask(line, Request(0.0, name, identifier, False, b"")))
    line.run(0.1)
    assert [message.arbitration_id for message in line.heard] == [0x100, 0x200, 0x300]


def test_standard_beats_extended_of_the_same_beginning() -> None:
    line = Line()
    line.node("VCU").send(frame(0x123 << 18, extended=True))
    line.node("BMS").send(frame(0x123))
    line.node("GW").send(frame(0x122 << 18, extended=True))
    line.run(0.1)
    assert [message.arbitration_id for message in line.heard] == [0x122 << 18, 0x123, 0x123 << 18]


def test_the_sender_does_not_hear_its_own_frame_but_may_be_told() -> None:
    line = Line(tester=False)
    own: list[can.Message] = []
    others: list[can.Message] = []
    told: list[can.Message] = []
    line.node("VCU").subscribe(own.append)
    line.node("BMS").subscribe(others.append)
    stop = line.node("VCU").subscribe_sent(told.append)
    line.node("VCU").send(frame(0x10))
    line.run(0.01)
    assert (len(own), len(others), len(told)) == (0, 1, 1)
    stop()
    stop()
    line.node("VCU").send(frame(0x10))
    line.run(0.01)
    assert (len(others), len(told)) == (2, 1)


def test_subscriptions_by_identifier() -> None:
    line = Line(tester=False)
    some: list[can.Message] = []
    everything: list[can.Message] = []
    stop = line.node("BMS").subscribe(some.append, [(0x10, False), (0x10, False), (0x20, True)])
    line.node("BMS").subscribe(everything.append)
    for identifier, extended in ((0x10, False), (0x10, True), (0x20, True), (0x30, False)):
        line.node("VCU").send(frame(identifier, extended=extended))
    line.run(0.01)
    assert {(m.arbitration_id, m.is_extended_id) for m in some} == {(0x10, False), (0x20, True)}
    assert len(some) == 2
    assert len(everything) == 4
    stop()
    stop()
    line.node("VCU").send(frame(0x10))
    line.run(0.01)
    assert len(some) == 2
    assert len(everything) == 5


def test_remote_frames_have_a_length_and_no_data() -> None:
    line = Line()
    line.node("VCU").send(
        can.Message(arbitration_id=0x55, is_extended_id=False, is_remote_frame=True, dlc=4)
    )
    line.run(0.01)
    (message,) = line.heard
    assert message.is_remote_frame
    assert (message.dlc, bytes(message.data)) == (4, b"")


def test_fd_frames_are_refused() -> None:
    line = Line()
    with pytest.raises(ValueError, match="classical"):
        line.node("VCU").send(can.Message(arbitration_id=1, is_fd=True))
    with pytest.raises(can.CanOperationError, match="classical"):
        line.bus.transmit(can.Message(arbitration_id=1, is_fd=True))


def test_messages_carry_the_time_of_the_loop() -> None:
    line = Line(offset=1000.0)
    line.node("VCU").send(frame(0x10, bytes(8)))
    begin = line.t
    line.run(0.01)
    bits = len(frame_bits(0x10, False, bytes(8)).bits)
    assert line.heard[0].timestamp == pytest.approx(1000.0 + begin + bits * BIT, abs=1e-9)
    assert line.heard[0].channel == "powertrain"


# Cyclic messages


def test_cyclic_messages_keep_their_beat_and_ask_for_data_when_queued() -> None:
    line = Line()
    asked: list[float] = []

    def data(t: float) -> bytes:
        asked.append(t)
        assert line.scheduler.t == t
        return len(asked).to_bytes(8, "big")

    begin = line.t
    line.node("BMS").cyclic(0x200, False, 0.01, 0.003, data)
    for name in NODES[:3]:  # others that get in the way
        line.node(name).cyclic(0x50 + NODES.index(name), False, 0.0011, 0.0, lambda _t: bytes(8))
    line.run(1.0)
    assert asked == [begin + 0.003 + turn * 0.01 for turn in range(100)]
    frames = [message for message in line.heard if message.arbitration_id == 0x200]
    assert [int.from_bytes(message.data, "big") for message in frames] == list(range(1, 101))
    ends = [message.timestamp for message in frames]
    assert all(at < end <= at + 0.003 for at, end in zip(asked, ends, strict=True))


def test_data_is_that_of_the_world_at_that_moment() -> None:
    line = Line()
    world = {"contactor": 0}
    at = line.t + 0.0153

    line.scheduler.after(0.0153, lambda: world.update(contactor=1))
    line.node("BMS").cyclic(0x200, False, 0.001, 0.0, lambda _t: bytes([world["contactor"]]))
    line.run(0.05)  # all in one go
    for index, message in enumerate(line.heard):
        queued = 0.001 + index * 0.001
        assert message.data[0] == (queued >= at)


def test_new_data_replaces_what_still_waits() -> None:
    line = Line()
    line.node("GW").cyclic(0x000, False, 0.0003, 0.0, lambda _t: bytes(8))  # nearly all of the bus
    line.node("VCU").cyclic(0x001, False, 0.00026, 0.0, lambda _t: bytes(8))
    line.node("BMS").cyclic(0x7F0, False, 0.01, 0.0, lambda t: int(t * 1000).to_bytes(8, "big"))
    line.run(1.0)
    node = line.node("BMS")
    assert node.replaced > 50
    assert line.bus.load() == pytest.approx(1.0, abs=0.03)
    for message in line.heard:
        if message.arbitration_id == 0x7F0:
            assert message.timestamp - int.from_bytes(message.data, "big") / 1000 < 0.0112


def test_none_leaves_a_turn_out_and_cancel_ends_it() -> None:
    line = Line()
    message = line.node("BMS").cyclic(
        0x200, False, 0.01, 0.0, lambda t: b"\x01" if int(t * 100) % 2 else None
    )
    line.run(1.0)
    assert len(line.heard) == 50
    message.cancel()
    message.cancel()
    line.run(1.0)
    assert len(line.heard) == 50


def test_a_node_without_supply_rests_and_keeps_its_beat() -> None:
    line = Line()
    asked: list[float] = []

    def data(t: float) -> bytes:
        asked.append(t)
        return b""

    begin = line.t
    line.node("BMS").cyclic(0x200, False, 0.01, 0.002, data)
    line.run(0.0955)
    line.node("BMS").powered = False
    line.run(0.5)
    assert len(asked) == 10
    resting = line.scheduler.next_event()
    assert resting is None or resting > line.t + 0.5
    line.node("BMS").powered = True
    line.run(0.1)
    assert [round((t - begin - 0.002) / 0.01, 6) for t in asked[10:]] == list(range(60, 70))


def test_a_period_is_positive() -> None:
    with pytest.raises(ValueError, match="period"):
        Line().node("BMS").cyclic(0x200, False, 0.0, 0.0, lambda _t: b"")


def test_a_node_that_is_off_drops_what_it_is_to_send() -> None:
    line = Line()
    line.node("BMS").powered = False
    line.run(0.01)
    line.node("BMS").send(frame(0x10))
    line.run(0.01)
    assert line.heard == []
    assert line.node("BMS").dropped == 1


# Load


def test_load_is_the_share_of_time_that_the_bus_is_busy() -> None:
    line = Line()
    line.node("BMS").cyclic(0x200, False, 0.001, 0.0, lambda _t: b"\x55" * 8)
    line.run(2.0)
    bits = len(frame_bits(0x200, False, b"\x55" * 8).bits)
    assert line.bus.load() == pytest.approx(1000 * bits / 500_000, rel=0.01)
    assert line.bus.load(0.1) == pytest.approx(line.bus.load(), rel=0.03)


def test_a_healthy_car_has_no_errors_and_is_played_on_the_quick_path() -> None:
    line = Line(cyclic=True)
    heard = line.watch(1.0)
    assert dict(heard) == dict.fromkeys(NODES, 198)
    assert line.errors == line.bus.error_frames == 0
    for node in line.bus.nodes.values():
        assert (node.tec, node.rec, node.send_errors, node.dropped) == (0, 0, 0, 0)
        assert isinstance(node.traffic, SoundTraffic)
