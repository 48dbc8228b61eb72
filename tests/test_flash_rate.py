"""Counted flashes: the truth lies within the stated uncertainty, and bad frames prove nothing."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from car_help import CarPoint
from hypothesis import given
from hypothesis import strategies as st
from vehicle_help import MiniCar, step
from vehicle_inspection_help import INSPECTION, inspect, until
from waiting_help import act_on, judged, later, silence

from harness.catalogue.criteria.flash_rate import flash_duty, flash_rate
from harness.catalogue.criteria.inputs import Series
from harness.engine import wording
from harness.errors import FileError
from harness.events import Judged, Measured
from harness.quantity import Measurement, Quality
from harness.verdict import Verdict

CYCLE = 0.02
"""Of the message of the lamps in the example car (s)."""


def watched(
    hertz: float, duty: float, start: float, jitter: float, seed: int
) -> tuple[Measurement, Measurement]:
    """Rate and duty of a lamp that is sampled every cycle, at moments that are a little off."""
    source = random.Random(seed)
    taken = [number * CYCLE for number in range(500)]
    lit = [(time - start) * hertz % 1 < duty for time in taken]
    stamps = Series([at + source.uniform(0, jitter) for at in taken], "s", CYCLE)
    return flash_rate(stamps, lit), flash_duty(stamps, lit)


@given(
    st.floats(0.5, 4.0), st.floats(0.3, 0.7), st.floats(0, 2.0), st.floats(0, 0.018),
    st.integers(0, 1000),
)  # fmt: skip
def test_the_truth_lies_within_the_uncertainty(
    hertz: float, duty: float, start: float, jitter: float, seed: int
) -> None:
    rate, share = watched(hertz, duty, start, jitter, seed)
    assert isinstance(rate.value, float) and isinstance(share.value, float)
    assert rate.uncertainty is not None and share.uncertainty is not None
    assert abs(rate.value - 60 * hertz) <= rate.uncertainty
    assert abs(share.value - 100 * duty) <= share.uncertainty
    assert rate.uncertainty < 0.012 * rate.value, "10 s of frames every 20 ms tell it to 1 %"


def test_the_slower_the_frames_the_more_uncertain() -> None:
    spreads = []
    for cycle in (0.02, 0.1):
        times = [number * cycle for number in range(round(10 / cycle))]
        rate = flash_rate(Series(times, "s", 0.0), [time * 1.5 % 1 < 0.5 for time in times])
        spreads.append(rate.uncertainty or 0.0)
    assert spreads[1] == pytest.approx(5 * spreads[0], rel=0.05)


def test_frames_that_come_in_a_bunch_hide_no_edge() -> None:
    """An adapter holds frames back for 0.12 s, just when the lamp comes on for the first time."""
    taken = [number * CYCLE for number in range(300)]
    lit = [(time - 0.25) % 0.7 < 0.35 for time in taken]
    stamps = [0.36 + at / 1000 if 0.24 < at <= 0.361 else at for at in taken]
    rate = flash_rate(Series(stamps, "s", 0.0), lit)
    assert rate.quality is Quality.GOOD and isinstance(rate.value, float)
    assert abs(rate.value - 60 / 0.7) <= (rate.uncertainty or 0.0)


# ---------------------------------------------------------------- the verb

ASK = "does: act, ask: {zh: 动, en: Act}"
LIMIT = "limit: {low: 60 1/min, high: 120 1/min}"


def blink(car: MiniCar, hertz: float, seconds: float = 20.0) -> None:
    """The mode of the small car goes to and fro, in a message that comes each 10 ms."""
    for number in range(int(seconds * hertz)):
        for share, state in ((0.0, "limp"), (0.5, "on")):
            mode = {"VCU_Mode": state}
            later((number + share) / hertz, lambda mode=mode: car.values["VCU_Torque"].update(mode))


def counting(with_: str = "") -> str:
    given = f"{{point: mode, lit: limp, for: 8 s, {ASK}{with_}}}"
    return step("it", "vehicle.flash_rate", given, LIMIT)


@pytest.mark.parametrize(
    ("hertz", "verdict"),
    [(1.4, Verdict.PASS), (0.75, Verdict.FAIL), (2.5, Verdict.FAIL), (0.0, Verdict.FAIL)],
)
def test_a_lamp_on_the_bus_is_counted(tmp_path: Path, hertz: float, verdict: Verdict) -> None:
    car = MiniCar()
    outcome = act_on(tmp_path, car, counting(), lambda: blink(car, hertz))
    assert outcome.verdicts["it"] is verdict
    found = judged(outcome)
    assert found.name == "mode.flash_rate"
    assert abs(found.value - 60 * hertz) <= found.uncertainty
    duties = [one.measurement for one in outcome.of(Measured) if "duty" in one.measurement.name]
    assert [abs(one.value - 50) <= one.uncertainty for one in duties] == [True] * (hertz > 0)


def _late(car: MiniCar) -> None:
    later(2.0, lambda: silence(car))


@pytest.mark.parametrize(
    ("spoil", "quality", "zh"),
    [(silence, Quality.MISSING, "的可用报文"), (_late, Quality.STALE, "没有新的有效值"),
     (lambda car: car.spoilt.add("VCU_Torque"), Quality.MISSING, "的可用报文")],
    ids=["none", "gone", "spoilt"],
)  # fmt: skip
def test_frames_that_do_not_come_prove_nothing(
    tmp_path: Path, spoil: Callable[[MiniCar], None], quality: Quality, zh: str
) -> None:
    car = MiniCar()

    def act() -> None:
        blink(car, 1.4)
        spoil(car)

    outcome = act_on(tmp_path, car, counting(), act)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    found = judged(outcome)
    assert (found.value, found.quality) == (None, quality)
    assert zh in wording.reason(found.note).zh


def test_a_pause_of_the_adapter_costs_only_the_rest(tmp_path: Path) -> None:
    car = MiniCar()

    def act() -> None:
        blink(car, 1.4)
        later(2.0, lambda: silence(car))
        later(2.6, car.quiet.clear)

    outcome = act_on(tmp_path, car, counting(), act)
    assert outcome.verdicts["it"] is Verdict.PASS
    found = judged(outcome)
    assert abs(found.value - 84) <= found.uncertainty
    assert found.note.startswith("7 flashes in 5")


def test_flashes_that_are_too_short_for_the_frames_prove_nothing(tmp_path: Path) -> None:
    car = MiniCar()
    outcome = act_on(tmp_path, car, counting(), lambda: blink(car, 45))
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).quality is Quality.UNSTABLE


def test_it_is_switched_off_again_whatever_came_of_it(tmp_path: Path) -> None:
    car = MiniCar()
    acts: list[int] = []
    row = counting(", undo: act, undo_ask: {zh: 复, en: Back}")
    act_on(tmp_path, car, row, lambda: acts.append(len(acts)) or silence(car))
    assert acts == [0, 1]


@pytest.mark.parametrize(
    ("what", "named"), [("vin, lit: x", "vin"), ("mode, lit: glowing", "limp")]
)
def test_a_lamp_that_cannot_be_counted_is_named(tmp_path: Path, what: str, named: str) -> None:
    row = step("it", "vehicle.flash_rate", f"{{point: {what}}}", LIMIT)
    with pytest.raises(FileError, match=named):
        act_on(tmp_path, MiniCar(), row, lambda: None)


# ---------------------------------------------------------------- the example car


def test_every_car_flashes_a_little_otherwise() -> None:
    rates = set()
    for seed in range(4):
        point = CarPoint(seed=seed)
        point.switch_on()
        lamps = point.car.body.lamps
        point.do("turn-left-on")
        lit = []
        for _ in range(300):
            point.run(CYCLE)
            lit.append(lamps.conducts("turn_left"))
            assert not lamps.conducts("turn_right")
        rate = flash_rate(Series([number * CYCLE for number in range(300)], "s", CYCLE), lit)
        assert isinstance(rate.value, float)
        assert abs(rate.value - lamps.flasher.rate) <= (rate.uncertainty or 0.0)
        rates.add(lamps.flasher.rate)
    assert len(rates) == 4 and min(rates) > 80 and max(rates) < 90


def test_a_right_figure_of_the_controller_does_not_hide_a_wrong_lamp(tmp_path: Path) -> None:
    selected = until(INSPECTION, "turn-left", "flash-rate")
    outcome = inspect(
        tmp_path, INSPECTION, selected=selected, faults=["flash-rate-misreported"], seed=5
    )
    assert outcome.verdicts["flash-rate"] is Verdict.FAIL
    read = {one.measurement.name: one.measurement for one in outcome.of(Measured)}
    (counted,) = [one for one in outcome.of(Judged) if one.step == "flash-rate"]
    assert read["flash_rate"].value == 85
    assert counted.measurement.value == pytest.approx(140, abs=2)
    assert counted.item == "GB 7258-2017/turn-signal-rate"
