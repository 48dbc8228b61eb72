"""Procedures that judge by the files of testers: verdicts, both bases, files that are refused."""

from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from vehicle_inspection_help import inspect

from harness.devices.tester.layout import KINDS
from harness.engine.wording import quantity, reason
from harness.events import Judged, StepEnded
from harness.quantity import Measurement
from harness.verdict import Verdict

VIN = "LHAB1C2D3EF456789"
HEAD = "# charging-harness tester 1\n# kind {kind}\n# vin {vin}\n"
LOADS = "axle,left_load [kg],right_load [kg]\nfront,450,455\nrear,390,395\n"
FORCES = """# uncertainty left_force 30
# uncertainty right_force 30
brake,axle,time [s],left_force [N],right_force [N]
service,front,0,0,0
service,front,0.1,1500,1400
service,front,0.2,3000,2900
service,rear,0,0,0
service,rear,0.1,700,650
service,rear,0.2,1100,1000
parking,rear,0,0,0
parking,rear,0.1,1900,1850
released,front,0,60,70
released,rear,0,50,55
"""
LAMPS = """lamp,height [mm],main_intensity [cd],dipped_drop [mm],dipped_sideways [mm]
left,680,21000,120,-30
right,682,14200,118,15
"""
SPEEDS = "reading,indicated [km/h],true [km/h]\n1,40,38.5\n2,60,56\n"
STEPS = """
- {id: forces, title: {zh: 力, en: F}, do: operator.tester_file, with: {kind: brake-force, ask: &a {zh: 文件, en: File}}}
- {id: loads, title: {zh: 荷, en: L}, do: operator.tester_file, with: {kind: axle-load, ask: *a}}
- {id: lamps, title: {zh: 灯, en: H}, do: operator.tester_file, with: {kind: headlamp, ask: *a}}
- {id: speeds, title: {zh: 速, en: S}, do: operator.tester_file, with: {kind: speedometer, ask: *a}}
- {id: whole, title: {zh: 整车, en: Car}, do: operator.braking_rate, with: {file: forces, load: loads}, item: GB 7258-2017/brake-force-laden}
- {id: front, title: {zh: 前, en: Front}, do: operator.braking_rate, with: {file: forces, load: loads, axle: front}, item: GB 7258-2017/brake-force-front}
- {id: parking, title: {zh: 驻车, en: Parking}, do: operator.braking_rate, with: {file: forces, load: loads, brake: parking}, item: GB 7258-2017/parking-brake-force}
- {id: balance-front, title: {zh: 衡, en: B}, do: operator.brake_imbalance, with: {file: forces, load: loads, axle: front}, item: GB 7258-2017/brake-imbalance-front-in-use}
- {id: balance-rear, title: {zh: 衡, en: B}, do: operator.brake_imbalance, with: {file: forces, load: loads, axle: rear}, item: GB 7258-2017/brake-imbalance-rear-in-use}
- {id: balance-weak, title: {zh: 衡, en: B}, do: operator.brake_imbalance, with: {file: forces, load: loads, axle: rear, basis: axle_load}, item: GB 7258-2017/brake-imbalance-rear-weak-in-use}
- {id: drag, title: {zh: 阻滞, en: Drag}, do: operator.wheel_drag, with: {file: forces, load: loads, axle: front}, item: GB 7258-2017/wheel-drag}
- {id: main-beam, title: {zh: 远光, en: Main}, do: operator.tester_number, with: {file: lamps, column: main_intensity}, item: GB 7258-2017/main-beam-two-lamp-in-use}
- {id: left-drop, title: {zh: 近光, en: Drop}, do: operator.tester_number, with: {file: lamps, column: dipped_drop, of: {lamp: left}}, item: GB 7258-2017/dipped-beam-drop}
- {id: odd, title: {zh: 错, en: Odd}, do: operator.tester_number, with: {file: lamps, column: depth}, limit: {low: 1 mm}}
- {id: mixed-up, title: {zh: 混, en: M}, do: operator.braking_rate, with: {file: lamps, load: loads}, item: GB 7258-2017/brake-force-laden}
- {id: no-run, title: {zh: 无, en: N}, do: operator.mfdd, with: {file: forces, from: 50 km/h, above: 3 km/h}, item: GB 7258-2017/mfdd-unladen}
- {id: speedometer, title: {zh: 表, en: Meter}, do: operator.speedometer, with: {file: speeds}}
"""  # noqa: E501
BENCH = f"""bench: line
edition: "2023"
devices:
  vehicle: {{profile: shared-ev, simulated: true}}
site: {{vin: {VIN}}}
"""
FILES = {
    "forces": ("brake-force", FORCES),
    "loads": ("axle-load", LOADS),
    "lamps": ("headlamp", LAMPS),
    "speeds": ("speedometer", SPEEDS),
}


