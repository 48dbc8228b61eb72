"""Each defect of wires and nodes: who hears whom, who makes errors, and that repair cures it."""

from collections.abc import Callable

import pytest
from canbus_help import NODES, OPEN, Line

from simulators.canbus.confinement import NodeState
from simulators.canbus.disturbed import DisturbedTraffic
from simulators.canbus.node_fault import NodeFault
from simulators.canbus.traffic import SoundTraffic

ALL = set(NODES)
Change = Callable[[Line], object]


def _wires(kind: str, name: str, attribute: str, value: object) -> Change:
    return lambda line: setattr(getattr(line.bus.wiring, kind)[name], attribute, value)


def _fault(name: str, fault: NodeFault) -> Change:
    return lambda line: setattr(line.node(name), "fault", fault)


SHORT = 0.5
# name: (defect, repair, whom the tester still hears)
DEFECTS: dict[str, tuple[Change, Change, set[str]]] = {
    "open H": (
        _wires("segments", "S3-S4", "high", OPEN), _wires("segments", "S3-S4", "high", 0.0),
        {"VCU", "BMS"},
    ),
    "open L": (
        _wires("segments", "S5-S6", "low", OPEN), _wires("segments", "S5-S6", "low", 0.0),
        {"VCU", "BMS", "OBC", "DCDC"},
    ),
    "corroded": (
        _wires("segments", "S3-S4", "high", 1000.0), _wires("segments", "S3-S4", "high", 0.0),
        {"VCU", "BMS"},
    ),
    "stub H open": (
        _wires("stubs", "BMS", "high", OPEN), _wires("stubs", "BMS", "high", 0.0),
        ALL - {"BMS"},
    ),
    "stub L open": (
        _wires("stubs", "BMS", "low", OPEN), _wires("stubs", "BMS", "low", 0.0),
        ALL - {"BMS"},
    ),
    "unplugged": (
        _wires("stubs", "OBC", "plugged", False), _wires("stubs", "OBC", "plugged", True),
        ALL - {"OBC"},
    ),
    "H-L": (
        _wires("insulation", "S4", "high_low", SHORT),
        _wires("insulation", "S4", "high_low", OPEN), set(),
    ),
    "H-GND": (
        _wires("insulation", "S4", "high_ground", SHORT),
        _wires("insulation", "S4", "high_ground", OPEN), set(),
    ),
    "L-GND": (
        _wires("insulation", "S4", "low_ground", SHORT),
        _wires("insulation", "S4", "low_ground", OPEN), ALL,
    ),
    "H-VBAT": (
        _wires("insulation", "S4", "high_battery", SHORT),
        _wires("insulation", "S4", "high_battery", OPEN), ALL,
    ),
    "L-VBAT": (
        _wires("insulation", "S4", "low_battery", SHORT),
        _wires("insulation", "S4", "low_battery", OPEN), set(),
    ),
    "one terminator": (
        _wires("terminators", "GW", "ohms", OPEN), _wires("terminators", "GW", "ohms", 120.0), ALL,
    ),
    "dead": (_fault("MCU", NodeFault.DEAD), _fault("MCU", NodeFault.NONE), ALL - {"MCU"}),
    "silent": (_fault("MCU", NodeFault.SILENT), _fault("MCU", NodeFault.NONE), ALL - {"MCU"}),
    "stuck": (
        _fault("MCU", NodeFault.STUCK_DOMINANT), _fault("MCU", NodeFault.NONE), set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_silences_whom_it_must_and_repair_brings_them_back(name: str) -> None:
    defect, repair, audible = DEFECTS[name]
    line = Line(cyclic=True)
    assert line.audible() == ALL
    defect(line)
    line.run(0.1)
    assert line.audible(2.0) == audible
    repair(line)
    line.run(1.0)
    errors = line.bus.error_frames
    assert line.audible() == ALL
    line.run(1.0)
    assert line.bus.error_frames == errors
    assert all(node.state is NodeState.ERROR_ACTIVE for node in line.bus.nodes.values())


@pytest.mark.parametrize("name", ["H-L", "H-GND", "L-VBAT"])
def test_a_short_that_kills_the_bus_drives_every_sender_to_bus_off(name: str) -> None:
    line = Line(cyclic=True)
    DEFECTS[name][0](line)
    line.run(1.0)
    for sender in NODES:
        node = line.node(sender)
        assert node.bus_offs > 0
        assert node.send_errors >= 32 * node.bus_offs
    assert line.node("tester").state is NodeState.ERROR_ACTIVE  # it has sent nothing


@pytest.mark.parametrize("name", ["L-GND", "H-VBAT"])
def test_some_shorts_leave_the_bus_working(name: str) -> None:
    line = Line(cyclic=True)
    DEFECTS[name][0](line)
    line.run(2.0)
    assert line.bus.error_frames == 0
    assert isinstance(line.node("VCU").traffic, SoundTraffic)


@pytest.mark.parametrize("wire", ["high", "low"])
def test_both_halves_of_a_broken_trunk_go_on_by_themselves(wire: str) -> None:
    line = Line(cyclic=True)
    setattr(line.bus.wiring.segments["S3-S4"], wire, OPEN)
    line.run(0.01)
    before = {name: line.node(name).sent for name in NODES}
    line.run(1.0)
    left, right = {"VCU", "BMS"}, {"OBC", "DCDC", "MCU", "GW"}
    for receiver in NODES:
        for sender in NODES:
            same = {receiver, sender} <= left or {receiver, sender} <= right
            assert line.bus.hears(receiver, sender) == same
    for name in NODES:
        assert line.node(name).sent - before[name] > 150
    assert line.node("GW").traffic is not line.node("VCU").traffic


def test_a_node_alone_on_its_piece_gets_error_passive_and_never_bus_off() -> None:
    line = Line(cyclic=True)
    line.bus.wiring.segments["S1-S2"].high = OPEN
    line.run(60.0)
    node = line.node("VCU")
    assert line.state("VCU") is NodeState.ERROR_PASSIVE
    assert (node.tec, node.bus_offs) == (128, 0)
    assert line.audible() == ALL - {"VCU"}
    line.bus.wiring.segments["S1-S2"].high = 0.0
    line.run(0.2)
    assert line.state("VCU") is NodeState.ERROR_ACTIVE
    assert node.send_errors > 60 * 1000  # it went on trying


def test_a_node_alone_that_only_a_listener_hears_repeats_its_frame() -> None:
    line = Line(tester=False)
    line.off_line(*(name for name in NODES if name != "VCU"))
    heard: list[object] = []
    line.bus.attach(heard.append, listen_only=True)
    line.node("VCU").cyclic(0x100, False, 0.1, 0.0, lambda _t: bytes(8))
    line.run(0.3)
    node = line.node("VCU")
    assert line.state("VCU") is NodeState.ERROR_PASSIVE
    assert (node.tec, node.bus_offs) == (128, 0)
    frames = [m for m in heard if not m.is_error_frame]  # type: ignore[attr-defined]
    assert len(frames) > 500  # error-passive: the listener sees nothing wrong with it
    assert len(heard) - len(frames) == 16  # while it was error-active
    assert node.sent == 0
    assert node.traffic is not None
    assert node.traffic.backlog(node) <= 1
    line.bus.attach(heard.append)  # somebody who acknowledges
    line.run(0.3)
    assert node.sent in (3, 4)
    assert line.state("VCU") is NodeState.ERROR_ACTIVE


def test_a_mute_node_still_hears() -> None:
    line = Line(cyclic=True)
    line.bus.wiring.stubs["BMS"].low = OPEN
    got: list[object] = []
    line.node("BMS").recovery = None
    line.node("BMS").subscribe(got.append)
    assert line.bus.hears("BMS", "GW")
    assert not line.bus.hears("GW", "BMS")
    line.run(1.0)
    assert len(got) > 0
    assert line.node("BMS").bus_offs == 1


def test_without_terminators_the_wires_discharge_too_slowly() -> None:
    line = Line(cyclic=True)
    for part in line.bus.wiring.terminators.values():
        part.ohms = OPEN
    line.run(0.1)
    assert line.audible(1.0) == set()
    assert line.errors > 500
    assert all(line.node(name).bus_offs > 0 for name in NODES)
    assert line.node("tester").state is NodeState.ERROR_PASSIVE
    for part in line.bus.wiring.terminators.values():
        part.ohms = 120.0
    line.run(1.0)
    assert line.audible() == ALL


def test_one_terminator_lost_makes_an_error_frame_now_and_then() -> None:
    line = Line(cyclic=True)
    line.bus.wiring.terminators["GW"].ohms = OPEN
    heard = line.watch(20.0)
    assert 5 <= line.errors <= 80
    assert all(count == pytest.approx(20 * 198, abs=3) for count in heard.values())
    assert all(line.node(name).bus_offs == 0 for name in NODES)


def test_a_bad_contact_makes_errors_before_it_makes_silence() -> None:
    counts = []
    for ohms in (0.0, 100.0, 280.0, 2000.0):
        line = Line(cyclic=True)
        line.bus.wiring.segments["S3-S4"].high = ohms
        line.run(2.0)
        counts.append(line.bus.error_frames)
    assert counts[0] == 0
    assert counts[1] < 10
    assert counts[2] > 50
    assert counts[3] < counts[2]  # the halves no longer hear each other at all


def test_swapped_wires_isolate_a_node_and_disturb_the_others() -> None:
    line = Line(cyclic=True)
    line.bus.wiring.stubs["BMS"].swapped = True
    line.run(0.001)
    for name in set(NODES) - {"BMS"}:
        assert not line.bus.hears(name, "BMS")
        assert not line.bus.hears("BMS", name)
    heard = line.watch(2.0)
    assert "BMS" not in heard
    assert line.errors > 50
    assert line.node("BMS").bus_offs > 0
    assert heard["VCU"] > 300  # while it is bus-off the others get through
    line.node("BMS").recovery = None  # and if it stays off, undisturbed
    line.run(1.0)
    errors = line.bus.error_frames
    assert line.audible() == ALL - {"BMS"}
    assert line.bus.error_frames == errors


def test_unplugging_a_swapped_node_ends_the_disturbance() -> None:
    line = Line(cyclic=True)
    line.bus.wiring.stubs["BMS"].swapped = True
    line.run(0.5)
    line.bus.wiring.stubs["BMS"].plugged = False
    line.run(1.0)
    errors = line.bus.error_frames
    assert line.audible(2.0) == ALL - {"BMS"}
    assert line.bus.error_frames == errors


def test_a_stuck_node_holds_everybody_off_until_it_is_unplugged() -> None:
    line = Line(cyclic=True)
    line.node("MCU").fault = NodeFault.STUCK_DOMINANT
    line.run(0.5)
    assert line.audible(1.0) == set()
    assert line.bus.load() == 0.0
    states = [node.state for node in line.bus.nodes.values()]
    assert NodeState.ERROR_ACTIVE not in states
    line.bus.wiring.stubs["BMS"].plugged = False
    line.run(0.5)
    assert line.audible() == set()
    line.bus.wiring.stubs["MCU"].plugged = False
    line.run(0.5)
    assert line.audible() == ALL - {"MCU", "BMS"}


def test_who_was_sending_when_a_node_got_stuck_is_bus_off() -> None:
    line = Line()
    line.node("VCU").cyclic(0x100, False, 0.1, 0.0, lambda _t: bytes(8))
    line.run(0.0001)  # in the middle of its frame
    line.node("MCU").fault = NodeFault.STUCK_DOMINANT
    line.run(0.01)
    assert line.node("VCU").state is NodeState.BUS_OFF
    assert line.node("BMS").state is NodeState.ERROR_PASSIVE
    line.run(5.0)
    assert line.node("VCU").bus_offs == 1  # it never sees 128 x 11 recessive bits


def test_a_babbling_node_leaves_no_room() -> None:
    line = Line(cyclic=True)
    line.node("OBC").fault = NodeFault.BABBLING
    line.run(0.01)
    line.heard.clear()
    line.run(1.0)
    assert {message.arbitration_id for message in line.heard} == {0x000}
    assert line.bus.load() > 0.97
    assert line.node("GW").replaced > 100
    line.bus.wiring.stubs["OBC"].plugged = False
    line.run(0.1)
    assert line.audible() == ALL - {"OBC"}


def test_a_bad_oscillator_makes_errors_in_frames_of_one_node_only() -> None:
    line = Line(cyclic=True)
    line.node("DCDC").fault = NodeFault.BAD_OSCILLATOR
    line.run(3.0)
    assert line.node("DCDC").send_errors > 50
    assert all(line.node(name).send_errors == 0 for name in ALL - {"DCDC"})
    assert all(line.node(name).receive_errors > 50 for name in ALL - {"DCDC"})
    assert line.node("DCDC").bus_offs > 0


def test_a_dead_node_is_missed_by_nobody_but_listeners() -> None:
    line = Line(cyclic=True)
    line.node("MCU").fault = NodeFault.DEAD
    line.run(0.01)
    assert line.audible() == ALL - {"MCU"}
    assert line.bus.error_frames == 0
    assert isinstance(line.node("VCU").traffic, SoundTraffic)


def test_two_nodes_with_one_identifier_destroy_each_other() -> None:
    line = Line()
    for name in ("VCU", "GW"):
        line.node(name).cyclic(
            0x123,
            False,
            0.01,
            0.0,
            lambda _t, name=name: name.encode(),  # type: ignore[misc]
        )
    line.node("BMS").cyclic(0x456, False, 0.01, 0.0, lambda _t: b"")
    line.run(1.0)
    assert line.node("VCU").bus_offs > 0
    assert line.node("GW").bus_offs > 0
    assert line.errors > 32
    assert sum(message.arbitration_id == 0x456 for message in line.heard) == 100


def test_one_identifier_of_two_nodes_at_different_times_is_no_error() -> None:
    line = Line()
    line.node("VCU").cyclic(0x123, False, 0.01, 0.000, lambda _t: b"\x01")
    line.node("GW").cyclic(0x123, False, 0.01, 0.005, lambda _t: b"\x02")
    line.run(1.0)
    assert len(line.heard) == 200
    assert line.errors == 0


def test_an_error_in_the_middle_of_a_frame_does_not_lose_it() -> None:
    line = Line()
    line.bus.wiring.terminators["GW"].ohms = OPEN
    line.node("VCU").cyclic(0x100, False, 0.01, 0.0, lambda t: int(t * 100).to_bytes(8, "big"))
    line.run(300.0)
    assert line.errors > 3
    turns = [int.from_bytes(message.data, "big") for message in line.heard]
    assert len(turns) == pytest.approx(30_000, abs=1)
    assert turns == sorted(turns)


def test_the_same_seed_gives_the_same_bus() -> None:
    def story(seed: int) -> list[tuple[float, int]]:
        line = Line(seed=seed, cyclic=True)
        line.bus.wiring.segments["S3-S4"].high = 290.0
        line.run(1.0)
        return [(message.timestamp, message.arbitration_id) for message in line.heard]

    assert story(7) == story(7)
    assert story(7) != story(8)


def test_on_a_faulty_bus_frames_still_come_in_order_and_whole() -> None:
    line = Line(cyclic=True)
    line.bus.wiring.terminators["GW"].ohms = OPEN
    line.watch(5.0)
    assert isinstance(line.node("VCU").traffic, DisturbedTraffic)
    ends = [message.timestamp for message in line.heard]
    assert ends == sorted(ends)
