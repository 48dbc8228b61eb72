"""The bundle under way: order, ties, attachments, listeners, and being killed."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sample_record import KEY, STARTED, SampleRun, write_sample

from harness.errors import EvidenceError
from harness.events import Event, OutcomeNoted, RunStarted, StepEnded, Transaction
from harness.evidence.chain import split_lines
from harness.evidence.journal import Bundle
from harness.evidence.read import read_journal, read_modbus
from harness.evidence.verify import verify
from harness.text import Text
from harness.verdict import Verdict

HEADER = RunStarted(
    run_id="r", utc="2026-01-05T01:00:00+00:00", virtual_time=True, simulated=True,
    procedures=["P"], bench="sim", seed=1,
)  # fmt: skip
NOTE = OutcomeNoted(where="run", branch="harness", headline=Text("出错", "wrong"), detail="d")
END = StepEnded(procedure="P", step="s", verdict=Verdict.PASS)
READ = Transaction(
    role="pile", unit=1, function=3, address=0, count=1, request="01", reply="02", outcome="ok",
    seconds=0.01,
)  # fmt: skip


Open = Callable[..., Bundle]


@pytest.fixture
def bundle() -> Iterator[Open]:
    opened: list[Bundle] = []

    def open_bundle(folder: Path, *, force: bool = False) -> Bundle:
        opened.append(Bundle(folder, lambda: 0.25, force_to_disk=force))
        return opened[-1]

    yield open_bundle
    for record in opened:
        record.close()


def test_the_header_comes_first_and_once(bundle: Open, tmp_path: Path) -> None:
    record = bundle(tmp_path / "r")
    with pytest.raises(EvidenceError, match="run_started"):
        record.emit(NOTE)
    record.emit(HEADER)
    with pytest.raises(EvidenceError, match="run_started"):
        record.emit(HEADER)
    record.emit(NOTE)
    record.close()
    assert [entry.event for entry in read_journal(tmp_path / "r")] == [HEADER, NOTE]


@pytest.mark.parametrize("name", ["journal.jsonl", "seal.json", "anything"])
def test_a_used_folder_is_refused(bundle: Open, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"kept")
    with pytest.raises(EvidenceError, match="not empty"):
        bundle(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_cannot_be_made_is_an_evidence_error(bundle: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvidenceError):
        bundle(tmp_path / "file" / "run")


@pytest.mark.parametrize("force", [False, True])
def test_a_step_end_ties_the_modbus_record(bundle: Open, tmp_path: Path, force: bool) -> None:
    record = bundle(tmp_path / "r", force=force)
    record.emit(HEADER)
    record.emit(END)
    assert [record.modbus.append(READ) for _ in range(3)] == [1, 2, 3]
    record.emit(END)
    # Already there for anyone who reads, before the bundle is closed.
    entries = read_journal(tmp_path / "r")
    ends = [entry.event for entry in entries if isinstance(entry.event, StepEnded)]
    assert (ends[0].modbus_lines, ends[0].modbus_head) == (0, "")
    raw = read_modbus(tmp_path / "r")[-1].raw
    assert (ends[1].modbus_lines, ends[1].modbus_head) == (3, hashlib.sha256(raw).hexdigest())
    head = hashlib.sha256(entries[-1].raw).hexdigest()
    assert record.checkpoints[-1] == (3, head, "s")


def test_listeners_hear_what_was_written_and_cannot_break_it(bundle: Open, tmp_path: Path) -> None:
    record = bundle(tmp_path / "r")
    heard: list[Event] = []

    def broken(event: Event) -> None:
        raise ValueError("a display that fails")

    record.subscribe(broken)
    record.subscribe(heard.append)
    record.emit(HEADER)
    record.modbus.append(READ)
    record.emit(END)
    assert [type(event) for event in heard] == [RunStarted, StepEnded]
    assert heard[1] == read_journal(tmp_path / "r")[1].event
    assert [str(error) for error in record.listener_errors] == ["a display that fails"]


def test_attachments_never_overwrite_and_never_leave_their_folder(
    bundle: Open, tmp_path: Path
) -> None:
    record = bundle(tmp_path / "r", force=True)
    one = record.attach("photo", "柜体 1.png", b"one")
    assert one.copy == "attachments/photo/柜体-1.png"
    assert one.name == "柜体 1.png"
    assert one.sha256 == hashlib.sha256(b"one").hexdigest()
    assert record.attach("photo", "柜体 1.png", b"one") == one
    two = record.attach("photo", "柜体 1.png", b"two")
    assert two.copy == "attachments/photo/柜体-1-2.png"
    for name in ("../../etc/passwd", "..", "C:\\x\\y.bin", "CON", "nul.txt", "", "a\0b", "a" * 500):
        used = record.attach("../kind", name, name.encode())
        path = tmp_path / "r" / used.copy
        assert path.resolve().is_relative_to((tmp_path / "r" / "attachments").resolve())
        assert path.read_bytes() == name.encode()
        assert path.name.split(".")[0].lower() not in ("con", "nul")


def test_the_same_events_give_the_same_bytes(tmp_path: Path) -> None:
    write_sample(tmp_path / "a")
    write_sample(tmp_path / "b", force_to_disk=True)
    for name in ("journal.jsonl", "modbus.jsonl", "seal.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_what_is_emitted_is_what_is_read(tmp_path: Path) -> None:
    heard: list[Event] = []
    run = SampleRun(tmp_path / "r")
    run.bundle.subscribe(heard.append)
    run.bundle.emit(HEADER)
    run.start("s", "步骤", "Step")
    run.frames(1, [2])
    run.end(Verdict.NOT_RUN, "why", Text("原因", "why"))
    run.bundle.close()
    assert [entry.event for entry in read_journal(tmp_path / "r")] == heard


def test_reading_leaves_out_a_torn_line_and_names_a_bad_one(tmp_path: Path) -> None:
    write_sample(tmp_path / "r", seal=False)
    path = tmp_path / "r" / "journal.jsonl"
    data = path.read_bytes()
    lines = len(read_journal(tmp_path / "r"))
    path.write_bytes(data[:-1])  # even if only the newline is missing
    assert len(read_journal(tmp_path / "r")) == lines - 1
    path.write_bytes(data.replace(b'"event":"step_started"', b'"event":"step_starred"', 1))
    with pytest.raises(EvidenceError, match=r"journal\.jsonl:\d+: not readable"):
        read_journal(tmp_path / "r")
    assert len(read_journal(tmp_path / "r", skip_bad=True)) == lines - 1
    path.unlink()
    with pytest.raises(EvidenceError):
        read_journal(tmp_path / "r")


def test_sealing_checks_what_the_disk_holds(bundle: Open, tmp_path: Path) -> None:
    record = bundle(tmp_path / "r")
    with pytest.raises(EvidenceError, match="run_started"):
        bundle(tmp_path / "empty").seal(KEY, real_started=STARTED, real_ended=STARTED, place={})
    record.emit(HEADER)
    path = tmp_path / "r" / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(EvidenceError, match="does not hold what was written"):
        record.seal(KEY, real_started=STARTED, real_ended=STARTED, place={})
    assert not (tmp_path / "r" / "seal.json").exists()


def test_a_record_is_sealed_once(tmp_path: Path) -> None:
    record = write_sample(tmp_path / "r")
    with pytest.raises(EvidenceError, match="sealed once"):
        record.seal(KEY, real_started=STARTED, real_ended=STARTED, place={})
    with pytest.raises(EvidenceError, match="closed"):
        record.emit(NOTE)


_WRITER = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_evidence_journal import END, HEADER, NOTE, READ, Bundle
record = Bundle(Path(sys.argv[1]), lambda: 0.25, force_to_disk=False)
record.emit(HEADER)
print("go", flush=True)
while True:
    record.emit(NOTE)
    record.modbus.append(READ)
    record.emit(END)
"""


@pytest.mark.parametrize("moment", range(25))
def test_a_killed_run_verifies_up_to_its_last_line(tmp_path: Path, moment: int) -> None:
    folder = tmp_path / "r"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"go"
        # Where it is killed depends on how far it got: some prime number of bytes into the file.
        while os.stat(folder / "journal.jsonl").st_size < 997 * moment:  # noqa: PTH116
            pass
        child.kill()
        code = child.wait()
    assert code != 0
    assert code == -getattr(signal, "SIGKILL", -code)
    result = verify(folder)
    lines, torn = split_lines((folder / "journal.jsonl").read_bytes())
    assert result.intact
    assert not result.sealed
    assert result.exit_code == 3
    assert result.lines == len(lines) == len(read_journal(folder))
    assert ("journal.jsonl" in result.torn) == bool(torn)
