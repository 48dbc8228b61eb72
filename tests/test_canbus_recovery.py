"""Whatever happened to a bus, once repaired it works; and error confinement is as it should be."""

import pytest
from canbus_help import BIT, NODES, OPEN, Line, frame
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.canbus.confinement import BUS_OFF, NodeState
from simulators.canbus.frame_bits import frame_bits
from simulators.canbus.frame_length import INTERMISSION
from simulators.canbus.node_fault import NodeFault

SEGMENTS = ("S1-S2", "S3-S4", "S6-S7")
resistance = st.sampled_from([0.0, 150.0, 290.0, 1000.0, OPEN])
contact = st.sampled_from([0.5, 30.0, OPEN])

nodes = st.sampled_from(NODES)
wires = st.sampled_from(["high", "low"])
shorts = st.sampled_from(["high_low", "high_ground", "low_ground", "high_battery", "low_battery"])
terminations = st.sampled_from([120.0, 60.0, OPEN])

changes = st.one_of(
    st.tuples(st.just("segments"), st.sampled_from(SEGMENTS), wires, resistance),
    st.tuples(st.just("stubs"), nodes, wires, resistance),
    st.tuples(st.just("stubs"), nodes, st.sampled_from(["swapped", "plugged"]), st.booleans()),
    st.tuples(st.just("insulation"), st.sampled_from(["S2", "obd", "MCU"]), shorts, contact),
    st.tuples(
        st.just("terminators"), st.sampled_from(["VCU", "GW"]), st.just("ohms"), terminations
    ),
    st.tuples(st.just("node"), nodes, st.just("fault"), st.sampled_from(list(NodeFault))),
    st.tuples(st.just("node"), nodes, st.just("powered"), st.booleans()),
)


def _repair(line: Line) -> None:
    wiring = line.bus.wiring
    for pair in (*wiring.segments.values(), *wiring.stubs.values()):
        pair.high = pair.low = 0.0
    for stub in wiring.stubs.values():
        stub.swapped, stub.plugged = False, True
    for place in wiring.insulation.values():
        place.high_low = place.high_ground = place.low_ground = OPEN
        place.high_battery = place.low_battery = OPEN
    for terminator in wiring.terminators.values():
        terminator.ohms = 120.0
    for name in NODES:
        line.node(name).fault = NodeFault.NONE
        line.node(name).powered = True


@settings(max_examples=60)
@given(
    st.lists(st.tuples(changes, st.floats(0.0, 0.05)), min_size=1, max_size=8),
    st.integers(0, 1000),
)
def test_a_repaired_bus_works_whatever_was_wrong_with_it(
    story: list[tuple[tuple[str, str, str, object], float]], seed: int
) -> None:
    line = Line(seed=seed, cyclic=True)
    for (kind, name, attribute, value), seconds in story:
        part = line.node(name) if kind == "node" else getattr(line.bus.wiring, kind)[name]
        setattr(part, attribute, value)
        line.run(seconds)
        for node in line.bus.nodes.values():
            assert node.tec < BUS_OFF or node.bus_off
            assert (node.state is NodeState.BUS_OFF) == node.bus_off
    # What the tester received was whole frames, one after the other.
    idle_at = 0.0
    for message in line.heard:
        bits = len(frame_bits(message.arbitration_id, False, bytes(message.data)).bits)
        assert message.timestamp - bits * BIT >= idle_at - 1e-9
        idle_at = message.timestamp + INTERMISSION * BIT
    _repair(line)
    line.run(2.0)
    errors = line.bus.error_frames
    heard = line.watch(1.0)
    assert {name: heard[name] for name in NODES} == dict.fromkeys(NODES, pytest.approx(198, abs=2))
    assert line.bus.error_frames == errors
    assert all(node.state is NodeState.ERROR_ACTIVE for node in line.bus.nodes.values())


# Bus-off


