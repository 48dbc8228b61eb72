"""The program as such: languages, help, failures, cost of starting."""

import asyncio
import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from harness.cli.base import Command, Late, Root
from harness.cli.root import ROOT
from harness.errors import BenchError, EvidenceError, FileError, Problem, UnknownNameError
from harness.text import Text

_COMMANDS = [
    (name,) for name, late in ROOT.late.items() if not late.place.startswith("harness.cli.root")
] + [
    (group, name)
    for group in ("bench", "sim", "evidence")
    for name in ROOT.get_command(click.Context(ROOT), group).late  # type: ignore[union-attr]
]


def _raising(error: BaseException) -> Root:
    def fail() -> None:
        raise error

    root = Root("x", about=Text("试", "try"), late={"go": Late("unused:x", Text("去", "go"))})
    command = Command("go", about=Text("去", "go"), callback=fail)
    root.get_command = lambda ctx, name: command  # type: ignore[method-assign]
    return root


@pytest.mark.parametrize("path", _COMMANDS, ids=" ".join)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_has_a_help_page_in_both_languages(
    path: tuple[str, ...], language: str
) -> None:
    result = CliRunner().invoke(ROOT, [*path, "--help", "--lang", language])
    assert result.exit_code == 0
    assert ("用法" in result.output) == (language == "zh")
    assert not any(len(line) > 100 for line in result.output.splitlines())


def test_the_language_may_stand_before_the_command() -> None:
    assert "用法" in CliRunner().invoke(ROOT, ["--lang", "zh", "run", "--help"]).output
    assert "Usage" in CliRunner().invoke(ROOT, ["--lang=en", "run", "--help"]).output


def test_the_language_comes_from_the_environment_unless_it_is_asked_for() -> None:
    runner = CliRunner(env={"HARNESS_LANG": "zh"})
    assert "命令" in runner.invoke(ROOT, ["--help"]).output
    assert "Commands" in runner.invoke(ROOT, ["--help", "--lang", "en"]).output


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (["frobnicate"], "没有名为 'frobnicate' 的命令", "no command is called 'frobnicate'"),
        (["run"], "缺少", "Missing"),
        (["run", "X", "--faults", "y"], "没有选项 --faults", "--faults"),
        (["run", "X", "--seed", "y"], "取值不对", "Invalid value"),
        (["run", "X", "--lang", "fr"], "取值不对", "Invalid value"),
        (["list", "cars"], "取值不对", "Invalid value"),
        (["evidence", "burn"], "没有名为 'burn' 的命令", "no command is called 'burn'"),
    ],
)
def test_wrong_calls_are_refused_in_both_languages(arguments: list[str], zh: str, en: str) -> None:
    for language, words in (("zh", zh), ("en", en)):
        result = CliRunner(env={"HARNESS_LANG": language}).invoke(ROOT, arguments)
        assert result.exit_code == 2
        assert words in result.stderr
        assert "--help" in result.stderr
        assert result.stdout == ""


@pytest.mark.parametrize("arguments", [[], ["evidence"], ["sim"], ["bench"]])
def test_a_group_without_a_command_shows_what_there_is(arguments: list[str]) -> None:
    result = CliRunner().invoke(ROOT, [*arguments, "--lang", "en"])
    assert result.exit_code == 2
    assert "Commands:" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileError([Problem("a.yaml", 3, 7, "is wrong", "right")]), 2),
        (UnknownNameError("fault", "x", ["y"]), 2),
        (BenchError("the wire is cut"), 4),
        (EvidenceError("the disk is full"), 4),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (asyncio.CancelledError(), 130),
        (ZeroDivisionError("oops\nsecond line"), 4),
        (OSError(errno.ENOSPC, "No space left on device"), 4),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_failure_is_a_message_and_an_exit_code(
    error: BaseException, code: int, language: str
) -> None:
    result = CliRunner(env={"HARNESS_LANG": language}).invoke(_raising(error), ["go"])
    assert result.exit_code == code
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in result.stderr)
    assert chinese == (language == "zh")


def test_places_in_files_are_shown() -> None:
    error = FileError([Problem("a.yaml", 3, 7, "is wrong", "right")])
    result = CliRunner().invoke(_raising(error), ["go"])
    assert "a.yaml:3:7: is wrong; expected right" in result.stderr


def test_an_unexpected_exception_is_one_line_and_a_traceback_only_when_asked_for() -> None:
    quiet = CliRunner(env={"HARNESS_DEBUG": ""}).invoke(_raising(ZeroDivisionError("a\nb")), ["go"])
    assert "ZeroDivisionError: a" in quiet.stderr
    assert len(quiet.stderr.splitlines()) == 1
    loud = CliRunner(env={"HARNESS_DEBUG": "1"}).invoke(_raising(ZeroDivisionError("a")), ["go"])
    assert "Traceback" in loud.stderr
    assert loud.exit_code == quiet.exit_code == 4


def test_a_closed_pipe_is_silent() -> None:
    result = CliRunner().invoke(_raising(BrokenPipeError(errno.EPIPE, "pipe")), ["go"])
    assert result.stderr == ""
    assert result.exit_code == 141


def test_a_closed_pipe_is_silent_in_a_real_process() -> None:
    program = "import sys; from harness.cli import main; sys.argv[1:] = ['list', 'items']; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == b""
    process.wait(timeout=60)


def test_an_encoding_without_our_signs_does_not_end_a_command(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "gbk", "HARNESS_LANG": "zh"}
    program = "from harness.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"],
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert "用法" in done.stdout.decode("gbk")


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from harness.cli import main\n"
        "sys.argv[1:] = ['--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'msgspec', 'rich', 'yaml', 'pymodbus', 'jinja2', 'asyncio'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, timeout=60)


def test_the_version() -> None:
    result = CliRunner().invoke(ROOT, ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("charging-harness ")
