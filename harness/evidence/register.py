"""What this station has reviewed: the head of each review after each line added here.

A bundle cannot tell that its review was taken out, or that lines are missing at its end: nothing
in it names them. This list can, on the station where the review was written; elsewhere the head
on the signed score sheet does (`harness evidence verify --review-head`).

`reviews.jsonl` in the key folder, lines signed with the station's key.
"""

from pathlib import Path

import msgspec

from harness.errors import EvidenceError
from harness.evidence.chain import ZERO, line_hash, parse_header, split_lines
from harness.evidence.keys import fingerprint, keys_folder, station_key
from harness.evidence.signed_lines import adding, check_line
from harness.text import Text

REGISTER = "reviews.jsonl"
_PURPOSE = "register"


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a review, as this station knows it."""

    run_id: str
    seal_sha256: str
    line: int
    head: str
    """Hash of that line."""
    entry: str
    by: str
    utc: str


def note(entry: Reviewed, folder: Path | None = None) -> None:
    """Add a line. Raises EvidenceError."""
    folder = folder or keys_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with adding(folder / REGISTER, _PURPOSE) as file:
        file.append(msgspec.json.encode(entry), 0.0, station_key(folder))


def of_run(seal_sha256: str, folder: Path | None = None) -> list[Reviewed]:
    """What this station knows of the review of a run. Raises EvidenceError: list was altered."""
    folder = folder or keys_folder()
    path = folder / REGISTER
    if not path.exists():
        return []
    try:
        lines, _ = split_lines(path.read_bytes())
    except OSError as error:
        raise EvidenceError(f"{path}: {error}") from error
    own = fingerprint(station_key(folder).public_key())
    found: list[Reviewed] = []
    head = ZERO
    for number, line in enumerate(lines, start=1):
        header = parse_header(line)
        try:
            if header is None or (header.n, header.prev) != (number, head):
                raise EvidenceError("a line before it is missing or was altered")
            if seal_sha256.encode() in line:  # signatures of other runs' lines are not asked for
                if check_line(line, _PURPOSE).key != own:
                    raise EvidenceError("it is not signed with this station's key")
                found.append(msgspec.json.decode(line, type=Reviewed))
        except (EvidenceError, msgspec.MsgspecError) as error:
            reason = error.detail if isinstance(error, EvidenceError) else str(error)
            raise EvidenceError(
                f"{path}:{number}: {reason}",
                headline=Text("本站复核登记被改动", "This station's list of reviews was altered"),
            ) from error
        head = line_hash(line)
    return [one for one in found if one.seal_sha256 == seal_sha256]
