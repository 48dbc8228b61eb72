"""Whatever is done to a review or to what an exam withheld, verify names file and line."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_help import (
    at,
    forced,
    lines_of,
    long_ago,
    opened,
    put,
    rechained,
    sign_off,
    trusted,
    whole_review,
)
from sample_exam import EXAM_KEY, A, B, C, sample_score, write_exam
from sample_record import KEY, OTHER_KEY

from harness.assess import review as reviews
from harness.assess.entries import Commented, Overridden
from harness.assess.sheet import build_sheet
from harness.assess.sheet_html import render_sheet
from harness.assess.sheet_table import as_csv
from harness.cli.root import ROOT
from harness.events import ExamOpened, HintGiven, Withheld
from harness.evidence import keyring, register
from harness.evidence.chain import line_hash
from harness.evidence.export import bundle_zip
from harness.evidence.keys import fingerprint, short, station_key
from harness.evidence.layout import JOURNAL, REVIEW, SEAL
from harness.evidence.read import read_journal
from harness.evidence.review_lines import PURPOSE
from harness.evidence.signed_lines import check_line
from harness.evidence.verify import VerifyResult, verify
from harness.evidence.withheld import withhold
from harness.text import Language, Text


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with its review, and the key folder of the station that wrote it, beside it."""
    place = tmp_path_factory.mktemp("reviewed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_KEYS", str(place / "keys"))
        write_exam(place / "run")
        whole_review(place / "run")
        trusted(place / "keys", "A-07", A)
        trusted(place / "keys", "A-09", B)
    return place


