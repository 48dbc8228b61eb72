"""CSV of what the index knows. For marks, reports and proofs there are the bundles."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from harness.evidence.csv_table import table
from harness.store.filters import Filters
from harness.store.find import find, matching
from harness.store.model import CHECKS, STEPS

TABLES = ("runs", "steps", "checks")
_RUN = ("started", "id", "place", "state", "candidate", "bench", "simulated")
_RUNS = (
    "started", "id", "place", "state", "seconds", "candidate", "mode", "scenario", "procedures",
    "bench", "station", "device", "faults", "simulated", "ending", "verdict", "reality",
)  # fmt: skip
_OF_RUN = {"started", "run_id", "place", "state", "candidate", "bench", "simulated"}


def csv_of(connection: Connection, filters: Filters, kind: str) -> bytes:
    """One of TABLES about the runs that are meant, newest first."""
    if kind == "runs":
        rows = find(connection, filters, None)
        return table(_RUNS, ([_cell(row[name]) for name in _RUNS] for row in rows))
    return _parts(connection, filters, STEPS if kind == "steps" else CHECKS)


def _parts(connection: Connection, filters: Filters, of: Table) -> bytes:
    runs = matching(filters).order_by(None).subquery()
    names = [column.name for column in of.c if column.name != "run"]
    query = (
        select(*(runs.c[name] for name in sorted(_OF_RUN)), *(of.c[name].label(f"of_{name}")
               for name in names))
        .join(of, of.c.run == runs.c.run)
        .order_by(runs.c.started.desc(), runs.c.run.desc(), *of.primary_key)
    )  # fmt: skip
    columns = [*_RUN, *names]
    rows = connection.execute(query).mappings()
    return table(columns, (_line(dict(row), names) for row in rows))


def _line(row: dict[str, Any], names: Sequence[str]) -> list[object]:
    head = [row["run_id" if name == "id" else name] for name in _RUN]
    return [*head, *(row[f"of_{name}"] for name in names)]


def _cell(value: object) -> object:
    return " ".join(value) if isinstance(value, list) else value
