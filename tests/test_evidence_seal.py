"""Keys and the DSSE envelope."""

import base64
import json
import os
import stat
import sys
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sample_record import KEY, OTHER_KEY, write_sample

from harness.errors import EvidenceError
from harness.evidence.keys import (
    fingerprint,
    keys_folder,
    known_keys,
    load_public_key,
    public_pem,
    short,
    station_key,
)
from harness.evidence.seal import (
    PAYLOAD_TYPE,
    Statement,
    file_state,
    open_seal,
    pae,
    read_seal,
    sign,
    this_place,
)
from harness.evidence.verify import verify


def test_the_pre_authentication_encoding_is_that_of_dsse() -> None:
    # The example of the DSSE protocol description.
    found = pae("http://example.com/HelloWorld", b"hello world")
    assert found == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("型", "体".encode()) == b"DSSEv1 3 " + "型".encode() + b" 3 " + "体".encode()


def test_the_envelope_can_be_checked_without_the_harness(tmp_path: Path) -> None:
    write_sample(tmp_path / "r")
    envelope = json.loads((tmp_path / "r" / "seal.json").read_bytes())
    payload = base64.b64decode(envelope["payload"])
    (signature,) = envelope["signatures"]
    kind = envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature["key"]))
    public.verify(base64.b64decode(signature["sig"]), signed)
    statement = json.loads(payload)
    assert statement["ending"] == "completed"
    assert statement["verdict"] == "fail"
    assert statement["real_seconds"] == 1.25
    assert statement["real_started"] == "2026-11-23T01:00:00+00:00"
    assert statement["place"]["host"] == "bench-pc"
    assert "report.html" in statement["not_covered"]
    assert statement["public_key"] == signature["key"]
    steps = [step for _, _, step in statement["checkpoints"]]
    assert steps[:3] == ["safety", "pile-idle", "enclosure"]


@pytest.fixture
def statement(tmp_path: Path) -> Statement:
    write_sample(tmp_path / "r")
    seal = read_seal(tmp_path / "r")
    assert seal is not None
    return seal.statement


def test_signing_is_repeatable_and_opens(statement: Statement) -> None:
    data = sign(statement, KEY)
    assert data == sign(statement, KEY)
    assert open_seal(data).statement == statement
    assert open_seal(data).signers == [fingerprint(KEY.public_key())]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": 2}, "format 2 is not known"),
        ({"public_key": base64.b64encode(bytes(32)).decode()}, "names another key"),
    ],
)
def test_a_well_signed_statement_that_is_not_ours(
    statement: Statement, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(EvidenceError, match=complaint):
        open_seal(sign(msgspec.structs.replace(statement, **change), KEY))


def test_marks_must_fit_the_line_count(statement: Statement) -> None:
    for lines in (-1, 0, statement.journal.lines + 1):
        state = msgspec.structs.replace(statement.journal, lines=lines)
        with pytest.raises(EvidenceError, match="one mark for each line"):
            open_seal(sign(msgspec.structs.replace(statement, journal=state), KEY))


def test_envelopes_that_are_not_ours(statement: Statement) -> None:
    envelope = json.loads(sign(statement, KEY))

    def opened(**change: object) -> bytes:
        return msgspec.json.encode(envelope | change) + b"\n"

    (signature,) = envelope["signatures"]
    for change, complaint in [
        ({"payloadType": "text/plain"}, "is not ours"),
        ({"signatures": []}, "no signature"),
        ({"signatures": [signature | {"keyid": "0" * 64}]}, "key id"),
        ({"signatures": [signature | {"key": "AAAA"}]}, "not readable"),
        ({"signatures": [signature | {"sig": "AAAA"}]}, "does not fit"),
        ({"payload": envelope["payload"] + "!"}, "not base64"),
        ({"extra": 1}, "form in which it was written"),
    ]:
        with pytest.raises(EvidenceError, match=complaint):
            open_seal(opened(**change))
    # A second signature over the same statement is welcome, as long as it holds.
    (second,) = json.loads(sign(statement, OTHER_KEY))["signatures"]
    both = open_seal(opened(signatures=[signature, second]))
    assert both.signers == [fingerprint(KEY.public_key()), fingerprint(OTHER_KEY.public_key())]
    with pytest.raises(EvidenceError, match="does not fit"):
        open_seal(opened(signatures=[signature, second | {"sig": signature["sig"]}]))


def test_a_link_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    assert file_state(tmp_path, "real").size == 1
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    with pytest.raises(EvidenceError, match="link"):
        file_state(tmp_path, "link")


def test_this_place_can_be_signed() -> None:
    place = this_place()
    assert msgspec.json.decode(msgspec.json.encode(place)) == place
    assert {"host", "platform", "python", "versions"} == place.keys()


# ---------------------------------------------------------------- keys


def test_the_station_key_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "deep" / "keys"))
    assert keys_folder() == tmp_path / "deep" / "keys"
    assert known_keys() == {}
    assert not keys_folder().exists()  # looking creates nothing
    key = station_key()
    assert fingerprint(station_key().public_key()) == fingerprint(key.public_key())
    assert sorted(path.name for path in keys_folder().iterdir()) == ["station.key", "station.pub"]
    assert known_keys() == {fingerprint(key.public_key()): "station"}
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(keys_folder() / "station.key").st_mode) == 0o600  # noqa: PTH116


def test_known_stations_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    trusted = tmp_path / "keys" / "trusted"
    trusted.mkdir(parents=True)
    (trusted / "lab-4.pub").write_bytes(public_pem(KEY.public_key()))
    mine = fingerprint(KEY.public_key())
    assert known_keys() == {mine: "lab-4"}
    write_sample(tmp_path / "r")
    assert verify(tmp_path / "r").known_key == "lab-4"
    # A spoilt key folder says nothing about the record.
    (trusted / "bad.pub").write_bytes(b"no key")
    with pytest.raises(EvidenceError, match=r"bad\.pub"):
        known_keys()
    result = verify(tmp_path / "r")
    assert (result.exit_code, result.known_key) == (0, None)
    assert any("key folder" in note.en for note in result.notes)


def test_files_that_are_no_keys(tmp_path: Path) -> None:
    rsa = generate_private_key(65537, 2048)
    (tmp_path / "rsa.pub").write_bytes(
        rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(EvidenceError, match="not an Ed25519"):
        load_public_key(tmp_path / "rsa.pub")
    with pytest.raises(EvidenceError):
        load_public_key(tmp_path / "missing.pub")
    private = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for data, complaint in ((private, "not an Ed25519"), (b"", "station"), (b"\0\xff", "station")):
        (tmp_path / "station.key").write_bytes(data)
        with pytest.raises(EvidenceError, match=complaint):
            station_key(tmp_path)


def test_short_fingerprints() -> None:
    assert short("0123456789abcdef" * 4) == "0123 4567 89ab cdef"
    assert PAYLOAD_TYPE.startswith("application/")
