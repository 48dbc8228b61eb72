"""What one sealed run says about the skills of the person who worked in it.

Only what the person did counts: conclusions and readings of his own, and marks that somebody else
gave him. The bundle is verified first; one that was altered says nothing about anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from harness.assess.entries import SignedOff, Withdrawn
from harness.assess.recorded import claims, reviews_of, scheme_for
from harness.assess.result import Score
from harness.assess.score import score
from harness.clock import shown_time
from harness.engine import details
from harness.errors import EvidenceError, HarnessError
from harness.events import (
    Answered,
    ExamOpened,
    ExamStarted,
    Measured,
    PlanAnnounced,
    ProcedureEnded,
    RunEnded,
    RunStarted,
    ScenarioSet,
    StepEnded,
    StepStarted,
)
from harness.evidence.layout import JOURNAL, SEAL
from harness.evidence.read import Entry, read_journal
from harness.evidence.verify import VerifyResult, verify
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict

TECHNICIAN = "simulated technician"
"""Who answers on the simulated bench when no person does (`simulators.technician.BY`)."""
_MARK = ".mark"
_FAULTY = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)


class Device(StrEnum):
    """In which state the device was that the person worked at."""

    HEALTHY = "healthy"
    FAULTY = "faulty"
    UNKNOWN = "unknown"
    """Neither seeded nor judged to its end."""
    NONE = "none"
    """An assessor's rubric: no device took part."""


@dataclass(frozen=True)
class RowScore:
    """What a reviewed score says about one row. `passed` None: something is still open."""

    passed: bool | None
    total: float | None
    marks: float
    max: float
    aspects: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.marks / self.max if self.max else 0.0


@dataclass(frozen=True)
class Evidence:
    """What one run says about one row."""

    run_id: str
    folder: Path
    sealed_start: str
    """When it really began, ISO 8601 in UTC, from the seal."""
    procedures: tuple[str, ...]
    mode: str
    """`exam`, or `run` where no exam was held."""
    simulated: bool
    """Not all on devices that were there: simulated ones, or recordings."""
    device: Device
    right: int = 0
    wrong: int = 0
    pending: int = 0
    marks: Mapping[str, int] = field(default_factory=dict)
    """Step -> 0 to 3, given by somebody else than the candidate."""
    score: RowScore | None = None
    real_only: frozenset[str] = frozenset()
    """Rows for which the scheme takes no simulated run."""
    recorded: bool = False
    """Recordings were judged."""
    head: str = ""
    """Hash of the last line of its journal."""
    signer: str = ""
    """Fingerprint of the key that sealed it."""
    known_key: str | None = None
    """Name of that key at this station; None when it is not known here."""

    @property
    def date(self) -> str:
        """The day of it, in the time that readers are shown."""
        return shown_time(self.sealed_start)[:10]


@dataclass(frozen=True)
class Refused:
    """A run that says nothing about anybody's skills, and why."""

    folder: Path
    run_id: str
    why: Text
    altered: bool = False


@dataclass
class _Tally:
    right: int = 0
    wrong: int = 0
    pending: int = 0
    marks: dict[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.right or self.wrong or self.pending or self.marks)


def runs_in(folder: Path) -> list[Path]:
    """The run in this folder, or the runs in its subfolders. Raises EvidenceError for none."""
    if _is_run(folder):
        return [folder]
    try:
        found = sorted(inside for inside in folder.iterdir() if _is_run(inside))
    except OSError as error:
        raise EvidenceError(f"{folder}: {error.strerror or error}") from error
    if not found:
        raise EvidenceError(
            f"{folder} holds neither {JOURNAL} nor {SEAL}, nor does a folder in it",
            headline=Text("此处没有证据记录", "There is no record here"),
        )
    return found


def _is_run(folder: Path) -> bool:
    return any((folder / name).exists() for name in (JOURNAL, SEAL))


