"""Reading identifiers of control units as points of the vehicle."""

import pytest
from test_vehicle_reading import answer, on_car, read
from vehicle_help import MiniCar, write_profile

from harness.clock import loop_time
from harness.devices.vehicle.device import VehicleDevice
from harness.devices.vehicle.profile import VehicleProfile, load_vehicle_profile
from harness.errors import ImplausibleError, NegativeResponseError, NoReplyError
from harness.quantity import Quality


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> VehicleProfile:
    return load_vehicle_profile(str(write_profile(tmp_path_factory.mktemp("mini"))))


@pytest.mark.parametrize(
    ("did", "name", "data", "raw", "value", "unit", "quality"),
    [
        ("2001", "bms.pack_voltage", "0E10", 3600, 360.0, "V", Quality.GOOD),
        ("2001", "bms.pack_voltage", "FFFF", 65535, 6553.5, "V", Quality.OUT_OF_RANGE),
        ("2002", "bms.pack_current", "FFF6", -10, -1.0, "A", Quality.GOOD),
        ("2003", "bms.temperature", "41", 65, 25, "°C", Quality.GOOD),
        ("2010", "bms.lamp", "01", 1, "on", None, Quality.GOOD),
        ("2010", "bms.lamp", "07", 7, None, None, Quality.UNKNOWN_CODE),
    ],
)
def test_identifiers_and_what_they_are_worth(
    *,
    profile: VehicleProfile,
    did: str,
    name: str,
    data: str,
    raw: int,
    value: object,
    unit: str | None,
    quality: Quality,
) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        answer(car, did, data)
        found = await read(vehicle, name)
        assert (found.value, found.unit, found.quality) == (value, unit, quality)
        assert found.raw == raw
        assert found.source == "vehicle bms"
        assert found.at == pytest.approx(loop_time(), abs=1e-6)

    on_car(profile, test)


def test_the_resolution_of_identifiers_is_their_uncertainty(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        answer(car, "2001", "0E10")
        assert (await read(vehicle, "bms.pack_voltage")).uncertainty == pytest.approx(0.05)
        assert (await read(vehicle, "vin")).uncertainty is None

    on_car(profile, test)


def test_identifiers_that_cannot_be_had(profile: VehicleProfile) -> None:
    async def test(vehicle: VehicleDevice, car: MiniCar) -> None:
        answer(car, "2001", "0E")
        with pytest.raises(ImplausibleError, match=r"1 byte.*expected 2"):
            await read(vehicle, "bms.pack_voltage")
        car.unit.on("222002", "7F2231")
        with pytest.raises(NegativeResponseError, match="31"):
            await read(vehicle, "bms.pack_current")
        with pytest.raises(NoReplyError, match="bms: "):
            await read(vehicle, "bms.cycles")
        with pytest.raises(NoReplyError, match="vcu: "):
            await read(vehicle, "vcu.vin")

    on_car(profile, test)
