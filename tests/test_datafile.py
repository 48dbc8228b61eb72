"""Data files: YAML 1.2 scalars, places, and no input that breaks the reader."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model

from harness.datafile import load, loads, validate
from harness.engine.details import describe
from harness.errors import FileError
from harness.fields import DurationField, FileModel, TextField


def complaint(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(FileError) as caught:
        loads(data, "f.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("true", True),
        ("0x1F", 31),
        ("010", 10),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("2027-06-30", "2027-06-30"),
        ("'7'", "7"),
        ("~", None),
        (".5", 0.5),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    loaded, _ = loads(f"x: {text}".encode(), "f.yaml")
    assert loaded == {"x": value}
    assert type(loaded["x"]) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: >-\n  先取证，\n  再复位\n", "先取证，再复位"),
        ("a: 第一部分\n  通用要求\n", "第一部分通用要求"),
        ('a: "读 2 个点，\n  再看"\n', "读 2 个点，再看"),
        ("a: >-\n  see the\n  lamp\n", "see the lamp"),
        ("a: >-\n  额定 220\n  V 电源\n", "额定 220 V 电源"),
        ("a: |-\n  先 取证\n  再复位\n", "先 取证\n再复位"),
        ("a: 系统 第 1 部分\n", "系统 第 1 部分"),
    ],
)
def test_a_folded_line_leaves_no_space_in_chinese(text: str, value: str) -> None:
    loaded, _ = loads(text.encode(), "x.yaml")
    assert loaded["a"] == value


def test_a_small_file_cannot_unfold_without_end() -> None:
    rows = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "unfolds into too many values" in complaint("\n".join(rows))


def test_places_point_at_values() -> None:
    _, places = loads(b"a: 1\nb:\n  - x\n  - {c: 2}\n", "f.yaml")
    assert places.of(("a",)) == (1, 4)
    assert places.of(("b", 1, "c")) == (4, 9)
    assert places.of(("b", 1, "missing")) == (4, 5)


def test_a_key_given_twice() -> None:
    assert complaint("a: 1\nb: 2\na: 3\n") == (
        "f.yaml:3:1: the key 'a' stands twice; expected each key once"
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: [1, 2\nb: 3", "f.yaml:2:"),
        ("\ta: 1", "f.yaml:1:1"),
        ("", "f.yaml:1:1"),
        (b"a: \xff\xfe", "f.yaml:1:1"),
        ("a: &x {b: *x}", "nested too deeply"),
        ("? [1]\n: 2", "f.yaml:1:3"),
        ("--- 1\n--- 2\n", "f.yaml:2:"),
        ("a: " + "[" * 60 + "]" * 60, "nested too deeply"),
        ("a: !!python/object:os.system x", "a"),
    ],
)
def test_broken_yaml_says_where(text: str | bytes, where: str) -> None:
    if where == "a":  # an unknown tag is harmless: the value stays text
        assert loads(str(text).encode(), "f.yaml")[0] == {"a": "x"}
    else:
        assert where in complaint(text)


class Inner(FileModel):
    every: DurationField
    title: TextField


class Model(FileModel):
    name: str
    inner: list[Inner] = Field(default_factory=list)


def test_every_complaint_has_its_place() -> None:
    data = b"""name: [1]
inner:
  - every: 3 V
    title: {zh: x}
  - title: {zh: a, en: b}
    evry: 3 s
"""
    value, places = loads(data, "f.yaml")
    with pytest.raises(FileError) as caught:
        validate(Model, value, places)
    found = str(caught.value).splitlines()
    assert found[0].startswith("f.yaml:1:7: [1] is not accepted; expected ")
    assert found[1].startswith("f.yaml:3:12: '3 V' is not accepted: '3 V' is not a duration; exp")
    assert found[2].startswith("f.yaml:4:12: ")
    assert "both languages" in found[2]
    assert found[3].startswith("f.yaml:5:5: 'every' is missing")
    assert found[4].startswith("f.yaml:6:11: 'evry' is not known here")


@pytest.mark.parametrize("make", ["missing", "folder"])
def test_unreadable_files(tmp_path: Path, make: str) -> None:
    path = tmp_path if make == "folder" else tmp_path / "none.yaml"
    with pytest.raises(FileError, match="expected a readable file"):
        load(path)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"x" * 4_000_001)
    with pytest.raises(FileError, match="too large"):
        load(path)


@given(st.binary(max_size=200))
def test_any_bytes_load_or_complain(data: bytes) -> None:
    try:
        loads(data, "f.yaml")
    except FileError as error:
        assert error.problems


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(values)
def test_any_value_validates_or_complains(value: Any) -> None:
    _, places = loads(b"x: 1", "f.yaml")
    try:
        validate(Model, value, places)
    except FileError as error:
        assert all(problem.line >= 1 for problem in error.problems)


class Several(BaseModel):
    """A value that may be several things."""

    value: bool | int | str


def test_a_value_that_may_be_several_things_is_one_complaint() -> None:
    value, places = loads(b"value: null", "f.yaml")
    with pytest.raises(FileError) as caught:
        validate(Several, value, places)
    (problem,) = caught.value.problems
    assert problem.what == "None is not accepted"
    assert problem.expected == ("a valid boolean / or: a valid integer / or: a valid string")
    assert describe(caught.value) == (
        "文件有 1 处错误:\nf.yaml:1:8: 不接受 None；应为：true 或 false / 或：整数 / 或：文字"
    )


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Literal["bool", "u16", "i16"], "u24", "one of: bool, u16, i16"),
        (Literal[1, 2], 3, "one of: 1, 2"),
        (Annotated[int, Field(ge=3)], 1, "greater than or equal to 3"),
        (Literal["only"], "x", "'only'"),
    ],
)
def test_choices_are_listed(kind: Any, value: object, expected: str) -> None:
    model: type[BaseModel] = create_model("Thing", a=(kind, ...))
    _, places = loads(b"a: x", "f.yaml")
    with pytest.raises(FileError) as caught:
        validate(model, {"a": value}, places)
    assert [one.expected for one in caught.value.problems] == [expected]
