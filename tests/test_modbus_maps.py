"""Every shipped register map, served by the simulated device and read back through the harness."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_help import Record, opened, shipped, soon, virtual

from harness.bench.feeding import WatchdogFeeder
from harness.clock import Clock, Deadline, loop_time, sleep
from harness.devices.modbus.codec import decode, encode
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.interpret import amps_of_duty, duty_of_amps, packed, unpacked
from harness.devices.modbus.plan import plan
from harness.devices.modbus.points import Packing, Point, Table
from harness.devices.modbus.profile import SHIPPED, load_profile
from harness.errors import BenchError, FileError, UsageError
from harness.quantity import Quality, Value
from simulators.bench import SimulatedBench

HERTZ = "type: f32, unit: Hz}"
MAPS = sorted(path.stem for path in SHIPPED.glob("*.yaml") if shipped(path.stem).kind != "injector")


@asynccontextmanager
async def simulated(name: str) -> AsyncIterator[tuple[ModbusDevice, Record, SimulatedBench]]:
    """The harness's device on a simulated pile or meter that has this map."""
    profile = shipped(name)
    clock = Clock(virtual=True)
    role = profile.kind
    bench = SimulatedBench(
        seed=3,
        now=clock.elapsed,
        wall=lambda: clock.now().utc,
        pile=profile if role == "pile" else shipped("gb-ac-pile"),
        meter=profile if role == "meter" else None,
        injector=profile if role == "injector" else None,
    )
    connection = (await bench.start_in_memory())[role]
    try:
        async with opened(connection, profile, virtual=True) as (device, record):
            yield device, record, bench
    finally:
        await bench.stop()


@pytest.mark.parametrize("name", MAPS)
def test_all_points_are_read_with_the_fewest_requests(name: str) -> None:
    async def main() -> None:
        async with simulated(name) as (device, record, _bench):
            names = [one for one in device.profile.points if device.has(one)]
            record.clear()
            found = await device.read(names, soon())
            points = [device.profile.points[one] for one in names]
            assert len(record) == len(plan(points, device.profile.rules, points))
            assert list(found) == names
            bad = {n: m.quality for n, m in found.items() if m.quality is not Quality.GOOD}
            assert set(bad.values()) <= {Quality.SENTINEL, Quality.NOT_A_NUMBER}, bad
            if device.profile.kind == "pile":
                assert found["charging_state"].value == "idle"
                assert found["cp_state" if "cp_state" in found else "charging_state"].value in (
                    "A", "idle",
                )  # fmt: skip

    virtual(main)


def test_one_device_with_several_unit_ids() -> None:
    async def main() -> None:
        async with simulated("alfen-eve-ng9xx") as (device, record, _bench):
            found = await device.read(["serial_number", "voltage_l1", "connector_count"], soon())
            assert isinstance(found["serial_number"].value, str)
            assert found["voltage_l1"].value == pytest.approx(230, rel=0.1)
            assert {one.unit for one in record} == {200, 1}

    virtual(main)


def test_a_pile_that_hangs_when_polled_is_not_read_more_often_than_it_stands() -> None:
    async def main() -> None:
        async with simulated("alfen-eve-ng9xx") as (device, record, _bench):
            assert device.profile.rules.every == 1.0
            started: list[float] = []

            async def poll() -> None:
                for _ in range(3):
                    reading = (await device.read(["voltage_l1"], Deadline.after(0.5)))["voltage_l1"]
                    started.append(reading.at)

            await asyncio.gather(poll(), poll())  # two who do not know of each other
            started.sort()
            gaps = [later - sooner for sooner, later in pairwise(started)]
            assert len(record) == 6 and all(0.95 < gap < 1.1 for gap in gaps), gaps
        async with simulated("heidelberg-energy-control") as (device, _record, _bench):
            begun = loop_time()
            for _ in range(3):
                await device.read(["cp_state"], soon())
            assert loop_time() - begun < 1.0

    virtual(main)


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [
        ("chint-dtsu666", "protocol", "dl_t_645"),
        ("eastron-sdm630", "baud_rate", 19200),
        ("etek-ekepc2", "modbus_unit_id", 7),
    ],
)
def test_what_can_end_the_connection_is_written_only_where_that_is_said(
    name: str, point: str, value: Value
) -> None:
    async def main() -> None:
        async with simulated(name) as (device, record, _bench):
            record.clear()
            with pytest.raises(UsageError, match=f"writing {point} can end the connection"):
                await device.write_and_read_back(point, value, soon())
            assert record == []
            shown = await device.write_and_read_back(point, value, soon(), may_change_link=True)
            assert shown is None  # it may answer elsewhere now
            assert [one.function for one in record] == [device.profile.points[point].write_function]

    virtual(main)


