"""Numbers that are no plain scale (special codes, curves, digits), and versions."""

from pathlib import Path

import pytest
from modbus_help import FakeDevice, Record, opened, serving, soon, virtual

from harness.devices.modbus.codec import decode, encode
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.points import Condition
from harness.devices.modbus.profile import load_profile
from harness.devices.modbus.versions import version_of
from harness.errors import FileError, UsageError
from harness.quantity import Quality, Value

HEAD = """profile: tables
title: {zh: 表, en: Tables}
vendor: Test
model: T
kind: meter
confidence: high
sources: [a table]
links: {tcp: {port: 502, unit: 1}}
points:
"""
MAP = (
    HEAD
    + """  firmware_version: {at: holding 0, type: string, words: 8}
  session_energy: {at: holding 10, type: u32, scale: 0.1, unit: Wh,
    scale_if: [{when: {firmware_version: {at_least: 1.2.1}}, scale: 1}]}
  new_one: {at: holding 12, available_if: {firmware_version: {at_least: '1.10'}}}
  current_limit: {at: holding 20, scale: 0.06, unit: A, access: rw, special: {0x03E8: 0}}
  sensor: {at: holding 21, type: i16, unit: °C, access: rw,
    curve: [[0, 100], [200, 40], [1000, -20]]}
  code: {at: holding 30, type: u32}
  cable: {at: holding 30, type: u32, digits_at: [4, 4], values: {0: socket, 1: cable}}
  series: {at: holding 30, type: u32, digits_at: [1, 2]}
"""
)


def written(tmp_path: Path, text: str = MAP) -> str:
    path = tmp_path / "tables.yaml"
    path.write_text(text, "utf-8")
    return str(path)


# Need 8: what follows from a firmware version that is a text


