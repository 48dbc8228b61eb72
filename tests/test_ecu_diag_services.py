"""Services of a control unit by their payloads: what each gives and refuses (10, 11, 14, 19, 22,
28, 3E, 85), and that any request at all is answered properly.
"""

import pytest
from ecu_diag_help import FULL, LAMPED, PLAIN, QUIET_NOTE, VIN, Bench, refused
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.devices.diag.nrc import NAMES
from harness.devices.diag.services import SERVICES
from simulators.vehicle.diag.access import SESSIONS
from simulators.vehicle.diag.dispatch import OBD, UDS
from simulators.vehicle.diag.outcome import Nrc

VIN_HEX = VIN.encode().hex(" ").upper()


def test_every_code_and_service_has_a_name_and_a_session() -> None:
    assert {int(nrc) for nrc in Nrc} <= set(NAMES)
    assert set(UDS) == set(SESSIONS)
    assert set(UDS) | set(OBD) <= set(SERVICES)


# 10, 3E, unknown services


def test_sessions() -> None:
    bench = Bench()
    assert bench.ask("10 01") == "50 01 00 32 01 F4"
    assert bench.ask("22 F1 86") == "62 F1 86 01"
    assert bench.ask("10 03") == "50 03 00 32 01 F4"
    assert bench.ask("22 F1 86") == "62 F1 86 03"
    assert bench.ask("10 02") == "50 02 00 32 01 F4"
    assert bench.ask("22 F1 86") == "62 F1 86 02"


def test_sessions_refused() -> None:
    bench = Bench()
    refused(bench, "10 02", 0x7E)  # programming is entered from the extended session
    refused(bench, "10 04", 0x12)
    refused(bench, "10", 0x13)
    refused(bench, "10 03 00", 0x13)
    bench.extended()
    bench.car.values["vehicle_speed"] = 12.0
    refused(bench, "10 02", 0x22)
    refused(Bench(PLAIN), "10 02", 0x12)


def test_tester_present() -> None:
    bench = Bench()
    assert bench.ask("3E 00") == "7E 00"
    assert bench.ask("3E 80") == ""
    refused(bench, "3E 01", 0x12)
    refused(bench, "3E 00 00", 0x13)
    refused(bench, "3E", 0x13)


def test_services_that_do_not_exist() -> None:
    bench = Bench()
    refused(bench, "99 01", 0x11)
    refused(bench, "02 0C 00", 0x11)
    plain = Bench(PLAIN)
    for request in (
        "27 01",
        "2E 21 10 00",
        "2F 29 01 00",
        "31 01 02 03",
        "34 00 11 00 10",
        "01 0D",
    ):
        refused(plain, request, 0x11)


@pytest.mark.parametrize(
    "request_",
    ["27 01", "28 03 01", "2E 21 10 05", "2F 29 01 00", "31 01 02 03", "34 00 11 00 10", "85 02"],
)
def test_services_that_the_default_session_does_not_have(request_: str) -> None:
    refused(Bench(), request_, 0x7F)


def test_services_that_the_programming_session_does_not_have() -> None:
    bench = Bench()
    bench.programming()
    for request in ("19 0A", "14 FF FF FF", "2F 29 01 00", "28 00 01", "85 01"):
        refused(bench, request, 0x7F)


# 11


def test_reset_answers_and_then_goes_away() -> None:
    bench = Bench()
    bench.extended()
    assert bench.ask("11 01", 0.01) == "51 01"
    assert bench.car.log == []
    bench.run(0.05)
    assert bench.car.log == [("reset", "hard"), ("power", False)]
    assert bench.all("3E 00") == []
    bench.run(0.5)
    assert bench.car.log[-1] == ("power", True)
    assert bench.ask("22 F1 86") == "62 F1 86 01"
    assert bench.ask("22 10 09") == "62 10 09 02"
    assert bench.ask("11 03", 0.5) == "51 03"
    assert ("reset", "soft") in bench.car.log


def test_reset_refused() -> None:
    bench = Bench()
    refused(bench, "11 02", 0x12)
    refused(bench, "11 01 00", 0x13)
    bench.car.values["vehicle_speed"] = 3.0
    refused(bench, "11 01", 0x22)
    assert bench.car.log == []


# 22


def test_one_and_several_identifiers() -> None:
    bench = Bench()
    assert bench.ask("22 F1 90") == f"62 F1 90 {VIN_HEX}"
    assert bench.ask("22 20 01") == "62 20 01 0D EA"
    assert bench.ask("22 20 03 29 01 20 01") == "62 20 03 02 CB 29 01 00 20 01 0D EA"
    assert bench.ask("22 22 01") == "62 22 01 FB 50"
    assert bench.ask("22 12 34 20 01") == "62 20 01 0D EA"  # the unknown one is left out


def test_numbers_beyond_the_range_are_sent_as_the_nearest() -> None:
    bench = Bench()
    bench.car.values["pack_voltage"] = 9e9
    assert bench.ask("22 20 01") == "62 20 01 FF FF"
    bench.car.values["pack_voltage"] = -4.0
    assert bench.ask("22 20 01") == "62 20 01 00 00"


def test_reading_refused() -> None:
    bench = Bench()
    refused(bench, "22", 0x13)
    refused(bench, "22 F1", 0x13)
    refused(bench, "22 F1 90 20", 0x13)
    refused(bench, "22 12 34", 0x31)
    bench.car.values["soc"] = None
    refused(bench, "22 20 03", 0x22)
    bench.car.values["soc"] = float("nan")
    refused(bench, "22 20 03", 0x22)
    refused(bench, "22 10 06", 0x22)  # no clock is connected
    assert bench.ask("22 22 00")[:8] == "62 22 00"
    refused(bench, "22 22 00 22 00", 0x14)


# 14, 19


