"""What each single frame says of a vehicle's signals while a step waits.

Looking now and then sees the latest frame only. Here every frame counts, by its stamp: its value,
whether it can be used, and how long none came that could be.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from harness.actions.context import StepContext
from harness.clock import Deadline, loop_time
from harness.devices.can.specs import STALE_CYCLES
from harness.quantity import Measurement, Quality

Frame = Any
"""A `can.Message`; only the rooms of the buses import that library."""
Take = Callable[["Signal", Measurement, float], None]
"""Gets a signal, what a frame says of it, and the frame's stamp."""
_AT_LEAST = 0.1
"""No gap shorter than this counts (s): adapters hand over frames in batches."""


def are_signals(step: StepContext, names: Sequence[str]) -> bool:
    """Whether all of these points stand in frames of the vehicle."""
    if step.role != "vehicle":
        return False
    points = step.vehicle.profile.points
    return all(name in points and points[name].signal for name in names)


class Signal:
    """One signal, frame by frame.

    It has counts of its own: what the monitor knows is of whole batches. The monitor's latest
    frame comes first, so that the counter of the next one can be held against it.
    """

    def __init__(self, step: StepContext, name: str) -> None:
        # Late: frames are decoded with cantools, which a bench of piles does not need.
        from harness.devices.can.message_state import MessageState  # noqa: PLC0415
        from harness.devices.can.reading import stale_after  # noqa: PLC0415

        self.point = step.vehicle.profile.points[name]
        self.bus = step.vehicle.chosen([self.point.bus])[0]
        known = self.bus.monitor.state(self.point.message)
        self.state = MessageState(known.spec)
        if known.message is not None:
            self.state.take(known.message)
            self.state.by_mux.update(known.by_mux)
            self.state.bad_in_row = known.bad_in_row
        self.stale_after = stale_after(known.spec, known.spec.signal(self.point.signal))
        """Seconds after which it is stale; None: it stands until there is another frame."""
        self.cycle = 0.0 if self.stale_after is None else self.stale_after / STALE_CYCLES
        self._start = step.clock.start.loop_time
        self._source = step.role
        self._stated = step.vehicle.stated_uncertainty(name)

    @property
    def longest_gap(self) -> float:
        """Longer than this may no usable frame be awaited (s)."""
        return float("inf") if self.stale_after is None else max(self.stale_after, _AT_LEAST)

    def take(self, frame: Frame) -> Measurement | None:
        """What the next frame of the message says; None when it does not carry the signal."""
        at: float = frame.timestamp
        first = self.state.message is None
        self.state.take(frame)
        if self.state.frame_with(self.point.signal) is not frame:
            return None
        if first and self.state.spec.counter is not None:
            self.state.bad_in_row = 1  # nobody can say yet whether its counter moves
        return self.reading(at)

    @property
    def flawless(self) -> bool:
        """Whether checksum, counter and length of the latest frame are right."""
        return self.state.bad_in_row == 0

    def reading(self, now: float) -> Measurement:
        """The signal at the loop's time `now`."""
        from harness.devices.can.reading import read_signal  # noqa: PLC0415
        from harness.devices.vehicle.reading import to_measurement  # noqa: PLC0415

        spec = self.state.spec.signal(self.point.signal)
        return to_measurement(
            self.point,
            read_signal(self.state, spec, now),
            self.state,
            source=self._source,
            bus=self.bus.name,
            start=self._start,
            now=now,
            stated=self._stated,
        )

    def usable(self, reading: Measurement) -> bool:
        """Whether the latest frame may be believed: a code without a name is one of the device."""
        return self.flawless and reading.quality in (Quality.GOOD, Quality.UNKNOWN_CODE)


class SignalWatch:
    """Tells `take` of every frame that shows one of these points, from now on."""

    def __init__(self, step: StepContext, names: Sequence[str], take: Take) -> None:
        self._vehicle = step.vehicle
        self._take = take
        self._done: Callable[[], bool] | None = None
        self._woken = asyncio.Event()
        self.started = loop_time()
        self.signals = {name: Signal(step, name) for name in dict.fromkeys(names)}
        self._stops = [
            one.bus.bus.subscribe(self._taker(one), {one.state.spec.id})
            for one in self.signals.values()
        ]
        for one in self.signals.values():
            # What is sent on events stands until it is sent again.
            if one.stale_after is None and one.state.frame_with(one.point.signal) is not None:
                take(one, one.reading(self.started), self.started)

    def _taker(self, signal: Signal) -> Callable[[Frame], None]:
        def take(frame: Frame) -> None:
            if frame.is_remote_frame:
                return
            reading = signal.take(frame)
            if reading is not None and frame.timestamp > self.started:
                self._take(signal, reading, frame.timestamp)
            if self._done is not None and self._done():
                self._woken.set()

        return take

    async def until(self, deadline: Deadline, done: Callable[[], bool]) -> None:
        """Wait for a frame that makes it so, or for the deadline; nobody looks in between.

        Raises DeviceLostError as soon as a bus dies, EvidenceError when it is not recorded.
        """
        self._woken.clear()
        self._done = done
        try:
            if not done():
                await self.meanwhile(asyncio.ensure_future(self._woken.wait()), deadline)
        finally:
            self._done = None
        self._vehicle.require_alive()

    async def meanwhile(self, task: "asyncio.Future[Any]", deadline: Deadline) -> None:
        """Wait until this has ended, or for the deadline. It is ended then. Raises as `until`."""
        listening = asyncio.ensure_future(self._vehicle.listen(deadline.at))
        both: set[asyncio.Future[Any]] = {task, listening}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    def stop(self) -> None:
        """Watch no more."""
        while self._stops:
            self._stops.pop()()
