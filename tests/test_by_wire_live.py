"""The by-wire inspection live over slcan: the same verdicts as in virtual time."""

from pathlib import Path

import pytest
from benchkit import Outcome
from by_wire_help import CHASSIS, SAFETY, failed, inspect_chassis
from by_wire_live_help import served_car

from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import BusOpened, SafeState
from harness.evidence.read import read_journal

STEPS = ("time-out-brake", "brake-counter", "brake-range")
FAULTS = ("brake-obeys-out-of-range",)


def test_a_live_run_over_slcan_comes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    with served_car(tmp_path, 3, *FAULTS) as (bench, hands):
        request = prepare(
            [CHASSIS], str(bench), folder=tmp_path / "live", seed=3, live=True, operator=hands,
            motion=True, selected=[*SAFETY, *STEPS],
        )  # fmt: skip
        result = execute(request)
    live = Outcome(result, [entry.event for entry in read_journal(result.folder)])
    assert all("slcan" in event.connection for event in live.of(BusOpened))
    virtual = inspect_chassis(tmp_path, *STEPS, seed=3, faults=list(FAULTS))
    assert {name: live.verdicts[name] for name in STEPS} == {
        name: virtual.verdicts[name] for name in STEPS
    }
    assert set(failed(live)) == {"brake-range"}
    (safe,) = live.of(SafeState)
    assert safe.safe, safe.detail
    assert safe.readings
