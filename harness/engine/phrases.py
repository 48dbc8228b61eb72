"""Tables of English sentences with their Chinese, found by pattern.

A row is a pattern for the whole sentence and its Chinese. In the Chinese, `\\1` stands for what the
first group matched and `{1}` for the same put into Chinese. `{1!}` says that it names states, and
`{2@1}` that it names a state of the point that group 1 names. Patterns are compiled when a table
is first asked, because most commands never say any of it.
"""

import re
from collections.abc import Callable
from functools import cached_property

Row = tuple[str, str]
Translate = Callable[[str, str], str]
"""A piece of a sentence, and the point that it is a state of (or nothing) -> its Chinese."""

ANY_POINT = "*"
"""In place of a point: the piece is a state, nobody says of what."""
_MARK = re.compile(r"\{(\d)(!|@\d)?\}|\\(\d)")


class Phrases:
    """Sentences by pattern; the first row that fits holds."""

    def __init__(self, *rows: Row) -> None:
        self._rows = rows

    @cached_property
    def _compiled(self) -> list[tuple[re.Pattern[str], str]]:
        return [(re.compile(pattern, re.DOTALL), zh) for pattern, zh in self._rows]

    def find(self, english: str, translate: Translate) -> str | None:
        """The Chinese of a sentence; None when no row fits."""
        for pattern, zh in self._compiled:
            if (match := pattern.fullmatch(english)) is not None:
                return _fill(match, zh, translate)
        return None


def _fill(match: re.Match[str], zh: str, translate: Translate) -> str:
    """`zh` with its marks replaced in one pass, so that what is filled in stays as it is."""

    def group(mark: re.Match[str]) -> str:
        translated, about, plain = mark.groups(default="")
        if plain:
            return match[int(plain)] or ""
        of = match[int(about[1:])] if about.startswith("@") else ANY_POINT if about else ""
        return translate(match[int(translated)] or "", of)

    return _MARK.sub(group, zh).strip()
