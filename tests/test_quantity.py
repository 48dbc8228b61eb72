"""Quantities with units, and verdict arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.quantity import Quantity, convert, parse_duration, parse_quantity
from harness.verdict import Ending, ExitCode, Verdict, exit_code, worst


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("200 ms", Quantity(200, "ms")),
        ("-0.5%", Quantity(-0.5, "%")),
        ("10 kohm", Quantity(10, "kΩ")),
        ("60 ℃", Quantity(60, "°C")),
        (32, Quantity(32, "1")),
        ("1e3 Wh", Quantity(1000, "Wh")),
    ],
)
def test_parse(text: str | int, quantity: Quantity) -> None:
    assert parse_quantity(text) == quantity


@pytest.mark.parametrize(
    "text", ["", "ms", "3 parsecs", "1 2 s", "inf s", "nan", None, True, [3], "1e999 V"]
)
def test_what_is_no_quantity_says_what_was_expected(text: object) -> None:
    with pytest.raises(UsageError, match=r"expected|unknown unit|finite"):
        parse_quantity(text)  # type: ignore[arg-type]


def test_durations_need_a_unit_of_time() -> None:
    assert parse_duration("1.5 min") == 90
    for wrong in ("3", "3 V", "-1 s"):
        with pytest.raises(UsageError):
            parse_duration(wrong)


def test_units_of_different_kinds_do_not_mix() -> None:
    assert convert(1, "kWh", "Wh") == 1000
    with pytest.raises(UsageError, match="apparent energy"):
        convert(1, "VAh", "kWh")


@given(st.floats(-1e9, 1e9), st.sampled_from(["ms", "s", "min", "h", "us"]))
def test_conversion_goes_back(value: float, unit: str) -> None:
    assert convert(convert(value, unit, "s"), "s", unit) == pytest.approx(value)


@given(st.text(max_size=20))
def test_any_text_is_a_quantity_or_a_complaint(text: str) -> None:
    try:
        parse_quantity(text)
    except UsageError as error:
        assert error.detail


def test_worst() -> None:
    assert worst([]) is None
    assert worst([None, Verdict.PASS]) is Verdict.PASS
    assert worst([Verdict.PASS, Verdict.NOT_RUN]) is Verdict.NOT_RUN
    assert worst([Verdict.ERROR, Verdict.CONDITIONAL_FAIL]) is Verdict.CONDITIONAL_FAIL
    assert worst(list(Verdict)) is Verdict.FAIL


@pytest.mark.parametrize(
    ("ending", "verdicts", "code"),
    [
        (Ending.COMPLETED, [Verdict.PASS, None], ExitCode.PASS),
        (Ending.COMPLETED, [Verdict.PASS, Verdict.CONDITIONAL_PASS], ExitCode.PASS),
        (Ending.COMPLETED, [Verdict.PASS, Verdict.CONDITIONAL_FAIL], ExitCode.FAIL),
        (Ending.STOPPED, [Verdict.FAIL, Verdict.NOT_RUN], ExitCode.FAIL),
        (Ending.COMPLETED, [Verdict.PASS, Verdict.INCONCLUSIVE], ExitCode.INCOMPLETE),
        (Ending.COMPLETED, [Verdict.PASS, Verdict.NOT_RUN], ExitCode.INCOMPLETE),
        (Ending.COMPLETED, [Verdict.PASS, Verdict.ERROR], ExitCode.BENCH),
        (Ending.LOST, [Verdict.PASS], ExitCode.BENCH),
        (Ending.ABORTED, [Verdict.FAIL], ExitCode.ABORTED),
        (Ending.COMPLETED, [], ExitCode.INCOMPLETE),
        (Ending.COMPLETED, [None], ExitCode.INCOMPLETE),
    ],
)
def test_exit_codes(ending: Ending, verdicts: list[Verdict | None], code: int) -> None:
    assert exit_code(ending, verdicts) == code


@pytest.mark.parametrize(
    ("ending", "verdicts", "code"),
    [
        (Ending.COMPLETED, [Verdict.PASS], ExitCode.BENCH),
        (Ending.COMPLETED, [Verdict.NOT_RUN], ExitCode.BENCH),
        (Ending.COMPLETED, [Verdict.FAIL], ExitCode.FAIL),
        (Ending.STOPPED, [Verdict.CONDITIONAL_FAIL, Verdict.NOT_RUN], ExitCode.FAIL),
        (Ending.LOST, [Verdict.FAIL], ExitCode.BENCH),
        (Ending.ABORTED, [Verdict.PASS], ExitCode.ABORTED),
    ],
)
def test_exit_codes_of_runs_that_did_not_end_safe(
    ending: Ending, verdicts: list[Verdict | None], code: int
) -> None:
    assert exit_code(ending, verdicts, safe=False) == code
