"""Limits as written: every form, every wrong form, and every item judged both ways."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.catalogue.item import LimitSpec
from harness.catalogue.load import load_catalogue
from harness.errors import UsageError
from harness.limits import Clear, Equals, Limit, OneOf, Range, Within, describe, judge
from harness.quantity import Measurement, Quality, Quantity, Value
from harness.verdict import Verdict

RATINGS = {
    "voltage": Quantity(220.0, "V"),
    "announced_current": Quantity(16.0, "A"),
    "cc_resistance": Quantity(220.0, "Ω"),
    "tyre_pressure_front": Quantity(250.0, "kPa"),
    "tyre_pressure_rear": Quantity(260.0, "kPa"),
}

FIGURES = {
    # Transcribed from the fact catalogues and from the step list of the daily inspection.
    "NB/T 33002-2018/supply-voltage": "176 … 264 V",
    "NB/T 33002-2018/supply-frequency": "49 … 51 Hz",
    "NB/T 33002-2018/status-display": "standby | charging | fault",
    "GB/T 18487.1-2023/contactor-adhesion": "= open",
    "GB/T 18487.1-2023/insulation-resistance": "≥ 10 MΩ",
    "GB/T 18487.1-2023/plug-storage-height": "0.5 … 1.5 m",
    "GB/T 18487.1-2023/cable-free-length": "≤ 7.5 m",
    "GB/T 18487.1-2023/rcd-rating": "≤ 30 mA",
    "GB/T 18487.1-2023/grip-temperature-metal": "≤ 50 °C",
    "GB/T 18487.1-2023/grip-temperature-non-metal": "≤ 60 °C",
    "GB/T 18487.1-2023/touch-temperature-metal": "≤ 60 °C",
    "GB/T 18487.1-2023/touch-temperature-non-metal": "≤ 85 °C",
    "GB/T 18487.1-2023/ambient-outdoor": "-25 … 40 °C",
    "GB/T 18487.1-2023/ambient-indoor": "-5 … 40 °C",
    "GB/T 18487.1-2023/cable-overload": "≤ 60 s",
    "GB/T 18487.1-2023/cp-high-level": "11.4 … 12.6 V",
    "GB/T 18487.1-2023/cp-low-level": "-12.6 … -11.4 V",
    "GB/T 18487.1-2023/cp-frequency": "980 … 1020 Hz",
    "GB/T 18487.1-2015/cp-frequency": "970 … 1030 Hz",
    "GB/T 18487.1-2023/duty-tolerance": "-0.5 … 0.5 %",
    "GB/T 18487.1-2023/r1": "970 … 1030 Ω",
    "GB/T 18487.1-2023/r2": "1261 … 1339 Ω",
    "GB/T 18487.1-2023/r3": "2658 … 2822 Ω",
    "GB/T 18487.1-2023/diode-drop": "0.55 … 0.85 V",
    "GB/T 18487.1-2023/cp-settling-time": "≤ 3 us",
    "GB/T 18487.1-2023/cp-rise-time": "≤ 2 us",
    "GB/T 18487.1-2023/cp-fall-time": "≤ 2 us",
    "GB/T 18487.1-2023/cp-state-1": "11 … 13 V",
    "GB/T 18487.1-2023/cp-state-2": "8 … 10 V",
    "GB/T 18487.1-2023/cp-state-3": "5 … 7 V",
    "GB/T 18487.1-2023/cp-state-0": "-1 … 1 V",
    "GB/T 18487.1-2023/cp-state-4": "-13 … -11 V",
    "GB/T 18487.1-2015/cp-state-1": "11.2 … 12.8 V",
    "GB/T 18487.1-2015/cp-state-2": "8.2 … 9.8 V",
    "GB/T 18487.1-2015/cp-state-3": "5.2 … 6.8 V",
    "GB/T 18487.1-2015/cp-state-2-normal": "8.37 … 9.59 V",
    "GB/T 18487.1-2015/cp-state-3-normal": "5.47 … 6.53 V",
    "GB/T 18487.1-2023/cc-10a": "1455 … 1545 Ω",
    "GB/T 18487.1-2023/cc-16a": "659.6 … 700.4 Ω",
    "GB/T 18487.1-2023/cc-32a": "213.4 … 226.6 Ω",
    "GB/T 18487.1-2023/cc-63a": "97 … 103 Ω",
    "GB/T 18487.1-2023/cc-acceptance": "209 … 231 Ω",
    "GB/T 18487.1-2023/over-current-up-to-20-a": "≤ 18 A",
    "GB/T 18487.1-2023/over-current-above-20-a": "≤ 17.6 A",
    "GB/T 18487.1-2023/over-current-off": "≤ 10 s",
    "GB/T 18487.1-2023/T-01": "≤ 3 s",
    "GB/T 18487.1-2023/T-02": "≤ 0.1 s",
    "GB/T 18487.1-2023/T-03": "≤ 3 s",
    "GB/T 18487.1-2023/T-04": "≤ 3 s",
    "GB/T 18487.1-2023/T-05": "≤ 3 s",
    "GB/T 18487.1-2023/T-06": "≥ 6 s",
    "GB/T 18487.1-2015/T-06": "≥ 3 s",
    "GB/T 18487.1-2023/T-07": "≤ 0.1 s",
    "GB/T 18487.1-2023/T-08": "≤ 0.1 s",
    "GB/T 18487.1-2023/T-09": "≤ 0.1 s",
    "GB/T 18487.1-2023/T-09-s2": "≤ 3 s",
    "GB/T 18487.1-2023/T-10": "≤ 0.1 s",
    "GB/T 18487.1-2023/T-11": "≤ 0.1 s",
    "GB/T 18487.1-2023/T-12": "≤ 0.1 s",
    "GB/T 18487.1-2023/T-13": "≤ 0.1 s",
    "GB/T 18487.1-2023/T-14": "≤ 3 s",
    "GB/T 18487.1-2023/T-15": "≤ 1 s",
    "GB/T 18487.1-2023/T-16": "≤ 1 s",
    "GB/T 18487.1-2023/T-16-s2": "≤ 3 s",
    "GB/T 18487.1-2023/T-17": "≤ 5 s",
    "GB/T 18487.1-2023/T-18": "≤ 10 s",
    "GB/T 18487.1-2023/T-19": "≤ 50 ms",
    "GB/T 18487.1-2023/T-20": "0.2 … 3 s",
    "GB/T 18487.1-2023/T-21": "0.1 … 5 s",
    "GB/T 18487.1-2023/T-23": "≥ 300 ms",
    "JJG 1148-2022/operating-error-class-1": "-1 … 1 %",
    "JJG 1148-2022/operating-error-class-2": "-2 … 2 %",
    "JJG 1148-2022/energy-step": "≤ 0.001 kWh",
    "JJG 1148-2022/clock-error-in-use": "-180 … 180 s",
    "JJG 1148-2022/clock-error-first": "-5 … 5 s",
    "JJG 1148-2022/insulation-resistance": "≥ 5 MΩ",
    "JJG 1148-2018/insulation-resistance": "≥ 10 MΩ",
    "practice/pile-idle": "= idle",
    "practice/no-open-fault": "none set",
    "practice/emergency-stop-at-rest": "= released",
    "practice/emergency-stop-reaction": "≤ 1 s",
    "practice/emergency-stop-latched": "= fault",
    "practice/emergency-stop-reset": "≤ 5 s",
    "practice/gun-holder": "= in",
    "practice/gun-return": "≤ 2 s",
    "practice/idle-creep": "-0.001 … 0.001 kWh",
    "practice/internal-temperature": "≤ 70 °C",
    "practice/gun-surface-temperature": "≤ 60 °C",
    "practice/temperature-agreement": "-25 … 25 K",
    "practice/communication-error-rate": "≤ 1 %",
    "practice/response-time": "≤ 0.2 s",
}


@cache
def limits() -> dict[str, Limit]:
    found = {item.id: item.limit_for(RATINGS) for item in load_catalogue().items}
    return {name: limit for name, limit in found.items() if limit is not None}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_those_of_the_transcription(name: str) -> None:
    assert describe(limits()[name]) == FIGURES[name]


def reading(value: Value | None, unit: str | None = None) -> Measurement:
    return Measurement("x", value, unit, 0.0 if unit else None)


def inside_and_outside(limit: Limit) -> tuple[list[Measurement], list[Measurement]]:
    """Readings that meet a limit and readings that break it, made from the limit alone."""
    if isinstance(limit, Within):
        return [reading(0.0, "s"), reading(limit.high, "s")], [reading(limit.high * 1.01, "s")]
    if isinstance(limit, OneOf):
        return [reading(value) for value in limit.values], [reading("no such state")]
    if isinstance(limit, Equals):
        other = limit.value + 1 if isinstance(limit.value, int | float) else "no such state"
        return [reading(limit.value)], [reading(other)]
    if isinstance(limit, Clear):
        return [reading([])], [reading(["door_open"])]
    ends = [end for end in (limit.low, limit.high) if end is not None]
    step = max(abs(end) for end in ends) * 0.01
    good = [*ends, sum(ends) / len(ends)]
    bad = [limit.low - step] if limit.low is not None else []
    bad += [limit.high + step] if limit.high is not None else []
    return [reading(value, limit.unit) for value in good], [
        reading(value, limit.unit) for value in bad
    ]


def test_every_limit_passes_what_is_inside_and_fails_what_is_outside() -> None:
    assert len(limits()) > 170
    for name, limit in limits().items():
        good, bad = inside_and_outside(limit)
        assert good and bad, name
        for measurement in good:
            assert judge(measurement, limit).verdict is Verdict.PASS, (name, measurement)
        for measurement in bad:
            assert judge(measurement, limit).verdict is Verdict.FAIL, (name, measurement)


def test_no_limit_passes_a_reading_that_is_not_good() -> None:
    for name, limit in limits().items():
        missing = Measurement("x", None, None, quality=Quality.MISSING)
        assert judge(missing, limit).verdict is Verdict.INCONCLUSIVE, name


def test_a_missing_rating_is_named_with_the_item() -> None:
    item = load_catalogue().item("NB/T 33002-2018/supply-voltage")
    with pytest.raises(UsageError) as caught:
        item.limit_for({"current": Quantity(32.0, "A")})
    said = caught.value.detail
    assert "supply-voltage" in said
    assert "'rated_voltage'" in said
    assert "ratings given: current" in said


def test_a_rating_goes_by_either_spelling() -> None:
    item = load_catalogue().item("NB/T 33002-2018/supply-voltage")
    assert item.limit_for({"rated_voltage": Quantity(230.0, "V")}) == Range("V", 184.0, 276.0)
    assert item.limit_for({"voltage": Quantity(230.0, "V")}) == Range("V", 184.0, 276.0)


def test_an_item_with_a_criterion_only_has_no_limit() -> None:
    item = load_catalogue().item("NB/T 33008.2-2018/appearance")
    assert item.limit_for({}) is None
    assert "dents" in item.criterion.en
    plain = load_catalogue().item("practice/tariff")
    assert plain.criterion == plain.requirement


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ({"low": 176, "high": 264, "unit": "V"}, Range("V", 176.0, 264.0)),
        ({"high": "70 °C"}, Range("°C", None, 70.0)),
        ({"low": "200 ms", "high": "3 s", "unit": "s"}, Range("s", 0.2, 3.0)),
        ({"low": "0.5 kΩ", "high": "1 kΩ"}, Range("kΩ", 0.5, 1.0)),
        ({"low": 0, "high": 0, "unit": "%"}, Range("%", 0.0, 0.0)),
        ({"nominal": "220 Ω", "tolerance": "3 %"}, Range("Ω", 213.4, 226.6)),
        ({"nominal": 12, "tolerance": 0.6, "unit": "V"}, Range("V", 11.4, 12.6)),
        ({"nominal": -12, "tolerance": "5 %", "unit": "V"}, Range("V", -12.6, -11.4)),
        ({"nominal": "16 A", "above": "2 A"}, Range("A", None, 18.0)),
        ({"nominal": "16 A", "below": "500 mA"}, Range("A", 15.5, None)),
        ({"nominal": "16 A", "above": 2, "below": "10 %"}, Range("A", 14.4, 18.0)),
        ({"of": "rated_voltage", "tolerance": "20 %"}, Range("V", 176.0, 264.0)),
        ({"of": "announced_current", "above": "10 %"}, Range("A", None, 17.6)),
        ({"within": "100 ms"}, Within(0.1)),
        ({"one_of": ["standby", 1, True]}, OneOf(["standby", 1, True])),
        ({"equals": "released"}, Equals("released")),
        ({"equals": False}, Equals(False)),
        ({"equals": 0}, Equals(0)),
        ({"clear": True}, Clear()),
        ({"clear": True, "allowed": ["door_open"]}, Clear(["door_open"])),
    ],
)
def test_forms(written: dict[str, object], limit: Limit) -> None:
    spec = LimitSpec.model_validate(written)
    resolved = spec.resolve(RATINGS)
    assert resolved == limit
    assert type(resolved) is type(limit)
    assert spec.describe()


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({}, "found none"),
        ({"unit": "V"}, "found none"),
        ({"low": 1, "equals": "x", "unit": "V"}, "found low/high and equals"),
        ({"within": "3 s", "clear": True}, "found within and clear"),
        ({"low": 264, "high": 176, "unit": "V"}, "range is empty"),
        ({"low": 1, "high": 2}, "no unit"),
        ({"nominal": 1, "tolerance": "1 %"}, "no unit"),
        ({"low": 1, "unit": "furlong"}, "unknown unit 'furlong'"),
        ({"low": "1 A", "high": "2 V"}, "cannot convert"),
        ({"low": "one", "unit": "V"}, "not a quantity"),
        ({"low": True, "unit": "V"}, "not a quantity"),
        ({"low": "nan V"}, "not a quantity"),
        ({"nominal": "12 V"}, "either a tolerance"),
        ({"nominal": "12 V", "tolerance": "1 V", "above": "1 V"}, "either a tolerance"),
        ({"nominal": "12 V", "tolerance": "-1 V"}, "zero or more"),
        ({"nominal": "12 V", "tolerance": "1 A"}, "cannot convert"),
        ({"nominal": "50 %", "tolerance": "1 %"}, "ambiguous"),
        ({"nominal": "20 °C", "tolerance": "1 %"}, "ambiguous"),
        ({"low": 1, "unit": "V", "tolerance": "1 %"}, "'tolerance' only beside"),
        ({"equals": "x", "unit": "V"}, "'unit' only beside"),
        ({"of": "rated_voltage", "tolerance": "1 %", "unit": "V"}, "'unit' only beside"),
        ({"equals": "x", "allowed": ["y"]}, "'allowed' only beside"),
        ({"of": "", "tolerance": "1 %"}, "at least 1"),
        ({"within": 3}, "not a duration"),
        ({"within": "-3 s"}, "zero or more"),
        ({"within": "3 V"}, "not a duration"),
        ({"one_of": []}, "at least 1"),
        ({"one_of": [["a"]]}, "valid"),
        ({"clear": False}, "True"),
        ({"about": 3}, "not permitted"),
    ],
)
def test_wrong_forms_say_what_was_expected(written: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        LimitSpec.model_validate(written)
    assert complaint in str(caught.value)


def test_a_limit_about_a_rating_names_it_until_it_is_resolved() -> None:
    spec = LimitSpec.model_validate({"of": "rated_voltage", "tolerance": "20 %"})
    assert spec.describe() == "rated_voltage ± 20 %"
    spec = LimitSpec.model_validate({"of": "announced_current", "above": "2 A"})
    assert spec.describe() == "announced_current + 2 A"


def test_a_percentage_about_a_rating_in_percent_is_refused() -> None:
    spec = LimitSpec.model_validate({"of": "duty", "tolerance": "1 %"})
    with pytest.raises(UsageError, match="ambiguous"):
        spec.resolve({"duty": Quantity(53.33, "%")})


@given(
    st.floats(-1e6, 1e6),
    st.floats(0, 100),
    st.sampled_from(["V", "A", "Ω", "kWh"]),
)
def test_a_tolerance_is_the_same_written_or_worked_out(
    nominal: float, percent: float, unit: str
) -> None:
    relative = LimitSpec.model_validate(
        {"of": "rated", "tolerance": f"{percent!r} %"},
    ).resolve({"rated": Quantity(nominal, unit)})
    absolute = LimitSpec.model_validate(
        {"nominal": nominal, "tolerance": abs(nominal) * percent / 100, "unit": unit}
    ).resolve()
    assert isinstance(relative, Range)
    assert isinstance(absolute, Range)
    assert relative.low is not None
    assert absolute.low is not None
    assert relative.low == pytest.approx(absolute.low)
    assert relative.high == pytest.approx(absolute.high)
    assert relative.high is not None
    assert relative.low <= relative.high


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*LimitSpec.model_fields, "other"]), ANYTHING, max_size=4))
def test_whatever_is_written_is_a_limit_or_a_complaint(written: dict[str, object]) -> None:
    try:
        spec = LimitSpec.model_validate(written)
    except ValidationError:
        return
    try:
        limit = spec.resolve(RATINGS)
    except UsageError:
        assert spec.of is not None
        return
    assert describe(limit)
