"""Verdicts on a terminal: a sign, a word and a colour. Never the colour alone."""

import sys

from harness.engine.wording import CANDIDATES, VERDICTS
from harness.text import Language
from harness.verdict import CandidateVerdict, Verdict

STYLES = {
    Verdict.PASS: "green",
    Verdict.CONDITIONAL_PASS: "yellow",
    Verdict.CONDITIONAL_FAIL: "bold red",
    Verdict.FAIL: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.ERROR: "bold magenta",
    Verdict.NOT_RUN: "dim",
}
_SIGNS = {
    Verdict.PASS: ("✓", "+"),
    Verdict.CONDITIONAL_PASS: ("✓", "+"),
    Verdict.CONDITIONAL_FAIL: ("✗", "x"),
    Verdict.FAIL: ("✗", "x"),
    Verdict.INCONCLUSIVE: ("?", "?"),
    Verdict.ERROR: ("!", "!"),
    Verdict.NOT_RUN: ("○", "o"),
}
_CANDIDATE_STYLES = {
    CandidateVerdict.RIGHT: "green",
    CandidateVerdict.WRONG: "bold red",
    CandidateVerdict.PENDING: "cyan",
    CandidateVerdict.ABSENT: "yellow",
}


def mark(verdict: Verdict | None, language: Language) -> str:
    """`✓ pass`; a dash for a step that makes no claim about the device."""
    if verdict is None:
        return "–"
    return f"{_writable(*_SIGNS[verdict])} {VERDICTS[verdict].get(language)}"


def style(verdict: Verdict | None) -> str:
    """The colour of a verdict, as rich writes it."""
    return STYLES[verdict] if verdict is not None else "dim"


def candidate(verdict: CandidateVerdict, language: Language) -> str:
    """What is said of the person's own conclusion."""
    return CANDIDATES[verdict].get(language)


def candidate_style(verdict: CandidateVerdict) -> str:
    return _CANDIDATE_STYLES[verdict]


def _writable(sign: str, plain: str) -> str:
    """The sign, or a plain one where the terminal's encoding has no such sign (GBK)."""
    try:
        sign.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return plain
    return sign
