"""The recorder of one run: simulated, or a person who brings files. Keeps what was recorded."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from harness.devices.recorder.imported import file_of, files_in, read_recording
from harness.devices.recorder.mapping import RecorderEntry
from harness.devices.recorder.recording import Recording
from harness.errors import NotAvailableError, UsageError
from harness.events import Event, FileUsed, RecordingTaken

if TYPE_CHECKING:
    from harness.bench.model import BenchFile
    from harness.datafile import Places
    from harness.errors import Problem

Attach = Callable[[str, str, bytes], FileUsed]
KIND = "trace"
"""Folder of the recordings among a run's attachments."""
NO_RECORDER = "the bench has no recorder, and polling cannot prove it"


class Source(Protocol):
    """A recorder inside this process."""

    def begin(self) -> None: ...

    def end(self) -> Recording: ...


class BenchRecorder:
    """What steps use to record, and what they recorded."""

    def __init__(
        self,
        entry: RecorderEntry | None,
        source: Source | None,
        *,
        folder: Path | None,
        attach: Attach | None,
        emit: Callable[[Event], None],
    ) -> None:
        """`folder` is that of the bench file; without `attach` nothing is kept with the run."""
        self.entry = entry
        self._source = source if entry is not None and entry.simulated else None
        self._folder = folder
        self._attach = attach
        self._emit = emit
        self._running: str | None = None
        self._before: frozenset[str] = frozenset()
        self._kept: dict[str, Recording] = {}
        self._why: dict[str, str] = {}

    @property
    def is_there(self) -> bool:
        return self.entry is not None and (self._source is not None or not self.entry.simulated)

    @property
    def simulated(self) -> bool:
        """It records by itself: nobody has to be asked."""
        return self._source is not None

    @property
    def drop_folder(self) -> Path | None:
        """Where a real recorder puts its files, if the bench file says so."""
        if self.entry is None or self.entry.folder is None:
            return None
        return (self._folder or Path()) / self.entry.folder

    def begin(self, name: str) -> None:
        """From now on is recorded, by that name. A recording that still runs is given up."""
        if self._running is not None:
            self._why.setdefault(self._running, f"it was given up for {name}")
        self._running = name
        self._kept.pop(name, None)
        self._why.pop(name, None)
        self._before = files_in(self.drop_folder)
        if self._source is not None:
            self._source.begin()

    def end(self, step: str, name: str) -> None:
        """Stop the simulated recorder, and keep what it saw. Raises NotAvailableError."""
        assert self._source is not None
        if self._running != name:
            raise NotAvailableError(f"step {name} records nothing any more")
        self._running = None
        self._keep(step, name, self._source.end(), None)

    async def take_file(self, step: str, name: str, place: Path, *, in_thread: bool) -> None:
        """Import the file of a real recorder, and keep it with the run.

        `place` is the file, or a folder that it is in. A large one takes seconds, in which the
        watchdogs of a live bench have to be fed: `in_thread`. Raises FileError, UsageError and
        NotAvailableError; then the reason is kept for the steps that would have judged by it.
        """
        assert self.entry is not None
        self._running = None
        try:
            path = file_of(place, name, self._before)
            data = path.read_bytes()
            file = self._attach(KIND, path.name, data) if self._attach is not None else None
            arguments = (path.name, data, self.entry)
            recording = (
                await asyncio.to_thread(read_recording, *arguments)
                if in_thread
                else read_recording(*arguments)
            )
        except OSError as error:
            self._why[name] = f"{place}: {error.strerror or error}"
            raise UsageError(self._why[name]) from error
        except (UsageError, NotAvailableError) as error:
            self._why[name] = error.detail.splitlines()[0]
            raise
        self._keep(step, name, recording, file)

    def _keep(self, step: str, name: str, recording: Recording, file: FileUsed | None) -> None:
        self._kept[name] = recording
        self._why.pop(name, None)
        if file is None and self._attach is not None:
            from harness.devices.recorder.own_layout import write_csv  # noqa: PLC0415 - seldom

            file = self._attach(KIND, f"{name}.csv", write_csv(recording))
        self._emit(
            RecordingTaken(
                step=step,
                recording=name,
                source=recording.source,
                seconds=round(recording.end - recording.begin, 6),
                channels=recording.describe(),
                file=file,
            )
        )

    def kept(self, name: str) -> Recording | str:
        """What was recorded by that name, or why there is nothing."""
        if not self.is_there:
            return NO_RECORDER
        found = self._kept.get(name)
        if found is not None:
            return found
        return f"no recording of step {name}: {self._why.get(name, 'it was not ended')}"


def check_recorder(model: "BenchFile", places: "Places", inside: bool) -> "list[Problem]":
    """What is wrong with the recorder of a bench file. `inside`: its pile is simulated here."""
    entry = model.recorder
    if entry is None:
        return []
    problems: list[Problem] = []

    def complain(key: str, what: str, expected: str) -> None:
        problems.append(places.problem(("recorder", key), what, expected))

    if entry.simulated and not inside:
        what = "a simulated recorder sees nothing but the pile simulated in this process"
        complain("simulated", what, "a recorder of its own, with `channels:`")
    if entry.instrument is not None and entry.instrument not in model.instruments:
        known = ", ".join(model.instruments) or "none"
        what = f"the bench lists no instrument {entry.instrument!r}"
        complain("instrument", what, f"one of: {known}")
    return problems
