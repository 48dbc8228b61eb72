"""UDS services that move memory: request download (34), upload (35), transfer (36), exit (37)."""

from harness.clock import Deadline
from harness.devices.diag import codec
from harness.devices.diag.uds_base import UdsBase
from harness.errors import BadReplyError

_LONGEST_PAYLOAD = 4095
_HEAD = 2
"""Service and block counter stand before the data of a block."""


class TransferServices(UdsBase):
    """Memory of a unit, in blocks."""

    async def request_download(
        self, address: int, size: int, deadline: Deadline, format: int = 0x00
    ) -> int:
        """34: announce data for the unit. Gives the data bytes that one block may carry."""
        return await self._announce(address, size, deadline, format, upload=False)

    async def request_upload(
        self, address: int, size: int, deadline: Deadline, format: int = 0x00
    ) -> int:
        """35: announce that data is wanted. Gives the data bytes of one block."""
        return await self._announce(address, size, deadline, format, upload=True)

    async def transfer(self, counter: int, deadline: Deadline, data: bytes = b"") -> bytes:
        """36: one block. The counter starts at 1 and wraps from FF to 00. Gives uploaded bytes."""
        response = await self.ask(codec.transfer(counter, data), deadline)
        return codec.read_transfer(response, self.place(f"block {counter & 0xFF:02X}"))

    async def transfer_exit(self, deadline: Deadline, data: bytes = b"") -> bytes:
        """37: the end of a transfer. Gives the unit's own record, such as a checksum."""
        return (await self.ask(codec.transfer_exit(data), deadline))[1:]

    async def download(self, address: int, data: bytes, deadline: Deadline) -> bytes:
        """34, 36 … 37: write a whole piece of memory. Gives the record of the exit."""
        size = await self.request_download(address, len(data), deadline)
        for counter, at in enumerate(range(0, len(data), size), start=1):
            await self.transfer(counter, deadline, data[at : at + size])
        return await self.transfer_exit(deadline)

    async def upload(self, address: int, size: int, deadline: Deadline) -> bytes:
        """35, 36 … 37: read a whole piece of memory.

        Raises BadReplyError when the unit sends an empty block or more than was asked for.
        """
        await self.request_upload(address, size, deadline)
        data = b""
        counter = 0
        while len(data) < size:
            counter += 1
            block = await self.transfer(counter, deadline)
            data += block
            if not block or len(data) > size:
                raise BadReplyError(
                    f"{self.name}: block {counter} of {len(block)} bytes makes {len(data)}; "
                    f"expected {size} in all"
                )
        await self.transfer_exit(deadline)
        return data

    async def _announce(
        self, address: int, size: int, deadline: Deadline, format: int, *, upload: bool
    ) -> int:
        request = codec.request_transfer(address, size, upload=upload, format=format)
        response = await self.ask(request, deadline)
        place = self.place(f"transfer of {size} bytes at {address:08X}")
        longest = min(codec.read_block_length(response, place), _LONGEST_PAYLOAD)
        if longest <= _HEAD:
            raise BadReplyError(
                f"{place}: blocks of {longest} bytes carry no data; expected at least {_HEAD + 1}"
            )
        return longest - _HEAD
