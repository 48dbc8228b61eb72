"""Verbs that hold both ends of one cable against each other."""

from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from hypothesis import given
from hypothesis import strategies as st
from vehicle_help import step, switch_on

from harness.actions.joint_energy import Mean, _gain, mean_of, ratio
from harness.actions.joint_records import Sign, blamed
from harness.errors import FileError, NotAvailableError
from harness.events import Concluded, Judged, Measured
from harness.quantity import Measurement, Quality
from harness.verdict import CandidateVerdict, Verdict

PLUG = "does: connect-vehicle, ask: {zh: 插枪, en: Plug in}"
UNPLUG = "does: disconnect-vehicle, ask: {zh: 拔枪, en: Unplug}"
CONNECTED = 'pile: {cable_state: connected}, vehicle: {plug_connected: "yes"}'


def run(folder: Path, *steps: str, **options: Any) -> Outcome:
    return run_procedure(folder, write_procedure(folder, switch_on() + "".join(steps)), **options)


def both(name: str, with_: str, limit: str = "2 s") -> str:
    return step(name, "bench.both_show", f"{{{with_}}}", f"limit: {{within: {limit}}}")


def judged(outcome: Outcome, name: str) -> list[Measurement]:
    return [event.measurement for event in outcome.of(Judged) if event.step == name]


# Both show a state


def test_both_sides_see_the_plug(tmp_path: Path) -> None:
    outcome = run(tmp_path, both("plug", f"{CONNECTED}, {PLUG}"))
    assert outcome.verdicts["plug"] is Verdict.PASS
    (apart,) = judged(outcome, "plug")
    assert apart.name == "both_sides.apart"
    assert isinstance(apart.value, float)
    assert 0 < apart.value < 1.0
    assert apart.uncertainty is not None


def test_a_side_that_never_shows_it_is_named(tmp_path: Path) -> None:
    wrong = "pile: {cable_state: connected}, vehicle: {inlet_lock: locked}"
    outcome = run(tmp_path, both("plug", f"{wrong}, {PLUG}"))
    assert outcome.verdicts["plug"] is Verdict.FAIL
    (apart,) = judged(outcome, "plug")
    assert apart.note == "still vehicle: unlocked"
    assert apart.at_least is not None
    assert apart.at_least > 2.0


def test_what_was_there_before_shows_nothing(tmp_path: Path) -> None:
    plug = step("plug", "operator.confirm", f"{{{PLUG}}}")
    outcome = run(tmp_path, plug, both("again", f"{CONNECTED}, {PLUG}"))
    assert outcome.verdicts["again"] is Verdict.INCONCLUSIVE
    (apart,) = judged(outcome, "again")
    assert apart.note == "pile was connected; vehicle was yes before the action"


def test_what_an_earlier_step_set_going_may_be_there_at_once(tmp_path: Path) -> None:
    """A relay has put a fault in before anybody could look: it counts from that step on."""
    plug = step("plug", "operator.confirm", f"{{{PLUG}}}")
    wait = step("wait", "bench.wait", "{for: 1 s}")
    seen = both("seen", f"{CONNECTED}, begun_by: plug", "10 s")
    narrow = both("narrow", f"{CONNECTED}, begun_by: plug", "500 ms")
    outcome = run(tmp_path, plug, wait, seen, narrow)
    assert outcome.verdicts["seen"] is Verdict.PASS
    (apart,) = judged(outcome, "seen")
    assert isinstance(apart.value, float) and apart.uncertainty is not None
    assert 1.0 < apart.value < 10.0, "from the beginning of the step, with the wait after it"
    assert apart.uncertainty == apart.value, "they may have been at the same time"
    assert outcome.verdicts["narrow"] is Verdict.INCONCLUSIVE


def test_what_set_it_going_is_an_earlier_step_that_was_run(tmp_path: Path) -> None:
    wait = step("wait", "bench.wait", "{for: 1 s}")
    late = both("seen", f"{CONNECTED}, begun_by: wait")
    with pytest.raises(FileError, match="is not before this one"):
        run(tmp_path, late, wait)
    outcome = run(tmp_path, wait, late, selected={"on", "settle", "seen"})
    assert outcome.step("seen").verdict is Verdict.NOT_RUN
    assert "that was not run" in outcome.step("seen").reason


