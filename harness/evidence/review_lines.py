"""The lines of `review.jsonl` as they are stored, and marks that nobody can read too early.

An assessor's marks are covered until he locks them: `marked` holds them encrypted (AES-256-GCM,
padded) with a key that is derived from his private key and the first line of this review, and the
hash of that key. Only he can open them, on any machine that has his key. `locked` reveals the
derived key, and with it all his marks, but nothing of his private key and of other reviews.
Whoever reads the file before that learns which aspects have been marked, and no mark. Remarks in
`commented` and everything else is readable at once.
"""

import base64
import binascii
import hashlib
import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from harness.errors import EvidenceError

PURPOSE = "review"
"""See `harness.evidence.signed_lines`."""
_BLOCK = 512
_NONCE = 12


class ReviewLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the checks need of a line, whatever its kind; other fields are left alone."""

    entry: str
    by: str
    utc: str
    run_id: str = ""
    head: str = ""
    seal_sha256: str = ""
    format: int = 1
    assessors: int = 0
    sign_offs: int = 0
    aspect: str = ""
    reason: str = ""
    text: str = ""
    review_head: str = ""
    commitment: str = ""
    """Of a `marked`: hex SHA-256 of the key that covers it."""
    covered: str = ""
    opens: str = ""
    """Of a `locked`: the key, in hex."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What is covered of a `marked`."""

    mark: int
    note: str = ""


def covering_key(private: Ed25519PrivateKey, first_line: str) -> bytes:
    """An assessor's key for one review. `first_line`: hash of the first line of the review."""
    return HKDF(
        algorithm=hashes.SHA256(),
        length=32,
        salt=bytes.fromhex(first_line),
        info=b"charging-harness review marks",
    ).derive(private.private_bytes_raw())


def commitment(key: bytes) -> str:
    """What is published of a covering key beforehand."""
    return hashlib.sha256(key).hexdigest()


def cover(mark: Mark, key: bytes, by: str, aspect: str) -> str:
    """The mark, unreadable without the key; its length tells nothing."""
    plain = msgspec.json.encode(mark)
    plain += b" " * (-len(plain) % _BLOCK)
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, _about(by, aspect))).decode()


def uncover(line: ReviewLine, key: bytes) -> Mark:
    """The mark again. Raises EvidenceError."""
    try:
        data = base64.b64decode(line.covered, validate=True)
        if commitment(key) != line.commitment:
            raise EvidenceError("the key is not the one that was committed to")
        plain = AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], _about(line.by, line.aspect))
        mark = msgspec.json.decode(plain, type=Mark)
    except (InvalidTag, binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise EvidenceError("the covered mark cannot be opened") from error
    if mark.mark not in (0, 1, 2, 3):
        raise EvidenceError(f"the mark is {mark.mark}; expected 0 to 3")
    return mark


def _about(by: str, aspect: str) -> bytes:
    return msgspec.json.encode([by, aspect])


def key_revealed(line: ReviewLine) -> bytes:
    """The key that a `locked` reveals. Raises EvidenceError."""
    try:
        return bytes.fromhex(line.opens)
    except ValueError as error:
        raise EvidenceError("the revealed key is no hex number") from error