def test_recovery_waits_for_its_time_and_then_for_recessive_bits() -> None:
    line = Line()
    line.bus.wiring.insulation["S4"].high_low = 0.1
    node = line.node("BMS")
    node.recovery = 0.05
    node.cyclic(0x100, False, 0.01, 0.0, lambda _t: bytes(8))
    while not line.is_off("BMS"):
        line.run(0.0001)
    off = line.t
    line.bus.wiring.insulation["S4"].high_low = OPEN
    line.run(0.05)
    assert line.is_off("BMS")
    while line.is_off("BMS"):
        line.run(0.0001)
    assert line.t - off == pytest.approx(0.05 + 128 * 11 * BIT, abs=0.0003)
    assert (node.tec, node.rec, node.bus_offs) == (0, 0, 1)
    names = [(name, value) for _, name, value in line.notes if name.endswith("BMS")]
    assert names[-2:] == [
        ("can.powertrain.BMS", "bus_off"),
        ("can.powertrain.BMS", "error_active"),
    ]


def test_on_a_busy_bus_recovery_takes_longer() -> None:
    line = Line()
    line.bus.wiring.stubs["BMS"].high = OPEN
    node = line.node("BMS")
    node.recovery = 0.03
    node.cyclic(0x100, False, 0.01, 0.0, lambda _t: bytes(8))
    line.run(0.02)
    assert line.is_off("BMS")
    line.node("GW").fault = NodeFault.BABBLING
    off = next(t for t, name, value in line.notes if value == "bus_off")
    line.run(0.03)
    assert line.is_off("BMS")
    line.run(0.05)
    assert not line.is_off("BMS")
    back = line.notes[-1][0] - off - 0.03
    # About one run of 11 recessive bits behind each of the babbler's frames (some 130 bits).
    assert 100 * 130 * BIT < back < 140 * 140 * BIT


def test_a_node_without_recovery_stays_off_until_it_is_switched_off_and_on() -> None:
    line = Line(cyclic=True)
    node = line.node("BMS")
    node.recovery = None
    line.bus.wiring.stubs["BMS"].low = OPEN
    line.run(0.1)
    line.bus.wiring.stubs["BMS"].low = 0.0
    line.run(10.0)
    assert node.state is NodeState.BUS_OFF
    assert "BMS" not in line.audible()
    node.powered = False
    line.run(0.1)
    node.powered = True
    line.run(0.1)
    assert "BMS" in line.audible()


def test_a_node_that_is_bus_off_neither_hears_nor_acknowledges() -> None:
    line = Line(tester=False)
    line.off_line("OBC", "DCDC", "MCU", "GW")
    line.node("BMS").recovery = None
    got: list[object] = []
    line.node("BMS").subscribe(got.append)
    line.bus.wiring.stubs["BMS"].plugged = False
    line.node("BMS").send(frame(0x10))
    line.run(0.1)
    assert line.node("BMS").bus_off
    line.bus.wiring.stubs["BMS"].plugged = True
    line.node("VCU").send(frame(0x20))
    line.run(0.1)
    assert got == []
    assert line.node("VCU").state is NodeState.ERROR_PASSIVE  # alone now


def test_counters_go_down_again_frame_by_frame() -> None:
    line = Line()
    line.bus.wiring.segments["S1-S2"].high = OPEN
    line.node("VCU").cyclic(0x100, False, 0.01, 0.0, lambda _t: bytes(8))
    line.run(1.0)
    assert line.node("VCU").tec == 128
    line.bus.wiring.segments["S1-S2"].high = 0.0
    line.run(0.5)
    assert line.node("VCU").tec == pytest.approx(128 - 50, abs=2)
    line.run(2.0)
    assert line.node("VCU").tec == 0


def test_power_off_clears_the_counters_and_what_waits() -> None:
    line = Line()
    line.off_line(*(name for name in NODES if name != "VCU"))
    assert line.detach is not None
    line.detach()
    line.node("VCU").send(frame(0x10))
    line.run(0.1)
    assert line.node("VCU").tec == 128
    line.node("VCU").powered = False
    line.run(0.01)
    line.node("VCU").powered = True
    line.node("BMS").powered = True
    got: list[object] = []
    line.node("BMS").subscribe(got.append)
    line.run(0.1)
    assert (line.node("VCU").tec, line.node("VCU").dropped, got) == (0, 1, [])


def test_a_node_keeps_a_bounded_queue() -> None:
    line = Line(tester=False)
    line.off_line(*(name for name in NODES if name != "VCU"))
    for _ in range(1000):
        line.node("VCU").send(frame(0x10))
    line.run(0.1)
    node = line.node("VCU")
    assert node.dropped == 1000 - 256
    line.node("BMS").powered = True
    line.run(1.0)
    assert node.sent == 256
