"""What units have kept beside their trouble codes goes on record; a unit that gives nothing too."""

from pathlib import Path

from test_actions_diagnostics import broken, run_car, set_to
from vehicle_help import step

from harness.events import Measured
from harness.quantity import Measurement, Quality

KEPT = step("wait", "bench.wait", "{for: 8 s}") + step("kept", "diag.snapshots")


def kept(folder: Path, **options: object) -> list[Measurement]:
    outcome = run_car(folder, KEPT, **options)  # type: ignore[arg-type]
    assert outcome.verdicts["kept"] is None
    return [
        event.measurement
        for event in outcome.events
        if isinstance(event, Measured) and event.step == "kept"
    ]


def test_a_sound_car_has_none(tmp_path: Path) -> None:
    assert kept(tmp_path) == []


def test_a_snapshot_tells_the_moment(tmp_path: Path) -> None:
    found = kept(tmp_path, faults=["brake-fluid-low"])
    assert {one.name.partition(".")[0] for one in found} == {"ibc"}
    by_name = {one.name: one for one in found}
    odometer = by_name["ibc.odometer"]
    assert odometer.unit == "km"
    assert isinstance(odometer.value, float)
    assert odometer.value > 0
    assert odometer.note.startswith("kept with C")
    assert {one.note.partition(", ")[2] for one in found} == {"record 1", "record 2"}
    assert all(one.quality is Quality.GOOD for one in found)


def test_a_unit_that_does_not_give_it_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    refuses = broken("ibc", set_to(negative_for={0x19: 0x22}))
    found = kept(tmp_path, faults=["brake-fluid-low", "insulation-low-battery"], do=refuses)
    missing = [one for one in found if one.quality is Quality.MISSING]
    assert [one.name for one in missing] == ["ibc.trouble_codes"]
    assert "conditions not correct" in missing[0].note.lower()


def test_a_silent_unit_is_named_and_is_no_end(tmp_path: Path) -> None:
    found = kept(tmp_path, do=broken("eps", set_to(silent=True)))
    assert [(one.name, one.quality) for one in found] == [("eps.trouble_codes", Quality.MISSING)]
