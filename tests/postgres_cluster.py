"""A PostgreSQL of our own for as long as it is needed, from the programs that Debian installs.

    with cluster() as url: …                          in a test
    python tests/postgres_cluster.py make test        runs a command with HARNESS_TEST_POSTGRES set

It listens on a socket in a folder of its own and on no port, runs as an ordinary user (also when
it is root who starts it), and is gone afterwards.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "HARNESS_TEST_POSTGRES"
_OWNERS = ("postgres", "nobody")
_SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "autovacuum=off",
)
_WITHIN = 60


def programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; None where there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path and shutil.which("pg_ctl") else None


def available() -> bool:
    """Whether tests can have a PostgreSQL: the variable names one, or one can be started."""
    return bool(os.environ.get(VARIABLE)) or programs() is not None


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; its URL."""
    folder = programs()
    if folder is None:
        raise RuntimeError("no initdb; on Debian and Ubuntu: apt-get install postgresql")
    owner = _owner()
    place = Path(tempfile.mkdtemp(prefix="harness-pg-"))
    data = place / "data"
    try:
        if owner:
            shutil.chown(place, owner)
        _call([folder / "initdb", "-D", data, "-U", "harness", "-A", "trust", "-E", "UTF8",
               "--locale=C", "--no-sync", "--no-instructions"], place, owner)  # fmt: skip
        settings = " ".join(f"-c {one}" for one in (*_SETTINGS, f"unix_socket_directories={place}"))
        control = [folder / "pg_ctl", "-D", data, "-w", "-t", str(_WITHIN)]
        _call([*control, "-l", place / "log", "-o", settings, "start"], place, owner)
        try:
            socket = place / ".s.PGSQL.5432"
            yield f"postgresql+pg8000://harness@/postgres?unix_sock={socket}"
        finally:
            _call([*control, "-m", "immediate", "stop"], place, owner)
    finally:
        shutil.rmtree(place)


def _owner() -> str | None:
    """Whom to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - POSIX only

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _OWNERS if name in names)


def _call(command: Sequence[object], place: Path, owner: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with (place / "said").open("w+b") as said:  # a pipe would stay open in the server
        code = subprocess.call(
            [str(word) for word in command],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            user=owner,
            extra_groups=[] if owner else None,
        )
        if code:
            said.seek(0)
            log = place / "log"
            told = said.read() + (log.read_bytes() if log.is_file() else b"")
            words = " ".join(map(str, command))
            raise RuntimeError(f"{words} ended with {code}:\n{told.decode(errors='replace')}")


def _stop(*_: object) -> None:
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    with cluster() as address:
        print(f"PostgreSQL at {address}", flush=True)
        status = subprocess.call(sys.argv[1:], env={**os.environ, VARIABLE: address})
    sys.exit(status)
