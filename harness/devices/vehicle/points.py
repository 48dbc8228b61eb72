"""A named quantity of a vehicle: a signal on a bus, or an identifier of a control unit.

Procedures name quantities (`soc`, `ready`); the vehicle's profile says which signal or data
identifier that is. Every signal can also be named as in its database (`BMS_PackStatus.BMS_Soc`)
and every identifier by its unit (`vcu.vin`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.devices.can.specs import SignalSpec
from harness.errors import UsageError
from harness.quantity import Value, known_unit
from harness.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class VehiclePoint:
    """One point. Either `signal` (and `bus`) or `did` (and `unit_name`) is filled.

    `values` has the states of an enumeration by raw code; `markers` the codes that mean "no
    value".
    """

    name: str
    title: Text | None = None
    unit: str | None = None
    type: str = "number"
    """`number` or `string`."""
    values: Mapping[int, Value] = field(default_factory=dict)
    markers: frozenset[int] = frozenset()
    bus: str = ""
    message: str = ""
    signal: str = ""
    ecu: str = ""
    did: str = ""
    resolution: float | None = None

    @property
    def flags(self) -> Mapping[int, str]:
        return {}

    @property
    def is_text(self) -> bool:
        return self.type == "string"


def states_of(signal: SignalSpec) -> dict[int, Value]:
    """Raw code to state of an enumeration, without its "no value" codes; else nothing."""
    if not signal.is_enumeration:
        return {}
    return {
        code: label for code, label in sorted(signal.values.items()) if code not in signal.sentinels
    }


def unit_of(text: str | None) -> str | None:
    """The unit in our spelling; one that we do not know is kept out of units."""
    if not text:
        return None
    try:
        return known_unit(text)
    except UsageError:
        return None
