"""Alarms of the pile that follow from one contact or one module directly."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulators.pile.modules import no_tariff

if TYPE_CHECKING:
    from simulators.pile.pile import Pile


def contact_alarms(pile: "Pile") -> list[tuple[str, Callable[[], bool], float]]:
    """Code, condition and debounce (s) of alarms that a contact or a module gives."""
    s, contacts, modules = pile.settings, pile.contacts, pile.modules
    protection = pile.protection
    at_once, silence = s.detect_after, s.module_silence
    return [
        ("F-20", lambda: not protection.breaker_closed, at_once),
        ("F-21", lambda: contacts.arrester.reports, at_once),
        ("F-22", lambda: contacts.door.reports, at_once),
        ("F-30", lambda: pile.meter_link.clock_off, at_once),
        ("F-31", lambda: not modules.reader_answers, silence),
        ("F-32", lambda: not modules.screen_answers, silence),
        ("F-33", lambda: not modules.online, silence),
        ("F-34", lambda: not modules.sim_inserted, at_once),
        ("F-35", lambda: modules.free_orders < s.orders_room, at_once),
        ("F-37", lambda: contacts.smoke.reports, at_once),
        ("F-38", lambda: contacts.water.reports, at_once),
        ("F-39", lambda: contacts.tilt.reports, at_once),
        ("F-40", lambda: no_tariff(pile.tariff), at_once),
        ("F-23", lambda: pile.lock.feedback != pile.lock.commanded, s.lock_timeout),
    ]
