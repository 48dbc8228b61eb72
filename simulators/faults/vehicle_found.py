"""Which procedures find a defect of the car, and the usual forms of such defects."""

from collections.abc import Callable, Mapping
from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, Kind, defect
from simulators.rig import Rig

VEHICLE_INSPECTION = "VEH-INSP-01"
ADMISSION = "VEH-ONB-01"

Steps = tuple[str, ...]
Part = tuple[Callable[[Rig], Any], str, Any]
"""A part of the car, one of its attributes, and the wrong value."""

NEEDS_READY: Steps = ("ready", "daytime-lamps", "reversing-lamps")
"""What the daily inspection cannot show of a car that does not get READY."""


def found_by(inspection: Steps = (), admission: Steps = ()) -> Mapping[str, Steps]:
    """Steps of the daily inspection and of the admission check that a defect turns to fail."""
    both = {VEHICLE_INSPECTION: inspection, ADMISSION: admission}
    return {procedure: steps for procedure, steps in both.items() if steps}


def broken(
    name: str,
    title: Text,
    detail: Text,
    *parts: Part,
    inspection: Steps = (),
    admission: Steps = (),
    kind: Kind = "physics",
) -> Fault:
    """Parts of the car with wrong values, for as long as the fault is on."""
    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind=kind,
        role="vehicle",
        needs_car=True,
        expects=found_by(inspection, admission),
        defects=tuple(defect(part, attribute, value) for part, attribute, value in parts),
    )


def happening(
    name: str,
    title: Text,
    detail: Text,
    on: Callable[[Rig], None],
    off: Callable[[Rig], None],
    *,
    inspection: Steps = (),
    admission: Steps = (),
    kind: Kind = "physics",
) -> Fault:
    """Something that somebody did to the car, and what undoes it."""
    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind=kind,
        role="vehicle",
        needs_car=True,
        expects=found_by(inspection, admission),
        on=on,
        off=off,
    )
