"""Keys of assessors: encrypted, named by codes, trusted, revoked; wrong use gets a sentence."""

import base64
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sample_record import write_sample

from harness.cli.root import ROOT
from harness.errors import EvidenceError, UsageError
from harness.evidence import keyring
from harness.evidence.keys import fingerprint, public_pem
from harness.evidence.pkcs8 import ROUNDS, encrypted_pem

GOOD = "seven red lamps"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    return tmp_path / "keys"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(GOOD + "\n", "utf-8")
    return path


def call(*arguments: object, lang: str = "en", typed: str | None = None) -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(ROOT, ["keys", *words, "--lang", lang], input=typed)


def test_a_key_is_encrypted_and_for_its_user_only(keys: Path, secret: Path) -> None:
    made = call("new", "A-07", "--role", "assessor", "--passphrase-file", secret)
    assert made.exit_code == 0, made.output
    private = keys / "assessors" / "A-07.key"
    assert private.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    if os.name == "posix":
        assert private.stat().st_mode & 0o777 == 0o600
    key = keyring.unlock("A-07", GOOD)
    assert keyring.known_assessors() == {fingerprint(key.public_key()): "A-07"}
    for wrong in (GOOD + " ", GOOD.upper(), "x"):
        with pytest.raises(UsageError, match="is wrong"):
            keyring.unlock("A-07", wrong)


def test_rounds_stand_in_the_file_and_every_reader_of_pkcs8_reads_it() -> None:
    key = Ed25519PrivateKey.generate()
    for rounds in (1000, 70_000, ROUNDS):  # one, two and three bytes of DER
        pem = encrypted_pem(key, b"pass", rounds)
        assert rounds.to_bytes(3, "big").lstrip(b"\0") in serialization_der(pem)
        read = serialization.load_pem_private_key(pem, b"pass")
        assert isinstance(read, Ed25519PrivateKey)
        assert read.private_bytes_raw() == key.private_bytes_raw()


def serialization_der(pem: bytes) -> bytes:
    return base64.b64decode(b"".join(pem.splitlines()[1:-1]))


def test_the_passphrase_can_be_typed(keys: Path) -> None:
    assert call("new", "A-07", typed=f"{GOOD}\n{GOOD}\n").exit_code == 0
    differ = call("new", "A-08", typed=f"{GOOD}\nother words 5\n")
    assert differ.exit_code == 2
    assert "differ" in differ.output
    assert not (keys / "assessors" / "A-08.key").exists()
    assert GOOD not in differ.output


@pytest.mark.parametrize(
    ("code", "passphrase", "en", "zh"),
    [
        ("Zhang Wei", GOOD, "not a code", "不是代号"),
        ("张伟1", GOOD, "not a code", "不是代号"),
        ("zhangwei", GOOD, "at least one digit", "至少一个数字"),
        ("../A-07", GOOD, "not a code", "不是代号"),
        ("COM1", GOOD, "not a code", "不是代号"),
        ("A-" + "7" * 40, GOOD, "not a code", "不是代号"),
        ("A-07", "", "is empty", "口令为空"),
        ("A-07", "short1", "at least 8 characters", "至少 8 个字符"),
        ("A-07", "aaaaaaaaaaaa", "5 of them different", "其中 5 个不同"),
        ("A-07", "my-a-07-lamp", "contains the code", "含有代号"),
        ("A-07", "two\nlines of it", "several lines", "有多行"),
    ],
)
def test_what_makes_no_key(
    *, keys: Path, secret: Path, code: str, passphrase: str, en: str, zh: str
) -> None:
    secret.write_text(passphrase, "utf-8")
    for lang, words in (("en", en), ("zh", zh)):
        result = call("new", code, "--passphrase-file", secret, lang=lang)
        assert result.exit_code == 2
        assert words in result.output
    assert not list(keys.rglob("*.key"))


def test_passphrase_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing = call("new", "A-07", "--passphrase-file", tmp_path / "none")
    assert (missing.exit_code, "No such file" in missing.output) == (2, True)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\xd8")
    binary = call("new", "A-07", "--passphrase-file", tmp_path / "binary", lang="zh")
    assert (binary.exit_code, "不是 UTF-8 文本" in binary.output) == (2, True)
    folder = call("new", "A-07", "--passphrase-file", tmp_path)
    assert folder.exit_code == 2


def test_a_code_is_used_once(secret: Path) -> None:
    assert call("new", "A-07", "--passphrase-file", secret).exit_code == 0
    before = keyring.known_assessors()
    for again in ("A-07", "a-07"):
        result = call("new", again, "--passphrase-file", secret)
        assert result.exit_code == 2
        assert "called 'A-07' already" in result.output
    assert (
        "已有名为“A-07”的密钥" in call("new", "A-07", "--passphrase-file", secret, lang="zh").output
    )
    assert keyring.known_assessors() == before


