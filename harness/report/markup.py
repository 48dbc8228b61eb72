"""Escaped text for the page, in both languages."""

from collections.abc import Callable

from markupsafe import Markup, escape

from harness.report import words
from harness.text import Language, Text

_SHORT_TEXT = 400


def both(zh: Text | str, en: str = "") -> Markup:
    """A text in both languages, escaped; the style sheet shows one of them."""
    text = zh if isinstance(zh, Text) else Text(zh, en)
    if text.zh == text.en:
        return escape(text.en)
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(text.zh, text.en)


def said(say: Callable[[Language], str]) -> Markup:
    """What `say` says in each language."""
    return both(words.text_of(say))


def clipped(text: str) -> str:
    """A text that is not too long for a table."""
    return text if len(text) <= _SHORT_TEXT else text[:_SHORT_TEXT] + " …"


def spaced(hexadecimal: str) -> str:
    """`01 03 10 00`: bytes apart, so that lines can break between them."""
    return " ".join(hexadecimal[at : at + 2] for at in range(0, len(hexadecimal), 2))
