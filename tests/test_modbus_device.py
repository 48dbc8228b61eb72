"""Contract of a device: the same tests over every way to reach one."""

import sys
from collections.abc import Awaitable, Callable

import pytest
from modbus_help import FakeDevice, Record, opened, serving, shipped
from pymodbus.constants import ExcCodes

from harness.clock import Deadline, loop_time, run
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.points import Profile
from harness.errors import NoReplyError, NotAvailableError, RefusedError, UsageError
from harness.quantity import Quality, Quantity

KINDS = ["memory-tcp", "memory-rtu", "memory-ascii", "tcp", "rtu-over-tcp"]
if sys.platform == "linux":
    KINDS += ["serial", "ascii"]  # over a pair of pseudo-terminals

Test = Callable[[ModbusDevice, Record, FakeDevice], Awaitable[None]]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def with_device(
    kind: str,
    test: Test,
    profile: Profile | str = "gb-ac-pile",
    prepare: Callable[[FakeDevice], None] = lambda fake: None,
    uncertainty: dict[str, Quantity] | None = None,
) -> None:
    chosen = shipped(profile) if isinstance(profile, str) else profile
    virtual = kind.startswith("memory")

    async def main() -> None:
        fake = FakeDevice(u1=chosen)
        prepare(fake)
        async with (
            serving(fake, kind) as connection,
            opened(connection, chosen, virtual=virtual, uncertainty=uncertainty) as (
                device,
                record,
            ),
        ):
            await test(device, record, fake)

    run(main, virtual=virtual)


def soon() -> Deadline:
    return Deadline.after(10)


def test_reading_every_table_at_once(kind: str) -> None:
    def prepare(fake: FakeDevice) -> None:
        fake.put("emergency_stop", "pressed")
        fake.put("enable", "enabled")
        fake.put("voltage_l1", 229.8)
        fake.put("total_energy", 12345.678)
        fake.put("serial_number", "桩-001")
        fake.put("fault_flags", ["F-01", "F-39"])
        fake.put("current_limit", 16)
        fake.put("temperature", -12.5)
        fake.put("cc_resistance", None)

    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        names = [
            "voltage_l1",
            "emergency_stop",
            "enable",
            "total_energy",
            "serial_number",
            "fault_flags",
            "current_limit",
            "temperature",
            "cc_resistance",
        ]
        found = await device.read(names, soon())
        assert list(found) == names
        assert [found[name].value for name in names] == [
            229.8,
            "pressed",
            "enabled",
            12345.678,
            "桩-001",
            ["F-01", "F-39"],
            16.0,
            -12.5,
            None,
        ]
        assert found["cc_resistance"].quality is Quality.SENTINEL
        voltage = found["voltage_l1"]
        assert (voltage.unit, voltage.raw, voltage.source) == ("V", 2298, "pile")
        assert voltage.uncertainty == pytest.approx(0.1 / 3**0.5)
        assert found["emergency_stop"].uncertainty is None
        assert 0 <= voltage.at <= 10
        (line,) = voltage.transactions
        transaction = record[line - 1]
        assert (transaction.function, transaction.outcome, transaction.role) == (4, "ok", "pile")
        assert transaction.request in {request.hex() for request in fake.requests}
        frame = bytes.fromhex(transaction.reply)
        assert (b"08FA" if kind.endswith("ascii") else b"\x08\xfa") in frame  # 2298

    with_device(kind, test, prepare=prepare)


def test_reading_every_point_there_is(kind: str) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        names = [name for name in device.profile.points if device.has(name)]
        found = await device.read(names, soon())
        assert set(found) == set(names)
        assert len(record) == 7
        again = await device.read(names, soon())
        assert {n: m.value for n, m in found.items()} == {n: m.value for n, m in again.items()}
        assert await device.read([], soon()) == {}

    with_device(kind, test)


def test_writing_with_each_function(kind: str) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        await device.write("enable", "enabled", soon())
        await device.write("current_limit", 16, soon())
        await device.write("clock", 1_767_600_000, soon())
        await device.write("fault_reset", "reset", soon())
        assert fake.writes == [
            (5, 0, [1]),
            (6, 2, [160]),
            (16, 0, list(divmod(1_767_600_000, 0x10000))),
            (5, 3, [1]),
        ]
        assert [t.function for t in record] == [5, 6, 16, 5]
        read_back = await device.write_and_read_back("current_limit", 10.5, soon())
        assert read_back is not None and read_back.value == 10.5
        assert await device.write_and_read_back("fault_reset", "reset", soon()) is None

    with_device(kind, test)


