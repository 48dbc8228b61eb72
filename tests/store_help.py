"""Stores for tests: on SQLite and, where there is one, on PostgreSQL; and small bundles."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres_cluster
import pytest
from skill_runs import write_run
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from harness.store.store import Store

BACKENDS = ["sqlite", *(["postgresql"] if postgres_cluster.available() else [])]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server: the one that is named, else one of our own."""
    given = os.environ.get(postgres_cluster.VARIABLE)
    if given:
        yield given
        return
    with postgres_cluster.cluster() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """URL of a database that nobody else uses."""
    name = f"harness_test_{os.getpid()}"
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield engine.url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def no_tables(postgres_database: str) -> str:
    """The same without any tables."""
    engine = create_engine(postgres_database, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return postgres_database


@pytest.fixture(params=BACKENDS)
def index_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the index is, on each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "index.db")
    url: str = request.getfixturevalue("no_tables")
    return url


@pytest.fixture
def store(index_url: str, tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path / "shelf"), index_url)


def fill(store: Store, folder: Path, runs: int = 3, **given: Any) -> list[str]:
    """Add some small runs; their places."""
    return [add(store, folder / f"run-{number}", day=number, **given) for number in range(runs)]


def add(store: Store, folder: Path, **given: Any) -> str:
    """Write one small run and add it; its place."""
    write_run(folder, **given)
    return store.add(folder).place
