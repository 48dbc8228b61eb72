"""Whether numbers can be what a file says that they are."""

from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.recording import Track


def implausible(track: Track) -> str:
    """Why the numbers of a track cannot be what they are said to be; empty when they can."""
    info = CHANNELS[track.name]
    if info.states:
        return ""
    for one in (min(track.values), max(track.values)):
        if not info.low <= float(one) <= info.high:
            return (
                f"{float(one):g} {info.unit} cannot be {track.name} "
                f"({info.low:g} to {info.high:g} {info.unit})"
            )
    return ""
