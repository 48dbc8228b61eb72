"""Decimation of plots: no extreme is lost, no hole is closed, no state is passed over."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.report.decimate import extremes, segments, stretches

VALUES = st.lists(
    st.floats(-1e6, 1e6, allow_nan=False) | st.just(float("nan")), min_size=1, max_size=3000
)


@given(VALUES, st.integers(2, 60))
def test_the_extremes_of_every_column_survive(values: list[float], columns: int) -> None:
    value = np.array(values)
    time = np.linspace(10.0, 20.0, len(value))
    rows = extremes(time, value, 10.0, 20.0, columns)
    assert len(rows) <= 2 * columns + 2
    assert (np.diff(rows) > 0).all()
    assert not np.isnan(value[rows]).any()
    good = ~np.isnan(value)
    column = np.clip((time - 10.0) / 10.0 * columns, 0, columns - 1).astype(int)
    for one in np.unique(column[good]):
        every = value[good & (column == one)]
        kept = value[rows][column[rows] == one]
        assert every.min() in kept
        assert every.max() in kept


def test_one_odd_frame_among_a_million_is_drawn() -> None:
    value = np.full(1_000_000, 12.5)
    value[777_777] = 3.1
    time = np.arange(1_000_000) / 1000
    rows = extremes(time, value, 0.0, 1000.0)
    assert 777_777 in rows
    assert len(rows) <= 482


def test_few_points_are_all_kept() -> None:
    time = np.arange(5.0)
    assert extremes(time, np.array([1.0, np.nan, 2.0, 2.0, 1.0]), 0, 4).tolist() == [0, 2, 3, 4]


def test_a_line_is_broken_at_holes_and_where_there_is_no_value() -> None:
    time = np.array([0.0, 0.1, 0.2, 5.0, 5.1, 5.2])
    value = np.array([1.0, np.nan, 1.0, 1.0, 1.0, 1.0])
    parts = segments(time, value, 0.5).tolist()
    assert len({parts[0], parts[2], parts[3]}) == 3
    assert parts[3] == parts[4] == parts[5]
    assert len(set(segments(time, np.ones(6), None).tolist())) == 1


def test_states_are_cut_where_they_change_and_where_frames_fail() -> None:
    time = np.array([0.0, 1.0, 2.0, 3.0, 9.0])
    code = np.array([0.0, 0.0, 1.0, 1.0, 1.0])
    found = list(stretches(time, code, 10.0, 1.5, 0.01))
    assert [(one.start, one.end, one.code) for one in found] == [
        (0.0, 2.0, 0.0),
        (2.0, 3.0, 1.0),
        (9.0, 10.0, 1.0),
    ]
    assert list(stretches(time[:0], code[:0], 10.0, None, 0.01)) == []


@given(st.lists(st.integers(0, 3), min_size=3, max_size=400))
def test_every_moment_has_its_state_or_is_mixed(codes: list[int]) -> None:
    time = np.arange(len(codes)) / 100
    end = len(codes) / 100
    found = list(stretches(time, np.array(codes, float), end, None, 0.05))
    assert found[0].start == 0.0
    assert abs(found[-1].end - end) < 1e-9
    for before, after in pairwise(found):
        assert before.end == after.start
    for at, code in zip(time, codes, strict=True):
        there = next(one for one in found if one.start <= at < one.end)
        assert there.code in (float(code), None)
