"""The run as it goes, on the terminal: one line a step, as the step ends.

A listener on the engine's events. On a terminal a live run also shows the step at hand with the
time that it has taken; in a file or a pipe there are plain lines only.
"""

from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text as Line

from harness.cli import wide
from harness.cli.base import columns
from harness.cli.marks import candidate, candidate_style, mark, style
from harness.engine import wording
from harness.engine.digest import FAILED, RunDigest, StepDigest
from harness.engine.pile_fault_words import CAUSE, HYPOTHESES
from harness.events import (
    Answered,
    Asked,
    Event,
    OutcomeNoted,
    PlanAnnounced,
    ProcedureEnded,
    RunEnded,
    StepEnded,
    StepStarted,
)
from harness.limits import Equals, OneOf
from harness.quantity import Value
from harness.report.words import explain
from harness.text import Language, Text
from harness.verdict import Ending, Verdict

_VERDICT_COLUMNS = {"zh": 12, "en": 15}
"""Kept free for the verdict; a longer one takes its room from the value."""
_RUNNING = Text("执行中", "running")
_ENDING = Text("正在使台架进入安全状态", "Making the bench safe")
_ATTEMPT = Text("第 {} 次尝试", "attempt {}")
_AND_MORE = Text("另有 {} 步，原因相同", "{} more for the same reason")
_DONE = Text("已完成", "done")
_FEW = 6
"""Readings of a step without verdict of which the first is shown."""
_SHOWN = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.NOT_RUN)


