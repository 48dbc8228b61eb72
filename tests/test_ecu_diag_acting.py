"""Services that change something: write (2E), drive an actuator (2F), routines (31)."""

from ecu_diag_help import LAMPED, Bench, refused

# 2E


def test_writing_reaches_the_car_or_is_kept() -> None:
    bench = Bench()
    bench.extended()
    bench.unlock()
    assert bench.ask("2E 21 10 50") == "6E 21 10"
    assert bench.car.log == [("write", 80)]
    assert bench.ask("2E 21 11 01") == "6E 21 11"
    assert bench.ask("22 21 11") == "62 21 11 01"


def test_writing_refused() -> None:
    bench = Bench()
    bench.extended()
    refused(bench, "2E 21 10", 0x13)
    refused(bench, "2E 12 34 00", 0x31)
    refused(bench, "2E F1 90 00", 0x31)  # may be read only
    refused(bench, "2E 21 10 00 00", 0x13)
    refused(bench, "2E 21 10 50", 0x33)
    bench.unlock()
    refused(bench, "2E 21 10 F0", 0x31)  # beyond its range
    refused(bench, "2E 21 11 07", 0x31)  # no such code
    refused(bench, "2E 21 10 0D", 0x72)  # the car cannot store it
    bench.car.values["vehicle_speed"] = 20.0
    refused(bench, "2E 21 10 50", 0x22)
    assert bench.ecu.own["speed_limit"] == 0


# 2F


def test_driving_an_actuator_and_giving_it_back() -> None:
    bench = Bench()
    bench.extended()
    assert bench.ask("2F 29 01 03 01") == "6F 29 01 03 01"
    assert bench.ask("22 29 01") == "62 29 01 01"
    assert bench.ask("2F 29 01 02") == "6F 29 01 02 01"
    assert bench.ask("2F 29 01 01") == "6F 29 01 01 00"
    assert bench.ask("2F 29 01 00") == "6F 29 01 00 00"
    assert bench.ask("2F 29 01 00") == "6F 29 01 00 00"
    assert bench.car.log == [("lamp", "on"), ("lamp", "on"), ("lamp", "off"), ("lamp", None)]


def test_actuators_go_back_when_the_session_ends() -> None:
    bench = Bench()
    bench.extended()
    bench.ask("2F 29 01 03 01")
    bench.ask("2F 29 15 03 50")
    assert bench.car.values["window"] == 40.0
    bench.ask("10 01")
    assert bench.car.log[-2:] == [("lamp", None), ("window", None)]
    bench.extended()
    bench.ask("2F 29 01 03 01")
    bench.run(5.1)
    assert bench.car.log[-1] == ("lamp", None)


def test_driving_refused() -> None:
    bench = Bench()
    bench.extended()
    refused(bench, "2F 29 01", 0x13)
    refused(bench, "2F F1 90 00", 0x31)
    refused(bench, "2F 12 34 00", 0x31)
    refused(bench, "2F 29 01 04", 0x31)
    refused(bench, "2F 29 01 03", 0x13)
    refused(bench, "2F 29 01 02 01", 0x13)
    refused(bench, "2F 29 01 03 02", 0x31)
    refused(bench, "2F 29 15 03 C6", 0x22)  # the car refuses
    refused(bench, "2F 29 FF 03 01", 0x31)  # the car has no such thing
    refused(bench, "2F 29 FF 02", 0x22)
    bench.car.values["vehicle_speed"] = 9.0
    refused(bench, "2F 29 01 03 01", 0x22)
    assert bench.ask("2F 29 01 00") == "6F 29 01 00 00"  # back is always possible


# 31


def test_a_routine_that_says_that_it_is_running() -> None:
    bench = Bench()
    bench.extended()
    refused(bench, "31 03 02 03", 0x24)
    assert bench.ask("31 01 02 03") == "71 01 02 03 02"
    assert bench.ask("31 03 02 03") == "71 03 02 03 02"
    refused(bench, "31 01 02 03", 0x24)
    bench.run(2.0)
    assert bench.ask("31 03 02 03") == "71 03 02 03 00"
    refused(bench, "31 02 02 03", 0x24)
    bench.car.broken.add(LAMPED)
    bench.tick(2.0)
    bench.ask("31 01 02 03")
    bench.run(2.0)
    assert bench.ask("31 03 02 03") == "71 03 02 03 01"


def test_a_routine_that_is_stopped() -> None:
    bench = Bench()
    bench.extended()
    bench.ask("31 01 02 03")
    assert bench.ask("31 02 02 03") == "71 02 02 03"
    refused(bench, "31 03 02 03", 0x24)
    bench.run(3.0)
    refused(bench, "31 03 02 03", 0x24)


def test_a_routine_that_answers_when_it_is_through() -> None:
    bench = Bench()
    bench.extended()
    answers = bench.all("31 01 03 00 05 01", 4.0)
    assert answers == ["7F 31 78", "7F 31 78", "71 01 03 00 00 05"]
    assert bench.car.log == [("slow_check", "start", {"depth": 5, "side": "right"})]
    assert bench.ask("31 03 03 00") == "71 03 03 00 00 05"
    assert bench.ask("31 01 03 01 41 42") == "71 01 03 01"
    assert bench.car.log[-1] == ("write_name", "start", {"name": "41 42"})


def test_routines_end_with_the_session() -> None:
    bench = Bench()
    bench.extended()
    bench.ask("31 01 02 03")
    bench.ask("10 01")
    bench.extended()
    refused(bench, "31 03 02 03", 0x24)


def test_routines_refused() -> None:
    bench = Bench()
    bench.extended()
    refused(bench, "31", 0x13)
    refused(bench, "31 04 02 03", 0x12)
    refused(bench, "31 01 02", 0x13)
    refused(bench, "31 01 99 99", 0x31)
    refused(bench, "31 01 02 10", 0x33)
    refused(bench, "31 01 02 03 00", 0x13)
    refused(bench, "31 03 02 03 00", 0x13)
    refused(bench, "31 01 03 00 05", 0x13)
    refused(bench, "31 01 03 00 0A 01", 0x31)
    refused(bench, "31 01 03 00 05 02", 0x31)
    refused(bench, "31 01 03 01", 0x13)
    refused(bench, "31 01 03 02", 0x22)  # the car refuses
    bench.car.values["vehicle_speed"] = 9.0
    refused(bench, "31 01 02 03", 0x22)
    bench.car.values["vehicle_speed"] = 0.0
    bench.unlock()
    assert bench.ask("31 01 02 10") == "71 01 02 10 02"
