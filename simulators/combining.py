"""What two faults on one table make of it: each changes its own entries and leaves the others.

A fault says what the whole table looks like with it alone. Taken as it is, that would take back
what another fault has changed; so only what differs from the sound table counts.
"""

from collections.abc import Mapping, Set
from typing import Any

_ABSENT = object()


def combined(sound: Any, below: Any, wanted: Any) -> Any:
    """`below` with what `wanted` changes in `sound`; what is no table is replaced as a whole."""
    if below is sound:
        return wanted
    if isinstance(wanted, Mapping):
        return _table(_or_empty(sound, Mapping, {}), _or_empty(below, Mapping, {}), wanted)
    if isinstance(wanted, Set):
        plain, under = _or_empty(sound, Set, frozenset()), _or_empty(below, Set, frozenset())
        both = frozenset((under - (plain - wanted)) | (wanted - plain))
        return set(both) if isinstance(wanted, set) else both
    return wanted


def _table(
    sound: Mapping[Any, Any], below: Mapping[Any, Any], wanted: Mapping[Any, Any]
) -> dict[Any, Any]:
    gone = sound.keys() - wanted.keys()
    table = {key: value for key, value in below.items() if key not in gone}
    for key, value in wanted.items():
        before = sound.get(key, _ABSENT)
        if value != before:
            table[key] = combined(before, below.get(key, before), value)
    return table


def _or_empty(value: Any, kind: type, empty: Any) -> Any:
    return value if isinstance(value, kind) else empty
