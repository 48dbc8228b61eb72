"""What a bus has seen, in numbers, for the record."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tallies:
    """Frames and load of one bus. Times in seconds since the record's start."""

    received: int = 0
    """Data and remote frames of the others."""
    sent: int = 0
    """Frames of ours that the adapter took."""
    refused: int = 0
    """Frames that were to be sent in spite of read-only; none of them was."""
    unsent: int = 0
    """Frames of ours that the adapter or the bus did not take."""
    error_frames: int = 0
    garbled: int = 0
    """Bytes from the adapter that are no frame, counted in lines."""
    first: float | None = None
    last: float | None = None
    load_mean: float | None = None
    """0 to 1; None when the bit rate is not known."""
    load_peak: float | None = None
    unknown: dict[str, int] = field(default_factory=dict)
    """Id that no database describes -> frames. Filled by the monitor."""
    undecodable: int = 0
    """Frames too short or with an unknown multiplexer. Filled by the monitor."""
