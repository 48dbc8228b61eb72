"""From a scenario to an exam that can start; everything is checked, nothing is opened.

The case is drawn by lot, the simulation's seed and the key at random: nobody who has read the
scenario file, started the exam or looks at its folder knows what is in the bench.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.assess.attendant import ExamAttendant
from harness.assess.candidate_script import (
    CandidateFile,
    ScriptedCandidate,
    check_steps,
    load_script,
    never_asked,
)
from harness.assess.candidate_terminal import CandidateTerminal
from harness.assess.codes import check_code
from harness.assess.desk import Commands
from harness.assess.escrow import KIND, NAME, lock
from harness.assess.scenario_file import LoadedScenario, check_scenario, load_scenario
from harness.datafile import Places
from harness.engine.plan import roles_of_faults
from harness.engine.prepare import load_bench_for, prepare
from harness.engine.run import RunRequest
from harness.errors import FileError, UsageError
from harness.procedure.load import load_procedure
from harness.text import Language, Text

_PRACTICE_ONLY = Text("仅练习模式可用", "For practice only")


@dataclass
class Exam:
    """An exam that can start."""

    scenario: LoadedScenario
    attendant: ExamAttendant
    request: RunRequest
    commands: Commands
    script: tuple[CandidateFile, Places] | None = None

    def check_script(self) -> None:
        """After the exam: raises FileError for what the script says that nothing asked for."""
        candidate = self.request.operator
        if self.script is None or not isinstance(candidate, ScriptedCandidate):
            return
        carried_out = {step: set[str]() for step in self.attendant.carried_out}
        problems = never_asked(*self.script, carried_out | candidate.asked)
        if problems:
            raise FileError(problems)

    def seat(self, language: Language, show: Callable[[str], None]) -> None:
        """Put a candidate at the terminal."""
        terminal = CandidateTerminal(language, self.attendant, show, self.commands)
        self.request.operator = self.attendant.desk = terminal


def prepare_exam(
    scenario: str,
    candidate: str,
    *,
    folder: Path,
    practice: bool = False,
    case: str | None = None,
    seed: int | None = None,
    script: Path | None = None,
    bench: str | None = None,
    live: bool = False,
    energise: bool = False,
    motion: bool = False,
    passphrase: bytes | None = None,
    language: Language = "zh",
) -> Exam:
    """Load and check everything. Raises UsageError (FileError, UnknownNameError).

    `case` and `seed` choose what otherwise is drawn: only in practice, or with a script.
    `energise` releases steps that put mains on the plug of a real bench, `motion` those that move
    something on a real vehicle; in a simulation nobody is hurt by them. Without `script`, a
    candidate has to be seated before it starts.
    """
    check_code(candidate)
    if (case is not None or seed is not None) and not practice and script is None:
        raise UsageError(
            "a case or a seed can be chosen only for practice, or with a script",
            headline=_PRACTICE_ONLY,
        )
    loaded = load_scenario(scenario)
    model = loaded.model
    # A person works in real time, also on a simulation; real devices need more than that.
    found = load_bench_for(bench or model.bench, live=live)
    if set(found.simulated_inside) >= set(found.model.devices):
        energise = motion = True
    steps = [step.id for name in model.procedures for step in load_procedure(name).model.steps]
    unknown = [index for index, step in enumerate(model.without) if step not in steps]
    if unknown:
        raise FileError(
            [
                loaded.places.problem(
                    ("without", index),
                    f"no step is called {model.without[index]!r}",
                    "a step of its procedures",
                )
                for index in unknown
            ]
        )

    request = prepare(
        model.procedures,
        bench or model.bench,
        folder=folder,
        live=live or script is None,
        operator_name=candidate,
        selected=[step for step in steps if step not in model.without],
        energise=energise,
        motion=motion,
    )
    problems = check_scenario(loaded, request.bench)
    if problems:
        raise FileError(problems)
    drawn = loaded.case(case) if case is not None else secrets.choice(model.cases)
    request.seed = seed if seed is not None else secrets.randbelow(2**31)
    faults = [hidden.fault for one in model.cases for hidden in one.faults]
    attendant = ExamAttendant(
        loaded,
        drawn,
        candidate=candidate,
        practice=practice,
        seed=request.seed,
        plans=request.plans,
        roles=roles_of_faults(faults, request.bench),
    )
    # Marks can be computed again years later only with the scheme that the exam had.
    scheme = ("scheme", f"{loaded.scheme.scheme}.yaml", loaded.scheme_data)
    request.extra_files.append(scheme)
    if passphrase is not None:
        request.extra_files.append((KIND, NAME, lock(attendant.key, passphrase)))
    request.attendant = attendant
    commands = Commands(attendant, language)
    exam = Exam(loaded, attendant, request, commands)
    if script is not None:
        file, places = load_script(script)
        wrong = check_steps(file, places, {step.model.id: step for step in attendant.steps})
        if wrong:
            raise FileError(wrong)
        exam.script = (file, places)
        request.operator = attendant.desk = ScriptedCandidate(file, attendant, commands)
    return exam
