"""Personal data that can be told by its form, kept out of what people write into a record.

A resident identity number (GB 11643: 17 digits and a check digit by ISO 7064 MOD 11-2), a mobile
phone number of mainland China, an e-mail address. A name has no form: nothing here finds one.
"""

import re
import unicodedata

from harness.errors import UsageError
from harness.text import Text

_REFUSED = Text("不得写入个人信息", "Personal data cannot be written down here")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){16}[ -]?[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])"
)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def refuse_personal(*texts: str) -> None:
    """Raises UsageError when one of these holds personal data; the message does not repeat it."""
    for text in texts:
        what = _found(unicodedata.normalize("NFKC", text))
        if what:
            raise UsageError(
                f"the text holds {what}; expected a person's code in its place, like K-017, as "
                "neither names nor personal data enter the record",
                headline=_REFUSED,
            )


def _found(text: str) -> str:
    if any(_is_identity(one[0]) for one in _IDENTITY.finditer(text)):
        return "a resident identity number"
    if _MOBILE.search(text):
        return "a mobile phone number"
    return "an e-mail address" if _ADDRESS.search(text) else ""


def _is_identity(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text).upper()
    rest = sum(int(one) * weight for one, weight in zip(digits, _WEIGHTS, strict=False)) % 11
    return digits[-1] == _CHECKS[rest]
