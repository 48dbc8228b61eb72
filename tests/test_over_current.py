"""From when an over-current counts: a spike is no overload, wherever it stands."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.bench.recorder import BenchRecorder
from harness.devices.recorder.recording import Recording, Track
from harness.engine import wording
from harness.events import Judged, Measured
from harness.verdict import Verdict

STEPS = """
- id: record
  title: {zh: 录, en: Record}
  do: trace.begin
- id: recorded
  title: {zh: 录完, en: Recorded}
  do: trace.end
  with: {recording: record}
- id: "off"
  title: {zh: 过流, en: Over-current}
  do: trace.over_current
  with: {recording: record}
  item: GB/T 18487.1-2023/over-current-off
"""
END = 60.0
Span = tuple[float, float]


def recording(*above: Span, off: float | None = None, pwm_until: float | None = None) -> Recording:
    """16 A announced (limit 18 A): 15 A, and 20 A in these spans; off and S1 high from `off`."""
    times = [round(0.05 * n, 2) for n in range(round(END / 0.05))]

    def current(t: float) -> float:
        if off is not None and t >= off:
            return 0.0
        return 20.0 if any(start <= t < end for start, end in above) else 15.0

    stop = off if pwm_until is None else pwm_until
    at = [0.0] if stop is None else [0.0, stop]
    ended = len(at) - 1

    def track(name: str, unit: str | None, times: list[float], values: list[float | str]) -> Track:
        return Track(name, unit, times, values, resolution=0.05, end=END)

    volts: list[float | str] = [220.0 if off is None or t < off else 0.0 for t in times]
    tracks = (
        track("current", "A", times, [current(t) for t in times]),
        track("voltage", "V", times, volts),
        track("cp_duty", "%", at, [16 / 0.6, 100.0][: ended + 1]),
        track("s1", None, at, ["pwm", "high"][: ended + 1]),
    )
    return Recording("synthetic", {one.name: one for one in tracks})


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Recording], Outcome]:
    def go(found: Recording) -> Outcome:
        monkeypatch.setattr(BenchRecorder, "kept", lambda _self, _name: found)
        return run_procedure(tmp_path, write_procedure(tmp_path, STEPS))

    return go


def brief(outcome: Outcome) -> list[object]:
    return [
        one.measurement.value
        for one in outcome.of(Measured)
        if one.measurement.name == "brief_over_current"
    ]


def test_a_spike_long_before_does_not_start_the_time(
    judged: Callable[[Recording], Outcome],
) -> None:
    outcome = judged(recording((3.0, 3.1), (40.0, 49.0), off=49.0))
    assert outcome.verdicts["off"] is Verdict.PASS
    took = next(one.measurement for one in outcome.of(Judged))
    assert took.name == "time_to_off" and took.value == pytest.approx(9.05)
    (seconds,) = brief(outcome)
    assert seconds == pytest.approx(0.05)


def test_an_overload_that_is_cut_too_late_fails(judged: Callable[[Recording], Outcome]) -> None:
    outcome = judged(recording((3.0, 3.1), (30.0, 41.0), off=41.0))
    assert outcome.verdicts["off"] is Verdict.FAIL
    assert judged(recording((30.0, END))).verdicts["off"] is Verdict.FAIL


def test_spikes_alone_are_on_record_and_not_judged(
    judged: Callable[[Recording], Outcome],
) -> None:
    outcome = judged(recording((3.0, 3.1), (20.0, 24.0)))
    assert outcome.verdicts["off"] is Verdict.INCONCLUSIVE
    assert brief(outcome) == [pytest.approx(3.95)]
    notes = [one.measurement.note for one in outcome.of(Measured) if one.measurement.note]
    assert "the current was never above its limit for 5 s; the highest was 20 A" in notes
    assert all(re.search("[\u4e00-\u9fff]", wording.reason(note).zh) for note in notes)


def test_a_trip_before_the_5_s_passes(judged: Callable[[Recording], Outcome]) -> None:
    outcome = judged(recording((30.0, 33.0), off=33.0))
    assert outcome.verdicts["off"] is Verdict.PASS
    assert brief(outcome) == []


def test_an_overload_goes_on_when_the_pwm_has_ended(
    judged: Callable[[Recording], Outcome],
) -> None:
    """The pile ends its PWM after 4 s; the vehicle draws on until the contactor opens."""
    outcome = judged(recording((30.0, 38.0), off=38.0, pwm_until=34.0))
    assert outcome.verdicts["off"] is Verdict.PASS
    assert [one.measurement.value for one in outcome.of(Judged)] == [
        pytest.approx(8.05), pytest.approx(4.05)
    ]  # fmt: skip
