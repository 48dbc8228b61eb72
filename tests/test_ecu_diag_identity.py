"""Who the units say they are: valid, deterministic, and in the ledger as it is shown."""

from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.diag.description import load_diagnostics
from harness.devices.diag.diagnostics import Diagnostics
from harness.errors import UsageError
from simulators.vehicle.diag.identity import VehicleIdentity, vehicle_identity
from simulators.vehicle.diag.vin import FICTIONAL_WMI, check_digit, make_vin, valid

SHIPPED = Path(__file__).resolve().parent.parent / "dbc" / "shared-ev.diagnostics.yaml"


@pytest.fixture(scope="module")
def diagnostics() -> Diagnostics:
    return load_diagnostics(SHIPPED)


def identity(diagnostics: Diagnostics, seed: int) -> VehicleIdentity:
    return vehicle_identity(diagnostics, lambda name: Random(f"{seed}/{name}"))


def test_check_digits() -> None:
    # The standard's own textbook number: all ones have the check digit 1.
    assert check_digit("1" * 17) == "1"
    assert check_digit("1M8GDM9AXKP042788") == "X"
    assert valid("1M8GDM9AXKP042788")
    assert not valid("1M8GDM9A1KP042788")
    for wrong in ("1" * 16, "1" * 18, "I" * 17, "O1111111111111111", "²1111111111111111"):
        with pytest.raises(UsageError, match="is not a VIN"):
            check_digit(wrong)


@given(st.integers())
def test_every_vin_is_valid_and_fictional(seed: int) -> None:
    vin = make_vin(Random(seed))
    assert valid(vin)
    assert vin.startswith(FICTIONAL_WMI)
    assert make_vin(Random(seed)) == vin


def test_a_seed_is_a_car(diagnostics: Diagnostics) -> None:
    assert identity(diagnostics, 1) == identity(diagnostics, 1)
    assert identity(diagnostics, 1).vin != identity(diagnostics, 2).vin
    given_vin = vehicle_identity(diagnostics, Random, vin="0EVE60AB9SA000123")
    assert given_vin.units["vcu"]["vin"] == given_vin.vin == "0EVE60AB9SA000123"


@pytest.mark.parametrize("seed", range(5))
def test_every_value_fits_its_identifier(diagnostics: Diagnostics, seed: int) -> None:
    car = identity(diagnostics, seed)
    assert set(car.units) == set(diagnostics.units)
    for name, unit in diagnostics.units.items():
        values = car.units[name]
        by_name = {did.name: did for did in unit.dids}
        assert set(values) <= set(by_name)
        for point, value in values.items():
            did = by_name[point]
            assert did.decode(did.encode(value, name), name) == value


def test_units_differ_and_dates_follow_each_other(diagnostics: Diagnostics) -> None:
    car = identity(diagnostics, 3)
    for name in ("part_number", "serial_number", "software_number", "hardware_number"):
        values = [unit[name] for unit in car.units.values()]
        assert len(set(values)) == len(values)
    assert {unit["vin"] for unit in car.units.values() if "vin" in unit} == {car.vin}
    for unit in car.units.values():
        made = date.fromisoformat(str(unit["manufacture_date"]))
        programmed = date.fromisoformat(str(unit["programming_date"]))
        assert date(2024, 1, 1) < made < programmed < date(2026, 1, 5)


def luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def test_numbers_of_the_modem_have_their_check_digits(diagnostics: Diagnostics) -> None:
    tbox = identity(diagnostics, 4).units["tbox"]
    assert luhn("79927398713")
    assert not luhn("79927398710")
    for name, length in (("iccid", 20), ("imei", 15)):
        number = str(tbox[name])
        assert len(number) == length
        assert luhn(number)
