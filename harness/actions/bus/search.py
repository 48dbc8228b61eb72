"""Halving a trunk: which connector to open next, and what each answer leaves.

The tester stays at the diagnostic connector and sees the part that is still joined to it. Is that
part sound now, the fault is beyond the open connector, else on this side. So the number of
disconnections grows with the logarithm of the number of units, not with the number itself.
"""

from collections.abc import Sequence

from harness.actions.bus.diagram import CONNECTOR


class TrunkSearch:
    """One search along a trunk for the one place that is at fault."""

    def __init__(self, order: Sequence[str]) -> None:
        self.order = tuple(order)
        self._at = self.order.index(CONNECTOR)
        self._first, self._last = 0, len(self.order) - 1

    @property
    def found(self) -> str | None:
        """The only place left: a unit with its branch, or the connector with its own."""
        return self.order[self._first] if self._first == self._last else None

    @property
    def candidates(self) -> tuple[str, ...]:
        """What is still possible."""
        return self.order[self._first : self._last + 1]

    def next_cut(self) -> tuple[str, str]:
        """The neighbours between which the trunk is to be opened, so that half is left."""
        cut = (self._first + self._last - 1) // 2
        return self.order[cut], self.order[cut + 1]

    def seen(self) -> tuple[str, ...]:
        """What is joined to the tester while the trunk is open at `next_cut`."""
        cut = (self._first + self._last - 1) // 2
        return self.order[: cut + 1] if self._at <= cut else self.order[cut + 1 :]

    def tell(self, *, sound: bool) -> None:
        """What the tester saw with the trunk open at `next_cut`."""
        cut = (self._first + self._last - 1) // 2
        if sound == (self._at <= cut):
            self._first = cut + 1
        else:
            self._last = cut
