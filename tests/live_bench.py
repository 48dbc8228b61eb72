"""A bench file of the simulated bench on real connections, and the technician who stands beside it.

It is served by a process of its own (`live_served`), so that a run reaches it only over its wires,
as it would reach any car and any pile, and disturbs it no more than that.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import yaml
from live_served import BUSES, RELAYS, Order, Told, serve

from harness.bench.load import SIMULATED, load_bench
from harness.bench.simulated import CAR
from harness.clock import Deadline
from harness.datafile import loads
from harness.devices.operator import Answer, Question
from harness.errors import HarnessError, NoReplyError, NotAvailableError

_READY_WITHIN = 120.0
"""A process that is new has everything to load."""
_ENDED_WITHIN = 30.0


class Across:
    """The technician of the served bench, who is asked through a pipe."""

    simulated = True

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        async with self._one_at_a_time:
            self._pipe.send((question, deadline.remaining()))
            said = await asyncio.to_thread(self._pipe.recv)
        if isinstance(said, Answer):
            return said
        kind, detail = said
        known = next((one for one in (NoReplyError, NotAvailableError) if one is kind), None)
        raise (known or HarnessError)(detail)


def _vehicle(told: Told) -> dict[str, Any]:
    return {
        "profile": CAR,
        "simulated": True,
        "connections": {
            bus: {
                "can": "slcan",
                "channel": f"socket://{told.addresses[bus].removeprefix('slcan://')}",
                "bitrate": 500_000,
            }
            for bus in BUSES
        },
    }


def _on_modbus(address: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    connection = {"modbus": "tcp", "host": host, "port": int(port)}
    return {**entry, "simulated": True, "connection": connection}


def write_bench(path: Path, order: Order, told: Told) -> None:
    """The built-in bench's instruments, with devices at the end of real connections."""
    values, _ = loads(load_bench(SIMULATED).data, path.name)
    built_in = values["devices"]
    values["bench"] = "live"
    values["site"] = told.site
    values.pop("recorder")
    devices: dict[str, Any] = {}
    if "vehicle" in order.roles:
        devices["vehicle"] = _vehicle(told)
        (path.parent / "before.json").write_bytes(told.before)
        values["maintenance"] = {**told.papers, "coding": told.coding, "before": "before.json"}
        values["preparation"] = told.task
    if "pile" in order.roles:
        devices["pile"] = _on_modbus(told.addresses["pile"], built_in["pile"])
        values["recorder"] = {"instrument": "scp-1"}
    if order.wiring:
        entry = {"profile": RELAYS, "faults": order.wiring}
        devices["injector"] = _on_modbus(told.addresses["injector"], entry)
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
    wiring = {fault: f"relay_{number}" for number, fault in enumerate(wired, 1)}
    order = Order(seed, tuple(faults), tuple(roles), wiring, pace, folder)
    context = get_context("spawn")
    pipe, far = context.Pipe()
    served = context.Process(target=serve, args=(far, order), name="live-bench", daemon=True)
    served.start()
    far.close()
    try:
        assert pipe.poll(_READY_WITHIN), "the bench was not ready"
        told: Told = pipe.recv()
        bench = folder / "live.yaml"
        write_bench(bench, order, told)
        yield bench, Across(pipe)
        pipe.send(None)
        served.join(_ENDED_WITHIN)
    finally:
        pipe.close()
        if served.exitcode is None:
            served.kill()
            served.join()
    assert served.exitcode == 0, "the bench has died; see above"
