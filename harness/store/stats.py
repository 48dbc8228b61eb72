"""Statistics over many runs: of items, of quantities that were measured again, of steps.

Altered runs are left out. **Pass rate**: share of the runs in which the item was met, among those
in which it was decided (inconclusive, error and not run decide nothing); conditional verdicts are
told by themselves. **Repeatability**: the standard deviation of one quantity measured again under
the same conditions (same procedure and step, bench, device, seeded faults), pooled over the groups
that have at least two values: s_r = √(Σ(nᵢ−1)sᵢ² / Σ(nᵢ−1)), as ISO 5725-2 does; 2.8 s_r is the
difference between two single results that is exceeded in about 5 % of the cases.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from harness.store.facts import State
from harness.store.filters import Filters
from harness.store.find import matching
from harness.store.model import CHECKS, ITEMS, STEPS
from harness.verdict import CandidateVerdict, Verdict

REPEATABILITY_LIMIT = 2.8
"""Factor from s_r to the repeatability limit r (ISO 5725-6)."""
_MET = (Verdict.PASS, Verdict.CONDITIONAL_PASS)
_BROKEN = (Verdict.CONDITIONAL_FAIL, Verdict.FAIL)


@dataclass(frozen=True)
class Repeated:
    """One quantity that was measured again."""

    quantity: str
    unit: str
    values: int
    groups: int
    """Of equal conditions, with at least two values each."""
    deviation: float
    """s_r, in `unit`."""

    @property
    def limit(self) -> float:
        """r, in `unit`."""
        return REPEATABILITY_LIMIT * self.deviation


@dataclass
class ItemStats:
    """One item over all runs in which it was judged."""

    item: str
    verdicts: dict[str, int] = field(default_factory=dict)
    repeated: list[Repeated] = field(default_factory=list)

    @property
    def runs(self) -> int:
        return sum(self.verdicts.values())

    @property
    def decided(self) -> int:
        return sum(self.verdicts.get(one, 0) for one in (*_MET, *_BROKEN))

    @property
    def pass_rate(self) -> float | None:
        """0 to 1; None where nothing was decided."""
        met = sum(self.verdicts.get(one, 0) for one in _MET)
        return met / self.decided if self.decided else None


@dataclass
class StepStats:
    """One step over all runs in which a candidate worked at it."""

    procedure: str
    step: str
    candidates: dict[str, int] = field(default_factory=dict)
    attempts: float = 1.0
    """Mean number of attempts."""

    @property
    def decided(self) -> int:
        return sum(n for kind, n in self.candidates.items() if kind != CandidateVerdict.PENDING)

    @property
    def failed(self) -> int:
        """Wrong, or no answer."""
        kinds = (CandidateVerdict.WRONG, CandidateVerdict.ABSENT)
        return sum(self.candidates.get(kind, 0) for kind in kinds)

    @property
    def fail_rate(self) -> float | None:
        """0 to 1; None where nothing was decided."""
        return self.failed / self.decided if self.decided else None


def items(connection: Connection, filters: Filters) -> list[ItemStats]:
    """Statistics of each item in the runs that are meant, in the order of their names."""
    runs = _runs(filters)
    query = (
        select(ITEMS.c.item, ITEMS.c.verdict, func.count())
        .join(runs, runs.c.run == ITEMS.c.run)
        .group_by(ITEMS.c.item, ITEMS.c.verdict)
        .order_by(ITEMS.c.item)
    )
    if filters.item:
        query = query.where(ITEMS.c.item == filters.item)
    found: dict[str, ItemStats] = {}
    for item, verdict, number in connection.execute(query):
        found.setdefault(item, ItemStats(item)).verdicts[verdict] = number
    for item, repeated in _repeated(connection, runs, filters):
        if item in found:
            found[item].repeated.append(repeated)
    return list(found.values())


def steps(connection: Connection, filters: Filters) -> list[StepStats]:
    """Statistics of each step with candidates in the runs that are meant, the worst first."""
    runs = _runs(filters)
    query = (
        select(
            STEPS.c.procedure,
            STEPS.c.step,
            STEPS.c.candidate,
            func.count(),
            func.sum(STEPS.c.attempts),
        )
        .join(runs, runs.c.run == STEPS.c.run)
        .where(STEPS.c.candidate != "")
        .group_by(STEPS.c.procedure, STEPS.c.step, STEPS.c.candidate)
    )
    if filters.procedure:
        query = query.where(STEPS.c.procedure == filters.procedure)
    found: dict[tuple[str, str], StepStats] = {}
    attempts: dict[tuple[str, str], int] = {}
    for procedure, step, verdict, number, tries in connection.execute(query):
        place = (procedure, step)
        found.setdefault(place, StepStats(*place)).candidates[verdict] = number
        attempts[place] = attempts.get(place, 0) + int(tries)
    for place, one in found.items():
        one.attempts = attempts[place] / sum(one.candidates.values())
    return sorted(
        found.values(), key=lambda s: (-(s.fail_rate or 0.0), -s.decided, s.procedure, s.step)
    )


def _runs(filters: Filters) -> Any:
    """The runs that are meant and can be relied on, with what makes conditions the same."""
    names = {"run", "bench", "device", "faults"}
    query = matching(filters).order_by(None)
    columns = [one for one in query.selected_columns if one.name in names | {"state"}]
    state = next(one for one in columns if one.name == "state")
    return query.with_only_columns(*columns).where(state != State.ALTERED.value).subquery()


def _repeated(
    connection: Connection, runs: Any, filters: Filters
) -> Iterator[tuple[str, Repeated]]:
    """Item -> each of its quantities that was measured again.

    Means first, then squares of the differences from them: sums of squares alone would lose the
    digits that matter.
    """
    same = [CHECKS.c.item, CHECKS.c.quantity, CHECKS.c.unit, CHECKS.c.procedure, CHECKS.c.step,
            CHECKS.c.number, runs.c.bench, runs.c.device, runs.c.faults]  # fmt: skip
    conditions = [CHECKS.c.value.is_not(None), CHECKS.c.item != ""]
    if filters.item:
        conditions.append(CHECKS.c.item == filters.item)
    if filters.procedure:
        conditions.append(CHECKS.c.procedure == filters.procedure)
    values: Select[Any] = (
        select(*same, CHECKS.c.value)
        .join(runs, runs.c.run == CHECKS.c.run)
        .where(and_(*conditions))
    )
    each = values.cte("each")
    keys = [each.c[column.name] for column in same]
    means = (
        select(*keys, func.avg(each.c.value).label("mean"), func.count().label("n"))
        .group_by(*keys)
        .having(func.count() > 1)
        .cte("means")
    )
    joined = and_(*(each.c[column.name] == means.c[column.name] for column in same))
    away = each.c.value - means.c.mean
    squares = (
        select(*(means.c[column.name] for column in same), means.c.n,
               func.sum(away * away).label("squares"))
        .join(each, joined)
        .group_by(*(means.c[column.name] for column in same), means.c.n)
        .cte("squares")
    )  # fmt: skip
    kinds = (squares.c.item, squares.c.quantity, squares.c.unit)
    query = (
        select(*kinds, func.sum(squares.c.n), func.count(), func.sum(squares.c.squares))
        .group_by(*kinds)
        .order_by(*kinds)
    )
    for item, quantity, unit, n, groups, total in connection.execute(query):
        deviation = math.sqrt(float(total) / (int(n) - groups))
        yield item, Repeated(quantity, unit, int(n), groups, deviation)
