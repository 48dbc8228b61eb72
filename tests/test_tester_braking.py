"""Braking runs: from which speed they may begin, where they begin, and how far they go."""

from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from test_tester_actions import BENCH, HEAD, VIN
from vehicle_inspection_help import inspect, steps_of

from harness.engine.prepare import prepare
from harness.engine.wording import quantity, reason
from harness.errors import FileError
from harness.events import Judged, StepEnded
from harness.quantity import Measurement
from harness.verdict import Verdict
from simulators.vehicle import road_test

GB = "VEH-7258-01"
ROAD = ("run-file", "mfdd-unladen", "brake-distance-unladen")
RATE = 8.0
"""m/s² of every run here, 0.2 s after the pedal."""


def run_table(
    v0: float, *, lead: float = 0.0, pedal: bool = False, offset: float = 0.0, down_to: float = 0.0
) -> str:
    """A run in steps of 20 ms; `lead` seconds at full speed come before the pedal."""
    rows, speed, number = [], v0, 0
    columns = "time [s],speed [km/h],distance [m]" + (",pedal" if pedal else "")
    while True:
        t = number / 50 - lead
        braked = max(0.0, t - 0.2)
        speed = max(0.0, v0 / 3.6 - RATE * braked) * 3.6
        if speed < down_to - 1e-9:
            break
        stop = min(braked, v0 / 3.6 / RATE)
        way = v0 / 3.6 * (min(t, 0.2) + stop) - RATE * stop**2 / 2 + v0 / 3.6 * lead + offset
        touched = f",{int(t >= -1e-9)}" if pedal else ""
        rows.append(f"{number / 50:.2f},{speed:.4f},{way:.4f}{touched}")
        if speed <= 0.0:
            break
        number += 1
    return "\n".join(["# uncertainty distance 0.05", "# uncertainty speed 0.2", columns, *rows])


RUNS: dict[str, str] = {
    "plain": run_table(50.0),
    "late": run_table(51.0, lead=1.5, pedal=True, offset=200.0),
    "slow": run_table(25.0),
    "just-below": run_table(49.9),
    "fast": run_table(53.1),
    "no-pedal": run_table(51.0, lead=1.5),
    "rolling": run_table(50.0, down_to=12.0),
    "unpressed": run_table(50.0, pedal=True).replace(",1\n", ",0\n")[:-1] + "0",
}
GIVEN = "file: {0}, from: 50 km/h, above: 3 km/h"


def steps() -> str:
    lines = []
    for name in RUNS:
        ask = "ask: {zh: 文件, en: File}"
        start = "title: {zh: 路试, en: Run}, do: operator"
        given = GIVEN.format(name)
        lines += [
            f"- {{id: {name}, {start}.tester_file, with: {{kind: brake-run, {ask}}}}}",
            f"- {{id: {name}-way, {start}.brake_distance, with: {{{given}}}, "
            "item: GB 7258-2017/brake-distance-unladen}",
            f"- {{id: {name}-mfdd, {start}.mfdd, with: {{{given}}}, "
            "item: GB 7258-2017/mfdd-unladen}",
        ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("runs")
    answers = ["by: T-104", "answers:"]
    for name, table in RUNS.items():
        text = HEAD.format(kind="brake-run", vin=VIN) + table + "\n"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        answers.append(f"  {name}: {name}.csv")
    (folder / "answers.yaml").write_text("\n".join(answers) + "\n", encoding="utf-8")
    (folder / "line.yaml").write_text(BENCH, encoding="utf-8")
    procedure = write_procedure(folder, steps())
    bench = str(folder / "line.yaml")
    return run_procedure(folder, procedure, bench=bench, answers=folder / "answers.yaml")


def judged(runs: Outcome, step: str) -> Measurement:
    (one,) = [one.measurement for one in runs.of(Judged) if one.step == step]
    return one


def by_hand(v0: float) -> float:
    return v0 / 3.6 * 0.2 + (v0 / 3.6) ** 2 / 2 / RATE


def test_the_way_counts_from_the_first_row_or_from_the_pedal(runs: Outcome) -> None:
    plain, late = judged(runs, "plain-way"), judged(runs, "late-way")
    assert plain.value == pytest.approx(by_hand(50.0), abs=0.01)
    assert plain.uncertainty == pytest.approx(0.05 * 2**0.5)
    # The pedal was touched between two rows, 51 km/h and 20 ms apart.
    step = 51.0 / 3.6 * 0.02
    assert late.value == pytest.approx(by_hand(51.0) + step / 2, abs=0.01)
    assert late.uncertainty == pytest.approx((0.05**2 * 2 + (step / 2) ** 2) ** 0.5, rel=1e-3)
    assert judged(runs, "late-mfdd").value == pytest.approx(RATE, rel=0.01)
    for step_id in ("plain-way", "late-way", "plain-mfdd", "late-mfdd"):
        assert runs.verdicts[step_id] is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("slow", "制动初速度为 25 km/h，应为 50～53 km/h"),
        ("just-below", "制动初速度为 49.9 km/h，应为 50～53 km/h"),
        ("fast", "制动初速度为 53.1 km/h，应为 50～53 km/h"),
        ("no-pedal", "文件没有 pedal 列，且有 1.7"),
        ("unpressed", "文件中没有踩下踏板的记录"),
    ],
)
def test_nothing_is_judged_of_a_run_that_is_not_the_test(
    runs: Outcome, name: str, said: str
) -> None:
    ended = {one.step: one for one in runs.of(StepEnded)}
    for what in ("way", "mfdd"):
        one = ended[f"{name}-{what}"]
        assert one.verdict is Verdict.NOT_RUN
        assert reason(one.reason).zh.startswith(said)


