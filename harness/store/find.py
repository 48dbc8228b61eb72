"""Looking for runs: newest first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, select

from harness.store.filters import Filters
from harness.store.model import ITEMS, PROCEDURES, RUNS

_SHOWN = (
    "place", "run_id", "state", "started", "seconds", "candidate", "mode", "scenario", "scheme",
    "bench", "station", "device", "faults", "simulated", "reality", "ending", "verdict",
)  # fmt: skip


def find(connection: Connection, filters: Filters, limit: int | None) -> list[dict[str, Any]]:
    """The runs that are meant, newest first, each with its procedures; at most `limit`."""
    chosen = matching(filters, sqlite=connection.dialect.name == "sqlite").limit(limit)
    rows = connection.execute(chosen).all()
    names = _procedures(connection, rows)
    return [
        {
            "id": row.run_id,
            **{name: getattr(row, name) for name in _SHOWN if name != "run_id"},
            "procedures": names.get(row.run, []),
        }
        for row in rows
    ]


def matching(filters: Filters, *, sqlite: bool = False) -> Select[Any]:
    """Rows of `runs`, newest first."""
    query = select(RUNS)
    by: Table = RUNS
    for table, kind in ((PROCEDURES, "procedure"), (ITEMS, "item")):
        if value := getattr(filters, kind):
            query = query.join(table, table.c.run == RUNS.c.run).where(table.c[kind] == value)
            by = table
    if filters.verdict:
        query = query.where(by.c.verdict == filters.verdict)
    for name in ("bench", "mode", "reality"):
        if value := getattr(filters, name):
            query = query.where(by.c[name] == value)
    if filters.candidate:
        query = query.where(RUNS.c.candidate == filters.candidate)
    if filters.simulated is not None:
        query = query.where(by.c.simulated == filters.simulated)
    if filters.item and filters.procedure and sqlite:
        # Found at the same place of both indexes. The planner of PostgreSQL would be misled.
        query = query.where(PROCEDURES.c.started == ITEMS.c.started)
    if filters.first_moment:
        query = query.where(by.c.started >= filters.first_moment)
    if filters.moment_after:
        query = query.where(by.c.started < filters.moment_after)
    return query.order_by(by.c.started.desc(), by.c.run.desc())


def count(connection: Connection) -> int:
    """How many runs the index knows."""
    found: int = connection.execute(select(func.count()).select_from(RUNS)).scalar_one()
    return found


def _procedures(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, list[str]]:
    """Run -> its procedures."""
    found: dict[int, list[str]] = {}
    numbers = [row.run for row in rows]
    for first in range(0, len(numbers), 500):
        some = numbers[first : first + 500]
        query = (
            select(PROCEDURES.c.run, PROCEDURES.c.procedure)
            .where(PROCEDURES.c.run.in_(some))
            .order_by(PROCEDURES.c.run, PROCEDURES.c.procedure)
        )
        for run, procedure in connection.execute(query):
            found.setdefault(run, []).append(procedure)
    return found
