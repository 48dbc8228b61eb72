"""The HTML report: complete, self-contained, in two languages, and safe with untrusted text."""

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_changes import changed
from report_page import Page, words
from sample_record import NASTY, PNG, PROCEDURE, SampleRun, write_sample

from harness.engine.wording import CANDIDATES, VERDICTS
from harness.events import Judged, RunStarted, Written
from harness.evidence.read import ModbusEntry
from harness.evidence.rejudge import rejudge
from harness.evidence.verify import verify
from harness.limits import Clear, Range
from harness.quantity import Measurement
from harness.report.html import MAX_FRAMES, render_html
from harness.report.record import Record, load_record
from harness.report.view import RunView
from harness.report.words import NO_CLAIM
from harness.report.write import write_reports
from harness.text import Language
from harness.verdict import CandidateVerdict, Verdict


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("report") / "r"
    write_sample(place)
    return place


@pytest.fixture(scope="module")
def record(folder: Path) -> Record:
    return load_record(folder)


@pytest.fixture(scope="module")
def page(record: Record) -> Page:
    return Page(render_html(record, "zh"))


def shown(folder: Path, language: Language = "en") -> str:
    return Page(render_html(load_record(folder), language)).text[language]


# ---------------------------------------------------------------- the file as such


def test_the_same_record_gives_the_same_report(record: Record) -> None:
    assert render_html(record, "zh") == render_html(record, "zh")


def test_nothing_is_loaded_from_anywhere(record: Record, page: Page) -> None:
    text = render_html(record, "zh")
    assert not re.search(r"(?:https?:)?//[a-z0-9]+\.[a-z]", text, re.I)
    assert "@import" not in text
    assert not [tag for tag, _ in page.tags if tag in ("link", "iframe", "object", "base", "form")]
    assert all((image["src"] or "").startswith("data:image/") for image in page.all("img"))
    for anchor in page.all("a"):
        assert (anchor["href"] or "").startswith("#")


def test_the_security_policy_allows_our_script_only(record: Record, page: Page) -> None:
    (policy,) = [meta for meta in page.all("meta") if meta.get("http-equiv")]
    text = render_html(record, "zh")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in (policy["content"] or "")
    assert "default-src 'none'" in (policy["content"] or "")
    assert len(page.all("script")) == 1


def test_a_written_state_and_its_reading_are_said_with_the_same_word(record: Record) -> None:
    name = "adcu.config_pilot"
    back = Measurement(name, "enabled", source="vehicle adcu")
    given = changed(
        record,
        Written,
        lambda event: msgspec.structs.replace(
            event, role="vehicle", point=name, value="enabled", read_back=back
        ),
    )
    text = words(Page(render_html(given)).text["zh"])
    assert f"vehicle.{name} = 已启用 · 回读 已启用" in text
    assert "= 允许" not in text


def test_a_calculated_value_and_an_empty_requirement_have_chinese_words(record: Record) -> None:
    given = changed(
        record,
        Judged,
        lambda event: msgspec.structs.replace(
            event,
            limit=Clear(),
            measurement=Measurement("fault_flags", [], source="calculated"),
        ),
    )
    text = words(Page(render_html(given)).text["zh"])
    assert "要求： 无" in text
    assert "应为：无" not in text
    assert "计算值" in text
    assert "calculated" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages_are_in_the_file(record: Record, language: Language) -> None:
    page = Page(render_html(record, language))
    spans = [attrs.get("lang") for tag, attrs in page.tags if tag == "span" and "lang" in attrs]
    assert spans.count("zh") == spans.count("en") > 200
    (chosen,) = [attrs["id"] for attrs in page.all("input") if "checked" in attrs]
    assert chosen == f"lang-{language}"  # works by style alone
    assert "充电桩日常巡检" in page.text["zh"]
    assert "充电桩日常巡检" not in page.text["en"]
    assert "Daily inspection of an AC charging pile" in page.text["en"]
    ascii_only = [c for c in page.text["en"] if "\u4e00" <= c <= "\u9fff"]
    assert "".join(ascii_only) == "中文" + "柜体右下角有划痕" * 2, "only the switch and the note"


def test_tags_are_balanced_and_ids_unique(page: Page) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    targets = {(anchor["href"] or "#")[1:] for anchor in page.all("a")}
    assert targets <= set(page.ids)


# ---------------------------------------------------------------- what it says