def test_a_limit_that_looking_cannot_show_is_inconclusive(tmp_path: Path) -> None:
    outcome = run(tmp_path, both("plug", f"{CONNECTED}, {PLUG}", "10 ms"))
    assert outcome.verdicts["plug"] is Verdict.INCONCLUSIVE


def test_both_are_expected_in_a_state(tmp_path: Path) -> None:
    states = "pile: {charging_state: [idle, connected]}, vehicle: {s2: S2}"
    good = step("good", "bench.expect", f"{{{states.replace('S2', 'open', 1)}}}")
    good = good.replace("open: ", "s2: ")
    bad = step("bad", "bench.expect", "{pile: {charging_state: idle}, vehicle: {s2: closed}}")
    outcome = run(tmp_path, good, bad)
    assert outcome.verdicts["good"] is Verdict.PASS
    assert outcome.verdicts["bad"] is Verdict.FAIL
    assert [one.name for one in judged(outcome, "bad")] == ["charging_state", "s2"]


# Only after another step


def test_a_step_after_one_that_failed_is_not_run(tmp_path: Path) -> None:
    bad = step("bad", "bench.expect", "{pile: {charging_state: fault}, vehicle: {s2: open}}")
    more = "pile: voltage_l1, vehicle: ac_voltage_l1"
    after = step("after", "bench.agree", f"{{{more}, if_passed: [bad]}}",
                 "limit: {low: -5, high: 5, unit: V}")  # fmt: skip
    last = step("last", "bench.measure", "{pile: [voltage_l1], if_passed: [after]}",
                "limit: {low: 1, unit: V}")  # fmt: skip
    outcome = run(tmp_path, bad, after, last)
    assert outcome.verdicts["after"] is Verdict.NOT_RUN
    assert outcome.step("after").reason == "step bad has to pass first; it ended fail"
    assert outcome.step("last").reason == "step after has to pass first; it ended not_run"


def test_a_step_without_a_claim_counts_once_it_was_done(tmp_path: Path) -> None:
    waits = step("waits", "bench.wait", "{for: 1 s}")
    here = "{pile: {charging_state: idle}, vehicle: {s2: open}, if_passed: [waits]}"
    steps = write_procedure(tmp_path, switch_on() + waits + step("here", "bench.expect", here))
    assert run_procedure(tmp_path, steps).verdicts["here"] is Verdict.PASS
    some = run_procedure(tmp_path, steps, selected={"on", "settle", "here"})
    assert some.verdicts["here"] is Verdict.NOT_RUN
    assert some.step("here").reason == "step waits has to pass first; it ended not_run"


@pytest.mark.parametrize(
    ("verb", "with_", "more"),
    [
        ("bench.both_show", "pile: {charging_state: idle}, vehicle: {s2: open}", "{within: 1 s}"),
        ("bench.agree", "pile: current_l1, vehicle: ac_current_l1", "{high: 1 A}"),
        ("bench.measure", "pile: [voltage_l1]", "{high: 1 V}"),
        ("bench.smallest_is_used", "used: ac_current_l1, of_pile: [current_limit]", "{high: 1 A}"),
        ("pile.derates", "current: 16 A, effect: {s2: open}", "{within: 1 s}"),
    ],
)
def test_only_earlier_steps_can_be_built_on(
    tmp_path: Path, verb: str, with_: str, more: str
) -> None:
    first = step("first", verb, f"{{{with_}, if_passed: [second]}}", f"limit: {more}")
    second = step("second", "bench.wait", "{for: 1 s}")
    with pytest.raises(FileError, match="is not before this one"):
        run_procedure(tmp_path, write_procedure(tmp_path, first + second))


# Numbers


