"""Codes of persons: names never enter a record."""

import re

from harness.errors import UsageError
from harness.evidence.personal import refuse_personal
from harness.text import Text

_CODE = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_LONGEST = 24
_NO_NAME = Text("须使用代号", "A code is needed")


def check_code(code: str, whose: str = "candidate") -> str:
    """The code, if it is one. Raises UsageError that says why it is none.

    A code has a digit, so that a name written in letters is not taken for one.
    """
    what = f"{code!r} is no code of a {whose}"
    wanted = "expected letters and digits like K-017; names never enter the record"
    if len(code) > _LONGEST or _CODE.fullmatch(code) is None:
        raise UsageError(f"{what}; {wanted}", headline=_NO_NAME)
    if not any(character.isdigit() for character in code):
        raise UsageError(
            f"{what}: it may be a name, as it has no digit; {wanted}", headline=_NO_NAME
        )
    refuse_personal(code)
    return code
