"""Writing very many rows at once.

SQLite takes them as they come; of binding them by name one by one a rebuild would notice. For
PostgreSQL a request for each row would be most of the time, so rows go in with COPY where the
driver is the one that we ship.
"""

import io
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, insert

_FEW = 20
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def load(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows, each with a value for every column."""
    names = [column.name for column in table.c]
    if connection.dialect.name == "sqlite":
        listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        values = map(itemgetter(*names), rows)
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})', list(values)
        )
        return
    if connection.dialect.driver != "pg8000" or len(rows) < _FEW:
        connection.execute(insert(table), rows)
        return
    lines = ("\t".join([_field(row[name]) for name in names]) for row in rows)
    stream = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
    listed = ", ".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(f"COPY {table.name} ({listed}) FROM STDIN", stream=stream)
    finally:
        cursor.close()


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.translate(_ESCAPES) if isinstance(value, str) else repr(value)
