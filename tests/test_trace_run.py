"""Recordings in runs: judged, kept, imported, missing; and PILE-CP-01 as a whole."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.bench.load import load_bench
from harness.devices.operator.terminal import TerminalOperator
from harness.devices.recorder.imported import read_recording
from harness.devices.recorder.mapping import RecorderEntry
from harness.engine.prepare import prepare
from harness.errors import FileError
from harness.events import Judged, RecordingTaken, RunStarted, SafeState
from harness.evidence.read import read_journal
from harness.evidence.rejudge import rejudge
from harness.evidence.verify import verify
from harness.quantity import Quality
from harness.verdict import CandidateVerdict, Verdict

PROCEDURE = "PILE-CP-01"


@pytest.fixture(scope="module", autouse=True)
def _own_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run_procedure(tmp_path_factory.mktemp("healthy"), PROCEDURE, energise=True)


def bench_file(folder: Path, recorder: str = "", *, edition: str = "2023", more: str = "") -> str:
    path = folder / "own.yaml"
    path.write_text(
        f"bench: own\nedition: '{edition}'\n"
        "devices:\n  pile: {profile: gb-ac-pile, simulated: true, component_current: 34 A}\n"
        "instruments:\n"
        "  scp-1: {type: oscilloscope, uncertainty: 50 mV, calibration_due: 2030-01-01}\n"
        f"{more}{recorder}",
        encoding="utf-8",
    )
    return str(path)


# The procedure


def test_healthy(healthy: Outcome) -> None:
    judged = {step: found for step, found in healthy.verdicts.items() if found is not None}
    assert set(judged.values()) == {Verdict.PASS}
    assert len(judged) > 60
    assert healthy.result.exit_code == 0
    assert healthy.step("scope-agrees").candidate is CandidateVerdict.RIGHT
    assert healthy.step("name-short").candidate is CandidateVerdict.RIGHT
    (safe,) = healthy.of(SafeState)
    assert safe.safe
    assert healthy.result.real_seconds < 2


def test_recordings_are_kept_and_judge_the_same_again(healthy: Outcome) -> None:
    folder = healthy.result.folder
    taken = healthy.of(RecordingTaken)
    assert len(taken) == 29
    for one in taken:
        assert one.file is not None
        data = (folder / one.file.copy).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one.file.sha256
        again = read_recording(one.file.name, data, RecorderEntry())
        assert again.end - again.begin == pytest.approx(one.seconds)
        assert set(again.tracks) == set(one.channels)
    assert verify(folder).intact
    assert rejudge(read_journal(folder)) == []


def test_what_is_judged_carries_the_resolution(healthy: Outcome) -> None:
    (found,) = [one for one in healthy.of(Judged) if one.step == "s2-off"]
    assert found.measurement.source == "simulated oscilloscope and power analyser"
    assert found.measurement.note == "s2 open → voltage < 30 V"
    # 20 ms of debounce and 25 ms of the contactor; half-cycle RMS and a 0.1 ms clock
    truth, spread = 0.045, found.measurement.uncertainty
    assert spread == pytest.approx(0.0201)
    assert isinstance(found.measurement.value, float) and spread is not None
    assert found.measurement.value - spread <= truth <= found.measurement.value


def test_nothing_is_energised_unless_released(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, PROCEDURE)
    for step in ("authorise", "s2-closes", "cp-break-charge", "diode-start", "recovery-charge"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN
    for step in ("supply-on", "cp-break-off", "levels-max", "oc-low-off"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN
    assert outcome.verdicts["plug-level"] is Verdict.PASS
    assert all(Verdict.FAIL is not one for one in outcome.verdicts.values())


def test_another_pile_raises_no_alarm(tmp_path: Path) -> None:
    profile = "heidelberg-energy-control"
    outcome = run_procedure(tmp_path, PROCEDURE, energise=True, pile_profile=profile)
    judged = [found for found in outcome.verdicts.values() if found is not None]
    assert set(judged) == {Verdict.PASS, Verdict.NOT_RUN}
    assert judged.count(Verdict.PASS) > 40


@pytest.mark.parametrize(
    ("edition", "frequency", "charges"),
    [("2015", Verdict.PASS, Verdict.FAIL), ("2023", Verdict.FAIL, Verdict.PASS)],
)
def test_bands_and_pile_follow_the_edition(
    tmp_path: Path, edition: str, frequency: Verdict, charges: Verdict
) -> None:
    """1025 Hz is inside the band of 2015 only; at 6.9 V a pile of 2015 must refuse."""
    bench = bench_file(tmp_path, "recorder: {simulated: true}\n", edition=edition)
    options: dict[str, Any] = {"bench": bench, "energise": True}
    outcome = run_procedure(tmp_path, PROCEDURE, faults=["pilot-frequency-off"], **options)
    (judged,) = [one for one in outcome.of(Judged) if one.step == "pwm-frequency"]
    assert judged.item == f"GB/T 18487.1-{edition}/cp-frequency"
    assert outcome.verdicts["pwm-frequency"] is frequency
    (late,) = [one for one in outcome.of(Judged) if one.step == "s2-off"]
    assert late.item == f"GB/T 18487.1-{edition}/T-02"
    others = {name: found for name, found in outcome.verdicts.items() if name != "pwm-frequency"}
    assert set(others.values()) == {Verdict.PASS, None}
    outcome = run_procedure(tmp_path, PROCEDURE, faults=["pilot-resistance-high"], **options)
    assert outcome.verdicts["s2-closes"] is charges


def test_without_a_recorder_short_times_are_inconclusive(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, PROCEDURE, bench=bench_file(tmp_path), energise=True)
    for step in ("s2-off", "cp-break-off", "cp-short-off", "pe-off", "pulled-off", "oc-low-off"):
        assert outcome.verdicts[step] is Verdict.INCONCLUSIVE
        judged = [one for one in outcome.of(Judged) if one.step == step]
        assert judged[0].measurement.note == (
            "the bench has no recorder, and polling cannot prove it"
        )
    for step in ("s2-closes", "limit", "cp-break-alarm", "stop", "levels-max", "recovery-charge"):
        assert outcome.verdicts[step] is Verdict.PASS
    assert outcome.result.exit_code == 3
    assert outcome.step("scope-agrees").candidate is CandidateVerdict.PENDING


# A file of a real recorder

STEPS = """
- id: record
  title: {zh: 录, en: Record}
  do: trace.begin
