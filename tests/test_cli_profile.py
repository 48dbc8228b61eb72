"""`harness profile`: from an empty file to a first reading, and every mistake on the way named."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.bench.load import load_bench
from harness.cli.profile import connection_of
from harness.cli.root import ROOT
from harness.clock import Clock
from harness.devices.modbus.profile import SHIPPED, load_profile
from harness.errors import UsageError
from simulators.bench import SimulatedBench


def call(*arguments: str) -> Result:
    return CliRunner().invoke(ROOT, list(arguments))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", ["pile", "meter"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_new_map_loads_as_it_is(kind: str, lang: str) -> None:
    made = call("profile", "new", "shop-1.yaml", "--kind", kind, "--lang", lang)
    assert made.exit_code == 0, made.output
    assert "harness profile check shop-1.yaml" in made.stdout
    profile = load_profile("shop-1.yaml")
    assert (profile.id, profile.kind) == ("shop-1", kind)
    shown = call("profile", "check", "shop-1.yaml", "--lang", lang)
    assert shown.exit_code == 0
    assert "voltage_l1" in shown.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shop.yaml", "exists already"),
        ("shop.txt", "expected one ending in .yaml"),
        ("My Pile.yaml", "expected one like shop-pile"),
        ("no/folder/x.yaml", "No such file"),
    ],
)
def test_a_new_map_overwrites_nothing(name: str, said: str) -> None:
    Path("shop.yaml").write_text("mine", "utf-8")
    result = call("profile", "new", name, "--lang", "en")
    assert result.exit_code == 2
    assert said in result.stderr
    assert Path("shop.yaml").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
def test_check_tells_how_a_map_is_read(name: str) -> None:
    value = json.loads(call("profile", "check", name, "--json").stdout)
    read = {point for request in value["requests"] for point in request["points"]}
    profile = load_profile(name)
    assert read == {point.name for point in profile.points.values() if point.readable}
    assert len(value["requests"]) <= value["requests_one_by_one"]
    doubted = {one["point"] for one in value["doubts"]}
    assert {point.name for point in profile.points.values() if point.doubts} <= doubted


def test_check_names_what_is_wrong() -> None:
    call("profile", "new", "shop.yaml")
    path = Path("shop.yaml")
    path.write_text(path.read_text("utf-8").replace("scale: 0.1", "scale: 0", 1), "utf-8")
    result = call("profile", "check", "shop.yaml", "--lang", "zh")
    assert result.exit_code == 2
    assert "shop.yaml:" in result.stderr
    assert call("profile", "check", "no-such-map").exit_code == 2


def test_several_units_and_the_watchdog_are_shown() -> None:
    shown = " ".join(call("profile", "check", "alfen-eve-ng9xx", "--lang", "zh").stdout.split())
    assert "站号 200 holding 100-178" in shown
    assert "须重写 current_limit" in shown
    assert "断电丢失的设置 current_limit" in shown
    assert "最多 2 个主站 · 空闲 60 s 后断开" in shown
    assert "charging_state 不为 charging" in shown


class Served:
    """A simulated pile on TCP, in a loop of its own."""

    def __init__(self, profile: str) -> None:
        self._ready = threading.Event()
        self._end: asyncio.Event | None = None
        self.address = ""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(profile)))
        self._thread.start()
        assert self._ready.wait(20)

    async def _serve(self, profile: str) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        clock = Clock(virtual=False)
        bench = SimulatedBench(
            seed=1,
            now=clock.elapsed,
            wall=lambda: clock.now().utc,
            pile=load_profile(profile),
            meter=None,
        )
        self.address = await bench.serve("pile", "tcp://127.0.0.1:0")
        self._ready.set()
        await self._end.wait()
        await bench.stop()

    def stop(self) -> None:
        assert self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)


@pytest.fixture
def served() -> Iterator[Served]:
    device = Served("gb-ac-pile")
    yield device
    device.stop()


def test_probe_reads_a_device_without_a_bench_file(served: Served) -> None:
    fine = call("profile", "probe", "gb-ac-pile", "--modbus", served.address, "--json")
    assert fine.exit_code == 0, fine.output
    (device,) = json.loads(fine.stdout)["devices"]
    assert device["reachable"]
    call("profile", "new", "other.yaml")
    other = call("profile", "probe", "other.yaml", "--modbus", served.address, "--lang", "en")
    assert other.exit_code == 3, "another map does not fit this device"


SLIPS = """profile: slips
title: {zh: 抄错的点表, en: A table copied with mistakes}
vendor: x
model: x
kind: pile
confidence: low
sources: [made for the tests]
links: {tcp: {port: 502, unit: 1}}
points:
  voltage_l1:   {at: input 100, unit: V}
  total_energy: {at: input 112, type: u32, word_order: little, unit: Wh}
