"""Attributes of parts that faults have changed, so that they can be changed back."""

from typing import Any


class Overrides:
    """For each attribute its sound value and the faults on it, the latest of which counts."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, str], tuple[Any, dict[str, Any]]] = {}

    def put(self, owner: str, part: Any, attribute: str, value: Any) -> None:
        """Give an attribute the value that `owner` wants."""
        key = (id(part), attribute)
        wanted = self._held.setdefault(key, (getattr(part, attribute), {}))[1]
        wanted.pop(owner, None)
        wanted[owner] = value
        setattr(part, attribute, value)

    def drop(self, owner: str, part: Any, attribute: str) -> None:
        """`owner` is done: the next fault's value counts, or the sound one."""
        key = (id(part), attribute)
        sound, wanted = self._held[key]
        del wanted[owner]
        setattr(part, attribute, list(wanted.values())[-1] if wanted else sound)
        if not wanted:
            del self._held[key]
