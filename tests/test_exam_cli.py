"""`harness exam` as people meet it: in Chinese at a terminal, and in English for assessors."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from exam_help import PASSPHRASE, SCENARIO, SECRETS, write_scenario, write_script

from harness.cli.root import ROOT

TYPED = """
帮助
y
看 enclosure
1

1
3

测 gun_surface_temperature 用 infrared_thermometer
提示
时间
30
1

1

"""


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("HARNESS_LANG", "zh")


def call(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(ROOT, list(words), input=typed)


def begin(folder: Path, *more: str, typed: str = "", text: str = "") -> Result:
    scenario = write_scenario(folder, text=text)
    return call("exam", "start", str(scenario), "--candidate", "K-017", "--out",
                str(folder / "run"), *more, typed=typed)  # fmt: skip


def test_practice_in_chinese_at_a_terminal(tmp_path: Path) -> None:
    done = begin(tmp_path, "--practice", "--case", "hot-plug-case", typed=TYPED)
    said = done.output
    assert done.exit_code == 0, said
    for words in (
        "练习：桩检查    考生代号：K-017    时间 20 分钟",
        "工单: 请检查该桩。",
        "准备好后按回车开始计时",
        "计时开始",
        "读 数据点：读设备的一个数据点",  # help
        "柜体 (enclosure): 没有看到特别之处",
        "测量：输入“测 gun_surface_temperature 用 仪表名”",
        "提示 1：看看枪头。",
        "剩余 20.0 分钟",
        "“枪头表面温度”：根据自己的读数和观察，设备是否符合要求？",
        "考试结束，记录已封存",
        # and then what was missed
        "== 台架中的情况 ==",
        "connector-overheated",
        "枪头过热。",
        "结束时仍存在：枪头过热 (connector-overheated)",
        "枪头表面温度: 作答 30 °C，正确",
        "枪头表面温度: 作答 符合要求，正确 不符合要求",
        "巡检结论: 作答 正常投运，正确 停用挂牌",
        "使用提示 1 次，使用工具 2 次",
    ):
        assert words in said, f"no {words!r} in\n{said}"
    # What an instrument shows is asked of it, never shown by itself.
    assert "模拟现场" not in said.partition("枪头表面温度")[2].partition("巡检结论")[0]
    assert re.search(r"irt-1: .*\(gun_surface_temperature\) = \d+(\.\d+)? °C", said)
    before, _, _ = said.partition("考试结束")
    assert "connector-overheated" not in before
    assert not any(word in before for word in ("合格", "结论正确", "结论错误"))
    told = call("exam", "open", str(tmp_path / "run"))
    assert told.exit_code == 0 and "== 时间记录 ==" in told.output and "交卷" in told.output
    assert call("evidence", "verify", str(tmp_path / "run")).exit_code == 0
    assert call("evidence", "rejudge", str(tmp_path / "run")).exit_code == 0
    report = call("evidence", "report", str(tmp_path / "run"))
    assert report.exit_code == 0
    assert "connector-overheated" in (tmp_path / "run" / "report.html").read_text("utf-8")


def test_exam_explains_nothing(tmp_path: Path) -> None:
    script = write_script(tmp_path)
    done = begin(tmp_path, "--script", str(script), "--case", "hot-plug-case")
    assert done.exit_code == 0
    assert "考试结束，记录已封存" in done.output
    for secret in ("connector-overheated", "枪头过热", "结论", "合格"):
        assert secret not in done.output.replace("巡检结论", "")


@pytest.mark.parametrize("typed", ["stop\n", "\nstop\n"])
def test_stop_aborts_and_seals(tmp_path: Path, typed: str) -> None:
    done = begin(tmp_path, typed=typed)
    assert done.exit_code == 130
    told = call("exam", "open", str(tmp_path / "run"))
    assert told.exit_code == 0 and "中止" in told.output
    assert re.search(r"未进行的步骤: 安全准备, 柜体与门锁", told.output)
    assert "记录" not in told.output.partition("未进行的步骤")[2].partition("使用提示")[0]


def test_referee_pauses_at_the_terminal(tmp_path: Path) -> None:
    typed = "\n暂停 裁判 检查\n暂停 R-02\n暂停 R-02 检查接线\n继续\n继续 R-03\n交卷\n"
    done = begin(tmp_path, typed=typed)
    assert done.exit_code == 0, done.output
    assert "不是裁判代号" in done.output and "暂停须注明原因" in done.output
    assert "由裁判输入" in done.output and "须输入裁判代号" in done.output
    told = call("exam", "open", str(tmp_path / "run")).output
    assert re.search(r"裁判暂停  R-02  检查接线", told)
    assert re.search(r"作业  R-03", told)


def test_names_and_choices_are_refused(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path)
    named = call("exam", "start", str(scenario), "--candidate", "张三")
    assert named.exit_code == 2 and "不是考生代号" in named.output
    chosen = begin(tmp_path, "--case", "hot-plug-case")
    assert chosen.exit_code == 2 and "仅练习模式可用" in chosen.output
    assert not (tmp_path / "run").exists()


def test_show_tells_cases_only_when_asked(tmp_path: Path) -> None:
    scenario = str(write_scenario(tmp_path))
    shown = call("exam", "show", scenario).output
    assert "请检查该桩" in shown and "connector-overheated" not in shown
    assert "hot-plug-case" not in shown
    assert "connector-overheated" in call("exam", "show", scenario, "--key").output
    listed = call("exam", "list")
    assert listed.exit_code == 0 and "pile-fault-complaint" in listed.output


def test_check_names_the_place(tmp_path: Path) -> None:
    good = call("exam", "check", str(write_scenario(tmp_path)))
    assert good.exit_code == 0 and "场景可用" in good.output
    bad = write_scenario(tmp_path, text=SCENARIO.replace("connector-overheated", "nothing-like-it"))
    complaint = call("exam", "check", str(bad))
    assert complaint.exit_code == 2
    assert f"{bad}:15:22: 没有名为“nothing-like-it”的故障" in complaint.output


def test_passphrase_opens_what_was_cut_off(tmp_path: Path) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_bytes(PASSPHRASE)
    script = write_script(tmp_path)
    done = begin(tmp_path, "--script", str(script), "--case", "hot-plug-case",
                 "--escrow-passphrase-file", str(phrase))  # fmt: skip
    assert done.exit_code == 0
    run = tmp_path / "run"
    # As if the power had gone before the end: no seal, and the last lines are not there.
    (run / "seal.json").unlink()
    lines = (run / "journal.jsonl").read_bytes().splitlines(keepends=True)
    opened = next(n for n, line in enumerate(lines) if b'"exam_opened"' in line)
    (run / "journal.jsonl").write_bytes(b"".join(lines[:opened]))
    closed = call("exam", "open", str(run))
    assert closed.exit_code == 4 and "考试尚未启封" in closed.output
    told = call("exam", "recover", str(run), "--escrow-passphrase-file", str(phrase))
    assert told.exit_code == 0 and "connector-overheated" in told.output
    assert "考试中途中断" not in told.output.partition("逐项对照")[0]
    # Cut off in its preparation, nothing was hidden yet.
    begun = next(n for n, line in enumerate(lines) if b'"exam_started"' in line)
    (run / "journal.jsonl").write_bytes(b"".join(lines[: begun + 1]))
    early = call("exam", "recover", str(run), "--escrow-passphrase-file", str(phrase))
    assert early.exit_code != 0
    assert "没有开始作业" in early.output and "请重新进行" in early.output
    phrase.write_text("not the right passphrase", "utf-8")
    wrong = call("exam", "recover", str(run), "--escrow-passphrase-file", str(phrase))
    assert wrong.exit_code != 0 and "口令不符" in wrong.output
    phrase.write_text("short", "utf-8")
    short = call("exam", "recover", str(run), "--escrow-passphrase-file", str(phrase))
    assert short.exit_code == 2 and "口令太短" in short.output


def shown_of(process: int) -> tuple[bytes, list[str]]:
    """What the system shows of a process: arguments, environment, open files."""
    place = Path("/proc") / str(process)
    if not place.exists():  # no Linux: its arguments are what there is
        command = ["ps", "-ww", "-o", "args=", "-p", str(process)]
        return subprocess.run(command, check=True, capture_output=True).stdout, []
    listed = b"".join((place / name).read_bytes() for name in ("cmdline", "environ", "comm"))
    return listed, [str(one.readlink()) for one in (place / "fd").iterdir()]


def test_nothing_in_the_process_list(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path)
    command = [sys.executable, "-m", "harness", "exam", "start", str(scenario), "--candidate",
               "K-017", "--out", str(tmp_path / "run")]  # fmt: skip
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
        said = b""
        while b"1 " not in said.partition("计时开始".encode())[2]:
            said += process.stdout.readline()
        listed, open_files = shown_of(process.pid)
        rest, _ = process.communicate("交卷\n".encode(), timeout=60)
    assert process.returncode == 0
    assert str(scenario).encode() in listed
    assert not [secret for secret in SECRETS if secret.encode() in listed + said + rest]
    assert not [name for name in open_files if "lab-check" in name]


def test_time_is_up_while_the_candidate_thinks(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path, minutes=0.02)
    command = [
        sys.executable,
        "-m",
        "harness",
        "exam",
        "start",
        str(scenario),
        "--candidate",
        "K-017",
        "--out",
        str(tmp_path / "run"),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"\n")
        process.stdin.flush()  # and then nothing is typed
        said = process.stdout.read().decode()
        assert process.wait(timeout=60) == 0, said
    assert "考试时间到" in said and "考试结束，记录已封存" in said
    assert call("evidence", "verify", str(tmp_path / "run")).exit_code == 0
