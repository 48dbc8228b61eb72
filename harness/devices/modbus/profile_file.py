"""The shape of a profile file, as pydantic models. `harness schema profile` prints their schema.

What the keys mean is told in profile.py; what a file must also obey, beyond its shape, is checked
in profile_build.py and profile_check.py.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from harness.devices.modbus.points import Confidence, Conversion, Order, Packing, Table
from harness.fields import DurationField, FileModel, Kebab, QuantityField, TextField

_AT = re.compile(r"(coil|discrete|input|holding) +(0x[0-9a-fA-F]{1,6}|[0-9]{1,7})\Z")
Scalar = bool | int | float | str
PointName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


def _at(value: Any) -> tuple[Table, int]:
    match = _AT.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a table and a wire address, like 'input 6' or 'holding 0x0100'")
    return Table(match[1]), int(match[2], 0)


def _choice(value: Any) -> Any:
    if isinstance(value, list):
        if len(value) == 2 and all(_is_number(end) for end in value):
            return (float(value[0]), float(value[1]))
        raise ValueError("a range like [6, 16]")
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str):
        raise ValueError("a number, a word, true or false")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _named(value: Any) -> Any:
    """`idle`, or `[idle, A1]`: the shared label, then the vendor's own."""
    if isinstance(value, list):
        if len(value) == 2 and isinstance(value[1], str):
            return (_scalar(value[0]), value[1])
        raise ValueError("a label, or the shared label and the vendor's own like [idle, A1]")
    return (_scalar(value), "")


def _condition(value: Any) -> Any:
    """`closed`, `[open, closed]`, or one of is / is_not / at_least / below."""
    if isinstance(value, dict):
        if len(value) != 1 or next(iter(value)) not in ("is", "is_not", "at_least", "below"):
            raise ValueError("one of 'is', 'is_not', 'at_least', 'below'")
        op, wanted = next(iter(value.items()))
    else:
        op, wanted = "is", value
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if not wanted or (op in ("at_least", "below") and len(wanted) != 1):
        raise ValueError("one value")
    return (op, tuple(_scalar(item) for item in wanted))


def _pair(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2 and all(_is_number(one) for one in value):
        return (float(value[0]), float(value[1]))
    raise ValueError("a raw number and its value like [100, 6]")


def _span(value: Any) -> Any:
    good = isinstance(value, list) and len(value) == 2
    if not good or not all(isinstance(end, int) for end in value) or value[0] > value[1]:
        raise ValueError("a range like [1, 247], low end first")
    return (value[0], value[1])


_SCALAR_SCHEMA: dict[str, Any] = {"type": ["number", "string", "boolean"]}
_RANGE_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 2,
}
At = Annotated[
    Any,
    BeforeValidator(_at),
    WithJsonSchema({"type": "string", "pattern": _AT.pattern.replace(r"\Z", "$")}),
]
Choice = Annotated[
    Any, BeforeValidator(_choice), WithJsonSchema({"anyOf": [_SCALAR_SCHEMA, _RANGE_SCHEMA]})
]
Named = Annotated[
    Any,
    BeforeValidator(_named),
    WithJsonSchema({"anyOf": [_SCALAR_SCHEMA, {"type": "array", "minItems": 2, "maxItems": 2}]}),
]
ConditionField = Annotated[
    Any,
    BeforeValidator(_condition),
    WithJsonSchema({"anyOf": [_SCALAR_SCHEMA, {"type": "array"}, {"type": "object"}]}),
]
Literal_ = Annotated[Any, BeforeValidator(_scalar), WithJsonSchema(_SCALAR_SCHEMA)]
Pair = Annotated[Any, BeforeValidator(_pair), WithJsonSchema(_RANGE_SCHEMA)]
IntSpan = Annotated[Any, BeforeValidator(_span), WithJsonSchema(_RANGE_SCHEMA)]


class _Strict(FileModel):
    model_config = ConfigDict(strict=True)


class DoubtFile(_Strict):
    says: str
    source: str
    confidence: Confidence


