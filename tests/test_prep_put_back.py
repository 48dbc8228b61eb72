"""Whatever ends the work in control units, and whenever: none is left half-configured."""

import tempfile
from pathlib import Path

import pytest
from bench_end import look_at_the_end
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from prep_help import CHANGING, Units, debug, units
from test_by_wire_safe import later

from harness.clock import Deadline
from harness.devices.can.bus import CanBus
from harness.engine import safety_words, wording
from harness.events import DiagnosticExchange, Judged, Measured, SafeState, Written
from harness.verdict import Ending, Verdict

__all__ = ["units"]


@settings(max_examples=3, phases=[Phase.generate], deadline=None)
@given(step=st.sampled_from(CHANGING), tenths=st.integers(0, 30))
def test_a_run_that_is_broken_off_puts_everything_back(step: str, tenths: int) -> None:
    seen = Units()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        look_at_the_end(patch, seen.look)
        steps = CHANGING[: CHANGING.index(step) + 1]
        outcome = debug(Path(folder), *steps, listener=later(step, tenths / 10))
    assert outcome.result.ending in (Ending.ABORTED, Ending.COMPLETED)
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail
    seen.assert_untouched()
    touched = {reading.name for reading in safe.readings}
    restored = {event.point for event in outcome.of(Written) if event.step == "ending"}
    assert restored <= touched
    assert all(event.agreed for event in outcome.of(Written))
    for name in restored:
        assert name in safe.how.partition("put back from the backup and read again: ")[2]


def test_work_that_is_not_settled_is_put_back_at_the_end(tmp_path: Path, units: Units) -> None:
    """The whole of the work went well, and nobody said that it may stay."""
    outcome = debug(tmp_path, *CHANGING)
    assert outcome.result.ending is Ending.COMPLETED
    assert all(outcome.verdicts[name] in (Verdict.PASS, None) for name in CHANGING)
    (safe,) = outcome.of(SafeState)
    assert safe.safe
    units.assert_untouched()
    ending = [event for event in outcome.of(Written) if event.step == "ending"]
    assert {event.point for event in ending} == {
        *(f"{unit}.calibration_record" for unit in ("cam", "rad", "lid", "eps", "ibc", "vcu")),
        "adcu.config_pilot",
    }
    said = wording.reason(safe.how).zh
    assert "已按备份恢复并回读" in said
    assert "put back" not in said


def test_an_adapter_that_is_gone_is_told_with_what_was_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buses: list[CanBus] = []
    open_bus = CanBus.open

    async def keep(bus: CanBus, deadline: Deadline) -> None:
        buses.append(bus)
        await open_bus(bus, deadline)

    monkeypatch.setattr(CanBus, "open", keep)

    def pull_out() -> None:
        for bus in buses:
            bus._died(OSError("unplugged"))

    listener = later("radar-progress", 1.0, pull_out)
    outcome = debug(tmp_path, "radar-start", "radar-progress", listener=listener)
    (safe,) = outcome.of(SafeState)
    assert not safe.safe
    assert "not put back from the backup: rad.calibration_record" in safe.detail
    assert "未按备份恢复" in wording.reason(safe.detail).zh


def test_a_routine_without_end_is_stopped_and_the_unit_put_back(
    tmp_path: Path, units: Units
) -> None:
    steps = ("radar-start", "lidar-start", "radar-progress", "lidar-progress", "radar-offsets",
             "lidar-offsets", "settled-work")  # fmt: skip
    outcome = debug(tmp_path, *steps, faults=["radar-calibration-hangs"])
    assert outcome.verdicts["radar-progress"] is Verdict.FAIL
    assert outcome.verdicts["lidar-progress"] is Verdict.PASS, "each has its own time"
    assert outcome.verdicts["radar-offsets"] is Verdict.NOT_RUN, "old values show nothing"
    assert outcome.verdicts["lidar-offsets"] is Verdict.PASS
    stopped = [event for event in outcome.of(DiagnosticExchange)
               if event.unit == "rad" and event.request == "31020210"]  # fmt: skip
    assert [event.outcome for event in stopped] == ["ok"]
    (judged,) = [event for event in outcome.of(Judged) if event.step == "radar-progress"]
    assert judged.measurement.note.endswith("stopped")
    assert "仍未结束，已停止" in wording.note(judged.measurement).zh
    units.assert_untouched()


def test_a_write_that_is_refused_half_way_leaves_nothing_half(tmp_path: Path, units: Units) -> None:
    """The computer refuses; the sensors that were calibrated before are put back."""
    steps = ("camera-start", "camera-progress", "coded", "settled-work")
    outcome = debug(tmp_path, *steps, faults=["adcu-refuses-coding"])
    assert outcome.verdicts["coded"] is Verdict.FAIL
    assert outcome.verdicts["settled-work"] is Verdict.PASS
    units.assert_untouched()
    (judged,) = [event for event in outcome.of(Judged) if event.step == "settled-work"]
    said = wording.note(judged.measurement).zh
    assert said.startswith("已恢复：CAM 标定数据块；与原值相同：")
    assert "adcu.config_pilot" in judged.measurement.note.partition("; as before: ")[2], (
        "what was refused was never changed"
    )
    told = {event.measurement.name: event.measurement for event in outcome.of(Measured)
            if event.step == "settled-work"}  # fmt: skip
    assert told["cam.calibration_record.changed"].note == "put back"
    assert told["steps_not_passed"].value


def test_what_cannot_be_put_back_is_a_finding_and_not_called_safe(tmp_path: Path) -> None:
    steps = ("radar-start", "radar-progress", "settled-work")
    outcome = debug(tmp_path, *steps, faults=["radar-memory-worn"])
    assert outcome.verdicts["settled-work"] is Verdict.FAIL
    (judged,) = [event for event in outcome.of(Judged) if event.step == "settled-work"]
    assert judged.measurement.value == ["rad.calibration_record"]
    (told,) = [event.measurement for event in outcome.of(Measured)
               if event.measurement.name == "rad.calibration_record.changed"]  # fmt: skip
    (written,) = [event for event in outcome.of(Written)
                  if event.step == "settled-work"]  # fmt: skip
    assert written.read_back is not None
    assert told.value == f"{written.value} → {written.read_back.value}"
    assert written.value != written.read_back.value
    (safe,) = outcome.of(SafeState)
    assert not safe.safe
    assert "rad.calibration_record could not be put back" in safe.detail
    said = safety_words.why(safe)
    assert said.zh.startswith("RAD 标定数据块 未能恢复") and "被拒绝" in said.zh
    assert "put back" not in said.zh and "refused" not in said.zh
    assert said.en.startswith("RAD Calibration data could not be put back")


def test_the_first_reason_why_something_is_left_stands(tmp_path: Path) -> None:
    """The car is off by the end of the run, and then the radar says nothing at all."""
    steps = (
        "radar-start",
        "radar-progress",
        "reset",
        "started-again",
        "settled-work",
        "switch-off",
    )
    outcome = debug(tmp_path, *steps, faults=["radar-memory-worn"])
    (safe,) = outcome.of(SafeState)
    assert "NRC" in safe.detail or "refused" in safe.detail
    assert "no reply" not in safe.detail
    assert "车辆不得投放" in safety_words.words(safe).zh
    assert "车辆不得投放" in safety_words.overall([safe], safe=False).zh
