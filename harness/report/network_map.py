"""The buses of a vehicle with the control units on them: which of them sent, which did not.

What is drawn is what the recordings hold, and what a step found to be silent. A unit that did not
send has a heavy dashed frame and a cross, one of which some messages are missing a dashed frame.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from markupsafe import Markup

from harness.devices.can.logs_frames import TX
from harness.report.courses import BusFrames, Courses, key_of
from harness.report.plot_frame import WIDTH, fitting, line, plain, rect, said
from harness.text import Text

_PER_LINE = 12
"""Units on one drawn line: six above it and six below."""
_NAME = 92.0
_BOX_HEIGHT, _STUB = 38.0, 10.0
_LINE = 2 * (_BOX_HEIGHT + _STUB) + 18


class Presence(StrEnum):
    """What the recording shows of a unit."""

    SENT = "sent"
    PARTLY = "partly"
    """Some of its cyclic messages never came."""
    SILENT = "silent"
    UNKNOWN = "unknown"
    """Nothing cyclic is described of it, or the recording is too short to tell."""


@dataclass(frozen=True)
class Node:
    """One control unit on one bus."""

    name: str
    presence: Presence
    frames: int
    missing: Sequence[str] = ()
    """Cyclic messages that never came."""
    found_silent: bool = False
    """A step found that it did not send, whatever came later."""


@dataclass(frozen=True)
class BusNodes:
    """One bus; `why` says why nothing is known of its units."""

    bus: str
    title: Text
    nodes: Sequence[Node] = ()
    why: Text | None = None


@dataclass(frozen=True)
class NetworkMap:
    """The whole vehicle."""

    buses: Sequence[BusNodes]
    unit_titles: Mapping[str, Text] = field(default_factory=dict)
    """What a unit is, beside how it is called."""

    @property
    def silent(self) -> list[tuple[BusNodes, Node]]:
        return [
            (bus, node)
            for bus in self.buses
            for node in bus.nodes
            if node.presence is Presence.SILENT or node.found_silent
        ]

    @property
    def partly(self) -> list[tuple[BusNodes, Node]]:
        return [
            (bus, node)
            for bus in self.buses
            for node in bus.nodes
            if node.presence is Presence.PARTLY
        ]


def nodes_of(courses: Courses, bus: str, found_silent: frozenset[str]) -> list[Node] | Text:
    """What the recording of a bus shows of the units of its databases, or why it shows nothing.

    `found_silent` holds `bus:NODE`. What the harness itself sent does not count.
    """
    recording = courses.recording(bus)
    if isinstance(recording, Text):
        return recording
    counts = _counts(recording)
    seconds = float(recording.time[-1] - recording.time[0]) if len(recording.time) else 0.0
    found: list[Node] = []
    for database in courses.databases.get(bus, ()):
        for name in database.nodes:
            cyclic = [one for one in database.sent_by(name) if one.stale_after is not None]
            if not cyclic:
                continue
            due = [one for one in cyclic if (one.stale_after or 0.0) < seconds]
            missing = [one.name for one in due if not counts.get(key_of(one))]
            frames = sum(counts.get(key_of(one), 0) for one in database.sent_by(name))
            presence = Presence.SENT
            if missing:
                presence = Presence.PARTLY if frames else Presence.SILENT
            elif not frames:
                presence = Presence.UNKNOWN
            found.append(Node(name, presence, frames, missing, f"{bus}:{name}" in found_silent))
    return found


def _counts(recording: BusFrames) -> dict[int, int]:
    frames = recording.frames
    received = frames.is_data & ((frames.flags & TX) == 0)
    keys, counts = np.unique(frames.key[received], return_counts=True)
    return dict(zip(keys.tolist(), counts.tolist(), strict=True))


def draw(network: NetworkMap) -> Markup:
    """The picture."""
    parts: list[str] = []
    y = 6.0
    for bus in network.buses:
        if bus.why is not None or not bus.nodes:
            continue
        for first in range(0, len(bus.nodes), _PER_LINE):
            parts += _line_of(bus, bus.nodes[first : first + _PER_LINE], y, network)
            y += _LINE
    return Markup(  # numbers, our own constants and escaped text only
        f'<svg class="plot network" viewBox="0 0 {WIDTH} {y:g}" width="{WIDTH}" height="{y:g}" '
        f'role="img" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _line_of(bus: BusNodes, nodes: Sequence[Node], top: float, network: NetworkMap) -> list[str]:
    middle = top + _BOX_HEIGHT + _STUB
    above = nodes[: (len(nodes) + 1) // 2]
    parts = [line("bus", _NAME, middle, WIDTH - 8, middle)]
    parts.append(said("bus-name begin", 4, middle - 2, bus.title))
    parts.append(plain("bus-id begin", 4, middle + 12, bus.bus))
    each = (WIDTH - 8 - _NAME) / max(len(above), 4)
    for side, row in ((-1, above), (1, nodes[len(above) :])):
        for place, node in enumerate(row):
            x = _NAME + 8 + place * each
            y = middle - _STUB - _BOX_HEIGHT if side < 0 else middle + _STUB
            parts += _box(node, x, y, each - 12, network)
            stub = middle - _STUB if side < 0 else middle + _STUB
            parts.append(line("bus-stub", round(x + 18, 1), stub, round(x + 18, 1), middle))
    return parts


def _box(node: Node, x: float, y: float, width: float, network: NetworkMap) -> list[str]:
    silent = node.presence is Presence.SILENT or node.found_silent
    css = "silent" if silent else node.presence.value
    sign = "✕ " if silent else ""
    title = network.unit_titles.get(node.name)
    parts = [rect(f"node {css}", x, y, width, _BOX_HEIGHT)]
    name = fitting("node-name", x + width / 2, y + 15, width - 4, lambda _: sign + node.name)
    parts.append(name)
    below = title
    if node.presence is Presence.SILENT:
        below = Text("未发送", "did not send")
    elif node.found_silent:
        below = Text("曾不在线", "was silent")
    elif node.presence is Presence.PARTLY:
        below = Text(f"缺 {len(node.missing)} 种报文", f"{len(node.missing)} missing")
    if below is not None:
        both = below
        parts.append(
            fitting(
                "node-title", x + width / 2, y + 30, 1.16 * width - 4,
                lambda language: both.zh if language == "zh" else both.en,
            )
        )  # fmt: skip
    return parts