def evidence_of(
    folder: Path, candidate: str, scores: Mapping[str, Score]
) -> dict[str, Evidence] | Refused | None:
    """Row -> evidence of one run; None when it is another person's; Refused with the reason.

    `scores` by the head of the run's journal; a score signed beside the run needs none. Raises
    EvidenceError when there is no record.
    """
    result = verify(folder)
    if not result.intact:
        return Refused(folder, result.run_id, _altered(result), altered=True)
    if not result.sealed:
        return Refused(folder, result.run_id, Text("未封存", "not sealed"))
    try:
        entries = read_journal(folder)
    except EvidenceError as error:
        return Refused(folder, result.run_id, Text(f"无法读取：{error.detail}", error.detail))
    given = scores.get(result.head)
    run = _Run(folder, candidate, entries, result, given or signed_score(folder, entries))
    if run.candidate != candidate:
        return None
    why = run.why_refused() or run.take_scheme(entries)
    return Refused(folder, result.run_id, why) if why is not None else run.rows()


def signed_score(folder: Path, entries: list[Entry]) -> Score | None:
    """The score that assessors have signed beside the run, computed anew; None without one.

    Raises EvidenceError when its scheme is not the one that the exam or its review committed to.
    """
    reviews = reviews_of(folder)
    if not claims(reviews):
        return None
    unsigned = [one for one in reviews if not isinstance(one, SignedOff | Withdrawn)]
    return score(entries, scheme_for(folder, entries, reviews, None), unsigned)


def _altered(result: VerifyResult) -> Text:
    bad = result.first_bad
    assert bad is not None
    place = f"{bad.file}:{bad.line}" if bad.line else bad.file
    return Text(f"证据被改动：{place} {bad.what.zh}", f"altered: {place} {bad.what.en}")


