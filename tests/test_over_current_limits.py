"""No trip within the over-current limit, over-current of the pile's own parts, and 5 % duty."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.bench.recorder import BenchRecorder
from harness.devices.recorder.recording import Recording, Sample, Track
from harness.engine import wording
from harness.errors import FileError
from harness.events import Judged, Measured, StepEnded
from harness.verdict import Verdict
from simulators import technician

RECORD = """
- id: record
  title: {zh: 录, en: Record}
  do: trace.begin
- id: recorded
  title: {zh: 录完, en: Recorded}
  do: trace.end
  with: {recording: record}
- id: looked
  title: {zh: 看, en: Looked}
"""
LOW = "GB/T 18487.1-2023/over-current-up-to-20-a"
HIGH = "GB/T 18487.1-2023/over-current-above-20-a"
PARTS = "GB/T 18487.1-2023/component-over-current"
FIVE = "GB/T 18487.1-2023/five-percent-needs-digital"
END = 30.0
UNTIL = float("inf")
States = Mapping[float, Sample]
Look = Callable[[str, Recording], Outcome]


def no_trip(announced: str, item: str) -> str:
    with_ = f"{{recording: record, announced: {announced}}}"
    return f"  do: trace.no_trip\n  with: {with_}\n  item: {item}"


def parts(announced: str = "32 A") -> str:
    with_ = f"{{recording: record, announced: {announced}}}"
    return f"  do: trace.parts_over_current\n  with: {with_}\n  item: {PARTS}"


DIGITAL = (
    f"  do: trace.no_supply_digital\n  with: {{recording: record}}\n"
    f"  limit: {{high: 30 V}}\n  item: {FIVE}"
)
ASKS = "  do: trace.asks_digital\n  with: {recording: record}"


def recording(**channels: States) -> Recording:
    """Channels by what they show from which second on."""
    units = {"current": "A", "voltage": "V", "cp_duty": "%"}
    tracks = {
        name: Track(
            name,
            units.get(name),
            list(values),
            list(values.values()),
            resolution=0.01,
            end=END,
            uncertainty=0.1 if name == "current" else None,
        )
        for name, values in channels.items()
    }
    return Recording("synthetic", tracks)


def charge(
    amperes: float, *, announced: float = 16.0, off: float = UNTIL, s2: float = UNTIL
) -> Recording:
    """What is announced until 5 s, then `amperes`; off and S1 high from `off`, S2 open from `s2`.

    A vehicle whose S2 opens draws nothing more.
    """
    zero = min(off, s2)
    current: dict[float, Sample] = {0.0: announced, 5.0: amperes}
    channels: dict[str, dict[float, Sample]] = {
        "current": current,
        "voltage": {0.0: 220.0},
        "cp_duty": {0.0: announced / 0.6},
        "s1": {0.0: "pwm"},
        "s2": {0.0: "closed"},
    }
    if zero < END:
        current[zero] = 0.0
        channels["voltage"][zero + 0.05] = 0.0
    if off < END:
        channels["s1"][off] = "high"
        channels["cp_duty"][off] = 100.0
    if s2 < END:
        channels["s2"][s2] = "open"
    return recording(**channels)


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    def go(step: str, found: Recording) -> Outcome:
        monkeypatch.setattr(BenchRecorder, "kept", lambda _self, _name: found)
        return run_procedure(tmp_path, write_procedure(tmp_path, RECORD + step + "\n"))

    return go


def why(outcome: Outcome) -> str:
    """Why it could not be judged; there are Chinese words for it."""
    ended = outcome.step("looked")
    assert isinstance(ended, StepEnded)
    notes = [one.measurement.note for one in outcome.of(Judged) if one.step == "looked"]
    said = notes[-1] if notes else ended.reason
    assert said is not None
    assert re.search("[\u4e00-\u9fff]", wording.reason(said).zh)
    return said


@pytest.mark.parametrize(
    ("announced", "item", "amperes", "limit"),
    [(16.0, LOW, 17.8, 18.0), (20.0, LOW, 21.8, 22.0), (25.0, HIGH, 27.3, 27.5)],
)
def test_a_current_within_the_limit_of_what_is_announced(
    look: Look, announced: float, item: str, amperes: float, limit: float
) -> None:
    step = no_trip(f"{announced} A", item)
    kept = look(step, charge(amperes, announced=announced))
    assert kept.verdicts["looked"] is Verdict.PASS
    (shown,) = (
        one.measurement.value
        for one in kept.of(Measured)
        if one.measurement.name == "over_current_limit"
    )
    assert shown == pytest.approx(limit)
    cut = look(step, charge(amperes, announced=announced, off=11.5))
    assert cut.verdicts["looked"] is Verdict.FAIL
    (held,) = (one.measurement for one in cut.of(Judged))
    assert (held.name, held.value) == ("time_without_trip", pytest.approx(6.5, abs=0.05))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (charge(16.0), "never above what is announced"),
        (charge(18.4), "above the limit of 18 A"),
        (charge(17.95, off=11.0), "too close to the limit"),
        (charge(17.8, s2=11.0), "the vehicle opened S2"),
        (charge(27.3, announced=25.0), "above the limit of 18 A"),
        (charge(17.0, announced=13.0), "the pile announces 13 A, not 16 A"),
    ],
)
def test_what_shows_nothing_about_a_trip(look: Look, found: Recording, reason: str) -> None:
    outcome = look(no_trip("16 A", LOW), found)
    assert outcome.verdicts["looked"] is Verdict.INCONCLUSIVE
    assert reason in why(outcome)


def test_a_trip_for_the_sake_of_the_parts_is_no_early_trip(look: Look) -> None:
    """32 A announced: up to 35.2 A, and the parts of the simulated bench's pile carry 34 A."""
    step = no_trip("32 A", HIGH)
    cut = look(step, charge(34.5, announced=32.0, off=11.5))
    assert cut.verdicts["looked"] is Verdict.INCONCLUSIVE
    assert why(cut) == "the current was 34.5 A, and the pile's parts carry 34 A"
    assert look(step, charge(33.5, announced=32.0, off=11.5)).verdicts["looked"] is Verdict.FAIL


