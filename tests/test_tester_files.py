"""Files of inspection-line testers: what is read, and what is refused with its place."""

import math
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.tester.layout import KINDS, Key, Layout, kind_of
from harness.devices.tester.mapping import TableMapping
from harness.devices.tester.reader import OWN, LineFile, day_of, read_tester
from harness.engine.details import problem
from harness.errors import FileError, UnknownNameError, UsageError

CHINESE = re.compile("[\u4e00-\u9fff]")
VERBATIM = re.compile(r"`# kind [\w-]+`|\w* ?\[\S+\]|VIN \w+")
"""What a person has to write just so."""
VIN = "LHAB1C2D3EF456789"
OTHER = "LHAB1C2D3EF456780"


def own(kind: str, *table: str, vin: str = VIN, head: tuple[str, ...] = ()) -> bytes:
    """A file in our own layout."""
    return "\n".join([OWN, f"# kind {kind}", f"# vin {vin}", *head, *table]).encode()


def read(kind: str, data: bytes, entry: TableMapping | None = None) -> LineFile:
    return read_tester("t.csv", data, kind=kind, vin=VIN, entry=entry)


def told(kind: str, data: bytes, entry: TableMapping | None = None) -> list[str]:
    """What is wrong with a file, one line for each place."""
    with pytest.raises(FileError) as caught:
        read(kind, data, entry)
    for one in caught.value.problems:
        where, _, said = problem(one).partition(": ")
        assert CHINESE.search(said.partition("；应为：")[0]), (where, said)
        assert f"；应为：{one.expected}" not in said or VERBATIM.fullmatch(one.expected), said
    return [str(one) for one in caught.value.problems]


TREAD = [f"{wheel},{n},{5 + n / 10}" for wheel in ("FL", "FR", "RL", "RR") for n in (1, 2, 3)]
TREAD_HEAD = "wheel,reading,depth [mm]"


def whole(kind: Layout) -> bytes:
    """A file with the fewest rows that the layout allows."""
    rows = []
    for words in kind.needed:
        for number in range(1, kind.fewest + 1):
            along = [] if kind.along is None else [str(number)]
            rows.append(
                [*words, *along, *(f"{(one.low + one.high) / 2:g}" for one in kind.numbers)]
            )
    header = [
        name if isinstance(one, Key) or one.unit == "1" else f"{name} [{one.unit}]"
        for name, one in kind.columns.items()
    ]
    return own(kind.name, ",".join(header), *(",".join(row) for row in rows))


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_reads_its_own_layout(name: str) -> None:
    kind = kind_of(name)
    file = read(name, whole(kind))
    assert file.vin == VIN
    assert len(file.rows) == len(kind.needed) * kind.fewest
    for one in kind.numbers:
        assert set(file.column(one.name)) == {(one.low + one.high) / 2}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_misses_rows_and_refuses_another_car(name: str) -> None:
    data = whole(kind_of(name))
    short = data.rpartition(b"\n")[0]
    assert "rows for" in told(name, short)[0] and "expected at least" in told(name, short)[0]
    (problem,) = told(name, data.replace(VIN.encode(), OTHER.encode()))
    assert (
        problem == f"t.csv:3:7: the file is about another vehicle: VIN {OTHER}; expected VIN {VIN}"
    )


def test_rows_are_found_by_their_words() -> None:
    file = read("tread", own("tread", TREAD_HEAD, *TREAD, head=("# uncertainty depth 0.1",)))
    assert file.column("depth", wheel="RL") == [5.1, 5.2, 5.3]
    assert file.uncertainty == {"depth": 0.1}


