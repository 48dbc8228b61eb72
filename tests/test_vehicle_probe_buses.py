"""Probing a whole car: swapped and missing buses, silent units, nodes that spoil a bus."""

from collections.abc import Callable, Sequence

import pytest
from test_bench_probe_vehicle import codes, exit_code

from harness.bench import probe_vehicle as module
from harness.bench.findings import DeviceProbe
from harness.bench.probe_vehicle import probe_vehicle
from harness.clock import Clock, loop_time, run, sleep
from harness.devices.can.connection import CanConnection
from harness.devices.vehicle.profile import load_vehicle_profile
from simulators.bench import SimulatedBench
from simulators.canbus.node_fault import NodeFault
from simulators.vehicle.network import CarNetwork
from simulators.vehicle.units import Bus


@pytest.fixture(autouse=True)
def _short_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTEN", 3.0)  # enough for the cycles of this car


def whole_car(
    connect: Callable[[dict[str, str]], dict[str, str]],
    *,
    faults: Sequence[str] = (),
    spoil: Callable[[CarNetwork], None] = lambda _: None,
) -> DeviceProbe:
    """Probe the simulated car; `connect` says which of its hubs is at which bus."""

    async def main() -> DeviceProbe:
        clock = Clock(virtual=True)
        start = clock.start.loop_time
        bench = SimulatedBench(
            seed=1, now=lambda: loop_time() - start, wall=lambda: clock.now().utc,
            pile=None, car=True, loop_start=start,
        )  # fmt: skip
        try:
            hubs = bench.car_bench().offer_buses()
            bench.rig.car.power.turn("on")
            for fault in faults:
                bench.set_fault(fault, True)
            spoil(bench.car_bench().network)
            await sleep(1.0)
            given = {
                bus: CanConnection(can="memory", channel=channel)
                for bus, channel in connect(hubs).items()
            }
            return await probe_vehicle(
                load_vehicle_profile("shared-ev"), given, clock, read_only=False,
                tell=lambda _: None,
            )  # fmt: skip
        finally:
            await bench.stop()

    return run(main, virtual=True)


def test_two_swapped_buses_are_recognised() -> None:
    found = whole_car(lambda hubs: {**hubs, "body": hubs["adas"], "adas": hubs["body"]})
    swapped = [one for one in found.problems if one.code == "buses-swapped"]
    assert [one.what.en for one in swapped] == [
        "what is connected as body is adas", "what is connected as adas is body",
    ]  # fmt: skip
    assert "wrong-database" not in codes(found)
    assert exit_code(found) == 3


def test_swapped_with_the_bus_of_the_connector_nobody_answers() -> None:
    found = whole_car(lambda hubs: {"powertrain": hubs["chassis"], "chassis": hubs["powertrain"]})
    assert codes(found)[:2] == ["buses-swapped", "buses-swapped"]
    silent = [one.what.en for one in found.problems if one.code == "silent-unit"]
    assert "the control unit vcu does not answer" in silent


def test_a_bus_to_which_nothing_is_connected_is_not_missed() -> None:
    found = whole_car(lambda hubs: {"powertrain": hubs["powertrain"], "body": hubs["body"]})
    assert found.findings == []
    assert "parking_brake" in found.not_offered
    assert "'chassis', to which nothing is connected" in found.not_offered["parking_brake"]


def test_one_adapter_of_several_that_is_not_there() -> None:
    found = whole_car(lambda hubs: {**hubs, "body": "nowhere"})
    assert codes(found)[0] == "adapter"
    assert found.reachable, "the other buses are"
    assert exit_code(found) == 3


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        ("ultrasonic-unit-dead", {"silent-node", "silent-unit"}),
        ("wheel-pressure-checksum-wrong", {"flawed-message"}),
    ],
)
def test_faults_of_the_car(fault: str, wanted: set[str]) -> None:
    found = whole_car(lambda hubs: hubs, faults=[fault])
    assert set(codes(found)) == wanted


@pytest.mark.parametrize(
    ("bus", "node", "fault", "wanted"),
    [
        ("powertrain", "DCDC", NodeFault.BABBLING, {"busy-bus", "silent-node", "no-diagnostics"}),
        ("adas", "CAM", NodeFault.STUCK_DOMINANT, {"only-errors", "silent-unit"}),
        ("chassis", "IBC", NodeFault.BAD_OSCILLATOR, {"error-frames"}),
    ],
)
def test_nodes_that_spoil_a_bus(bus: Bus, node: str, fault: NodeFault, wanted: set[str]) -> None:
    def spoil(network: CarNetwork) -> None:
        network.buses[bus].node(node).fault = fault

    found = whole_car(lambda hubs: hubs, spoil=spoil)
    assert wanted <= set(codes(found))
    assert "wrong-database" not in codes(found)
    assert exit_code(found) == 3
