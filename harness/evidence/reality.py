"""What a run was done on: devices that are there, simulated ones, recordings, or some of each."""

from collections.abc import Sequence

from harness.events import DeviceOpened, RunStarted

KINDS = ("real", "simulated", "mixed", "recorded", "partly_recorded", "none")
"""What `reality_of_run` can say."""


def reality(started: RunStarted | None, devices: Sequence[DeviceOpened]) -> str:
    """`recorded`, `simulated`, `mixed` (simulated and real), `partly_recorded` or `real`.

    What is not known to be real is called simulated; where not everything is a recording, nothing
    that was played is called real, and nothing that was there a recording.
    """
    if started is None:
        return "simulated"
    if started.recorded:
        return "recorded" if all(device.recorded for device in devices) else "partly_recorded"
    if started.simulated:
        return "simulated"
    return "mixed" if any(device.simulated for device in devices) else "real"


def reality_of_run(started: RunStarted | None, devices: Sequence[DeviceOpened]) -> str:
    """The same; `none` where not even a simulated device was opened."""
    found = reality(started, devices)
    return "none" if found == "real" and not devices else found
