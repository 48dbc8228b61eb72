"""Does the index say what the bundles say? And are the bundles what was sealed?

The answer for every bundle and every row: nothing is taken from the index here but what is held
against the bundle.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from harness.errors import EvidenceError, UsageError
from harness.evidence.verify import VerifyResult, verify
from harness.store.facts import RunFacts
from harness.store.index import rows_of
from harness.store.model import CHECKS, ITEMS, PROCEDURES, RUNS, STEPS
from harness.store.store import Store, place_of, remarks
from harness.text import Text

_TABLES = (RUNS, PROCEDURES, ITEMS, STEPS, CHECKS)
_MANY = 20

GONE = Text("索引中有此记录，证据却不在原处", "the index names it, and there is no bundle")
UNLISTED = Text("证据在，索引中却没有", "the bundle is there, and the index does not name it")


@dataclass(frozen=True)
class Difference:
    """One thing that the index says and the bundle does not. `where`: table and row."""

    where: str
    column: str
    index: object
    bundle: object

    @property
    def text(self) -> Text:
        place = f"{self.where} {self.column}".strip()
        return Text(
            f"{place}：索引为 {_shown(self.index)}，证据为 {_shown(self.bundle)}",
            f"{place}: the index says {_shown(self.index)}, the bundle {_shown(self.bundle)}",
        )


@dataclass
class Checked:
    """What was found of one place."""

    place: str
    result: VerifyResult | None = None
    """What verification says of the bundle; None when there is none, or it cannot be read."""
    findings: list[Text] = field(default_factory=list)
    """What is wrong beside that: nothing, in a good store."""
    differences: list[Difference] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    """What a reader should know of a bundle that is good."""

    @property
    def exit_code(self) -> int:
        """As of `harness evidence verify`; 1 also when the index is wrong."""
        if self.findings or self.differences or self.result is None:
            return 1
        return self.result.exit_code


def check_all(store: Store) -> Iterator[Checked]:
    """Every bundle and every row, in the order of the places. Raises EvidenceError, UsageError."""
    store.recover()
    known = _known(store)
    identities: dict[str, str] = {}
    heads: dict[str, tuple[str, str]] = {}
    for place in store.shelf.places():
        checked, facts = _one(store, place)
        if facts is not None:
            first = identities.setdefault(facts.identity, place)
            if first != place:
                checked.findings.append(
                    Text(f"与 {first} 是同一份证据", f"it is the same bundle as {first}")
                )
                known.discard(place)
            elif not facts.virtual_time:
                other, seal = heads.setdefault(facts.head, (place, facts.identity))
                if seal != facts.identity:
                    checked.findings.append(
                        Text(
                            f"事件日志与 {other} 相同而封存不同：其中之一被重新签名",
                            f"it has the journal of {other} with another seal: one of them was "
                            "signed again",
                        )
                    )
            if first == place and place not in known:
                checked.findings.append(UNLISTED)
        known.discard(place)
        yield checked
    for place in sorted(known):
        yield Checked(place, None, [GONE])


def _known(store: Store) -> set[str]:
    with store.index.reading() as connection:
        return set(connection.execute(select(RUNS.c.place)).scalars())


def _one(store: Store, place: str) -> tuple[Checked, RunFacts | None]:
    checked = Checked(place)
    try:
        with store.shelf.local(place) as folder:
            checked.result = verify(folder)
        checked.findings += [place_of(one) for one in checked.result.clock]
        checked.notes += remarks(checked.result)
        facts = store.facts(place)
    except EvidenceError as error:
        checked.findings.append(Text(error.headline.zh + f"：{error.detail}", error.detail))
        return checked, None
    if checked.result.intact:  # of an altered bundle nobody knows who is right
        with store.index.reading() as connection:
            checked.differences = differences(connection, place, facts)
    return checked, facts


def differences(connection: Connection, place: str, facts: RunFacts) -> list[Difference]:
    """What the index says of a bundle and the bundle does not; nothing where it is not named."""
    number = connection.execute(select(RUNS.c.run).where(RUNS.c.place == place)).scalar()
    if number is None:
        return []
    found: list[Difference] = []
    wanted = rows_of(place, facts)
    for table in _TABLES:
        keys = [column.name for column in table.primary_key if column.name != "run"]
        names = [column.name for column in table.c if column.name != "run"]
        query = select(*(table.c[name] for name in names)).where(table.c.run == number)
        listed = {
            tuple(row[name] for name in keys): dict(row)
            for row in connection.execute(query).mappings()
        }
        told = {tuple(row[name] for name in keys): row for row in wanted[table.name]}
        for key in [*told, *(key for key in listed if key not in told)]:
            found += _of_row(table.name, key, listed.get(key), told.get(key))
    return found


def _of_row(
    table: str, key: Sequence[Any], listed: dict[str, Any] | None, told: dict[str, Any] | None
) -> Iterator[Difference]:
    where = " ".join([table, *(str(part) for part in key)])
    if listed is None or told is None:
        yield Difference(where, "", listed and "…", told and "…")
        return
    for name, value in told.items():
        if listed[name] != value:
            yield Difference(where, name, listed[name], value)


def locate(store: Store, name: str) -> str:
    """The place of a run by its place or id, or the start of one. Raises UsageError."""
    found: list[str] = []
    if store.index.exists():
        with store.index.reading() as connection:
            exact = _places(connection, or_(RUNS.c.place == name, RUNS.c.run_id == name))
            found = exact or _places(
                connection,
                or_(
                    RUNS.c.place.startswith(name, autoescape=True),
                    RUNS.c.place.contains(f"/{name}", autoescape=True),
                    RUNS.c.run_id.startswith(name, autoescape=True),
                    RUNS.c.identity.startswith(name, autoescape=True),
                ),
            )
    if not found and _is_place(name) and store.shelf.holds(name):
        return name
    if not found:
        raise UsageError(f"the store has no run {name!r}; see: harness store find")
    if len(found) > 1:
        shown = ", ".join(found[:_MANY]) + (" …" if len(found) > _MANY else "")
        raise UsageError(f"{name!r} may be any of: {shown}; expected a place")
    return found[0]


def _is_place(name: str) -> bool:
    parts = name.split("/")
    return bool(name) and not any(part in ("", ".", "..") for part in parts)


def _places(connection: Connection, which: Any) -> list[str]:
    query: Select[Any] = select(RUNS.c.place).where(which).order_by(RUNS.c.place)
    return list(connection.execute(query.limit(_MANY + 1)).scalars())


def _shown(value: object) -> str:
    return "–" if value in (None, "") else str(value)
