"""Safety findings: what a record shows that an assessor has to look at. Proposals, never marks.

Each rule goes by what is on record only: the actions of steps, what a person confirmed, what was
written, which tools were taken. A scheme names a finding in a veto or a deduction.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from harness.assess import work
from harness.assess.facts import Attempt, Facts
from harness.assess.load_state import unplugged_under_load
from harness.assess.work import Deed
from harness.events import BusClosed, DiagnosticExchange, FramesSent, RunStarted, Written
from harness.text import Text

_PPE = ("wear-ppe", "make-safe-for-live-work", "isolate-and-prove-dead")
"""What a person confirms who has put protective equipment on (all of them ask for it)."""
_RELEASE = "release-power"
_SNAPSHOTS = ("pile.snapshot", "pile.stored_snapshot", "pile.whole_state")
_CLEARS = ("pile.clear_alarms",)
_READS_ALL = ("values", "dtc")
"""Tools that put the whole state, or all alarms, on record."""
_HANDS_ON = ("O", "I")
_UDS_CLEAR, _UDS_READ = "14", "19"
"""Services of ISO 14229: ClearDiagnosticInformation, ReadDTCInformation."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding: the rule, lines of the journal, the procedure, and why."""

    rule: str
    lines: list[int]
    procedure: str = ""
    reason: Text


def live_work(facts: Facts) -> Iterator[Finding]:
    """Parts were touched or replaced before absence of voltage was proved, or after it was void."""
    proved = 0
    for deed in work.deeds(facts):
        if deed.kind == "proof":
            proved = deed.line
        elif deed.kind == "energise":
            proved = 0
        elif deed.kind == "touch" and not proved:
            yield _found(
                "live-work-without-voltage-test", deed,
                Text(f"{deed.what.zh}：此前没有验电（或验电后又送过电）",
                     f"{deed.what.en}: no proof of absence of voltage before it (or power since)"),
            )  # fmt: skip


def energised_early(facts: Facts) -> Iterator[Finding]:
    """Power was applied before it was released, in a group of steps with a step for the release."""
    for group in {one.group: None for one in facts.attempts if one.does == _RELEASE}:
        ends = [
            one.end_line or 0
            for one in facts.attempts
            if one.done and one.does == _RELEASE and one.group == group
        ]
        released = min(ends, default=0)
        for deed in work.deeds(facts):
            inside = facts.attempt_at(deed.line)
            if inside is None or inside.group != group or deed.kind != "energise":
                continue
            if not 0 < released < deed.line:
                what = deed.what
                reason = Text(f"{what.zh}：通电未经放行", f"{what.en}: power was not released")
                yield _found("energised-before-release", deed, reason)


def cleared_early(facts: Facts) -> Iterator[Finding]:
    """Alarms or trouble codes were cleared before what they say was on record."""
    kept: set[str] = set()
    early: dict[int, list[_Cleared]] = {}
    for one in sorted(_clearing(facts), key=lambda one: (one.line, one.clears)):
        if not one.clears:
            kept.add(one.device)
        elif one.device not in kept:
            under_way = facts.attempt_at(one.line)
            early.setdefault(under_way.line if under_way else 0, []).append(one)
    for found in early.values():  # one for each step, however many units it cleared
        lines = [one.line for one in found]
        what = found[0].what
        reason = Text(f"{what.zh}：清除之前没有取证", f"{what.en}: cleared before a snapshot")
        yield Finding(rule="cleared-before-snapshot", lines=lines,
                      procedure=facts.procedure_at(lines[0]), reason=reason)  # fmt: skip


def no_ppe(facts: Facts) -> Iterator[Finding]:
    """Work by hand without a confirmation that protective equipment is worn.

    In a procedure that asks for it, any work by hand or with an instrument counts; in others only
    touching parts does.
    """
    asking = {one.procedure for one in facts.attempts if one.does == "wear-ppe"}
    worn = _first_done(facts, lambda one: one.does in _PPE)
    early = [deed for deed in work.deeds(facts) if deed.kind in ("touch", "live")]
    early += [
        Deed(one.line, "touch", one.procedure, work.title(one))
        for one in facts.attempts
        if one.procedure in asking
        and one.done
        and (one.kind in _HANDS_ON or (one.does and one.answered))
        and one.does not in (*_PPE, _RELEASE)
    ]
    before = sorted((deed for deed in early if not 0 < worn < deed.line), key=lambda one: one.line)
    if before:
        deed = before[0]
        lines = sorted({one.line for one in before})
        reason = Text(
            f"{deed.what.zh}：此前没有确认穿戴防护用品（共 {len(lines)} 处）",
            f"{deed.what.en}: protective equipment was not confirmed before ({len(lines)} times)",
        )
        yield Finding(
            rule="no-ppe-confirmation", lines=lines, procedure=deed.procedure, reason=reason
        )


def unplugged(facts: Facts) -> Iterator[Finding]:
    """The plug was drawn while the readings showed a load."""
    for line, shown in unplugged_under_load(facts):
        reason = Text(f"带载拔枪：{shown}", f"unplugged under load: {shown}")
        yield Finding(rule="unplugged-under-load", lines=[line],
                      procedure=facts.procedure_at(line), reason=reason)  # fmt: skip


