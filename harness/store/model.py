"""The tables of the index. They hold nothing that does not stand in a bundle.

One row a run, and for each run one a procedure, item, step and judgement. What runs
are looked for by is repeated beside procedures and items, so that "the newest of these" is read off
a database index and nothing has to be sorted.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

FORMAT = "2"
"""Of the tables. An index of another format is made anew from the bundles. 2: `reality`."""

METADATA = MetaData()
_ID = Integer
_CODE = _MOMENT = _WORD = String()
"""Without a length: a long name must not be what PostgreSQL fails over and SQLite does not."""

META = Table(
    "harness_store",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

RUNS = Table(
    "runs",
    METADATA,
    Column("run", _ID, primary_key=True, autoincrement=False),
    Column("place", String, nullable=False, unique=True),
    Column("identity", String, nullable=False, unique=True),
    Column("run_id", _CODE, nullable=False),
    Column("head", String, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("why", String, nullable=False),
    Column("signer", String, nullable=False),
    Column("started", _MOMENT, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("candidate", _CODE, nullable=False),
    Column("mode", _WORD, nullable=False),
    Column("scenario", _CODE, nullable=False),
    Column("scheme", _CODE, nullable=False),
    Column("bench", _CODE, nullable=False),
    Column("station", _CODE, nullable=False),
    Column("device", _CODE, nullable=False),
    Column("faults", String, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("reality", _WORD, nullable=False),
    Column("virtual_time", Boolean, nullable=False),
    Column("ending", _WORD, nullable=False),
    Column("verdict", _WORD, nullable=False),
)


def _run() -> Column[int]:
    return Column("run", _ID, ForeignKey("runs.run", ondelete="CASCADE"), primary_key=True,
                  autoincrement=False)  # fmt: skip


def _of_run() -> list[Column[Any]]:
    """What runs are looked for by, once more beside a procedure and an item."""
    return [
        Column("bench", _CODE, nullable=False),
        Column("mode", _WORD, nullable=False),
        Column("simulated", Boolean, nullable=False),
        Column("reality", _WORD, nullable=False),
        Column("started", _MOMENT, nullable=False),
    ]


REPEATED = ("bench", "mode", "simulated", "reality", "started")

PROCEDURES = Table(
    "procedures",
    METADATA,
    _run(),
    Column("procedure", _CODE, primary_key=True),
    Column("verdict", _WORD, nullable=False),
    Column("ending", _WORD, nullable=False),
    *_of_run(),
)

ITEMS = Table(
    "items",
    METADATA,
    _run(),
    Column("item", _CODE, primary_key=True),
    Column("verdict", _WORD, nullable=False),
    *_of_run(),
)

STEPS = Table(
    "steps",
    METADATA,
    _run(),
    Column("procedure", _CODE, primary_key=True),
    Column("step", _CODE, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("verdict", _WORD, nullable=False),
    Column("candidate", _WORD, nullable=False),
)

CHECKS = Table(
    "checks",
    METADATA,
    _run(),
    Column("procedure", _CODE, primary_key=True),
    Column("step", _CODE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("item", _CODE, nullable=False),
    Column("quantity", _CODE, nullable=False),
    Column("unit", _WORD, nullable=False),
    Column("value", Double),
    Column("verdict", _WORD, nullable=False),
)

INDEXES = (
    Index("runs_by_start", RUNS.c.started),
    Index("runs_by_id", RUNS.c.run_id),
    Index("runs_by_head", RUNS.c.head),
    Index("runs_by_candidate", RUNS.c.candidate, RUNS.c.started),
    Index("runs_by_verdict", RUNS.c.verdict, RUNS.c.started),
    Index("runs_by_bench", RUNS.c.bench, RUNS.c.started),
    Index("runs_by_bench_verdict", RUNS.c.bench, RUNS.c.verdict, RUNS.c.started),
    Index("runs_by_mode", RUNS.c.mode, RUNS.c.started),
    Index("runs_by_simulated", RUNS.c.simulated, RUNS.c.started),
    Index("runs_by_reality", RUNS.c.reality, RUNS.c.started),
    *(
        Index(f"{table.name}_by_{'_'.join(columns)}", table.c[kind],
              *(table.c[name] for name in columns), table.c.started, table.c.run)
        for table, kind in ((PROCEDURES, "procedure"), (ITEMS, "item"))
        for columns in ([], ["verdict"], ["bench"], ["mode"], ["simulated"], ["reality"])
    ),
    Index("checks_by_item", CHECKS.c.item),
)  # fmt: skip
"""Left off while very many rows are written, and made at the end."""
