"""The ending under difficulties: it does not give up, and it does not make things worse."""

import signal
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from benchkit import DATA, run_procedure, write_procedure

from harness.clock import Deadline
from harness.devices.modbus.device import ModbusDevice
from harness.errors import EvidenceError, NoReplyError, RefusedError
from harness.events import (
    ClockCompared,
    Event,
    OutcomeNoted,
    ProcedureEnded,
    Restored,
    RunEnded,
    SafeState,
    Written,
)
from harness.evidence.chain import ChainWriter
from harness.evidence.verify import verify
from harness.quantity import Measurement, Value
from harness.verdict import Ending, Verdict

CHARGE = DATA / "procedures" / "CHARGE-TEST-01.yaml"
START = """
- id: start
  title: {zh: 启动, en: Start}
  do: pile.start_charging
  with: {current: 16 A, does: connect-vehicle}
- id: last
  title: {zh: 等待, en: Wait}
  do: bench.wait
  with: {for: 8 s}
"""
WELD = """
- id: weld
  title: {zh: 粘连, en: Weld}
  do: fault.set
  with: {fault: contactor-welded}
"""


@pytest.mark.parametrize("error", [RefusedError("busy", 6), NoReplyError("silence")])
@pytest.mark.parametrize("kind", ["read", "write"])
def test_errors_while_stopping_are_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, error: Exception
) -> None:
    """The first attempts of the ending fail; the session is stopped all the same."""
    left = {"count": 4}
    real_read, real_write = ModbusDevice.read, ModbusDevice.write

    def trouble(device: ModbusDevice, what: str) -> None:
        if device.context.step == "ending" and what == kind and left["count"]:
            left["count"] -= 1
            raise error

    async def read(
        self: ModbusDevice, names: Sequence[str], deadline: Deadline, *, attempts: int | None = None
    ) -> dict[str, Measurement]:
        trouble(self, "read")
        return await real_read(self, names, deadline, attempts=attempts)

    async def write(
        self: ModbusDevice,
        name: str,
        value: Value,
        deadline: Deadline,
        *,
        may_change_link: bool = False,
    ) -> None:
        trouble(self, "write")
        await real_write(self, name, value, deadline, may_change_link=may_change_link)

    monkeypatch.setattr(ModbusDevice, "read", read)
    monkeypatch.setattr(ModbusDevice, "write", write)
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, START), energise=True)
    assert left["count"] == 0
    (state,) = outcome.of(SafeState)
    assert state.safe
    assert state.how == "sequence 'stop'"
    assert {reading.name: reading.value for reading in state.readings}["contactor_state"] == "open"


def test_nothing_is_put_back_on_a_pile_that_is_not_safe(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, START + WELD)
    outcome = run_procedure(tmp_path, path, energise=True)
    (state,) = outcome.of(SafeState)
    assert not state.safe
    assert not outcome.of(Restored), "the watchdog stays armed and the current low"
    left = {event.where: event.detail for event in outcome.of(OutcomeNoted)}
    assert left["pile.watchdog_timeout"] == "it was 10.0"


def test_the_stop_itself_is_never_taken_back(tmp_path: Path) -> None:
    outcome = run_procedure(
        tmp_path, CHARGE, energise=True, pile_profile="heidelberg-energy-control"
    )
    restored = {event.point for event in outcome.of(Restored)}
    assert "watchdog_timeout" in restored
    assert "enable" not in restored
    (noted,) = [event for event in outcome.of(OutcomeNoted) if event.where == "pile.enable"]
    assert noted.detail == "it was enabled"


def test_a_disk_that_fills_during_the_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ChainWriter.append
    full = {"now": False}

    def append(self: ChainWriter, body: bytes, t: float) -> int:
        if full["now"]:
            raise EvidenceError("no space left on device")
        return real(self, body, t)

    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        full["now"] = full["now"] or isinstance(event, ProcedureEnded)

    monkeypatch.setattr(ChainWriter, "append", append)
    outcome = run_procedure(
        tmp_path, write_procedure(tmp_path, START), energise=True, listener=listen
    )
    states = [event for event in heard if isinstance(event, SafeState)]
    assert [state.safe for state in states] == [True]
    assert [event.value for event in heard if isinstance(event, Written)][-1] is not None
    assert outcome.result.exit_code == 4
    assert not outcome.result.sealed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_between_the_last_step_and_the_ending(tmp_path: Path, number: int) -> None:
    def listen(event: Event) -> None:
        if isinstance(event, ProcedureEnded):
            signal.raise_signal(number)

    outcome = run_procedure(
        tmp_path, write_procedure(tmp_path, START), energise=True, listener=listen
    )
    (state,) = outcome.of(SafeState)
    assert state.safe
    assert isinstance(outcome.events[-1], RunEnded)
    checked = verify(outcome.result.folder)
    assert checked.intact
    assert checked.sealed


def test_a_pile_that_charges_already_is_not_claimed(tmp_path: Path) -> None:
    steps = "- {id: wait, title: {zh: 等, en: wait}, do: bench.wait, with: {for: 8 s}}\n" + START
    path = write_procedure(tmp_path, steps.replace(", does: connect-vehicle", ""))
    outcome = run_procedure(tmp_path, path, energise=True, faults=["session-running"])
    assert outcome.verdicts["start"] is Verdict.NOT_RUN
    assert "charging already" in outcome.step("start").reason


def test_a_device_that_was_never_opened_is_not_called_safe(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    bench = tmp_path / "bench.yaml"
    bench.write_text(
        "bench: b\ndevices:\n  pile:\n    profile: gb-ac-pile\n    simulated: true\n"
        f"    connection: {{modbus: tcp, host: 127.0.0.1, port: {port}}}\n",
        encoding="utf-8",
    )
    outcome = run_procedure(tmp_path, "PILE-INSP-01", bench=str(bench), live=True)
    assert outcome.result.ending is Ending.LOST
    assert outcome.result.exit_code == 4
    (state,) = outcome.of(SafeState)
    assert not state.safe
    assert state.how == "never opened"
    assert set(outcome.verdicts.values()) == {Verdict.NOT_RUN}


def test_clocks_are_compared_at_the_start_and_at_the_end(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, "PILE-INSP-01")
    assert [event.phase for event in outcome.of(ClockCompared)] == ["start", "end"]
    drifted = run_procedure(tmp_path, "PILE-INSP-01", faults=["clock-drift"])
    first, last = (event.offset.value for event in drifted.of(ClockCompared))
    assert isinstance(first, float)
    assert isinstance(last, float)
    assert abs(first) > 180
    assert abs(last - first) < 5
