"""CSV tables of what a vehicle's record holds: diagnostic exchanges, sent frames, buses."""

from collections.abc import Iterable, Sequence

from harness.events import BusClosed, BusOpened, DiagnosticExchange, FramesSent
from harness.evidence.csv_table import table
from harness.evidence.read import Entry

_EXCHANGE_COLUMNS = (
    "line",
    "t_s",
    "step",
    "unit",
    "functional",
    "request",
    "responses",
    "outcome",
    "nrc",
    "seconds",
    "error",
)
_BUS_COLUMNS = (
    "line",
    "role",
    "bus",
    "connection",
    "databases",
    "encodings",
    "listen_only",
    "capture",
    "received",
    "sent",
    "refused",
    "error_frames",
    "undecodable",
    "unknown_ids",
    "load_mean",
    "load_peak",
    "lost",
)
_SENT_COLUMNS = ("line", "t_s", "step", "bus", "message", "values", "period_s", "data")


def exchanges_csv(entries: Iterable[Entry]) -> bytes:
    """One row per diagnostic exchange; payloads in hex, several responses with `|` between."""
    rows: list[Sequence[object]] = [
        [
            entry.n,
            entry.t,
            event.step,
            event.unit,
            event.functional,
            _bytes(event.request),
            " | ".join(_bytes(payload) for payload in event.responses),
            event.outcome,
            None if event.nrc is None else f"0x{event.nrc:02X}",
            event.seconds,
            event.error,
        ]
        for entry in entries
        if isinstance(event := entry.event, DiagnosticExchange)
    ]
    return table(_EXCHANGE_COLUMNS, rows)


def sent_csv(entries: Iterable[Entry]) -> bytes:
    """One row per transmission through the databases, begun, ended or of a single frame."""
    rows: list[Sequence[object]] = [
        [
            entry.n,
            entry.t,
            event.step,
            event.bus,
            event.message,
            " ".join(f"{name}={value}" for name, value in event.values.items()),
            event.period,
            _bytes(event.data),
        ]
        for entry in entries
        if isinstance(event := entry.event, FramesSent)
    ]
    return table(_SENT_COLUMNS, rows)


def buses_csv(entries: Iterable[Entry]) -> bytes:
    """One row per CAN bus; the counts are empty where the record was cut off."""
    opened: dict[tuple[str, str], tuple[int, BusOpened]] = {}
    closed: dict[tuple[str, str], BusClosed] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, BusOpened):
            opened[event.role, event.bus] = (entry.n, event)
        elif isinstance(event, BusClosed):
            closed[event.role, event.bus] = event
    rows: list[Sequence[object]] = []
    for place, (line, bus) in opened.items():
        head = [
            line,
            bus.role,
            bus.bus,
            bus.connection,
            " ".join(bus.databases),
            " ".join(bus.encodings),
            bus.listen_only,
            bus.capture,
        ]
        rows.append([*head, *_bus_counts(closed.get(place))])
    return table(_BUS_COLUMNS, rows)


def _bus_counts(bus: BusClosed | None) -> list[object]:
    if bus is None:
        return [None] * 9
    return [
        bus.received,
        bus.sent,
        bus.refused,
        bus.error_frames_known,
        bus.undecodable,
        " ".join(f"{id}={count}" for id, count in bus.unknown_ids.items()),
        bus.load_mean,
        bus.load_peak,
        bus.lost,
    ]


def _bytes(payload: str) -> str:
    """Bytes apart: a spreadsheet would take `3e00` for the number 3."""
    return " ".join(payload[at : at + 2] for at in range(0, len(payload), 2)).upper()
