"""What the report's template calls devices, sources, instruments and faults, in both languages."""

import re
from collections.abc import Mapping

from markupsafe import Markup

from harness.engine import names, wording
from harness.engine.instrument_names import INSTRUMENTS
from harness.engine.pile_fault_words import CAUSE
from harness.engine.selection import Selection, selection
from harness.events import Answered, Asked, Concluded, StepEnded
from harness.quantity import Measurement, Value
from harness.report.markup import both, said
from harness.report.view import Attempt, RunView, Step
from harness.text import Language, Text
from harness.verdict import Verdict

_BETWEEN = re.compile(r"(, | / )")


def instrument_type(kind: str) -> Text:
    """A kind of hand instrument in words."""
    return INSTRUMENTS.get(kind, Text(kind, kind.replace("_", " ")))


class ReportWords:
    """Names for one record."""

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._faults = {at.event.fault: at.event.title for at in view.faults}

    def role(self, name: str) -> Markup:
        return said(lambda language: wording.role(name, language))

    def roles(self, found: list[str]) -> Markup:
        return both("、", ", ").join(self.role(name) for name in found)

    def source(self, text: str) -> Markup:
        """Where a reading comes from: `vehicle bms`, `simulated technician / dmm-1`."""
        return said(
            lambda language: "".join(_source(one, language) for one in _BETWEEN.split(text))
        )

    def instrument(self, kind: str) -> Markup:
        return both(instrument_type(kind))

    def fault(self, name: str) -> Markup:
        """A seeded fault by its title, and its name to type."""
        title = self._faults.get(name)
        code = Markup("<code>{}</code>").format(name)
        return code if title is None else Markup("{} {}").format(both(title), code)

    def target(self, role: str, point: str) -> Markup:
        """A point that was written, and its name in the profile."""
        source = role if role == "vehicle" else ""
        name = said(lambda language: wording.point(point, language, source))
        return Markup("{} {} <code>{}.{}</code>").format(self.role(role), name, role, point)

    def unit(self, name: str) -> Markup:
        """A control unit: how it is called in this car, and what it is."""
        title = names.unit_title(name)
        shown = Markup("{}").format(names.unit(name))
        return shown if title is None else Markup("{} <small>{}</small>").format(shown, both(title))

    def unit_list(self, found: list[str]) -> Markup:
        """Control units by name, each once."""
        shown = dict.fromkeys(names.unit(name) for name in found)
        return both("、".join(shown), ", ".join(shown))

    def basis(self, step: str, found: str) -> Markup:
        """A step that a conclusion rests on, and what came out there."""
        known = next((one for one in self._view.steps if one.id == step), None)
        title = Text(step, step) if known is None else known.title
        verdict = next((text for one, text in wording.VERDICTS.items() if one.value == found), None)
        of = CAUSE if step == "diagnosis" else ""
        shown = said(lambda language: wording.value(found, None, language, of))
        return Markup("{}{}{}").format(
            both(title), both("：", ": "), shown if verdict is None else both(verdict)
        )

    def given(self, answered: Answered, concluded: list[Concluded]) -> Answered | None:
        """A person's answer; None where it is only in the conclusion, shown below."""
        return None if answered.value is None and concluded else answered

    def note(self, answered: Answered) -> Markup:
        """What was noted beside an answer: a person's own words, or those of the simulation."""
        if answered.by != "simulated technician":
            return Markup("{}").format(answered.note)
        return both(wording.reason(answered.note))

    def remark(self, reading: Measurement) -> Markup:
        """What was noted beside a reading."""
        return both(wording.note(reading))

    def choice(self, asked: Asked, choice: str) -> Markup:
        """A choice as the person was shown it, else in our words."""
        if (label := asked.labels.get(choice)) is not None:
            return both(label)
        return said(lambda language: wording.value(choice, None, language))

    def ranking(self, value: list[str], labels: Mapping[str, Text]) -> Markup:
        """A ranking, the first on top."""
        rows = Markup("").join(
            Markup("<span>{}. {}</span>").format(place, both(labels.get(one, Text(one, one))))
            for place, one in enumerate(value, 1)
        )
        return Markup('<span class="ranking">{}</span>').format(rows)

    @property
    def _labels(self) -> dict[str, Text]:
        """What choices of rankings were called: they are held against the outcome in another
        step."""
        return {
            name: text
            for step in self._view.steps
            for attempt in step.attempts
            for asked, _ in attempt.dialogue
            if asked is not None and asked.kind == "rank"
            for name, text in asked.labels.items()
        }

    def concluded(self, value: Value | None, attempt: Attempt) -> Markup:
        """A conclusion, or the one that would be right, in the words of its choices."""
        labels = self._labels
        if isinstance(value, list):
            return self.ranking(value, labels)
        if not attempt.dialogue and isinstance(value, str) and value in labels:
            return both(labels[value])
        for asked, _ in attempt.dialogue:
            if asked is not None and isinstance(value, str) and value in asked.labels:
                return both(asked.labels[value])
        return said(lambda language: wording.value(value, None, language))

    # ------------------------------------------------------------ runs of a few steps

    @property
    def selection(self) -> Selection | None:
        """What came of the steps that were chosen; None where all were."""
        return selection(
            self._deselected, {(one.procedure, one.id): one.verdict for one in self._view.steps}
        )

    def reason(self, english: str) -> Markup:
        """Why a step ended as it did; other steps by their titles."""
        titles = {one.id: one.title for one in self._view.steps}
        return both(wording.reason_with_steps(english, titles))

    def channel(self, name: str) -> Markup:
        """A channel of a recording."""
        return both(Text(wording.point(name, "zh"), wording.point(name, "en")))

    @property
    def _deselected(self) -> set[tuple[str, str]]:
        plans = {one.id: one.plan for one in self._view.procedures.values()}
        return {(id_, step) for id_, plan in plans.items() if plan for step in plan.deselected}

    def chosen(self, steps: list[Step]) -> list[Step]:
        """Those of a group that were not left out on purpose."""
        left_out = self._deselected
        return [one for one in steps if (one.procedure, one.id) not in left_out]

    @property
    def left_out(self) -> list[Text]:
        """Steps that nobody asked for."""
        steps = {(one.procedure, one.id): one for one in self._view.steps}
        found = {place: steps.get(place) for place in sorted(self._deselected)}
        ordered = sorted(found.items(), key=lambda item: item[1].number if item[1] else 0)
        return [
            Text(place[1], place[1])
            if one is None
            else Text(f"{one.number} {one.title.zh}", f"{one.number} {one.title.en}")
            for place, one in ordered
        ]

    @property
    def not_run(self) -> list[tuple[Step, StepEnded]]:
        """Steps that were asked for and did not happen."""
        return [
            (step, step.last.ended)
            for step in self.chosen(self._view.steps)
            if step.last.ended is not None and step.verdict is Verdict.NOT_RUN
        ]


def _source(text: str, language: Language) -> str:
    """One part of a source, or what stands between two."""
    role, space, unit = text.partition(" ")
    named = wording.role(role, language)
    if named == role and language == "zh":
        return wording.reason(text).zh if not _BETWEEN.fullmatch(text) else text
    return named + space + names.unit(unit) if role == "vehicle" else named + space + unit
