"""A control unit on its bus: when it runs, what it sends, what it hears, what it finds wrong."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import can

from harness.devices.can.database import Database
from harness.devices.can.specs import MessageSpec
from simulators.timers import Timers
from simulators.vehicle.car import Car
from simulators.vehicle.ecus.reception import DISTRUST, Reception
from simulators.vehicle.ecus.source import Signals, Source, Value
from simulators.vehicle.ecus.transmitter import Transmitter
from simulators.vehicle.units import PLACES, Bus, Unit

PATIENCE = 1.5
"""After switching on, silence of a partner counts only from here on (s)."""
INITIALISES = 0.6
"""From the first frame to the end of a unit's own start-up (s)."""
BUS_OFF_COUNTS = 1.0
"""So long after a bus-off a unit reports it, though it is back on the bus meanwhile (s)."""

Monitor = Callable[["Ecu"], bool]


class Cyclic(Protocol):
    """A running cyclic transmission."""

    def cancel(self) -> None: ...


class Node(Protocol):
    """What a unit needs of its transceiver (`simulators.canbus.BusNode`)."""

    name: str
    powered: bool

    @property
    def state(self) -> str: ...

    @property
    def tec(self) -> int: ...

    @property
    def rec(self) -> int: ...

    bus_offs: int

    def send(self, message: can.Message) -> None: ...

    def subscribe(
        self,
        consumer: Callable[[can.Message], None],
        ids: Collection[tuple[int, bool]] | None = None,
    ) -> Callable[[], None]: ...

    def cyclic(
        self,
        arbitration_id: int,
        extended: bool,
        period: float,
        offset: float,
        data: Callable[[float], bytes],
    ) -> Cyclic: ...


@dataclass(frozen=True, slots=True)
class Design:
    """What kind of unit it is: sources of its signals, partners, monitors of trouble codes."""

    signals: Signals
    listens: tuple[str, ...] = ()
    """Messages that it receives."""
    partners: Mapping[str, str] = field(default_factory=dict)
    """Node -> the message by which it knows that the node lives."""
    monitors: Mapping[str, Monitor] = field(default_factory=dict)
    """Trouble code -> whether the defect is there now."""
    event_periods: Mapping[str, float] = field(default_factory=dict)
    """Period (s) at which a message without a cycle is sent while it is active."""
    begin: Callable[["Ecu"], None] = lambda _ecu: None
    """Called once, to connect what the unit does beyond sending."""


