"""All units of the shipped description on simulated buses, asked through the gateway.

The tester is at the diagnostic connector of the powertrain bus; three of the four buses are behind
the gateway. The car behind the units is a stand-in that has a value for everything.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import can
import pytest
from diag_help import Wire, virtual, within

from harness.clock import Clock, loop_time, sleep
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.can.memory import offer_hub, withdraw_hub
from harness.devices.diag.description import load_diagnostics
from harness.devices.diag.diagnostics import Diagnostics, Did
from harness.devices.diag.obd import DtcKind, Obd
from harness.devices.diag.tester import DiagnosticTester
from harness.errors import NoReplyError
from harness.quantity import Value
from simulators.canbus.bus import SimulatedBus
from simulators.canbus.layout import linear_layout
from simulators.canbus.node import BusNode
from simulators.pump import Pump
from simulators.vehicle.diag.attach import DiagnosticServers, Station, attach_servers
from simulators.vehicle.diag.hooks import DescribedHooks
from simulators.vehicle.diag.identity import vehicle_identity
from simulators.vehicle.diag.router import DiagnosticRouter
from simulators.world import World

SHIPPED = Path(__file__).resolve().parent.parent / "dbc" / "shared-ev.diagnostics.yaml"
MAIN = "powertrain"
HUB = "ecu-diag-network"


def some_value(did: Did) -> Value | None:
    """A value that fits; None for what the unit itself knows."""
    form = did.format
    if form.type == "bytes":
        return "00 " * (form.length or 1)
    if form.type == "ascii" and did.id < 0xF000:
        return "A" * (form.length or 1)
    if did.id >= 0xF000 or form.type not in ("u8", "u16", "u32", "i8", "i16", "i32"):
        return None
    return next(iter(form.values.values())) if form.values else form.offset + 3 * form.scale


class Network:
    """Four buses, twenty units, one gateway, one tester."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.world = World(seed=5, now=loop_time)
        self.pump = Pump(self.world)
        self.broken: set[str] = set()
        """Trouble codes, as `unit:code`."""
        self.key = True
        self.buses = {bus: self._bus(bus) for bus in (MAIN, "chassis", "body", "adas")}
        self.nodes: dict[str, BusNode] = {
            name: self.buses[unit.bus].add_node(unit.node)
            for name, unit in diagnostics.units.items()
        }
        self.inner = {b: bus.add_node("GW") for b, bus in self.buses.items() if b != MAIN}
        self.router = DiagnosticRouter(self.nodes["gw"], self.inner, diagnostics)
        self.servers: DiagnosticServers = attach_servers(
            diagnostics,
            {name: self._station(name) for name in diagnostics.units},
            scheduler=self.world.scheduler,
            random=self.world.random,
            identity=vehicle_identity(diagnostics, self.world.random),
            key_on=lambda: self.key,
            wall=lambda: 1_767_574_800.0 + self.world.t,
        )
        self.adapter = CanBus(
            MAIN, CanConnection(can="memory", channel=HUB), clock=Clock(virtual=True)
        )
        links = dict.fromkeys(self.buses, self.adapter)
        self.tester = DiagnosticTester(diagnostics, links)

    def _bus(self, bus: str) -> SimulatedBus:
        names = [unit.node for unit in self.diagnostics.units.values() if unit.bus == bus]
        layout = linear_layout(["obd", *dict.fromkeys([*names, "GW"])])
        world = self.world
        return SimulatedBus(
            bus, world.scheduler, random=world.random(bus), layout=layout, now=loop_time
        )

    def _station(self, name: str) -> Station:
        unit = self.diagnostics.unit(name)
        values: dict[str, Callable[[], Value | bytes | None]] = {
            did.name: lambda did=did: some_value(did)  # type: ignore[misc]
            for did in self.diagnostics.dids.values()
        }
        values["vehicle_speed"] = lambda: 0.0
        hooks = DescribedHooks(values, on_power=lambda on: setattr(self.nodes[name], "powered", on))
        monitors = {
            dtc.code: lambda code=f"{name}:{dtc.code}": code in self.broken  # type: ignore[misc]
            for dtc in unit.dtcs
        }
        return Station(self.nodes[name], hooks, monitors)

    async def __aenter__(self) -> "Network":
        offer_hub(HUB, self.buses[MAIN])
        self.pump.start()
        await self.adapter.open(within())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.tester.close()
        await self.adapter.close()
        self.servers.close()
        self.router.close()
        self.router.close()
        await self.pump.stop()
        withdraw_hub(HUB)


@pytest.fixture(scope="module")
def diagnostics() -> Diagnostics:
    return load_diagnostics(SHIPPED)


def in_network(diagnostics: Diagnostics, test: Callable[[Network], Awaitable[None]]) -> None:
    async def main() -> None:
        async with Network(diagnostics) as network:
            await test(network)

    virtual(main)


