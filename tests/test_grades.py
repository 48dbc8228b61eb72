"""Conclusions by grade: a step that failed has to lead somewhere."""

import pytest

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.engine.plan import make_plan
from harness.procedure.load import load_procedure, procedure_files

GRADED = "operator.grade"
ENDS_THE_RUN = "nothing after it is run when it fails"
PHOTOS = "about the record, not the car: a photo that is missing is taken on the spot"
OF_WORK = "about how the work was done, not about what is graded"
EVIDENCE = "evidence that is kept for others; whether it may be read is graded by `authority`"
NO_CONSEQUENCE = {
    "HAND-01": {"switch-on": ENDS_THE_RUN, "views": PHOTOS, "return-views": PHOTOS},
    "VEH-INSP-02": {"switch-on": ENDS_THE_RUN, "parked": ENDS_THE_RUN, "switch-off": OF_WORK},
    "ACC-LOSS-01": {
        "scene": OF_WORK, "switch-on": ENDS_THE_RUN, "nothing-sent": OF_WORK, "switch-off": OF_WORK,
        "copy": OF_WORK, "handed-over": OF_WORK, "vin-on-body": EVIDENCE, "vin": EVIDENCE,
        "clock": EVIDENCE, "odometers": EVIDENCE, "codes-heard": EVIDENCE,
        "trouble-codes": EVIDENCE, "cut-off": EVIDENCE,
    },
}  # fmt: skip
"""Judging steps that no conclusion takes up, and why."""
_GRADED = [
    name
    for name, path in procedure_files().items()
    if f"do: {GRADED}" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", _GRADED)
def test_every_step_that_judges_leads_to_a_conclusion(name: str) -> None:
    steps = make_plan(load_procedure(name), load_bench(SIMULATED), load_catalogue()).steps
    judging = {step.model.id for step in steps if step.action.judges}
    taken_up: set[str] = set()
    for step in steps:
        if step.model.do == GRADED:
            taken_up |= {one for grade in step.parameters["grades"] for one in grade.steps}
        elif hasattr(step.parameters.get("key"), "out_of_service_if_failed"):
            taken_up |= judging  # `restricted` when any other step fails
    assert judging - taken_up == set(NO_CONSEQUENCE.get(name, {}))
