"""How busy a bus is: frames, error frames, load over a window, runs of recessive bits."""

from collections import deque

from simulators.canbus.confinement import RECESSIVE_RUN
from simulators.canbus.frame_length import INTERMISSION

_KEPT = 16_384


class Occupancy:
    """What has been on the wires, and when it ended."""

    def __init__(self, bitrate: int) -> None:
        self.bitrate = bitrate
        self.frames = 0
        self.error_frames = 0
        self.bits = 0
        """Bit times of all frames, whole or broken off, with their error frames."""
        self._recent: deque[tuple[float, int]] = deque(maxlen=_KEPT)

    def frame(self, t: float, bits: int) -> None:
        """A frame ended at `t`."""
        self.frames += 1
        self.bits += bits
        self._recent.append((t, bits))

    def error(self, t: float, bits: int) -> None:
        """A frame was broken off at `t`; its bits and those of the error frame."""
        self.error_frames += 1
        self.bits += bits
        self._recent.append((t, bits))

    def load(self, now: float, window: float) -> float:
        """Share of the last `window` seconds in which the bus was not idle (0 to 1)."""
        bits = 0
        for t, length in reversed(self._recent):
            if t <= now - window:
                break
            bits += length
        return min(1.0, bits / (window * self.bitrate))

    def recessive_runs(self, since: tuple[float, int, int], now: float) -> int:
        """Runs of 11 recessive bits since a `mark`: in idle time, and one behind each frame."""
        t, bits, before = since
        frames = self.frames - before
        # The run behind a frame is its last eight bits and the intermission.
        idle = (now - t) * self.bitrate - (self.bits - bits) - INTERMISSION * frames
        return int(max(0.0, idle) / RECESSIVE_RUN) + frames

    def mark(self, now: float) -> tuple[float, int, int]:
        """From here on recessive runs are to be counted."""
        return now, self.bits, self.frames
