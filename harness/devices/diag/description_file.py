"""The shape of a diagnostics file, as pydantic models: what `harness schema diagnostics` prints.

diagnostics: shared-ev
title: {zh: ..., en: ...}
functional: {request: 0x7DF}            # or a list of them
security: {xor-rotate: {}}              # key algorithms, each with its options
dids:
  0x2001: {name: pack_voltage, title: {zh: ..., en: ...}, type: u16, scale: 0.1, unit: V}
routines:
  0x0203: {name: self_test, title: {...}, options: [], result: {type: u8, values: {0: passed}}}
dtcs:
  P0AA6-1A: {title: {...}, severity: stop, warning_lamp: true}
units:
  bms: {title: {...}, node: BMS, bus: powertrain, request: 0x7E1, response: 0x7E9,
        dids: [0x2001], routines: [0x0203], dtcs: [P0AA6-1A], obd: true}
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from harness.devices.diag.diagnostics import Access, Severity
from harness.devices.diag.values import ValueType
from harness.fields import FileModel, Kebab, TextField

PointName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
DtcCode = Annotated[str, StringConstraints(pattern=r"^[PCBU][0-3][0-9A-F]{3}-[0-9A-F]{2}$")]
Number16 = Annotated[int, Field(ge=0, le=0xFFFF)]
ArbitrationId = Annotated[int, Field(ge=0, le=0x1FFF_FFFF)]
Scalar = bool | int | float | str


class _Strict(FileModel):
    model_config = ConfigDict(strict=True)


def _one_or_more(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _span(value: Any) -> Any:
    good = isinstance(value, list) and len(value) == 2
    numbers = good and all(isinstance(end, int | float) for end in value)
    if not numbers or any(isinstance(end, bool) for end in value) or value[0] > value[1]:
        raise ValueError("a range like [0, 500], low end first")
    return (float(value[0]), float(value[1]))


Range = Annotated[
    Any,
    BeforeValidator(_span),
    WithJsonSchema(
        {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    ),
]


class FunctionalFile(_Strict):
    """The id of requests to every control unit."""

    request: ArbitrationId
    extended: bool = False


_FUNCTIONAL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"request": {"type": "integer"}, "extended": {"type": "boolean"}},
    "required": ["request"],
    "additionalProperties": False,
}
Functional = Annotated[
    list[FunctionalFile],
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [_FUNCTIONAL_SCHEMA, {"type": "array", "items": _FUNCTIONAL_SCHEMA}]}),
]


class ValueFile(_Strict):
    """How a value stands in the bytes."""

    type: ValueType
    length: int | None = Field(default=None, ge=1, le=4092)
    """Bytes: needed for ascii, 3 or 4 for bcd-date, free for bytes."""
    scale: float = 1.0
    offset: float = 0.0
    unit: str | None = None
    values: dict[int, str] = Field(default_factory=dict)
    range: Range | None = None


class OptionFile(ValueFile):
    """One option that a routine takes."""

    name: PointName


class DidFile(ValueFile):
    """A data identifier; its name is the name of the point."""

    name: PointName
    title: TextField
    access: list[Access] = Field(default=["read"], min_length=1)


class RoutineFile(_Strict):
    name: PointName
    title: TextField
    options: list[OptionFile] = Field(default_factory=list)
    result: ValueFile | None = None


class DtcFile(_Strict):
    title: TextField
    severity: Severity = "note"
    warning_lamp: bool = False


class UnitFile(_Strict):
    """A control unit."""

    title: TextField
    node: str = ""
    """Its name in the DBC."""
    bus: str
    request: ArbitrationId
    response: ArbitrationId
    extended: bool = False
    sessions: list[Annotated[int, Field(ge=1, le=0x7F)]] = Field(default=[1], min_length=1)
    security: str | None = None
    dids: list[Number16] = Field(default_factory=list)
    routines: list[Number16] = Field(default_factory=list)
    dtcs: list[DtcCode] = Field(default_factory=list)
    obd: bool = False


class DiagnosticsFile(_Strict):
    """A whole diagnostics file."""

    diagnostics: Kebab
    title: TextField
    functional: Functional = Field(default_factory=list)
    security: dict[str, dict[str, Scalar]] = Field(default_factory=dict)
    dids: dict[Number16, DidFile] = Field(default_factory=dict)
    routines: dict[Number16, RoutineFile] = Field(default_factory=dict)
    dtcs: dict[DtcCode, DtcFile] = Field(default_factory=dict)
    units: dict[PointName, UnitFile] = Field(min_length=1)
