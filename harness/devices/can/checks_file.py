"""Counters and checksums of a database that does not say them itself: `<stem>.checks.yaml`.

checks:
  VCU_Torque:
    checksum: {signal: VCU_TorqueChk, algorithm: crc8-sae-j1850, data_id: 0x1A2}
    counter: {signal: VCU_TorqueCnt}
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from harness.datafile import load, validate
from harness.devices.can.dbc_check import unfit_protection
from harness.devices.can.specs import Algorithm, ChecksumSpec, MessageSpec
from harness.errors import FileError
from harness.fields import FileModel


class ChecksumEntry(FileModel):
    signal: str
    algorithm: Algorithm
    data_id: Annotated[int, Field(ge=0, le=0xFFFF)] | None = None


class CounterEntry(FileModel):
    signal: str


class ChecksEntry(FileModel):
    checksum: ChecksumEntry | None = None
    counter: CounterEntry | None = None


class ChecksFile(FileModel):
    """The whole side file."""

    checks: dict[str, ChecksEntry]


def apply_checks(path: Path, messages: list[MessageSpec]) -> tuple[list[MessageSpec], bytes]:
    """The messages with what the side file says about them, and the file's bytes.

    It takes the place of what the database says about the same message. Raises FileError.
    """
    values, places, data = load(path)
    file = validate(ChecksFile, values, places)
    known = {message.name: message for message in messages}
    problems = []
    changed: dict[str, MessageSpec] = {}
    for name, entry in file.checks.items():
        at = ("checks", name)
        if name not in known:
            problems.append(places.problem(at, f"no message is called {name!r}", "its name"))
            continue
        counter = None if entry.counter is None else entry.counter.signal
        checksum = None
        if (said := entry.checksum) is not None:
            checksum = ChecksumSpec(said.signal, said.algorithm, said.data_id)
        changed[name] = replace(known[name], counter=counter, checksum=checksum)
        if complaint := unfit_protection(changed[name]):
            problems.append(places.problem(at, *complaint))
    if problems:
        raise FileError(problems)
    return [changed.get(message.name, message) for message in messages], data
