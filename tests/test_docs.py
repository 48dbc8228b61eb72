"""The pages in docs/ and the README are true: their files are written, their commands are run.

A block ```yaml title="my.yaml" is written to that file; a block ```console is run line by line
(`$ command`, with `# exit N` where the exit code is not 0), all in one folder per page, into which
docs/examples/ is copied. A block ```console terminal=2 starts a simulator that goes on running
beside the others until the page ends; a line in it without `$` is typed into that simulator.
A port of this machine that a page names is replaced by a free one. A block ```text output is what
the last command has printed.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copytree
from time import monotonic, sleep

import pytest

from simulators.car_bench import subjects

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"#\s*exit\s+(\d+)")
TERMINAL = re.compile(r"console terminal=(\d+)")
PORT = re.compile(r"(?<=127\.0\.0\.1:)[1-9]\d{3,4}")
SERVING = "Ctrl-C"
"""What a simulator says last when it is ready."""
WITHIN = 90.0


def blocks(text: str) -> list[tuple[str, str]]:
    return [(match["info"].strip(), match["body"]) for match in BLOCK.finditer(text)]


def runnable(page: Path) -> bool:
    return any(info == "console" for info, _ in blocks(page.read_text("utf-8")))


def with_free_ports(text: str) -> str:
    with ExitStack() as held:  # all at once, so that they differ
        for port in sorted(set(PORT.findall(text))):
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            text = re.sub(rf"\b{port}\b", str(probe.getsockname()[1]), text)
    return text


class Terminal:
    """A simulator that somebody has started in another window."""

    def __init__(self, process: "subprocess.Popen[str]", said: Path) -> None:
        self._process = process
        self._said = said
        self.wait_for(SERVING)

    def wait_for(self, words: str) -> None:
        end = monotonic() + WITHIN
        while words not in (said := self._said.read_text("utf-8")):
            assert self._process.poll() is None and monotonic() < end, f"no {words!r} in\n{said}"
            sleep(0.05)

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        self.wait_for(f"{line}: ")  # how it says that it was done


@contextmanager
def started(line: str, work: Path, said: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    with (
        said.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            shlex.split(line),
            cwd=work,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        try:
            yield Terminal(process, said)
        finally:
            process.terminate()
            process.wait(10)
    assert "Traceback" not in said.read_text("utf-8")


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
    copytree(ROOT / "docs" / "examples", work / "examples")
    terminals: dict[str, Terminal] = {}
    printed = ""
    with ExitStack() as stack:
        for info, body in blocks(with_free_ports(page.read_text("utf-8"))):
            if title := re.search(r'title="([^"]+)"', info):
                target = work / title[1]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(body, encoding="utf-8")
            elif number := TERMINAL.fullmatch(info):
                for line in body.splitlines():
                    if line.startswith("$ "):
                        said = tmp_path / f"terminal-{number[1]}.txt"
                        running = started(line[2:], work, said, environment)
                        terminals[number[1]] = stack.enter_context(running)
                    elif line:
                        terminals[number[1]].type(line)
            elif info == "console":
                for line in body.splitlines():
                    if line.startswith("$ "):
                        printed = run(line, page, work, environment)
            elif info == "text output":
                assert printed.strip() == body.strip()


def run(line: str, page: Path, work: Path, environment: dict[str, str]) -> str:
    wanted = int(match[1]) if (match := EXIT.search(line)) else 0
    done = subprocess.run(
        line[2:],
        shell=True,
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == wanted, f"{page.name}: {line}\n{said}"
    assert "Traceback" not in said
    return done.stdout


def test_every_titled_file_and_example_is_used() -> None:
    texts = {page: page.read_text("utf-8") for page in PAGES}
    examples = ROOT / "docs" / "examples"
    unused = {
        path.name
        for path in examples.rglob("*")
        if path.is_file() and not any(path.name in text for text in texts.values())
    }
    assert not unused


def test_every_finding_of_probing_a_vehicle_is_explained() -> None:
    files = sorted((ROOT / "harness" / "bench").glob("probe_*.py"))
    source = "\n".join(file.read_text("utf-8") for file in files)
    page = (ROOT / "docs" / "connect-a-vehicle.md").read_text("utf-8")
    table = page.partition("| finding |")[2].partition("\n\n")[0]
    first = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    explained = {code for cell in first for code in re.findall(r"`([a-z-]+)`", cell)}
    assert {code for code in explained if f'"{code}"' not in source} == set()
    assert set(re.findall(r'(?:_add|Finding)\(\s*"([a-z-]+)"', source)) - explained == set()


def test_what_a_page_would_do_at_the_car_can_be_done() -> None:
    page = (ROOT / "docs" / "connect-a-vehicle.md").read_text("utf-8")
    said = page.partition("Among what can be typed:")[2].partition(".\n")[0]
    named = re.findall(r"`([a-z0-9-]+)`", said)
    assert len(named) > 20
    assert set(named) - set(subjects()) == set()


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
