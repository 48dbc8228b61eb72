"""What every device of a bench offers, whatever it speaks: named points that can be read.

Modbus devices and vehicles satisfy these protocols; whoever plans, reads, waits or judges needs
no more than this.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from harness.clock import Deadline
from harness.quantity import Measurement, Value
from harness.text import Text


class PointInfo(Protocol):
    """What is known about one named quantity before anything is read."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Text | None: ...

    @property
    def unit(self) -> str | None: ...

    @property
    def type(self) -> str:
        """`bool`, `string`, or a number type."""
        ...

    @property
    def values(self) -> Mapping[Any, Value]:
        """Code (a number, or a text) to state of an enumeration."""
        ...

    @property
    def flags(self) -> Mapping[int, str]:
        """Bit number to name of a set of flags."""
        ...

    @property
    def is_text(self) -> bool: ...


class DeviceProfile(Protocol):
    """What is known about one device model."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> Text: ...

    @property
    def kind(self) -> str:
        """The role that such a device plays: `pile`, `meter`, `vehicle`."""
        ...

    @property
    def described(self) -> Mapping[str, PointInfo]:
        """Everything that can be asked for by name."""
        ...

    @property
    def shown(self) -> Sequence[str]:
        """The points to show where all of them are too many."""
        ...

    @property
    def data(self) -> bytes: ...

    @property
    def sha256(self) -> str: ...


class Device(Protocol):
    """One device of an open bench."""

    @property
    def role(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    @property
    def profile(self) -> DeviceProfile: ...

    async def open(self, deadline: Deadline) -> None:
        """Raises BenchError or DeviceError."""
        ...

    async def close(self) -> None: ...

    def at_step(self, step: str, attempt: int) -> None:
        """From now on, what is sent and received belongs to this step."""
        ...

    def has(self, name: str) -> bool:
        """Can this point be read on this device?"""
        ...

    async def read(
        self, names: Sequence[str], deadline: Deadline, *, attempts: int | None = None
    ) -> dict[str, Measurement]:
        """Read points, in the order asked. Raises NotAvailableError, DeviceError, BenchError."""
        ...
