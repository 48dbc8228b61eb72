"""What a run opens: the devices that its steps touch, and nothing else."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
from benchkit import Outcome, write_procedure
from click.testing import CliRunner
from vehicle_help import perform, request_for, step, switch_on, write_bench

from harness.actions.context import StepContext
from harness.actions.registry import PointRef, action
from harness.bench.load import load_bench
from harness.cli.root import ROOT
from harness.engine.plan import roles_needed
from harness.events import BusOpened, DeviceOpened, RunStarted, SafeState
from harness.text import Text

BENCH = """\
  pile: {profile: gb-ac-pile, simulated: true}
  meter: {profile: eastron-sdm630, simulated: true}
  vehicle: {profile: shared-ev, simulated: true}
"""
VOLTS = step("volts", "pile.measure", "{points: [voltage_l1]}", "limit: {low: 0, unit: V}")
METER = step("meter", "meter.measure", "{points: [voltage_l1]}", "limit: {low: 0, unit: V}")
SOC = step("soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')
NODES = step("nodes", "can.nodes_online", "{watch: 200 ms}")
CODES = step("codes", "diag.scan_dtcs", "{units: [vcu]}")
BOTH = step(
    "both", "bench.agree", "{pile: voltage_l1, vehicle: ac_voltage_l1}",
    "limit: {low: -500, high: 500, unit: V}",
)  # fmt: skip
WAIT = step("wait", "bench.wait", "{for: 1 s}")
PERSON = step("person", "operator.confirm", "{does: wear-ppe, ask: {zh: 戴, en: Wear}}")
CHARGE = step("charge", "pile.start_charging", "{current: 16 A, does: connect-vehicle}")
EVERYTHING = {"pile", "meter", "vehicle"}


@action("lab.anything", kind="R", judges=False, title=Text("试验室动作", "A lab's own verb"))
async def anything(step: StepContext) -> None:
    step.bench.device("vehicle")


@action("vehicle.beside_the_meter", kind="R", judges=False, title=Text("并读", "Read beside"))
async def beside(step: StepContext, *, point: Annotated[str, PointRef(role="meter")]) -> None:
    await step.read([point], role="meter")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def needed(folder: Path, steps: str, bench: str = BENCH, **options: object) -> set[str]:
    file = write_bench(folder, bench)
    request = request_for(folder, write_procedure(folder, steps), bench=str(file), **options)
    return roles_needed(request.plans, request.bench)


@pytest.mark.parametrize(
    ("steps", "roles"),
    [
        (VOLTS, {"pile"}),
        (VOLTS + WAIT + PERSON, {"pile"}),
        (VOLTS + METER, {"pile", "meter"}),
        (SOC, {"vehicle"}),
        (NODES, {"vehicle"}),
        (CODES + WAIT, {"vehicle"}),
        (BOTH, {"pile", "vehicle"}),
        (CHARGE, {"pile"}),  # although it is not released
        (step("x", "vehicle.beside_the_meter", "{point: voltage_l1}"), {"vehicle", "meter"}),
        (step("lab", "lab.anything"), EVERYTHING),
        (VOLTS + step("lab", "lab.anything"), EVERYTHING),
        (WAIT + PERSON, EVERYTHING),  # no step names a device
    ],
)
def test_what_the_steps_touch_is_needed(tmp_path: Path, steps: str, roles: set[str]) -> None:
    assert needed(tmp_path, steps) == roles


def test_steps_that_are_not_run_need_nothing(tmp_path: Path) -> None:
    assert needed(tmp_path, VOLTS + SOC, selected=["volts"]) == {"pile"}
    assert needed(tmp_path, VOLTS + SOC, selected=["soc"]) == {"vehicle"}
    without = BENCH.replace("  vehicle: {profile: shared-ev, simulated: true}\n", "")
    assert needed(tmp_path, VOLTS + SOC, without) == {"pile"}


def test_what_a_procedure_asks_of_the_bench_is_needed(tmp_path: Path) -> None:
    file = write_bench(tmp_path, BENCH)
    procedure = write_procedure(tmp_path, VOLTS, head="needs: {vehicle: [soc]}\n")
    request = request_for(tmp_path, procedure, bench=str(file))
    assert roles_needed(request.plans, request.bench) == {"pile", "vehicle"}


def test_several_procedures_of_one_run(tmp_path: Path) -> None:
    from harness.engine.prepare import prepare  # noqa: PLC0415 - for this test only

    file = write_bench(tmp_path, BENCH)
    names = [str(write_procedure(tmp_path, VOLTS, "A")), str(write_procedure(tmp_path, SOC, "B"))]
    request = prepare(names, str(file), folder=tmp_path / "run-0")
    assert roles_needed(request.plans, request.bench) == {"pile", "vehicle"}
    assert roles_needed(request.plans[:1], request.bench) == {"pile"}


def opened(outcome: Outcome) -> set[str]:
    roles = {event.role for event in outcome.of(DeviceOpened)}
    assert {event.role for event in outcome.of(SafeState)} == roles
    return roles


def test_nothing_else_is_opened(tmp_path: Path) -> None:
    file = str(write_bench(tmp_path, BENCH))
    for steps, roles in (
        (VOLTS, {"pile"}),
        (switch_on() + SOC, {"vehicle"}),
        (BOTH, {"pile", "vehicle"}),
    ):
        outcome = perform(request_for(tmp_path, write_procedure(tmp_path, steps), bench=file))
        assert opened(outcome) == roles
        assert bool(outcome.of(BusOpened)) is ("vehicle" in roles)
        kinds = {one.kind for one in outcome.of(RunStarted)[0].files}
        assert ({"database", "diagnostics"} <= kinds) is ("vehicle" in roles)
        profiles = {one.name for one in outcome.of(RunStarted)[0].files if one.kind == "profile"}
        assert ("gb-ac-pile.yaml" in profiles) is ("pile" in roles)
        assert ("shared-ev.yaml" in profiles) is ("vehicle" in roles)


def test_a_pile_is_tested_though_the_adapter_of_the_car_is_missing(tmp_path: Path) -> None:
    wired = '{can: slcan, channel: "socket://127.0.0.1:1"}'
    file = write_bench(
        tmp_path,
        "  pile: {profile: gb-ac-pile, simulated: true}\n"
        f"  vehicle: {{profile: shared-ev, connection: {wired}}}\n",
    )
    pile = perform(
        request_for(tmp_path, write_procedure(tmp_path, VOLTS), bench=str(file), live=True)
    )
    assert pile.result.exit_code == 0
    both = perform(
        request_for(tmp_path, write_procedure(tmp_path, VOLTS + SOC), bench=str(file), live=True)
    )
    assert both.result.exit_code == 4


def test_only_what_is_opened_is_announced(tmp_path: Path) -> None:
    file = write_bench(tmp_path, BENCH)
    for steps, there, missing in ((VOLTS, "pile", "vehicle"), (SOC, "vehicle", "pile")):
        procedure = write_procedure(tmp_path, steps)
        words = ["check", str(procedure), "--bench", str(file), "--lang", "en"]
        shown = CliRunner().invoke(ROOT, words)
        assert shown.exit_code == 0, shown.output
        lines = [line.split()[0] for line in shown.stdout.splitlines() if line.startswith("  ")]
        assert there in lines
        assert missing not in lines


def test_a_read_only_bench_says_so_before(tmp_path: Path) -> None:
    file = write_bench(tmp_path, BENCH, "read_only: true\n")
    for steps, said in ((SOC, True), (VOLTS, False)):
        procedure = write_procedure(tmp_path, steps)
        for lang, words in (("zh", "不向 CAN 总线发送任何报文"), ("en", "nothing is sent on any")):
            shown = CliRunner().invoke(
                ROOT, ["check", str(procedure), "--bench", str(file), "--lang", lang]
            )
            assert shown.exit_code == 0
            assert (words in " ".join(shown.stdout.split())) is said


_LOADED = """\
import sys
from pathlib import Path
from harness.engine.prepare import prepare
prepare(["PILE-INSP-01"], folder=Path(sys.argv[1]))
print(sorted({"can", "cantools", "isotp", "udsoncan", "numpy"} & set(sys.modules)))
"""


def test_preparing_a_pile_run_loads_no_can_library(tmp_path: Path) -> None:
    """The built-in bench has a vehicle; who does not touch it does not pay for it."""
    assert load_bench("sim").vehicle is not None
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, str(tmp_path / "run")],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
