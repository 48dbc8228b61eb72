"""What the report's template asks for about a vehicle: buses, frames, diagnostic exchanges."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from harness.bench.roles import kind_of
from harness.engine import names, wording
from harness.events import DiagnosticExchange, FramesSent, Measured
from harness.quantity import Measurement, Quality
from harness.report import words
from harness.report.markup import both, said, spaced
from harness.report.vehicle import Bus, ReadOnly, UnitCount, VehicleSide, service_of
from harness.report.view import At, Attempt, RunView
from harness.text import Language, Text

MAX_EXCHANGES = 400
"""Exchanges shown per attempt; those that went wrong are always shown."""
_BESIDE = 4
"""Buses side by side; more go into a further table."""
_MOST_IDS = 12
_LINES = 6
_MOST_BYTES = 256
"""Bytes of one response that are shown."""
_FRAME = re.compile(r"(\S+) ([0-9A-F]+x?)#([0-9A-F]*)")
_QUIET = ("ok", "silent")
_PILE_ROLES = {"pile", "meter", "injector", "load", "source"}


class Odd(NamedTuple):
    """A request that did not go as asked, and the control units with which it did not."""

    exchange: DiagnosticExchange
    units: list[str]


class VehiclePage:
    """The vehicle's part of the page."""

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._titles = _code_titles(view)

    @property
    def side(self) -> VehicleSide:
        return self._view.vehicle

    @property
    def is_there(self) -> bool:
        """Whether the run had to do with a vehicle on a bus."""
        return bool(self.side)

    @property
    def is_alone(self) -> bool:
        """Whether it had to do with nothing else."""
        roles = {device.role for device in self._view.devices}
        return self.is_there and not {kind_of(role) for role in roles} & _PILE_ROLES

    @property
    def kind_of_report(self) -> Text:
        if self.is_alone:
            return Text("车辆检测报告", "Vehicle test report")
        if self.is_there:
            return Text("充电桩与车辆检测报告", "Charging pile and vehicle test report")
        kinds = {step.kind for step in self._view.steps}
        if not self._view.devices and kinds == {"A"}:
            return Text("考评员评分记录", "Record of an assessor's marks")
        return Text("交流充电桩检测报告", "AC charging pile test report")

    @property
    def profile_heading(self) -> Text:
        """A table of points is a pile's; a vehicle has databases and a file that names signals."""
        if self.is_alone:
            return Text("车型文件", "Profile")
        return Text("点表、车型文件", "Profile") if self.is_there else Text("点表", "Profile")

    # ------------------------------------------------------------ buses

    @property
    def read_only(self) -> ReadOnly | None:
        """What became of the promise not to send; None where none was made."""
        started = self._view.started
        return self.side.read_only() if started is not None and started.read_only else None

    @property
    def tables_of_buses(self) -> list[list[Bus]]:
        """The buses, as many as fit beside each other."""
        buses = list(self.side.buses.values())
        return [buses[at : at + _BESIDE] for at in range(0, len(buses), _BESIDE)]

    def bus(self, name: str) -> Markup:
        return said(lambda language: wording.bus(name, language))

    def share(self, share: float | None) -> str:
        return "–" if share is None else f"{100 * share:.1f} %"

    def unknown(self, bus: Bus) -> tuple[list[tuple[str, int]], int]:
        """Identifiers that no database knows, with their counts, and how many are left out."""
        ids = sorted(bus.closed.unknown_ids.items()) if bus.closed is not None else []
        return ids[:_MOST_IDS], max(0, len(ids) - _MOST_IDS)

    def frame(self, frame: str) -> Markup:
        """`Powertrain bus 180 01 02 …` of a frame as the record has it."""
        match = _FRAME.fullmatch(frame)
        if match is None:
            return Markup('<span class="bytes">{}</span>').format(frame)
        bus, identifier, data = match.groups()
        form = '<span class="frame">{} · <code>{}</code> · <span class="bytes">{}</span></span>'
        return Markup(form).format(self.bus(bus), identifier, self.hex(data))

    def hex(self, payload: str) -> str:
        """`22 F1 90`, as control units' documents write it."""
        return spaced(payload.upper())

    def payload(self, payload: str) -> Markup:
        """The same of a response, cut where it is very long."""
        if len(payload) <= 2 * _MOST_BYTES:
            return Markup("{}").format(self.hex(payload))
        count = len(payload) // 2
        rest = both(
            f"… 共 {count} 字节，全文见 journal.jsonl", f"… {count} bytes, see journal.jsonl"
        )
        return Markup("{} {}").format(self.hex(payload[: 2 * _MOST_BYTES]), rest)

    def period(self, sent: FramesSent) -> Markup:
        if sent.period is None:
            return both("单帧", "one frame")
        if sent.period == 0:
            return both("停止周期发送", "cyclic transmission ended")
        shown = f"{1000 * sent.period:g} ms"
        return both(f"周期 {shown}", f"every {shown}")

    def values(self, sent: FramesSent) -> Markup:
        def say(language: Language) -> str:
            return ", ".join(
                f"{name} = {wording.value(value, None, language, name)}"
                for name, value in sent.values.items()
            )

        return said(say)

    # ------------------------------------------------------------ diagnostics

    def exchanges(
        self, every: Sequence[At[DiagnosticExchange]]
    ) -> tuple[Sequence[At[DiagnosticExchange]], int]:
        """The exchanges to show, and how many were left out."""
        if len(every) <= MAX_EXCHANGES:
            return every, 0
        wanted = {at.line for at in every if at.event.outcome not in _QUIET}
        room = max(0, MAX_EXCHANGES - len(wanted))
        wanted |= {at.line for at in every[:room]}
        shown = [at for at in every if at.line in wanted][: 10 * MAX_EXCHANGES]
        return shown, len(every) - len(shown)

    def odd_exchanges(self, attempt: Attempt) -> tuple[list[Odd], int]:
        """Exchanges that did not go as asked, to be shown at once, and how many more there are."""
        found: dict[tuple[str, str, int | None], Odd] = {}
        for at in attempt.exchanges:
            x = at.event
            if x.outcome not in _QUIET:
                odd = found.setdefault((x.request, x.outcome, x.nrc), Odd(x, []))
                odd.units.append(x.unit)
        odd_ones = list(found.values())
        return odd_ones[:_LINES], sum(len(odd.units) for odd in odd_ones[_LINES:])

    def tally(self, every: Sequence[At[DiagnosticExchange]]) -> Markup:
        """`12 requests: 10 ok, 2 no reply`."""
        requests = sum(bool(at.event.request) for at in every)
        counts = Counter(at.event.outcome for at in every)
        parts = [
            (words.OUTCOMES.get(name, Text(name, name)), count) for name, count in counts.items()
        ]
        zh = "，".join(f"{name.zh} {count}" for name, count in parts)
        en = ", ".join(f"{count} {name.en}" for name, count in parts)
        return both(f"诊断请求 {requests} 次：{zh}", f"Diagnostic requests {requests}: {en}")

    def service(self, exchange: DiagnosticExchange) -> Markup:
        """The name of what was asked for."""
        service = service_of(exchange)
        if service is None:
            return Markup("")
        from harness.devices.diag.services import service_name  # noqa: PLC0415 - vehicles only

        return both(service_name(service))

    def refusal(self, code: int) -> Markup:
        """`NRC 22 conditions not correct`."""
        from harness.devices.diag.nrc import nrc_name  # noqa: PLC0415 - vehicles only

        name = nrc_name(code)
        return both(f"NRC {code:02X} {name.zh}", f"NRC {code:02X} {name.en}")

    def units(self) -> list[UnitCount]:
        return self.side.units()

    def others(self, unit: UnitCount) -> int:
        """Exchanges of a unit that have no column of their own."""
        named = (*_QUIET, "negative", "no_reply")
        return sum(count for name, count in unit.outcomes.items() if name not in named)

    # ------------------------------------------------------------ readings

    def entries(self, reading: Measurement) -> list[tuple[Markup, Markup]]:
        """Trouble codes with their titles, one by one; empty for any other reading."""
        found = reading.value
        if reading.quality is not Quality.GOOD or not isinstance(found, list):
            return []
        if not any(entry in self._titles for entry in found):
            return []
        return [self._entry(entry, reading.name) for entry in found]

    def _entry(self, entry: str, of: str) -> tuple[Markup, Markup]:
        name = said(lambda language: names.finding(entry, of, language))
        title = self._titles.get(entry)
        return name, Markup("") if title is None else both(title)

    def status(self, reading: Measurement) -> Markup | None:
        """`2F: failing now, confirmed` of a trouble code; None for any other reading."""
        byte = reading.value
        if not names.is_trouble_code(reading.name) or not isinstance(byte, int):
            return None
        if isinstance(byte, bool) or not 0 <= byte <= 0xFF:
            return None
        from harness.devices.diag.dtc import DtcStatus  # noqa: PLC0415 - vehicles only

        bits = DtcStatus(byte).texts()
        zh = "、".join(bit.zh for bit in bits) or "无"
        en = ", ".join(bit.en for bit in bits) or "none"
        return both(f"{byte:02X}：{zh}", f"{byte:02X}: {en}")

    def remark(self, reading: Measurement) -> Markup:
        """What was noted beside a reading of the vehicle: the title of a trouble code, a reason."""
        if reading.note and reading.source.startswith("vehicle"):
            return both(wording.note(reading))
        return Markup("")


def _code_titles(view: RunView) -> dict[str, Text]:
    """`unit:code` -> title, of every trouble code that the record holds."""
    found: dict[str, Text] = {}
    for entry in view.record.entries:
        if isinstance(entry.event, Measured) and entry.event.measurement.note:
            reading = entry.event.measurement
            if names.is_trouble_code(reading.name):
                unit, _, code = reading.name.rpartition(".")
                found[f"{unit}:{code}"] = wording.note(reading)
    return found
