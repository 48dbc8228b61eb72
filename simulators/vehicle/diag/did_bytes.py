"""From the car's values to the bytes of an identifier, as a control unit sends them.

A real unit sends whatever its variable holds: a number beyond the range is sent as the nearest that
fits the bytes, not refused.
"""

import math

from harness.devices.diag.values import SIZES, ValueFormat
from harness.quantity import Value


def to_bytes(form: ValueFormat, value: Value | bytes, place: str) -> bytes | None:
    """The bytes; None for a number that is none. Raises UsageError for a value of a wrong kind."""
    if isinstance(value, bytes):
        return value
    if form.type not in SIZES:
        if form.type == "ascii" and isinstance(value, str):
            value = value[: form.length]
        return form.encode(value, place)
    if form.values:
        if isinstance(value, bool | int) and int(value) in form.values:
            value = form.values[int(value)]
        return form.encode(value, place)
    if not isinstance(value, int | float):
        return form.encode(value, place)
    number = float(value)
    if not math.isfinite(number):
        return None
    size, signed = SIZES[form.type], form.type[0] == "i"
    low, high = (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, 256**size - 1)
    raw = min(max(round((number - form.offset) / form.scale), low), high)
    return raw.to_bytes(size, "big", signed=signed)
