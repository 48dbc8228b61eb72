"""A bus description (DBC) as the harness uses it: looked up by name and by id.

Databases of several buses are merged when one adapter sees them all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from harness.datafile import read_bytes, sha256
from harness.devices.can.checks_file import apply_checks
from harness.devices.can.dbc_load import read_dbc
from harness.devices.can.specs import Identifier, MessageSpec, SignalSpec, format_id
from harness.errors import FileError, Problem, UnknownNameError, UsageError


class SignalRef(NamedTuple):
    """A signal and the message that carries it."""

    message: MessageSpec
    signal: SignalSpec

    @property
    def name(self) -> str:
        """`Message.Signal`."""
        return f"{self.message.name}.{self.signal.name}"


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """A file that a database came from; `encoding` says how it was read (`gbk?` is a guess)."""

    path: Path
    data: bytes
    sha256: str
    encoding: str
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Message -> line."""


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """Messages of one bus, or of several merged ones."""

    name: str
    messages: tuple[MessageSpec, ...]
    nodes: tuple[str, ...]
    files: tuple[DatabaseFile, ...]
    version: str = ""
    by_name: Mapping[str, MessageSpec] = field(init=False, repr=False)
    by_id: Mapping[Identifier, MessageSpec] = field(init=False, repr=False)
    _carriers: Mapping[str, list[SignalRef]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        carriers: dict[str, list[SignalRef]] = {}
        for message in self.messages:
            for signal in message.signals:
                carriers.setdefault(signal.name, []).append(SignalRef(message, signal))
        object.__setattr__(self, "by_name", {m.name: m for m in self.messages})
        object.__setattr__(self, "by_id", {m.id: m for m in self.messages})
        object.__setattr__(self, "_carriers", carriers)

    @property
    def encoding(self) -> str:
        """How the first file was read: utf-8-sig, utf-16, utf-8, gbk, cp950 (Big5) or cp1252."""
        return self.files[0].encoding

    def message(self, name: str) -> MessageSpec:
        """The message of that name. Raises UnknownNameError."""
        found = self.by_name.get(name)
        if found is None:
            raise UnknownNameError("message", name, list(self.by_name))
        return found

    def find(self, frame_id: int, extended: bool) -> MessageSpec | None:
        """The message with this id, if it is described."""
        return self.by_id.get((frame_id, extended))

    def signal(self, name: str) -> SignalRef:
        """The signal called `Message.Signal`, or `Signal` when only one message has it.

        Raises UnknownNameError, or UsageError when several messages have it.
        """
        message, dot, signal = name.rpartition(".")
        if dot:
            spec = self.message(message)
            return SignalRef(spec, spec.signal(signal))
        found = self._carriers.get(name, [])
        if not found:
            raise UnknownNameError("signal", name, list(self._carriers))
        if len(found) > 1:
            names = ", ".join(ref.name for ref in found)
            raise UsageError(f"several messages have a signal {name!r}; expected one of {names}")
        return found[0]

    def signals(self) -> Iterable[SignalRef]:
        """All signals, in the order of the files."""
        for message in self.messages:
            for signal in message.signals:
                yield SignalRef(message, signal)

    def sent_by(self, node: str) -> list[MessageSpec]:
        """Messages that a node sends. Raises UnknownNameError."""
        if node not in self.nodes:
            raise UnknownNameError("node", node, list(self.nodes))
        return [message for message in self.messages if node in message.senders]


def load_database(path: Path, *, checks: Path | None = None) -> Database:
    """Read a DBC file, and its side file with counters and checksums if there is one.

    `checks` names the side file; otherwise `<stem>.checks.yaml` beside the database is taken when
    it exists. Raises FileError that names every problem with its place.
    """
    data = read_bytes(path)
    loaded = read_dbc(data, file=str(path), name=path.stem)
    messages = loaded.messages
    lines = {message.name: message.line for message in loaded.lines.messages}
    files = [DatabaseFile(path, data, sha256(data), loaded.encoding, lines)]
    beside = path.with_name(f"{path.stem}.checks.yaml")
    side = checks if checks is not None else beside if beside.exists() else None
    if side is not None:
        messages, content = apply_checks(side, messages)
        files.append(DatabaseFile(side, content, sha256(content), "utf-8"))
    return Database(path.stem, tuple(messages), loaded.nodes, tuple(files), loaded.version)


def merge(databases: Iterable[Database], *, name: str = "merged") -> Database:
    """One database of several. Raises FileError when two messages share a name or an id."""
    parts = list(databases)
    messages: list[MessageSpec] = []
    problems: list[Problem] = []
    names: dict[str, MessageSpec] = {}
    ids: dict[Identifier, MessageSpec] = {}
    for part in parts:
        file = part.files[0]
        for message in part.messages:
            messages.append(message)
            at = (str(file.path), file.lines.get(message.name, 0), 1)
            if (first := names.setdefault(message.name, message)) is not message:
                what = f"{first.database} also has a message called {message.name}"
                problems.append(Problem(*at, what, "each name once over all databases"))
            if (first := ids.setdefault(message.id, message)) is not message:
                shown = format_id(*message.id)
                what = f"{message.name} has the id {shown} of {first.name} in {first.database}"
                problems.append(Problem(*at, what, "each id once over all databases"))
    if problems:
        raise FileError(problems)
    nodes = tuple(dict.fromkeys(node for part in parts for node in part.nodes))
    files = tuple(file for part in parts for file in part.files)
    return Database(name, tuple(messages), nodes, files)
