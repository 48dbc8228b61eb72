"""OBD services of a unit that has them, and silence of one that has not."""

import pytest
from ecu_diag_help import LAMPED, NOTE, PLAIN, QUIET_NOTE, RESTRICT, VIN, Bench

from harness.devices.diag.obd_pids import PIDS, SUPPORT_PIDS, supported_pids


def supported(bench: Bench) -> set[int]:
    """Parameters by the support maps, as a tester finds them."""
    pids: set[int] = set()
    for base in SUPPORT_PIDS:
        answer = bytes.fromhex(bench.ask(f"01 {base:02X}"))
        if answer[:1] == b"\x7f":
            break
        found = supported_pids(base, answer[2:])
        pids |= found
        if base + 0x20 not in found:
            break
    return pids


def live(bench: Bench, pid: int) -> dict[str, object]:
    answer = bytes.fromhex(bench.ask(f"01 {pid:02X}", functional=True))
    assert answer[:2] == bytes([0x41, pid])
    return {name: value for name, (value, _) in PIDS[pid].decode(answer[2:], "bms").items()}


def test_what_is_supported_is_answered_and_nothing_else() -> None:
    bench = Bench()
    pids = supported(bench)
    values = pids - set(SUPPORT_PIDS)
    assert values == {0x01, 0x0C, 0x0D, 0x1C, 0x1F, 0x21, 0x30, 0x31, 0x42, 0x4D, 0x4E, 0x51, 0xA6}
    for pid in range(1, 0x100):
        answer = bench.ask(f"01 {pid:02X}")
        assert answer.startswith(f"41 {pid:02X}" if pid in pids else "7F 01 12"), pid


def test_a_value_that_is_not_known_is_not_supported() -> None:
    bench = Bench()
    bench.car.values["odometer"] = None
    assert 0xA6 not in supported(bench)
    assert bench.ask("01 80") == "7F 01 12"  # nothing is above 0x80 then


def test_live_data() -> None:
    bench = Bench()
    bench.tick(5.0)
    bench.car.values["vehicle_speed"] = 42.4
    assert live(bench, 0x0D) == {"vehicle_speed": 42}
    assert live(bench, 0x0C) == {"engine_speed": 1200.0}
    assert live(bench, 0x42) == {"module_voltage": pytest.approx(13.8)}
    assert live(bench, 0xA6) == {"odometer": pytest.approx(52300.4)}
    assert live(bench, 0x51) == {"fuel_type": "electric"}
    assert live(bench, 0x1F) == {"run_time": 5}
    bench.car.values["vehicle_speed"] = 300.0
    assert live(bench, 0x0D) == {"vehicle_speed": 255}
    bench.run(100_000.0)
    assert live(bench, 0x1F) == {"run_time": 65535}


def test_several_parameters_in_one_request() -> None:
    bench = Bench()
    assert bench.ask("01 0D 51 33") == "41 0D 00 51 08"
    assert bench.ask("01 33") == "7F 01 12"
    assert bench.all("01 33", functional=True) == []
    assert bench.ask("01") == "7F 01 13"
    assert bench.ask("01 0D 0D 0D 0D 0D 0D 0D") == "7F 01 13"


def test_lamp_count_and_readiness() -> None:
    bench = Bench()
    assert live(bench, 0x01) == {"mil": "off", "dtc_count": 0, "readiness": "44 00 00"}
    bench.tick(2.0)
    assert live(bench, 0x01) == {"mil": "off", "dtc_count": 0, "readiness": "04 00 00"}
    bench.car.broken |= {LAMPED, RESTRICT, QUIET_NOTE}
    bench.tick(2.0)
    assert live(bench, 0x01) == {"mil": "on", "dtc_count": 2, "readiness": "04 00 00"}
    bench.car.values["odometer"] = 52_310.4
    bench.run(180.0)
    assert live(bench, 0x21) == {"distance_with_mil": 10}
    assert live(bench, 0x4D) == {"time_with_mil": 3}


def test_codes_confirmed_pending_permanent() -> None:
    bench = Bench()
    assert [bench.ask(service) for service in ("03", "07", "0A")] == ["43 00", "47 00", "4A 00"]
    bench.car.broken |= {LAMPED, RESTRICT, NOTE}
    bench.tick(2.0)
    assert bench.ask("03") == "43 01 0A A6"  # two failure types of one code
    assert bench.ask("07") == "47 02 0A A6 9A 10"
    assert bench.ask("0A") == "4A 01 0A A6"
    assert bench.ask("03 00") == "7F 03 13"


def test_clearing() -> None:
    bench = Bench()
    bench.car.broken.add(LAMPED)
    bench.tick(2.0)
    bench.car.values["vehicle_speed"] = 20.0
    assert bench.ask("04", functional=True) == "7F 04 22"
    bench.car.values["vehicle_speed"] = 0.0
    assert bench.ask("04 00") == "7F 04 13"
    bench.car.broken.clear()
    assert bench.ask("04", functional=True) == "44"
    assert bench.ask("03") == "43 00"
    assert bench.ask("0A") == "4A 01 0A A6"
    assert live(bench, 0x30) == {"warm_ups_since_clear": 0}
    bench.tick(2.0)
    bench.cycle()
    assert bench.ask("0A") == "4A 00"  # the unit itself has seen it pass


def test_vehicle_information() -> None:
    bench = Bench()
    assert bench.ask("09 00") == "49 00 54 40 00 00"
    assert bytes.fromhex(bench.ask("09 02")) == b"\x49\x02\x01" + VIN.encode()
    assert bytes.fromhex(bench.ask("09 04")) == b"\x49\x04\x01" + b"BMS-CAL".ljust(16, b"\0")
    assert bench.ask("09 06") == "49 06 01 01 02 03 04"
    assert bytes.fromhex(bench.ask("09 0A")) == b"\x49\x0a\x01" + b"BMS".ljust(20, b"\0")
    assert bench.ask("09 08") == "7F 09 12"
    assert bench.all("09 08", functional=True) == []
    assert bench.ask("09") == "7F 09 13"
    bench.server.faults.version_override = "0.00.01"
    assert bench.ask("09 06") != "49 06 01 01 02 03 04"


def test_what_a_unit_does_not_know_about_itself_it_does_not_tell() -> None:
    bench = Bench()
    for name in ("vin", "calibration_id", "calibration_verification"):
        del bench.ecu.own[name]
    assert bench.ask("09 00") == "49 00 00 40 00 00"
    assert bench.ask("09 02") == "7F 09 12"
    assert bench.ask("09 06") == "7F 09 12"


def test_a_unit_without_obd_is_silent() -> None:
    bench = Bench(PLAIN)
    for request in ("01 0D", "03", "04", "07", "09 02", "0A"):
        assert bench.all(request, functional=True) == []
        assert bench.ask(request) == f"7F {request[:2]} 11"
