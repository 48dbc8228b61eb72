"""Pile and vehicle watched side by side until each shows what it should, and how far apart."""

from collections.abc import Callable
from typing import Annotated

from harness.actions.context import StepContext
from harness.actions.joint_given import is_state
from harness.actions.registry import PointRef, StateOf
from harness.clock import loop_time, sleep_until
from harness.limits import Within
from harness.quantity import Measurement, Quality

PileStates = Annotated[dict[str, str | list[str]], PointRef(role="pile"), StateOf()]
VehicleStates = Annotated[dict[str, str | list[str]], PointRef(role="vehicle"), StateOf()]
NAME = "both_sides.apart"
SOURCE = "pile, vehicle"
_PATIENCE = 1.5
"""How far past the limit to keep watching: late is told from never."""
_LOOKS = 4


class Side:
    """What one side shows, and when it began to, as far as looking now and then can tell."""

    def __init__(self, states: dict[str, str | list[str]], not_yet: float | None) -> None:
        self.states = states
        self.not_yet = not_yet
        """When it was last seen otherwise."""
        self.seen: float | None = None
        self.readings: list[Measurement] = []

    async def look(self, step: StepContext, role: str) -> None:
        asked_at = loop_time()
        device = step.bench.device(role)
        self.readings = list((await device.read(list(self.states), step.deadline)).values())
        if all(is_state(one, self.states[one.name]) for one in self.readings):
            self.seen = loop_time()
        else:
            self.not_yet = asked_at

    @property
    def shown(self) -> str:
        """The states that it shows, for the record."""
        return ", ".join(
            "no reading" if one.value is None else str(one.value) for one in self.readings
        )


class Pair:
    """Both sides of one cable."""

    def __init__(
        self,
        step: StepContext,
        pile: dict[str, str | list[str]],
        vehicle: dict[str, str | list[str]],
        *,
        not_before: float | None = None,
    ) -> None:
        """`not_before`: until then, neither side showed its states; None: nothing is known."""
        self._step = step
        self.sides = {"pile": Side(pile, not_before), "vehicle": Side(vehicle, not_before)}

    async def look(self) -> None:
        """Look at every side that has not shown its states yet."""
        for role, side in self.sides.items():
            if side.seen is None:
                await side.look(self._step, role)

    async def watch(self, begun: Callable[[], float | None], limit: Within, poll: float) -> None:
        """Look until both show their states, or long enough to call it too late.

        `begun` says when it was set going, None while that is still under way.
        """
        patience = limit.high * _PATIENCE + _LOOKS * poll
        while True:
            asked_at = loop_time()
            await self.look()
            started = begun()
            if started is not None:
                if all(side.seen is not None for side in self.sides.values()):
                    return
                seen = [side.seen for side in self.sides.values() if side.seen is not None]
                if loop_time() - min(seen, default=started) > patience:
                    return
            await sleep_until(asked_at + poll)

    def judge(self, begun: float) -> None:
        """Put the last readings on record, and hold the time between both against the limit."""
        for side in self.sides.values():
            for reading in side.readings:
                self._step.measured(reading)
        self._step.judge(self._apart(begun))

    def _apart(self, begun: float) -> Measurement:
        at = self._step.clock.elapsed()
        early = [role for role, side in self.sides.items() if side.not_yet is None]
        if early:
            shown = "; ".join(f"{role} was {self.sides[role].shown}" for role in early)
            return Measurement(
                NAME, None, "s", quality=Quality.STALE, source=SOURCE, at=at,
                note=f"{shown} before the action",
            )  # fmt: skip
        never = {role: side for role, side in self.sides.items() if side.seen is None}
        if never:
            since = min([side.seen for side in self.sides.values() if side.seen] or [begun])
            waited = min(side.not_yet or since for side in never.values()) - since
            return Measurement(
                NAME, None, "s", source=SOURCE, at=at, at_least=round(max(waited, 0.0), 6),
                note="still " + ", ".join(f"{role}: {side.shown}" for role, side in never.items()),
            )  # fmt: skip
        first, last = sorted(self.sides.values(), key=lambda side: side.seen or 0.0)
        assert first.seen is not None and last.seen is not None
        assert first.not_yet is not None and last.not_yet is not None
        longest = max(last.seen - first.not_yet, 0.0)
        shortest = max(last.not_yet - first.seen, 0.0)
        return Measurement(
            NAME, round(longest, 6), "s", uncertainty=round(max(longest - shortest, 0.0), 6),
            source=SOURCE, at=at,
        )  # fmt: skip
