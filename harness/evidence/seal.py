"""The closing statement of a record, signed.

`seal.json` is a DSSE v1 envelope with an Ed25519 signature. The payload says how many lines the
chained files have, their heads and digests, and digest and size of every other file. The mark of
a line is the start of its hash: with the marks, any later change is found at its exact line, also
when somebody recomputed the whole chain. Derived views (report, JUnit ...) are named as not
covered: they can be made again from the journal.

A seal proves that nothing was changed since it was signed, not that what was recorded was true.
"""

import base64
import binascii
import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from harness.errors import EvidenceError
from harness.events import RunEnded, RunStarted
from harness.evidence.chain import ZERO, ChainWriter, line_hash, split_lines
from harness.evidence.keys import fingerprint
from harness.evidence.layout import DERIVED, JOURNAL, MODBUS, SEAL, files_of
from harness.evidence.read import UNREADABLE, read_file
from harness.text import Text

PAYLOAD_TYPE = "application/vnd.charging-harness.seal+json"
FORMAT = 1
MARK_DIGITS = 8
_PACKAGES = ("charging-harness", "pymodbus", "pyserial", "msgspec", "pydantic", "cryptography")
_HEADLINE = Text("封存签名无效", "The seal is not valid")


class ChainState(msgspec.Struct, frozen=True, kw_only=True):
    """A chained file as it was when it was sealed. `marks`: eight hex digits per line, joined."""

    lines: int
    head: str
    sha256: str
    size: int
    marks: str

    def mark(self, number: int) -> str:
        """The mark of line `number`, counted from 1."""
        return self.marks[(number - 1) * MARK_DIGITS : number * MARK_DIGITS]


