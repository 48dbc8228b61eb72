"""The one place where a measurement becomes a verdict.

A limit says what is wanted, a decision rule says how measurement uncertainty U enters:

* `simple`: inside is a pass, outside is a fail. For digital states, for numbers whose U nobody
  stated, and for numbers whose U is negligible against the limit, which is then stated.
* `guard_band`: four states with a guard band w = U (ILAC-G8:09/2019, 4.2, non-binary):
  pass, conditional pass, conditional fail, fail.
* `interval`: for a time measured by polling. Truth lies in [value - U, value]; only a limit
  outside that interval can be judged, everything else is inconclusive.

U is negligible against a limit with two ends when it is at most a tenth of the tolerance (half the
width). A limit with one end has no width to compare with: there U is negligible only when it is
at most a hundredth of the limit's own number, so 59.9 °C ± 2 °C against at most 60 °C is a
conditional pass. A U that is negative or not finite carries no verdict at all.

A reading whose quality is not GOOD is never a pass. Nothing outside this module turns a value
into a verdict, so `harness evidence rejudge` can repeat every verdict from the stored values.
"""

import math
from enum import StrEnum

import msgspec

from harness.over_range import is_over_range
from harness.quantity import Measurement, Quality, convert
from harness.verdict import Verdict

NEGLIGIBLE_RATIO = 10.0
"""U is negligible when the tolerance of a two-sided limit is at least this many times U."""
NEGLIGIBLE_RATIO_ONE_SIDED = 100.0
"""The same for the number of a one-sided limit, which is no tolerance: it only gives a scale."""


class Range(msgspec.Struct, frozen=True, tag="range", tag_field="kind", omit_defaults=True):
    """low <= value <= high, in `unit`; an open end is None."""

    unit: str
    low: float | None = None
    high: float | None = None


class OneOf(msgspec.Struct, frozen=True, tag="one_of", tag_field="kind"):
    """The value is one of these states."""

    values: list[str | int | bool]


class Equals(msgspec.Struct, frozen=True, tag="equals", tag_field="kind"):
    """The value is exactly this text, number or state."""

    value: str | int | float | bool


class Clear(msgspec.Struct, frozen=True, tag="clear", tag_field="kind", omit_defaults=True):
    """A set of flags is empty, apart from those that may be set."""

    allowed: list[str] = []


class Within(msgspec.Struct, frozen=True, tag="within", tag_field="kind"):
    """Something happens no later than `high` seconds (measured by polling or from a trace)."""

    high: float
    unit: str = "s"


Limit = Range | OneOf | Equals | Clear | Within


class Rule(StrEnum):
    """Decision rule: how uncertainty enters the verdict."""

    SIMPLE = "simple"
    GUARD_BAND = "guard_band"
    INTERVAL = "interval"


class Judgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """A verdict and how it came about. `accept_*` is the limit less the guard band."""

    verdict: Verdict
    rule: Rule
    reason: str
    accept_low: float | None = None
    accept_high: float | None = None
    uncertainty_negligible: bool = False


def judge(measurement: Measurement, limit: Limit, rule: Rule | None = None) -> Judgement:
    """Hold one measurement against one limit.

    `rule` None means the default of the architecture: `interval` for times, `simple` for
    states, `guard_band` for numbers unless their uncertainty is negligible or not stated.
    """
    if isinstance(limit, Within):
        return _judge_within(measurement, limit)
    if isinstance(limit, Range) and measurement.value is None and _waited_past(measurement, limit):
        return _judge_within(measurement, Within(limit.high or 0.0, limit.unit))
    if measurement.quality is not Quality.GOOD or measurement.value is None:
        return Judgement(
            _verdict_for_quality(measurement.quality, limit),
            rule or Rule.SIMPLE,
            f"reading is {measurement.quality.value}",
        )
    if isinstance(limit, Range):
        return _judge_range(measurement, limit, rule)
    return _judge_state(measurement, limit)


def _waited_past(measurement: Measurement, limit: Range) -> bool:
    """What a range of times asks for has not come, and its upper end is over."""
    if measurement.at_least is None or limit.high is None:
        return False
    return measurement.at_least > convert(limit.high, limit.unit, measurement.unit or limit.unit)


def _verdict_for_quality(quality: Quality, limit: Limit) -> Verdict:
    # A code without a name is a value the device really reported; where a state out of a list is
    # wanted, it is outside the list.
    if quality is Quality.UNKNOWN_CODE and isinstance(limit, OneOf | Equals | Clear):
        return Verdict.FAIL
    return Verdict.INCONCLUSIVE


def _judge_state(measurement: Measurement, limit: OneOf | Equals | Clear) -> Judgement:
    value = measurement.value
    if isinstance(limit, Clear):
        flags = value if isinstance(value, list) else [str(value)]
        unwanted = [flag for flag in flags if flag not in limit.allowed]
        met = not unwanted
        reason = "no flag is set" if met else "set: " + ", ".join(unwanted)
    elif isinstance(limit, OneOf):
        met = any(_same(value, wanted) for wanted in limit.values)
        wanted = ", ".join(str(item) for item in limit.values)
        reason = f"{value} {'is' if met else 'is not'} one of: {wanted}"
    else:
        met = _same(value, limit.value)
        reason = f"{value} {'equals' if met else 'differs from'} {limit.value}"
    return Judgement(Verdict.PASS if met else Verdict.FAIL, Rule.SIMPLE, reason)


