"""The whole state of a car at two moments: complete or not, and what is different."""

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from benchkit import Outcome, write_procedure
from test_actions_diagnostics import found
from vehicle_help import perform, request_for, step, switch_on, tampering, write_bench

from harness.bench.load import load_bench
from harness.devices.snapshot import Snapshot, parse_snapshot
from harness.devices.vehicle.profile import load_vehicle_profile
from harness.devices.vehicle.snapshot import NOT_READ, Change, changes, wanted
from harness.engine import wording
from harness.errors import FileError
from harness.events import Judged, Measured
from harness.evidence.verify import verify
from harness.report.html import render_html
from harness.report.record import load_record
from harness.verdict import Verdict
from simulators.bench import SimulatedBench
from simulators.car_bench import CarBench
from simulators.vehicle.units import with_check_digit

Tampering = Callable[[CarBench, SimulatedBench], None]
DIAGNOSTICS = load_vehicle_profile("shared-ev").diagnostics
BEFORE = step("before", "vehicle.snapshot", "", "within: 60 s")
BETWEEN = step("tamper", "vehicle.tamper", "{what: it}") + step("w", "bench.wait", "{for: 8 s}")
AFTER = BEFORE.replace("before", "after")
COMPARE = step("compare", "vehicle.compare", "{before: before, after: after}")
EXPECTED = step(
    "expected",
    "vehicle.compare",
    "{before: before, after: after, expected: [bcm.software_version, ibc]}",
)
OTHER_VIN = with_check_digit("0EVEV4B20R0000817")


def run_with(folder: Path, steps: str, do: Tampering) -> Outcome:
    bench = write_bench(folder, "  vehicle: {profile: shared-ev, simulated: true}\n")
    procedure = write_procedure(folder, switch_on() + steps)
    with tampering(it=do):
        return perform(request_for(folder, procedure, bench=str(bench)))


