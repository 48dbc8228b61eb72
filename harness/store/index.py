"""The index in a database: SQLite by default, PostgreSQL by URL.

Whatever is written is written in one transaction, so a killed process leaves the index as it was
before. A damaged or foreign index is never worked around: it is made anew from the bundles.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    delete,
    event,
    func,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from harness.errors import BenchError, UsageError
from harness.store.facts import Check, RunFacts, StepFacts
from harness.store.loading import load
from harness.store.model import (
    CHECKS,
    FORMAT,
    INDEXES,
    ITEMS,
    META,
    METADATA,
    PROCEDURES,
    REPEATED,
    RUNS,
    STEPS,
)
from harness.text import Text

_BATCH = 2000
_WAIT = 30.0
"""Seconds to wait for another program that writes."""
_REBUILD = "make it anew from the bundles: harness store rebuild"
_LISTS = ("procedures", "steps", "checks")


class IndexFailedError(BenchError):
    """The database cannot be reached, or refuses."""

    headline = Text("索引数据库出错", "The index failed")


class Index:
    """One index. Methods raise IndexFailedError or UsageError."""

    def __init__(self, url: str) -> None:
        self.url = _database(url)
        self.shown = str(self.file or self.url.render_as_string(hide_password=True))
        self.engine = _engine(self.url)

    @property
    def file(self) -> Path | None:
        """The file of an SQLite index."""
        if self.url.get_backend_name() != "sqlite" or not self.url.database:
            return None
        return Path(self.url.database)

    def exists(self) -> bool:
        """Whether there is an index at all. Of a server, only asking tells."""
        if self.file is not None:
            return self.file.is_file()
        with self._guard(), self.engine.connect() as connection:
            return _tables(connection)

    def outdated(self) -> bool:
        """Whether there is an index of an earlier version of this program."""
        if not self.exists():
            return False
        with self._guard(), self.engine.connect() as connection:
            known = self._format(connection) if _tables(connection) else FORMAT
        return known.isdecimal() and int(known) < int(FORMAT)

    def listed(self) -> list[str]:
        """The places that it names, whatever its version."""
        with self._guard(), self.engine.connect() as connection:
            return list(connection.execute(select(RUNS.c.place)).scalars())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to an index that is there and is one of ours."""
        if self.file is not None and not self.file.is_file():
            raise UsageError(f"there is no index at {self.shown}; {_REBUILD}")
        with self._guard(), self.engine.connect() as connection:
            self._check(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction; the tables are made if there are none. One program at a time."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        with self._guard(), self._to_write() as connection, connection.begin():
            if not _tables(connection):
                self._must_be_free(connection)
                _create(connection)
                for one in INDEXES:
                    one.create(connection)
            self._check(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"LOCK TABLE {META.name} IN EXCLUSIVE MODE"))
            yield connection

    def replace(self, bundles: Iterable[tuple[str, RunFacts]]) -> None:
        """Everything anew, in one transaction: until it is done the old index stands."""
        self._make_way()
        with self._guard(), self._to_write() as connection:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SET LOCAL synchronous_commit = on"))  # see `_tidy`
                if not _tables(connection):
                    self._must_be_free(connection)
                METADATA.drop_all(connection)
                _create(connection)
                number = 1
                rest = iter(bundles)
                while batch := list(islice(rest, _BATCH)):
                    _insert(connection, batch, number)
                    number += len(batch)
                for one in INDEXES:
                    one.create(connection)
            self._tidy(connection)

    def _tidy(self, connection: Connection) -> None:
        """Tell the planner what is there now; to PostgreSQL also that all of it is visible."""
        if connection.dialect.name != "postgresql":
            connection.execute(text("ANALYZE"))
            connection.commit()
            return
        connection.execution_options(isolation_level="AUTOCOMMIT")
        # Rows whose commit is not on the disk yet are not marked as visible to all, nor are their
        # neighbours in time; listings would look up each of them in its table.
        connection.execute(text("SET synchronous_commit = on"))
        for table in METADATA.sorted_tables:
            connection.execute(text(f"VACUUM (ANALYZE) {table.name}"))

    def put(self, connection: Connection, place: str, facts: RunFacts) -> None:
        """Write the rows of one bundle in place of what is known of it."""
        connection.execute(
            delete(RUNS).where(or_(RUNS.c.place == place, RUNS.c.identity == facts.identity))
        )
        number = connection.execute(select(func.coalesce(func.max(RUNS.c.run), 0))).scalar_one()
        _insert(connection, [(place, facts)], number + 1)

    def _to_write(self) -> Connection:
        return self.engine.connect().execution_options(harness_writes=True)

    def _make_way(self) -> None:
        """A file that is no index, or a damaged one, is put aside."""
        if self.file is None:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if not self.file.is_file():
            return
        try:
            with self.engine.connect() as connection:
                connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
                connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
        except DatabaseError:
            self.engine.dispose()
            for tail in ("", "-wal", "-shm"):
                old = self.file.with_name(self.file.name + tail)
                if old.is_file():
                    old.replace(old.with_name(f"{old.name}.damaged"))

    def _must_be_free(self, connection: Connection) -> None:
        """A table of ours without our mark is somebody else's."""
        for table in METADATA.sorted_tables:
            if connection.dialect.has_table(connection, table.name):
                raise UsageError(
                    f"the database {self.shown} has a table {table.name} of something else; "
                    "expected one that the store has for itself"
                )

    def _check(self, connection: Connection) -> None:
        if not _tables(connection):
            raise UsageError(f"there is no index at {self.shown}; {_REBUILD}")
        known = self._format(connection)
        if known != FORMAT:
            raise UsageError(
                f"the index at {self.shown} has format {known}, this version knows {FORMAT}; "
                f"{_REBUILD}"
            )

    def _format(self, connection: Connection) -> str:
        found = connection.execute(select(META.c.value).where(META.c.name == "format")).scalar()
        return str(found)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise IndexFailedError(f"{self.shown}: {_said(error)}; {_REBUILD}") from error
        except OSError as error:
            raise IndexFailedError(f"{self.shown}: {error.strerror or error}") from error


