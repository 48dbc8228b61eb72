"""Mistakes in files are found with file, line and column before anything is opened."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from benchkit import run_procedure, write_procedure
from check_rows import (
    ASK,
    DECIDE,
    DEGREES,
    HEAD,
    LAMP,
    MARK,
    PILE,
    READING,
    SOON,
    VOLTS,
    bench_file,
    key,
    plan,
    row,
)
from click.testing import CliRunner

from harness.actions import registry
from harness.bench.load import load_bench
from harness.cli.root import ROOT
from harness.errors import FileError, UsageError
from harness.events import Judged

FIRST = row("pile.measure", "{points: [temperature]}", DEGREES, "first")

PROCEDURE = {
    "state": (
        row("pile.expect", "{states: {charging_state: idel}}"),
        ":7:37: charging_state cannot be 'idel'; expected one of: idle,",
    ),
    "state of a list": (
        row("pile.expect", "{states: {charging_state: [idle, faulty]}}"),
        ":7:44: charging_state cannot be 'faulty'",
    ),
    "state that is no number": (
        row("pile.expect", "{states: {max_current: high}}"),
        ":7:34: max_current cannot be 'high'; expected a number in A",
    ),
    "flags as a state": (
        row("pile.expect", "{states: {fault_flags: F-01}}"),
        ":7:34: fault_flags cannot be 'F-01'; expected pile.flags_clear",
    ),
    "number for a text": (
        row("pile.expect", "{states: {vendor_name: 12}}"),
        "vendor_name cannot be 12; expected a text",
    ),
    "wait_for": (
        row("pile.wait_for", "{point: charging_state, is: idel}", SOON),
        ":7:39: charging_state cannot be 'idel'",
    ),
    "wait_for since": (
        row("pile.wait_for",
            "{point: charging_state, is: fault, since: {emergency_stop: presed}}", SOON),
        "emergency_stop cannot be 'presed'; expected one of: released, pressed",
    ),
    "wait_for nothing": (
        row("pile.wait_for", "{point: charging_state, is: []}", SOON),
        ":7:39: no state is named",
    ),
    "holds": (
        row("pile.holds", "{point: charging_state, is: [idel], for: 1 s}"),
        ":7:40: charging_state cannot be 'idel'",
    ),
    "observed state": (
        row("operator.observe", f"{{{ASK}, {LAMP}, states: {{idel: green}}}}"),
        "charging_state cannot be 'idel'",
    ),
    "observed answer": (
        row("operator.observe", f"{{{ASK}, {LAMP}, states: {{idle: gren}}}}"),
        "'gren' is not one of the choices; expected one of: green, red",
    ),
    "observed label": (
        row("operator.observe",
            f"{{{ASK}, {LAMP}, states: {{idle: green}}, labels: {{blue: {MARK}}}}}"),
        "'blue' is not one of the choices",
    ),
    "observed role": (
        row("operator.observe", f"{{{ASK}, {LAMP}, device: pil, states: {{idle: green}}}}"),
        "no role is called 'pil'; expected one of: pile, meter",
    ),
    "no choice": (
        row("operator.observe",
            f"{{{ASK}, subject: x, choices: [], point: charging_state, states: {{}}}}"),
        "nothing to choose from; expected at least two choices",
    ),
    "allowed flag": (
        row("pile.flags_clear", "{points: [fault_flags], allowed: [F-1]}"),
        ":7:45: fault_flags: no flag is called 'F-1'; expected one of: F-01,",
    ),
    "no flags": (
        row("pile.flags_clear", "{points: [charging_state]}"),
        ":7:21: 'charging_state' holds no flags",
    ),
    "no points": (
        row("pile.measure", "{points: []}", VOLTS),
        ":7:20: no point is named; expected at least one point",
    ),
    "no ledger points": (row("pile.matches_site", "{points: []}"), ":7:20: no point is named"),
    "unknown point": (
        row("pile.record", "{points: [voltage_l1, voltage_l9]}"),
        ":7:33: no profile has a point 'voltage_l9'",
    ),
    "expect nothing": (
        row("pile.expect"),
        ":7:11: nothing is expected; expected `states`, or `point` and a limit",
    ),
    "expect no states": (row("pile.expect", "{states: {}}"), ":7:11: nothing is expected"),
    "point without limit": (
        row("pile.expect", "{point: voltage_l1}"),
        ":7:19: no limit for 'voltage_l1'",
    ),
    "range of states": (
        row("pile.expect", "{point: charging_state}", VOLTS),
        ":8:12: 'charging_state' is no number",
    ),
    "range in another unit": (
        row("pile.expect", "{point: voltage_l1}", DEGREES),
        ":8:12: voltage_l1 is in V, the limit in °C",
    ),
    "limit with a misspelt state": (
        row("pile.expect", "{point: charging_state}", "limit: {equals: idel}"),
        ":8:12: charging_state cannot be 'idel'",
    ),
    "limit of another form: wait_for": (
        row("pile.wait_for", "{point: charging_state, is: idle}", VOLTS),
        ":8:12: pile.wait_for cannot judge by a range (200 … 250 V); expected a limit of the form",
    ),
    "limit of another form: measure": (
        row("pile.measure", "{points: [voltage_l1]}", SOON),
        ":8:12: pile.measure cannot judge by a time (≤ 3 s); expected a limit with low or high",
    ),
    "limit of another form: creep": (
        row("pile.creep", "{point: total_energy, over: 1 s}", "limit: {equals: 1}"),
        ":8:12: pile.creep cannot judge by a state",
    ),
    "limit of another form: resolution": (
        row("pile.resolution", "{point: total_energy}", "limit: {clear: true}"),
        ":8:12: pile.resolution cannot judge by flags",
    ),
    "limit of another form: an item": (
        row("pile.measure", "{points: [voltage_l1]}", "item: practice/gun-return"),
        ":8:11: pile.measure cannot judge by a time",
    ),
    "limit of another form: start": (
        row("pile.start_charging", "{}", VOLTS),
        ":8:12: pile.start_charging cannot judge by a range",
    ),
    "share in V": (
        row("pile.communication", "{point: charging_state}", VOLTS),
        ":8:12: the limit is in V; expected a limit with low or high, in %",
    ),
    "time in V": (row("pile.clock_offset", "{}", VOLTS), ":8:12: the limit is in V"),
    "limit of no use": (
        row("pile.record", "{points: [voltage_l1]}", VOLTS),
        ":8:12: pile.record judges by no limit; expected no limit here",
    ),
    "reading in V": (
        row("operator.reading", f"{{{READING}, unit: °C}}", VOLTS),
        ":8:12: the limit is in V, the reading in °C; expected a limit in °C",
    ),
    "reading against a difference": (
        row("operator.reading", f"{{{READING}, unit: °C}}", "limit: {high: 60 K}"),
        ":8:12: the limit is in K, the reading in °C",
    ),
    "reading against a state": (
        row("operator.reading", f"{{{READING}, unit: °C}}", "limit: {equals: 1}"),
        ":8:12: operator.reading cannot judge by a state",
    ),
    "unit of a reading": (
        row("operator.reading", f"{{{READING}, unit: degree}}", DEGREES),
        "unknown unit 'degree'; expected one of us, ms",
    ),
    "instrument of another unit": (
        row("operator.reading", f"{{{READING}, unit: V}}", VOLTS),
        "sim.yaml:21:18: an uncertainty in °C for readings in V (step 'a')",
    ),
    "reading of no step": (
        row("pile.agrees_with", "{point: temperature, reading_of: gun}", "limit: {high: 25 K}"),
        ":7:44: no earlier step is called 'gun'",
    ),
    "reading of a later step": (
        row("pile.agrees_with", "{point: temperature, reading_of: first}", "limit: {high: 25 K}")
        + FIRST,
        ":7:44: the step 'first' is not before this one; expected an earlier step",
    ),
    "difference in °C": (
        FIRST
        + row("pile.agrees_with", "{point: temperature, reading_of: first}", DEGREES),
        ":13:12: the limit is in °C",
    ),
    "key": (
        FIRST + row("operator.decide", f"{{{DECIDE}, {key(restricted='c')}}}"),
        "'c' is not one of the choices; expected one of: a, b",
    ),
    "key of no step": (
        FIRST + row("operator.decide", f"{{{DECIDE}, {key(failed='frist')}}}"),
        "no earlier step is called 'frist'; did you mean: first",
    ),
    "marks": (
        row("operator.rate",
            f"{{{ASK}, subject: x, anchors: {{1: {MARK}, 2: {MARK}, 3: {MARK}, 4: {MARK}}}}}"),
        "these are not the marks; expected an anchor for each of 0, 1, 2, 3",
    ),
    "fault": (
        row("fault.set", "{fault: lamp-faild}"),
        ":7:19: no fault is called 'lamp-faild'; did you mean: lamp-failed",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "where"), PROCEDURE.values(), ids=PROCEDURE)
def test_a_mistake_in_a_procedure(tmp_path: Path, steps: str, where: str) -> None:
    path = write_procedure(tmp_path, steps)
    with pytest.raises(FileError) as caught:
        plan(path)
    assert where in str(caught.value)
    assert "expected" in str(caught.value)
    if not where.startswith("sim.yaml"):
        assert f"{path}:" in str(caught.value)


def test_a_procedure_without_mistakes_is_accepted(tmp_path: Path) -> None:
    steps = [
        FIRST,
        row("pile.expect", "{states: {charging_state: [idle, fault], max_current: 32}}", name="b"),
        row("pile.expect", "{point: voltage_l1}", VOLTS, "c"),
        row("pile.expect", "{point: charging_state}", "limit: {one_of: [idle]}", "d"),
        row("pile.expect", "{point: fault_flags}", "limit: {clear: true}", "e"),
        row("pile.wait_for", "{point: charging_state, is: [idle, fault]}", SOON, "f"),
        row("pile.flags_clear", "{points: [fault_flags], allowed: [F-01]}", name="g"),
        row("operator.observe", f"{{{ASK}, {LAMP}, states: {{fault: red}}}}", name="h"),
        row("operator.reading", f"{{{READING}, unit: °C}}", DEGREES, "i"),
        row("pile.agrees_with", "{point: temperature, reading_of: i}", "limit: {high: 25 K}", "j"),
        row("pile.communication", "{point: charging_state}", "limit: {high: 1 %}", "k"),
        row("fault.set", "{fault: lamp-failed}", name="l"),
        row("operator.decide", f"{{{DECIDE}, {key()}}}", name="m"),
    ]  # fmt: skip
    assert not plan(write_procedure(tmp_path, "".join(steps))).not_possible


def test_all_mistakes_are_told_at_once_and_nothing_is_opened(tmp_path: Path) -> None:
    steps = row("pile.expect", "{states: {charging_state: idel, holder_state: inn}}") + row(
        "fault.set", "{fault: none}", name="b"
    )
    with pytest.raises(FileError) as caught:
        run_procedure(tmp_path, write_procedure(tmp_path, steps))
    assert len(caught.value.problems) == 3
    assert not list(tmp_path.glob("run-*"))


@pytest.mark.parametrize("command", ["check", "run"])
def test_the_command_line_refuses_with_exit_code_2(tmp_path: Path, command: str) -> None:
    path = write_procedure(tmp_path, row("pile.expect", "{states: {charging_state: idel}}"))
    result = CliRunner().invoke(ROOT, [command, str(path), "--lang", "en"])
    assert result.exit_code == 2
    assert f"{path}:7:37: charging_state cannot be 'idel'" in result.output


OTHER_PILE = (
    "bench: other\ndevices:\n  pile: {profile: heidelberg-energy-control, simulated: true}\n"
)


def test_a_typo_is_found_although_this_pile_lacks_the_point(tmp_path: Path) -> None:
    bench = bench_file(tmp_path, OTHER_PILE)
    right = row("pile.expect", "{states: {emergency_stop: released}}")
    assert "has no point" in plan(write_procedure(tmp_path, right), bench).not_possible["a"]
    wrong = write_procedure(tmp_path, right.replace("released", "relesed"))
    with pytest.raises(FileError, match=":7:37: emergency_stop cannot be 'relesed'"):
        plan(wrong, bench)


def test_a_state_that_this_pile_never_has_is_no_mistake_but_cannot_be_run(tmp_path: Path) -> None:
    bench = bench_file(tmp_path, OTHER_PILE)
    steps = row("pile.expect", "{states: {charging_state: reserved}}") + row(
        "pile.expect", "{states: {charging_state: [reserved, idle]}}", name="b"
    )
    found = plan(write_procedure(tmp_path, steps), bench).not_possible
    assert found == {
        "a": "charging_state of the profile heidelberg-energy-control is never reserved"
    }


def two(pile: str, meter: str) -> str:
    """Pile (line 3) and meter (line 4), each with a connection."""
    return (
        f"{HEAD}  pile: {{profile: gb-ac-pile, connection: {{{pile}}}}}\n"
        f"  meter: {{profile: eastron-sdm630, connection: {{{meter}}}}}\n"
    )


RTU = "modbus: rtu, port: /dev/ttyUSB0"
BENCH = {
    "uncertainty": (
        f"{HEAD}  pile:\n    profile: gb-ac-pile\n    simulated: true\n"
        "    uncertainty: {voltage_l1: 1 A}\n",
        ":6:31: voltage_l1: cannot convert A (current) to V (voltage); expected a quantity in V",
    ),
    "uncertainty of a state": (
        f"{HEAD}  pile:\n    profile: gb-ac-pile\n    simulated: true\n"
        "    uncertainty: {charging_state: 1 V}\n",
        ":6:35: charging_state: charging_state has no unit",
    ),
    "uncertainty of no point": (
        f"{HEAD}  pile:\n    profile: gb-ac-pile\n    simulated: true\n"
        "    uncertainty: {voltage: 1 V}\n",
        ":6:28: the profile gb-ac-pile has no point 'voltage'",
    ),
    "unit id": (
        two("modbus: tcp, host: 192.0.2.7, unit: 250", "modbus: tcp, host: 192.0.2.8, unit: 1"),
        ":3:80: unit 250 cannot be a gb-ac-pile; expected 1 to 247",
    ),
    "line settings": (
        two(f"{RTU}, unit: 1", f"{RTU}, unit: 2, baudrate: 19200"),
        ":4:101: baudrate 19200 on the line that pile uses with 9600; expected the same settings",
    ),
    "parity": (
        two(f"{RTU}, unit: 1, parity: E", f"{RTU}, unit: 2"),
        "lab.yaml:4:48: parity N on the line that pile uses with E",
    ),
    "one unit id for two": (
        two(f"{RTU}, unit: 1", RTU),
        "lab.yaml:4:48: unit 1 is that of pile on the same line",
    ),
    "one unit id at one address": (
        two("modbus: tcp, host: 192.0.2.7, unit: 3", "modbus: tcp, host: 192.0.2.7, unit: 3"),
        ":4:85: unit 3 is that of pile on the same line",
    ),
    "site": (
        f"{HEAD}{PILE}site:\n  serial_numbr: X1\n",
        ":5:17: no device of this bench has a point 'serial_numbr'; "
        "expected a point of a profile: serial_number",
    ),
    "value of the site": (
        f"{HEAD}{PILE}site:\n  serial_number: 123\n",
        ":5:18: serial_number cannot be 123; expected a text",
    ),
    "instrument": (
        f"{HEAD}{PILE}instruments:\n"
        "  m-1: {type: multimeter, resolution: 1 mV, uncertainty: 1 A}\n",
        ":5:58: an uncertainty in A beside a resolution in mV",
    ),
}


@pytest.mark.parametrize(("text", "where"), BENCH.values(), ids=BENCH)
def test_a_mistake_in_a_bench_file(tmp_path: Path, text: str, where: str) -> None:
    name = bench_file(tmp_path, text)
    with pytest.raises(FileError) as caught:
        load_bench(name)
    assert where in str(caught.value)
    arguments = ["check", "PILE-INSP-01", "--bench", name, "--lang", "en"]
    assert CliRunner().invoke(ROOT, arguments).exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        two(f"{RTU}, unit: 1", f"{RTU}, unit: 2"),
        two(f"{RTU}, unit: 1", "modbus: rtu, port: /dev/ttyUSB1, parity: E"),
        two("modbus: tcp, host: 192.0.2.7", "modbus: tcp, host: 192.0.2.8"),
        f"{HEAD}  pile:\n    profile: gb-ac-pile\n    simulated: true\n"
        "    uncertainty: {voltage_l1: 200 mV, frequency: 0.1 %}\n"
        "site: {serial_number: X1, tariff_peak: 1.2, max_current: 32}\n"
        "instruments:\n"
        "  irt: {type: infrared_thermometer, resolution: 0.1 °C, uncertainty: 2 K}\n"
        "  dmm: {type: multimeter, resolution: 1 mV, uncertainty: 0.1 %}\n",
    ],
)
def test_a_bench_file_without_mistakes_is_accepted(tmp_path: Path, text: str) -> None:
    assert load_bench(bench_file(tmp_path, text)).id == "lab"


def test_all_mistakes_of_a_bench_file_are_told_at_once(tmp_path: Path) -> None:
    text = two(f"{RTU}, unit: 1, parity: E", RTU) + "site: {nothing: 1}\n"
    with pytest.raises(FileError) as caught:
        load_bench(bench_file(tmp_path, text))
    assert len(caught.value.problems) == 3


OWN_ITEMS = """\
standard: Q/LAB 1
edition: 2026
title: {zh: 自有, en: Own}
sources:
  own: {text: {zh: 自有要求, en: Own requirement}, at_most: medium}
