"""The carrier that evidence is copied to: a folder of the bench file, else the run's own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from harness.bench.recorder import Attach
from harness.errors import EvidenceError, NotAvailableError
from harness.fields import FileModel

KIND = "custody"
"""Folder of the copies among a run's attachments."""
Carrier = Callable[[bytes], bytes]
"""What a simulated data carrier keeps of what is written to it."""


class CustodyEntry(FileModel):
    """Where copies of recordings go."""

    folder: str = Field(description="Folder on the carrier that is handed over")


@dataclass(frozen=True, slots=True)
class Kept:
    """A copy as it was read back, and where it lies."""

    data: bytes
    place: str


class BenchCustody:
    """Writes copies and reads them back."""

    def __init__(
        self,
        entry: CustodyEntry | None,
        *,
        folder: Path | None,
        run: Path | None,
        attach: Attach | None,
        carrier: Carrier | None,
    ) -> None:
        """`folder` is that of the bench file, `run` that of the run; without `attach` and entry
        nothing can be copied. `carrier` is that of a simulated bench."""
        self._entry = entry
        self._folder = folder
        self._run = run
        self._attach = attach
        self._carrier = carrier

    def copy(self, name: str, data: bytes) -> Kept:
        """Write a copy, and read it back from where it lies. Never over another file.

        Raises NotAvailableError, EvidenceError.
        """
        written = data if self._carrier is None else self._carrier(data)
        if self._entry is None:
            if self._attach is None or self._run is None:
                raise NotAvailableError("the run keeps no files: there is nowhere to copy to")
            place = self._attach(KIND, name, written).copy
            path = self._run / place
        else:
            path = (self._folder or Path()) / self._entry.folder / name
            place = path.name
        try:
            if self._entry is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    file.write(written)
            return Kept(path.read_bytes(), place)
        except FileExistsError as error:
            raise EvidenceError(f"{path}: there is a file of that name; nothing was written") from (
                error
            )
        except OSError as error:
            raise EvidenceError(f"{path}: {error.strerror or error}") from error
