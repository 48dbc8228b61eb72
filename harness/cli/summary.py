"""The closing words of a run: what came out, what failed and why, what was not run, where it is."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text as Line

from harness.cli import wide
from harness.cli.base import columns, say
from harness.cli.marks import candidate, candidate_style, mark, style
from harness.cli.progress import answer
from harness.engine import safety_words, wording
from harness.engine.digest import RunDigest, StepDigest
from harness.engine.pile_fault_words import HYPOTHESES
from harness.engine.selection import Selection, selection
from harness.events import RunEnded
from harness.evidence.keys import short
from harness.report.words import CUT_OFF, explain
from harness.text import Language, Text
from harness.verdict import CandidateVerdict, Ending, Verdict

_RESULT = Text("结论", "Result")
_COVERAGE = Text("已判定 {} / {} 个检验步骤", "{} of {} device steps judged")
_COVERAGE_LABEL = Text("覆盖", "Coverage")
_NO_CHECKS = Text("没有检验步骤", "no device steps")
_CHOSEN = Text("所选步骤", "Chosen steps")
_WHY = Text("原因", "Why")
_SEEDED = Text("预设故障", "Seeded faults")
_MADE = Text("流程注入", "Set by steps")
_SEED = Text("种子", "seed")
_LISTS = (
    ((Verdict.FAIL, Verdict.CONDITIONAL_FAIL), Text("不合格", "Failed")),
    ((Verdict.CONDITIONAL_PASS,), Text("有条件合格", "Conditional")),
    ((Verdict.INCONCLUSIVE,), Text("无法判定", "Inconclusive")),
    ((Verdict.ERROR,), Text("出错", "Error")),
    ((Verdict.NOT_RUN,), Text("未执行", "Not run")),
)
_CANDIDATE = Text("人员判断", "Person")
_SAFE = Text("安全状态", "Safe state")
_HEAD = Text("末行哈希", "Head hash")
_NOT_RESTORED = Text("未能恢复的设置", "Not put back")
_RECORD = Text("证据", "Record")
_SEALED = Text("已封存", "sealed")
_UNSEALED = Text("未封存", "not sealed")
_REPORT = Text("报告", "Report")
_COMMA = Text("、", ", ")
_MANY = 8


class Summary:
    """Prints the closing summary of one run."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language
        self._page = columns()
        self._label = 12 if language == "zh" else 15
        self._titles: Mapping[str, Text] = {}

    def show(
        self, digest: RunDigest, judging: set[tuple[str, str]], folder: Path, *, sealed: bool
    ) -> None:
        """`judging` are the steps (procedure, step) that make a claim about the device."""
        language = self._language
        ended, chosen = digest.ended, _chosen(digest)
        self._console.print("─" * min(self._page, 80), style="dim", soft_wrap=True)
        if ended is None:
            result = Line(CUT_OFF.get(language), style="bold red")
        else:
            result = Line(mark(ended.verdict, language), style=style(ended.verdict))
            if chosen is None or ended.ending is not Ending.COMPLETED:
                how = wording.ENDINGS[ended.ending]
            else:
                how = chosen.text
            result.append(f" · {how.get(language)}", "default not bold")
        self._row(_RESULT, result)
        if chosen is not None:
            self._row(_CHOSEN, Line(mark(chosen.verdict, language), style=style(chosen.verdict)))
        self._row(_COVERAGE_LABEL, Line(_coverage(digest, judging, language)))
        if ended is not None and ended.reason:
            self._row(_WHY, Line(_why(ended, language)))
        names = {event.fault: event.title for event in digest.faults if event.on}
        seeded = {
            name.partition("@")[0] for name in (digest.started.faults if digest.started else ())
        }
        for label, here in ((_SEEDED, True), (_MADE, False)):
            shown = [
                f"{title.get(language)} ({fault})"
                for fault, title in names.items()
                if (fault in seeded) is here
            ]
            if shown:
                self._row(label, Line(say(_COMMA).join(shown)))
        left_out, self._titles = _left_out(digest), digest.titles
        for verdicts, title in _LISTS:
            steps = [one for one in digest.with_verdict(*verdicts) if _place(one) not in left_out]
            self._list(title, steps, style(verdicts[0]))
        self._persons(digest)
        self._safety(digest)
        state = _SEALED if sealed else _UNSEALED
        self._row(_RECORD, Line(f"{folder} ({state.get(language)})"), whole=True)

    def show_report(self, report: Path) -> None:
        """Where the report is, once it has been written."""
        self._row(_REPORT, Line(str(report)), whole=True)

    def show_head(self, head: str) -> None:
        """The hash that stands for the whole record, as it is printed and signed."""
        self._row(_HEAD, Line(short(head)))

    def show_rows(self, rows: list[tuple[Text, str]]) -> None:
        """More of the same, in the same columns."""
        for title, content in rows:
            self._row(title, Line(content))

    def _row(self, title: Text, content: Line, *, whole: bool = False) -> None:
        """A labelled line; `whole` for paths, which people copy."""
        head = Line(wide.pad(title.get(self._language), self._label), style="bold")
        content.style = content.style or "default not bold"
        room = self._page - self._label
        if whole or wide.width(content.plain) <= room:
            self._console.print(head.append_text(content), soft_wrap=True)
            return
        for line in wide.wrap(content.plain, room):
            self._console.print(head.append(line, content.style), soft_wrap=True)
            head = Line(" " * self._label)

    def _list(self, title: Text, steps: list[StepDigest], look: str) -> None:
        reasons: dict[str, list[StepDigest]] = {}
        for step in steps:
            reasons.setdefault(self._why(step), []).append(step)
        first = True
        for why, alike in reasons.items():
            names = say(_COMMA).join(
                f"{step.started.number} {step.started.title.get(self._language)}"
                for step in alike[:_MANY]
            )
            if len(alike) > _MANY:
                names += f" … ({len(alike)})"
            head = wide.pad(title.get(self._language) if first else "", self._label)
            lines = wide.wrap(names, self._page - self._label)
            line = Line(head, style="bold")
            line.append(lines[0], f"not bold {look}")
            self._console.print(line, soft_wrap=True)
            rest = [*lines[1:], *(w for part in why.splitlines() for w in self._wrapped(part))]
            for text in rest:
                self._console.print(Line(" " * self._label + text), soft_wrap=True)
            first = False

    def _wrapped(self, text: str) -> list[str]:
        return ["  " + line for line in wide.wrap(text, self._page - self._label - 2)]

    def _why(self, step: StepDigest) -> str:
        language = self._language
        lines: list[str] = []
        if step.verdict in (Verdict.FAIL, Verdict.CONDITIONAL_FAIL, Verdict.CONDITIONAL_PASS):
            shown = step.failed or [event for event in (step.decisive,) if event is not None]
            for event in shown:
                name = wording.quantity(event.measurement, language)
                lines.append(f"{name}: {wording.judged(event, language)}")
            lines += [wording.item(event, language) for event in shown[:1] if event.item]
        else:
            why = wording.reason_with_steps(step.reason, self._titles).get(language)
            if not why and step.decisive is not None:
                event = step.decisive
                name = wording.quantity(event.measurement, language)
                note = wording.note(event.measurement).get(language)
                because = note or explain(event).get(language)
                why = f"{name}: {wording.judged(event, language)}; {because}"
            lines.append(why)
        return "\n".join(line for line in lines if line)

    def _persons(self, digest: RunDigest) -> None:
        for step in digest.steps.values():
            verdict = step.ended.candidate if step.ended is not None else None
            if verdict is None:
                continue
            text = f"{step.started.number} {step.started.title.get(self._language)}: "
            line = Line(text + candidate(verdict, self._language), candidate_style(verdict))
            if step.concluded is not None and verdict is CandidateVerdict.WRONG:
                said = step.concluded.answer
                given = (
                    wording.value(said, None, self._language, HYPOTHESES)
                    if isinstance(said, list)
                    else answer(step, said, self._language)
                )
                key = answer(step, step.concluded.key, self._language)
                line.append(f" ({given} ≠ {key})")
            self._row(_CANDIDATE, line)

    def _safety(self, digest: RunDigest) -> None:
        language = self._language
        for state in digest.safe_states:
            words = safety_words.words(state).get(language)
            how = safety_words.how(state).get(language)
            line = Line(
                f"{wording.role(state.role, language)} {words} ({how})",
                "green" if state.safe else "bold red",
            )
            self._row(_SAFE, line)
            for text in self._wrapped(safety_words.why(state).get(language)):
                if text.strip():
                    self._console.print(Line(" " * self._label + text), soft_wrap=True)
        for event in digest.restored:
            if not event.agreed:
                self._row(_NOT_RESTORED, Line(f"{event.role}.{event.point}", "bold red"))


