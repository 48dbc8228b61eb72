"""The simulated bench on real connections in real time, with the technician who stands beside it.

The car is on slcan adapters, the pile beside it on Modbus TCP, coupled in one world: plug, pilot,
mains. The relays that put faults in are a board of their own, and the recorder's files are brought.

It runs in a thread with a loop of its own, so that a run in the same process reaches it only over
TCP, as it would reach any car and any pile, and asks the technician across.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import yaml
from live_recorder import WithRecorder

from harness.bench.load import SIMULATED, load_bench
from harness.bench.simulated import CAR
from harness.clock import Clock, Deadline, loop_time
from harness.datafile import loads
from harness.devices.modbus.profile import load_profile
from harness.devices.operator import Answer, Operator, Question
from simulators.bench import SimulatedBench

BUSES = ("powertrain", "chassis", "body", "adas")
RELAYS = "relay-8ch"
_READY_WITHIN = 30.0
_ANY_PORT = "tcp://127.0.0.1:0"


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


class LiveBench(Thread):
    """Serves the devices of some roles until `stop`."""

    def __init__(
        self,
        seed: int,
        faults: Sequence[str],
        pace: float,
        *,
        roles: Collection[str],
        wired: Sequence[str],
        folder: Path,
    ) -> None:
        """`wired` are the faults that relays put in while a run goes on; the recorder puts its
        files into `folder`."""
        super().__init__(name="live-bench", daemon=True)
        self._seed, self._faults, self._pace = seed, faults, pace
        self.roles = roles
        self.wiring = {fault: f"relay_{number}" for number, fault in enumerate(wired, 1)}
        self._folder = folder
        self.ready = Event()
        self.error: BaseException | None = None
        self.addresses: dict[str, str] = {}
        """Of buses, the pile and the relays."""
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

    def _bench(self) -> SimulatedBench:
        """What the built-in bench simulates, on the running loop's real time."""
        built_in = load_bench(SIMULATED)
        carries = built_in.model.devices["pile"].component_current
        clock = Clock(virtual=False)
        start = clock.start.loop_time
        return SimulatedBench(
            seed=self._seed, now=lambda: loop_time() - start, wall=lambda: clock.now().utc,
            pile=built_in.profiles["pile"] if "pile" in self.roles else None,
            injector=load_profile(RELAYS) if self.wiring else None, relays=self.wiring,
            car="vehicle" in self.roles, loop_start=start, pace=self._pace,
            edition=built_in.model.edition, parts_carry=carries.to("A") if carries else None,
        )  # fmt: skip

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        bench = self._bench()
        try:
            for role in bench.slaves:
                self.addresses[role] = await bench.serve(role, _ANY_PORT)
            if "vehicle" in self.roles:
                car = bench.car_bench()
                for bus in BUSES:
                    self.addresses[bus] = await car.serve(bus, "slcan://127.0.0.1:0")
            self.site = dict(bench.site)
            self.coding = dict(bench.rig.repair.coding)
            self.task = dict(bench.rig.task.told())
            for name in self._faults:
                bench.set_fault(name, on=True)
            if "vehicle" in self.roles:
                self.papers = dict(bench.car_bench().service_papers)
                self.before = bench.car_bench().before_service.dump()
            self._person = WithRecorder(bench.technician, bench.recorder, self._folder)
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


def _vehicle(live: LiveBench) -> dict[str, Any]:
    return {
        "profile": CAR,
        "simulated": True,
        "connections": {
            bus: {
                "can": "slcan",
                "channel": f"socket://{live.addresses[bus].removeprefix('slcan://')}",
                "bitrate": 500_000,
            }
            for bus in BUSES
        },
    }


def _on_modbus(address: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    connection = {"modbus": "tcp", "host": host, "port": int(port)}
    return {**entry, "simulated": True, "connection": connection}


def write_bench(path: Path, live: LiveBench) -> None:
    """The built-in bench's instruments, with devices at the end of real connections."""
    values, _ = loads(load_bench(SIMULATED).data, path.name)
    built_in = values["devices"]
    values["bench"] = "live"
    values["site"] = live.site
    values.pop("recorder")
    devices: dict[str, Any] = {}
    if "vehicle" in live.roles:
        devices["vehicle"] = _vehicle(live)
        (path.parent / "before.json").write_bytes(live.before)
        values["maintenance"] = {**live.papers, "coding": live.coding, "before": "before.json"}
        values["preparation"] = live.task
    if "pile" in live.roles:
        devices["pile"] = _on_modbus(live.addresses["pile"], built_in["pile"])
        values["recorder"] = {"instrument": "scp-1"}
    if live.wiring:
        entry = {"profile": RELAYS, "faults": live.wiring}
        devices["injector"] = _on_modbus(live.addresses["injector"], entry)
    values["devices"] = devices
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")


@contextmanager
def live_bench(
    folder: Path,
    seed: int,
    faults: Sequence[str] = (),
    *,
    roles: Collection[str] = ("vehicle",),
    wired: Sequence[str] = (),
    pace: float = 1.0,
) -> Iterator[tuple[Path, Across]]:
    """A bench file of car and pile, which are switched off and unplugged, and the technician."""
    live = LiveBench(seed, faults, pace, roles=roles, wired=wired, folder=folder)
    live.start()
    try:
        assert live.ready.wait(_READY_WITHIN), "the bench was not ready"
        if live.error is not None:
            raise live.error
        bench = folder / "live.yaml"
        write_bench(bench, live)
        yield bench, live.operator()
    finally:
        live.stop()
    if live.error is not None:
        raise live.error
