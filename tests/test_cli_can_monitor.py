"""`harness can monitor` and `harness watch` on vehicles; list, show, schema for their profiles."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console
from vehicle_help import (
    DBC,
    PROFILE,
    MiniCar,
    opened,
    pull_out_later,
    served,
    virtual,
    write_bench,
    write_profile,
)

from harness.bench.lock import BenchLock
from harness.cli import can_monitor
from harness.cli.root import ROOT
from harness.clock import Clock, sleep
from harness.datafile import load, validate
from harness.devices.can.connection import CanConnection
from harness.devices.vehicle.profile_file import VehicleProfileFile

QUICK = ("--count", "2", "--every", "200 ms")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def call(*arguments: object, lang: str = "en") -> Result:
    return CliRunner().invoke(ROOT, [*map(str, arguments), "--lang", lang])


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def bench_at(folder: Path, port: int) -> Path:
    write_profile(folder)
    wired = f'connection: {{can: slcan, channel: "socket://127.0.0.1:{port}"}}'
    return write_bench(folder, f"  vehicle: {{profile: mini.yaml, {wired}}}\n")


# Monitor


def test_the_built_in_car_into_a_pipe() -> None:
    first, second = rows(call("can", "monitor", "sim", *QUICK, "--message", "BMS_StateOfCharge"))
    assert set(first) == {"utc", "t", "powertrain", "chassis", "body", "adas"}
    assert second["t"] > first["t"]
    bus = second["powertrain"]
    assert bus["received"] > first["powertrain"]["received"] > 0
    assert (bus["error_frames"], bus["unknown"], bus["undecodable"]) == (0, {}, 0)
    assert 0 < bus["load"] < 0.5
    assert set(bus["messages"]) == {"BMS_StateOfCharge"}, "the car was switched on, and chosen"
    message = bus["messages"]["BMS_StateOfCharge"]
    assert message["count"] >= 1
    assert len(bytes.fromhex(message["data"])) == 8
    assert 0 < message["signals"]["BMS_Soc"] <= 100
    assert second["chassis"]["messages"] == {}


def test_a_bench_file_and_a_direct_connection_show_the_same(tmp_path: Path) -> None:
    car = MiniCar()
    with served(car) as (adapter, _):
        bench = bench_at(tmp_path, adapter.port)
        by_bench = rows(call("can", "monitor", bench, *QUICK))[-1]["can"]
        assert "L" in adapter.commands, "the adapter only listens"
        direct = rows(
            call("can", "monitor", "--can", "slcan", "--channel",
                 f"socket://127.0.0.1:{adapter.port}", "--database", DBC / "good.dbc", *QUICK)
        )[-1]["can"]  # fmt: skip
        assert adapter.heard == [], "not one frame was sent"
    for bus in (by_bench, direct):
        assert bus["error_frames"] is None, "slcan would not tell of any"
        assert set(bus["messages"]) == {"VCU_Torque", "BMS_Status", "BMS_Cells"}
        assert bus["messages"]["BMS_Status"]["signals"]["BMS_State"] == "standby"
        assert bus["messages"]["BMS_Status"]["signals"]["BMS_Soc"] == 80


def test_several_databases_and_what_is_in_none_of_them(tmp_path: Path) -> None:
    text = (DBC / "foreign.dbc").read_text("utf-8").replace("BO_ 256 Foo", "BO_ 1025 Foo")
    (tmp_path / "other.dbc").write_text(text, encoding="utf-8")
    with served(MiniCar()) as (adapter, _):
        place = ["--can", "slcan", "--channel", f"socket://127.0.0.1:{adapter.port}"]
        other = rows(call("can", "monitor", *place, "--database", "other.dbc", *QUICK))[-1]["can"]
        assert other["messages"] == {}
        assert {"0x100", "0x200", "0x00000200"} <= set(other["unknown"])
        both = rows(
            call("can", "monitor", *place, "--database", "other.dbc", "--database",
                 DBC / "good.dbc", *QUICK)
        )[-1]["can"]  # fmt: skip
        assert both["unknown"] == {}
        assert "BMS_Status" in both["messages"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_adapter_that_goes_ends_it(tmp_path: Path, lang: str) -> None:
    with served(MiniCar()) as (adapter, pull_out):
        bench = bench_at(tmp_path, adapter.port)
        pull_out_later(adapter, pull_out, 1.0)
        shown = call("can", "monitor", bench, "--count", "1000", "--every", "100 ms", lang=lang)
    assert shown.exit_code == 4
    assert shown.stdout, "what was seen before is there"
    assert "the other end has closed the connection" in shown.stderr or lang == "zh"
    assert "Traceback" not in shown.output


def test_an_adapter_that_is_not_there_or_in_use(tmp_path: Path) -> None:
    place = ["--can", "slcan", "--channel", "socket://127.0.0.1:1", "--database", DBC / "good.dbc"]
    shown = call("can", "monitor", *place)
    assert shown.exit_code == 4
    assert "nothing listens on that port" in shown.stderr
    lock = BenchLock()
    lock.take(CanConnection(can="slcan", channel="socket://127.0.0.1:1").key())
    try:
        shown = call("can", "monitor", *place)
        assert shown.exit_code == 4
        assert "in use by another run" in shown.stderr
    finally:
        lock.release()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["sim", "--can", "slcan"],
        ["sim", "--database", "good.dbc"],
        ["sim", "--channel", "can0"],
        ["sim", "--message", "Nothing"],
        ["sim", "--every", "often"],
        ["sim", "--count", "0"],
        ["nowhere.yaml"],
        ["pile.yaml"],
        ["--can", "slcan"],
        ["--can", "slcan", "--database", "none.dbc"],
        ["--can", "slcan", "--database", "good.dbc", "--bitrate", "1"],
        ["--can", "so cket", "--database", "good.dbc"],
        ["--can", "memory", "--database", "good.dbc"],
        ["--can", "slcan", "--database", "broken.dbc"],
        ["--can", "slcan", "--database", "good.dbc", "--database", "good.dbc"],
        ["--can", "slcan", "--database", "good.dbc", "--message", "Nothing"],
    ],
    ids=lambda words: " ".join(words) or "nothing",
)
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    write_profile(tmp_path)
    (tmp_path / "broken.dbc").write_text("BO_ what", encoding="utf-8")
    write_bench(tmp_path, "  pile: {profile: gb-ac-pile, simulated: true}\n", name="pile.yaml")
    for lang in ("zh", "en"):
        shown = call("can", "monitor", *arguments, lang=lang)
        assert shown.exit_code == 2, shown.output
        assert shown.stderr.strip()
        assert shown.stdout == ""
        assert "Traceback" not in shown.output


def test_ctrl_c_is_the_usual_end(tmp_path: Path) -> None:
    with served(MiniCar()) as (adapter, _):
        bench = str(bench_at(tmp_path, adapter.port))
        process = subprocess.Popen(
            [sys.executable, "-m", "harness", "can", "monitor", bench, "--every", "50 ms"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONWARNINGS": "error"},
        )  # fmt: skip
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["can"]
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
            process.communicate()
    assert process.returncode == 0
    assert said == ""


def test_the_table_of_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = write_profile(tmp_path)

    def shown(width: int, height: int = 40) -> str:
        console = Console(
            force_terminal=True, width=width, height=height, record=True, file=io.StringIO()
        )
        monkeypatch.setattr(can_monitor, "make_console", lambda: console)

        async def main() -> None:
            car = MiniCar()
            car.stuck.add("VCU_Torque")
            async with opened(profile, car) as vehicle:
                await sleep(2.0)
                monitor = can_monitor._Monitor((), 0.1, 1)
                console.print(monitor._table(vehicle))
                await monitor.run(vehicle, Clock(virtual=True))

        virtual(main)
        return console.export_text()

    text = shown(160)
    assert "Data" in text
    for part in ("0x200", "BMS_Status", "100.0", "BMS_Soc=80 %", "BMS_State=standby", "received 2"):
        assert part in text
    assert "0x00000200" in text
    narrow = shown(80)
    assert "Data" not in narrow, "the signals need its place"
    assert "BMS_Soc=80 %" in narrow


# Watch


def test_watching_the_vehicle_of_a_bench(tmp_path: Path) -> None:
    with served(MiniCar()) as (adapter, _):
        bench = bench_at(tmp_path, adapter.port)
        (row,) = rows(call("watch", bench, "--count", "1"))
        assert row["vehicle"]["soc"] == 80
        assert row["vehicle"]["state"] == "standby"
        assert row["vehicle"]["event"] == {"value": None, "raw": None, "quality": "missing"}
        assert "vin" not in row["vehicle"], "identifiers would have to be asked for"
        chosen = rows(call("watch", bench, "vehicle", "--point", "BMS_Status.BMS_Temp",
                           "--count", "2", "--every", "100 ms"))  # fmt: skip
        assert [one["vehicle"] for one in chosen] == [{"BMS_Status.BMS_Temp": 25.0}] * 2
        assert adapter.heard == []


def test_watching_the_built_in_car() -> None:
    (row,) = rows(call("watch", "sim", "vehicle", "--count", "1", "--point", "key_position",
                       "--point", "soc"))  # fmt: skip
    assert row["vehicle"]["key_position"] == "on", "somebody has switched it on"
    assert 0 < row["vehicle"]["soc"] <= 100
    (row,) = rows(call("watch", "sim", "pile", "--count", "1", "--point", "charging_state"))
    assert row["pile"] == {"charging_state": "idle"}
    assert "vehicle" not in row


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_watch_does_not_ask_control_units(lang: str) -> None:
    shown = call("watch", "sim", "vehicle", "--point", "vcu.vin", "--count", "1", lang=lang)
    assert shown.exit_code == 2
    assert "vcu.vin" in shown.stderr
    assert "Traceback" not in shown.output


def test_watching_an_adapter_that_goes(tmp_path: Path) -> None:
    with served(MiniCar()) as (adapter, pull_out):
        bench = bench_at(tmp_path, adapter.port)
        pull_out_later(adapter, pull_out, 1.0)
        found = rows(call("watch", bench, "--point", "soc", "--count", "12", "--every", "200 ms"))
    assert found[0]["vehicle"]["soc"] == 80
    assert "closed the connection" in found[-1]["vehicle"]["error"]


# List, show, schema


def test_list_has_vehicles_among_the_profiles() -> None:
    found = {row["id"]: row for row in json.loads(call("list", "profiles", "--json").stdout)}
    car = found["shared-ev"]
    assert (car["kind"], car["links"]) == ("vehicle", ["adas", "body", "chassis", "powertrain"])
    assert car["points"] > 60
    assert found["gb-ac-pile"]["kind"] == "pile"
    for lang, word in (("zh", "车辆"), ("en", "vehicle")):
        shown = call("list", "profiles", lang=lang)
        assert shown.exit_code == 0
        assert "shared-ev" in shown.stdout
        assert word in shown.stdout


def test_show_of_a_vehicle() -> None:
    car = json.loads(call("show", "shared-ev", "--json").stdout)
    assert car["buses"]["body"] == "ev_body.dbc"
    points = {point["id"]: point for point in car["points"]}
    assert points["soc"]["from"] == "BMS_StateOfCharge.BMS_Soc"
    assert points["soc"]["unit"] == "%"
    assert "ready" in points["ready"]["values"].values()
    for lang, words in (("zh", ("总线", "荷电状态")), ("en", ("buses", "State of charge"))):
        shown = call("show", "shared-ev", lang=lang)
        assert shown.exit_code == 0
        for word in (*words, "ev_powertrain.dbc", "BMS_StateOfCharge.BMS_Soc"):
            assert word in shown.stdout
    near = call("show", "shared-e")
    assert near.exit_code == 2
    assert "shared-ev" in near.stderr


def test_schemas_accept_what_the_loader_accepts(tmp_path: Path) -> None:
    schema = json.loads(call("schema", "vehicle").stdout)
    assert schema["title"] == "vehicle file"
    assert schema["properties"]["kind"]["const"] == "vehicle"
    values, places, _ = load(write_profile(tmp_path, PROFILE))
    validate(VehicleProfileFile, values, places)
    assert set(values) <= set(schema["properties"])
    bench = json.loads(call("schema", "bench").stdout)
    device = bench["$defs"]["DeviceEntry"]["properties"]
    assert {"connections", "database", "diagnostics"} <= set(device)
    assert "read_only" in bench["properties"]
    for name in ("diagnostics", "checks"):
        assert json.loads(call("schema", name).stdout)["properties"]
    procedure = json.loads(call("schema", "procedure").stdout)
    assert {"can.send", "diag.scan_dtcs", "vehicle.follows"} <= set(
        procedure["$defs"]["Step"]["properties"]["do"]["enum"]
    )
    assert "read_only" in procedure["properties"]
