"""What single devices of the field ask of the profile language beyond a plain table."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_help import FakeDevice, Record, opened, serving, shipped, soon, virtual

from harness.clock import Clock, loop_time
from harness.devices.modbus.derived import Derived, Term
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.frames import Request, fault_ascii, look_ascii, look_rtu, lrc
from harness.devices.modbus.points import Profile
from harness.devices.modbus.profile import load_profile
from harness.errors import FileError, NoReplyError, NotAvailableError, UsageError
from harness.quantity import Measurement, Quality
from simulators.bench import SimulatedBench

FILE = Path(__file__).parent / "data" / "modbus-needs.yaml"
TEXT = FILE.read_text(encoding="utf-8")
Work = Callable[[ModbusDevice, Record, FakeDevice], Awaitable[None]]
OPTIONS = {"first_ignored": "first_ignored: 200 ms", "longer": "longer_replies: true"}


def with_fake(profile: Profile, kind: str, work: Work, **put: object) -> None:
    async def main() -> None:
        fake = FakeDevice(u1=profile)
        for name, value in put.items():
            fake.put(name, value)  # type: ignore[arg-type]
        async with (
            serving(fake, kind) as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            await work(device, record, fake)

    virtual(main)


def changed(tmp_path: Path, old: str, new: str) -> str:
    """The path of the file with one place different."""
    assert TEXT.count(old) >= 1, old
    path = tmp_path / "needs.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return str(path)


# Values made of several points


def test_derived_values_are_read_with_their_points() -> None:
    async def work(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        record.clear()
        names = ["cp_state", "power", "voltage_l1", "session_duration", "firmware_version"]
        found = await device.read(names, soon())
        assert list(found) == names
        assert [one.value for one in found.values()] == ["C", 230.0 * 16 + 231.0 * 10, 230.0,
                                                         2 * 3600 + 180, "3.14"]  # fmt: skip
        assert len(record) == 2  # inputs 10 to 11 and 1000 to 1007
        power = found["power"]
        assert (power.unit, power.quality, power.transactions) == ("W", Quality.GOOD, [2])
        step = 0.1 / math.sqrt(3)
        assert power.uncertainty == pytest.approx(
            step * math.sqrt(230.0**2 + 16**2 + 231.0**2 + 10**2)
        )
        assert device.has("cp_state")
        with pytest.raises(NotAvailableError, match="power of modbus-needs can only be read"):
            await device.write("power", 1.0, soon())

    with_fake(
        load_profile(str(FILE)), "memory-rtu", work, voltage_l1=230.0, voltage_l2=231.0,
        current_l1=16.0, current_l2=10.0, plug="in", level=6.0, hours=2.0, minutes=3.0,
        firmware_major=3, firmware_minor=14, fine="no",
    )  # fmt: skip


def test_a_part_that_says_nothing_makes_the_whole_say_nothing() -> None:
    async def work(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        found = await device.read(["power", "cp_state"], soon())
        assert found["power"].value is None
        assert found["power"].quality is Quality.SENTINEL
        assert found["power"].note == "current_l2 is sentinel"
        # Plugged in at 11 V is none of the states.
        assert found["cp_state"].value is None
        assert found["cp_state"].quality is Quality.UNKNOWN_CODE
        assert found["cp_state"].raw == "plug=in, level=11.0"

    with_fake(load_profile(str(FILE)), "memory-tcp", work, current_l2=None, plug="in", level=11.0)


NUMBERS = st.floats(-1e6, 1e6)


@given(
    values=st.dictionaries(st.sampled_from("abcd"), NUMBERS, min_size=4),
    spreads=st.lists(st.floats(0, 100), min_size=4, max_size=4),
    terms=st.lists(
        st.tuples(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), st.floats(-10, 10)),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
def test_a_sum_of_products_and_its_uncertainty(
    values: dict[str, float], spreads: list[float], terms: list[tuple[list[str], float]]
) -> None:
    """Against the definition: partial derivatives by a small step."""
    needs = tuple(dict.fromkeys(name for names, _ in terms for name in names))
    derived = Derived("x", needs, terms=tuple(Term(tuple(n), f) for n, f in terms), unit="W")
    spread = dict(zip("abcd", spreads, strict=True))

    def plain(at: dict[str, float]) -> float:
        return sum(factor * math.prod(at[name] for name in names) for names, factor in terms)

    found = {
        name: Measurement(name, values[name], "1", spread[name], Quality.GOOD, "x", at)
        for at, name in enumerate("abcd")
    }
    whole = derived.made_of(found, "x")
    assert whole.value == pytest.approx(plain(values), rel=1e-9, abs=1e-6)
    assert whole.at == max(found[name].at for name in needs)
    # Products of at most three are exact under a central difference of half width h, up to h².
    h, squares = 1e-3, 0.0
    for name in needs:
        up, down = ({**values, name: values[name] + sign * h} for sign in (1, -1))
        squares += ((plain(up) - plain(down)) / (2 * h) * spread[name]) ** 2
    assert whole.uncertainty == pytest.approx(math.sqrt(squares), rel=1e-2, abs=1e3)


# One map, several connectors


def test_connectors_lie_a_stride_apart() -> None:
    first, third = (load_profile(str(FILE), connector=number) for number in (1, 3))
    assert first.connectors == third.connectors == 3
    assert third.points["voltage_l1"].address == first.points["voltage_l1"].address + 2000
    assert third.points["charge_limit"].address == 3000
    assert third.points["firmware_major"].address == 10  # the station has it once

    async def work(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        assert (await device.read(["voltage_l1"], soon()))["voltage_l1"].value == 231.5
        assert record[-1].address == 3000

    with_fake(third, "memory-rtu", work, voltage_l1=231.5)
    with pytest.raises(UsageError, match=r"modbus-needs has no connector 4; expected 1 to 3"):
        load_profile(str(FILE), connector=4)


def test_connectors_may_be_unit_ids(tmp_path: Path) -> None:
    text = "{count: 3, stride: 1000, first: 1000}"
    path = changed(tmp_path, text, "{count: 3, unit_stride: 1}")
    assert [load_profile(path, connector=n).links["rtu"].unit for n in (1, 2, 3)] == [1, 2, 3]
    with pytest.raises(UsageError, match=r"gb-ac-pile has no connector 2; expected 1$"):
        load_profile("gb-ac-pile", connector=2)


# A scale that depends, and a limit that stands in several places


@pytest.mark.parametrize(("fine", "raw"), [("no", 16), ("yes", 1600)])
def test_the_scale_is_that_of_the_mode(fine: str, raw: int) -> None:
    async def work(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        shown = await device.write_and_read_back("charge_limit", 16.0, soon())
        assert shown is not None
        assert shown.value == 16.0
        assert [(address, values) for _, address, values in fake.writes] == [
            (1000, [raw]), (1001, [raw]), (1002, [raw]),
        ]  # fmt: skip
        assert device.written == dict.fromkeys(
            ("charge_limit", "charge_limit_l2", "charge_limit_l3"), 16.0
        )
        with pytest.raises(UsageError, match="charge_limit cannot be 3"):
            await device.write("charge_limit", 3.0, soon())

    with_fake(load_profile(str(FILE)), "memory-rtu", work, fine=fine)


def test_a_phase_that_did_not_take_the_limit_speaks_for_all() -> None:
    async def work(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        await device.write("charge_limit", 10.0, soon())
        # The second one takes nothing: its register is found unchanged.
        real = fake._access

        async def deaf(unit: int, function: int, start: int, *rest: object) -> object:
            held = fake.words[1, "h", 1001]
            result = await real(unit, function, start, *rest)
            fake.words[1, "h", 1001] = held
            return result

        fake._access = deaf  # type: ignore[method-assign,assignment]
        shown = await device.write_and_read_back("charge_limit", 20.0, soon())
        assert shown is not None
        assert (shown.name, shown.value) == ("charge_limit_l2", 10.0)

    with_fake(load_profile(str(FILE)), "memory-rtu", work, fine="no")


def test_nothing_is_scaled_by_a_mode_that_nobody_knows() -> None:
    async def work(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        found = (await device.read(["charge_limit"], soon()))["charge_limit"]
        assert (found.value, found.raw, found.quality) == (None, 16, Quality.MISSING)
        with pytest.raises(NotAvailableError, match="nobody knows how charge_limit is scaled"):
            await device.write("charge_limit", 16.0, soon())
        assert fake.writes == []

    async def main() -> None:
        profile = load_profile(str(FILE))
        fake = FakeDevice(u1=profile)
        fake.put_words("fine", [7])
        fake.put_words("charge_limit", [16])
        async with (
            serving(fake, "memory-rtu") as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            await work(device, record, fake)

    virtual(main)


def test_the_simulated_device_scales_by_its_mode_too() -> None:
    async def main() -> None:
        profile = load_profile(str(FILE))
        clock = Clock(virtual=True)
        bench = SimulatedBench(
            seed=1, now=clock.elapsed, wall=lambda: clock.now().utc, pile=profile
        )
        connection = (await bench.start_in_memory())["pile"]
        try:
            async with opened(connection, profile, virtual=True) as (device, _record):
                found = await device.read(["power", "charge_limit", "voltage_l1"], soon())
                assert found["power"].value == 0.0
                assert found["voltage_l1"].value == pytest.approx(220, abs=15)
                shown = await device.write_and_read_back("charge_limit", 12.0, soon())
                assert shown is not None
                assert shown.value == 12.0
        finally:
            await bench.stop()

    virtual(main)


# Peers that bend the protocol


def bending(tmp_path: Path, key: str) -> Profile:
    return load_profile(
        changed(tmp_path, "connectors:", f"reading: {{{OPTIONS[key]}}}\nconnectors:")
    )


def test_a_request_is_sent_again_for_a_device_that_ignores_the_first(tmp_path: Path) -> None:
    profile = bending(tmp_path, "first_ignored")

    async def main() -> None:
        clock = Clock(virtual=True)
        bench = SimulatedBench(
            seed=1, now=clock.elapsed, wall=lambda: clock.now().utc, pile=profile
        )
        connection = (await bench.start_in_memory())["pile"]
        try:
            async with opened(connection, profile, virtual=True) as (device, record):
                before = loop_time()
                await device.read(["voltage_l1"], soon())
                await device.write("charge_limit", 12.0, soon())
                assert 0.8 <= loop_time() - before < 0.9  # one read, three writes
                assert [one.outcome for one in record] == ["ok"] * len(record)
            plain = load_profile(str(FILE))
            with pytest.raises(NoReplyError):
                # Without the key, and with one attempt, the device is silent.
                async with opened(
                    connection.model_copy(update={"attempts": 1}), plain, virtual=True
                ):
                    pass
        finally:
            await bench.stop()

    virtual(main)


@pytest.mark.parametrize("kind", ["memory-tcp", "memory-rtu"])
def test_a_longer_reply_counts_where_the_profile_says_so(tmp_path: Path, kind: str) -> None:
    def pad(reply: bytes) -> bytes:
        """Two more registers than were asked for, in a sound frame."""
        if kind == "memory-tcp":
            head, body = bytearray(reply[:6]), bytearray(reply[6:])
            if body[1] in (3, 4):
                body[2] += 4
                body += b"\x12\x34\x56\x78"
                head[5] += 4
            return bytes(head + body)
        from harness.devices.modbus.frames import crc16  # noqa: PLC0415

        body = bytearray(reply[:-2])
        if body[1] in (3, 4):
            body[2] += 4
            body += b"\x12\x34\x56\x78"
        crc = crc16(bytes(body))
        return bytes(body) + bytes([crc & 0xFF, crc >> 8])

    async def work(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.spoil = pad
        assert (await device.read(["voltage_l1"], soon()))["voltage_l1"].value == 229.9

    with_fake(bending(tmp_path, "longer"), kind, work, voltage_l1=229.9, fine="no")

    async def refused(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.spoil = pad
        with pytest.raises(Exception, match=r"wrong length|bad CRC"):
            await device.read(["voltage_l1"], soon())

    with_fake(load_profile(str(FILE)), kind, refused, voltage_l1=229.9, fine="no")


# Modbus ASCII frames


def ascii_frame(body: bytes, unit: int = 1) -> bytes:
    frame = bytes([unit]) + body
    return b":" + (frame + bytes([lrc(frame)])).hex().upper().encode() + b"\r\n"


REQUEST = Request(1, 4, 10, 2)


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=20), st.integers(0, 40))
def test_an_ascii_reply_is_found_whole_and_only_whole(data: bytes, noise: bytes, cut: int) -> None:
    frame = ascii_frame(b"\x04\x04" + data)
    assert look_ascii(REQUEST, noise.replace(b":", b"") + frame) == b"\x04\x04" + data
    if cut < len(frame):
        assert look_ascii(REQUEST, frame[:cut]) == b""


@given(st.binary(min_size=4, max_size=4), st.integers(0, 200), st.integers(1, 255))
def test_a_damaged_ascii_reply_is_never_taken(data: bytes, at: int, flip: int) -> None:
    good = b"\x04\x04" + data
    frame = bytearray(ascii_frame(good))
    frame[at % len(frame)] ^= flip
    # Small letters spell the same bytes; nothing else may come out.
    assert look_ascii(REQUEST, bytes(frame)) in (b"", good)
    if bytes(frame).upper() != ascii_frame(good):
        assert look_ascii(REQUEST, bytes(frame)) == b""
        assert fault_ascii(REQUEST, bytes(frame))


@given(st.binary(max_size=60))
def test_any_bytes_have_a_reason(data: bytes) -> None:
    assert look_ascii(REQUEST, data) == b"" or fault_ascii(REQUEST, data) == "wrong length"
    assert fault_ascii(REQUEST, data)
    assert isinstance(look_rtu(Request(1, 3, 0, 1, longer=True), data), bytes)


def test_reasons_of_ascii_replies() -> None:
    good = ascii_frame(b"\x04\x04\0\0\0\0")
    assert fault_ascii(REQUEST, good[:-2]).startswith("short frame: 17 bytes without")
    assert fault_ascii(REQUEST, good.replace(b"F7", b"F6")) == "bad LRC: F6, calculated F7"
    assert fault_ascii(REQUEST, ascii_frame(b"\x04\x04\0\0\0\0", 9)) == (
        "wrong unit: a reply from unit 9"
    )
    assert fault_ascii(REQUEST, b":0Z\r\n") == "no Modbus ASCII frame: b'0Z'"
    assert "wrong function" in fault_ascii(REQUEST, ascii_frame(b"\x03\x04\0\0\0\0"))


def test_a_pile_inspected_over_ascii() -> None:
    """The simulated pile with the map of the tests, over ASCII frames in memory."""

    async def main() -> None:
        text = TEXT.replace("  rtu: {baudrate: 9600, unit: 1}\n", "")
        path = Path(FILE.parent / "modbus-needs.yaml")
        assert "rtu" not in text
        profile = load_profile(str(path))
        only = {"ascii": profile.links["ascii"]}
        from dataclasses import replace  # noqa: PLC0415

        profile = replace(profile, links=only)
        clock = Clock(virtual=True)
        bench = SimulatedBench(
            seed=1, now=clock.elapsed, wall=lambda: clock.now().utc, pile=profile
        )
        connection = (await bench.start_in_memory())["pile"]
        try:
            assert connection.framing == "ascii"
            async with opened(connection, profile, virtual=True) as (device, record):
                found = await device.read(list(profile.described), soon())
                assert len(found) == len(profile.described)
                assert record[-1].request.startswith("3a3031")  # ":01"
        finally:
            await bench.stop()

    virtual(main)


# What a wrong file is told

WRONG = {
    "two ways": ("join: [firmware_major, firmware_minor], with: \".\"",
                 "join: [plug], sum: [{of: [hours]}]", "exactly one of 'sum', 'join', 'states'"),
    "no such point": ("of: [hours]", "of: [days]", "there is no point 'days'"),
    "no number": ("of: [hours]", "of: [plug]", "plug is not a number"),
    "no such state": ("when: {plug: out}", "when: {plug: away}", "plug is never 'away'"),
    "unknown unit": ("{unit: s, sum", "{unit: fortnight, sum", "unknown unit 'fortnight'"),
    "wrong kind of unit": ("  session_duration: {unit", "  session_energy: {unit",
                           "session_energy cannot be in s"),
    "not a shared state": ("- {is: A,", "- {is: Z,", "'Z' is not a shared state of cp_state"),
    "name taken": ("  session_duration: {unit", "  minutes: {unit", "minutes is a point already"),
    "factor of zero": ("times: 3600", "times: 0", "a factor of 0 says nothing"),
    "scale of zero": ("scale: 0.01}]", "scale: 0}]", "a scale of 0 says nothing"),
    "scale of a state": ("fine: {at: input 12,",
                         "fine: {at: input 12, scale_if: [{when: {plug: in}, scale: 2}],",
                         "only numbers have scale"),
    "limit elsewhere": ("also_write: [charge_limit_l2,", "also_write: [voltage_l1,",
                        "voltage_l1 cannot be written so"),
    "stride too short": ("stride: 1000", "stride: 5", "lies beyond connector 1"),
    "stride and units": ("stride: 1000,", "stride: 1000, unit_stride: 1,",
                         "either 'stride' or 'unit_stride'"),
    "too many": ("count: 3, stride: 1000", "count: 60, stride: 1200",
                 "connector 60 ends outside the table"),
    "tcp key": ("stopbits: 1, unit: 1}", "stopbits: 1, unit: 1, port: 502}",
                "'port' means nothing on a ascii link"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_a_wrong_file_is_told(tmp_path: Path, case: str) -> None:
    old, new, said = WRONG[case]
    with pytest.raises(FileError) as caught:
        load_profile(changed(tmp_path, old, new))
    assert any(said in str(problem) for problem in caught.value.problems), caught.value.problems


def test_a_shipped_profile_describes_what_it_has() -> None:
    profile = shipped("gb-ac-pile")
    assert profile.described is profile.points
    assert asyncio.iscoroutinefunction(ModbusDevice.read)
