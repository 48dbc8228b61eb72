"""A reviewed run: two assessors mark, lock, settle a spread and sign; and how to tamper with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sample_exam import SEALED, A, B, sample_score, scheme

from harness.assess import review as reviews
from harness.assess.entries import Locked, Marked, Remarked, ReviewEntry, SignedOff
from harness.assess.result import digest
from harness.evidence.chain import ZERO, line_hash, parse_header, split_lines
from harness.evidence.keys import public_pem
from harness.evidence.layout import REVIEW
from harness.evidence.review_lines import PURPOSE
from harness.evidence.signed_lines import SignedFile
from harness.text import Text

SCHEME = scheme()
SCHEME_SHA = "ab" * 32


def at(minutes: float) -> str:
    """A time after the sealing."""
    return (SEALED + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")


def trusted(folder: Path, code: str, key: Ed25519PrivateKey) -> None:
    """Put a public key into a key folder."""
    place = folder / "assessors"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{code}.pub").write_bytes(public_pem(key.public_key()))


def opened(folder: Path, key: Ed25519PrivateKey = A, by: str = "A-07") -> None:
    reviews.open_review(folder, by, key, SCHEME, SCHEME_SHA)


def add(folder: Path, entry: ReviewEntry, key: Ed25519PrivateKey) -> reviews.Review:
    return reviews.append(folder, entry, key, SCHEME)


def marked(folder: Path, by: str, key: Ed25519PrivateKey, tidy: int, handover: int) -> None:
    for aspect, mark in (("tidy", tidy), ("handover", handover)):
        add(folder, Marked(by=by, utc=reviews.now(), aspect=aspect, mark=mark), key)  # type: ignore[arg-type]


def sign_off(by: str) -> SignedOff:
    score = sample_score()
    return SignedOff(
        by=by, utc=reviews.now(), meaning=Text("确认", "confirmed"), total=62.5, passed=True,
        score_sha256=digest(score), review_head="",
    )  # fmt: skip


def whole_review(folder: Path) -> None:
    """Ten lines: opened, two times marked twice and locked, settled, signed twice."""
    opened(folder)
    marked(folder, "A-07", A, 2, 1)
    add(folder, Locked(by="A-07", utc=reviews.now()), A)
    marked(folder, "A-09", B, 3, 3)
    add(folder, Locked(by="A-09", utc=reviews.now()), B)
    again = Remarked(
        by="A-07", utc=reviews.now(), aspect="handover", mark=2, reason="heard it again"
    )
    add(folder, again, A)
    add(folder, sign_off("A-07"), A)
    add(folder, sign_off("A-09"), B)


def lines_of(folder: Path) -> list[bytes]:
    return split_lines((folder / REVIEW).read_bytes())[0]


def put(folder: Path, lines: list[bytes], torn: bytes = b"") -> None:
    (folder / REVIEW).write_bytes(b"".join(line + b"\n" for line in lines) + torn)


def rechained(lines: list[bytes]) -> list[bytes]:
    """Numbers and hashes computed anew; the signatures stay what they were."""
    head, found = ZERO, []
    for number, line in enumerate(lines, start=1):
        header = parse_header(line)
        assert header is not None
        rest = line[line.index(header.prev.encode()) + 64 :]
        found.append(f'{{"n":{number},"t":{header.t!r},"prev":"{head}'.encode() + rest)
        head = line_hash(found[-1])
    return found


def forced(folder: Path, entry: ReviewEntry | dict[str, object], key: Ed25519PrivateKey) -> None:
    """A line with a signature that holds, written past all rules."""
    SignedFile(folder / REVIEW, PURPOSE).append(msgspec.json.encode(entry), 0.0, key)


def long_ago() -> str:
    return datetime(2020, 1, 1, tzinfo=UTC).isoformat()
