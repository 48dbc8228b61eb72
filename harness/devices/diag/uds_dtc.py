"""UDS services on trouble codes: read them (19 02, 04, 06, 0A), clear (14), stop setting (85)."""

from dataclasses import dataclass, field

from harness.clock import Deadline
from harness.devices.diag import codec
from harness.devices.diag.diagnostics import Dtc
from harness.devices.diag.dtc import DtcStatus, dtc_code, dtc_number
from harness.devices.diag.uds_base import UdsBase
from harness.errors import BadReplyError, ImplausibleError

BY_STATUS, SNAPSHOT, EXTENDED, SUPPORTED = 0x02, 0x04, 0x06, 0x0A
ALL_GROUPS = 0xFFFFFF
ALL_RECORDS = 0xFF


@dataclass(frozen=True, slots=True)
class DtcReading:
    """A trouble code that a unit reports. `described` is the entry of the maker's table."""

    number: int
    status: DtcStatus
    described: Dtc | None = None

    @property
    def code(self) -> str:
        return dtc_code(self.number)


@dataclass(frozen=True, slots=True)
class DtcList:
    """The codes of one response, and which status bits the unit supports at all."""

    available: DtcStatus
    readings: tuple[DtcReading, ...]


@dataclass(frozen=True, slots=True)
class DtcRecords:
    """What a unit has kept about one code. `reading` is None when it knows nothing of it."""

    reading: DtcReading | None
    records: dict[int, dict[int, bytes]] = field(default_factory=dict)
    """Snapshots: record number -> identifier -> bytes."""
    extended: bytes = b""
    """Extended data as it came, record number first; its layout is the maker's."""


class DtcServices(UdsBase):
    """The fault memory of a unit."""

    async def dtcs(self, deadline: Deadline, mask: int = 0xFF) -> DtcList:
        """19 02: the codes of whose status any bit of `mask` is set."""
        return await self._list(codec.read_dtcs(BY_STATUS, status_mask=mask), deadline)

    async def supported_dtcs(self, deadline: Deadline) -> DtcList:
        """19 0A: every code that the unit can set, with its present status."""
        return await self._list(codec.read_dtcs(SUPPORTED), deadline)

    async def snapshots(
        self, code: str, deadline: Deadline, record: int = ALL_RECORDS
    ) -> DtcRecords:
        """19 04: what was measured when the code was set.

        Raises ImplausibleError for an identifier whose length is not described.
        """
        request = codec.read_dtcs(SNAPSHOT, dtc=dtc_number(code), snapshot_record_number=record)
        reading, data = await self._one(request, code, deadline)
        return DtcRecords(reading, records=self._records(data, code))

    async def extended_data(
        self, code: str, deadline: Deadline, record: int = ALL_RECORDS
    ) -> DtcRecords:
        """19 06: counters and the like that the unit keeps beside the code."""
        request = codec.read_dtcs(
            EXTENDED, dtc=dtc_number(code), extended_data_record_number=record
        )
        reading, data = await self._one(request, code, deadline)
        return DtcRecords(reading, extended=data)

    async def clear_dtcs(self, deadline: Deadline, group: int = ALL_GROUPS) -> None:
        """14: forget codes, by default all."""
        await self.ask(codec.clear_dtcs(group), deadline)

    async def dtc_setting(self, on: bool, deadline: Deadline) -> None:
        """85: stop or resume the setting of codes in this session."""
        await self.ask(codec.dtc_setting(on), deadline)

    def described(self, number: int) -> Dtc | None:
        """What the maker's table says about a code."""
        code = dtc_code(number)
        known = {dtc.code: dtc for dtc in self.unit.dtcs}
        if code in known or self.description is None:
            return known.get(code)
        return self.description.dtcs.get(code)

    async def _list(self, request: bytes, deadline: Deadline) -> DtcList:
        response = await self.ask(request, deadline)
        place = self.place(f"trouble codes (19 {request[1]:02X})")
        rows = response[3:]
        if len(response) < 3 or len(rows) % 4:
            raise BadReplyError(
                f"{place}: {len(response)} bytes; expected 3 and 4 for every trouble code"
            )
        readings = [self._reading(rows[at : at + 4]) for at in range(0, len(rows), 4)]
        return DtcList(DtcStatus(response[2]), tuple(readings))

    def _reading(self, row: bytes) -> DtcReading:
        number = int.from_bytes(row[:3], "big")
        return DtcReading(number, DtcStatus(row[3]), self.described(number))

    async def _one(
        self, request: bytes, code: str, deadline: Deadline
    ) -> tuple[DtcReading | None, bytes]:
        """Status of one code, and the records after it."""
        response = await self.ask(request, deadline)
        place = self.place(f"records of {code} (19 {request[1]:02X})")
        if len(response) == 5:
            return None, b""  # the code alone: nothing is kept, and no status
        if len(response) < 6:
            raise BadReplyError(f"{place}: {len(response)} bytes; expected at least 6")
        reading = self._reading(response[2:6])
        if reading.code != code:
            raise BadReplyError(f"{place}: it answers about {reading.code}")
        return reading, response[6:]

    def _records(self, data: bytes, code: str) -> dict[int, dict[int, bytes]]:
        place = self.place(f"snapshot of {code}")
        records: dict[int, dict[int, bytes]] = {}
        at = 0
        while at < len(data):
            number, count = data[at], data[at + 1 : at + 2]
            at += 2
            values = records.setdefault(number, {})
            for _ in range(count[0] if count else 0):
                if len(data) < at + 2:
                    raise ImplausibleError(f"{place}: record {number} ends in an identifier")
                id = int.from_bytes(data[at : at + 2], "big")
                piece, at = self._piece(data, at, id, place)
                values[id] = piece
            if not count or not values:
                raise ImplausibleError(f"{place}: record {number} names no identifier")
        return records

    def _piece(self, data: bytes, at: int, id: int, place: str) -> tuple[bytes, int]:
        known = [did for did in self.unit.dids if did.id == id]
        if self.description is not None and id in self.description.dids:
            known.append(self.description.dids[id])
        length = known[0].format.length if known else None
        if length is None:
            raise ImplausibleError(
                f"{place}: the length of identifier {id:04X} is not described, so the rest cannot "
                "be read"
            )
        piece = data[at + 2 : at + 2 + length]
        if len(piece) < length:
            raise ImplausibleError(f"{place}: {id:04X} has {len(piece)} bytes; expected {length}")
        return piece, at + 2 + length
