"""What a planned step will ask the person, known before the run."""

from harness.actions.handover import OTHER, SAME
from harness.actions.pile_fault.families import CHOICES, Aspect
from harness.actions.pile_naming import MOST, NAMES
from harness.actions.tester_numbers import SUSPENSIONS
from harness.devices.operator import ABNORMAL, NORMAL, Question, QuestionKind
from harness.devices.operator.answers import Asking
from harness.engine.plan import PlannedStep
from harness.text import Text

_KINDS: dict[str, QuestionKind] = {
    "operator.inspect": "inspect",
    "operator.report": "inspect",
    "operator.observe": "observe",
    "operator.reading": "reading",
    "operator.display": "reading",
    "operator.power_off_proved": "reading",
    "operator.bus_reading": "reading",
    "operator.bus_continuity": "reading",
    "operator.name_bus_fault": "decide",
    "operator.name_pile_fault": "decide",
    "operator.rank_pile_faults": "rank",
    "operator.attribute_pile_fault": "decide",
    "operator.describe": "observe",
    "pile.switched_off": "confirm",
    "operator.repair_pile_fault": "confirm",
    "pile.reproduce": "confirm",
    "pile.verify_session": "confirm",
    "operator.fault_box": "observe",
    "operator.prove_dead": "reading",
    "operator.insulation": "reading",
    "operator.discharged": "reading",
    "operator.rcd_reading": "reading",
    "operator.read_label": "observe",
    "site.offline": "observe",
    "site.decide_offline": "decide",
    "site.decide_first": "decide",
    "site.work_order": "decide",
    "operator.transcribe": "observe",
    "operator.tester_file": "observe",
    "operator.side_slip": "observe",
    "trace.begin": "confirm",
    "trace.end": "observe",
    "operator.decide": "decide",
    "operator.rate": "rate",
    "operator.view": "inspect",
    "operator.grade": "decide",
    "operator.estimate_cost": "decide",
    "operator.blame": "decide",
    "operator.repair_bus_fault": "confirm",
    "pile.try_emergency_stop": "confirm",
    "vehicle.grade_by_bands": "decide",
    "vehicle.explain_function": "decide",
    "vehicle.reading_per_volt": "reading",
    "vehicle.sheet_shown": "observe",
    "vehicle.sign": "observe",
}
_MORE = ("pile.reproduce", "pile.verify_session")
"""What else these ask depends on what they find."""
_OPEN = ("operator.look_over", "operator.tell_apart", "operator.isolate_bus_fault")
"""What these ask at all depends on what they find."""
_NO_WORDS = Text("", "")


def asking_of(planned: PlannedStep) -> Asking:
    """Everything that a step asks, by the subjects that answers of a file can name."""
    given, verb, step = planned.parameters, planned.action.name, planned.model.id

    def one(kind: QuestionKind, subject: str, *choices: str, unit: str | None = None) -> Question:
        tool = given["instrument"] if kind == "reading" else ""
        return Question(kind=kind, step=step, subject=subject, ask=_NO_WORDS,
                        choices=list(choices), unit=unit, instrument=tool)  # fmt: skip

    if verb in _OPEN:
        return Asking((), more=True)
    if verb == "vehicle.clean_sensor":
        name, means = given["subject"], given["means"]
        done = [one("confirm", f"clean-{name}-{by}") for by in means]
        return Asking((one("decide", f"cleaning-{name}", *means), *done))
    if verb == "vehicle.distance_by_ruler":
        length = one("reading", given["quantity"], unit=given["unit"])
        return Asking((one("confirm", given["does"]), length))
    if verb == "operator.hand_over":
        return Asking(tuple(one("observe", given[who]) for who in ("by_subject", "to_subject")))
    question = question_of(planned)
    return Asking(() if question is None else (question,), more=verb in _MORE)


def question_of(planned: PlannedStep) -> Question | None:
    """The first question of a step of our own verbs; None when it asks nothing.

    Only kind, choices, unit and instrument are filled: what an answer is checked by. Verbs of a
    lab may ask what they like; theirs has the kind `inspect` without choices, which any answer
    fits.
    """
    given = planned.parameters
    kind = _KINDS.get(planned.action.name)
    if kind is None and (given.get("does") or given.get("undo")) is not None:
        kind = "confirm"
    if kind is None:
        ours = planned.action.function.__module__.startswith("harness.actions.")
        return None if ours else _question(planned, "inspect")
    match kind:
        case "inspect":
            return _question(planned, kind, [NORMAL, ABNORMAL])
        case "rank":
            return _question(planned, kind, list(NAMES), given["least"], MOST)
        case "observe" | "decide":
            return _question(planned, kind, _choices(planned))
        case "rate":
            return _question(planned, kind, [str(mark) for mark in sorted(given["anchors"])])
        case _:
            return _question(planned, kind)


def _choices(planned: PlannedStep) -> list[str]:
    """What may be answered; empty: anything."""
    given = planned.parameters
    if planned.action.name == "operator.name_pile_fault":
        return list(NAMES)
    if planned.action.name == "vehicle.sheet_shown":
        return [SAME, OTHER]
    if planned.action.name == "operator.side_slip":
        return list(SUSPENSIONS)
    if planned.action.name == "operator.attribute_pile_fault":
        aspect: Aspect = given["aspect"]
        return list(CHOICES[aspect])
    return list(given.get("choices") or ())


def _question(
    planned: PlannedStep,
    kind: QuestionKind,
    choices: list[str] | None = None,
    least: int = 1,
    most: int | None = None,
) -> Question:
    given = planned.parameters
    reading = kind == "reading"
    return Question(
        kind=kind,
        step=planned.model.id,
        subject=str(given.get("subject") or given.get("does") or given.get("quantity") or ""),
        ask=_NO_WORDS,
        choices=choices or [],
        unit=given["unit"] if reading else None,
        instrument=given.get("instrument", "") if reading else "",
        least=least,
        most=most,
    )
