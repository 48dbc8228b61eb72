"""`harness can decode`: what people and programs see, in both languages."""

import json
import subprocess
import sys
from pathlib import Path

import can
import pytest
from can_offline_help import message
from click.testing import CliRunner, Result

from harness.cli.base import Late, Root
from harness.text import Text

LOGS = Path(__file__).parent / "data" / "can-logs"
DRIVE, DBC = LOGS / "drive.log", LOGS / "bus.dbc"
ABOUT = Text("总线", "Buses")
CAN = Root("can", about=ABOUT, late={"decode": Late("harness.cli.can:decode", ABOUT)})


def _decode(*arguments: object, lang: str = "en") -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(CAN, ["decode", *words, "--lang", lang])


@pytest.fixture
def blf(tmp_path: Path) -> Path:
    path = tmp_path / "x.blf"
    with can.BLFWriter(path, max_container_size=500) as writer:
        for at in range(100):
            data = at.to_bytes(2, "little") + bytes(6)
            writer.on_message_received(message(10_000 * at, arbitration_id=0x100, data=data))
    return path


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            [
                "drive.log: candump, 13 frames, 2026-01-05 01:00:00 – 01:00:00 UTC, 0.030 s,"
                " channels can0, can1",
                "short 1, out of range 1",
                "unknown multiplexer 1",
                "Ids that no database knows (frames): 0x123 (2), 0x00000123 (1)",
                "Messages that do not occur in the recording: Silent",
                "Remote frames 1, error frames 1",
            ],
        ),
        (
            "zh",
            [
                "drive.log: candump，13 帧",
                "过短 1，超出范围 1",
                "多路复用值未定义 1",
                "数据库中没有的标识符（帧数）：0x123 (2)，0x00000123 (1)",
                "记录中没有出现的报文：Silent",
                "远程帧 1，错误帧 1",
            ],
        ),
    ],
)
def test_the_summary(lang: str, words: list[str]) -> None:
    result = _decode(DRIVE, "--database", DBC, lang=lang)
    assert result.exit_code == 0, result.stderr
    for word in words:
        assert word in result.stdout
    assert result.stderr == ""


def test_the_table_of_the_summary() -> None:
    lines = _decode(DRIVE, "--database", DBC).stdout.splitlines()
    assert lines[1].split("  ")[0] == "Message"
    (motor,) = (line for line in lines if line.startswith("Motor"))
    assert motor.split() == [
        *("Motor", "0x100", "3", "10.05", "(10.00–10.10)", "10", "4", "short", "1,"),
        *("out", "of", "range", "1"),
    ]


def test_json_of_the_summary() -> None:
    found = json.loads(_decode(DRIVE, "--database", DBC, "--json").stdout)
    assert [one["id"] for one in found["messages"]] == ["Motor", "Pages", "Exact", "Fraction"]
    assert found["complete"] is True
    assert found["values"] == 17


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
@pytest.mark.parametrize(("lang", "words"), [("en", "wrote {}: 3 rows"), ("zh", "已写出 {}：3 行")])
def test_a_file_is_written(tmp_path: Path, name: str, lang: str, words: str) -> None:
    output = tmp_path / name
    result = _decode(
        DRIVE, "--database", DBC, "--signal", "Torque", "-o", output, "--wide", lang=lang
    )
    assert result.exit_code == 0, result.stderr
    assert words.format(output) in result.stdout
    assert output.exists()


def test_databases_may_follow_one_option_or_be_repeated(tmp_path: Path) -> None:
    other = tmp_path / "other.dbc"
    other.write_text(
        'VERSION ""\n\nBU_: A\n\nBO_ 291 More: 1 A\n SG_ X : 0|8@1+ (1,0) [0|0] "" A\n'
    )
    for arguments in (
        ["--database", DBC, other, DRIVE],
        [DRIVE, "--database", DBC, other],
        ["--database", DBC, "--database", other, DRIVE],
    ):
        result = _decode(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        assert "More" in {one["id"] for one in json.loads(result.stdout)["messages"]}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Note: {} does not say its text encoding, cp1252 is a guess: comments, units"),
        ("zh", "注意：{} 的文字编码未注明，按 cp1252 猜测"),
    ],
)
def test_a_guessed_encoding_is_told(tmp_path: Path, lang: str, words: str) -> None:
    western = tmp_path / "x.dbc"
    western.write_bytes(DBC.read_bytes() + 'CM_ "Größe";\n'.encode("cp1252"))
    assert words.format(western) in _decode(DRIVE, "--database", western, lang=lang).stdout
    found = json.loads(_decode(DRIVE, "--database", western, "--json").stdout)
    assert found["databases"][0]["encoding"] == "cp1252?"
    sure = _decode(DRIVE, "--database", DBC, lang=lang).stdout
    assert "is a guess" not in sure
    assert "猜测" not in sure


