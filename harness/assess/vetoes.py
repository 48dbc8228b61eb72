"""Vetoes: proposed by the record, decided by a person, carried out on the score."""

from collections.abc import Sequence

from harness.assess.conditions import Evaluation
from harness.assess.entered import Entered
from harness.assess.result import VetoScore
from harness.assess.scheme import Module, Scheme
from harness.text import Text

_BY_PERSON = Text("记录中没有依据，由考评员提出", "raised by an assessor, not by the record")


def vetoes_of(scheme: Scheme, at: Evaluation, entered: Entered) -> list[VetoScore]:
    """Every veto that the record gives cause for, or that an assessor has confirmed."""
    found: list[VetoScore] = []
    for veto in scheme.vetoes:
        outcome = at.of(veto.when)
        said = entered.vetoes.get(veto.id)
        # What nobody can know because bench or harness failed is no cause.
        if not outcome.holds and (said is None or not said.confirmed):
            continue
        grade = veto.grade if said is None or said.grade is None else said.grade
        found.append(
            VetoScore(
                id=veto.id,
                title=veto.title,
                grade=grade,
                marks=veto.marks,
                reason=outcome.reason if outcome.holds else _BY_PERSON,
                lines=list(outcome.lines) if outcome.holds else [],
                decision=None if said is None else "confirmed" if said.confirmed else "rejected",
                by="" if said is None else said.by,
                why="" if said is None else said.reason,
            )
        )
    return found


def zeroed(veto: VetoScore, modules: Sequence[Module], at: Evaluation) -> set[str]:
    """The modules that a confirmed `zero_task` takes: those of the procedures where it happened.

    Where the record does not say where (an assessor raised it), it takes all of them.
    """
    where = {at.facts.procedure_at(line) for line in veto.lines} - {""}
    return {
        module.id
        for module in modules
        if not where or not module.procedures or where & set(module.procedures)
    }
