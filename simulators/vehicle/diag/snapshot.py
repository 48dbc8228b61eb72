"""What a control unit keeps beside a trouble code: snapshots and the extended data record.

A snapshot is a list of data identifiers with their bytes, so that a tester reads it with the same
description as everything else. The extended data record has eight bytes: occurrences, aging
counter, and the odometer (km, three bytes each) at the first and the last occurrence.
"""

from dataclasses import dataclass, field

FIRST, LATEST = 0x01, 0x02
"""Numbers of the snapshot records: when the code was confirmed, and at its last occurrence."""
EXTENDED = 0x01
"""Number of the one extended data record."""
EXTENDED_LENGTH = 8
ALL_RECORDS = 0xFF
SNAPSHOT_NAMES = (
    "utc_time",
    "odometer",
    "vehicle_speed",
    "soc",
    "low_voltage",
    "pack_voltage",
)
"""Names of the identifiers in a snapshot, as far as description and car have them."""
_MOST_KM = 0xFF_FFFF

Snapshot = tuple[tuple[int, bytes], ...]
"""Identifier and its bytes, in order."""


@dataclass(slots=True)
class Kept:
    """What is stored with one code."""

    first_km: float = 0.0
    last_km: float = 0.0
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    """By record number."""


def snapshot_bytes(number: int, snapshot: Snapshot) -> bytes:
    """One record as service 19 04 sends it: number, count, and each identifier with its bytes."""
    body = b"".join(did.to_bytes(2, "big") + data for did, data in snapshot)
    return bytes([number, len(snapshot)]) + body


def extended_bytes(occurrences: int, aging: int, kept: Kept) -> bytes:
    """The record as service 19 06 sends it, its number first."""
    return bytes([EXTENDED, occurrences, aging]) + _km(kept.first_km) + _km(kept.last_km)


def _km(kilometres: float) -> bytes:
    return min(max(int(kilometres), 0), _MOST_KM).to_bytes(3, "big")
