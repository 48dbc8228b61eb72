"""Grave breaches while an exam runs: the bench goes to its safe state at once.

What the scheme lets end the exam is looked for after every step and every tool, by the same rules
that propose the veto afterwards. Whether it was one is decided by a person, from the record.
"""

from collections.abc import Callable

from harness.assess.conditions import Evaluation
from harness.assess.entered import entered_of
from harness.assess.findings import findings_of
from harness.assess.read_facts import facts_of
from harness.assess.scheme import Scheme
from harness.assess.vetoes import vetoes_of
from harness.events import AnyEvent, Event
from harness.evidence.read import Entry
from harness.text import Text

_ENDS = "end_exam"


class BreachWatch:
    """Takes in the events of an exam, and says when one of them has to end it."""

    def __init__(self, scheme: Scheme, elapsed: Callable[[], float]) -> None:
        grave = [veto for veto in scheme.vetoes if veto.grade == _ENDS]
        self._scheme = scheme.model_copy(update={"vetoes": grave})
        self._conditional = {str(name): part for name, part in scheme.conditional.items()}
        self._elapsed = elapsed
        self._entries: list[Entry] = []

    def __call__(self, event: Event) -> None:
        if self._scheme.vetoes:
            known: AnyEvent = event  # type: ignore[assignment]  # every event is one of them
            self._entries.append(Entry(len(self._entries) + 1, self._elapsed(), known, b""))

    def breach(self) -> Text | None:
        """Why the exam has to end now: the first grave breach, with its reason."""
        if not self._scheme.vetoes:
            return None
        facts = facts_of(self._entries)
        at = Evaluation(facts, findings_of(facts), self._conditional)
        found = vetoes_of(self._scheme, at, entered_of([]))
        if not found:
            return None
        title, reason = found[0].title, found[0].reason
        return Text(f"{title.zh}：{reason.zh}", f"{title.en}: {reason.en}")


def said(breach: Text) -> Text:
    """What the candidate is told; the record has the same."""
    return Text(
        f"可能的一票否决，考试终止，台架转入安全状态，由考评员裁定。{breach.zh}",
        f"A possible veto: the exam ends and the bench is made safe; an assessor decides. "
        f"{breach.en}",
    )
