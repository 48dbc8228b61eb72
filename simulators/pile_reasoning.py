"""How a technician concludes from evidence: by how well each cause of the textbook fits.

He weighs: what speaks against a cause, what it leaves unexplained, how much of what is wrong it
explains, whether it is about the same things, how much else agrees with it, and how many of its
signs nobody has looked for. No cause is struck off, so there is always a likeliest one. He knows
the evidence and the textbook, not the fault that was seeded.
"""

from fnmatch import fnmatchcase

from harness.devices.operator import Evidence, Shows

NO_FAULT = "no_fault"
_MOST = 5

Weight = tuple[int, int, int, int, int]


def _weight(evidence: Evidence, cause: Shows) -> Weight:
    """The smaller, the likelier."""
    found = evidence.found
    known = [key for key in cause.signs if key in found]
    against = sum(1 for key in known if found[key] not in cause.signs[key])
    unexplained = sum(
        1
        for key in evidence.abnormal
        if key not in cause.signs
        and not any(fnmatchcase(key, one) for one in (*cause.may, *evidence.common))
    )
    agreeing = [key for key in known if found[key] in cause.signs[key]]
    explained = sum(1 for key in agreeing if key in evidence.abnormal)
    concerned = sum(1 for key in (*cause.signs, *cause.may) if key in evidence.abnormal)
    words = {word for wanted in cause.signs.values() for word in wanted}
    hinted = sum(1 for key in cause.may if key in evidence.abnormal and found[key] in words)
    doubts = against + unexplained + (concerned == 0)
    return (doubts, -explained - hinted, -concerned, -len(agreeing), len(cause.signs) - len(known))


def ranking(evidence: Evidence) -> list[str]:
    """Every cause of the textbook and "no fault", the likeliest first."""
    weights = {name: _weight(evidence, cause) for name, cause in evidence.textbook.items()}
    weights[NO_FAULT] = (len(evidence.abnormal), 0, 0, 0, 0)
    return sorted(weights, key=lambda name: weights[name])


def hypotheses(evidence: Evidence, *, least: int, most: int | None) -> list[str]:
    """The likeliest causes: all that nothing speaks against, but no fewer than are asked for."""
    ranked = ranking(evidence)
    most = _MOST if most is None else most
    doubtless = 0 if evidence.abnormal else 1  # with nothing wrong, none explains anything
    fitting = sum(
        1
        for name in ranked
        if name == NO_FAULT or (_weight(evidence, evidence.textbook[name])[0] <= doubtless)
    )
    if evidence.abnormal:
        fitting -= 1  # something is wrong, so there is a fault
    return ranked[: min(max(least, fitting), most)]


def symptom(evidence: Evidence) -> str:
    """What is wrong, as it stands on record."""
    if not evidence.abnormal:
        return "everything that was looked at is as it should be"
    seen = [
        key.removeprefix("alarm.") if key.startswith("alarm.") else f"{key} = {evidence.found[key]}"
        for key in evidence.abnormal
    ]
    return f"found: {', '.join(seen)}"
