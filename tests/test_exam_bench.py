"""Exams on benches of their own: faults by relays stay hidden, readings are held against points."""

import json
from pathlib import Path

import pytest
from exam_help import SCHEME, Spy, withheld_between_steps, write_script

from harness.assess.exam import Exam, prepare_exam
from harness.assess.explain import tell
from harness.bench.bench import Bench
from harness.devices.operator import Question
from harness.engine.run import execute
from harness.errors import UsageError
from harness.events import CandidateReading, Event, HiddenExchange, ScenarioSet, StepEnded, Written
from harness.evidence.layout import JOURNAL, MODBUS
from harness.evidence.read import read_journal
from harness.evidence.rejudge import rejudge
from harness.evidence.verify import verify
from harness.procedure.load import load_procedure
from harness.quantity import Measurement
from harness.verdict import CandidateVerdict, Verdict

BENCH = """\
bench: relays
devices:
  pile: {profile: gb-ac-pile, simulated: true}
  injector: {profile: relay-8ch, simulated: true, faults: {cp-pe-short: relay_3, pe-open: relay_5}}
"""
METERS = """\
bench: meters
devices: {pile: {profile: gb-ac-pile, simulated: true, uncertainty: {voltage_l1: 0.5 V}}}
instruments:
  dmm-1:
    {type: multimeter, range: 0 … 1000 V, uncertainty: 0.5 %, calibration_due: 2030-01-01}
"""
PROCEDURE = """\
procedure: EXAM-LAB-01
title: {zh: 试验, en: Lab}
steps:
  - id: begin
    title: {zh: 开始, en: Begin}
    do: operator.confirm
    with: {does: wear-ppe, ask: {zh: 戴手套, en: Gloves}}
"""
EARTH = """\
  - id: earth
    title: {zh: 保护接地, en: Protective earth}
    do: pile.expect
    with: {states: {pe_state: continuous}}
"""
READING = """\
  - id: supply
    title: {zh: 供电电压, en: Supply voltage}
    do: operator.reading
    with:
      quantity: supply_voltage_l1
      unit: V
      instrument: multimeter
      reference: voltage_l1
      ask: {zh: 测供电电压, en: Measure the supply}
    limit: {low: 198, high: 242, unit: V}
"""
SCENARIO = """\
scenario: lab
title: {zh: 试验, en: Lab}
order: {zh: 请检查。, en: Check it.}
level: junior
procedures: [PROCEDURE]
bench: BENCH
scheme: lab-scheme.yaml
minutes: 20
conclude: [LAST]
cases:
  - id: sound-case
    explanation: {zh: 好, en: Sound}
  - id: open-case
    faults: [FAULTS]
    explanation: {zh: 断, en: Open}
"""


def prepared(folder: Path, bench: str, steps: str, script: dict[str, object], **how: str) -> Exam:
    """An exam with a bench and a procedure of its own."""
    procedure, place = folder / "EXAM-LAB-01.yaml", folder / "bench.yaml"
    procedure.write_text(PROCEDURE + steps, "utf-8")
    place.write_text(bench, "utf-8")
    scheme = SCHEME.replace("OVERTIME", "0 s").replace("gun-temperature", how["last"])
    (folder / "lab-scheme.yaml").write_text(scheme, "utf-8")
    text = SCENARIO.replace("PROCEDURE", str(procedure)).replace("BENCH", str(place))
    text = text.replace("FAULTS", how.get("faults", "")).replace("LAST", how["last"])
    (folder / "lab.yaml").write_text(text, "utf-8")
    return prepare_exam(
        str(folder / "lab.yaml"),
        "K-9",
        folder=folder / how["case"],
        case=how["case"],
        script=write_script(folder, script),
    )


def with_relays(folder: Path, case: str) -> Exam:
    says = "fails" if case == "open-case" else "meets"
    script: dict[str, object] = {"steps": {"earth": {"verdict": says}}}
    return prepared(
        folder, BENCH, EARTH, script, faults="{fault: pe-open}", last="earth", case=case
    )


