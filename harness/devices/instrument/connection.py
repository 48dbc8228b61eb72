"""How to reach a SCPI instrument, as it is written in a bench file.

    {visa: "TCPIP::192.0.2.8::5025::SOCKET"}
    {visa: "ASRL/dev/ttyUSB2::INSTR", timeout: 3 s, terminator: crlf}

The text is VISA's own name of the resource. `memory` is the in-process transport of the simulated
bench: the same commands, no socket.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from harness.fields import DurationField, FileModel

MEMORY = "memory::"
TERMINATORS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}


class VisaConnection(FileModel):
    """One way to an instrument. Raises FileError (through `datafile.validate`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visa: Annotated[str, StringConstraints(min_length=3, max_length=200, pattern=r"^\S+$")]
    timeout: Annotated[DurationField, Field(gt=0, le=60)] = 2.0
    terminator: Literal["lf", "crlf", "cr"] = "lf"

    @property
    def is_memory(self) -> bool:
        """The instrument is simulated in this process."""
        return self.visa.startswith(MEMORY)

    @property
    def end(self) -> str:
        """What ends a line, both ways."""
        return TERMINATORS[self.terminator]

    def describe(self) -> str:
        return self.visa
