"""Frames that python-can has read, on their way to columns."""

import can

from harness.devices.can.logs_frames import (
    BRS,
    ERROR,
    ESI,
    EXTENDED,
    FD,
    REMOTE,
    TX,
    FrameList,
)

_LATEST = 1e10
"""Seconds since 1970; the year 2286."""


def what_is_wrong(message: can.Message) -> str | None:
    """What cannot be, and python-can lets pass; None if all is well."""
    size = message.dlc if message.is_fd else min(message.dlc, 8)
    payload = not (message.is_remote_frame or message.is_error_frame)
    most = 0x1FFF_FFFF if message.is_extended_id else 0x7FF
    wrong = None
    if not 0 <= message.arbitration_id <= most:
        wrong = f"the identifier {message.arbitration_id:X} is larger than {most:X}"
    elif not 0 <= message.timestamp < _LATEST:
        wrong = f"the time {message.timestamp} s cannot be"
    elif not 0 <= _number(message) < 0xFFFF:
        wrong = f"the channel {message.channel} cannot be"
    elif not 0 <= message.dlc <= 64 or len(message.data) > 64:
        wrong = f"a payload of {max(message.dlc, len(message.data))} bytes cannot be"
    elif payload and len(message.data) < size:
        wrong = f"{size} data bytes are announced and {len(message.data)} stand here"
    return wrong


def add_message(frames: FrameList, message: can.Message, first_channel: int) -> None:
    """One more frame; `first_channel` is the number of what python-can calls channel 0."""
    flags = FD | (BRS if message.bitrate_switch else 0) if message.is_fd else 0
    flags |= ESI if message.is_fd and message.error_state_indicator else 0
    flags |= 0 if message.is_rx else TX
    key = message.arbitration_id | (EXTENDED if message.is_extended_id else 0)
    data = bytes(message.data)
    length = len(data)
    if message.is_error_frame:
        key, flags, data, length = 0, flags | ERROR, b"", 0
    elif message.is_remote_frame:
        flags, data, length = flags | REMOTE, b"", message.dlc
    frames.add(
        time=round(message.timestamp * 1e6) * 1000,
        channel=_number(message) + first_channel,
        key=key,
        flags=flags,
        length=length,
        data=data,
    )


def _number(message: can.Message) -> int:
    return message.channel if isinstance(message.channel, int) else 0
