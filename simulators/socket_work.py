"""What hands do at the socket of a pile."""

from collections.abc import Callable, Mapping

from harness.errors import NotAvailableError
from simulators.rig import Rig
from simulators.socket import DetachableCable


def cable_of(rig: Rig) -> DetachableCable:
    """The cable that comes off. Raises NotAvailableError where it is fixed to the pile."""
    cable = rig.world.cable
    if not isinstance(cable, DetachableCable):
        raise NotAvailableError("the cable of this pile is fixed to it: there is no socket")
    return cable


def _insert(rig: Rig) -> None:
    cable_of(rig).attach()
    rig.world.trace.note(rig.world.t, "supply_plug", "in")
    rig.world.refresh()


def _pull(rig: Rig) -> None:
    """Raises NotAvailableError while the bolt holds the plug."""
    cable = cable_of(rig)
    if rig.pile.lock.locked:
        raise NotAvailableError("the supply plug does not come out: the lock holds it")
    cable.in_socket = False
    rig.world.trace.note(rig.world.t, "supply_plug", "out")
    rig.world.refresh()


ACTIONS: Mapping[str, Callable[[Rig], None]] = {
    "insert-supply-plug": _insert,
    "pull-supply-plug": _pull,
}
