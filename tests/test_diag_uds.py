"""UDS services on sessions and data, against a unit that answers as it should."""

from typing import Any

import pytest
from diag_help import Desk, at_desk, real, virtual, within

from harness.devices.diag import codec
from harness.devices.diag.timing import Timing
from harness.devices.diag.uds import UdsClient
from harness.devices.diag.uds_data import IoControl, RoutineControl
from harness.errors import (
    BadReplyError,
    HarnessError,
    ImplausibleError,
    UnknownNameError,
    UsageError,
)
from harness.quantity import Quality

VIN = "4c535641553033333537323133383634"


# 10, 11, 3E, 28, 85


@pytest.mark.parametrize("run", [virtual, real])
def test_a_session_sets_the_times(run: Any) -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("10 03", "50 03 00 32 01 F4")
        desk.server.on("10 02", "50 02 01 00 00 64")
        desk.server.on("11 01", "51 01")
        timing = await desk.client.session(3, within())
        assert (timing.p2, timing.p2_star) == (0.05, 5.0)
        timing = await desk.client.session(2, within())
        assert (timing.p2, timing.p2_star) == (0.256, 1.0)
        assert desk.client.conversation.timing == timing
        assert await desk.client.reset(1, within()) is None
        assert desk.client.conversation.timing == Timing()
        assert desk.requests == ["1003", "1002", "1101"]
        assert desk.outcomes == ["ok"] * 3

    at_desk(test, run)


def test_what_no_unit_should_be_asked() -> None:
    with pytest.raises(UsageError, match="I/O control 4 does not exist"):
        codec.io_control(0x2010, 4, b"")
    with pytest.raises(UsageError, match="0x10000 is no identifier"):
        codec.write_did(0x10000, b"")
    with pytest.raises(BadReplyError, match="vcu: 01 cannot be read"):
        codec.read_reset(b"\x01", "vcu")


def test_a_unit_without_key_algorithm() -> None:
    async def test(desk: Desk) -> None:
        client = UdsClient.on(desk.node, desk.description.unit("vcu"))
        with pytest.raises(UsageError, match="vcu: the description names no key algorithm"):
            await client.unlock(within())
        await client.close()

    at_desk(test)


def test_a_session_without_times_keeps_the_usual_ones() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("10 03", "50 03")
        assert await desk.client.session(3, within()) == Timing()
        desk.server.on("10 03", "50 03 00 32")
        with pytest.raises(BadReplyError, match="2 bytes of session times; expected 4"):
            await desk.client.session(3, within())

    at_desk(test)


def test_a_reset_may_say_when_the_power_goes() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("11 04", "51 04 0A")
        assert await desk.client.reset(4, within()) == 10
        desk.server.on("11 04", "51 04")
        with pytest.raises(BadReplyError, match="reset 04"):
            await desk.client.reset(4, within())

    at_desk(test)


def test_the_small_services() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("3E 00", "7E 00")
        desk.server.on("28", "68 03")
        desk.server.on("85 02", "C5 02")
        desk.server.on("85 01", "C5 01")
        desk.server.on("14", "54")
        await desk.client.tester_present(within())
        await desk.client.communication(3, within(), network_management=True)
        await desk.client.dtc_setting(False, within())
        await desk.client.dtc_setting(True, within())
        await desk.client.clear_dtcs(within())
        await desk.client.clear_dtcs(within(), group=0x0AA600)
        assert desk.requests == ["3e00", "280303", "8502", "8501", "14ffffff", "140aa600"]

    at_desk(test)


@pytest.mark.parametrize("session", [-1, 128, "x"])
def test_a_session_that_uds_does_not_have(session: Any) -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(UsageError, match="not a request that UDS has"):
            await desk.client.session(session, within())
        assert desk.requests == []

    at_desk(test)


# 22, 2E, 2F, 31


def test_values_are_read_by_name_and_number() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22 F190", "62 F190" + VIN + "32")
        desk.server.on("22 2001", "62 2001 0FA1")
        desk.server.on("22 2020", "62 2020 01")
        vin = await desk.client.read("vin", within())
        assert (vin.value, vin.quality) == ("LSVAU033572138642", Quality.GOOD)
        assert (await desk.client.read(0x2001, within())).value == 400.1
        assert await desk.client.read_raw([0x2020], within()) == {0x2020: b"\x01"}
        with pytest.raises(UnknownNameError):
            await desk.client.read("nothing", within())
        with pytest.raises(UsageError, match="no data identifier is asked for"):
            await desk.client.read_raw([], within())
        with pytest.raises(UsageError, match="not a request that UDS has"):
            await desk.client.read_raw([0x10000], within())

    at_desk(test)


