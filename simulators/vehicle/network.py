"""The car's four buses with all its units, the gateway's routing of diagnostics, and the mirror."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial

import can

from harness.data import data_folder
from harness.devices.can.database import Database, load_database
from harness.devices.can.memory import OnFrame
from simulators.canbus.bus import SimulatedBus
from simulators.canbus.layout import OBD, Layout, linear_layout
from simulators.canbus.node import BusNode
from simulators.vehicle.car import Car
from simulators.vehicle.ecus.catalogue import DESIGNS
from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.ecus.source import Value
from simulators.vehicle.taps import TAPS
from simulators.vehicle.units import BUSES, PLACES, Bus, ExtraUnit

FUNCTIONAL = ((0x7DF, False), (0x18DB33F1, True))
"""Diagnostic requests to all units."""
_BATTERY = 12.6
"""On the battery wire that a bus may be shorted to (V)."""
Identifier = tuple[int, bool]


def layout(bus: Bus) -> Layout:
    """Wiring of one bus."""
    return linear_layout(TAPS[bus])


@cache
def databases() -> Mapping[Bus, Database]:
    """The shipped description of each bus."""
    folder = data_folder("dbc")
    return {bus: load_database(folder / f"ev_{bus}.dbc") for bus in BUSES}


class CarNetwork:
    """All buses and units of a car. Nothing is sent while the car sleeps.

    `now` is the world's clock and `offset` the loop's time at the scheduler's zero, for the
    timestamps of frames.
    """

    def __init__(
        self, car: Car, *, now: Callable[[], float] | None = None, offset: float = 0.0
    ) -> None:
        self.car = car
        self.databases = databases()
        self.buses: dict[Bus, SimulatedBus] = {
            bus: SimulatedBus(
                bus,
                car.scheduler,
                random=car.site.random(f"car/bus/{bus}"),
                layout=layout(bus),
                now=now,
                offset=offset,
                note=car.site.trace.note,
            )
            for bus in BUSES
        }
        self.ecus: dict[str, Ecu] = {}
        for node, place in PLACES.items():
            homes: Iterable[Bus] = BUSES if node == "GW" else (place.bus,)
            transceivers = {bus: self.buses[bus].add_node(node) for bus in homes}
            for transceiver in transceivers.values():
                transceiver.powered = False
            self.ecus[node] = Ecu(
                car,
                car.units[node],
                DESIGNS[node],
                databases=self.databases,
                nodes=transceivers,
                loads={bus: self.buses[bus].load for bus in homes},
            )
        self.mirror = Mirror(self)
        self._fitted = dict.fromkeys(PLACES, True)
        self._battery_connected = True
        self._extra: dict[ExtraUnit, BusNode] = {}
        self._running = False
        self._route_diagnostics()

    @property
    def gateway(self) -> Ecu:
        return self.ecus["GW"]

    def start(self) -> None:
        """From now on the units follow the car."""
        if not self._running:
            self._running = True
            self.car.network = self
            self.car.listeners.append(self.update)
            self.car.update()

    def stop(self) -> None:
        """Switch all units off and leave the car alone. Safe to call twice."""
        if self._running:
            self._running = False
            self.car.listeners.remove(self.update)
            self.car.network = None
            for ecu in self.ecus.values():
                ecu.shut_down()
            self._fit_extras(())

    def update(self) -> None:
        """The car has changed: supply, fitting and condition of the units may be different."""
        for node, ecu in self.ecus.items():
            if ecu.unit.fitted != self._fitted[node]:
                self._fitted[node] = ecu.unit.fitted
                self.plug(node, ecu.unit.fitted)
            ecu.update()
        connected = self.car.low_voltage.battery.connected
        if connected != self._battery_connected:
            self._battery_connected = connected
            for simulated in self.buses.values():
                simulated.wiring.battery.volts = _BATTERY if connected else 0.0
        self._fit_extras(self.car.units.extra)

    def plug(self, node: str, plugged: bool) -> None:
        """Take the connector of a unit off the harness of wires, or put it on again."""
        for bus in self.ecus[node].nodes:
            self.buses[bus].wiring.stubs[node].plugged = plugged

    def shown(self, signal: str) -> Value:
        """What the cluster shows now, by the name of its signal; None: it is dark."""
        cluster = self.ecus["ICM"]
        if cluster.online_since is None:
            return None
        return cluster.design.signals[signal].function(cluster)

    # Units that do not belong there

    def _fit_extras(self, wanted: tuple[ExtraUnit, ...]) -> None:
        for unit in [unit for unit in self._extra if unit not in wanted]:
            del self._extra[unit]
            self.buses[unit.bus].remove_node(unit.name)
        for unit in wanted:
            if unit not in self._extra:
                node = self.buses[unit.bus].add_node(unit.name, place=OBD)
                extended = unit.arbitration_id > 0x7FF
                node.cyclic(unit.arbitration_id, extended, unit.period, 0.0, unit.data)
                self._extra[unit] = node
            self._extra[unit].powered = self.car.power.awake

    def extra_node(self, unit: ExtraUnit) -> BusNode:
        """The transceiver of a unit that does not belong there, for a diagnostic server."""
        return self._extra[unit]

    # The gateway

    def _route_diagnostics(self) -> None:
        """Requests from the diagnostic connector to the other buses, responses back."""
        gateway = self.gateway
        outside = gateway.nodes["powertrain"]
        for bus in BUSES:
            if bus == "powertrain":
                continue
            inside = gateway.nodes[bus]
            here = [place for place in PLACES.values() if place.bus == bus]
            requests = [(place.request, place.extended) for place in here]
            responses = [(place.response, place.extended) for place in here]
            kind = [identifier for identifier in FUNCTIONAL if identifier[1] == here[0].extended]
            outside.subscribe(partial(self._forward, bus), [*requests, *kind])
            inside.subscribe(partial(self._forward, "powertrain"), responses)

    def _forward(self, bus: Bus, message: can.Message) -> None:
        gateway = self.gateway
        if gateway.online_since is None:
            return
        gateway.nodes[bus].send(
            can.Message(
                arbitration_id=message.arbitration_id,
                is_extended_id=message.is_extended_id,
                data=message.data,
                timestamp=message.timestamp,
            )
        )


class Mirror:
    """The gateway's mirror: one adapter at the diagnostic connector has the frames of all buses.

    Satisfies `Hub`. Diagnostic frames of the inner buses are left out: the gateway routes those to
    the connector anyway. A frame that belongs to an inner bus is handed on to it.
    """

    def __init__(self, network: CarNetwork) -> None:
        self._network = network
        diagnostic = {(p.request, p.extended) for p in PLACES.values()}
        self._diagnostic = diagnostic | {(p.response, p.extended) for p in PLACES.values()}
        self._diagnostic |= set(FUNCTIONAL)
        self._home: dict[Identifier, Bus] = {
            message.id: bus
            for bus, database in network.databases.items()
            for message in database.messages
        }

    def attach(self, on_frame: OnFrame, *, listen_only: bool = False) -> Callable[[], None]:
        """Give `on_frame` every frame of all buses. Returns how to detach."""

        def mirrored(message: can.Message) -> None:
            key = (message.arbitration_id, message.is_extended_id)
            if self._network.gateway.online_since is not None and key not in self._diagnostic:
                on_frame(message)

        ends = [
            simulated.attach(on_frame, listen_only=listen_only)
            if bus == "powertrain"
            else simulated.tap().attach(mirrored, listen_only=True)
            for bus, simulated in self._network.buses.items()
        ]

        def detach() -> None:
            for end in ends:
                end()

        return detach

    def transmit(self, message: can.Message) -> None:
        """Put a frame on the bus that it belongs to. Raises can.CanOperationError."""
        bus = self._home.get((message.arbitration_id, message.is_extended_id), "powertrain")
        if bus == "powertrain":
            self._network.buses["powertrain"].transmit(message)
            return
        gateway = self._network.gateway
        if gateway.online_since is None:
            raise can.CanOperationError("the gateway is silent: nothing gets to the inner buses")
        gateway.nodes[bus].send(message)
