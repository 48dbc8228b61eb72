"""Versions that a device shows as text, compared part by part: 1.10 is later than 1.9."""

import re

_DOTTED = re.compile(r"\d+(?:\.\d+)*")


def version_of(text: str) -> tuple[int, ...] | None:
    """The first dotted number of a text (`P40 v 1.2.1 (rel)`), without zeros at its end.

    None when the text holds no number.
    """
    dotted = re.search(r"\d+(?:\.\d+)+", text) or _DOTTED.search(text)
    if dotted is None:
        return None
    parts = [int(part) for part in dotted[0].split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def is_version(text: str) -> bool:
    """Is this nothing but a dotted number?"""
    return _DOTTED.fullmatch(text) is not None
