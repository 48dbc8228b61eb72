"""The metering spot check: its arithmetic, and what a reference that is no good makes of it."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.actions.energy_interval import (
    Interval,
    Snapshot,
    Steps,
    energy_needed,
    float_step,
    power_of_ten_in,
)
from harness.actions.person import ConclusionKey, conclude_from
from harness.bench.load import load_bench
from harness.catalogue.load import load_catalogue
from harness.engine import wording
from harness.engine.plan import make_plan
from harness.engine.run import RunRequest, RunResult, execute
from harness.events import Event, Judged, Measured, OutcomeNoted
from harness.procedure.load import load_procedure
from harness.verdict import Verdict

PROCEDURE = "PILE-MET-01"
METER = {
    "profile": "eastron-sdm630",
    "uncertainty": "{total_energy: 0.2 %}",
    "resolution": "{total_energy: 0.1 Wh}",
    "calibration_due": "2027-06-30",
}
Events = list[Event]


@pytest.fixture
def met(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[RunResult, Events]]:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))

    def run(fault: str | None = None, **meter: str | None) -> tuple[RunResult, Events]:
        keys = {**METER, **meter}
        lines = [f"    {name}: {value}" for name, value in keys.items() if value is not None]
        path = tmp_path / "bench.yaml"
        path.write_text(
            "bench: met\ndevices:\n  pile: {profile: gb-ac-pile, simulated: true}\n"
            "  meter:\n    simulated: true\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
        bench = load_bench(str(path))
        plan = make_plan(load_procedure(PROCEDURE), bench, load_catalogue(), energise=True)
        events: Events = []
        folder = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        request = RunRequest([plan], bench, folder, faults=[fault] if fault else [], pace=0.2)
        return execute(request, [events.append]), events

    return run


def verdicts_of(result: RunResult) -> dict[str, Verdict | None]:
    return result.verdicts[PROCEDURE]


def error_of(events: Events, step: str) -> Judged:
    return next(e for e in events if isinstance(e, Judged) and e.step == step)


INTERVAL = Interval(
    Snapshot(0.0, 0.0, 0.0, 0.02, 0.04), Snapshot(1010.0, 1000.0, 360.0, 0.02, 0.04)
)


def test_error_and_power() -> None:
    assert INTERVAL.error == pytest.approx(1.0)
    assert INTERVAL.power == pytest.approx(10_000.0)


def test_uncertainty_adds_its_parts() -> None:
    """Each part alone by hand, and all together as the root of the sum of squares."""
    instant = Interval(Snapshot(0, 0, 0, 0, 0), Snapshot(1010, 1000, 360, 0, 0))
    nothing = Steps(0.0, 0.0)
    assert instant.uncertainty(nothing, 2.0, 0.0) == pytest.approx(0.2)
    # Two readings of a register of 1 Wh: U = 2 * 1 / sqrt(6) = 0.816 Wh.
    assert instant.uncertainty(Steps(1.0, 0.0), 0.0, 0.0) == pytest.approx(0.0816, abs=1e-4)
    # 10 kW are 2.78 Wh/s: spans of 0.02 and 0.04 s at both ends.
    span = 10_000 / 3600 * math.hypot(0.02, 0.04, 0.02, 0.04) / math.sqrt(3) / 10
    assert INTERVAL.uncertainty(nothing, 0.0, 0.0) == pytest.approx(span)
    old = 10_000 / 3600 * 0.5 * 2 / math.sqrt(3) / 10
    assert instant.uncertainty(nothing, 0.0, 0.5) == pytest.approx(old)
    together = math.hypot(0.2, 0.0816497, span, old)
    assert INTERVAL.uncertainty(Steps(1.0, 0.0), 2.0, 0.5) == pytest.approx(together, rel=1e-4)


def test_the_interval_is_long_enough_for_a_tenth_of_the_limit() -> None:
    assert energy_needed(Steps(1.0, 0.1), 2.0, 0.0, 0.0) == pytest.approx(550.0)
    assert energy_needed(Steps(1.0, 0.1), 1.0, 7200.0, 0.5) == pytest.approx(2100.0)


def test_the_step_of_a_float() -> None:
    assert float_step(0.0) == 0.0
    assert float_step(1.0) == 2**-23
    assert float_step(8192.0) == pytest.approx(0.000977, abs=1e-6)


def test_powers_of_ten() -> None:
    assert [power_of_ten_in(raw) for raw in (0, 7, 120, 5_000_000)] == [1, 1, 10, 1_000_000]


@pytest.mark.parametrize("profile", ["eastron-sdm630", "chint-dtsu666"])
def test_both_meters_serve_as_reference(
    met: Callable[..., tuple[RunResult, Events]], profile: str
) -> None:
    result, events = met(profile=profile)
    assert result.exit_code == 0
    for step in ("error-high", "error-low"):
        judged = error_of(events, step)
        assert judged.judgement.rule == "guard_band"
        assert abs(float(judged.measurement.value)) < 1.0  # type: ignore[arg-type]
        assert 0.2 < (judged.measurement.uncertainty or 0) < 0.5
        assert "no legal verification" in judged.measurement.note
    notes = [e.measurement.note for e in events if isinstance(e, Measured | Judged)]
    for note in filter(None, notes):
        assert re.search("[\u4e00-\u9fff]", wording.reason(note).zh) or note.startswith("21 kW")


@pytest.mark.parametrize(
    ("meter", "why"),
    [
        ({"calibration_due": "2025-12-31"}, "calibration due 2025-12-31"),
        ({"calibration_due": None}, "the bench does not say until when"),
        ({"uncertainty": None}, "states no uncertainty"),
    ],
)
def test_a_reference_that_proves_nothing(
    met: Callable[..., tuple[RunResult, Events]], meter: dict[str, str | None], why: str
) -> None:
    result, events = met(**meter)
    found = verdicts_of(result)
    for step in ("reference", "error-high", "error-low"):
        assert found[step] is Verdict.INCONCLUSIVE
        assert why in error_of(events, step).measurement.note
    assert result.exit_code == 3
    # What the reference only reads is no better when it is out of date.
    assert (found["same-circuit"] is Verdict.INCONCLUSIVE) == ("2025-12-31" in why)


def test_nobody_knows_how_finely_the_reference_counts(
    met: Callable[..., tuple[RunResult, Events]],
) -> None:
    result, events = met(resolution=None)
    assert verdicts_of(result)["error-high"] is Verdict.INCONCLUSIVE
    assert "does not say how finely" in error_of(events, "error-high").measurement.note


def test_a_weak_reference_is_noted_and_widens_the_guard_band(
    met: Callable[..., tuple[RunResult, Events]],
) -> None:
    result, events = met(uncertainty="{total_energy: 1 %}")
    noted = [e for e in events if isinstance(e, OutcomeNoted) and e.where == "step reference"]
    assert [one.branch for one in noted] == ["bench"]
    assert "50 % of the limit" in noted[0].detail
    assert re.search("[\u4e00-\u9fff]", wording.reason(noted[0].detail).zh)
    assert verdicts_of(result)["error-high"] is Verdict.PASS
    assert (error_of(events, "error-high").measurement.uncertainty or 0) > 1.0
    strong, silent = met()
    assert not [e for e in silent if isinstance(e, OutcomeNoted) and e.where == "step reference"]
    assert strong.exit_code == 0


def test_between_pass_and_fail_there_are_two_states(
    met: Callable[..., tuple[RunResult, Events]],
) -> None:
    """+3 % less a guard band of 2 %: outside the limit, but nearer than the uncertainty."""
    result, _ = met("meter-gain-wrong", uncertainty="{total_energy: 2 %}")
    assert verdicts_of(result)["error-high"] is Verdict.CONDITIONAL_FAIL


def test_a_coarse_register_would_need_a_day(met: Callable[..., tuple[RunResult, Events]]) -> None:
    result, events = met("coarse-meter")
    judged = error_of(events, "error-high")
    assert verdicts_of(result)["error-high"] is Verdict.INCONCLUSIVE
    assert "kWh are needed" in judged.measurement.note
    assert re.search("[\u4e00-\u9fff]", wording.reason(judged.measurement.note).zh)


def test_a_reference_that_counts_coarsely_makes_the_interval_longer(
    met: Callable[..., tuple[RunResult, Events]],
) -> None:
    def hours(events: Events) -> float:
        return next(
            float(e.measurement.value)  # type: ignore[arg-type]
            for e in events
            if isinstance(e, Measured) and e.measurement.name == "interval_duration"
        )

    fine, coarse = (met(resolution=f"{{total_energy: {step}}}")[1] for step in ("0.1 Wh", "10 Wh"))
    assert hours(coarse) > 2 * hours(fine)


def test_a_conditional_pass_means_watching_where_the_rule_says_so() -> None:
    key = {"in_service": "a", "restricted": "w", "out_of_service": "r"}
    strict = ConclusionKey(**key, out_of_service_if_failed=["e"], restricted_if_conditional=True)
    plain = ConclusionKey(**key, out_of_service_if_failed=["e"])
    found: dict[str, Verdict | None] = {"e": Verdict.CONDITIONAL_PASS, "x": Verdict.PASS}
    assert conclude_from(found, strict) == ("w", {"e": "conditional_pass"})
    assert conclude_from(found, plain) == ("a", {})


@pytest.mark.parametrize(
    "profile", ["sungrow-ac011e", "heidelberg-energy-control", "keba-kecontact-p30"]
)
def test_other_piles_raise_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    """What a pile lacks is not run; whatever is judged passes."""
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    bench = load_bench("sim", pile_profile=profile)
    plan = make_plan(load_procedure(PROCEDURE), bench, load_catalogue(), energise=True)
    result = execute(RunRequest([plan], bench, tmp_path / "run", pace=0.2))
    found = verdicts_of(result)
    assert set(found.values()) <= {None, Verdict.PASS, Verdict.NOT_RUN}
    assert found["high-current"] is found["low-current"] is Verdict.PASS
    if not profile.startswith("heidelberg"):  # that one counts VAh
        assert found["error-high"] is found["error-low"] is Verdict.PASS
