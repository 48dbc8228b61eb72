"""How a file of a real recorder is read: which column is which channel, in the bench file.

recorder:
  instrument: scp-1
  channels:
    cp:         {column: CH1, scale: 10, uncertainty: 60 mV}
    voltage_l1: {column: URMS1, unit: V, window: 10 ms, uncertainty: 0.5 V}
    s2:         {column: D0, states: {0: open, 1: closed}}
"""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from harness.devices.recorder.channels import CHANNELS
from harness.errors import UsageError
from harness.fields import DurationField, FileModel, QuantityField, ScaleField, WordsField
from harness.quantity import known_unit, same_dimension


class TimeColumn(FileModel):
    """The column of time. Its zero means nothing."""

    column: str = Field(default="time", min_length=1)
    unit: str = "s"

    @field_validator("unit")
    @classmethod
    def _is_time(cls, unit: str) -> str:
        try:
            if same_dimension(unit, "s"):
                return known_unit(unit)
        except UsageError as error:
            raise ValueError(error.detail) from error
        raise ValueError(f"a unit of time, not {unit}")


class ChannelColumn(FileModel):
    """One channel: where it stands in the file, and what its numbers mean."""

    column: str | int = Field(description="Header of the column; number of the channel in a WAV")
    unit: str | None = Field(default=None, description="What the numbers are in after scaling")
    scale: ScaleField = Field(default=1.0, description="Value = number × scale + offset")
    offset: float = 0.0
    window: DurationField = Field(default=0.0, description="Time that each value is the mean of")
    uncertainty: QuantityField | None = Field(default=None, description="Expanded (k = 2)")
    states: WordsField | None = Field(
        default=None, description="Of a channel of states: what stands in the file -> state"
    )


class RecorderEntry(FileModel):
    """The recorder of a bench: simulated, or files that the person at the bench imports."""

    simulated: bool = Field(
        default=False, description="The simulated bench records its own physics, as instruments do"
    )
    resolution: DurationField | None = Field(
        default=None,
        gt=0,
        description="Files: rows are changes only, by a clock with this step. Simulated: the step "
        "of contacts (0.1 ms by default)",
    )
    instrument: str | None = Field(
        default=None,
        description="The instrument of the bench that records",
    )
    folder: str | None = Field(default=None, description="Where the recorder puts its files")
    encoding: str | None = Field(
        default=None, description="Of CSV files, where not UTF-8 or UTF-16"
    )
    delimiter: Literal[",", ";", "\t"] | None = Field(default=None, description="Of CSV files")
    time: TimeColumn = TimeColumn()
    channels: dict[str, ChannelColumn] = Field(
        default_factory=dict, description="Canonical channel -> its column; none: our own layout"
    )

    @field_validator("channels")
    @classmethod
    def _known(cls, value: dict[str, ChannelColumn]) -> dict[str, ChannelColumn]:
        for name, column in value.items():
            info = CHANNELS.get(name)
            if info is None or info.derived:
                known = ", ".join(one for one, it in CHANNELS.items() if not it.derived)
                raise ValueError(f"no channel is called {name!r}; one of: {known}")
            if problem := _wrong(name, column):
                raise ValueError(problem)
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "RecorderEntry":
        if self.simulated and self.channels:
            raise ValueError("either simulated: true, or columns of files")
        return self


def _wrong(name: str, column: ChannelColumn) -> str:
    """What does not fit between a channel and its column; empty when all does."""
    info = CHANNELS[name]
    if info.states:
        known = ", ".join(info.states)
        if column.states is None:
            return f"{name} has states: {known}; say what stands for them"
        unknown = [one for one in column.states.values() if one not in info.states]
        return f"{name} cannot be {unknown[0]!r}; one of: {known}" if unknown else ""
    if column.states is not None:
        return f"{name} is a number in {info.unit} and has no states"
    assert info.unit is not None
    try:
        for unit in (column.unit, column.uncertainty.unit if column.uncertainty else None):
            if unit is not None and not same_dimension(unit, info.unit):
                return f"{name} is in {info.unit}, not in {unit}"
    except UsageError as error:
        return error.detail
    return ""
