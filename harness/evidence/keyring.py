"""Keys of assessors: made with a passphrase, trusted, revoked with date and reason.

In the key folder (see `harness.evidence.keys`):

    assessors/CODE.key    private, encrypted with a passphrase, readable by the user only
    assessors/CODE.pub    public half; without a `.key` beside it, that of somebody else
    assessors/*.revoked   a mark for each revoked key, so that a list that is gone is missed
    revoked.jsonl         revocations: appended, chained, each signed with the station's key
    signed-off.jsonl      reviews that were signed off here (see `harness.evidence.register`)

A key is revoked with the station's key, because the usual cause is a passphrase that is lost or
known to somebody else. What was signed before the revocation still holds.
"""

import os
import re
from collections.abc import Collection
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.clock import real_now, shown_time
from harness.errors import EvidenceError, UsageError
from harness.evidence.chain import ZERO, line_hash, parse_header, split_lines
from harness.evidence.keys import (
    fingerprint,
    keys_folder,
    load_public_key,
    public_pem,
    station_key,
)
from harness.evidence.layout import safe_name
from harness.evidence.personal import refuse_personal
from harness.evidence.pkcs8 import encrypted_pem
from harness.evidence.signed_lines import adding, check_line
from harness.text import Text

ASSESSORS = "assessors"
REVOKED = "revoked.jsonl"
_PURPOSE = "revocation"
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z][A-Za-z0-9-]{1,22}")
_SHORTEST = 8
_DISTINCT = 5
_GONE = ".revoked"
_LIST_ALTERED = Text("吊销记录被改动", "The list of revoked keys was altered")
_HEADLINE = Text("考评员密钥不可用", "The assessor's key cannot be used")
_PASSPHRASE = Text("口令不可用", "The passphrase cannot be used")


class Revocation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of `revoked.jsonl`."""

    revoked: str
    """The assessor's code."""
    fingerprint: str
    utc: str
    reason: str
    key: str = ""
    """Fingerprint of the station's key that revoked it; stands in the signed line."""


class KeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What `harness keys list` shows of a key."""

    name: str
    role: str
    fingerprint: str
    private: bool
    """The private half is here too."""
    revoked: Revocation | None = None


def check_code(name: str) -> str:
    """The code, if it is one. Raises UsageError: names of people never get into a record."""
    if not _CODE.fullmatch(name) or safe_name(name) != name:
        raise UsageError(
            f"{name!r} is not a code; expected a letter, then letters, digits or hyphens, with at "
            "least one digit, like A-07 (a code, never a person's name)"
        )
    refuse_personal(name)
    return name


def check_passphrase(passphrase: str, name: str) -> bytes:
    """The passphrase as bytes, if it is good enough. Raises UsageError."""
    if not passphrase:
        raise UsageError("the passphrase is empty", headline=_PASSPHRASE)
    if len(passphrase) < _SHORTEST or len(set(passphrase)) < _DISTINCT:
        raise UsageError(
            f"the passphrase is too weak; expected at least {_SHORTEST} characters, "
            f"{_DISTINCT} of them different",
            headline=_PASSPHRASE,
        )
    if name.casefold() in passphrase.casefold():
        raise UsageError("the passphrase contains the code", headline=_PASSPHRASE)
    return passphrase.encode()


def passphrase_from(path: Path) -> str:
    """First line of a file that holds a passphrase. Raises UsageError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "the file is not text in UTF-8"
        raise UsageError(f"{path}: {reason}", headline=_PASSPHRASE) from error
    if len([line for line in lines if line]) > 1:
        raise UsageError(f"{path} has several lines; expected the passphrase and nothing else")
    return lines[0] if lines else ""


