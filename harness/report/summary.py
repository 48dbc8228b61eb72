"""A record in short: as plain values for programs, as a page of text for a terminal."""

from typing import Any

import msgspec

from harness.engine import wording
from harness.evidence.reality import reality
from harness.report import words
from harness.report.record import Record
from harness.report.vehicle import Bus, UnitCount, bus_name
from harness.report.view import Attempt, RunView, Step
from harness.text import Language, Text
from harness.verdict import Verdict

_SIGNS = {
    Verdict.PASS: "+",
    Verdict.CONDITIONAL_PASS: "(+)",
    Verdict.CONDITIONAL_FAIL: "(x)",
    Verdict.FAIL: "x",
    Verdict.INCONCLUSIVE: "?",
    Verdict.ERROR: "!",
    Verdict.NOT_RUN: "o",
    None: "-",
}


def summary(record: Record) -> dict[str, Any]:
    """What `evidence show --json` gives: the run, its steps and the state of the record."""
    view = RunView(record)
    started, ended, check = view.started, view.ended, record.check
    return {
        "run_id": check.run_id,
        "title": [_text(procedure.title) for procedure in view.procedures.values()],
        "procedures": [procedure.id for procedure in view.procedures.values()],
        "simulated": started.simulated if started else None,
        "recorded": started.recorded if started else None,
        "virtual_time": started.virtual_time if started else None,
        "start": started.utc if started else None,
        "seconds": view.seconds,
        "operator": started.operator if started else None,
        "station": started.station if started else None,
        "bench": started.bench if started else None,
        "seed": started.seed if started else None,
        "faults": started.faults if started else [],
        "ending": ended.ending.value if ended else None,
        "verdict": ended.verdict.value if ended and ended.verdict else None,
        "exit_code": ended.exit_code if ended else None,
        "safe": ended.safe if ended else None,
        "counts": {
            procedure.id: {
                kind.value if kind else "no_claim": count
                for kind, count in procedure.counts().items()
            }
            for procedure in view.procedures.values()
        },
        "coverage": {
            procedure.id: procedure.ended.coverage if procedure.ended else None
            for procedure in view.procedures.values()
        },
        "integrity": {
            "intact": check.intact,
            "sealed": check.sealed,
            "lines": check.lines,
            "head": check.head,
            "signer": check.signer,
            "first_bad": msgspec.to_builtins(check.first_bad),
        },
        "read_only": _read_only(view),
        "buses": [_bus(bus) for bus in view.vehicle.buses.values()],
        "diagnostics": [_unit(unit) for unit in view.vehicle.units()],
        "rejudged": {
            "agrees": not record.differences,
            "differences": msgspec.to_builtins(list(record.differences)),
        },
        "steps": [_step(step) for step in view.steps],
    }


def _read_only(view: RunView) -> str | None:
    """`kept`, `broken` or `unknown` of a run that was declared read-only; else None."""
    if view.started is None or not view.started.read_only:
        return None
    return view.vehicle.read_only().promise.value


def _bus(bus: Bus) -> dict[str, Any]:
    opened, closed = bus.opened, bus.closed
    return {
        "role": bus.role,
        "bus": bus.name,
        "connection": opened.connection if opened else None,
        "databases": opened.databases if opened else [],
        "encodings": opened.encodings if opened else [],
        "listen_only": opened.listen_only if opened else None,
        "capture": opened.capture if opened else None,
        "recording_sha256": (opened.recording_sha256 or None) if opened else None,
        "recording_begins": (opened.recording_begins or None) if opened else None,
        "received": closed.received if closed else None,
        "sent": closed.sent if closed else None,
        "refused": closed.refused if closed else None,
        "error_frames": closed.error_frames_known if closed else None,
        "undecodable": closed.undecodable if closed else None,
        "unknown_ids": closed.unknown_ids if closed else {},
        "load_mean": closed.load_mean if closed else None,
        "load_peak": closed.load_peak if closed else None,
        "lost": closed.lost if closed else None,
    }


def _unit(unit: UnitCount) -> dict[str, Any]:
    return {
        "unit": unit.unit,
        "requests": unit.requests,
        "outcomes": dict(unit.outcomes),
        "refusals": {f"{code:02X}": count for code, count in unit.refusals.items()},
        "longest": unit.longest,
    }


