"""Insulation per volt, cell voltage spread and flash rate, against worked numbers."""

import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalogue.criteria.cell_spread_rms import cell_spread_rms
from harness.catalogue.criteria.flash_rate import flash_rate
from harness.catalogue.criteria.inputs import Series
from harness.catalogue.criteria.insulation_per_volt import insulation_per_volt, required_resistance
from harness.catalogue.load import load_catalogue
from harness.errors import UsageError
from harness.limits import Limit, judge
from harness.quantity import Measurement, Quality, Quantity
from harness.verdict import Verdict


def item_limit(name: str) -> Limit:
    found = load_catalogue().item(name).limit_for()
    assert found is not None
    return found


def insulation(kilo_ohm: float | None, volts: float | None, u: float | None = 0.0) -> Measurement:
    return insulation_per_volt(
        Measurement("insulation_resistance", kilo_ohm, "kΩ", u),
        Measurement("pack_voltage", volts, "V", 0.0),
    )


def test_30_kilo_ohm_at_399_volts_are_75_ohm_per_volt() -> None:
    result = insulation(30.0, 399.0)
    assert result.value == pytest.approx(75.19, abs=0.01)
    assert result.unit == "Ω/V"
    assert judge(result, item_limit("GB 18384/insulation-dc")).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("kilo_ohm", "item", "verdict"),
    [
        (40.0, "insulation-dc", Verdict.PASS),
        (39.9, "insulation-dc", Verdict.FAIL),
        (200.0, "insulation-ac", Verdict.PASS),
        (199.0, "insulation-ac", Verdict.FAIL),
    ],
)
def test_at_400_volts_both_ways(kilo_ohm: float, item: str, verdict: Verdict) -> None:
    result = insulation(kilo_ohm, 400.0)
    assert judge(result, item_limit(f"GB 18384/{item}")).verdict is verdict


def test_required_resistance_at_400_volts() -> None:
    volts = Quantity(400.0, "V")
    assert required_resistance(volts, Quantity(100.0, "Ω/V")) == Quantity(40.0, "kΩ")
    assert required_resistance(volts, Quantity(500.0, "Ω/V")) == Quantity(200.0, "kΩ")
    assert required_resistance(Quantity(0.4, "kV"), Quantity(100.0, "Ω/V")).value == 40.0
    with pytest.raises(UsageError, match="no working voltage"):
        required_resistance(Quantity(0.0, "V"), Quantity(100.0, "Ω/V"))


def test_uncertainty_of_resistance_and_voltage() -> None:
    result = insulation_per_volt(
        Measurement("r", 44.0, "kΩ", 4.0, at=1.0, transactions=[3]),
        Measurement("u", 400.0, "V", 4.0, at=2.0, transactions=[4]),
    )
    assert result.value == pytest.approx(110.0)
    assert result.uncertainty == pytest.approx(math.hypot(10.0, 1.1))
    assert (result.at, result.transactions) == (2.0, [3, 4])
    verdict = judge(result, item_limit("GB 18384/insulation-dc")).verdict
    assert verdict is Verdict.CONDITIONAL_PASS
    assert insulation(30.0, 399.0, None).uncertainty is None


@pytest.mark.parametrize(
    ("kilo_ohm", "volts", "quality"),
    [
        (None, 400.0, Quality.MISSING),
        (500.0, None, Quality.MISSING),
        (500.0, 0.0, Quality.MISSING),
        (500.0, -3.0, Quality.MISSING),
        (math.inf, 400.0, Quality.NOT_A_NUMBER),
    ],
)
def test_no_insulation_without_usable_readings(
    kilo_ohm: float | None, volts: float | None, quality: Quality
) -> None:
    result = insulation(kilo_ohm, volts)
    assert result.quality is quality
    verdict = judge(result, item_limit("GB 18384/insulation-dc")).verdict
    assert verdict is Verdict.INCONCLUSIVE