def test_every_unit_answers_everybody_and_alone(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        found = await net.tester.discover(within())
        assert {answer.unit for answer in found} == set(diagnostics.units)
        assert all(answer.error is None for answer in found)
        for name in diagnostics.units:
            await net.tester.client(name).tester_present(within())

    in_network(diagnostics, test)


def test_every_described_identifier_can_be_read(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        assert net.servers.unreadable() == []
        for name, unit in diagnostics.units.items():
            client = net.tester.client(name)
            for did in unit.dids:
                assert (await client.read(did, within())).value is not None, f"{name}.{did.name}"

    in_network(diagnostics, test)


def test_the_ledger_agrees_with_what_is_read(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        ledger = net.servers.ledger()
        assert len(ledger) > 6 * len(diagnostics.units)
        vin = ledger.pop("vin")
        with_vin = [n for n, u in diagnostics.units.items() if any(d.name == "vin" for d in u.dids)]
        for name in with_vin:
            assert (await net.tester.client(name).read("vin", within())).value == vin
        for point, value in ledger.items():
            unit, did = point.split(".")
            assert (await net.tester.client(unit).read(did, within())).value == value

    in_network(diagnostics, test)


def test_codes_of_units_behind_the_gateway(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        net.broken |= {"bms:P0AA6-1A", "bcm:B1A10-13", "lid:C1A12-97"}
        await sleep(2.0)
        found = {
            f"{name}:{reading.code}"
            for name in diagnostics.units
            for reading in (await net.tester.client(name).dtcs(within(), 0x01)).readings
        }
        assert found == net.broken
        kept = await net.tester.client("bcm").snapshots("B1A10-13", within())
        assert set(kept.records) == {1, 2}
        assert await Obd.of_vehicle(net.tester).dtcs(DtcKind.CONFIRMED, within()) == {
            "vcu": (),
            "bms": ("P0AA6",),
            "mcu": (),
            "obc": (),
        }
        net.broken.clear()
        answers = await net.tester.request_all(bytes.fromhex("14FFFFFF"), within())
        assert {a.unit for a in answers if a.error is None} == set(diagnostics.units)
        await sleep(3.0)
        for name in diagnostics.units:
            assert (await net.tester.client(name).dtcs(within(), 0x0F)).readings == ()

    in_network(diagnostics, test)


def test_long_requests_go_through_the_gateway_with_flow_control(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        data = Random(1).randbytes(3000)
        client = net.tester.client("adcu")
        await client.session(3, within())
        await client.session(2, within())
        await client.unlock(within())
        await client.download(0, data, within(60.0))
        assert await client.upload(0, len(data), within(60.0)) == data

    in_network(diagnostics, test)


def test_a_reset_unit_leaves_its_bus(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        client = net.tester.client("bcm")
        await client.reset(1, within())
        await sleep(0.1)
        assert not net.nodes["bcm"].powered
        with pytest.raises(NoReplyError):
            await client.tester_present(within(0.3))
        await sleep(0.5)
        assert net.nodes["bcm"].powered
        await client.tester_present(within())

    in_network(diagnostics, test)


def test_a_blocked_bus_is_silent_and_the_others_are_not(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        net.router.blocked = frozenset({"body"})
        silent = {name for name, unit in diagnostics.units.items() if unit.bus == "body"}
        found = {answer.unit for answer in await net.tester.discover(within())}
        assert found == set(diagnostics.units) - silent
        assert net.router.dropped > 0
        net.router.blocked = frozenset()
        await sleep(1.0)
        assert len(await net.tester.discover(within())) == len(diagnostics.units)

    in_network(diagnostics, test)


def test_without_the_gateway_only_the_main_bus_answers(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        net.nodes["gw"].powered = False
        for node in net.inner.values():
            node.powered = False
        found = {answer.unit for answer in await net.tester.discover(within())}
        main = {name for name, unit in diagnostics.units.items() if unit.bus == MAIN}
        assert found == main - {"gw"}

    in_network(diagnostics, test)


def test_nothing_but_diagnostics_is_routed(diagnostics: Diagnostics) -> None:
    async def test(net: Network) -> None:
        heard: list[can.Message] = []
        net.adapter.subscribe(heard.append)
        for name in ("bcm", "eps"):
            net.nodes[name].send(can.Message(arbitration_id=0x123, is_extended_id=False, data=[1]))
        net.adapter.send(can.Message(arbitration_id=0x321, is_extended_id=False, data=[2]))
        await sleep(0.1)
        assert heard == []
        assert net.router.forwarded == 0

    in_network(diagnostics, test)


# The router alone


def test_frames_are_forwarded_as_they_are(diagnostics: Diagnostics) -> None:
    async def main() -> None:
        outside, inside = Wire(), Wire()
        tester, unit = outside.node(), inside.node()
        powered = True
        router = DiagnosticRouter(
            outside.node(), {"body": inside.node()}, diagnostics, powered=lambda: powered
        )
        got: list[can.Message] = []
        back: list[can.Message] = []
        unit.subscribe(got.append)
        tester.subscribe(back.append)

        def frame(id: int, *, extended: bool = False, remote: bool = False) -> can.Message:
            data = None if remote else bytes([2, 0x3E, 0])
            return can.Message(
                arbitration_id=id, is_extended_id=extended, is_remote_frame=remote, data=data
            )

        for message in (
            frame(0x740),
            frame(0x7DF),
            frame(0x7E0),
            frame(0x740, extended=True),
            frame(0x18DB33F1, extended=True),
            frame(0x740, remote=True),
        ):
            tester.send(message)
        await sleep(0.1)
        assert [m.arbitration_id for m in got] == [0x740, 0x7DF]
        assert bytes(got[0].data) == bytes([2, 0x3E, 0])
        unit.send(frame(0x748))
        unit.send(frame(0x738))
        await sleep(0.1)
        assert [m.arbitration_id for m in back] == [0x748]
        powered = False
        tester.send(frame(0x740))
        await sleep(0.1)
        assert len(got) == 2
        assert (router.forwarded, router.dropped) == (3, 1)
        powered = True
        inside.nodes[0].fault = can.CanOperationError("bus-off")
        inside.nodes[1].fault = can.CanOperationError("bus-off")
        tester.send(frame(0x740))
        await sleep(0.1)
        assert (router.forwarded, router.dropped) == (3, 2)
        router.close()
        tester.send(frame(0x740))
        await sleep(0.1)
        assert router.dropped == 2

    virtual(main)
