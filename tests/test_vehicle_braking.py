"""Deceleration from the frames of a bus that come late and in bunches."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.actions.vehicle_braking import SpeedCourse
from harness.catalogue.criteria.inputs import Series
from harness.catalogue.criteria.mfdd import mfdd_of_speed
from harness.quantity import Measurement

CYCLE = 0.01
V0 = 50.0


def frames(deceleration: float) -> list[tuple[float, float]]:
    """Moments (s) and speeds (km/h): half a second at full speed, then braked to a standstill."""
    count = math.ceil((0.5 + V0 / 3.6 / deceleration) / CYCLE) + 2
    times = [n * CYCLE for n in range(count)]
    return [(t, min(V0, max(0.0, V0 - 3.6 * deceleration * (t - 0.5)))) for t in times]


def course_of(samples: list[tuple[float, float]]) -> SpeedCourse:
    course = SpeedCourse()
    for at, speed in samples:
        course.take(at, speed, Measurement(name="speed", value=speed, unit="km/h", at=at))
    return course


def deceleration_of(samples: list[tuple[float, float]]) -> Measurement:
    braking = course_of(samples).braking()
    at, speed, _ = zip(*braking.readings, strict=True)
    return mfdd_of_speed(Series(at, "s", braking.held_up()), Series(speed, "km/h", 0.0))


def test_frames_on_time_give_the_deceleration() -> None:
    found = deceleration_of(frames(7.0))
    assert found.value == pytest.approx(7.0, rel=2e-3)
    assert found.uncertainty == pytest.approx(0.0, abs=1e-6)


@given(st.floats(4, 9), st.lists(st.integers(1, 12), min_size=40, max_size=40))
def test_bunches_under_one_stamp_stay_within_the_stated_uncertainty(
    deceleration: float, sizes: list[int]
) -> None:
    """Each bunch is read when its last frame has come, and all of it carries that stamp."""
    left, bunched = frames(deceleration), []
    for size in [*sizes, *[1] * len(left)]:
        bunch, left = left[:size], left[size:]
        bunched += [(bunch[-1][0], speed) for _, speed in bunch]
        if not left:
            break
    found = deceleration_of(bunched)
    assert isinstance(found.value, float) and found.uncertainty is not None
    assert abs(found.value - deceleration) <= found.uncertainty + 0.005 * deceleration


def test_of_one_stamp_the_last_frame_counts() -> None:
    course = course_of([(0.0, 50.0), (0.1, 49.0), (0.1, 48.0), (0.1, 47.0), (0.2, 46.0)])
    assert [(at, speed) for at, speed, _ in course.readings] == [(0, 50), (0.1, 47), (0.2, 46)]
    assert course.last == 46.0
    assert course.held_up() == pytest.approx(0.0)


def test_what_was_held_up_is_told_by_the_longest_gap() -> None:
    assert course_of([(0.0, 50.0), (0.1, 49.0), (0.5, 48.0), (0.6, 47.0)]).held_up() == (
        pytest.approx(0.3)
    )
    assert SpeedCourse().last == math.inf
