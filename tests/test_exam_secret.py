"""A candidate who reads everything in the run's folder during an exam learns nothing from it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from exam_help import (
    PASSPHRASE,
    SCENARIO,
    SECRETS,
    Spy,
    held,
    hold,
    prepared,
    withheld_between_steps,
    write_scenario,
    write_script,
)

from harness.assess import escrow
from harness.assess.attendant import ExamAttendant
from harness.assess.blur import Blur
from harness.assess.exam import prepare_exam
from harness.assess.explain import told_by
from harness.assess.scenario import HiddenFault
from harness.assess.scenario_file import load_scenario, scenario_files
from harness.assess.secrecy import Secrecy
from harness.clock import loop_time, sleep
from harness.errors import EvidenceError
from harness.events import (
    Event,
    ExamStarted,
    FaultSet,
    Padding,
    ScenarioSet,
    StepStarted,
    Withheld,
)
from harness.evidence.layout import ATTACHMENTS, JOURNAL
from harness.evidence.read import opened_with, read_file, read_journal
from harness.evidence.rejudge import rejudge
from harness.evidence.verify import verify
from harness.evidence.withheld import withhold

TWO_AT_ONCE = SCENARIO.replace("fault: enclosure-damaged, before: enclosure", "fault: leakage")
CASES = ("nothing-wrong-case", "hot-plug-case", "dented-later-case")


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_told_before_the_end(tmp_path: Path, case: str) -> None:
    exam = prepared(tmp_path, case=case)
    spy = Spy(tmp_path / "run", SECRETS)
    told: list[Event] = []
    result = held(exam, spy, told.append)
    assert result.sealed
    assert spy.looks >= 6
    assert spy.found == []
    # The same search finds all of it once the exam is over.
    record = b"".join((tmp_path / "run" / JOURNAL).read_bytes().splitlines())
    assert b'"exam_opened"' in record and b'"procedure_ended"' in record
    assert not any(isinstance(event, Withheld) for event in told)
    hidden = next(
        e.event for e in read_journal(tmp_path / "run") if isinstance(e.event, ScenarioSet)
    )
    chosen = load_scenario(str(tmp_path / "lab-check.yaml")).case(case)
    assert [one.fault for one in hidden.faults] == [one.fault for one in chosen.faults]


@pytest.mark.parametrize("name", list(scenario_files()))
def test_shipped_scenarios_tell_nothing(name: str, tmp_path: Path) -> None:
    """Two cases of each; the first steps are enough to find what is told, and a car takes time."""
    scenario = load_scenario(name)
    secrets = {hidden.fault for case in scenario.model.cases for hidden in case.faults}
    secrets |= {case.explanation.en for case in scenario.model.cases}
    given = prepare_exam(name, "K-1", folder=tmp_path / "run", practice=True).attendant.steps
    ends = {given[1].model.id: {"tools": ["hand-in"]}}
    script = write_script(tmp_path, {"takes": "1 s", "steps": ends})
    for case in (scenario.model.cases[0], scenario.model.cases[-1]):
        run = tmp_path / case.id
        exam = prepare_exam(name, "K-1", folder=run, script=script, case=case.id)
        spy = Spy(run, tuple(secrets))
        assert held(exam, spy).sealed
        assert spy.looks >= 1
        assert spy.found == []


def test_number_and_length_of_lines_tell_nothing(tmp_path: Path) -> None:
    seen = []
    for case in CASES:
        held(prepared(tmp_path / case, case=case))
        counts, sizes = withheld_between_steps(tmp_path / case / "run")
        assert len(sizes) == 2  # the scenario, and everything else
        seen.append((counts, sizes))
    assert seen[0] == seen[1] == seen[2]


def test_header_is_the_same_for_every_case(tmp_path: Path) -> None:
    heads, ids = [], set()
    for case in CASES:
        held(prepared(tmp_path / case, case=case))
        first = json.loads((tmp_path / case / "run" / JOURNAL).read_bytes().splitlines()[0])
        ids.add(first.pop("run_id"))
        heads.append(first)
    assert len(ids) == 3
    assert heads[0] == heads[1] == heads[2]
    assert heads[0]["seed"] == 0 and "faults" not in heads[0]


@pytest.mark.parametrize(("delay", "text"), [(0.2, ""), (0.7, TWO_AT_ONCE)])
def test_bringing_faults_in_takes_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delay: float, text: str
) -> None:
    """Whoever reads the record while the exam goes on would else tell a sound case by its haste."""
    switch = ExamAttendant._switch

    async def slowly(self: ExamAttendant, hidden: HiddenFault) -> None:
        await sleep(delay)
        await switch(self, hidden)

    monkeypatch.setattr(ExamAttendant, "_switch", slowly)
    times = set()
    for case in CASES:
        held(prepared(tmp_path / case, case=case, text=text))
        lines = [
            json.loads(line)
            for line in (tmp_path / case / "run" / JOURNAL).read_bytes().splitlines()
        ]
        seen = [line["t"] for line in lines if line["event"] in ("clock_noted", "step_started")]
        times.add(tuple(seen[:3]))
    assert len(times) == 1


def test_switching_is_hidden_in_noise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page faults and processor time of the process are for everybody to read."""
    switch = ExamAttendant._switch
    noisy: list[bool] = []

    async def watched(self: ExamAttendant, hidden: HiddenFault) -> None:
        noisy.append(self._blurs[-1].going_on)
        await switch(self, hidden)

    monkeypatch.setattr(ExamAttendant, "_switch", watched)
    exam = prepared(tmp_path, case="hot-plug-case")
    held(exam)
    assert noisy and all(noisy)
    assert not any(one.going_on for one in exam.attendant._blurs)
    # A sound case is blurred as well.
    sound = prepared(tmp_path / "sound", case="nothing-wrong-case")
    held(sound)
    assert sound.attendant._blurs