@pytest.mark.parametrize(
    ("shown", "energy", "has"),
    [
        ("P40 v1.2.1 rel", 5000.0, False),
        ("1.2.0", 500.0, False),
        ("1.2", 500.0, False),
        ("1.9.9", 5000.0, False),
        ("1.10", 5000.0, True),
        ("2", 5000.0, True),
    ],
)
def test_versions_that_are_texts_decide_part_by_part(
    tmp_path: Path, shown: str, energy: float, *, has: bool
) -> None:
    profile = load_profile(written(tmp_path))

    async def main() -> None:
        fake = FakeDevice(u1=profile)
        fake.put("firmware_version", shown)
        async with (
            serving(fake, "memory-tcp") as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            await work(device, record, fake)

    async def work(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        del record
        fake.words[1, "h", 11] = 5000
        reading = (await device.read(["session_energy"], soon()))["session_energy"]
        assert reading.value == energy
        assert device.has("new_one") is has

    virtual(main)


def test_a_version_is_the_dotted_number_of_a_text() -> None:
    assert version_of("FW 3 build 1.20.0") == (1, 20)
    assert version_of("7") == (7,)
    assert version_of("unknown") is None
    below = Condition("v", "below", ("1.10",))
    assert below.holds("1.9") and not below.holds("1.10.0") and not below.holds("unknown")


# Need 9: special codes and curves


@pytest.mark.parametrize(
    ("name", "raw", "value", "quality"),
    [
        ("current_limit", 0x03E8, 0.0, Quality.GOOD),
        ("current_limit", 100, 6.0, Quality.GOOD),
        ("sensor", 0, 100.0, Quality.GOOD),
        ("sensor", 100, 70.0, Quality.GOOD),
        ("sensor", 600, 10.0, Quality.GOOD),
        ("sensor", 1000, -20.0, Quality.GOOD),
        ("sensor", 1001, None, Quality.OUT_OF_RANGE),
        ("sensor", 0xFFFF, None, Quality.OUT_OF_RANGE),  # -1
    ],
)
def test_special_numbers_and_curves(
    tmp_path: Path, name: str, raw: int, value: float | None, quality: Quality
) -> None:
    point = load_profile(written(tmp_path)).points[name]
    found = decode(point, [raw])
    assert (found.quality, found.value) == (quality, pytest.approx(value) if value else value)
    if value is not None:
        assert encode(point, value) == [raw]


def test_what_a_curve_cannot_say_is_refused(tmp_path: Path) -> None:
    point = load_profile(written(tmp_path)).points["sensor"]
    with pytest.raises(UsageError, match=r"sensor cannot be 101\.0; expected -20 to 100 °C"):
        encode(point, 101.0)
    assert point.resolution == pytest.approx(0.3)  # the steeper part


# Need 10: decimal digits


@pytest.mark.parametrize(
    ("raw", "cable", "series"), [(304111, "socket", 11), (314021, "cable", 2), (9, "socket", 0)]
)
def test_decimal_digits_are_points_of_their_own(
    tmp_path: Path, raw: int, cable: Value, series: int
) -> None:
    points = load_profile(written(tmp_path)).points
    words = [raw >> 16, raw & 0xFFFF]
    assert decode(points["code"], words).value == raw
    assert decode(points["cable"], words).value == cable
    assert decode(points["series"], words).value == series


def test_a_product_code_of_a_shipped_map_is_taken_apart() -> None:
    points = load_profile("keba-kecontact-p30").points
    words = encode(points["model_code"], 304111)
    shown = {name: decode(points[f"product_{name}"], words).value for name in
             ("type", "cable", "current", "series", "meter", "authorisation")}  # fmt: skip
    assert shown == {
        "type": 3, "cable": "socket", "current": "32 A", "series": "c", "meter": "standard",
        "authorisation": "rfid",
    }  # fmt: skip


WRONG = {
    "version of a number": ("'1.10'", "1.10", "firmware_version is a text, compared with 1.1"),
    "version that is none": ("1.2.1}", "new}", "compared with 'new'; expected a version in quotes"),
    "special beside states": (
        "special: {0x03E8: 0}",
        "special: {0x03E8: 0}, scale_by: [code]",
        "'special' is for a whole number that nothing else turns into a value",
    ),
    "special too large": ("{0x03E8: 0}", "{65536: 0}", "65536 does not fit a u16"),
    "curve of a text": (
        "words: 8}",
        "words: 8, curve: [[0, 1], [1, 2]]}",
        "'curve' is for a whole number",
    ),
    "curve back": ("[1000, -20]", "[1000, 50]", "the curve does not rise or fall all the way"),
    "curve and scale": ("unit: °C,", "unit: °C, scale: 0.1,", "the curve says everything"),
    "pair": ("[1000, -20]", "[1000, -20, 3]", "a raw number and its value like [100, 6]"),
    "digit": ("digits_at: [4, 4]", "digits_at: [4, 10]", "a u32 has no decimal digit 10"),
    "digits of a float": (
        "type: u32, digits_at: [1, 2]",
        "type: f32, digits_at: [1, 2]",
        "a f32 is not taken apart by digits; expected type: u16, u32 or u64",
    ),
    "digits overlap": (
        "digits_at: [1, 2]",
        "digits_at: [1, 4]",
        "digits 4 to 4 overlap series (digits 1 to 4); expected separate digits",
    ),
    "digits written": (
        "digits_at: [1, 2]",
        "digits_at: [1, 2], access: rw",
        "writing some digits of a register would overwrite the others",
    ),
    "digits and bits": (
        "digits_at: [1, 2]",
        "digits_at: [1, 2], bits_at: [0, 3]",
        "'bits_at' and 'digits_at' take the number apart in two ways",
    ),
    "code of a digit": ("{0: socket, 1", "{0: socket, 10", "code 10 does not fit a u32 with digit"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, case: str) -> None:
    old, new, expected = WRONG[case]
    assert MAP.count(old) == 1, case
    with pytest.raises(FileError) as caught:
        load_profile(written(tmp_path, MAP.replace(old, new)))
    found = [str(problem) for problem in caught.value.problems]
    assert any(expected in one for one in found), found
