"""What the signals of the shipped databases are called: their comments, `中文 / English`."""

import re
from functools import cache

from harness.data import data_folder
from harness.text import Text

_MESSAGE = re.compile(r"^BO_ (\d+) (\w+)\s*:", re.M)
_COMMENT = re.compile(r'^CM_ SG_ (\d+) (\w+) "([^"]*[^\x00-\x7f][^"]*) / ([^"/]+)";', re.M)


def title(name: str) -> Text | None:
    """The title of `Message.Signal`; None where no shipped database says one."""
    return _titles().get(name) if "." in name else None


@cache
def _titles() -> dict[str, Text]:
    found: dict[str, Text] = {}
    for path in sorted(data_folder("dbc").glob("*.dbc")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):  # a name is never worth a failed report
            continue
        messages = dict(_MESSAGE.findall(text))
        for number, signal, zh, en in _COMMENT.findall(text):
            if number in messages:
                found[f"{messages[number]}.{signal}"] = Text(zh, en)
    return found
