"""Units that a recorder's file states itself, held against those of the mapping.

A file that states none is believed. One that states another unit than the mapping, or something
that is no unit we know, is refused: a factor of a thousand shows in no curve.
"""

from harness.errors import UsageError
from harness.quantity import known_unit, same_dimension

_BRACKETS = (("[", "]"), ("(", ")"))
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
        if cell.endswith(right) and left in cell:
            cell = cell[cell.rindex(left) + 1 : -1].strip()
    return "" if cell in _NONE else cell


def is_unit(text: str) -> bool:
    """Whether it is a unit that we know."""
    try:
        known_unit(text)
    except UsageError:
        return False
    return True


def is_of_kind(text: str, unit: str) -> bool:
    """Whether it is a unit that we know, of the same kind."""
    return is_unit(text) and same_dimension(text, unit)


def contradiction(said: str, unit: str, where: str) -> tuple[str, str] | None:
    """What is wrong, and what was expected; None where the file says nothing else than `unit`.

    `where` names the place of the unit in the mapping; {} in it is the unit of the file.
    """
    if not said:
        return None
    if not is_unit(said):
        return f"the file says {said!r}, and that is no unit known here", (
            f"a unit such as {known_unit(unit)}, or the brackets in `column:` where they are part "
            "of the name"
        )
    known = known_unit(said)
    if known == known_unit(unit):
        return None
    kind = "size" if same_dimension(known, unit) else "kind"
    what = f"the file says {known}, the mapping {unit}: another {kind} of unit"
    return what, f"`{where.format(known)}` in the mapping"
