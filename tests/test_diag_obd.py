"""OBD over several control units, and its parameters."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from diag_help import Car, in_car, within
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.devices.diag.obd import DtcKind, Information, Obd
from harness.devices.diag.obd_pids import PIDS, support_map, supported_pids
from harness.errors import (
    HarnessError,
    ImplausibleError,
    NegativeResponseError,
    NoReplyError,
    UnknownNameError,
    UsageError,
)

# OBD


def test_supported_parameters_are_discovered() -> None:
    async def test(car: Car) -> None:
        car.on("obd_0", "01 00", "41 00 00180001")
        car.on("obd_0", "01 20", "41 20 80000001")
        car.on("obd_0", "01 40", "41 40 40000000")
        car.on("obd_1", "01 00", "41 00 00080000")
        car.on("obd_2", "01 00", "7F 01 11")
        car.on("obd_3", "01 00", "41 00 0008")
        found = await Obd.of_vehicle(car.tester).supported(within())
        assert found["obd_0"] == frozenset({0x0C, 0x0D, 0x20, 0x21, 0x40, 0x42})
        assert found["obd_1"] == frozenset({0x0D})
        assert "obd_2" not in found
        assert isinstance(found["obd_3"], ImplausibleError)
        assert set(found) == {"obd_0", "obd_1", "obd_3"}

    in_car(test, generic=True)


def test_live_data_of_several_units() -> None:
    async def test(car: Car) -> None:
        car.on("obd_0", "01 0D", "41 0D 3C")
        car.on("obd_1", "01 0D", "41 0D 3D")
        car.on("obd_2", "01 0D", "7F 01 12")
        car.on("obd_3", "01 0D", "7F 01 31")
        car.on("obd_4", "01 0D", "41 0D 00 00")
        car.on("obd_5", "01 0D", "7F 01 22")
        car.on("obd_0", "01 01", "41 01 83 00 00 00")
        obd = Obd.of_vehicle(car.tester)
        found = await obd.read(0x0D, within())
        speeds = {
            unit: entry["vehicle_speed"].value if isinstance(entry, dict) else type(entry)
            for unit, entry in found.items()
        }
        assert speeds == {
            "obd_0": 60,
            "obd_1": 61,
            "obd_4": ImplausibleError,
            "obd_5": NegativeResponseError,
        }
        monitor = (await obd.read(0x01, within()))["obd_0"]
        assert isinstance(monitor, dict)
        assert (monitor["mil"].value, monitor["dtc_count"].value) == ("on", 3)
        with pytest.raises(UnknownNameError, match="OBD parameter"):
            await obd.read(0x99, within())

    in_car(test, generic=True)


def test_trouble_codes_and_clearing() -> None:
    async def test(car: Car) -> None:
        car.on("bms", "03", "43 02 0AA6 C100")
        car.on("vcu", "03", "43 00")
        car.on("bms", "07", "47 02 0AA6")
        car.on("bms", "0A", "7F 0A 11")
        car.on("bms", "04", "44")
        car.on("vcu", "04", "7F 04 22")
        obd = Obd.of_vehicle(car.tester)
        assert await obd.dtcs(DtcKind.CONFIRMED, within()) == {
            "bms": ("P0AA6", "U0100"),
            "vcu": (),
        }
        pending = await obd.dtcs(DtcKind.PENDING, within())
        assert isinstance(pending["bms"], ImplausibleError)
        assert "3 bytes for 2 trouble codes; expected 5" in pending["bms"].detail
        assert await obd.dtcs(DtcKind.PERMANENT, within()) == {}
        cleared = await obd.clear(within())
        assert cleared["bms"] is True
        assert isinstance(cleared["vcu"], NegativeResponseError)

    in_car(test)


def test_information_of_a_unit() -> None:
    vin = b"LSVAU033572138642".hex()
    name = b"BMS-BatteryMgmt".ljust(20, b"\0").hex()

    async def test(car: Car) -> None:
        car.on("bms", "09 02", "49 02 01" + vin)
        car.on("bms", "09 04", "49 04 02" + b"CAL-0001".ljust(16, b"\0").hex() * 2)
        car.on("bms", "09 06", "49 06 01 DEADBEEF")
        car.on("bms", "09 0A", "49 0A 01" + name)
        obd = Obd.of_unit(car.tester.client("bms"))
        expected = {
            Information.VIN: ("LSVAU033572138642",),
            Information.CALIBRATION_IDS: ("CAL-0001", "CAL-0001"),
            Information.CALIBRATION_NUMBERS: ("DEADBEEF",),
            Information.ECU_NAME: ("BMS-BatteryMgmt",),
        }
        for kind, texts in expected.items():
            assert await obd.information(kind, within()) == {"bms": texts}
        car.on("bms", "09 02", "49 02 01" + vin[:-2])
        short = await obd.information(Information.VIN, within())
        assert isinstance(short["bms"], ImplausibleError)
        car.on("bms", "09 02", "49 02 01" + "ff" * 17)
        odd = await obd.information(Information.VIN, within())
        assert "is no text" in str(odd["bms"])

    in_car(test)


def test_one_unit_that_is_silent_is_an_error() -> None:
    async def test(car: Car) -> None:
        car.on("bms", "01 42", "7F 01 12")
        obd = Obd.of_unit(car.tester.client("bms"))
        assert await obd.read(0x42, within()) == {}
        with pytest.raises(NoReplyError):
            await obd.read(0x46, within())

    in_car(test)


@pytest.mark.parametrize(
    ("pid", "data", "expected"),
    [
        (0x0C, "1770", {"engine_speed": 1500.0}),
        (0x0D, "3c", {"vehicle_speed": 60}),
        (0x05, "7b", {"coolant_temperature": 83}),
        (0x04, "ff", {"engine_load": 100.0}),
        (0x1F, "0100", {"run_time": 256}),
        (0x42, "3138", {"module_voltage": 12.6}),
        (0x46, "28", {"ambient_temperature": 0}),
        (0x51, "08", {"fuel_type": "electric"}),
        (0x51, "19", {"fuel_type": 25}),
        (0x5B, "80", {"battery_remaining_life": 50.196078}),
        (0xA6, "0001e240", {"odometer": 12345.6}),
        (0x9A, "010203040506", {"ev_system_data": "01 02 03 04 05 06"}),
        (0x01, "83070065", {"mil": "on", "dtc_count": 3, "readiness": "07 00 65"}),
    ],
)
def test_formulas(pid: int, data: str, expected: dict[str, object]) -> None:
    found = PIDS[pid].decode(bytes.fromhex(data), "vcu")
    assert {name: value for name, (value, _) in found.items()} == expected
    again = PIDS[pid].encode({name: value for name, (value, _) in found.items()})
    assert again == bytes.fromhex(data)


@given(st.sampled_from(list(PIDS)), st.data())
def test_parameters_survive_the_round_trip(pid: int, data: st.DataObject) -> None:
    entry = PIDS[pid]
    raw = data.draw(st.binary(min_size=entry.length, max_size=entry.length))
    values = {name: value for name, (value, _) in entry.decode(raw, "vcu").items()}
    assert entry.encode(values) == raw
    with pytest.raises(ImplausibleError, match=f"PID {pid:02X}"):
        entry.decode(raw + b"\0", "vcu")


@pytest.mark.parametrize(
    "values", [{"speed": 1}, {"vehicle_speed": 256}, {"vehicle_speed": "fast"}]
)
def test_values_that_a_parameter_cannot_have(values: dict[str, int | str]) -> None:
    with pytest.raises(UsageError):
        PIDS[0x0D].encode(values)


def test_bytes_of_a_parameter_are_hex() -> None:
    with pytest.raises(UsageError, match="ev_system_data cannot be 'xyz'; expected hex bytes"):
        PIDS[0x9A].encode({"ev_system_data": "xyz"})


@given(st.sampled_from([0x00, 0x20, 0x40, 0xC0]), st.frozensets(st.integers(1, 0xFF)))
def test_the_support_map(base: int, pids: frozenset[int]) -> None:
    inside = frozenset(pid for pid in pids if base < pid <= base + 32)
    assert supported_pids(base, support_map(base, pids)) == inside


def test_every_parameter_is_told_in_both_languages() -> None:
    for number, pid in PIDS.items():
        assert pid.pid == number
        for field in pid.fields:
            assert field.title.zh and field.title.en
            assert field.first >= 0 and field.first + field.bits <= 8 * pid.length


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=30), max_size=4))
def test_any_answers_give_only_our_errors_and_end(payloads: list[bytes]) -> None:
    async def test(car: Car) -> None:
        for server in car.servers.values():
            server.rules[""] = list(payloads)
        obd = Obd.of_vehicle(car.tester)
        calls: list[Callable[[], Awaitable[object]]] = [
            lambda: obd.supported(within()),
            lambda: obd.read(0x0D, within()),
            lambda: obd.dtcs(DtcKind.CONFIRMED, within()),
            lambda: obd.information(Information.VIN, within()),
            lambda: obd.clear(within()),
            lambda: Obd.of_unit(car.tester.client("bms")).supported(within()),
        ]
        for call in calls:
            with suppress(HarnessError):
                await call()

    in_car(test)
