"""The wires as a circuit: what an ohmmeter and an oscilloscope show, sound and defect."""

from itertools import pairwise
from math import inf

import pytest
from canbus_help import NAMES, NODES, OPEN, Line
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UnknownNameError, UsageError
from simulators.canbus.circuit import GROUND, Circuit
from simulators.canbus.layout import Layout, Tap, linear_layout
from simulators.canbus.node_fault import NodeFault
from simulators.canbus.output_stage import LIMIT, driven, pin
from simulators.canbus.wiring import Wiring

resistances = st.floats(0.1, 1e5)


# The solver


@given(resistances, resistances, st.floats(-50, 50))
def test_a_divider(upper: float, lower: float, volts: float) -> None:
    circuit = Circuit()
    circuit.source("in", volts, 0.001)
    circuit.resistor("in", "out", upper)
    circuit.resistor("out", GROUND, lower)
    out = circuit.solve()["out"]
    assert out == pytest.approx(volts * lower / (upper + lower), rel=1e-2, abs=1e-6)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), resistances), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(1, 6), st.floats(-1, 1)), max_size=4),
)
def test_currents_add_up_at_every_junction(
    resistors: list[tuple[int, int, float]], currents: list[tuple[int, float]]
) -> None:
    names = [GROUND, *"abcdef"]
    circuit = Circuit()
    circuit.resistor("a", GROUND, 1.0)
    for one, other, ohms in resistors:
        circuit.resistor(names[one], names[other], ohms)
    for left, right in pairwise("abcdef"):
        circuit.resistor(left, right, 100.0)
    for index, amperes in currents:
        circuit.current(names[index], amperes)
    volts = circuit.solve()
    joints = [(names[a], names[b], ohms) for a, b, ohms in resistors if a != b]
    joints += [("a", GROUND, 1.0)]
    joints += [(a, b, 100.0) for a, b in pairwise("abcdef")]
    for junction in "abcdef":
        fed = sum(amperes for index, amperes in currents if names[index] == junction)
        for a, b, ohms in joints:
            if junction in (a, b):
                other = b if junction == a else a
                fed -= (volts[junction] - volts[other]) / ohms
        assert fed == pytest.approx(0.0, abs=1e-5)  # but for the insulation's 1 Gohm


def test_resistance_in_series_and_in_parallel() -> None:
    circuit = Circuit()
    circuit.resistor("a", "b", 120.0)
    circuit.resistor("a", "b", 120.0)
    circuit.resistor("b", "c", 40.0)
    assert circuit.resistance("a", "c") == pytest.approx(100.0, rel=1e-6)
    assert circuit.resistance("nowhere", "c") == inf


def test_the_output_stages_limit_their_current_and_do_not_conduct_backwards() -> None:
    circuit = Circuit()
    circuit.resistor(pin("X", "H"), GROUND, 1.0)  # H shorted to ground
    circuit.source(pin("X", "L"), 12.0, 1.0)  # L shorted to battery
    volts = driven(circuit, ["X"])
    assert volts[pin("X", "H")] == pytest.approx(LIMIT * 1.0)
    assert volts[pin("X", "L")] == pytest.approx(12.0 - LIMIT * 1.0)
    backwards = Circuit()
    backwards.source(pin("X", "H"), 12.0, 100.0)
    backwards.source(pin("X", "L"), -1.0, 100.0)
    volts = driven(backwards, ["X"])
    assert volts[pin("X", "H")] == pytest.approx(12.0, abs=1e-3)
    assert volts[pin("X", "L")] == pytest.approx(-1.0, abs=1e-3)


# What an ohmmeter shows on the bus without supply


@pytest.fixture
def line() -> Line:
    line = Line()
    line.switch_off()
    return line


def test_a_sound_bus_has_60_ohms_everywhere(line: Line) -> None:
    for place in line.bus.wiring.places:
        assert line.ohms("H", "L", place) == pytest.approx(60.0, rel=0.01)
        for wire in "HL":
            assert line.ohms(wire, "GND", place) > 1000.0  # type: ignore[arg-type]
            assert line.ohms(wire, "VBAT", place) > 1000.0  # type: ignore[arg-type]


def test_the_order_of_the_probes_does_not_matter(line: Line) -> None:
    assert line.ohms("L", "H") == pytest.approx(line.ohms("H", "L"))
    assert line.ohms("GND", "H") == pytest.approx(line.ohms("H", "GND"))