def test_an_optional_column_may_have_holes_and_then_gives_no_series() -> None:
    head = "lamp,height [mm],main_intensity [cd],dipped_drop [mm],dipped_sideways [mm]"
    rows = ("left,680,21000,120,-30", "right,682,20500,118,15")
    assert (
        read("headlamp", own("headlamp", head, *rows)).of(lamp="left")[0].numbers["height"] == 680
    )
    partly = own("headlamp", head + ",main_above [mm]", rows[0] + ",20", rows[1] + ",")
    with pytest.raises(UsageError, match="no main_above in line 6"):
        read("headlamp", partly).column("main_above")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (["wheel,reading,depth [m]", *TREAD], "t.csv:4:3: the file says m, the layout mm: another "
         "size of unit; expected [mm]"),
        (["wheel,reading,depth [kg]", *TREAD], "t.csv:4:3: the file says kg, the layout mm: "
         "another kind of unit; expected [mm]"),
        (["wheel,reading,depth", *TREAD], "t.csv:4:3: depth states no unit; expected depth [mm]"),
        (["wheel,reading", *TREAD], "t.csv:4:0: no column is called 'depth'; expected a header "
         "like it; there is: wheel, reading"),
        ([TREAD_HEAD, *TREAD[:-1]], "t.csv:4:0: 2 rows for RR; expected at least 3"),
        ([TREAD_HEAD, *TREAD[:9]], "t.csv:4:0: 0 rows for RR; expected at least 3"),
        ([TREAD_HEAD, *TREAD, "RR,3,5.3"], "t.csv:17:1: a second row for RR 3; expected one; the "
         "first is line 16"),
        ([TREAD_HEAD, *TREAD, "RR,3,5.9"], "t.csv:17:1: a second row for RR 3 with other values: "
         "depth 5.9 after 5.3; expected one; the first is line 16"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,3,5,3"], "t.csv:16:4: 4 cells under 3 headers: RR,3,5,3; "
         "expected one cell for each header, and a point as the decimal mark"),
        ([one.replace(",", ";") for one in (TREAD_HEAD, *TREAD)], "t.csv:4:1: the cells stand "
         "between semicolons; expected commas between cells, and a point as the decimal mark"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,3,5·3"], "t.csv:16:3: depth: '5·3' is not a number; "
         "expected a number in mm"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,3,"], "t.csv:16:3: depth: '' is not a number; expected a "
         "number in mm"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,3,nan"], "t.csv:16:3: depth: 'nan' is not a number; "
         "expected a number in mm"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,3,0_9"], "t.csv:16:3: depth: '0_9' is not a number; "
         "expected a number in mm"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,3,５"], "t.csv:16:3: depth: '５' is not a number; "
         "expected a number in mm"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,3,53"], "t.csv:16:3: depth cannot be 53 mm; expected 0 to "
         "15 mm"),
        ([TREAD_HEAD, *TREAD[:-1], "XX,3,5"], "t.csv:16:1: 'XX' is no wheel; expected one of: FL, "
         "FR, RL, RR"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,1.5,5"], "t.csv:16:2: reading goes back: 1.5 after 2; "
         "expected reading that rises"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,5,5.3"], "t.csv:16:2: rows are missing: reading 5 after 2; "
         "expected reading 3"),
        ([TREAD_HEAD, *TREAD[:-1], "RR,2.5,5.3"], "t.csv:16:2: rows are missing: reading 2.5 after "
         "2; expected reading 3"),
        ([TREAD_HEAD, *TREAD[1:], "FL,4,5.3"], "t.csv:5:2: rows are missing: the first reading is "
         "2; expected reading 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(table: list[str], problem: str) -> None:
    assert told("tread", own("tread", *table)) == [problem]


RUN_HEAD = "time [s],speed [km/h],distance [m]"
FORCE_HEAD = "brake,axle,time [s],left_force [N],right_force [N]"


def forces(times: list[float]) -> list[str]:
    """Left is far ahead of right in the middle only, so that a hole would hide it."""
    rows = [f"service,rear,{0.1 * n:g},{100 * n},{100 * n}" for n in range(4)]
    for t in times:
        left = 3000 * t
        right = left - (1200 if 0.3 <= t <= 0.8 else 0)
        rows.append(f"service,front,{t:g},{left:g},{max(right, 0):g}")
    return rows


def test_rows_lost_inside_a_trace_are_missed() -> None:
    whole_trace = [0.1 * n for n in range(11)]
    read("brake-force", own("brake-force", FORCE_HEAD, *forces(whole_trace)))
    holed = [t for t in whole_trace if not 0.25 < t < 0.85]
    assert told("brake-force", own("brake-force", FORCE_HEAD, *forces(holed))) == [
        "t.csv:12:3: rows are missing: time 0.9 after 0.2; expected steps of about 0.1 s"
    ]
    # Also where the hole is one of only two steps.
    few = own("brake-force", FORCE_HEAD, *forces([0.0, 0.1, 0.8]))
    assert told("brake-force", few)[0].startswith("t.csv:11:3: rows are missing: time 0.8 after")


def test_a_reading_lost_between_two_speeds_is_missed() -> None:
    head = "reading,indicated [km/h],true [km/h]"
    assert told("speedometer", own("speedometer", head, "1,40,38", "3,60,57")) == [
        "t.csv:6:1: rows are missing: reading 3 after 1; expected reading 2"
    ]


def run_rows(count: int = 300) -> list[str]:
    return [f"{n / 100:g},{max(0, 50 - n / 5):g},{0.13 * n:g}" for n in range(count)]


def test_a_hole_in_a_braking_run_is_missed_and_uneven_steps_are_not() -> None:
    rows = run_rows()
    assert told("brake-run", own("brake-run", RUN_HEAD, *rows[:60], *rows[180:])) == [
        "t.csv:65:1: rows are missing: time 1.8 after 0.59; expected steps of about 0.01 s"
    ]
    thinned = [*rows[:60], rows[62], *rows[65:]]
    assert len(read("brake-run", own("brake-run", RUN_HEAD, *thinned)).rows) == 296


def test_a_distance_that_falls_is_told() -> None:
    rows = run_rows(20)
    rows[10] = "0.1,48,1.1"
    assert told("brake-run", own("brake-run", RUN_HEAD, *rows)) == [
        "t.csv:15:3: distance goes back: 1.1 after 1.17; expected distance that does not fall"
    ]
    rows[10] = "0.1,48,1.17"
    assert read("brake-run", own("brake-run", RUN_HEAD, *rows)).column("distance")[10] == 1.17


@pytest.mark.parametrize("at", [0, 5])
def test_a_quotation_mark_left_open_in_a_long_file_is_told(at: int) -> None:
    rows = list(TREAD)
    rows[at] = '"' + rows[at] + "x" * 140_000
    found = told("tread", own("tread", TREAD_HEAD, *rows))
    assert any("a cell goes on without end" in one for one in found)


def test_a_header_without_end_is_told() -> None:
    assert told("tread", own("tread", TREAD_HEAD + "x" * 140_000, *TREAD))


def test_a_file_of_another_day_is_refused_and_its_day_is_known() -> None:
    today = date(2026, 11, 28)
    right = own("tread", TREAD_HEAD, *TREAD, head=("# tested 2026-11-28T10:15",))
    assert read_tester("t.csv", right, kind="tread", vin=VIN, day=today).day == today
    assert read("tread", own("tread", TREAD_HEAD, *TREAD)).day is None
    for said, wrong in (
        ("2026-11-27", "t.csv:4:10: the file is of another day: 2026-11-27; expected 2026-11-28"),
        ("28.11.26", "t.csv:4:10: '28.11.26' is no day; expected a day as 2026-11-28"),
        ("2026-13-28", "t.csv:4:10: '2026-13-28' is no day; expected a day as 2026-11-28"),
    ):
        other = own("tread", TREAD_HEAD, *TREAD, head=(f"# tested {said}",))
        with pytest.raises(FileError) as caught:
            read_tester("t.csv", other, kind="tread", vin=VIN, day=today)
        assert [str(one) for one in caught.value.problems] == [wrong]
    assert [day_of(one) for one in ("2026/1/5 9:30", "20260105", "x")] == [
        date(2026, 1, 5), date(2026, 1, 5), None,
    ]  # fmt: skip


def test_all_places_are_told_at_once_and_not_without_end() -> None:
    problems = told("tread", own("tread", TREAD_HEAD, *(f"{w},x,y" for w in ("FL", "FR") * 30)))
    assert len(problems) == 20
    assert problems[0].startswith("t.csv:5:2") and problems[1].startswith("t.csv:5:3")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "t.csv:0:0: the file is empty; expected a table of a tester"),
        (b"a,b\n1,2", "this is not our own layout"),
        (
            own("tread", TREAD_HEAD, *TREAD, vin="").replace(b"# vin \n", b""),
            "the file says no VIN",
        ),
        (own("tread", TREAD_HEAD, *TREAD, vin="LHO"), "'LHO' is no VIN"),
        (own("side-slip", TREAD_HEAD, *TREAD), "t.csv:2:1: a file of kind 'side-slip'; expected"),
        (own("tread", TREAD_HEAD, *TREAD, head=("# uncertainty depth no",)), "is no uncertainty"),
        (own("tread", TREAD_HEAD, *TREAD, head=(f"# vin {OTHER}",)), "t.csv:4:1: a second VIN"),
        (own("tread", TREAD_HEAD) + b"\n\xff", "is not utf-8-sig text"),
    ],
)
def test_a_head_that_does_not_fit(data: bytes, problem: str) -> None:
    assert any(problem in one for one in told("tread", data))


