"""The instruments of one run: which are in calibration that day, and what is put on record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from harness.bench.calibration import run_out
from harness.bench.instruments import Span, Spread
from harness.bench.model import BenchFile
from harness.devices.device import Device
from harness.events import InstrumentListed
from harness.quantity import Quantity


@dataclass(frozen=True)
class BenchInstrument:
    """A hand instrument, with whether its calibration is in date on the day of the run."""

    id: str
    type: str
    uncertainty: Spread | None
    calibration_due: date | None
    in_date: bool
    simulated: bool
    range: tuple[Span, ...] = ()
    resolution: Quantity | None = None
    serial: str = ""

    def listed(self) -> InstrumentListed:
        """What goes on record at the beginning."""
        return InstrumentListed(
            id=self.id,
            type=self.type,
            uncertainty=str(self.uncertainty) if self.uncertainty else "",
            calibration_due=str(self.calibration_due) if self.calibration_due else "",
            in_date=self.in_date,
            simulated=self.simulated,
            range=", ".join(map(str, self.range)),
            serial=self.serial,
        )


def list_instruments(model: BenchFile, today: date) -> dict[str, BenchInstrument]:
    """The hand instruments of a bench."""
    return {
        name: BenchInstrument(
            name,
            tool.type,
            tool.uncertainty,
            tool.calibration_due,
            tool.calibration_due is not None and tool.calibration_due >= today,
            tool.simulated,
            tool.range,
            tool.resolution,
            tool.serial,
        )
        for name, tool in model.instruments.items()
    }


def pick(
    instruments: Mapping[str, BenchInstrument], id: str | None, type: str
) -> BenchInstrument | None:
    """The instrument of that id, if it is of that type; else the first one of that type, one that
    is in calibration before one that is not."""
    if id is not None:
        named = instruments.get(id)
        return named if named is not None and named.type == type else None
    fitting = [tool for tool in instruments.values() if tool.type == type]
    return min(fitting, key=lambda tool: not tool.in_date, default=None)


def measuring_devices(
    model: BenchFile, devices: Mapping[str, Device], today: date
) -> Iterator[InstrumentListed]:
    """Devices that serve as instruments: those whose bench file says how well they measure."""
    for role, device in devices.items():
        entry = model.devices[role]  # type: ignore[index]
        if entry.calibration_due is None and (role == "pile" or not entry.uncertainty):
            continue
        due = entry.calibration_due
        yield InstrumentListed(
            id=role,
            type=device.profile.id,
            uncertainty=", ".join(f"{name} {one}" for name, one in entry.uncertainty.items()),
            calibration_due=str(due or ""),
            in_date=None if due is None else not run_out(entry, today),
            simulated=device.simulated,
        )