class ScaleCaseFile(_Strict):
    when: dict[str, ConditionField] = Field(min_length=1)
    scale: float


class PointFile(_Strict):
    """One row of the printed table."""

    at: At
    unit_id: int | None = Field(default=None, ge=0, le=255)
    type: (
        Literal["bool", "u16", "i16", "u32", "i32", "u64", "f32", "f64", "string", "bytes", "bcd16"]
        | None
    ) = None
    words: int | None = Field(default=None, ge=1, le=125)
    label: str = ""
    doc: int | str | None = None
    title: TextField | None = None
    word_order: Order | None = None
    byte_order: Order | None = None
    encoding: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    scale_by: list[PointName] = Field(default_factory=list)
    scale_if: list[ScaleCaseFile] = Field(default_factory=list)
    conversion: Conversion | None = None
    packing: Packing | None = None
    bits_at: IntSpan | None = None
    digits_at: IntSpan | None = None
    special: dict[int, float] = Field(default_factory=dict)
    curve: list[Pair] = Field(default_factory=list)
    unit: str | None = None
    access: Literal["r", "w", "rw"] = "r"
    write_function: Literal[5, 6, 15, 16] | None = None
    values: dict[int | str, Named] = Field(default_factory=dict)
    bits: dict[int, Named] = Field(default_factory=dict)
    not_available: list[int] = Field(default_factory=list)
    low: float | None = None
    high: float | None = None
    allowed: list[Choice] | None = None
    max_by_model: dict[str, float] = Field(default_factory=dict)
    default: Literal_ | None = None
    energises: list[Choice] = Field(default_factory=list)
    requires: dict[str, ConditionField] = Field(default_factory=dict)
    available_if: dict[str, ConditionField] = Field(default_factory=dict)
    readable_if: dict[str, ConditionField] = Field(default_factory=dict)
    read_back: str | None = None
    read_back_idle: float | None = None
    settle: DurationField = 0.0
    also_write: list[PointName] = Field(default_factory=list)
    self_clearing: bool = False
    overwritten_by_others: bool = False
    changes_link: bool = False
    retentive: bool | None = None
    confidence: Confidence | None = None
    note: str = ""
    doubts: list[DoubtFile] = Field(default_factory=list)


class VariantFile(_Strict):
    """What is different in one variant; the rows are checked once they are merged."""

    title: TextField | None = None
    points: dict[PointName, dict[str, Any]] = Field(min_length=1)


class TermFile(_Strict):
    of: list[PointName] = Field(min_length=1)
    times: float = 1.0


class CaseFile(_Strict):
    is_: Scalar = Field(alias="is")
    when: dict[str, ConditionField] = Field(min_length=1)


class DerivedFile(_Strict):
    """A value made of several points: exactly one of sum, join, states."""

    title: TextField | None = None
    unit: str | None = None
    sum: list[TermFile] = Field(default_factory=list)
    join: list[PointName] = Field(default_factory=list)
    with_: str = Field(default="", alias="with")
    states: list[CaseFile] = Field(default_factory=list)
    low: float | None = None
    high: float | None = None
    confidence: Confidence | None = None
    note: str = ""
    doubts: list[DoubtFile] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_way(self) -> "DerivedFile":
        if sum(bool(way) for way in (self.sum, self.join, self.states)) != 1:
            raise ValueError("exactly one of 'sum', 'join', 'states'")
        if self.with_ and not self.join:
            raise ValueError("'with' between the parts of a 'join', and only there")
        return self


class ConnectorsFile(_Strict):
    """Several connectors that one map describes, at a stride."""

    count: int = Field(ge=2, le=64)
    stride: int = Field(default=0, ge=0, le=65535)
    first: int = Field(default=0, ge=0, le=65535)
    unit_stride: int = Field(default=0, ge=0, le=247)

    @model_validator(mode="after")
    def _apart(self) -> "ConnectorsFile":
        if bool(self.stride) == bool(self.unit_stride):
            raise ValueError("either 'stride' or 'unit_stride'")
        return self


