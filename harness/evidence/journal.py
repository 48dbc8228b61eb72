"""A run's folder while the run writes it: journal, Modbus record, attachments.

`Bundle.emit` is the only way into the journal. Everybody else who wants to know what happens
subscribes and gets the same events, after they have been written.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from harness.errors import EvidenceError
from harness.events import Event, FileUsed, RunEnded, RunStarted, StepEnded, Transaction
from harness.evidence.chain import ChainWriter
from harness.evidence.layout import ATTACHMENTS, JOURNAL, MODBUS, safe_name
from harness.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Listener = Callable[[Event], None]

_encoder = msgspec.json.Encoder()


class ModbusRecord:
    """`modbus.jsonl`: every request and reply with its bytes, chained like the journal."""

    def __init__(self, chain: ChainWriter, elapsed: Callable[[], float]) -> None:
        self.chain = chain
        self._elapsed = elapsed

    def append(self, transaction: Transaction) -> int:
        """Write one transaction; its line number, counted from 1. Raises EvidenceError."""
        return self.chain.append(_encoder.encode(transaction), self._elapsed())


class Bundle:
    """A run's folder, open for writing.

    `folder` must be new or empty: a record is never continued or overwritten. `elapsed` gives the
    seconds since the record's first instant. With `force_to_disk`, the end of a step waits until
    the disk has it; without, until the operating system has it, which outlives the process but
    not a power cut. All methods raise EvidenceError when the record cannot be written.
    """

    def __init__(self, folder: Path, elapsed: Callable[[], float], *, force_to_disk: bool) -> None:
        self.folder = folder
        self._elapsed = elapsed
        self._force = force_to_disk
        self._listeners: list[Listener] = []
        self.listener_errors: list[Exception] = []
        """Why listeners were dropped; a broken display must not end a run."""
        self.started: RunStarted | None = None
        self.ended: RunEnded | None = None
        self.checkpoints: list[tuple[int, str, str]] = []
        """Journal line, its hash and the step, at every step end."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise EvidenceError(
                    f"{folder} is not empty; a record needs a folder of its own",
                    headline=Text("证据文件夹非空", "The evidence folder is not empty"),
                )
        except OSError as error:
            raise EvidenceError(f"{folder}: {error}") from error
        self.journal = ChainWriter(folder / JOURNAL, sync=force_to_disk)
        try:
            modbus = ChainWriter(folder / MODBUS, sync=force_to_disk)
        except EvidenceError:
            self.journal.close()
            raise
        self.modbus = ModbusRecord(modbus, elapsed)

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event once it is written. One that raises is dropped."""
        self._listeners.append(listener)

    def emit(self, event: Event) -> None:
        """Append an event to the journal; `run_started` must be the first, and only the first."""
        if isinstance(event, RunStarted) is not (self.started is None):
            raise EvidenceError("run_started must be the first event of a record, and only that")
        if isinstance(event, StepEnded):
            record = self.modbus.chain
            record.flush()  # before the line that speaks of it
            event = msgspec.structs.replace(
                event,
                modbus_lines=record.lines,
                modbus_head=record.head if record.lines else "",
            )
        self.journal.append(_encoder.encode(event), self._elapsed())
        if isinstance(event, StepEnded):
            self.journal.flush()
            self.checkpoints.append((self.journal.lines, self.journal.head, event.step))
        elif isinstance(event, RunStarted):
            self.started = event
            self.journal.flush()
        elif isinstance(event, RunEnded):
            self.ended = event
            self.modbus.chain.flush()
            self.journal.flush()
        self._tell(event)

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001 - a display must not stop the safe state
                self._listeners.remove(listener)
                self.listener_errors.append(error)

    def attach(self, kind: str, name: str, data: bytes) -> FileUsed:
        """Put a copy of a file under `attachments/<kind>/`, never over another one.

        `name` is kept in the returned FileUsed; the copy gets a name that every system takes, with
        a number when another file has it already. The same bytes under the same name are kept
        once.
        """
        digest = hashlib.sha256(data).hexdigest()
        place = self.folder / ATTACHMENTS / safe_name(kind)
        wanted = Path(safe_name(name))
        try:
            place.mkdir(parents=True, exist_ok=True)
            for number in range(1, 10_000):
                tail = f"-{number}" if number > 1 else ""
                target = place / f"{wanted.stem}{tail}{wanted.suffix}"
                if target.exists():
                    if target.read_bytes() == data:
                        break
                    continue
                with target.open("xb") as file:
                    file.write(data)
                    if self._force:
                        file.flush()
                        os.fsync(file.fileno())
                break
            else:
                raise EvidenceError(f"too many attachments are called {name!r}")
        except OSError as error:
            raise EvidenceError(f"attachment {name!r}: {error}") from error
        return FileUsed(kind, name, digest, target.relative_to(self.folder).as_posix())

    def seal(
        self,
        key: "Ed25519PrivateKey",
        *,
        real_started: datetime,
        real_ended: datetime,
        place: Mapping[str, object],
    ) -> Path:
        """Close the record and write `seal.json`; its path. See `harness.evidence.seal`.

        `real_started` and `real_ended` are the machine's wall time, also in virtual time;
        `place` says where the run took place (`seal.this_place()`).
        """
        from harness.evidence.seal import write_seal  # noqa: PLC0415 - cryptography is heavy

        self.close()
        return write_seal(
            self.folder,
            key,
            heads={JOURNAL: self.journal, MODBUS: self.modbus.chain},
            started=self.started,
            ended=self.ended,
            checkpoints=self.checkpoints,
            real_started=real_started,
            real_ended=real_ended,
            place=place,
        )

    def close(self) -> None:
        """Close the files, unsealed. Closing twice is harmless."""
        try:
            self.modbus.chain.close()
        finally:
            self.journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
