"""Probing a vehicle: what is wrong with adapter, bus, database, nodes and diagnostics is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import can
import pytest
from can_help import FakeHub, frame
from click.testing import CliRunner, Result
from diag_help import SMALL
from vehicle_help import PROFILE, MiniCar, offered, served, write_bench, write_profile

from harness.bench import can_findings
from harness.bench import probe_vehicle as module
from harness.bench.findings import BenchProbe, DeviceProbe
from harness.bench.load import load_bench
from harness.bench.lock import BenchLock
from harness.bench.probe import probe_bench
from harness.bench.probe_vehicle import probe_vehicle
from harness.cli.root import ROOT
from harness.clock import Clock, loop_time, run
from harness.devices.can.connection import CanConnection
from harness.devices.vehicle.profile import load_vehicle_profile
from harness.text import Text


def probe(folder: Path, car: Any, *, read_only: bool = False, text: str = PROFILE) -> DeviceProbe:
    """What is found out about a small car on a hub."""
    profile = load_vehicle_profile(str(write_profile(folder, text)))

    async def main() -> DeviceProbe:
        with offered(car) as name:
            return await probe_vehicle(
                profile,
                CanConnection(can="memory", channel=name),
                Clock(virtual=True),
                read_only=read_only,
                tell=lambda _: None,
            )

    return run(main, virtual=True)


def codes(found: DeviceProbe) -> list[str]:
    return [finding.code for finding in found.problems]


def exit_code(found: DeviceProbe) -> int:
    return BenchProbe("lab", [found]).exit_code


ONE_UNIT = "diagnostics: {description: one.yaml, bus: powertrain}"


def one_unit(folder: Path) -> str:
    """The profile with a description of the BMS alone, which answers on the small car."""
    text = SMALL.read_text("utf-8")
    (folder / "one.yaml").write_text(text[: text.index("  vcu: {title")], encoding="utf-8")
    return PROFILE.replace("diagnostics: {description: small.diagnostics.yaml, bus: powertrain}",
                           ONE_UNIT)  # fmt: skip


def test_a_healthy_car_has_nothing_wrong(tmp_path: Path) -> None:
    found = probe(tmp_path, MiniCar(), text=one_unit(tmp_path))
    assert found.findings == []
    assert found.reachable
    assert exit_code(found) == 0
    values = {one.name: one.value for one in found.readings}
    assert values["soc"] == 80
    assert set(values) == set(found.profile.shown)
    assert [(one.name, one.value) for one in found.identity] == [("bms.vin", "0EVE60AB9SA000123")]
    assert found.connection == "simulator in this process (CAN frames)"


def test_the_built_in_bench_is_fine() -> None:
    async def main() -> BenchProbe:
        return await probe_bench(load_bench("sim"), Clock(virtual=True))

    found = run(main, virtual=True)
    assert found.exit_code == 0
    vehicle = next(device for device in found.devices if device.role == "vehicle")
    assert vehicle.findings == []
    assert len(vehicle.readings) == len(vehicle.profile.shown)
    assert {one.quality.value for one in vehicle.readings} == {"good"}
    names = {one.name for one in vehicle.identity}
    assert {"vcu.vin", "bms.vin", "cam.software_version"} <= names


# One thing wrong at a time


def quiet(car: MiniCar) -> None:
    car.quiet |= {"VCU_Torque", "BMS_Status", "BMS_Cells"}


def dead(car: MiniCar) -> None:
    quiet(car)
    car.unit.rules.clear()


class Errors(FakeHub):
    """A bus on which nothing but error frames is seen."""

    def attach(self, on_frame: Any, *, listen_only: bool = False) -> Callable[[], None]:
        detach = super().attach(on_frame, listen_only=listen_only)
        for _ in range(20):
            self.put(can.Message(is_error_frame=True))
        return detach


class Foreign(FakeHub):
    """Another car."""

    def attach(self, on_frame: Any, *, listen_only: bool = False) -> Callable[[], None]:
        detach = super().attach(on_frame, listen_only=listen_only)
        for number in range(200):
            self.put(frame(0x500 + number % 12, bytes(8)))
        return detach


@pytest.mark.parametrize(
    ("spoil", "expected", "code"),
    [
        (dead, ["silent-bus"], 4),
        (quiet, [], 0),  # silent until asked
        (lambda car: car.quiet.update({"BMS_Status", "BMS_Cells"}), ["silent-node"], 3),
        (lambda car: car.spoilt.add("VCU_Torque"), ["flawed-message"], 3),
        (lambda car: car.stuck.add("BMS_Status"), ["flawed-message"], 3),
        (
            lambda car: car.values["BMS_Status"].update({"BMS_Temp": 81.5}),
            ["flawed-message"], 3,
        ),
        (lambda car: car.unit.on("3E00", "7F3E22"), [], 0),  # a refusal is an answer
        (lambda car: car.unit.rules.clear(), ["no-diagnostics"], 3),
        (lambda car: car.unit.on("22F190", "7F2231"), ["identity"], 3),
        (lambda car: car.unit.on("22F190", "62F19030"), ["identity"], 3),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    tmp_path: Path, spoil: Callable[[MiniCar], None], expected: list[str], code: int
) -> None:
    car = MiniCar()
    spoil(car)
    found = probe(tmp_path, car, text=one_unit(tmp_path))
    assert codes(found) == expected
    assert exit_code(found) == code
    for finding in found.findings:
        assert finding.what.zh != finding.what.en or "：" not in finding.what.zh
        assert finding.do.zh
        assert finding.do.en


def test_names_in_the_words(tmp_path: Path) -> None:
    car = MiniCar()
    car.quiet |= {"BMS_Status", "BMS_Cells"}
    car.stuck.add("VCU_Torque")
    silent, flawed = probe(tmp_path, car, text=one_unit(tmp_path)).problems
    assert silent.what.en == "can: nothing comes from BMS"
    assert silent.what.zh == "can：BMS 没有报文"
    assert "VCU_Torque" in flawed.what.en
    assert "计数器" in flawed.what.zh
    assert flawed.point == "VCU_Torque"


def test_a_bus_of_error_frames(tmp_path: Path) -> None:
    found = probe(tmp_path, Errors())
    assert codes(found) == ["only-errors"]
    assert exit_code(found) == 4
    assert found.findings[0].do is can_findings.ONLY_ERRORS
    assert "20" in found.findings[0].what.zh


def test_some_error_frames(tmp_path: Path) -> None:
    class Noisy(MiniCar):
        def _cycle(self, name: str, period: float) -> None:
            super()._cycle(name, period)
            if name == "BMS_Status":
                self.put(can.Message(is_error_frame=True))

    found = probe(tmp_path, Noisy(), text=one_unit(tmp_path))
    assert codes(found) == ["error-frames"]
    assert exit_code(found) == 3


def test_the_wrong_database(tmp_path: Path) -> None:
    found = probe(tmp_path, Foreign())
    assert codes(found)[0] == "wrong-database"
    assert "0x500" in found.findings[0].what.en
    assert "200 of 200 frames" in found.findings[0].what.en
    assert exit_code(found) == 3


def test_unknown_messages_among_known_ones_are_a_note(tmp_path: Path) -> None:
    class More(MiniCar):
        def _cycle(self, name: str, period: float) -> None:
            super()._cycle(name, period)
            if name == "BMS_Status":
                self.put(frame(0x6AA, b"\x01"))

    found = probe(tmp_path, More(), text=one_unit(tmp_path))
    assert codes(found) == []
    assert [(one.code, one.severity) for one in found.findings] == [("unknown-messages", "note")]
    assert "0x6AA" in found.findings[0].what.en
    assert exit_code(found) == 0


def test_a_silent_unit_among_others(tmp_path: Path) -> None:
    found = probe(tmp_path, MiniCar())  # vcu and lidar are described, and not there
    assert codes(found) == ["silent-unit", "silent-unit"]
    assert "vcu" in found.findings[0].what.zh
    assert [one.name for one in found.identity] == ["bms.vin"]


def test_read_only_asks_nobody(tmp_path: Path) -> None:
    for read_only in (True, False):
        car = MiniCar()
        found = probe(tmp_path, car, read_only=read_only, text=one_unit(tmp_path))
        notes = [(one.code, one.severity) for one in found.findings]
        assert notes == ([("read-only", "note")] if read_only else [])
        assert (car.heard == []) is read_only
        assert car.listen_only == [read_only]
        assert exit_code(found) == 0
        assert {one.name for one in found.readings} == set(found.profile.shown)
        assert bool(found.identity) is not read_only


def test_only_harmless_services_are_asked(tmp_path: Path) -> None:
    car = MiniCar()
    probe(tmp_path, car)
    assert {bytes(one.data[1:2]) for one in car.heard if one.data[0] < 8} == {b"\x3e", b"\x22"}


def test_a_vehicle_without_diagnostics_is_not_asked(tmp_path: Path) -> None:
    car = MiniCar()
    text = PROFILE.replace(
        "diagnostics: {description: small.diagnostics.yaml, bus: powertrain}\n", ""
    )
    found = probe(tmp_path, car, text=text.replace("  vin: {did: bms.vin}\n", ""))
    assert found.findings == []
    assert car.heard == []


@pytest.mark.parametrize("after", [2.0, 3.05], ids=["while listening", "while reading"])
def test_a_bus_that_dies_meanwhile(tmp_path: Path, after: float) -> None:
    class Dying(MiniCar):
        def _cycle(self, name: str, period: float) -> None:
            super()._cycle(name, period)
            if loop_time() > after:
                for listener in tuple(self._listeners):
                    port: Any = listener.__self__  # type: ignore[attr-defined]
                    port.sinks.on_death(OSError("gone"))

    found = probe(tmp_path, Dying())
    assert codes(found) == ["link-lost"], "said once"
    assert exit_code(found) == (4 if after < 3 else 3)
    (finding,) = found.findings
    assert "gone" in finding.do.en + finding.what.en


# The command


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(module, "LISTEN", 3.0)  # enough for the cycles of these cars


def call(*arguments: object, lang: str = "en") -> Result:
    return CliRunner().invoke(ROOT, ["bench", "probe", *map(str, arguments), "--lang", lang])


def slcan_bench(folder: Path, port: int, more: str = "") -> Path:
    write_profile(folder)
    wired = f'connection: {{can: slcan, channel: "socket://127.0.0.1:{port}"}}'
    return write_bench(folder, f"  vehicle: {{profile: mini.yaml, {wired}}}\n", more)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_on_an_adapter_that_is_not_there(tmp_path: Path, lang: str) -> None:
    shown = call(slcan_bench(tmp_path, 1), lang=lang)
    assert shown.exit_code == 4
    assert "[adapter]" in shown.stdout
    wanted = Text("检查适配器是否插好", "check that the adapter is plugged in")
    assert wanted.get(lang) in " ".join(shown.stdout.split())  # type: ignore[arg-type]
    assert "Traceback" not in shown.output
    found = json.loads(call(slcan_bench(tmp_path, 1), "--json").stdout)
    (vehicle,) = found["devices"]
    assert (found["exit_code"], vehicle["reachable"], vehicle["id"]) == (4, False, "vehicle")
    assert vehicle["connection"] == "slcan socket://127.0.0.1:1 500 kbit/s"
    assert {"id", "point", "severity", "what", "do"} <= vehicle["findings"][0].keys()


def test_an_adapter_that_another_run_uses(tmp_path: Path) -> None:
    bench = slcan_bench(tmp_path, 1)
    lock = BenchLock()
    lock.take(CanConnection(can="slcan", channel="socket://127.0.0.1:1").key())
    try:
        shown = call(bench, "--json")
    finally:
        lock.release()
    assert shown.exit_code == 4
    assert [one["id"] for one in json.loads(shown.stdout)["devices"][0]["findings"]] == ["in-use"]


def test_the_command_on_the_built_in_bench_with_a_fault() -> None:
    for lang, word in (("zh", "车辆"), ("en", "vehicle")):
        shown = call("sim", "--fault", "ultrasonic-unit-dead", lang=lang)
        assert shown.exit_code == 3, shown.output
        assert "[silent-node]" in shown.stdout
        assert "USS" in shown.stdout
        assert word in shown.stdout or "vehicle" in shown.stdout


def test_the_command_on_a_quiet_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a socket, in real time: the adapter is there and nobody sends."""
    monkeypatch.setattr(module, "LISTEN", 0.3)
    car = MiniCar()
    quiet(car)
    with served(car) as (adapter, _):
        bench = slcan_bench(tmp_path, adapter.port, "read_only: true\n")
        found = json.loads(call(bench, "--json").stdout)
    assert [one["id"] for one in found["devices"][0]["findings"]] == ["silent-bus"]
    assert found["exit_code"] == 4
    assert adapter.heard == []
    assert "L" in adapter.commands, "a read-only bench does not even acknowledge"


@pytest.mark.parametrize(
    "devices",
    [
        "  vehicle: {profile: none.yaml, connection: {can: slcan}}\n",
        "  vehicle: {profile: shared-ev}\n",
        "  vehicle: {profile: shared-ev, connection: {can: slcan, bitrate: 250000}}\n",
    ],
)
def test_files_that_are_wrong(tmp_path: Path, devices: str) -> None:
    shown = call(write_bench(tmp_path, devices))
    assert shown.exit_code == 2
    assert "Traceback" not in shown.output


def test_a_broken_database_is_a_wrong_file(tmp_path: Path) -> None:
    write_profile(tmp_path)
    (tmp_path / "good.dbc").write_text("BO_ what", encoding="utf-8")
    bench = write_bench(
        tmp_path, "  vehicle: {profile: mini.yaml, connection: {can: virtual, channel: x}}\n"
    )
    shown = call(bench)
    assert shown.exit_code == 2
    assert "good.dbc:1:" in shown.stderr
