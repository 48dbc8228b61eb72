"""What diagnostics needs of a CAN bus, and the addresses it uses there.

Nothing heavy is imported here, so the description of a vehicle can be read without python-can.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import can

FrameId = tuple[int, bool]
"""Arbitration id, and whether it has 29 bits."""
MAX_ID = 0x7FF
MAX_EXTENDED_ID = 0x1FFF_FFFF


class FrameLink(Protocol):
    """One CAN bus: the tester's own adapter, or the bus node of a simulated control unit.

    Consumers are called on the event loop, in the order of the frames. Frames of one id leave in
    the order in which they were sent; none may replace another that still waits.
    """

    def send(self, message: "can.Message", /) -> None: ...

    def subscribe(
        self, consumer: Callable[["can.Message"], None], ids: Collection[FrameId] | None = None
    ) -> Callable[[], None]:
        """Have `consumer` called for frames of these ids. Returns what ends that."""
        ...


@dataclass(frozen=True, slots=True)
class IsoTpAddress:
    """The pair of ids by which two ISO-TP ends talk (normal addressing, 11 or 29 bits).

    `functional` is a further id on which requests to everybody are *received*: for servers only.
    """

    transmit: int
    receive: int
    extended: bool = False
    functional: int | None = None

    @classmethod
    def normal_fixed(
        cls, target: int, source: int, *, functional: int | None = None
    ) -> "IsoTpAddress":
        """29-bit ids 18DA<target><source> and back; `functional` is the target of 18DB.

        Source: ISO 15765-2, normal fixed addressing. The tester is 0xF1, everybody is 0x33.
        """
        return cls(
            transmit=0x18DA0000 | target << 8 | source,
            receive=0x18DA0000 | source << 8 | target,
            extended=True,
            functional=None if functional is None else 0x18DB0000 | functional << 8 | target,
        )

    def other_end(self, functional: int | None = None) -> "IsoTpAddress":
        """The address as the partner sees it."""
        return IsoTpAddress(self.receive, self.transmit, self.extended, functional)

    def __str__(self) -> str:
        return f"{show_id(self.transmit, self.extended)}/{show_id(self.receive, self.extended)}"


@dataclass(frozen=True, slots=True)
class FunctionalAddress:
    """The id of requests to everybody: 0x7DF, or 0x18DB33F1 with 29 bits."""

    request: int
    extended: bool = False

    def __str__(self) -> str:
        return show_id(self.request, self.extended)


def show_id(arbitration_id: int, extended: bool) -> str:
    """`7E0`, or `18DA30F1` with 29 bits."""
    return f"{arbitration_id:08X}" if extended else f"{arbitration_id:03X}"
