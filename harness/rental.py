"""Rows of a bench file's ledger (`site:`) about the renting of a vehicle; none is a point of it."""

import re
from collections.abc import Callable, Mapping

VIEWS = ("front", "front-left", "left", "rear-left", "rear", "rear-right", "right", "front-right",
         "cockpit")  # fmt: skip
"""Where one stands on the way round a vehicle, and its cockpit."""
NO_DAMAGE = "none"
CODE = re.compile(r"(?=.*\d)[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
"""A code of a person has a digit, so that a name is not taken for one."""


def damaged_views(row: str) -> list[str]:
    """The views that a row of known damage names."""
    return [part.strip() for part in row.split(",") if part.strip() != NO_DAMAGE]


def _text(value: str) -> bool:
    return bool(value.strip())


def _code(value: str) -> bool:
    return CODE.fullmatch(value) is not None


def _views(value: str) -> bool:
    return _text(value) and all(view in VIEWS for view in damaged_views(value))


ROWS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "order_number": (_text, "the number of the order, as text"),
    "plate": (_text, "the number plate, as text"),
    "order_driver": (_code, "a code with a digit, never a name"),
    "known_damage": (_views, f"{NO_DAMAGE}, or of these, with commas: {', '.join(VIEWS)}"),
}
"""Row -> what it has to be, and in words."""


def expected_of_row(name: str, value: object) -> str | None:
    """What should stand in a row; None when it is as it should be."""
    fits, words = ROWS[name]
    return None if isinstance(value, str) and fits(value) else words