@pytest.mark.parametrize("end", ["VCU", "GW"])
def test_one_terminator_lost_gives_about_120(line: Line, end: str) -> None:
    line.bus.wiring.terminators[end].ohms = OPEN
    assert line.ohms("H", "L") == pytest.approx(120.0, rel=0.03)
    line.bus.wiring.terminators[end].ohms = 120.0
    assert line.ohms("H", "L") == pytest.approx(60.0, rel=0.01)


def test_both_terminators_lost_leaves_the_input_resistances(line: Line) -> None:
    for part in line.bus.wiring.terminators.values():
        part.ohms = OPEN
    assert 2_000 < line.ohms("H", "L") < 20_000


def test_a_third_terminator_or_a_wrong_one_shows(line: Line) -> None:
    line.bus.wiring.terminators["GW"].ohms = 60.0
    assert line.ohms("H", "L") == pytest.approx(40.0, rel=0.02)


@pytest.mark.parametrize("wire", ["high", "low"])
def test_an_open_wire_shows_120_on_both_sides_of_it(line: Line, wire: str) -> None:
    setattr(line.bus.wiring.segments["S3-S4"], wire, OPEN)
    for place in ("obd", "VCU", "OBC", "GW"):
        assert line.ohms("H", "L", place) == pytest.approx(120.0, rel=0.03)


@pytest.mark.parametrize("wire", ["high", "low"])
def test_an_open_stub_shows_only_at_its_connector(line: Line, wire: str) -> None:
    setattr(line.bus.wiring.stubs["BMS"], wire, OPEN)
    assert line.ohms("H", "L") == pytest.approx(60.0, rel=0.01)
    assert line.ohms("H", "L", "BMS") > 5_000


@pytest.mark.parametrize(
    ("part", "points", "others"),
    [
        ("high_low", ("H", "L"), [("H", "GND"), ("L", "VBAT")]),
        ("high_ground", ("H", "GND"), [("H", "VBAT"), ("L", "VBAT")]),
        ("low_ground", ("L", "GND"), [("H", "VBAT"), ("L", "VBAT")]),
        ("high_battery", ("H", "VBAT"), [("H", "GND"), ("L", "GND")]),
        ("low_battery", ("L", "VBAT"), [("H", "GND"), ("L", "GND")]),
    ],
)
def test_a_short_shows_between_its_two_points_and_nowhere_else(
    line: Line, part: str, points: tuple[str, str], others: list[tuple[str, str]]
) -> None:
    setattr(line.bus.wiring.insulation["S4"], part, 0.5)
    resistance = line.bus.wiring.resistance
    assert resistance("obd", *points) == pytest.approx(0.5, abs=0.6)  # type: ignore[arg-type]
    for pair in others:
        assert resistance("obd", *pair) > 1000.0  # type: ignore[arg-type]
    if part != "high_low":
        assert line.ohms("H", "L") == pytest.approx(60.0, rel=0.02)
        # The other wire is 60 ohms further on: which one is shorted can be told.
        other = ("L" if points[0] == "H" else "H", points[1])
        assert resistance("obd", *other) == pytest.approx(60.0, rel=0.03)  # type: ignore[arg-type]
    setattr(line.bus.wiring.insulation["S4"], part, OPEN)
    assert resistance("obd", *points) > 50.0  # type: ignore[arg-type]


def test_the_nearer_a_short_the_lower_the_reading(line: Line) -> None:
    line.bus.wiring.insulation["MCU"].high_low = 0.1
    readings = [line.ohms("H", "L", place) for place in ("VCU", "obd", "OBC", "MCU")]
    assert readings == sorted(readings, reverse=True)


def test_a_corroded_contact_adds_to_the_way(line: Line) -> None:
    line.bus.wiring.segments["S3-S4"].high = 200.0
    assert line.ohms("H", "L") == pytest.approx(1 / (1 / 120 + 1 / 320), rel=0.02)


def test_unplugging_takes_the_terminator_along(line: Line) -> None:
    line.bus.wiring.stubs["GW"].plugged = False
    assert line.ohms("H", "L") == pytest.approx(120.0, rel=0.03)
    line.bus.wiring.stubs["GW"].plugged = True
    line.bus.wiring.stubs["BMS"].plugged = False
    assert line.ohms("H", "L") == pytest.approx(60.0, rel=0.01)


def test_swapped_wires_do_not_show_as_a_resistance(line: Line) -> None:
    line.bus.wiring.stubs["BMS"].swapped = True
    assert line.ohms("H", "L") == pytest.approx(60.0, rel=0.01)


