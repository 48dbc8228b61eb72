"""From evidence to the name of a bus fault, by plain rules.

A fault is named when all signs point to the same one (`signs`), and nothing on record speaks
against it (`objections`). If signs point to several, or something contradicts, the outcome is
`unknown` with the reasons: a wrong name sends somebody to the wrong end of the car.
"""

from collections.abc import Mapping, Sequence

from harness.actions.bus.diagram import BusDiagram
from harness.actions.bus.evidence import BusEvidence
from harness.actions.bus.kinds import Diagnosis, Kind
from harness.actions.bus.objections import missing, objections
from harness.actions.bus.signs import (
    BUSY,
    MANY_ERRORS,
    PAIR_SOUND,
    RECESSIVE,
    signs_of,
    within,
)


def diagnose(evidence: BusEvidence, diagram: BusDiagram | None = None) -> Diagnosis:
    """The fault of one bus: named, `none`, or `unknown` with what stands against a name."""
    signs = signs_of(evidence, diagram)
    kinds = list(dict.fromkeys(sign.kind for sign in signs))
    reasons = tuple(dict.fromkeys(sign.reason for sign in signs))
    if len(kinds) > 1:
        said = "signs of several faults: " + ", ".join(kinds)
        return Diagnosis(evidence.bus, Kind.UNKNOWN, reasons=(said, *reasons))
    kind = kinds[0] if kinds else Kind.NONE
    against = [*missing(kind, evidence), *objections(kind, evidence)]
    if against:
        return Diagnosis(evidence.bus, Kind.UNKNOWN, reasons=(*against, *reasons))
    places = {sign.place for sign in signs if sign.place}
    return Diagnosis(evidence.bus, kind, places.pop() if len(places) == 1 else "", reasons=reasons)


# Several buses


def suspicion(e: BusEvidence) -> int:
    """How much speaks for a fault on a bus; 0: nothing does."""
    level = e.volts.get("high_recessive")
    grave = (
        (e.dead, 8),
        (bool(e.unknown) and e.load is not None and e.load > BUSY, 7),
        (e.pair is not None and not within(e.pair, PAIR_SOUND), 6),
        (level is not None and not within(level, RECESSIVE), 5),
        (bool(e.silent), 4),
        (e.error_rate is not None and e.error_rate >= MANY_ERRORS, 3),
        (e.load is not None and e.load > BUSY, 2),
        (bool(e.error_rate), 1),
    )
    return max((weight for found, weight in grave if found), default=0)


def suspected(evidence: Sequence[BusEvidence]) -> BusEvidence | None:
    """The bus to work on: the one that most speaks against; the first of equals."""
    worst = max(evidence, key=suspicion, default=None)
    return worst if worst is not None and suspicion(worst) else None


def diagnose_all(evidence: Sequence[BusEvidence], diagrams: Mapping[str, BusDiagram]) -> Diagnosis:
    """The fault of the suspected bus; `none` only when every bus is shown to be sound."""
    found = {e.bus: diagnose(e, diagrams.get(e.bus)) for e in evidence}
    chosen = suspected(evidence)
    if chosen is not None and found[chosen.bus].kind is not Kind.NONE:
        return found[chosen.bus]
    open_ = [one for one in found.values() if one.kind is not Kind.NONE]
    if open_:
        reasons = tuple(f"{one.bus}: {reason}" for one in open_ for reason in one.reasons)
        return Diagnosis(open_[0].bus, Kind.UNKNOWN, reasons=reasons)
    return Diagnosis("", Kind.NONE)
