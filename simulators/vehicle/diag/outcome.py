"""What a service of a control unit answers: a payload, a refusal, or something that takes longer.

Source: ISO 14229-1, annex A.1, for the negative response codes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from harness.devices.diag.services import NEGATIVE


class Nrc(IntEnum):
    """Negative response codes that the simulated control units give."""

    SERVICE_NOT_SUPPORTED = 0x11
    SUBFUNCTION_NOT_SUPPORTED = 0x12
    WRONG_LENGTH = 0x13
    RESPONSE_TOO_LONG = 0x14
    BUSY = 0x21
    CONDITIONS_NOT_CORRECT = 0x22
    SEQUENCE_ERROR = 0x24
    OUT_OF_RANGE = 0x31
    SECURITY_DENIED = 0x33
    INVALID_KEY = 0x35
    ATTEMPTS_EXCEEDED = 0x36
    DELAY_NOT_EXPIRED = 0x37
    TRANSFER_NOT_ACCEPTED = 0x70
    TRANSFER_SUSPENDED = 0x71
    PROGRAMMING_FAILURE = 0x72
    WRONG_BLOCK_COUNTER = 0x73
    PENDING = 0x78
    SUBFUNCTION_NOT_IN_SESSION = 0x7E
    SERVICE_NOT_IN_SESSION = 0x7F


class RefusalError(Exception):
    """A service refuses; caught by the server, which answers with the code."""

    def __init__(self, nrc: int) -> None:
        super().__init__(f"NRC {nrc:02X}")
        self.nrc = nrc


def need(fulfilled: bool, otherwise: Nrc) -> None:
    """Refuse the request unless the condition is fulfilled."""
    if not fulfilled:
        raise RefusalError(otherwise)


@dataclass(frozen=True, slots=True)
class Then:
    """A positive response, and what is done once its last frame has gone out."""

    reply: bytes
    action: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Later:
    """Slow work: `finish` gives the positive response after so many seconds."""

    seconds: float
    finish: Callable[[], bytes]


Outcome = bytes | Then | Later


def refusal(service: int, nrc: int) -> bytes:
    """The payload of a negative response."""
    return bytes([NEGATIVE, service, nrc])
