"""The details of failures in Chinese: the common ones, and nothing lost of the others."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from modbus_help import shipped

from harness.cli.root import ROOT
from harness.devices.modbus.frames import EXCEPTIONS
from harness.engine import details, wording
from harness.errors import FileError, Problem, UnknownNameError


@pytest.mark.parametrize(
    ("english", "zh"),
    [
        ("no reply within 1 s", "1 s 内无应答"),
        (
            "voltage_l1 (FC 04 at 120 of unit 1): no reply within 1 s",
            "voltage_l1 (FC 04，地址 120，从站 1): 1 s 内无应答",
        ),
        (
            "FC 04 at 120 to 125 of unit 1: short frame: 3 of 7 bytes",
            "(FC 04，地址 120 至 125，从站 1): 帧不完整：7 字节中收到 3 字节",
        ),
        ("bad CRC: 1234 in 7 bytes, calculated ABCD", "CRC 错误：收到 1234，应为 ABCD（7 字节）"),
        ("wrong unit: a reply from unit 9", "从站地址不符：应答来自从站 9"),
        (
            "x: refused with exception 2 (illegal address)",
            "x: 被拒绝，异常码 2（数据地址无效）",
        ),
        (
            "tcp 192.0.2.7:502 unit 1: ECONNREFUSED ([Errno 111] Connection refused); nothing "
            "listens on that port: is Modbus TCP switched on, is it the port?",
            "tcp 192.0.2.7:502 unit 1: 连接被拒绝（ECONNREFUSED）；"
            "该端口无服务：请检查设备是否启用 Modbus TCP、端口号是否正确",
        ),
        (
            "rtu /dev/ttyUSB0 9600 8N1 unit 1: it cannot be opened; serial ports of this machine: "
            "none",
            "rtu /dev/ttyUSB0 9600 8N1 unit 1: 无法打开；本机没有串口",
        ),
        (
            "runs/x is not empty; a record needs a folder of its own",
            "runs/x 不是空文件夹；每次运行的记录须有自己的文件夹",
        ),
        (
            "'3 x' is not a duration; expected a time like '200 ms' or '3 s'",
            "'3 x' 不是时间；应为：时间，如“200 ms”或“3 s”",
        ),
        ("something else: nobody has heard of it", "something else: nobody has heard of it"),
    ],
)
def test_details(english: str, zh: str) -> None:
    assert details.chinese(english) == zh


@pytest.mark.parametrize(
    ("what", "expected", "zh"),
    [
        ("'title' is missing", "a value for 'title'", "缺少“title”；应为：“title”的值"),
        (
            "'colour' is not known here",
            "only the documented keys",
            "此处不认识“colour”；应为：只能使用文档列出的键",
        ),
        ("5 is not accepted", "a valid string", "不接受 5；应为：文字"),
        ("5 is not accepted", "greater than or equal to 6", "不接受 5；应为：不小于 6"),
        ("'u24' is not accepted", "one of: bool, u16", "不接受 'u24'；应为：bool, u16 之一"),
        (
            "'x: y' is not accepted: 'x' is negative",
            "a duration of zero or more",
            "不接受 'x: y'：'x' 为负；应为：不为负的时间",
        ),
        ("pile.measure needs a limit", "an item with one, or `limit:`", "pile.measure 需要限值"),
        ("no group is called 'x'", "one of: a, b", "没有名为“x”的分组；应为：a, b 之一"),
        ("odd", "even", "odd；应为：even"),
    ],
)
def test_problems_of_files(what: str, expected: str, zh: str) -> None:
    said = details.describe(FileError([Problem("a.yaml", 3, 7, what, expected)]))
    assert said.startswith("文件有 1 处错误:\na.yaml:3:7: " + zh)


@pytest.mark.parametrize("kind", ["procedure", "step", "step of X", "fault", "profile", "item"])
def test_names_that_do_not_exist(kind: str) -> None:
    near = details.describe(UnknownNameError(kind, "clok", ["clock", "lamp"]))
    assert "没有名为“clok”的" in near
    assert near.endswith("是否指：clock")
    assert not any(word in near for word in ("called", "mean", " of "))
    assert "可用：clock, lamp" in details.describe(UnknownNameError(kind, "zzz", ["clock", "lamp"]))
    many = details.describe(UnknownNameError(kind, "zzz", [f"n{number}" for number in range(30)]))
    assert many.endswith("等共 30 个")


@pytest.mark.parametrize("name", EXCEPTIONS.values())
def test_every_modbus_exception_has_a_name(name: str) -> None:
    assert details.chinese(name) != name


@given(st.text(st.sampled_from("ab;: '[]()1")), st.text(st.sampled_from("x;: {}\\12")))
def test_any_detail_is_taken(one: str, other: str) -> None:
    for text in (one, other, f"no step is called '{other}'; did you mean: {one}"):
        details.chinese(text)
        details.expected(text)
    assert details.chinese("; : " * 1000) == "; : " * 1000


def test_what_is_filled_in_stays_as_it_is() -> None:
    assert details.chinese(r"'{1}\1' is missing") == r"缺少“{1}\1”"


def test_reasons_of_a_record_fall_back_on_details() -> None:
    english = "the run was lost: voltage_l1 (FC 04 at 120 of unit 1): no reply within 1 s"
    said = wording.reason(english)
    assert said.en == english
    assert said.zh.startswith("运行因故障未能继续：")
    assert said.zh.endswith("1 s 内无应答")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("文件有", "此处不认识“colour”", "缺少“steps”", "bad.yaml:")),
        ("en", ("problem(s) in a file", "'colour' is not known here", "'steps' is missing")),
    ],
)
def test_a_wrong_file_on_the_command_line(
    tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("procedure: BAD-01\ntitle: {zh: 坏, en: bad}\ncolour: red\n", encoding="utf-8")
    result = CliRunner().invoke(ROOT, ["check", str(file), "--lang", language])
    assert result.exit_code == 2
    for word in words:
        assert word in result.stderr
    assert ("应为" in result.stderr) == (language == "zh")


def test_a_point_of_a_real_profile() -> None:
    profile = shipped("gb-ac-pile").id
    assert details.chinese(f"pile: the profile {profile} has no point 'x'") == (
        f"充电桩: 型号 {profile} 没有数据点 x"
    )