@pytest.fixture
def run(reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, on a station that knows both assessors and has no register."""
    place = Path(shutil.copytree(reviewed, tmp_path / "copy"))
    (place / "keys" / register.REGISTER).unlink()
    monkeypatch.setenv("HARNESS_KEYS", str(place / "keys"))
    return place / "run"


def keys() -> Path:
    return Path(os.environ["HARNESS_KEYS"])


def found(folder: Path, line: int, words: str, file: str = REVIEW) -> VerifyResult:
    """The first bad place is this one, said in both languages, also by the command."""
    result = verify(folder)
    assert result.first_bad is not None, result.notes
    bad = result.first_bad
    assert (bad.file, bad.line) == (file, line), bad
    assert words in bad.what.en, bad
    assert any("\u4e00" <= sign <= "\u9fff" for sign in bad.what.zh)
    for lang, what in (("zh", bad.what.zh), ("en", bad.what.en)):
        said = CliRunner().invoke(ROOT, ["evidence", "verify", str(folder), "--lang", lang])
        assert said.exit_code == 1
        flat = "".join(said.stdout.split())
        assert "".join(what.split()) in flat
        assert file in flat
    return result


def test_intact(run: Path) -> None:
    result = verify(run)
    assert result.exit_code == 0
    (told,) = result.notes  # this station has no register
    assert "nothing here can tell" in told.en and "10 lines" in told.en
    for lang, words in (("en", "signed 2/2 (A-07, A-09)"), ("zh", "签名 2/2（A-07、A-09）")):
        said = CliRunner().invoke(ROOT, ["evidence", "verify", str(run), "--lang", lang])
        assert said.exit_code == 0
        assert "".join(words.split()) in "".join(said.stdout.split())
    as_json = CliRunner().invoke(ROOT, ["evidence", "verify", str(run), "--json"])
    assert json.loads(as_json.stdout)["review"]["reviewers"][1]["code"] == "A-09"


def test_an_export_takes_the_review_along(run: Path, tmp_path: Path) -> None:
    target = bundle_zip(run, tmp_path / "out.zip", name="exam")
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path / "out")
    copies = list((tmp_path / "out").rglob(REVIEW))
    assert len(copies) == 1
    assert verify(copies[0].parent).exit_code == 0


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_is_found_at_its_line(run: Path, data: st.DataObject) -> None:
    original = (run / REVIEW).read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != original[place]))
    changed = original[:place] + bytes([byte]) + original[place + 1 :]
    line = original[:place].count(b"\n") + 1
    try:
        (run / REVIEW).write_bytes(changed)
        result = verify(run)
        last_newline = place == len(original) - 1
        if last_newline:  # as if the last line had never been written whole: see the register
            assert any("not written whole" in note.en for note in result.notes)
            return
        assert result.first_bad is not None
        assert result.first_bad.file == REVIEW
        assert result.first_bad.line == line
    finally:
        (run / REVIEW).write_bytes(original)


def test_every_class_of_bytes(run: Path) -> None:
    """Each part of every line: number, time, previous hash, entry, key, public key, signature."""
    lines = lines_of(run)
    for number, line in enumerate(lines):
        marks = (b'"n":', b'"t":', b'"prev":"', b'"utc":"', b'"by":"', b'"key":"', b'"public":"',
                 b'"sig":"')  # fmt: skip
        for mark in marks:
            at_ = line.index(mark) + len(mark)
            other = b"5" if line[at_ : at_ + 1] != b"5" else b"6"
            changed = list(lines)
            changed[number] = line[:at_] + other + line[at_ + 1 :]
            put(run, changed)
            bad = verify(run).first_bad
            assert bad is not None
            assert (bad.file, bad.line) == (REVIEW, number + 1), mark
    put(run, lines)
    assert verify(run).exit_code == 0


CHANGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int, str]] = {
    "a line removed": (lambda x: x[:3] + x[4:], 4, "removed"),
    "a line removed, chained anew": (lambda x: rechained(x[:3] + x[4:]), 4, "altered"),
    "two lines swapped": (lambda x: [*x[:4], x[5], x[4], *x[6:]], 5, "swapped"),
    "swapped, chained anew": (lambda x: rechained([*x[:4], x[5], x[4], *x[6:]]), 5, "altered"),
    "a line repeated": (lambda x: [*x[:5], x[4], *x[5:]], 6, "repeats"),
    "repeated, chained anew": (lambda x: rechained([*x[:5], x[4], *x[5:]]), 6, "altered"),
    "replayed at the end": (lambda x: rechained([*x, x[8]]), 11, "altered"),
    "the first line gone": (lambda x: x[1:], 1, "removed"),
    "the first line gone, chained anew": (lambda x: rechained(x[1:]), 1, "altered"),
    "a mark of somebody else's": (
        lambda x: rechained([*x[:4], x[4].replace(b"A-09", b"A-07"), *x[5:]]), 5, "altered",
    ),
    "not JSON": (lambda x: [*x[:6], b"{", *x[7:]], 7, "no signed line"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_changed_lines(run: Path, what: str) -> None:
    change, line, words = CHANGES[what]
    put(run, change(lines_of(run)))
    found(run, line, words)


def test_the_review_of_another_run(run: Path, tmp_path: Path) -> None:
    other = write_exam(tmp_path / "other", run_id="7a11c0de00000002")
    shutil.copy(run / REVIEW, other / REVIEW)
    found(other, 1, "review of another run")


def test_two_reviews_put_together(run: Path, tmp_path: Path) -> None:
    other = write_exam(tmp_path / "other", run_id="7a11c0de00000002")
    whole_review(other)
    put(run, lines_of(run)[:8] + lines_of(other)[8:])
    found(run, 8, "altered")
    put(run, rechained(lines_of(run)[:8] + lines_of(other)[8:]))
    found(run, 9, "signature does not hold")


def test_two_runs_merged(run: Path, tmp_path: Path) -> None:
    """Journal and seal of one run, review and attachments of the other."""
    other = write_exam(tmp_path / "other", run_id="7a11c0de00000002", candidate="C-18")
    for name in (JOURNAL, "modbus.jsonl", SEAL):
        shutil.copy(other / name, run / name)
    found(run, 1, "review of another run")
    shutil.copy(tmp_path / "copy" / "run" / JOURNAL, other / JOURNAL)
    assert verify(run).exit_code == 1


def test_a_run_sealed_anew(run: Path, tmp_path: Path) -> None:
    """Whoever has the station's key can change and seal a run again; its review then tells."""
    hint = HintGiven(step="safety", number=1, hint=Text("看指示灯", "look at the lamp"))
    again = write_exam(tmp_path / "again", extra=[hint])
    shutil.copy(run / REVIEW, again / REVIEW)
    assert verify(again).sealed
    found(again, 1, "another sealing")
    resigned = write_exam(tmp_path / "resigned", key=OTHER_KEY)
    shutil.copy(run / REVIEW, resigned / REVIEW)
    found(resigned, 1, "another sealing")


def test_a_seal_taken_away(run: Path) -> None:
    (run / SEAL).unlink()
    found(run, 1, "no valid seal")


@pytest.mark.parametrize("left", [0, 4, 9])
def test_a_review_cut_off_or_gone_is_found_where_it_was_written(
    reviewed: Path, run: Path, left: int
) -> None:
    shutil.copy(reviewed / "keys" / register.REGISTER, keys() / register.REGISTER)
    shutil.copy(reviewed / "keys" / "station.key", keys() / "station.key")
    head = line_hash(lines_of(run)[-1])
    assert verify(run).exit_code == 0
    if left:
        put(run, lines_of(run)[:left])
        found(run, left + 1, "not here")
    else:
        (run / REVIEW).unlink()
        found(run, 0, "it was removed")
    # Another station, which has only the signed sheet:
    (keys() / register.REGISTER).unlink()
    assert verify(run).exit_code == 0
    for asked in (head, head[:16]):
        bad = verify(run, review_head=asked).first_bad
        assert bad is not None
        assert bad.file == REVIEW
        assert "score sheet" in bad.what.en


def test_a_machine_that_cannot_tell_says_so(reviewed: Path, run: Path) -> None:
    head = line_hash(lines_of(run)[-1])
    for left, words in ((10, short(head)), (6, "6 lines"), (0, "no review is here")):
        put(run, lines_of(run)[:left])
        if not left:
            (run / REVIEW).unlink()
        for lang, cannot in (("en", "nothing here can tell"), ("zh", "在本机无从判断")):
            said = CliRunner().invoke(ROOT, ["evidence", "verify", str(run), "--lang", lang])
            assert said.exit_code == 0
            flat = "".join(said.stdout.split())
            assert "".join(cannot.split()) in flat
            assert "--review-head" in flat
        assert words in verify(run).notes[-1].en
    shutil.copy(reviewed / "run" / REVIEW, run / REVIEW)
    assert verify(run, review_head=head).notes == []  # asked with the sheet's head
    for name in (register.REGISTER, "station.key"):
        shutil.copy(reviewed / "keys" / name, keys() / name)
    assert verify(run).notes == []  # known to the register


@pytest.mark.parametrize("name", ["sheet.zh.html", "sheet.en.html", "sheet.zh.csv", "sheet.en.csv"])
@pytest.mark.parametrize("left", [0, 9])
def test_a_sheet_beside_the_record_names_the_head(run: Path, name: str, left: int) -> None:
    language: Language = "zh" if ".zh." in name else "en"
    before = verify(run)
    sheet = build_sheet(read_journal(run), sample_score(), reviews.read_review(run), before)
    made = as_csv(sheet, language) if "csv" in name else render_sheet(sheet, language).encode()
    (run / name).write_bytes(made)
    agrees = verify(run)
    assert agrees.exit_code == 0
    assert f"{name} beside it agrees" in agrees.notes[-1].en
    put(run, lines_of(run)[:left])
    if not left:
        (run / REVIEW).unlink()
    bad = found(run, 0, f"{name} beside it names the review head").first_bad
    assert bad is not None and short(before.review.head if before.review else "") in bad.what.en
    (run / name).write_bytes(made.replace(b"head", b"tail").replace("校验".encode(), b"x"))
    assert verify(run).exit_code == 0  # names no head: as if there were no sheet


def test_the_head_on_the_sheet_is_found(run: Path) -> None:
    head = line_hash(lines_of(run)[-1])
    spaced = " ".join(head[place : place + 4] for place in range(0, 16, 4))
    arguments = ["evidence", "verify", str(run), "--lang", "en", "--review-head"]
    assert CliRunner().invoke(ROOT, [*arguments, spaced]).exit_code == 0
    assert CliRunner().invoke(ROOT, [*arguments, "f" * 16]).exit_code == 1
    assert CliRunner().invoke(ROOT, [*arguments, "tail"]).exit_code == 2


def test_a_torn_register_counts_up_to_its_tear_and_an_altered_one_is_named(
    reviewed: Path, run: Path
) -> None:
    shutil.copy(reviewed / "keys" / "station.key", keys() / "station.key")
    whole = (reviewed / "keys" / register.REGISTER).read_bytes()
    path = keys() / register.REGISTER
    path.write_bytes(whole[:-20])
    assert verify(run).exit_code == 0
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], lines[3].replace(b"A-07", b"A-08"), *lines[4:]]))
    found(run, 0, "list of reviews was altered", file=register.REGISTER)


