"""The bench file: which device plays which role, over which connection, real or simulated."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from harness.catalogue.item import LimitSpec
from harness.devices.modbus.connection import ModbusConnection
from harness.fields import DurationField, FileModel, Kebab, QuantityField, TextField
from harness.quantity import Scalar

Role = Literal["pile", "meter"]


class DeviceEntry(FileModel):
    """One device of the bench."""

    profile: str = Field(description="Name of a shipped profile, or a file beside the bench file")
    connection: ModbusConnection | None = None
    simulated: bool = Field(
        default=False,
        description="true: the harness starts a simulator inside this process, or (with a "
        "connection) the device at that connection is known to be a simulator",
    )
    uncertainty: dict[str, QuantityField] = Field(
        default_factory=dict, description="Expanded uncertainty (k = 2) of points, by point"
    )

    @model_validator(mode="after")
    def _reachable(self) -> "DeviceEntry":
        if self.connection is None and not self.simulated:
            raise ValueError("a connection, or simulated: true")
        return self


class Instrument(FileModel):
    """A hand instrument of the bench."""

    type: Kebab | str
    title: TextField | None = None
    range: str = ""
    resolution: QuantityField | None = None
    uncertainty: QuantityField | None = Field(
        default=None, description="Expanded uncertainty (k = 2)"
    )
    calibration_due: date | None = None
    simulated: bool = False


class BenchFile(FileModel):
    """A whole bench file."""

    bench: Kebab
    title: TextField | None = None
    station: str = ""
    edition: Literal["2015", "2023"] = Field(
        default="2023",
        description="Edition of GB/T 18487.1 that the bench is set up for; stands in the record",
    )
    devices: dict[Role, DeviceEntry] = Field(min_length=1)
    site: dict[str, Scalar] = Field(
        default_factory=dict, description="What the site ledger says: serial number, tariff ..."
    )
    instruments: dict[Kebab, Instrument] = Field(default_factory=dict)
    limits: dict[str, LimitSpec] = Field(
        default_factory=dict,
        description="Own reference values for catalogue items of low confidence, by item id",
    )
    profiles: list[str] = Field(
        default_factory=list, description="Folders with profiles of the lab, beside this file"
    )
    catalogue: list[str] = Field(
        default_factory=list, description="Folders with items of the lab, beside this file"
    )
    safe_state_within: DurationField = Field(
        default=10.0, description="Time that each device has to reach its safe state"
    )
    stop_foreign_session: bool = Field(
        default=True,
        description="Also stop a charging session that this run did not start",
    )
