"""Services that move memory: download (34), upload (35), transfer (36), exit (37).

Each raises RefusalError. Erasing takes a moment, and so does the check at the end: both ask for
patience. Source: ISO 14229-1.
"""

from simulators.vehicle.diag.diagnosed_ecu import DiagnosedEcu
from simulators.vehicle.diag.flash import BLOCK
from simulators.vehicle.diag.outcome import Later, Nrc, Outcome, need

_PLAIN = 0x00
"""Data format: neither compressed nor encrypted."""
_ERASE = 0.6
_CHECK = 0.2
_BLOCK_WRITE = 0.01
_LENGTH_FORMAT = 0x20
"""The response says its block length in two bytes."""


def request_download(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """34."""
    return _request(ecu, request, upload=False)


def request_upload(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """35."""
    return _request(ecu, request, upload=True)


def _request(ecu: DiagnosedEcu, request: bytes, *, upload: bool) -> Outcome:
    need(len(request) >= 3, Nrc.WRONG_LENGTH)
    sizes, addresses = request[2] >> 4, request[2] & 0xF
    widths_known = 1 <= sizes <= 4 and 1 <= addresses <= 4
    need(request[1] == _PLAIN and widths_known, Nrc.OUT_OF_RANGE)
    need(len(request) == 3 + addresses + sizes, Nrc.WRONG_LENGTH)
    need(ecu.unlocked or not ecu.rules.memory, Nrc.SECURITY_DENIED)
    need(ecu.hooks.speed_is_zero(), Nrc.TRANSFER_NOT_ACCEPTED)
    address = int.from_bytes(request[3 : 3 + addresses], "big")
    size = int.from_bytes(request[3 + addresses :], "big")
    ecu.flash.begin(address, size, upload=upload)
    reply = bytes([request[0] + 0x40, _LENGTH_FORMAT]) + BLOCK.to_bytes(2, "big")
    return reply if upload else Later(_ERASE, lambda: reply)


def transfer_data(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """36."""
    need(2 <= len(request) <= BLOCK, Nrc.WRONG_LENGTH)
    reply = bytes([0x76, request[1]]) + ecu.flash.block(request[1], request[2:])
    return Later(_BLOCK_WRITE, lambda: reply)


def transfer_exit(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """37."""
    need(len(request) == 1, Nrc.WRONG_LENGTH)
    ecu.flash.finish()
    return Later(_CHECK, lambda: b"\x77")
