"""The brake forces of a tester's file in the report: one picture for each axle."""

import shutil
from pathlib import Path

import pytest
from benchkit import run_procedure, write_procedure

from harness.engine.pace import HURRY
from harness.events import Judged
from harness.report.html import render_html
from harness.report.record import load_record

STEPS = """
- id: switch-on
  title: {zh: 接通电源, en: Switch on}
  do: operator.confirm
  with: {does: switch-on, ask: {zh: 接通电源, en: Switch on}}
- id: forces
  title: {zh: 制动数据, en: Brake file}
  do: operator.tester_file
  with: {kind: brake-force, ask: {zh: 文件, en: File}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("brakes")
    patch = pytest.MonkeyPatch()
    with patch.context() as now:
        now.setenv("HARNESS_KEYS", str(base / "keys"))
        head = "needs: {vehicle: [ready]}\n"
        outcome = run_procedure(base, write_procedure(base, STEPS, head=head), pace=0.05)
    return outcome.result.folder


def test_both_axles_are_drawn_and_the_file_named(folder: Path) -> None:
    page = render_html(load_record(folder))
    assert page.count('class="plot brake"') == 2
    assert "前轴制动力" in page and "Rear axle" in page
    assert "tester-brake-force.csv" in page


def test_a_file_that_is_gone_or_no_longer_a_file_of_a_tester_is_not_drawn(
    folder: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (file,) = (copy / "attachments" / "tester").iterdir()
    file.write_text("nothing of a tester\n", "utf-8")
    assert 'class="plot brake"' not in render_html(load_record(copy))
    file.unlink()
    assert 'class="plot brake"' not in render_html(load_record(copy))


def test_the_judged_ratio_and_its_limit_stand_beside_the_difference(tmp_path: Path) -> None:
    files = ["load-file", "force-file", "laden-load-file", "laden-force-file"]
    judging = ["brake-imbalance-front", "brake-imbalance-rear", "brake-imbalance-rear-weak"]
    laden = [f"{name}-laden" for name in judging]
    run = run_procedure(
        tmp_path,
        "VEH-7258-01",
        pace=HURRY,
        selected=[*files, *judging, *laden],
        faults=["rear-brake-weak-and-one-sided"],
    )
    page = render_html(load_record(run.result.folder))
    found = {one.step: one.measurement.value for one in run.of(Judged)}
    # The weak rear axle goes by its load, unladen and laden.
    assert set(found) == {judging[0], judging[2], laden[0], laden[2]}
    for step, sign, limit in (
        (judging[0], "≤", 24), (judging[2], "&gt;", 10), (laden[0], "≤", 24), (laden[2], "≤", 10),
    ):  # fmt: skip
        value = found[step]
        assert isinstance(value, float)
        assert page.count(f"({round(value, 2):g} % {sign} {limit} %)") == 1, step
