"""What is shown on a display at the bench: exactly, as text and digits have no uncertainty."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from simulators.rig import Rig


class Shown(NamedTuple):
    """A number on a display."""

    unit: str
    value: Callable[[Rig], float]
    digits: int


DISPLAYS: Mapping[str, Shown] = {
    "displayed_price": Shown("CNY/kWh", lambda rig: rig.pile.billing.price(), 4),
    "displayed_amount": Shown("CNY", lambda rig: rig.pile.billing.amount(), 2),
}
"""By the subject of the question."""