def test_several_values_in_one_request() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22 2001 2003", "62 2001 0FA1 2003 41")
        desk.server.on("22 2001 2010", "62 2001 0FA1")
        found = await desk.client.read_many(["pack_voltage", "temperature"], within())
        assert {name: entry.value for name, entry in found.items()} == {
            "pack_voltage": 400.1,
            "temperature": 25,
        }
        assert list(await desk.client.read_many(["pack_voltage", "lamp"], within())) == [
            "pack_voltage"
        ]

    at_desk(test)


@pytest.mark.parametrize(
    ("reply", "error", "what"),
    [
        ("62 2001 0FA1 FF 2003 41", ImplausibleError, "is 2001 before it longer than described"),
        ("62 2001 0FA1 2003", ImplausibleError, "bms 2003 (temperature): 0 bytes; expected 1"),
        ("62 2001 0FA1 2001 0FA1", ImplausibleError, "where an identifier was expected"),
        ("62 F190 41", BadReplyError, "F1 90 41 where an identifier was expected"),
        ("62 20", BadReplyError, "20 where an identifier was expected"),
        ("62", BadReplyError, "without any of the asked identifiers"),
    ],
)
def test_several_values_that_do_not_add_up(
    reply: str, error: type[HarnessError], what: str
) -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22", reply)
        with pytest.raises(error) as caught:
            await desk.client.read_many(["pack_voltage", "temperature"], within())
        assert what in caught.value.detail

    at_desk(test)


def test_an_identifier_of_unknown_length_is_read_alone() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22", "62 2020 01 02")
        with pytest.raises(UsageError, match="read it alone"):
            await desk.client.read_many(["anything", "lamp"], within())

    at_desk(test)


def test_each_value_by_itself_and_what_failed() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("22 2001", "62 2001 0FA1")
        desk.server.on("22 2003", "7F 22 31")
        desk.server.on("22 2010", "62 2010 0101")
        found = await desk.client.read_each(["pack_voltage", "temperature", "lamp"], within())
        kinds = [type(entry).__name__ for entry in found.values()]
        assert kinds == ["Decoded", "NegativeResponseError", "ImplausibleError"]

    at_desk(test)


def test_a_value_is_written() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("2E 2004", "6E 2004")
        await desk.client.write("energy", 55.0, within())
        assert desk.requests == ["2e20040000d6d8"]
        with pytest.raises(UsageError, match="has access read; expected write"):
            await desk.client.write("vin", "X", within())

    at_desk(test)


def test_a_lamp_is_controlled_and_given_back() -> None:
    async def test(desk: Desk) -> None:
        desk.server.on("2F 2010 03", "6F 2010 03 01")
        desk.server.on("2F 2010 00", "6F 2010 00")
        state = await desk.client.io_control("lamp", IoControl.ADJUST, within(), "on")
        assert state is not None and state.value == "on"
        assert await desk.client.io_control("lamp", IoControl.RETURN, within()) is None
        assert desk.requests == ["2f20100301", "2f201000"]
        with pytest.raises(UsageError, match="adjust takes a value"):
            await desk.client.io_control("lamp", IoControl.ADJUST, within())
        with pytest.raises(UsageError, match="return takes no value"):
            await desk.client.io_control("lamp", IoControl.RETURN, within(), "on")
        with pytest.raises(UsageError, match="expected io"):
            await desk.client.io_control("vin", IoControl.RETURN, within())

    at_desk(test)


def test_routines() -> None:
    async def test(desk: Desk) -> None:
        client = desk.client
        desk.server.on("31 01 0203", "71 01 0203")
        desk.server.on("31 03 0203", "71 03 0203 02")
        desk.server.on("31 01 0204", "71 01 0204")
        assert await client.routine("self_test", RoutineControl.START, within()) is None
        assert await client.routine(0x0203, RoutineControl.RESULT, within()) == "running"
        options = {"angle": -12.5, "times": 3}
        await client.routine("turn", RoutineControl.START, within(), options)
        assert desk.requests[-1] == "31010204ff8303"
        with pytest.raises(UsageError, match=r"options none; expected angle, times"):
            await client.routine("turn", RoutineControl.START, within())
        with pytest.raises(UsageError, match=r"routine 0204 .* angle cannot be 'far'"):
            await client.routine(
                "turn", RoutineControl.START, within(), {"angle": "far", "times": 1}
            )

    at_desk(test)
