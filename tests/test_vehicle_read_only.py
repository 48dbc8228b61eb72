"""A read-only run sends not one CAN frame, however it was declared; any other run does send."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from benchkit import Outcome, write_procedure
from click.testing import CliRunner
from vehicle_help import (
    MiniCar,
    perform,
    request_for,
    run_on,
    step,
    switch_on,
    tampering,
    write_bench,
)

from harness.cli.root import ROOT
from harness.devices.can.capture import read_capture
from harness.events import (
    BusClosed,
    BusOpened,
    DiagnosticExchange,
    FramesSent,
    RunStarted,
    SafeState,
    StepEnded,
)
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.verdict import Verdict
from simulators.bench import SimulatedBench
from simulators.car_bench import CarBench

SOC = step("soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')
SENDING = (
    step("codes", "diag.scan_dtcs", "{units: [vcu, eps, cam]}")
    + step("units", "diag.units_answer", "{units: [vcu, bms]}")
    + step("vin", "diag.record", "{dids: [vin], units: [vcu]}")
    + step("point", "vehicle.record", "{points: [vcu.vin]}")
    + step("same", "diag.identical", "{did: vin, units: [vcu, bms]}")
    + step("once", "can.send", "{message: GW_DriveCmd}")
    + step("often", "can.send_cyclic", "{message: GW_SteerCmd, period: 100 ms}")
    + step("clear", "diag.clear_and_rescan", "{units: [vcu], wait: 100 ms}")
    + step(
        "drive",
        "diag.io_control",
        '{unit: bcm, did: lamp_low_beam_left, to: "on", states: {low_beam_left: "on"}}',
    )
)
STEPS = switch_on() + SOC + SENDING + SOC.replace("soc\n", "again\n", 1)
MUST_SEND = ("codes", "units", "vin", "point", "same", "once", "often", "clear", "drive")
SIM = "  vehicle: {profile: shared-ev, simulated: true}\n"


@dataclass
class Seen:
    """What the simulated buses know of the tester at the end of a run."""

    sent: dict[str, int] = field(default_factory=dict)
    acknowledges: dict[str, bool] = field(default_factory=dict)
    heard: list[int] = field(default_factory=list)
    """Identifiers that another adapter at the connector hears from the tester."""

    def look(self, car: CarBench, _bench: SimulatedBench) -> None:
        for name, bus in car.network.buses.items():
            tester = bus.nodes["tester"]
            self.sent[name] = tester.sent
            self.acknowledges[name] = tester.acknowledges

    def listen(self, car: CarBench, _bench: SimulatedBench) -> None:
        for bus in car.network.buses.values():
            known = {message.id for message in car.network.databases[bus.name].messages}  # type: ignore[index]
            bus.tap().attach(
                lambda frame, known=known: self._hear(frame, known),
                listen_only=True,  # type: ignore[misc]
            )

    def _hear(self, frame: object, known: set[tuple[int, bool]]) -> None:
        identifier = (frame.arbitration_id, frame.is_extended_id)  # type: ignore[attr-defined]
        if identifier not in known:
            self.heard.append(identifier[0])


LISTEN = step("listen", "vehicle.tamper", "{what: listen}")
LOOK = step("look", "vehicle.tamper", "{what: look}")


def run_with(folder: Path, how: str) -> tuple[Outcome, Seen]:
    """Run all steps, read-only by this way or not at all."""
    seen = Seen()
    head = "read_only: true\n" if how == "procedure" else ""
    bench = write_bench(folder, SIM, "read_only: true\n" if how == "bench" else "")
    procedure = write_procedure(folder, LISTEN + STEPS + LOOK, head=head)
    with tampering(look=seen.look, listen=seen.listen):
        request = request_for(folder, procedure, bench=str(bench), read_only=how == "request")
        return perform(request), seen


def captured_from_us(folder: Path) -> int:
    files = sorted(folder.glob("can-*.blf"))
    assert len(files) == 4
    return sum(not frame.is_rx for file in files for frame in read_capture(file))


@pytest.mark.parametrize("how", ["procedure", "bench", "request"])
def test_a_read_only_run_sends_not_one_frame(tmp_path: Path, how: str) -> None:
    outcome, seen = run_with(tmp_path, how)
    assert seen.sent == {"powertrain": 0, "chassis": 0, "body": 0, "adas": 0}
    assert not any(seen.acknowledges.values()), "not even an acknowledgement"
    assert seen.heard == [], "another adapter at the connector heard nothing of ours"
    closed = {event.bus: event for event in outcome.of(BusClosed)}
    assert {bus: event.sent for bus, event in closed.items()} == seen.sent
    assert all(event.received > 50 for event in closed.values()), "and it did listen"
    assert captured_from_us(outcome.result.folder) == 0
    assert all(event.listen_only for event in outcome.of(BusOpened))
    assert outcome.of(RunStarted)[0].read_only is True

    for name in MUST_SEND:
        assert outcome.verdicts[name] is Verdict.NOT_RUN
        ended = outcome.step(name)
        assert "the bus is read-only" in ended.reason
        assert ended.headline is not None
        assert ended.headline.en == "Read-only run: nothing may be sent"
    assert outcome.verdicts["soc"] is outcome.verdicts["again"] is Verdict.PASS
    assert outcome.result.exit_code == 3, "not everything was run"
    assert outcome.of(FramesSent) == []
    assert all(event.outcome != "ok" for event in outcome.of(DiagnosticExchange))
    assert sum(event.refused for event in closed.values()) >= len(MUST_SEND)
    assert closed["powertrain"].refused >= 7
    assert closed["chassis"].refused == 1, "the cyclic message, once"
    (safe,) = outcome.of(SafeState)
    assert (safe.safe, safe.how) == (True, "nothing was sent")
    assert verify(outcome.result.folder).sealed


def test_the_same_steps_do_send_in_any_other_run(tmp_path: Path) -> None:
    outcome, seen = run_with(tmp_path, "not at all")
    assert seen.sent["powertrain"] > 15
    assert seen.sent["chassis"] > 1
    assert seen.sent["body"] == seen.sent["adas"] == 0, "the gateway asks there, not we"
    assert all(seen.acknowledges.values())
    assert {0x7E0, 0x7E1, 0x730, 0x18DA30F1, 0x740} <= set(seen.heard)
    closed = {event.bus: event for event in outcome.of(BusClosed)}
    assert closed["powertrain"].sent >= seen.sent["powertrain"]
    assert sum(event.refused for event in closed.values()) == 0
    assert captured_from_us(outcome.result.folder) == sum(event.sent for event in closed.values())
    assert not any(event.listen_only for event in outcome.of(BusOpened))
    for name in ("codes", "units", "same", "clear", "drive"):
        assert outcome.verdicts[name] is Verdict.PASS
    assert outcome.result.exit_code == 0
    assert {event.message for event in outcome.of(FramesSent)} == {"GW_DriveCmd", "GW_SteerCmd"}
    assert outcome.of(RunStarted)[0].read_only is False


def test_a_read_only_run_is_another_run(tmp_path: Path) -> None:
    """Same files, seed and faults, but not the same run: so it has not the same name."""
    steps = step("wait", "bench.wait", "{for: 1 s}")
    bench = str(write_bench(tmp_path, SIM))
    procedure = write_procedure(tmp_path, steps)
    names = [
        perform(request_for(tmp_path, procedure, bench=bench, read_only=read_only))
        .of(RunStarted)[0]
        .run_id
        for read_only in (False, True, True)
    ]
    assert names[0] != names[1] == names[2]


@pytest.mark.parametrize(("option", "code"), [([], 0), (["--read-only"], 3)])
def test_the_option_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: list[str], code: int
) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    procedure = write_procedure(tmp_path, switch_on() + SOC + SENDING)
    bench = write_bench(tmp_path, SIM)
    words = ["run", str(procedure), "--bench", str(bench), "--out", str(tmp_path / "run"), *option]
    shown = CliRunner().invoke(ROOT, [*words, "--lang", "zh"])
    assert shown.exit_code == code, shown.output
    assert ("未发送：总线为只读" in shown.stdout) is bool(option)
    assert "Traceback" not in shown.output
    closed = [
        entry.event
        for entry in read_journal(tmp_path / "run")
        if isinstance(entry.event, BusClosed)
    ]
    assert (sum(event.sent for event in closed) == 0) is bool(option)


def test_the_option_is_explained_in_both_languages() -> None:
    for lang, words in (("zh", "不向任何 CAN 总线发送"), ("en", "not one frame")):
        shown = CliRunner().invoke(ROOT, ["run", "--help", "--lang", lang]).stdout
        assert "--read-only" in shown
        assert words in shown


def test_a_run_on_a_real_bus_opens_its_adapter_listening_only(tmp_path: Path) -> None:
    wait = step("wait", "bench.wait", "{for: 500 ms}") + SOC
    for read_only in (True, False):
        car = MiniCar()
        outcome = run_on(car, tmp_path, wait, read_only=read_only)
        assert outcome.verdicts["soc"] is Verdict.PASS
        assert car.listen_only == [read_only]
        assert car.heard == []


def test_a_step_that_would_send_leaves_the_others_alone(tmp_path: Path) -> None:
    """Refused steps are no silence: the vehicle is not given up because of them."""
    many = "".join(
        step(f"codes-{number}", "diag.scan_dtcs", "{units: [bms]}") for number in range(4)
    )
    outcome = run_on(MiniCar(), tmp_path, many + SOC, read_only=True)
    ends = [(event.step, event.verdict) for event in outcome.of(StepEnded)]
    assert ends[-1] == ("soc", Verdict.PASS)
    assert [verdict for _, verdict in ends[:-1]] == [Verdict.NOT_RUN] * 4
