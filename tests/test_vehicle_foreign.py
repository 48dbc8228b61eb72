"""A foreign vehicle, known by its database alone, tested by procedure files and nothing else."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from benchkit import write_procedure
from can_help import SlcanAdapter, frame
from vehicle_help import DBC, MiniCar, offered, perform, request_for, step, write_bench

from harness.clock import run as run_loop
from harness.clock import sleep
from harness.devices.can.database import load_database
from harness.events import BusClosed, BusOpened, Judged, RunStarted
from harness.quantity import Quality
from harness.verdict import Verdict


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def car(rest: str) -> str:
    return f"  vehicle: {{{rest}}}\n"


FOREIGN = (
    step("settle", "bench.wait", "{for: 500 ms}")
    + step(
        "value",
        "vehicle.measure",
        "{points: [Foo.FooValue]}",
        'limit: {low: 10, high: 20, unit: "1"}',
    )
    + step("alive", "can.integrity", "{watch: 1 s}")
)


class Foreign(MiniCar):
    """A car that sends `Foo` of `foreign.dbc` every 50 ms, without that being described."""

    def __init__(self) -> None:
        super().__init__(load_database(DBC / "foreign.dbc"))
        self.values["Foo"] = {"FooValue": 15}

    def attach(self, on_frame, *, listen_only=False):  # type: ignore[no-untyped-def]
        self._next("Foo", 0.05)
        return super().attach(on_frame, listen_only=listen_only)


def foreign_bench(folder: Path, channel: str) -> Path:
    for file in ("foreign.dbc", "foreign.checks.yaml"):
        shutil.copy(DBC / file, folder)
    connection = f"connection: {{can: memory, channel: {channel}}}"
    return write_bench(folder, car(f"database: foreign.dbc, simulated: true, {connection}"))


@pytest.mark.parametrize(("value", "verdict"), [(15, Verdict.PASS), (25, Verdict.FAIL)])
def test_a_procedure_alone_tests_a_foreign_vehicle(
    tmp_path: Path, value: int, verdict: Verdict
) -> None:
    hub = Foreign()
    hub.values["Foo"] = {"FooValue": value}
    with offered(hub) as name:
        bench = foreign_bench(tmp_path, name)
        request = request_for(
            tmp_path, write_procedure(tmp_path, FOREIGN), bench=str(bench), live=True
        )
        request.live = False
        outcome = perform(request)
    assert outcome.verdicts == {"settle": None, "value": verdict, "alive": Verdict.PASS}
    (opened,) = outcome.of(BusOpened)
    assert opened.databases == ["foreign.dbc", "foreign.checks.yaml"]
    assert len(opened.encodings) == 2
    kinds = {(file.kind, file.name) for file in outcome.of(RunStarted)[0].files}
    assert {("database", "foreign.dbc"), ("database", "foreign.checks.yaml")} <= kinds
    judged = outcome.of(Judged)[0].measurement
    assert judged.value == value
    assert judged.frame.startswith("can 100#")


def test_the_side_file_of_a_foreign_database_counts(tmp_path: Path) -> None:
    hub = Foreign()
    hub.spoilt.add("Foo")
    with offered(hub) as name:
        bench = foreign_bench(tmp_path, name)
        request = request_for(
            tmp_path, write_procedure(tmp_path, FOREIGN), bench=str(bench), live=True
        )
        request.live = False
        outcome = perform(request)
    assert outcome.verdicts["value"] is Verdict.INCONCLUSIVE
    assert outcome.verdicts["alive"] is Verdict.FAIL
    assert outcome.of(Judged)[0].measurement.quality is Quality.CORRUPT


def test_a_foreign_vehicle_over_slcan_in_real_time(tmp_path: Path) -> None:
    """The same files, with an adapter on a socket instead of a hub."""
    adapter = SlcanAdapter()

    async def adapting(stop: asyncio.Event) -> None:
        counter = 0
        while not stop.is_set():
            adapter.put(frame(0x100, bytes([15, 0, 0, 0, 0, 0, counter & 15, 0])))
            counter += 1
            await sleep(0.02)

    async def main() -> None:
        await adapter.start()
        shutil.copy(DBC / "foreign.dbc", tmp_path)
        connection = f'connection: {{can: slcan, channel: "socket://127.0.0.1:{adapter.port}"}}'
        bench = write_bench(tmp_path, car(f"database: foreign.dbc, {connection}"))
        steps = step("value", "vehicle.measure", "{points: [Foo.FooValue]}",
                     'limit: {low: 10, high: 20, unit: "1"}')  # fmt: skip
        request = request_for(
            tmp_path, write_procedure(tmp_path, steps), bench=str(bench), live=True
        )
        stop = asyncio.Event()
        sending = asyncio.create_task(adapting(stop))
        with ThreadPoolExecutor(1) as pool:
            outcome = await asyncio.get_running_loop().run_in_executor(pool, perform, request)
        stop.set()
        await sending
        await adapter.stop()
        assert outcome.verdicts == {"value": Verdict.PASS}
        assert outcome.result.exit_code == 0
        (closed,) = outcome.of(BusClosed)
        assert closed.received >= 1
        assert closed.lost == ""

    run_loop(main, virtual=False)