"""


def test_probe_doubts_a_wrong_scale_and_swapped_words(served: Served) -> None:
    """A map without any ranges, in the working folder and called by its name."""
    shipped = load_profile("gb-ac-pile").points
    text = SLIPS.replace("100", str(shipped["voltage_l1"].address))
    text = text.replace("112", str(shipped["total_energy"].address))
    assert shipped["total_energy"].type == "u32"
    Path("slips.yaml").write_text(text, encoding="utf-8")
    assert call("profile", "check", "slips").exit_code == 0
    found = call("profile", "probe", "slips", "--modbus", served.address, "--json")
    assert found.exit_code == 3
    (device,) = json.loads(found.stdout)["devices"]
    codes = {one["point"]: one["id"] for one in device["findings"] if one.get("point")}
    assert codes == {"voltage_l1": "implausible", "total_energy": "swapped-words"}


@pytest.mark.parametrize(("scale", "wrong"), [("0.1", False), ("0.01", True)])
def test_probe_holds_a_voltage_against_the_ratings(
    served: Served, scale: str, *, wrong: bool
) -> None:
    at = load_profile("gb-ac-pile").points["voltage_l1"].address
    row = f"  voltage_l1: {{at: input {at}, scale: {scale}, unit: V}}\n"
    head = (
        SLIPS.split("points:", maxsplit=1)[0]
        + "ratings: {voltage: 220 V, current: 32 A}\npoints:\n"
    )
    Path("slips.yaml").write_text(head + row, encoding="utf-8")
    found = call("profile", "probe", "slips", "--modbus", served.address, "--json")
    (device,) = json.loads(found.stdout)["devices"]
    codes = [one["id"] for one in device["findings"] if one.get("point")]
    assert (found.exit_code, codes) == ((3, ["off-rating"]) if wrong else (0, []))


def test_what_is_wrong_on_the_command_line_is_said_in_chinese() -> None:
    call("profile", "new", "shop.yaml")
    again = call("profile", "new", "shop.yaml", "--lang", "zh")
    assert "shop.yaml 已存在；应为：新文件的名称" in again.output
    lost = call("profile", "probe", "shop.yaml", "--modbus", "tcp:/x", "--lang", "zh")
    assert "“tcp:/x”不是地址；应为：tcp://主机:端口、rtu-over-tcp://" in lost.output
    shown = " ".join(call("profile", "check", "shop.yaml", "--lang", "zh").stdout.split())
    assert "current_l1 小于 0.5 A" in shown


def test_recovery_and_what_is_kept_are_shown() -> None:
    call("profile", "new", "shop.yaml")
    text = Path("shop.yaml").read_text("utf-8")
    guard = """
watchdog:
  fed_by: any_request
  timeout: 30 s
  feed_every: 10 s
  recover: again
  action: {zh: 停止充电, en: Stops charging}
"""
    text = text.replace("\nsequences:\n", "\nsequences:\n  again: [{rewrite: current_limit}]\n")
    text = text.replace("allowed: [0, [6, 32]]", "allowed: [0, [6, 32]], retentive: true")
    Path("shop.yaml").write_text(text + guard, "utf-8")
    shown = " ".join(call("profile", "check", "shop.yaml", "--lang", "en").stdout.split())
    assert "after a trip a person carries out again (no run does)" in shown
    assert "Kept without supply current_limit" in shown
    Path("shop.yaml").write_text(text + guard.replace("  recover: again\n", ""), "utf-8")
    assert "after a trip" not in call("profile", "check", "shop.yaml", "--lang", "en").stdout


def test_a_bench_finds_the_maps_that_lie_beside_it() -> None:
    Path("lab").mkdir()
    Path("lab/maps").mkdir()
    Path("lab/beside.yaml").write_text(SLIPS.replace("slips", "beside"), encoding="utf-8")
    Path("lab/maps/own.yaml").write_text(SLIPS.replace("slips", "own"), encoding="utf-8")
    bench = "bench: lab\nprofiles: [maps]\ndevices:\n  pile: {profile: NAME, simulated: true}\n"
    for name in ("beside", "own", "gb-ac-pile"):
        Path("lab/gb-ac-pile.yaml").write_text(bench.replace("NAME", name), encoding="utf-8")
        # A bench file that is called like a shipped map does not hide it.
        assert load_bench("lab/gb-ac-pile.yaml").profiles["pile"].id == name


def test_probe_of_nothing() -> None:
    result = call("profile", "probe", "gb-ac-pile", "--modbus", "tcp://127.0.0.1:1", "--unit", "7")
    assert result.exit_code == 4


@pytest.mark.parametrize("address", ["127.0.0.1:502", "tcp://127.0.0.1", "rtu:", "udp://a:1"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(UsageError, match="expected tcp://HOST:PORT"):
        connection_of(address)


def test_addresses() -> None:
    assert connection_of("rtu:COM3") == {"modbus": "rtu", "port": "COM3"}
    assert connection_of("tcp://[::1]:502") == {"modbus": "tcp", "host": "::1", "port": 502}
