"""Recordings for the tests of offline decoding: made-up frames, and frames as plain tuples."""

from collections.abc import Iterable
from typing import NamedTuple

import can
from hypothesis import strategies as st

from harness.devices.can.logs_frames import (
    BRS,
    ERROR,
    ESI,
    EXTENDED,
    FD,
    FD_LENGTHS,
    REMOTE,
    TX,
    Frames,
)

START = 1_767_574_800.0
"""2026-01-05 01:00:00 UTC."""


class Row(NamedTuple):
    """One frame, to be compared."""

    microseconds: int
    channel: int
    id: int
    extended: bool
    kind: str
    """data, remote or error."""
    fd: tuple[bool, bool, bool]
    """CAN FD, bit rate switched, error state."""
    sent: bool
    length: int
    data: bytes


def rows_of(frames: Frames) -> list[Row]:
    """Columns as rows."""
    rows = []
    for at in range(len(frames)):
        flags, key = int(frames.flags[at]), int(frames.key[at])
        length = int(frames.length[at])
        kind = "error" if flags & ERROR else "remote" if flags & REMOTE else "data"
        payload = frames.data[at].tobytes()
        assert not any(payload[length:])
        rows.append(
            Row(
                (int(frames.time[at]) + 500) // 1000,
                int(frames.channel[at]),
                key & ~EXTENDED,
                bool(key & EXTENDED),
                kind,
                (bool(flags & FD), bool(flags & BRS), bool(flags & ESI)),
                bool(flags & TX),
                length,
                payload[:length] if kind == "data" else b"",
            )
        )
    return rows


def rows_from(messages: Iterable[can.Message], first_channel: int = 1) -> list[Row]:
    """What python-can read or will write; `first_channel` is what the file calls its channel 0."""
    rows = []
    for message in messages:
        channel = message.channel if isinstance(message.channel, int) else 0
        fd = message.is_fd
        kind = (
            "error" if message.is_error_frame else "remote" if message.is_remote_frame else "data"
        )
        data = bytes(message.data) if kind == "data" else b""
        rows.append(
            Row(
                round(message.timestamp * 1e6),
                channel + first_channel,
                0 if kind == "error" else message.arbitration_id,
                kind != "error" and message.is_extended_id,
                kind,
                (fd, fd and message.bitrate_switch, fd and message.error_state_indicator),
                kind != "error" and not message.is_rx,
                {"data": len(data), "remote": message.dlc, "error": 0}[kind],
                data,
            )
        )
    return rows


def message(at: int, **facts: object) -> can.Message:
    """A frame `at` microseconds after START, on channel 0 unless told otherwise."""
    fields: dict[str, object] = {"channel": 0, "is_extended_id": False, **facts}
    return can.Message(timestamp=START + at / 1e6, **fields)  # type: ignore[arg-type]


_ids = st.one_of(
    st.tuples(st.integers(0, 0x7FF), st.just(False)),
    st.tuples(st.integers(0, 0x1FFF_FFFF), st.just(True)),
)
_payloads = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([b"LOBJ", b"LOBJ\x01\x02\x03\x04", b"xLOBJ", b"xxxxLOBJ"]),
)
_fd_payloads = st.sampled_from(FD_LENGTHS.tolist()).flatmap(
    lambda size: st.binary(min_size=size, max_size=size)
)


@st.composite
def frames(
    draw: st.DrawFn, *, kinds: tuple[str, ...] = ("data", "remote", "error", "fd")
) -> object:
    """One frame of some kind, without its time."""
    kind = draw(st.sampled_from(kinds))
    number, extended = draw(_ids)
    facts: dict[str, object] = {
        "arbitration_id": number,
        "is_extended_id": extended,
        "channel": draw(st.integers(0, 3)),
        "is_rx": draw(st.booleans()),
    }
    if kind == "error":
        return {"is_error_frame": True, "channel": facts["channel"]}
    if kind == "remote":
        return {**facts, "is_remote_frame": True, "dlc": draw(st.integers(0, 8))}
    if kind == "fd":
        switched = draw(st.booleans())
        state = draw(st.booleans())
        more = {"is_fd": True, "bitrate_switch": switched, "error_state_indicator": state}
        return {**facts, **more, "data": draw(_fd_payloads)}
    return {**facts, "data": draw(_payloads)}


@st.composite
def recordings(
    draw: st.DrawFn, *, kinds: tuple[str, ...] = ("data", "remote", "error", "fd")
) -> list[can.Message]:
    """Some frames in the order of time."""
    made = draw(st.lists(frames(kinds=kinds), max_size=40))
    gaps = draw(st.lists(st.integers(0, 2_000_000), min_size=len(made), max_size=len(made)))
    messages, at = [], 0
    for facts, gap in zip(made, gaps, strict=True):
        at += gap
        messages.append(message(at, **facts))  # type: ignore[arg-type]
    return messages
