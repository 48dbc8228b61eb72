"""What a pile shows and asks for a session: price in force, and amount.

Our own simple billing model: the price of the period in which the session began holds for all of
it, and the amount is rounded to the smallest unit of money once.
"""

from collections.abc import Callable

from simulators.pile.identity import Tariff
from simulators.pile.session import Session

SMALLEST = 0.01
"""CNY."""
_HOUR = 3600.0
_DAY = 86400.0
_CHINA = 8 * _HOUR
_PERIODS = (
    (0.0, "tariff_valley"),
    (8.0, "tariff_flat"),
    (10.0, "tariff_peak"),
    (12.0, "tariff_flat"),
    (18.0, "tariff_sharp"),
    (21.0, "tariff_flat"),
    (23.0, "tariff_valley"),
)
"""Hour of the day (China) from which a price holds. Our own table."""


class Billing:
    """Prices a session by the tariff table that the pile holds."""

    def __init__(self, tariff: Callable[[], Tariff], session: Session) -> None:
        self._tariff = tariff
        self._session = session
        self.surcharge = 1.0
        """Factor between the price shown and the price asked; 1 in a sound pile."""

    def price(self) -> float:
        """The price (CNY/kWh) that is shown for the session."""
        began = self._session.started or 0.0
        hour = (began + _CHINA) % _DAY / _HOUR
        name = next(name for start, name in reversed(_PERIODS) if hour >= start)
        return self._tariff().prices[name]

    def amount(self) -> float:
        """What is to be paid (CNY)."""
        asked = self.price() * self.surcharge * self._session.watt_hours / 1000
        return round(asked / SMALLEST) * SMALLEST