def told(outcome: Outcome, step: str) -> dict[str, tuple[object, str]]:
    return {
        event.measurement.name: (event.measurement.value, event.measurement.note)
        for event in outcome.of(Measured)
        if event.step == step
    }


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A car into which somebody loads other software and that loses brake fluid and air."""

    def use(car: CarBench, _bench: SimulatedBench) -> None:
        car.diagnosis["bcm"].faults.version_override = "V9.00.00"
        car.network.car.brake.fluid_low = True
        car.network.car.wheels["FL"].cold_pressure -= 60.0

    return run_with(
        tmp_path_factory.mktemp("used"), BEFORE + BETWEEN + AFTER + COMPARE + EXPECTED, use
    )


def test_a_snapshot_is_kept_and_its_hash_is_in_the_journal(used: Outcome) -> None:
    assert used.verdicts["before"] is Verdict.PASS
    digest, copy = told(used, "before")["snapshot_hash"]
    data = (used.result.folder / copy).read_bytes()
    kept = parse_snapshot(data, copy)
    assert kept.digest == kept.sha256 == digest
    assert kept.points[NOT_READ] == []
    assert kept.points["vcu.vin"] == kept.points["tbox.vin"]
    for name in (
        "bms.soh",
        "vcu.odometer",
        "icm.language",
        "tpms.tyre_pressure_fl",
        "bcm.doors_open",
        "bcm.lamp_brake",
        "obc.charge_count",
        "tbox.utc_time",
    ):
        assert name in kept.points, name
    assert kept.units["bms.soh"] == "%"
    assert all(f"{unit}.serial_number" in kept.points for unit in DIAGNOSTICS.units)
    record = verify(used.result.folder)
    assert record.intact and record.sealed
    seal = json.loads((used.result.folder / "seal.json").read_text(encoding="utf-8"))
    assert sha256(data).hexdigest() in b64decode(seal["payload"]).decode()


def test_a_changed_file_shows(used: Outcome) -> None:
    copy = told(used, "before")["snapshot_hash"][1]
    text = json.loads((used.result.folder / copy).read_text(encoding="utf-8"))
    text["points"]["icm.odometer"]["value"] -= 9000.0
    changed = parse_snapshot(json.dumps(text).encode(), "changed")
    assert changed.digest != changed.sha256


def test_what_was_kept_beside_a_code_is_in_the_snapshot(used: Outcome) -> None:
    copy = told(used, "after")["snapshot_hash"][1]
    kept = parse_snapshot((used.result.folder / copy).read_bytes(), copy)
    codes = [name for name in kept.points if name.startswith("ibc.C") and name.count(".") == 1]
    assert codes
    assert any(name.startswith(f"{codes[0]}.1.") for name in kept.points)


def test_differences_are_told_by_sort(used: Outcome) -> None:
    found = told(used, "compare")
    sorts = {name.removesuffix(".changed"): why for name, (_, why) in found.items()}
    assert sorts["bcm.software_version"] == "not expected: version"
    assert sorts["tpms.tyre_pressure_fl"] == "in use, not judged here"
    assert str(found["tpms.tyre_pressure_fl.changed"][0]).endswith(" kPa")
    (code,) = [name for name, why in sorts.items() if why == "new fault" and "ibc" in name]
    assert str(found[f"{code}.changed"][0]).startswith("– → 0x")
    assert found["unexpected_change"][0] == "several"
    assert used.verdicts["compare"] is Verdict.FAIL


def test_what_was_announced_is_expected(used: Outcome) -> None:
    sorts = {name: why for name, (_, why) in told(used, "expected").items()}
    assert sorts["bcm.software_version.changed"] == "expected"
    assert not any(why == "new fault" for name, why in sorts.items() if name.startswith("ibc."))


def test_every_reason_has_its_chinese(used: Outcome) -> None:
    for _, why in told(used, "compare").values():
        assert not why or wording.reason(why).zh != why
    for name in told(used, "compare"):
        assert not wording.point(name, "zh").isascii(), name


def test_the_report_has_the_table(used: Outcome) -> None:
    page = render_html(load_record(used.result.folder))
    assert "前后对比" in page
    assert "Before and after" in page
    assert "新增故障码" in page


def test_gaps_are_told_and_the_snapshot_is_marked_partial(tmp_path: Path) -> None:
    """One silent unit, one that refuses to tell its codes, one out of another car, and one whose
    codes never stay the same."""

    def spoil(car: CarBench, _bench: SimulatedBench) -> None:
        car.diagnosis["eps"].faults.silent = True
        car.diagnosis["epb"].faults.negative_for = {0x19: 0x22}
        car.diagnosis["tbox"].faults.vin_override = OTHER_VIN
        memory = car.diagnosis["esc"].memory
        every, turn = memory.with_status, iter(range(99))
        memory.with_status = (
            lambda mask: (  # type: ignore[method-assign]
                iter(list(memory.codes.values())[: 1 + next(turn) % 2])
                if mask == 0xFF
                else every(mask)
            )
        )

    outcome = run_with(tmp_path, BETWEEN + BEFORE, spoil)
    copy = told(outcome, "before")["snapshot_hash"][1]
    kept = parse_snapshot((outcome.result.folder / copy).read_bytes(), copy)
    assert kept.points[NOT_READ] == ["eps", "epb", "esc"]
    assert "eps.vin" not in kept.points
    assert found(outcome, "silent_units") == ["eps"]
    assert found(outcome, "snapshot_gaps") == ["epb.trouble_codes"]
    assert found(outcome, "vin.differing") == [f"tbox={OTHER_VIN}"]
    (unsettled,) = [e for e in outcome.of(Judged) if e.measurement.name == "unsettled_units"]
    assert unsettled.judgement.verdict is Verdict.INCONCLUSIVE
    assert unsettled.measurement.note == "trouble codes changed in each of 3 readings: esc"
    assert "连续 3 次" in wording.reason(unsettled.measurement.note).zh


def compared(before: dict[str, object], after: dict[str, object]) -> dict[str, Change]:
    first = Snapshot("shared-ev", "t", {NOT_READ: [], **before})  # type: ignore[dict-item]
    found = changes(DIAGNOSTICS, first, replace(first, points={NOT_READ: [], **after}))  # type: ignore[arg-type]
    return {one.point: one for one in found}


def test_a_counter_that_goes_back_was_not_used() -> None:
    found = compared({"icm.odometer": 900.0, "vcu.odometer": 9.0},
                     {"icm.odometer": 100.0, "vcu.odometer": 9.5})  # fmt: skip
    assert found["icm.odometer"].sort == "undeclared"
    assert found["vcu.odometer"].sort == "in use"


def test_a_code_that_is_gone_is_cleared_unless_nobody_could_ask() -> None:
    code = {"eps.U0100-87": 0x09}
    assert compared(code, {})["eps.U0100-87"].sort == "cleared"
    assert compared(code, {NOT_READ: ["eps"]})["eps.U0100-87"].sort == "not compared"
    assert compared(code, {"eps.U0100-87": 0x08}) == {}, "still stored"
    assert compared({}, code)["eps.U0100-87"].sort == "new fault"


def test_a_code_that_was_set_again_is_told_and_is_not_new() -> None:
    kept = {"eps.U0100-87": 0x08, "eps.U0100-87.1.vehicle_speed": 20.0}
    again = compared(kept, {**kept, "eps.U0100-87": 0x09})["eps.U0100-87"]
    assert (again.sort, again.is_bad) == ("again", False)
    anew = compared(kept, {**kept, "eps.U0100-87.1.vehicle_speed": 55.0})
    assert anew["eps.U0100-87"].sort == "again"
    assert compared(kept, kept) == {}


def test_what_needs_a_reason_comes_first_and_is_bad_until_it_is_well_again() -> None:
    before = {"vcu.odometer": 9.0, "adcu.edr_event_count": 0, "cam.sensor_health": "ok"}
    after = {"vcu.odometer": 9.5, "adcu.edr_event_count": 1, "cam.sensor_health": "fault"}
    found = compared(before, after)
    assert [one.sort for one in found.values()] == ["noteworthy", "noteworthy", "in use"]
    assert found["adcu.edr_event_count"].is_bad
    assert compared(after, before)["cam.sensor_health"].sort == "in use"


def stored(folder: Path, text: str, vin: object) -> Outcome:
    (folder / "before.json").write_text(text, encoding="utf-8")
    more = f"site: {{vin: {vin}}}\nmaintenance: {{before: before.json, expected: [ibc]}}\n"
    bench = write_bench(folder, "  vehicle: {profile: shared-ev, simulated: true}\n", more)
    steps = step("first", "vehicle.stored_snapshot") + step(
        "same", "vehicle.compare", "{before: first, after: first}"
    )
    return perform(request_for(folder, write_procedure(folder, steps), bench=str(bench)))


def test_a_snapshot_of_an_earlier_run_is_used_as_it_was(used: Outcome, tmp_path: Path) -> None:
    path = used.result.folder / str(told(used, "before")["snapshot_hash"][1])
    text = path.read_text(encoding="utf-8")
    vin = parse_snapshot(text.encode(), "before").points["vcu.vin"]
    outcome = stored(tmp_path, text, vin)
    assert outcome.verdicts == {"first": Verdict.PASS, "same": Verdict.PASS}


def test_a_snapshot_that_was_changed_or_is_of_another_car_is_not_used(
    used: Outcome, tmp_path: Path
) -> None:
    path = used.result.folder / str(told(used, "before")["snapshot_hash"][1])
    text = path.read_text(encoding="utf-8")
    vin = parse_snapshot(text.encode(), "before").points["vcu.vin"]
    changed = json.loads(text)
    changed["points"]["icm.odometer"]["value"] -= 9000.0
    for given, ledger, odd in (
        (json.dumps(changed), vin, "snapshot_hash"),
        (text, OTHER_VIN, "vin"),
    ):
        outcome = stored(tmp_path, given, ledger)
        assert outcome.verdicts == {"first": Verdict.FAIL, "same": Verdict.NOT_RUN}
        bad = [e.measurement.name for e in outcome.of(Judged)
               if e.judgement.verdict is Verdict.FAIL]  # fmt: skip
        assert bad == [odd]


def test_what_is_expected_has_to_be_something_of_the_car(tmp_path: Path) -> None:
    steps = step("first", "vehicle.stored_snapshot") + step(
        "same", "vehicle.compare", "{before: first, after: first, expected: [bcm.sofware_version]}"
    )
    head = "  vehicle: {profile: shared-ev, simulated: true}\n"
    with pytest.raises(FileError, match=r"bcm\.sofware_version"):
        request_for(
            tmp_path, write_procedure(tmp_path, steps), bench=str(write_bench(tmp_path, head))
        )
    more = "maintenance: {expected: [ibc, eps.odometre]}\n"
    with pytest.raises(FileError, match=r"eps\.odometre"):
        load_bench(str(write_bench(tmp_path, head, more)))


def test_a_value_that_is_no_longer_given_is_a_change() -> None:
    pressure = compared({"tpms.tyre_pressure_fl": 250.0}, {"tpms.tyre_pressure_fl": None})
    assert pressure["tpms.tyre_pressure_fl"].sort == "in use", "its sensor is dead, it answers"
    assert compared({"bcm.part_number": "A"}, {})["bcm.part_number"].sort == "undeclared"
    unknown = compared({"bcm.part_number": "A"}, {NOT_READ: ["bcm"]})
    assert unknown["bcm.part_number"].sort == "not compared"


def test_with_a_unit_that_nobody_could_ask_nothing_is_as_it_was(
    used: Outcome, tmp_path: Path
) -> None:
    """Both snapshots lack the same unit: no difference is seen, and that is no pass."""
    path = used.result.folder / str(told(used, "before")["snapshot_hash"][1])
    whole = parse_snapshot(path.read_bytes(), "before")
    lacking = {name: value for name, value in whole.points.items() if not name.startswith("eps.")}
    units = {name: unit for name, unit in whole.units.items() if name in lacking}
    points = {**lacking, NOT_READ: ["eps"]}
    partial = replace(whole, points=points, units=units, sha256="")
    outcome = stored(tmp_path, partial.dump().decode(), whole.points["vcu.vin"])
    assert outcome.verdicts == {"first": Verdict.PASS, "same": Verdict.NOT_RUN}
    assert outcome.step("same").reason == "not every unit could be read: eps"


def test_every_unit_is_asked_who_it_is() -> None:
    for dids in wanted(DIAGNOSTICS).values():
        assert {"part_number", "software_version", "hardware_version"} <= {d.name for d in dids}
