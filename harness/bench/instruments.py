"""Hand instruments: what they are, how far they reach, and how well they measure.

They stand in the bench file, or in a register that several benches share:

    register: room-214
    instruments:
      dmm-1:
        type: multimeter
        serial: "50210881"
        range: 0 … 1000 V, 0 … 40 MΩ
        resolution: 0.1 V
        uncertainty: 0.5 % + 2 digits
        calibration_due: 2027-06-30
"""

import re
from datetime import date
from typing import Annotated, Any

import msgspec
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from harness.errors import UsageError
from harness.fields import FileModel, Kebab, QuantityField, TextField
from harness.quantity import Quantity, Value, convert, known_unit, parse_quantity, same_dimension

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_SPAN = re.compile(rf"\s*({_NUMBER})\s*(?:…|\.\.\.?|to|至)\s*({_NUMBER})\s*(\S+)\s*")
_DIGITS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:digits?|dgt|个?字)")
_DEGREES = ("°C", "K")
_RANGE_WANTED = "spans like '0 … 1000 V', with commas between them"
_SPREAD_WANTED = "'2 °C', '0.5 %' or '0.5 % + 2 digits'"


class Span(msgspec.Struct, frozen=True):
    """One range of an instrument, ends included."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.low:g} … {self.high:g} {self.unit}"

    def holds(self, value: float, unit: str) -> bool:
        """Whether a reading lies inside; volts and amperes also with the leads swapped."""
        if self.low == 0 and any(same_dimension(self.unit, one) for one in ("V", "A")):
            value = abs(value)
        return self.low <= convert(value, unit, self.unit) <= self.high


class Spread(msgspec.Struct, frozen=True):
    """Expanded uncertainty (k = 2): parts that are added up, as data sheets do it."""

    parts: tuple[Quantity, ...]
    digits: float = 0.0

    def __str__(self) -> str:
        shown = [str(part) for part in self.parts]
        return " + ".join([*shown, f"{self.digits:g} digits"] if self.digits else shown)

    def of(self, value: Value, unit: str, resolution: Quantity | None) -> float:
        """What it is for a reading, in the reading's unit. Raises UsageError."""
        total = sum(_part(part, value, unit) for part in self.parts)
        if self.digits and resolution is not None:
            total += self.digits * _part(resolution, value, unit)
        return total


def _part(stated: Quantity, value: Value, unit: str) -> float:
    """One part in the unit of the reading; of temperatures it is a difference, in °C as in K."""
    if stated.unit == "%" and known_unit(unit) != "%":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UsageError(f"{value!r} is no number to take {stated} of")
        return abs(value) * stated.value / 100
    if stated.unit in _DEGREES and known_unit(unit) in _DEGREES:
        return stated.value
    return stated.to(unit)


def _spans(value: Any) -> tuple[Span, ...]:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, str):
        raise ValueError(_RANGE_WANTED)
    spans: list[Span] = []
    for text in filter(str.strip, value.split(",")):
        found = _SPAN.fullmatch(text)
        if found is None:
            raise ValueError(_RANGE_WANTED)
        try:
            span = Span(float(found[1]), float(found[2]), known_unit(found[3]))
        except UsageError as error:
            raise ValueError(error.detail) from error
        if span.low >= span.high:
            raise ValueError("a range whose low end is below its high end")
        spans.append(span)
    return tuple(spans)


def _spread(value: Any) -> Spread:
    if isinstance(value, Spread):
        return value
    parts: list[Quantity] = []
    digits = 0.0
    for text in str(value).split("+") if isinstance(value, str) else [value]:
        found = _DIGITS.fullmatch(text.strip()) if isinstance(text, str) else None
        if found is not None:
            digits += float(found[1])
            continue
        try:
            parts.append(parse_quantity(text))
        except UsageError as error:
            raise ValueError(_SPREAD_WANTED) from error
    if any(part.value < 0 for part in parts):
        raise ValueError("an uncertainty of zero or more")
    return Spread(tuple(parts), digits)


SpansField = Annotated[
    tuple[Span, ...],
    BeforeValidator(_spans),
    WithJsonSchema({"type": "string", "examples": ["0 … 1000 V, 0 … 40 MΩ"]}),
]
SpreadField = Annotated[
    Spread,
    BeforeValidator(_spread),
    WithJsonSchema({"type": ["string", "number"], "examples": ["2 °C", "0.5 % + 2 digits"]}),
]


class Instrument(FileModel):
    """A hand instrument of the bench."""

    type: Kebab | str
    title: TextField | None = None
    serial: str = ""
    range: SpansField = ()
    resolution: QuantityField | None = None
    uncertainty: SpreadField | None = Field(
        default=None, description="Expanded uncertainty (k = 2): quantity, % of reading, digits"
    )
    calibration_due: date | None = None
    simulated: bool = False

    @model_validator(mode="after")
    def _digits_of_something(self) -> "Instrument":
        if self.uncertainty is not None and self.uncertainty.digits and self.resolution is None:
            raise ValueError("a resolution, of which the digits are")
        return self


class InstrumentRegister(FileModel):
    """A file of instruments that several benches share."""

    register_: Kebab = Field(alias="register")
    title: TextField | None = None
    instruments: dict[Kebab, Instrument] = Field(min_length=1)


_OPEN = {"Ω": 40e6}
"""Top of the usual range of an instrument that states none, by unit."""


def top_of_range(spans: tuple[Span, ...], unit: str) -> float | None:
    """The highest that an instrument can show (in `unit`); above it shows OL. None: not known."""
    fitting = [span for span in spans if same_dimension(span.unit, unit)]
    if fitting:
        return max(convert(span.high, span.unit, unit) for span in fitting)
    return None if spans else _OPEN.get(known_unit(unit))


def goes_over(spans: tuple[Span, ...], value: Value, unit: str) -> bool:
    """Whether an instrument shows OL for this: it lies above a range that is stated."""
    if not spans or isinstance(value, bool) or not isinstance(value, int | float):
        return False
    top = top_of_range(spans, unit)
    return top is not None and abs(value) > top


def why_out_of_range(name: str, spans: tuple[Span, ...], value: Value, unit: str) -> str:
    """Why an instrument cannot have shown this; empty when it can, or states no range."""
    if not spans or isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    fitting = [span for span in spans if same_dimension(span.unit, unit)]
    if not fitting:
        return f"{name} has no range in {unit}"
    if any(span.holds(value, unit) for span in fitting):
        return ""
    shown = ", ".join(map(str, fitting))
    return f"{value:g} {unit} is outside the range of {name} ({shown})"
