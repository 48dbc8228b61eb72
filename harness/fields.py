"""Field types that every data file shares: texts, durations, quantities, names.

They turn our own complaints into pydantic's, so that `datafile.validate` can say where they are.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    WithJsonSchema,
)

from harness.errors import UsageError
from harness.quantity import Quantity, parse_duration, parse_quantity
from harness.text import Text

T = TypeVar("T")


class FileModel(BaseModel):
    """Base of all file models: unknown keys are errors, values are not changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _complaining(parse: Callable[[Any], T]) -> Callable[[Any], T]:
    def convert(value: Any) -> T:
        try:
            return parse(value)
        except UsageError as error:
            raise ValueError(error.detail) from error

    return convert


def _text(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        zh, en = value["zh"], value["en"]
        if isinstance(zh, str) and isinstance(en, str) and zh.strip() and en.strip():
            return Text(zh, en)
    raise ValueError("a text in both languages: {zh: ..., en: ...}")


def _quantity(value: Any) -> Quantity:
    return value if isinstance(value, Quantity) else parse_quantity(value)


def _scale(value: float) -> float:
    if value == 0:
        raise ValueError("a scale other than 0")
    return value


def _keys_as_text(value: object) -> object:
    """What stands in a file may look like a number: YAML reads `1: open` as one."""
    return {str(key): one for key, one in value.items()} if isinstance(value, dict) else value


ScaleField = Annotated[float, AfterValidator(_scale)]
"""Factor of a column of a table."""
WordsField = Annotated[dict[str, str], BeforeValidator(_keys_as_text)]
"""What stands in a column of words -> what it means here."""
TextField = Annotated[
    Text,
    BeforeValidator(_text),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
            "required": ["zh", "en"],
            "additionalProperties": False,
        }
    ),
]
DurationField = Annotated[
    float,
    BeforeValidator(_complaining(parse_duration)),
    WithJsonSchema({"type": "string", "examples": ["200 ms", "3 s", "1 min"]}),
]
"""Seconds, written with a unit."""

QuantityField = Annotated[
    Quantity,
    BeforeValidator(_complaining(_quantity)),
    WithJsonSchema({"type": ["string", "number"], "examples": ["32 A", "0.1 %"]}),
]
Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
ProcedureId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=40)]
