"""The workshop that a simulated car comes from: papers of the work, and what was done to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.devices.snapshot import Snapshot
from harness.quantity import Scalar, Value

EXPECTED = ("rad.serial_number", "rad.manufacture_date", "rad.programming_date",
            "rad.calibration_date", "rad.calibration_state", "rad.operating_time",
            "rad.power_on_count")  # fmt: skip
"""What the work was to change: the front radar was replaced and calibrated."""
COUNTERS = ("icm.service_distance", "icm.brake_fluid_due", "icm.coolant_due")
SERVICED = ("icm.service_distance", "icm.brake_fluid_due")
APPROVED = 2600.0
OLD_SERIAL = "RAD2408000000417"
"""Of the radar that was taken out."""


def _agreed() -> dict[str, Scalar]:
    return {
        "symptom": "front radar fault, assistance off",
        "scope": "replace and calibrate front radar, service, brake fluid",
        "price": "2600 CNY",
        "deadline": "2026-01-09",
    }


def _lines() -> tuple[Mapping[str, Any], ...]:
    return (
        {"what": "front-radar", "quantity": 1, "price": 1480.0, "amount": 1480.0},
        {"what": "calibration", "quantity": 1, "price": 320.0, "amount": 320.0},
        {"what": "service", "quantity": 1, "price": 260.0, "amount": 260.0},
        {"what": "brake-fluid", "quantity": 2, "price": 45.0, "amount": 90.0},
        {"what": "labour", "quantity": 2.5, "price": 120.0, "amount": 300.0},
    )


@dataclass
class Service:
    """Papers of the work. A fault changes the workshop's ones, or the stored file."""

    contract: dict[str, Scalar] = field(default_factory=_agreed)
    order: dict[str, Scalar] = field(default_factory=_agreed)
    invoice: tuple[Mapping[str, Any], ...] = field(default_factory=_lines)
    total: float = 2450.0
    altered: Mapping[str, Value] = field(default_factory=dict)
    """What somebody has written into the stored snapshot afterwards."""

    def told(self, parts: Mapping[str, Value]) -> Mapping[str, object]:
        """Keys of a bench file's `maintenance` section; `parts` are those of the order."""
        return {
            "contract": self.contract,
            "order": self.order,
            "expected": list(EXPECTED),
            "parts": dict(parts),
            "service_counters": list(COUNTERS),
            "serviced": list(SERVICED),
            "invoice": [dict(line) for line in self.invoice],
            "invoice_total": self.total,
            "approved_price": APPROVED,
            "approved_lines": [str(line["what"]) for line in _lines()],
        }

    def stored(self, before: Snapshot) -> Snapshot:
        """The stored file, with what was done to it; its hash stays that of the day."""
        return replace(before, points={**before.points, **self.altered})
