"""The key of an exam in escrow: for assessors, when an exam was cut off before it was opened.

The key is encrypted with a passphrase of the assessors (scrypt, AES-256-GCM) and lies beside the
journal. Without the passphrase it tells nothing.
"""

import base64
import binascii
import os
from pathlib import Path

import msgspec

from harness.errors import EvidenceError, UsageError
from harness.evidence.withheld import commitment
from harness.text import Text

KIND, NAME = "escrow", "exam-key.json"
_N, _R, _P = 2**15, 8, 1
_LEAST = 12
"""Characters of a passphrase."""
_HEADLINE = Text("密钥托管无法打开", "The escrow cannot be opened")


class Escrow(msgspec.Struct, frozen=True):
    """What the file holds; bytes in base64."""

    format: int
    salt: str
    nonce: str
    data: str
    n: int = _N
    r: int = _R
    p: int = _P


def read_passphrase(path: Path) -> bytes:
    """The first line of a file. Raises UsageError when it cannot be read or is too short."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    phrase = lines[0].strip() if lines else ""
    if len(phrase) < _LEAST:
        raise UsageError(f"{path}: the passphrase is too short; expected {_LEAST} characters")
    return phrase.encode()


def lock(key: bytes, passphrase: bytes) -> bytes:
    """The bytes of the escrow file."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - heavy

    salt, nonce = os.urandom(16), os.urandom(12)
    hidden = AESGCM(_derive(passphrase, salt, _N, _R, _P)).encrypt(nonce, key, None)
    told = [base64.b64encode(one).decode() for one in (salt, nonce, hidden)]
    escrow = Escrow(1, told[0], told[1], told[2])
    return msgspec.json.format(msgspec.json.encode(escrow), indent=2)


def unlock(data: bytes, passphrase: bytes, committed: str) -> bytes:
    """The key, checked against the commitment on record. Raises EvidenceError."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    try:
        escrow = msgspec.json.decode(data, type=Escrow)
        salt, nonce, hidden = (
            base64.b64decode(text, validate=True)
            for text in (escrow.salt, escrow.nonce, escrow.data)
        )
        if (escrow.n, escrow.r, escrow.p) != (_N, _R, _P):
            raise EvidenceError("the escrow file has other parameters", headline=_HEADLINE)
        key = AESGCM(_derive(passphrase, salt, _N, _R, _P)).decrypt(nonce, hidden, None)
    except (msgspec.MsgspecError, binascii.Error, InvalidTag, ValueError) as error:
        reason = str(error) or "the passphrase does not fit, or the file was changed"
        raise EvidenceError(f"escrow: {reason}", headline=_HEADLINE) from error
    if commitment(key) != committed:
        raise EvidenceError("escrow: the key is that of another exam", headline=_HEADLINE)
    return key


def _derive(passphrase: bytes, salt: bytes, n: int, r: int, p: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415

    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase)
