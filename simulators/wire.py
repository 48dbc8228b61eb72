"""The wire between harness and device, and what can be wrong with it.

A disturbance hits every 40th reply, never two in a row, so that a repeated request always gets
through while a count of single requests finds them: two or three in a hundred.
"""

from enum import StrEnum

EVERY = 40
HANG = 1.4
"""Seconds that a hung-up device takes: longer than the usual time-out of 1 s, shorter than two."""


class Disturbance(StrEnum):
    """What happens to one reply."""

    DROPPED = "dropped"
    DELAYED = "delayed"
    CORRUPTED = "corrupted"
    """A bit turns over on the way (RTU), or the frame is cut off (TCP, through a gateway)."""
    REFUSED = "refused"
    """The device says that it is busy (exception 6)."""
    WRONG_UNIT = "wrong unit"
    """The reply carries another unit id."""
    GARBLED = "garbled"
    """Not a byte of the reply arrives as it was sent."""


class Wire:
    """Condition of one wire. Disturbances take turns when several are on."""

    def __init__(self) -> None:
        self.extra_delay = 0.0
        """Seconds added to every reply."""
        self.broken = False
        """Nothing gets through, in either direction."""
        self.baud_matches = True
        """Both ends use the same baud rate; otherwise neither takes what it hears for frames."""
        self.garbled = False
        """Its transceiver is broken: every reply is garbage."""
        self.cache_for = 0.0
        """A gateway on the way answers reads from its own memory, and fetches anew only after so
        many seconds; infinity: never again."""
        self.words_swapped = False
        """A gateway on the way hands on 32-bit numbers with the lower word first."""
        self._on: list[Disturbance] = []
        self._replies = 0

    def set(self, disturbance: Disturbance, on: bool) -> None:
        if on and disturbance not in self._on:
            self._on.append(disturbance)
            self._replies = 0
        elif not on and disturbance in self._on:
            self._on.remove(disturbance)

    @property
    def dead(self) -> bool:
        """No request arrives."""
        return self.broken or not self.baud_matches

    @property
    def disturbances(self) -> tuple[Disturbance, ...]:
        return tuple(self._on)

    def next_reply(self) -> Disturbance | None:
        """What happens to the next reply. To be asked once per reply."""
        if self.garbled:
            return Disturbance.GARBLED
        if not self._on:
            return None
        self._replies += 1
        turn, rest = divmod(self._replies, EVERY)
        return self._on[turn % len(self._on)] if rest == 0 else None
