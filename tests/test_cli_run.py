"""`harness run` and `demo`: exit codes, refusals before anything is opened, what people see."""

import _thread
import re
import socket
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.cli import wide
from harness.cli.root import ROOT
from harness.engine.digest import RunDigest
from harness.evidence.keys import short
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.verdict import Ending, Verdict


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("COLUMNS", "80")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)


def _run(*arguments: object, lang: str = "en") -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(ROOT, ["run", *words, "--lang", lang])


def _digest(folder: Path) -> RunDigest:
    digest = RunDigest()
    for entry in read_journal(folder):
        digest(entry.event)
    return digest


def _procedure(folder: Path, steps: str) -> Path:
    file = folder / "OWN-01.yaml"
    head = "procedure: OWN-01\ntitle: {zh: 自定, en: Own}\nsteps:\n"
    file.write_text(head + steps, encoding="utf-8")
    return file


_IDLE = """\
  - id: idle
    title: {zh: 待机, en: Idle}
    do: pile.expect
    with: {states: {charging_state: idle}}
"""
_LONG = """\
  - id: long
    title: {zh: 保持, en: Holds}
    do: pile.holds
    with: {point: charging_state, is: idle, for: 30 s}
"""


@pytest.mark.parametrize(("lang", "words"), [("en", "✓ pass · completed"), ("zh", "✓ 合格")])
def test_a_healthy_pile(lang: str, words: str) -> None:
    result = _run("PILE-INSP-01", "--out", "run", lang=lang)
    assert short(verify(Path("run")).head) in result.output
    assert result.exit_code == 0, result.output
    assert words in result.stdout
    folder = Path("run")
    assert verify(folder).exit_code == 0
    assert (folder / "report.html").is_file()
    assert (folder / "junit.xml").is_file()
    digest = _digest(folder)
    assert digest.ended is not None
    assert digest.ended.ending is Ending.COMPLETED
    total = sum(1 for step in digest.steps.values() if step.judged)
    counted = re.search(r"(\d+)(?: of | / )(\d+)", result.stdout)
    assert counted is not None
    assert (int(counted[1]), int(counted[2])) == (total, total)
    # One line for every step, numbered.
    for step in digest.steps.values():
        assert f"{step.started.number:>3} {step.started.title.get(lang)}"[:20] in result.stdout


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["✗ fail", "Supply voltage", "176 … 264 V", "clause 7", "secondary source"]),
        ("zh", ["✗ 不合格", "输入电压", "176 … 264 V", "条款 7", "二手资料"]),
    ],
)
def test_a_fault_is_a_failure_with_item_and_clause(lang: str, words: list[str]) -> None:
    result = _run("PILE-INSP-01", "--fault", "supply-undervoltage", lang=lang)
    assert result.exit_code == 1
    summary = result.stdout.split("───")[-1]
    for word in words:
        assert word in summary, summary
    assert "supply-undervoltage" in summary


def test_the_default_folder_is_named_after_procedure_and_time() -> None:
    result = _run("PILE-INSP-01", "--step", "pile-idle")
    (folder,) = Path("runs").iterdir()
    assert re.fullmatch(r"PILE-INSP-01-\d{8}-\d{6}", folder.name)
    assert str(folder) in result.stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_selected_steps_only_is_not_everything(lang: str) -> None:
    result = _run("PILE-INSP-01", "--step", "supply-voltage", "--out", "run", lang=lang)
    assert result.exit_code == 3
    digest = _digest(Path("run"))
    passed = digest.with_verdict(Verdict.PASS)
    assert [step.started.step for step in passed] == ["supply-voltage"]
    said = {
        "en": ("not run · only 1 of ", "Chosen steps   ✓ pass"),
        "zh": ("未执行 · 共 ", "步，只选择执行 1 步", "所选步骤    ✓ 合格"),
    }
    for words in said[lang]:
        assert words in result.stdout
    assert "not selected" not in result.stdout and "未选中" not in result.stdout


