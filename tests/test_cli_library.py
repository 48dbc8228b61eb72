"""`list`, `show`, `schema` and `check`: what there is, and what can be known before power."""

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.assess.scenario_file import load_scenario, scenario_files
from harness.cli.library import KINDS
from harness.cli.root import ROOT
from harness.procedure.load import procedure_files


def _call(*arguments: object, lang: str = "en") -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(ROOT, [*words, "--lang", lang])


@pytest.mark.parametrize("kind", list(KINDS))
def test_lists_are_arrays_of_objects_with_an_id(kind: str) -> None:
    result = _call("list", kind, "--json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert rows
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    assert all(set(row["title"]) == {"zh", "en"} for row in rows)


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lists_for_people(kind: str, lang: str) -> None:
    rows = json.loads(_call("list", kind, "--json").stdout)
    shown = _call("list", kind, lang=lang)
    assert shown.exit_code == 0
    assert all(row["id"] in shown.stdout for row in rows)


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_listed_id_can_be_shown(kind: str, lang: str) -> None:
    rows = json.loads(_call("list", kind, "--json").stdout)
    for row in (rows[0], rows[len(rows) // 2], rows[-1]):
        shown = _call("show", row["id"], lang=lang)
        assert shown.exit_code == 0
        assert row["title"][lang].split()[0] in shown.stdout
        entry = json.loads(_call("show", row["id"], "--json").stdout)
        assert entry["id"] == row["id"]
        assert entry["list"] == kind


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_profile_is_shown_with_the_points_made_of_others(lang: str) -> None:
    name = "phoenix-ev-charge-control-basic"
    made = json.loads(_call("show", name, "--json").stdout)["derived"]
    assert [(one["id"], one["needs"], one["unit"]) for one in made[:2]] == [
        ("firmware_full", ["firmware_version", "firmware_version_number", "firmware_minor"], None),
        ("session_time", ["charging_hours", "charging_minutes_seconds"], "s"),
    ]
    shown = " ".join(_call("show", name, lang=lang).stdout.split())
    assert {"zh": "合成数据点", "en": "derived"}[lang] in shown
    assert "← charging_hours, charging_minutes_seconds · s" in shown


def test_an_unknown_id_names_near_ones() -> None:
    result = _call("show", "pile.mesure")
    assert result.exit_code == 2
    assert "pile.measure" in result.stderr
    assert _call("show", "pile.mesure", lang="zh").stderr.startswith("名称不存在")


@pytest.mark.parametrize("format", ["procedure", "bench", "profile"])
def test_schemas(format: str) -> None:
    schema = json.loads(_call("schema", format).stdout)
    assert schema["type"] == "object"
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert format in schema["properties"]


def test_the_schema_of_procedures_knows_the_actions() -> None:
    schema = json.loads(_call("schema", "procedure").stdout)
    step = schema["$defs"]["Step"]
    assert "pile.measure" in step["properties"]["do"]["enum"]
    conditions = {one["if"]["properties"]["do"]["const"]: one["then"] for one in step["allOf"]}
    parameters = conditions["pile.measure"]["properties"]["with"]
    assert "points" in parameters["properties"]
    assert parameters["additionalProperties"] is False
    references = set(_references(schema))
    assert references
    assert all(name in schema["$defs"] for name in references)


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"].removeprefix("#/$defs/")] if "$ref" in value else []
        return own + [name for part in value.values() for name in _references(part)]
    return [name for part in value for name in _references(part)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", sorted(procedure_files()))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_check_of_every_shipped_procedure(name: str, lang: str) -> None:
    result = _call("check", name, lang=lang)
    assert result.exit_code == 0, result.stderr
    assert ("检查通过" if lang == "zh" else "No mistakes found") in result.stdout


def test_check_shows_limit_item_clause_and_confidence() -> None:
    english = _call("check", "PILE-INSP-01").stdout
    assert "176 … 264 V" in english
    assert "NB/T 33002-2018/supply-voltage" in english
    assert "clause 7" in english
    assert "secondary source" in english
    assert re.search(r"Writes +nothing", english)
    assert "stops pile if it is found charging" in english
    chinese = _call("check", "PILE-INSP-01", lang="zh").stdout
    assert "二手资料" in chinese
    assert "将通电" in chinese


_LIVE = """\
procedure: ENERGISE-01
title: {zh: 通电, en: Energise}
steps:
  - id: start
    title: {zh: 启动, en: Start}
    do: pile.start_charging
    limit: {within: 15 s}
  - id: meter
    title: {zh: 表, en: Meter}
    do: meter.measure
    with: {points: [ct_ratio]}
    limit: {low: 1, unit: "1"}
"""


def test_check_says_what_is_written_and_energised_and_what_cannot_be_run(tmp_path: Path) -> None:
    file = tmp_path / "ENERGISE-01.yaml"
    file.write_text(_LIVE, encoding="utf-8")
    result = _call("check", file)
    assert result.exit_code == 0
    assert "energises" in result.stdout
    assert "charge_command" in result.stdout
    assert "the profile eastron-sdm630 has no point 'ct_ratio'" in result.stdout
    assert "型号 eastron-sdm630 没有数据点 ct_ratio" in _call("check", file, lang="zh").stdout


_WRONG = """\
procedure: WRONG-01
title: {zh: 错, en: Wrong}
steps:
  - id: one
    title: {zh: 一, en: One}
    do: pile.mesure
  - id: two
    title: {zh: 二, en: Two}
    do: pile.measure
    with: {points: [voltage_l1], sample: 3}
    limit: {low: 176, high: 264, unit: V}
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_check_lists_every_mistake_with_its_place(tmp_path: Path, lang: str) -> None:
    file = tmp_path / "WRONG-01.yaml"
    file.write_text(_WRONG, encoding="utf-8")
    result = _call("check", file, lang=lang)
    assert result.exit_code == 2
    assert f"{file}:6:9:" in result.stderr
    assert f"{file}:10:34:" in result.stderr or f"{file}:10:" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["check", "run"])
def test_files_that_cannot_be_used(tmp_path: Path, command: str) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(os.urandom(64) + b"\xff\xfe\x00")
    text = tmp_path / "list.yaml"
    text.write_text("- 1\n- 2\n", encoding="utf-8")
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    empty = tmp_path / "empty.yaml"
    empty.touch()
    for name in (binary, text, folder, empty, tmp_path / "missing.yaml", "NO-SUCH-01", tmp_path):
        result = _call(command, name)
        assert result.exit_code == 2, (name, result.output)
        assert result.stderr.strip()
        assert "Traceback" not in result.output
    for bench in (binary, text, folder, empty, tmp_path / "missing.yaml", "nobench", tmp_path):
        result = _call(command, "PILE-INSP-01", "--bench", bench)
        assert result.exit_code == 2, (bench, result.output)
    assert _call(command, "PILE-INSP-01", "--pile-profile", "no-such-pile").exit_code == 2


@pytest.mark.parametrize("name", list(scenario_files()))
@pytest.mark.parametrize("json_too", [[], ["--json"]])
def test_a_scenario_is_listed_without_what_it_hides(name: str, json_too: list[str]) -> None:
    said = _call("list", "scenarios", *json_too).stdout + _call("show", name, *json_too).stdout
    assert name in said
    cases = load_scenario(name).model.cases
    hidden = {fault.fault for case in cases for fault in case.faults}
    hidden |= {case.explanation.en[:30] for case in cases}
    assert hidden
    assert not [one for one in hidden if one in said]