def test_the_smallest_limit_and_what_is_used(tmp_path: Path) -> None:
    what = "{used: cable_rating, of_pile: [current_limit, max_current], of_vehicle: [cable_rating]}"
    plug = step("plug", "operator.confirm", f"{{{PLUG}}}")
    wait = step("wait", "bench.wait", "{for: 1 s}")
    small = step("small", "bench.smallest_is_used", what, "limit: {low: -1, high: 1, unit: A}")
    limit = step("limit", "pile.derates", "{current: 10 A, effect: {s2: open}}",
                 "limit: {within: 1 s}")  # fmt: skip
    again = small.replace("id: small", "id: again")
    outcome = run(tmp_path, plug, wait, small, limit, again)
    assert outcome.verdicts["small"] in (Verdict.PASS, Verdict.CONDITIONAL_PASS)
    assert outcome.verdicts["limit"] is Verdict.INCONCLUSIVE, "S2 was open before"
    assert outcome.verdicts["again"] is Verdict.FAIL
    (used,) = judged(outcome, "again")
    assert used.note == "smallest: current_limit 10 A"
    assert used.value == 22


def reading(value: float, *, u: float | None = None, unit: str = "A") -> Measurement:
    return Measurement("x", value, unit, uncertainty=u)


def test_a_mean_is_no_better_than_its_readings() -> None:
    found = mean_of([reading(1.0, u=0.1), reading(3.0, u=0.1)], "A")
    assert found == Mean(2.0, 0.1)
    assert mean_of([reading(1500, unit="mA")], "A") == Mean(1.5, None)
    bad = Measurement("x", None, "A", quality=Quality.STALE)
    assert mean_of([reading(1.0), bad], "A") is bad


def test_a_ratio_with_its_uncertainty() -> None:
    told = ratio("a / b", Mean(95.0, 0.95), Mean(100.0, 2.0), at=0.0)
    assert told.value == 95.0
    assert told.uncertainty == pytest.approx(95 * (0.01**2 + 0.02**2) ** 0.5)
    with pytest.raises(NotAvailableError, match="b is 0"):
        ratio("a / b", Mean(1.0, None), Mean(0.0, None), at=0.0)


def test_a_part_of_zero_keeps_its_uncertainty() -> None:
    told = ratio("a / b", Mean(0.0, 30.0), Mean(60.0, 1.0), at=0.0)
    assert (told.value, told.uncertainty) == (0.0, pytest.approx(50.0))
    both = ratio("a / b", Mean(30.0, 3.0), Mean(60.0, 6.0), at=0.0)
    assert both.uncertainty == pytest.approx(50.0 * 0.02**0.5)


@given(
    power=st.floats(3_000, 22_000),
    share=st.floats(0.75, 1.1),
    start=st.floats(40.0, 41.0),
    every=st.sampled_from([0.5, 1.0, 2.0, 5.0]),
    skew=st.floats(0.0, 0.2),
)
def test_energy_between_two_steps_of_soc_holds_the_truth(
    power: float, share: float, start: float, every: float, skew: float
) -> None:
    """A battery of 54 kWh, of which the bus shows tenths of a percent; the pile counts whole Wh."""
    counted, steps = [], []
    for k in range(int(90 / every)):
        t = k * every
        wh = int(power * t / 3600)
        counted.append(Measurement("e", wh / 1000, "kWh", at=t, raw=wh))
        soc = start + 100 * share * power * (t + skew) / 3600 / 54_000
        shown = round(soc, 1)
        steps.append(Measurement("soc", shown, "%", uncertainty=0.05, at=t + skew))
    gained, through, _ = _gain(counted, steps)
    told = ratio("soc / e", Mean(gained.value * 540, (gained.uncertainty or 0) * 540), through,
                 at=0.0)  # fmt: skip
    assert isinstance(told.value, float)
    assert told.uncertainty is not None
    assert abs(told.value - 100 * share) <= told.uncertainty + 0.3 * share
    assert told.uncertainty < (15 if power * share > 12_000 else 120)


# What both keep, and blame


SIGNS = [
    Sign(says="connection", vehicle={"stop_reason": ["cp_lost", "pe_lost"]}),
    Sign(says="vehicle", vehicle={"stop_reason": ["vehicle"]}, pile={"state": ["suspended_ev"]}),
    Sign(says="pile", vehicle={"stop_reason": ["pile"]}),
]


