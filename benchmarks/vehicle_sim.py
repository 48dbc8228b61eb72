"""The simulated car with all its units on four buses, in virtual time.

The baseline is the time that passes inside the simulation. Once with nobody looking; once with the
harness attached to every bus: monitored with counter and checksum checks, and recorded to BLF.
"""

import statistics
from pathlib import Path

from comparison import Row, duration, markdown, scratch

from harness.clock import Clock, Deadline, RealStopwatch, loop_time, run, sleep
from harness.devices.can.connection import CanConnection
from harness.devices.vehicle.device import VehicleDevice
from harness.devices.vehicle.profile import load_vehicle_profile
from simulators.bench import SimulatedBench
from simulators.car_bench import CarBench

SECONDS = 60.0
ROUNDS = 3
TARGET = 1 / 20
_START_UP = 3.0


async def _drive(captures: Path | None) -> tuple[float, int]:
    """Real seconds for `SECONDS` with the key on, and frames on all buses in that time."""
    clock = Clock(virtual=True)
    start = clock.start.loop_time
    bench = SimulatedBench(
        seed=1,
        now=lambda: loop_time() - start,
        wall=lambda: clock.now().utc,
        pile=None,
        car=True,
        loop_start=start,
    )
    car = bench.car_bench()
    vehicle = await _attach(car, clock, captures) if captures is not None else None
    bench.rig.car.power.turn("on")
    await sleep(_START_UP)
    before = sum(bus.frames for bus in car.network.buses.values())
    with RealStopwatch() as stopwatch:
        await sleep(SECONDS)
        bench.rig.advance()
    frames = sum(bus.frames for bus in car.network.buses.values()) - before
    if vehicle is not None:
        await vehicle.close()
    await bench.stop()
    return stopwatch.seconds, frames


async def _attach(car: CarBench, clock: Clock, captures: Path) -> VehicleDevice:
    vehicle = VehicleDevice(
        "vehicle",
        load_vehicle_profile("shared-ev"),
        {bus: CanConnection(can="memory", channel=name) for bus, name in car.offer_buses().items()},
        clock=clock,
        emit=lambda _: None,
        simulated=True,
        captures=captures,
    )
    await vehicle.open(Deadline.after(10.0))
    return vehicle


def rows() -> list[Row]:
    alone: list[float] = []
    watched: list[float] = []
    frames = 0
    with scratch() as name:
        for number in range(ROUNDS):
            seconds, frames = run(lambda: _drive(None), virtual=True)
            alone.append(seconds)
            folder = Path(name) / str(number)
            folder.mkdir()
            seconds, _ = run(lambda folder=folder: _drive(folder), virtual=True)
            watched.append(seconds)
    rate = f"{frames / SECONDS:.0f} frames/s on four buses, 20 units"
    return [
        _row("simulated car, all units", alone, TARGET, rate),
        _row("the same, monitored and recorded to BLF", watched, None, rate),
    ]


def _row(what: str, seconds: list[float], target: float | None, note: str) -> Row:
    real = statistics.median(seconds)
    baseline = f"{duration(SECONDS)} (simulated time)"
    return Row(what, duration(real), baseline, real / SECONDS, target, note)


if __name__ == "__main__":
    print(markdown(rows()))