class FileState(msgspec.Struct, frozen=True):
    """Any other file of the bundle."""

    path: str
    sha256: str
    size: int


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What the key signs."""

    format: int
    run_id: str
    journal: ChainState
    modbus: ChainState
    files: list[FileState]
    not_covered: list[str]
    ending: str | None
    verdict: str | None
    simulated: bool
    virtual_time: bool
    checkpoints: list[tuple[int, str, str]]
    """Journal line, its full hash and the step, at every step end."""
    real_started: str
    real_ended: str
    real_seconds: float
    place: dict[str, object]
    public_key: str


class _Signature(msgspec.Struct, frozen=True, kw_only=True):
    keyid: str
    key: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    payload_type: str
    payload: str
    signatures: list[_Signature]


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """A seal whose signatures hold. `signers` are fingerprints; the first is the station's."""

    statement: Statement
    signers: list[str]


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def this_place() -> dict[str, object]:
    """Host, platform, Python and package versions, for the statement."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "not installed as a package"
    return {
        "host": platform.node(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
    }


def write_seal(
    folder: Path,
    key: Ed25519PrivateKey,
    *,
    heads: Mapping[str, ChainWriter],
    started: RunStarted | None,
    ended: RunEnded | None,
    checkpoints: Sequence[tuple[int, str, str]],
    real_started: datetime,
    real_ended: datetime,
    place: Mapping[str, object],
) -> Path:
    """Sign what is on the disk and write `seal.json`; its path. For `Bundle.seal`.

    The files are read back first: a disk that does not hold what was written is an
    EvidenceError, never a seal.
    """
    if started is None:
        raise EvidenceError("a record without run_started cannot be sealed")
    statement = Statement(
        format=FORMAT,
        run_id=started.run_id,
        journal=_chain_state(folder / JOURNAL, heads[JOURNAL]),
        modbus=_chain_state(folder / MODBUS, heads[MODBUS]),
        files=[
            file_state(folder, path) for path in files_of(folder) if path not in (JOURNAL, MODBUS)
        ],
        not_covered=list(DERIVED),
        ending=ended.ending.value if ended else None,
        verdict=ended.verdict.value if ended and ended.verdict else None,
        simulated=started.simulated,
        virtual_time=started.virtual_time,
        checkpoints=list(checkpoints),
        real_started=real_started.astimezone(UTC).isoformat(),
        real_ended=real_ended.astimezone(UTC).isoformat(),
        real_seconds=round((real_ended - real_started).total_seconds(), 6),
        place=dict(place),
        public_key=_base64(key.public_key().public_bytes_raw()),
    )
    return _write_new(folder / SEAL, sign(statement, key))


def sign(statement: Statement, key: Ed25519PrivateKey) -> bytes:
    """The envelope, as the bytes of `seal.json`."""
    payload = msgspec.json.encode(statement)
    public = key.public_key()
    signature = _Signature(
        keyid=fingerprint(public),
        key=_base64(public.public_bytes_raw()),
        sig=_base64(key.sign(pae(PAYLOAD_TYPE, payload))),
    )
    return _encode(
        _Envelope(payload_type=PAYLOAD_TYPE, payload=_base64(payload), signatures=[signature])
    )


def open_seal(data: bytes) -> Seal:
    """Check the signatures of a `seal.json` and return what was signed. Raises EvidenceError.

    The payload is looked into only after all signatures hold. Bytes that do not matter to the
    signature (spaces, other base64 spellings) may not be changed either.
    """
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
        if _encode(envelope) != data:
            raise _invalid("the file is not in the form in which it was written")
        if envelope.payload_type != PAYLOAD_TYPE:
            raise _invalid(f"payload type {envelope.payload_type!r} is not ours")
        if not envelope.signatures:
            raise _invalid("there is no signature")
        payload = _unbase64(envelope.payload)
        signers = [_signer(signature, payload) for signature in envelope.signatures]
        head = msgspec.json.decode(payload, type=dict[str, object])
        if head.get("format") != FORMAT:
            raise _invalid(f"format {head.get('format')!r} is not known to this version")
        statement = msgspec.json.decode(payload, type=Statement)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _invalid(f"not readable: {error}") from error
    if statement.public_key != envelope.signatures[0].key:
        raise _invalid("the statement names another key than the one that signed it")
    for state in (statement.journal, statement.modbus):
        if state.lines < 0 or len(state.marks) != state.lines * MARK_DIGITS:
            raise _invalid("the statement has not one mark for each line")
    return Seal(statement=statement, signers=signers)


def read_seal(folder: Path) -> Seal | None:
    """The seal of a bundle; None when it is unsealed. Raises EvidenceError when it is not valid."""
    path = folder / SEAL
    return open_seal(read_file(path)) if path.exists() else None


def file_state(folder: Path, path: str) -> FileState:
    """Digest and size of a file of the bundle. A link is no evidence: EvidenceError."""
    if (folder / path).is_symlink():
        raise EvidenceError(f"{path} is a link; a record holds files only")
    try:
        with (folder / path).open("rb", buffering=0) as file:  # a recording may be large
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return FileState(path, digest, file.tell())
    except OSError as error:
        raise EvidenceError(f"{folder / path}: {error}", headline=UNREADABLE) from error


def _signer(signature: _Signature, payload: bytes) -> str:
    public = Ed25519PublicKey.from_public_bytes(_unbase64(signature.key))
    try:
        public.verify(_unbase64(signature.sig), pae(PAYLOAD_TYPE, payload))
    except InvalidSignature as error:
        raise _invalid("the signature does not fit the statement") from error
    if signature.keyid != fingerprint(public):
        raise _invalid("the key id is not that of the key")
    return signature.keyid


def _chain_state(path: Path, chain: ChainWriter) -> ChainState:
    data = read_file(path)
    lines, torn = split_lines(data)
    hashes = [line_hash(line) for line in lines]
    if torn or len(lines) != chain.lines or (hashes[-1] if hashes else ZERO) != chain.head:
        raise EvidenceError(f"{path} does not hold what was written to it")
    return ChainState(
        lines=chain.lines,
        head=chain.head,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        marks="".join(digest[:MARK_DIGITS] for digest in hashes),
    )


def _write_new(path: Path, data: bytes) -> Path:
    if path.exists():
        raise EvidenceError(f"{path} exists already; a record is sealed once")
    draft = path.with_name(path.name + ".tmp")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise EvidenceError(f"{path}: {error}") from error
    return path


def _encode(envelope: _Envelope) -> bytes:
    return msgspec.json.encode(envelope) + b"\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid(f"not base64: {error}") from error
    if _base64(data) != text:
        raise _invalid("a base64 text is not in its one usual form")
    return data


def _invalid(detail: str) -> EvidenceError:
    return EvidenceError(f"{SEAL}: {detail}", headline=_HEADLINE)