- id: recorded
  title: {zh: 录完, en: Recorded}
  do: trace.end
  with: {recording: record}
- id: "off"
  title: {zh: 断电, en: Supply off}
  do: trace.interval
  with:
    recording: record
    from: {s2: open}
    to: {voltage_l1: {below: 30 V}}
  item: GB/T 18487.1/T-02
- id: level
  title: {zh: 电平, en: Level}
  do: trace.measure
  with: {recording: record, channel: cp_high, when: {s2: open}, settle: 5 ms}
  item: GB/T 18487.1/cp-state-2
"""
RECORDER = """recorder:
  instrument: scp-1
  channels:
    s2: {column: D0, states: {0: open, 1: closed}}
    voltage_l1: {column: U1, uncertainty: 1 V}
    cp_high: {column: CH1, uncertainty: 50 mV}
"""
HEAD = "time,D0,U1,CH1\n"


def csv(step: float = 0.002, *, off: float = 0.045, seconds: float = 0.4) -> str:
    rows = [
        f"{n * step:.4f},{1 if n * step < 0.1 else 0},{224 if n * step < 0.1 + off else 0},"
        f"{6 if n * step < 0.1 else 9}"
        for n in range(round(seconds / step))
    ]
    return HEAD + "\n".join(rows) + "\n"


def imported(
    folder: Path,
    text: str | None,
    *,
    recorder: str = RECORDER,
    answer: Any = "r.csv",
    **more: str,
) -> Outcome:
    """Run with the answers of a file beside the recording."""
    lab = folder / "lab"
    lab.mkdir(exist_ok=True)
    if text is not None:
        (lab / "r.csv").write_text(text, encoding="utf-8")
    answers = lab / "answers.yaml"
    answers.write_text(
        f"by: T-1\nanswers: {{record: true, recorded: {answer}}}\n", encoding="utf-8"
    )
    bench = bench_file(folder, recorder, **more)
    procedure = write_procedure(folder, STEPS)
    return run_procedure(folder, procedure, bench=bench, answers=answers)


def test_an_imported_file_is_judged_and_kept(tmp_path: Path) -> None:
    outcome = imported(tmp_path, csv())
    assert outcome.verdicts == {
        "record": None, "recorded": None, "off": Verdict.PASS, "level": Verdict.PASS,
    }  # fmt: skip
    (taken,) = outcome.of(RecordingTaken)
    assert taken.source == "r.csv" and taken.file is not None
    assert taken.file.copy == "attachments/trace/r.csv"
    kept = outcome.result.folder / taken.file.copy
    assert kept.read_text() == csv()
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == taken.file.sha256
    (judged,) = [one for one in outcome.of(Judged) if one.step == "off"]
    assert judged.measurement.value == pytest.approx(0.048)
    assert judged.measurement.uncertainty == pytest.approx(0.004)
    assert not outcome.of(RunStarted)[0].simulated
    assert rejudge(read_journal(outcome.result.folder)) == []


def paused(row: str) -> bool:
    return not 0.11 < float(row[:6]) < 0.3


@pytest.mark.parametrize(
    ("text", "verdict", "note"),
    [
        (csv(off=0.2), Verdict.FAIL, "s2 open → voltage_l1 < 30 V"),
        (csv(off=9), Verdict.FAIL, "s2 open → voltage_l1 < 30 V"),
        (csv(0.05, off=0.08), Verdict.INCONCLUSIVE, "s2 open → voltage_l1 < 30 V"),
        (csv(off=9, seconds=0.15), Verdict.INCONCLUSIVE,
         "s2 open → voltage_l1 < 30 V: not within the 0.048 s that were recorded"),
        (csv(off=-0.05), Verdict.INCONCLUSIVE, "voltage_l1 < 30 V was so before the cause"),
        (HEAD + "0,1,224,6\n0.002,1,224,6\n0.004,1,224,6\n", Verdict.INCONCLUSIVE,
         "s2 open was not seen"),
        # the recorder paused while it happened
        (HEAD + "\n".join(row for row in csv().splitlines()[1:] if paused(row)),
         Verdict.INCONCLUSIVE, "s2 open → voltage_l1 < 30 V"),
    ],
    ids=["late", "never", "too coarse", "too short", "before", "no cause", "gap"],
)  # fmt: skip
def test_what_a_file_proves(tmp_path: Path, text: str, verdict: Verdict, note: str) -> None:
    outcome = imported(tmp_path, text)
    (judged,) = [one for one in outcome.of(Judged) if one.step == "off"]
    assert (outcome.verdicts["off"], judged.measurement.note) == (verdict, note)


@pytest.mark.parametrize(("edition", "verdict"), [("2015", Verdict.FAIL), ("2023", Verdict.PASS)])
def test_a_level_is_judged_by_the_band_of_the_edition(
    tmp_path: Path, edition: str, verdict: Verdict
) -> None:
    text = csv().replace(",9\n", ",9.9\n")
    assert imported(tmp_path, text, edition=edition).verdicts["level"] is verdict


def test_a_gap_in_what_is_measured(tmp_path: Path) -> None:
    rows = csv().splitlines()
    rows[100] = rows[100].rpartition(",")[0] + ",NaN"
    outcome = imported(tmp_path, "\n".join(rows))
    assert outcome.verdicts["level"] is Verdict.INCONCLUSIVE
    (judged,) = [one for one in outcome.of(Judged) if one.step == "level"]
    assert judged.measurement.note == "nothing was recorded of cp_high from 0.196 to 0.2 s"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "r.csv:0:0: the file is empty"),
        (csv() + "0.1,1,224,6\n", "r.csv:202:1: time goes back: 0.1 s after 0.398 s"),
        (csv().replace("U1", "Urms"), "no column is called 'U1'"),
        (None, "does not exist; expected the recorder's file"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str | None, said: str) -> None:
    outcome = imported(tmp_path, text)
    assert outcome.verdicts["recorded"] is Verdict.ERROR
    assert said in outcome.step("recorded").reason
    (judged,) = [one for one in outcome.of(Judged) if one.step == "off"]
    assert outcome.verdicts["off"] is Verdict.INCONCLUSIVE
    assert judged.measurement.note.startswith("no recording of step record: ")
    assert outcome.result.exit_code == 4


@pytest.mark.parametrize(
    ("recorder", "why"),
    [
        (RECORDER.replace("  instrument: scp-1\n", ""),
         "the bench does not say which instrument recorded"),
        (RECORDER.replace("scp-1", "old"), "calibration due 2020-01-01"),
        (RECORDER.replace("scp-1", "undated"),
         "the bench does not say until when the instrument is calibrated"),
    ],
)  # fmt: skip
def test_a_recorder_out_of_calibration_proves_nothing(
    tmp_path: Path, recorder: str, why: str
) -> None:
    more = "  old: {type: oscilloscope, calibration_due: 2020-01-01}\n"
    more += "  undated: {type: oscilloscope}\n"
    outcome = imported(tmp_path, csv(), recorder=recorder, more=more)
    for step in ("off", "level"):
        (judged,) = [one for one in outcome.of(Judged) if one.step == step]
        assert outcome.verdicts[step] is Verdict.INCONCLUSIVE
        assert judged.measurement.quality is Quality.OUT_OF_CALIBRATION
        assert judged.measurement.note == why


def test_the_recorder_may_have_a_folder(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "record.csv").write_text(csv(), encoding="utf-8")
    (drop / "earlier.csv").write_text("x", encoding="utf-8")
    recorder = RECORDER.replace("recorder:\n", "recorder:\n  folder: drop\n")
    assert (
        imported(tmp_path, None, recorder=recorder, answer="true").verdicts["off"] is Verdict.PASS
    )
    assert imported(tmp_path, None, answer="true").verdicts["recorded"] is Verdict.NOT_RUN


def test_the_simulated_technician_has_no_file_of_a_real_recorder(tmp_path: Path) -> None:
    bench = bench_file(tmp_path, RECORDER)
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, STEPS), bench=bench)
    assert outcome.step("recorded").reason == "no file of the recorder was given"
    assert outcome.verdicts["off"] is Verdict.INCONCLUSIVE


def test_a_person_at_the_terminal_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scope 7.csv").write_text(csv(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO('y\n"scope 7.csv"\n'))
    shown: list[str] = []
    person = TerminalOperator("en", "T-1", shown.append)
    bench = bench_file(tmp_path, RECORDER)
    procedure = write_procedure(tmp_path, STEPS)
    outcome = run_procedure(tmp_path, procedure, bench=bench, operator=person, live=True)
    assert outcome.verdicts["off"] is Verdict.PASS
    assert any("give the path of its file" in line for line in shown)


def test_a_channel_that_was_not_recorded(tmp_path: Path) -> None:
    recorder = RECORDER.replace("    cp_high: {column: CH1, uncertainty: 50 mV}\n", "")
    outcome = imported(tmp_path, csv(), recorder=recorder)
    assert outcome.verdicts["off"] is Verdict.PASS
    (judged,) = [one for one in outcome.of(Judged) if one.step == "level"]
    assert judged.measurement.note == "cp_high was not recorded"
    assert outcome.verdicts["level"] is Verdict.INCONCLUSIVE


# Mistakes that are found before anything is opened


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{s2: open}\n    to", "{s9: open}\n    to", "no channel is called 's9'"),
        ("{s2: open}\n    to", "{s2: ajar}\n    to", "s2 cannot be 'ajar'; expected one of: open"),
        ("{below: 30 V}", "{below: 30 A}", "voltage_l1 is in V; expected a quantity in V"),
        ("{below: 30 V}", "{}", "nothing is wanted; expected `below:` or `above:`"),
        ("{s2: open}\n    to", "{s2: {below: 1 V}}\n    to", "s2 is no number"),
        ("recording: record\n    from", "recording: nope\n    from", "earlier step"),
        ("GB/T 18487.1/T-02", "GB/T 18487.1/cp-state-2", "trace.interval cannot judge by"),
        ("channel: cp_high", "channel: s2", "s2 is no number; expected `trace.holds`"),
        ("channel: cp_high", "channel: power", "the limit is in V; expected a limit in W"),
        ("channel: cp_high", "channel: cp_hihg", "no channel is called 'cp_hihg'; did you mean"),
    ],
)
def test_a_mistake_in_a_step(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in STEPS
    procedure = write_procedure(tmp_path, STEPS.replace(old, new))
    with pytest.raises(FileError) as caught:
        prepare([str(procedure)], folder=tmp_path / "run")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("recorder", "said"),
    [
        ("recorder: {simulated: true, channels: {cp: {column: a}}}\n", "either simulated: true"),
        ("recorder: {instrument: scp-9}\n", "the bench lists no instrument 'scp-9'"),
        ("recorder: {channels: {cp_x: {column: a}}}\n", "no channel is called 'cp_x'"),
    ],
)
def test_a_wrong_recorder_in_a_bench_file(tmp_path: Path, recorder: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        load_bench(bench_file(tmp_path, recorder))
    assert said in str(caught.value)


def test_a_simulated_recorder_needs_a_simulated_pile(tmp_path: Path) -> None:
    path = tmp_path / "real.yaml"
    path.write_text(
        "bench: real\ndevices:\n  pile: {profile: gb-ac-pile, connection: "
        "{modbus: tcp, host: 127.0.0.1}}\nrecorder: {simulated: true}\n",
        encoding="utf-8",
    )
    with pytest.raises(FileError, match="sees nothing but the pile simulated in this process"):
        load_bench(str(path))