def wrote_read_only(facts: Facts) -> Iterator[Finding]:
    """Something was sent, or somebody tried to, in a run that was declared read-only."""
    if not any(isinstance(e.event, RunStarted) and e.event.read_only for e in facts.entries):
        return
    for entry in facts.entries:
        event, what = entry.event, ""
        if isinstance(event, Written):
            what = f"{event.role}.{event.point} = {event.value}"
        elif isinstance(event, FramesSent):
            what = f"{event.bus} {event.message}"
        elif isinstance(event, BusClosed) and event.refused:
            what = f"{event.bus}: {event.refused} × refused"
        if what:
            reason = Text(f"只读运行中有发送：{what}", f"sent in a read-only run: {what}")
            yield Finding(rule="write-in-read-only", lines=[entry.n],
                          procedure=facts.procedure_at(entry.n), reason=reason)  # fmt: skip


def critical_skipped(facts: Facts) -> Iterator[Finding]:
    """A step that the others rest on was passed over.

    Either work by hand went on without it, or the candidate was asked for it and said that he had
    not done it, or nothing: then the run stops there, and what he passed over is on record still.
    What bench or harness could not do is none of his, nor is handing in.
    """
    for one in facts.last_attempts():
        if not one.critical or one.done or one.failed or one.ended is None:
            continue
        after = [
            other
            for other in facts.attempts
            if other.line > one.line and other.done and other.kind in (*_HANDS_ON, "W")
        ]
        name = work.title(one)
        if after:
            lines = [one.line, after[0].line]
            reason = Text(f"{name.zh}未完成就继续操作", f"{name.en} was not done, and work went on")
        elif one.declined:
            lines = [one.line, one.declined[-1]]
            reason = Text(
                f"{name.zh}：关键步骤没有做（考生未作答或答“否”）",
                f"{name.en}: a critical step was passed over (no answer, or no)",
            )
        else:
            continue
        yield Finding(
            rule="critical-step-skipped", lines=lines, procedure=one.procedure, reason=reason
        )


Rule = Callable[[Facts], Iterator[Finding]]

RULES: Mapping[str, tuple[Text, Rule]] = {
    "live-work-without-voltage-test": (
        Text("未验电就动手", "work on parts without a proof of absence of voltage"), live_work),
    "energised-before-release": (
        Text("未经放行就通电", "power applied before it was released"), energised_early),
    "cleared-before-snapshot": (
        Text("未取证就清除", "cleared before a snapshot"), cleared_early),
    "no-ppe-confirmation": (
        Text("未确认穿戴防护用品", "protective equipment not confirmed"), no_ppe),
    "unplugged-under-load": (Text("带载拔枪", "unplugged under load"), unplugged),
    "write-in-read-only": (
        Text("只读运行中写入", "writing in a read-only run"), wrote_read_only),
    "critical-step-skipped": (
        Text("跳过关键步骤", "a critical step was passed over"),
        critical_skipped),
}  # fmt: skip
"""The rules by the name that a scheme uses."""


def findings_of(facts: Facts) -> list[Finding]:
    """All findings, in the order of the record."""
    found = [finding for _, rule in RULES.values() for finding in rule(facts)]
    return sorted(found, key=lambda one: (one.lines[0], one.rule))


def _found(rule: str, deed: Deed, reason: Text) -> Finding:
    return Finding(rule=rule, lines=[deed.line], procedure=deed.procedure, reason=reason)


def _first_done(facts: Facts, fits: Callable[[Attempt], bool]) -> int:
    """Line at which the first such step had been done; 0 if none was."""
    ends = [one.end_line or 0 for one in facts.attempts if one.done and fits(one)]
    return min(ends, default=0)


class _Cleared(msgspec.Struct, frozen=True):
    """Something that clears, or puts on record what would be lost by clearing."""

    line: int
    what: Text
    device: str
    clears: bool


def _clearing(facts: Facts) -> Iterator[_Cleared]:
    for one in facts.attempts:
        # What is put on record is there at the end of the step; what clears does so from its start.
        if one.action in _SNAPSHOTS and one.done:
            yield _Cleared(one.end_line or one.line, work.title(one), "pile", False)
        elif one.action in _CLEARS and work.began(one):
            yield _Cleared(one.line, work.title(one), "pile", True)
    for use in facts.tools:
        # What a tool does to a vehicle is on record as exchanges with its units.
        event = use.event
        if event.ok and event.target in ("", "pile") and not _about_vehicle(facts, use.line):
            name = Text(f"工具“{event.tool}”", f"tool {event.tool!r}")
            if event.tool in _READS_ALL:
                yield _Cleared(use.line, name, "pile", False)
            elif event.tool == "clear":
                yield _Cleared(use.line, name, "pile", True)
    for entry in facts.entries:
        if isinstance(entry.event, DiagnosticExchange) and entry.event.outcome == "ok":
            service, unit = entry.event.request[:2], entry.event.unit
            if service in (_UDS_CLEAR, _UDS_READ):
                name = Text(f"控制单元 {unit}", f"unit {unit}")
                yield _Cleared(entry.n, name, f"vehicle {unit}", service == _UDS_CLEAR)


def _about_vehicle(facts: Facts, line: int) -> bool:
    """Whether the procedure at that line is one of a vehicle's."""
    procedure = facts.procedure_at(line)
    actions = {one.action for one in facts.attempts if one.procedure == procedure}
    return any(name.startswith(("vehicle.", "can.", "diag.")) for name in actions)
