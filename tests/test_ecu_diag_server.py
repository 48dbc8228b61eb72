"""The server in time: patience, silence, busy, the session's end, restart, supply, faults."""

from collections.abc import Callable

import pytest
from ecu_diag_help import LAMPED, NOTE, PLAIN, VIN, Bench


def times(bench: Bench, payload: str) -> list[float]:
    return [at for at, answer in bench.out if answer == payload]


# Silence where it belongs


def test_a_positive_response_is_suppressed_but_a_refusal_is_not() -> None:
    bench = Bench()
    assert bench.all("10 83") == []
    assert bench.ask("22 F1 86") == "62 F1 86 03"
    assert bench.ask("10 84") == "7F 10 12"
    assert bench.all("85 82") == []
    assert not bench.ecu.memory.setting_enabled


def test_after_patience_the_end_is_always_told() -> None:
    bench = Bench()
    bench.extended()
    assert bench.all("31 81 03 00 05 01", 4.0)[-1] == "71 01 03 00 00 05"


@pytest.mark.parametrize(
    ("request_", "physical"),
    [
        ("99 00", "7F 99 11"),
        ("3E 05", "7F 3E 12"),
        ("22 12 34", "7F 22 31"),
        ("10 02", "7F 10 7E"),
        ("28 00 01", "7F 28 7F"),
    ],
)
def test_requests_to_everybody_are_not_refused_for_what_is_missing(
    request_: str, physical: str
) -> None:
    bench = Bench()
    assert bench.ask(request_) == physical
    assert bench.all(request_, functional=True) == []


def test_requests_to_everybody_get_other_refusals_and_positive_responses() -> None:
    bench = Bench()
    assert bench.ask("22 F1", functional=True) == "7F 22 13"
    assert bench.ask("3E 00", functional=True) == "7E 00"
    bench.car.values["vehicle_speed"] = 40.0
    assert bench.ask("14 FF FF FF", functional=True) == "7F 14 22"


# Time


def test_an_answer_comes_within_p2() -> None:
    bench = Bench()
    bench.ask("22 F1 90")
    assert 0.001 < bench.out[-1][0] < 0.05


def test_patience_is_asked_for_in_time() -> None:
    bench = Bench()
    bench.extended()
    start = bench.scheduler.t
    bench.all("31 01 03 00 05 01", 4.0)
    first, second = (at - start for at in times(bench, "7F 31 78"))
    assert first < 0.05
    assert second - first < 5.0
    assert bench.out[-1][0] - start == pytest.approx(3.0, abs=0.05)


def test_while_busy_others_are_turned_away() -> None:
    bench = Bench()
    bench.extended()
    bench.say("31 01 03 00 05 01")
    bench.run(0.5)
    assert bench.ask("22 F1 90", 0.001) == "7F 22 21"
    assert bench.all("3E 80", 0.001) == []
    assert bench.all("3E 00", 0.001, functional=True) == []
    assert bench.all("22 F1 90", 0.001, functional=True) == []
    bench.run(3.0)
    assert bench.out[-1][1] == "71 01 03 00 00 05"
    assert bench.ask("22 20 01") == "62 20 01 0D EA"


def test_the_session_ends_five_seconds_after_the_last_request() -> None:
    bench = Bench()
    bench.extended()
    bench.unlock()
    bench.ask("28 03 01")
    bench.ask("85 02")
    for _ in range(3):
        bench.run(4.5)
        assert bench.all("3E 80") == []
    bench.run(4.9)
    assert bench.ecu.session == 3
    bench.run(0.2)
    assert bench.ecu.session == 1
    assert not bench.ecu.unlocked
    assert bench.ecu.memory.setting_enabled
    assert bench.car.log[-1] == ("communication", True, True)


def test_slow_work_keeps_the_session_and_the_default_session_has_no_end() -> None:
    bench = Bench()
    bench.extended()
    bench.run(4.0)
    bench.all("31 01 03 00 05 01", 3.1)
    bench.run(4.5)
    assert bench.ecu.session == 3
    bench.run(0.6)
    assert bench.ecu.session == 1
    bench.extended()
    bench.ask("10 01")
    assert bench.scheduler.next_event() is None


def test_nothing_is_planned_while_nobody_asks() -> None:
    bench = Bench()
    assert bench.scheduler.next_event() is None
    bench.ask("22 F1 90")
    assert bench.scheduler.next_event() is None


# Restart and supply


def test_what_runs_is_lost_in_a_restart() -> None:
    bench = Bench()
    bench.extended()
    bench.unlock()
    bench.ask("2F 29 01 03 01")
    bench.ask("31 01 02 03")
    bench.ask("11 01")
    bench.run(0.6)
    assert ("lamp", None) in bench.car.log
    assert bench.ecu.session == 1
    assert not bench.ecu.unlocked
    assert bench.scheduler.next_event() is None


def test_a_silent_reset_restarts_too() -> None:
    bench = Bench()
    assert bench.all("11 81", 0.1) == []
    assert bench.server.restarting
    bench.run(0.6)
    assert not bench.server.restarting


def test_without_supply_it_says_nothing() -> None:
    bench = Bench()
    bench.tick(1.0)
    bench.extended()
    bench.powered = False
    assert bench.all("22 F1 90") == []
    bench.tick(0.5)
    assert bench.ecu.session == 1
    bench.powered = True
    assert bench.ask("22 F1 86") == "62 F1 86 01"


