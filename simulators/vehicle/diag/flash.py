"""Memory that a tester can write and read (services 34 to 37): 64 KiB of scratch, starting at 0."""

from dataclasses import dataclass

from simulators.vehicle.diag.outcome import Nrc, RefusalError, need

SIZE = 0x1_0000
BLOCK = 0x402
"""Longest request 36 in bytes, with service and counter."""
_EMPTY = 0xFF


@dataclass(slots=True)
class _Transfer:
    """A transfer under way. `counter` is that of the last block."""

    address: int
    size: int
    upload: bool
    done: int = 0
    counter: int = 0
    last: bytes = b""


class Flash:
    """The memory and the one transfer that may be under way."""

    def __init__(self) -> None:
        self.data = bytearray([_EMPTY]) * SIZE
        self._transfer: _Transfer | None = None

    @property
    def busy(self) -> bool:
        return self._transfer is not None

    def begin(self, address: int, size: int, *, upload: bool) -> None:
        """Announce a transfer. Raises RefusalError (22, 31)."""
        need(self._transfer is None, Nrc.CONDITIONS_NOT_CORRECT)
        need(size > 0 and address + size <= SIZE, Nrc.OUT_OF_RANGE)
        self._transfer = _Transfer(address, size, upload)
        if not upload:
            self.data[address : address + size] = bytes([_EMPTY]) * size

    def block(self, counter: int, data: bytes) -> bytes:
        """One block. Gives the uploaded bytes (none for a download).

        The block before may come again: its answer was lost on the way. Raises RefusalError
        (13, 24, 71, 73).
        """
        transfer = self._transfer
        if transfer is None:
            raise RefusalError(Nrc.SEQUENCE_ERROR)
        if counter == transfer.counter and transfer.done:
            return transfer.last
        need(counter == (transfer.counter + 1) & 0xFF, Nrc.WRONG_BLOCK_COUNTER)
        left = transfer.size - transfer.done
        need(left > 0, Nrc.SEQUENCE_ERROR)
        need(transfer.upload != bool(data), Nrc.WRONG_LENGTH)
        need(len(data) <= left, Nrc.TRANSFER_SUSPENDED)
        at = transfer.address + transfer.done
        if transfer.upload:
            transfer.last = bytes(self.data[at : at + min(left, BLOCK - 2)])
            transfer.done += len(transfer.last)
        else:
            self.data[at : at + len(data)] = data
            transfer.done += len(data)
        transfer.counter = counter
        return transfer.last

    def finish(self) -> None:
        """The end. Raises RefusalError (24) while bytes are missing."""
        transfer = self._transfer
        need(transfer is not None and transfer.done == transfer.size, Nrc.SEQUENCE_ERROR)
        self._transfer = None

    def abandon(self) -> None:
        """The session ends, or the unit restarts."""
        self._transfer = None