class Progress:
    """Prints the steps of a run. Use as a context manager around it."""

    def __init__(
        self,
        console: Console,
        language: Language,
        groups: Mapping[str, Mapping[str, Text]],
        *,
        digest: RunDigest,
        spin: bool = False,
    ) -> None:
        self._console = console
        self._language = language
        self._groups = groups
        self._digest = digest
        self._spin = spin and console.is_terminal
        self._live: Live | None = None
        self._step = ""
        self._group: tuple[str, str] | None = None
        self._heading = ""
        self._why_not: tuple[str, int] = ("", 0)
        """Why steps are not run at the moment, and how many were not shown for it."""

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def __call__(self, event: Event) -> None:
        """Show an event. The digest has seen it already."""
        match event:
            case PlanAnnounced():
                self._head(event)
            case StepStarted():
                self._begin(event)
            case Asked():
                self._stop()  # the person types now
                self._unfold()
                self._print_heading()
            case Answered():
                self.working(self._step)
            case StepEnded():
                self._end(event)
            case OutcomeNoted():
                self._stop()
                detail = wording.reason(event.detail).get(self._language)
                text = f"  ! {event.headline.get(self._language)}: {detail}"
                self.show(text, "bold magenta")
            case ProcedureEnded():
                self._stop()
                self._unfold()
                if event.ending not in (Ending.ABORTED, Ending.LOST):
                    return
                self.show(f"  {_ENDING.get(self._language)} …", "dim")
            case RunEnded():
                self._stop()
            case _:
                pass

    def show(self, text: str, look: str = "") -> None:
        """A line of its own, also while a step is running."""
        self._console.print(Line(text, style=look), soft_wrap=True)

    def _head(self, event: PlanAnnounced) -> None:
        self.show(f"{event.procedure}  {event.title.get(self._language)}", "bold")

    def _begin(self, event: StepStarted) -> None:
        here = (event.procedure, event.group)
        if here != self._group:
            self._group = here
            title = self._groups.get(event.procedure, {}).get(event.group)
            self._heading = title.get(self._language) if title is not None else ""
        self._step = f"{event.number:>3} {event.title.get(self._language)}"
        self.working(self._step)

    def working(self, what: str = "") -> None:
        """Show that something goes on without the person, until `idle` or the next step."""
        self._stop()
        if self._spin:
            running = f"{what} … {_RUNNING.get(self._language)}".lstrip()
            self._live = Live(
                Spinner("line", running, style="cyan"),
                console=self._console,
                transient=True,
                refresh_per_second=8,
            )
            self._live.start()

    def idle(self) -> None:
        """The person's turn, or nothing goes on."""
        self._stop()

    def _print_heading(self) -> None:
        if self._heading:
            self.show(self._heading, "bold cyan")
            self._heading = ""

    def _folded(self, event: StepEnded) -> bool:
        """Steps that are all not run for one reason are counted, after the first of them."""
        why, count = self._why_not
        if event.verdict is Verdict.NOT_RUN and event.reason == why:
            self._why_not = (why, count + 1)
            return True
        self._unfold()
        if event.verdict is Verdict.NOT_RUN:
            self._why_not = (event.reason, 0)
        return False

    def _unfold(self) -> None:
        _, count = self._why_not
        if count:
            self.show(f"      {_AND_MORE.get(self._language).format(count)}", "dim")
        self._why_not = ("", 0)

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _end(self, event: StepEnded) -> None:
        self._stop()
        plan = self._digest.plans.get(event.procedure)
        if plan is not None and event.step in plan.deselected:
            return  # the summary counts them
        if self._folded(event):
            return
        self._print_heading()
        step = self._digest.steps[event.procedure, event.step]
        page, language = columns(), self._language
        last = _VERDICT_COLUMNS[language]
        left = (page - 6 - last) * 11 // 20
        tail = f" ({_ATTEMPT.get(language).format(event.attempt)})" if event.attempt > 1 else ""
        title = wide.cut(step.started.title.get(language), left - wide.width(tail)) + tail
        if event.candidate is not None:
            words, look = candidate(event.candidate, language), candidate_style(event.candidate)
        else:
            words, look = mark(event.verdict, language), style(event.verdict)
        room = page - 6 - left - max(wide.width(words), last)
        line = Line(f"{step.started.number:>3} ", style="dim")
        found = wide.pad(wide.cut(self._found(step), room), room)
        line.append(f"{wide.pad(title, left)} {found}", "default not dim")
        line.append(f" {words}", f"not dim {look}" if look != "dim" else look)
        self._console.print(line, soft_wrap=True)
        for detail in self._details(step):
            self.show(wide.indent(detail, page, 6), style(event.verdict))

    def _found(self, step: StepDigest) -> str:
        """What was found, in as few words as possible."""
        language = self._language
        judged = step.decisive
        if judged is not None:
            plain = isinstance(judged.limit, Equals | OneOf) and step.verdict not in FAILED
            if plain:  # a state as wanted needs no repeating
                shown = wording.measurement(judged.measurement, language, judged.limit)
            else:
                shown = wording.judged(judged, language)
            more = len(step.judged) - 1
            return f"{shown} +{more}" if more else shown
        if step.concluded is not None:
            return answer(step, step.concluded.answer, language)
        if step.verdict is None and step.answered:
            return _answered(step, language)
        if step.verdict is None and 0 < len(step.measured) <= _FEW:
            shown = wording.measurement(step.measured[0].measurement, language)
            more = len(step.measured) - 1
            return f"{shown} +{more}" if more else shown
        return ""

    def _details(self, step: StepDigest) -> list[str]:
        """Lines below a step that did not simply pass."""
        language = self._language
        lines: list[str] = []
        if step.verdict in FAILED:
            for judged in step.failed:
                if len(step.judged) > 1:
                    name = wording.quantity(judged.measurement, language)
                    lines.append(f"{name}: {wording.judged(judged, language)}")
                if judged.measurement.note:
                    lines.append(wording.note(judged.measurement).get(language))
            item = wording.item(step.failed[0], language) if step.failed else ""
            lines += [item] if item else []
        elif step.verdict in _SHOWN:
            headline = step.ended.headline if step.ended is not None else None
            why = wording.reason_with_steps(step.reason, self._digest.titles).get(language)
            if not why and step.decisive is not None:
                note = wording.note(step.decisive.measurement).get(language)
                why = note or explain(step.decisive).get(language)
            if headline is not None and step.verdict is not Verdict.NOT_RUN:
                why = f"{headline.get(language)}: {why}"
            lines += [why] if why else []
        elif step.decisive is not None and step.decisive.measurement.name == "not_put_back":
            lines.append(wording.note(step.decisive.measurement).get(language))
        return lines + self._ranking(step)

    def _ranking(self, step: StepDigest) -> list[str]:
        """A ranking that the person gave, each of its entries on a line."""
        given = next((one.value for one in step.answered if isinstance(one.value, list)), None)
        if given is None:
            return []
        titles = [answer(step, one, self._language) for one in given]
        return [f"{place}. {title}" for place, title in enumerate(titles, 1)]


def answer(step: StepDigest, given: Value | None, language: Language) -> str:
    """An answer in the words of its choices; a ranking with its places."""
    if isinstance(given, list):
        more = f" +{len(given) - 1}" if len(given) > 1 else ""
        return wording.value(given[:1], None, language, HYPOTHESES) + more
    label = step.labels.get(given) if isinstance(given, str) else None
    if label is not None:
        return label.get(language)
    # A step that asks nothing itself may hold an earlier ranking of causes against the outcome.
    return wording.value(given, None, language, "" if step.answered else CAUSE)


def _answered(step: StepDigest, language: Language) -> str:
    last = step.answered[-1]
    if last.kind == "confirm" and last.value is True:
        return _DONE.get(language)
    if last.kind == "reading":
        for event in reversed(step.measured):
            if event.measurement.value == last.value:  # with its unit
                return wording.measurement(event.measurement, language)
    return answer(step, last.value, language)
