"""That nothing was sent is proved from the recording; one frame that was sent is found."""

from pathlib import Path

import pytest
from benchkit import Outcome, write_procedure
from vehicle_help import MiniCar, perform, request_for, run_on, step, write_bench

from harness.engine import wording
from harness.errors import FileError
from harness.events import Judged, Measured
from harness.verdict import Verdict

SIM = "  vehicle: {profile: shared-ev, simulated: true}\n"
ON = step("on", "operator.confirm", "{does: switch-on, ask: {zh: 上电, en: Switch on}}")
WAIT = step("wait", "bench.wait", "{for: 1 s}")
PROOF = step("proof", "vehicle.nothing_sent")


def sent(outcome: Outcome) -> dict[str, tuple[object, Verdict, str]]:
    return {
        event.measurement.name.partition(".")[2]: (
            event.measurement.value,
            event.judgement.verdict,
            event.measurement.note,
        )
        for event in outcome.of(Judged)
    }


def whole_car(folder: Path, steps: str, *, read_only: bool, capture: bool = True) -> Outcome:
    request = request_for(
        folder,
        write_procedure(folder, steps),
        bench=str(write_bench(folder, SIM)),
        read_only=read_only,
    )
    request.capture = capture
    return perform(request)


def test_a_run_that_only_listens_proves_it_bus_by_bus(tmp_path: Path) -> None:
    outcome = whole_car(tmp_path, ON + WAIT + PROOF, read_only=True)
    found = sent(outcome)
    assert set(found) == {"powertrain", "chassis", "body", "adas"}
    for value, verdict, note in found.values():
        assert (value, verdict) == (0, Verdict.PASS)
        assert int(note.split()[0]) > 20, "and it did listen"
        assert wording.reason(note).zh.startswith("已记录接收的")
    assert outcome.verdicts["proof"] is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "with_", "bus"),
    [
        ("can.send", "{message: GW_DriveCmd}", "powertrain"),
        ("diag.record", "{dids: [vin], units: [vcu]}", "powertrain"),
    ],
)
def test_one_frame_is_found_and_where(tmp_path: Path, name: str, with_: str, bus: str) -> None:
    """A request that only reads is a frame all the same."""
    outcome = whole_car(tmp_path, ON + WAIT + step("send", name, with_) + PROOF, read_only=False)
    found = sent(outcome)
    assert {name for name, (_, verdict, _) in found.items() if verdict is Verdict.FAIL} == {bus}
    assert isinstance(found[bus][0], int)
    assert found[bus][0] >= 1
    assert outcome.verdicts["proof"] is Verdict.FAIL


def test_without_a_recording_nothing_is_proved(tmp_path: Path) -> None:
    outcome = whole_car(tmp_path, PROOF, read_only=True, capture=False)
    assert outcome.verdicts["proof"] is Verdict.NOT_RUN
    reason = outcome.step("proof").reason
    assert "is not recorded: nothing can be proved" in reason
    assert "没有录制" in wording.reason(reason).zh


def test_a_silent_bus_proves_nothing(tmp_path: Path) -> None:
    car = MiniCar()
    car.quiet.update(spec.name for spec in car.database.messages)
    outcome = run_on(car, tmp_path, WAIT + PROOF, read_only=True)
    assert outcome.verdicts["proof"] is Verdict.INCONCLUSIVE


def test_a_bus_that_the_car_has_not_is_told_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no bus is called 'comfort'"):
        run_on(MiniCar(), tmp_path, step("proof", "vehicle.nothing_sent", "{buses: [comfort]}"))


def test_its_quantities_have_names(tmp_path: Path) -> None:
    outcome = run_on(MiniCar(), tmp_path, WAIT + PROOF, read_only=True)
    (judged,) = outcome.of(Judged)
    assert outcome.of(Measured) == []
    assert "本机发送帧数" in wording.quantity(judged.measurement, "zh")
    assert "Frames sent by the harness" in wording.quantity(judged.measurement, "en")
