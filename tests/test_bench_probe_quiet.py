"""Probing vehicles that are sound and do not look it: silent until asked, described in part."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import can
import pytest
from can_help import FakeHub, frame
from click.testing import CliRunner
from test_bench_probe_vehicle import codes, dead, exit_code, one_unit, probe, quiet
from vehicle_help import MiniCar

from harness.bench import can_findings
from harness.bench import probe_vehicle as module
from harness.bench.findings import DeviceProbe, Finding
from harness.cli.probe import identity_shown
from harness.cli.root import ROOT
from harness.quantity import Measurement, Quality


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(module, "LISTEN", 3.0)  # enough for the cycles of these cars


def notes(found: DeviceProbe) -> list[str]:
    return [finding.code for finding in found.findings if finding.severity == "note"]


def only(found: DeviceProbe) -> Finding:
    (finding,) = found.findings
    return finding


# Silent until asked


def test_a_bus_on_which_a_unit_answers_is_reached(tmp_path: Path) -> None:
    car = MiniCar()
    quiet(car)
    found = probe(tmp_path, car, text=one_unit(tmp_path))
    assert found.reachable
    assert exit_code(found) == 0
    note = only(found)
    assert (note.code, note.severity) == ("silent-until-asked", "note")
    assert note.what.zh == "can：平时无报文，但控制单元有应答"
    assert "no frames are sent by themselves" in note.what.en
    assert [(one.name, one.value) for one in found.identity] == [("bms.vin", "0EVE60AB9SA000123")]
    assert {one.quality for one in found.readings} == {Quality.MISSING}


def test_a_bus_on_which_nobody_answers_is_not_reached(tmp_path: Path) -> None:
    car = MiniCar()
    dead(car)
    found = probe(tmp_path, car, text=one_unit(tmp_path))
    assert not found.reachable
    assert exit_code(found) == 4
    assert car.heard, "it was asked"
    assert only(found).what.zh == "can：无报文，控制单元也无应答"
    assert only(found).what.en == "can: silent, and no control unit answers"
    assert only(found).do is can_findings.NO_FRAMES


def test_read_only_asks_nobody_on_a_silent_bus(tmp_path: Path) -> None:
    car = MiniCar()
    quiet(car)
    found = probe(tmp_path, car, read_only=True, text=one_unit(tmp_path))
    assert not found.reachable
    assert car.heard == []
    assert (only(found).code, only(found).what.en) == ("silent-bus", "can: silent")
    assert only(found).do is can_findings.NO_FRAMES_UNASKED


def test_nobody_is_asked_on_a_bus_of_errors(tmp_path: Path) -> None:
    """Most likely the bit rate is wrong: whoever sends then disturbs the others."""

    class Errors(FakeHub):
        def attach(self, on_frame: Any, *, listen_only: bool = False) -> Callable[[], None]:
            detach = super().attach(on_frame, listen_only=listen_only)
            self.put(can.Message(is_error_frame=True))
            return detach

    hub = Errors()
    assert codes(probe(tmp_path, hub)) == ["only-errors"]
    assert hub.heard == []


# A database that describes a part


class Besides(MiniCar):
    """The small car on a bus with ten times as many frames that nobody has described."""

    def _cycle(self, name: str, period: float) -> None:
        super()._cycle(name, period)
        if name == "VCU_Torque":
            for number in range(10):
                self.put(frame(0x500 + number, bytes(8)))


def test_a_database_of_a_part_of_the_bus_is_a_note(tmp_path: Path) -> None:
    found = probe(tmp_path, Besides(), text=one_unit(tmp_path))
    assert codes(found) == []
    assert notes(found) == ["partial-database"]
    assert exit_code(found) == 0
    assert "0x500" in only(found).what.zh
    assert "of its 3 messages 3 come as described" in only(found).what.en
    assert {one.quality for one in found.readings if one.name == "soc"} == {Quality.GOOD}


def test_what_is_missing_of_that_part_is_still_said(tmp_path: Path) -> None:
    car = Besides()
    car.quiet |= {"BMS_Status", "BMS_Cells"}
    found = probe(tmp_path, car, text=one_unit(tmp_path))
    assert (codes(found), notes(found)) == (["silent-node"], ["partial-database"])


def test_ids_that_are_there_by_chance_are_no_part(tmp_path: Path) -> None:
    """All three ids come, with other lengths: another car."""

    class Other(Besides):
        def put(self, message: can.Message) -> None:
            if message.arbitration_id in (0x100, 0x200):
                message = frame(message.arbitration_id, b"\1\2", extended=message.is_extended_id)
            super().put(message)

    assert "wrong-database" in codes(probe(tmp_path, Other(), text=one_unit(tmp_path)))


def test_hardly_anything_of_the_database_is_no_part(tmp_path: Path) -> None:
    class One(Besides):
        def put(self, message: can.Message) -> None:
            known = message.arbitration_id in (0x100, 0x200)
            if not known:
                super().put(message)

    assert "wrong-database" in codes(probe(tmp_path, One(), text=one_unit(tmp_path)))


# Who has which VIN


def vins(**found: str) -> DeviceProbe:
    probed = DeviceProbe("vehicle", None, "")  # type: ignore[arg-type]
    probed.identity += [Measurement(f"{unit}.vin", vin, source="vehicle") for unit, vin in
                        found.items()]  # fmt: skip
    return probed


def test_a_vin_is_shown_once() -> None:
    shown = identity_shown(vins(vcu="A", bms="A", gw="A"), "zh")
    assert shown.startswith("车辆识别代号")
    assert shown.endswith(" A（3 个控制单元一致）")
    assert identity_shown(vins(vcu="A", bms="A"), "en").endswith(" A (2 control units agree)")
    assert "agree" not in identity_shown(vins(vcu="A"), "en"), "one alone agrees with nobody"


def test_units_with_another_vin_are_named() -> None:
    shown = identity_shown(vins(vcu="A", bms="B", gw="A"), "zh")
    assert shown.endswith(" A（2 个控制单元一致），BMS：B")
    assert identity_shown(vins(vcu="A", bms="B", gw="A"), "en").endswith(
        " A (2 control units agree), BMS: B"
    )


def test_versions_that_differ_are_shown_by_unit() -> None:
    probed = DeviceProbe("vehicle", None, "")  # type: ignore[arg-type]
    probed.identity += [Measurement("vcu.software_version", "V1", source="vehicle"),
                        Measurement("bms.software_version", "V2", source="vehicle")]  # fmt: skip
    shown = identity_shown(probed, "en")
    assert "VCU" in shown.upper().partition("V1")[0]
    assert "BMS" in shown.upper().partition("V1")[2]
    assert "agree" not in shown


def test_the_command_says_the_vin_of_the_built_in_car_once() -> None:
    shown = CliRunner().invoke(ROOT, ["bench", "probe", "sim", "--lang", "zh"])
    assert shown.exit_code == 0
    assert "".join(shown.stdout.split()).count("0EVEV4B25") == 1
    assert "vin-differs" not in shown.stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_unit_of_another_car_is_a_note(lang: str) -> None:
    words = ["bench", "probe", "sim", "--lang", lang, "--fault", "unit-of-another-car"]
    shown = CliRunner().invoke(ROOT, words)
    assert shown.exit_code == 0, shown.output
    assert "[vin-differs]" in shown.stdout
    assert "tbox" in shown.stdout.partition("[vin-differs]")[0]
