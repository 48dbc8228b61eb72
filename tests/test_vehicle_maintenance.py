"""VEH-MAINT-01: what a workshop did to a car is held against what was ordered."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from benchkit import Outcome
from vehicle_inspection_help import inspect

from harness.actions.vehicle_maintenance import _gaps
from harness.bench.load import SIMULATED, load_bench
from harness.bench.maintenance import MaintenanceEntry
from harness.catalogue.load import load_catalogue
from harness.engine import names, wording
from harness.engine.car_service_words import FINDINGS, NAMES
from harness.engine.plan import make_plan
from harness.events import Answered, Concluded, Measured
from harness.procedure.load import load_procedure
from simulators.faults.found import veh_maint_01
from simulators.service import APPROVED, Service

MAINT = "VEH-MAINT-01"


@cache
def _run(*faults: str) -> Outcome:
    return inspect(Path(mkdtemp()), MAINT, faults=list(faults), seed=4)


def _concluded(outcome: Outcome) -> dict[str, object]:
    return {one.step: one.answer for one in outcome.events if isinstance(one, Concluded)}


def test_good_work_is_accepted() -> None:
    outcome = _run()
    assert {one for one in outcome.verdicts.values() if one is not None} == {"pass"}
    assert _concluded(outcome) == {
        "order-conclusion": "none", "explain": "none", "invoice-conclusion": "none",
        "acceptance": "accepted",
    }  # fmt: skip


def test_what_was_declared_is_listed_and_explained() -> None:
    found = {one.measurement.name: one.measurement.note for one in _run().events
             if isinstance(one, Measured) and one.step == "differences"}  # fmt: skip
    assert found["rad.serial_number.changed"] == "expected"
    assert found["rad.C1A11-78.changed"] == "cleared"
    assert found["icm.service_distance.changed"].startswith("in use")


def test_each_of_four_independent_faults_is_found_and_decided() -> None:
    """One run: the faults touch different things."""
    faults = (
        "assistance-coded-off", "coolant-counter-reset", "torque-mark-missing",
        "invoice-beyond-scope",
    )  # fmt: skip
    outcome = _run(*faults)
    bad = {name for name, one in outcome.verdicts.items() if one == "fail"}
    assert bad == {step for fault in faults for step in veh_maint_01.FOUND[fault]}
    concluded = _concluded(outcome)
    assert concluded["explain"] == "setting"
    assert concluded["invoice-conclusion"] == "scope"
    assert concluded["acceptance"] == "rework"
    notes = {
        text
        for one in outcome.events
        for text in ([one.note] if isinstance(one, Answered) else
                     [one.measurement.note] if isinstance(one, Measured) else [])
        if text
    }  # fmt: skip
    said = {text: wording.reason(text).zh for text in notes}
    left = [text for text, zh in said.items() if text == zh and any(c.isalpha() for c in text)]
    assert left == []


def test_every_check_is_failed_by_some_fault() -> None:
    plan = make_plan(load_procedure(MAINT), load_bench(SIMULATED), load_catalogue())
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert judging == {step for steps in veh_maint_01.FOUND.values() for step in steps}


@pytest.mark.parametrize("name", [*NAMES, *FINDINGS])
def test_everything_has_a_name_in_both_languages(name: str) -> None:
    assert names.point(name, "zh") != name
    assert names.point(name, "en") != name


def _papers(total: float, **line: float | str) -> MaintenanceEntry:
    told = dict(Service().told({}))
    lines = [dict(one) for one in Service().invoice]
    lines[-1] |= line
    return MaintenanceEntry.model_validate(told | {"invoice": lines, "invoice_total": total})


@pytest.mark.parametrize(
    ("total", "line", "gaps"),
    [
        (2450.0, {}, []),
        (2451.0, {}, ["total"]),
        (2450.0, {"amount": 300.004}, []),
        (2510.0, {"amount": 360.0}, ["arithmetic"]),
        (2450.0, {"what": "wax"}, ["scope"]),
        (2750.0, {"price": 240.0, "amount": 600.0}, ["price"]),
        (2600.0, {"price": 180.0, "amount": 450.0}, []),
        (9999.0, {"what": "wax", "amount": 1.0}, ["arithmetic", "scope", "total", "price"]),
    ],
)
def test_the_invoice_is_worked_out_again(
    total: float, line: dict[str, float | str], gaps: list[str]
) -> None:
    assert list(_gaps(_papers(total, **line), total)) == gaps
    assert APPROVED == 2600.0


def test_lists_of_findings_are_said_in_words() -> None:
    assert wording.value(["scope"], None, "zh", "invoice_gaps") == "有委托范围外的项目"
    assert wording.value(["deadline"], None, "zh", "order_gaps") == "交付期限"
    assert wording.value(["right"], None, "zh", "new_damage") == "右侧"
    assert wording.value(["view-rear"], None, "en", "missing_views") == "Hand-over: rear"
