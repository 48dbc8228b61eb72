"""Driving actuators through their control units: driven, seen, and always given back."""

from pathlib import Path

import pytest
from test_actions_diagnostics import DRIVE, LAMP, broken, run_car, set_to
from vehicle_help import step

from harness.events import DiagnosticExchange, SafeState
from harness.verdict import Verdict

LAMP_OFF = step("after", "vehicle.expect", '{states: {low_beam_left: "off"}}')


def test_an_actuator_is_driven_and_given_back(tmp_path: Path) -> None:
    wait = step("wait", "bench.wait", "{for: 1 s}")
    outcome = run_car(tmp_path, LAMP_OFF.replace("after", "before") + DRIVE + wait + LAMP_OFF)
    assert outcome.verdicts == {
        "on": None, "settle": None, "wait": None,
        "before": Verdict.PASS, "drive": Verdict.PASS, "after": Verdict.PASS,
    }  # fmt: skip
    asked = [(e.step, e.request[:8]) for e in outcome.of(DiagnosticExchange)]
    assert asked[0] == ("drive", "1003")
    services = [request[:2] for _, request in asked]
    assert services.count("2f") == 2
    assert ("ending", "1001") in asked, "the session is ended, too"
    (safe,) = outcome.of(SafeState)
    assert (safe.safe, safe.detail) == (True, "")


def test_a_burnt_lamp_does_not_follow(tmp_path: Path) -> None:
    outcome = run_car(tmp_path, DRIVE + LAMP_OFF, faults=["low-beam-left-burnt"])
    assert outcome.verdicts["drive"] is Verdict.FAIL
    assert outcome.of(SafeState)[0].safe


@pytest.mark.parametrize(
    ("service", "reason"), [(0x10, "service 10"), (0x2F, "service 2F")], ids=["session", "control"]
)
def test_a_unit_that_refuses_to_be_driven(tmp_path: Path, service: int, reason: str) -> None:
    do = broken("bcm", set_to(negative_for={service: 0x22}))
    outcome = run_car(tmp_path, DRIVE + LAMP_OFF, do=do)
    assert outcome.verdicts["drive"] is Verdict.INCONCLUSIVE
    assert "conditions not correct" in outcome.step("drive").reason
    assert outcome.verdicts["after"] is Verdict.PASS
    (safe,) = outcome.of(SafeState)
    if service == 0x2F:
        assert safe.safe, "it never was under our control"
        assert safe.detail == ""


def test_what_cannot_be_given_back_is_said(tmp_path: Path) -> None:
    """The unit falls silent while it is driven: at the end it is asked once more."""

    def silence(car, bench):  # type: ignore[no-untyped-def]
        bench.rig.world.scheduler.after(
            0.5, lambda: setattr(car.diagnosis["bcm"].faults, "silent", True)
        )

    outcome = run_car(tmp_path, DRIVE, do=silence)
    assert outcome.verdicts["drive"] is Verdict.ERROR
    (safe,) = outcome.of(SafeState)
    assert not safe.safe
    assert "bcm" in safe.detail
    assert outcome.result.exit_code == 4


def test_the_deadline_of_a_step_does_not_keep_an_actuator(tmp_path: Path) -> None:
    slow = step("drive", "diag.io_control", LAMP.replace("}}", "}, wait: 20 s}"), "within: 3 s")
    outcome = run_car(tmp_path, slow)
    assert outcome.verdicts["drive"] in (Verdict.ERROR, Verdict.PASS)
    (safe,) = outcome.of(SafeState)
    assert safe.safe
    returned = [e for e in outcome.of(DiagnosticExchange) if e.request.startswith("2f")]
    assert returned[-1].request.endswith("00"), "control is given back"
    assert returned[-1].outcome == "ok"