FOREIGN = TableMapping.model_validate(
    {
        "kind": "brake-force",
        "vin": "车辆识别代号",
        "encoding": "gbk",
        "delimiter": ";",
        "columns": {
            "brake": {"column": "类型", "words": {"行车": "service", "驻车": "parking"}},
            "axle": {"column": "轴", "words": {1: "front", 2: "rear"}},
            "time": {"column": "t", "unit": "ms"},
            "left_force": {"column": "左", "unit": "N", "scale": 10, "uncertainty": "0.06 kN"},
            "right_force": {"column": "右", "unit": "kN"},
        },
    }
)


def foreign(*rows: str, head: str = "类型;轴;t [ms];左 [N];右 [kN]") -> bytes:
    return "\n".join(["制动检验台", f"车辆识别代号;{VIN}", head, *rows]).encode("gbk")


ROWS = [f"行车;{axle};{10 * n};{100 * n};{n}" for axle in (1, 2) for n in (0, 1, 2)]


def test_a_tester_of_ones_own_is_mapped() -> None:
    file = read("brake-force", foreign(*ROWS), FOREIGN)
    assert file.column("time", brake="service", axle="rear") == [0.0, 0.01, 0.02]
    assert file.column("left_force", axle="front") == [0, 1000, 2000]
    assert file.column("right_force", axle="front") == [0, 1000, 2000]
    assert file.uncertainty == {"left_force": 60.0}