def test_the_supply_goes_in_the_middle_of_work() -> None:
    bench = Bench()
    bench.tick(1.0)
    bench.extended()
    bench.say("31 01 03 00 05 01")
    bench.run(0.5)
    bench.powered = False
    before = len(bench.out)
    bench.run(5.0)
    assert len(bench.out) == before
    bench.server.check_supply()
    assert ("slow_check", "stop", {}) in bench.car.log
    bench.powered = True
    assert bench.ask("3E 00") == "7E 00"


def test_an_answer_that_was_cut_off_does_not_end_the_next_request() -> None:
    bench = Bench()
    bench.tick(1.0)
    held: list[Callable[[], None]] = []
    bench.server.send = lambda _payload, sent: held.append(sent)
    bench.ask("22 F1 90")
    bench.powered = False
    bench.server.check_supply()
    bench.powered = True
    bench.server.check_supply()
    bench.ask("10 03")
    old, new = held
    old()
    assert bench.scheduler.next_event() is None  # the session does not count before its answer
    new()
    assert bench.scheduler.next_event() is not None


def test_the_supply_goes_during_a_restart() -> None:
    bench = Bench()
    bench.tick(1.0)
    bench.ask("11 01")
    bench.run(0.1)
    bench.powered = False
    bench.server.check_supply()
    bench.powered = True
    bench.server.check_supply()
    assert bench.ask("3E 00") == "7E 00"
    assert bench.ask("22 10 09") == "62 10 09 00"


def test_a_unit_counts_its_life() -> None:
    bench = Bench()
    bench.tick(60.0)
    assert bench.ask("22 10 05") == "62 10 05 00 00 00 01"
    bench.powered = False
    bench.tick(300.0)
    bench.powered = True
    bench.tick(61.0)
    assert bench.ask("22 10 05 10 04") == "62 10 05 00 00 00 02 10 04 00 00 00 02"


def test_key_and_supply_make_the_operation_cycles() -> None:
    bench = Bench()
    bench.car.broken.add(NOTE)
    bench.tick(2.0)
    assert bench.status(NOTE) & 0x0C == 0x04
    bench.powered = False
    bench.tick(1.0)
    bench.powered = True
    bench.tick(2.0)
    assert bench.status(NOTE) & 0x0C == 0x0C


def test_without_supply_nothing_is_tested() -> None:
    bench = Bench()
    bench.powered = False
    bench.car.broken.add(LAMPED)
    bench.tick(5.0)
    assert bench.status(LAMPED) == 0x50


def test_tests_run_with_the_key_off_while_there_is_supply() -> None:
    bench = Bench()
    bench.key = False
    bench.car.broken.add(LAMPED)
    bench.tick(2.0)
    assert bench.status(LAMPED) & 0x09 == 0x09
    bench.key = True
    bench.tick(0.25)
    assert bench.status(LAMPED) & 0x42 == 0x40  # a new cycle, not tested in it yet


def test_closing_ends_everything() -> None:
    bench = Bench()
    bench.extended()
    bench.say("31 01 03 00 05 01")
    bench.server.close()
    assert bench.scheduler.next_event() is None


# Faults of the server itself


def test_a_silent_unit() -> None:
    bench = Bench()
    bench.server.faults.silent = True
    assert bench.all("22 F1 90", 5.0) == []
    bench.server.faults.silent = False
    assert bench.ask("3E 00") == "7E 00"


def test_a_unit_that_asks_for_patience_forever() -> None:
    bench = Bench()
    bench.server.faults.pending_forever = True
    answers = bench.all("22 20 01", 60.0)
    assert set(answers) == {"7F 22 78"}
    assert len(answers) == 24
    assert bench.ask("3E 00", functional=False) == ""
    bench.server.faults.pending_forever = False
    bench.run(3.0)
    assert bench.out[-1][1] == "62 20 01 0D EA"
    assert bench.ask("22 20 01") == "62 20 01 0D EA"


def test_a_late_unit() -> None:
    bench = Bench()
    bench.server.faults.response_delay = 0.8
    assert bench.all("22 20 01", 0.7) == []
    bench.run(0.2)
    assert bench.out[-1][1] == "62 20 01 0D EA"


def test_a_unit_that_refuses_a_service() -> None:
    bench = Bench()
    bench.server.faults.negative_for = {0x22: 0x10, 0x19: 0x11}
    assert bench.ask("22 20 01") == "7F 22 10"
    assert bench.ask("22 20 01", functional=True) == "7F 22 10"
    assert bench.all("19 0A", functional=True) == []
    assert bench.ask("3E 00") == "7E 00"


def test_a_unit_of_another_car_and_with_another_software() -> None:
    bench = Bench()
    bench.server.faults.vin_override = "0EVE60AB9SA999999"
    bench.server.faults.version_override = "0.00.01"
    assert bytes.fromhex(bench.ask("22 F1 90"))[3:] == b"0EVE60AB9SA999999"
    assert bytes.fromhex(bench.ask("09 02"))[3:] == b"0EVE60AB9SA999999"
    assert bytes.fromhex(bench.ask("22 F1 89"))[3:] == b"0.00.01 "
    bench.server.faults.vin_override = None
    assert bytes.fromhex(bench.ask("22 F1 90"))[3:] == VIN.encode()


def test_a_unit_without_anything_special_still_answers() -> None:
    bench = Bench(PLAIN)
    assert bytes.fromhex(bench.ask("22 F1 89"))[3:] == b"1.02.03 "
    assert bench.ask("19 0A") == "59 0A FF 1A 16 13 50"
    assert bench.ask("10 03") == "50 03 00 32 01 F4"
