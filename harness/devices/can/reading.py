"""One signal as it stands now, with everything a judge of it needs."""

import math
from dataclasses import dataclass

from harness.devices.can.message_state import BAD_IN_A_ROW, MessageState
from harness.devices.can.specs import STALE_CYCLES, MessageSpec, SignalSpec
from harness.quantity import Quality
from harness.text import Text


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal's value, or why there is none.

    `value` is the physical value in `unit`, for enumerations the name of the number; None when
    nothing was received. `raw` is the integer on the wire. `at` is the loop's time of the frame.
    """

    name: str
    """`Message.Signal`."""
    quality: Quality
    value: float | str | None = None
    raw: int | None = None
    unit: str | None = None
    at: float | None = None
    resolution: float = 0.0
    """One step of the signal, in `unit`."""
    note: Text | None = None

    @property
    def is_good(self) -> bool:
        return self.quality is Quality.GOOD

    @property
    def number(self) -> float | None:
        """The value as a number, if it is one."""
        return None if self.value is None or isinstance(self.value, str) else self.value


_NEVER = Text("未收到该报文", "no such frame was received")
_NOT_IN_FRAME = Text("报文过短，不含该信号", "the frame is too short for the signal")
_OLD = Text(
    f"报文已超过 {STALE_CYCLES} 个周期未更新", f"the frame is older than {STALE_CYCLES} cycles"
)
_UNTRUSTED = Text(
    f"最近 {BAD_IN_A_ROW} 帧以上计数器或校验和错误",
    f"counter or checksum wrong in the last {BAD_IN_A_ROW} frames or more",
)


def stale_after(message: MessageSpec, signal: SignalSpec) -> float | None:
    """Age in seconds from which a signal is stale; None for messages sent on events.

    A multiplexed signal comes round once in as many cycles as its multiplexer has numbers.
    """
    after = message.stale_after
    while after is not None and signal.multiplexer is not None:
        above = signal.multiplexer
        numbers = {n for s in message.signals if s.multiplexer == above for n in s.mux_ids}
        after *= max(1, len(numbers))
        signal = message.by_name[above]
    return after


def read_signal(state: MessageState, signal: SignalSpec, now: float) -> Reading:
    """The signal at the loop's time `now`.

    Quality by the first that holds: nothing received, too old, not to be trusted (reported as
    stale: the last frame that could be trusted is), no number, not available, out of range,
    number without a name.
    """
    name = f"{state.spec.name}.{signal.name}"
    frame = state.frame_with(signal.name)
    if frame is None:
        return Reading(name, Quality.MISSING, unit=signal.unit, note=_NEVER)
    raw = state.codec.raw_of(signal.name, frame.data)
    at = frame.timestamp
    if raw is None:
        return Reading(name, Quality.MISSING, unit=signal.unit, at=at, note=_NOT_IN_FRAME)
    scaling = state.codec.scaling(signal.name)
    number = scaling.to_physical(raw)
    label = scaling.label(raw)
    value: float | str = number
    if scaling.is_enumeration or raw in scaling.sentinels:
        value = number if label is None else label
    after = stale_after(state.spec, signal)
    quality, note = Quality.GOOD, None
    if after is not None and now - at > after:
        quality, note = Quality.STALE, _OLD
    elif not state.is_trusted:
        quality, note = Quality.STALE, _UNTRUSTED
    elif not math.isfinite(number):
        quality = Quality.NOT_A_NUMBER
    elif raw in scaling.sentinels:
        quality = Quality.SENTINEL
    elif not scaling.in_range(raw):
        quality = Quality.OUT_OF_RANGE
    elif scaling.is_enumeration and label is None:
        quality = Quality.UNKNOWN_CODE
    return Reading(name, quality, value, raw, signal.unit, at, abs(signal.scale), note)