class _Run:
    """One verified run, taken apart."""

    def __init__(
        self,
        folder: Path,
        candidate: str,
        entries: list[Entry],
        result: VerifyResult,
        score: Score | None,
    ) -> None:
        self.folder = folder
        self.result = result
        self.score = score
        self.events = [entry.event for entry in entries]
        self.started = next(one for one in self.events if isinstance(one, RunStarted))
        self.exam = next((one for one in self.events if isinstance(one, ExamStarted)), None)
        self.candidate = self.exam.candidate if self.exam else self.started.operator
        self.tallies = self._tally(candidate)
        self.real_only: frozenset[str] = frozenset()
        """Rows that the exam's scheme wants real devices for."""

    def why_refused(self) -> Text | None:
        """Why nothing in this run counts for anybody."""
        if self.exam is not None:
            if self.exam.mode == "practice":
                return Text("练习，不作证据", "practice, no evidence")
            if not any(isinstance(one, ExamOpened) for one in self.events):
                return Text("考试尚未结束", "the exam is not over")
        ended = next((one for one in self.events if isinstance(one, RunEnded)), None)
        if ended is None or ended.ending in (Ending.ABORTED, Ending.LOST):
            return Text("运行未正常结束", "the run did not come to its end")
        if all(tally.empty for tally in self.tallies.values()):
            return Text(
                "没有考生本人的操作或评分", "nothing in it was done by the candidate or marked"
            )
        return None

    def take_scheme(self, entries: list[Entry]) -> Text | None:
        """Take from the exam's scheme what it says; why that is not possible."""
        if self.exam is None:
            return None
        try:
            scheme = scheme_for(self.folder, entries, reviews_of(self.folder), None)
        except HarnessError as error:
            return Text(
                f"考试的评分方案无法确认：{details.chinese(error.detail)}",
                f"the scheme of the exam cannot be made sure of: {error.detail}",
            )
        self.real_only = frozenset(scheme.model.real_only)
        return None

    def rows(self) -> dict[str, Evidence]:
        """Row -> evidence, for the rows of every procedure in which the person did something."""
        by_row: dict[str, list[str]] = {}
        for plan in self.events:
            if isinstance(plan, PlanAnnounced) and not self._tally_of(plan.procedure).empty:
                for row in plan.skills:
                    by_row.setdefault(row, []).append(plan.procedure)
        return {row: self._evidence(row, names) for row, names in by_row.items()}

    def _evidence(self, row: str, procedures: list[str]) -> Evidence:
        tallies = [self._tally_of(name) for name in procedures]
        score = None if self.score is None else _row_score(self.score, row)
        pending = sum(tally.pending for tally in tallies) + self._vetoes()
        return Evidence(
            run_id=self.result.run_id,
            folder=self.folder,
            sealed_start=self.result.real_started,
            procedures=tuple(procedures),
            mode="exam" if self.exam else "run",
            simulated=self.started.simulated or self.started.recorded,
            recorded=self.started.recorded,
            device=self._device(procedures),
            right=sum(tally.right for tally in tallies),
            wrong=sum(tally.wrong for tally in tallies),
            # A settled score leaves nothing open: the assessors have marked what was pending.
            pending=0 if score is not None and score.passed is not None else pending,
            marks={step: mark for tally in tallies for step, mark in tally.marks.items()},
            score=score,
            real_only=self.real_only,
            head=self.result.head,
            signer=self.result.signer or "",
            known_key=self.result.known_key,
        )

    def _tally_of(self, procedure: str) -> _Tally:
        return self.tallies.get(procedure, _Tally())

    def _tally(self, candidate: str) -> dict[str, _Tally]:
        """What the person did, by procedure; of a step's attempts the last one counts."""
        last: dict[tuple[str, str], tuple[CandidateVerdict | None, int | None]] = {}
        kind, by, mark = "", "", None
        for event in self.events:
            if isinstance(event, StepStarted):
                kind, by, mark = event.kind, "", None
            elif isinstance(event, Answered):
                by = event.by
            elif isinstance(event, Measured) and event.measurement.name.endswith(_MARK):
                value = event.measurement.value
                mark = value if kind == "A" and isinstance(value, int) else None
            elif isinstance(event, StepEnded) and by != TECHNICIAN:
                said = event.candidate
                if kind == "A" and mark is not None and by in ("", candidate):
                    said, mark = CandidateVerdict.PENDING, None  # nobody marks himself
                elif kind == "A" and mark is None and by:
                    said = CandidateVerdict.PENDING
                last[event.procedure, event.step] = (said, mark)
        found: dict[str, _Tally] = {}
        for (procedure, step), (said, given) in last.items():
            tally = found.setdefault(procedure, _Tally())
            tally.right += said is CandidateVerdict.RIGHT
            tally.wrong += said in (CandidateVerdict.WRONG, CandidateVerdict.ABSENT)
            tally.pending += said is CandidateVerdict.PENDING
            if given is not None:
                tally.marks[step] = given
        return found

    def _device(self, procedures: list[str]) -> Device:
        """Seeded faults say it where there are any; else the verdict of the device steps.

        A fault that a step provokes to see the protection work is none of the device.
        """
        scenario = next((one for one in self.events if isinstance(one, ScenarioSet)), None)
        seeded = bool(self.started.faults or (scenario is not None and scenario.faults))
        if seeded:
            return Device.FAULTY
        verdicts = [
            one.verdict
            for one in self.events
            if isinstance(one, ProcedureEnded) and one.procedure in procedures
        ]
        if all(verdict is None for verdict in verdicts):
            return Device.HEALTHY if scenario is not None else Device.NONE
        if scenario is not None or (self.started.simulated and not self.started.recorded):
            return Device.HEALTHY
        if any(verdict in _FAULTY for verdict in verdicts):
            return Device.FAULTY
        passed = all(verdict in (None, Verdict.PASS) for verdict in verdicts)
        return Device.HEALTHY if passed else Device.UNKNOWN

    def _vetoes(self) -> int:
        """A veto that ended the exam is proposed by the machine; whether it stands is open."""
        return sum(isinstance(one, ExamOpened) and one.why == "veto" for one in self.events)


def _row_score(score: Score, row: str) -> RowScore:
    """Marks of the aspects that name the row; of all aspects where none does."""
    aspects = [
        aspect
        for module in score.modules
        for criterion in module.criteria
        for aspect in criterion.aspects
    ]
    named = [aspect for aspect in aspects if row in aspect.skills]
    chosen = named or aspects
    return RowScore(
        passed=score.passed,
        total=score.total,
        marks=sum(aspect.marks or 0.0 for aspect in chosen),
        max=sum(aspect.max for aspect in chosen),
        aspects=tuple(aspect.id for aspect in named),
    )
