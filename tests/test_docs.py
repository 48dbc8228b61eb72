"""The pages in docs/ and the README are true: their files are written, their commands are run.

A block ```yaml title="my.yaml" is written to that file; a block ```console is run line by line
(`$ command`, with `# exit N` where the exit code is not 0), all in one folder per page.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"#\s*exit\s+(\d+)")


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(m["info"].strip(), m["body"]) for m in BLOCK.finditer(page.read_text("utf-8"))]


def runnable(page: Path) -> bool:
    return any(info == "console" for info, _ in blocks(page))


@pytest.mark.parametrize("page", [p for p in PAGES if runnable(p)], ids=lambda p: p.stem)
def test_commands_of_a_page(page: Path, tmp_path: Path) -> None:
    folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "HARNESS_LANG": "en",
        "HARNESS_KEYS": str(tmp_path / "keys"),
        "PYTHONWARNINGS": "error",
    }
    work = tmp_path / "work"
    work.mkdir()
    for info, body in blocks(page):
        if title := re.search(r'title="([^"]+)"', info):
            target = work / title[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body, encoding="utf-8")
        if info != "console":
            continue
        for line in body.splitlines():
            if not line.startswith("$ "):
                continue
            wanted = int(match[1]) if (match := EXIT.search(line)) else 0
            done = subprocess.run(
                line[2:],
                shell=True,
                cwd=work,
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            said = done.stdout + done.stderr
            assert done.returncode == wanted, f"{page.name}: {line}\n{said}"
            assert "Traceback" not in said


def test_links_between_pages_exist() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_architecture_page_names_the_rooms_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    packages = [path.parent for path in (ROOT / "harness").glob("*/__init__.py")]
    missing = {path.name for path in packages if f"`harness/{path.name}/`" not in text}
    assert not missing
    named = set(re.findall(r"`(harness/[a-z_/]+/)`", text))
    assert {room for room in named if not (ROOT / room).is_dir()} == set()