def test_a_mapped_file_is_held_to_its_units_and_words() -> None:
    other = foreign(*ROWS, head="类型;轴;t [s];左 [N];右 [kN]")
    assert told("brake-force", other, FOREIGN) == [
        "t.csv:3:3: the file says s, the layout ms: another size of unit; expected [ms]"
    ]
    unknown = told("brake-force", foreign(*ROWS, "手;1;50;1;1"), FOREIGN)
    assert unknown == ["t.csv:10:1: '手' is no brake; expected one of: 行车, 驻车"]
    assert "no VIN" in told("brake-force", b"\n".join(foreign(*ROWS).split(b"\n")[2:]), FOREIGN)[0]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "scales"}, "no kind of tester is 'scales'"),
        ({"columns": {}}, "needs a column for brake"),
        ({"columns": {"load": {"column": "x"}}}, "brake-force has no 'load'"),
        ({"columns": {"time": {"column": "t", "unit": "kg"}}}, "time is in s, not in kg"),
        ({"columns": {"time": {"column": "t", "unit": "xyz"}}}, "unknown unit 'xyz'"),
        ({"columns": {"time": {"column": "t", "words": {"a": "b"}}}}, "has no words"),
        ({"columns": {"axle": {"column": "t", "words": {"1": "third"}}}}, "axle cannot be 'third'"),
        ({"columns": {"time": {"column": "t", "scale": 0}}}, "a scale other than 0"),
    ],
)
def test_a_mapping_that_does_not_fit(change: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        TableMapping.model_validate({**FOREIGN.model_dump(), **change})


def test_unknown_kind() -> None:
    with pytest.raises(UnknownNameError, match="no kind of tester"):
        kind_of("scale")


@given(st.lists(st.floats(0, 15, allow_nan=False), min_size=3, max_size=9))
def test_what_is_written_is_read(depths: list[float]) -> None:
    rows = [f"{w},{n},{d!r}" for w in ("FL", "FR", "RL", "RR") for n, d in enumerate(depths, 1)]
    found = read("tread", own("tread", TREAD_HEAD, *rows)).column("depth", wheel="FR")
    assert all(math.isclose(a, b, abs_tol=1e-12) for a, b in zip(found, depths, strict=True))


def test_lines_padded_by_a_spreadsheet_program_are_read() -> None:
    head = ("# tested 2026-11-28", "# uncertainty depth 0.1")
    plain = own("tread", TREAD_HEAD, *TREAD, head=head)
    padded = b"\r\n".join(
        line + b",," if line.startswith(b"#") else line for line in plain.splitlines()
    )
    assert padded.count(b",,") == 5
    assert read("tread", b"\xef\xbb\xbf" + padded) == read("tread", plain)
    other = padded.replace(VIN.encode(), VIN[:-1].encode() + b"8")
    assert any("t.csv:3:7" in line for line in told("tread", other))
