"""Reading a vehicle's points: which frame counts, and what a reading is worth."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from can_help import frame
from hypothesis import given, settings
from hypothesis import strategies as st
from vehicle_help import VIN, MiniCar, opened, virtual, write_profile

from harness.clock import Deadline, loop_time, sleep
from harness.devices.vehicle.device import VehicleDevice
from harness.devices.vehicle.points import VehiclePoint
from harness.devices.vehicle.profile import VehicleProfile, load_vehicle_profile
from harness.devices.vehicle.reading import uncertainty_of
from harness.errors import (
    NotAvailableError,
    UnknownNameError,
)
from harness.quantity import Measurement, Quality, Quantity, parse_quantity

Test = Callable[[VehicleDevice, MiniCar], Awaitable[None]]


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> VehicleProfile:
    return load_vehicle_profile(str(write_profile(tmp_path_factory.mktemp("mini"))))


def on_car(profile: VehicleProfile, test: Test, **options: object) -> None:
    """Run a test on an open vehicle whose car has been talking for a second."""

    async def main() -> None:
        car = MiniCar()
        async with opened(profile, car, **options) as vehicle:
            await sleep(1.0)
            await test(vehicle, car)

    virtual(main)


async def read(vehicle: VehicleDevice, name: str, seconds: float = 10.0) -> Measurement:
    return (await vehicle.read([name], Deadline.after(seconds)))[name]


# Fresh


def test_a_reading_is_from_a_frame_after_the_call(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        for wanted in (81, 17, 42):
            car.values["BMS_Status"]["BMS_Soc"] = wanted
            asked = loop_time()
            found = await read(vehicle, "soc")
            assert found.value == wanted, "not the frame that had come before"
            assert found.quality is Quality.GOOD
            assert asked <= found.at <= asked + 0.1 + 1e-6
            assert loop_time() == pytest.approx(found.at)

    on_car(profile, test)


def test_what_a_reading_carries(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        found = await read(vehicle, "soc")
        assert (found.name, found.value, found.unit, found.source) == ("soc", 80, "%", "vehicle")
        assert found.raw == 800
        assert found.uncertainty == pytest.approx(0.05), "half a step of the signal"
        place, sign, data = found.frame.partition("#")
        assert (place, sign) == ("can 200", "#")
        assert int.from_bytes(bytes.fromhex(data)[:2], "little") & 0x3FF == 800
        assert found.note == ""
        cell = await read(vehicle, "cell_0")
        assert cell.frame.startswith("can 00000200x#"), "29 bits are marked"

    on_car(profile, test)


def test_several_points_of_one_call(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        asked = loop_time()
        names = ["vin", "state", "soc", "speed", "mode"]
        found = await vehicle.read(names, Deadline.after(5))
        assert list(found) == names, "in the order asked"
        assert [one.value for one in found.values()] == [VIN, "standby", 80, 0, "on"]
        assert loop_time() - asked < 0.15, "one cycle of the slowest is enough for all"

    on_car(profile, test)


def test_states_are_words_without_uncertainty(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        car.values["BMS_Status"]["BMS_State"] = "charge"
        found = await read(vehicle, "state")
        assert (found.value, found.raw, found.uncertainty, found.unit) == ("charge", 3, None, None)

    on_car(profile, test)


def test_whole_numbers_stay_whole(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        whole = await read(vehicle, "insulation")
        assert (whole.value, type(whole.value), whole.unit) == (5000, int, "kΩ")
        assert whole.uncertainty == 0.5
        broken = await read(vehicle, "temperature")
        assert (broken.value, type(broken.value), broken.unit) == (25.0, float, "°C")

    on_car(profile, test)


# Stale, missing, corrupt


def test_a_frame_that_no_longer_comes_is_stale_after_five_cycles(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        await sleep(0.05)
        car.quiet.add("BMS_Status")
        last = loop_time() - 0.05
        asked = loop_time()
        found = await read(vehicle, "soc")
        assert found.quality is Quality.STALE
        assert found.at == pytest.approx(last), "the time of the last frame, not of now"
        assert found.value == 80
        assert "5 cycles" in found.note
        assert 0.45 <= loop_time() - asked <= 0.5 + 1e-6
        car.quiet.clear()
        assert (await read(vehicle, "soc")).quality is Quality.GOOD, "it is back"

    on_car(profile, test)


def test_a_frame_that_comes_late_but_in_time_counts(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        car.quiet.add("BMS_Status")
        asyncio.get_running_loop().call_later(0.45, car.send, "BMS_Status")
        asked = loop_time()
        found = await read(vehicle, "soc")
        assert found.quality is Quality.GOOD
        assert found.at == pytest.approx(asked + 0.45)

    on_car(profile, test)


def test_waiting_ends_at_the_deadline(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        car.quiet.add("BMS_Status")
        asked = loop_time()
        await read(vehicle, "soc", seconds=0.2)
        assert loop_time() - asked == pytest.approx(0.2)

    on_car(profile, test)


def test_many_silent_signals_take_no_longer_than_one(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        await sleep(0.05)
        car.quiet |= {"BMS_Status", "BMS_Cells", "VCU_Torque"}
        asked = loop_time()
        names = ["soc", "temperature", "insulation", "state", "cell_0", "cell_2", "speed", "mode"]
        found = await vehicle.read(names, Deadline.after(10))
        assert {one.quality for one in found.values()} == {Quality.STALE}
        assert loop_time() - asked <= 1.0 + 1e-6  # 5 cycles of a signal with two numbers

    on_car(profile, test)


def test_what_never_came_is_missing(profile: VehicleProfile) -> None:
    async def main() -> None:
        car = MiniCar()
        car.quiet.add("BMS_Status")
        async with opened(profile, car) as vehicle:
            found = await read(vehicle, "soc")
            assert (found.value, found.quality, found.frame) == (None, Quality.MISSING, "")
            assert found.uncertainty is None
            assert found.at == pytest.approx(1.0), "a moment, the adapter has just been opened"

    virtual(main)


@pytest.mark.parametrize("kind", ["spoilt", "stuck"])
def test_three_bad_frames_in_a_row_make_a_reading_corrupt(
    profile: VehicleProfile, kind: str
) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        getattr(car, kind).add("BMS_Status")
        qualities = [(await read(vehicle, "soc")).quality for _ in range(5)]
        first = 2 if kind == "spoilt" else 3  # the first repeated counter is still the right one
        assert qualities[: first - 0] == [Quality.GOOD] * first
        assert set(qualities[first:]) == {Quality.CORRUPT}
        found = await read(vehicle, "soc")
        assert "counter or checksum" in found.note
        assert found.frame, "what came is kept"
        getattr(car, kind).clear()
        await sleep(0.2)
        assert (await read(vehicle, "soc")).quality is Quality.GOOD

    on_car(profile, test)


def test_two_bad_frames_are_forgiven(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        for _ in range(4):
            car.spoilt.add("BMS_Status")
            await sleep(0.2)
            car.spoilt.clear()
            assert (await read(vehicle, "soc")).quality is Quality.GOOD

    on_car(profile, test)


def test_a_short_frame_has_no_value(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        car.quiet.add("BMS_Status")
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, lambda: car.put(frame(512, b"\x20\x03")))
        found = await vehicle.read(["soc", "insulation"], Deadline.after(0.1))
        assert found["soc"].value == 80
        assert found["insulation"].value is None
        assert found["insulation"].quality is Quality.MISSING
        assert "too short" in found["insulation"].note

    on_car(profile, test)


# What the value says


@pytest.mark.parametrize(
    ("point", "signal", "value", "quality", "shown"),
    [
        ("temperature", "BMS_Temp", "SNA", Quality.SENTINEL, None),
        ("temperature", "BMS_Temp", 81.5, Quality.OUT_OF_RANGE, 81.5),
        ("temperature", "BMS_Temp", -40, Quality.GOOD, -40.0),
        ("soc", "BMS_Soc", 102, Quality.OUT_OF_RANGE, 102.0),
        ("soc", "BMS_Soc", 100, Quality.GOOD, 100.0),
        ("state", "BMS_State", 5, Quality.UNKNOWN_CODE, 5),
        ("state", "BMS_State", "SNA", Quality.SENTINEL, None),
    ],
)
def test_what_a_value_is_worth(
    *,
    profile: VehicleProfile,
    point: str,
    signal: str,
    value: float | str,
    quality: Quality,
    shown: float | None,
) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        car.values["BMS_Status"][signal] = value
        found = await read(vehicle, point)
        assert (found.quality, found.value) == (quality, shown)
        assert found.raw is not None, "the number on the wire is kept"
        if shown is None:
            assert found.uncertainty is None

    on_car(profile, test)


def test_multiplexed_signals_wait_for_their_turn(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        car.values["BMS_Cells"] = {"BMS_Cell00": 3.5, "BMS_Cell01": 3.6}
        car.values["BMS_Cells"] |= {"BMS_CellGroup": 0}
        asked = loop_time()
        assert (await read(vehicle, "cell_0")).value == pytest.approx(3.5)
        assert loop_time() - asked <= 0.2 + 1e-6
        found = await read(vehicle, "cell_2")
        assert found.quality is Quality.STALE, "its group no longer comes, the message does"
        car.values["BMS_Cells"] = {"BMS_CellGroup": 1, "BMS_Cell02": 3.7, "BMS_Cell03": 3.8}
        assert (await read(vehicle, "cell_2")).value == pytest.approx(3.7)

    on_car(profile, test)


def test_the_latest_frame_of_an_event_message_stands(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        asked = loop_time()
        assert (await read(vehicle, "event")).quality is Quality.MISSING
        assert loop_time() - asked == pytest.approx(1.0), "a moment for one that comes just now"
        car.put(frame(768, b"\x12\x34"))
        await sleep(100.0)
        asked = loop_time()
        found = await read(vehicle, "event")
        assert (found.value, found.quality) == (0x1234, Quality.GOOD)
        assert loop_time() == asked, "nobody waits for what may never come again"
        asyncio.get_running_loop().call_later(0.3, car.put, frame(768, b"\x00\x01"))
        assert (await read(vehicle, "event")).value == 0x1234

    on_car(profile, test)


# Names and identifiers


def answer(car: MiniCar, did: str, data: str) -> None:
    car.unit.on("22" + did, "62" + did + data)


def test_names_that_are_not_there(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        assert vehicle.has("soc")
        assert not vehicle.has("sock")
        with pytest.raises(NotAvailableError, match="the profile mini has no point 'sock'"):
            await read(vehicle, "sock")
        with pytest.raises(UnknownNameError, match="no control unit is called 'abs'"):
            await vehicle.trouble_codes("abs", Deadline.after(1))
        with pytest.raises(UnknownNameError, match="no bus is called 'body'"):
            vehicle.chosen(["body"])

    on_car(profile, test)


# Uncertainty


def test_what_the_bench_states_comes_first(profile: VehicleProfile) -> None:
    stated = {
        "soc": parse_quantity("2 %"),
        "insulation": parse_quantity("10 %"),
        "temperature": parse_quantity("1.5 °C"),
        "bms.pack_voltage": parse_quantity("500 mV"),
    }

    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        answer(car, "2001", "0E10")
        found = await vehicle.read([*stated, "speed"], Deadline.after(5))
        assert {name: one.uncertainty for name, one in found.items()} == {
            "soc": 2.0,  # of what is given in %, percentage points
            "insulation": 500.0,
            "temperature": 1.5,
            "bms.pack_voltage": 0.5,
            "speed": 0.005,
        }

    on_car(profile, test, uncertainty=stated)


@settings(max_examples=200)
@given(
    st.one_of(st.floats(-1e6, 1e6), st.booleans(), st.text(max_size=5), st.none()),
    st.one_of(st.none(), st.floats(1e-6, 10)),
    st.one_of(st.none(), st.builds(Quantity, st.floats(0, 100), st.sampled_from(["%", "V", "mV"]))),
)
def test_an_uncertainty_is_of_a_number_and_never_negative(
    value: object, resolution: float | None, stated: Quantity | None
) -> None:
    point = VehiclePoint("p", unit="V", resolution=resolution)
    found = uncertainty_of(point, value, stated)
    is_number = isinstance(value, float) and not isinstance(value, bool)
    assert (found is not None) == (is_number and (stated is not None or resolution is not None))
    if found is not None:
        assert found >= 0
