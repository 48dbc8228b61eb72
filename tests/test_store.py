"""The store: what goes in is found again, and the bundles stay the record."""

import json
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from sample_record import KEY, OTHER_KEY, write_sample
from skill_runs import WRONG, write_run
from sqlalchemy import text
from store_help import add, fill

from harness.cli.root import ROOT
from harness.engine.details import chinese
from harness.errors import EvidenceError, UsageError
from harness.events import DeviceOpened, RunStarted
from harness.evidence.clock_check import clock_findings
from harness.evidence.journal import Bundle
from harness.evidence.keys import public_pem, short
from harness.evidence.layout import JOURNAL, REVIEW, SEAL
from harness.evidence.seal import ChainState, Statement, open_seal, sign
from harness.store.abstract import facts_of
from harness.store.compare import GONE, UNLISTED, check_all, differences, locate
from harness.store.facts import Check, RunFacts, State
from harness.store.filters import Filters
from harness.store.index import Index, IndexFailedError
from harness.store.store import RefusedBundleError, Store
from harness.verdict import Verdict


def ids(store: Store, **given: Any) -> list[str]:
    return [row["place"] for row in store.find(Filters(**given), None)]


def test_what_was_added_is_found_by_everything_it_has(store: Store, tmp_path: Path) -> None:
    first = add(store, tmp_path / "a", day=0, candidate="C-1", procedure="P-1")
    second = add(store, tmp_path / "b", day=1, candidate="C-2", procedure="P-2", mode="exam")
    third = add(store, tmp_path / "c", day=2, candidate="C-2", procedure="P-1", simulated=False,
                verdict=Verdict.FAIL, faults=["f-1"])  # fmt: skip
    write_sample(tmp_path / "d")
    fourth = store.add(tmp_path / "d").place
    assert ids(store) == [fourth, third, second, first], "the newest come first"
    assert ids(store, candidate="C-2") == [third, second]
    assert ids(store, procedure="P-1") == [third, first]
    assert ids(store, procedure="P-1", verdict="pass") == [first]
    assert ids(store, verdict="fail") == [fourth, third]
    assert ids(store, mode="exam") == [second]
    assert ids(store, simulated=False) == [third]
    assert ids(store, bench="b", verdict="fail") == [third]
    assert ids(store, since="2026-11-03", until="2026-11-03") == [second]
    assert ids(store, since="2026-11-04") == [fourth, third]
    assert ids(store, until="2026-11-02") == [first]
    assert ids(store, candidate="C-2", procedure="P-1", bench="b") == [third]
    assert ids(store, candidate="c-2") == []


def test_items_are_found_with_the_worst_verdict_that_they_got(store: Store, tmp_path: Path) -> None:
    write_sample(tmp_path / "d")
    added = store.add(tmp_path / "d")
    items = added.facts.items()
    assert len(items) > 1
    for item, verdict in list(items.items())[:3]:
        assert ids(store, item=item) == [added.place]
        assert ids(store, item=item, verdict=verdict, procedure="PILE-INSP-01") == [added.place]
        other = "pass" if verdict != "pass" else "fail"
        assert ids(store, item=item, verdict=other) == []