def test_the_same_number_under_two_unit_ids_is_no_overlap() -> None:
    first = Point("a", Table.HOLDING, 10, unit_id=200)
    second = Point("b", Table.HOLDING, 10)
    blocks = plan([first, second], shipped("alfen-eve-ng9xx").rules)
    assert [(block.unit_id, block.address) for block in blocks] == [(200, 10), (None, 10)]


# States that are texts

STATE = Point(
    "s", Table.HOLDING, 0, words=2, type="string", values={"C2": "charging", "E": "fault"}
)


def test_a_fault_of_the_lock_is_a_state_and_no_lock_is_none() -> None:
    point = load_profile("etek-ekepc2").points["lock_state"]
    shown = {raw: decode(point, [raw]) for raw in range(4)}
    assert [one.value for one in shown.values()] == [None, "locked", "unlocked", "fault"]
    assert (shown[0].quality, shown[3].quality) == (Quality.SENTINEL, Quality.GOOD)


def words_of(text: bytes) -> list[int]:
    padded = text.ljust(4, b"\0")
    return [padded[0] << 8 | padded[1], padded[2] << 8 | padded[3]]


@pytest.mark.parametrize(
    ("text", "value", "quality"),
    [
        (b"C2", "charging", Quality.GOOD),
        (b"E", "fault", Quality.GOOD),
        (b"Q9", None, Quality.UNKNOWN_CODE),
        (b"", None, Quality.SENTINEL),
    ],
)
def test_a_state_that_is_a_text(text: bytes, value: str | None, quality: Quality) -> None:
    found = decode(STATE, words_of(text))
    assert (found.value, found.quality) == (value, quality)
    if value is not None:
        assert encode(STATE, value) == words_of(text)
    with pytest.raises(UsageError, match="charging, fault"):
        encode(STATE, "idle")


# Ratios, duty cycles, several things in one number


def test_readings_are_multiplied_by_what_the_meter_says() -> None:
    async def main() -> None:
        async with simulated("chint-dtsu666") as (device, _record, bench):
            before = (await device.read(["voltage_l1", "ct_ratio"], soon()))["voltage_l1"]
            assert before.value == pytest.approx(220, rel=0.05)
            await device.write("vt_ratio", 10, soon())
            after = (await device.read(["voltage_l1"], soon()))["voltage_l1"]
            assert after.value == pytest.approx(before.value, rel=0.01)
            line = bench.slaves["meter"].registers
            words = line.read(3, 0x2006, 2)
            held = decode(device.profile.points["voltage_l1"], words).value
            assert held == pytest.approx(after.value / 10, rel=0.01)

    virtual(main)


def test_without_the_ratio_there_is_no_value() -> None:
    async def main() -> None:
        async with simulated("chint-dtsu666") as (device, _record, _bench):
            device._gates["ct_ratio"] = None
            device._plans.clear()
            found = await device.read(["current_l1", "frequency"], soon())
            assert found["current_l1"].quality is Quality.MISSING
            assert found["current_l1"].value is None
            assert found["frequency"].quality is Quality.GOOD

    virtual(main)


@pytest.mark.parametrize(
    ("amps", "raw"), [(6, 1000), (16, 2667), (32, 5333), (51, 8500), (63, 8920)]
)
def test_a_current_held_as_a_duty_cycle(amps: float, raw: int) -> None:
    limit = shipped("etek-ekepc2").points["current_limit"]
    assert encode(limit, amps) == [raw]
    assert decode(limit, [raw]).value == pytest.approx(amps, abs=0.01)


@given(st.floats(6, 80))
def test_duty_and_current_are_inverse(amps: float) -> None:
    shown = amps_of_duty(duty_of_amps(amps))
    assert shown == pytest.approx(51 if 51 < amps <= 52.5 else amps)


@given(
    st.integers(0, 0xFFFFFFFF),
    st.sampled_from(["hex", "dotted", "letter_number", "minutes_seconds"]),
)
def test_what_shares_a_number_comes_apart_and_together(raw: int, packing: Packing) -> None:
    raw &= 0xFFFF if packing in ("letter_number", "minutes_seconds") else 0xFFFFFF00
    value = unpacked(packing, raw.to_bytes(4, "big"))
    if value is not None:
        assert packed(packing, value, 4) == raw


@pytest.mark.parametrize(
    ("packing", "raw", "value"),
    [
        ("dotted", 0x030A0D00, "3.10.13"),
        ("hex", 262144, "0x40000"),
        ("letter_number", 0x4105, "A5"),
        ("letter_number", 0x0105, None),
        ("minutes_seconds", 0x0A1E, 630.0),
        ("minutes_seconds", 0x0A3C, None),
    ],
)
def test_examples_of_packing(packing: Packing, raw: int, value: object) -> None:
    assert unpacked(packing, raw.to_bytes(4, "big")) == value


# Watchdogs


