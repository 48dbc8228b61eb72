"""Rows and hands for tests that wait for something on the small car."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchkit import Outcome
from vehicle_help import (
    MiniCar,
    run_on,
    step,
)

from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.events import Judged

REST = step("rest", "bench.wait", "{for: 1 s}")
ASK = "does: act, ask: {zh: 动, en: Act}"


def judged(outcome: Outcome, name: str = "it") -> Any:
    (event,) = [one for one in outcome.of(Judged) if one.step == name]
    return event.measurement


class Hands:
    """A person whose acting is a function; it takes a moment until it is confirmed."""

    simulated = True

    def __init__(self, act: Callable[[], object], confirms_after: float = 0.0) -> None:
        self._act = act
        self._after = confirms_after

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        self._act()
        await asyncio.sleep(self._after)
        return Answer(value=True, by="hands")


def later(seconds: float, do: Callable[[], object]) -> None:
    asyncio.get_running_loop().call_later(seconds, do)


def wait_for(with_: str, within: str = "1 s") -> str:
    return step("it", "vehicle.wait_for", f"{{{with_}}}", f"limit: {{within: {within}}}")


def act_on(
    folder: Path, car: MiniCar, row: str, act: Callable[[], object], *, confirms_after: float = 0.0
) -> Outcome:
    hands = Hands(act, confirms_after)
    return run_on(car, folder, REST + row, operator=hands)


def silence(car: MiniCar) -> None:
    car.quiet.add("VCU_Torque")
