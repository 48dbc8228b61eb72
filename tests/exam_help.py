"""A small exam for tests: a scenario of its own on the simulated pile, held by a script.

    python tests/exam_help.py SCENARIO SCRIPT FOLDER KILL_AT

holds an exam and kills itself (SIGKILL) when the step KILL_AT has ended.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.assess.exam import Exam, prepare_exam
from harness.assess.explain import Told, tell
from harness.engine.run import RunResult, execute
from harness.events import Event, StepEnded
from harness.evidence.layout import JOURNAL
from harness.evidence.read import Entry, read_journal
from harness.procedure.load import load_procedure

SCHEME = """\
scheme: lab
title: {zh: 试验, en: Lab}
shape: weighted_tasks
overtime: {allowed: OVERTIME}
modules:
  - id: all
    title: {zh: 全部, en: All}
    weight: 1
    criteria:
      - id: one
        title: {zh: 一, en: One}
        aspects:
          - id: reading
            type: M
            title: {zh: 读数, en: Reading}
            max: 10
            skills: [P-2.2.6]
            by: {when: {step: gun-temperature}}
"""
VETO = """\
vetoes:
  - id: live-work
    title: {zh: 未验电就动手, en: Hands on without a proof}
    when: {finding: live-work-without-voltage-test}
    grade: GRADE
"""
SCENARIO = """\
scenario: lab-check
title: {zh: 桩检查, en: Check of a pile}
order: {zh: 请检查该桩。, en: Check this pile.}
level: junior
procedures: [PILE-INSP-01]
without: [WITHOUT]
scheme: lab-scheme.yaml
minutes: MINUTES
conclude: [supply-voltage, gun-temperature]
cases:
  - id: nothing-wrong-case
    explanation: {zh: 没有故障。, en: It is sound.}
    hints: [{zh: 量一量。, en: Measure.}]
  - id: hot-plug-case
    faults: [{fault: connector-overheated}]
    explanation: {zh: 枪头过热。, en: The plug is too hot.}
    hints: [{zh: 看看枪头。, en: Look at the plug.}, {zh: 量枪头温度。, en: Measure the plug.}]
  - id: dented-later-case
    faults: [{fault: enclosure-damaged, before: enclosure}, {fault: supply-undervoltage}]
    key: {decisions: {conclusion: out_of_service}}
    explanation: {zh: 柜体破损，供电欠压。, en: Dented; low supply.}
"""
KEPT = ("safety", "enclosure", "lamp", "supply-voltage", "gun-temperature", "conclusion")
SECRETS = (
    "connector-overheated",
    "enclosure-damaged",
    "supply-undervoltage",
    "hot-plug-case",
    "dented-later-case",
    "nothing-wrong-case",
    "It is sound",
    "plug is too hot",
    "low supply",
)
EVENTS = (
    "judged",
    "concluded",
    "candidate_reading",
    "fault_set",
    "scenario_set",
    "exam_opened",
    "procedure_ended",
    "run_ended",
    "faults_left",
    "padding",
)
"""Kinds that must not stand in the clear before the end."""
COMPETENT = {
    "takes": "10 s",
    "steps": {
        "safety": {"tools": ["values"]},
        "gun-temperature": {
            "tools": ["measure gun_surface_temperature with infrared_thermometer"],
            "verdict": "meets",
        },
        "supply-voltage": {"tools": ["read voltage_l1"], "verdict": "meets"},
        "conclusion": {"answer": "in_service"},
    },
}
PASSPHRASE = b"correct horse battery staple"


def write_scenario(
    folder: Path, *, minutes: float = 20, overtime: str = "0 s", text: str = "", veto: str = ""
) -> Path:
    """The scenario with its scheme in `folder`; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    procedure = load_procedure("PILE-INSP-01").model
    left_out = ", ".join(step.id for step in procedure.steps if step.id not in KEPT)
    scheme = SCHEME.replace("OVERTIME", overtime)
    scheme += VETO.replace("GRADE", veto) if veto else ""
    (folder / "lab-scheme.yaml").write_text(scheme, "utf-8")
    file = folder / "lab-check.yaml"
    whole = (text or SCENARIO).replace("WITHOUT", left_out).replace("MINUTES", f"{minutes:g}")
    file.write_text(whole, "utf-8")
    return file