def test_a_run_that_does_not_end_at_standstill_has_no_distance(runs: Outcome) -> None:
    ended = {one.step: one for one in runs.of(StepEnded)}
    assert ended["rolling-way"].verdict is Verdict.NOT_RUN
    assert reason(ended["rolling-way"].reason).zh.endswith("应制动到 1 km/h 以下")
    assert ended["rolling-mfdd"].verdict is Verdict.INCONCLUSIVE


def test_a_speed_has_the_unit_of_a_speed(tmp_path: Path) -> None:
    text = steps().replace("from: 50 km/h", "from: 50 m", 1)
    (tmp_path / "line.yaml").write_text(BENCH, encoding="utf-8")
    with pytest.raises(FileError, match=r"50 m is no speed; expected a speed like 50 km/h"):
        prepare(
            [write_procedure(tmp_path, text)],
            folder=tmp_path / "run",
            bench=str(tmp_path / "line.yaml"),
        )


def test_a_run_from_too_low_a_speed_is_judged_by_exactly_none(tmp_path: Path) -> None:
    other = ("laden-run-file", "mfdd-laden", "brake-distance-laden")
    run = inspect(tmp_path, GB, selected=[*ROAD, *other], faults=["tester-run-too-slow"])
    for step in ROAD[1:]:
        assert run.verdicts[step] is Verdict.NOT_RUN
        assert run.step(step).reason == "braking began at 25 km/h; expected 50 to 53 km/h"
    assert {run.verdicts[step] for step in other[1:]} == {Verdict.PASS}


def test_on_the_bus_a_braking_from_too_low_a_speed_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(road_test, "SPEED", 30.0)
    order: list[Any] = [step["id"] for step in steps_of(GB)]
    lane = next(step for step in steps_of(GB) if step["id"] == "on-the-road")["with"]["if_passed"]
    road = order[order.index("on-the-road") : order.index("leave-the-road") + 1]
    files = [name for name in order if name.endswith("-file")]
    chosen = {*lane, *road, *files, "switch-on", "settled", "starting"}
    run = inspect(tmp_path, GB, selected=[n for n in order if n in chosen], motion=True)
    assert run.verdicts["mfdd-on-the-bus"] is Verdict.NOT_RUN
    said = run.step("mfdd-on-the-bus").reason
    assert said.startswith("braking began at 29.") and "expected 50 to 55 km/h" in said


def test_the_distance_has_a_name() -> None:
    assert quantity(Measurement("brake_distance", 1.0, "m"), "zh") == "制动距离"
