"""The monitoring period by the spread of reaction times: proved, disproved, or not to be said."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.bench.recorder import BenchRecorder
from harness.devices.recorder.recording import Recording, Track
from harness.engine import wording
from harness.events import Judged
from harness.verdict import Verdict

STEPS = """
- id: record
  title: {zh: 录, en: Record}
  do: trace.begin
- id: recorded
  title: {zh: 录完, en: Recorded}
  do: trace.end
  with: {recording: record}
- id: spread
  title: {zh: 离散, en: Spread}
  do: trace.spread
  with: {recording: record, from: {s2: open}, to: {contactor: open}}
  item: GB/T 18487.1-2023/T-19
"""


def recording(*reactions: float, resolution: float = 1e-4) -> Recording:
    """S2 opens at 1, 2, 3 … s; the main contacts so many seconds after it (0: not at all)."""
    contacts: list[tuple[float, str]] = [(0.0, "closed")]
    s2: list[tuple[float, str]] = [(0.0, "closed")]
    for number, took in enumerate(reactions, start=1):
        s2 += [(float(number), "open"), (number + 0.3, "closed")]
        if took:
            contacts += [(number + took, "open"), (number + 0.7, "closed")]
    end = len(reactions) + 1.0

    def track(name: str, found: list[tuple[float, str]]) -> Track:
        return Track(
            name, None, [t for t, _ in found], [one for _, one in found], resolution, end=end
        )

    tracks = (track("s2", s2), track("contactor", contacts))
    return Recording("synthetic", {one.name: one for one in tracks})


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Recording], Outcome]:
    def go(found: Recording) -> Outcome:
        monkeypatch.setattr(BenchRecorder, "kept", lambda _self, _name: found)
        return run_procedure(tmp_path, write_procedure(tmp_path, STEPS))

    return go


def polled(every: float, times: int = 16) -> list[float]:
    """Reactions of a pile that looks every so often, and 25 ms of a contactor."""
    return [0.025 + every * (number + 0.5) / times for number in range(times)]


def test_looking_often_passes_and_rarely_fails(judged: Callable[[Recording], Outcome]) -> None:
    assert judged(recording(*polled(0.045))).verdicts["spread"] is Verdict.PASS
    outcome = judged(recording(*polled(0.075)))
    assert outcome.verdicts["spread"] is Verdict.FAIL
    (one,) = outcome.of(Judged)
    found = one.measurement
    assert isinstance(found.value, float) and found.uncertainty is not None
    truth = 0.075 * 15 / 16
    assert (
        found.value - found.uncertainty <= truth - 0.01 < truth <= found.value + found.uncertainty
    )
    assert re.search("[\u4e00-\u9fff]", wording.reason(found.note).zh)


def test_what_the_contactor_may_add_is_no_failure(judged: Callable[[Recording], Outcome]) -> None:
    """58 ms apart: a period of 50 ms and a coil fed from the mains explain it."""
    spread = [0.025, 0.083, *[0.05] * 14]
    assert judged(recording(*spread)).verdicts["spread"] not in (Verdict.FAIL, Verdict.PASS)


def test_a_coarse_recorder_proves_neither(judged: Callable[[Recording], Outcome]) -> None:
    outcome = judged(recording(*polled(0.045), resolution=0.02))
    assert outcome.verdicts["spread"] not in (Verdict.FAIL, Verdict.PASS)
    outcome = judged(recording(*polled(0.075), resolution=0.02))
    assert outcome.verdicts["spread"] not in (Verdict.FAIL, Verdict.PASS)


def test_too_few_reactions_show_nothing(judged: Callable[[Recording], Outcome]) -> None:
    """An opening that the pile did not follow is none; another procedure step is about that."""
    outcome = judged(recording(*polled(0.075, 9), 0.0, 0.0))
    assert outcome.verdicts["spread"] is Verdict.INCONCLUSIVE
    (one,) = outcome.of(Judged)
    assert one.measurement.note.endswith("9 times, 10 are needed")
    assert re.search("[\u4e00-\u9fff]", wording.reason(one.measurement.note).zh)