def _same(value: object, wanted: object) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, int | float) and isinstance(wanted, int | float):
        return math.isclose(value, wanted, rel_tol=1e-9, abs_tol=1e-9)
    return value == wanted


def _judge_range(measurement: Measurement, limit: Range, rule: Rule | None) -> Judgement:
    number = measurement.value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return Judgement(Verdict.INCONCLUSIVE, rule or Rule.SIMPLE, f"{number!r} is not a number")
    unit = measurement.unit or limit.unit
    value = convert(float(number), unit, limit.unit)
    if not math.isfinite(value):
        return Judgement(Verdict.INCONCLUSIVE, rule or Rule.SIMPLE, "the value is not finite")
    if measurement.uncertainty is None:
        # A number whose uncertainty nobody stated: shared risk is the only rule that fits.
        spread, stated = 0.0, False
    elif _usable(measurement.uncertainty):
        spread, stated = convert(measurement.uncertainty, unit, limit.unit), True
    else:
        return _unusable_uncertainty(measurement, rule or Rule.SIMPLE)
    negligible = stated and _is_negligible(spread, limit)
    if rule is None:
        rule = Rule.SIMPLE if negligible or not stated else Rule.GUARD_BAND
    guard = spread if rule is Rule.GUARD_BAND else 0.0
    if limit.high is not None and is_over_range(measurement.note) and value <= limit.high + guard:
        # The value is known from below only: it may lie on either side of the upper limit.
        reason = f"over range: more than {value:g} {limit.unit}, and the limit is higher"
        return Judgement(Verdict.INCONCLUSIVE, rule, reason)
    low = -math.inf if limit.low is None else limit.low
    high = math.inf if limit.high is None else limit.high
    accept_low, accept_high = low + guard, high - guard
    if accept_low <= value <= accept_high:
        verdict = Verdict.PASS
    elif low <= value <= high:
        verdict = Verdict.CONDITIONAL_PASS
    elif low - guard <= value <= high + guard and guard > 0:
        verdict = Verdict.CONDITIONAL_FAIL
    else:
        verdict = Verdict.FAIL
    return Judgement(
        verdict,
        rule,
        f"{value:g} {limit.unit} against {describe(limit)}, U = {spread:g} {limit.unit}"
        if stated
        else f"{value:g} {limit.unit} against {describe(limit)}, U not stated",
        None if limit.low is None else accept_low,
        None if limit.high is None else accept_high,
        negligible,
    )


def _is_negligible(spread: float, limit: Range) -> bool:
    """Whether U (in the limit's unit) may be left out of the decision; see the module's text."""
    if limit.low is not None and limit.high is not None:
        return spread * NEGLIGIBLE_RATIO <= (limit.high - limit.low) / 2
    edge = limit.low if limit.high is None else limit.high
    return edge is None or spread * NEGLIGIBLE_RATIO_ONE_SIDED <= abs(edge)


def _usable(uncertainty: float) -> bool:
    return math.isfinite(uncertainty) and uncertainty >= 0


def _unusable_uncertainty(measurement: Measurement, rule: Rule) -> Judgement:
    reason = f"an uncertainty of {measurement.uncertainty:g} carries no verdict"
    return Judgement(Verdict.INCONCLUSIVE, rule, reason)


def _judge_within(measurement: Measurement, limit: Within) -> Judgement:
    unit = measurement.unit or limit.unit
    high = convert(limit.high, limit.unit, unit)
    if measurement.uncertainty is not None and not _usable(measurement.uncertainty):
        return _unusable_uncertainty(measurement, Rule.INTERVAL)
    if measurement.value is None:
        if measurement.at_least is not None and measurement.at_least > high:
            return Judgement(
                Verdict.FAIL,
                Rule.INTERVAL,
                f"not seen after {measurement.at_least:g} {unit}, limit {high:g} {unit}",
            )
        good = measurement.quality is Quality.GOOD
        return Judgement(
            Verdict.INCONCLUSIVE,
            Rule.INTERVAL,
            "not seen, and not waited past the limit"
            if good
            else f"reading is {measurement.quality.value}",
        )
    value = measurement.value
    if (
        measurement.quality is not Quality.GOOD
        or isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
    ):
        return Judgement(
            Verdict.INCONCLUSIVE, Rule.INTERVAL, f"reading is {measurement.quality.value}"
        )
    earliest = value - (measurement.uncertainty or 0.0)
    if value <= high:
        verdict, how = Verdict.PASS, "not later than"
    elif earliest > high:
        verdict, how = Verdict.FAIL, "later than"
    else:
        verdict, how = Verdict.INCONCLUSIVE, "may be before or after"
    return Judgement(
        verdict,
        Rule.INTERVAL,
        f"between {max(0.0, earliest):.4g} and {value:.4g} {unit}: {how} {high:g} {unit}",
        accept_high=high,
    )


def describe(limit: Limit) -> str:
    """A limit in one line, as printed beside a value."""
    if isinstance(limit, Range):
        low = "" if limit.low is None else f"{limit.low:g}"
        high = "" if limit.high is None else f"{limit.high:g}"
        if low and high:
            return f"{low} … {high} {limit.unit}"
        return f"≥ {low} {limit.unit}" if low else f"≤ {high} {limit.unit}"
    if isinstance(limit, Within):
        return f"≤ {limit.high:g} {limit.unit}"
    if isinstance(limit, OneOf):
        return " | ".join(str(value) for value in limit.values)
    if isinstance(limit, Equals):
        return f"= {limit.value}"
    return "none set" if not limit.allowed else "none set but " + ", ".join(limit.allowed)
