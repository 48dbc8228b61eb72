"""Whatever ends a run, and whenever: commands are taken back, and nothing moves afterwards."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from bench_end import look_at_the_end
from by_wire_help import MOVING, Left, inspect_chassis, left
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from harness.actions.by_wire.frames import Frames
from harness.actions.context import StepContext
from harness.clock import Deadline
from harness.devices.can.bus import CanBus
from harness.devices.can.sender import Cyclic
from harness.engine import wording
from harness.events import Event, FramesSent, SafeState, StepEnded, StepStarted
from harness.verdict import Ending, Verdict

__all__ = ["left"]


def assert_still(left: Left) -> None:
    """What the vehicle's profile calls at rest, of the true state of the car."""
    (motion,) = left.motion
    assert motion["speed"] <= 0.1
    assert motion["rate"] == motion["brake"] == motion["parking brake"] == 0.0


def later(
    step: str, seconds: float, do: Callable[[], None] | None = None
) -> Callable[[Event], None]:
    """Do something so long after a step began; by default break the run off."""

    def listen(event: Event) -> None:
        if isinstance(event, StepStarted) and event.step == step:
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_later(seconds, do or task.cancel)

    return listen


def _before(step: str) -> tuple[str, ...]:
    """The wheels turn, and the parking brake can be applied, only once it has been released."""
    needs = step.startswith(("drive-", "parking-")) or step.endswith("-drive")
    return ("parking-brake-off",) if needs and not step.startswith("handshake") else ()


@settings(max_examples=5, phases=[Phase.generate])  # each is a run; shrinking would take long
@given(step=st.sampled_from(MOVING), tenths=st.integers(0, 25))
def test_a_run_that_is_broken_off_leaves_nothing_moving(step: str, tenths: int) -> None:
    seen = Left()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        look_at_the_end(patch, seen.look)
        outcome = inspect_chassis(
            Path(folder), *_before(step), step, listener=later(step, tenths / 10)
        )
    assert outcome.result.ending in (Ending.ABORTED, Ending.COMPLETED)
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail
    assert set(seen.modes[0].values()) == {"manual"}
    assert_still(seen)
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
    assert_still(left)
    assert left.cars[0].drive.travelled() > 0.0, "it had begun to move"


def test_an_adapter_that_is_gone_is_not_called_safe(
    tmp_path: Path, left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be taken back: the actuators' own time-out is what is left, and that is said."""
    buses: list[CanBus] = []
    open_bus = CanBus.open

    async def keep(bus: CanBus, deadline: Deadline) -> None:
        buses.append(bus)
        await open_bus(bus, deadline)

    monkeypatch.setattr(CanBus, "open", keep)

    def pull_out() -> None:
        for bus in buses:
            bus._died(OSError("unplugged"))

    left.wait = 0.5

    outcome = inspect_chassis(
        tmp_path, "steering-moves", listener=later("steering-moves", 1.0, pull_out)
    )
    (safe,) = outcome.of(SafeState)
    assert not safe.safe
    assert "by-wire steering could not be taken back: the adapter is gone" in safe.detail
    assert "线控转向" in wording.reason(safe.detail).zh
    assert set(left.modes[0].values()) == {"manual"}
    assert_still(left)


def test_frames_that_came_late_are_no_fault_of_the_car(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One gap of 0.3 s ends by-wire operation: the bench has erred, and the step is tried again."""
    late = [True]
    again = Cyclic._again

    def sometimes(cyclic: Cyclic) -> None:
        if late[0] and cyclic.spec.name == "GW_SteerCmd" and cyclic.sent == 150:
            late[0] = False
            asyncio.get_running_loop().call_later(0.3, again, cyclic)
            return
        again(cyclic)

    monkeypatch.setattr(Cyclic, "_again", sometimes)
    outcome = inspect_chassis(tmp_path, "steering-moves")
    ends = [event for event in outcome.of(StepEnded) if event.step == "steering-moves"]
    assert [event.verdict for event in ends] == [Verdict.ERROR, Verdict.PASS]
    noted = ends[0]
    assert noted.headline is not None
    assert noted.headline.en == "Commands were sent late"
    assert "滞后" in wording.reason(noted.reason).zh
