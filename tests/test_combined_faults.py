"""Faults on one table: each keeps what it changes, in whatever order they come and go."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from car_help import CarPoint
from hypothesis import given
from hypothesis import strategies as st

from simulators.faults import all_faults
from simulators.overrides import Overrides

KEYS = "abcd"
TABLES = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 3))
SETS = st.frozensets(st.sampled_from(KEYS))
ORDERS = st.lists(st.integers(0, 2), max_size=12)
"""Which of three faults is switched to what it is not, one after the other."""


def _entries(value: Any) -> dict[str, Any]:
    """A table or a set as what it says of every key: None where it has no entry."""
    if isinstance(value, Mapping):
        return {key: value.get(key) for key in KEYS}
    return {key: key in value for key in KEYS}


def _expected(sound: Any, wanted: list[Any]) -> dict[str, Any]:
    """Each key as the latest fault that changes it wants it, else as it was."""
    plain = _entries(sound)
    told = dict(plain)
    for one in map(_entries, wanted):
        told |= {key: value for key, value in one.items() if value != plain[key]}
    return told


def _come_and_go(sound: Any, faults: list[Any], order: list[int]) -> None:
    overrides, part, on = Overrides(), SimpleNamespace(table=sound), dict[int, Any]()
    for number in order:
        if number in on:
            del on[number]
            overrides.drop(str(number), part, "table")
        else:
            on[number] = faults[number]
            overrides.put(str(number), part, "table", faults[number])
        assert _entries(part.table) == _expected(sound, list(on.values()))
        assert overrides.sound(part, "table") is sound
        if len(on) == 1:
            assert part.table == next(iter(on.values()))
    for number in on:
        overrides.drop(str(number), part, "table")
    assert part.table is sound


@given(sound=TABLES, faults=st.lists(TABLES, min_size=3, max_size=3), order=ORDERS)
def test_faults_on_one_mapping(
    sound: dict[str, int], faults: list[dict[str, int]], order: list[int]
) -> None:
    _come_and_go(sound, faults, order)


@given(sound=SETS, faults=st.lists(SETS, min_size=3, max_size=3), order=ORDERS)
def test_faults_on_one_set(
    sound: frozenset[str], faults: list[frozenset[str]], order: list[int]
) -> None:
    _come_and_go(sound, faults, order)


def test_tables_and_sets_inside_a_table_are_combined_too() -> None:
    part = SimpleNamespace(table={})
    overrides = Overrides()
    overrides.put("one", part, "table", {"TBOX": frozenset({"radius"}), "ADCU": {"lka": 0}})
    overrides.put("other", part, "table", {"TBOX": frozenset({"state"}), "ADCU": {"aeb": 0}})
    assert part.table == {"TBOX": {"radius", "state"}, "ADCU": {"lka": 0, "aeb": 0}}


def test_what_is_no_table_is_as_the_latest_wants_it() -> None:
    part = SimpleNamespace(table=(1, 2))
    overrides = Overrides()
    overrides.put("one", part, "table", (3, 2))
    overrides.put("other", part, "table", (1, 4))
    assert part.table == (1, 4)


CAMERA, RADAR = "camera-calibration-hangs", "radar-memory-worn"


@pytest.mark.parametrize("first", [CAMERA, RADAR])
@pytest.mark.parametrize("mended", [CAMERA, RADAR])
def test_a_hanging_camera_and_a_worn_radar_are_both_there(first: str, mended: str) -> None:
    rig = CarPoint().rig
    work, faults = rig.car.workshop, all_faults()
    sound = work.routines, work.refuses_writing
    for name in (first, RADAR if first == CAMERA else CAMERA):
        faults[name].switch(rig, True)
    assert work.routines == {"CAM": "hangs", "RAD": "wrong"}
    assert work.refuses_writing == {"RAD"}
    faults[mended].switch(rig, False)
    assert work.routines == ({"RAD": "wrong"} if mended == CAMERA else {"CAM": "hangs"})
    faults[RADAR if mended == CAMERA else CAMERA].switch(rig, False)
    assert (work.routines, work.refuses_writing) == sound


def test_a_unit_that_forgets_and_another_one_are_both_there() -> None:
    rig = CarPoint().rig
    work, faults = rig.car.workshop, all_faults()
    faults["telematics-forgets-parameters"].switch(rig, True)
    faults["cluster-forgets-presets"].switch(rig, True)
    assert work.forgets_writing == {"TBOX", "ICM"}
    faults["telematics-forgets-parameters"].switch(rig, False)
    assert work.forgets_writing == {"ICM"}
    faults["cluster-forgets-presets"].switch(rig, False)
    assert work.forgets_writing == frozenset()


def test_what_one_fault_changed_does_not_stay_in_the_table_of_the_next() -> None:
    rig = CarPoint().rig
    line, faults = rig.car.line, all_faults()
    sound = dict(line.figures)
    first, second = "figure-parking-brake-slope", "figure-brake-response-hydraulic"
    faults[first].switch(rig, True)
    faults[second].switch(rig, True)
    assert line.figures == {**sound, "slope_held": 0.6, "brake_response": 0.48}
    faults[first].switch(rig, False)
    assert line.figures == {**sound, "brake_response": 0.48}
    faults[second].switch(rig, False)
    assert line.figures == sound


def test_two_things_that_are_not_carried_are_both_missing() -> None:
    rig = CarPoint().rig
    fittings, faults = rig.car.fittings, all_faults()
    carried = fittings.carried
    faults["road-no-triangle"].switch(rig, True)
    faults["road-no-vest"].switch(rig, True)
    assert carried - fittings.carried == {"warning triangle", "reflective vest"}
    faults["road-no-triangle"].switch(rig, False)
    assert carried - fittings.carried == {"reflective vest"}
