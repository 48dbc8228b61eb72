"""The small pictures say the same as the verdict."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.events import Judged
from harness.limits import Equals, Limit, Range, Rule, Within, judge
from harness.quantity import Measurement, Quality
from harness.report.drawing import HEIGHT, WIDTH, limit_bar
from harness.verdict import Verdict

NUMBERS = st.floats(-1e6, 1e6)


def judged(reading: Measurement, limit: Limit, rule: Rule | None = None) -> Judged:
    return Judged(
        step="s", measurement=reading, limit=limit, rule=rule, judgement=judge(reading, limit, rule)
    )


def drawn(event: Judged) -> ElementTree.Element:
    picture = limit_bar(event)
    assert picture is not None
    return ElementTree.fromstring(str(picture))


def by_class(picture: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [part for part in picture if name in part.get("class", "").split()]


def marker_x(picture: ElementTree.Element) -> float:
    (marker,) = by_class(picture, "marker")
    return float(marker.get("d", "").split("L")[1].split()[0]) - 5


@given(
    value=NUMBERS,
    low=NUMBERS | st.none(),
    size=st.floats(1e-3, 1e6) | st.none(),
    spread=st.floats(0, 1e5) | st.none(),
)
def test_pictures_stay_inside_their_frame(
    value: float, low: float | None, size: float | None, spread: float | None
) -> None:
    high = None if size is None else (low or 0.0) + size
    event = judged(
        Measurement("voltage_l1", value, "V", spread), Range("V", low, high), Rule.GUARD_BAND
    )
    if low is None and high is None:
        assert limit_bar(event) is None
        return
    picture = drawn(event)
    assert len(by_class(picture, "limit")) == (low is not None) + (high is not None)
    assert len(by_class(picture, "marker")) == 1
    assert by_class(picture, event.judgement.verdict.value)
    for part in picture:
        for name, top in (
            ("x", WIDTH),
            ("x1", WIDTH),
            ("x2", WIDTH),
            ("y", HEIGHT),
            ("y1", HEIGHT),
        ):
            assert 0 <= float(part.get(name, 0)) <= top


@given(value=st.floats(150, 300))
def test_the_marker_stands_on_the_right_side_of_the_limit(value: float) -> None:
    event = judged(Measurement("voltage_l1", value, "V", 1.0), Range("V", 176.0, 264.0))
    picture = drawn(event)
    low, high = (float(line.get("x1", 0)) for line in by_class(picture, "limit"))
    x = marker_x(picture)
    inside = event.judgement.verdict in (Verdict.PASS, Verdict.CONDITIONAL_PASS)
    assert (low - 0.2 <= x <= high + 0.2) if inside else (x <= low + 0.2 or x >= high - 0.2)


def test_a_guard_band_is_drawn_where_the_rule_has_one() -> None:
    limit = Range("%", -2.0, 2.0)
    reading = Measurement("energy_error", 1.8, "%", 0.4)
    assert len(by_class(drawn(judged(reading, limit)), "guard")) == 2
    assert not by_class(drawn(judged(reading, limit, Rule.SIMPLE)), "guard")
    assert len(by_class(drawn(judged(reading, limit)), "whisker")) == 3


def test_units_are_converted_to_those_of_the_limit() -> None:
    seconds = drawn(judged(Measurement("t", 0.1, "s", 0.001), Range("ms", None, 200.0)))
    same = drawn(judged(Measurement("t", 100.0, "ms", 1.0), Range("ms", None, 200.0)))
    assert marker_x(seconds) == marker_x(same)


def test_times_are_intervals_and_what_never_came_is_an_arrow() -> None:
    seen = drawn(judged(Measurement("t", 0.45, "s", 0.1), Within(1.0)))
    assert len(by_class(seen, "interval")) == len(by_class(seen, "marker")) == 1
    missed = Measurement("t", None, "s", quality=Quality.MISSING, at_least=6.0)
    never = drawn(judged(missed, Within(5.0)))
    assert by_class(never, "arrow")
    assert not by_class(never, "marker")


def test_a_value_far_away_is_an_arrow_at_the_end() -> None:
    picture = drawn(judged(Measurement("u", 1e6, "V", 1.0), Range("V", 176.0, 264.0)))
    low, high = (float(line.get("x1", 0)) for line in by_class(picture, "limit"))
    assert high - low > WIDTH / 2, "the limits stay readable"
    assert marker_x(picture) > high


def test_a_reading_that_cannot_be_used_is_drawn_hollow() -> None:
    reading = Measurement("u", 230.0, "V", 1.0, quality=Quality.STALE)
    assert by_class(drawn(judged(reading, Range("V", 176.0, 264.0))), "unusable")


@pytest.mark.parametrize(
    ("reading", "limit"),
    [
        (Measurement("s", "idle"), Equals("idle")),
        (Measurement("u", None, "V", quality=Quality.MISSING), Range("V", 1.0, 2.0)),
        (Measurement("u", True, "V"), Range("V", 1.0, 2.0)),
        (Measurement("u", "text", "V"), Range("V", 1.0, 2.0)),
        (Measurement("u", float("nan"), "V"), Range("V", 1.0, 2.0)),
        (Measurement("u", float("inf"), "V"), Range("V", 1.0, 2.0)),
    ],
)
def test_what_has_no_number_has_no_picture(reading: Measurement, limit: Limit) -> None:
    assert limit_bar(judged(reading, limit)) is None


def test_units_that_do_not_fit_give_no_picture() -> None:
    good = judged(Measurement("u", 230.0, "V", 1.0), Range("V", 176.0, 264.0))
    other = Judged(
        step="s", measurement=Measurement("u", 1.0, "A"), limit=good.limit, rule=None,
        judgement=good.judgement,
    )  # fmt: skip
    assert limit_bar(other) is None
