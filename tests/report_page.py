"""An HTML report taken apart, for the tests of it."""

import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """Tags, ids, texts by language, and everything that a browser would load."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, str | None]] = []
        self.text = {"zh": "", "en": ""}
        self.feed(text)
        self.close()

    VOID = ("meta", "input", "br", "img", "path", "circle", "rect", "line", "use", "wbr")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in self.VOID:
            self.open.append((tag, found.get("lang") if tag != "html" else None))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self.open.pop()
        assert opened == tag, f"<{opened}> closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        if any(tag in ("style", "script", "title") for tag, _ in self.open):
            return
        languages = {lang for _, lang in self.open if lang}
        for language in self.text:
            if not languages or language in languages:
                self.text[language] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.tags if "id" in attrs]


def words(text: str) -> str:
    """The text with its white space made even."""
    return re.sub(r"\s+", " ", text)
