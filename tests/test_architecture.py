"""Rules about who may do what, held against the source itself.

Import-linter keeps the floors. What it cannot say is here: only `clock.py` reads clocks, a
device verdict is decided in `limits.py` alone, nothing needs POSIX on import, and nothing is
imported that `pyproject.toml` does not ask for. Each rule is a function from source to
complaints, and each is also tried on source that breaks it.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    path.relative_to(ROOT).as_posix()
    for package in ("harness", "simulators")
    for path in sorted((ROOT / package).rglob("*.py"))
]
Rule = Callable[[str, ast.Module], Iterator[str]]

_DECISIONS = {"PASS", "CONDITIONAL_PASS", "CONDITIONAL_FAIL", "FAIL"}
_LOOKUPS = {"count", "get", "index", "with_verdict"}
_CLOCK_CALLS = {"now", "utcnow", "today"}
_POSIX_ONLY = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
_PYMODBUS_AT = {"harness/devices/modbus/client.py", "simulators/modbus_server.py"}


def _modules(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every absolutely imported module, with the statement that imports it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node, node.module


def only_the_clock_knows_time(path: str, tree: ast.Module) -> Iterator[str]:
    """Nothing but clock.py imports `time` or asks for the date or the time of day."""
    if path == "harness/clock.py":
        return
    for statement, module in _modules(tree):
        if module == "time":
            yield f"{path}:{statement.lineno} imports time"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        owner, name = node.value.id, node.attr
        if owner in ("datetime", "date") and name in _CLOCK_CALLS:
            yield f"{path}:{node.lineno} uses {owner}.{name}"


def verdicts_come_from_limits(path: str, tree: ast.Module) -> Iterator[str]:
    """Outside limits.py, pass and fail are compared, counted and looked up, never decided.

    Deciding would be to hand one on: as an argument, a result, a variable's value or one arm of
    a conditional. Tables (`{Verdict.FAIL: …}`, `(Verdict.FAIL, …)`), comparisons and methods that
    only look something up are fine.
    """
    if path == "harness/limits.py":
        return
    for parent in ast.walk(tree):
        if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name):
            if parent.func.id == "Judgement":
                yield f"{path}:{parent.lineno} makes a Judgement"
            if parent.func.id == "judge" and path not in (
                "harness/actions/context.py",
                "harness/evidence/rejudge.py",
                # The bench's own value by the same limit, to show a made-up reading.
                "harness/assess/work.py",
            ):
                yield f"{path}:{parent.lineno} judges past the step context"
        if isinstance(parent, ast.Call):
            looks_up = isinstance(parent.func, ast.Attribute) and parent.func.attr in _LOOKUPS
            handed_on = [] if looks_up else list(parent.args)
        elif isinstance(parent, ast.IfExp):
            handed_on = [parent.body, parent.orelse]
        elif isinstance(
            parent,
            ast.keyword | ast.Return | ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.Yield,
        ):
            handed_on = [parent.value] if parent.value is not None else []
        else:
            continue
        for node in handed_on:
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "Verdict"
                and node.attr in _DECISIONS
            ):
                yield f"{path}:{node.lineno} decides Verdict.{node.attr}"


def imports_work_on_windows(path: str, tree: ast.Module) -> Iterator[str]:
    """POSIX modules are imported inside the function that needs them, if at all."""
    for statement in tree.body:
        for node, module in _modules(statement):
            inside = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if module.partition(".")[0] in _POSIX_ONLY and not inside:
                yield f"{path}:{node.lineno} imports {module} on import"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("fork", "forkpty"):
            yield f"{path}:{node.lineno} forks"


def pymodbus_has_one_door(path: str, tree: ast.Module) -> Iterator[str]:
    """One module on each side of the wire imports pymodbus."""
    if path in _PYMODBUS_AT:
        return
    for statement, module in _modules(tree):
        if module.partition(".")[0] == "pymodbus":
            yield f"{path}:{statement.lineno} imports {module}"


def imports_are_declared(path: str, tree: ast.Module) -> Iterator[str]:
    """Every third-party import belongs to a dependency of the package, or to the module's extra."""
    declared = _declared_dependencies()
    if path in _EXTRAS:
        declared = declared | _declared_extra(_EXTRAS[path])
    if path == "harness/pytest_plugin.py":  # only pytest ever imports it
        declared = declared | {"pytest"}
    for statement, module in _modules(tree):
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names or top in ("harness", "simulators"):
            continue
        owners = {_normal(name) for name in _distributions().get(top, [])}
        if not owners & declared:
            yield f"{path}:{statement.lineno} imports {top}, which is not declared"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Top-level module -> the installed distributions that bring it."""
    return packages_distributions()


_EXTRAS = {
    **dict.fromkeys((path for path in SOURCES if path.startswith("harness/store/")), "store"),
    "harness/assess/sheet_table.py": "sheets",
    "harness/devices/can/export_parquet.py": "parquet",
    "harness/devices/can/logs_mf4.py": "mf4",
    "harness/devices/recorder/mdf_file.py": "mf4",
}
"""Modules that are imported only when somebody asks for what an extra brings."""


@cache
def _project() -> dict[str, Any]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def _names(lines: list[str]) -> set[str]:
    return {_normal(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in lines}


@cache
def _declared_dependencies() -> set[str]:
    # pydantic-core comes with pydantic, in the one version that fits.
    return _names(_project()["dependencies"]) | {"pydantic-core"}


@cache
def _declared_extra(name: str) -> set[str]:
    return _names(_project()["optional-dependencies"][name])


RULES: list[Rule] = [
    only_the_clock_knows_time,
    verdicts_come_from_limits,
    imports_work_on_windows,
    pymodbus_has_one_door,
    imports_are_declared,
]


@pytest.fixture(scope="module")
def complaints() -> dict[Rule, list[str]]:
    """What every rule says of the sources; parsing them costs more than the rules do."""
    found: dict[Rule, list[str]] = {rule: [] for rule in RULES}
    for path in SOURCES:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        for rule in RULES:
            found[rule] += rule(path, tree)
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_source_keeps_the_rule(rule: Rule, complaints: dict[Rule, list[str]]) -> None:
    assert SOURCES
    assert complaints[rule] == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (only_the_clock_knows_time, "import time"),
        (only_the_clock_knows_time, "from time import monotonic"),
        (only_the_clock_knows_time, "def f():\n    import time\n"),
        (only_the_clock_knows_time, "from datetime import datetime\nx = datetime.now()"),
        (only_the_clock_knows_time, "from datetime import date\nx = date.today"),
        (verdicts_come_from_limits, "def f(x): return Verdict.PASS"),
        (verdicts_come_from_limits, "verdict = Verdict.FAIL"),
        (verdicts_come_from_limits, "verdict: Verdict = Verdict.FAIL"),
        (verdicts_come_from_limits, "emit(StepEnded(verdict=Verdict.CONDITIONAL_PASS))"),
        (verdicts_come_from_limits, "StepOutcome(Verdict.CONDITIONAL_FAIL)"),
        (verdicts_come_from_limits, "verdicts.append(Verdict.PASS)"),
        (verdicts_come_from_limits, "print(Verdict.PASS if ok else None)"),
        (verdicts_come_from_limits, "x = Judgement(verdict, rule, '')"),
        (verdicts_come_from_limits, "x = judge(measurement, limit)"),
        (imports_work_on_windows, "import pty"),
        (imports_work_on_windows, "try:\n    import fcntl\nexcept ImportError:\n    fcntl = None"),
        (imports_work_on_windows, "def f():\n    import os\n    os.fork()"),
        (pymodbus_has_one_door, "from pymodbus.client import AsyncModbusTcpClient"),
        (pymodbus_has_one_door, "def f():\n    import pymodbus"),
        (imports_are_declared, "import hypothesis"),
        (imports_are_declared, "import pytest"),
        (imports_are_declared, "from nowhere_at_all import thing"),
    ],
)
def test_rule_sees_what_breaks_it(rule: Rule, source: str) -> None:
    assert list(rule("harness/actions/somewhere.py", ast.parse(source)))


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (only_the_clock_knows_time, "from datetime import datetime\nx: datetime"),
        (only_the_clock_knows_time, "async def f(clock): return clock.now()"),
        (verdicts_come_from_limits, "failed = verdict in (Verdict.FAIL, Verdict.PASS)"),
        (verdicts_come_from_limits, "word = {Verdict.PASS: 'ok'}[verdict]"),
        (verdicts_come_from_limits, "x = digest.with_verdict(Verdict.FAIL)"),
        (verdicts_come_from_limits, "x = StepOutcome(Verdict.ERROR)"),
        (verdicts_come_from_limits, "x = step.judge(measurement)"),
        (imports_work_on_windows, "def f():\n    import pty"),
        (imports_are_declared, "import pydantic, yaml, asyncio, harness.text"),
    ],
)
def test_rule_lets_good_source_be(rule: Rule, source: str) -> None:
    assert list(rule("harness/actions/somewhere.py", ast.parse(source))) == []


def test_floors_keep_their_order() -> None:
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_module_has_a_floor() -> None:
    """A new module in `harness/` has to be put on a floor before import-linter knows it."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    floors = next(c for c in tool["importlinter"]["contracts"] if c["type"] == "layers")
    known = {name.strip() for layer in floors["layers"] for name in layer.split("|")}
    present = {
        path.stem if path.is_file() else path.name
        for path in (ROOT / "harness").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    }
    assert present - known == set()
