"""Communication quality: a bad line is a finding, a device that is gone is none."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure

from harness.actions.communication import _percentile
from harness.clock import Deadline
from harness.devices.modbus.device import ModbusDevice
from harness.errors import (
    BadReplyError,
    DeviceLostError,
    EvidenceError,
    HarnessError,
    NoReplyError,
    RefusedError,
)
from harness.events import Judged
from harness.quantity import Measurement
from harness.verdict import Ending, Verdict

Run = Callable[[str, str], Outcome]


@pytest.fixture
def on_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run one step of PILE-INSP-01 while single reads go as a pattern says; then all is well.

    `.` answer, `s` silence, `c` bad CRC, `r` refused, `x` link gone, `f` disk full.
    """
    real = ModbusDevice.read
    errors: dict[str, HarnessError] = {
        "s": NoReplyError("no reply within 1 s"),
        "c": BadReplyError("CRC"),
        "r": RefusedError("exception 6", 6),
        "x": DeviceLostError("the connection was lost"),
        "f": EvidenceError("no space left"),
    }

    def run(step: str, pattern: str) -> Outcome:
        coming = iter(pattern)

        async def read(
            device: ModbusDevice,
            names: Sequence[str],
            deadline: Deadline,
            *,
            attempts: int | None = None,
        ) -> dict[str, Measurement]:
            how = next(coming, ".") if attempts == 1 else "."
            if how != ".":
                raise errors[how]
            return await real(device, names, deadline, attempts=attempts)

        monkeypatch.setattr(ModbusDevice, "read", read)
        return run_procedure(tmp_path, "PILE-INSP-01", selected=[step])

    return run


STEPS = ["communication", "response-time"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("pattern", ["." * 10 + "s" * 90, ".x", "s" * 100])
def test_a_device_that_falls_silent_is_lost_and_has_no_error_rate(
    on_a_line: Run, step: str, pattern: str
) -> None:
    outcome = on_a_line(step, pattern)
    assert outcome.verdicts[step] is Verdict.ERROR
    assert not outcome.of(Judged), "nothing is claimed about a device that is gone"
    if "." in pattern:
        assert outcome.result.ending is Ending.LOST


def test_silence_with_answers_in_between_is_an_error_rate(on_a_line: Run) -> None:
    outcome = on_a_line("communication", ".ssss" * 14)
    assert outcome.verdicts["communication"] is Verdict.FAIL
    (judged,) = outcome.of(Judged)
    assert judged.measurement.value == 56.0


def test_bad_frames_and_refusals_are_not_silence(on_a_line: Run) -> None:
    outcome = on_a_line("communication", "." + "sscssr" * 5 + "cccccccc")
    assert outcome.verdicts["communication"] is Verdict.FAIL
    (judged,) = outcome.of(Judged)
    assert judged.measurement.note == "38 of 100: BadReply 13, NoReply 20, Refused 5"


def test_a_record_that_cannot_be_written_is_no_failure_of_the_device(on_a_line: Run) -> None:
    outcome = on_a_line("communication", "....f")
    assert outcome.result.ending is Ending.LOST
    assert not outcome.of(Judged)


def test_a_good_line_passes(on_a_line: Run) -> None:
    for step in STEPS:
        assert on_a_line(step, "").verdicts[step] is Verdict.PASS


def test_percentiles() -> None:
    assert _percentile([], 95) is None
    assert _percentile([3.0], 95) == 3.0
    values = [float(number) for number in range(40, 0, -1)]
    assert _percentile(values, 95) == 38.0
    assert _percentile(values, 50) == 20.0