def run(folder: Path, *, vin: str = VIN, without: str = "") -> Outcome:
    answers = ["by: T-104", "answers:"]
    for step, (kind, table) in FILES.items():
        if step != without:
            said = vin if step == "lamps" else VIN
            text = HEAD.format(kind=kind, vin=said) + table
            (folder / f"{step}.csv").write_text(text, encoding="utf-8")
            answers.append(f"  {step}: {step}.csv")
    (folder / "answers.yaml").write_text("\n".join(answers) + "\n", encoding="utf-8")
    bench = folder / "line.yaml"
    bench.write_text(BENCH, encoding="utf-8")
    procedure = write_procedure(folder, STEPS)
    return run_procedure(folder, procedure, bench=str(bench), answers=folder / "answers.yaml")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run(tmp_path_factory.mktemp("line"))


def values(outcome: Outcome, step: str) -> list[Measurement]:
    return [one.measurement for one in outcome.of(Judged) if one.step == step]


def test_verdicts_of_a_line(line: Outcome) -> None:
    found = {step: verdict for step, verdict in line.verdicts.items() if verdict is not None}
    assert found == {
        "whole": Verdict.FAIL,  # 8000 N of 16573 N are 48.3 %
        "front": Verdict.PASS,  # 5900 N of 8875 N
        "parking": Verdict.PASS,  # 3750 N of 16573 N
        "balance-front": Verdict.PASS,
        "balance-weak": Verdict.PASS,
        "drag": Verdict.PASS,
        "main-beam": Verdict.FAIL,  # the right lamp
        "left-drop": Verdict.PASS,
        "odd": Verdict.NOT_RUN,
        "mixed-up": Verdict.NOT_RUN,
        "no-run": Verdict.NOT_RUN,
        "speedometer": Verdict.PASS,
    }


def test_the_basis_that_does_not_hold_claims_nothing(line: Outcome) -> None:
    """2100 N of 7698 N are 27 %: the axle goes by its load."""
    assert line.verdicts["balance-rear"] is None
    assert reason(line.step("balance-rear").reason).zh == "该轴按轴荷判定"
    assert values(line, "balance-rear") == []


def test_figures_by_hand(line: Outcome) -> None:
    (whole,) = values(line, "whole")
    assert whole.value == pytest.approx(100 * 8000 / (1690 * 9.80665))
    (weak,) = values(line, "balance-weak")
    assert weak.value == pytest.approx(100 * 100 / (785 * 9.80665))
    assert [one.value for one in values(line, "main-beam")] == [21000.0, 14200.0]
    assert [one.value for one in values(line, "speedometer")] == pytest.approx([1.5, 4.0])
    assert len(values(line, "drag")) == 2


def test_reasons_are_told_in_chinese(line: Outcome) -> None:
    ended = [one for one in line.of(StepEnded) if one.verdict is Verdict.NOT_RUN]
    assert {one.step: reason(one.reason).zh for one in ended} == {
        "odd": "headlamp 文件没有 depth 列",
        "mixed-up": "文件类型为 headlamp，应为 brake-force",
        "no-run": "文件类型为 brake-force，应为 brake-run",
    }


def test_another_car_and_a_missing_file_leave_the_others_judged(tmp_path: Path) -> None:
    other = run(tmp_path, vin="LHAB1C2D3EF456780", without="speeds")
    assert other.verdicts["front"] is Verdict.PASS
    assert {other.verdicts[name] for name in ("main-beam", "left-drop", "speedometer")} == {
        Verdict.NOT_RUN
    }
    refused = other.step("lamps")
    assert "lamps.csv:3:7: the file is about another vehicle" in refused.reason
    assert "文件是另一辆车的" in reason(refused.reason).zh
    assert f"expected VIN {VIN}" in refused.reason


def test_the_drop_of_a_high_lamp_is_not_judged_by_the_item_of_a_low_one(tmp_path: Path) -> None:
    """60 mm are inside 50 to 300 mm, and outside 100 to 350 mm, which hold above 1000 mm."""
    steps = ["lamp-file", "dipped-beam-drop", "dipped-beam-horizontal"]
    low = inspect(tmp_path, "VEH-7258-01", selected=steps)
    assert low.verdicts["dipped-beam-drop"] is Verdict.PASS
    assert len(values(low, "dipped-beam-drop")) == 2
    high = inspect(tmp_path, "VEH-7258-01", selected=steps, faults=["headlamps-mounted-high"])
    assert high.verdicts["dipped-beam-drop"] is Verdict.NOT_RUN
    said = reason(high.step("dipped-beam-drop").reason)
    assert said.zh == "左灯高 1200 mm，该项适用于 1000 mm 及以下"
    assert high.verdicts["dipped-beam-horizontal"] is Verdict.PASS


def test_every_column_of_a_tester_has_a_name() -> None:
    for kind in KINDS.values():
        for one in kind.numbers:
            reading = Measurement(f"tester_{one.name}", 1.0, one.unit)
            assert "tester_" not in quantity(reading, "zh") + quantity(reading, "en")
