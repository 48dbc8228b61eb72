"""The pump of a served world: nothing is late for readers, and a world that dies is told of."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest
from benchkit import write_procedure
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from vehicle_help import bench_of, perform, request_for, step, switch_on, tampering

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.bench.simulated import ServedSide
from harness.cli import sim_vehicle
from harness.cli.root import ROOT
from harness.clock import Clock, loop_time, run, sleep
from harness.events import BusClosed, OutcomeNoted, SafeState
from harness.evidence.verify import verify
from harness.text import Text
from harness.verdict import Ending, Verdict
from simulators.bench import BUS_STRIDE, SimulatedBench
from simulators.car_bench import CarBench
from simulators.pump import Pump
from simulators.world import World


def pumped(
    test: Callable[[World, Pump, list[tuple[float, float]]], Awaitable[None]], stride: float = 0.0
) -> list[tuple[float, float]]:
    """Run a test with a pumped world; what happened: the world's time, and when it was done."""
    done: list[tuple[float, float]] = []

    async def main() -> None:
        start = loop_time()
        world = World(1, lambda: loop_time() - start)
        pump = Pump(world)
        pump.stride = stride
        pump.start()
        await test(world, pump, done)
        await pump.stop()

    run(main, virtual=True)
    return done


def plan(world: World, after: float, done: list[tuple[float, float]]) -> None:
    world.scheduler.after(after, lambda: done.append((world.scheduler.t, loop_time())))


def test_events_happen_at_their_time_though_nobody_asks() -> None:
    async def test(world: World, pump: Pump, done: list[tuple[float, float]]) -> None:
        for after in (0.5, 0.25, 3.0):
            plan(world, after, done)
        await sleep(5.0)

    done = pumped(test)
    assert [t for t, _ in done] == [0.25, 0.5, 3.0]
    assert all(at == pytest.approx(t, abs=1e-5) for t, at in done)


def test_an_earlier_event_planned_later_is_not_late() -> None:
    async def test(world: World, pump: Pump, done: list[tuple[float, float]]) -> None:
        plan(world, 10.0, done)
        await sleep(1.0)
        world.advance()
        plan(world, 0.5, done)
        await sleep(1.0)

    assert [(t, round(at, 4)) for t, at in pumped(test)] == [(1.5, 1.5)]


def test_with_a_stride_events_keep_their_time_and_come_together() -> None:
    async def test(world: World, pump: Pump, done: list[tuple[float, float]]) -> None:
        for number in range(1, 101):
            plan(world, number / 1000, done)
        await sleep(1.0)

    done = pumped(test, stride=0.005)
    assert [t for t, _ in done] == [pytest.approx(number / 1000) for number in range(1, 101)]
    turns = sorted({at for _, at in done})
    assert len(turns) <= 22
    assert all(b - a >= 0.005 - 1e-9 for a, b in pairwise(turns))
    assert all(0 <= at - t <= 0.005 + 1e-5 for t, at in done)


@settings(max_examples=60)
@given(
    st.lists(st.floats(0, 2), min_size=1, max_size=30),
    st.sampled_from([0.0, 0.005, 0.1]),
    st.lists(st.floats(0.001, 0.5), max_size=8),
)
def test_whoever_reads_sees_everything_that_is_due(
    events: list[float], stride: float, pauses: list[float]
) -> None:
    """Who reads the world advances it first: whatever the stride, nothing due is missing."""

    async def test(world: World, pump: Pump, done: list[tuple[float, float]]) -> None:
        for after in events:
            plan(world, after, done)
        for pause in pauses:
            await sleep(pause)
            world.advance()
            now = world.now()
            assert len(done) == sum(after <= now for after in events)
        await sleep(3.0)

    done = pumped(test, stride)
    assert sorted(t for t, _ in done) == pytest.approx(sorted(events))
    assert all(at >= t - 1e-9 for t, at in done)


def test_starting_and_stopping_twice() -> None:
    async def test(world: World, pump: Pump, done: list[tuple[float, float]]) -> None:
        pump.start()
        plan(world, 0.5, done)
        await sleep(1.0)
        await pump.stop()
        await pump.stop()
        plan(world, 0.5, done)
        await sleep(1.0)
        assert len(done) == 1, "a stopped pump moves nothing"
        pump.start()
        await sleep(1.0)
        assert len(done) == 2

    pumped(test)


def test_what_a_world_dies_of_is_told_once_and_raised_by_stop() -> None:
    async def test(world: World, pump: Pump, done: list[tuple[float, float]]) -> None:
        told: list[Exception] = []
        pump.on_failure = told.append
        world.scheduler.after(0.5, lambda: 1 / 0)
        plan(world, 1.0, done)
        await sleep(5.0)
        assert [type(error) for error in told] == [ZeroDivisionError]
        assert done == [], "a dead world moves no more"
        plan(world, 0.1, done)
        await sleep(5.0)
        assert len(told) == 1
        with pytest.raises(ZeroDivisionError):
            await pump.stop()
        await pump.stop()

    pumped(test)