def test_answers_come_from_a_file_with_photos(tmp_path: Path) -> None:
    photo = tmp_path / "dent.JPG"
    photo.write_bytes(b"\xff\xd8\xff picture")
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "by: T-104\nanswers:\n  safety: true\n"
        "  enclosure: {value: abnormal, note: dent, photo: dent.JPG}\n",
        encoding="utf-8",
    )
    result = _run("PILE-INSP-01", "--answers", answers, "--out", "run")
    assert result.exit_code == 1
    digest = _digest(Path("run"))
    enclosure = digest.steps["PILE-INSP-01", "enclosure"]
    assert enclosure.verdict is Verdict.FAIL
    assert enclosure.answered[0].by == "T-104"
    assert (Path("run") / enclosure.answered[0].photo).read_bytes() == photo.read_bytes()
    assert digest.started is not None
    assert digest.started.operator == "T-104"
    assert digest.steps["PILE-INSP-01", "lamp"].verdict is Verdict.NOT_RUN
    assert "answers.yaml has no answer" in result.stdout
    assert verify(Path("run")).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["NO-SUCH-01"],
        ["PILE-INSP-01", "PILE-INSP-01"],
        ["PILE-INSP-01", "--fault", "no-such-fault"],
        ["PILE-INSP-01", "--fault", "insulation-low-battery"],
        ["PILE-INSP-01", "--step", "no-such-step"],
        ["PILE-INSP-01", "--pile-profile", "no-such-pile"],
        ["PILE-INSP-01", "--pile-profile", "eastron-sdm630"],
        ["PILE-INSP-01", "--bench", "missing.yaml"],
        ["PILE-INSP-01", "--bench", "real.yaml"],
        ["PILE-INSP-01", "--bench", "real.yaml", "--live", "--fault", "lamp-failed"],
        ["PILE-INSP-01", "--bench", "real.yaml", "--live", "--pile-profile", "gb-ac-pile"],
        ["PILE-INSP-01", "--answers", "missing.yaml"],
        ["PILE-INSP-01", "--answers", "unknown-step.yaml"],
        ["PILE-INSP-01", "--answers", "no-photo.yaml"],
        ["PILE-INSP-01", "--seed", "-1"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_wrong_calls_end_with_2_before_anything_is_made(arguments: list[str], lang: str) -> None:
    Path("real.yaml").write_text(
        "bench: real\ndevices:\n"
        "  pile: {profile: gb-ac-pile, connection: {modbus: tcp, host: 127.0.0.1, port: 9}}\n",
        encoding="utf-8",
    )
    Path("unknown-step.yaml").write_text("by: T\nanswers: {nowhere: true}\n", encoding="utf-8")
    Path("no-photo.yaml").write_text(
        "by: T\nanswers: {enclosure: {value: normal, photo: gone.jpg}}\n", encoding="utf-8"
    )
    before = sorted(Path().rglob("*"))
    result = _run(*arguments, lang=lang)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr
    assert sorted(Path().rglob("*")) == before


def test_a_bench_with_real_connections_says_what_is_missing() -> None:
    Path("real.yaml").write_text(
        "bench: real\ndevices:\n"
        "  pile: {profile: gb-ac-pile, connection: {modbus: tcp, host: 127.0.0.1, port: 9}}\n",
        encoding="utf-8",
    )
    assert "--live" in _run("PILE-INSP-01", "--bench", "real.yaml").stderr
    assert "实际连接" in _run("PILE-INSP-01", "--bench", "real.yaml", lang="zh").stderr


def test_the_folder_must_be_new_or_empty() -> None:
    Path("used").mkdir()
    Path("used", "file").touch()
    Path("file").touch()
    for folder in ("used", "file", "file/below"):
        result = _run("PILE-INSP-01", "--out", folder)
        assert result.exit_code == 2, folder
        assert folder in result.stderr
    assert [path.name for path in Path("used").iterdir()] == ["file"]
    Path("empty").mkdir()
    assert _run("PILE-INSP-01", "--out", "empty").exit_code == 0


def test_a_bench_that_cannot_be_reached_is_4(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        port = taken.getsockname()[1]
        Path("bench.yaml").write_text(
            "bench: dead\ndevices:\n  pile: {profile: gb-ac-pile, connection: "
            f"{{modbus: tcp, host: 127.0.0.1, port: {port}, unit: 1}}}}\n",
            encoding="utf-8",
        )
        file = _procedure(tmp_path, _IDLE)
        for lang in ("zh", "en"):
            result = _run(file, "--bench", "bench.yaml", "--live", "--out", lang, lang=lang)
            assert result.exit_code == 4
            assert "Traceback" not in result.output
            assert verify(Path(lang)).exit_code == 0
    assert "Writes" in result.stdout  # announced before it was tried
    assert "lost" in result.stdout


def test_ctrl_c_makes_the_bench_safe_and_ends_with_130(tmp_path: Path) -> None:
    file = _procedure(tmp_path, _IDLE + _LONG)
    timer = threading.Timer(1.0, _thread.interrupt_main)
    timer.start()
    result = _run(file, "--live", "--out", "run")
    timer.join()
    assert result.exit_code == 130, result.output
    digest = _digest(Path("run"))
    assert digest.ended is not None
    assert digest.ended.ending is Ending.ABORTED
    assert [state.safe for state in digest.safe_states] == [True]
    assert digest.steps["OWN-01", "long"].verdict is Verdict.NOT_RUN
    assert "aborted by a person" in result.stdout
    assert verify(Path("run")).exit_code == 0


def test_live_without_a_terminal_nobody_answers(tmp_path: Path) -> None:
    ask = (
        "  - id: look\n    title: {zh: 看, en: Look}\n    do: operator.inspect\n"
        "    with: {subject: enclosure, ask: {zh: 看, en: Look}}\n"
    )
    file = _procedure(tmp_path, _IDLE + ask)
    for lang, words in (("en", "nobody is at the bench"), ("zh", "现场无人回答")):
        result = _run(file, "--live", "--out", lang, lang=lang)
        assert result.exit_code == 3
        assert words in result.stdout
    assert _run(file, "--out", "virtual").exit_code == 0  # there the technician answers


def test_energising_must_be_released(tmp_path: Path) -> None:
    start = (
        "  - id: start\n    title: {zh: 启动, en: Start}\n    do: pile.start_charging\n"
        "    with: {does: connect-vehicle, ask: {zh: 插枪, en: Plug in}}\n"
        "    limit: {within: 15 s}\n"
    )
    file = _procedure(tmp_path, start)
    held = _run(file, "--out", "held")
    assert held.exit_code == 3
    assert "--allow-energise" in held.stdout
    released = _run(file, "--out", "released", "--allow-energise")
    assert released.exit_code == 0, released.output


def test_quiet_leaves_the_summary() -> None:
    result = _run("PILE-INSP-01", "--quiet", "--out", "run")
    assert result.exit_code == 0
    assert "Supply voltage" not in result.stdout
    assert "28 of 28" in result.stdout


def test_several_procedures_are_one_record(tmp_path: Path) -> None:
    result = _run("PILE-INSP-01", _procedure(tmp_path, _IDLE), "--out", "run")
    assert result.exit_code == 0
    assert {procedure for procedure, _ in _digest(Path("run")).steps} == {"PILE-INSP-01", "OWN-01"}


def test_one_seed_gives_one_journal() -> None:
    for folder in ("a", "b"):
        _run("PILE-INSP-01", "--seed", "7", "--fault", "clock-drift", "--out", folder)
    assert Path("a/journal.jsonl").read_bytes() == Path("b/journal.jsonl").read_bytes()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("fault", ["contactor-welded", "supply-undervoltage", "reply-dropped"])
def test_nothing_is_wider_than_the_terminal(fault: str, lang: str) -> None:
    result = _run("PILE-INSP-01", "--fault", fault, "--out", "run", lang=lang)
    for line in result.stdout.splitlines():
        assert wide.width(line) <= 80, line


def test_steps_that_are_not_run_for_one_reason_are_said_once() -> None:
    result = _run("PILE-INSP-01", "--fault", "contactor-welded", "--out", "run")
    steps = result.stdout.split("───")[0]
    assert steps.count("○ not run") == 1
    assert re.search(r"\d+ more for the same reason", steps)
    assert "NOT SHOWN TO BE SAFE" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_demonstration(lang: str) -> None:
    result = CliRunner().invoke(ROOT, ["demo", "--lang", lang])
    assert result.exit_code == 0, result.output
    (folder,) = Path("runs").iterdir()
    assert folder.name.startswith("demo-")
    for run in folder.iterdir():
        assert verify(run).exit_code == 0
        assert str(run / "report.html") in result.stdout
    assert len(list(folder.iterdir())) == 2
