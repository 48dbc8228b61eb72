"""Procedures as pytest items."""

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.data import data_folder
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.evidence.verify import verify
from harness.report.write import write_reports

_OWN = """\
procedure: OWN-01
title: {zh: 自定, en: Own}
groups:
  - {id: supply, title: {zh: 供电, en: Supply}}
  - {id: look, title: {zh: 观察, en: Look}}
steps:
  - id: idle
    title: {zh: 待机, en: Idle}
    do: pile.expect
    with: {states: {charging_state: idle}}
    critical: true
  - id: voltage
    group: supply
    title: {zh: 电压, en: Voltage}
    do: pile.measure
    with: {points: [voltage_l1]}
    item: NB/T 33002-2018/supply-voltage
  - id: meter
    group: supply
    title: {zh: 表, en: Meter}
    do: meter.measure
    with: {points: [ct_ratio]}
    limit: {low: 1, unit: "1"}
  - id: enclosure
    group: look
    title: {zh: 外观, en: Enclosure}
    do: operator.inspect
    with: {subject: enclosure, ask: {zh: 看, en: Look}}
  - id: late
    title: {zh: 迟, en: Late}
    do: pile.measure
    with: {points: [temperature]}
    limit: {high: 20 °C}
"""


@pytest.fixture(scope="module", autouse=True)
def _everything_imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A pytest inside pytest drops the modules it imported; halves of libraries would stay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_KEYS", str(tmp_path_factory.mktemp("keys")))
        folder = tmp_path_factory.mktemp("first") / "run"
        execute(prepare(["PILE-INSP-01"], folder=folder))
        write_reports(folder, "en")


@pytest.fixture(autouse=True)
def _own_place(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(pytester.path / "keys"))
    monkeypatch.setenv("HARNESS_LANG", "en")
    (pytester.path / "OWN-01.yaml").write_text(_OWN, encoding="utf-8")


def _run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest("-p", "no:cacheprovider", "--bench", "sim", *arguments)


def test_nothing_is_collected_without_a_bench(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_it(): pass")
    result = pytester.runpytest("--strict-markers")
    result.assert_outcomes(passed=1)
    assert not (pytester.path / "runs").exists()
    result = pytester.runpytest("OWN-01.yaml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR  # pytest: nothing there to collect


def test_other_yaml_files_are_left_alone(pytester: pytest.Pytester) -> None:
    (pytester.path / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    (pytester.path / "binary.yml").write_bytes(b"\x00\xff")
    result = _run(pytester, "compose.yaml", "binary.yml")
    assert result.ret in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)


def test_one_item_a_step_and_one_run_a_file(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "OWN-01.yaml", "-v", "--harness-out", "out", "-rs")
    result.assert_outcomes(passed=3, skipped=1, failed=1)
    result.stdout.fnmatch_lines(["*OWN-01.yaml::voltage PASSED*", "*has no point 'ct_ratio'*"])
    assert verify(pytester.path / "out" / "OWN-01").exit_code == 0
    assert (pytester.path / "out" / "OWN-01" / "report.html").is_file()
    result.stdout.fnmatch_lines(["*harness: OWN-01*", "*out/OWN-01*"])


def test_a_failure_shows_value_limit_item_and_clause_and_no_traceback(
    pytester: pytest.Pytester,
) -> None:
    result = _run(pytester, "OWN-01.yaml", "--harness-fault", "supply-undervoltage", "-k", "volt")
    result.assert_outcomes(failed=1, deselected=4)
    result.stdout.fnmatch_lines(
        [
            "*2 Voltage: fail: 17*",
            "*Voltage L1: 17?.? V*176 … 264 V*",
            "*supply-voltage · clause 7*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_the_language_of_a_failure(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_LANG", "zh")
    result = _run(pytester, "OWN-01.yaml", "--harness-fault", "supply-undervoltage", "-k", "volt")
    result.stdout.fnmatch_lines(["*2 电压: 不合格*", "*条款 7*"])


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["-k", "voltage or idle"], ["idle", "voltage"]),
        (["-m", "critical"], ["idle"]),
        (["-m", "look"], ["enclosure"]),
        (["-m", "V"], ["enclosure"]),
        (["-m", "R and supply"], ["voltage", "meter"]),
        (["-m", "not R"], ["enclosure"]),
    ],
)
def test_selection(pytester: pytest.Pytester, arguments: list[str], names: list[str]) -> None:
    result = _run(pytester, "OWN-01.yaml", "--collect-only", "-q", "--strict-markers", *arguments)
    assert [line for line in result.outlines if "::" in line] == [
        f"OWN-01.yaml::{name}" for name in names
    ]


def test_only_selected_steps_are_run(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "OWN-01.yaml::voltage", "--harness-out", "out")
    result.assert_outcomes(passed=1)
    journal = (pytester.path / "out" / "OWN-01" / "journal.jsonl").read_text("utf-8")
    assert '"deselected":["idle","meter","enclosure","late"]' in journal


def test_conditional_pass_is_noted(pytester: pytest.Pytester) -> None:
    (pytester.path / "coarse.yaml").write_text(
        "bench: coarse\ndevices:\n  pile: {profile: gb-ac-pile, simulated: true, "
        "uncertainty: {voltage_l1: 60 V}}\n",
        encoding="utf-8",
    )
    options = ["--bench", "coarse.yaml", "-k", "voltage", "-rP"]
    result = pytester.runpytest("OWN-01.yaml", *options)
    result.assert_outcomes(passed=1, deselected=4)
    result.stdout.fnmatch_lines(["*2 Voltage: conditional pass*", "*V ± 60 (176 … 264 V)*"])


