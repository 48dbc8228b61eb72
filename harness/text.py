"""Text that users see, in Chinese and in English.

A `Text` is kept whole in data, events and errors; which language is shown is decided where it
is shown. The language comes from `--lang`, then the variable HARNESS_LANG, then the locale.
"""

import locale
import os
from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str

    def get(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


def preferred_language() -> Language:
    """The language asked for by HARNESS_LANG or, failing that, by the locale."""
    asked = os.environ.get("HARNESS_LANG", "").lower()
    if asked:
        return "zh" if asked.startswith("zh") else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    # Windows sets none of these variables; there the locale module knows ("Chinese (Simplified)").
    system = (locale.getlocale()[0] or "").lower()
    return "zh" if system.startswith(("zh", "chinese")) else "en"
