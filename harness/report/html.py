"""The report as one self-contained HTML file.

Both languages are in the file; a switch made of two radio buttons shows one of them, without any
script. The page loads nothing: style, pictures and the few lines of script are inside, and its
content security policy forbids the rest. Everything from the record is untrusted text and is
escaped.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from harness.clock import shown_time
from harness.engine import safety_words, wording
from harness.events import Answered, Asked, Judged, SafeState
from harness.evidence.keys import short
from harness.evidence.read import ModbusEntry
from harness.evidence.reality import reality_of_run
from harness.limits import Clear, Equals, Limit, OneOf, Within
from harness.quantity import Measurement, Value
from harness.report import words
from harness.report.changes import rows as change_rows
from harness.report.drawing import PATTERNS, limit_bar
from harness.report.html_maps import MapPage
from harness.report.html_plots import PlotPage
from harness.report.html_vehicle import VehiclePage
from harness.report.html_words import ReportWords
from harness.report.markup import both, clipped, said, spaced
from harness.report.record import Picture, Record
from harness.report.view import Attempt, Procedure, RunView, Step
from harness.text import Language, Text
from harness.verdict import CandidateVerdict, Verdict

MAX_FRAMES = 400
"""Transactions shown per attempt; those that carry a verdict or went wrong are always shown."""

_FOLDER = Path(__file__).resolve().parent / "templates"
_QUOTED = Markup("{} “<b>{}</b>”")


def render_html(record: Record, language: Language = "zh") -> str:
    """The report. `language` is the one shown first. The same record gives the same text."""
    view = RunView(record)
    page = _Page(view)
    script = _text("report.js")
    return _template().render(
        view=view,
        page=page,
        car=page.car,
        changes=change_rows(view),
        say=page.say,
        record=record,
        check=record.check,
        started=view.started,
        ended=view.ended,
        statement=record.statement,
        language=language,
        style=Markup("".join(_text(name) for name in ("report.css", "plots.css"))),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        patterns=PATTERNS,
        words=words,
        wording=wording,
        Verdict=Verdict,
    )


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = both
    return environment.get_template("report.html.j2")


class _Page:
    """What the template asks for, beyond the view itself."""

    def __init__(self, view: RunView) -> None:
        self._view = view
        self.car = VehiclePage(view)
        self.say = ReportWords(view)
        self.plots = PlotPage(view)
        self.maps = MapPage(view, self.plots)
        self._pictures = view.record.pictures
        self._shown: set[int] = set()

    # ------------------------------------------------------------ the whole run

    @property
    def title(self) -> Text:
        titles = [procedure.title for procedure in self._view.procedures.values()]
        if not titles:
            return Text("检测记录", "Test record")
        return Text(" · ".join(t.zh for t in titles), " · ".join(t.en for t in titles))

    @property
    def reality(self) -> str:
        return reality_of_run(self._view.started, self._view.devices)

    @property
    def simulated_roles(self) -> list[str]:
        return [device.role for device in self._view.devices if device.simulated]

    @property
    def recorded_roles(self) -> list[str]:
        return [device.role for device in self._view.devices if device.recorded]

    @property
    def ending(self) -> tuple[Text, Text]:
        """How the run ended, as a word and a sentence."""
        ended = self._view.ended
        if ended is None:
            return Text("未结束", "unfinished"), words.CUT_OFF
        return wording.ENDINGS[ended.ending], words.ENDINGS[ended.ending]

    @property
    def exit_meaning(self) -> Text:
        ended = self._view.ended
        return (
            words.EXITS.get(ended.exit_code, Text("未知", "unknown")) if ended else Text("–", "–")
        )

    @property
    def safety(self) -> Text:
        """The safe state of the whole bench: what was measured, what only ended."""
        ended = self._view.ended
        safe = ended is not None and ended.safe
        return safety_words.overall(self._view.safe_states, safe=safe)

    def safe_as(self, state: SafeState) -> tuple[str, Text]:
        """The look of a device's safe state, and what may be said of it."""
        shown = safety_words.shown(state)
        return ("pass" if shown is safety_words.Shown.MEASURED else "none"), shown.value

    def unsafe_as(self, state: SafeState) -> Text:
        """What is said of a device that is not shown to be safe."""
        if state.role == "vehicle" and safety_words.only_data_left(state):
            return safety_words.words(state)
        return Text("未能确认安全", "NOT shown to be safe")

    def how_safe(self, state: SafeState) -> Text:
        return safety_words.how(state)

    def why_unsafe(self, state: SafeState) -> Text:
        return safety_words.why(state)

    @property
    def integrity(self) -> tuple[Text, Text]:
        return words.integrity(self._view.record.check)

    @property
    def findings(self) -> list[Step]:
        """Steps whose verdict somebody should look at; what was not run has a table of its own."""
        quiet = (Verdict.PASS, Verdict.NOT_RUN, None)
        return [step for step in self._view.steps if step.verdict not in quiet or step.unfinished]

    @property
    def unreached(self) -> int:
        """Planned steps that the record knows nothing of, because it was cut off."""
        return sum(
            max(0, procedure.plan.steps - len(procedure.steps))
            for procedure in self._view.procedures.values()
            if procedure.plan is not None
        )

    @property
    def judgements(self) -> int:
        return sum(len(attempt.judged) for step in self._view.steps for attempt in step.attempts)

    @property
    def standards(self) -> list[Text]:
        """Every standard, with its edition, that this record judges by."""
        names = {
            event.event.item
            for step in self._view.steps
            for attempt in step.attempts
            for event in attempt.judged
            if event.event.item
        }
        found = {words.standard(name).en: words.standard(name) for name in names}
        return [found[name] for name in sorted(found)]

    # ------------------------------------------------------------ small things

    def group(self, procedure: Procedure, group: str) -> Markup:
        known = self._view.record.groups.get((procedure.id, group))
        return both(known or Text(group, group)) if group else both("步骤", "Steps")

    def verdict(self, verdict: Verdict | None) -> Markup:
        return both(words.verdict(verdict))

    def candidate(self, verdict: CandidateVerdict) -> Markup:
        return both(wording.CANDIDATES[verdict])

    def kind(self, letter: str) -> Markup:
        return both(words.KINDS.get(letter, Text(letter, letter)))

    def value(self, value: Value | None, unit: str | None = None, of: str = "") -> Markup:
        """A value; the words of states are those of the point `of`."""
        return said(lambda language: clipped(wording.value(value, unit, language, of)))

    def reading(self, measurement: Measurement | None, beside: Limit | None = None) -> Markup:
        """What was read, `beside` a limit with as many digits as the verdict needs."""
        if measurement is None:
            return both("未能回读", "not readable")
        status = self.car.status(measurement)
        if status is not None:
            return status
        return said(lambda language: clipped(wording.measurement(measurement, language, beside)))

    def spread(self, measurement: Measurement) -> str:
        """`± 5.3 V`, or nothing where no uncertainty was stated."""
        if measurement.uncertainty is None:
            return ""
        unit = measurement.unit if measurement.unit not in (None, "1", "unix_s") else ""
        return f"± {wording.spread(measurement.uncertainty)} {unit}".rstrip()

    def around(self, event: Judged) -> str:
        """The uncertainty beside a judged value; a polled time lies before the value only."""
        reading = event.measurement
        value = reading.value
        if not isinstance(event.limit, Within):
            return self.spread(reading)
        if isinstance(value, bool | str | list) or value is None or reading.uncertainty is None:
            return ""
        unit = reading.unit or "s"
        early = wording.rounded(max(0.0, value - reading.uncertainty), unit)
        return f"({early:.7g} … {wording.rounded(value, unit):.7g} {unit})"

    def point_named(self, name: str) -> Markup:
        """The name of a point that no reading is at hand of."""
        return said(lambda language: wording.point(name, language))

    def point(self, measurement: Measurement) -> Markup:
        return said(lambda language: wording.quantity(measurement, language))

    def limit(self, event: Judged) -> Markup:
        """What stands behind the word "required" or "limit"."""
        of = event.measurement.name
        return said(lambda language: wording.required(event.limit, language, of))

    def answer(self, asked: Asked | None, answered: Answered) -> Markup:
        """The answer in the words of its choices; a ranking as a list."""
        if asked is not None and isinstance(answered.value, list):
            return self.say.ranking(answered.value, asked.labels)
        if asked is not None and isinstance(answered.value, str):
            return self.say.choice(asked, answered.value)
        return self.value(answered.value, asked.unit if asked is not None else None)

    def is_state(self, limit: Limit) -> bool:
        return isinstance(limit, OneOf | Equals | Clear)

    def reason(self, english: str) -> Markup:
        return both(wording.reason(english))

    def bar(self, event: Judged) -> Markup:
        return limit_bar(event) or Markup("")

    def explain(self, event: Judged) -> Markup:
        return both(words.explain(event))

    def rule(self, event: Judged) -> Markup:
        return both(words.RULES[event.judgement.rule])

    def standard(self, event: Judged) -> Markup:
        return both(words.standard(event.item or ""))

    def clause(self, event: Judged) -> Markup:
        if (event.item or "").startswith("practice/"):
            return Markup("")
        return said(lambda language: wording.clause(event.clause, language))

    def confidence(self, event: Judged) -> Markup:
        label = event.confidence or ""
        return both(words.CONFIDENCE.get(label, Text(label, label)))

    @property
    def confidences(self) -> list[str]:
        """The labels to explain: that of the maker's limits only where one was judged by."""
        used = {
            at.event.confidence
            for step in self._view.steps
            for attempt in step.attempts
            for at in attempt.judged
        }
        return ["high", "medium", "low", *(one for one in ("maker",) if one in used)]

    def in_words(self, event: Judged) -> Markup:
        """The standard's own word for a result, and whose limit it is where not the standard's."""
        parts = []
        if event.words is not None:
            parts.append(
                _QUOTED.format(both("标准用语", "in the standard's words"), both(event.words))
            )
        if event.confidence in ("low", "maker"):
            parts.append(self.confidence(event))
        return Markup("").join(both("；", "; ") + part for part in parts)

    @property
    def said_by_standards(self) -> list[tuple[Text, list[tuple[Text, int]]]]:
        """Of each standard that does not say pass and fail: its words, and how often they came."""
        found: dict[Text, Counter[Text]] = {}
        for step in self._view.steps:
            for at in step.last.judged:
                if at.event.words is not None:
                    counts = found.setdefault(words.standard(at.event.item or ""), Counter())
                    counts[at.event.words] += 1
        return [(standard, list(counts.items())) for standard, counts in found.items()]

    def moment(self, iso: str) -> str:
        """`2026-01-05 09:00:00 (UTC+8)`; a text that is no time is shown as it is."""
        return shown_time(iso)

    def seconds(self, seconds: float) -> str:
        """`12.345 s`, or `1 h 02 min 05 s` for long times."""
        if abs(seconds) < 100:
            return f"{seconds:.3f} s"
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return (
            f"{hours} h {minutes:02d} min {rest:02d} s" if hours else f"{minutes} min {rest:02d} s"
        )

    def short(self, digest: str) -> str:
        return short(digest)

    def percent(self, share: float) -> str:
        return f"{100 * share:.0f} %"

    # ------------------------------------------------------------ raw bytes and photos

    def frames(self, attempt: Attempt) -> tuple[Sequence[ModbusEntry], int]:
        """The transactions of an attempt to show, and how many were left out."""
        every = attempt.frames
        if len(every) <= MAX_FRAMES:
            shown = every
        else:
            wanted = {line for at in attempt.judged for line in at.event.measurement.transactions}
            wanted |= {frame.n for frame in every if frame.transaction.outcome != "ok"}
            wanted = set(sorted(wanted)[: 10 * MAX_FRAMES])
            room = max(0, MAX_FRAMES - len(wanted))
            wanted |= {frame.n for frame in every[:room]}
            shown = [frame for frame in every if frame.n in wanted]
        self._shown |= {frame.n for frame in shown}
        return shown, len(every) - len(shown)

    def other_frames(self) -> tuple[Sequence[ModbusEntry], int]:
        """The same for the transactions outside steps."""
        every = self._view.other_frames
        shown = every[:MAX_FRAMES]
        self._shown |= {frame.n for frame in shown}
        return shown, len(every) - len(shown)

    def bytes(self, hexadecimal: str) -> str:
        return spaced(hexadecimal)

    def breakable(self, name: str) -> Markup:
        """A name that may be broken after its dots and lines."""
        return Markup("<wbr>").join(re.split(r"(?<=[._])", name))

    def outcome(self, outcome: str) -> Markup:
        return both(words.OUTCOMES.get(outcome, Text(outcome, outcome)))

    def picture(self, path: str) -> str:
        """A photo as a data address; empty when the record does not hold it."""
        picture: Picture | None = self._pictures.get(path)
        if picture is None:
            return ""
        return f"data:{picture.kind};base64,{base64.b64encode(picture.data).decode()}"
