"""The unit that a recorder's file states itself, held against the one of the mapping.

A thousandfold error in a unit gives a plausible number, so a file that says its unit is believed
before the mapping is.
"""

from harness.errors import UsageError
from harness.quantity import known_unit, same_dimension

_SPELT = {
    "volt": "V", "volts": "V", "millivolt": "mV", "amp": "A", "amps": "A", "ampere": "A",
    "milliamp": "mA", "watt": "W", "hertz": "Hz", "sec": "s", "second": "s", "seconds": "s",
    "msec": "ms", "millisecond": "ms", "milliseconds": "ms", "usec": "us", "microseconds": "us",
    "秒": "s", "毫秒": "ms", "伏": "V", "安": "A",
}  # fmt: skip
"""Units as recorders spell them out."""


def stated_unit(text: str) -> str | None:
    """The unit that a text is, however it is spelt; None where it is none."""
    text = text.strip()
    if text in ("", "1"):
        return None
    try:
        return known_unit(_SPELT.get(text.lower(), text))
    except UsageError:
        return None


def other_unit(said: str | None, mapped: str) -> tuple[str, str] | None:
    """What is wrong and what is expected; None where the file says the same or nothing."""
    if said is None or said == known_unit(mapped):
        return None
    kind = "size" if same_dimension(said, mapped) else "kind"
    what = f"the file says {said}, the mapping {mapped}: another {kind} of unit"
    return what, f"`unit: {said}` in the mapping"
