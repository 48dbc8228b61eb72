"""The vehicle's side of a record: its buses, what was sent on them, what its units were asked.

Nothing is decided here that a verdict rests on. Whether a read-only run kept its word is read off
what the record says in three places: the counters of the buses, the frames sent, the requests.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from harness.engine import wording
from harness.events import AnyEvent, BusClosed, BusOpened, DiagnosticExchange, FramesSent
from harness.report.words import text_of
from harness.text import Text

_CHANGING = frozenset({0x04, 0x11, 0x14, 0x28, 0x2E, 0x2F, 0x31, 0x34, 0x35, 0x36, 0x37, 0x85})
"""Diagnostic services that change something in a control unit: clear, reset, write, drive …"""
_ROUTINE, _START_OR_STOP = 0x31, (0x01, 0x02)
"""Of a routine, asking for its results changes nothing."""
_SUB_FUNCTION = 0x7F
"""Without the bit that asks for no answer."""
_NEVER_SENT = ("stray", "link_lost", "cancelled")
"""Outcomes of exchanges of which nobody knows that a request went out."""


@dataclass
class Bus:
    """One CAN bus; a record that was cut off lacks one of the two."""

    role: str
    name: str
    opened: BusOpened | None = None
    closed: BusClosed | None = None

    @property
    def databases(self) -> list[tuple[str, str]]:
        """File and the text encoding that it was found to have."""
        if self.opened is None:
            return []
        found = self.opened.encodings
        return [
            (file, found[index] if index < len(found) else "")
            for index, file in enumerate(self.opened.databases)
        ]


class Promise(StrEnum):
    """What became of a run that was declared read-only."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class ReadOnly(NamedTuple):
    """Whether a read-only run was one, and what the record shows about it."""

    promise: Promise
    text: Text


@dataclass
class UnitCount:
    """How often one control unit was asked, and what came of it."""

    unit: str
    requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[int] = field(default_factory=Counter)
    longest: float = 0.0