def _place(step: StepDigest) -> tuple[str, str]:
    return step.started.procedure, step.started.step


def _left_out(digest: RunDigest) -> set[tuple[str, str]]:
    """Steps that nobody asked for."""
    return {(id_, step) for id_, plan in digest.plans.items() for step in plan.deselected}


def _chosen(digest: RunDigest) -> Selection | None:
    verdicts = {place: step.verdict for place, step in digest.steps.items()}
    return selection(_left_out(digest), verdicts)


def _why(ended: RunEnded, language: Language) -> str:
    """Headline and reason, or one of them where they say the same."""
    reason = wording.reason(ended.reason).get(language)
    if ended.headline is None or ended.headline.get(language) in reason:
        return reason
    headline = ended.headline.get(language)
    return headline if ended.headline.en == ended.reason else f"{headline}: {reason}"


def _makes_no_claim(step: StepDigest | None) -> bool:
    """Whether it has ended without a verdict: its item says nothing of this device."""
    ended = step.ended if step is not None else None
    return ended is not None and ended.verdict is None and bool(ended.reason)


def _coverage(digest: RunDigest, judging: set[tuple[str, str]], language: Language) -> str:
    if not judging:
        return _NO_CHECKS.get(language)
    about = (Verdict.PASS, Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL, Verdict.FAIL)
    judging = {place for place in judging if not _makes_no_claim(digest.steps.get(place))}
    reached = [
        place for place in judging if place in digest.steps and digest.steps[place].verdict in about
    ]
    return _COVERAGE.get(language).format(len(reached), len(judging))
