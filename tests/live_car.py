"""The simulated car on real slcan adapters in real time, with the technician who stands beside it.

It runs in a thread with a loop of its own, so that a run in the same process reaches it only over
TCP, as it would reach any car, and asks the technician across.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import yaml

from harness.bench.load import SIMULATED, load_bench
from harness.bench.simulated import CAR
from harness.clock import Clock, Deadline, loop_time
from harness.datafile import loads
from harness.devices.operator import Answer, Operator, Question
from simulators.bench import SimulatedBench

BUSES = ("powertrain", "chassis", "body", "adas")
_READY_WITHIN = 30.0


class Across:
    """An operator who lives in another loop."""

    simulated = True

    def __init__(self, loop: asyncio.AbstractEventLoop, person: Operator) -> None:
        self._loop = loop
        self._person = person

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        left = deadline.remaining()

        async def asked() -> Answer:
            return await self._person.ask(question, Deadline.after(left))

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked(), self._loop))


class LiveCar(Thread):
    """Serves the buses until `stop`."""

    def __init__(self, seed: int, faults: Sequence[str], pace: float) -> None:
        super().__init__(name="live-car", daemon=True)
        self._seed, self._faults, self._pace = seed, faults, pace
        self.ready = Event()
        self.error: BaseException | None = None
        self.addresses: dict[str, str] = {}
        self.site: dict[str, Any] = {}
        self.coding: dict[str, Any] = {}
        self.task: dict[str, Any] = {}
        """What the work order wants written."""
        self.papers: dict[str, object] = {}
        """Those of the workshop that it comes from, and the snapshot from before."""
        self.before = b""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._person: Operator | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - told to the thread that waits for this one
            self.error = error
        finally:
            self.ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        clock = Clock(virtual=False)
        start = clock.start.loop_time
        bench = SimulatedBench(
            seed=self._seed, now=lambda: loop_time() - start, wall=lambda: clock.now().utc,
            pile=None, car=True, loop_start=start, pace=self._pace,
        )  # fmt: skip
        try:
            car = bench.car_bench()
            for bus in BUSES:
                self.addresses[bus] = await car.serve(bus, "slcan://127.0.0.1:0")
            self.site = dict(bench.site)
            self.coding = dict(bench.rig.repair.coding)
            self.task = dict(bench.rig.task.told())
            for name in self._faults:
                bench.set_fault(name, on=True)
            self.papers, self.before = dict(car.service_papers), car.before_service.dump()
            self._person = bench.technician
            self.ready.set()
            await self._end.wait()
        finally:
            await bench.stop()

    def operator(self) -> Across:
        assert self._loop is not None and self._person is not None
        return Across(self._loop, self._person)

    def stop(self) -> None:
        if self._loop is not None and self._end is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self.join(_READY_WITHIN)


def write_bench(path: Path, car: LiveCar) -> None:
    """The built-in bench's instruments, with a car at the end of real adapters."""
    values, _ = loads(load_bench(SIMULATED).data, path.name)
    values["bench"] = "live"
    values["devices"] = {
        "vehicle": {
            "profile": CAR,
            "simulated": True,
            "connections": {
                bus: {
                    "can": "slcan",
                    "channel": f"socket://{address.removeprefix('slcan://')}",
                    "bitrate": 500_000,
                }
                for bus, address in car.addresses.items()
            },
        }
    }
    values["site"] = car.site
    (path.parent / "before.json").write_bytes(car.before)
    values["maintenance"] = {**car.papers, "coding": car.coding, "before": "before.json"}
    values.pop("recorder", None)
    values["preparation"] = car.task
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")


@contextmanager
def live_car(
    folder: Path, seed: int, faults: Sequence[str] = (), *, pace: float = 1.0
) -> Iterator[tuple[Path, Across]]:
    """A bench file of the car, which is switched off, and the technician."""
    car = LiveCar(seed, faults, pace)
    car.start()
    try:
        assert car.ready.wait(_READY_WITHIN), "the car was not ready"
        if car.error is not None:
            raise car.error
        bench = folder / "live.yaml"
        write_bench(bench, car)
        yield bench, car.operator()
    finally:
        car.stop()
    if car.error is not None:
        raise car.error
