"""A veto while a relay, a load and a source are at work: the exam ends and all are proved off."""

from pathlib import Path

from exam_help import SCHEME, write_script

from harness.assess.exam import prepare_exam
from harness.assess.score import score
from harness.engine.run import execute
from harness.events import Measured, RunEnded, SafeState, ToolUsed, Written
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.verdict import Ending

BENCH = """\
bench: powered
devices:
  pile: {profile: gb-ac-pile, simulated: true}
  injector: {profile: relay-8ch, simulated: true, faults: {meter-creep: relay_3}}
  load: {profile: scpi-ac-load, simulated: true, uncertainty: {current: 0.5 %}}
  source: {profile: scpi-ac-source, simulated: true}
"""
PROCEDURE = """\
procedure: EXAM-POWER-01
title: {zh: 试验, en: Lab}
steps:
  - id: plug
    title: {zh: 插枪, en: Plug in}
    do: operator.confirm
    with: {does: connect-vehicle, ask: {zh: 插枪, en: Plug in}}
  - id: low
    title: {zh: 降低供电, en: Lower the supply}
    do: source.supply
    with: {voltage: 210 V}
  - id: start
    title: {zh: 启动, en: Start}
    do: pile.start_charging
    with: {current: 32 A}
    limit: {within: 15 s}
  - id: draw
    title: {zh: 加载, en: Draw}
    do: load.draw
    with: {current: 10 A}
  - id: settle
    title: {zh: 等待, en: Wait}
    do: bench.wait
    with: {for: 2 s}
  - id: drawn
    title: {zh: 负载电流, en: Current drawn}
    do: load.measure
    with: {points: [current]}
    limit: {low: 9.8, high: 10.2, unit: A}
  - id: done
    title: {zh: 完毕, en: Done}
    do: operator.confirm
    with: {does: wear-ppe, ask: {zh: 完毕, en: Done}}
"""
VETO = """\
vetoes:
  - id: under-load
    title: {zh: 带载拔枪, en: Unplugged under load}
    when: {finding: unplugged-under-load}
    grade: end_exam
"""
SCENARIO = """\
scenario: powered
title: {zh: 试验, en: Lab}
order: {zh: 请检查。, en: Check it.}
level: junior
procedures: [PROCEDURE]
bench: BENCH
scheme: lab-scheme.yaml
minutes: 20
conclude: [drawn]
cases:
  - id: sound-case
    explanation: {zh: 好, en: Sound}
  - id: creeping-case
    faults: [{fault: meter-creep}]
    explanation: {zh: 潜动, en: It creeps}
"""


def test_relay_load_source_and_pile_are_read_back_off(tmp_path: Path) -> None:
    procedure, bench = tmp_path / "EXAM-POWER-01.yaml", tmp_path / "bench.yaml"
    procedure.write_text(PROCEDURE, "utf-8")
    bench.write_text(BENCH, "utf-8")
    scheme = SCHEME.replace("OVERTIME", "0 s").replace("gun-temperature", "drawn") + VETO
    (tmp_path / "lab-scheme.yaml").write_text(scheme, "utf-8")
    text = SCENARIO.replace("PROCEDURE", str(procedure)).replace("BENCH", str(bench))
    (tmp_path / "powered.yaml").write_text(text, "utf-8")
    unsafe: dict[str, object] = {
        "takes": "0.1 s",
        "steps": {
            "drawn": {"verdict": "meets"},
            "done": {"tools": ["read current_l1", "operate disconnect-vehicle"]},
        },
    }
    exam = prepare_exam(
        str(tmp_path / "powered.yaml"), "K-9", folder=tmp_path / "run", case="creeping-case",
        script=write_script(tmp_path, unsafe),
    )  # fmt: skip
    result = execute(exam.request, [])
    entries = read_journal(result.folder)
    events = [entry.event for entry in entries]
    # The power was on when it happened.
    drawn = [one.measurement for one in events if isinstance(one, Measured) and one.step == "drawn"]
    assert any(9.8 < float(one.value) < 10.2 for one in drawn if isinstance(one.value, float))
    pulled = max(entry.t for entry in entries if isinstance(entry.event, ToolUsed))
    # The veto is named, and a person decides.
    (veto,) = score(entries, exam.scenario.scheme).vetoes
    assert veto.id == "under-load" and "unplugged under load" in veto.reason.en
    assert veto.lines and veto.decision is None
    ended = events[-1]
    assert isinstance(ended, RunEnded) and ended.safe and ended.ending is Ending.STOPPED
    assert result.ending is Ending.STOPPED and "unplugged under load" in ended.reason
    # Off is what was read back and measured after it.
    states = {one.role: one for one in events if isinstance(one, SafeState)}
    assert set(states) == {"pile", "injector", "load", "source"}
    assert all(state.safe for state in states.values()), states
    assert all(one.at > pulled for state in states.values() for one in state.readings)
    shown = {
        role: {one.name: one.value for one in state.readings} for role, state in states.items()
    }
    assert shown["pile"]["contactor_state"] == "open" and shown["pile"]["current_l1"] == 0.0
    assert shown["injector"] == {f"relay_{n}": "off" for n in range(1, 9)}
    assert shown["load"] == {"output": "off", "current": 0.0}
    # The supply that the run had lowered is back at what it was found at.
    supply = shown["source"]["voltage_setting"]
    assert isinstance(supply, float) and 215 < supply < 235
    relay = [one for one in events if isinstance(one, Written) and one.point == "relay_3"]
    assert [(one.value, one.agreed) for one in relay] == [("on", True), ("off", True)]
    assert verify(result.folder).exit_code == 0
