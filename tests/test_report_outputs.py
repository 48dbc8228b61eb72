"""JUnit XML and the summary."""

import json
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from sample_record import write_sample

from harness.events import Judged, StepEnded
from harness.limits import Clear, Equals, Limit, Range, Within, judge
from harness.quantity import Measurement, Quality
from harness.report import words
from harness.report.junit import render_junit
from harness.report.record import Record, load_record
from harness.report.summary import summary, summary_text
from harness.report.view import RunView
from harness.text import Language
from harness.verdict import Verdict


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder = tmp_path_factory.mktemp("outputs") / "r"
    write_sample(folder, note="\x00\x1b[31m]]> <b> \ufffe")
    return load_record(folder)


def test_junit_tells_failures_errors_and_skips_apart(record: Record) -> None:
    root = ElementTree.fromstring(render_junit(record))
    (suite,) = root
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    steps = RunView(record).steps
    assert list(cases) == [step.id for step in steps]
    for step in steps:
        case = cases[step.id]
        outcome = [part for part in case if part.tag != "system-out"]
        verdict = step.verdict
        if verdict in (Verdict.FAIL, Verdict.CONDITIONAL_FAIL, Verdict.INCONCLUSIVE):
            assert [(part.tag, part.get("type")) for part in outcome] == [("failure", verdict)]
        elif verdict is Verdict.ERROR:
            assert [part.tag for part in outcome] == ["error"]
        elif verdict is Verdict.NOT_RUN:
            assert [part.tag for part in outcome] == ["skipped"]
        else:
            assert outcome == []
        for part in outcome:
            assert part.get("message")
    for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.get(name, "")) == len(list(suite.iter(tag)))
    assert int(suite.get("tests", "")) == len(cases)
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert properties["run_id"] == "3f2a9c0b7d5e4411"
    assert properties["simulated"] == "true"
    assert (properties["intact"], properties["sealed"]) == ("true", "true")


@pytest.mark.parametrize(
    ("language", "label"), [("en", "reference value, configurable"), ("zh", "参考值，可由台架配置")]
)
def test_junit_labels_reference_values_whatever_the_verdict(
    record: Record, language: Language, label: str
) -> None:
    root = ElementTree.fromstring(render_junit(record, language))
    said = {case.get("name"): case.findtext("system-out", "") for case in root.iter("testcase")}
    seen = set()
    for step in RunView(record).steps:
        low = [at for at in step.last.judged if at.event.confidence == "low"]
        lines = [line for line in said[step.id].splitlines() if label in line]
        assert len(lines) == len(low), step.id
        for at, line in zip(low, lines, strict=True):
            assert at.event.item is not None
            assert at.event.item in line
        seen |= {step.verdict} if low else set()
    assert Verdict.PASS in seen, "the sample has a passing step with a reference value"


def test_junit_is_valid_xml_whatever_the_record_says(record: Record) -> None:
    nasty = '\x00\x0b]]>\ufffe\U0001f600<&>"'
    entries = [
        entry._replace(event=msgspec.structs.replace(entry.event, reason=nasty))
        if isinstance(entry.event, StepEnded)
        else entry
        for entry in record.entries
    ]
    root = ElementTree.fromstring(render_junit(Record(entries, record.modbus, record.check)))
    (skipped,) = root.iter("skipped")
    assert skipped.get("message") == '\ufffd\ufffd]]>\ufffd\U0001f600<&>"'


def test_junit_is_the_same_each_time_and_named_alike_in_both_languages(record: Record) -> None:
    assert render_junit(record) == render_junit(record)
    zh, en = (ElementTree.fromstring(render_junit(record, lang)) for lang in ("zh", "en"))
    names = [case.get("name") for case in zh.iter("testcase")]
    assert names == [case.get("name") for case in en.iter("testcase")]
    assert "不合格" in render_junit(record, "zh").decode()


def test_a_step_that_was_cut_off_is_an_error(record: Record) -> None:
    last_start = next(
        entry.n for entry in record.entries if getattr(entry.event, "step", "") == "lamp"
    )
    cut = Record(record.entries[:last_start], record.modbus, record.check)
    (suite,) = ElementTree.fromstring(render_junit(cut))
    case = next(case for case in suite.iter("testcase") if case.get("name") == "lamp")
    (error,) = case.iter("error")
    assert "cut off" in (error.get("message") or "")
    text = summary_text(cut, "en")
    assert "cut off" in text
    assert summary(cut)["steps"][-1]["finished"] is False


