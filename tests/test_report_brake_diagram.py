"""The brake-force diagram and the table of differences, on given data."""

import re

import pytest
from report_page import Page

from harness.catalogue.criteria.brake_imbalance import brake_imbalance
from harness.catalogue.criteria.inputs import Series
from harness.errors import UsageError
from harness.report.brake_diagram import brake_diagram, largest_difference
from harness.report.difference_table import Change, Kind, difference_table
from harness.text import Text

SECONDS = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
LEFT = [0.0, 600.0, 1500.0, 2800.0, 3200.0, 2000.0]
RIGHT = [0.0, 500.0, 1100.0, 2500.0, 3100.0, 900.0]


def test_the_largest_difference_counts_while_the_force_builds_up() -> None:
    found = largest_difference(SECONDS, LEFT, RIGHT)
    assert (found.at, found.left, found.right, found.until) == (0.2, 1500.0, 1100.0, 0.4)
    assert found.difference == 400.0  # the 1100 N at 0.5 s come after the build-up


def test_the_mark_agrees_with_the_criterion() -> None:
    found = largest_difference(SECONDS, LEFT, RIGHT)
    ratio = brake_imbalance(Series(LEFT, "N"), Series(RIGHT, "N"), rear=False)[0].ratio.value
    assert ratio == pytest.approx(100 * found.difference / max(LEFT))


def test_the_diagram_says_difference_ratio_and_limit() -> None:
    drawn = Page(str(brake_diagram(SECONDS, LEFT, RIGHT, basis=3200.0, limit=20.0)))
    assert "ΔF = 400 N (12.5 % ≤ 20 %)" in drawn.text["zh"]
    beyond = Page(str(brake_diagram(SECONDS, LEFT, RIGHT, basis=3200.0, limit=10.0)))
    assert "12.5 % > 10 %" in beyond.text["en"]
    assert "ΔF = 400 N" in brake_diagram(SECONDS, LEFT, RIGHT)
    assert "左轮" in drawn.text["zh"]
    assert "left" in drawn.text["en"]
    assert "左轮" not in drawn.text["en"]
    assert drawn.open == []


def test_both_courses_are_drawn_point_by_point() -> None:
    drawn = brake_diagram(SECONDS, LEFT, RIGHT)
    paths = re.findall(r'class="course course-\d" d="M([^"]+)"', drawn)
    assert [len(path.split("L")) for path in paths] == [6, 6]
    heights = [float(point.split()[1]) for point in paths[0].split("L")]
    top = 1.1 * 3200
    assert heights == pytest.approx([210 - 190 * force / top for force in LEFT], abs=0.06)


@pytest.mark.parametrize(
    ("seconds", "left", "right", "what"),
    [
        ([0.0], [1.0], [1.0], "two or more"),
        ([0.0, 1.0], [1.0], [1.0, 2.0], "as many of each"),
        ([0.0, 0.0], [1.0, 2.0], [1.0, 2.0], "ascend"),
        ([0.0, 1.0], [1.0, float("nan")], [1.0, 2.0], "finite"),
        ([0.0, 1.0], [0.0, 0.0], [0.0, 0.0], "no wheel brakes"),
    ],
)
def test_data_without_a_sense_is_refused(
    seconds: list[float], left: list[float], right: list[float], what: str
) -> None:
    with pytest.raises(UsageError, match=what):
        brake_diagram(seconds, left, right)


ROWS = [
    Change(Text("车架号", "VIN"), "A1", "A1", Kind.SAME),
    Change(Text("里程", "Odometer"), 29844.2, 29851.0, Kind.CHANGED, "km"),
    Change(Text("挡位", "Gear"), "p", "d", Kind.CHANGED, None, "gear"),
    Change(Text("故障码", "Code <b>"), None, "P0AA6-1A", Kind.ADDED),
    Change(Text("版本", "Version"), "1.2", None, Kind.UNKNOWN),
]


def test_the_difference_table_shows_what_differs_and_counts_the_rest() -> None:
    page = Page(str(difference_table(ROWS)))
    assert len(page.all("tr")) == 5
    for said in (
        "里程",
        "29844.2 km",
        "29851 km",
        "P 挡",
        "≠ 已改变",
        "? 无法比较",
        "另有 1 项未变",
    ):
        assert said in page.text["zh"]
    for said in ("Odometer", "+ new", "Code <b>", "1 more are the same"):
        assert said in page.text["en"]
    assert page.all("b")
    assert "<b>P" not in difference_table(ROWS)
    assert page.open == []


def test_a_table_of_nothing_but_the_same() -> None:
    page = Page(str(difference_table(ROWS[:1])))
    assert page.all("table") == []
    assert "All 1 are the same" in page.text["en"]
    assert len(Page(str(difference_table(ROWS[:1], shown_same=1))).all("tr")) == 2
    assert difference_table([]) == ""