@pytest.mark.parametrize(
    ("vehicle", "pile", "answer"),
    [
        ("cp_lost", "fault", "connection"),
        ("vehicle", "suspended_ev", "vehicle"),
        ("vehicle", "charging", None),
        ("pile", "finished", "pile"),
        ("none", "finished", None),
    ],
)
def test_the_key_follows_from_the_readings(vehicle: str, pile: str, answer: str | None) -> None:
    readings = [
        Measurement("stop_reason", "pe_lost", source="vehicle"),
        Measurement("stop_reason", "unplugged", source="pile"),
        Measurement("state", pile, source="pile"),
        Measurement("stop_reason", vehicle, source="vehicle"),
    ]
    said, basis = blamed(readings, SIGNS)
    assert said == answer
    assert bool(basis) == (answer is not None)
    if said == "vehicle":
        assert basis == {"vehicle.stop_reason": "vehicle", "pile.state": "suspended_ev"}


BLAME = """
- id: blame
  title: {zh: 判责, en: Blame}
  do: operator.blame
  with:
    ask: {zh: 哪一侧停止的, en: Which side stopped}
    subject: blame
    choices: {pile: {zh: 桩, en: pile}, nobody: {zh: 无, en: nobody}}
    readings_of: READINGS
    key: [{says: nobody, pile: {charging_state: [STATE]}}]
"""


def blame(readings: str = "states", state: str = "idle") -> str:
    return BLAME.replace("READINGS", readings).replace("STATE", state)


STATES = step("states", "bench.expect", "{pile: {charging_state: idle}, vehicle: {s2: open}}")


def test_a_person_is_held_against_the_record(tmp_path: Path) -> None:
    outcome = run(tmp_path, STATES, blame())
    (concluded,) = outcome.of(Concluded)
    assert concluded.key == "nobody"
    assert concluded.basis == {"pile.charging_state": "idle"}
    assert concluded.candidate is CandidateVerdict.RIGHT, (
        "the simulated technician reads the record"
    )
    assert outcome.verdicts["blame"] is None


def test_a_record_that_fits_no_line_leaves_it_open(tmp_path: Path) -> None:
    outcome = run(tmp_path, STATES, blame(state="fault"))
    assert outcome.of(Concluded) == []
    assert outcome.step("blame").candidate is CandidateVerdict.PENDING


def test_without_a_record_nobody_is_blamed(tmp_path: Path) -> None:
    waits = step("states", "bench.wait", "{for: 1 s}")
    outcome = run(tmp_path, waits, blame())
    assert outcome.verdicts["blame"] is Verdict.NOT_RUN


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        (blame("nowhere"), "nowhere"),
        (STATES + blame().replace("says: nobody", "says: somebody"), "not one of the choices"),
        (STATES + blame().replace(", pile: {charging_state: [idle]}", ""), "nothing speaks for it"),
    ],
)
def test_mistakes_in_the_table_are_found(tmp_path: Path, steps: str, what: str) -> None:
    with pytest.raises(FileError) as raised:
        run_procedure(tmp_path, write_procedure(tmp_path, steps))
    assert what in str(raised.value.problems[0])


def test_what_is_not_recorded_is_named(tmp_path: Path) -> None:
    what = "{point: fault_flags, flags: [F-15], codes: {obc: [P1C10-31]}, wait: 1 s}"
    kept = step("kept", "diag.both_recorded", what)
    unknown = kept.replace("obc", "ecu9").replace("id: kept", "id: unknown")
    outcome = run(tmp_path, kept, unknown)
    assert outcome.verdicts["kept"] is Verdict.FAIL
    (missing,) = judged(outcome, "kept")
    assert missing.value == ["pile:F-15", "obc:P1C10-31"]
    assert outcome.verdicts["unknown"] is Verdict.NOT_RUN
    assert "ecu9" in outcome.step("unknown").reason
    assert any(event.measurement.name == "fault_flags" for event in outcome.of(Measured))