def test_keys_that_cannot_be_used(keys: Path, secret: Path) -> None:
    with pytest.raises(UsageError, match="no private key of 'A-07' here"):
        keyring.unlock("A-07", GOOD)
    keyring.new_key("A-07", GOOD)
    path = keys / "assessors" / "A-07.key"
    whole = path.read_bytes()
    path.write_bytes(whole[:90] + b"XX" + whole[92:])
    with pytest.raises(UsageError, match="damaged"):
        keyring.unlock("A-07", GOOD)
    plain = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(plain)
    with pytest.raises(EvidenceError, match="not encrypted"):
        keyring.unlock("A-07", GOOD)


def test_trust_list_and_revoke(tmp_path: Path, secret: Path) -> None:
    other = Ed25519PrivateKey.generate()
    file = tmp_path / "A-09.pub"
    file.write_bytes(public_pem(other.public_key()))
    assert "No keys yet" in call("list").output
    assert call("new", "A-07", "--passphrase-file", secret).exit_code == 0
    assert call("trust", file).exit_code == 0
    known_already = call("trust", file, "--name", "A-10")
    assert (known_already.exit_code, "as 'A-09' already" in known_already.output) == (2, True)
    (tmp_path / "A-11.pub").write_text("nothing")
    assert call("trust", tmp_path / "A-11.pub").exit_code == 4
    listed = {one["name"]: one for one in json.loads(call("list", "--json").stdout)}
    assert listed["A-07"]["private"] is True
    assert listed["A-09"]["private"] is False
    assert listed["A-09"]["fingerprint"] == fingerprint(other.public_key())
    assert call("revoke", "A-07").exit_code == 2  # a reason is needed
    assert call("revoke", "A-07", "--reason", " ").exit_code == 2
    assert call("revoke", "A-99", "--reason", "x").exit_code == 2
    done = call("revoke", "A-07", "--reason", "notebook stolen")
    assert done.exit_code == 0, done.output
    assert "already" in call("revoke", "A-07", "--reason", "again").output
    said = call("list", lang="zh").output
    assert "notebook stolen" in said
    assert "吊销" in said
    with pytest.raises(UsageError, match=r"revoked on 20.*notebook stolen"):
        keyring.unlock("A-07", GOOD)


def test_the_list_of_revocations_is_appended_signed_and_recovered(keys: Path) -> None:
    for code in ("A-01", "A-02", "A-03"):
        keyring.new_key(code, GOOD)
        keyring.revoke(code, "lost")
    path = keys / keyring.REVOKED
    whole = path.read_bytes()
    assert [one.revoked for one in keyring.revocations().values()] == ["A-01", "A-02", "A-03"]
    path.write_bytes(whole[:-10])  # killed in the middle of the last line, before the mark
    third = keyring.known_assessors()
    (mark,) = (
        keys / "assessors" / f"{digest}.revoked" for digest, name in third.items() if name == "A-03"
    )
    mark.unlink()
    assert [one.revoked for one in keyring.revocations().values()] == ["A-01", "A-02"]
    assert keyring.revoke("A-03", "lost again").reason == "lost again"
    assert len(keyring.revocations()) == 3
    lines = whole.splitlines(keepends=True)
    for altered in (
        [lines[0].replace(b"lost", b"L0st"), *lines[1:]],
        [lines[1], lines[0], lines[2]],
        [lines[0], lines[2]],
    ):
        path.write_bytes(b"".join(altered))
        with pytest.raises(EvidenceError, match=r"revoked\.jsonl:[12]: "):
            keyring.revocations()


@pytest.mark.parametrize("left", [0, 1, None])
def test_a_list_that_was_taken_away_or_cut_off_is_missed(keys: Path, left: int | None) -> None:
    for code in ("A-01", "A-02"):
        keyring.new_key(code, GOOD)
        keyring.revoke(code, "lost")
    path = keys / keyring.REVOKED
    lines = path.read_bytes().splitlines(keepends=True)
    if left is None:
        path.unlink()
    else:
        path.write_bytes(b"".join(lines[:left]))
    with pytest.raises(EvidenceError, match=r"the revocation of a key is missing: A-0[12] 20"):
        keyring.revocations()
    with pytest.raises(EvidenceError, match="missing"):
        keyring.unlock("A-02", GOOD)
    path.write_bytes(b"".join(lines))
    assert len(keyring.revocations()) == 2


def test_a_mark_that_a_killed_writer_did_not_set_is_set_later(keys: Path) -> None:
    keyring.new_key("A-01", GOOD)
    keyring.revoke("A-01", "lost")
    (mark,) = (keys / "assessors").glob("*.revoked")
    mark.unlink()
    with pytest.raises(UsageError, match="already"):
        keyring.revoke("A-01", "lost")
    assert mark.exists()


def test_a_revocation_of_another_station_is_none_here(keys: Path) -> None:
    keyring.new_key("A-01", GOOD)
    keyring.revoke("A-01", "lost")
    (keys / "station.key").unlink()  # a new one is made
    with pytest.raises(EvidenceError, match="not signed with this station's key"):
        keyring.revocations()


def test_no_private_key_gets_into_a_record(keys: Path, tmp_path: Path) -> None:
    keyring.new_key("A-07", GOOD)
    write_sample(tmp_path / "run")
    private = (keys / "assessors" / "A-07.key").read_bytes()
    for path in (tmp_path / "run").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"PRIVATE KEY" not in data
            assert private[40:100] not in data
