"""The skill record of one person: evidence per row over several runs, and whether it is enough.

record = skill_record(load_skills(), load_sufficiency(), "C-07", [Path("runs")])
record.rows[0].enough
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.assess.result import Score
from harness.assess.skill_evidence import Evidence, Refused, evidence_of, runs_in
from harness.assess.sufficiency import Sufficiency, wanting, why_not_counted
from harness.catalogue.skills import Skill, Skills
from harness.text import Text


@dataclass(frozen=True)
class Counted:
    """One run's evidence for a row. `why_not` None: it counts."""

    evidence: Evidence
    why_not: Text | None


@dataclass(frozen=True)
class RowRecord:
    """A row with its evidence, and what is still wanting."""

    skill: Skill
    evidence: tuple[Counted, ...]
    wanting: tuple[Text, ...]

    @property
    def counting(self) -> list[Evidence]:
        return [one.evidence for one in self.evidence if one.why_not is None]

    @property
    def enough(self) -> bool:
        return not self.wanting


@dataclass(frozen=True)
class SkillRecord:
    """All rows, in the order of the files."""

    candidate: str
    rules: Sufficiency
    rows: tuple[RowRecord, ...]
    refused: tuple[Refused, ...]
    """Runs that count for nobody: altered, unsealed, not ended, practice, a second copy."""
    others: int
    """Runs of other people in the same folders."""
    runs: int
    """Runs of this person that were taken in."""

    @property
    def heads(self) -> frozenset[str]:
        """Heads of the journals of those runs."""
        return frozenset(one.evidence.head for row in self.rows for one in row.evidence)


def skill_record(
    skills: Skills,
    rules: Sufficiency,
    candidate: str,
    folders: Sequence[Path],
    scores: Mapping[str, Score] | None = None,
) -> SkillRecord:
    """Verify every run and count what it shows. `scores` by the head of the run's journal.

    Raises EvidenceError for a folder without any run.
    """
    by_row: dict[str, list[Evidence]] = {skill.id: [] for skill in skills.skills}
    refused: list[Refused] = []
    seen: set[tuple[str, str]] = set()
    others = runs = 0
    for folder in dict.fromkeys(run.resolve() for each in folders for run in runs_in(each)):
        found = evidence_of(folder, candidate, scores or {})
        if found is None:
            others += 1
            continue
        if isinstance(found, Refused):
            refused.append(found)
            continue
        first = next(iter(found.values()), None)
        if first is not None and (first.run_id, first.sealed_start) in seen:
            what = Text("同一次运行的副本", "the same run a second time")
            refused.append(Refused(folder, first.run_id, what))
            continue
        if first is not None:
            seen.add((first.run_id, first.sealed_start))
        runs += 1
        for row, evidence in found.items():
            by_row.setdefault(row, []).append(evidence)
    rows = tuple(_row(skill, rules, by_row) for skill in skills.skills)
    return SkillRecord(candidate, rules, rows, tuple(refused), others, runs)


def _row(skill: Skill, rules: Sufficiency, by_row: Mapping[str, list[Evidence]]) -> RowRecord:
    ids = [skill.id, *(skill.same_as if rules.same_wording else ())]
    once = {one.folder: one for id in reversed(ids) for one in by_row.get(id, ())}
    ordered = sorted(once.values(), key=lambda one: (one.sealed_start, one.run_id))
    evidence = tuple(Counted(one, why_not_counted(rules, skill.id, one)) for one in ordered)
    counting = [one.evidence for one in evidence if one.why_not is None]
    return RowRecord(skill, evidence, tuple(wanting(rules, skill.id, counting)))
