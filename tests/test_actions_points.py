"""Comparing a point with an earlier reading: which reading, which unit, which uncertainty."""

from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.actions.context import StepContext
from harness.actions.points import _in_unit
from harness.actions.registry import _actions, action, all_actions
from harness.errors import UsageError
from harness.events import Judged
from harness.quantity import Measurement, Quality
from harness.text import Text
from harness.verdict import Verdict


@action("test.readings", kind="R", judges=False, limit="none", title=Text("读数", "Readings"))
async def readings(
    step: StepContext, *, values: list[float], unit: str, u: float | None = None
) -> None:
    for value in values:
        step.measured(Measurement("gun", value, unit, u, source="test", at=step.clock.elapsed()))
    step.measured(Measurement("gun", None, unit, u, Quality.STALE, source="test"))
    step.measured(Measurement("gun.spread", max(values) - min(values), unit, source="test"))


COMPARE = """
- id: earlier
  title: {zh: 先, en: earlier}
  do: test.readings
  with: {values: VALUES, unit: UNIT, u: UNSURE}
- id: compare
  title: {zh: 比, en: compare}
  do: pile.agrees_with
  with: {point: temperature, reading_of: earlier}
  limit: {low: -25, high: 25, unit: K}
"""
STATED = """
bench: stated
devices:
  pile: {profile: gb-ac-pile, simulated: true, uncertainty: {temperature: 1.5 °C}}
"""


def compare(folder: Path, values: str, unit: str, u: str = "null") -> Outcome:
    steps = COMPARE.replace("VALUES", values).replace("UNIT", unit).replace("UNSURE", u)
    bench = folder / "stated.yaml"
    bench.write_text(STATED, encoding="utf-8")
    return run_procedure(folder, write_procedure(folder, steps), bench=str(bench))


def judged(outcome: Outcome) -> Measurement:
    (event,) = outcome.of(Judged)
    return event.measurement


def test_the_last_real_reading_is_compared_and_not_the_spread(tmp_path: Path) -> None:
    outcome = compare(tmp_path, "[900, 30]", "°C", "2")
    assert outcome.verdicts["compare"] is Verdict.PASS
    found = judged(outcome)
    assert found.name == "temperature - gun"
    assert found.uncertainty == pytest.approx(2.5), "root of the sum of squares"
    assert found.note == ""
    assert compare(tmp_path, "[30, 900]", "°C", "2").verdicts["compare"] is Verdict.FAIL


def test_kelvin_and_celsius_are_brought_together(tmp_path: Path) -> None:
    celsius = judged(compare(tmp_path, "[30]", "°C", "2"))
    kelvin = judged(compare(tmp_path, "[303.15]", "K", "2"))
    assert kelvin.value == pytest.approx(celsius.value)
    assert (kelvin.unit, kelvin.uncertainty) == (celsius.unit, celsius.uncertainty)


def test_one_uncertainty_is_better_than_none_and_the_record_says_so(tmp_path: Path) -> None:
    found = judged(compare(tmp_path, "[30]", "°C"))
    assert found.uncertainty == 1.5
    assert found.note == "U of temperature only, none stated for gun"


def test_what_cannot_be_compared_is_no_verdict(tmp_path: Path) -> None:
    outcome = compare(tmp_path, "[230]", "V")
    assert outcome.verdicts["compare"] is Verdict.ERROR
    assert not outcome.of(Judged)


def test_the_spread_of_samples_is_no_reading(tmp_path: Path) -> None:
    steps = """
- id: earlier
  title: {zh: 先, en: earlier}
  do: pile.measure
  with: {points: [voltage_l1], samples: 10}
  limit: {low: 176, high: 264, unit: V}
- id: compare
  title: {zh: 比, en: compare}
  do: pile.agrees_with
  with: {point: voltage_l1, reading_of: earlier}
  limit: {low: -10, high: 10, unit: V}
"""
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps))
    assert outcome.verdicts["compare"] is Verdict.PASS
    assert outcome.of(Judged)[-1].measurement.name == "voltage_l1 - voltage_l1"


@pytest.mark.parametrize(
    ("reading", "unit", "value", "u"),
    [
        (Measurement("u", 0.23, "kV", 0.001), "V", 230.0, 1.0),
        (Measurement("t", 30.0, "°C", 2.0), "K", 303.15, 2.0),
        (Measurement("t", 303.15, "K", 2.0), "°C", 30.0, 2.0),
        (Measurement("u", 5.0, None), "V", 5.0, None),
    ],
)
def test_units(reading: Measurement, unit: str, value: float, u: float | None) -> None:
    found, uncertainty = _in_unit(reading, unit)
    assert found == pytest.approx(value)
    assert uncertainty == (None if u is None else pytest.approx(u))


def test_units_that_do_not_go_together() -> None:
    with pytest.raises(UsageError):
        _in_unit(Measurement("u", 5.0, "A", 1.0), "V")


def test_two_functions_of_one_module_cannot_share_a_verb(monkeypatch: pytest.MonkeyPatch) -> None:
    before = all_actions()["operator.look_over"]
    monkeypatch.setitem(_actions, "operator.look_over", before)  # put back at the end

    async def other(step: StepContext) -> None:
        """Never carried out."""

    other.__module__ = before.function.__module__
    take = action("operator.look_over", kind="I", title=Text("看", "Look"), judges=False)
    with pytest.raises(UsageError, match=r"look_over' of .*other is already taken by .*look_over"):
        take(other)
    assert all_actions()["operator.look_over"] is before
    take(before.function)  # the same function once more is no clash
