"""Which nodes of a bus affect each other, and so share one traffic."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulators.canbus.disturbed import DisturbedTraffic
from simulators.canbus.ears import Ears
from simulators.canbus.hearing import Hearing
from simulators.canbus.idle_traffic import BlockedTraffic, LoneTraffic
from simulators.canbus.traffic import SoundTraffic, Traffic

if TYPE_CHECKING:
    from simulators.canbus.bus import SimulatedBus
    from simulators.canbus.node import BusNode

CLASH_HOLD = 0.1
"""Seconds for which nodes that send one identifier are watched closely."""


def groups(nodes: "Iterable[BusNode]", hearing: Hearing) -> "list[list[BusNode]]":
    """Nodes joined when one hears the other or cancels its dominant bits, directly or by others."""
    found: list[list[BusNode]] = []
    for node in nodes:
        joined = [group for group in found if any(_affect(node, one, hearing) for one in group)]
        if joined:
            first = joined[0]
            for other in joined[1:]:
                first += other
                found.remove(other)
            first.append(node)
        else:
            found.append([node])
    return found


def _affect(a: "BusNode", b: "BusNode", hearing: Hearing) -> bool:
    one, other = a.name, b.name
    if hearing.hears(one, other) or hearing.hears(other, one):
        return True
    return any(
        hearing.hears(mine, mine) and not hearing.hears(mine, mine, theirs)
        for mine, theirs in ((one, other), (other, one))
    )


def traffics(
    bus: "SimulatedBus",
    hearing: Hearing,
    idle_at: "dict[BusNode, float]",
    *,
    sending: "BusNode | None",
    clashing: bool,
) -> list[Traffic]:
    """The traffic of each group of listening nodes, of the kind that its condition asks for.

    `idle_at`: from when the bus is idle for a node. `sending`: who has a frame on the wires.
    `clashing`: two nodes are about to send one identifier at once.
    """
    listening = [node for node in bus.nodes.values() if node.listening]
    blocked = [node for node in listening if node.name in hearing.blocked]
    found: list[Traffic] = []
    if blocked:
        found.append(BlockedTraffic(bus, blocked, sending if sending in blocked else None))
    for group in groups((node for node in listening if node not in blocked), hearing):
        if len(group) == 1:
            name = group[0].name
            own = hearing.bit_error(name, name) if hearing.hears(name, name) else 1.0
            found.append(LoneTraffic(bus, group[0], own))
            continue
        start = max(idle_at.get(node, 0.0) for node in group)
        ears = Ears([node for node in listening if node in group], hearing, bus.random)
        acknowledged = sum(node.acknowledges for node in group) > 1
        sound = ears.sound and acknowledged and not any(node.frame_noise for node in group)
        if sound and not clashing and all(node.at_ease for node in group):
            found.append(SoundTraffic(bus, ears.nodes, start))
        else:
            cured = bus.agenda.scheduler.t + (CLASH_HOLD if clashing else 0.0)
            found.append(DisturbedTraffic(bus, ears, start, curable_at=cured if sound else None))
    return found