def test_the_summary_for_programs(record: Record) -> None:
    found = json.loads(json.dumps(summary(record)))
    assert found["verdict"] == "fail"
    assert found["ending"] == "completed"
    assert found["integrity"]["sealed"] is True
    assert found["rejudged"] == {"agrees": True, "differences": []}
    voltage = next(step for step in found["steps"] if step["id"] == "supply-voltage")
    assert voltage["verdict"] == "conditional_pass"
    assert voltage["judged"][0]["clause"] == "6.2"
    assert len(voltage["judged"][0]["modbus_lines"]) == 3
    assert sum(found["counts"]["PILE-INSP-01"].values()) == len(found["steps"])


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("zh", ["模拟设备", "不合格", "完整，已封存", "在限值内，但距限值不足 U"]),
        ("en", ["SIMULATED", "fail", "Intact and sealed", "inside the limit, but by less than U"]),
    ],
)
def test_the_summary_for_people(record: Record, language: Language, wanted: list[str]) -> None:
    text = summary_text(record, language)
    for word in wanted:
        assert word in text, word
    assert len(text.splitlines()) < 50


def test_nothing_readable_is_still_a_summary(tmp_path: Path, record: Record) -> None:
    empty = Record([], [], record.check)
    assert summary(empty)["steps"] == []
    assert "cut off" in summary_text(empty, "en")
    assert ElementTree.fromstring(render_junit(empty)).tag == "testsuites"


@pytest.mark.parametrize(
    ("reading", "limit", "wanted"),
    [
        (Measurement("t", 0.4, "s", 0.1), Within(1.0), "not later than the limit"),
        (Measurement("t", 1.05, "s", 0.1), Within(1.0), "may have been before or after the limit"),
        (Measurement("t", 2.0, "s", 0.1), Within(1.0), "later than the limit"),
        (
            Measurement("t", None, "s", quality=Quality.MISSING, at_least=6.0),
            Within(5.0),
            "not seen after 6 s",
        ),
        (
            Measurement("t", None, "s", quality=Quality.MISSING, at_least=2.0),
            Within(5.0),
            "not waited for past the limit",
        ),
        (Measurement("t", None, "s", quality=Quality.STALE), Within(5.0), "cannot carry a verdict"),
        (Measurement("u", 1.0, "V", quality=Quality.STALE), Range("V", 0, 2), "cannot carry"),
        (Measurement("u", "x", "V"), Range("V", 0, 2), "no usable number"),
        (Measurement("u", 1.0, "V"), Range("V", 0, 2), "inside the limit; U not stated"),
        (Measurement("u", 1.0, "V", 0.01), Range("V", 0, 2), "inside the limit; U is negligible"),
        (Measurement("u", 1.0, "V", 0.5), Range("V", 0, 2), "inside the limit by at least U"),
        (Measurement("u", 1.8, "V", 0.5), Range("V", 0, 2), "inside the limit, but by less than U"),
        (Measurement("u", 2.2, "V", 0.5), Range("V", 0, 2), "outside the limit, but by no more"),
        (Measurement("u", 3.0, "V", 0.5), Range("V", 0, 2), "outside the limit by more than U"),
        (Measurement("u", 3.0, "V", 0.5), Range("V", 0, 2), "outside"),
        (Measurement("s", "idle"), Equals("idle"), "as required"),
        (Measurement("s", "fault"), Equals("idle"), "not as required"),
        (Measurement("s", 99, quality=Quality.UNKNOWN_CODE), Equals("idle"), "not as required"),
        (Measurement("f", ["a", "b"]), Clear(["b"]), "set: a"),
        (Measurement("f", ["b"]), Clear(["b"]), "no flag is set"),
    ],
)
def test_a_judgement_is_explained_in_words(reading: Measurement, limit: Limit, wanted: str) -> None:
    event = Judged(
        step="s", measurement=reading, limit=limit, rule=None, judgement=judge(reading, limit)
    )
    explained = words.explain(event)
    assert wanted in explained.en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in explained.zh)
