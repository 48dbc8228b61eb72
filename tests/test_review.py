"""The review of a run: who sees what when, what may follow what, and nothing lost by a kill."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from review_help import (
    SCHEME,
    SCHEME_SHA,
    add,
    forced,
    lines_of,
    long_ago,
    marked,
    opened,
    put,
    sign_off,
    whole_review,
)
from sample_exam import CANDIDATE, A, B, C, write_exam

from harness.assess import review as reviews
from harness.assess.entries import (
    Commented,
    Deducted,
    Locked,
    Marked,
    Overridden,
    Remarked,
    ReviewEntry,
    VetoDecided,
    Withdrawn,
)
from harness.assess.review import read_review
from harness.engine import details
from harness.errors import EvidenceError, HarnessError, UsageError
from harness.evidence.layout import REVIEW
from harness.evidence.verify import verify


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_exam(tmp_path / "run")


def refused(folder: Path, entry: ReviewEntry, key: object, words: str) -> None:
    before = lines_of(folder)
    with pytest.raises(HarnessError) as caught:
        add(folder, entry, key)  # type: ignore[arg-type]
    assert words in caught.value.detail
    assert lines_of(folder) == before
    assert details.chinese(caught.value.detail) != caught.value.detail


def test_a_whole_review(run: Path) -> None:
    whole_review(run)
    review = read_review(run)
    assert review.lines == len(lines_of(run)) == 10
    assert review.opened is not None
    assert (review.opened.scheme_sha256, review.opened.assessors) == (SCHEME_SHA, 2)
    assert review.marks("tidy") == {"A-07": 2, "A-09": 3}
    assert review.marks("handover") == {"A-07": 2, "A-09": 3}
    assert (review.spread("tidy"), review.spread("handover")) == (1, 1)
    assert review.signed_off
    result = verify(run)
    assert (result.exit_code, result.problems, result.added) == (0, [], [])
    assert result.review is not None
    assert result.review.signed_off
    assert [one.code for one in result.review.reviewers] == ["A-07", "A-09"]


def test_marks_are_not_to_be_read_before_their_time(run: Path) -> None:
    opened(run)
    add(run, Marked(by="A-07", utc=reviews.now(), aspect="tidy", mark=3, note="spotless"), A)
    low = add(run, Marked(by="A-07", utc=reviews.now(), aspect="handover", mark=0), A)
    assert low.marks("tidy") == {"A-07": 3}  # his own
    text = (run / REVIEW).read_text("utf-8")
    assert "spotless" not in text
    assert '"mark"' not in text
    lengths = {len(line) for line in lines_of(run)[1:]}
    assert max(lengths) - min(lengths) <= len("handover")  # by the aspect, not by mark or note
    for key in (None, B, C):
        seen = read_review(run, key)
        assert seen.marks("tidy") == {}
        assert seen.hidden == {"A-07": 2}
    add(run, Locked(by="A-07", utc=reviews.now()), A)
    marked(run, "A-09", B, 1, 1)
    assert read_review(run, B).marks("tidy") == {"A-09": 1}  # locked or not: B has not locked
    assert read_review(run).marks("tidy") == {}  # whoever reads might be B
    assert read_review(run, A).marks("tidy") == {"A-07": 3}  # B has not locked
    both = add(run, Locked(by="A-09", utc=reviews.now()), B)
    assert both.marks("tidy") == {"A-07": 3, "A-09": 1}
    assert both.spread("tidy") == 2
    assert read_review(run).marks("tidy") == {"A-07": 3, "A-09": 1}
    assert next(e.note for e in read_review(run).entries if isinstance(e, Marked)) == "spotless"


def test_the_later_mark_counts(run: Path) -> None:
    opened(run)
    marked(run, "A-07", A, 1, 1)
    marked(run, "A-07", A, 2, 3)
    assert add(run, Locked(by="A-07", utc=reviews.now()), A).marks("handover") == {"A-07": 3}


def test_what_may_not_follow(run: Path) -> None:
    now = reviews.now
    with pytest.raises(UsageError, match="no review yet"):
        add(run, Commented(by="A-07", utc=now(), text="x"), A)
    assert not (run / REVIEW).exists()
    opened(run)
    with pytest.raises(UsageError, match="a review is opened once"):
        opened(run)
    refused(run, Marked(by=CANDIDATE, utc=now(), aspect="tidy", mark=3), C, "candidate")
    refused(run, Commented(by="c-17", utc=now(), text="me"), C, "candidate")
    refused(run, Commented(by="Zhang Wei", utc=now(), text="me"), C, "not a code")
    refused(run, Commented(by="A-07", utc=now(), text="me"), C, "two keys")
    refused(run, Commented(by="A-08", utc=now(), text="me"), A, "two codes")
    refused(run, Commented(by="A-07", utc=long_ago(), text="me"), A, "earlier")
    refused(run, Commented(by="A-07", utc="yesterday", text="me"), A, "not readable")
    refused(run, Commented(by="A-07", utc=now(), text="  "), A, "comment is empty")
    refused(run, Marked(by="A-07", utc=now(), aspect="named", mark=3), A, "no aspect")
    refused(run, Marked(by="A-07", utc=now(), aspect="tody", mark=3), A, "did you mean: tidy")
    refused(run, Locked(by="A-07", utc=now()), A, "not marked yet: tidy, handover")
    again = Remarked(by="A-07", utc=now(), aspect="tidy", mark=1, reason="x")
    refused(run, again, A, "not locked yet")
    marked(run, "A-07", A, 2, 1)
    refused(run, sign_off("A-07"), A, "only who has marked and locked")
    add(run, Locked(by="A-07", utc=now()), A)
    refused(run, sign_off("A-07"), A, "1 of 2 assessors")
    refused(run, Marked(by="A-07", utc=now(), aspect="tidy", mark=3), A, "are locked")
    refused(run, Locked(by="A-07", utc=now()), A, "locked already")
    marked(run, "A-09", B, 2, 3)
    add(run, Locked(by="A-09", utc=now()), B)
    marked(run, "A-11", C, 2, 3)
    refused(run, Locked(by="A-11", utc=now()), C, "as many assessors")
    refused(run, sign_off("A-09"), B, "differ by more than 1: handover")


@pytest.mark.parametrize(
    ("entry", "good"),
    [
        (Overridden(by="A-07", utc="", aspect="named", marks=12, reason=" "), "reason"),
        (Overridden(by="A-07", utc="", aspect="named", marks=21, reason="x"), "expected 0 to 20"),
        (Overridden(by="A-07", utc="", aspect="none", marks=1, reason="x"), "no aspect"),
        (Deducted(by="A-07", utc="", deduction="tool-dropped", reason=""), "reason"),
        (Deducted(by="A-07", utc="", deduction="tool", reason="x"), "no deduction"),
        (Deducted(by="A-07", utc="", deduction="tool-dropped", times=0, reason="x"), "1 or more"),
        (VetoDecided(by="A-07", utc="", veto="live-work", confirmed=True, reason=""), "reason"),
        (VetoDecided(by="A-07", utc="", veto="dead", confirmed=True, reason="x"), "no veto"),
        (Withdrawn(by="A-07", utc="", reason="x"), "has not signed"),
    ],
)
def test_entries_that_are_refused(run: Path, entry: ReviewEntry, good: str) -> None:
    opened(run)
    refused(run, msgspec.structs.replace(entry, utc=reviews.now()), A, good)


def test_after_signing_only_signatures_and_withdrawals(run: Path) -> None:
    whole_review(run)
    late = Overridden(by="A-07", utc=reviews.now(), aspect="named", marks=20, reason="generous")
    refused(run, late, A, "signed off")
    refused(run, sign_off("A-07"), A, "signed already")
    add(run, Withdrawn(by="A-07", utc=reviews.now(), reason="a line was overlooked"), A)
    refused(run, late, A, "earlier")  # its time is older than the withdrawal
    refused(run, msgspec.structs.replace(late, utc=reviews.now()), A, "signed off")  # A-09 stands
    add(run, Withdrawn(by="A-09", utc=reviews.now(), reason="the same"), B)
    review = add(run, msgspec.structs.replace(late, utc=reviews.now()), A)
    assert not review.signed_off
    assert add(run, sign_off("A-07"), A).signed.keys() == {"A-07"}
    assert verify(run).exit_code == 0


def test_only_a_sound_and_sealed_run_is_reviewed(tmp_path: Path) -> None:
    loose = write_exam(tmp_path / "loose", seal=False)
    with pytest.raises(UsageError, match="not sealed"):
        opened(loose)
    changed = write_exam(tmp_path / "changed")
    journal = changed / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"handed_in", b"handed_on"))
    with pytest.raises(UsageError, match="altered"):
        opened(changed)
    assert not (loose / REVIEW).exists()
    assert not (changed / REVIEW).exists()


def test_nothing_is_entered_over_a_record_that_was_altered(run: Path) -> None:
    opened(run)
    marked(run, "A-07", A, 2, 1)
    before = lines_of(run)
    journal = run / "journal.jsonl"
    good = journal.read_bytes()
    journal.write_bytes(good.replace(b"handed_in", b"handed_on"))
    entries: list[ReviewEntry] = [
        Commented(by="A-09", utc=reviews.now(), text="looks fine"),
        Marked(by="A-09", utc=reviews.now(), aspect="tidy", mark=2),
        Locked(by="A-09", utc=reviews.now()),
        Overridden(by="A-09", utc=reviews.now(), aspect="reading", marks=1, reason="seen"),
        sign_off("A-09"),
    ]
    for entry in entries:
        with pytest.raises(UsageError, match="altered and cannot be reviewed"):
            add(run, entry, B)
    assert lines_of(run) == before
    journal.write_bytes(good)
    assert add(run, entries[0], B).lines == len(before) + 1


@pytest.mark.parametrize("cut", [1, 40, 200, -1])
def test_a_torn_last_line_is_recovered(run: Path, cut: int) -> None:
    opened(run)
    marked(run, "A-07", A, 2, 1)
    whole = lines_of(run)
    put(run, whole[:-1], torn=whole[-1][:cut])
    # As if the process had died in the middle of the write, before the register had the line.
    register = Path(os.environ["HARNESS_KEYS"]) / "reviews.jsonl"
    register.write_bytes(b"".join(register.read_bytes().splitlines(keepends=True)[:-1]))
    assert read_review(run, A).lines == 2
    result = verify(run)
    assert result.exit_code == 0
    assert any("not written whole" in note.en for note in result.notes)
    review = add(run, Marked(by="A-07", utc=reviews.now(), aspect="handover", mark=3), A)
    assert review.lines == 3
    assert review.marks("handover") == {"A-07": 3}
    assert verify(run).exit_code == 0


_WRITER = """
import sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from review_help import add, opened
from sample_exam import A
from harness.assess.entries import Commented
from harness.assess.review import now
folder = Path({folder!r})
opened(folder)
for number in range(10000):
    add(folder, Commented(by="A-07", utc=now(), text="remark %d" % number), A)
    print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing(run: Path) -> None:
    code = _WRITER.format(tests=str(Path(__file__).parent), folder=str(run))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(5):
            last = int(child.stdout.readline())
        child.kill()
        last = max([last, *map(int, child.stdout.read().split())])
    found = [one.text for one in read_review(run, A).entries if isinstance(one, Commented)]
    assert found[: last + 1] == [f"remark {number}" for number in range(last + 1)]
    assert verify(run).exit_code == 0
    add(run, Commented(by="A-07", utc=reviews.now(), text="after"), A)
    assert verify(run).exit_code == 0


