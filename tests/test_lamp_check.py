"""Lamp check, leakage indication and trouble codes of VEH-7258-01, each by its own stimulus."""

from pathlib import Path

import pytest
from vehicle_inspection_help import inspect

from harness.engine.wording import reason
from harness.events import Judged, Measured
from harness.verdict import Verdict

GB = "VEH-7258-01"
LAMPS = ["lamp-frames", "switch-on", "abs-lamp", "brake-lamp"]


def test_a_sound_lamp_lights_and_goes_out(tmp_path: Path) -> None:
    run = inspect(tmp_path, GB, selected=LAMPS)
    took = {(one.step, one.measurement.name): one.measurement.value for one in run.of(Judged)}
    for step in ("abs-lamp", "brake-lamp"):
        assert run.verdicts[step] is Verdict.PASS
        lit, out = took[step, "lamp_lit_after"], took[step, "lamp_out_after"]
        assert isinstance(lit, float) and isinstance(out, float)
        assert 0.0 <= lit < 0.5 < out < 2.0


@pytest.mark.parametrize(
    ("fault", "name", "low", "high"),
    [
        ("abs-lamp-dead", "lamp_lit_after", None, None),
        ("abs-lamp-late", "lamp_lit_after", 3.0, 4.0),
        ("abs-lamp-stays-lit", "lamp_out_after", None, None),
    ],
)
def test_a_lamp_that_is_wrong_fails_by_its_own_time(
    tmp_path: Path, fault: str, name: str, low: float | None, high: float | None
) -> None:
    run = inspect(tmp_path, GB, selected=LAMPS, faults=[fault])
    assert (run.verdicts["abs-lamp"], run.verdicts["brake-lamp"]) == (Verdict.FAIL, Verdict.PASS)
    (bad,) = [
        one.measurement for one in run.of(Judged) if one.judgement.verdict is Verdict.FAIL
    ]  # fmt: skip
    assert bad.name == name and bad.frame
    if low is None or high is None:
        assert bad.value is None and bad.at_least is not None and bad.at_least > 6.0
    else:
        assert isinstance(bad.value, float) and low < bad.value < high


def test_codes_that_keep_changing_are_no_verdict(tmp_path: Path) -> None:
    run = inspect(
        tmp_path,
        GB,
        selected=["switch-on", "settled", "brake-codes"],
        faults=["trouble-memory-unsteady"],
    )
    assert run.verdicts["brake-codes"] is Verdict.INCONCLUSIVE
    (changing,) = [
        one.measurement for one in run.of(Measured) if one.measurement.name == "esc.trouble_codes"
    ]  # fmt: skip
    assert isinstance(changing.value, list) and len(changing.value) == 1
    told = reason(run.step("brake-codes").reason).zh
    assert told == "" or "esc" in told


def test_the_indication_comes_by_the_test_box_and_goes_with_it(tmp_path: Path) -> None:
    steps = [
        "switch-on",
        "settled",
        "no-leakage-shown",
        "power-off",
        "insulation-test-box",
        "power-on",
        "settled-again",
        "leakage-indication",
        "switch-off",
        "box-removed",
    ]
    run = inspect(tmp_path, GB, selected=steps)
    assert run.verdicts["leakage-indication"] is Verdict.PASS
    dead = inspect(tmp_path, GB, selected=steps, faults=["isolation-lamp-dead"])
    assert dead.verdicts["leakage-indication"] is Verdict.FAIL
    assert dead.verdicts["no-leakage-shown"] is Verdict.PASS
