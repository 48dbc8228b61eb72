"""A limit as it is written in a file, and its way to a `harness.limits.Limit`.

    {low: 176, high: 264, unit: V}           a range; either end may be left out
    {low: 20 ms, high: 3 s, unit: s}         figures may carry their own unit
    {nominal: 220 Ω, tolerance: 3 %}         a value and what it may differ by, % or absolute
    {nominal: 16 A, above: 2 A}              one-sided: at most 2 A more
    {of: rated_voltage, tolerance: 20 %}     the same, about a rating of the bench's pile
    {of: announced_current, above: 10 %}
    {within: 3 s}                            something happens no later than that
    {one_of: [standby, charging, fault]}
    {equals: released}
    {clear: true}                            no flag is set; `allowed: [name]` makes exceptions

A limit that needs no rating is resolved once when its file is read, so that a wrong unit or an
empty range is reported with its place in the file and not in the middle of a run.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    model_validator,
)

from harness.errors import UsageError
from harness.fields import DurationField, FileModel
from harness.limits import Clear, Equals, Limit, OneOf, Range, Within, describe
from harness.quantity import Quantity, convert, known_unit, parse_quantity

_NO_UNIT = ""
_FORMS = ("nominal", "of", "within", "one_of", "equals", "clear")
_BELONGS = {
    "unit": ("low/high", "nominal"),
    "tolerance": ("nominal", "of"),
    "above": ("nominal", "of"),
    "below": ("nominal", "of"),
    "allowed": ("clear",),
}
_EXPECTED = "one of: low/high, nominal, of, within, one_of, equals, clear"


def _figure(value: Any) -> Quantity:
    if isinstance(value, Quantity):
        return value
    try:
        return parse_quantity(value, _NO_UNIT)
    except UsageError as error:
        raise ValueError(error.detail) from error


def _unit(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return known_unit(value)
    except UsageError as error:
        raise ValueError(error.detail) from error


Figure = Annotated[
    Quantity,
    BeforeValidator(_figure),
    WithJsonSchema({"type": ["number", "string"], "examples": [176, "20 %", "0.6 V"]}),
]
"""A number, with a unit of its own or in the unit of the limit."""

Unit = Annotated[str, BeforeValidator(_unit)]


class LimitSpec(FileModel):
    """A limit as written. Exactly one form; see the module's docstring."""

    low: Figure | None = None
    high: Figure | None = None
    nominal: Figure | None = None
    of: str | None = Field(default=None, min_length=1, description="A rating of the bench's pile")
    tolerance: Figure | None = None
    above: Figure | None = None
    below: Figure | None = None
    unit: Unit | None = None
    within: DurationField | None = None
    one_of: list[StrictBool | StrictInt | StrictStr] | None = Field(default=None, min_length=1)
    equals: StrictBool | StrictInt | StrictFloat | StrictStr | None = None
    clear: Literal[True] | None = None
    allowed: list[str] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "LimitSpec":
        forms = [name for name in _FORMS if getattr(self, name) is not None]
        if self.low is not None or self.high is not None:
            forms.insert(0, "low/high")
        if len(forms) != 1:
            raise ValueError(f"one limit, {_EXPECTED}; found {' and '.join(forms) or 'none'}")
        for name, owners in _BELONGS.items():
            if getattr(self, name) is not None and forms[0] not in owners:
                raise ValueError(f"{name!r} only beside {' or '.join(owners)}")
        if forms[0] in ("nominal", "of"):
            self._check_sides()
        if self.of is None:
            try:
                self.resolve()
            except UsageError as error:
                raise ValueError(error.detail) from error
        return self

    def _check_sides(self) -> None:
        sided = self.above is not None or self.below is not None
        if (self.tolerance is not None) == sided:
            raise ValueError("either a tolerance, or above and/or below")
        for name in ("tolerance", "above", "below"):
            figure: Quantity | None = getattr(self, name)
            if figure is not None and figure.value < 0:
                raise ValueError(f"{name} of zero or more")

    def resolve(self, ratings: Mapping[str, Quantity] | None = None) -> Limit:
        """The limit to judge by. `ratings` are those of the bench's pile.

        `of: rated_voltage` is looked up as `rated_voltage` and as `voltage`. Raises UsageError
        when the rating is missing or the units do not fit.
        """
        if self.of is not None:
            return self._around(_rating(self.of, ratings or {}))
        if self.nominal is not None:
            return self._around(_with_unit(self.nominal, self.unit))
        return self._state() or self._range()

    def describe(self) -> str:
        """The limit in one line; one that needs a rating names it."""
        if self.of is None:
            return describe(self.resolve())
        parts = [
            f"{sign}{figure.value:g} {figure.unit}".rstrip()
            for sign, figure in (("± ", self.tolerance), ("+ ", self.above), ("− ", self.below))
            if figure is not None
        ]
        return f"{self.of} {' / '.join(parts)}"

    def _state(self) -> Limit | None:
        if self.within is not None:
            return Within(self.within)
        if self.one_of is not None:
            return OneOf(list(self.one_of))
        if self.equals is not None:
            return Equals(self.equals)
        return Clear(self.allowed or []) if self.clear else None

    def _range(self) -> Range:
        ends = [end for end in (self.low, self.high) if end is not None]
        unit = self.unit or next((end.unit for end in ends if end.unit), None)
        if unit is None:
            raise UsageError("the limit has no unit; expected `unit:` or a figure like '264 V'")
        low = None if self.low is None else convert(self.low.value, self.low.unit or unit, unit)
        high = None if self.high is None else convert(self.high.value, self.high.unit or unit, unit)
        if low is not None and high is not None and low > high:
            raise UsageError(
                f"the range is empty: low {low:g} {unit} is above high {high:g} {unit}"
            )
        return Range(unit, low, high)

    def _around(self, centre: Quantity) -> Range:
        above, below = (
            (self.above, self.below) if self.tolerance is None else (self.tolerance, self.tolerance)
        )
        high = None if above is None else _tidy(centre.value + _size(above, centre))
        low = None if below is None else _tidy(centre.value - _size(below, centre))
        return Range(centre.unit, low, high)


def _rating(name: str, ratings: Mapping[str, Quantity]) -> Quantity:
    # Profiles call the pile's own ratings `voltage`, `current`; standards say "rated voltage".
    for spelling in (name, name.removeprefix("rated_")):
        if spelling in ratings:
            return ratings[spelling]
    known = ", ".join(sorted(ratings)) or "none"
    raise UsageError(f"the limit needs the rating {name!r}; ratings given: {known}")


def _with_unit(figure: Quantity, unit: str | None) -> Quantity:
    if unit is None and not figure.unit:
        raise UsageError("the limit has no unit; expected `unit:` or a figure like '220 V'")
    unit = unit or figure.unit
    return Quantity(convert(figure.value, figure.unit or unit, unit), unit)


def _size(figure: Quantity, centre: Quantity) -> float:
    """How far `figure` reaches from `centre`, in the centre's unit."""
    if figure.unit == "%":
        if centre.unit in ("%", "1", "°C"):
            raise UsageError(
                f"a tolerance in % about a value in {centre.unit!r} is ambiguous; "
                "expected the ends as low and high"
            )
        return abs(centre.value) * figure.value / 100
    return convert(figure.value, figure.unit or centre.unit, centre.unit)


def _tidy(value: float) -> float:
    """Without the last binary digits of an addition (11.4, not 11.400000000000002)."""
    return float(f"{value:.12g}")
