"""The daily inspection on a healthy pile of every shipped register map raises no alarm."""

from pathlib import Path

import pytest
from benchkit import run_procedure, write_procedure
from check_rows import SOON, plan, row
from modbus_help import shipped

from harness.devices.modbus.profile import SHIPPED
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.errors import FileError
from harness.verdict import Verdict

PILES = sorted(path.stem for path in SHIPPED.glob("*.yaml") if shipped(path.stem).kind == "pile")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", PILES)
def test_a_healthy_pile_of_any_map_raises_no_alarm(tmp_path: Path, name: str, seed: int) -> None:
    request = prepare(["PILE-INSP-01"], folder=tmp_path / "run", seed=seed, pile_profile=name)
    request.pace = 0.2
    verdicts = execute(request).verdicts["PILE-INSP-01"]
    alarms = {
        step: verdict
        for step, verdict in verdicts.items()
        if verdict not in (Verdict.PASS, Verdict.CONDITIONAL_PASS, Verdict.NOT_RUN, None)
    }
    assert alarms == {}
    assert sum(verdict is Verdict.PASS for verdict in verdicts.values()) >= 10


CAUSE = row("pile.wait_for", "{point: emergency_stop, is: pressed}", SOON, "cause")
AFTER = row("pile.expect", "{states: {charging_state: idle}}", "after: cause", "later")


def test_what_comes_after_a_step_that_cannot_be_run_is_not_run(tmp_path: Path) -> None:
    """A pile without an input for its emergency stop: nobody pressed it, so nothing can latch."""
    without = prepare(
        [str(write_procedure(tmp_path, CAUSE + AFTER))],
        folder=tmp_path / "run",
        pile_profile="keba-kecontact-p30",
    )
    result = execute(without)
    assert set(result.verdicts["TEST-01"].values()) == {Verdict.NOT_RUN}
    with_input = run_procedure(tmp_path, write_procedure(tmp_path, CAUSE + AFTER))
    assert with_input.verdicts["later"] is Verdict.PASS


def test_only_an_earlier_step_can_be_the_cause(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no earlier step is called 'cause'"):
        plan(write_procedure(tmp_path, AFTER + CAUSE))
