"""Mistakes in steps that change control units: found early, and said in both languages."""

import re
from pathlib import Path

import pytest
from benchkit import write_procedure

from harness.engine import details, wording
from harness.engine.prepare import prepare
from harness.errors import FileError

CHINESE = re.compile("[\u4e00-\u9fff]")
START = "{unit: rad, routine: sensor_calibration, restores: calibration_record}"


def step(name: str, verb: str, with_: str, more: str = "") -> str:
    text = f"- id: {name}\n  title: {{zh: 步, en: Step}}\n  do: {verb}\n  with: {with_}\n"
    return text + (f"  {more}\n" if more else "")


def settle(keep: str, passed: str) -> str:
    text = step("begin", "diag.start_routine", START)
    return text + step("end", "diag.settle_work", f"{{keep: {keep}, if_passed: {passed}}}")


def wait(of: str, limit: str) -> str:
    text = step("begin", "diag.start_routine", START)
    return text + step("end", "diag.await_routine", f"{{of: {of}}}", f"limit: {limit}")


@pytest.mark.parametrize(
    ("steps", "what", "expected"),
    [
        (
            step("a", "diag.begin_work", "{units: [rda]}", 'limit: {high: 1, unit: "1"}'),
            "no control unit is called 'rda'", "a control unit of the diagnostic description",
        ),
        (
            step("a", "diag.end_work", "{units: [rda], points: [gear]}"),
            "no control unit is called 'rda'", "a control unit",
        ),
        (
            step("a", "diag.calibration_due", "{units: [rda]}"),
            "no control unit is called 'rda'", "a control unit",
        ),
        (
            step("a", "diag.backup", "{points: [rad.mounting_yaw]}"),
            "no data identifier is called 'rad.mounting_yaw'", "an identifier that can be written",
        ),
        (
            step("a", "diag.start_routine", START.replace("sensor_c", "seat_c")),
            "no routine is called 'seat_calibration'", "a routine of that unit",
        ),
        (
            step("a", "diag.start_routine", START.replace("calibration_record", "mounting_yaw")),
            "no data identifier is called 'mounting_yaw'", "a data identifier of that unit",
        ),
        (
            step("a", "diag.start_routine", START.replace("rad", "rda")),
            "no control unit is called 'rda'", "a control unit",
        ),
        (wait("bgin", "{high: 20, unit: s}"), "no earlier step is called 'bgin'", "earlier step"),
        (wait("begin", "{low: 1, unit: s}"), "the time of a routine", "a limit with high"),
        (wait("begin", "{high: 5, unit: V}"), "the time of a routine", "a limit with high"),
        (settle("{rad: [bgin]}", "[begin]"), "no earlier step is called 'bgin'", "earlier step"),
        (settle("{rda: [begin]}", "[begin]"), "no control unit is called 'rda'", "control unit"),
        (settle("{rad: [begin]}", "[later]"), "no earlier step is called 'later'", "earlier step"),
    ],
)  # fmt: skip
def test_mistakes_are_found_before_anything_is_opened(
    tmp_path: Path, steps: str, what: str, expected: str
) -> None:
    path = write_procedure(tmp_path, steps)
    with pytest.raises(FileError) as caught:
        prepare([str(path)], folder=tmp_path / "run")
    said = str(caught.value)
    assert what in said
    assert expected in said
    assert re.search(r"\.yaml:\d+:\d+: ", said), "its place"
    for problem in caught.value.problems:
        assert CHINESE.search(details.chinese(problem.what))
        assert CHINESE.search(details.expected(problem.expected))


@pytest.mark.parametrize(
    "english",
    [
        "there is no backup of rad.calibration_record: nothing is changed without one",
        "rad is locked: nothing is sent to it",
        "it reads 00 01 after 00 02 was written",
        "rad.calibration_record could not be put back: it reads 00 01 after 00 02 was written",
        "put back from the backup and read again: rad.calibration_record, adcu.config_lka",
        "as it was before, read again: adcu.config_lka",
        "not put back from the backup: rad.calibration_record",
        "it ran for 20.1 s without an end; stopped",
        "it ran for 20.1 s without an end; it could not be stopped: rad: closed",
        "the bench file's `maintenance` section orders no coding",
        "the work order names xyz.config_lka, and the car has no such unit",
        "the work order cannot be carried out: adcu (config_lka) cannot be 'on'",
        "rad.calibration_record would be changed",
        "rad.calibration_record has no value that could be put back",
        "kept: cam, rad; put back: lid.calibration_record; as before: adcu.config_lka",
        "put back: lid.calibration_record; as before: adcu.config_lka",
        "as before: adcu.config_lka",
        "kept",
        "put back",
        "two boxes of tiles in the boot",
        "no target board stands before the car",
    ],
)
def test_what_happened_is_said_in_chinese(english: str) -> None:
    said = wording.reason(english).zh
    assert CHINESE.search(said)
    assert not re.search(r"\b(was|the|there|stopped|back|read)\b", said), said
