"""The keys that sign and the keys that are known here.

A station has one Ed25519 key, made on first use, in the user's configuration folder (or in the
folder named by HARNESS_KEYS):

    station.key          private, PEM, readable by the user only; never part of a bundle
    station.pub          its public half, to be handed to whoever verifies
    trusted/<name>.pub   public keys of other stations
"""

import hashlib
import os
import secrets
from pathlib import Path

import platformdirs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from harness.errors import EvidenceError
from harness.text import Text

STATION = "station"
_HEADLINE = Text("签名密钥不可用", "The signing key cannot be used")


def keys_folder() -> Path:
    """Where keys are kept: HARNESS_KEYS, else the user's configuration folder."""
    asked = os.environ.get("HARNESS_KEYS")
    return Path(asked) if asked else platformdirs.user_config_path("charging-harness") / "keys"


def fingerprint(key: Ed25519PublicKey) -> str:
    """Hex SHA-256 of the 32 raw bytes of a public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def short(digest: str) -> str:
    """The first 16 hex digits in groups of four, for comparing by eye."""
    return " ".join(digest[place : place + 4] for place in range(0, 16, 4))


def station_key(folder: Path | None = None) -> Ed25519PrivateKey:
    """This station's private key; made and stored on first use. Raises EvidenceError."""
    folder = folder or keys_folder()
    path = folder / f"{STATION}.key"
    try:
        if not path.exists():
            _create(path)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise EvidenceError(f"{path}: {error}", headline=_HEADLINE) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceError(f"{path} is not an Ed25519 key", headline=_HEADLINE)
    return key


def _create(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(private)
        try:
            # A link appears whole or not at all; the first of two starting processes wins.
            os.link(draft, path)
        except FileExistsError:
            return
        path.with_suffix(".pub").write_bytes(public_pem(key.public_key()))
    finally:
        draft.unlink(missing_ok=True)


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The public key as a PEM file, to be handed to others."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def load_public_key(path: Path) -> Ed25519PublicKey:
    """A public key from a PEM file. Raises EvidenceError."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise EvidenceError(f"{path}: {error}", headline=_HEADLINE) from error
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceError(f"{path} is not an Ed25519 public key", headline=_HEADLINE)
    return key


def known_keys(folder: Path | None = None) -> dict[str, str]:
    """Fingerprint → name of the keys known here (`station` is our own). Creates nothing.

    Raises EvidenceError for a key file that is not one.
    """
    folder = folder or keys_folder()
    found: dict[str, str] = {}
    for path in sorted((folder / "trusted").glob("*.pub")):
        found[fingerprint(load_public_key(path))] = path.stem
    own = folder / f"{STATION}.key"
    if own.exists():
        found[fingerprint(station_key(folder).public_key())] = STATION
    return found
