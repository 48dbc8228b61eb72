"""Key algorithms of security access (service 27): from the seed of a unit to the key it expects.

A maker's algorithm is its secret and is not here. A lab that has one gives it in its own package,
by an entry point of the group `harness.keys` whose name a diagnostics file then uses:

    [project.entry-points."harness.keys"]
    our-maker = "our_package.keys:compute"

`compute(seed: bytes, level: int, options: Mapping[str, Any]) -> bytes`; the options stand in the
file.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

from harness.errors import UnknownNameError, UsageError

KeyAlgorithm = Callable[[bytes, int, Mapping[str, Any]], bytes]
GROUP = "harness.keys"
_MASK = 0xA5C3_1E87
_ROTATE = 3


def xor_rotate(seed: bytes, level: int, options: Mapping[str, Any]) -> bytes:
    """A demonstration algorithm, made up for the simulated vehicle. No maker uses it.

    The seed, as one big-endian number, is XORed with `mask` (repeated over the seed's length) and
    rotated left by `rotate` plus the level bits. Options: `mask` (32 bits), `rotate` (0 to 31).
    """
    mask, rotate = options.get("mask", _MASK), options.get("rotate", _ROTATE)
    if type(mask) is not int or not 0 <= mask < 2**32:
        raise UsageError(f"xor-rotate: mask {mask!r}; expected a whole number of 32 bits")
    if type(rotate) is not int or not 0 <= rotate < 32:
        raise UsageError(f"xor-rotate: rotate {rotate!r}; expected 0 to 31")
    if not seed:
        raise UsageError("xor-rotate: the seed is empty")
    bits = 8 * len(seed)
    pattern = mask.to_bytes(4, "big") * (len(seed) // 4 + 1)
    mixed = int.from_bytes(seed, "big") ^ int.from_bytes(pattern[: len(seed)], "big")
    turn = (rotate + level) % bits
    turned = (mixed << turn | mixed >> bits - turn) & ((1 << bits) - 1)
    return turned.to_bytes(len(seed), "big")


BUILT_IN: dict[str, KeyAlgorithm] = {"xor-rotate": xor_rotate}


def key_algorithm(name: str) -> KeyAlgorithm:
    """The algorithm of that name: built in, or of an installed package. Raises UnknownNameError."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in known:
        raise UnknownNameError("key algorithm", name, [*BUILT_IN, *known])
    found: KeyAlgorithm = known[name].load()
    return found
