"""The tester's side of a bus: hub, taps, mirror of a gateway, waveforms, a car under the pump."""

from itertools import pairwise

import can
import pytest
from canbus_help import BIT, NODES, OPEN, Line, frame

from harness.clock import loop_time, run, sleep
from harness.devices.can.memory import Hub
from simulators.canbus.bus import SimulatedBus
from simulators.canbus.confinement import NodeState
from simulators.canbus.frame_bits import frame_bits
from simulators.canbus.layout import linear_layout
from simulators.canbus.waveform import Sample, waveform
from simulators.pump import Pump
from simulators.world import World


def test_a_bus_is_a_hub() -> None:
    line = Line(tester=False)
    hub: Hub = line.bus
    seen: list[can.Message] = []
    got: list[can.Message] = []
    line.node("BMS").subscribe(got.append, [(0x7E0, False)])
    detach = hub.attach(seen.append)
    hub.transmit(frame(0x7E0, b"\x02\x10\x01"))
    line.node("BMS").send(frame(0x7E8, b"\x02\x50\x01"))
    line.run(0.01)
    assert [bytes(message.data) for message in got] == [b"\x02\x10\x01"]
    assert [message.arbitration_id for message in seen] == [0x7E8]  # not its own
    detach()
    detach()
    line.node("BMS").send(frame(0x7E8))
    line.run(0.01)
    assert len(seen) == 1
    assert "tester" not in line.bus.nodes


def test_a_request_goes_out_at_the_moment_of_the_call_although_the_world_is_behind() -> None:
    line = Line()
    got: list[can.Message] = []
    line.node("BMS").subscribe(got.append)
    line.t += 0.5  # nobody has advanced the world yet
    line.bus.transmit(frame(0x7E0))
    line.run(0.01)
    bits = len(frame_bits(0x7E0, False, b"").bits)
    assert got[0].timestamp == pytest.approx(0.501 + bits * BIT, abs=1e-9)


def test_a_unit_that_sends_from_outside_of_the_world_sends_now() -> None:
    line = Line()
    line.t += 0.5  # a control unit's timer of the event loop fires before the pump
    line.node("BMS").send(frame(0x7E8))
    line.run(0.01)
    assert line.heard[0].timestamp > 0.501


def test_a_node_may_send_at_the_moment_it_is_switched_on() -> None:
    line = Line()
    line.off_line("OBC")
    asked: list[can.Message] = []

    def wake(_message: can.Message) -> None:  # a frame on the bus wakes the unit
        line.node("OBC").powered = True
        line.node("OBC").send(frame(0x555))

    line.node("GW").subscribe(wake, [(0x111, False)])
    line.node("GW").subscribe(asked.append, [(0x555, False)])
    line.node("VCU").send(frame(0x111))
    line.run(0.01)
    assert len(asked) == 1


def test_an_answer_from_within_a_callback_follows_the_frame_at_once() -> None:
    line = Line(tester=False)
    seen: list[can.Message] = []

    def answer(message: can.Message) -> None:
        line.bus.transmit(frame(0x7E0, b"\x30"))

    line.bus.attach(answer)
    line.node("GW").subscribe(seen.append)
    line.node("BMS").send(frame(0x7E8))
    line.run(0.01)
    first, second = seen
    bits = len(frame_bits(0x7E0, False, b"\x30").bits)
    assert second.timestamp - first.timestamp == pytest.approx((3 + bits) * BIT, abs=1e-9)


def test_what_the_adapter_cannot_send_is_refused() -> None:
    line = Line(tester=False)
    with pytest.raises(can.CanOperationError, match="not attached"):
        line.bus.transmit(frame(1))
    detach = line.bus.attach(lambda _message: None, listen_only=True)
    with pytest.raises(can.CanOperationError, match="only listens"):
        line.bus.transmit(frame(1))
    line.bus.attach(lambda _message: None)
    line.bus.transmit(frame(1))
    detach()
    line.bus.wiring.insulation["obd"].high_low = 0.1
    line.bus.transmit(frame(1))
    line.run(0.05)
    with pytest.raises(can.CanOperationError, match="bus-off"):
        line.bus.transmit(frame(1))
    line.bus.wiring.insulation["obd"].high_low = OPEN
    line.run(1.0)
    line.bus.transmit(frame(1))


def test_without_anybody_to_acknowledge_the_queue_fills() -> None:
    line = Line()
    line.off_line(*NODES)
    with pytest.raises(can.CanOperationError, match="full"):
        for _ in range(1000):
            line.bus.transmit(frame(1))
    line.run(1.0)
    assert line.node("tester").state is NodeState.ERROR_PASSIVE


def test_an_adapter_acknowledges_unless_it_only_listens() -> None:
    line = Line(tester=False)
    line.off_line(*(name for name in NODES if name != "VCU"))
    line.node("VCU").send(frame(1))
    line.run(0.01)
    assert line.node("VCU").sent == 0
    line.bus.attach(lambda _message: None, listen_only=True)
    line.run(0.01)
    assert line.node("VCU").sent == 0
    line.bus.attach(lambda _message: None)
    line.run(0.01)
    assert line.node("VCU").sent == 1


def test_error_frames_reach_the_tester_as_such() -> None:
    line = Line(tester=False, offset=50.0)
    seen: list[can.Message] = []
    line.bus.attach(seen.append)
    for part in line.bus.wiring.terminators.values():
        part.ohms = OPEN
    line.node("VCU").send(frame(1))
    line.run(0.1)
    assert seen
    assert all(message.is_error_frame for message in seen)
    assert all(50.0 < message.timestamp < 50.2 for message in seen)


