"""The report's table of what is different between two snapshots: what, before, after, why."""

from typing import NamedTuple

from markupsafe import Markup

from harness.engine import wording
from harness.report.markup import said
from harness.report.view import RunView, Step

_MARK = ".changed"
_ARROW = " → "


class Row(NamedTuple):
    """One thing that changed, as the step that compared has it on record."""

    step: Step
    point: str
    before: str
    after: str
    why: str

    @property
    def is_bad(self) -> bool:
        """Nobody announced it, and use does not explain it."""
        return self.why.startswith("not expected") or self.why == "new fault"

    def shown(self, value: str) -> Markup:
        """A value in words where it names a state."""
        of = self.point.rpartition(".")[2]
        return said(lambda language: wording.value(value, None, language, of))


def rows(view: RunView) -> list[Row]:
    """Every difference that the last attempts of comparing steps found, worst first."""
    found: list[Row] = []
    for step in view.steps:
        if not step.attempts:
            continue
        for at in step.last.measured:
            one = at.event.measurement
            if not one.name.endswith(_MARK) or not isinstance(one.value, str):
                continue
            before, arrow, after = one.value.partition(_ARROW)
            if arrow:
                found.append(Row(step, one.name.removesuffix(_MARK), before, after, one.note))
    return sorted(found, key=lambda row: not row.is_bad)