@pytest.mark.parametrize(
    ("lang", "size", "words"),
    [
        ("en", 3000, "(seek out of range), and what is left of it describes no frames; 0 frames"),
        ("zh", 3000, "，剩余部分没有报文的描述；此前已读 0 帧"),
        ("en", 5000, "; 21 frames were read before it (--keep-going uses them)"),
        ("zh", 5000, "；此前已读 21 帧（加 --keep-going 可使用这些帧）"),
    ],
)
def test_an_mf4_recording_that_is_cut_off(tmp_path: Path, lang: str, size: int, words: str) -> None:
    path = tmp_path / "x.mf4"
    path.write_bytes((LOGS / "bus.mf4").read_bytes()[:size])
    result = _decode(path, "--database", DBC, lang=lang)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    kept = _decode(path, "--database", DBC, "--keep-going", lang=lang)
    assert kept.exit_code == (3 if size == 5000 else 2)


def test_one_channel(tmp_path: Path) -> None:
    found = json.loads(_decode(DRIVE, "--database", DBC, "--channel", "can1", "--json").stdout)
    assert [one["id"] for one in found["messages"]] == ["Pages"]
    assert found["channels"] == ["can1"]
    result = _decode(DRIVE, "--database", DBC, "--channel", "7")
    assert result.exit_code == 2
    assert "expected one of can0, can1" in result.stderr


def test_a_blf_recording_that_is_cut_off(blf: Path) -> None:
    whole = json.loads(_decode(blf, "--database", DBC, "--json").stdout)
    assert (whole["format"], whole["frames"]) == ("BLF", 100)
    blf.write_bytes(blf.read_bytes()[:-100])
    result = _decode(blf, "--database", DBC)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "x.blf:0:0: byte " in result.stderr
    assert "frames were read before it (--keep-going uses them); expected" in result.stderr
    result = _decode(blf, "--database", DBC, "--keep-going", "--json")
    assert result.exit_code == 3
    assert "frames were read before it" in result.stderr
    found = json.loads(result.stdout)
    assert found["complete"] is False
    assert 80 < found["frames"] < 100


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "LOG"),
        ([DRIVE], "--database"),
        ([DRIVE, DRIVE, "--database", DBC], "expected one"),
        (["--database", DBC, DBC], "recordings given: none"),
        ([DRIVE, "--database", "missing.dbc"], "missing.dbc"),
        (["missing.log", "--database", DBC], "missing.log"),
        ([DRIVE, "--database", DRIVE], "drive.log"),
        ([DBC.parent / "bus.mf4", "--database", DBC, "--signal", "Nix"], "no signal is called"),
        ([DRIVE, "--database", DBC, "--wide"], "-o"),
        ([DRIVE, "--database", DBC, "-o", "x.xlsx"], "x.xlsx"),
        ([LOGS / "vector.asc", "--database", DBC, "--signal", "Silent"], "no frame of Silent"),
    ],
)
def test_wrong_calls(arguments: list[object], words: str) -> None:
    for lang in ("en", "zh"):
        result = _decode(*arguments, lang=lang)
        assert result.exit_code == 2
        assert words in result.stderr or lang == "zh"
        assert result.stdout == ""
        assert "Traceback" not in result.stderr


def test_when_nothing_matches_the_ids_are_listed(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_bytes(b"(1767574800.000000) can0 321#00\n(1767574800.000000) can0 321#00\n")
    result = _decode(log, "--database", DBC)
    assert result.exit_code == 2
    assert "0x321 (2)" in result.stderr
    assert "bus.dbc" in result.stderr


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_imports_nothing_heavy(lang: str) -> None:
    program = (
        "import sys\n"
        "from harness.cli.can import decode\n"
        "from click.testing import CliRunner\n"
        f"page = CliRunner().invoke(decode, ['--help', '--lang', '{lang}'])\n"
        "assert page.exit_code == 0, page.output\n"
        "heavy = {'can', 'cantools', 'numpy', 'pyarrow', 'asammdf', 'rich', 'pydantic'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
