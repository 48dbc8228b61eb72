"""Vehicle identification numbers: the check digit, and numbers of the simulated car.

The world manufacturer identifier `0EV` is fictional: ISO 3780 gives no region the first character
0, so no maker on earth has it. The check digit is worked out as everywhere (position 9).
Source: ISO 3779, GB 16735 (characters, check digit by weights modulo 11).
"""

from random import Random

from harness.errors import UsageError

FICTIONAL_WMI = "0EV"
LENGTH = 17
_CHECK_AT = 8
_LETTERS = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_MODEL = "E60AB"
_YEARS = "RS"
"""Model years 2024 and 2025."""
_PLANT = "A"


def check_digit(vin: str) -> str:
    """The character that belongs at position 9. Raises UsageError for what is no VIN."""
    if len(vin) != LENGTH or not all(c.isdecimal() or c in _LETTERS for c in vin):
        raise UsageError(f"{vin!r} is not a VIN; expected 17 of 0-9 and A-Z without I, O, Q")
    values = [int(c) if c.isdecimal() else _LETTERS[c] for c in vin]
    rest = sum(value * weight for value, weight in zip(values, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def valid(vin: str) -> bool:
    """Whether the check digit is right. Raises UsageError for what is no VIN."""
    return vin[_CHECK_AT] == check_digit(vin)


def make_vin(random: Random) -> str:
    """A valid number of the fictional maker."""
    year, serial = random.choice(_YEARS), random.randrange(1, 1_000_000)
    open_vin = f"{FICTIONAL_WMI}{_MODEL}0{year}{_PLANT}{serial:06d}"
    return open_vin[:_CHECK_AT] + check_digit(open_vin) + open_vin[_CHECK_AT + 1 :]
