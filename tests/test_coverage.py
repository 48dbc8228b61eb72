"""Coverage of the standards is worked out from the files, and follows when they change."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from benchkit import write_procedure
from click.testing import CliRunner

from harness.catalogue.load import load_catalogue
from harness.cli.root import ROOT
from harness.engine.coverage import JUDGED, Coverage, How, coverage_of
from harness.errors import FileError, UnknownNameError


@cache
def shipped() -> Mapping[str, Coverage]:
    return {one.item.id: one for one in coverage_of(load_catalogue())}


def by_id(folder: Path | None = None) -> Mapping[str, Coverage]:
    if folder is None:
        return shipped()
    return {one.item.id: one for one in coverage_of(load_catalogue(), [folder])}


def test_every_item_is_there_once() -> None:
    assert list(by_id()) == [item.id for item in load_catalogue().items]


def test_how_an_item_is_judged() -> None:
    found = by_id()
    voltage = found["NB/T 33002-2018/supply-voltage"]
    assert voltage.how is How.AUTOMATIC
    assert ("PILE-INSP-01", "supply-voltage") in {(s.procedure, s.step) for s in voltage.steps}
    assert found["practice/vehicle-12v-rest-operator"].how is How.INSTRUMENT
    assert found["practice/vehicle-release"].how is How.PERSON
    assert {one.how for one in found.values() if one.item.draft} == {How.DRAFT}
    for one in found.values():
        assert (one.how in JUDGED) == bool(one.steps)


def test_an_item_without_edition_counts_for_every_edition_that_has_it() -> None:
    found = by_id()
    both = [found[f"GB 18384-{year}/insulation-dc"] for year in (2020, 2025)]
    assert both[0].steps == both[1].steps
    assert {step.procedure for step in both[0].steps} >= {"VEH-INSP-01", "VEH-ONB-01"}


def test_a_new_procedure_counts_at_once_and_an_unknown_item_is_named(tmp_path: Path) -> None:
    id = "NB/T 33002-2018/marking"
    assert by_id()[id].how is How.NO_STEP
    looks = "- {id: look, title: {zh: 看, en: Look}, do: operator.inspect, "
    asks = "with: {subject: nameplate, ask: {zh: 看, en: Look}}, "
    write_procedure(tmp_path, looks + asks + f"item: {id}" + "}\n", name="LAB-01")
    found = by_id(tmp_path)[id]
    assert found.how is How.EYE
    assert [(step.procedure, step.step) for step in found.steps] == [("LAB-01", "look")]
    write_procedure(tmp_path, looks + asks + "item: practice/nothing-such}\n", name="LAB-01")
    with pytest.raises(UnknownNameError, match="nothing-such"):
        by_id(tmp_path)


PILES = (
    "NB/T 33002", "NB/T 33008.2", "GB/T 18487.1", "GB/T 34657.1", "GB/T 20234.1", "GB/T 20234.2",
    "JJG 1148", "GB 39752", "GB/T 51313", "GB/T 50966",
)  # fmt: skip


def test_what_no_step_judges_says_why() -> None:
    silent = [
        one.item.id
        for one in by_id().values()
        if one.item.standard in PILES and not one.steps and one.why_not is None
    ]
    assert silent == []


def test_every_item_of_the_conformance_run_is_in_it() -> None:
    """Judged by it, whatever else judges them; laboratory tests by the entry of a report."""
    found = by_id()
    inside = [
        one
        for one in found.values()
        if f"{one.item.standard}-{one.item.edition}"
        in ("NB/T 33008.2-2018", "GB/T 34657.1-2017", "GB/T 34657.1-2025")
    ]
    assert inside
    assert all(any(step.procedure == "PILE-CONF-01" for step in one.steps) for one in inside)
    assert found["NB/T 33008.2-2018/damp-heat"].how is How.REPORT
    assert found["NB/T 33008.2-2018/earthing"].how is How.INSTRUMENT
    assert found["NB/T 33008.2-2018/anti-theft"].how is How.EYE
    assert found["GB/T 34657.1-2017/pe-loss"].how is How.AUTOMATIC


def test_a_reason_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q-lab-001-2026.yaml").write_text(
        """
standard: Q/LAB 001
edition: "2026"
title: {zh: 规, en: rule}
sources:
  rule: {text: {zh: 规, en: rule}, at_most: high}
reasons:
  design: {zh: 设计, en: design}
items:
- id: Q/LAB 001-2026/length
  clause: null
  title: {zh: 长, en: length}
  requirement: {zh: 长, en: long}
  applies: AC
  method: document
  source: rule
  confidence: high
  not_covered: desing
""",
        encoding="utf-8",
    )
    with pytest.raises(FileError, match=r"no reason is called 'desing'; expected one of: design"):
        load_catalogue([tmp_path]).items  # noqa: B018


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_adds_up(lang: str) -> None:
    value = json.loads(CliRunner().invoke(ROOT, ["standards", "coverage", "--json"]).stdout)
    assert sum(one["items"] for one in value["standards"]) == len(value["items"])
    for one in value["standards"]:
        assert sum(one["counts"].values()) == one["items"]
    shown = CliRunner().invoke(ROOT, ["standards", "coverage", "--lang", lang])
    assert shown.exit_code == 0
    judged = sum(item["how"] in {how.value for how in JUDGED} for item in value["items"])
    assert f"{judged} / {len(value['items'])}" in shown.stdout


@pytest.mark.parametrize("name", ["GB 7258", "GB 7258-2017"])
def test_one_standard_item_by_item(name: str) -> None:
    shown = CliRunner().invoke(ROOT, ["standards", "coverage", name, "--lang", "zh"])
    assert shown.exit_code == 0
    assert "VEH-INSP-01::" in shown.stdout
    assert ("GB 7258-2012" in shown.stdout) == (name == "GB 7258")


def test_a_standard_that_is_not_there() -> None:
    result = CliRunner().invoke(ROOT, ["standards", "coverage", "GB 9999", "--lang", "en"])
    assert result.exit_code == 2
    assert "GB 9999" in result.stderr


OTHER_VEHICLES = ("-other", "-motorcycle", "-three-wheeler", "-slow", "-air", "-combination")


def test_items_of_gb_7258_say_why_they_do_not_apply_to_the_car() -> None:
    for edition in ("2012", "2017"):
        found = {
            name.rpartition("/")[2]: one
            for name, one in by_id().items()
            if name.startswith(f"GB 7258-{edition}/")
        }
        for name, one in found.items():
            if name.endswith((*OTHER_VEHICLES, "-new")) or name == "engine-power":
                assert one.why_not is not None and not one.steps, name
        assert found["brake-imbalance-rear-new"].why_not != found["brake-response-air"].why_not


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("zh", "外廓尺寸 · 尚无步骤（方法：仪器测量）"),
        ("en", "Overall dimensions · no step yet (method: an"),
    ],
)
def test_an_item_without_a_step_shows_its_method(lang: str, shown: str) -> None:
    args = ["standards", "coverage", "GB 38900-2020", "--lang", lang]
    assert shown in CliRunner().invoke(ROOT, args).stdout
