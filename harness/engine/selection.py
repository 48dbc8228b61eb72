"""What a run of a few chosen steps comes to.

By the rule of the record a run of which steps were left out is never a pass. People who left them
out themselves want to know what came of the others.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from harness.text import Text
from harness.verdict import Verdict, worst

_Place = tuple[str, str]
"""Procedure and step."""


class Selection(NamedTuple):
    """The steps that were chosen."""

    chosen: int
    steps: int
    """Of the whole procedure."""
    verdict: Verdict | None
    """The most serious one of the chosen steps; None: they make no claim about the device."""

    @property
    def text(self) -> Text:
        """`only 2 of 75 steps were chosen`."""
        return Text(
            f"共 {self.steps} 步，只选择执行 {self.chosen} 步",
            f"only {self.chosen} of {self.steps} steps were chosen",
        )


def selection(
    deselected: Collection[_Place], verdicts: Mapping[_Place, Verdict | None]
) -> Selection | None:
    """None when nothing was left out."""
    if not deselected:
        return None
    chosen = [verdict for place, verdict in verdicts.items() if place not in deselected]
    return Selection(len(chosen), len(verdicts), worst(chosen))