def _step(step: Step) -> dict[str, Any]:
    last = step.last
    return {
        "procedure": step.procedure,
        "id": step.id,
        "number": step.number,
        "title": _text(step.title),
        "group": step.group,
        "kind": step.kind,
        "verdict": step.verdict.value if step.verdict else None,
        "candidate": step.candidate.value if step.candidate else None,
        "finished": not step.unfinished,
        "attempts": len(step.attempts),
        "reason": last.ended.reason if last.ended else "",
        "judged": [
            {
                "line": at.line,
                "name": at.event.measurement.name,
                "value": at.event.measurement.value,
                "unit": at.event.measurement.unit,
                "uncertainty": at.event.measurement.uncertainty,
                "limit": msgspec.to_builtins(at.event.limit),
                "verdict": at.event.judgement.verdict.value,
                "item": at.event.item,
                "clause": at.event.clause,
                "confidence": at.event.confidence,
                "modbus_lines": at.event.measurement.transactions,
                "frame": at.event.measurement.frame,
            }
            for at in last.judged
        ],
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def summary_text(record: Record, language: Language) -> str:
    """What `evidence show` prints."""
    view = RunView(record)
    started, ended = view.started, view.ended
    headline, sentence = words.integrity(record.check)
    lines = []
    for procedure in view.procedures.values():
        lines.append(f"{procedure.id}  {procedure.title.get(language)}")
    if started is not None:
        kind = Text("模拟设备", "SIMULATED") if started.simulated else Text("真实设备", "REAL")
        if started.recorded:
            kind = Text("录制的总线数据", "FROM A RECORDING")
        if reality(started, view.devices) == "partly_recorded":
            kind = Text("部分为录制的总线数据", "PARTLY FROM A RECORDING")
        lines.append(
            f"{kind.get(language)} · {started.bench} · {started.run_id} · {started.utc}"
            f" · {started.operator or '–'}"
        )
    if ended is not None:
        verdict = words.verdict(ended.verdict).get(language)
        lines.append(f"{verdict} · {wording.ENDINGS[ended.ending].get(language)}")
    else:
        lines.append(words.CUT_OFF.get(language))
    lines.append(f"{headline.get(language)}: {sentence.get(language)}".rstrip(": "))
    lines += bus_lines(view, language)
    for difference in record.differences:
        lines.append(
            f"! {difference.line}: {difference.procedure} {difference.step}: "
            f"{difference.what.get(language)} ({difference.recorded} → {difference.derived})"
        )
    lines.append("")
    for step in view.steps:
        lines += _step_lines(step, language)
    return "\n".join(lines) + "\n"


_RECEIVED = Text("收", "received")
_SENT = Text("发", "sent")
_REFUSED = Text("拦截", "refused")
_ERRORS = Text("错误帧", "error frames")
_UNREPORTED = Text("适配器不上报", "not reported by the adapter")
_LOAD = Text("负载率", "load")
_UNKNOWN = Text("未知标识符", "unknown ids")
_LOST = Text("中断", "lost")
_NO_END = Text("没有关闭时的记录", "no record of its end")
_READ_ONLY = Text("只读运行", "Read-only run")


def bus_lines(view: RunView, language: Language) -> list[str]:
    """What the buses carried, a line each, and what became of a read-only run's promise."""
    lines = [f"{bus_name(bus.name).get(language)}: {bus_counts(bus, language)}"
             for bus in view.vehicle.buses.values()]  # fmt: skip
    if view.started is not None and view.started.read_only:
        found = view.vehicle.read_only().text.get(language)
        lines.append(f"{_READ_ONLY.get(language)}: {found}")
    return lines


def bus_counts(bus: Bus, language: Language) -> str:
    """`received 21480, sent 0, error frames 0, load 21.3 % / 25.4 %`."""
    closed = bus.closed
    if closed is None:
        return _NO_END.get(language)
    errors = closed.error_frames_known
    counts = [
        (_RECEIVED, closed.received),
        (_SENT, closed.sent),
        (_ERRORS, _UNREPORTED.get(language) if errors is None else errors),
    ]
    if closed.refused:
        counts.insert(2, (_REFUSED, closed.refused))
    if closed.unknown_ids:
        counts.append((_UNKNOWN, len(closed.unknown_ids)))
    parts = [f"{name.get(language)} {count}" for name, count in counts]
    if closed.load_mean is not None and closed.load_peak is not None:
        load = f"{100 * closed.load_mean:.1f} % / {100 * closed.load_peak:.1f} %"
        parts.append(f"{_LOAD.get(language)} {load}")
    if closed.lost:
        parts.append(f"{_LOST.get(language)} ({wording.reason(closed.lost).get(language)})")
    return ("，" if language == "zh" else ", ").join(parts)


def _step_lines(step: Step, language: Language) -> list[str]:
    sign = "…" if step.unfinished else _SIGNS[step.verdict]
    verdict = words.CUT_OFF if step.unfinished else words.verdict(step.verdict)
    line = f"{step.number:>4} {sign:<3} {step.title.get(language)}: {verdict.get(language)}"
    if step.candidate is not None:
        line += f" · {wording.CANDIDATES[step.candidate].get(language)}"
    return [line, *(f"         {detail}" for detail in _details(step.last, language))]


def _details(attempt: Attempt, language: Language) -> list[str]:
    found = []
    for at in attempt.judged:
        if at.event.judgement.verdict is not Verdict.PASS:
            name = wording.quantity(at.event.measurement, language)
            why = words.explain(at.event).get(language)
            found.append(f"{name}: {wording.judged(at.event, language)}: {why}")
    if attempt.ended is not None and attempt.ended.reason:
        found.append(wording.reason(attempt.ended.reason).get(language))
    return found