def test_a_damaged_review_is_not_added_to(run: Path, tmp_path: Path) -> None:
    whole_review(run)
    for number in (0, 4, 9):
        copy = shutil.copytree(run, tmp_path / f"copy-{number}")
        lines = lines_of(copy)
        lines[number] = lines[number].replace(b'"by":"A-0', b'"by":"A-1', 1)
        put(copy, lines)
        with pytest.raises(UsageError, match=rf"{REVIEW}:{number + 1}"):
            add(copy, Withdrawn(by="A-07", utc=reviews.now(), reason="x"), A)
        with pytest.raises(EvidenceError, match=rf"{REVIEW}:{number + 1}"):
            read_review(copy)


def test_a_revealed_key_must_open_the_marks(run: Path) -> None:
    opened(run)
    marked(run, "A-07", A, 2, 1)
    forced(run, {"entry": "locked", "by": "A-07", "utc": reviews.now(), "opens": "00" * 32}, A)
    with pytest.raises(EvidenceError, match="does not open"):
        read_review(run)
    problem = verify(run).first_bad
    assert problem is not None
    assert (problem.file, problem.line) == (REVIEW, 4)


def test_scheme_of_the_tests_is_whole() -> None:
    assert [one.id for one in reviews.judged(SCHEME)] == ["tidy", "handover"]
