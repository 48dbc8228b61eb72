"""The diagnostics file: what it gives, and every complaint at its place."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.data import data_folder
from harness.devices.diag.description import diagnostics_schema, load_diagnostics
from harness.devices.diag.diagnostics import Diagnostics, generic_obd
from harness.devices.diag.keys import key_algorithm
from harness.devices.diag.link import FunctionalAddress, IsoTpAddress
from harness.errors import FileError, ImplausibleError, UnknownNameError, UsageError
from harness.quantity import Quality

SMALL = Path(__file__).parent / "data" / "diag" / "small.diagnostics.yaml"


@pytest.fixture(scope="module")
def small() -> Diagnostics:
    return load_diagnostics(SMALL)


def test_a_file_is_read(small: Diagnostics) -> None:
    assert small.name == "small-ev"
    assert small.functional == (FunctionalAddress(0x7DF),)
    bms = small.unit("bms")
    assert bms.address == IsoTpAddress(0x7E1, 0x7E9)
    assert bms.sessions == (1, 3)
    assert bms.obd
    assert [routine.name for routine in bms.routines] == ["self_test", "turn"]
    assert bms.dtcs[0].number == 0x0AA61A
    assert bms.dtcs[0].warning_lamp
    assert small.unit("lidar").address.extended
    assert small.dtc_title("U0100-87") is not None
    assert small.dtc_title("U0100-88") is None
    assert small.sha256 and small.data == SMALL.read_bytes()


def test_things_are_found_by_number_and_name(small: Diagnostics) -> None:
    bms = small.unit("bms")
    assert bms.did("vin") is bms.did(0xF190) is small.did("vin") is small.did(0xF190)
    assert bms.routine("self_test") is bms.routine(0x0203)
    assert str(bms.did("vin")) == "F190 (vin)"
    assert bms.did("pack_voltage").unit == "V"
    numbers = [did.name for did in bms.dids if did.format.is_number]
    assert numbers == ["pack_voltage", "pack_current", "temperature", "energy", "cycles"]
    for place in (bms, small):
        with pytest.raises(UnknownNameError, match="0x0001"):
            place.did(1)
    with pytest.raises(UnknownNameError, match="did you mean: vin"):
        small.did("vni")
    with pytest.raises(UnknownNameError, match="routine of bms"):
        bms.routine("x")
    with pytest.raises(UnknownNameError, match="known: bms, lidar, vcu"):
        small.unit("xyz")


@pytest.mark.parametrize(
    ("name", "data", "value"),
    [
        ("vin", b"LSVAU033572138642", "LSVAU033572138642"),
        ("vin", b"SHORT            ", "SHORT"),
        ("built", bytes.fromhex("20260105"), "2026-01-05"),
        ("programmed", bytes.fromhex("261231"), "2026-12-31"),
        ("pack_voltage", bytes.fromhex("0fa1"), 400.1),
        ("pack_current", bytes.fromhex("ff38"), -20.0),
        ("temperature", bytes.fromhex("41"), 25),
        ("energy", bytes.fromhex("0000d6d8"), 55.0),
        ("cycles", bytes.fromhex("012c"), 300),
        ("lamp", b"\x01", "on"),
        ("anything", b"\x01\xff", "01 FF"),
    ],
)
def test_values_stand_in_the_bytes(
    small: Diagnostics, name: str, data: bytes, value: object
) -> None:
    did = small.did(name)
    assert did.decode(data, "bms") == value
    assert did.encode(value, "bms") == data


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("pack_voltage", "0f", "bms 2001 (pack_voltage): 1 bytes (0F); expected 2 (u16)"),
        ("pack_voltage", "", "0 bytes (none); expected 2"),
        ("vin", "4c53", "bms F190 (vin): 2 bytes (4C 53); expected 17 (ascii)"),
        ("vin", "ff" * 17, "is no text; expected ASCII"),
        ("vin", "4c0a" + "41" * 15, "is no text"),
        ("built", "20261305", "20 26 13 05 is no date"),
        ("programmed", "2a0101", "is no date"),
        ("pack_voltage", "ffff", "6553.5; expected at least 0 and at most 500 V"),
        ("lamp", "07", "7 has no meaning; expected 0 off, 1 on"),
    ],
)
def test_bytes_that_mean_nothing_are_told(
    small: Diagnostics, name: str, data: str, what: str
) -> None:
    with pytest.raises(ImplausibleError) as caught:
        small.did(name).decode(bytes.fromhex(data), "bms")
    assert what in caught.value.detail


def test_an_unusable_value_keeps_its_raw_number(small: Diagnostics) -> None:
    code = small.did("lamp").interpret(b"\x07", "bms")
    assert (code.value, code.raw, code.quality) == (None, 7, Quality.UNKNOWN_CODE)
    high = small.did("pack_voltage").interpret(b"\xff\xff", "bms")
    assert (high.value, high.raw, high.quality) == (6553.5, 0xFFFF, Quality.OUT_OF_RANGE)


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("pack_voltage", 501, "expected at least 0 and at most 500 V"),
        ("pack_voltage", "400", "expected a number"),
        ("pack_voltage", float("nan"), "cannot be nan"),
        ("pack_voltage", True, "expected a number"),
        ("pack_current", 4000.0, "expected -3276.8 to 3276.7 A"),
        ("temperature", 300, "expected -40 to 215 °C"),
        ("lamp", "maybe", "expected off, on"),
        ("vin", "x" * 18, "at most 17 characters"),
        ("vin", "中文", "ASCII text"),
        ("vin", 5, "ASCII text"),
        ("built", "2026-02-30", "a date like"),
        ("built", "yesterday", "a date like"),
        ("programmed", "1999-01-01", "a date like"),
        ("anything", "xy", "bytes in hex"),
        ("anything", "", "bytes in hex"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    small: Diagnostics, name: str, value: Any, what: str
) -> None:
    with pytest.raises(UsageError) as caught:
        small.did(name).encode(value, "bms")
    assert what in caught.value.detail
    assert "bms" in caught.value.detail


@given(st.sampled_from(["pack_current", "temperature", "energy", "cycles"]), st.data())
def test_numbers_survive_the_round_trip(name: str, data: st.DataObject) -> None:
    did = load_diagnostics(SMALL).did(name)
    raw = data.draw(st.binary(min_size=did.format.length or 0, max_size=did.format.length or 0))
    assert did.encode(did.decode(raw, "bms"), "bms") == raw


@given(st.sampled_from(["vin", "built", "programmed", "pack_voltage", "lamp"]), st.binary())
def test_any_bytes_are_a_value_or_an_error(name: str, data: bytes) -> None:
    did = load_diagnostics(SMALL).did(name)
    try:
        value = did.decode(data, "bms")
    except ImplausibleError:
        return
    assert did.decode(did.encode(value, "bms"), "bms") == value


def test_routines_decode_their_result(small: Diagnostics) -> None:
    bms = small.unit("bms")
    assert bms.routine("self_test").decode(b"\x00", "bms") == "passed"
    assert bms.routine("turn").decode(b"\x00", "bms") is None
    with pytest.raises(ImplausibleError, match=r"bms routine 0203 \(self_test\): 2 bytes"):
        bms.routine("self_test").decode(b"\x00\x00", "bms")


# What can be wrong with a file


def write(folder: Path, change: Callable[[str], str]) -> Path:
    path = folder / "v.yaml"
    path.write_text(change(SMALL.read_text("utf-8")), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("type: ascii, length: 17", "type: ascii", "7:11", "a text without length"),
        ("type: u8, offset", "type: u9, offset", "12:", "'u9' is not accepted"),
        ("scale: 0.1, unit: V", "scale: 0, unit: V", "10:", "a scale of 0"),
        ("scale: 0.1, unit: V", "scale: 0.1, unit: volts", "10:", "unknown unit 'volts'"),
        ("range: [0, 500]", "range: [500, 0]", "10:", "low end first"),
        ("type: u16, scale", "type: u16, length: 3, scale", "10:", "cannot have this length"),
        ("values: {0: off, 1: on}", "values: {0: off, 1: off}", "15:", "two codes are called"),
        ("values: {0: off, 1: on}", "values: {0: off, 256: on}", "15:", "256 does not fit u8"),
        ("values: {0: off, 1: on}", "scale: 2, values: {0: off}", "15:", "neither scale nor unit"),
        ("type: bytes}", "type: bytes, unit: V}", "16:", "bytes has no unit"),
        ("type: bcd-date, length: 4", "type: bcd-date, length: 5", "8:", "cannot have this length"),
        ("name: built", "name: vin", "8:", "0xf190 is called 'vin' already"),
        ("name: turn", "name: self_test", "20:", "0x0203 is called 'self_test' already"),
        ("name: lamp", "name: Lamp", "15:", "'Lamp' is not accepted"),
        ("access: [read, io]", "access: [read, fly]", "15:", "'fly' is not accepted"),
        ("P0AA6-1A: {title", "P0AA6: {title", "24:", "is not accepted"),
        ("dtcs: [P0AA6-1A, U0100-87]", "dtcs: [P0AA6-1B]", "37:", "P0AA6-1B is not defined"),
        ("dtcs: [P0AA6-1A, U0100-87]", "dtcs: [U0100-87, U0100-87]", "37:", "listed twice"),
        ("routines: [0x0203, 0x0204]", "routines: [0x0205]", "36:", "0x0205 is not defined"),
        ("dids: [0xF190], obd", "dids: [0xF191], obd", "39:", "0xf191 is not defined"),
        ("security: xor-rotate", "security: rot13", "34:", "no key algorithm is called 'rot13'"),
        ("request: 0x7E0", "request: 0x7E1", "39:", "7E1 is the address of bms already"),
        ("request: 0x7E0", "request: 0x7DF", "39:", "7DF is the address of every unit already"),
        ("response: 0x7E8", "response: 0x7E0", "39:", "7E0 is the address of vcu already"),
        (", extended: true", "", "40:", "0x18da32f1 has more than 11 bits"),
        ("{request: 0x7DF}", "{request: 0x18DB33F1}", "4:", "has more than 11 bits"),
        ("sessions: [1, 3]", "sessions: [0]", "33:", "is not accepted"),
        ("severity: stop", "severity: bad", "24:", "'bad' is not accepted"),
        ("node: BMS", "noode: BMS", "29:", "'noode' is not known here"),
        ("title: {zh: 小车, en: Small car}", "title: Small", "3:", "'Small' is not accepted"),
    ],
)
def test_a_wrong_file_is_told_at_its_place(
    tmp_path: Path, old: str, new: str, where: str, what: str
) -> None:
    assert SMALL.read_text("utf-8").count(old) >= 1
    path = write(tmp_path, lambda text: text.replace(old, new, 1))
    with pytest.raises(FileError) as caught:
        load_diagnostics(path)
    said = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith(f"{path}:{where}") and what in line for line in said), said


ODD = st.sampled_from(
    [None, True, "", "x", -1, 0, 1.5, 70000, 10**30, [], [1], {}, {"is": 1}, {"zh": "a"}]
)


def paths_of(value: object, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here] if here else []
    entries: Any = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        entries = enumerate(value)
    for key, inner in entries:
        found += paths_of(inner, (*here, key))
    return found


TREE: dict[str, Any] = yaml.safe_load(SMALL.read_text("utf-8"))
PATHS = paths_of(TREE)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(st.tuples(st.sampled_from(PATHS), ODD), min_size=1, max_size=3))
def test_a_file_with_odd_values_gives_only_file_errors(
    tmp_path: Path, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    tree = copy.deepcopy(TREE)
    for path, odd in changes:
        inside: Any = tree
        for key in path[:-1]:
            here = isinstance(inside, dict) and key in inside
            there = isinstance(inside, list) and isinstance(key, int) and key < len(inside)
            inside = inside[key] if here or there else None
        if isinstance(inside, dict):
            inside[path[-1]] = copy.deepcopy(odd)
    file = tmp_path / "v.yaml"
    file.write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")
    try:
        load_diagnostics(file)
    except FileError as error:
        assert all(str(problem).startswith(f"{file}:") for problem in error.problems)


def test_the_schema_names_every_key_of_the_file() -> None:
    schema = diagnostics_schema()
    assert set(schema["properties"]) == set(TREE)
    assert schema["additionalProperties"] is False
    unit = schema["$defs"]["UnitFile"]
    assert unit["required"] == ["title", "bus", "request", "response"]
    assert set(unit["properties"]) >= set(TREE["units"]["bms"])


@pytest.mark.parametrize("text", ["{request: 0x700}", "[{request: 0x700}, {request: 0x701}]"])
def test_one_or_several_functional_addresses(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, lambda whole: whole.replace("{request: 0x7DF}", text))
    assert len(load_diagnostics(path).functional) == text.count("request")


def test_a_wrong_functional_address_is_told_at_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, lambda whole: whole.replace("{request: 0x7DF}", "{request: x}"))
    with pytest.raises(FileError, match=r"v.yaml:4:23: 'x' is not accepted"):
        load_diagnostics(path)


def test_generic_obd_has_the_legislated_addresses() -> None:
    generic = generic_obd()
    assert [str(unit.address) for unit in generic.units.values()][::7] == ["7E0/7E8", "7E7/7EF"]
    assert all(unit.obd for unit in generic.units.values())


def test_the_shipped_description_is_read() -> None:
    shipped = load_diagnostics(data_folder("dbc") / "shared-ev.diagnostics.yaml")
    assert len(shipped.units) == 20
    assert shipped.unit("bms").address == IsoTpAddress(0x7E1, 0x7E9)
    assert shipped.unit("lid").address == IsoTpAddress(0x18DA32F1, 0x18DAF132, extended=True)
    assert {str(address) for address in shipped.functional} == {"7DF", "18DB33F1"}
    for name in shipped.security:
        assert len(key_algorithm(name)(b"\x01\x02\x03\x04", 1, {})) == 4
    for unit in shipped.units.values():
        assert unit.dids and unit.dtcs
