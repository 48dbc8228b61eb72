"""Events that are on record from the moment they happen, and readable only after the exam.

An exam draws a random key. Each event that would tell the candidate the faults, the key or a
verdict is encrypted with it (AES-256-GCM, padded, so that its length tells nothing) and stands in
the journal as `Withheld`; the chain covers it like any line. `ExamStarted.commitment` is the hash
of the key, `ExamOpened` reveals the key. Since a key is bound by its hash and a text by its key,
nothing that was withheld can be exchanged afterwards.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable

import msgspec

from harness.errors import EvidenceError
from harness.events import AnyEvent, Event, Withheld
from harness.text import Text

KEY_BYTES = 32
_NONCE = 12
BLOCK = 1024
"""Texts are padded to a multiple of this."""
_HEADLINE = Text("封存的内容无法打开", "What was withheld cannot be opened")
_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def new_key() -> bytes:
    """A random key for one exam."""
    return os.urandom(KEY_BYTES)


def commitment(key: bytes) -> str:
    """What is published of a key beforehand: its SHA-256 in hex."""
    return hashlib.sha256(key).hexdigest()


def withhold(event: Event, key: bytes, *, block: int = BLOCK) -> Withheld:
    """The event, unreadable without the key; its length is a multiple of `block` bytes."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - heavy

    plain = _encoder.encode(event)
    plain += b" " * (-len(plain) % block)
    nonce = os.urandom(_NONCE)
    return Withheld(data=base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, None)).decode())


def open_withheld(withheld: Withheld, key: bytes) -> AnyEvent:
    """The event again. Raises EvidenceError when the key does not open it."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    try:
        data = base64.b64decode(withheld.data, validate=True)
        plain = AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], None)
        return _decoder.decode(plain)
    except (InvalidTag, binascii.Error, ValueError, msgspec.MsgspecError) as error:
        reason = str(error) or "the key does not fit, or the text was changed"
        raise EvidenceError(f"withheld event: {reason}", headline=_HEADLINE) from error


def key_of(text: str, committed: Iterable[str]) -> bytes:
    """The key of an `ExamOpened`, checked against commitments. Raises EvidenceError."""
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise EvidenceError("the key of the exam is no hex number", headline=_HEADLINE) from error
    if commitment(key) not in set(committed):
        raise EvidenceError(
            "the key of the exam is not the one that was committed to", headline=_HEADLINE
        )
    return key