def _database(url: str) -> URL:
    """The URL of the database; a plain path is an SQLite file."""
    if "://" not in url:
        return URL.create("sqlite", database=url)
    try:
        found = make_url(url)
    except ArgumentError as error:
        raise UsageError(f"{url!r} is no URL of a database") from error
    if found.drivername in ("postgresql", "postgres"):
        found = found.set(drivername="postgresql+pg8000")
    if found.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageError(
            f"{found.get_backend_name()} is no database that the index can be in; expected a "
            "file, sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
    return found


def _engine(url: URL) -> Engine:
    sqlite = url.get_backend_name() == "sqlite"
    options: dict[str, Any] = {"timeout": _WAIT} if sqlite else {}
    if url.get_driver_name() == "pg8000" and "unix_sock" in url.query:
        # Nobody listens in between, and loading the certificates would be most of the time.
        options["ssl_context"] = False
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args=options)
    except (ImportError, SQLAlchemyError) as error:
        raise UsageError(f"{url.render_as_string()}: {error}") from error
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    for line in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536"):
        connection.execute(f"PRAGMA {line}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("harness_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _tables(connection: Connection) -> bool:
    return connection.dialect.has_table(connection, META.name)


def _create(connection: Connection) -> None:
    later = {one.name for one in INDEXES}
    for table in METADATA.sorted_tables:
        kept = set(table.indexes)
        table.indexes.difference_update(one for one in kept if one.name in later)
        try:
            table.create(connection)
        finally:
            table.indexes.update(kept)
    connection.execute(insert(META), [{"name": "format", "value": FORMAT}])


def _insert(connection: Connection, bundles: Sequence[tuple[str, RunFacts]], first: int) -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "runs": [],
        "procedures": [],
        "items": [],
        "steps": [],
        "checks": [],
    }
    for number, (place, facts) in enumerate(bundles, start=first):
        for name, found in rows_of(place, facts).items():
            rows[name] += [{"run": number, **row} for row in found]
    for table in (RUNS, PROCEDURES, ITEMS, STEPS, CHECKS):
        if found := rows[table.name]:
            load(connection, table, found)


def rows_of(place: str, facts: RunFacts) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows of a bundle, without the number of the run."""
    whole = {name: getattr(facts, name) for name in RunFacts.__slots__ if name not in _LISTS}
    again = {name: whole[name] for name in REPEATED}
    return {
        "runs": [{"place": place, **whole, "state": facts.state.value}],
        "procedures": [
            {"procedure": one.procedure, "verdict": one.verdict, "ending": one.ending, **again}
            for one in facts.procedures
        ],
        "items": [
            {"item": item, "verdict": verdict, **again} for item, verdict in facts.items().items()
        ],
        "steps": [_row(one) for one in facts.steps],
        "checks": [_row(one) for one in facts.checks],
    }


def _row(one: StepFacts | Check) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def _said(error: SQLAlchemyError) -> str:
    """What the database says, in one line, without the statement."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