class Ecu:
    """One unit with a transceiver on one bus (the gateway: on four)."""

    def __init__(
        self,
        car: Car,
        unit: Unit,
        design: Design,
        *,
        databases: Mapping[Bus, Database],
        nodes: Mapping[Bus, Node],
        loads: Mapping[Bus, Callable[[], float]],
    ) -> None:
        self.car = car
        self.unit = unit
        self.design = design
        self.nodes = dict(nodes)
        self.powered = False
        """It has supply and runs, or starts up."""
        self.online_since: float | None = None
        """When it began to send; None while it does not."""
        self.initialised = False
        """Its start-up is over."""
        self.on_partners: list[Callable[[], None]] = []
        """Told when a partner may have been lost or found again."""
        self.restarting = False
        """A tester has reset it: for a moment it is not there."""
        self.silenced = False
        """A tester has told it to send no normal messages."""
        self.on_power: list[Callable[[bool], None]] = []
        """Told when it gets and when it loses its supply (diagnostic servers)."""
        self.lamp_test = False
        """A tester has switched on all warning lamps (cluster)."""
        self._loads = dict(loads)
        self._databases = dict(databases)
        self._timers = Timers(car.scheduler)
        self._random = car.site.random(f"car/ecu/{unit.node}")
        self._switched_at = -1.0
        self._bus_offs, self._bus_off_at = 0, 0.0
        self._version = -1
        self._boot = self._random.uniform(0.08, 0.25)
        self.receptions: dict[str, Reception] = {}
        self._supplied_on: dict[Bus, bool] = {}
        self._messages: list[tuple[Node, MessageSpec, Transmitter]] = []
        self._running: dict[str, Cyclic] = {}
        self._periods: dict[str, float] = {}
        self._subscribe()
        for bus, node in self.nodes.items():
            for spec in self._databases[bus].sent_by(unit.node):
                self._messages.append((node, spec, Transmitter(self, spec, self._source)))
        design.begin(self)

    # Convenience for sources and monitors

    @property
    def node(self) -> Node:
        """The transceiver on its own bus."""
        return self.nodes[self.unit.place.bus]

    @property
    def t(self) -> float:
        return self.car.scheduler.t

    @property
    def uptime(self) -> float:
        """Seconds since it began to send."""
        return self.t - self.online_since if self.online_since is not None else 0.0

    @property
    def name(self) -> str:
        return self.unit.node

    @property
    def bus_off(self) -> bool:
        """It is bus-off, or was within the last moment: on a bad bus it tries again and again."""
        times = sum(node.bus_offs for node in self.nodes.values())
        if times != self._bus_offs:
            self._bus_offs, self._bus_off_at = times, self.t
        if any(node.state == "bus_off" for node in self.nodes.values()):
            return True
        return times > 0 and self.t - self._bus_off_at < BUS_OFF_COUNTS

    def bus_load(self, bus: Bus) -> float:
        """Share of the last second in which a bus was busy (0 to 1)."""
        return self._loads[bus]()

    def supply_voltage(self) -> float:
        """At its own connector (V)."""
        return self.car.low_voltage.voltage() * self.car.low_voltage.vehicle_gain - 0.08

    # Sending

    def _source(self, signal: str) -> Source | None:
        return self.design.signals.get(signal)

    @property
    def messages(self) -> tuple[MessageSpec, ...]:
        """Everything that it sends."""
        return tuple(spec for _, spec, _ in self._messages)

    def update(self) -> None:
        """Supply or condition may be different: start, stop, or change what is sent."""
        for told in self.on_partners:
            told()
        switched_at = self.car.power.switched_at
        if switched_at != self._switched_at:
            # Partners that have just got supply are missed only after a while.
            self._switched_at = switched_at
            wait = max(switched_at + PATIENCE - self.t, 0.0) + 1e-3
            self._timers.plan("partners", wait, self._partners_changed)
        supplied = self.car.power.supplied(self.unit.place.supply)
        wanted = self.unit.runs and supplied and not self.restarting
        if wanted != self.powered:
            self.powered = wanted
            if wanted:
                self._switch_on()
            else:
                self._switch_off()
        self._supply_transceivers()
        if self.online_since is not None and self._version != self.unit.version:
            self._apply_condition()

    def _apply_condition(self) -> None:
        """The unit itself is in another condition: it may send other things, or otherwise."""
        self._version = self.unit.version
        for node, spec, transmitter in self._messages:
            transmitter.refresh()
            self._adjust(node, spec, transmitter)

    def shut_down(self) -> None:
        """The network is taken away."""
        if self.powered:
            self.powered = False
            self._switch_off()

    def _supply_transceivers(self) -> None:
        """A transceiver on a foreign bus rests while nobody there has supply: nobody would
        acknowledge its frames, and it would repeat the first one for ever."""
        for bus, node in self.nodes.items():
            wanted = self.powered and (bus == self.unit.place.bus or self._has_company(bus))
            if wanted != self._supplied_on.get(bus):
                self._supplied_on[bus] = node.powered = wanted

    def _has_company(self, bus: Bus) -> bool:
        supplied = self.car.power.supplied
        return any(place.bus == bus and supplied(place.supply) for place in PLACES.values())

    def _switch_on(self) -> None:
        self._supply_transceivers()
        for name, reception in self.receptions.items():
            reception.forget()
            if name in self.design.partners.values():
                reception.watch(self._partners_changed, PATIENCE)
        for told in self.on_power:
            told(True)
        self._timers.plan("boot", self._boot, self._begin)

    def _switch_off(self) -> None:
        self._timers.cancel_all()
        for cyclic in self._running.values():
            cyclic.cancel()
        self._running.clear()
        self._periods.clear()
        self.online_since = None
        self.initialised = False
        for reception in self.receptions.values():
            reception.forget()
        self._supply_transceivers()
        self._partners_changed()
        for told in self.on_power:
            told(False)

    def _begin(self) -> None:
        self.online_since = self.t
        for _, _, transmitter in self._messages:
            transmitter.restart()
        self._apply_condition()
        self._timers.plan("initialise", INITIALISES, self._initialised)

    def _initialised(self) -> None:
        self.initialised = True
        self.car.site.revision += 1

    def _adjust(self, node: Node, spec: MessageSpec, transmitter: Transmitter) -> None:
        """Bring the cyclic transmission of a message to the period that it should have now."""
        period = spec.cycle_time or 0.0
        if self.silenced or spec.name in self.unit.missing:
            period = 0.0
        period *= self.unit.slow.get(spec.name, 1.0)
        if period == self._periods.get(spec.name, 0.0):
            return
        self._start(node, spec, transmitter, period)

    def _start(
        self, node: Node, spec: MessageSpec, transmitter: Transmitter, period: float
    ) -> None:
        running = self._running.pop(spec.name, None)
        if running is not None:
            running.cancel()
        self._periods[spec.name] = period
        if period > 0.0:
            offset = round(self._random.uniform(0.0, period), 6)
            self._running[spec.name] = node.cyclic(
                spec.frame_id, spec.extended, period, offset, transmitter
            )

    def _find(self, message: str) -> tuple[Node, MessageSpec, Transmitter]:
        return next(entry for entry in self._messages if entry[1].name == message)

    def send(self, message: str) -> None:
        """Send one frame of a message, now."""
        node, spec, transmitter = self._find(message)
        if self.online_since is not None and spec.name not in self.unit.missing:
            node.send(
                can.Message(
                    arbitration_id=spec.frame_id,
                    is_extended_id=spec.extended,
                    data=transmitter(self.t),
                    timestamp=self.t,
                )
            )

    def activate(self, message: str, on: bool) -> None:
        """Send a message that has no cycle again and again, or end that."""
        node, spec, transmitter = self._find(message)
        period = self.design.event_periods[message] if on else 0.0
        if self.online_since is None or period == self._periods.get(message, 0.0):
            return
        self._start(node, spec, transmitter, period)

    # Hearing

    def _subscribe(self) -> None:
        names = dict.fromkeys((*self.design.listens, *self.design.partners.values()))
        for name in names:
            bus = next(b for b in self.nodes if name in self._databases[b].by_name)
            spec = self._databases[bus].message(name)
            reception = self.receptions[name] = Reception(spec, self.car.scheduler)
            self.nodes[bus].subscribe(reception, [spec.id])
        self._carrier = {
            signal: reception
            for reception in self.receptions.values()
            for signal in reception.spec.by_name
        }

    def heard(self, signal: str) -> Value:
        """What it knows of another unit's signal; None: nothing valid."""
        return self._carrier[signal].value(signal)

    def heard_number(self, signal: str, otherwise: float = 0.0) -> float:
        value = self.heard(signal)
        return float(value) if isinstance(value, int | float) else otherwise

    def hears(self, message: str) -> bool:
        return self.receptions[message].valid

    def lost(self, node: str) -> bool:
        """A partner that ought to talk now is silent, or its frames are damaged."""
        if self.online_since is None:
            return False
        power = self.car.power
        if not power.supplied(PLACES[node].supply):
            return False
        since = max(self.online_since, power.switched_at)
        if self.t - since < PATIENCE:
            return False
        return not self.hears(self.design.partners[node])

    def distrusts(self, node: str) -> bool:
        """Frames of a partner come, and their counter or checksum is wrong."""
        return self.receptions[self.design.partners[node]].bad >= DISTRUST

    def _partners_changed(self) -> None:
        self.car.site.revision += 1
        for told in self.on_partners:
            told()
        self.car.update()

    def silent_partners(self) -> frozenset[str]:
        return frozenset(node for node in self.design.partners if self.lost(node))

    # Findings

    @property
    def monitors(self) -> Mapping[str, Callable[[], bool]]:
        """Trouble code -> whether the defect is there now, as this unit sees it."""
        return {code: partial(monitor, self) for code, monitor in self.design.monitors.items()}

    def symptoms(self) -> frozenset[str]:
        """Trouble codes whose defect is there now."""
        return frozenset(code for code, monitor in self.design.monitors.items() if monitor(self))
