"""A file of a recorder, whatever its format, as a recording."""

from pathlib import Path

from harness.devices.recorder.csv_file import read_csv
from harness.devices.recorder.mapping import RecorderEntry
from harness.devices.recorder.recording import Recording
from harness.errors import UsageError

SUFFIXES = (".csv", ".txt", ".tsv", ".wav", ".mf4", ".mdf")
LARGEST = 2_000_000_000


def read_recording(name: str, data: bytes, entry: RecorderEntry) -> Recording:
    """A recording from the bytes of a file. Raises FileError, UsageError, NotAvailableError."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{name}: no recorder's file; expected one of {', '.join(SUFFIXES)}")
    if suffix == ".wav":
        from harness.devices.recorder.wav_file import read_wav  # noqa: PLC0415 - rarely asked for

        return read_wav(name, data, entry)
    if suffix in (".mf4", ".mdf"):
        from harness.devices.recorder.mdf_file import read_mdf  # noqa: PLC0415 - an extra

        return read_mdf(name, data, entry)
    return read_csv(name, data, entry)


def file_of(place: Path, step: str, before: frozenset[str]) -> Path:
    """The file that a person means: itself, or the one in a folder that belongs to this step.

    In a folder that is a file called like the step, or else the only one that was not there
    `before`. Raises UsageError that says what is there.
    """
    if not place.is_dir():
        if not place.is_file():
            raise UsageError(f"{place} does not exist; expected the recorder's file")
        return place
    files = sorted(one for one in place.iterdir() if one.suffix.lower() in SUFFIXES)
    named = [one for one in files if one.stem == step]
    fresh = [one for one in files if one.name not in before]
    for found in (named, fresh):
        if len(found) == 1:
            return found[0]
    shown = ", ".join(one.name for one in (named or fresh or files)[:10]) or "no such file"
    raise UsageError(f"{place}: which one belongs to {step}? there is: {shown}")


def files_in(place: Path | None) -> frozenset[str]:
    """Names of the files in a folder, so that a new one can be told from old ones."""
    if place is None or not place.is_dir():
        return frozenset()
    return frozenset(one.name for one in place.iterdir())