def test_a_short_recording_shows_nothing(look: Look) -> None:
    step = no_trip("16 A", LOW).replace("16 A}", "16 A, for: 26 s}")
    outcome = look(step, charge(17.8))
    assert outcome.verdicts["looked"] is Verdict.INCONCLUSIVE
    assert why(outcome) == "the current was above what is announced for 25 s, less than 26 s"


def test_the_limit_follows_from_what_the_step_says(tmp_path: Path) -> None:
    for announced, high, problem in (
        ("16 V", "18 A", "16 V is no current"),
        ("16 A", "15 A", "15 A is no more than the 16 A announced"),
        ("16 A", "18 V", "cannot judge by"),
    ):
        own = no_trip(announced, LOW).replace(f"item: {LOW}", f"limit: {{high: {high}}}")
        with pytest.raises(FileError, match=problem):
            run_procedure(tmp_path, write_procedure(tmp_path, RECORD + own + "\n"))


def test_more_than_the_parts_carry(look: Look) -> None:
    """They carry 34 A on the simulated bench; 32 A announced would allow 35.2 A."""
    cut = look(parts(), charge(34.8, announced=32.0, off=11.0))
    assert cut.verdicts["looked"] is Verdict.PASS
    assert look(parts(), charge(34.8, announced=32.0, off=17.0)).verdicts["looked"] is Verdict.FAIL
    assert look(parts(), charge(34.8, announced=32.0)).verdicts["looked"] is Verdict.FAIL


@pytest.mark.parametrize(
    ("amperes", "reason"),
    [(33.0, "never went above its limit"), (36.0, "nothing shows which limit counted")],
)
def test_what_shows_nothing_about_the_parts(look: Look, amperes: float, reason: str) -> None:
    outcome = look(parts(), charge(amperes, announced=32.0, off=11.0))
    assert outcome.verdicts["looked"] is Verdict.INCONCLUSIVE
    assert reason in why(outcome)


BENCH = """
bench: own
devices:
  pile: {{profile: gb-ac-pile, simulated: true{carries}}}
recorder: {{simulated: true}}
"""


@pytest.mark.parametrize(
    ("carries", "announced", "reason"),
    [
        ("", "32 A", "does not say what the pile's parts carry"),
        (", component_current: 40 A", "32 A", "has to cut off above 35.2 A in any case"),
        (", component_current: 34 A", "16 A", "has to cut off above 18 A in any case"),
    ],
)
def test_where_the_parts_cannot_be_tried(
    tmp_path: Path, carries: str, announced: str, reason: str
) -> None:
    bench = tmp_path / "own.yaml"
    bench.write_text(BENCH.format(carries=carries), encoding="utf-8")
    known = f"  do: pile.parts_carry\n  with: {{announced: {announced}}}"
    for step in (parts(announced), known):
        procedure = write_procedure(tmp_path, RECORD + step + "\n")
        outcome = run_procedure(tmp_path, procedure, bench=str(bench))
        assert outcome.verdicts["looked"] is Verdict.NOT_RUN
        assert reason in why(outcome)


