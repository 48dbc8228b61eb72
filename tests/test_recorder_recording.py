"""What a recording knows about when something came to be so: never more than its resolution."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.recorder.recording import Moment, Recording, Spell, Track, with_derived
from harness.errors import UnknownNameError


def track(name: str, *points: tuple[float, float | str], **more: object) -> Track:
    given_more = {"resolution": 0.01, "end": 10.0, **more}
    times, values = zip(*points, strict=True)
    unit = None if isinstance(values[0], str) else "V"
    return Track(name, unit, list(times), list(values), **given_more)  # type: ignore[arg-type]


def low(value: float | str) -> bool:
    return float(value) < 30


def test_a_change_lies_between_two_looks_and_inside_the_mean() -> None:
    volts = track("voltage_l1", (0, 220.0), (2.0, 140.0), (2.01, 0.0), window=0.01)
    (spell,) = volts.spells(low)
    assert spell == Spell(Moment(pytest.approx(1.99), 2.01), None)


def test_of_a_gap_nothing_is_known() -> None:
    volts = track("voltage_l1", (0, 220.0), (1.0, 220.0), (4.0, 0.0), gaps=((1.0, 4.0),))
    (spell,) = volts.spells(low)
    assert spell.begin == Moment(1.0, 4.0)
    assert volts.gap_in(0.5, 2.0) == (1.0, 4.0)
    assert volts.gap_in(4.0, 5.0) is None
    assert volts.gap_in(9.0, 11.0) == (10.0, 11.0)
    assert volts.gap_in(-1.0, 0.5) == (-1.0, 0)


def test_what_was_so_from_the_beginning_has_no_beginning() -> None:
    (first, second) = track("s2", (0, "open"), (3, "closed"), (5, "open")).spells(
        lambda value: value == "open"
    )
    assert first.begin is None and first.end is not None and first.end.latest == 3
    assert first.holds_at(2.5) and not first.holds_at(3)
    assert second.begin is not None and second.holds_at(6) and not second.holds_at(4.9)


def test_several_channels_at_once() -> None:
    recording = Recording(
        "x",
        {
            "voltage": track("voltage", (0, 220.0), (2, 0.0), (6, 220.0)),
            "s2": track("s2", (0, "open"), (1, "closed"), (4, "open"), resolution=0.001),
        },
    )
    (spell,) = recording.spells({"voltage": low, "s2": lambda value: value == "open"})
    assert spell.begin == Moment(3.999, 4)
    assert spell.end == Moment(5.99, 6)
    with pytest.raises(UnknownNameError, match="no channel of the recording is called 'pe'"):
        recording.track("pe")


def test_channels_that_follow_from_others() -> None:
    found = with_derived(
        {
            "voltage_l1": track("voltage_l1", (0, 0.0), (2, 220.0)),
            "voltage_l2": track("voltage_l2", (0, 0.0), (1, 221.0), (3, 0.0)),
            "cp_high": track("cp_high", (0, 12.0), (1, 9.0), (5, -12.0), (6, 0.1)),
            "cp_low": track("cp_low", (0, 12.0), (1, -12.0), (5, -12.0), (6, 0.1)),
        }
    )
    assert [found["voltage"].at(t) for t in (0.5, 1.5, 2.5, 4)] == [0, 221, 221, 220]
    assert [found["s1"].at(t) for t in (0.5, 2, 5.5, 7)] == ["high", "pwm", "low", "none"]


@given(
    step=st.floats(1e-4, 0.2),
    phase=st.floats(0, 1),
    change=st.floats(0.5, 5),
    averaged=st.booleans(),
)
def test_the_truth_lies_inside(step: float, phase: float, change: float, averaged: bool) -> None:
    """A level falls at `change`; sampled any way, the moment holds that time."""
    window = step if averaged else 0.0
    stamps = [(n + phase) * step for n in range(math.ceil(6 / step))]

    def seen(t: float) -> float:
        if not averaged:
            return 220.0 if t < change else 0.0
        share = min(max((change - (t - window)) / window, 0.0), 1.0)
        return 220.0 * share**0.5

    volts = Track("voltage", "V", stamps, [seen(t) for t in stamps], step, 6.0, window)
    (spell,) = volts.spells(low)
    assert spell.begin is not None
    assert spell.begin.earliest - 1e-9 <= change <= spell.begin.latest + 1e-9
    assert spell.begin.latest - spell.begin.earliest <= 2 * step + 1e-9
