"""The rules that name a bus fault: every kind by its signs, and no name against contradictions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.actions.bus.diagram import BusDiagram
from harness.actions.bus.evidence import BusEvidence
from harness.actions.bus.kinds import TITLES, Diagnosis, Kind, parse_diagnosis
from harness.actions.bus.objections import objections
from harness.actions.bus.rules import diagnose, diagnose_all, suspected, suspicion
from harness.actions.bus.signs import signs_of

NODES = ("GW", "ESC", "IBC", "EPS", "EPB")
DIAGRAM = BusDiagram(("GW", "obd", "ESC", "IBC", "EPS", "EPB"), ("GW", "EPB"))
FREE = {"high_ground": 10e3, "low_ground": 10e3, "high_battery": 20e3, "low_battery": 20e3}
SOUND = BusEvidence(
    "chassis",
    NODES,
    silent=(),
    error_rate=0.0,
    load=10.0,
    ohms={"resistance": 59.8, **FREE},
    volts={
        "high_recessive": 2.5, "low_recessive": 2.5, "high_dominant": 3.5, "low_dominant": 1.5
    },
)  # fmt: skip
SILENCE: dict[str, Any] = {"silent": NODES, "load": 0.0}


def evidence(
    *,
    ohms: Mapping[str, float] | None = None,
    volts: Mapping[str, float] | None = None,
    **more: Any,
) -> BusEvidence:
    """A sound bus but for what is given."""
    return replace(
        SOUND,
        ohms={**SOUND.ohms, **(ohms or {})},
        volts={**SOUND.volts, **(volts or {})},
        **more,
    )


def levels(high: float, low: float) -> dict[str, float]:
    return {"high_recessive": high, "low_recessive": low}


TYPICAL: dict[Kind, tuple[BusEvidence, str]] = {
    Kind.NONE: (SOUND, ""),
    Kind.OPEN_HIGH: (
        evidence(silent=("EPS", "EPB"), ohms={"resistance": 118.9}, along={"EPS": (238.3, 0.3)}),
        "IBC-EPS",
    ),
    Kind.OPEN_LOW: (evidence(silent=("IBC",), along={"IBC": (0.2, 29e3)}), "IBC"),
    Kind.OPEN_PAIR: (evidence(silent=("IBC",), along={"IBC": (70e3, 70e3)}), "IBC"),
    Kind.SHORT_HIGH_LOW: (evidence(**SILENCE, ohms={"resistance": 0.9}), ""),
    Kind.HIGH_TO_GROUND: (
        evidence(
            **SILENCE, ohms={"high_ground": 0.7, "low_ground": 60.1}, volts=levels(0.0, 0.05)
        ),
        "",
    ),
    Kind.LOW_TO_GROUND: (
        evidence(ohms={"high_ground": 60.1, "low_ground": 0.7}, volts=levels(0.05, 0.0)), ""
    ),
    Kind.HIGH_TO_BATTERY: (
        evidence(ohms={"high_battery": 0.7, "low_battery": 60.2}, volts=levels(12.6, 12.4)), ""
    ),
    Kind.LOW_TO_BATTERY: (
        evidence(
            **SILENCE, ohms={"high_battery": 60.2, "low_battery": 0.7}, volts=levels(12.4, 12.6)
        ),
        "",
    ),
    Kind.TERMINATOR_LOST: (evidence(error_rate=0.4, ohms={"resistance": 118.1}), ""),
    Kind.SWAPPED_WIRES: (
        evidence(silent=("IBC",), error_rate=90.0, along={"IBC": (59.8, 59.8)}), "IBC"
    ),
    Kind.NODE_DEAD: (evidence(silent=("IBC",), along={"IBC": (0.2, 0.2)}), "IBC"),
    Kind.NODE_STUCK_DOMINANT: (evidence(**SILENCE, volts=levels(3.49, 1.51)), ""),
    Kind.NODE_BABBLING: (evidence(silent=NODES, load=97.0, unknown=("0x000",)), ""),
    Kind.NODE_DISTURBING: (evidence(error_rate=15.0, bus_off=("IBC",)), "IBC"),
}  # fmt: skip
"""What a bus with each fault shows, and the place that follows from that already."""


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.UNKNOWN])
def test_every_kind_is_named_by_its_signs(kind: Kind) -> None:
    found, place = TYPICAL[kind]
    diagnosis = diagnose(found, DIAGRAM)
    assert (diagnosis.kind, diagnosis.place) == (kind, place), diagnosis.reasons
    assert diagnosis.bus == "chassis"
    assert bool(diagnosis.reasons) == (kind is not Kind.NONE)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_words(kind: Kind) -> None:
    assert TITLES[kind].zh
    assert TITLES[kind].en


@pytest.mark.parametrize(
    "kind",
    [Kind.LOW_TO_GROUND, Kind.HIGH_TO_GROUND, Kind.HIGH_TO_BATTERY, Kind.LOW_TO_BATTERY],
)
def test_a_short_to_supply_shows_in_levels_and_traffic_alone(kind: Kind) -> None:
    """Where only levels were taken, the traffic tells which of the two wires it is."""
    found, _ = TYPICAL[kind]
    assert diagnose(replace(found, ohms={"resistance": 59.8}), DIAGRAM).kind is kind


def test_a_dead_unit_at_the_end_may_have_its_terminator_with_it() -> None:
    taken_out = evidence(silent=("EPB",), ohms={"resistance": 119.0}, along={"EPB": (0.4, 0.4)})
    diagnosis = diagnose(taken_out, DIAGRAM)
    assert (diagnosis.kind, diagnosis.place) == (Kind.NODE_DEAD, "EPB")


def test_open_at_the_connector_itself_hears_nobody() -> None:
    found = evidence(**SILENCE, ohms={"resistance": 30e3}, along={"ESC": (30e3, 0.2)})
    assert diagnose(found, DIAGRAM).kind is Kind.OPEN_HIGH


@pytest.mark.parametrize(("high", "low"), [(3.49, 1.51), (3.83, 1.17), (4.0, 1.0), (4.2, 0.7)])
def test_several_stuck_units_pull_the_wires_further_apart(high: float, low: float) -> None:
    found = evidence(**SILENCE, volts=levels(high, low))
    assert diagnose(found, DIAGRAM).kind is Kind.NODE_STUCK_DOMINANT


def test_without_a_diagram_the_place_is_the_unit_that_was_traced() -> None:
    found, _ = TYPICAL[Kind.OPEN_HIGH]
    assert diagnose(found).place == "EPS"


# Contradictions

CONTRADICTIONS: dict[str, BusEvidence] = {
    "shorted wires carry no frames": evidence(ohms={"resistance": 0.9}),
    "H at ground carries no frames": evidence(
        ohms={"high_ground": 0.7, "low_ground": 60.0}, volts=levels(0.0, 0.0)
    ),
    "L at battery carries no frames": evidence(
        ohms={"low_battery": 0.7, "high_battery": 60.0}, volts=levels(12.4, 12.6)
    ),
    "L at ground kills nobody": evidence(
        **SILENCE, ohms={"high_ground": 60.1, "low_ground": 0.7}, volts=levels(0.0, 0.0)
    ),
    "short to ground with sound levels": evidence(ohms={"high_ground": 60.1, "low_ground": 0.7}),
    "both wires near ground, neither nearer": evidence(
        **SILENCE, ohms={"high_ground": 1.0, "low_ground": 1.2}, volts=levels(0.0, 0.0)
    ),
    "dominant without end, and frames": evidence(volts=levels(3.5, 1.5)),
    "levels at ground, insulation sound": evidence(volts=levels(0.0, 0.0)),
    "levels at battery, insulation sound": evidence(volts=levels(12.5, 12.4)),
    "silent although its wires and the bus are sound, with errors": evidence(
        silent=("IBC",), error_rate=30.0, along={"IBC": (0.2, 0.2)}
    ),
    "two silent, one traced": evidence(silent=("IBC", "EPS"), along={"IBC": (0.2, 0.2)}),
    "silent, and nothing traced": evidence(silent=("IBC",)),
    "nobody is heard, and everything measures sound": evidence(**SILENCE),
    "a third terminator": evidence(ohms={"resistance": 40.0}),
    "between one and two terminators": evidence(ohms={"resistance": 85.0}),
    "a bad contact, neither open nor sound": evidence(silent=("IBC",), along={"IBC": (40.0, 0.2)}),
    "an error frame now and then": evidence(error_rate=0.3),
    "a full bus of known frames": evidence(load=75.0),
    "CAN-L alone is off": evidence(volts={"low_recessive": 3.4}),
    "babbling on a line that is shorted to ground": evidence(
        silent=NODES, load=97.0, unknown=("0x000",), ohms={"high_ground": 60.0, "low_ground": 0.7}
    ),
    "wires short, and one of them at ground": evidence(
        **SILENCE, ohms={"resistance": 0.9, "high_ground": 0.7, "low_ground": 60.0}
    ),
    "open wire, and units before the break are silent": evidence(
        silent=("ESC", "EPB"), ohms={"resistance": 40.0}, along={"EPB": (240.0, 0.3)}
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictory_evidence_is_not_named(name: str) -> None:
    diagnosis = diagnose(CONTRADICTIONS[name], DIAGRAM)
    assert diagnosis.kind is Kind.UNKNOWN, diagnosis
    assert diagnosis.reasons


@pytest.mark.parametrize(
    ("lacking", "word"),
    [
        (replace(SOUND, silent=None), "watched"),
        (replace(SOUND, ohms={}), "resistance"),
        (replace(SOUND, volts={}), "level"),
        (replace(SOUND, error_rate=None), "error frames"),
    ],
)
def test_nothing_is_said_of_what_was_not_measured(lacking: BusEvidence, word: str) -> None:
    diagnosis = diagnose(lacking, DIAGRAM)
    assert diagnosis.kind is Kind.UNKNOWN
    assert word in " ".join(diagnosis.reasons)


def test_a_dead_unit_is_named_without_error_frames_being_reported() -> None:
    found, place = TYPICAL[Kind.NODE_DEAD]
    diagnosis = diagnose(replace(found, error_rate=None), DIAGRAM)
    assert (diagnosis.kind, diagnosis.place) == (Kind.NODE_DEAD, place)


# Properties

OHMS = st.one_of(
    st.floats(0.1, 15.0), st.floats(52.0, 68.0), st.floats(105.0, 135.0), st.floats(2e3, 40e6)
)
VOLTS = st.one_of(
    st.floats(0.0, 0.5), st.floats(2.2, 2.8), st.floats(1.3, 1.7), st.floats(3.2, 3.8),
    st.floats(11.0, 13.0),
)  # fmt: skip


@st.composite
def any_evidence(draw: st.DrawFn) -> BusEvidence:
    """Whatever may be on record, sensible or not."""
    silent = draw(st.none() | st.sets(st.sampled_from(NODES)).map(lambda s: tuple(sorted(s))))
    return BusEvidence(
        "chassis",
        NODES,
        silent=silent,
        error_rate=draw(st.none() | st.sampled_from([0.0, 0.1, 0.5, 20.0])),
        load=draw(st.none() | st.floats(0.0, 100.0)),
        unknown=draw(st.sampled_from([(), ("0x000",)])),
        bus_off=draw(st.sampled_from([(), ("IBC",), ("IBC", "EPS")])),
        ohms=draw(st.dictionaries(st.sampled_from(list(SOUND.ohms)), OHMS)),
        volts=draw(st.dictionaries(st.sampled_from(list(SOUND.volts)), VOLTS)),
        along=draw(st.dictionaries(st.sampled_from(NODES), st.tuples(OHMS, OHMS), max_size=2)),
    )


@given(any_evidence())
def test_a_name_has_signs_of_its_own_and_nothing_against_it(found: BusEvidence) -> None:
    diagnosis = diagnose(found, DIAGRAM)
    kinds = {sign.kind for sign in signs_of(found, DIAGRAM)}
    if diagnosis.kind is Kind.UNKNOWN:
        assert diagnosis.reasons
    elif diagnosis.kind is Kind.NONE:
        assert not kinds
        assert suspicion(found) == 0
    else:
        assert kinds == {diagnosis.kind}
        assert not list(objections(diagnosis.kind, found))
    assert parse_diagnosis(diagnosis.value) == Diagnosis(
        "" if diagnosis.kind in (Kind.NONE, Kind.UNKNOWN) else "chassis",
        diagnosis.kind,
        diagnosis.place,
    )


def _with_one_lie(found: BusEvidence) -> Iterator[BusEvidence]:
    for name in SOUND.ohms:
        for value in (0.7, 59.8, 118.0, 12e3):
            yield replace(found, ohms={**found.ohms, name: value})
    for name in ("high_recessive", "low_recessive"):
        for value in (0.0, 1.5, 2.5, 3.5, 12.5):
            yield replace(found, volts={**found.volts, name: value})
    yield replace(found, silent=())
    yield replace(found, silent=NODES)


RELATED: dict[Kind, set[Kind]] = {
    # All that is left is a bus that is sound.
    Kind.TERMINATOR_LOST: {Kind.NONE},
    Kind.NODE_DEAD: {Kind.NONE},
    # One terminator between the wires is a fault of its own.
    Kind.NODE_DISTURBING: {Kind.TERMINATOR_LOST},
}


@pytest.mark.parametrize("kind", [kind for kind in TYPICAL if kind is not Kind.NONE])
def test_one_reading_that_lies_never_brings_up_another_fault(kind: Kind) -> None:
    """It may hide the fault or leave it open; a name that it brings up is in the table."""
    found, _ = TYPICAL[kind]
    for other in _with_one_lie(found):
        named = diagnose(other, DIAGRAM).kind
        assert named in {kind, Kind.UNKNOWN, *RELATED.get(kind, set())}, other


# Several buses


def test_the_bus_with_the_gravest_signs_is_worked_on() -> None:
    sound = replace(SOUND, bus="body")
    stuck, _ = TYPICAL[Kind.NODE_STUCK_DOMINANT]
    silent, _ = TYPICAL[Kind.NODE_DEAD]
    assert suspected([sound]) is None
    assert suspected([]) is None
    assert suspected([sound, replace(silent, bus="adas"), stuck]) is stuck
    assert diagnose_all([sound, replace(SOUND, bus="adas")], {}).kind is Kind.NONE


def test_a_unit_that_is_missing_on_every_bus_is_one_fault() -> None:
    """The gateway sits on all of them; the first one names it."""
    dead = evidence(silent=("GW",), along={"GW": (0.1, 0.1)})
    others = [replace(SOUND, bus=bus, silent=("GW",)) for bus in ("body", "adas")]
    diagnosis = diagnose_all([dead, *others], {"chassis": DIAGRAM})
    assert diagnosis.value == "chassis:node_dead:GW"


def test_none_is_said_only_when_every_bus_was_looked_at() -> None:
    unseen = replace(SOUND, bus="body", ohms={})
    diagnosis = diagnose_all([SOUND, unseen], {})
    assert diagnosis.kind is Kind.UNKNOWN
    assert diagnosis.reasons[0].startswith("body: ")


@pytest.mark.parametrize("value", ["", "chassis", "chassis:dead", "a:open_low:x:y", ":open_low"])
def test_other_text_is_no_diagnosis(value: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_diagnosis(value)
