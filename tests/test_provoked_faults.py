"""Procedures that bring faults about: none without a release, none that this bench cannot."""

import json
from importlib import resources
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure

from harness.actions import injection, pilot_session
from harness.bench.load import LoadedBench
from harness.engine.prepare import prepare
from harness.events import FaultSet
from harness.verdict import Verdict

PROCEDURES = ("PILE-CP-01", "PILE-CONF-01")
WIRED = {"cp-break": "relay_1", "pe-open": "relay_3", "pilot-level-too-high": "relay_4"}
BOARD = f"  injector: {{profile: relay-8ch, simulated: true, faults: {json.dumps(WIRED)}}}\n"
BENCH = (resources.files("harness.bench") / "sim.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("procedure", [*PROCEDURES, "VEH-CHG-01", "VEH-CP-01"])
def test_without_a_release_no_fault_is_brought_in(tmp_path: Path, procedure: str) -> None:
    outcome = run_procedure(tmp_path, procedure)
    assert outcome.of(FaultSet) == []
    plan = prepare([procedure], folder=tmp_path / "plan").plans[0]
    sets = [one.model.id for one in plan.steps if one.action.name.startswith("fault.")]
    assert sets and {outcome.verdicts[name] for name in sets} == {Verdict.NOT_RUN}


def _three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, procedure: str) -> Outcome:
    """A run on a bench whose board has three of the faults.

    The pile is simulated in this process, where every fault could be brought in: that is not used.
    """
    real = injection.not_wired

    def wired_only(bench: LoadedBench, fault: str) -> str:
        return "not on this board" if fault not in WIRED else real(bench, fault)

    monkeypatch.setattr(injection, "not_wired", wired_only)
    monkeypatch.setattr(pilot_session, "not_wired", wired_only)
    path = tmp_path / "three.yaml"
    path.write_text(BENCH.replace("devices:\n", "devices:\n" + BOARD, 1), encoding="utf-8")
    return run_procedure(tmp_path, procedure, bench=str(path), energise=True)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_a_board_with_some_of_the_faults_judges_what_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, procedure: str
) -> None:
    outcome = _three(tmp_path, monkeypatch, procedure)
    brought = {one.fault for one in outcome.of(FaultSet)}
    assert brought == set(WIRED)
    odd = {
        name: (one, outcome.step(name).reason)
        for name, one in outcome.verdicts.items()
        if one not in (Verdict.PASS, Verdict.NOT_RUN, None)
    }
    assert odd == {}
    for step in ("cp-break-off", "pe-off", "levels-high"):
        assert outcome.verdicts[step] is Verdict.PASS, step
    for step in ("forced-charge", "forced-opening", "oc-low-charge", "oc-low-off", "levels-low"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN, step