def new_key(name: str, passphrase: str, folder: Path | None = None) -> KeyInfo:
    """Make and store the key of an assessor. Raises UsageError (name, passphrase), EvidenceError.

    The code must not be in use here, in whatever spelling of its letters.
    """
    check_code(name)
    secret = check_passphrase(passphrase, name)
    place = (folder or keys_folder()) / ASSESSORS
    _must_be_free(name, place)
    key = Ed25519PrivateKey.generate()
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(place / f"{name}.key", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(encrypted_pem(key, secret))
            file.flush()
            os.fsync(file.fileno())
        _write_public(place / f"{name}.pub", public_pem(key.public_key()))
    except OSError as error:
        raise EvidenceError(f"{place / name}.key: {error}", headline=_HEADLINE) from error
    return KeyInfo(
        name=name, role="assessor", fingerprint=fingerprint(key.public_key()), private=True
    )


def _write_public(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_bytes(data)
    draft.replace(path)


def _must_be_free(name: str, place: Path) -> None:
    used = {path.stem.casefold(): path for end in ("key", "pub") for path in place.glob(f"*.{end}")}
    if (there := used.get(name.casefold())) is not None:
        raise UsageError(
            f"there is a key called {there.stem!r} already; a code has one key, and a new key gets "
            "a code of its own"
        )


def trust(path: Path, name: str, folder: Path | None = None) -> KeyInfo:
    """Keep the public key of an assessor from elsewhere. Raises UsageError, EvidenceError."""
    check_code(name)
    key = load_public_key(path)
    place = (folder or keys_folder()) / ASSESSORS
    _must_be_free(name, place)
    digest = fingerprint(key)
    if (known := known_assessors(folder).get(digest)) is not None:
        raise UsageError(f"{path}: this key is known here as {known!r} already")
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_public(place / f"{name}.pub", public_pem(key))
    except OSError as error:
        raise EvidenceError(f"{place}: {error}", headline=_HEADLINE) from error
    return KeyInfo(name=name, role="assessor", fingerprint=digest, private=False)


def unlock(name: str, passphrase: str, folder: Path | None = None) -> Ed25519PrivateKey:
    """An assessor's private key. Raises UsageError: no such key, a wrong passphrase, revoked."""
    place = (folder or keys_folder()) / ASSESSORS
    path = place / f"{check_code(name)}.key"
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no private key of {name!r} here; make one with: harness keys new {name}",
            headline=_HEADLINE,
        ) from error
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror or error}", headline=_HEADLINE) from error
    if b"ENCRYPTED PRIVATE KEY" not in data:
        raise EvidenceError(f"{path} is not encrypted, or no key at all", headline=_HEADLINE)
    if not passphrase:
        raise UsageError("the passphrase is empty", headline=_PASSPHRASE)
    try:
        key = serialization.load_pem_private_key(data, password=passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        # A damaged file and a wrong passphrase look alike.
        raise UsageError(
            f"the passphrase of {name!r} is wrong, or {path} is damaged", headline=_PASSPHRASE
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceError(f"{path} is not an Ed25519 key", headline=_HEADLINE)
    gone = revocations(folder).get(fingerprint(key.public_key()))
    if gone is not None:
        raise UsageError(
            f"the key of {name!r} was revoked on {shown_time(gone.utc)}: {gone.reason}",
            headline=_HEADLINE,
        )
    return key


def known_assessors(folder: Path | None = None) -> dict[str, str]:
    """Fingerprint -> code of the assessors known here. Raises EvidenceError for a bad file."""
    place = (folder or keys_folder()) / ASSESSORS
    return {fingerprint(load_public_key(path)): path.stem for path in sorted(place.glob("*.pub"))}


def list_keys(folder: Path | None = None) -> list[KeyInfo]:
    """The assessors' keys that are known here. Raises EvidenceError."""
    place = (folder or keys_folder()) / ASSESSORS
    gone = revocations(folder)
    return [
        KeyInfo(
            name=name,
            role="assessor",
            fingerprint=digest,
            private=(place / f"{name}.key").exists(),
            revoked=gone.get(digest),
        )
        for digest, name in known_assessors(folder).items()
    ]


def revoke(name: str, reason: str, folder: Path | None = None) -> Revocation:
    """Revoke a key from now on, signed by this station. Raises UsageError, EvidenceError."""
    folder = folder or keys_folder()
    if not reason.strip():
        raise UsageError("a revocation needs a reason")
    refuse_personal(reason)
    for digest, one in revocations(folder).items():
        if not _marker(folder, digest).exists():  # a writer was killed before it
            _write_public(_marker(folder, digest), f"{one.revoked} {one.utc}\n".encode())
    found = [info for info in list_keys(folder) if info.name == name]
    if not found:
        raise UsageError(f"no key is called {name!r} here; see: harness keys list")
    if (gone := found[0].revoked) is not None:
        raise UsageError(f"the key of {name!r} was revoked on {shown_time(gone.utc)} already")
    utc = real_now().isoformat(timespec="milliseconds")
    entry = Revocation(
        revoked=name, fingerprint=found[0].fingerprint, utc=utc, reason=reason.strip()
    )
    with adding(folder / REVOKED, _PURPOSE) as file:
        file.append(msgspec.json.encode(entry), 0.0, station_key(folder))
    # A list that is taken away, or cut off, is missed by this.
    _write_public(_marker(folder, entry.fingerprint), f"{name} {utc}\n".encode())
    return entry


def _marker(folder: Path, digest: str) -> Path:
    return folder / ASSESSORS / f"{digest}{_GONE}"


def _must_list(folder: Path, found: Collection[str]) -> None:
    """Every key that was marked as revoked stands in the list. Raises EvidenceError."""
    listed = {_marker(folder, digest).name for digest in found}
    for path in sorted((folder / ASSESSORS).glob(f"*{_GONE}")):
        if path.name not in listed:
            code, _, utc = path.read_text("utf-8", errors="replace").strip().partition(" ")
            raise EvidenceError(
                f"{folder / REVOKED}: the revocation of a key is missing: {code} {shown_time(utc)}",
                headline=_LIST_ALTERED,
            )


def revocations(folder: Path | None = None) -> dict[str, Revocation]:
    """Fingerprint -> its first revocation. Raises EvidenceError naming the line that is altered.

    A torn last line (a killed writer) does not count. A line that is missing is noticed by the mark
    beside the key.
    """
    folder = folder or keys_folder()
    path = folder / REVOKED
    if not path.exists():
        _must_list(folder, ())
        return {}
    try:
        lines, _ = split_lines(path.read_bytes())
        own = fingerprint(station_key(folder).public_key())
    except OSError as error:
        raise EvidenceError(f"{path}: {error}", headline=_HEADLINE) from error
    found: dict[str, Revocation] = {}
    head = ZERO
    for number, line in enumerate(lines, start=1):
        try:
            signed = check_line(line, _PURPOSE)
            header = parse_header(line)
            if header is None or header.prev != head or header.n != number:
                raise EvidenceError("a line before it is missing or was altered")
            if signed.key != own:
                raise EvidenceError("it is not signed with this station's key")
            entry = msgspec.json.decode(line, type=Revocation)
        except (EvidenceError, msgspec.MsgspecError) as error:
            reason = error.detail if isinstance(error, EvidenceError) else str(error)
            raise EvidenceError(
                f"{path}:{number}: {reason}",
                headline=_LIST_ALTERED,
            ) from error
        found.setdefault(entry.fingerprint, entry)
        head = line_hash(line)
    _must_list(folder, found)
    return found