def test_reading_codes() -> None:
    bench = Bench()
    bench.car.broken.add(LAMPED)
    bench.tick(2.0)
    assert bench.ask("19 01 08") == "59 01 FF 01 00 01"
    assert bench.ask("19 02 09") == "59 02 FF 0A A6 1A AF"
    assert bench.ask("19 02 00") == "59 02 FF"
    rows = "0A A6 1A AF 0A A6 96 00 1A 16 13 00 9A 10 13 00"
    assert bench.ask("19 0A") == f"59 0A FF {rows}"
    assert bench.ask("19 03") == "59 03 0A A6 1A 01 0A A6 1A 02"
    assert bench.ask("19 15") == "59 15 FF 0A A6 1A AF"
    record = "05 10 03 00 07 FA FC 21 07 00 00 20 03 02 CB 29 20 05 6E 20 01 0D EA"
    assert bench.ask("19 04 0A A6 1A 01") == f"59 04 0A A6 1A AF 01 {record}"
    assert bench.ask("19 04 0A A6 1A FF") == f"59 04 0A A6 1A AF 01 {record} 02 {record}"
    assert bench.ask("19 04 1A 16 13 FF") == "59 04 1A 16 13 00"
    assert bench.ask("19 06 0A A6 1A FF") == "59 06 0A A6 1A AF 01 01 00 00 CC 4C 00 CC 4C"
    assert bench.ask("19 06 1A 16 13 01") == "59 06 1A 16 13 00"


def test_reading_codes_refused() -> None:
    bench = Bench()
    refused(bench, "19", 0x13)
    refused(bench, "19 05 01", 0x12)
    refused(bench, "19 02", 0x13)
    refused(bench, "19 0A 00", 0x13)
    refused(bench, "19 04 0A A6 1A", 0x13)
    refused(bench, "19 04 0A A6 1B 01", 0x31)
    refused(bench, "19 04 0A A6 1A 03", 0x31)
    refused(bench, "19 06 0A A6 1A 02", 0x31)
    refused(bench, "19 06 00 00 00 FF", 0x31)


def test_clearing_codes() -> None:
    bench = Bench()
    bench.car.broken |= {LAMPED, QUIET_NOTE}
    bench.tick(2.0)
    assert bench.ask("14 0A A6 1A") == "54"
    assert bench.status(LAMPED) == 0x50
    assert bench.status(QUIET_NOTE) & 0x01
    assert bench.ask("14 FF FF FF") == "54"
    assert bench.status(QUIET_NOTE) == 0x50
    assert bench.ask("14 FF FF 33") == "54"
    assert bench.ask("19 15") == "59 15 FF 0A A6 1A 50"  # not cleared by any tester


def test_clearing_refused() -> None:
    bench = Bench()
    bench.car.broken.add(LAMPED)
    bench.tick(2.0)
    refused(bench, "14 FF FF", 0x13)
    refused(bench, "14 0A A6 1B", 0x31)
    refused(Bench(PLAIN), "14 FF FF 33", 0x31)
    bench.car.values["vehicle_speed"] = -30.0
    refused(bench, "14 FF FF FF", 0x22)
    assert bench.status(LAMPED) == 0xAF


# 28, 85


def test_communication_control() -> None:
    bench = Bench()
    bench.extended()
    assert bench.ask("28 01 01") == "68 01"
    assert bench.ask("28 03 03") == "68 03"
    assert bench.ask("28 02 F1") == "68 02"
    assert bench.ask("28 00 01") == "68 00"
    assert bench.ask("28 03 02") == "68 03"  # network management alone: not the normal messages
    assert bench.car.log == [
        ("communication", False, True),
        ("communication", False, False),
        ("communication", True, False),
        ("communication", True, True),
    ]


def test_communication_refused() -> None:
    bench = Bench()
    bench.extended()
    refused(bench, "28 04 01", 0x12)
    refused(bench, "28 01", 0x13)
    refused(bench, "28 01 00", 0x31)
    refused(bench, "28 01 14", 0x31)
    refused(bench, "28 01 51", 0x31)
    bench.car.values["vehicle_speed"] = 20.0
    refused(bench, "28 03 01", 0x22)
    assert bench.car.log == []


def test_dtc_setting() -> None:
    bench = Bench()
    bench.extended()
    assert bench.ask("85 02") == "C5 02"
    assert not bench.ecu.memory.setting_enabled
    assert bench.ask("85 01 FF FF FF") == "C5 01"
    assert bench.ecu.memory.setting_enabled
    refused(bench, "85 03", 0x12)
    refused(bench, "85 02 FF", 0x13)
    refused(bench, "85 02 00 00 00", 0x31)


# Anything at all


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=12),
            st.tuples(st.sampled_from(sorted(UDS) + sorted(OBD)), st.binary(max_size=7)).map(
                lambda pair: bytes([pair[0]]) + pair[1]
            ),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["", "10 03", "10 02"]),
    st.booleans(),
)
def test_every_request_is_answered_properly(
    requests: list[bytes], session: str, functional: bool
) -> None:
    bench = Bench(FULL)
    if session:
        bench.extended()
        bench.unlock()
        bench.ask(session)
    for request in requests:
        before = len(bench.out)
        bench.server.receive(request, functional)
        bench.run(4.0)
        answers = [bytes.fromhex(answer) for _, answer in bench.out[before:]]
        final = [a for a in answers if a != bytes([0x7F, request[0], 0x78])]
        assert len(final) <= 1
        if not functional and not (request[0] in UDS and len(request) > 1 and request[1] & 0x80):
            assert len(final) == 1 or bench.server.restarting
        for answer in final:
            assert answer[0] == (request[0] + 0x40) & 0xFF or answer[:2] == bytes(
                [0x7F, request[0]]
            )
