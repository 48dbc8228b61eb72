"""Attributes of parts that faults have changed, so that they can be changed back."""

from typing import Any

from simulators.combining import combined


class Overrides:
    """For each attribute its sound value and the faults on it, in the order they came.

    The latest counts; of a table (mapping or set) each keeps the entries that it changes.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[int, str], tuple[Any, dict[str, Any]]] = {}

    def put(self, owner: str, part: Any, attribute: str, value: Any) -> None:
        """Give an attribute the value that `owner` wants."""
        key = (id(part), attribute)
        wanted = self._held.setdefault(key, (getattr(part, attribute), {}))[1]
        wanted.pop(owner, None)
        wanted[owner] = value
        self._apply(part, attribute)

    def drop(self, owner: str, part: Any, attribute: str) -> None:
        """`owner` is done: what the other faults want counts, or the sound value."""
        key = (id(part), attribute)
        del self._held[key][1][owner]
        self._apply(part, attribute)
        if not self._held[key][1]:
            del self._held[key]

    def sound(self, part: Any, attribute: str) -> Any:
        """What the attribute is without any fault: a fault starts from there, not from others."""
        held = self._held.get((id(part), attribute))
        return getattr(part, attribute) if held is None else held[0]

    def _apply(self, part: Any, attribute: str) -> None:
        sound, wanted = self._held[id(part), attribute]
        value = sound
        for one in wanted.values():
            value = combined(sound, value, one)
        setattr(part, attribute, value)