def test_a_reading_that_is_no_number_or_marked_bad_gives_nothing() -> None:
    volts = Measurement("u", 400.0, "V", 0.0)
    for value in (True, "high", ["a"]):
        bad = Measurement("r", value, "kΩ")
        assert insulation_per_volt(bad, volts).quality is Quality.NOT_A_NUMBER
    sentinel = Measurement("r", 65535.0, "kΩ", quality=Quality.SENTINEL)
    assert insulation_per_volt(sentinel, volts).quality is Quality.SENTINEL
    negative = insulation_per_volt(Measurement("r", 50.0, "kΩ", -1.0), volts)
    verdict = judge(negative, item_limit("GB 18384/insulation-dc")).verdict
    assert verdict is Verdict.INCONCLUSIVE


@given(st.floats(1, 1e5), st.floats(50, 1000))
def test_per_volt_and_required_resistance_agree(kilo_ohm: float, volts: float) -> None:
    needed = required_resistance(Quantity(volts, "V"), Quantity(100.0, "Ω/V")).value
    value = insulation(kilo_ohm, volts).value
    assert isinstance(value, float)
    assert value / 100.0 == pytest.approx(kilo_ohm / needed)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats(0, 1e9))
def test_any_two_readings_give_a_figure_or_a_reason(ohms: float, volts: float, u: float) -> None:
    result = insulation_per_volt(Measurement("r", ohms, "Ω", u), Measurement("u", volts, "V", u))
    assert (result.value is None) == (result.quality is not Quality.GOOD)
    assert judge(result, item_limit("GB 18384/insulation-dc")).verdict in Verdict


def cells(*pairs: tuple[float, float]) -> Measurement:
    high, low = zip(*pairs, strict=True) if pairs else ((), ())
    return cell_spread_rms(Series(list(high), "V", 0.003), Series(list(low), "V", 0.004))


def test_rms_of_spreads_is_not_their_mean() -> None:
    result = cells((3.6, 3.3), (3.6, 3.2))
    assert result.value == pytest.approx(math.sqrt((0.3**2 + 0.4**2) / 2))
    assert result.uncertainty == pytest.approx(0.005)
    assert "2 samples, largest 0.4 V" in result.note


@pytest.mark.parametrize(
    ("spread", "verdict"), [(0.05, Verdict.PASS), (0.49, Verdict.PASS), (0.51, Verdict.FAIL)]
)
def test_cell_spread_both_ways(spread: float, verdict: Verdict) -> None:
    result = cells(*[(3.3 + spread, 3.3)] * 20)
    assert judge(result, item_limit("GB/T 45688/cell-spread-charging")).verdict is verdict


def test_one_bad_sample_weighs_by_its_square() -> None:
    quiet = [(3.32, 3.3)] * 9
    assert cells(*quiet, (4.9, 3.3)).value == pytest.approx(math.sqrt((9 * 0.02**2 + 1.6**2) / 10))


def test_cell_voltages_come_in_millivolt_too() -> None:
    result = cell_spread_rms(Series([3600.0], "mV", 2.0), Series([3300.0], "mV", 2.0))
    assert result.value == pytest.approx(0.3)
    assert result.uncertainty == pytest.approx(0.0028, abs=1e-4)


def test_spreads_that_cannot_be() -> None:
    assert cells().quality is Quality.MISSING
    assert cells((3.2, 3.3)).quality is Quality.OUT_OF_RANGE
    assert "sample 0" in cells((3.2, 3.3)).note
    assert cells((math.nan, 3.3)).quality is Quality.NOT_A_NUMBER
    with pytest.raises(UsageError, match="1 and 2 samples"):
        cell_spread_rms(Series([1.0], "V"), Series([1.0, 2.0], "V"))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(2, 4)), min_size=1, max_size=50))
def test_rms_lies_between_smallest_and_largest_spread(samples: list[tuple[float, float]]) -> None:
    value = cells(*[(low + spread, low) for spread, low in samples]).value
    assert isinstance(value, float)
    spreads = [spread for spread, _ in samples]
    assert min(spreads) - 1e-9 <= value <= max(spreads) + 1e-9


def lamp(
    rate: float, *, seconds: float = 10.0, step: float = 0.05, start: float = 0.13
) -> Measurement:
    """A lamp that flashes `rate` times a minute, half of the time on."""
    times = [index * step for index in range(int(seconds / step))]
    lit = [rate > 0 and ((time - start) * rate / 60) % 1 < 0.5 for time in times]
    return flash_rate(Series(times, "s", 0.0), lit)


