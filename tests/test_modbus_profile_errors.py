"""What a wrong profile is told: each complaint with its place, several at once."""

import re
from pathlib import Path

import pytest

from harness.devices.modbus.profile import load_profile
from harness.devices.modbus.profile_views import doubted_views
from harness.errors import FileError

GOOD = (Path(__file__).parent / "data" / "modbus-test-pile.yaml").read_text(encoding="utf-8")


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load_profile(str(path))
    prefix = str(path) + ":"
    for problem in caught.value.problems:
        assert str(problem).startswith(prefix)
    return [str(problem).removeprefix(prefix) for problem in caught.value.problems]


def test_the_good_one_loads(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(GOOD, encoding="utf-8")
    profile = load_profile(str(path))
    assert len(profile.points) == 14
    assert load_profile(str(path), model="T-3").points["current_limit"].allowed == (0, (6.0, 16.0))
    assert profile.points["current_limit"].default_raw == 60


CASES = {
    # shape
    "unknown key": ("kind: pile", "kind: pile\ncolour: red", "6:9: 'colour' is not known here"),
    "unknown point key": ("at: input 1}", "at: input 1, colour: red}", "'colour' is not known"),
    "missing key": ("vendor: Test\n", "", "1:1: 'vendor' is missing"),
    "missing at": ("version:        {at: input 1}", "version: {unit: V}", "'at' is missing"),
    "bad table": ("at: input 1}", "at: inputs 1}", "17:24: 'inputs 1' is not accepted; expected a"),
    "bad number": ("at: input 1}", "at: input one}", "expected a table and a wire address"),
    "bad type": ("at: input 1}", "at: input 1, type: u24}", "'u24' is not accepted"),
    "bad kind": ("kind: pile", "kind: car", "5:7: 'car' is not accepted"),
    "bad name": ("  version: ", "  Version: ", "17:19: 'Version' is not accepted"),
    "bad watchdog": ("any_request", "prayer", "31:11: 'prayer' is not accepted"),
    "bad time": (
        "timeout: 10 s",
        "timeout: 10",
        "10 is not a duration",
    ),
    "bad sequence line": ("{wait: 1 s}", "{wait: 1 s, rewrite: x}", "exactly one of 'write'"),
    "value missing": (", value: stop}", "}", "expected 'value' with 'write'"),
    "bad condition": ("{at_least: 2}", "{over: 2}", "expected one of 'is', 'is_not'"),
    "bad label": ("[idle, ready]", "[idle, ready, x]", "the vendor's own like [idle, A1]"),
    "bad choice": ("[6, 32]", "[6, 16, 32]", "a range like [6, 16]"),
    "bad unit ids": ("units: [1, 16]", "units: [16, 1]", "a range like [1, 247]"),
    "twice": ("  version: ", "  cp_state: {at: input 9}\n  version: ", "stands twice"),
    "not yaml": ("kind: pile", "kind: [pile", "valid YAML"),
    # one point
    "address": ("at: input 1}", "at: input 65536}", "17:24: address 65536 with 1 word(s) ends out"),
    "address and width": ("input 3,", "input 65535,", "address 65535 with 2 word(s) ends outside"),
    "unit": ("unit: V,", "unit: Volt,", "16:51: unknown unit 'Volt'; expected one of us, ms"),
    "wrong dimension": ("unit: V,", "unit: A,", "voltage_l1 cannot be in A; expected V"),
    "unit of a state": (
        "{at: input 2, values: {0: A",
        "{at: input 2, unit: V, values: {0: A",
        "cp_state has no unit",
    ),
    "no unit": ("scale: 0.1, unit: V, low", "scale: 0.1, low", "cannot be in no unit; expected V"),
    "scale zero": ("scale: 0.1, unit: V", "scale: 0, unit: V", "16:40: a scale of 0 says nothing"),
    "scale of a state": ("{at: input 5,", "{at: input 5, scale: 2,", "only numbers have scale"),
    "low above high": ("low: 0, high: 500", "low: 501, high: 500", "low 501 is above high 500"),
    "width": (
        "type: u32, unit: Wh",
        "type: u32, words: 3, unit: Wh",
        "a u32 has no 3 words; expected 2",
    ),
    "no length": ("type: string, words: 4", "type: string", "a string does not say how long it is"),
    "coil type": (
        "{at: discrete 0,",
        "{at: discrete 0, type: u16,",
        "a discrete is one bit, not a u16",
    ),
    "marker": ("at: input 1}", "at: input 1, not_available: [65536]}", "65536 does not fit a u16"),
    "code": ("2: charging}", "70000: charging}", "code 70000 does not fit a u16"),
    "bit": ("15: F-16", "16: F-16", "a u16 has no bit 16; expected 0 to 15"),
    "bit of a text": (
        "type: string, words: 4",
        "type: string, words: 4, bits: {0: a}",
        "no named bits",
    ),
    "states of a text": (
        "type: string, words: 4",
        "type: string, words: 4, values: {0: a}",
        "code 0 does not fit a string; expected a text of at most 8 bytes",
    ),
    "both": ("bits: {0: F-01,", "values: {0: a}, bits: {0: F-01,", "either one state or a set of"),
    "same flag": ("15: F-16", "15: F-01", "'F-01' stands for 0 and for 15"),
    "same state": ("[idle, ready]", "idle", "0 and 1 are both 'idle', with nothing to tell them"),
    "same own label": (
        "2: charging}",
        "2: [charging, ready]}",
        "the label 'ready' stands for 1 too",
    ),
    "same state written": (
        "{0: stop, 1: start}",
        "{0: stop, 1: [stop, x], 2: start}",
        "'stop' stands for 0 and for 1",
    ),
    "not a shared state": (
        "2: charging}",
        "2: chargin}",
        "'chargin' is not a shared state of charging_state",
    ),
    "no states": (
        "charging_state: {at: input 2, values: {0: idle, 1: [idle, ready], 2: charging}}",
        "charging_state: {at: input 2}",
        "charging_state has no states",
    ),
    "encoding": (
        "type: string, words: 4",
        "type: string, words: 4, encoding: klingon",
        "no text encoding is called",
    ),
    "encoding of a number": (
        "at: input 1}",
        "at: input 1, encoding: gbk}",
        "a u16 has no text encoding",
    ),
    "printed number": (
        "doc: 30001",
        "doc: 30002",
        "printed number 30002 is input 1 by 'numbering', not 0",
    ),
    # writing
    "input written": (
        "at: input 1}",
        "at: input 1, access: rw}",
        "of the input table cannot be written",
    ),
    "allowed unwritten": (
        "at: input 1}",
        "at: input 1, allowed: [1]}",
        "'allowed' on a point that cannot be written",
    ),
    "empty range": ("[6, 32]", "[32, 6]", "32 to 6 is an empty range"),
    "allowed does not fit": ("[6, 32]", "[6, 7000]", "7000.0 cannot stand in current_limit"),
    "function": (
        "unit: s, access: rw}",
        "unit: s, access: rw, write_function: 5}",
        "FC 5 does not write a holding; expected 6 or 16",
    ),
    "function and width": (
        "type: u32, access: rw",
        "type: u32, access: rw, write_function: 6",
        "has 2 words; FC 6 carries one",
    ),
    "default": (
        "default: 6}",
        "default: 5}",
        "the default of current_limit cannot be 5; expected 0, 6 to 32 A",
    ),
    "energises unknown": (
        "energises: [start]",
        "energises: [start, begin]",
        "'begin' cannot stand in charge_command",
    ),
    "energises unsaid": (
        ", energises: [start]",
        "",
        "writing 'start' puts mains on the plug, and nothing says so",
    ),
    "no read-back": (
        "read_back: current_limit",
        "read_back: current_limt",
        "there is no point 'current_limt'",
    ),
    "blind read-back": (
        "read_back: current_limit",
        "read_back: set_current",
        "set_current cannot be read either",
    ),
    "never readable": (
        "access: w, read_back",
        "access: w, readable_if: {version: 2}, read_back",
        "a point that is never readable",
    ),
    "model": (
        "max_by_model: {T-3: 16}",
        "max_by_model: {T-9: 16}",
        "there is no model 'T-9'; expected T-7, T-3",
    ),
    "max without allowed": (
        "allowed: [0, [6, 32]], ",
        "",
        "nothing to cut off; expected 'allowed' as well",
    ),
    # between points
    "partial overlap": (
        "at: input 1}",
        "at: input 4}",
        "version (input 4) overlaps total_energy (input 3 to 4)",
    ),
    "two quantities": (
        "at: input 1}",
        "at: input 0, scale: 0.01, unit: A}",
        "input 0 (printed 30001) is voltage_l1 in V and version in A; expected registers of",
    ),
    "two scales": (
        "at: input 1}",
        "at: input 0, scale: 0.01, unit: V}",
        "input 0 (printed 30001) is counted in one way by voltage_l1 and in another by version",
    ),
    "two types": (
        "at: input 1}",
        "at: input 0, type: i16, scale: 0.1, unit: V}",
        "is counted in one way by voltage_l1 and in another by version",
    ),
    "inside": (
        "at: input 1}",
        "at: input 7}",
        "version (input 7) overlaps serial_number (input 6 to 9)",
    ),
    "forbidden": (
        "at: input 1}",
        "at: input 505}",
        "version lies in input 500 to 510, which must not be read",
    ),
    "too long": ("words: 4", "words: 21", "serial_number has 21 registers, one read carries 20"),
    "gate missing": (
        "{version: {at_least: 2}}",
        "{versoin: {at_least: 2}}",
        "there is no point 'versoin'",
    ),
    "gate of a gate": (
        "at: input 1}",
        "at: input 1, available_if: {door_state: closed}}",
        "version may itself be missing",
    ),
    "gate no number": (
        "{version: {at_least: 2}}",
        "{door_state: {at_least: 2}}",
        "door_state is not a number",
    ),
    "requires unknown state": (
        "requires: {door_state: closed}",
        "requires: {door_state: ajar}",
        "door_state is never 'ajar'; expected closed, open",
    ),
    "requires unreadable": (
        "requires: {door_state: closed}",
        "requires: {set_current: 1}",
        "set_current cannot be read",
    ),
    # sections
    "watchdog point": (
        "timeout_point: watchdog_timeout",
        "timeout_point: watchdog",
        "33:18: there is no point 'watchdog'",
    ),
    "watchdog unit": (
        "timeout_point: watchdog_timeout",
        "timeout_point: current_limit",
        "current_limit is in A; expected a point that holds a time",
    ),
    "failsafe unit": (
        "failsafe_point: failsafe_current",
        "failsafe_point: voltage_l1",
        "a point that holds a current",
    ),
    "recovery": (
        "feed_every: 2 s",
        "feed_every: 2 s\n  recover: again",
        "there is no sequence 'again'; expected start, stop",
    ),
    "feeding": ("feed_every: 2 s", "feed_every: 10 s", "does not keep a watchdog of 10 s fed"),
    "sequence point": (
        "{rewrite: current_limit}",
        "{rewrite: current}",
        "there is no point 'current'",
    ),
    "sequence that ends the connection": (
        "default: 6}",
        "default: 6, changes_link: true}",
        "writing current_limit can end the connection; expected a sequence without it",
    ),
    "link of a reading": (
        "at: input 1}",
        "at: input 1, changes_link: true}",
        "'changes_link' on a point that cannot be written",
    ),
    "sequence unwritable": (
        "{rewrite: current_limit}",
        "{rewrite: version}",
        "version cannot be written so",
    ),
    "rewrite unreadable": (
        "{rewrite: current_limit}",
        "{rewrite: set_current}",
        "set_current cannot be written so",
    ),
    "sequence value": (
        "value: stop}",
        "value: halt}",
        "charge_command cannot be 'halt'; expected stop, start",
    ),
    "safe sequence": (
        "sequence: stop",
        "sequence: halt",
        "there is no sequence 'halt'; expected start, stop",
    ),
    "safe proof": ("{is_not: charging}", "{is_not: chargin}", "charging_state is never 'chargin'"),
    "safe proof unit": (
        "{below: 30 V}",
        "{below: 30 A}",
        "cannot convert A (current) to V (voltage)",
    ),
    "safe proof point": (
        "proof: {charging_state: {",
        "proof: {charge: {",
        "there is no point 'charge'",
    ),
    "rating": (
        "current: 32 A, phases",
        "current: 32 V, phases",
        "32 V is no current; expected a value in A",
    ),
    "rating of zero": ("voltage: 220 V", "voltage: 0 V", "0 V is no rating; expected above zero"),
    "link": (
        "{port: 502, unit: 1}",
        "{port: 502, baudrate: 9600}",
        "'baudrate' means nothing on a tcp link",
    ),
    "factory unit": (
        "unit: 1, units",
        "unit: 17, units",
        "the factory unit id 17 is outside 'units'; expected 1 to 16",
    ),
    "unit ids": ("units: [1, 16]", "units: [1, 300]", "1 to 300 are no unit ids"),
    "baud rate": (
        "baudrate: 9600, baudrates",
        "baudrate: 1200, baudrates",
        "the factory baud rate 1200 is not in 'baudrates'",
    ),
    "gap": ("max_registers: 20,", "max_registers: 20, gaps: -1,", "a gap cannot be negative"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_named_with_its_place(tmp_path: Path, case: str) -> None:
    old, new, expected = CASES[case]
    assert GOOD.count(old) == 1, "the case must change exactly one place"
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(expected in problem for problem in found), found
    for problem in found:
        assert re.match(r"\d+:\d+: .", problem), problem


def test_no_link(tmp_path: Path) -> None:
    text = re.sub(r"links:\n.*\n.*\n", "links: {}\n", GOOD)
    assert problems(tmp_path, text) == ["10:8: there is no link; expected 'rtu', 'ascii' or 'tcp'"]


def test_energising_needs_a_safe_state(tmp_path: Path) -> None:
    text = re.sub(r"safe_state:\n.*\n.*\n.*\n", "", GOOD)
    (found,) = problems(tmp_path, text)
    assert "charge_command can put mains on the plug, and nothing says how" in found


def test_several_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD
    for case in ("unit", "width", "default", "watchdog point", "sequence value", "rating"):
        old, new, _ = CASES[case]
        text = text.replace(old, new)
    found = problems(tmp_path, text)
    assert [int(problem.split(":")[0]) for problem in found] == [8, 16, 20, 25, 33, 44]


def test_shape_and_meaning_at_once(tmp_path: Path) -> None:
    text = GOOD
    for case in ("bad table", "bad time", "unit", "safe sequence", "unknown key"):
        old, new, _ = CASES[case]
        text = text.replace(old, new)
    found = "\n".join(problems(tmp_path, text))
    for case in ("bad table", "unit", "safe sequence", "unknown key"):
        assert CASES[case][2].split(": ", 1)[-1] in found
    assert "10 is not a duration" in found


def test_a_wrong_row_is_not_also_called_missing(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("{at: holding 2, unit: s", "{at: holding x, unit: s"))
    assert len(found) == 1 and "'holding x' is not accepted" in found[0]


def test_two_views_of_the_same_registers_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    second = "  version: {at: input 1}\n  version_text: {at: input 1, type: bytes, words: 1}\n"
    path.write_text(re.sub(r"  version: .*\n", second, GOOD), encoding="utf-8")
    assert "version_text" in load_profile(str(path)).points


@pytest.mark.parametrize(
    ("second", "doubted"),
    [
        ("{at: input 0, scale: 0.1, unit: V}", True),  # the same again
        ("{at: input 0, scale: 100, unit: mV}", True),
        ("{at: input 0}", True),  # the raw count
        ("{at: input 0, values: {0: none}}", True),
        ("{at: input 0, scale: 0.01, unit: A, available_if: {door_state: open}}", False),
        ("{at: input 2, values: {0: no, 1: [no, soon], 2: yes}}", False),  # one status word
        ("{at: input 2, values: {0: no, 1: [no, soon], 5: yes}}", True),
        ("{at: input 5, bits: {1: F-02}}", True),
        ("{at: input 21}", False),
    ],
)
def test_a_second_view_that_can_be_meant_is_doubted(
    tmp_path: Path, second: str, *, doubted: bool
) -> None:
    path = tmp_path / "p.yaml"
    text = GOOD.replace("  door_state:", f"  again: {second}\n  door_state:")
    path.write_text(text.replace("{at: input 1}\n", "{at: input 20}\n"), "utf-8")
    found = doubted_views(load_profile(str(path)).points)
    assert {point.name for point, _ in found} == ({"again"} if doubted else set())


@pytest.mark.parametrize("text", ["", "[]", "5", "points: 5", "points: {x: 5}", "{}", "a: &a [*a]"])
def test_what_is_no_profile_at_all(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)