def test_noise_is_larger_than_what_it_hides_and_never_the_same() -> None:
    def touched() -> int:
        with Blur() as blur:
            time.sleep(0.1)
        return blur.touched

    amounts = [touched() for _ in range(4)]
    assert len(set(amounts)) == 4
    assert min(amounts) > 10 * 40


def test_work_for_padding_is_the_same_however_many_lines_there_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Times of lines show how long the work took between them."""
    made = 0

    def counting(event: Event, key: bytes, **how: int) -> Withheld:
        nonlocal made
        made += 1
        return withhold(event, key, **how)

    monkeypatch.setattr("harness.assess.secrecy.withhold", counting)
    secrecy = Secrecy(load_scenario(str(write_scenario(tmp_path))), "K-1", bytes(32))
    works, padded = [], []
    for kept in (1, 2, 9, 15, 16):
        made, count = 0, kept
        while secrecy.padding(count) is not None:
            count += 1
        works.append(made)
        padded.append(count)
    assert padded == [16] * 5 and works == [16] * 5


def test_padding_before_a_step_is_within_the_time_for_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    padded: list[tuple[str, float, float]] = []
    bring_in = ExamAttendant._bring_in

    async def watched(self: ExamAttendant, faults: list[HiddenFault], *, most: int) -> None:
        began, emit = loop_time(), self._emit

        def noting(event: Event) -> None:
            if isinstance(event, Padding):
                padded.append((case, loop_time() - began, float(most - len(faults))))
            emit(event)

        self._emit = noting
        await bring_in(self, faults, most=most)
        self._emit = emit
        assert loop_time() - began == pytest.approx(1.0)

    monkeypatch.setattr(ExamAttendant, "_bring_in", watched)
    for case in CASES:
        held(prepared(tmp_path / case, case=case))
    assert {case for case, _, _ in padded} == {"nothing-wrong-case", "hot-plug-case"}
    assert all(after < 0.5 for _, after, _ in padded)


def test_run_ids_of_one_case_differ(tmp_path: Path) -> None:
    ids = set()
    for turn in ("a", "b"):
        held(prepared(tmp_path / turn))
        ids.add(
            json.loads((tmp_path / turn / "run" / JOURNAL).read_bytes().splitlines()[0])["run_id"]
        )
    assert len(ids) == 2


def test_opened_record_adds_up(tmp_path: Path) -> None:
    result, told, entries = hold(tmp_path, case="dented-later-case")
    assert verify(result.folder).exit_code == 0
    assert rejudge(entries) == []
    assert {one.fault for one in told.hidden.faults} == {"enclosure-damaged", "supply-undervoltage"}
    # What comes before a step came before it.
    kinds = [
        (
            type(entry.event).__name__,
            getattr(entry.event, "fault", getattr(entry.event, "step", "")),
        )
        for entry in entries
        if isinstance(entry.event, FaultSet | StepStarted)
    ]
    later = kinds.index(("FaultSet", "enclosure-damaged"))
    assert kinds[later + 1 :][0] == ("StepStarted", "enclosure")
    assert kinds.index(("FaultSet", "supply-undervoltage")) < kinds.index(("StepStarted", "safety"))


def kill_at(step: str, folder: Path) -> Path:
    scenario, script = write_scenario(folder), write_script(folder)
    run = folder / "run"
    done = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).parent / "exam_help.py"),
            str(scenario),
            str(script),
            str(run),
            step,
        ],
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return run


def test_killed_exam_stays_closed_until_the_passphrase_opens_it(tmp_path: Path) -> None:
    run = kill_at("gun-temperature", tmp_path)
    found = verify(run)
    assert found.intact and not found.sealed
    everything = b"".join(
        p.read_bytes()
        for p in run.rglob("*")
        if p.is_file() and p.parent.name not in ("procedure", "profile", "catalogue")
    )
    assert not [secret for secret in SECRETS if secret.encode() in everything]
    entries = read_journal(run)
    with pytest.raises(EvidenceError, match="cut off"):
        told_by(entries)
    exam = next(e.event for e in entries if isinstance(e.event, ExamStarted))
    data = read_file(run / ATTACHMENTS / escrow.KIND / escrow.NAME)
    with pytest.raises(EvidenceError, match="passphrase"):
        escrow.unlock(data, b"wrong horse battery staple", exam.commitment)
    with pytest.raises(EvidenceError, match="another exam"):
        escrow.unlock(data, PASSPHRASE, "00" * 32)
    told = told_by(opened_with(entries, escrow.unlock(data, PASSPHRASE, exam.commitment)))
    assert told.case is not None and told.case.id == "hot-plug-case"
    assert "enclosure" in told.device


def test_changed_escrow_is_refused(tmp_path: Path) -> None:
    key = bytes(range(32))
    data = escrow.lock(key, PASSPHRASE)
    assert key.hex().encode() not in data
    for spoilt in (data[:-3], b"[]", data.replace(b'"data": "', b'"data": "AAAA')):
        with pytest.raises(EvidenceError):
            escrow.unlock(spoilt, PASSPHRASE, "")
