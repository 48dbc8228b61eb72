"""What an instrument's reply says: numbers as SCPI writes them, states, the error queue.

`9.9E37` stands for "over range" and `9.91E37` for "not a number" (IEEE 488.2 and SCPI-1999, from
general knowledge); neither is a reading. A unit behind the number is taken, if it fits.
"""

import math
import re
from collections.abc import Mapping

from harness.errors import BadReplyError, UsageError
from harness.quantity import Quality, convert, known_unit

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z%Ω°]*)\s*")
_OVERFLOW = 9.9e37
_NOT_A_NUMBER = 9.91e37
_ERROR = re.compile(r"\s*([+-]?\d+)\s*(?:,\s*\"?(.*?)\"?\s*)?", re.DOTALL)
_NEAR = 1e-3
_WORDS_OF_NONE = ("nan", "+nan", "-nan", "inf", "+inf", "-inf")


def number(reply: str, unit: str | None) -> tuple[float | None, Quality]:
    """A number in `unit`, and whether it is a reading. Raises BadReplyError for anything else."""
    if reply.strip().lower() in _WORDS_OF_NONE:
        return None, Quality.NOT_A_NUMBER
    found = _NUMBER.fullmatch(reply)
    if found is None:
        raise BadReplyError(f"{_shown(reply)} is no number")
    value = float(found[1])
    if not math.isfinite(value) or abs(abs(value) / _NOT_A_NUMBER - 1) < _NEAR:
        return None, Quality.NOT_A_NUMBER
    if abs(value) >= _OVERFLOW * (1 - _NEAR):
        return None, Quality.OUT_OF_RANGE
    if not found[2]:
        return value, Quality.GOOD
    try:
        return convert(value, known_unit(found[2]), unit or "1"), Quality.GOOD
    except UsageError as error:
        raise BadReplyError(f"{_shown(reply)} is not in {unit or 'a plain number'}") from error


def state(reply: str, values: Mapping[str, str]) -> tuple[str | None, Quality]:
    """The state that a reply stands for; `values` is reply -> state."""
    said = reply.strip().strip('"').upper()
    for code, name in values.items():
        if said == code.upper():
            return name, Quality.GOOD
    try:
        as_number = str(int(float(said)))
    except (ValueError, OverflowError):
        return None, Quality.UNKNOWN_CODE
    known = values.get(as_number)
    return (known, Quality.GOOD) if known is not None else (None, Quality.UNKNOWN_CODE)


def error_of(reply: str) -> tuple[int, str]:
    """Number and text of an entry of the error queue; 0: it is empty. Raises BadReplyError."""
    found = _ERROR.fullmatch(reply)
    if found is None:
        raise BadReplyError(f"{_shown(reply)} is no entry of an error queue")
    return int(found[1]), found[2] or ""


def _shown(reply: str) -> str:
    """A reply for people: short, and nothing that a terminal would obey."""
    text = "".join(one if one.isprintable() else "?" for one in reply[:40])
    return f"the reply {text!r}"
