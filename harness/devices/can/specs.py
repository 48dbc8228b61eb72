"""What a bus description says: nodes, messages and signals, as plain values that never change.

The parser's own objects stay in `database.py`; everything else works with these.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.errors import UnknownNameError

Identifier = tuple[int, bool]
"""(arbitration id, is extended): 11 and 29 bits with one number are different frames."""

Algorithm = Literal["crc8-sae-j1850", "xor8", "sum8"]
STALE_CYCLES = 5
"""A frame that is older than so many nominal cycles is stale."""
_SENTINEL = re.compile(
    r"(?i)sna|(signal[_ ]?)?not[_ ]?available|n/?a|invalid([_ ]?value)?|无效值?|不可用"
)


@dataclass(frozen=True, slots=True, eq=False)
class SignalSpec:
    """One signal. `start` is DBC's start bit: the least significant bit of little-endian
    signals, the most significant one of big-endian ones (numbered as DBC does)."""

    name: str
    start: int
    length: int
    """Bits."""
    little_endian: bool
    signed: bool
    is_float: bool
    """IEEE 754 of 32 or 64 bits; the raw number is then its bit pattern."""
    scale: float
    offset: float
    low: float | None
    """Physical limits of the description, both inclusive; None: not given."""
    high: float | None
    unit: str | None
    """In our spelling where we know the unit, else as it is written."""
    values: Mapping[int, str] = field(default_factory=dict)
    """Raw number -> name."""
    start_value: int | None = None
    """Raw number until the sender has a better one."""
    multiplexer: str | None = None
    """Signal that says whether this one is in the frame; None: it always is."""
    mux_ids: tuple[int, ...] = ()
    """Raw numbers of the multiplexer with which this signal is in the frame."""
    is_multiplexer: bool = False
    receivers: tuple[str, ...] = ()
    comment: str = ""

    @property
    def sentinels(self) -> frozenset[int]:
        """Raw numbers whose name means "no value" (SNA, invalid, not available …)."""
        return frozenset(raw for raw, name in self.values.items() if _SENTINEL.fullmatch(name))

    @property
    def is_enumeration(self) -> bool:
        """Whether every number ought to have a name.

        A table also names the special numbers of a quantity (255 = SNA). So the named numbers
        must start at 0 or 1 and leave fewer gaps than they fill.
        """
        if self.is_float or self.unit is not None or (self.scale, self.offset) != (1, 0):
            return False
        named = set(self.values) - self.sentinels
        if len(named) < 2:
            return False
        return min(named) <= 1 and 2 * len(named) >= max(named) - min(named) + 1


@dataclass(frozen=True, slots=True)
class ChecksumSpec:
    """Which signal carries the checksum of a message, and over what it is taken."""

    signal: str
    algorithm: Algorithm
    data_id: int | None = None
    """0 to 65535; its two bytes, low one first, come before the payload. None: not used."""


@dataclass(frozen=True, slots=True, eq=False)
class MessageSpec:
    """One message of a bus description."""

    name: str
    frame_id: int
    extended: bool
    length: int
    """Payload bytes."""
    fd: bool
    cycle_time: float | None
    """Seconds between two frames; None: sent on events."""
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    signals: tuple[SignalSpec, ...]
    comment: str = ""
    counter: str | None = None
    """Signal that counts the frames."""
    checksum: ChecksumSpec | None = None
    database: str = ""
    """Name of the description that the message comes from."""
    by_name: Mapping[str, SignalSpec] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {signal.name: signal for signal in self.signals})

    @property
    def id(self) -> Identifier:
        """Arbitration id and whether it has 29 bits."""
        return (self.frame_id, self.extended)

    @property
    def mux(self) -> SignalSpec | None:
        """The multiplexer that is in every frame, if there is exactly one."""
        found = [s for s in self.signals if s.is_multiplexer and s.multiplexer is None]
        return found[0] if len(found) == 1 else None

    @property
    def stale_after(self) -> float | None:
        """Age in seconds from which the last frame counts as missing; None: sent on events."""
        return None if self.cycle_time is None else STALE_CYCLES * self.cycle_time

    def signal(self, name: str) -> SignalSpec:
        """The signal of that name. Raises UnknownNameError."""
        found = self.by_name.get(name)
        if found is None:
            raise UnknownNameError(f"signal of {self.name}", name, list(self.by_name))
        return found

    def __str__(self) -> str:
        return f"{self.name} ({format_id(self.frame_id, self.extended)})"


def format_id(frame_id: int, extended: bool) -> str:
    """An id as people write it: 3 hex digits with 11 bits, 8 with 29."""
    return f"0x{frame_id:08X}" if extended else f"0x{frame_id:03X}"