def test_taps_hear_each_other() -> None:
    line = Line(tester=False)
    one, other = line.bus.tap(), line.bus.tap()
    heard: dict[str, list[int]] = {"one": [], "other": []}
    one.attach(lambda message: heard["one"].append(message.arbitration_id))
    end = other.attach(lambda message: heard["other"].append(message.arbitration_id))
    one.transmit(frame(0x11))
    other.transmit(frame(0x22))
    line.run(0.01)
    assert heard == {"one": [0x22], "other": [0x11]}
    end()
    one.transmit(frame(0x33))
    line.run(0.01)
    assert heard["other"] == [0x11]


# Waveforms


def _decode(samples: list[Sample], per_bit: int) -> list[int]:
    """The bits that a receiver reads, sampled at three quarters of each."""
    places = range(3 * per_bit // 4, len(samples), per_bit)
    return [0 if samples[at].high - samples[at].low > 0.7 else 1 for at in places]


def test_a_waveform_shows_the_frame_bit_by_bit() -> None:
    bus = Line().bus
    message = frame(0x155, b"\xa5\x00\xff")
    samples = waveform(bus, "obd", "BMS", message, start=2.0, samples_per_bit=16)
    stream = frame_bits(0x155, False, b"\xa5\x00\xff")
    acknowledged = [*stream.bits]
    acknowledged[stream.ack_slot] = 0
    assert _decode(samples, 16) == [1, 1, 1, *acknowledged, 1, 1, 1]
    assert samples[0].t == pytest.approx(2.0 - 3 * BIT)
    steps = [b.t - a.t for a, b in pairwise(samples)]
    assert max(steps) == pytest.approx(BIT / 16, rel=1e-6)
    start_bit = samples[3 * 16 + 12]
    assert (start_bit.high, start_bit.low) == pytest.approx((3.5, 1.5), abs=0.05)
    answer = samples[(3 + stream.ack_slot) * 16 + 12]
    assert answer.high > 4.0  # all receivers drive at once, which a scope does show


def test_a_waveform_without_receivers_has_no_acknowledge() -> None:
    line = Line(tester=False)
    line.off_line(*(name for name in NODES if name != "BMS"))
    samples = waveform(line.bus, "BMS", "BMS", frame(0x155), samples_per_bit=16)
    assert _decode(samples, 16)[3:-3] == list(frame_bits(0x155, False, b"").bits)


def test_a_waveform_rings_without_terminator_and_decays_slowly_without_both() -> None:
    line = Line()

    def overshoot() -> float:
        samples = waveform(line.bus, "obd", "BMS", frame(0x155), samples_per_bit=64)
        return max(sample.high for sample in samples)

    sound = overshoot()
    line.bus.wiring.terminators["GW"].ohms = OPEN
    assert overshoot() > sound + 0.3
    line.bus.wiring.terminators["VCU"].ohms = OPEN
    samples = waveform(line.bus, "obd", "BMS", frame(0x155), samples_per_bit=16)
    assert _decode(samples, 16)[3:-3] != list(frame_bits(0x155, False, b"").bits)


def test_a_waveform_behind_an_open_wire_is_flat() -> None:
    line = Line()
    line.bus.wiring.segments["S3-S4"].high = OPEN
    samples = waveform(line.bus, "GW", "BMS", frame(0x155))
    assert all(abs(sample.high - sample.low) < 0.7 for sample in samples)


def test_a_voltmeter_averages_the_traffic() -> None:
    line = Line(cyclic=True)
    line.run(1.0)
    high, low = line.bus.average_level("obd", "H"), line.bus.average_level("obd", "L")
    assert 2.52 < high < 2.75
    assert 2.25 < low < 2.48


# Under the pump, on the loop


def test_a_car_on_the_virtual_loop_delivers_in_time_and_in_order() -> None:
    stamps: list[tuple[float, float]] = []
    heard: dict[str, int] = {}

    async def drive() -> None:
        await sleep(3.0)
        start = loop_time()
        world = World(1, lambda: loop_time() - start)
        buses = []
        for number in range(4):
            names = ["GW", "obd", *(f"U{number}{unit}" for unit in range(5))]
            bus = SimulatedBus(
                f"bus{number}",
                world.scheduler,
                random=world.random(f"bus{number}"),
                layout=linear_layout(names),
                now=world.now,
                offset=start,
                note=world.trace.note,
            )
            for unit, name in enumerate(name for name in names if name != "obd"):
                node = bus.add_node(name)
                for turn in range(6):
                    node.cyclic(
                        0x100 * number + 0x10 * unit + turn,
                        False,
                        0.02 * (turn + 1),
                        0.001 * unit,
                        lambda t: int(t * 1e6).to_bytes(8, "big"),
                    )
            bus.attach(on_frame)
            buses.append(bus)
        pump = Pump(world)
        pump.start()
        await sleep(2.0)
        for bus in buses:
            heard[bus.name] = bus.frames
            assert bus.error_frames == 0
        await pump.stop()

    def on_frame(message: can.Message) -> None:
        stamps.append((message.timestamp, loop_time()))

    run(drive, virtual=True)
    assert len(stamps) == sum(heard.values()) > 4 * 6 * 200
    assert [stamp for stamp, _ in stamps] == sorted(stamp for stamp, _ in stamps)
    assert all(3.0 < stamp <= now + 1e-9 and now - stamp < 0.005 for stamp, now in stamps)