def test_the_meter_is_wrong_on_a_live_bus() -> None:
    line = Line()
    assert line.ohms("H", "VBAT") < 0  # the battery's own voltage drives the meter backwards
    line.node("BMS").fault = NodeFault.STUCK_DOMINANT
    assert line.ohms("H", "L") > 1000  # 2 V of the bus itself


# What an oscilloscope shows


def test_levels_of_a_sound_bus() -> None:
    wiring = Line().bus.wiring
    for place in wiring.places:
        assert wiring.level(place, "H", "recessive") == pytest.approx(2.5, abs=0.05)
        assert wiring.level(place, "L", "recessive") == pytest.approx(2.5, abs=0.05)
        for sender in NODES:
            assert wiring.level(place, "H", "dominant", sender=sender) == pytest.approx(
                3.5, abs=0.1
            )
            assert wiring.level(place, "L", "dominant", sender=sender) == pytest.approx(
                1.5, abs=0.1
            )


def test_levels_without_supply_are_zero() -> None:
    line = Line()
    line.switch_off()
    assert line.bus.wiring.level("obd", "H", "dominant") == pytest.approx(0.0, abs=1e-6)


def test_levels_with_defects() -> None:
    line = Line()
    wiring = line.bus.wiring
    short = wiring.insulation["S4"]

    def shown(state: str) -> tuple[float, float]:
        high, low = (wiring.level("obd", wire, state) for wire in "HL")  # type: ignore[arg-type]
        return high, low

    short.low_ground = 0.1
    assert shown("recessive") == pytest.approx((0.0, 0.0), abs=0.2)
    assert shown("dominant")[0] > 2.5
    short.low_ground = OPEN
    short.low_battery = 0.1
    assert shown("recessive")[0] > 12.0
    assert shown("dominant")[0] - shown("dominant")[1] < 0.5
    short.low_battery = OPEN
    short.high_low = 0.1
    assert shown("dominant") == pytest.approx((2.5, 2.5), abs=0.1)
    short.high_low = OPEN
    wiring.terminators["GW"].ohms = OPEN
    high, low = shown("dominant")
    assert high - low == pytest.approx(2.65, abs=0.1)


def test_swapped_wires_show_at_the_connector() -> None:
    wiring = Line().bus.wiring
    wiring.stubs["BMS"].swapped = True
    high = wiring.level("BMS", "H", "dominant", sender="MCU")
    assert high == pytest.approx(1.5, abs=0.1)
    assert wiring.level("obd", "H", "dominant", sender="MCU") == pytest.approx(3.5, abs=0.1)


def test_a_stuck_transceiver_holds_the_bus_dominant() -> None:
    wiring = Line().bus.wiring
    wiring.transceivers["OBC"].stuck = True
    assert wiring.level("obd", "H", "recessive") == pytest.approx(3.5, abs=0.1)


# Wrong use


def test_names_that_do_not_exist_are_refused() -> None:
    wiring = Line().bus.wiring
    with pytest.raises(UnknownNameError, match="BMS"):
        wiring.resistance("BMZ", "H", "L")
    with pytest.raises(UnknownNameError):
        wiring.level("obd", "H", "dominant", sender="nobody")
    with pytest.raises(AttributeError, match="hihg"):
        setattr(wiring.segments["S1-S2"], "hihg", 3.0)  # noqa: B010 - misspelt on purpose
    with pytest.raises(UnknownNameError):
        wiring.fit("stranger")
    with pytest.raises(UsageError, match="already"):
        wiring.fit("VCU")


def test_layouts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="differ"):
        linear_layout(["obd", "A", "A"])
    with pytest.raises(UsageError, match="terminator"):
        linear_layout(["obd", "A"], terminated=("A", "B"))
    with pytest.raises(UsageError, match="tester"):
        Layout((Tap("A", "S1"),))


def test_a_part_tells_only_of_real_changes() -> None:
    told: list[int] = []
    wiring = Wiring(linear_layout(NAMES), lambda: told.append(1))
    wiring.segments["S1-S2"].high = 0.0
    assert told == []
    wiring.segments["S1-S2"].high = 5.0
    wiring.battery.volts = 14.2
    assert len(told) == 1  # the battery's voltage concerns a bus only through a short
    wiring.insulation["S2"].low_battery = 1.0
    wiring.battery.volts = 12.0
    assert len(told) == 3
    assert not wiring.segments["S1-S2"].sound
