"""A simulated pile of one of the makes that a register map describes."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pymodbus.client import ModbusTcpClient
from sim_support import Point
from test_modbus_variants import written

from harness.bench.load import load_bench
from harness.cli.root import ROOT
from harness.cli.serving import modbus_device
from harness.devices.modbus.profile import load_profile
from simulators.pilot import CABLE_RC
from simulators.register_map import RegisterMap

PHOENIX = "phoenix-ev-charge-control-basic"
HOLDING = 3


def _call(*arguments: str, lang: str) -> Result:
    return CliRunner().invoke(ROOT, [*arguments, "--lang", lang])


def test_a_variant_is_served_live(tmp_path: Path) -> None:
    """`settings` has another address in the variant, which a plain client finds there."""
    with subprocess.Popen(
        [sys.executable, "-m", "harness", "sim", "pile", "--modbus", "tcp://127.0.0.1:0",
         "--profile", written(tmp_path).name, "--variant", "swapped"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            host, _, port = process.stdout.readline().strip().removeprefix("tcp://").rpartition(":")
            with ModbusTcpClient(host, port=int(port)) as client:
                assert client.read_holding_registers(8, count=1, device_id=1).registers == [0x35]
                assert client.read_holding_registers(0, count=1, device_id=1).exception_code == 2
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "没有名为“other”的变型；可用：gb-t-18487"),
        ("en", "no variant is called 'other'; known: gb-t-18487"),
    ],
)
def test_a_variant_that_is_not_there_names_those_that_are(lang: str, said: str) -> None:
    refused = _call("sim", "pile", "--profile", PHOENIX, "--variant", "other", lang=lang)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
    none = _call("sim", "pile", "--variant", "other", lang=lang)
    assert none.exit_code == 2
    assert {"zh": "目前一个也没有", "en": "known: none"}[lang] in none.stderr


def test_the_bench_file_of_a_variant_says_so(tmp_path: Path) -> None:
    device = modbus_device(PHOENIX, "rtu:/dev/ttyUSB0", variant="gb-t-18487")
    path = tmp_path / "bench.yaml"
    path.write_text(f"bench: live\ndevices:\n  pile: {device}\n", encoding="utf-8")
    assert load_bench(str(path)).profiles["pile"].variant == "gb-t-18487"


@pytest.mark.parametrize("rating", CABLE_RC)
def test_the_cable_register_in_the_mode_of_gb_t(rating: int) -> None:
    """In that mode the controller sees only whether CC is closed, else by which resistor."""
    usual = load_profile(PHOENIX)
    there = load_profile(PHOENIX, variant="gb-t-18487")
    point = Point(profile=usual)
    maps = [RegisterMap(profile, point.rig.registers) for profile in (usual, there)]
    point.world.cable.rc = CABLE_RC[rating]
    assert [one.read(HOLDING, 24001, 1) for one in maps] == [[0], [0]]
    assert [one.shown("proximity_state") for one in maps] == ["open", "open"]
    point.world.plug_in()
    assert [one.read(HOLDING, 24001, 1) for one in maps] == [[rating], [63]]
    assert maps[1].shown("proximity_state") == "shorted"
    assert maps[1].shown("cable_current_rating") is None
    point.world.cable.cc_open = True
    assert maps[1].read(HOLDING, 24001, 1) == [0]
