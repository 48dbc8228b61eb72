"""A recorded bus and its description: what was said, how often, and what could not be understood.

Frames are sorted by message once; every signal is then one column (`columns.py`). Nothing is lost:
what no description knows is counted by its identifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.devices.can.columns import Column, MessageColumns
from harness.devices.can.database import Database
from harness.devices.can.logs_frames import ERROR, EXTENDED, REMOTE, Frames, Index
from harness.devices.can.specs import Identifier, MessageSpec, SignalSpec, format_id
from harness.errors import UsageError

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Period:
    """Time between a frame of a message and the next, in seconds."""

    mean: float
    shortest: float
    longest: float


@dataclass(frozen=True, slots=True)
class DecodedMessage:
    """All frames of one message, and the columns of the signals that were asked for."""

    spec: MessageSpec
    rows: Index
    """Which frames of the recording they are; ascending."""
    columns: tuple[Column, ...]
    period: Period | None
    """None with fewer than two frames."""
    short: int
    """Frames with fewer bytes than described; signals beyond the end are missing."""
    long: int
    """Frames with more bytes than described; what is beyond is ignored."""
    unknown_mux: int
    """Frames with a multiplexer number for which nothing is described."""
    out_of_range: int
    """Frames with a number outside the described limits; only signals asked for are looked at."""

    @property
    def undecodable(self) -> int:
        """Frames in which something that ought to be there could not be decoded."""
        return self.short + self.unknown_mux


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a recording says, message by message in the order of the description."""

    frames: Frames
    messages: tuple[DecodedMessage, ...]
    """Those that occur and of which signals were asked for."""
    unknown: dict[Identifier, int]
    """Identifiers that no description knows -> frames; the commonest first."""
    absent: tuple[str, ...]
    """Messages of which signals were asked for and that do not occur."""
    remote: int
    errors: int

    @property
    def values(self) -> int:
        """How many values of signals there are."""
        return sum(len(column) for message in self.messages for column in message.columns)


def decode(frames: Frames, database: Database, names: Sequence[str] = ()) -> Decoded:
    """Decode the signals called `names` (`Message.Signal`, `Signal`, or `Message` for all of its
    own), or every one.

    Raises UnknownNameError, or UsageError when no frame carries any of them.
    """
    wanted = _wanted(database, names)
    keys = np.array([_key(spec) for spec in database.messages], np.uint32)
    order = np.argsort(keys)
    found = np.minimum(np.searchsorted(keys[order], frames.key), max(0, len(keys) - 1))
    known = (keys[order][found] == frames.key) & frames.is_data
    number = np.where(known, order[found], len(keys)).astype(np.uint16)
    by_message = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number, minlength=len(keys) + 1))
    messages = []
    for at, spec in enumerate(database.messages):
        rows = by_message[ends[at - 1] if at else 0 : ends[at]]
        if len(rows) and spec.name in wanted:
            messages.append(_message(frames, spec, rows, wanted[spec.name]))
    decoded = Decoded(
        frames,
        tuple(messages),
        _unknown(frames, by_message[ends[-2] :]),
        tuple(sorted(wanted.keys() - {message.spec.name for message in messages})),
        int(np.count_nonzero((frames.flags & REMOTE) != 0)),
        int(np.count_nonzero((frames.flags & ERROR) != 0)),
    )
    if not decoded.messages:
        seen = {spec.name for at, spec in enumerate(database.messages) if (number == at).any()}
        raise _nothing_found(decoded, database, sorted(seen), list(wanted) if names else [])
    return decoded


def _wanted(database: Database, names: Sequence[str]) -> dict[str, list[SignalSpec]]:
    """Message -> its signals that are asked for."""
    if not names:
        return {spec.name: list(spec.signals) for spec in database.messages}
    chosen: dict[str, dict[str, SignalSpec]] = {}
    for name in names:
        whole = database.by_name.get(name)
        if whole is not None:
            chosen.setdefault(name, {}).update(whole.by_name)
        else:
            message, signal = database.signal(name)
            chosen.setdefault(message.name, {})[signal.name] = signal
    return {
        message: [spec for spec in database.message(message).signals if spec.name in signals]
        for message, signals in chosen.items()
    }


def _message(
    frames: Frames, spec: MessageSpec, rows: Index, signals: Sequence[SignalSpec]
) -> DecodedMessage:
    table = MessageColumns(spec, frames.length[rows], frames.data[rows])
    columns = tuple(table.column(signal.name) for signal in signals)
    outside = np.zeros(len(rows), np.bool_)
    for column in columns:
        outside[column.rows[column.outside]] = True
    gaps = np.diff(frames.time[rows]) / 1e9
    return DecodedMessage(
        spec,
        rows,
        columns,
        Period(float(gaps.mean()), float(gaps.min()), float(gaps.max())) if len(gaps) else None,
        short=int(np.count_nonzero(table.short)),
        long=int(np.count_nonzero(table.long)),
        unknown_mux=int(np.count_nonzero(table.unknown_mux())),
        out_of_range=int(np.count_nonzero(outside)),
    )


def _key(spec: MessageSpec) -> int:
    return spec.frame_id | (EXTENDED if spec.extended else 0)


def _unknown(frames: Frames, rows: Index) -> dict[Identifier, int]:
    keys, counts = np.unique(frames.key[rows[frames.is_data[rows]]], return_counts=True)
    commonest = np.argsort(-counts, kind="stable")
    return {
        (int(keys[at]) & 0x1FFF_FFFF, bool(keys[at] & EXTENDED)): int(counts[at])
        for at in commonest
    }


def _nothing_found(
    decoded: Decoded, database: Database, seen: list[str], wanted: list[str]
) -> UsageError:
    compared = ", ".join(f"{file.path} ({file.encoding})" for file in database.files)
    if seen:
        what = f"no frame of {', '.join(sorted(wanted))}; messages in the recording: "
        return UsageError(f"{what}{', '.join(seen)}")
    total = len(decoded.frames)
    if not decoded.unknown:
        kinds = f"{decoded.remote} remote and {decoded.errors} error frames"
        return UsageError(f"the recording holds no data frame ({total} frames: {kinds})")
    ids = [f"{format_id(*one)} ({count})" for one, count in decoded.unknown.items()]
    more = f" … ({len(ids)} in all)" if len(ids) > _SHOWN else ""
    return UsageError(
        f"no frame matches; compared with {compared}; ids in the recording (frames): "
        f"{', '.join(ids[:_SHOWN])}{more}"
    )
