"""Which control units send, and which do not."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from harness.devices.can.message_state import MessageState
from harness.devices.can.specs import MessageSpec


class Silence(StrEnum):
    """What is known of a node's sending."""

    ALIVE = "alive"
    """All its cyclic messages come."""
    PARTLY = "partly"
    """Some cyclic messages come, others are missing."""
    SILENT = "silent"
    """All its cyclic messages are missing."""
    UNKNOWN = "unknown"
    """Not watched for long enough, or the node sends nothing in cycles."""


def silence_of(
    messages: Iterable[MessageSpec],
    states: Mapping[str, MessageState],
    is_missing: Callable[[MessageSpec], bool],
    observed: float,
) -> Silence:
    """What the messages that a node sends tell of it, after `observed` seconds of watching."""
    seen, missing, open_ = 0, 0, 0
    for message in messages:
        if message.stale_after is None:
            continue
        if is_missing(message):
            missing += 1
        elif states[message.name].count:
            seen += 1
        elif observed <= message.stale_after:
            open_ += 1
    if seen:
        return Silence.PARTLY if missing else Silence.ALIVE
    if open_ or not missing:
        return Silence.UNKNOWN
    return Silence.SILENT


def observation_time(messages: Iterable[MessageSpec]) -> float:
    """Seconds after which silence of any sender is certain; 0 without cyclic messages."""
    return max((m.stale_after for m in messages if m.stale_after is not None), default=0.0)
