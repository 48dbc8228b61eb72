"""Security access with the bench's own key, and the guards of everything that changes a unit."""

from pathlib import Path

import pytest
from prep_help import Units, debug, units

from harness.bench.keys import key_algorithms
from harness.bench.model import DeviceEntry
from harness.devices.diag.keys import xor_rotate
from harness.devices.vehicle.control_units import without_key
from harness.devices.vehicle.unit_work import UnitWork
from harness.errors import FileError, NotAvailableError, UnknownNameError, UsageError
from harness.events import DiagnosticExchange, Judged, Measured
from harness.verdict import Verdict
from simulators.vehicle.part import Site
from simulators.vehicle.workshop import Workshop

__all__ = ["units"]

SEED = bytes.fromhex("11223344")


def entry(**key: str) -> DeviceEntry:
    return DeviceEntry.model_validate(
        {"profile": "shared-ev", "simulated": True, "keys": {"xor-rotate": key}}
    )


def test_the_options_come_from_a_file_beside_the_bench_file(tmp_path: Path) -> None:
    (tmp_path / "our.yaml").write_text("mask: 0x01020304\nrotate: 5\n", encoding="utf-8")
    found = key_algorithms(entry(options="our.yaml"), tmp_path)
    options = {"mask": 0x01020304, "rotate": 5}
    assert found["xor-rotate"](SEED, 1, {}) == xor_rotate(SEED, 1, options)
    assert found["xor-rotate"](SEED, 1, {}) != xor_rotate(SEED, 1, {})


def test_without_a_file_the_algorithm_goes_by_its_own_defaults() -> None:
    assert key_algorithms(entry(), None)["xor-rotate"](SEED, 1, {}) == xor_rotate(SEED, 1, {})
    assert key_algorithms(DeviceEntry(profile="shared-ev", simulated=True), None) == {}


def test_what_is_wrong_with_a_key_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no-such"):
        key_algorithms(entry(use="no-such"), tmp_path)
    with pytest.raises(FileError, match=r"none\.yaml"):
        key_algorithms(entry(options="none.yaml"), tmp_path)
    (tmp_path / "list.yaml").write_text("- 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"list\.yaml: no mapping; expected the options"):
        key_algorithms(entry(options="list.yaml"), tmp_path)


@pytest.mark.parametrize(
    ("request_", "kept"),
    [
        ("2701", "2701"),
        ("2702a1b2c3d4", "2702"),
        ("2705", "2705"),
        ("2706ff", "2706"),
        ("27", "27"),
        ("2e300602", "2e300602"),
        ("", ""),
    ],
)
def test_of_a_key_only_that_it_was_sent_goes_on_record(request_: str, kept: str) -> None:
    assert without_key(request_) == kept


def test_the_guard_names_what_has_no_backup() -> None:
    work = UnitWork(None)  # type: ignore[arg-type]  # it is asked for nothing before the guard
    with pytest.raises(NotAvailableError, match=r"no backup of rad\.calibration_record"):
        work.require_backup("rad", "calibration_record")


def test_a_unit_that_wants_a_delay_is_given_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, units: Units
) -> None:
    """Somebody tried wrong keys before: no seed for a while, and none of our keys is wasted."""
    begin = Workshop.__init__

    def tried(workshop: Workshop, site: Site) -> None:
        begin(workshop, site)
        workshop.closed_until = {"CAM": 15.0}

    monkeypatch.setattr(Workshop, "__init__", tried)
    outcome = debug(tmp_path, "unlocked")
    assert outcome.verdicts["unlocked"] is Verdict.PASS
    (waited,) = (event.measurement for event in outcome.of(Measured)
                 if event.measurement.name == "cam.access_delay")  # fmt: skip
    assert isinstance(waited.value, float)
    assert 1.0 < waited.value < 6.0
    asked = [event for event in outcome.of(DiagnosticExchange)
             if event.unit == "cam" and event.request.startswith("27")]  # fmt: skip
    assert {event.nrc for event in asked[:-2]} == {0x37}
    assert [event.request for event in asked[-2:]] == ["2701", "2702"]
    units.assert_untouched()


def test_a_lock_out_that_lasts_is_a_finding_without_a_refused_key(tmp_path: Path) -> None:
    outcome = debug(tmp_path, "lidar-start", faults=["lidar-locked-out"])
    assert outcome.verdicts["unlocked"] is Verdict.FAIL
    judged = {event.measurement.name: event.measurement for event in outcome.of(Judged)
              if event.step == "unlocked"}  # fmt: skip
    assert judged["lid.failed_attempts"].value == 0
    assert judged["units_locked"].value == ["lid"]
    assert outcome.verdicts["lidar-start"] is Verdict.NOT_RUN
