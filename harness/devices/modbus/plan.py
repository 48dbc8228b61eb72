"""Which blocks to read: the fewest requests that the profile's rules allow.

A block covers neighbouring points of one table. It may run over registers that nobody asked for
when they belong to other documented points, or when the rules allow a gap that long. Among plans
with equally few requests the one that carries the fewest registers is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.devices.modbus.points import Point, ReadRules, Table
from harness.errors import UsageError


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One read request: `count` registers (or bits) of `table` from `address` on."""

    table: Table
    address: int
    count: int
    points: tuple[Point, ...]
    unit_id: int | None = None
    """None: the device's own."""


def plan(points: Iterable[Point], rules: ReadRules, known: Iterable[Point] = ()) -> list[Block]:
    """Blocks that together hold all `points`, in table and address order.

    `known` are further points that the device is known to have; reading over them is no gap.
    Raises UsageError for a point that the rules make unreadable (too long, forbidden).
    """
    wanted = list(points)
    others = [*wanted, *known]
    places = dict.fromkeys((point.unit_id, table) for table in Table for point in wanted)
    return [
        block
        for place in places
        for block in _plan_table(
            place,
            [point for point in wanted if (point.unit_id, point.table) == place],
            rules,
            [p for p in others if (p.unit_id, p.table) == place and p.readable],
        )
    ]


@dataclass(frozen=True, slots=True)
class _Span:
    first: int
    end: int
    points: tuple[Point, ...]


def _plan_table(
    place: tuple[int | None, Table], points: list[Point], rules: ReadRules, known: list[Point]
) -> list[Block]:
    unit_id, table = place
    spans = _spans(points)
    if not spans:
        return []
    longest = rules.max_bits if table.is_bits else rules.max_registers
    forbidden = [(low, high) for where, low, high in rules.forbidden if where is table]
    for span in spans:
        _check(span, longest, forbidden)
    reach = _reach(spans, rules, known, longest, forbidden)
    # best[i]: (requests, registers, start of the last block) for the first i spans.
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for last in range(len(spans)):
        options = [
            (
                best[first][0] + 1,
                best[first][1] + spans[last].end - spans[first].first,
                first,
            )
            for first in range(reach[last], last + 1)
        ]
        best.append(min(options))
    blocks: list[Block] = []
    end = len(spans)
    while end:
        first = best[end][2]
        group = spans[first:end]
        blocks.append(
            Block(
                table,
                group[0].first,
                group[-1].end - group[0].first,
                tuple(point for span in group for point in span.points),
                unit_id,
            )
        )
        end = first
    return blocks[::-1]


def _spans(points: list[Point]) -> list[_Span]:
    """Points by span, in address order; several views of one span are one."""
    found: dict[tuple[int, int], list[Point]] = {}
    for point in points:
        views = found.setdefault((point.address, point.end), [])
        if point not in views:
            views.append(point)
    return [_Span(first, end, tuple(views)) for (first, end), views in sorted(found.items())]


def _check(span: _Span, longest: int, forbidden: list[tuple[int, int]]) -> None:
    point = span.points[0]
    if span.end - span.first > longest:
        raise UsageError(
            f"{point.name} has {span.end - span.first} registers; one read carries {longest}"
        )
    if any(low < span.end and span.first <= high for low, high in forbidden):
        raise UsageError(f"{point.name} at {point.where()} lies in a span that must not be read")


def _reach(
    spans: Sequence[_Span],
    rules: ReadRules,
    known: list[Point],
    longest: int,
    forbidden: list[tuple[int, int]],
) -> list[int]:
    """For each span, the first span that one block ending with it may start from.

    Every rule is monotone: a block that is allowed stays allowed when spans at its ends are left
    out. So one number per span says it all.
    """
    documented = {address for point in known for address in range(point.address, point.end)}
    reach: list[int] = []
    start = 0
    for index, span in enumerate(spans):
        joined = index > 0 and _joined(
            spans[index - 1].end, span.first, documented, rules, forbidden
        )
        if not joined:
            start = index
        while span.end - spans[start].first > longest:
            start += 1
        reach.append(start)
    return reach


def _joined(
    end: int,
    first: int,
    documented: set[int],
    rules: ReadRules,
    forbidden: list[tuple[int, int]],
) -> bool:
    """May one block run from the address before `end` over to `first`?"""
    if rules.exact:
        return False
    if any(low < first and end <= high for low, high in forbidden):
        return False
    run = 0
    for address in range(end, first):
        run = 0 if address in documented else run + 1
        if run > rules.gap:
            return False
    return True
