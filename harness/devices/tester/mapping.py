"""How the file of a real tester is read: which column is which quantity.

kind: brake-force
vin: VIN                    # first cell of the line above the table that has it
tested: Date                # the same of the day of the test, where the file has it
columns:
  axle:       {column: Axle, words: {"1": front, "2": rear}}
  brake:      {column: Brake, words: {S: service, P: parking}}
  time:       {column: t, unit: ms}
  left_force: {column: F left, unit: kN}
  right_force: {column: F right, unit: kN, uncertainty: 0.05 kN}
"""

from typing import Literal

from pydantic import Field, model_validator

from harness.devices.tester.layout import KINDS, Key, Number
from harness.errors import UsageError
from harness.fields import FileModel, QuantityField, ScaleField, WordsField
from harness.quantity import known_unit, same_dimension


class TableColumn(FileModel):
    """One column of the tester's table, and what stands in it."""

    column: str = Field(min_length=1, description="Header, with or without its unit")
    unit: str | None = Field(default=None, description="What the numbers are in after scaling")
    scale: ScaleField = Field(default=1.0, description="Value = number × scale")
    uncertainty: QuantityField | None = Field(default=None, description="Expanded (k = 2)")
    words: WordsField | None = Field(
        default=None, description="Of a column of words: what stands in the file -> our word"
    )


class TableMapping(FileModel):
    """The layout of one tester's files."""

    kind: str
    vin: str = Field(min_length=1, description="First cell of the line that has the VIN")
    tested: str = Field(default="", description="First cell of the line that has the day, if any")
    encoding: str = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    columns: dict[str, TableColumn]

    @model_validator(mode="after")
    def _fits(self) -> "TableMapping":
        if self.kind not in KINDS:
            raise ValueError(f"no kind of tester is {self.kind!r}; one of: {', '.join(KINDS)}")
        wanted = KINDS[self.kind].columns
        for name, mapped in self.columns.items():
            if name not in wanted:
                raise ValueError(f"{self.kind} has no {name!r}; one of: {', '.join(wanted)}")
            if problem := _wrong(wanted[name], mapped):
                raise ValueError(problem)
        for name, one in wanted.items():
            if name not in self.columns and not (isinstance(one, Number) and one.optional):
                raise ValueError(f"{self.kind} needs a column for {name}")
        return self


def _wrong(wanted: Key | Number, mapped: TableColumn) -> str:
    """What does not fit between a quantity and its column; empty when all does."""
    if isinstance(wanted, Key):
        known = ", ".join(wanted.words)
        unknown = [one for one in (mapped.words or {}).values() if one not in wanted.words]
        return f"{wanted.name} cannot be {unknown[0]!r}; one of: {known}" if unknown else ""
    if mapped.words is not None:
        return f"{wanted.name} is a number in {wanted.unit} and has no words"
    try:
        for unit in (mapped.unit, mapped.uncertainty.unit if mapped.uncertainty else None):
            if unit is not None and not same_dimension(known_unit(unit), wanted.unit):
                return f"{wanted.name} is in {wanted.unit}, not in {unit}"
    except UsageError as error:
        return error.detail
    return ""
