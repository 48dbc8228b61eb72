"""Waiting for something that frames bring, without looking again and again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import can

from harness.clock import Deadline, loop_time
from harness.devices.can.specs import Identifier

T = TypeVar("T")
_HAIR = 1e-6


@dataclass(slots=True, eq=False)
class _Waiter:
    ask: Callable[[list[can.Message]], Any]
    """Gets the batch that came; a true answer ends the waiting."""
    answer: "asyncio.Future[Any]"

    def look(self, frames: list[can.Message]) -> None:
        if self.answer.done():
            return
        try:
            found = self.ask(frames)
        except Exception as error:  # noqa: BLE001 - raised where the answer is awaited
            self.answer.set_exception(error)
        else:
            if found:
                self.answer.set_result(found)


class Waiters:
    """Everybody who waits for frames of one bus."""

    def __init__(self) -> None:
        self._waiting: list[_Waiter] = []
        self._failure: Exception | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def wake(self, frames: list[can.Message]) -> None:
        """Have everybody look at a batch that has come."""
        for waiter in tuple(self._waiting):
            waiter.look(frames)

    def fail(self, error: Exception) -> None:
        """Raise this from everybody who waits, and from whoever comes later."""
        self._failure = error
        for waiter in tuple(self._waiting):
            if not waiter.answer.done():
                waiter.answer.set_exception(error)

    def revive(self) -> None:
        """Let waiting be possible again after a failure."""
        self._failure = None

    async def wait(
        self, condition: Callable[[], T], deadline: Deadline, *, every: float | None = None
    ) -> T | None:
        """The first true answer of `condition`; None at the deadline."""
        found = condition()
        if found:
            return found
        answer: T | None = await self._wait(lambda _: condition(), deadline, every)
        # Time alone may have fulfilled it since the last frame.
        return answer or condition() or None

    async def next_frame(self, wanted: Identifier, deadline: Deadline) -> can.Message | None:
        """The next data frame with this id; None at the deadline."""

        def ask(frames: list[can.Message]) -> can.Message | None:
            for frame in frames:
                if (frame.arbitration_id, frame.is_extended_id) == wanted and not (
                    frame.is_remote_frame or frame.is_error_frame
                ):
                    return frame
            return None

        found: can.Message | None = await self._wait(ask, deadline, None)
        return found

    async def _wait(
        self, ask: Callable[[list[can.Message]], Any], deadline: Deadline, every: float | None
    ) -> Any:
        if self._failure is not None:
            raise self._failure
        waiter = _Waiter(ask, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        try:
            while True:
                until = deadline if every is None else deadline.sooner(every)
                done, _ = await asyncio.wait((waiter.answer,), timeout=until.remaining())
                if done:
                    return waiter.answer.result()
                # A timer may fire a hair early, and then virtual time stands still.
                if loop_time() + _HAIR >= deadline.at:
                    return None
                waiter.look([])
        finally:
            self._waiting.remove(waiter)
            if not waiter.answer.cancel():
                waiter.answer.exception()  # seen, even if the caller was cancelled first
