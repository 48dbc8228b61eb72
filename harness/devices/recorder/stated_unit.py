"""Units that a recorder's file states itself, held against those of the mapping.

A file that states none is believed. One that states another unit than the mapping, or something
that is no unit we know, is refused: a factor of a thousand shows in no curve.
"""

from harness.errors import UsageError
from harness.quantity import known_unit, same_dimension

_BRACKETS = (("[", "]"), ("(", ")"))
_SPELT = {
    "volt": "V", "volts": "V", "millivolt": "mV", "amp": "A", "amps": "A", "ampere": "A",
    "milliamp": "mA", "watt": "W", "hertz": "Hz", "sec": "s", "second": "s", "seconds": "s",
    "msec": "ms", "millisecond": "ms", "milliseconds": "ms", "usec": "us", "microseconds": "us",
    "µs": "us", "μs": "us", "秒": "s", "毫秒": "ms", "微秒": "us", "伏": "V", "安": "A",
}  # fmt: skip
"""Units as recorders spell them; the micro sign and the Greek mu are two characters."""
_NONE = ("", "-", "1")
"""What stands where a unit would, and is none."""


def bare(cell: str) -> str:
    """A header without its unit: `CH1 [V]` and `CH1 (V)` are `CH1`."""
    cell = cell.strip().lstrip("\ufeff")
    for left, right in _BRACKETS:
        if cell.endswith(right) and left in cell[1:]:
            return cell[: cell.rindex(left)].strip()
    return cell


def in_header(cell: str, mapped: str) -> str:
    """What a header states as its unit; empty where it states none.

    That is what stands in brackets, unless the mapping has them in the column's name; or the
    whole header, or its end behind `/`, where that is a unit of the mapped kind.
    """
    cell = cell.strip().lstrip("\ufeff")
    for left, right in _BRACKETS:
        if cell.endswith(right) and left in cell[1:]:
            return "" if cell == mapped else _said(cell)
    return cell.rpartition("/")[2].strip() if "/" in cell else cell


def alone(cell: str) -> str:
    """What a cell of a row of units states: `V`, `(V)` or nothing."""
    return _said(cell.strip())


def _said(cell: str) -> str:
    for left, right in _BRACKETS:
        if unit_of(cell) is not None:
            break  # dB(A) has brackets of its own
        if cell.endswith(right) and left in cell:
            cell = cell[cell.rindex(left) + 1 : -1].strip()
    return "" if cell in _NONE else cell


def unit_of(text: str) -> str | None:
    """The unit that a text is, however it is spelt; None where it is none that we know."""
    try:
        return known_unit(_SPELT.get(text.lower(), text))
    except UsageError:
        return None


def is_of_kind(text: str, unit: str) -> bool:
    """Whether it is a unit that we know, of the same kind."""
    known = unit_of(text)
    return known is not None and same_dimension(known, unit)


def contradiction(said: str, unit: str) -> tuple[str, str] | None:
    """What is wrong, and what was expected; None where the file says nothing else than `unit`."""
    if not said:
        return None
    known = unit_of(said)
    if known is None:
        return f"the file says {said!r}, and that is no unit known here", (
            f"a unit such as {known_unit(unit)}, or the brackets in `column:` where they are part "
            "of the name"
        )
    if known == known_unit(unit):
        return None
    kind = "size" if same_dimension(known, unit) else "kind"
    what = f"the file says {known}, the mapping {unit}: another {kind} of unit"
    return what, f"`unit: {known}` in the mapping"
