"""What was done to the bench with hands or power, in the order of the record.

proof     absence of voltage was proved, and by readings that were not made up
touch     parts were opened, measured inside, repaired or replaced
energise  power was put on
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from harness.assess.facts import Attempt, Facts
from harness.assess.thing_names import tool_use
from harness.events import Judged, PlanAnnounced
from harness.limits import judge
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

_PROOF_DOES = ("isolate-and-prove-dead", "prove-dead")
_PROOF_ACTIONS = ("operator.power_off_proved",)
_PROVE_DEAD = "operator.prove_dead"
_LAST_PLACE = "tester_again"
"""The tester is proved again after the terminals: only that makes it a proof."""
_TOUCHING = ("operator.tell_apart", "operator.repair_pile_fault")
_TOUCHING_TOOLS = ("replace",)
_POWER_DOES = ("feeder-on",)
_POWER_ACTIONS = ("pile.comes_back",)
_SHOWN = (Verdict.PASS, Verdict.CONDITIONAL_PASS)

_TERMINALS = ("terminal_voltage_ln", "terminal_voltage_lpe", "terminal_voltage_npe")
_KNOWN = "known_source_voltage"
_DEAD = 25.0
"""V: what a tester may show of coupling on terminals that are dead (an own value)."""

Kind = Literal["proof", "touch", "live", "energise"]


class Deed(msgspec.Struct, frozen=True):
    """One thing that was done, at a line of the journal."""

    line: int
    kind: Kind
    procedure: str
    what: Text


def title(one: Attempt) -> Text:
    return Text(f"“{one.title.zh}”（{one.step}）", f"{one.title.en!r} ({one.step})")


def began(one: Attempt) -> bool:
    """It had its turn: it was not left out, and nobody declined it."""
    return one.verdict is not Verdict.NOT_RUN


def deeds(facts: Facts) -> list[Deed]:
    """All of them, in the order of the record."""
    return sorted((*_of_steps(facts), *_of_tools(facts)), key=lambda one: one.line)


def _of_steps(facts: Facts) -> Iterator[Deed]:
    energising = {
        (entry.event.procedure, said.partition(": ")[0])
        for entry in facts.entries
        if isinstance(entry.event, PlanAnnounced)
        for said in entry.event.energises
    }
    for one in facts.attempts:
        if _proves(facts, one):
            yield Deed(one.end_line or one.line, "proof", one.procedure, title(one))
        if one.action in _TOUCHING and one.answered:
            kind: Kind = "live" if one.parameters.get("power") == "on" else "touch"
            yield Deed(one.answered[0], kind, one.procedure, title(one))
        powers = one.does in _POWER_DOES or one.action in _POWER_ACTIONS
        if (powers or (one.procedure, one.step) in energising) and began(one):
            yield Deed(one.line, "energise", one.procedure, title(one))


def _proves(facts: Facts, one: Attempt) -> bool:
    if not one.done:
        return False
    if one.action == _PROVE_DEAD:
        last = one.parameters.get("place") == _LAST_PLACE and one.verdict in _SHOWN
        return last and not any(made_up(facts, place) for place in _places(facts, one))
    if one.action in _PROOF_ACTIONS:
        return one.verdict in _SHOWN and not made_up(facts, one)
    return one.does in _PROOF_DOES


def _places(facts: Facts, last: Attempt) -> Iterable[Attempt]:
    """The places of a proof: of each the attempt before its end that came last."""
    return {
        one.step: one
        for one in facts.attempts
        if one.action == _PROVE_DEAD and one.procedure == last.procedure and one.line <= last.line
    }.values()


def made_up(facts: Facts, one: Attempt) -> bool:
    """Whether the candidate's reading shows what the bench's own value does not."""
    said = one.reading
    if said is None or said.candidate is not CandidateVerdict.WRONG:
        return False
    return any(
        entry.event.judgement.verdict in _SHOWN
        and judge(said.reference, entry.event.limit, entry.event.rule).verdict not in _SHOWN
        for entry in facts.entries
        if isinstance(entry.event, Judged)
        and one.line < entry.n <= (one.end_line or entry.n)
        and entry.event.measurement.name == said.reference.name
    )


def _of_tools(facts: Facts) -> Iterator[Deed]:
    dead: set[str] = set()
    for use in facts.tools:
        event = use.event
        if not event.ok:
            continue
        procedure = facts.procedure_at(use.line)
        what = tool_use(event.tool, event.target)
        if event.tool in _TOUCHING_TOOLS:
            yield Deed(use.line, "touch", procedure, what)
        elif event.tool == "operate" and event.target in _PROOF_DOES:
            yield Deed(use.line, "proof", procedure, what)
        elif event.tool == "operate" and event.target in _POWER_DOES:
            dead.clear()
            yield Deed(use.line, "energise", procedure, what)
        elif event.tool == "measure" and event.target in _TERMINALS:
            value = event.detail.get("value")
            number = abs(value) if isinstance(value, int | float) else _DEAD
            (dead.add if number < _DEAD else dead.discard)(event.target)
        elif event.tool == "measure" and event.target == _KNOWN and len(dead) == len(_TERMINALS):
            yield Deed(use.line, "proof", procedure, what)
