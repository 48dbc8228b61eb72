"""A private key behind a passphrase: PKCS #8, PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC.

The usual file format, which OpenSSL and `cryptography` read. It is written here because
`cryptography` leaves the number of rounds at 2,048, which is few: 600,000 make each guess at a
passphrase cost as much as OWASP advises for PBKDF2-HMAC-SHA256.
"""

import base64
import hashlib
import os
import textwrap

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

ROUNDS = 600_000
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d0209")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")
_NULL = b"\x05\x00"


def encrypted_pem(key: Ed25519PrivateKey, passphrase: bytes, rounds: int = ROUNDS) -> bytes:
    """The key as `ENCRYPTED PRIVATE KEY` in PEM."""
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    salt, start = os.urandom(16), os.urandom(16)
    secret = hashlib.pbkdf2_hmac("sha256", passphrase, salt, rounds, 32)
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(start)).encryptor()
    hidden = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    derivation = _sequence(
        _PBKDF2,
        _sequence(_octets(salt), _integer(rounds), _sequence(_HMAC_SHA256, _NULL)),
    )
    algorithm = _sequence(_PBES2, _sequence(derivation, _sequence(_AES_256_CBC, _octets(start))))
    text = base64.b64encode(_sequence(algorithm, _octets(hidden))).decode()
    lines = "\n".join(textwrap.wrap(text, 64))
    label = "ENCRYPTED PRIVATE KEY"
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()


def _tagged(tag: int, data: bytes) -> bytes:
    size = len(data)
    if size < 0x80:
        return bytes((tag, size)) + data
    width = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | width)) + size.to_bytes(width, "big") + data


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _octets(data: bytes) -> bytes:
    return _tagged(0x04, data)


def _integer(value: int) -> bytes:
    return _tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))