@dataclass
class VehicleSide:
    """Buses, exchanges and sent frames of a whole record, in its order."""

    buses: dict[tuple[str, str], Bus] = field(default_factory=dict)
    exchanges: list[DiagnosticExchange] = field(default_factory=list)
    sent: list[FramesSent] = field(default_factory=list)

    def take(self, event: AnyEvent) -> None:
        """Take in an event; all others are ignored."""
        match event:
            case BusOpened():
                self._bus(event.role, event.bus).opened = event
            case BusClosed():
                self._bus(event.role, event.bus).closed = event
            case DiagnosticExchange():
                self.exchanges.append(event)
            case FramesSent():
                self.sent.append(event)
            case _:
                pass

    def _bus(self, role: str, name: str) -> Bus:
        return self.buses.setdefault((role, name), Bus(role, name))

    def __bool__(self) -> bool:
        return bool(self.buses or self.exchanges or self.sent)

    @property
    def requests(self) -> int:
        """Requests that were made, those without an answer included."""
        return sum(bool(one.request) for one in self.exchanges)

    @property
    def frames_sent(self) -> int | None:
        """Frames that left on all buses; None when a bus has no closing count."""
        counts = [bus.closed.sent for bus in self.buses.values() if bus.closed is not None]
        return sum(counts) if len(counts) == len(self.buses) else None

    def units(self) -> list[UnitCount]:
        """The control units that were asked, in the order of their first exchange."""
        found: dict[str, UnitCount] = {}
        for one in self.exchanges:
            unit = found.setdefault(one.unit, UnitCount(one.unit))
            unit.requests += bool(one.request)
            unit.outcomes[one.outcome] += 1
            unit.longest = max(unit.longest, one.seconds)
            if one.nrc is not None:
                unit.refusals[one.nrc] += 1
        return list(found.values())

    def read_only(self) -> ReadOnly:
        """What the record of a read-only run shows about its promise."""
        if contradictions := list(self._contradictions()):
            zh = "；".join(one.zh for one in contradictions)
            en = "; ".join(one.en for one in contradictions)
            return ReadOnly(
                Promise.BROKEN,
                Text(f"与只读声明矛盾：{zh}。", f"This contradicts the declaration: {en}."),
            )
        open_ended = [bus.name for bus in self.buses.values() if bus.closed is None]
        if open_ended:
            names = _names(open_ended)
            return ReadOnly(
                Promise.UNKNOWN,
                Text(
                    f"{names.zh} 没有关闭时的计数，不能证明未发送报文。",
                    f"{names.en}: no count at the end, so nothing shows that no frame was sent.",
                ),
            )
        if not self.buses:
            return ReadOnly(Promise.KEPT, Text("没有打开任何 CAN 总线。", "No CAN bus was opened."))
        return ReadOnly(Promise.KEPT, self._kept())

    def _contradictions(self) -> Iterable[Text]:
        for bus in self.buses.values():
            if bus.closed is not None and bus.closed.sent:
                name, count = _names([bus.name]), bus.closed.sent
                yield Text(
                    f"{name.zh}发送了 {count} 帧", f"{name.en}: {_counted(count, 'frame')} sent"
                )
        if self.sent:
            count = len(self.sent)
            yield Text(f"记录了 {count} 次报文发送", f"{_counted(count, 'transmission')} on record")
        asked = sum(bool(one.request) and one.outcome not in _NEVER_SENT for one in self.exchanges)
        if asked:
            yield Text(
                f"记录了 {asked} 次诊断请求", f"{_counted(asked, 'diagnostic request')} on record"
            )

    def _kept(self) -> Text:
        count = len(self.buses)
        zh = [f"没有发送任何报文：{count} 条总线的发送计数（sent）均为 0。"]
        en = [f"Not one frame was sent: sent = 0 on all {count} buses."]
        if count == 1:
            zh = ["没有发送任何报文：总线的发送计数（sent）为 0。"]
            en = ["Not one frame was sent: sent = 0 on the bus."]
        refused = sum(bus.closed.refused for bus in self.buses.values() if bus.closed is not None)
        if refused:
            zh.append(f"拦截了 {refused} 次发送。")
            en.append(f"{_counted(refused, 'attempt')} to send {_were(refused)} refused.")
        acknowledging = [
            bus.name
            for bus in self.buses.values()
            if bus.opened is not None and not bus.opened.listen_only
        ]
        if not acknowledging:
            zh.append("适配器处于只听模式，不发送应答位（ACK）。")
            en.append("The adapters only listened and did not even acknowledge.")
        else:
            names = _names(acknowledging)
            zh.append(f"以下适配器未处于只听模式，会对收到的报文应答（ACK）：{names.zh}。")
            en.append(f"Adapters that were not in listen-only mode acknowledge frames: {names.en}.")
        return Text("".join(zh), " ".join(en))


def changes_something(exchange: DiagnosticExchange) -> bool:
    """Whether a request asks a control unit to change something."""
    service = service_of(exchange)
    if service == _ROUTINE:
        sub_function = bytes.fromhex(exchange.request)[1:2]
        return any(one & _SUB_FUNCTION in _START_OR_STOP for one in sub_function)
    return service in _CHANGING


def service_of(exchange: DiagnosticExchange) -> int | None:
    """The service that a request asks for; None for strays and for what is no hex."""
    try:
        return bytes.fromhex(exchange.request)[0]
    except (ValueError, IndexError):
        return None


def _counted(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _names(buses: Iterable[str]) -> Text:
    names = list(buses)
    return Text(
        "、".join(wording.bus(name, "zh") for name in names),
        ", ".join(wording.bus(name, "en") for name in names),
    )


def bus_name(name: str) -> Text:
    """The name of a bus in both languages."""
    return text_of(lambda language: wording.bus(name, language))
