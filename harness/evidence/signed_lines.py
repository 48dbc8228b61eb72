"""Chained lines that are signed one by one: the review of a run, and the lists of a key folder.

    {"n":2,"t":61.5,"prev":"<hash of line 1>","entry":"locked","by":"A-07","utc":"…",
     "key":"<fingerprint>","public":"<base64>","sig":"<base64>"}

The chain is that of `harness.evidence.chain`. The signature (Ed25519) covers the stored bytes of
the line without its `sig` field, and so also the hash of the line before: a line cannot be put
into another file or at another place. The public key stands in the line, so that the signature
can be checked anywhere; whose key it is, only a key folder can say.
"""

import base64
import binascii
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from harness.errors import EvidenceError
from harness.evidence.chain import ZERO, line_hash, parse_header, split_lines
from harness.evidence.keys import fingerprint
from harness.text import Text

_TAIL = re.compile(
    rb',"key":"([0-9a-f]{64})","public":"([A-Za-z0-9+/]{43}=)","sig":"([A-Za-z0-9+/]{86}==)"\}$'
)
_SIG_BYTES = len(',"sig":""}') + 88
_WAIT = 20.0
_DISK = Text("无法写入磁盘", "Cannot be written to disk")


class Signed(NamedTuple):
    """One line whose signature holds: its number, hash, signer and stored bytes."""

    n: int
    t: float
    digest: str
    key: str
    """Fingerprint of the key that signed."""
    raw: bytes


def check_line(line: bytes, purpose: str) -> Signed:
    """The parts of a stored line. Raises EvidenceError when its signature does not hold.

    `purpose` separates kinds of files: a line signed for one of them is no line of another.
    """
    header = parse_header(line)
    match = _TAIL.search(line)
    if header is None or match is None:
        raise EvidenceError("the line is no signed line")
    key, public, signature = (group.decode() for group in match.groups())
    try:
        raw, sig = _bytes(public), _bytes(signature)
        owner = Ed25519PublicKey.from_public_bytes(raw)
        owner.verify(sig, _to_sign(line[:-_SIG_BYTES], purpose))
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise EvidenceError("the signature of the line does not hold") from error
    if fingerprint(owner) != key:
        raise EvidenceError("the line names another key than the one that signed it")
    return Signed(header.n, header.t, line_hash(line), key, line)


def _bytes(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not in its one usual form")
    return data


def _to_sign(unsigned: bytes, purpose: str) -> bytes:
    kind = purpose.encode()
    return b"CHSLv1 %d %b %d %b" % (len(kind), kind, len(unsigned), unsigned)


class SignedFile:
    """A file of signed lines, open for adding to. Only inside `adding`, which holds its lock."""

    def __init__(self, path: Path, purpose: str) -> None:
        self.path = path
        self.purpose = purpose
        data = path.read_bytes() if path.exists() else b""
        self.lines, self.torn = split_lines(data)
        self._whole = len(data) - len(self.torn)

    @property
    def head(self) -> str:
        """Hash of the last line; zeros when there is none."""
        return line_hash(self.lines[-1]) if self.lines else ZERO

    def append(self, body: bytes, t: float, key: Ed25519PrivateKey) -> Signed:
        """Add one JSON object, signed. A torn rest of an earlier writer is cut off first.

        The line is on the disk when this returns. Raises EvidenceError.
        """
        if not body.startswith(b'{"') or not body.endswith(b"}") or b"\n" in body:
            raise EvidenceError(f"{self.path}: a line must be one JSON object with a field")
        number, public = len(self.lines) + 1, key.public_key()
        line = f'{{"n":{number},"t":{round(float(t), 6)!r},"prev":"{self.head}",'.encode()
        line += body[1:-1]
        line += f',"key":"{fingerprint(public)}"'.encode()
        line += f',"public":"{base64.b64encode(public.public_bytes_raw()).decode()}"'.encode()
        signature = base64.b64encode(key.sign(_to_sign(line, self.purpose))).decode()
        line += f',"sig":"{signature}"}}'.encode()
        try:
            new = not self.path.exists()
            with self.path.open("r+b" if not new else "xb") as file:
                file.truncate(self._whole)
                file.seek(self._whole)
                file.write(line + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise EvidenceError(f"{self.path}: {error}", headline=_DISK) from error
        self.lines.append(line)
        self._whole += len(line) + 1
        self.torn = b""
        return Signed(number, t, self.head, fingerprint(public), line)


@contextmanager
def adding(path: Path, purpose: str) -> Iterator[SignedFile]:
    """The file, locked against other writers on this machine. Raises EvidenceError.

    The lock lies in the folder for temporary files: a file beside a sealed record would be one
    that was added after the sealing.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only for writing

    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]
    lock = FileLock(Path(tempfile.gettempdir()) / f"charging-harness-{name}.lock")
    try:
        with lock.acquire(timeout=_WAIT):
            yield SignedFile(path, purpose)
    except Timeout as error:
        raise EvidenceError(f"{path} is being written by another program") from error
    except OSError as error:
        raise EvidenceError(f"{path}: {error}", headline=_DISK) from error