def test_a_refusal_carries_its_code_and_is_not_tried_again(kind: str) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.refuse = {120: ExcCodes.ILLEGAL_ADDRESS, 2: ExcCodes.ILLEGAL_VALUE}
        with pytest.raises(RefusedError, match=r"pile: voltage_l1 .* exception 2") as caught:
            await device.read(["voltage_l1"], soon())
        assert caught.value.code == 2
        with pytest.raises(RefusedError, match="exception 3"):
            await device.write("current_limit", 16, soon())
        assert [(t.outcome, t.exception) for t in record] == [("exception", 2), ("exception", 3)]

    with_device(kind, test)


def test_silence_is_tried_again_and_every_attempt_is_on_record(kind: str) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.spoil = lambda reply: b""
        device.context.step, device.context.attempt = "voltage", 2
        with pytest.raises(NoReplyError, match="no reply within"):
            await device.read(["voltage_l1"], soon())
        assert [(t.outcome, t.reply, t.step, t.attempt) for t in record] == [
            ("no_reply", "", "voltage", 2)
        ] * 3
        record.clear()
        with pytest.raises(NoReplyError):
            await device.read(["voltage_l2"], soon(), attempts=1)
        assert len(record) == 1
        fake.spoil = lambda reply: reply
        await device.read(["voltage_l1"], soon())

    with_device(kind, test)


def test_one_lost_reply_does_not_matter(kind: str) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.put("voltage_l1", 230)
        lost = iter([b""])
        fake.spoil = lambda reply: next(lost, reply)
        found = await device.read(["voltage_l1"], soon())
        assert found["voltage_l1"].value == 230
        assert [t.outcome for t in record] == ["no_reply", "ok"]
        assert found["voltage_l1"].transactions == [2]

    with_device(kind, test)


def test_the_deadline_is_kept(kind: str) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.spoil = lambda reply: b""
        started = loop_time()
        with pytest.raises(NoReplyError):
            await device.read(["voltage_l1"], Deadline.after(0.1))
        assert loop_time() - started < 0.25
        with pytest.raises(NoReplyError, match="time was up"):
            await device.read(["voltage_l1"], Deadline.after(0))

    with_device(kind, test)


def test_what_the_device_does_not_have_is_explained(kind: str) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        assert device.has("voltage_l1") and not device.has("voltage_l9")
        assert "no point 'voltage_l9'" in device.why_not("voltage_l9")
        assert "can only be written" in device.why_not("fault_reset")
        for name in ("voltage_l9", "fault_reset"):
            with pytest.raises(NotAvailableError, match=name):
                await device.read(["voltage_l1", name], soon())
        with pytest.raises(NotAvailableError, match="can only be read"):
            await device.write("voltage_l1", 5, soon())
        with pytest.raises(NotAvailableError, match="no point"):
            await device.write("voltage_l9", 5, soon())
        with pytest.raises(UsageError, match="current_limit cannot be 3; expected 0, 6 to 32 A"):
            await device.write("current_limit", 3, soon())
        assert not record

    with_device(kind, test)


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [
        (0x0102, [], ["hardware_version", "firmware_version", "total_energy", "enable"]),
        (0x0105, ["hardware_version", "firmware_version"], ["total_energy", "enable"]),
        (0x0107, ["total_energy"], ["enable", "standby_control"]),
        (0x0108, ["enable", "standby_control", "total_energy"], []),
    ],
)
def test_the_version_decides_what_there_is(version: int, has: list[str], lacks: list[str]) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        assert [name for name in has if not device.has(name)] == []
        assert [name for name in lacks if device.has(name)] == []
        for name in lacks:
            assert "protocol_version is at least" in device.why_not(name)
            assert f"this device says {version}" in device.why_not(name)
        # Unreadable, but written all the same; what is read over is not there either.
        fake.put("lock_state", "unlocked")
        read_back = await device.write_and_read_back("standby_control", "standby_disabled", soon())
        assert (read_back is None) == (version < 0x0108)
        assert fake.writes[-1] == (6, 258, [4])
        names = [name for name in device.profile.points if device.has(name)]
        before = len(record)
        await device.read(names, soon())
        spans = [(t.function, t.address, t.count) for t in record[before:]]
        assert ((4, 4, 15) in spans) == (version >= 0x0107)
        assert ((3, 257, 3) in spans) == (version >= 0x0108)

    with_device(
        "memory-rtu",
        test,
        "heidelberg-energy-control",
        lambda fake: fake.put("protocol_version", version),
    )