def test_unknown_keys_are_told(run: Path) -> None:
    for path in (keys() / "assessors").iterdir():
        path.unlink()
    result = verify(run)
    assert result.exit_code == 0
    assert [note.en[:60] for note in result.notes] == [
        "review.jsonl, line 1: the key of 'A-07' is not known to this",
        "review.jsonl, line 5: the key of 'A-09' is not known to this",
        "review.jsonl: this machine has no register of a review of th",
    ]
    assert result.review is not None
    assert not any(one.known for one in result.review.reviewers)
    bad = verify(run, trusted=[fingerprint(KEY.public_key())]).first_bad
    assert bad is not None
    assert (bad.file, bad.line) == (REVIEW, 1)
    assert "not trusted" in bad.what.en
    both = [fingerprint(key.public_key()) for key in (KEY, A, B)]
    assert verify(run, trusted=both).exit_code == 0


def test_a_review_forged_with_a_key_of_ones_own(run: Path) -> None:
    (run / REVIEW).unlink()
    opened(run, C, "A-07")
    found(run, 1, "not the one known here of 'A-07'")
    (run / REVIEW).unlink()
    (keys() / register.REGISTER).unlink()
    opened(run, A, "A-77")
    found(run, 1, "known here as that of 'A-07'")


def test_a_changed_public_key_is_found(run: Path) -> None:
    trusted(keys(), "A-09", C)
    found(run, 5, "not the one known here of 'A-09'")
    (keys() / "assessors" / "A-09.pub").write_text("no key")
    found(run, 0, "signing key cannot be used", file="assessors")