def test_the_car_is_handed_on_in_batches_with_exact_times() -> None:
    async def main() -> None:
        clock = Clock(virtual=True)
        bench = SimulatedBench(
            seed=1, now=clock.elapsed, wall=lambda: clock.now().utc, pile=None, car=True
        )
        frames: list[tuple[float, float]] = []
        for bus in bench.car_bench().network.buses.values():
            bus.attach(lambda frame: frames.append((frame.timestamp, loop_time())))
        bench.rig.car.power.turn("on")
        await sleep(3.0)
        await bench.stop()
        late = [at - stamp for stamp, at in frames if stamp > 2.0]
        assert len(late) > 800
        assert max(late) <= BUS_STRIDE + 1e-4
        assert min(late) >= -1e-9
        assert [stamp for stamp, _ in frames] == sorted(stamp for stamp, _ in frames)

    run(main, virtual=True)


# A run whose simulation dies


def die(_car: CarBench, bench: SimulatedBench) -> None:
    bench.rig.world.scheduler.after(0.3, lambda: 1 / 0)


SOC = step("soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')
TAMPER = step("tamper", "vehicle.tamper", "{what: it}")


@pytest.mark.parametrize(
    ("meanwhile", "verdict"),
    [
        (step("then", "can.nodes_online", "{watch: 5 s}"), Verdict.ERROR),
        (step("then", "bench.wait", "{for: 2 s}"), Verdict.ERROR),
        (step("then", "diag.scan_dtcs", "{units: [vcu, bms, eps]}"), Verdict.PASS),
    ],
    ids=["watching", "waiting", "before"],
)
def test_a_run_whose_simulation_dies_is_lost_and_sealed(
    tmp_path: Path, meanwhile: str, verdict: Verdict
) -> None:
    """Standing still is no quiet car, and no verdict about it."""
    wait = step("wait", "bench.wait", "{for: 1 s}")
    steps = switch_on() + SOC + TAMPER + meanwhile + wait + SOC.replace("soc\n", "last\n", 1)
    with tampering(it=die):
        outcome = perform(request_for(tmp_path, write_procedure(tmp_path, steps)))
    assert outcome.verdicts["soc"] is Verdict.PASS
    assert outcome.verdicts["then"] is verdict
    assert outcome.verdicts["last"] is Verdict.NOT_RUN
    assert outcome.result.ending is Ending.LOST
    assert outcome.result.exit_code == 4
    assert "the simulation failed: ZeroDivisionError" in outcome.result.reason
    assert outcome.of(OutcomeNoted)
    assert {event.role for event in outcome.of(SafeState)} == {"vehicle"}
    assert all("the simulation failed" in event.lost or not event.lost
               for event in outcome.of(BusClosed))  # fmt: skip
    checked = verify(outcome.result.folder)
    assert checked.intact
    assert checked.sealed


@action("fault.kill", kind="O", judges=False, limit="none", title=Text("弄死", "Kill"))
async def kill(step: StepContext) -> None:
    bench_of(step).rig.world.scheduler.after(0.3, lambda: 1 / 0)


def test_a_pile_whose_simulation_dies_is_lost_too(tmp_path: Path) -> None:
    volts = step("volts", "pile.measure", "{points: [voltage_l1]}", "limit: {low: 0, unit: V}")
    wait = step("wait", "bench.wait", "{for: 1 s}")
    again = volts.replace("volts\n", "again\n", 1)
    path = write_procedure(tmp_path, volts + step("kill", "fault.kill") + wait + again)
    outcome = perform(request_for(tmp_path, path))
    assert outcome.verdicts["volts"] is Verdict.PASS
    assert outcome.verdicts["again"] is Verdict.NOT_RUN
    assert outcome.result.exit_code == 4
    assert "the simulation failed: ZeroDivisionError" in outcome.result.reason
    assert verify(outcome.result.folder).sealed


def test_a_live_simulator_that_dies_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def soon(simulated: ServedSide) -> None:
        world = simulated._bench.rig.world
        world.scheduler.after(0.1, lambda: 1 / 0)
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(sim_vehicle, "obey", soon)
    shown = CliRunner().invoke(
        ROOT, ["sim", "vehicle", "--can", "slcan://127.0.0.1:0", "--lang", "en"]
    )
    assert shown.exit_code == 4
    assert "ZeroDivisionError" in shown.stderr
    assert "Traceback" not in shown.output
