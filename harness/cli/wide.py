"""Text in columns of a terminal, where a Chinese character takes two.

Python's own `textwrap` and `ljust` count characters, so a table with Chinese in it falls apart.
"""

from collections.abc import Iterator
from itertools import groupby
from unicodedata import combining, east_asian_width

_FIRST_WIDE = "\u1100"
# Must not begin a line.
_CLOSING = frozenset("，。；：、！？）】》”’…%,.;:!?)]}")
_OPENING = frozenset("（【《“‘")


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )


def pad(text: str, columns: int) -> str:
    """`text` followed by spaces up to `columns`; longer texts are left as they are."""
    return text + " " * max(0, columns - width(text))


def cut(text: str, columns: int) -> str:
    """`text`, or as much of it as fits with an ellipsis."""
    if width(text) <= columns:
        return text
    kept, room = "", columns - 1
    for sign in text:
        room -= width(sign)
        if room < 0:
            break
        kept += sign
    return kept.rstrip() + "…"


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most `columns`, broken at spaces or between Chinese characters."""
    lines: list[str] = []
    line = ""
    columns = max(columns, 2)  # one Chinese character
    for piece in _glued(text):
        if width(line) + width(piece.rstrip()) <= columns:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while width(line) > columns:
            head = cut(line, columns + 1).removesuffix("…") or line[0]
            lines.append(head)
            line = line[len(head) :]
    if line.strip():
        lines.append(line.rstrip())
    return lines or [""]


def _glued(text: str) -> list[str]:
    """Pieces between which a line may be broken."""
    pieces: list[str] = []
    for piece in _words(text.strip()):
        if pieces and (piece[0] in _CLOSING or piece.isspace() or pieces[-1][-1] in _OPENING):
            pieces[-1] += " " if piece.isspace() else piece
        else:
            pieces.append(piece)
    return pieces


def _words(text: str) -> Iterator[str]:
    """Runs of spaces, words, and single Chinese characters."""
    for kind, run in groupby(text, _kind):
        if kind == "wide":
            yield from run
        else:
            yield "".join(run)


def _kind(sign: str) -> str:
    if sign.isspace():
        return "space"
    return "wide" if sign >= _FIRST_WIDE else "word"


def indent(text: str, columns: int, by: int) -> str:
    """Paragraphs of `text`, wrapped and indented by `by` spaces."""
    space = " " * by
    return "\n".join(
        space + line for part in text.splitlines() for line in wrap(part, columns - by)
    )


def rows(pairs: list[tuple[str, str]], columns: int, *, by: int = 2) -> str:
    """Two columns: names on the left, explanations (wrapped) on the right."""
    if not pairs:
        return ""
    left = min(max(width(name) for name, _ in pairs), columns // 2 - by)
    space = " " * by
    found: list[str] = []
    for name, about in pairs:
        lines = wrap(about, columns - left - by - 2)
        if width(name) > left:
            found.append(space + name)
        else:
            found.append(f"{space}{pad(name, left)}  {lines.pop(0)}".rstrip())
        found += [" " * (left + by + 2) + line for line in lines]
    return "\n".join(found)


def hang(text: str, columns: int) -> list[str]:
    """Lines of at most `columns` that keep the indent of the first."""
    indent = text[: len(text) - len(text.lstrip())]
    return [indent + line for line in wrap(text.lstrip(), columns - width(indent))]
