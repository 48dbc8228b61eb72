"""The record as JUnit XML, for build servers.

One test suite per procedure, one test case per step. fail and conditional_fail are failures,
inconclusive is a failure of the type `inconclusive` (nobody showed that the device is good), error
is an error, not_run is skipped. Steps that make no claim about the device pass. Every judgement, of
a passing step too, names its item and how far that can be relied on. The name of a case
is the step's id, so that a build server's history does not depend on the language.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from harness.engine import wording
from harness.report import words
from harness.report.record import Record
from harness.report.view import Attempt, Procedure, RunView, Step
from harness.text import Language
from harness.verdict import Verdict

# What XML 1.0 cannot carry at all, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FAILURES = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL, Verdict.INCONCLUSIVE)


def render_junit(record: Record, language: Language = "en") -> bytes:
    """The XML file's bytes, UTF-8. The same record gives the same bytes."""
    view = RunView(record)
    root = ElementTree.Element("testsuites", name="charging-harness")
    for procedure in view.procedures.values():
        _suite(root, view, procedure, language)
    ElementTree.indent(root, " ")
    found: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return found + b"\n"


def _suite(
    root: ElementTree.Element, view: RunView, procedure: Procedure, language: Language
) -> None:
    verdicts = [_verdict(step) for step in procedure.steps.values()]
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=_clean(procedure.id),
        tests=str(len(verdicts)),
        failures=str(sum(verdict in _FAILURES for verdict in verdicts)),
        errors=str(verdicts.count(Verdict.ERROR)),
        skipped=str(verdicts.count(Verdict.NOT_RUN)),
        time=f"{sum(_seconds(step) for step in procedure.steps.values()):.3f}",
    )
    if view.started is not None:
        suite.set("timestamp", _clean(view.started.utc))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in _properties(view, procedure, language):
        ElementTree.SubElement(properties, "property", name=name, value=_clean(value))
    for step in procedure.steps.values():
        _case(suite, step, language)


def _properties(
    view: RunView, procedure: Procedure, language: Language
) -> Iterator[tuple[str, str]]:
    check = view.record.check
    yield "title", procedure.title.get(language)
    yield "run_id", check.run_id
    if view.started is not None:
        yield "simulated", str(view.started.simulated).lower()
        yield "recorded", str(view.started.recorded).lower()
        yield "virtual_time", str(view.started.virtual_time).lower()
        yield "bench", view.started.bench
        yield "station", view.started.station
        yield "operator", view.started.operator
        yield "seed", str(view.started.seed)
        yield "faults", " ".join(view.started.faults)
        yield "edition", view.started.edition
        if view.started.read_only:
            yield "read_only", view.vehicle.read_only().promise.value
    if view.ended is not None:
        yield "ending", view.ended.ending.value
        yield "exit_code", str(view.ended.exit_code)
    yield "intact", str(check.intact).lower()
    yield "sealed", str(check.sealed).lower()
    yield "head", check.head


def _verdict(step: Step) -> Verdict | None:
    # A record that was cut off within a step says nothing about that step.
    return Verdict.ERROR if step.unfinished else step.verdict


def _seconds(step: Step) -> float:
    return sum(attempt.end - attempt.start for attempt in step.attempts if attempt.end is not None)


def _case(suite: ElementTree.Element, step: Step, language: Language) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=_clean(step.procedure),
        name=_clean(step.id),
        time=f"{_seconds(step):.3f}",
    )
    verdict = _verdict(step)
    message = words.CUT_OFF.get(language) if step.unfinished else _message(step.last, language)
    detail = "\n".join(_judgements(step.last, language))
    if verdict is Verdict.NOT_RUN:
        ElementTree.SubElement(case, "skipped", message=_clean(message))
    elif verdict is Verdict.ERROR:
        _outcome(case, "error", verdict, message, detail)
    elif verdict in _FAILURES:
        _outcome(case, "failure", verdict, message, detail)
    said = list(_said(step, language))
    if said:
        ElementTree.SubElement(case, "system-out").text = _clean("\n".join(said))


def _outcome(
    case: ElementTree.Element, tag: str, verdict: Verdict, message: str, detail: str
) -> None:
    found = ElementTree.SubElement(case, tag, type=verdict.value, message=_clean(message))
    found.text = _clean(detail)


def _message(attempt: Attempt, language: Language) -> str:
    """Why the step ended so, in one line."""
    parts = []
    ended = attempt.ended
    if ended is not None and ended.headline is not None:
        parts.append(ended.headline.get(language))
    if ended is not None and ended.reason:
        parts.append(wording.reason(ended.reason).get(language))
    if not parts:
        parts = list(_judgements(attempt, language, only_bad=True))
    return "; ".join(parts)


def _judgements(attempt: Attempt, language: Language, *, only_bad: bool = False) -> Iterator[str]:
    for at in attempt.judged:
        verdict = at.event.judgement.verdict
        if only_bad and verdict is Verdict.PASS:
            continue
        name = wording.quantity(at.event.measurement, language)
        why = words.explain(at.event).get(language)
        item = wording.item(at.event, language)
        line = f"{name}: {wording.judged(at.event, language)}: {why}"
        yield f"{line} [{item}]" if item else line


def _said(step: Step, language: Language) -> Iterator[str]:
    verdict = words.verdict(step.verdict).get(language)
    how = words.CUT_OFF.get(language) if step.unfinished else verdict
    yield f"{step.number} {step.title.get(language)}: {how}"
    if step.candidate is not None:
        yield f"candidate: {wording.CANDIDATES[step.candidate].get(language)}"
    for attempt in step.attempts[:-1]:
        earlier = words.verdict(attempt.verdict).get(language)
        yield f"attempt {attempt.number}: {earlier}: {_message(attempt, language)}"
    for at in step.last.judged:
        item = wording.item(at.event, language)
        reading = at.event.measurement
        where = f"journal line {at.line}"
        if reading.transactions or not reading.frame:
            where += f", Modbus lines {reading.transactions}"
        if reading.frame:
            where += f", CAN frame {reading.frame}"
        yield f"{where} [{item}]" if item else where


def _clean(text: str) -> str:
    return _NOT_XML.sub("�", text)