def test_a_revoked_key(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("revoked" in note.en for note in verify(run).notes)
    gone = keyring.revoke("A-09", "passphrase seen by others")
    since = verify(run)
    assert since.exit_code == 0  # what was signed before still holds
    (note,) = (one for one in since.notes if "revoked" in one.en)
    by = short(fingerprint(station_key().public_key()))
    for words in ("line 10", "'A-09'", gone.utc, by, "passphrase seen by others"):
        assert words in note.en
    assert all(words in note.zh for words in ("第 10 行", "吊销", gone.utc, gone.reason, by))
    assert since.review is not None
    assert [one.revoked for one in since.review.reviewers] == ["", gone.utc]
    folder = keys()
    first = lines_of(run)
    (run / REVIEW).unlink()
    opened(run)
    forced(run, Commented(by="A-09", utc="2099-01-01T00:00:00+00:00", text="late"), B)
    result = found(run, 2, "the key of 'A-09' was revoked on 20")
    assert result.first_bad is not None
    assert "passphrase seen by others" in result.first_bad.what.en
    put(run, first)
    (folder / register.REGISTER).unlink()
    assert verify(run).exit_code == 0
    path = folder / keyring.REVOKED
    path.write_bytes(path.read_bytes().replace(b"seen by", b"SEEN BY"))
    found(run, 0, "list of revoked keys was altered", file=keyring.REVOKED)


def test_clocks(run: Path) -> None:
    (run / REVIEW).unlink()
    opened(run)
    forced(run, Commented(by="A-07", utc=long_ago(), text="x"), A)
    found(run, 2, "earlier than that of the line before")
    first = msgspec.json.decode(lines_of(run)[0], type=dict[str, object])
    body = {name: value for name, value in first.items() if name not in
            ("n", "t", "prev", "key", "public", "sig")}  # fmt: skip
    for utc, words in ((long_ago(), "before the sealing"), ("noon", "time is not readable")):
        (run / REVIEW).unlink()
        forced(run, {**body, "utc": utc}, A)
        found(run, 1, words)
    (run / REVIEW).unlink()
    (keys() / register.REGISTER).unlink()
    forced(run, {**body, "utc": at(0)}, A)
    assert verify(run).exit_code == 0
    forced(run, {"entry": "praised", "by": "A-07", "utc": at(1)}, A)
    found(run, 2, "no entry that this version knows")


def test_rules_broken_with_a_true_key(run: Path) -> None:
    """An assessor who writes into the file past the program."""
    late = Overridden(by="A-07", utc=reviews.now(), aspect="named", marks=20, reason="x")
    forced(run, late, A)
    found(run, 11, "signed off")
    put(run, lines_of(run)[:8])
    forced(run, sign_off("A-09"), B)
    found(run, 9, "does not name the line before it")
    put(run, lines_of(run)[:8])
    forced(run, Commented(by="C-17", utc=reviews.now(), text="I was good"), C)
    found(run, 9, "candidate")


def test_a_line_signed_for_something_else_is_none_of_a_review(run: Path) -> None:
    line = lines_of(run)[3]
    assert check_line(line, PURPOSE).n == 4
    with pytest.raises(Exception, match="signature"):
        check_line(line, "revocation")


def test_a_link_in_place_of_the_review(run: Path, tmp_path: Path) -> None:
    shutil.move(run / REVIEW, tmp_path / "elsewhere")
    (run / REVIEW).symlink_to(tmp_path / "elsewhere")
    found(run, 0, "link")


# ------------------------------------------------------------------ withheld events

OTHER = bytes(range(1, 33))


def exam(tmp_path: Path, **changes: object) -> Path:
    return write_exam(tmp_path / "exam", **changes)  # type: ignore[arg-type]


@pytest.fixture
def _empty_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))