@pytest.mark.parametrize(
    ("name", "setpoint", "value", "timeout"),
    [
        ("keba-kecontact-p30", "watchdog_timeout", 10, 10.0),
        ("alfen-eve-ng9xx", "current_limit", 16, 60.0),
        ("heidelberg-energy-control", "watchdog_timeout", 10_000, 10.0),
    ],
)
@pytest.mark.parametrize("fed", [True, False])
def test_watchdogs_of_all_kinds_live_by_the_feeder_alone(
    name: str, setpoint: str, value: float, timeout: float, fed: bool
) -> None:
    """Reading is enough for one kind only; the others trip in the middle of lively reading."""

    async def main() -> None:
        async with simulated(name) as (device, _record, bench):
            await device.write(setpoint, value, soon())
            dog = bench.rig.pile.watchdog
            any_request = device.profile.watchdog.fed_by == "any_request"  # type: ignore[union-attr]
            feeder = WatchdogFeeder()
            if fed:
                feeder.feed(device, timeout)
            for _ in range(int(timeout) + 5):
                await sleep(1.0)
                if not any_request:
                    await device.read(["charging_state"], soon())
            assert dog.tripped is not fed
            await feeder.stop()
            await sleep(timeout + 5)
            bench.rig.advance()
            assert dog.tripped

    virtual(main)


@asynccontextmanager
async def on_tcp(tmp_path: Path, idle: str) -> AsyncIterator[ModbusConnection]:
    """A simulated pile on a real socket that closes what is idle and takes two masters."""
    text = (SHIPPED / "alfen-eve-ng9xx.yaml").read_text("utf-8")
    path = tmp_path / "alfen-eve-ng9xx.yaml"
    path.write_text(text.replace("idle_close: 60 s", f"idle_close: {idle}"), "utf-8")
    clock = Clock(virtual=False)
    bench = SimulatedBench(
        seed=1,
        now=clock.elapsed,
        wall=lambda: clock.now().utc,
        pile=load_profile(str(path)),
        meter=None,
    )
    try:
        address = await bench.serve("pile", "tcp://127.0.0.1:0")
        port = int(address.rpartition(":")[2])
        yield ModbusConnection(modbus="tcp", host="127.0.0.1", port=port, unit=1, pause=0.0)
    finally:
        await bench.stop()


def test_a_connection_that_was_closed_for_idleness_is_opened_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with (
            on_tcp(tmp_path, "200 ms") as connection,
            opened(connection, shipped("alfen-eve-ng9xx"), virtual=False) as (device, record),
        ):
            for _ in range(2):
                found = await device.read(["voltage_l1"], soon())
                assert found["voltage_l1"].quality is Quality.GOOD
                await asyncio.sleep(0.5)
                assert not device.line._client.connected, "the pile closed it"
            assert {one.outcome for one in record} == {"ok"}

    asyncio.run(main())


def test_a_third_master_is_turned_away_and_the_others_go_on(tmp_path: Path) -> None:
    async def main() -> None:
        profile = shipped("alfen-eve-ng9xx")
        async with (
            on_tcp(tmp_path, "60 s") as connection,
            opened(connection, profile, virtual=False) as (first, _),
            opened(connection, profile, virtual=False) as (second, _),
        ):
            with pytest.raises(BenchError):
                async with opened(connection, profile, virtual=False) as (third, _):
                    await third.read(["voltage_l1"], Deadline.after(1))
            for device in (first, second):
                found = await device.read(["voltage_l1"], soon())
                assert found["voltage_l1"].quality is Quality.GOOD

    asyncio.run(main())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  point: current_limit\n", "", "it does not say what is written to feed it"),
        ("  point: current_limit\n", "  point: nothing\n", "nothing"),
        ("  point: current_limit\n", "  point: voltage_l1\n", "voltage_l1 cannot be written"),
        ("fed_by: rewrite_point", "fed_by: any_request", "any request feeds it"),
        ("values: {A: A, B1", "values: {ABCDEFGHIJK: A, B1", "code ABCDEFGHIJK does not fit"),
        (
            "type: f32, unit: Hz}",
            "type: f32, unit: Hz, scale_by: [station_name]}",
            "no plain number",
        ),
        (
            "type: f32, unit: Hz}",
            "type: f32, unit: Hz, conversion: cp_duty}",
            "only a number is conv",
        ),
        ("type: f32, unit: Hz}", "type: f32, unit: Hz, packing: hex}", "only a whole number"),
        (HERTZ, HERTZ[:-1] + ", retentive: true}", "on a point that cannot be written"),
        ("clients: 2", "clients: 0", "greater than or equal to 1"),
    ],
)
def test_wrong_entries_are_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    text = (SHIPPED / "alfen-eve-ng9xx.yaml").read_text("utf-8")
    assert text.count(old) == 1
    path = tmp_path / "alfen-eve-ng9xx.yaml"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(FileError) as caught:
        load_profile(str(path))
    assert any(expected in str(problem) for problem in caught.value.problems), caught.value
