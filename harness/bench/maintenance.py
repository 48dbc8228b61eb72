"""What is known beforehand about a repair: contract, work order, the state before it.

On a real bench it stands in the bench file under `maintenance:`; a simulated bench brings its own.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from pydantic import Field

from harness.bench.recorder import Attach
from harness.devices.snapshot import Snapshot, parse_snapshot
from harness.errors import NotAvailableError, UsageError
from harness.fields import FileModel, Kebab
from harness.quantity import Scalar

KIND = "snapshots"
"""Folder of the snapshots among a run's attachments."""
NOTHING_KNOWN = "the bench file has no `maintenance` section"


class InvoiceLine(FileModel):
    """One line of an invoice."""

    what: Kebab
    quantity: float = Field(ge=0)
    price: float = Field(ge=0, description="For one, in CNY")
    amount: float = Field(description="As the invoice states it, in CNY")


class MaintenanceEntry(FileModel):
    """The papers of one repair."""

    contract: dict[Kebab, Scalar] = Field(
        default_factory=dict,
        description="What was agreed: scope, part, labour, warranty ... -> what the contract says",
    )
    order: dict[Kebab, Scalar] = Field(
        default_factory=dict, description="The same as the supplier's work order has it"
    )
    approved_firmware: list[str] = Field(
        default_factory=list, description="Versions that may be in service"
    )
    expected: list[str] = Field(
        default_factory=list, description="Points that the work was to change"
    )
    coding: dict[str, Scalar] = Field(
        default_factory=dict,
        description="What the work order wants written: `unit.identifier` -> value",
    )
    parts: dict[str, Scalar] = Field(
        default_factory=dict,
        description="What replaced units have to show (unit.identifier) -> value of the order",
    )
    service_counters: list[str] = Field(
        default_factory=list, description="Counters of a vehicle that a service resets"
    )
    serviced: list[str] = Field(
        default_factory=list, description="Those of them for which the work was done"
    )
    invoice: list[InvoiceLine] = Field(default_factory=list)
    invoice_total: float | None = Field(default=None, description="As stated, in CNY")
    approved_price: float | None = Field(default=None, description="Most that was agreed, in CNY")
    approved_lines: list[Kebab] = Field(
        default_factory=list, description="Lines that belong to the scope of the order"
    )
    before: str | None = Field(
        default=None, description="Snapshot taken before the repair; a file beside the bench file"
    )


class RepairSource(Protocol):
    """What a simulated bench knows about the repair."""

    @property
    def repair(self) -> Mapping[str, object]:
        """Keys of MaintenanceEntry, without `before`."""
        ...

    @property
    def before_repair(self) -> Snapshot | None: ...

    @property
    def car_repair(self) -> Mapping[str, object]:
        """The same for the car; empty where none is simulated."""
        ...

    @property
    def before_car_repair(self) -> Snapshot | None: ...


class BenchMaintenance:
    """What steps ask about the repair, and the snapshots of this run."""

    def __init__(
        self,
        entry: MaintenanceEntry | None,
        source: RepairSource | None,
        *,
        folder: Path | None,
        attach: Attach | None,
    ) -> None:
        """`folder` is that of the bench file; without `attach` nothing is kept with the run."""
        self._entry = entry
        self._source = source
        self._folder = folder
        self._attach = attach
        self._kept: dict[str, Snapshot] = {}

    @property
    def papers(self) -> MaintenanceEntry:
        """Contract, order and the rest. Raises NotAvailableError."""
        if self._entry is not None:
            return self._entry
        if self._source is None:
            raise NotAvailableError(NOTHING_KNOWN)
        return MaintenanceEntry.model_validate(self._source.repair)

    def papers_of(self, role: str) -> MaintenanceEntry:
        """The papers of the device; a simulated bench has others for its car than for its pile.

        Raises NotAvailableError.
        """
        if self._entry is None and self._source is not None and role == "vehicle":
            return MaintenanceEntry.model_validate(self._source.car_repair)
        return self.papers

    @property
    def expected(self) -> list[str]:
        """What the work was to change; nothing, where no papers are known."""
        if self._entry is None and self._source is None:
            return []
        return self.papers.expected

    @property
    def coding(self) -> dict[str, Scalar]:
        """What the work order wants written into control units."""
        if self._entry is None and self._source is None:
            return {}
        return self.papers.coding

    def before(self, role: str = "pile") -> Snapshot:
        """The stored snapshot. Raises NotAvailableError and UsageError."""
        if self._entry is None and self._source is not None:
            of_car = role == "vehicle"
            found = self._source.before_car_repair if of_car else self._source.before_repair
            if found is not None:
                return found
        if self._entry is None or self._entry.before is None:
            raise NotAvailableError("the bench file names no snapshot from before the repair")
        path = (self._folder or Path()) / self._entry.before
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        return parse_snapshot(data, self._entry.before)

    def keep(self, step: str, snapshot: Snapshot) -> str:
        """Keep a snapshot for later steps and with the run; where it lies, or nothing."""
        self._kept[step] = snapshot
        if self._attach is None:
            return ""
        return self._attach(KIND, f"{step}.json", snapshot.dump()).copy

    def kept(self, step: str) -> Snapshot:
        """The snapshot of a step. Raises NotAvailableError."""
        if step not in self._kept:
            raise NotAvailableError(f"step {step} has kept no snapshot")
        return self._kept[step]
