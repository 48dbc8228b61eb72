"""The inspection by GB 7258: every item that applies is checked, and a sound car passes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchkit import Outcome
from vehicle_inspection_help import inspect, steps_of

from harness.catalogue.load import load_catalogue
from harness.engine.coverage import coverage_of
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import Judged
from harness.report.html import render_html
from harness.report.record import load_record
from harness.verdict import Ending, Verdict
from simulators.faults.found.veh_7258_01 import FOUND

GB = "VEH-7258-01"
ROLLING = ("line", "steering", "brakes", "under", "road")
"""Groups of steps in which the car is driven, to a tester or on the lane."""


def test_every_item_is_checked_or_says_why_not() -> None:
    items = {one.id for one in load_catalogue().items if one.id.startswith("GB 7258-2017/")}
    left = {one.id for one in load_catalogue().items if one.not_covered is not None}
    checked = {
        step["item"].replace("GB 7258/", "GB 7258-2017/") for step in steps_of(GB) if "item" in step
    }
    assert checked <= items
    assert sorted(items - checked - left) == []
    assert sorted(checked & left) == []


@pytest.mark.parametrize("edition", ["2012", "2017"])
def test_coverage_leaves_no_item_open(edition: str) -> None:
    rows = [
        row
        for row in coverage_of(load_catalogue())
        if row.item.id.startswith(f"GB 7258-{edition}/")
    ]
    assert len(rows) > 100
    assert [row.item.id for row in rows if not row.steps and row.why_not is None] == []


def test_every_judged_item_has_a_fault() -> None:
    found = {step for steps in FOUND.values() for step in steps}
    assert [s["id"] for s in steps_of(GB) if "item" in s and s["id"] not in found] == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    yield inspect(tmp_path_factory.mktemp("gb"), GB, seed=7, motion=True)


def test_a_sound_car_passes(sound: Outcome) -> None:
    assert sound.result.ending is Ending.COMPLETED
    assert {one for one in sound.verdicts.values() if one is not None} == {Verdict.PASS}


def test_both_ways_of_finding_the_deceleration_agree(sound: Outcome) -> None:
    found = {
        one.step: one.measurement for one in sound.of(Judged) if one.measurement.name == "mfdd"
    }
    on_bus, by_tester = (found[name].value for name in ("mfdd-on-the-bus", "mfdd-unladen"))
    assert on_bus == pytest.approx(by_tester, abs=0.2)


def test_what_forbids_the_lane_takes_the_car_out_of_service() -> None:
    steps = {step["id"]: step for step in steps_of(GB)}
    gate = set(steps["on-the-road"]["with"]["if_passed"])
    assert gate <= set(steps["verdict"]["with"]["key"]["out_of_service_if_failed"])


def test_nothing_rolls_with_chocks_or_with_the_insulation_test_box_on() -> None:
    steps = steps_of(GB)
    order = [step["id"] for step in steps]
    rolls = [step["id"] for step in steps if step.get("group") in ROLLING]
    assert order.index("chocks-away") == order.index(rolls[0])
    assert order.index("insulation-test-box") > order.index(rolls[-1])
    assert order.index("insulation-test-box") < order.index("box-removed")


def test_the_report_draws_what_was_judged_over_a_time(tmp_path: Path) -> None:
    """The lamp from the switching on to the end of its check, and the speed of the braking."""
    steps = ("lamp-frames", "switch-on", "settled", "abs-lamp")
    text = _page(tmp_path / "lamp", *steps)
    assert "ICM_LampAbs" in _article(text, "abs-lamp")
    assert 'class="plot"' in _article(text, "abs-lamp")
    order = [step["id"] for step in steps_of(GB)]
    gate = next(step for step in steps_of(GB) if step["id"] == "on-the-road")["with"]["if_passed"]
    files = [name for name in order if name.endswith("-file")]
    road = order[order.index("on-the-road") : order.index("leave-the-road") + 1]
    before = ["switch-on", "settled", "starting"]
    chosen = {*gate, *files, *road, *before}
    text = _page(tmp_path / "road", *(name for name in order if name in chosen))
    assert "VCU_VehicleSpeed" in _article(text, "mfdd-on-the-bus")
    assert 'class="plot"' in _article(text, "mfdd-on-the-bus")


def _page(folder: Path, *steps: str) -> str:
    request = prepare([GB], folder=folder, seed=7, motion=True, selected=list(steps))
    return render_html(load_record(execute(request).folder), "en")


def _article(text: str, step: str) -> str:
    at = text.index(f'id="step-{GB}-{step}"')
    return text[at : text.index("</article>", at)]
