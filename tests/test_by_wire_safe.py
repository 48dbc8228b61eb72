"""Whatever ends a run, and whenever: commands are taken back, and nothing moves afterwards."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from by_wire_help import MOVING, Left, inspect_chassis, left
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.actions.by_wire.frames import Frames
from harness.actions.context import StepContext
from harness.devices.can.memory import Hub
from harness.engine import wording
from harness.errors import NotAvailableError
from harness.events import Event, FramesSent, SafeState, StepStarted
from harness.verdict import Ending, Verdict
from simulators.bench import SimulatedBench

__all__ = ["left"]
STILL = {"speed": 0.0, "rate": 0.0, "brake": 0.0, "parking brake": 0.0}


def later(step: str, seconds: float, do: Callable[[], None] | None = None) -> Callable[[Event], None]:
    """Do something so long after a step began; by default break the run off."""

    def listen(event: Event) -> None:
        if isinstance(event, StepStarted) and event.step == step:
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_later(seconds, do or task.cancel)

    return listen


@settings(max_examples=14)
@given(step=st.sampled_from(MOVING), tenths=st.integers(0, 25))
def test_a_run_that_is_broken_off_leaves_nothing_moving(step: str, tenths: int) -> None:
    seen = Left()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        stop = SimulatedBench.stop

        async def look(bench: SimulatedBench) -> None:
            seen.look(bench)
            await stop(bench)

        patch.setattr(SimulatedBench, "stop", look)
        outcome = inspect_chassis(
            Path(folder), "parking-brake-off", step, listener=later(step, tenths / 10)
        )
    assert outcome.result.ending in (Ending.ABORTED, Ending.COMPLETED)
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail
    assert set(seen.modes[0].values()) == {"manual"}
    assert seen.motion == [STILL]
    sent = outcome.of(FramesSent)
    if sent:
        assert sent[-1].period == 0.0
        assert "manual and at rest" in safe.how
        assert safe.readings


def test_a_mistake_in_the_harness_leaves_nothing_moving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: Left
) -> None:
    async def fail(frames: Frames, step: StepContext, seconds: float) -> None:
        if step.step == "drive-moves":
            await asyncio.sleep(1.5)
            raise RuntimeError("a mistake")
        await collect(frames, step, seconds)

    collect = Frames.run
    monkeypatch.setattr(Frames, "run", fail)
    outcome = inspect_chassis(tmp_path, "parking-brake-off", "drive-moves")
    (safe,) = outcome.of(SafeState)
    assert safe.safe
    assert left.motion == [STILL]
    assert left.cars[0].drive.travelled() > 0.0, "it had begun to move"


def test_an_adapter_that_is_gone_is_not_called_safe(
    tmp_path: Path, left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be taken back: the actuators' own time-out is what is left, and that is said."""
    benches: list[SimulatedBench] = []
    start = SimulatedBench.start

    async def keep(bench: SimulatedBench) -> None:
        benches.append(bench)
        await start(bench)

    monkeypatch.setattr(SimulatedBench, "start", keep)

    def pull_out() -> None:
        for state in benches[0].vehicle_devices():
            state()

    outcome = inspect_chassis(
        tmp_path, "steering-moves", listener=later("steering-moves", 1.0, pull_out)
    )
    (safe,) = outcome.of(SafeState)
    assert not safe.safe
    assert "by-wire steering could not be taken back: the adapter is gone" in safe.detail
    assert "线控转向" in wording.reason(safe.detail).zh
    assert set(left.modes[0].values()) == {"manual"}
    assert left.motion == [STILL]