def test_preconditions_hold_back_only_what_energises() -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.put("enable", "disabled")
        with pytest.raises(NotAvailableError, match="charge_command needs that enable is enabled"):
            await device.write("charge_command", "start", soon())
        assert fake.writes == []
        await device.write("charge_command", "stop", soon())
        fake.put("enable", "enabled")
        await device.write("charge_command", "start", soon())
        assert fake.writes == [(5, 1, [0]), (5, 1, [1])]

    with_device("memory-tcp", test)


def test_the_settle_time_is_waited_for() -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        started = loop_time()
        await device.write_and_read_back("current_limit", 16, Deadline.after(60))
        assert 10 <= loop_time() - started < 11
        started = loop_time()
        with pytest.raises(NoReplyError):
            await device.write_and_read_back("current_limit", 10, Deadline.after(3))
        assert loop_time() - started == pytest.approx(3)

    with_device("memory-tcp", test, "sungrow-ac011e")


def test_an_inverted_command() -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.put("enable", "enabled")
        await device.write("charge_command", "start", Deadline.after(60))
        assert fake.writes == [(6, 21211, [0])]

    with_device("memory-tcp", test, "sungrow-ac011e")


def test_the_vendors_own_label_is_kept_as_a_note() -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        found = await device.read(["charging_state", "cp_state"], soon())
        assert (found["charging_state"].value, found["cp_state"].value) == ("charging", "C")
        assert found["charging_state"].note == "C2"
        assert found["charging_state"].transactions == found["cp_state"].transactions

    with_device(
        "memory-rtu",
        test,
        "heidelberg-energy-control",
        lambda fake: fake.put("charging_state", "C2"),
    )


def test_uncertainty_stated_by_the_bench() -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.put("voltage_l1", 200)
        fake.put("current_l1", 10)
        found = await device.read(["voltage_l1", "current_l1", "current_l2"], soon())
        assert found["voltage_l1"].uncertainty == pytest.approx(1.0)
        assert found["current_l1"].uncertainty == pytest.approx(0.05)
        assert found["current_l2"].uncertainty == pytest.approx(0.01 / 3**0.5)

    stated = {"voltage_l1": Quantity(0.5, "%"), "current_l1": Quantity(50, "mA")}
    with_device("memory-tcp", test, uncertainty=stated)


@pytest.mark.parametrize("stated", [Quantity(1, "A"), Quantity(1, "1")])
def test_uncertainty_in_another_unit_is_refused(stated: Quantity) -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        raise AssertionError("never opened")

    with pytest.raises(UsageError):
        with_device("memory-tcp", test, uncertainty={"voltage_l1": stated})
    with pytest.raises(UsageError, match="has no unit"):
        with_device("memory-tcp", test, uncertainty={"charging_state": stated})


def test_odd_values_keep_their_quality() -> None:
    async def test(device: ModbusDevice, record: Record, fake: FakeDevice) -> None:
        fake.put_words("voltage_l1", [0x7FC0, 0])
        fake.put("frequency", 499.8)
        fake.put_words("system_type", [0x4110, 0])
        found = await device.read(["voltage_l1", "frequency", "system_type"], soon())
        assert found["voltage_l1"].quality is Quality.NOT_A_NUMBER
        assert found["voltage_l1"].uncertainty is None
        assert found["frequency"].quality is Quality.OUT_OF_RANGE
        assert found["system_type"].quality is Quality.UNKNOWN_CODE
        assert found["system_type"].raw == 9

    with_device("memory-rtu", test, "eastron-sdm630")
