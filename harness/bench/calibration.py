"""Whether a measuring device of the bench is in calibration on the day of the run."""

from datetime import date

from msgspec.structs import replace

from harness.bench.model import DeviceEntry
from harness.quantity import Measurement, Quality

NO_DATE = "the bench does not say until when the instrument is calibrated"


def run_out(entry: DeviceEntry, today: date) -> str:
    """That the calibration of a device has run out; empty where it has not, or no date is given."""
    due = entry.calibration_due
    return f"calibration due {due}" if due is not None and due < today else ""


def without_verdict(readings: dict[str, Measurement], why: str) -> dict[str, Measurement]:
    """The same readings, of which the quantities can carry no verdict; states stay as they are."""
    return {
        name: replace(reading, quality=Quality.OUT_OF_CALIBRATION, note=why)
        if reading.unit is not None and reading.quality is Quality.GOOD
        else reading
        for name, reading in readings.items()
    }