@pytest.mark.parametrize(
    ("rate", "verdict"),
    [(90.0, Verdict.PASS), (75.0, Verdict.PASS), (45.0, Verdict.FAIL), (150.0, Verdict.FAIL),
     (0.0, Verdict.FAIL)],
)  # fmt: skip
def test_flash_rate_both_ways(rate: float, verdict: Verdict) -> None:
    result = lamp(rate, seconds=20.0)
    assert judge(result, item_limit("GB 7258/turn-signal-rate")).verdict is verdict


def test_five_flashes_in_four_seconds() -> None:
    times = [index * 0.1 for index in range(50)]
    lit = [index % 8 < 4 for index in range(50)]
    result = flash_rate(Series(times, "s", 0.0), lit)
    # It comes on at 0.8, 1.6 … 4.8 s: five flashes in 4 s.
    assert result.value == pytest.approx(75.0)
    assert result.uncertainty == pytest.approx(75.0 * math.hypot(0.1, 0.1) / 4.0)
    assert "5 flashes in 4 s" in result.note


@given(st.floats(30, 150), st.floats(0, 0.5))
def test_the_true_rate_lies_within_the_uncertainty(rate: float, start: float) -> None:
    result = lamp(rate, seconds=12.0, start=start)
    assert isinstance(result.value, float)
    assert result.uncertainty is not None
    assert abs(result.value - rate) <= result.uncertainty + 1e-6


def test_a_lamp_that_comes_on_once_is_slow_give_or_take_one() -> None:
    times = Series([index * 0.1 for index in range(101)], "s", 0.0)
    result = flash_rate(times, [index >= 50 for index in range(101)])
    assert result.value == pytest.approx(6.0)
    assert result.uncertainty == pytest.approx(6.0)
    assert judge(result, item_limit("GB 7258/turn-signal-rate")).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("step", "pattern"), [(0.3, "0011"), (0.1, "01"), (0.2, "001")], ids=["slow", "fast", "coarse"]
)
def test_sampling_too_slow_proves_nothing(step: float, pattern: str) -> None:
    lit = [sign == "1" for sign in pattern * 12]
    result = flash_rate(Series([index * step for index in range(len(lit))], "s", 0.0), lit)
    assert result.quality is Quality.UNSTABLE
    assert judge(result, item_limit("GB 7258/turn-signal-rate")).verdict is Verdict.INCONCLUSIVE


def test_times_in_milliseconds_and_their_mistakes() -> None:
    times = [index * 100.0 for index in range(50)]
    lit = [index % 8 < 4 for index in range(50)]
    assert flash_rate(Series(times, "ms"), lit).value == pytest.approx(75.0)
    assert flash_rate(Series([], "s"), []).quality is Quality.MISSING
    assert flash_rate(Series([1.0], "s"), [True]).quality is Quality.MISSING
    assert flash_rate(Series([0.0, math.nan], "s"), [True, False]).quality is Quality.NOT_A_NUMBER
    with pytest.raises(UsageError, match="50 times for 49 states"):
        flash_rate(Series(times, "ms"), lit[1:])
    with pytest.raises(UsageError, match="do not rise"):
        flash_rate(Series([0.0, 0.0], "s"), [True, False])
    with pytest.raises(UsageError, match="cannot convert"):
        flash_rate(Series(times, "m"), lit)


@given(st.lists(st.tuples(st.floats(0.001, 0.4), st.booleans()), min_size=2, max_size=60))
def test_any_samples_give_a_rate_or_a_reason(samples: list[tuple[float, bool]]) -> None:
    times = [0.0]
    for gap, _ in samples[1:]:
        times.append(times[-1] + gap)
    assert all(before < after for before, after in pairwise(times))
    result = flash_rate(Series(times, "s", 0.0), [lit for _, lit in samples])
    if result.quality is Quality.GOOD:
        assert isinstance(result.value, float)
        assert math.isfinite(result.value)
        assert result.value >= 0
    else:
        assert result.value is None


def test_the_example_of_the_standards_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "standards.md").read_text(encoding="utf-8")
    block = next(part for part in page.split("```python\n") if "insulation_per_volt(" in part)
    exec(compile(block.partition("```")[0], "standards.md", "exec"), {})
    assert capsys.readouterr().out.strip() == Verdict.FAIL