def test_every_verdict_and_step_is_shown(record: Record, page: Page) -> None:
    view = RunView(record)
    assert {step.verdict for step in view.steps} == {*Verdict, None}
    for step in view.steps:
        assert step.anchor in page.ids
        assert step.title.zh in page.text["zh"]
        assert step.title.en in page.text["en"]
    assert NO_CLAIM.zh in page.text["zh"]
    for verdict in Verdict:
        assert VERDICTS[verdict].zh in page.text["zh"]
        assert VERDICTS[verdict].en in page.text["en"]
        assert f"#i-{verdict.value}" in {attrs.get("href") for attrs in page.all("use")}


def test_every_judgement_leads_to_its_raw_bytes(record: Record, page: Page) -> None:
    shown_lines = set(page.ids)
    for entry in record.entries:
        if isinstance(entry.event, Judged):
            for line in entry.event.measurement.transactions:
                assert f"m{line}" in shown_lines
    assert {f"m{frame.n}" for frame in record.modbus} <= shown_lines
    assert "00 05 00 00 00 06 01 03 10 00 00 01" in page.text["en"]


def test_the_heading(page: Page) -> None:
    text = words(page.text["en"])
    for wanted in (
        "SIMULATED", "Times are virtual", "fail", "completed", "T-104", "lab-3 / sim",
        "3f2a9c0b7d5e4411", "2026-01-05 09:00:00 (UTC+8)", "2023", "Intact and sealed",
        "5647 5aa7 5463 474c", "Exit code 1", "Coverage 75 %", "mains-high",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_sources_are_honest(page: Page) -> None:
    text = words(page.text["en"])
    assert "NB/T 33002-2018, clause not seen (secondary source, original not read)" in text
    assert "NB/T 33002-2018, clause 6.2 (read in the standard)" in text
    assert "common practice (reference value, not the standard)" in text
    assert "A metering spot check is not a legal verification." in text
    assert "GB/T 18487.1-2023; JJG 1148-2022; NB/T 33002-2018; common practice" in text


def test_everything_else_that_happened(page: Page) -> None:
    text = words(page.text["en"])
    for wanted in (
        "the bench has no meter", "Not selected (1): rcd-test", "out of date", "in date",
        "187.4 s ± 0.62 s", "pile.current_limit", "put back", "Mains voltage raised to 263 V",
        "measured and confirmed", "instrument irt-1", "Attempt 1", "kept, does not count",
        "no reply to FC3 4500+1", "Conclusion of the person",
        f"person: {CANDIDATES[CandidateVerdict.WRONG].en}",
        "charging-harness 0.1.0", "attachments/photo/enclosure.png",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "had no turn" not in text
    (image,) = page.all("img")
    assert image["src"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def test_real_mixed_and_simulated_are_told_apart(tmp_path: Path) -> None:
    write_sample(tmp_path / "real", simulated=False)
    assert "REAL DEVICES" in shown(tmp_path / "real")
    assert "SIMULATED" not in shown(tmp_path / "real")
    record = load_record(tmp_path / "real")
    entries = [
        entry._replace(event=msgspec.structs.replace(entry.event, simulated=True))
        if type(entry.event).__name__ == "DeviceOpened"
        else entry
        for entry in record.entries
    ]
    mixed = Record(entries, record.modbus, record.check)
    assert "PARTLY SIMULATED" in Page(render_html(mixed)).text["en"]
    # What is not known to be real is never called real.
    assert "SIMULATED" in Page(render_html(Record([], [], record.check))).text["en"]


def test_the_state_of_the_record_in_words(tmp_path: Path) -> None:
    write_sample(tmp_path / "unsealed", seal=False)
    assert "Intact, not sealed" in shown(tmp_path / "unsealed")
    write_sample(tmp_path / "altered")
    path = tmp_path / "altered" / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"value":263.4', b'"value":243.4', 1))
    text = words(shown(tmp_path / "altered"))
    line = verify(tmp_path / "altered").first_bad
    assert line is not None
    assert f"First bad place: journal.jsonl, line {line.line}: this line was altered" in text
    write_sample(tmp_path / "bad-verdict", seal=False)
    record = load_record(tmp_path / "bad-verdict")
    assert "Verdicts that do not follow" not in Page(render_html(record)).text["en"]


def test_a_verdict_that_does_not_follow_is_told(folder: Path, record: Record) -> None:
    forged = load_record(folder, record.check)
    entries = list(forged.entries)
    place = next(i for i, entry in enumerate(entries) if isinstance(entry.event, Judged))
    event = entries[place].event
    assert isinstance(event, Judged)
    judgement = msgspec.structs.replace(event.judgement, verdict=Verdict.FAIL)
    entries[place] = entries[place]._replace(
        event=msgspec.structs.replace(event, judgement=judgement)
    )
    told = Record(entries, forged.modbus, forged.check, rejudge(entries))
    assert "Verdicts that do not follow" in Page(render_html(told)).text["en"]


def test_a_run_that_was_cut_off_anywhere(record: Record) -> None:
    for count in range(0, len(record.entries), 3):
        cut = Record(record.entries[:count], record.modbus, record.check)
        page = Page(render_html(cut))
        assert page.open == []
        assert "the record has no end" in page.text["en"]
        assert "no verdict" in page.text["en"]
    short = Record(record.entries[:30], record.modbus, record.check)
    assert "had no turn before the record was cut off: 14" in Page(render_html(short)).text["en"]


# ---------------------------------------------------------------- untrusted text


def test_a_script_in_a_note_is_only_text(record: Record, page: Page) -> None:
    assert NASTY in page.text["en"]
    assert "<script>alert" not in render_html(record)
    assert len(page.all("script")) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_text_of_a_record_becomes_markup(record: Record, nasty: str) -> None:
    nasty = f"{nasty}\"><img src=x onerror=y>'<b>"

    def infect(value: object) -> object:
        if isinstance(value, str):
            return nasty
        if isinstance(value, list):
            return [infect(one) for one in value]
        return value

    entries = []
    for entry in record.entries:
        changes = {
            name: infect(getattr(entry.event, name))
            for name in ("note", "reason", "detail", "by", "operator", "where", "how", "connection",
                         "role", "fault", "procedures", "station", "instrument", "photo", "item",
                         "group", "run_id", "source", "id", "type", "choices", "utc", "bench")
            if hasattr(entry.event, name)
        }  # fmt: skip
        entries.append(entry._replace(event=msgspec.structs.replace(entry.event, **changes)))
    modbus = [
        ModbusEntry(
            frame.n, frame.t, msgspec.structs.replace(frame.transaction, role=nasty), frame.raw
        )
        for frame in record.modbus
    ]
    clean = Page(render_html(record))
    dirty = Page(render_html(Record(entries, modbus, record.check)))
    assert dirty.open == []
    kinds: Callable[[Page], set[str]] = lambda page: {tag for tag, _ in page.tags}  # noqa: E731
    assert kinds(dirty) <= kinds(clean)
    assert not any("onerror" in attrs for _, attrs in dirty.tags)


def test_long_attempts_show_what_carries_the_verdict(tmp_path: Path) -> None:
    run = SampleRun(tmp_path / "r")
    run.bundle.emit(
        RunStarted(
            run_id="long", utc="not a time", virtual_time=True, simulated=True,
            procedures=[PROCEDURE], bench="sim", seed=1,
        )
    )  # fmt: skip
    run.start("many", "很多读数", "Many readings")
    for _ in range(3 * MAX_FRAMES):
        run.frames(1, [1])
    last = run.read("voltage_l1", 230.0, "V", words=[2300])
    run.judge(last, Range("V", 176.0, 264.0))
    run.end()
    run.bundle.close()
    page = Page(render_html(load_record(tmp_path / "r")))
    frames = [name for name in page.ids if re.fullmatch(r"m\d+", name)]
    assert len(frames) == MAX_FRAMES
    assert f"m{last.transactions[0]}" in frames
    assert f"Left out here: {2 * MAX_FRAMES + 1}" in words(page.text["en"])
    assert "not a time" in page.text["en"]


# ---------------------------------------------------------------- writing


def test_writing_the_reports_leaves_the_record_intact(folder: Path) -> None:
    html, junit = write_reports(folder, "zh")
    assert (html.name, junit.name) == ("report.html", "junit.xml")
    first = html.read_bytes()
    assert verify(folder).exit_code == 0
    write_reports(folder, "zh", verify(folder))
    assert html.read_bytes() == first


def test_groups_have_titles(record: Record, page: Page) -> None:
    assert record.groups[PROCEDURE, "supply"].zh == "供电"
    assert "Condition and marking" in page.text["en"]


def test_photos_outside_the_record_are_not_taken(tmp_path: Path) -> None:
    write_sample(tmp_path / "r", seal=False)
    (tmp_path / "secret.png").write_bytes(PNG)
    path = tmp_path / "r" / "journal.jsonl"
    data = path.read_bytes()
    for photo in (b"../secret.png", b"attachments/bench/sim.yaml", b"missing.png", b"attachments"):
        path.write_bytes(data.replace(b"attachments/photo/enclosure.png", photo))
        assert load_record(tmp_path / "r").pictures == {}
