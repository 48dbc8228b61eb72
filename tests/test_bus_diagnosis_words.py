"""Readings, diagnoses and reasons of bus faults in both languages."""

import re

import pytest
from test_bus_diagnosis import CONTRADICTIONS, DIAGRAM, SOUND, TYPICAL

from harness.actions.bus.evidence import OHMS, VOLTS, BusEvidence
from harness.actions.bus.kinds import Kind
from harness.actions.bus.rules import diagnose
from harness.engine import bus_words
from harness.text import Language

EVERY = {**{kind.value: found for kind, (found, _) in TYPICAL.items()}, **CONTRADICTIONS}
LATIN = re.compile(r"[a-z]{3,}")
NOTES = (
    "place: ESC+EPB",
    "found: IBC",
    "the place was not found",
    "no fault was named: nothing is taken apart",
    "every unit is heard",
    "59.8 Ω: both terminators are reached over both wires",
    "follows: CAN-H 9992 Ω, and 59.8 Ω between the wires",
    "64.8 Ω read, 59.8 Ω at the bench",
    "after disconnection 2: 11 error frames, 1 unknown identifiers",
    "no resistance is measured: step 'power-off-proved' has not shown that the power is off",
    "silent units could not be asked: EPS, IBC",
    "nobody knows what to repair: the place was not found",
)


def bus(name: str, language: Language) -> str:
    return "底盘总线" if language == "zh" else f"{name} bus"


@pytest.mark.parametrize("name", [name for name in EVERY if EVERY[name] is not SOUND])
def test_every_reason_is_said_in_chinese(name: str) -> None:
    found: BusEvidence = EVERY[name]
    said = bus_words.reason("; ".join(diagnose(found, DIAGRAM).reasons))
    assert said
    assert not LATIN.search(said), said


@pytest.mark.parametrize("note", NOTES)
def test_every_note_is_said_in_chinese(note: str) -> None:
    said = bus_words.reason(note)
    assert said
    assert not LATIN.search(said.replace("power-off-proved", "")), said


def test_other_sentences_are_left_to_others() -> None:
    assert bus_words.reason("something else") is None
    assert bus_words.reason("every unit is heard; something else") is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_readings_have_names(language: Language) -> None:
    named = {
        bus_words.quantity(f"can_chassis_{quantity}", language, bus)
        for quantity in (*OHMS, *VOLTS, "high_to_ibc", "low_to_ibc", "difference_recessive")
    }
    assert None not in named
    assert len(named) == len(OHMS) + len(VOLTS) + 3
    assert all(bus("chassis", language) in str(one) for one in named)
    assert bus_words.quantity("can_chassis_inductance", language, bus) is None
    assert bus_words.quantity("disconnections", language, bus)


@pytest.mark.parametrize(
    ("shown", "of", "zh", "en"),
    [
        ("none", "diagnosis", "无总线故障", "no bus fault"),
        ("unknown", "diagnosis", "无法确定", "not determined"),
        (
            "chassis:open_low:IBC-EPS",
            "diagnosis",
            "底盘总线：CAN-L 断路 (IBC-EPS)",
            "chassis bus: CAN-L open (IBC-EPS)",
        ),
        (
            "chassis:short_high_low",
            "diagnosis",
            "底盘总线：CAN-H 与 CAN-L 短接",
            "chassis bus: CAN-H shorted to CAN-L",
        ),
        ("open_low", "", "CAN-L 断路", "CAN-L open"),
        ("clear", "fault_box", "没有故障", "no fault"),
        ("chassis:IBC", "repaired", "底盘总线 IBC", "chassis bus IBC"),
        ("a:b:c:d", "diagnosis", None, None),
        ("none", "", None, None),
        ("clear", "", None, None),
    ],
)
def test_values_are_said_in_words(shown: str, of: str, zh: str | None, en: str | None) -> None:
    assert bus_words.value(shown, of, "zh", bus) == zh
    assert bus_words.value(shown, of, "en", bus) == en


def test_every_kind_of_fault_has_words() -> None:
    for kind in Kind:
        if kind is not Kind.NONE:
            assert bus_words.value(kind.value, "", "zh", bus)
