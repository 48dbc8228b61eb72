"""Taking a trunk apart by halves; the wiring diagram; evidence out of recorded readings."""

from collections.abc import Callable
from math import ceil, log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.actions.bus.diagram import CONNECTOR, BusDiagram, diagram_of, load_diagram
from harness.actions.bus.evidence import (
    ERRORS,
    LOAD,
    SILENT,
    UNKNOWN,
    WATCHED,
    along_name,
    evidence_of,
    latest,
    reading_name,
)
from harness.actions.bus.search import TrunkSearch
from harness.data import data_folder
from harness.devices.vehicle.profile import load_vehicle_profile
from harness.errors import FileError
from harness.quantity import Measurement, Quality
from simulators.vehicle.taps import TAPS

WIRING = data_folder("dbc") / "shared-ev.wiring.yaml"


@st.composite
def trunks(draw: st.DrawFn) -> tuple[list[str], str]:
    """A trunk with the connector somewhere, and the place at fault."""
    units = [f"U{number}" for number in range(draw(st.integers(1, 20)))]
    order = [*units]
    order.insert(draw(st.integers(0, len(units))), CONNECTOR)
    return order, draw(st.sampled_from(order))


@given(trunks())
def test_the_fault_is_found_with_the_fewest_disconnections(trunk: tuple[list[str], str]) -> None:
    order, fault = trunk
    search, cuts = TrunkSearch(order), 0
    while search.found is None:
        assert fault in search.candidates
        first, second = search.next_cut()
        assert order.index(second) == order.index(first) + 1
        seen = search.seen()
        assert CONNECTOR in seen
        assert (first in seen) != (second in seen)
        search.tell(sound=fault not in seen)
        cuts += 1
    assert search.found == fault
    assert cuts <= ceil(log2(len(order)))


def test_the_longest_bus_of_the_car_leaves_one_disconnection_for_the_unit() -> None:
    assert max(ceil(log2(len(order))) for order in TAPS.values()) + 1 <= 4


# The diagram

DIAGRAM = BusDiagram(("GW", "obd", "ESC", "IBC", "EPS"), ("GW", "EPS"))


@pytest.mark.parametrize(
    ("silent", "section"),
    [
        (("EPS",), "IBC-EPS"),
        (("IBC", "EPS"), "ESC-IBC"),
        (("ESC", "IBC", "EPS"), "obd-ESC"),
        (("GW",), "GW-obd"),
        (("IBC",), None),
        (("GW", "EPS"), None),
        (("GW", "ESC", "IBC", "EPS"), None),
        ((), None),
    ],
)
def test_where_a_trunk_ends(silent: tuple[str, ...], section: str | None) -> None:
    assert DIAGRAM.section_before(silent) == section


def test_the_shipped_diagram_is_that_of_the_simulated_car() -> None:
    diagrams = diagram_of(load_vehicle_profile("shared-ev"))
    assert {bus: one.order for bus, one in diagrams.items()} == TAPS
    assert all(one.terminators == (one.order[0], one.order[-1]) for one in diagrams.values())
    assert diagrams["chassis"].sections[:2] == ("GW-obd", "obd-ESC")
    assert CONNECTOR not in diagrams["chassis"].units


def test_a_vehicle_without_a_diagram(tmp_path: Path) -> None:
    profile = load_vehicle_profile("shared-ev")
    from dataclasses import replace  # noqa: PLC0415 - only here

    assert diagram_of(replace(profile, id="another-car")) == {}


@pytest.mark.parametrize(
    ("order", "terminators", "word"),
    [
        ("[GW, obd, ESC, ESC]", "[GW]", "every unit once"),
        ("[GW, ESC, IBC]", "[GW]", "diagnostic connector"),
        ("[GW, obd, ESC]", "[EPB]", "not in 'EPB'"),
        ("[GW, obd, ESC]", "[obd]", "not in 'obd'"),
        ("[GW, obd]", "[GW]", "at least 3"),
    ],
)
def test_a_wrong_diagram_is_refused_with_its_place(
    tmp_path: Path, order: str, terminators: str, word: str
) -> None:
    path = tmp_path / "car.wiring.yaml"
    path.write_text(
        "wiring: car\ntitle: {zh: 图, en: Diagram}\nbuses:\n"
        f"  chassis: {{order: {order}, terminators: {terminators}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(FileError, match=word) as caught:
        load_diagram(path)
    assert f"{path}:4:" in str(caught.value)


# Evidence


def _read(name: str, value: object, unit: str | None = None, **more: object) -> Measurement:
    return Measurement(name=name, value=value, unit=unit, **more)  # type: ignore[arg-type]  # a helper of tests


NODES = ("GW", "ESC", "IBC")
READINGS = [
    _read(WATCHED, 8.0, "s"),
    _read(SILENT, ["chassis:IBC", "body:BCM"]),
    _read(UNKNOWN, ["chassis:0x123"]),
    _read(f"{ERRORS}.chassis", 40, "1"),
    _read(f"{LOAD}.chassis", 12.5, "%"),
    _read("bus_off_units", ["chassis:IBC"]),
    _read(reading_name("chassis", "resistance"), 118.2, "Ω"),
    _read(reading_name("chassis", "high_ground"), 9.9, "kΩ"),
    _read(reading_name("chassis", "high_recessive"), 2500.0, "mV"),
    _read(along_name("chassis", "high", "IBC"), 0.3, "Ω"),
    _read(along_name("chassis", "low", "IBC"), 238.0, "Ω"),
    _read(along_name("chassis", "low", "ESC"), 0.2, "Ω"),
    _read(reading_name("body", "resistance"), 60.0, "Ω"),
]


def test_evidence_is_what_is_on_record_of_that_bus() -> None:
    found = evidence_of("chassis", NODES, latest(READINGS))
    assert found.silent == ("IBC",)
    assert found.error_rate == 5.0
    assert found.load == 12.5
    assert found.unknown == ("0x123",)
    assert found.bus_off == ("IBC",)
    assert found.ohms == {"resistance": 118.2, "high_ground": 9900.0}
    assert found.volts == {"high_recessive": 2.5}
    assert found.along == {"IBC": (0.3, 238.0)}
    assert found.alive
    assert not found.dead


def test_nothing_on_record_is_not_the_same_as_nothing_wrong() -> None:
    found = evidence_of("chassis", NODES, {})
    assert found.silent is None
    assert not found.alive
    assert not found.dead
    assert found.error_rate is None
    assert found.pair is None


@pytest.mark.parametrize(
    "bad",
    [
        lambda one: _read(one.name, None, "Ω"),
        lambda one: _read(one.name, 59.0, "Ω", quality=Quality.OUT_OF_CALIBRATION),
    ],
)
def test_readings_that_cannot_be_relied_on_do_not_count(
    bad: Callable[[Measurement], Measurement],
) -> None:
    worse = bad(READINGS[6])
    assert latest([*READINGS, worse])[worse.name] == READINGS[6]
    assert evidence_of("chassis", NODES, latest([worse])).pair is None