@pytest.mark.usefixtures("_empty_keys")
@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({"opened": OTHER.hex()}, 14, "not the one that was committed to"),
        ({"opened": "moon"}, 14, "no hex number"),
        ({"extra": [Withheld(data="AAAA")]}, 13, "does not open"),
        (
            {"extra": [withhold(HintGiven(step="x", number=1,
                                                         hint=Text("a", "b")), OTHER)]},
            13, "does not open",
        ),
        (
            {"extra": [ExamOpened(key=EXAM_KEY.hex()), Withheld(data="AAAA")]},
            14, "after the key had been revealed",
        ),
    ],
)  # fmt: skip
def test_what_was_withheld_must_open(
    tmp_path: Path, changes: dict[str, object], line: int, words: str
) -> None:
    folder = exam(tmp_path, **changes)
    result = found(folder, line, words, file=JOURNAL)
    assert result.sealed  # the seal holds: it was recorded so


@pytest.mark.usefixtures("_empty_keys")
def test_an_exam_that_opens_is_intact_and_one_that_never_opened_is_told(tmp_path: Path) -> None:
    assert verify(exam(tmp_path)).exit_code == 0
    closed = write_exam(tmp_path / "closed", opened=None)
    result = verify(closed)
    assert result.exit_code == 0
    assert any("never opened" in note.en for note in result.notes)
