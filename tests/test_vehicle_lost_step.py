"""An adapter that goes while a step runs: the step ends, and what was held is not called safe."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import pytest
from benchkit import Outcome, write_procedure
from click.testing import CliRunner
from diag_help import Desk, at_desk
from test_vehicle_lost import UNPLUG, again
from vehicle_help import (
    MiniCar,
    pull_out_later,
    run_on,
    served,
    step,
    write_bench,
    write_profile,
)

from harness.cli.root import ROOT
from harness.clock import sleep
from harness.engine import safety_words, wording
from harness.errors import BusError, DeviceLostError
from harness.events import (
    DiagnosticExchange,
    Event,
    OutcomeNoted,
    RunEnded,
    SafeState,
    StepEnded,
    StepStarted,
)
from harness.evidence.read import Entry, read_journal
from harness.verdict import Verdict

GONE = (
    "the adapter is gone: nothing could be given back or measured, "
    "and sessions in the car end by themselves after 5 s (S3)"
)
HELD = (
    "control of bms.lamp was not returned; diagnostic session of bms was not ended; "
    "switch the car's key off and look at what was driven"
)
LATER = step("kill", "vehicle.unplug_later")
CYCLIC = step("often", "can.send_cyclic", "{message: VCU_Torque}")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))


def drive(seconds: int) -> str:
    states = "states: {state: standby}"
    return step(
        "drive", "diag.io_control", f"{{unit: bms, did: lamp, to: on, {states}, wait: {seconds} s}}"
    )


def drivable() -> MiniCar:
    car = MiniCar()
    for request, response in (
        ("1003", "5003003201F4"), ("1001", "5001003201F4"),
        ("2F201003", "6F20100301"), ("2F201000", "6F20100000"),
    ):  # fmt: skip
        car.unit.on(request, response)
    return car


def lasted(entries: list[Entry], name: str) -> float:
    begun = next(e.t for e in entries if isinstance(e.event, StepStarted) and e.event.step == name)
    return next(
        e.t - begun for e in entries if isinstance(e.event, StepEnded) and e.event.step == name
    )


def live(folder: Path, steps: str, lang: str = "en") -> tuple[str, int, list[Entry], float]:
    """A run over a real socket, its adapter pulled out after 2 s: output, exit code, journal."""
    write_profile(folder)
    with served(drivable()) as (adapter, pull_out):
        bench = write_bench(
            folder,
            "  vehicle: {profile: mini.yaml, connection: "
            f'{{can: slcan, channel: "socket://127.0.0.1:{adapter.port}"}}}}\n',
        )
        pull_out_later(adapter, pull_out, 2.0)
        words = ["run", str(write_procedure(folder, steps)), "--bench", str(bench), "--live"]
        began = monotonic()
        shown = CliRunner().invoke(ROOT, [*words, "--out", str(folder / "run"), "--lang", lang])
        took = monotonic() - began
    return shown.output, shown.exit_code, list(read_journal(folder / "run")), took


def failed_requests(events: Sequence[Event]) -> int:
    return sum(isinstance(e, DiagnosticExchange) and e.outcome == "link_lost" for e in events)


# Steps end


def test_what_waits_for_a_driven_actuator_ends_when_the_adapter_goes(tmp_path: Path) -> None:
    output, code, entries, took = live(tmp_path, drive(25) + again("last"))
    events = [entry.event for entry in entries]
    assert took < 10, "neither the 25 s of the step nor the requests that cannot leave"
    assert lasted(entries, "drive") < 5
    ends = {event.step: event for event in events if isinstance(event, StepEnded)}
    assert ends["drive"].verdict is Verdict.ERROR
    # The system tells it in one of two ways, by how far the frames had got.
    gone = ("the other end has closed the connection", "the adapter is gone")
    assert any(words in ends["drive"].reason for words in gone)
    assert ends["last"].verdict is Verdict.NOT_RUN
    assert sum(isinstance(event, OutcomeNoted) for event in events) == 1
    keeper = [
        e for e in events
        if isinstance(e, DiagnosticExchange) and e.request == "3e80" and e.outcome != "silent"
    ]  # fmt: skip
    assert len(keeper) <= 1
    assert failed_requests(events) <= 2, "the keeper's, and the attempt to give it back"
    # Terminal, report, exit code and journal say the same.
    (safe,) = [event for event in events if isinstance(event, SafeState)]
    assert (safe.safe, safe.how, safe.detail) == (False, GONE, HELD)
    (ended,) = [event for event in events if isinstance(event, RunEnded)]
    assert (ended.safe, ended.exit_code, code) == (False, 4, 4)
    said = " ".join(output.split())
    assert "NOT SHOWN TO BE SAFE: switch the car's key off and look at it" in said
    assert "control of bms.lamp was not returned" in said
    made = CliRunner().invoke(ROOT, ["evidence", "report", str(tmp_path / "run"), "--lang", "en"])
    assert made.exit_code == 0, made.output
    page = (tmp_path / "run" / "report.html").read_text("utf-8").replace("&#39;", "'")
    assert "NOT CONFIRMED, switch the car's key off and look at it" in page
    assert "control of bms.lamp was not returned" in page


def test_in_chinese_as_well(tmp_path: Path) -> None:
    output, code, _, _ = live(tmp_path, drive(25), "zh")
    assert code == 4
    said = "".join(output.split())
    assert "未能确认安全！请关闭车辆电源（OFF挡）并到现场检查" in said
    assert "适配器已断开：控制权无法交还，也未作测量；车内诊断会话将在5s（S3）后自行结束" in said
    assert (
        "bms.lamp的控制权未交还；未退出bms的诊断会话；请关闭车辆电源（OFF挡），并到现场查看" in said
    )


def test_an_adapter_that_stays_changes_nothing(tmp_path: Path) -> None:
    outcome = run_on(drivable(), tmp_path, drive(25) + again("last"))
    assert outcome.verdicts == {"drive": Verdict.PASS, "last": Verdict.PASS}
    assert lasted(list(read_journal(outcome.result.folder)), "drive") > 25
    (safe,) = outcome.of(SafeState)
    assert (safe.safe, safe.how) == (True, "diagnostic session of bms ended")
    assert outcome.result.exit_code == 0


def test_a_wait_ends_when_nothing_comes_after_it_that_could_run(tmp_path: Path) -> None:
    wait = step("long", "bench.wait", "{for: 60 s}") + again("last")
    wait += step("longer", "bench.wait", "{for: 60 s}")
    outcome = run_on(MiniCar(), tmp_path, LATER + wait)
    assert lasted(list(read_journal(outcome.result.folder)), "long") < 2
    assert outcome.verdicts["long"] is Verdict.ERROR
    assert outcome.step("long").reason.startswith("the vehicle was lost: ")
    assert outcome.verdicts["longer"] is Verdict.NOT_RUN
    assert outcome.result.exit_code == 4


def test_a_wait_that_a_later_step_relies_on_lasts(tmp_path: Path) -> None:
    """Who opens the box after five minutes must not be sent there after one second."""
    wait = step("long", "bench.wait", "{for: 60 s}") + again("last")
    look = step("look", "operator.confirm", "{does: look, ask: {zh: 看, en: Look}}")
    outcome = run_on(MiniCar(), tmp_path, LATER + wait + look)
    assert lasted(list(read_journal(outcome.result.folder)), "long") >= 60
    assert outcome.verdicts["long"] is None
    assert outcome.result.exit_code == 4


def test_a_step_of_a_lost_device_has_a_moment_and_no_more(tmp_path: Path) -> None:
    outcome = run_on(MiniCar(), tmp_path, UNPLUG.replace("THEN", "wait"))
    assert lasted(list(read_journal(outcome.result.folder)), "unplug") == pytest.approx(0.7)
    assert outcome.verdicts["unplug"] is Verdict.ERROR


# The keeper


@pytest.mark.parametrize(("error", "most"), [(DeviceLostError("gone"), 1), (BusError("full"), 9)])
def test_the_keeper_stops_when_the_link_is_gone(
    monkeypatch: pytest.MonkeyPatch, error: Exception, most: int
) -> None:
    """A bus that takes no frame for a while may take the next one."""

    async def test(desk: Desk) -> None:
        def refuse(_frame: object) -> None:
            raise error

        desk.client.keep_session(every=2.0)
        monkeypatch.setattr(desk.client.conversation.endpoint._machine, "_send", refuse)
        await sleep(19.0)
        assert desk.outcomes.count("link_lost") == most
        assert desk.client.keeper.running is (most > 1)

    at_desk(test)


# What was held


def held(outcome: Outcome) -> SafeState:
    (state,) = outcome.of(SafeState)
    return state


def test_what_was_sent_in_cycles_is_not_called_ended(tmp_path: Path) -> None:
    outcome = run_on(MiniCar(), tmp_path, CYCLIC + LATER + step("w", "bench.wait", "{for: 9 s}"))
    state = held(outcome)
    assert (state.safe, state.how) == (False, GONE)
    assert state.detail.startswith("cyclic transmission of VCU_Torque broke off; switch the car's")
    assert wording.reason(state.detail).zh.startswith(
        "周期发送 VCU_Torque 中断；请关闭车辆电源（OFF 挡）"
    )
    assert outcome.result.exit_code == 4


def test_what_was_given_back_before_needs_nobody(tmp_path: Path) -> None:
    stop = step("stop", "can.stop_sending")
    wait = step("w", "bench.wait", "{for: 9 s}")
    state = held(run_on(MiniCar(), tmp_path, CYCLIC + stop + LATER + wait))
    assert state.safe
    assert state.how == "nothing was sent in cycles or under control any more"
    assert held(run_on(MiniCar(), tmp_path, LATER + wait)).how == "nothing was sent"


def test_words_for_a_car_and_for_a_pile() -> None:
    car = SafeState(role="vehicle", safe=False, how=GONE, detail=HELD)
    pile = SafeState(role="pile", safe=False, how="failed")
    assert "key" in safety_words.words(car).en
    assert safety_words.words(pile) == safety_words.Shown.NOT_SAFE.value
    assert "key" in safety_words.overall([car], safe=False).en
    for states in ([pile], [pile, car], []):
        said = safety_words.overall(states, safe=False)
        assert said.en == "NOT CONFIRMED, switch off on site"
