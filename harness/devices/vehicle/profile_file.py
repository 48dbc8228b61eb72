"""The file format of a vehicle's profile.

    profile: shared-ev
    kind: vehicle
    title: {zh: 示例共享电动车, en: Example shared electric car}
    vendor: Example
    model: E-60
    confidence: high
    sources: [own design]
    buses:
      powertrain: {database: ev_powertrain.dbc, bitrate: 500000}
    diagnostics: {description: shared-ev.diagnostics.yaml, bus: powertrain}
    points:
      soc:   {signal: BMS_PackStatus.BMS_Soc}
      vin:   {did: vcu.vin}

Databases are looked for beside the profile, then among the shipped ones. A `checks` file says which
messages carry a checksum or a counter where the database itself cannot.
"""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from harness.fields import FileModel, Kebab, QuantityField, TextField


class BusEntry(FileModel):
    """One bus of the vehicle."""

    database: list[str] = Field(min_length=1)
    checks: str | None = None
    bitrate: int = Field(default=500_000, ge=10_000, le=1_000_000)
    title: TextField | None = None

    @field_validator("database", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class DiagnosticsEntry(FileModel):
    """Where the control units are asked."""

    description: str
    bus: str = Field(description="The bus that the diagnostic connector is on")


class PointEntry(FileModel):
    """One named quantity."""

    signal: str | None = Field(default=None, description="Message.Signal of a database")
    did: str | None = Field(default=None, description="unit.name of the diagnostic description")
    title: TextField | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "PointEntry":
        if (self.signal is None) == (self.did is None):
            raise ValueError("either a signal or a did")
        for name in (self.signal, self.did):
            if name is not None and name.count(".") != 1:
                raise ValueError("a name with one dot, like Message.Signal or unit.name")
        return self


class VehicleProfileFile(FileModel):
    """A whole profile of a vehicle."""

    profile: Kebab
    kind: Literal["vehicle"]
    title: TextField
    vendor: str
    model: str
    confidence: Literal["high", "medium", "low"]
    sources: list[str] = Field(min_length=1)
    note: str = ""
    ratings: dict[str, QuantityField] = Field(default_factory=dict)
    buses: dict[Kebab, BusEntry] = Field(min_length=1)
    diagnostics: DiagnosticsEntry | None = None
    points: dict[str, PointEntry] = Field(default_factory=dict)
