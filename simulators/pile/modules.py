"""Modules around the controller: card reader, screen, modem, storage; and starting with a card."""

from collections.abc import Callable
from typing import Any

from simulators.pile.settings import PileSettings
from simulators.timers import Timers


class Modules:
    """Their condition, as far as the controller can tell."""

    def __init__(self) -> None:
        self.reader_answers = True
        self.screen_answers = True
        self.network_up = True
        """The way from the modem to the platform."""
        self.sim_inserted = True
        self.free_orders = 5000
        """Free places for charging orders; 0: full, or the memory chip has failed."""

    @property
    def online(self) -> bool:
        """The platform is reached."""
        return self.network_up and self.sim_inserted


class CardStart:
    """Starting with a card: the platform asks the customer's app, and that has to confirm."""

    def __init__(
        self,
        modules: Modules,
        settings: PileSettings,
        timers: Timers,
        *,
        start: Callable[[], None],
        timed_out: Callable[[], None],
    ) -> None:
        self._modules = modules
        self._settings = settings
        self._timers = timers
        self._start = start
        self._timed_out = timed_out
        self.app_confirms = True
        """The customer confirms in time."""

    def present(self, ago: float = 0.0) -> None:
        """A valid card is held to the reader, or was `ago` seconds before now. A silent reader does
        not see it."""
        if not self._modules.reader_answers:
            return
        s = self._settings
        if self.app_confirms and self._modules.online:
            self._timers.plan("confirmed", s.confirm_after - ago, self._start)
        else:
            self._timers.plan("unconfirmed", s.confirm_timeout - ago, self._timed_out)


def no_tariff(tariff: Any) -> bool:
    """The billing model is empty: every price is zero."""
    return not any(tariff.prices.values())