@pytest.mark.parametrize("carries", ["0 A", "34 V"])
def test_what_the_parts_carry_is_a_current(tmp_path: Path, carries: str) -> None:
    bench = tmp_path / "own.yaml"
    bench.write_text(BENCH.format(carries=f", component_current: {carries}"), encoding="utf-8")
    with pytest.raises(FileError, match="component_current"):
        run_procedure(tmp_path, "PILE-CP-01", bench=str(bench))


def at_duty(
    duty: float, *, s2: States, live: float = UNTIL, then: tuple[float, float] | None = None
) -> Recording:
    duties: dict[float, Sample] = {0.0: 0.0, 2.0: duty}
    if then is not None:
        duties[then[0]] = then[1]
    voltage: dict[float, Sample] = {0.0: 0.0}
    if live < END:
        voltage[live] = 220.0
    s1: States = {0.0: "high", 2.0: "pwm"}
    return recording(cp_duty=duties, s1=s1, s2=s2, voltage=voltage)


CLOSED: States = {0.0: "open", 10.0: "closed"}


def test_no_supply_at_5_percent(look: Look) -> None:
    outcome = look(DIGITAL, at_duty(5.1, s2=CLOSED))
    assert outcome.verdicts["looked"] is Verdict.PASS
    assert look(ASKS, at_duty(5.1, s2=CLOSED)).verdicts["looked"] is None


def test_supply_at_5_percent_fails_however_long_it_was(look: Look) -> None:
    assert look(DIGITAL, at_duty(5.1, s2=CLOSED, live=10.6)).verdicts["looked"] is Verdict.FAIL
    brief: States = {0.0: "open", 10.0: "closed", 11.0: "open"}
    assert look(DIGITAL, at_duty(5.1, s2=brief, live=10.6)).verdicts["looked"] is Verdict.FAIL


def test_a_pile_that_then_announces_a_current_may_supply(look: Look) -> None:
    found = at_duty(5.1, s2=CLOSED, live=20.0, then=(19.0, 26.7))
    assert look(DIGITAL, found).verdicts["looked"] is Verdict.PASS


@pytest.mark.parametrize(
    ("s2", "reason"),
    [
        ({0.0: "open"}, "S2 was never closed at 5 % duty"),
        ({0.0: "open", 10.0: "closed", 11.0: "open"}, "less than 3 s"),
    ],
)
def test_what_shows_nothing_at_5_percent(look: Look, s2: States, reason: str) -> None:
    outcome = look(DIGITAL, at_duty(5.1, s2=s2))
    assert outcome.verdicts["looked"] is Verdict.INCONCLUSIVE
    assert reason in why(outcome)


@pytest.mark.parametrize("step", [DIGITAL, ASKS])
def test_a_pile_that_announces_a_current_has_nothing_to_try(look: Look, step: str) -> None:
    outcome = look(step, at_duty(26.7, s2=CLOSED))
    assert outcome.verdicts["looked"] is Verdict.NOT_RUN
    assert why(outcome) == "the PWM is at 26.7 %: the pile does not ask for digital communication"
    silent = recording(cp_duty={0.0: 0.0}, s1={0.0: "high"}, s2={0.0: "open"}, voltage={0.0: 0.0})
    assert why(look(step, silent)) == "there was no PWM"


def test_a_pile_without_that_setting_is_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person says that it is done, and the pile goes on announcing a current."""
    monkeypatch.setitem(technician.ACTIONS, "announce-five-percent", lambda _rig: None)
    outcome = run_procedure(tmp_path, "PILE-CP-01", energise=True)
    left = {name for name, found in outcome.verdicts.items() if found is Verdict.NOT_RUN}
    assert left == {
        "five-asked", "five-s2-record", "five-s2", "five-s2-recorded", "five-no-output",
        "five-s2-open",
    }  # fmt: skip
    assert outcome.step("five-asked").reason.startswith("the PWM is at 26.")
    assert set(outcome.verdicts.values()) == {Verdict.PASS, Verdict.NOT_RUN, None}


def test_a_pile_rated_less_is_tried_in_the_lower_branch(tmp_path: Path) -> None:
    bench = tmp_path / "own.yaml"
    text = BENCH.format(carries="").replace("gb-ac-pile", "heidelberg-energy-control")
    bench.write_text(text, encoding="utf-8")
    outcome = run_procedure(tmp_path, "PILE-CP-01", bench=str(bench), energise=True)
    assert outcome.verdicts["near-low-kept"] is Verdict.PASS
    assert outcome.verdicts["oc-low-off"] is Verdict.PASS
    for step in ("near-high-charge", "oc-high-charge"):
        assert "is rated 16 A, less than 25 A" in outcome.step(step).reason
    for step in ("near-high-kept", "oc-high-off", "parts-off"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN
