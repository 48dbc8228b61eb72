"""The wheel alone is the program: built, looked into, installed, and run far from the checkout.

The new environment gets the wheel and, copied file by file, what the wheel's own metadata asks
for; nothing else that happens to be installed here. So a data file that was not packed or a
dependency that was not declared shows, and no registry is needed.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def _run(*command: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment | {"PYTHONUTF8": "1"} | more,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built offline."""
    folder = tmp_path_factory.mktemp("wheel")
    result = _run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT),
        cwd=folder,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    (built,) = folder.glob("*.whl")
    return built


def _needed(requirements: list[str], seen: set[str]) -> Iterator[str]:
    """Names of the distributions that these requirements ask for on this system, at any depth."""
    for text in requirements:
        requirement = Requirement(text)
        extras = requirement.extras or {""}
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        if name in seen:
            continue
        seen.add(name)
        yield name
        for line in distribution(name).requires or []:
            marker = Requirement(line).marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                yield from _needed([line.partition(";")[0]], seen)


def _requires(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(name).decode())
    return [str(line) for line in headers.get_all("Requires-Dist", [])]


class Environment:
    """A virtual environment with the wheel in it."""

    def __init__(self, folder: Path) -> None:
        venv.EnvBuilder().create(folder)
        base = {"base": str(folder), "platbase": str(folder)}
        self.site = Path(sysconfig.get_path("purelib", "venv", base))
        self.scripts = Path(sysconfig.get_path("scripts", "venv", base))
        self.python = self.scripts / Path(sys.executable).name

    def copy(self, name: str) -> None:
        """Copy the files of an installed distribution; its scripts are left out."""
        found = distribution(name)
        for file in found.files or []:
            if ".." in file.parts or file.suffix == ".pyc":
                continue
            target = self.site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(found.locate_file(file)), target)


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = Environment(tmp_path_factory.mktemp("installed") / "venv")
    for name in _needed(_requires(wheel), set()):
        made.copy(name)
    result = _run(
        *(sys.executable, "-m", "pip", "--python", made.python, "--disable-pip-version-check"),
        *("install", "--no-index", "--no-deps", wheel),
        cwd=wheel.parent,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return made


def test_wheel_holds_code_and_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"harness", "simulators"}
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in ("harness", "simulators")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } | {
        f"harness/_data/{path.relative_to(ROOT).as_posix()}"
        for folder in ("procedures", "dbc", "scenarios")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert {"harness/py.typed", "simulators/py.typed", "harness/bench/sim.yaml"} <= names
    for start, end in (
        ("harness/_data/procedures/", ".yaml"),
        ("harness/devices/modbus/profiles/", ".yaml"),
        ("harness/catalogue/", ".yaml"),
        ("harness/report/", ".html"),
    ):
        assert any(n.startswith(start) and end in n for n in names), f"no {end} in {start}"
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_installed_wheel_is_not_the_checkout(environment: Environment, tmp_path: Path) -> None:
    program = "import harness, simulators; print(harness.__file__); print(simulators.__file__)"
    result = _run(environment.python, "-c", program, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for line in result.stdout.splitlines():
        assert Path(line).resolve().is_relative_to(environment.site.resolve())


def test_installed_wheel_runs_the_demo(environment: Environment, tmp_path: Path) -> None:
    place, keys = tmp_path / "somewhere", tmp_path / "keys"
    place.mkdir()
    program = environment.scripts / "harness"

    demo = _run(program, "demo", cwd=place, HARNESS_KEYS=str(keys))
    assert demo.returncode == 0, demo.stdout + demo.stderr
    bundles = sorted(seal.parent for seal in place.rglob("seal.json"))
    assert bundles
    for bundle in bundles:
        assert (bundle / "report.html").is_file()
        verify = _run(program, "evidence", "verify", bundle, cwd=place, HARNESS_KEYS=str(keys))
        assert verify.returncode == 0, verify.stdout + verify.stderr

    journal = bundles[0] / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"verdict":"pass"', b'"verdict":"fail"', 1))
    altered = _run(program, "evidence", "verify", bundles[0], cwd=place, HARNESS_KEYS=str(keys))
    assert altered.returncode == 1, altered.stdout + altered.stderr
