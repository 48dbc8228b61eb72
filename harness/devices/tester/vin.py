"""Whether a file is about the vehicle that stands on the bench."""

import re

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
"""17 characters without I, O and Q (ISO 3779; known in general, text not read)."""


def vin_problem(said: str, wanted: str) -> tuple[str, str] | None:
    """What is wrong with the VIN that a file says, and what was expected; None where it fits."""
    if not said:
        return "the file says no VIN", f"the VIN {wanted}"
    if _VIN.fullmatch(said) is None:
        return f"{said!r} is no VIN", "17 characters, capital letters and figures, no I, O or Q"
    if said != wanted:
        return f"the file is about another vehicle: VIN {said}", f"VIN {wanted}"
    return None
