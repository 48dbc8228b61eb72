"""Over range: what an instrument shows of an open wire, and what is put on record for it.

An instrument that shows OL says that the value is above the top of its range. On record it has
that top as its value and `OL` as its note, so that limits apply to it and nobody takes it for a
reading.
"""

from harness.quantity import Value

OVER_RANGE = "OL"
_WORDS = ("ol", "o.l", "o.l.", "0l", "over", "超量程")


def says_over_range(value: Value | None) -> bool:
    """Whether somebody answers that the instrument showed OL."""
    return isinstance(value, str) and value.strip().lower() in _WORDS


def with_over_range(note: str) -> str:
    """A note that says so as well."""
    return f"{OVER_RANGE}; {note}" if note and not is_over_range(note) else note or OVER_RANGE


def is_over_range(note: str) -> bool:
    """Whether the note of an answer or a measurement says so."""
    return note == OVER_RANGE or note.startswith(f"{OVER_RANGE}; ")
