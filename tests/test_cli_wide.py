"""Columns of a terminal with Chinese in them."""

from hypothesis import given
from hypothesis import strategies as st

from harness.cli import wide

_TEXTS = st.text(alphabet="ab c充电桩，。（）…é", max_size=60)


def test_a_chinese_character_takes_two_columns() -> None:
    assert wide.width("充电 A") == 6
    assert wide.pad("充电", 6) == "充电  "
    assert wide.pad("toolong", 3) == "toolong"


def test_cut_says_that_something_is_missing() -> None:
    assert wide.cut("充电桩", 6) == "充电桩"
    assert wide.cut("充电桩", 5) == "充电…"
    assert wide.width(wide.cut("充电桩", 4)) <= 4


def test_a_line_does_not_begin_with_closing_punctuation() -> None:
    lines = wide.wrap("模拟台架上运行，正常。", 10)
    assert not any(line[0] in "，。" for line in lines)


def test_rows_wrap_the_right_hand_column() -> None:
    page = wide.rows([("a", "one two three four"), ("bb", "x")], 16)
    assert page.splitlines() == ["  a   one two", "      three four", "  bb  x"]


@given(_TEXTS, st.integers(12, 40))
def test_no_wrapped_line_is_too_wide_and_nothing_is_lost(text: str, columns: int) -> None:
    lines = wide.wrap(text, columns)
    assert all(wide.width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(_TEXTS, st.integers(3, 40))
def test_cut_is_never_too_wide(text: str, columns: int) -> None:
    assert wide.width(wide.cut(text, columns)) <= columns
