"""What people see when something fails after the run, before it, or while nothing runs at all."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sample_record import write_sample

from harness.cli.root import ROOT
from harness.errors import EvidenceError
from harness.evidence.journal import Bundle
from harness.report.write import write_reports

_FAULT = ("--fault", "supply-undervoltage")
_SAFE = {"zh": "已确认安全", "en": "safe"}


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)


def _run(*arguments: str, lang: str = "en") -> Result:
    words = ["run", "PILE-INSP-01", "--out", "run", "--quiet", "--lang", lang, *arguments]
    return CliRunner().invoke(ROOT, words)


def _failing(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(("arguments", "code"), [((), 4), (_FAULT, 1)], ids=["healthy", "faulty"])
@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "报告未能写出"), ("en", "reports could not be written")]
)
def test_the_summary_comes_before_reports_that_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, lang: str, words: str, arguments: tuple[str, ...], code: int
) -> None:
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if "report.html" not in path.name:
            return write(path, data)
        write(path, data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = _run(*arguments, lang=lang)
    assert result.exit_code == code
    assert _SAFE[lang] in result.stdout
    assert "report.html" not in result.stdout
    assert words in result.stderr
    assert ("磁盘已满" in result.stderr) == (lang == "zh")
    assert len(result.stderr.splitlines()) == 1
    assert not [path for path in Path("run").iterdir() if "report.html" in path.name]


def test_a_mistake_in_the_report_does_not_hide_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.cli.session.write_reports", _failing(KeyError("colour")))
    result = _run(*_FAULT)
    assert result.exit_code == 1
    assert "fail" in result.stdout
    assert "KeyError: 'colour'" in result.stderr


@pytest.mark.parametrize(("arguments", "code"), [((), 4), (_FAULT, 1)], ids=["healthy", "faulty"])
def test_the_summary_comes_when_the_seal_fails(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int
) -> None:
    def seal(bundle: Bundle, *_: Any, **__: Any) -> Path:
        bundle.close()
        raise EvidenceError("the key is gone")

    monkeypatch.setattr(Bundle, "seal", seal)
    result = _run(*arguments)
    assert result.exit_code == code
    assert "not sealed" in result.stdout
    assert "safe" in result.stdout
    assert "the key is gone" in result.stderr


@pytest.mark.parametrize(("lang", "words"), [("zh", "签名密钥不可用"), ("en", "signing key")])
def test_an_unusable_key_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("HARNESS_KEYS", str(blocked))
    result = _run(lang=lang)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not Path("run").exists()


def test_reports_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "record"
    write_sample(folder)
    write_reports(folder, "en")
    before = (folder / "report.html").read_bytes()
    (folder / "junit.xml").unlink()
    (folder / "junit.xml").mkdir()
    with pytest.raises(EvidenceError, match="junit"):
        write_reports(folder, "en")
    assert (folder / "report.html").read_bytes() == before
    assert not list(folder.glob(".*.tmp"))


_INTERRUPTED = """
import signal, sys, time
from importlib.abc import MetaPathFinder

def interrupt(*_, **__):
    signal.raise_signal(signal.{signal})
    time.sleep(30)

class Finder(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            interrupt()

sys.meta_path.insert(0, Finder())
if {call!r}:
    import harness.report.write
    harness.report.write.load_record = interrupt
sys.argv[1:] = {arguments!r}
from harness.cli import main
main()
"""


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("module", "call"),
    [("click", False), ("harness.cli.run", False), ("pymodbus.client", False), ("", True)],
    ids=["first-import", "command", "deep-import", "reports"],
)
def test_a_signal_outside_the_run_is_one_line(signal: str, module: str, call: bool) -> None:
    arguments = ["run", "PILE-INSP-01", "--out", "run", "--quiet", "--lang", "en"]
    program = _INTERRUPTED.format(signal=signal, module=module, call=call, arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 130, done.stderr
    assert done.stderr.strip() in ("Stopped", "已中止 / Stopped")
    assert len(done.stderr.splitlines()) == 1
    assert ("safe" in done.stdout) == call
