"""The bench file: which device plays which role, over which connection, real or simulated."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from harness.bench.custody import CustodyEntry
from harness.bench.instruments import Instrument
from harness.bench.maintenance import MaintenanceEntry
from harness.bench.preparation import PreparationEntry
from harness.bench.sockets import ConnectionMode
from harness.catalogue.item import LimitSpec
from harness.devices.can.connection import CanConnection
from harness.devices.instrument.connection import VisaConnection
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.recorder.mapping import RecorderEntry
from harness.fields import DurationField, FileModel, Kebab, QuantityField, TextField
from harness.quantity import Scalar, same_dimension

Role = Literal[
    "pile", "meter", "vehicle", "injector", "load", "source",
    "pile-2", "pile-3", "pile-4", "pile-5", "pile-6", "pile-7", "pile-8",
]  # fmt: skip
"""An outlet has several piles, see `harness.bench.roles`."""


def _protocol(connection: Any) -> str:
    """Which kind of connection is written: CAN is known by its key `can`, VISA by `visa`."""
    if isinstance(connection, VisaConnection) or (
        isinstance(connection, dict) and "visa" in connection
    ):
        return "a VISA connection"
    is_can = isinstance(connection, CanConnection)
    is_can = is_can or (isinstance(connection, dict) and "can" in connection)
    return "a CAN connection" if is_can else "a Modbus connection"


Connection = Annotated[
    Annotated[ModbusConnection, Tag("a Modbus connection")]
    | Annotated[CanConnection, Tag("a CAN connection")]
    | Annotated[VisaConnection, Tag("a VISA connection")],
    Discriminator(_protocol),
]


class KeyEntry(FileModel):
    """Where the bench has the key of a security access from. The secret stands in neither file."""

    use: str | None = Field(
        default=None,
        description="Name of the key algorithm (entry point group `harness.keys`); by default that "
        "of the diagnostic description",
    )
    options: str | None = Field(
        default=None,
        description="A YAML file with the algorithm's options, beside the bench file; it is read "
        "when the bench is opened and is not kept with the run",
    )


class DeviceEntry(FileModel):
    """One device of the bench. The keys of CAN databases and buses are for vehicles."""

    profile: str | None = Field(
        default=None, description="Name of a shipped profile, or a file beside the bench file"
    )
    connector: int = Field(
        default=1, ge=1, description="Which connector is meant, of a map that describes several"
    )
    variant: str | None = Field(
        default=None, description="Which of the variants that the profile describes it is"
    )
    connection: Connection | None = None
    connections: dict[str, CanConnection] = Field(
        default_factory=dict,
        description="Of a vehicle with several adapters: bus of the profile -> connection",
    )
    database: list[str] = Field(
        default_factory=list,
        description="Of a vehicle without a profile: its DBC files, beside the bench file",
    )
    diagnostics: str | None = Field(
        default=None, description="Of a vehicle without a profile: its diagnostic description"
    )
    simulated: bool = Field(
        default=False,
        description="true: the harness starts a simulator inside this process, or (with a "
        "connection) the device at that connection is known to be a simulator",
    )
    uncertainty: dict[str, QuantityField] = Field(
        default_factory=dict, description="Expanded uncertainty (k = 2) of points, by point"
    )
    site: dict[str, Scalar] = Field(
        default_factory=dict,
        description="What the ledger says of this very device, beside the bench's `site`",
    )
    line: Kebab | None = Field(
        default=None,
        description="Of a pile simulated in this process: the line that it shares with others",
    )
    unit: int | None = Field(
        default=None, ge=1, le=247, description="Of a simulated pile on a line: its unit id"
    )
    connection_mode: ConnectionMode = Field(
        default="C",
        description="Of a pile: connection mode of GB/T 18487.1; A and B: it has a socket, "
        "C: its cable is fixed to it",
    )
    housing: Kebab | None = Field(
        default=None,
        description="Of a pile: connection points of one and the same pile have this in common",
    )
    resolution: dict[str, QuantityField] = Field(
        default_factory=dict,
        description="How finely registers count, by point, where the profile does not say it",
    )
    faults: dict[Kebab, str] = Field(
        default_factory=dict, description="Of an injector: fault -> its relay"
    )
    component_current: QuantityField | None = Field(
        default=None,
        description="Of a pile: what its weakest part in the current's way (contactor, cable …) "
        "carries by its data sheet; over-current of the parts is judged by it",
    )
    keys: dict[str, KeyEntry] = Field(
        default_factory=dict,
        description="Of a vehicle: key algorithm as its diagnostic description names it -> the "
        "bench's own key for security access",
    )
    calibration_due: date | None = Field(
        default=None, description="Of a reference meter: the last day of its calibration"
    )

    @field_validator("database", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _reachable(self) -> "DeviceEntry":
        if not self.connected and not self.simulated:
            raise ValueError("a connection, or simulated: true")
        if self.connection is not None and self.connections:
            raise ValueError("either one connection, or connections by bus")
        recordings = [one.is_recording for one in self._can_connections]
        if any(recordings) and not all(recordings):
            raise ValueError("recordings on all buses, or on none of them")
        if any(recordings) and self.simulated:
            raise ValueError("a recording is of no simulator started here; leave simulated out")
        if self.connected and (self.line is not None or self.unit is not None):
            raise ValueError("line and unit without a connection (there the connection says both)")
        carries = self.component_current
        if carries is not None and not (same_dimension(carries.unit, "A") and carries.value > 0):
            raise ValueError("component_current: a current above zero, like 40 A")
        if (self.profile is None) == (not self.database):
            raise ValueError("a profile, or the databases of a vehicle without one")
        return self

    @property
    def connected(self) -> bool:
        """Whether it is reached over connections of its own."""
        return self.connection is not None or bool(self.connections)

    @property
    def _can_connections(self) -> list[CanConnection]:
        own = [self.connection] if isinstance(self.connection, CanConnection) else []
        return [*own, *self.connections.values()]

    @property
    def recorded(self) -> bool:
        """Whether its buses come out of recordings: neither simulated nor there."""
        return any(one.is_recording for one in self._can_connections)

    @property
    def can(self) -> CanConnection | dict[str, CanConnection]:
        """The connection of a vehicle, or its connections by bus; empty when simulated inside."""
        return self.connection if isinstance(self.connection, CanConnection) else self.connections

    @property
    def visa(self) -> VisaConnection | None:
        """The connection of a load or a source."""
        return self.connection if isinstance(self.connection, VisaConnection) else None

    @property
    def modbus(self) -> ModbusConnection | None:
        """The connection of a Modbus device."""
        return self.connection if isinstance(self.connection, ModbusConnection) else None


class BenchFile(FileModel):
    """A whole bench file."""

    bench: Kebab
    title: TextField | None = None
    station: str = ""
    edition: Literal["2015", "2023"] = Field(
        default="2023",
        description="Edition of GB/T 18487.1 that the bench is set up for; stands in the record",
    )
    editions: dict[str, str] = Field(
        default_factory=dict,
        description="Standard -> edition by which vehicles are judged, for example GB 7258: 2012; "
        "by default the edition in force",
    )
    read_only: bool = Field(
        default=False, description="Not one frame may leave on any CAN bus of this bench"
    )
    devices: dict[Role, DeviceEntry] = Field(
        description="By role; `{}` for a place where an assessor scores and nothing is connected"
    )
    site: dict[str, Scalar] = Field(
        default_factory=dict, description="What the site ledger says: serial number, tariff ..."
    )
    instruments: dict[Kebab, Instrument] = Field(default_factory=dict)
    instrument_register: str | None = Field(
        default=None, description="A file of instruments beside this one, shared by several benches"
    )
    recorder: RecorderEntry | None = Field(
        default=None,
        description="Oscilloscope, power analyser or logger whose recordings prove short times",
    )
    maintenance: MaintenanceEntry | None = Field(
        default=None, description="Contract, work order and earlier state, for accepting a repair"
    )
    preparation: PreparationEntry | None = Field(
        default=None, description="What the next rental wants of the car, for preparing it"
    )
    custody: CustodyEntry | None = Field(
        default=None, description="Where copies of recordings go; by default they stay with the run"
    )
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

    @field_validator("editions", mode="before")
    @classmethod
    def _years_are_text(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: str(one) if isinstance(one, int) else one for name, one in value.items()}

    stop_foreign_session: bool = Field(
        default=True,
        description="Also stop a charging session that this run did not start",
    )
