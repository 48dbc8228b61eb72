"""The display of a run on a terminal: spinner, questions, encodings without our signs."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from sample_record import write_sample

from harness.cli import marks, wide
from harness.cli.progress import Progress
from harness.cli.summary import Summary
from harness.engine.digest import RunDigest
from harness.events import Asked, StepEnded, StepStarted
from harness.evidence.read import read_journal
from harness.text import Language, Text
from harness.verdict import Verdict


def _console(*, terminal: bool) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=terminal, width=80, highlight=False, markup=False
    )


def _replay(folder: Path, language: Language, *, terminal: bool, spin: bool) -> str:
    console, digest = _console(terminal=terminal), RunDigest()
    with Progress(console, language, {}, digest=digest, spin=spin) as progress:
        for entry in read_journal(folder):
            digest(entry.event)
            progress(entry.event)
    assert progress._live is None
    Summary(console, language).show(digest, set(digest.steps), folder, sealed=True)
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "record"
    write_sample(folder)
    return folder


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_terminal_gets_colours_and_a_spinner_and_a_file_gets_plain_lines(
    record: Path, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = _replay(record, language, terminal=True, spin=True)
    plain = _replay(record, language, terminal=False, spin=True)
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    for line in plain.splitlines():
        assert wide.width(line) <= 80 or str(record) in line, line


def test_every_verdict_has_a_sign_a_word_and_a_colour() -> None:
    for verdict in Verdict:
        assert marks.mark(verdict, "zh").split()[1]
        assert marks.mark(verdict, "en") != marks.mark(verdict, "zh")
        assert marks.style(verdict)
    signs = {verdict: marks.mark(verdict, "en").split()[0] for verdict in Verdict}
    assert signs[Verdict.PASS] != signs[Verdict.FAIL]


def test_a_terminal_without_our_signs_gets_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="gbk"))
    assert marks.mark(Verdict.PASS, "zh") == "+ 合格"
    assert marks.mark(Verdict.FAIL, "en") == "x fail"


def test_a_question_ends_the_spinner(record: Path) -> None:
    console, digest = _console(terminal=True), RunDigest()
    with Progress(console, "en", {}, digest=digest, spin=True) as progress:
        for event in (entry.event for entry in read_journal(record)):
            digest(event)
            progress(event)
            if isinstance(event, Asked | StepEnded):
                assert progress._live is None
            if isinstance(event, StepStarted):
                assert progress._live is not None
        progress.show("a line")
    assert isinstance(console.file, io.StringIO)
    assert "a line" in console.file.getvalue()


def test_groups_are_headings(record: Path) -> None:
    console, digest = _console(terminal=False), RunDigest()
    groups = {"PILE-INSP-01": {"supply": Text("供电", "Supply of the pile")}}
    with Progress(console, "en", groups, digest=digest) as progress:
        for event in (entry.event for entry in read_journal(record)):
            digest(event)
            progress(event)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().count("Supply of the pile") == 1
