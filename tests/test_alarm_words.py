"""Alarm words: those that a pile has are judged, whichever they are."""

from pathlib import Path

import pytest
from benchkit import run_procedure, write_procedure

from harness.devices.modbus.profile import load_profile
from harness.events import Judged
from harness.verdict import Verdict

STEP = """
- id: alarms
  title: {zh: 告警, en: alarms}
  do: pile.flags_clear
  with: {points: [fault_flags, warning_flags, fault_code]}
"""
BENCH = """
bench: alarms
devices:
  pile: {profile: PROFILE, simulated: true}
"""


def run(folder: Path, profile: str) -> tuple[Verdict, list[str]]:
    bench = folder / "alarms.yaml"
    bench.write_text(BENCH.replace("PROFILE", profile), encoding="utf-8")
    outcome = run_procedure(folder, write_procedure(folder, STEP), bench=str(bench))
    return outcome.verdicts["alarms"], [one.measurement.name for one in outcome.of(Judged)]


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("gb-ac-pile", ["fault_flags", "warning_flags"]),
        ("phoenix-ev-charge-control-basic", ["fault_flags"]),
        ("keba-kecontact-p30", ["fault_code"]),
    ],
)
def test_the_words_that_a_pile_has_are_judged(
    tmp_path: Path, profile: str, words: list[str]
) -> None:
    assert run(tmp_path, profile) == (Verdict.PASS, words)


def test_a_fault_code_of_its_own_fails(tmp_path: Path) -> None:
    """The same map with a code that stands there."""
    text = load_profile("keba-kecontact-p30").path.read_text("utf-8")
    old = "packing: hex, label: error_code,"
    assert old in text
    path = tmp_path / "faulty.yaml"
    path.write_text(text.replace(old, old + " default: '0x40000',"), "utf-8")
    assert run(tmp_path, "faulty.yaml") == (Verdict.FAIL, ["fault_code"])


def test_without_any_alarm_word_the_step_is_not_run(tmp_path: Path) -> None:
    assert run(tmp_path, "sungrow-ac011e") == (Verdict.NOT_RUN, [])
