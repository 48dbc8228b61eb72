"""Bits of registers, variants, texts in UTF-16, tokens for watchdogs, and other masters."""

import json
from pathlib import Path
from typing import Any

import pytest
from benchkit import run_procedure, write_procedure
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from modbus_help import FakeDevice, opened, serving, shipped, soon, virtual

from harness.bench.feeding import WatchdogFeeder
from harness.bench.load import load_bench
from harness.bench.overwriting import changed_by_others
from harness.cli.root import ROOT
from harness.clock import Clock, sleep
from harness.devices.modbus.codec import decode, encode
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.points import Point, Profile, Table
from harness.devices.modbus.profile import SHIPPED, load_profile
from harness.engine import wording
from harness.errors import FileError, NotAvailableError, UnknownNameError, UsageError
from harness.events import Event, OutcomeNoted, StepEnded, StepStarted
from harness.quantity import Quality
from simulators.bench import SimulatedBench

MAP = """
profile: bit-pile
title: {zh: 示例交流桩, en: Example AC pile}
vendor: Example
model: EX-7
kind: pile
confidence: high
sources: [made for the tests]
links:
  rtu: {baudrate: 9600, unit: 1}
points:
  charging_state:
    {at: input 12, type: u32, bits_at: [8, 14], values: {0: idle, 2: charging, 3: fault}}
  cp_state:       {at: input 12, type: u32, bits_at: [8, 14], values: {0: A, 2: C, 3: F}}
  limited:
    {at: input 12, type: u32, bits_at: [15, 15], values: {0: "no", 1: "yes"}, default: "yes"}
  voltage_l1:     {at: input 12, type: u32, bits_at: [16, 31], scale: 0.1, unit: V}
  version:        {at: input 14, bits_at: [4, 7], not_available: [15]}
  settings:       {at: holding 0, access: rw, default: 0x35}
  mode:           {at: holding 0, bits_at: [4, 7]}
  alive:          {at: holding 1, access: w}
watchdog:
  fed_by: write_point
  point: alive
  tokens: [1, 2]
  timeout: 9 s
  feed_every: 3 s
  action: {zh: 停止充电, en: stops}
variants:
  swapped:
    title: {zh: 另一型, en: The other make}
    points:
      version: {bits_at: [0, 3], note: in the lower half}
      settings: {at: holding 8}
      mode: {at: holding 8}
"""