class Line:
    """Whose requests are in the Modbus record at the end of the last step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.roles: set[str] = set()

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepEnded) and event.withheld:
            lines = (self._folder / MODBUS).read_text("utf-8").splitlines()
            self.roles = {json.loads(line)["role"] for line in lines}


def test_relay_of_a_hidden_fault_is_hidden(tmp_path: Path) -> None:
    shapes = []
    for case in ("sound-case", "open-case"):
        run = tmp_path / case
        spy, line = Spy(run, ("pe-open", "relay_5", "open-case")), Line(run)
        execute(with_relays(tmp_path, case).request, [spy, line])
        assert spy.looks == 2
        assert spy.found == []
        assert line.roles == {"pile"}
        assert verify(run).exit_code == 0
        # The board is opened in every case, so that its being there tells nothing.
        assert b'"role":"injector"' in (run / JOURNAL).read_bytes()
        shapes.append(withheld_between_steps(run))
    assert shapes[0] == shapes[1]
    entries = read_journal(tmp_path / "open-case")
    asked = [e.event.exchange for e in entries if isinstance(e.event, HiddenExchange)]
    assert asked and {one["role"] for one in asked} == {"injector"}
    relay = [
        e.event for e in entries if isinstance(e.event, Written) and e.event.point == "relay_5"
    ]
    assert [one.value for one in relay] == ["on", "off"] and all(one.agreed for one in relay)
    assert next(e.event for e in entries if isinstance(e.event, ScenarioSet)).faults
    told = tell(tmp_path / "open-case")
    assert told.device["earth"] is Verdict.FAIL
    assert told.candidate["earth"] is CandidateVerdict.RIGHT


@pytest.mark.parametrize(("said", "verdict"), [(None, "right"), (236.5, "wrong")])
def test_reading_is_held_against_a_point_of_the_bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: float | None, verdict: str
) -> None:
    """Where nobody knows the truth, as on a real bench."""

    def unknown(_self: Bench, _question: Question) -> Measurement | None:
        return None

    monkeypatch.setattr(Bench, "truth", unknown)
    step: dict[str, object] = {"verdict": "meets"} | ({} if said is None else {"answer": said})
    exam = prepared(
        tmp_path, METERS, READING, {"steps": {"supply": step}},
        last="supply", case="sound-case", faults="{fault: supply-undervoltage}",
    )  # fmt: skip
    execute(exam.request, [])
    entries = read_journal(tmp_path / "sound-case")
    reading = next(e.event for e in entries if isinstance(e.event, CandidateReading))
    assert reading.candidate == verdict
    assert reading.reference.uncertainty == 0.5 and reading.reference.transactions
    assert reading.reference.name == "supply_voltage_l1"
    assert tell(tmp_path / "sound-case").candidate["supply"] == verdict


BUS = """\
scenario: bus
title: {zh: 总线, en: Bus}
order: {zh: 多个警告灯亮。, en: Several lamps are lit.}
level: senior
procedures: [CAN-FAULT-01]
without: [WITHOUT]
scheme: lab-scheme.yaml
minutes: 30
cases:
  - id: sound-case
    key: {diagnosis: [none], decisions: {isolation: none}}
    explanation: {zh: 好, en: Sound}
  - id: swapped-case
    faults: [{fault: bus-chassis-swapped}]
    key: {diagnosis: [swapped_wires], decisions: {isolation: "chassis:IBC"}}
    explanation: {zh: 接反, en: Swapped}
"""
KEPT = ("switch-on", "fault-type", "isolation", "repair", "repaired")


def bus_exam(folder: Path, case: str, **answers: dict[str, object]) -> Exam:
    """Only the steps at which the candidate himself says and does something."""
    steps = [one.id for one in load_procedure("CAN-FAULT-01").model.steps]
    left_out = ", ".join(step for step in steps if step not in KEPT)
    scheme = SCHEME.replace("OVERTIME", "0 s").replace("gun-temperature", "fault-type")
    (folder / "lab-scheme.yaml").write_text(scheme, "utf-8")
    (folder / "bus.yaml").write_text(BUS.replace("WITHOUT", left_out), "utf-8")
    given: dict[str, object] = {
        "takes": "1 s",
        "steps": {name.replace("_", "-"): one for name, one in answers.items()},
    }
    script = write_script(folder, given)
    return prepare_exam(
        str(folder / "bus.yaml"), "K-9", folder=folder / case, case=case, script=script
    )


@pytest.mark.parametrize(
    ("place", "verdict", "left"),
    [("chassis:IBC", "right", []), ("chassis:EPS", "wrong", ["bus-chassis-swapped"])],
)
def test_candidate_repairs_the_bus_where_he_says(
    tmp_path: Path, place: str, verdict: str, left: list[str]
) -> None:
    taken = ["operate split-chassis-ibc-eps", "operate join-chassis", "dtc", "values"]
    exam = bus_exam(
        tmp_path,
        "swapped-case",
        fault_type={"answer": "swapped_wires"},
        isolation={"answer": place, "tools": taken},
    )
    result = execute(exam.request, [])
    told = tell(result.folder)
    assert told.candidate["fault-type"] == "right"
    assert told.candidate["isolation"] == verdict
    assert told.left is not None and told.left.faults == left
    assert told.device["repaired"] is (Verdict.FAIL if left else Verdict.PASS)
    assert [one.ok for one in told.tools] == [True] * 4
    assert rejudge(read_journal(result.folder)) == []


def test_a_sound_bus_is_left_alone(tmp_path: Path) -> None:
    exam = bus_exam(
        tmp_path, "sound-case", fault_type={"answer": "none"}, isolation={"answer": "none"}
    )
    told = tell(execute(exam.request, []).folder)
    assert told.candidate == {"fault-type": "right", "isolation": "right", "repaired": "right"}
    assert told.device["repair"] is None


def test_real_devices_need_live(tmp_path: Path) -> None:
    """A candidate at the terminal works in real time anyhow; that opens no real device."""
    real = METERS.replace(
        "profile: gb-ac-pile, simulated: true",
        "profile: gb-ac-pile, connection: {modbus: tcp, host: 192.0.2.7}",
    )
    how = {"last": "supply", "case": "sound-case", "faults": "{fault: supply-undervoltage}"}
    with pytest.raises(UsageError, match="add --live"):
        prepared(tmp_path, real, READING, {"steps": {}}, **how)
    with pytest.raises(UsageError, match="add --live"):
        prepare_exam(str(tmp_path / "lab.yaml"), "K-9", folder=tmp_path / "run")
