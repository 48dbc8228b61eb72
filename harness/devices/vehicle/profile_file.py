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

What takes commands from the bus stands under `by_wire`, see `ByWireEntry`; what the vehicle tells
without being asked under `broadcast`, see `harness.devices.vehicle.broadcast`; what shows that a
drive or a charge has ended under `safe_state`, see `EndedEntry`.

Databases are looked for beside the profile, then among the shipped ones. A `checks` file says which
messages carry a checksum or a counter where the database itself cannot.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from harness.devices.vehicle.broadcast import BroadcastEntry
from harness.fields import DurationField, FileModel, Kebab, QuantityField, TextField


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


class ReactionEntry(FileModel):
    """What an actuator does when its commands stop, said of the point that follows them."""

    stays: QuantityField | None = Field(default=None, description="It moves no further than this")
    below: QuantityField | None = Field(default=None, description="It goes below this")
    above: QuantityField | None = Field(default=None, description="It stays or goes above this")
    keeps: bool = Field(default=False, description="Its state stays what it was")

    @model_validator(mode="after")
    def _one(self) -> "ReactionEntry":
        numbers = (self.stays, self.below, self.above)
        if sum(one is not None for one in numbers) + self.keeps != 1:
            raise ValueError("one of: stays, below, above, keeps")
        return self


class CodesEntry(FileModel):
    """Trouble codes by which a unit reports wrong commands."""

    timeout: str | None = None
    counter: str | None = None
    checksum: str | None = None
    range: str | None = None


class GearsEntry(FileModel):
    """How gears are selected by command."""

    demand: str = Field(description="Signal of the same command that names the gear")
    follows: str = Field(description="Point that shows the gear")


class ByWireEntry(FileModel):
    """One actuator that takes commands: the command message, and the points that show it."""

    title: TextField
    command: str = Field(description="Message of a database, sent in the place of its sender")
    mode: str = Field(description="Signal that asks for by-wire operation")
    on: str = "by_wire"
    off: str = "manual"
    demand: str = Field(description="Signal that says what is wanted")
    neutral: float | str = Field(default=0.0, description="Demand by which nothing moves")
    besides: dict[str, float | str] = Field(default_factory=dict)
    period: DurationField
    shows: str = Field(description="Point that shows the mode")
    active: str = "by_wire"
    follows: str = Field(description="Point that follows the demand")
    scale: float = Field(default=1.0, gt=0, description="Unit of that point over unit of demand")
    near: QuantityField | None = Field(default=None, description="So close counts as arrived")
    at_rest: dict[str, QuantityField] = Field(min_length=1, description="Nothing moves: up to")
    on_timeout: ReactionEntry | None = None
    driver: dict[str, QuantityField] = Field(default_factory=dict, description="Takes over from")
    driver_shows: dict[str, list[str]] = Field(
        default_factory=dict, description="States of points by which the driver takes over"
    )
    driver_moves: bool = Field(
        default=False, description="The driver's input moves it, too, and then it is no command"
    )
    gears: GearsEntry | None = None
    beyond: dict[str, float] = Field(default_factory=dict, description="Signals out of range")
    unit: str = Field(default="", description="Control unit of the diagnostic description")
    codes: CodesEntry = CodesEntry()


class EndedEntry(FileModel):
    """What shows that something which a person began (a drive, a charge) has ended."""

    within: Annotated[DurationField, Field(gt=0)] = 30.0
    at_rest: dict[str, QuantityField] = Field(
        default_factory=dict, description="Points and how far from zero they may be"
    )
    all_of: dict[str, str | list[str]] = Field(
        default_factory=dict, description="Points and the states that each of them has to show"
    )
    any_of: dict[str, str | list[str]] = Field(
        default_factory=dict, description="Points of which one has to show its state"
    )

    @model_validator(mode="after")
    def _something(self) -> "EndedEntry":
        if not (self.at_rest or self.all_of or self.any_of):
            raise ValueError("at least one of: at_rest, all_of, any_of")
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
    chemistry: Literal["ncm", "lfp"] | None = Field(
        default=None, description="Of the traction battery; limits of standards depend on it"
    )
    ratings: dict[str, QuantityField] = Field(default_factory=dict)
    buses: dict[Kebab, BusEntry] = Field(min_length=1)
    diagnostics: DiagnosticsEntry | None = None
    points: dict[str, PointEntry] = Field(default_factory=dict)
    by_wire: dict[Kebab, ByWireEntry] = Field(default_factory=dict)
    broadcast: BroadcastEntry | None = None
    safe_state: dict[Literal["drive", "charge"], EndedEntry] = Field(
        default_factory=dict, description="What shows that a person's drive or charge has ended"
    )
