"""What a person sees and does on a round of an outlet."""

from collections.abc import Callable, Mapping

from simulators.rig import Rig


def _nothing(rig: Rig) -> None:
    """Leaves no trace in the physics: a tag, an approval."""


ACTIONS: Mapping[str, Callable[[Rig], None]] = {
    "hang-tag": _nothing,
    "approve-settings": _nothing,
}

OBSERVATIONS: Mapping[str, Callable[[Rig], str]] = {
    "lamp-lit": lambda rig: "lit" if rig.pile.powered else "dark",
}

LOOKS = frozenset(
    {"fire-extinguisher", "lighting-and-video", "bays-and-drainage", "signs-and-marks"}
)