def write_script(folder: Path, script: dict[str, object] | None = None) -> Path:
    """A candidate's script in `folder` (YAML takes JSON); by default of a competent one."""
    file = folder / "candidate.yaml"
    file.write_text(json.dumps(COMPETENT if script is None else script), "utf-8")
    return file


def prepared(
    folder: Path,
    *,
    case: str = "nothing-wrong-case",
    script: dict[str, object] | None = None,
    practice: bool = False,
    passphrase: bytes | None = None,
    minutes: float = 20,
    overtime: str = "0 s",
    text: str = "",
    veto: str = "",
) -> Exam:
    """The exam, ready to be held in `folder`/run."""
    scenario = write_scenario(folder, minutes=minutes, overtime=overtime, text=text, veto=veto)
    return prepare_exam(
        str(scenario),
        "K-017",
        folder=folder / "run",
        practice=practice,
        case=case,
        seed=5,
        script=write_script(folder, script),
        passphrase=passphrase,
    )


def held(exam: Exam, *listeners: Callable[[Event], None]) -> RunResult:
    result = execute(exam.request, list(listeners))
    exam.check_script()
    return result


def hold(folder: Path, **how: object) -> tuple[RunResult, Told, Sequence[Entry]]:
    """Hold it, and read what is on record then."""
    exam = prepared(folder, **how)  # type: ignore[arg-type]
    result = held(exam)
    return result, tell(exam.request.folder), read_journal(exam.request.folder)


class Spy:
    """Reads the whole folder whenever a step has ended, as a candidate might."""

    def __init__(self, folder: Path, secrets: tuple[str, ...]) -> None:
        self.folder = folder
        self.secrets = [secret.encode() for secret in secrets]
        self.found: list[tuple[str, str]] = []
        self.looks = 0
        self._seen = 0

    def __call__(self, event: Event) -> None:
        if not isinstance(event, StepEnded) or not event.withheld:
            return
        self.looks += 1
        assert event.verdict is None and event.candidate is None
        assert event.reason == "" and event.headline is None
        for path in self.folder.rglob("*"):
            # Shipped files are the same in every case.
            public = {"procedure", "catalogue", "profile", "bench"}
            if path.is_file() and path.name != JOURNAL and path.parent.name not in public:
                self._look(path.name, path.read_bytes())
        lines = (self.folder / JOURNAL).read_bytes().splitlines()
        for line in lines[self._seen :]:
            self._look_at_line(line)
        self._seen = len(lines)

    def _look_at_line(self, line: bytes) -> None:
        try:
            kind = json.loads(line)["event"]
        except ValueError:  # the last line is still being written
            return
        if kind in EVENTS:
            self.found.append((JOURNAL, kind))
        if kind not in {"asked", "answered"}:  # choices are the same in every case
            self._look(kind, line)

    def _look(self, where: str, data: bytes) -> None:
        self.found += [(where, secret.decode()) for secret in self.secrets if secret in data]


def withheld_between_steps(folder: Path) -> tuple[list[int], set[int]]:
    """How many lines are withheld before each end of a step, and how long they are."""
    counts, count, sizes = [], 0, set()
    for line in (folder / JOURNAL).read_bytes().splitlines():
        event = json.loads(line)
        if event["event"] == "withheld":
            count += 1
            sizes.add(len(event["data"]))
        elif event["event"] in ("step_started", "exam_opened"):
            counts.append(count)
            count = 0
    return counts, sizes


def main() -> None:
    scenario, script, folder, kill_at = sys.argv[1:]
    exam = prepare_exam(
        scenario,
        "K-017",
        folder=Path(folder),
        script=Path(script),
        passphrase=PASSPHRASE,
        case="hot-plug-case",
    )

    def kill(event: Event) -> None:
        if isinstance(event, StepEnded) and event.step == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    held(exam, kill)


if __name__ == "__main__":
    main()