def written(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = MAP
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / "bit-pile.yaml"
    path.write_text(text, "utf-8")
    return path


# Bits of a register


@given(
    st.sampled_from([("u16", 16), ("u32", 32), ("u64", 64)]),
    st.sampled_from(["big", "little"]),
    st.sampled_from(["big", "little"]),
    st.data(),
)
def test_bits_come_apart_and_together(
    kind: tuple[str, int], word_order: str, byte_order: str, data: st.DataObject
) -> None:
    name, bits = kind
    lowest = data.draw(st.integers(0, bits - 1))
    highest = data.draw(st.integers(lowest, bits - 1))
    number = data.draw(st.integers(0, 2**bits - 1))
    orders = {"word_order": word_order, "byte_order": byte_order}
    whole = Point("w", Table.INPUT, 0, words=bits // 16, type=name, **orders)  # type: ignore[arg-type]
    part = Point(
        "p", Table.INPUT, 0, words=bits // 16, type=name, bits_at=(lowest, highest), **orders  # type: ignore[arg-type]
    )  # fmt: skip
    value = decode(part, encode(whole, number)).value
    assert value == int(f"{number:0{bits}b}"[bits - 1 - highest : bits - lowest], 2)
    alone = decode(whole, encode(part, value)).value
    assert alone == value << lowest
    with pytest.raises(UsageError, match=r"p cannot be"):
        encode(part, 2 ** (highest - lowest + 1))


def test_points_that_are_bits_of_the_same_registers_are_read_at_once(tmp_path: Path) -> None:
    profile = load_profile(str(written(tmp_path)))
    fake = FakeDevice(u1=profile)
    names = ["charging_state", "cp_state", "limited", "voltage_l1", "version"]

    async def main() -> None:
        async with (
            serving(fake, "memory-rtu") as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            fake.put_words("limited", [2204, 0x8000 | 2 << 8 | 0x55])
            fake.put_words("version", [0xFF7F])
            record.clear()
            found = await device.read(names, soon())
            assert [found[name].value for name in names] == ["charging", "C", "yes", 220.4, 7]
            assert len(record) == 1
            fake.put_words("limited", [2204, 0x7F << 8])
            fake.put_words("version", [0x00F0])
            found = await device.read(names, soon())
            assert found["charging_state"].quality is Quality.UNKNOWN_CODE
            assert found["charging_state"].raw == 0x7F
            assert found["limited"].value == "no"
            assert found["version"].quality is Quality.SENTINEL
            with pytest.raises(NotAvailableError, match="version of bit-pile can only be read"):
                await device.write("version", 1, soon())

    virtual(main)


def simulated(profile: Profile) -> SimulatedBench:
    clock = Clock(virtual=True)
    pile = profile if profile.kind == "pile" else shipped("gb-ac-pile")
    meter = profile if profile.kind == "meter" else None
    wall = lambda: clock.now().utc  # noqa: E731 - read twice, used once
    return SimulatedBench(seed=3, now=clock.elapsed, wall=wall, pile=pile, meter=meter)


def test_the_simulated_device_puts_the_bits_into_one_number(tmp_path: Path) -> None:
    async def main() -> None:
        bench = simulated(load_profile(str(written(tmp_path))))
        await bench.start_in_memory()
        registers = bench.slaves["pile"].registers
        try:
            high, low = registers.read(4, 12, 2)
            assert high == pytest.approx(2200, abs=150)
            assert low == 1 << 15, "idle, and the vendor's own flag as it left the factory"
            assert registers.shown("voltage_l1") == high / 10
            assert registers.shown("mode") == 3
            registers.write(6, 0, [0x62])
            assert registers.read(3, 0, 1) == [0x62], "the bits follow the register"
            assert registers.shown("mode") == 6
        finally:
            await bench.stop()

    virtual(main)


WRONG = {
    "signed": ("{at: input 14,", "{at: input 14, type: i16,", "a i16 is not taken apart by bits"),
    "outside": ("[16, 31]", "[16, 32]", "a u32 has no bit 32; expected 0 to 31"),
    "negative": ("[16, 31]", "[-1, 31]", "a u32 has no bit -1; expected 0 to 31"),
    "order": ("[15, 15]", "[15, 14]", "low end first"),
    "overlap": ("[15, 15]", "[14, 15]", "bits 14 to 15 overlap cp_state (bits 8 to 14)"),
    "written": ("{at: holding 0, bits_at: [4, 7]", "{at: holding 0, access: rw, bits_at: [4, 7]",
                "would overwrite the others; expected access: r, and a point"),
    "code": ('1: "yes"}, default: "yes"', '2: "yes"}', "code 2 does not fit a u32 with bits 15 to"),
    "marker": ("not_available: [15]", "not_available: [16]", "16 does not fit a u16 with bits 4"),
    "flags": ("not_available: [15]", "bits: {0: x}", "'bits' speaks of the whole register"),
    "packed": ("not_available: [15]", "packing: hex", "'packing' speaks of the whole register"),
    "no setting": ("not_available: [15]", "overwritten_by_others: true",
                   "'overwritten_by_others' on a point that cannot be written"),
    "never shown": ("access: w}", "access: w, overwritten_by_others: true}",
                    "nothing shows what another master has written there"),
    "variant's bits": ("bits_at: [0, 3]", "bits_at: [0, 16]", "a u16 has no bit 16"),
    "variant's key": ("note: in the lower half", "nota: x", "'nota' is not known here"),
    "variant's value": ("note: in the lower half", "note: 5", "5 is not accepted"),
    "variant's point": ("      version: {bits_at: [0", "      vers: {bits_at: [0",
                        "there is no point 'vers'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_entries_are_named_with_their_place(tmp_path: Path, case: str) -> None:
    old, new, expected = WRONG[case]
    path = written(tmp_path, (old, new))
    with pytest.raises(FileError) as caught:
        load_profile(str(path))
    line = next(n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if new in text)
    found = [problem for problem in caught.value.problems if expected in str(problem)]
    assert [problem.line for problem in found] == [line], caught.value


# Variants


def test_a_variant_changes_only_what_it_names(tmp_path: Path) -> None:
    path = str(written(tmp_path))
    usual, other = load_profile(path), load_profile(path, variant="swapped")
    assert (usual.variant, other.variant) == (None, "swapped")
    assert usual.variants == other.variants == ("swapped",)
    assert other.title.en == "The other make"
    assert (usual.points["version"].bits_at, other.points["version"].bits_at) == ((4, 7), (0, 3))
    assert other.points["version"].not_available == (15,)
    assert (usual.points["mode"].address, other.points["mode"].address) == (0, 8)
    assert usual.points["limited"].bits_at == other.points["limited"].bits_at
    with pytest.raises(UnknownNameError, match="no variant is called 'swaped'; did you mean: swa"):
        load_profile(path, variant="swaped")
    with pytest.raises(UnknownNameError, match="no variant is called 'x'; known: none"):
        load_profile("gb-ac-pile", variant="x")


BENCH = """
bench: workshop
devices:
  meter:
    profile: chint-dtsu666
    variant: older-energy-addresses
    simulated: true
    connection: {modbus: tcp, host: 127.0.0.1, port: 15021}
"""


def test_the_bench_file_says_which_variant_it_is(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(BENCH, "utf-8")
    meter = load_bench(str(path)).profiles["meter"]
    assert meter.variant == "older-energy-addresses"
    assert meter.points["total_energy"].address == 0x401E
    path.write_text(BENCH.replace("older-energy", "odd-energy"), "utf-8")
    with pytest.raises(FileError) as caught:
        load_bench(str(path))
    problem = caught.value.problems[0]
    assert problem.line == 6
    assert "no variant is called 'odd-energy-addresses'" in str(problem)
    assert "a variant that exists" in str(problem)


def test_the_command_line_shows_a_variant() -> None:
    def tables(*arguments: str) -> set[str]:
        call = ["profile", "check", "chint-dtsu666", "--json", *arguments]
        result = CliRunner().invoke(ROOT, call)
        found = json.loads(result.output)
        assert found["variants"] == ["older-energy-addresses", "input-registers"]
        return {request["table"] for request in found["requests"]}

    assert tables() == {"holding"}
    assert tables("--variant", "input-registers") == {"input", "holding"}
    refused = CliRunner().invoke(ROOT, ["profile", "check", "chint-dtsu666", "--variant", "odd"])
    assert refused.exit_code != 0
    assert "older-energy-addresses" in refused.output


SHIPPED_VARIANTS = [
    (path.stem, variant)
    for path in sorted(SHIPPED.glob("*.yaml"))
    for variant in load_profile(path.stem).variants
]


@pytest.mark.parametrize(("name", "variant"), SHIPPED_VARIANTS)
def test_shipped_variants_are_served_and_read(name: str, variant: str) -> None:
    profile = load_profile(name, variant=variant)

    async def main() -> None:
        bench = simulated(profile)
        connection = (await bench.start_in_memory())[profile.kind]
        try:
            async with opened(connection, profile, virtual=True) as (device, _):
                found = await device.read(list(profile.points), soon())
                bad = {n: m.quality for n, m in found.items() if m.quality is not Quality.GOOD}
                assert set(bad.values()) <= {Quality.SENTINEL}, bad
        finally:
            await bench.stop()

    virtual(main)


def test_the_variants_of_the_meter_are_other_registers_and_another_table() -> None:
    usual = load_profile("chint-dtsu666")
    older = load_profile("chint-dtsu666", variant="older-energy-addresses")
    inputs = load_profile("chint-dtsu666", variant="input-registers")
    assert (older.points["total_energy"].address, older.points["export_energy"].address) == (
        0x401E, 0x4028,
    )  # fmt: skip
    assert [d.says for d in older.points["total_energy"].doubts] == ["it is at 0x101E"]
    for name, point in inputs.points.items():
        same = usual.points[name]
        assert point.table is (Table.INPUT if same.type == "f32" else Table.HOLDING), name
        assert (point.address, point.scale, point.unit) == (same.address, same.scale, same.unit)


def test_the_register_of_the_cable_means_something_else_in_the_mode_of_gb_t() -> None:
    usual = load_profile("phoenix-ev-charge-control-basic").points
    there = load_profile("phoenix-ev-charge-control-basic", variant="gb-t-18487").points
    assert decode(usual["cable_current_rating"], [63]).value == 63
    assert decode(usual["proximity_state"], [63]).value == "cable_63a"
    assert decode(there["cable_current_rating"], [63]).quality is Quality.SENTINEL
    assert decode(there["proximity_state"], [63]).value == "shorted"
    assert decode(there["proximity_state"], [32]).quality is Quality.UNKNOWN_CODE


# A watchdog that wants its tokens in turn


def test_tokens_are_written_in_turn(tmp_path: Path) -> None:
    profile = load_profile(str(written(tmp_path)))
    fake = FakeDevice(u1=profile)

    async def main() -> None:
        async with (
            serving(fake, "memory-rtu") as connection,
            opened(connection, profile, virtual=True) as (device, _),
        ):
            feeder = WatchdogFeeder()
            feeder.feed(device, 9.0)
            await sleep(16.0)
            await feeder.stop()
            assert fake.writes == [(6, 1, [token]) for token in (1, 2, 1, 2, 1)]
            await sleep(20.0)
            assert len(fake.writes) == 5, "nothing is written once it was stopped"

    virtual(main)


# Another master

STEPS = """
- id: set
  title: {zh: 设定, en: Set}
  do: pile.set
  with: {point: current_limit, value: 10 A}
- id: look
  title: {zh: 读数, en: Look}
  do: pile.record
  with: {points: [current_limit]}
- id: again
  title: {zh: 再读, en: Look again}
  do: pile.record
  with: {points: [current_limit]}
"""


@pytest.mark.parametrize("disturbed", [True, False])
def test_what_another_master_has_changed_is_put_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disturbed: bool
) -> None:
    benches: list[SimulatedBench] = []
    start = SimulatedBench.start_in_memory

    async def starting(bench: SimulatedBench, *given: Any) -> dict[str, ModbusConnection]:
        benches.append(bench)
        return await start(bench, *given)

    def other_master(event: Event) -> None:
        if disturbed and isinstance(event, StepStarted) and event.step == "look":
            benches[0].slaves["pile"].registers.write(6, 21202, [160])

    monkeypatch.setattr(SimulatedBench, "start_in_memory", starting)
    outcome = run_procedure(
        tmp_path,
        write_procedure(tmp_path, STEPS),
        pile_profile="sungrow-ac011e",
        listener=other_master,
    )
    changed = "another master may have changed current_limit: written 10 A, now 16 A"
    found = [one for one in outcome.events if isinstance(one, OutcomeNoted | StepEnded)]
    seen = [one.detail if isinstance(one, OutcomeNoted) else one.step for one in found]
    assert seen == ["set", *([changed] if disturbed else []), "look", "again"]
    assert wording.reason(changed).zh.endswith("可能被其他主站改动：写入 10 A，现为 16 A")


def test_only_what_was_read_back_as_written_can_be_changed_by_another(tmp_path: Path) -> None:
    marked = ("default: 0x35}", "default: 0x35, overwritten_by_others: true}")
    profile = load_profile(str(written(tmp_path, marked)))
    fake = FakeDevice(u1=profile)

    async def main() -> None:
        async with (
            serving(fake, "memory-rtu") as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            devices = {"pile": device}
            await device.write("settings", 1, soon())
            fake.put("settings", 2)
            assert not await changed_by_others(devices, ()), "the device may not have taken it"
            await device.write_and_read_back("settings", 3, soon())
            await device.write("settings", 3, soon())
            record.clear()
            assert not await changed_by_others(devices, {"pile"})
            assert not record, "a device that is off is not asked"
            assert not await changed_by_others(devices, ())
            fake.put("settings", 4)
            (event,) = await changed_by_others(devices, ())
            assert (event.where, event.detail) == (
                "pile.settings",
                "another master may have changed settings: written 3, now 4",
            )
            assert not await changed_by_others(devices, ()), "once is enough"
            await device.write_and_read_back("settings", 5, soon())
            await device.write("settings", 6, soon())
            assert not await changed_by_others(devices, ()), "this run wrote something else since"
            await device.write_and_read_back("settings", 7, soon())
            fake.spoil = lambda reply: b""
            assert not await changed_by_others(devices, ()), "silence says nothing"

    virtual(main)


# Text with one character to a register


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([0x0045, 0x004D, 0x0032, 0x0000], "EM2"),
        ([0x0045, 0x0100, 0x0041, 0x5145], "EĀA充"),
        ([0x5145, 0x7535, 0x0000, 0xD800], "充电"),
        ([0x0041, 0x0020, 0xFFFF, 0xFFFF], "A"),
        ([0xD83D, 0xDE97, 0x0000, 0x0000], "🚗"),
        ([0x0000, 0x0041, 0x0000, 0x0000], ""),
    ],
)
def test_utf_16(words: list[int], text: str) -> None:
    point = Point("model", Table.HOLDING, 0, words=4, type="string", encoding="utf-16-be")
    assert decode(point, words).value == text
    assert decode(point, encode(point, text)).value == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z", "Cn"]), max_size=5))
def test_utf_16_round_trip(text: str) -> None:
    point = Point("model", Table.HOLDING, 0, words=10, type="string", encoding="utf-16-be")
    assert decode(point, encode(point, text)).value == text


def test_what_is_no_utf_16_is_kept_in_hex() -> None:
    point = Point("model", Table.HOLDING, 0, words=2, type="string", encoding="utf-16-be")
    assert decode(point, [0xD800, 0x0041]) == (None, "d8000041", Quality.UNKNOWN_CODE)
    for text in ("ABC", "A\0"):
        with pytest.raises(UsageError, match="text of at most 4 bytes"):
            encode(point, text)
