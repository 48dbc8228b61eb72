"""From the bytes of a bundle to its facts: a function of journal and seal, and of nothing else.

The journal counts only as it was sealed: when its bytes do not have the sealed digest, the run is
`altered`, and what can still be read of it is kept for finding it, never for statistics.
Attachments and the Modbus record are not looked at here; that is what `verify` is for.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from harness.assess.codes import check_code
from harness.errors import EvidenceError, UsageError
from harness.events import (
    Answered,
    DeviceIdentified,
    DeviceOpened,
    ExamStarted,
    Judged,
    ProcedureEnded,
    RunEnded,
    RunStarted,
    ScenarioSet,
    StepEnded,
    StepStarted,
)
from harness.evidence.chain import ZERO, line_hash, parse_header, split_lines
from harness.evidence.read import Entry, decode_event, opened
from harness.evidence.reality import reality_of_run
from harness.evidence.seal import Statement, open_seal
from harness.store.facts import Check, ProcedureFacts, RunFacts, State, StepFacts

_EVENT = re.compile(rb'[^}]{80,140}?","event":"([a-z_]+)"')
_WANTED = frozenset(
    {
        b"run_started",
        b"device_opened",
        b"device_identified",
        b"exam_started",
        b"step_started",
        b"judged",
        b"answered",
        b"step_ended",
        b"procedure_ended",
        b"run_ended",
    }
)
_WITHHOLDING = (b'"event":"withheld"', b'"event":"exam_opened"')
_SERIALS = ("serial_number", "vin")


def facts_of(journal: bytes, seal: bytes | None) -> RunFacts:
    """The facts of a bundle from the bytes of its `journal.jsonl` and `seal.json` (None: unsealed).

    Never fails over a damaged bundle: what is wrong stands in `state` and `why`.
    """
    lines, torn = split_lines(journal)
    head = line_hash(lines[-1]) if lines else ZERO
    identity = hashlib.sha256(seal if seal is not None else head.encode()).hexdigest()
    facts = RunFacts(identity=identity, head=head)
    statement = _sealed(facts, journal, seal, torn)
    # Of an exam everything is read: what was withheld belongs to its neighbours.
    entries = _entries(facts, lines, everything=any(mark in journal for mark in _WITHHOLDING))
    _Reader(facts).take(entries)
    if statement is not None:
        facts.started = _moment(statement.real_started)
        facts.run_id = facts.run_id or statement.run_id
    if b"\\u0000" in journal:
        _without_nul(facts)
    if not facts.run_id and facts.state is not State.ALTERED:
        facts.state, facts.why = State.ALTERED, "the journal does not start with run_started"
    return facts


def _sealed(facts: RunFacts, journal: bytes, seal: bytes | None, torn: bytes) -> Statement | None:
    """What was sealed, if the journal is that; says in `facts` what is not so."""
    if seal is None:
        return None
    facts.state = State.SEALED
    try:
        found = open_seal(seal)
    except EvidenceError as error:
        facts.state, facts.why = State.ALTERED, error.detail
        return None
    facts.signer = found.signers[0]
    if hashlib.sha256(journal).hexdigest() != found.statement.journal.sha256:
        facts.state, facts.why = State.ALTERED, "the journal is not the one that was sealed"
    return found.statement


def _entries(facts: RunFacts, lines: list[bytes], *, everything: bool) -> list[Entry]:
    """The events that matter here."""
    found: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        if not everything:
            kind = _EVENT.match(line)
            if kind is not None and kind[1] not in _WANTED:
                continue
        header = parse_header(line)
        try:
            if header is None:
                raise EvidenceError("the line does not start with its chain fields")
            found.append(Entry(number, header.t, decode_event(line), line))
        except EvidenceError as error:
            facts.state = State.ALTERED
            facts.why = facts.why or f"line {number} of the journal: {error.detail}"
    if not everything:
        return found
    try:
        return opened(found)
    except EvidenceError as error:
        facts.state = State.ALTERED
        facts.why = facts.why or error.detail
        return found


class _Reader:
    """Takes the events of one run."""

    def __init__(self, facts: RunFacts) -> None:
        from harness.assess.skill_evidence import TECHNICIAN  # noqa: PLC0415 - slow

        self.technician = TECHNICIAN
        self.facts = facts
        self.steps: dict[tuple[str, str], StepFacts] = {}
        self.checks: dict[tuple[str, str], list[Judged]] = {}
        self.here = ("", "")
        self.by = ""
        self.profiles: dict[str, str] = {}
        self.operator = ""
        self.start: RunStarted | None = None
        self.devices: list[DeviceOpened] = []

    def take(self, entries: Iterable[Entry]) -> None:
        last = 0.0
        for entry in entries:
            last = entry.t
            match entry.event:
                case Judged() as event:
                    self.checks.setdefault(self.here, []).append(event)
                case StepStarted() as event:
                    self._begin(event)
                case StepEnded() as event:
                    self._end(event)
                case RunStarted() as event:
                    self._started(event)
                case event:
                    self._other(event)
        facts = self.facts
        facts.seconds = last
        if self.start is not None:
            facts.reality = reality_of_run(self.start, self.devices)
        facts.candidate = _code(facts.candidate or self.operator)
        facts.steps = list(self.steps.values())
        facts.checks = [
            _check(place, number, one)
            for place, judged in self.checks.items()
            for number, one in enumerate(judged, start=1)
        ]

    def _started(self, event: RunStarted) -> None:
        facts, self.start = self.facts, event
        facts.run_id, facts.bench, facts.station = event.run_id, event.bench, event.station
        facts.simulated, facts.virtual_time = event.simulated, event.virtual_time
        facts.faults = ",".join(sorted(event.faults))
        facts.started = _moment(event.utc)
        facts.procedures = [ProcedureFacts(name) for name in dict.fromkeys(event.procedures)]
        self.operator = event.operator

    def _begin(self, event: StepStarted) -> None:
        self.here, self.by = (event.procedure, event.step), ""
        self.checks.pop(self.here, None)  # those of an earlier attempt
        step = self.steps.setdefault(
            self.here, StepFacts(event.procedure, event.step, event.number, event.kind)
        )
        step.attempts = event.attempt
        step.verdict = step.candidate = ""

    def _end(self, event: StepEnded) -> None:
        place = (event.procedure, event.step)
        step = self.steps.setdefault(place, StepFacts(event.procedure, event.step, 0, ""))
        step.verdict = event.verdict.value if event.verdict else ""
        person = self.by != self.technician
        step.candidate = event.candidate.value if event.candidate and person else ""

    def _other(self, event: object) -> None:
        facts = self.facts
        match event:
            case Answered():
                self.by = event.by
            case DeviceOpened():
                self.profiles.setdefault(event.role, event.profile)
                self.devices.append(event)
            case DeviceIdentified():
                self._identified(event)
            case ExamStarted():
                facts.mode, facts.candidate = event.mode, event.candidate
                facts.scenario, facts.scheme = event.scenario, event.scheme
            case ScenarioSet():
                facts.faults = ",".join(sorted(one.fault for one in event.faults))
            case ProcedureEnded():
                self._procedure(event)
            case RunEnded():
                facts.ending = event.ending.value
                facts.verdict = event.verdict.value if event.verdict else ""
            case _:
                pass  # nothing that the index keeps

    def _identified(self, event: DeviceIdentified) -> None:
        if self.facts.device:
            return  # the first that says who it is stands for the run
        for one in event.identity:
            if one.name.rpartition(".")[2] in _SERIALS and one.value not in (None, ""):
                profile = self.profiles.get(event.role, event.role)
                self.facts.device = f"{profile} {one.value}"
                return

    def _procedure(self, event: ProcedureEnded) -> None:
        known = next((p for p in self.facts.procedures if p.procedure == event.procedure), None)
        if known is None:
            known = ProcedureFacts(event.procedure)
            self.facts.procedures.append(known)
        known.verdict = event.verdict.value if event.verdict else ""
        known.ending = event.ending.value


def _without_nul(facts: RunFacts) -> None:
    """PostgreSQL takes no NUL in a text, and JSON may hold one."""

    def plain(one: Any) -> dict[str, Any]:
        texts = ((f.name, getattr(one, f.name)) for f in fields(one))
        return {n: t.replace("\0", "\ufffd") for n, t in texts if type(t) is str and "\0" in t}

    for name, text in plain(facts).items():
        setattr(facts, name, text)
    facts.procedures = [replace(one, **plain(one)) for one in facts.procedures]
    facts.steps = [replace(one, **plain(one)) for one in facts.steps]
    facts.checks = [replace(one, **plain(one)) for one in facts.checks]


def _check(place: tuple[str, str], number: int, event: Judged) -> Check:
    one = event.measurement
    value = None
    if isinstance(one.value, int | float) and not isinstance(one.value, bool):
        value = float(one.value)
        if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN
            value = None
    verdict = event.judgement.verdict.value
    return Check(*place, number, event.item or "", one.name, one.unit or "", value, verdict)


def _code(person: str) -> str:
    """A candidate's code; nothing in place of what may be a name."""
    if not person:
        return ""
    try:
        return check_code(person)
    except UsageError:
        return ""


def _moment(utc: str) -> str:
    """A moment in the one form that sorts as text. Empty when it is none."""
    try:
        moment = datetime.fromisoformat(utc)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