def test_junit_carries_the_evidence(pytester: pytest.Pytester) -> None:
    arguments = ["--junitxml", "out.xml", "-o", "junit_family=xunit1"]
    _run(pytester, "OWN-01.yaml", "--harness-out", "out", *arguments)
    cases = {
        case.attrib["name"]: case
        for case in ElementTree.parse(pytester.path / "out.xml").iter("testcase")
    }
    assert set(cases) == {"idle", "voltage", "meter", "enclosure", "late"}
    properties = {
        one.attrib["name"]: one.attrib["value"] for one in cases["voltage"].iter("property")
    }
    assert properties["verdict"] == "pass"
    assert properties["item"] == "NB/T 33002-2018/supply-voltage"
    assert properties["limit"] == "176 … 264 V"
    assert properties["measured"].startswith("voltage_l1 = ")
    assert Path(properties["harness_run"]).name == "OWN-01"
    assert cases["late"].find("failure") is not None
    assert cases["meter"].find("skipped") is not None


def test_a_bench_that_fails_is_an_error_not_a_failure(pytester: pytest.Pytester) -> None:
    (pytester.path / "dead.yaml").write_text(
        "bench: dead\ndevices:\n"
        "  pile: {profile: gb-ac-pile, connection: {modbus: tcp, host: 127.0.0.1, port: 1}}\n",
        encoding="utf-8",
    )
    (pytester.path / "ONE-01.yaml").write_text(
        _OWN.replace("OWN-01", "ONE-01").partition("  - id: meter")[0], encoding="utf-8"
    )
    live = ["--harness-live", "-p", "no:cacheprovider"]
    result = pytester.runpytest("ONE-01.yaml", "--bench", "dead.yaml", *live)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert not result.parseoutcomes().get("passed")


def test_a_silent_device_is_an_error(pytester: pytest.Pytester) -> None:
    (pytester.path / "COMM-01.yaml").write_text(
        "procedure: COMM-01\ntitle: {zh: 通, en: Comm}\nsteps:\n"
        "  - id: on\n    title: {zh: 注入, en: Inject}\n    do: fault.set\n"
        "    with: {fault: mains-off}\n"
        "  - id: read\n    title: {zh: 读, en: Read}\n    do: pile.measure\n"
        "    with: {points: [voltage_l1]}\n    limit: {low: 1, high: 400, unit: V}\n",
        encoding="utf-8",
    )
    result = _run(pytester, "COMM-01.yaml")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*No reply*"])


def test_exit_on_first_failure_and_last_failed(pytester: pytest.Pytester) -> None:
    options = ["--bench", "sim", "--harness-fault", "supply-undervoltage"]
    first = pytester.runpytest("OWN-01.yaml", "-x", *options)
    first.assert_outcomes(passed=1, failed=1)
    again = pytester.runpytest("OWN-01.yaml", "--lf", *options)
    again.assert_outcomes(failed=1, deselected=4)


@pytest.mark.parametrize(
    "options",
    [
        ["--bench", "missing.yaml"],
        ["--bench", "sim", "--harness-fault", "no-such-fault"],
        ["--bench", "sim", "--harness-answers", "missing.yaml"],
        ["--bench", "sim", "--harness-out", "used"],
    ],
    ids=" ".join,
)
def test_wrong_options_are_errors_of_collection(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    used = pytester.path / "used" / "OWN-01"
    used.mkdir(parents=True)
    (used / "file").touch()
    result = pytester.runpytest("OWN-01.yaml", "-p", "no:cacheprovider", *options)
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_wrong_procedure_is_an_error_with_its_place(pytester: pytest.Pytester) -> None:
    (pytester.path / "WRONG-01.yaml").write_text(
        "procedure: WRONG-01\ntitle: {zh: 错, en: Wrong}\nsteps:\n"
        "  - {id: a, title: {zh: 一, en: A}, do: pile.mesure}\n",
        encoding="utf-8",
    )
    result = _run(pytester, "WRONG-01.yaml")
    result.stdout.fnmatch_lines(["*WRONG-01.yaml:4:*pile.mesure*"])


def test_the_bench_may_stand_in_the_ini_file(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nharness_bench = sim\n")
    pytester.runpytest("OWN-01.yaml", "-k", "idle").assert_outcomes(passed=1, deselected=4)


def test_answers_from_a_file(pytester: pytest.Pytester) -> None:
    (pytester.path / "answers.yaml").write_text(
        "by: T\nanswers: {enclosure: abnormal}\n", encoding="utf-8"
    )
    result = _run(pytester, "OWN-01.yaml", "-k", "enclosure", "--harness-answers", "answers.yaml")
    result.assert_outcomes(failed=1, deselected=4)


def test_the_shipped_procedure(pytester: pytest.Pytester) -> None:
    shutil.copy(data_folder("procedures") / "PILE-INSP-01.yaml", pytester.path)
    result = _run(pytester, "PILE-INSP-01.yaml", "-rP")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*candidate: right*"])


def test_importing_the_plugin_loads_nothing(pytester: pytest.Pytester) -> None:
    program = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport harness.pytest_plugin\n"
        "own = {name for name in set(sys.modules) - before if name.startswith('harness')}\n"
        "assert own == {'harness', 'harness.pytest_plugin'}, own"
    )
    script = pytester.makepyfile(program)
    assert pytester.runpython(script).ret == 0