items:
  - id: Q/LAB 1-2026/supply
    title: {zh: 电压, en: Voltage}
    requirement: {zh: 电压, en: Voltage}
    limit: {low: 200, high: 250, unit: V}
    clause: null
    applies: AC
    method: read
    source: own
    confidence: medium
"""


def test_check_loads_the_items_of_the_bench(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "q-lab-1-2026.yaml").write_text(OWN_ITEMS, encoding="utf-8")
    bench = bench_file(tmp_path, f"{HEAD}{PILE}catalogue: [items]\n")
    path = write_procedure(
        tmp_path, row("pile.measure", "{points: [voltage_l1]}", "item: Q/LAB 1-2026/supply")
    )
    arguments = ["check", str(path), "--lang", "en"]
    result = CliRunner().invoke(ROOT, [*arguments, "--bench", bench])
    assert result.exit_code == 0, result.output
    assert "Q/LAB 1-2026/supply" in result.output
    assert CliRunner().invoke(ROOT, arguments).exit_code == 2


ITEM = "practice/internal-temperature"


def test_a_limit_of_the_bench_is_called_so(tmp_path: Path) -> None:
    path = write_procedure(
        tmp_path, row("pile.measure", "{points: [temperature]}", f"item: {ITEM}")
    )
    own = bench_file(tmp_path, f"{HEAD}{PILE}limits:\n  {ITEM}: {{high: 65 °C}}\n")
    (judged, *_) = run_procedure(tmp_path, path, bench=own).of(Judged)
    assert (judged.source, judged.confidence) == ("reference value of bench lab", "low")
    (judged, *_) = run_procedure(tmp_path, path).of(Judged)
    assert "bench lab" not in (judged.source or "")
    arguments = ["check", str(path), "--lang", "en"]
    result = CliRunner().invoke(ROOT, [*arguments, "--bench", own])
    assert "reference value, from the bench file" in result.output
    assert "from the bench file" not in CliRunner().invoke(ROOT, arguments).output


def test_a_limit_of_the_bench_in_a_wrong_form_is_found_there(tmp_path: Path) -> None:
    path = write_procedure(
        tmp_path, row("pile.measure", "{points: [temperature]}", f"item: {ITEM}")
    )
    own = bench_file(tmp_path, f"{HEAD}{PILE}limits:\n  {ITEM}: {{within: 3 s}}\n")
    with pytest.raises(FileError) as caught:
        plan(path, own)
    assert "lab.yaml:5:34: pile.measure cannot judge by a time" in str(caught.value)


def test_a_lab_package_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:

    entry = EntryPoint("lab", "no_such_lab_package.verbs", "harness.actions")
    monkeypatch.setattr(registry, "_loaded", False)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])
    with pytest.raises(UsageError, match=r"no_such_lab_package\.verbs"):
        registry.load_actions()


def test_what_is_asked_without_naming_points_is_announced() -> None:
    shown = CliRunner().invoke(ROOT, ["check", "CAN-FAULT-01", "--lang", "en"])
    assert shown.exit_code == 0
    said = " ".join(shown.stdout.split())
    assert "diagnostic requests in " in said
    assert "the traffic of the buses in " in said
    plain = CliRunner().invoke(ROOT, ["check", "PILE-INSP-01", "--lang", "en"])
    assert "requests in" not in plain.stdout
