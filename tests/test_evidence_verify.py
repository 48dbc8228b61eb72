"""Whatever is done to a record, verify names the first bad place. Proved on every line of one."""

import base64
import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_record import KEY, OTHER_KEY, write_sample

from harness.errors import HarnessError
from harness.events import StepEnded
from harness.evidence.chain import ZERO, line_hash, parse_header, split_lines
from harness.evidence.keys import fingerprint
from harness.evidence.locate import ChainedLines, first_break, first_difference
from harness.evidence.read import read_journal, read_modbus
from harness.evidence.seal import open_seal, sign
from harness.evidence.verify import VerifyResult, verify

FILES = ("journal.jsonl", "modbus.jsonl")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sealed") / "r"
    write_sample(folder)
    return folder


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "copy"))


def lines_of(path: Path) -> list[bytes]:
    return split_lines(path.read_bytes())[0]


def write_lines(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def rechained(lines: list[bytes]) -> list[bytes]:
    """The lines with numbers and hashes computed anew, as a careful forger would."""
    head, found = ZERO, []
    for number, line in enumerate(lines, start=1):
        header = parse_header(line)
        assert header is not None
        rest = line[line.index(header.prev.encode()) + 64 :]
        found.append(f'{{"n":{number},"t":{header.t!r},"prev":"{head}'.encode() + rest)
        head = line_hash(found[-1])
    return found


def flipped(line: bytes, place: int, by: int = 1) -> bytes:
    return line[:place] + bytes([line[place] ^ by]) + line[place + 1 :]


def expect(folder: Path, file: str, line: int) -> VerifyResult:
    result = verify(folder, known={})
    assert result.first_bad is not None, (file, line)
    assert (result.first_bad.file, result.first_bad.line) == (file, line), result.first_bad
    assert not result.intact
    assert result.exit_code == 1
    return result


# ---------------------------------------------------------------- the untouched record


def test_an_untouched_record_is_intact_and_sealed(sealed: Path) -> None:
    result = verify(sealed, known={})
    assert (result.intact, result.sealed, result.first_bad) == (True, True, None)
    assert result.exit_code == 0
    assert result.lines == len(lines_of(sealed / "journal.jsonl")) >= 60
    assert result.signer == fingerprint(KEY.public_key())
    assert (result.trusted, result.known_key) == (None, None)
    assert result.run_id == "3f2a9c0b7d5e4411"
    shown = json.loads(json.dumps(result.to_json()))
    assert {"intact", "sealed", "lines", "first_bad"} <= shown.keys()
    assert (shown["intact"], shown["sealed"], shown["first_bad"]) == (True, True, None)


def test_an_unsealed_record_is_a_state_of_its_own(copy: Path) -> None:
    (copy / "seal.json").unlink()
    result = verify(copy, known={})
    assert (result.intact, result.sealed, result.exit_code) == (True, False, 3)
    assert result.signer is None


# ---------------------------------------------------------------- every line, every way

Tamper = Callable[[list[bytes], int], tuple[list[bytes], int]]


def alter(lines: list[bytes], index: int) -> tuple[list[bytes], int]:
    place = len(lines[index]) * 2 // 3
    return [*lines[:index], flipped(lines[index], place), *lines[index + 1 :]], index + 1


def delete(lines: list[bytes], index: int) -> tuple[list[bytes], int]:
    return lines[:index] + lines[index + 1 :], index + 1


def swap(lines: list[bytes], index: int) -> tuple[list[bytes], int]:
    other = index + 1 if index + 1 < len(lines) else index - 1
    first = min(index, other)
    return [*lines[:first], lines[first + 1], lines[first], *lines[first + 2 :]], first + 1


def duplicate(lines: list[bytes], index: int) -> tuple[list[bytes], int]:
    return lines[: index + 1] + lines[index:], index + 2


def insert(lines: list[bytes], index: int) -> tuple[list[bytes], int]:
    """A forged line that names its predecessor correctly, before line `index`."""
    head = line_hash(lines[index - 1]) if index else ZERO
    forged = f'{{"n":{index + 1},"t":0.5,"prev":"{head}","event":"forged"}}'.encode()
    return [*lines[:index], forged, *lines[index:]], index + 1


def truncate(lines: list[bytes], index: int) -> tuple[list[bytes], int]:
    return lines[:index], index + 1


def rewrite_rest(lines: list[bytes], index: int) -> tuple[list[bytes], int]:
    """A forged body, and the whole chain behind it recomputed."""
    forged = lines[index].replace(b'"prev":"', b'"prev":"', 1)[:-1] + b',"forged":1}'
    return rechained([*lines[:index], forged, *lines[index + 1 :]]), index + 1


TAMPERS: list[Tamper] = [alter, delete, swap, duplicate, insert, truncate, rewrite_rest]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("tamper", TAMPERS)
def test_a_sealed_record_names_the_exact_line(copy: Path, file: str, tamper: Tamper) -> None:
    path = copy / file
    lines = lines_of(path)
    for index in range(len(lines)):
        changed, bad = tamper(lines, index)
        write_lines(path, changed)
        expect(copy, file, bad)
    write_lines(path, lines)
    assert verify(copy, known={}).exit_code == 0


@pytest.mark.parametrize("tamper", [alter, delete, swap, duplicate, insert])
def test_the_chain_alone_names_the_exact_line(copy: Path, tamper: Tamper) -> None:
    """Unsealed. The body of the very last line, and lines cut off at the end, are for the seal."""
    (copy / "seal.json").unlink()
    path = copy / "journal.jsonl"
    lines = lines_of(path)
    beyond_the_chain = {alter: 1, delete: 1}
    for index in range(len(lines) - beyond_the_chain.get(tamper, 0)):
        changed, bad = tamper(lines, index)
        write_lines(path, changed)
        expect(copy, "journal.jsonl", bad)


@pytest.mark.parametrize("seal", [True, False])
def test_any_byte_of_any_line(copy: Path, seal: bool) -> None:
    if not seal:
        (copy / "seal.json").unlink()
    path = copy / "journal.jsonl"
    data = path.read_bytes()
    lines = lines_of(path)
    dice = random.Random(7)
    start = 0
    for number, line in enumerate(lines, start=1):
        places = [*dice.sample(range(len(line)), 3), len(line)]  # and the newline itself
        if number == len(lines) and not seal:
            prev = line.index(b'"prev"')
            places = [*range(line.index(b'"t"')), *range(prev, prev + len('"prev":"') + 64)]
        for place in places:
            changed = bytearray(data)
            changed[start + place] ^= dice.choice((1, 2, 16, 0x80)) if place < len(line) else 0x2B
            path.write_bytes(changed)
            expect(copy, "journal.jsonl", number)
        start += len(line) + 1


def test_truncation_at_any_byte(copy: Path) -> None:
    path = copy / "journal.jsonl"
    data = path.read_bytes()
    for place in [*random.Random(3).sample(range(len(data)), 60), len(data) - 1]:
        path.write_bytes(data[:place])
        expect(copy, "journal.jsonl", data[:place].count(b"\n") + 1)


def test_a_torn_tail_of_an_unsealed_record_is_no_alteration(copy: Path) -> None:
    (copy / "seal.json").unlink()
    path = copy / "journal.jsonl"
    data = path.read_bytes()
    last = data.rstrip(b"\n").rfind(b"\n") + 1
    for place in range(last + 1, len(data), 37):
        path.write_bytes(data[:place])
        result = verify(copy, known={})
        assert (result.exit_code, result.torn) == (3, ["journal.jsonl"])
        assert result.lines == len(read_journal(copy))
    path.write_bytes(b"")
    assert verify(copy, known={}).lines == 0


def test_something_added_after_the_end(copy: Path) -> None:
    path = copy / "journal.jsonl"
    data, count = path.read_bytes(), len(lines_of(path))
    for tail in (b"x", b"\n", b'{"n":1}\n', b"\0" * 4096):
        path.write_bytes(data + tail)
        expect(copy, "journal.jsonl", count + 1)


def test_a_forged_mark_is_still_caught_by_the_full_hashes(sealed: Path) -> None:
    """Marks are short on purpose; the checkpoints and the head are not."""
    statement = open_seal((sealed / "seal.json").read_bytes()).statement
    chain = ChainedLines(lines_of(sealed / "journal.jsonl"), b"")
    assert first_difference(chain, statement.journal, statement.checkpoints) is None
    (_, _, _), (second, _, _), *_ = statement.checkpoints
    chain.hashes[second - 1] = chain.hashes[second - 1][:8] + "0" * 56
    found = first_difference(chain, statement.journal, statement.checkpoints)
    assert found is not None
    assert statement.checkpoints[0][0] < found.line <= second
    chain = ChainedLines(lines_of(sealed / "journal.jsonl"), b"")
    chain.hashes[-1] = chain.hashes[-1][:8] + "0" * 56
    assert first_difference(chain, statement.journal, statement.checkpoints) is not None


# ---------------------------------------------------------------- Modbus record, files


def test_unsealed_ties_find_a_rewritten_modbus_record(copy: Path) -> None:
    (copy / "seal.json").unlink()
    path = copy / "modbus.jsonl"
    lines = lines_of(path)
    events = [entry.event for entry in read_journal(copy)]
    tied = max(event.modbus_lines for event in events if isinstance(event, StepEnded))
    for index in range(tied):
        write_lines(path, rewrite_rest(lines, index)[0])
        bad = verify(copy, known={}).first_bad
        assert bad is not None
        assert bad.file == "modbus.jsonl"
        assert bad.line <= index + 1
    for count in range(tied):
        write_lines(path, lines[:count])
        expect(copy, "modbus.jsonl", count + 1)
    path.unlink()
    expect(copy, "modbus.jsonl", 1)


@pytest.mark.parametrize("seal", [True, False])
def test_files_of_the_record(copy: Path, seal: bool) -> None:
    if not seal:
        (copy / "seal.json").unlink()
    for path in sorted((copy / "attachments").rglob("*.*")):
        name = path.relative_to(copy).as_posix()
        data = path.read_bytes()
        path.write_bytes(data + b" ")
        if seal or "photo" not in name:  # the digest of a photo stands in the seal only
            assert expect(copy, name, 0).altered == [name]
        path.unlink()
        assert expect(copy, name, 0).missing == [name]
        path.write_bytes(data)
    assert verify(copy, known={}).intact


def test_added_files_are_named_and_derived_views_are_not(copy: Path) -> None:
    (copy / "report.html").write_bytes(b"made again")
    (copy / "junit.xml").write_bytes(b"made again")
    result = verify(copy, known={})
    assert result.intact
    assert {"report.html", "junit.xml"} <= set(result.not_covered)
    (copy / "attachments" / "photo" / "late.png").write_bytes(b"")
    assert expect(copy, "attachments/photo/late.png", 0).added == ["attachments/photo/late.png"]


def test_missing_record_files(copy: Path, tmp_path: Path) -> None:
    (copy / "modbus.jsonl").unlink()
    assert expect(copy, "modbus.jsonl", 1).missing == ["modbus.jsonl"]
    (copy / "journal.jsonl").unlink()
    expect(copy, "journal.jsonl", 1)
    (copy / "seal.json").unlink()
    for folder in (copy, tmp_path / "nowhere", tmp_path):
        with pytest.raises(HarnessError, match="neither"):
            verify(folder)


# ---------------------------------------------------------------- the seal


def test_every_byte_of_the_seal_matters(copy: Path) -> None:
    path = copy / "seal.json"
    data = path.read_bytes()
    places = [*range(120), *range(len(data) - 340, len(data)), *range(120, len(data) - 340, 211)]
    for place in places:
        path.write_bytes(flipped(data, place))
        result = expect(copy, "seal.json", 1)
        assert not result.sealed
    for changed in (
        data + b"\n",
        data[:-1],
        data.replace(b":", b": ", 1),
        b"",
        b"{}",
        b"[]",
        b"\xff",
    ):
        path.write_bytes(changed)
        expect(copy, "seal.json", 1)


def test_a_resealed_record_is_found_by_the_trusted_keys(copy: Path) -> None:
    mine, forgers = fingerprint(KEY.public_key()), fingerprint(OTHER_KEY.public_key())
    assert verify(copy, trusted=[mine]).trusted is True
    data = (copy / "seal.json").read_bytes()
    statement = open_seal(data).statement
    raw = OTHER_KEY.public_key().public_bytes_raw()
    changed = msgspec.structs.replace(statement, public_key=base64.b64encode(raw).decode())
    (copy / "seal.json").write_bytes(sign(changed, OTHER_KEY))
    blind = verify(copy, known={mine: "station"})
    assert (blind.intact, blind.signer, blind.known_key) == (True, forgers, None)
    result = verify(copy, trusted=[mine])
    assert (result.intact, result.trusted, result.exit_code) == (False, False, 1)
    assert result.first_bad is not None
    assert (result.first_bad.file, result.first_bad.line) == ("seal.json", 1)
    assert verify(copy, trusted=[mine, forgers], known={forgers: "lab-4"}).known_key == "lab-4"
    assert not verify(copy, trusted=[]).intact


def test_the_seal_of_another_run(copy: Path, tmp_path: Path) -> None:
    write_sample(tmp_path / "other", simulated=False, note="another run")
    shutil.copy(tmp_path / "other" / "seal.json", copy / "seal.json")
    expect(copy, "journal.jsonl", 1)


def test_a_broken_chain_is_found_though_it_was_sealed(copy: Path, tmp_path: Path) -> None:
    """Someone alters a line and has a program of his own seal the result."""
    path = copy / "journal.jsonl"
    lines, _ = alter(lines_of(path), 20)
    write_lines(path, lines)
    statement = open_seal((copy / "seal.json").read_bytes()).statement
    state = msgspec.structs.replace(
        statement.journal, marks="".join(line_hash(line)[:8] for line in lines)
    )
    (copy / "seal.json").write_bytes(
        sign(msgspec.structs.replace(statement, journal=state, checkpoints=[]), KEY)
    )
    expect(copy, "journal.jsonl", 21)


# ---------------------------------------------------------------- garbage

GARBAGE = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(str.encode),
    st.lists(st.sampled_from([b"{", b"}", b'"n":1', b",", b"\n", b'{"n":1,"t":0,', b"[" * 50])).map(
        b"".join
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(journal=GARBAGE | st.none(), modbus=GARBAGE | st.none(), seal=GARBAGE | st.none())
def test_garbage_gives_a_verdict_or_our_own_error(
    sealed: Path, tmp_path: Path, journal: bytes | None, modbus: bytes | None, seal: bytes | None
) -> None:
    folder = tmp_path / "r"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sealed, folder)
    for name, data in (("journal.jsonl", journal), ("modbus.jsonl", modbus), ("seal.json", seal)):
        if data is not None:
            (folder / name).write_bytes(data)
    try:
        result = verify(folder, known={})
        assert result.exit_code in (0, 1)
        assert (result.exit_code == 0) == (journal is modbus is seal is None)
        read_journal(folder, skip_bad=True)
        read_modbus(folder, skip_bad=True)
        read_journal(folder)
        read_modbus(folder)
    except HarnessError:
        pass


@settings(max_examples=200)
@given(GARBAGE)
def test_garbage_seals(data: bytes) -> None:
    with pytest.raises(HarnessError):
        open_seal(data)


@settings(max_examples=100)
@given(st.data())
def test_many_changes_at_once_are_never_intact(sealed: Path, data: st.DataObject) -> None:
    lines = lines_of(sealed / "journal.jsonl")
    order = data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=len(lines)))
    changed = [lines[index] for index in order]
    chain = ChainedLines(changed, b"")
    statement = open_seal((sealed / "seal.json").read_bytes()).statement
    found = first_difference(chain, statement.journal, statement.checkpoints)
    good = next((i for i, (a, b) in enumerate(zip(changed, lines)) if a != b), len(changed))  # noqa: B905
    assert (found is None) == (changed == lines)
    if found is not None:
        assert found.line == good + 1
    broken = first_break(chain)
    if broken is not None:
        assert 1 <= broken.line <= len(changed)
    elif changed:
        assert changed == lines[: len(changed)]


def test_deep_nesting_is_no_crash(copy: Path) -> None:
    (copy / "seal.json").write_bytes(b"[" * 100_000)
    expect(copy, "seal.json", 1)
    (copy / "journal.jsonl").write_bytes(
        f'{{"n":1,"t":0.0,"prev":"{ZERO}","event":{"[" * 50_000}\n'.encode()
    )
    (copy / "seal.json").unlink()
    expect(copy, "journal.jsonl", 1)


def test_digests_are_what_anyone_can_compute(sealed: Path) -> None:
    statement = open_seal((sealed / "seal.json").read_bytes()).statement
    data = (sealed / "journal.jsonl").read_bytes()
    assert statement.journal.sha256 == hashlib.sha256(data).hexdigest()
    assert statement.journal.size == len(data)
    assert {file.path for file in statement.files} == {
        path.relative_to(sealed).as_posix() for path in (sealed / "attachments").rglob("*.*")
    }
