"""The condition check of battery and motor with short segments: minutes on whole buses are dear.

The steps are those of the shipped procedure; only the two segments, and the two limits that say how
long they have to be, are shorter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.data import data_folder
from simulators.vehicle import drive_cycle

CONDITION = "VEH-BATT-01"
STEADY, CHARGE = 12, 100
"""Seconds at 40 km/h, and of the charge."""
_SHORTER = (
    ("for: 355 s", f"for: {STEADY + 50} s"),
    ("for: 188 s", f"for: {CHARGE} s"),
    ("item: GB/T 44500-2024/test-drive-time", f"limit: {{low: {STEADY}, unit: s}}"),
    ("item: GB/T 44500-2024/test-duration", f"limit: {{low: {CHARGE - 5}, unit: s}}"),
)


def shortened(folder: Path) -> Path:
    """The shipped procedure with short segments, as a file in `folder`."""
    text = (data_folder("procedures") / f"{CONDITION}.yaml").read_text(encoding="utf-8")
    for long, short in _SHORTER:
        assert text.count(long) == 1
        text = text.replace(long, short)
    path = folder / f"{CONDITION}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def short_drive() -> Iterator[None]:
    """The driver holds 40 km/h for `STEADY` seconds only."""
    saved = 304 - STEADY
    cycle = tuple(
        phase._replace(at=phase.at - saved) if phase.at > 300 else phase
        for phase in drive_cycle.CYCLE
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drive_cycle, "CYCLE", cycle)
        yield
