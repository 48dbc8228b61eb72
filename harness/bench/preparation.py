"""What the next rental wants of a car: charge, equipment, presets, usage parameters.

On a real bench it stands in the bench file under `preparation:`; a simulated bench brings its own.
"""

from collections.abc import Mapping
from typing import Protocol

from pydantic import Field, field_validator

from harness.errors import NotAvailableError
from harness.fields import FileModel, QuantityField
from harness.quantity import Quantity, Scalar

NO_TASK = "the bench file has no `preparation` section"


class PreparationEntry(FileModel):
    """The task of one preparation."""

    soc_floor: QuantityField | None = Field(
        default=None, description="State of charge that the car has to have at least, in %"
    )
    rental_type: str | None = Field(default=None, description="Kind of the next rental")
    equipment: list[str] = Field(
        default_factory=list, description="What has to be in the car for it"
    )
    presets: dict[str, Scalar] = Field(
        default_factory=dict,
        description="Time, units, language, climate: `unit.identifier` -> value",
    )
    parameters: dict[str, Scalar] = Field(
        default_factory=dict,
        description="Speed limit, geofence, rental: `unit.identifier` -> value",
    )

    @field_validator("soc_floor")
    @classmethod
    def _of_a_battery(cls, value: Quantity | None) -> Quantity | None:
        if value is not None and (value.unit != "%" or not 0 <= value.value <= 100):
            raise ValueError("a state of charge in %, from 0 to 100")
        return value


class TaskSource(Protocol):
    """What a simulated bench knows about the task."""

    @property
    def task(self) -> Mapping[str, object]:
        """Keys of PreparationEntry."""
        ...


class BenchPreparation:
    """What steps ask about the task."""

    def __init__(self, entry: PreparationEntry | None, source: TaskSource | None) -> None:
        self._entry = entry
        self._source = source

    @property
    def task(self) -> PreparationEntry:
        """The task. Raises NotAvailableError."""
        if self._entry is not None:
            return self._entry
        if self._source is None:
            raise NotAvailableError(NO_TASK)
        return PreparationEntry.model_validate(self._source.task)

    @property
    def soc_floor(self) -> float:
        """In percent. Raises NotAvailableError."""
        floor = self.task.soc_floor
        if floor is None:
            raise NotAvailableError("the task names no state of charge")
        return floor.to("%")
