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
from harness.events import Restored, Written
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


SESSION = (
    row("operator.confirm", "{does: connect-vehicle, ask: {zh: 插枪, en: Plug in}}", "", "plug")
    + row(
        "pile.start_charging", "{current: 10 A, watchdog: 10 s}", "limit: {within: 20 s}", "start"
    )
    + row("pile.holds", "{point: charging_state, is: charging, for: 90 s}", "", "goes-on")
    + row("pile.stop_charging", "{}", "limit: {within: 20 s}", "stop")
)


@pytest.mark.parametrize("name", ["gb-ac-pile", "heidelberg-energy-control", "keba-kecontact-p30"])
def test_a_session_outlives_the_watchdog_because_it_is_fed(tmp_path: Path, name: str) -> None:
    """90 s with a watchdog of 10 s, fed by reading or by a register of its own."""
    procedure = write_procedure(tmp_path, SESSION)
    outcome = run_procedure(tmp_path, procedure, pile_profile=name, energise=True)
    assert [outcome.verdicts[step] for step in ("start", "goes-on", "stop")] == [Verdict.PASS] * 3
    assert outcome.result.exit_code == 0


@pytest.mark.parametrize("name", ["etek-ekepc2", "phoenix-ev-charge-control-basic"])
def test_without_a_watchdog_nothing_is_energised(tmp_path: Path, name: str) -> None:
    procedure = write_procedure(tmp_path, SESSION)
    outcome = run_procedure(tmp_path, procedure, pile_profile=name, energise=True)
    assert outcome.verdicts["start"] is Verdict.NOT_RUN
    assert "has no watchdog" in outcome.step("start").reason


def test_what_is_shown_elsewhere_is_put_back_from_there(tmp_path: Path) -> None:
    """The watchdog of this pile is written in one register and shown in another."""
    procedure = write_procedure(tmp_path, SESSION)
    outcome = run_procedure(tmp_path, procedure, pile_profile="keba-kecontact-p30", energise=True)
    back = {event.point: event for event in outcome.of(Restored)}
    assert back["watchdog_timeout"].agreed


@pytest.mark.parametrize(
    ("name", "with_", "written"),
    [
        # The usual 5 s is shorter than this pile takes.
        ("keba-kecontact-p30", "{current: 10 A}", ("watchdog_timeout", 10.0)),
        # 16 A is a duty cycle in steps of 0.01 %, and reads 16.002 A.
        ("etek-ekepc2", "{current: 16 A, unguarded: true}", ("current_limit", 16.0)),
    ],
)
def test_what_a_pile_can_hold_is_taken_for_what_was_asked(
    tmp_path: Path, name: str, with_: str, written: tuple[str, float]
) -> None:
    session = SESSION.replace("{current: 10 A, watchdog: 10 s}", with_).replace("90 s", "5 s")
    procedure = write_procedure(tmp_path, session)
    outcome = run_procedure(tmp_path, procedure, pile_profile=name, energise=True)
    assert [outcome.verdicts[step] for step in ("start", "goes-on", "stop")] == [Verdict.PASS] * 3
    found = {event.point: event for event in outcome.of(Written) if event.step == "start"}
    assert (found[written[0]].value, found[written[0]].agreed) == (written[1], True)