class LinkFile(_Strict):
    unit: int | None = Field(default=None, ge=0, le=255)
    units: IntSpan | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    baudrate: int | None = Field(default=None, ge=300, le=4_000_000)
    baudrates: list[int] = Field(default_factory=list)
    parity: Literal["N", "E", "O"] | None = None
    bytesize: Literal[7, 8] | None = None
    stopbits: Literal[1, 2] | None = None
    timeout: DurationField | None = None
    clients: int | None = Field(default=None, ge=1)
    idle_close: DurationField | None = None
    confidence: Confidence | None = None
    note: str = ""


class LinksFile(_Strict):
    rtu: LinkFile | None = None
    ascii: LinkFile | None = None
    tcp: LinkFile | None = None


class ReadingFile(_Strict):
    max_registers: int = Field(default=125, ge=1, le=125)
    max_bits: int = Field(default=2000, ge=1, le=2000)
    gaps: bool | int = False
    exact: bool = False
    forbidden: dict[Literal["coil", "discrete", "input", "holding"], list[IntSpan]] = Field(
        default_factory=dict
    )
    pause: DurationField = 0.0
    every: DurationField = 0.0
    first_ignored: DurationField = 0.0
    longer_replies: bool = False


class DefaultsFile(_Strict):
    word_order: Order = "big"
    byte_order: Order = "big"


class RatingsFile(_Strict):
    voltage: QuantityField | None = None
    current: QuantityField | None = None
    phases: QuantityField | None = None
    power: QuantityField | None = None
    frequency: QuantityField | None = None


class WatchdogFile(_Strict):
    fed_by: Literal["any_request", "rewrite_point", "write_point"]
    point: str | None = None
    tokens: list[Literal_] = Field(default_factory=list)
    timeout: DurationField
    timeout_point: str | None = None
    failsafe_point: str | None = None
    feed_every: DurationField
    recovery: DurationField = 0.0
    recover: Kebab | None = None
    action: TextField
    note: str = ""


class StepFile(_Strict):
    """One line of a sequence: exactly one of write, rewrite, require, wait."""

    write: str | None = None
    value: Literal_ | None = None
    rewrite: str | None = None
    require: dict[str, ConditionField] | None = None
    wait: DurationField | None = None
    settle: DurationField = 0.0

    @model_validator(mode="after")
    def _one_verb(self) -> "StepFile":
        verbs = [self.write, self.rewrite, self.require, self.wait]
        if sum(verb is not None for verb in verbs) != 1:
            raise ValueError("exactly one of 'write', 'rewrite', 'require', 'wait'")
        if (self.write is not None) != (self.value is not None):
            raise ValueError("'value' with 'write', and only there")
        return self


class SafeStateFile(_Strict):
    sequence: str
    proof: dict[str, ConditionField] = Field(min_length=1)
    within: DurationField
    note: str = ""


class ProfileFile(_Strict):
    """A whole profile."""

    profile: Kebab
    title: TextField
    vendor: str = Field(min_length=1)
    model: str = Field(min_length=1)
    kind: Literal["pile", "meter", "injector"]
    confidence: Confidence
    sources: list[str] = Field(min_length=1)
    note: str = ""
    ratings: RatingsFile = Field(default_factory=RatingsFile)
    models: dict[str, RatingsFile] = Field(default_factory=dict)
    links: LinksFile
    reading: ReadingFile = Field(default_factory=ReadingFile)
    numbering: dict[Literal["coil", "discrete", "input", "holding"], int] = Field(
        default_factory=dict
    )
    defaults: DefaultsFile = Field(default_factory=DefaultsFile)
    points: dict[PointName, PointFile] = Field(min_length=1)
    variants: dict[Kebab, VariantFile] = Field(default_factory=dict)
    derived: dict[PointName, DerivedFile] = Field(default_factory=dict)
    connectors: ConnectorsFile | None = None
    watchdog: WatchdogFile | None = None
    sequences: dict[Kebab, list[StepFile]] = Field(default_factory=dict)
    safe_state: SafeStateFile | None = None
    quirks: dict[str, str] = Field(default_factory=dict)
