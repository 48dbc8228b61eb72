"""`harness --help` stays quick: what it imports is counted in modules, not in milliseconds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "asyncio",
    "cryptography",
    "fsspec",
    "jinja2",
    "msgspec",
    "pydantic",
    "pymodbus",
    "rich",
    "serial",
    "simulators",
    "sqlalchemy",
    "yaml",
)
"""Packages that only the command that needs them may load."""

_PROGRAM = """
import contextlib, io, json, sys
import harness.cli
with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.suppress(SystemExit):
    sys.argv = ["harness", *{arguments!r}]
    if {arguments!r}:
        harness.cli.main()
print(json.dumps([sorted(sys.modules), printed.getvalue()]))
"""


def _after(*arguments: str) -> tuple[set[str], str]:
    """Top-level modules that are loaded after a call of `harness`, and what it printed."""
    result = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", _PROGRAM.format(arguments=list(arguments))],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    modules, printed = json.loads(result.stdout)
    return {name.partition(".")[0] for name in modules}, printed


@pytest.mark.parametrize(
    "arguments", [(), ("--help",), ("--version",), ("evidence", "--help"), ("store", "--help")]
)
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    loaded, printed = _after(*arguments)
    assert loaded & set(HEAVY) == set()
    assert bool(printed) is bool(arguments)


def test_the_probe_sees_what_a_command_loads() -> None:
    loaded, _ = _after("list", "procedures")
    assert {"pydantic", "yaml"} <= loaded


def test_a_run_at_a_pile_loads_no_can_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """python-can brings pandas with it where MF4 can be read: most of a second for nothing."""
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    loaded, _ = _after("run", "PILE-INSP-01", "--out", str(tmp_path / "run"))
    assert {"pymodbus", "simulators"} <= loaded
    assert loaded & {"asammdf", "can", "cantools", "pandas"} == set()
