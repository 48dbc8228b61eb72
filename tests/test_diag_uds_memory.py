"""UDS services on trouble codes, security and memory."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from diag_help import Answer, Desk, at_desk, within
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.diag import keys
from harness.devices.diag.keys import key_algorithm, xor_rotate
from harness.errors import (
    BadReplyError,
    HarnessError,
    ImplausibleError,
    NegativeResponseError,
    UnknownNameError,
    UsageError,
)

# 19


def test_trouble_codes_are_listed() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("19 02 08", "59 02 7F 0AA61A 2F C10087 08 123456 08")
        desk.server.on("19 0A", "59 0A 7F")
        found = await desk.client.dtcs(within(), mask=0x08)
        assert found.available.byte == 0x7F
        assert [reading.code for reading in found.readings] == ["P0AA6-1A", "U0100-87", "P1234-56"]
        first, _, unknown = found.readings
        assert first.described is not None and first.described.severity == "stop"
        assert first.status.confirmed
        assert unknown.described is None
        assert (await desk.client.supported_dtcs(within())).readings == ()

    at_desk(test)


@pytest.mark.parametrize("reply", ["59 02", "59 02 7F 0AA61A", "59 02 7F 0AA61A 2F 00"])
def test_a_list_of_trouble_codes_that_is_cut(reply: str) -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("19", reply)
        with pytest.raises(BadReplyError, match="expected 3 and 4 for every trouble code"):
            await desk.client.dtcs(within())

    at_desk(test)


def test_records_of_a_trouble_code() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("19 04 0AA61A FF", "59 04 0AA61A 2F 01 02 2001 0FA1 2003 41 02 01 2003 42")
        desk.server.on("19 06 0AA61A FF", "59 06 0AA61A 2F 01 05 02 0A")
        desk.server.on("19 06 C10087 01", "59 06 C10087 50")
        kept = await desk.client.snapshots("P0AA6-1A", within())
        assert kept.reading is not None and kept.reading.status.byte == 0x2F
        assert kept.records == {
            1: {0x2001: b"\x0f\xa1", 0x2003: b"\x41"},
            2: {0x2003: b"\x42"},
        }
        more = await desk.client.extended_data("P0AA6-1A", within())
        assert more.extended == bytes.fromhex("0105020a")
        none = await desk.client.extended_data("U0100-87", within(), record=1)
        assert none.extended == b""

    at_desk(test)


@pytest.mark.parametrize(
    ("reply", "error", "what"),
    [
        ("59 04 0AA61A 2F 01 01 9999 01", ImplausibleError, "identifier 9999 is not described"),
        ("59 04 0AA61A 2F 01 01 2001 0F", ImplausibleError, "2001 has 1 bytes; expected 2"),
        ("59 04 0AA61A 2F 01 01 20", ImplausibleError, "record 1 ends in an identifier"),
        ("59 04 0AA61A 2F 01", ImplausibleError, "record 1 names no identifier"),
        ("59 04 0AA61A 2F 01 00", ImplausibleError, "record 1 names no identifier"),
        ("59 04 0AA61B 2F", BadReplyError, "it answers about P0AA6-1B"),
        ("59 04 0A", BadReplyError, "3 bytes; expected at least 6"),
    ],
)
def test_records_that_cannot_be_read(reply: str, error: type[HarnessError], what: str) -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("19", reply)
        with pytest.raises(error, match=what):
            await desk.client.snapshots("P0AA6-1A", within())

    at_desk(test)


# 27


def locked(desk: Desk, seed: str) -> None:
    key = xor_rotate(bytes.fromhex(seed), 1, {"rotate": 5}).hex()
    desk.server.on("27 01", "67 01" + seed)
    desk.server.on("27 02", "7F 27 35")
    desk.server.on("27 02" + key, "67 02")


@pytest.mark.parametrize("seed", ["12345678", "ff", "00000001", "0102030405060708"])
def test_a_unit_is_unlocked_with_its_own_algorithm(seed: str) -> None:
    async def test(desk: Desk) -> None:
        locked(desk, seed)
        assert await desk.client.unlock(within()) is True
        with pytest.raises(NegativeResponseError, match=r"NRC 35 \(invalid key\)"):
            await desk.client.unlock(within(), algorithm=lambda seed, level, options: seed)

    at_desk(test)


def test_a_seed_of_zeros_means_unlocked() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("27 01", "67 01 00 00 00 00")
        assert await desk.client.unlock(within()) is False
        assert desk.requests == ["2701"]
        desk.server.on("27 01", "67 01")
        with pytest.raises(BadReplyError, match="seed of level 1"):
            await desk.client.unlock(within())
        with pytest.raises(UsageError, match="security level 2 is even"):
            await desk.client.unlock(within(), level=2)

    at_desk(test)


def test_algorithms_of_other_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("ours", "harness.devices.diag.keys:xor_rotate", keys.GROUP)
    monkeypatch.setattr(keys, "entry_points", lambda group: [entry])
    assert key_algorithm("ours") is xor_rotate
    assert key_algorithm("xor-rotate") is xor_rotate
    with pytest.raises(UnknownNameError, match="did you mean: ours"):
        key_algorithm("our")


@pytest.mark.parametrize(
    "options", [{"mask": -1}, {"mask": "x"}, {"mask": 2**32}, {"rotate": 32}, {"rotate": True}]
)
def test_wrong_options_of_the_demonstration_algorithm(options: Mapping[str, Any]) -> None:
    with pytest.raises(UsageError, match="xor-rotate"):
        xor_rotate(b"\x01", 1, options)
    with pytest.raises(UsageError, match="the seed is empty"):
        xor_rotate(b"", 1, {})


@given(st.binary(min_size=1, max_size=16), st.integers(1, 0x7D), st.integers(0, 31))
def test_different_seeds_have_different_keys(seed: bytes, level: int, rotate: int) -> None:
    options = {"rotate": rotate}
    other = bytes([seed[0] ^ 1]) + seed[1:]
    assert len(xor_rotate(seed, level, options)) == len(seed)
    assert xor_rotate(seed, level, options) != xor_rotate(other, level, options)


# 34 to 37


class Memory:
    """Memory that is written and read in blocks of 32 bytes."""

    def __init__(self, desk: Desk) -> None:
        self.data = bytearray()
        self.read_at = 0
        self.counters: list[int] = []
        desk.server.on("34 00 44 08000000", "74 20 00 22")
        desk.server.on("35 00 44 08000000", "75 20 00 22")
        desk.server.on("37", "77 AB")
        desk.server.by("36", self.block)

    def block(self, request: bytes) -> list[Answer]:
        self.counters.append(request[1])
        if len(request) > 2:
            self.data += request[2:]
            return [b"\x76" + request[1:2]]
        block = bytes(self.data[self.read_at : self.read_at + 32])
        self.read_at += 32
        return [b"\x76" + request[1:2] + block]


def test_memory_goes_both_ways_in_blocks() -> None:
    async def test(desk: Desk) -> None:
        memory = Memory(desk)
        data = bytes(i & 0xFF for i in range(32 * 300 + 7))
        assert await desk.client.download(0x08000000, data, within(3600)) == b"\xab"
        assert memory.data == data
        assert memory.counters[254:258] == [0xFF, 0x00, 0x01, 0x02]
        assert await desk.client.upload(0x08000000, len(data), within(3600)) == data

    at_desk(test)


@pytest.mark.parametrize(
    ("rule", "reply", "what"),
    [
        ("34", "74 10 02", "blocks of 2 bytes carry no data"),
        ("34", "74 F0 02", "cannot be read"),
        ("34", "74 20 02", "cannot be read"),
        ("36", "76 02", "expected 01 repeated"),
    ],
)
def test_a_download_that_goes_wrong(rule: str, reply: str, what: str) -> None:
    async def test(desk: Desk) -> None:
        Memory(desk)
        desk.server.rules.pop("34004408000000")
        desk.server.on("34", "74 20 00 22")
        desk.server.on(rule, reply)
        with pytest.raises(BadReplyError, match=what):
            await desk.client.download(0x08000000, bytes(40), within())

    at_desk(test)


@pytest.mark.parametrize("block", ["", "11" * 30])
def test_an_upload_of_the_wrong_length(block: str) -> None:
    async def test(desk: Desk) -> None:
        Memory(desk)
        desk.server.on("36 01", "76 01" + block)
        with pytest.raises(BadReplyError, match="expected 20 in all"):
            await desk.client.upload(0x08000000, 20, within())

    at_desk(test)


@pytest.mark.parametrize(("address", "size"), [(-1, 4), (2**32, 4), (0, 0), (0, 2**32)])
def test_memory_that_does_not_exist(address: int, size: int) -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(UsageError, match="expected 32 bits each"):
            await desk.client.request_download(address, size, within())

    at_desk(test)
