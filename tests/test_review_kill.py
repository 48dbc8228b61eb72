"""`kill -9` while an assessor enters a mark or signs, and in the middle of an exam.

Each is a process of its own that runs the command as typed and dies at one moment of writing:
before a line is on the disk (a part of it is), or after it and before the station's register has
it. What was there before stays; the entry is there whole or not at all; and work goes on.
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from exam_help import KEPT, PASSPHRASE, write_scenario, write_script
from sample_exam import write_exam

from harness.assess.entries import SignedOff
from harness.assess.review import read_review
from harness.cli.root import ROOT
from harness.events import Answered, StepEnded
from harness.evidence import keyring
from harness.evidence.layout import JOURNAL, REVIEW
from harness.evidence.read import read_journal
from harness.evidence.register import REGISTER
from harness.evidence.verify import verify

WORDS = {"A-07": "seven red lamps", "A-09": "nine blue wires"}
_DYING = """
import os, signal, sys
moment, lost = int(sys.argv[1]), int(sys.argv[2])
sync, times = os.fsync, 0
def dying(file):
    global times
    times += 1
    if times == moment:
        if lost:
            os.ftruncate(file, os.fstat(file).st_size - lost)
        os.kill(os.getpid(), signal.SIGKILL)
    sync(file)
os.fsync = dying
from harness.cli.root import ROOT
ROOT(sys.argv[3:])
"""

_DYING_IN_A_LINE = """
import os, signal, sys
from harness.evidence.chain import ChainWriter
write, kind, step = ChainWriter._write, *sys.argv[1:3]
def dying(self, data):
    if f'"event":"{kind}"'.encode() in data and f'"step":"{step}"'.encode() in data:
        self._file.write(data[:len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    write(self, data)
ChainWriter._write = dying
from harness.cli.root import ROOT
ROOT(sys.argv[3:])
"""


def killed(program: str, *words: object) -> None:
    """Run a command as typed that dies.

    `_DYING`: when it puts something on the disk for the nth time, so many bytes of it lost;
    `_DYING_IN_A_LINE`: in the middle of the first line of this kind and step.
    """
    child = [sys.executable, "-c", program, *map(str, words)]
    done = subprocess.run(child, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr + done.stdout


def call(*words: object, expected: int = 0) -> str:
    done = CliRunner().invoke(ROOT, [*map(str, words), "--lang", "en"])
    assert done.exit_code == expected, done.output
    return done.output


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two assessors; the first has marked and locked, the second has marked one of two aspects."""
    place = tmp_path_factory.mktemp("reviewed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_KEYS", str(place / "keys"))
        write_exam(place / "run")
        for code, words in WORDS.items():
            keyring.new_key(code, words, place / "keys")
            (place / f"{code}.txt").write_text(words, "utf-8")

        def by(code: str, what: str, *more: object) -> None:
            phrase = ("--as", code, "--passphrase-file", place / f"{code}.txt")
            call("review", what, place / "run", *more, *phrase)

        by("A-07", "open")
        by("A-07", "mark", "tidy", 2)
        by("A-07", "mark", "handover", 2)
        by("A-07", "lock")
        by("A-09", "mark", "tidy", 3)
    return place


@pytest.fixture
def room(reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = Path(shutil.copytree(reviewed, tmp_path / "room"))
    monkeypatch.setenv("HARNESS_KEYS", str(place / "keys"))
    return place


def typed(room: Path, code: str, what: str, *more: object) -> list[object]:
    phrase = ("--as", code, "--passphrase-file", room / f"{code}.txt")
    return ["review", what, room / "run", *more, *phrase, "--lang", "en"]


MOMENT = ("moment", "lost", "entered")
IN_THE_LINE = pytest.param(1, 60, False, id="in the line")
BEFORE_THE_REGISTER = pytest.param(1, 0, True, id="before the register")
IN_THE_REGISTER = pytest.param(2, 60, True, id="in the register")


@pytest.mark.parametrize(MOMENT, [IN_THE_LINE, IN_THE_REGISTER])
def test_killed_while_a_mark_is_entered(room: Path, moment: int, lost: int, entered: bool) -> None:
    run = room / "run"
    before, known = (run / REVIEW).read_bytes(), (room / "keys" / REGISTER).read_bytes()
    killed(_DYING, moment, lost, *typed(room, "A-09", "mark", "handover", 3))
    after = (run / REVIEW).read_bytes()
    assert after.startswith(before) and len(after) > len(before)
    assert after.endswith(b"\n") is entered
    assert (room / "keys" / REGISTER).read_bytes().startswith(known)
    _is_intact(run, torn=not entered)
    assert f"A-09 has marked {2 if entered else 1} aspect(s)" in call("review", "show", run)
    # Work goes on: what was lost is entered again, and both sign.
    if not entered:
        call(*typed(room, "A-09", "mark", "handover", 3)[:-2])
    _finished(room, "lock A-09", "sign A-07", "sign A-09")
    assert read_review(run).marks("handover") == {"A-07": 2, "A-09": 3}


@pytest.mark.parametrize(MOMENT, [IN_THE_LINE, BEFORE_THE_REGISTER])
def test_killed_while_signing(room: Path, moment: int, lost: int, entered: bool) -> None:
    run = room / "run"
    call(*typed(room, "A-09", "mark", "handover", 3)[:-2])
    _finished(room, "lock A-09", "sign A-07", signed=False)
    marks = read_review(run).marks("handover")
    before = (run / REVIEW).read_bytes()
    killed(_DYING, moment, lost, *typed(room, "A-09", "sign"))
    assert (run / REVIEW).read_bytes().startswith(before)
    _is_intact(run, torn=not entered)
    review = read_review(run)
    assert review.marks("handover") == marks
    assert list(review.signed) == (["A-07", "A-09"] if entered else ["A-07"])
    state = verify(run).review
    assert state is not None and state.signed_off is entered
    # A signature is not made twice; one that was lost is made again.
    call(*typed(room, "A-09", "sign")[:-2], expected=2 if entered else 0)
    _finished(room)
    totals = {one.total for one in read_review(run).entries if isinstance(one, SignedOff)}
    assert len(read_review(run).signed) == 2 and len(totals) == 1


def _is_intact(run: Path, *, torn: bool) -> None:
    """Nothing says that anything was altered; a line that was not written whole is told."""
    result = verify(run)
    assert result.exit_code == 0
    assert any("not written whole" in note.en for note in result.notes) is torn


def _finished(room: Path, *orders: str, signed: bool = True) -> None:
    for order in orders:
        what, code = order.split()
        call(*typed(room, code, what)[:-2])
    result = verify(room / "run")
    assert (result.exit_code, result.notes) == (0, [])
    assert result.review is not None and result.review.signed_off is signed


def test_killed_in_an_exam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    run, phrase = tmp_path / "run", tmp_path / "phrase"
    phrase.write_bytes(PASSPHRASE)
    scenario, script = write_scenario(tmp_path), write_script(tmp_path)
    killed(
        _DYING_IN_A_LINE, "answered", "supply-voltage",
        "exam", "start", scenario, "--candidate", "K-017", "--out", run, "--lang", "en",
        "--script", script, "--case", "hot-plug-case", "--escrow-passphrase-file", phrase,
    )  # fmt: skip
    # Everything before the torn line is there and intact, and it stays closed without a passphrase.
    assert not (run / JOURNAL).read_bytes().endswith(b"\n")
    said = call("evidence", "verify", run, expected=3)
    assert "not sealed" in said
    call("exam", "open", run, expected=4)
    assert b"connector-overheated" not in (run / JOURNAL).read_bytes()
    events = [entry.event for entry in read_journal(run)]
    done = ["safety", "enclosure", "lamp"]
    ended = [one.step for one in events if isinstance(one, StepEnded)]
    assert [step for step in ended if step in KEPT] == done
    answers = [(one.step, one.value) for one in events if isinstance(one, Answered)]
    assert answers == [("safety", True), ("enclosure", "normal"), ("lamp", "standby")]
    # With it the assessor sees what was hidden, and what had been done.
    told = call("exam", "recover", run, "--escrow-passphrase-file", phrase)
    for words in (
        "connector-overheated", "The plug is too hot.", "answered normal, right normal",
        "answered standby, right standby", "preparation  K-017", "working  K-017",
        "The exam was cut off;",
    ):  # fmt: skip
        assert words in told, told
    # What is not whole is marked by nobody; the folder is as it was.
    before = (run / JOURNAL).read_bytes()
    keyring.new_key("A-07", WORDS["A-07"], tmp_path / "keys")
    (tmp_path / "A-07.txt").write_text(WORDS["A-07"], "utf-8")
    as_assessor = ("--as", "A-07", "--passphrase-file", tmp_path / "A-07.txt")
    assert "not sealed" in call("review", "open", run, *as_assessor, expected=2)
    assert (run / JOURNAL).read_bytes() == before and not (run / REVIEW).exists()
