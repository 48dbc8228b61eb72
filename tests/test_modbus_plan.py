"""Block planning against brute force."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.devices.modbus.plan import Block, plan
from harness.devices.modbus.points import Point, ReadRules, Table
from harness.errors import UsageError


def points_at(*spans: tuple[int, int], table: Table = Table.INPUT) -> list[Point]:
    kinds = {1: "u16", 2: "u32", 4: "u64"}
    return [Point(f"p{at}", table, at, words, kinds[words]) for at, words in spans]


def allowed(group: tuple[Point, ...], rules: ReadRules, documented: set[int]) -> bool:
    """May one request carry exactly these points? Written without a thought for speed."""
    first = min(point.address for point in group)
    end = max(point.end for point in group)
    limit = rules.max_bits if group[0].table.is_bits else rules.max_registers
    if end - first > limit:
        return False
    if rules.exact and len({(point.address, point.end) for point in group}) > 1:
        return False
    for address in range(first, end):
        for table, low, high in rules.forbidden:
            if table is group[0].table and low <= address <= high:
                return False
    run = longest = 0
    for address in range(first, end):
        run = 0 if address in documented else run + 1
        longest = max(longest, run)
    return longest <= rules.gap


def partitions(items: list[Point]) -> list[list[tuple[Point, ...]]]:
    """Every way to share out items among groups, not only neighbours."""
    if not items:
        return [[]]
    found: list[list[tuple[Point, ...]]] = []
    head, rest = items[0], items[1:]
    for smaller in partitions(rest):
        found.append([(head,), *smaller])
        for index, group in enumerate(smaller):
            found.append([*smaller[:index], (head, *group), *smaller[index + 1 :]])
    return found


def brute_force(points: list[Point], rules: ReadRules, known: list[Point]) -> tuple[int, int]:
    """Fewest requests, and the fewest registers among those."""
    total = (0, 0)
    for table in Table:
        mine = [point for point in points if point.table is table]
        documented = {
            address
            for point in [*points, *known]
            if point.table is table
            for address in range(point.address, point.end)
        }
        best = min(
            (
                len(groups),
                sum(max(p.end for p in g) - min(p.address for p in g) for g in groups),
            )
            for groups in partitions(mine)
            if all(allowed(group, rules, documented) for group in groups)
        )
        total = (total[0] + best[0], total[1] + best[1])
    return total


@st.composite
def maps(draw: st.DrawFn) -> tuple[list[Point], list[Point], ReadRules]:
    points: list[Point] = []
    known: list[Point] = []
    forbidden: list[tuple[Table, int, int]] = []
    for table in draw(st.sampled_from([[Table.INPUT], [Table.INPUT, Table.COIL]])):
        at = 0
        for number in range(draw(st.integers(1, 6))):
            at += draw(st.integers(0, 4))
            words = 1 if table.is_bits else draw(st.sampled_from([1, 2, 4]))
            kind = "bool" if table.is_bits else {1: "u16", 2: "f32", 4: "u64"}[words]
            point = Point(f"{table}{number}", table, at, words, kind)
            if draw(st.integers(0, 3)) == 0:
                known.append(point)
            else:
                points.append(point)
                if draw(st.integers(0, 5)) == 0:
                    points.append(Point(f"{table}{number}again", table, at, words, kind))
            at += words
            if draw(st.integers(0, 6)) == 0:
                forbidden.append((table, at, at))
                at += 1
    rules = ReadRules(
        max_registers=draw(st.integers(4, 14)),
        max_bits=draw(st.integers(1, 12)),
        gap=draw(st.sampled_from([0, 0, 1, 2, 65535])),
        exact=draw(st.booleans()) and draw(st.booleans()),
        forbidden=tuple(forbidden),
    )
    return points, known, rules


@settings(max_examples=250, deadline=None)
@given(maps())
def test_no_plan_needs_fewer_requests_or_registers(
    case: tuple[list[Point], list[Point], ReadRules],
) -> None:
    points, known, rules = case
    blocks = plan(points, rules, known)
    assert sorted(p.name for b in blocks for p in b.points) == sorted(p.name for p in points)
    for block in blocks:
        documented = {
            address
            for point in [*points, *known]
            if point.table is block.table
            for address in range(point.address, point.end)
        }
        assert allowed(block.points, rules, documented)
        assert block.address == min(point.address for point in block.points)
        assert block.address + block.count == max(point.end for point in block.points)
    assert (len(blocks), sum(block.count for block in blocks)) == brute_force(points, rules, known)


def spans(blocks: list[Block]) -> list[tuple[int, int]]:
    return [(block.address, block.count) for block in blocks]


def test_neighbours_share_a_request() -> None:
    assert spans(plan(points_at((0, 1), (1, 2), (3, 4)), ReadRules())) == [(0, 7)]


def test_a_gap_ends_the_block_unless_gaps_are_allowed() -> None:
    points = points_at((0, 1), (2, 1))
    assert spans(plan(points, ReadRules())) == [(0, 1), (2, 1)]
    assert spans(plan(points, ReadRules(gap=1))) == [(0, 3)]
    assert spans(plan(points, ReadRules(), points_at((1, 1)))) == [(0, 3)]


def test_what_cannot_be_read_is_no_bridge() -> None:
    write_only = Point("w", Table.INPUT, 1, readable=False, writable=True)
    assert len(plan(points_at((0, 1), (2, 1)), ReadRules(), [write_only])) == 2


def test_interleaved_phases_are_read_at_once() -> None:
    phases = points_at((301, 1), (303, 1), (305, 1))
    between = points_at((302, 1), (304, 1))
    assert spans(plan(phases, ReadRules(), between)) == [(301, 5)]


def test_among_equals_the_plan_with_fewer_registers_is_taken() -> None:
    points = points_at((0, 1), (10, 1), (12, 1))
    assert spans(plan(points, ReadRules(max_registers=11, gap=20))) == [(0, 1), (10, 3)]


def test_exact_reads_one_point_at_a_time_and_two_views_at_once() -> None:
    points = [*points_at((0, 2), (2, 2)), Point("view", Table.INPUT, 0, 2, "u32")]
    assert spans(plan(points, ReadRules(exact=True))) == [(0, 2), (2, 2)]


def test_the_same_number_in_two_tables_is_two_requests() -> None:
    both = points_at((2, 2)) + points_at((2, 2), table=Table.HOLDING)
    assert [(b.table, b.address) for b in plan(both, ReadRules())] == [
        (Table.INPUT, 2),
        (Table.HOLDING, 2),
    ]


def test_tables_of_bits_have_their_own_limit() -> None:
    coils = [Point(f"c{at}", Table.COIL, at, 1, "bool") for at in range(10)]
    assert len(plan(coils, ReadRules(max_bits=4))) == 3
    assert len(plan(coils, ReadRules(max_bits=10))) == 1


def test_a_forbidden_span_is_not_read_over() -> None:
    rules = ReadRules(gap=100, forbidden=((Table.INPUT, 5, 5),))
    assert spans(plan(points_at((0, 1), (4, 1), (6, 1)), rules)) == [(0, 5), (6, 1)]
    elsewhere = ReadRules(gap=100, forbidden=((Table.HOLDING, 5, 5),))
    assert spans(plan(points_at((0, 1), (4, 1), (6, 1)), elsewhere)) == [(0, 7)]


def test_a_point_that_no_read_can_carry_is_refused() -> None:
    with pytest.raises(UsageError, match="p0 has 4 registers; one read carries 2"):
        plan(points_at((0, 4)), ReadRules(max_registers=2))
    with pytest.raises(UsageError, match="must not be read"):
        plan(points_at((5, 1)), ReadRules(forbidden=((Table.INPUT, 0, 9),)))


def test_order_of_asking_does_not_matter() -> None:
    points = points_at((0, 1), (1, 2), (30, 1), (31, 4))
    wanted = spans(plan(points, ReadRules()))
    for order in itertools.permutations(points):
        assert spans(plan(order, ReadRules())) == wanted