def test_a_limit_leaves_the_older_ones_out(store: Store, tmp_path: Path) -> None:
    places = fill(store, tmp_path)
    found = store.find(Filters(), 2)
    assert [row["place"] for row in found] == places[:0:-1]
    assert found[0]["procedures"] == ["PILE-FAULT-01"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"verdict": "good"}, "'good' is no verdict"),
        ({"since": "yesterday"}, "'yesterday' is no day"),
        ({"reality": "dreamt"}, "'dreamt' is no kind of run"),
        ({"until": "2026-02-30"}, "'2026-02-30' is no day"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "is empty"),
    ],
)
def test_filters_that_mean_nothing(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Filters(**given)  # type: ignore[arg-type]


def test_adding_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    write_run(tmp_path / "a")
    first, again = store.add(tmp_path / "a"), store.add(tmp_path / "a")
    assert (first.new, again.new, again.place) == (True, False, first.place)
    inside = store.add(tmp_path / "shelf" / first.place)
    assert (inside.new, inside.place) == (False, first.place)
    assert ids(store) == [first.place]


def test_what_is_taken_in_is_all_that_is_evidence(store: Store, tmp_path: Path) -> None:
    write_sample(tmp_path / "a")
    (tmp_path / "a" / "report.html").write_text("<p>derived</p>")
    place = store.add(tmp_path / "a").place
    kept = tmp_path / "shelf" / place
    names = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
    assert {JOURNAL, SEAL, "modbus.jsonl"} < names
    assert "report.html" not in names
    assert any(name.startswith("attachments/") for name in names)
    assert [one.exit_code for one in check_all(store)] == [0]


def test_altered_and_unsealed_bundles_are_refused(store: Store, tmp_path: Path) -> None:
    write_run(tmp_path / "a")
    journal = tmp_path / "a" / JOURNAL
    journal.write_bytes(journal.read_bytes().replace(b'"PILE-FAULT-01"', b'"PILE-FAULT-02"'))
    with pytest.raises(RefusedBundleError, match=r"was altered: journal\.jsonl:1"):
        store.add(tmp_path / "a")
    write_run(tmp_path / "b", seal=False)
    with pytest.raises(RefusedBundleError, match="is not sealed"):
        store.add(tmp_path / "b")
    added = store.add(tmp_path / "b", unsealed=True)
    assert store.find(Filters(), None)[0]["state"] == added.facts.state == State.UNSEALED


def test_a_bundle_that_was_signed_again_is_refused_and_found(store: Store, tmp_path: Path) -> None:
    write_run(tmp_path / "a", simulated=False)
    copytree(tmp_path / "a", tmp_path / "b")
    reseal(tmp_path / "b")
    place = store.add(tmp_path / "a").place
    with pytest.raises(RefusedBundleError, match="signed again"):
        store.add(tmp_path / "b")
    copytree(tmp_path / "b", tmp_path / "shelf" / "forged")
    store.rebuild()
    found = {one.place: [text.en for text in one.findings] for one in check_all(store)}
    assert not any("signed again" in one for one in found[place])
    (said,) = (one for one in found["forged"] if "signed again" in one)
    assert place in said


def reseal(folder: Path) -> None:
    """Seal a bundle anew with another key."""
    statement = open_seal((folder / SEAL).read_bytes()).statement
    public = b64encode(OTHER_KEY.public_key().public_bytes_raw()).decode()
    changed = msgspec.structs.replace(statement, public_key=public)
    (folder / SEAL).write_bytes(sign(changed, OTHER_KEY))


@pytest.mark.parametrize(
    ("begun", "ended", "virtual", "said"),
    [
        (0, 60, False, ""),
        (-590, 0, False, ""),
        (0, 660, False, "during the run"),
        (7200, 7260, False, "the clocks disagree"),
        (0, -60, False, "set back"),
        (7200, 7260, True, ""),
        (0, -60, True, "set back"),
        (10**10, 10**10 + 60, True, "in the future"),
    ],
)
def test_a_wrong_clock_is_told(begun: int, ended: int, virtual: bool, said: str) -> None:
    sample = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
    started = RunStarted(run_id="r", utc=sample.isoformat(), virtual_time=virtual, simulated=True,
                         procedures=[], bench="b", seed=1)  # fmt: skip
    chain = ChainState(lines=0, head="", sha256="", size=0, marks="")
    statement = Statement(
        format=1, run_id="r", journal=chain, modbus=chain, files=[], not_covered=[], ending=None,
        verdict=None, simulated=True, virtual_time=virtual, checkpoints=[], real_seconds=0.0,
        real_started=(sample + timedelta(seconds=begun)).isoformat(),
        real_ended=(sample + timedelta(seconds=ended)).isoformat(), place={}, public_key="",
    )  # fmt: skip
    found = clock_findings(statement, started, [0.0, 30.0])
    assert len(found) == bool(said)
    assert all(said in one.what.en and one.line == 1 for one in found)
    assert [one.file for one in found] == [JOURNAL if "disagree" in said else SEAL] * bool(said)
    broken = msgspec.structs.replace(statement, real_started="yesterday")
    assert "cannot be read" in clock_findings(broken, started, [30.0])[0].what.en
    (back,) = clock_findings(None, started, [0.0, 4.0, 3.0, 3.5, 3.0])
    assert (back.file, back.line) == (JOURNAL, 3)
    assert "earlier than 4.000 s" in back.what.en and "倒走" in back.text.zh
    assert clock_findings(None, started, [0.0, 4.0, 4.0]) == []
    late = msgspec.structs.replace(started, utc="2999-01-01T00:00:00+00:00")
    assert len(clock_findings(None, late, [0.0])) == (not virtual)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_wrong_clock_and_an_unknown_key_are_told_when_a_bundle_comes_in(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    monkeypatch.setenv("HARNESS_KEYS", str(keys))
    write_run(tmp_path / "virtual")
    write_run(tmp_path / "real", simulated=False)  # its journal is of January, its seal of November
    place = ["--bundles", str(tmp_path / "shelf"), "--lang", lang]
    clock = {"en": "the clocks disagree", "zh": "时钟不一致"}[lang]
    unknown = {"en": "is not known to this station", "zh": "签名密钥本站未知"}[lang]
    counted = {"en": "2 of them were signed with keys", "zh": "其中 2 份"}[lang]

    def said(*words: str, code: int) -> str:
        done = CliRunner().invoke(ROOT, [*words, "--lang", lang], catch_exceptions=False)
        assert done.exit_code == code
        return "".join(done.output.split())

    def has(text: str, words: str) -> int:
        return text.count("".join(words.split()))

    told = said("evidence", "verify", str(tmp_path / "real"), code=0)
    assert has(told, clock) == has(told, f"{JOURNAL}:1") == 1
    assert not has(said("evidence", "verify", str(tmp_path / "virtual"), code=0), clock)
    added = said("store", "add", str(tmp_path / "real"), *place, code=0)
    assert has(added, clock) == has(added, f"{JOURNAL}:1") == has(added, unknown) == 1
    added = said("store", "add", str(tmp_path / "virtual"), *place, code=0)
    assert (has(added, clock), has(added, unknown)) == (0, 1)
    assert has(added, short(open_seal((tmp_path / "real" / SEAL).read_bytes()).signers[0]))
    checked = said("store", "verify-all", *place, code=1)
    assert (has(checked, clock), has(checked, unknown), has(checked, counted)) == (1, 2, 1)
    (keys / "trusted").mkdir(parents=True)
    (keys / "trusted" / "lab-4.pub").write_bytes(public_pem(KEY.public_key()))
    checked = said("store", "verify-all", *place, code=1)
    assert (has(checked, clock), has(checked, unknown), has(checked, counted)) == (1, 0, 0)
    again = said("store", "add", str(tmp_path / "virtual"), *place, code=0)
    assert not has(again, unknown)


def test_the_index_is_made_from_the_bundles_alone(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, 2, mode="exam", faults=["f-1"], said=[WRONG])
    write_sample(tmp_path / "d")
    store.add(tmp_path / "d")
    before = store.find(Filters(), None)
    rebuilt = store.rebuild()
    assert (rebuilt.runs, rebuilt.altered, rebuilt.unsealed, rebuilt.twice) == (3, [], [], [])
    assert store.find(Filters(), None) == before
    assert [one.exit_code for one in check_all(store)] == [0, 0, 0]


def test_after_a_rebuild_a_server_answers_from_its_indexes_alone(
    store: Store, tmp_path: Path
) -> None:
    if store.index.file is not None:  # SQLite keeps no note of what is visible to whom
        return
    for number in range(3):
        write_run(tmp_path / "shelf" / f"run-{number}", day=number)
    store.rebuild()  # the first: nothing is dropped, which would make a server wait for its disk
    asked = text(
        "SELECT relname, relpages, relallvisible FROM pg_class "
        "WHERE relname IN ('runs', 'items', 'procedures', 'steps', 'checks')"
    )
    with store.index.reading() as connection:
        pages = {row.relname: row[1:] for row in connection.execute(asked)}
    assert len(pages) == 5
    assert pages["runs"][0] > 0
    assert all(visible == there for there, visible in pages.values()), pages


def test_rebuilding_names_what_is_not_good(store: Store, tmp_path: Path) -> None:
    places = fill(store, tmp_path)
    shelf = tmp_path / "shelf"
    journal = shelf / places[1] / JOURNAL
    journal.write_bytes(journal.read_bytes().replace(b'"b"', b'"c"'))
    (shelf / places[2] / SEAL).unlink()
    copytree(shelf / places[0], shelf / "copy")
    rebuilt = store.rebuild()
    assert rebuilt.runs == 3
    assert rebuilt.altered == [(places[1], "the journal is not the one that was sealed")]
    assert rebuilt.unsealed == [places[2]]
    assert rebuilt.twice == [("copy", places[0])]
    states = {row["place"]: row["state"] for row in store.find(Filters(), None)}
    assert states == {places[0]: "sealed", places[1]: "altered", places[2]: "unsealed"}


def test_what_is_wrong_is_named_with_its_place(store: Store, tmp_path: Path) -> None:
    places = fill(store, tmp_path, 4)
    shelf = tmp_path / "shelf"
    modbus = shelf / places[0] / "modbus.jsonl"
    modbus.write_bytes(b'{"n":1}\n')
    rmtree(shelf / places[1])
    write_run(tmp_path / "other", day=20)
    copytree(tmp_path / "other", shelf / "unlisted")
    with store.index.writing() as connection:
        connection.execute(
            text("UPDATE runs SET verdict = 'fail', candidate = 'C-9' WHERE place = :place"),
            {"place": places[2]},
        )
        connection.execute(text("DELETE FROM steps WHERE run = (SELECT run FROM runs WHERE place "
                                "= :place)"), {"place": places[2]})  # fmt: skip
    found = {one.place: one for one in check_all(store)}
    assert {place: one.exit_code for place, one in found.items()} == {
        places[0]: 1, places[1]: 1, places[2]: 1, places[3]: 0, "unlisted": 1,
    }  # fmt: skip
    bad = found[places[0]].result
    assert bad is not None and bad.first_bad is not None
    assert (bad.first_bad.file, bad.first_bad.line) == ("modbus.jsonl", 1)
    assert found[places[1]].findings == [GONE]
    assert found["unlisted"].findings == [UNLISTED]
    said = [one.text.en for one in found[places[2]].differences]
    assert said == [
        "runs candidate: the index says C-9, the bundle C-07",
        "runs verdict: the index says fail, the bundle pass",
        "steps PILE-FAULT-01 say-0: the index says –, the bundle …",
    ]


def test_a_run_is_found_by_the_start_of_its_name(store: Store, tmp_path: Path) -> None:
    places = fill(store, tmp_path)
    row = store.find(Filters(), None)[0]
    for name in (row["id"], row["id"][:9], row["place"], row["place"].partition("/")[2][:20]):
        assert locate(store, name) == places[-1]
    with pytest.raises(UsageError, match="may be any of"):
        locate(store, "2026-11")
    for name in ("nothing", "../shelf", "%", ""):
        with pytest.raises(UsageError, match=r"has no run|may be any"):
            locate(store, name)


def test_a_longer_review_takes_the_place_of_the_shorter(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    write_run(folder)
    place = store.add(folder).place
    kept = tmp_path / "shelf" / place / REVIEW
    assert not kept.exists()
    kept.write_bytes(b"one\n")
    assert store._review(folder, place) is False, "the folder has none"
    (folder / REVIEW).write_bytes(b"one\ntwo\n")
    assert store._review(folder, place) is True
    assert kept.read_bytes() == b"one\ntwo\n"
    (folder / REVIEW).write_bytes(b"one\n")
    assert store._review(folder, place) is False, "a shorter one never replaces a longer one"
    assert kept.read_bytes() == b"one\ntwo\n"
    (folder / REVIEW).write_bytes(b"another\n")
    with pytest.raises(RefusedBundleError, match="neither continues the other"):
        store._review(folder, place)


def test_names_of_persons_stay_out(tmp_path: Path) -> None:
    write_run(tmp_path / "a", candidate="Zhang San")
    facts = facts_of((tmp_path / "a" / JOURNAL).read_bytes(), (tmp_path / "a" / SEAL).read_bytes())
    assert facts.candidate == ""
    write_run(tmp_path / "b", candidate="K-017")
    facts = facts_of((tmp_path / "b" / JOURNAL).read_bytes(), (tmp_path / "b" / SEAL).read_bytes())
    assert facts.candidate == "K-017"


def test_a_text_with_a_nul_is_no_trouble(store: Store, tmp_path: Path) -> None:
    write_run(tmp_path / "a", procedure="P\0-1")
    place = store.add(tmp_path / "a").place
    assert store.find(Filters(), None)[0]["procedures"] == ["P\ufffd-1"]
    assert ids(store, procedure="P\ufffd-1") == [place]
    assert [one.exit_code for one in check_all(store)] == [0]


def test_whatever_a_text_holds_comes_back(store: Store) -> None:
    nasty = [
        "\t",
        "\n",
        "\r\n",
        "\\",
        "\\N",
        "\\.",
        '"',
        "'; DROP TABLE runs; --",
        "充电",
        "",
        " x ",
    ]
    checks = [Check("P", f"s{text}", 1, text, text, text, 0.1, "pass") for text in nasty]
    checks += [Check("P", "n", n, "", "", "", None, "fail") for n in range(1, 20)]
    facts = RunFacts("0" * 64, run_id="r", device="\t\\", checks=checks)
    store.index.replace([("there", facts)])
    with store.index.reading() as connection:
        assert differences(connection, "there", facts) == []
        changed = replace(facts, device="\t")
        assert [one.column for one in differences(connection, "there", changed)] == ["device"]


def test_an_exam_that_was_not_opened_gives_nothing_away(tmp_path: Path) -> None:
    for name, opened, faults in (("a", "", ""), ("b", "handed_in", "f-1,f-2")):
        write_run(tmp_path / name, mode="exam", faults=["f-2", "f-1"], opened=opened)
        facts = facts_of((tmp_path / name / JOURNAL).read_bytes(), None)
        assert (facts.mode, facts.faults) == ("exam", faults)


def test_an_index_that_is_none(tmp_path: Path) -> None:
    shelf = str(tmp_path / "shelf")
    missing = Store(shelf, str(tmp_path / "no.db"))
    with pytest.raises(UsageError, match="there is no index"):
        missing.find(Filters(), None)
    assert not (tmp_path / "no.db").exists(), "looking makes none"
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database, and a long one at that\n" * 200)
    with pytest.raises(IndexFailedError, match="rebuild"):
        Store(shelf, str(broken)).find(Filters(), None)
    write_run(tmp_path / "shelf" / "a")
    assert Store(shelf, str(broken)).rebuild().runs == 1
    assert len(Store(shelf, str(broken)).find(Filters(), None)) == 1
    assert (tmp_path / "broken.db.damaged").is_file(), "nothing is thrown away"


def test_an_index_of_another_version_is_not_read(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, 1)
    with store.index.writing() as connection:
        connection.execute(text("UPDATE harness_store SET value = '99'"))
    with pytest.raises(UsageError, match="format 99"):
        store.find(Filters(), None)
    assert store.rebuild().runs == 1
    assert len(store.find(Filters(), None)) == 1


def _as_format_1(store: Store) -> None:
    """The index as the version before wrote it."""
    with store.index.writing() as connection:
        for name in ("runs", "procedures", "items"):
            connection.execute(text(f"DROP INDEX {name}_by_reality"))
            connection.execute(text(f"ALTER TABLE {name} DROP COLUMN reality"))
        connection.execute(text("ALTER INDEX runs_by_simulated RENAME TO runs_by_reality")
                           if connection.dialect.name == "postgresql"
                           else text("DROP INDEX runs_by_simulated"))  # fmt: skip
        connection.execute(text("UPDATE harness_store SET value = '1'"))


def test_an_old_index_is_upgraded_where_all_its_bundles_are(store: Store, tmp_path: Path) -> None:
    places = fill(store, tmp_path, 2)
    _as_format_1(store)
    elsewhere = Store(str(tmp_path / "other-shelf"), store.index.url.render_as_string(False))
    assert elsewhere.upgrade() is None, "nothing is lost to a mistaken --bundles"
    with pytest.raises(UsageError, match="format 1"):
        store.find(Filters(), None)
    made = store.upgrade()
    assert made is not None
    assert made.runs == 2
    assert ids(store, reality="simulated") == places[::-1]
    assert store.upgrade() is None


def test_runs_are_told_apart_by_what_they_were_done_on(store: Store, tmp_path: Path) -> None:
    opened = DeviceOpened(role="vehicle", simulated=False, profile="p", profile_sha256="0" * 64,
                          connection="c")  # fmt: skip
    other = msgspec.structs.replace(opened, role="pile")
    plays = {"recorded": True}
    wanted = {
        "real": ({}, [{}]),
        "simulated": ({"simulated": True}, [{"simulated": True}]),
        "mixed": ({}, [{}, {"simulated": True}]),
        "recorded": ({**plays, "simulated": True}, [plays]),
        "partly_recorded": (plays, [plays, {}]),
        "none": ({}, []),
    }
    rows = []
    for number, (kind, (start, devices)) in enumerate(wanted.items()):
        begun = RunStarted(run_id=kind, utc="2026-11-02T01:00:00+00:00", virtual_time=False,
                           procedures=["P"], bench="b", seed=1,
                           **{"simulated": False, **start})  # fmt: skip
        bundle = Bundle(tmp_path / kind, lambda: 0.0, force_to_disk=False)
        bundle.emit(begun)
        for role, given in zip((opened, other), devices, strict=False):
            bundle.emit(msgspec.structs.replace(role, **given))
        bundle.close()
        facts = facts_of((tmp_path / kind / JOURNAL).read_bytes(), None)
        assert facts.reality == kind
        rows.append((f"place-{number}", facts))
    store.index.replace(rows)
    for number, kind in enumerate(wanted):
        assert ids(store, reality=kind) == [f"place-{number}"]
        assert ids(store, reality=kind, procedure="P") == [f"place-{number}"]


def test_tables_of_others_are_left_alone(store: Store, tmp_path: Path) -> None:
    with store.index.engine.begin() as connection:
        connection.execute(text("CREATE TABLE runs (theirs integer)"))
    write_run(tmp_path / "a")
    for change in (store.rebuild, lambda: store.add(tmp_path / "a")):
        with pytest.raises(UsageError, match="a table runs of something else"):
            change()
    with store.index.engine.begin() as connection:
        assert connection.execute(text("SELECT count(theirs) FROM runs")).scalar() == 0
    said = chinese("the database x.db has a table runs of something else; expected one that the "
                   "store has for itself")  # fmt: skip
    assert said == "数据库 x.db 中已有别的程序的表 runs；应为：证据库专用的数据库"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://somewhere/x", "mysql is no database"),
        ("://x", "no URL of a database"),
        ("nonsense://x", "nonsense is no database"),
    ],
)
def test_urls_of_databases_that_cannot_be(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Index(url)


def test_a_server_that_is_not_there_is_a_failure_without_the_password() -> None:
    index = Index("postgresql://someone:secret@127.0.0.1:1/none")
    with pytest.raises(IndexFailedError) as failed, index.reading():
        pass
    assert "127.0.0.1:1" in failed.value.detail
    assert "secret" not in failed.value.detail


def test_bundles_at_a_url(index_url: str, tmp_path: Path) -> None:
    store = Store(f"memory://{tmp_path.name}", index_url)
    places = fill(store, tmp_path, 2)
    write_sample(tmp_path / "d")
    places.append(store.add(tmp_path / "d").place)
    assert store.add(tmp_path / "d").new is False
    assert list(store.shelf.places()) == sorted(places)
    assert [one.exit_code for one in check_all(store)] == [0, 0, 0]
    before = store.find(Filters(), None)
    assert store.rebuild().runs == 3
    assert store.find(Filters(), None) == before
    store.shelf.write(places[0], JOURNAL, b"{}\n")
    assert [one.exit_code for one in check_all(store)] == [1, 0, 0]
    with pytest.raises(EvidenceError, match="no bundle"), store.shelf.local("nowhere"):
        pass


@pytest.mark.parametrize("url", ["nothing://x", "s3://bucket"])
def test_targets_that_cannot_be_opened(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        Store(url, str(tmp_path / "index.db"))


def harness(*words: str) -> Result:
    return CliRunner().invoke(ROOT, ["store", *words], catch_exceptions=False)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_commands_in_a_row(lang: str, tmp_path: Path) -> None:
    write_sample(tmp_path / "runs" / "good")
    write_run(tmp_path / "runs" / "open", seal=False)
    place = ["--bundles", str(tmp_path / "shelf"), "--lang", lang]
    done = harness("add", str(tmp_path / "runs"), *place)
    assert done.exit_code == 1
    said = {"en": ("not taken in", "is not sealed"), "zh": ("未入库", "未封存")}[lang]
    assert all(word in done.output for word in said)
    assert ("lines missing" in done.output) is (lang == "en")
    found = json.loads(harness("find", "--verdict", "fail", "--json", *place).output)
    assert len(found) == 1 and found[0]["procedures"] == ["PILE-INSP-01"]
    shown = harness("find", *place)
    assert shown.exit_code == 0 and found[0]["place"] in shown.output
    assert {"en": "fail", "zh": "不合格"}[lang] in shown.output
    one = harness("show", found[0]["id"], *place)
    assert one.exit_code == 0
    assert {"en": "agrees with the bundle", "zh": "与证据一致"}[lang] in one.output
    assert harness("verify-all", *place).exit_code == 0
    assert harness("rebuild", *place).exit_code == 0
    journal = tmp_path / "shelf" / found[0]["place"] / JOURNAL
    journal.write_bytes(journal.read_bytes().replace(b'"pass"', b'"fail"', 1))
    bad = harness("verify-all", *place)
    assert bad.exit_code == 1 and f"{JOURNAL}:" in bad.output
    again = harness("rebuild", *place)
    assert again.exit_code == 1
    assert {"en": "not the one that was sealed", "zh": "不是封存时的"}[lang] in again.output
    listed = harness("find", *place)
    assert {"en": "altered", "zh": "被改动"}[lang] in listed.output


def test_wrong_calls(tmp_path: Path) -> None:
    assert harness("add", str(tmp_path / "none")).exit_code == 2
    assert harness("add", str(tmp_path), "--bundles", str(tmp_path / "s")).exit_code == 2
    said = harness("find", "--bundles", "memory://x", "--lang", "zh")
    assert said.exit_code == 2 and "--index" in said.output
    missing = harness("find", "--bundles", str(tmp_path / "s"), "--lang", "zh")
    assert missing.exit_code == 2 and "处没有索引" in missing.output
    assert harness("find", "--limit", "-1").exit_code == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_the_extra(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("harness.store")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    said = harness("find", "--lang", lang)
    assert said.exit_code == 2
    assert "pip install 'charging-harness[store]'" in said.output
    assert {"en": "needs SQLAlchemy", "zh": "证据库需要 SQLAlchemy"}[lang] in said.output
