"""The memory of a unit: debounce, snapshots, clearing, counters since then."""

import pytest
from ecu_diag_help import LAMPED, NOTE, QUIET_NOTE, RESTRICT, Bench

from harness.errors import UnknownNameError
from simulators.vehicle.diag.memory import Debounce, DtcMemory
from simulators.vehicle.diag.snapshot import FIRST, LATEST


def test_a_defect_counts_after_its_time_and_heals_after_its_time() -> None:
    bench = Bench()
    bench.tick(2.0)
    assert bench.status(LAMPED) == 0x00
    bench.car.broken.add(LAMPED)
    bench.tick(0.25)
    assert bench.status(LAMPED) == 0x00
    bench.tick(0.5)
    assert bench.status(LAMPED) == 0xAF
    bench.car.broken.clear()
    bench.tick(0.75)
    assert bench.status(LAMPED) & 0x01
    bench.tick(0.5)
    assert bench.status(LAMPED) == 0xAE


def test_a_short_disturbance_does_not_count() -> None:
    bench = Bench()
    for _ in range(8):
        bench.car.broken.add(LAMPED)
        bench.tick(0.25)
        bench.car.broken.clear()
        bench.tick(0.25)
    assert bench.status(LAMPED) & 0x2F == 0


def test_what_cannot_be_tested_stays_untested() -> None:
    bench = Bench()
    bench.car.untestable.add(NOTE)
    bench.tick(5.0)
    assert bench.status(NOTE) == 0x50
    bench.car.untestable.clear()
    bench.tick(2.0)
    assert bench.status(NOTE) == 0x00


def test_a_failing_test_that_can_no_longer_run_goes_on_failing() -> None:
    bench = Bench()
    bench.car.broken.add(NOTE)
    bench.tick(1.0)
    bench.car.untestable.add(NOTE)
    bench.tick(5.0)
    assert bench.status(NOTE) & 0x01


def test_a_defect_of_the_unit_itself() -> None:
    bench = Bench()
    bench.ecu.memory.stuck_codes = frozenset({RESTRICT})
    bench.tick(1.0)
    assert bench.ecu.memory.failing_codes == {RESTRICT}
    bench.ecu.memory.stuck_codes = frozenset()
    bench.tick(2.0)
    assert bench.ecu.memory.failing_codes == frozenset()


def test_the_first_and_the_latest_snapshot_are_kept() -> None:
    bench = Bench()
    memory = bench.ecu.memory
    bench.car.broken.add(LAMPED)
    bench.tick(1.0)
    bench.car.broken.clear()
    bench.car.values |= {"odometer": 52_400.0, "soc": 60.0}
    bench.tick(2.0)
    bench.car.broken.add(LAMPED)
    bench.tick(1.0)
    kept = memory.kept(memory.code(LAMPED))
    first, latest = dict(kept.snapshots[FIRST]), dict(kept.snapshots[LATEST])
    assert list(first) == [0x1003, 0x2107, 0x2003, 0x2920, 0x2001]
    assert first[0x2003] == (715).to_bytes(2, "big")
    assert latest[0x2003] == (600).to_bytes(2, "big")
    assert (kept.first_km, kept.last_km) == (52_300.4, 52_400.0)
    assert memory.code(LAMPED).occurrences == 2


def test_a_pending_note_has_no_snapshot_until_it_is_confirmed() -> None:
    bench = Bench()
    memory = bench.ecu.memory
    bench.car.broken.add(QUIET_NOTE)
    bench.tick(1.0)
    assert memory.kept(memory.code(QUIET_NOTE)).snapshots == {}
    bench.cycle()
    assert set(memory.kept(memory.code(QUIET_NOTE)).snapshots) == {FIRST, LATEST}


def test_values_that_are_not_known_are_left_out_of_the_snapshot() -> None:
    bench = Bench()
    bench.car.values |= {"soc": None, "pack_voltage": float("nan")}
    bench.car.broken.add(LAMPED)
    bench.tick(1.0)
    kept = bench.ecu.memory.kept(bench.ecu.memory.code(LAMPED))
    assert set(dict(kept.snapshots[FIRST])) == {0x1003, 0x2107, 0x2920}


def test_a_defect_that_stays_comes_back_after_clearing() -> None:
    bench = Bench()
    bench.car.broken.add(LAMPED)
    bench.tick(1.0)
    bench.ecu.memory.clear()
    assert bench.status(LAMPED) == 0x50
    assert bench.ecu.memory.kept(bench.ecu.memory.code(LAMPED)).snapshots == {}
    bench.tick(1.0)
    assert bench.status(LAMPED) == 0xAF


def test_a_repaired_defect_does_not_come_back() -> None:
    bench = Bench()
    bench.car.broken.add(LAMPED)
    bench.tick(1.0)
    bench.car.broken.clear()
    bench.ecu.memory.clear()
    bench.tick(3.0)
    assert bench.status(LAMPED) == 0x00


def test_clearing_one_code_leaves_the_others() -> None:
    bench = Bench()
    memory = bench.ecu.memory
    bench.car.broken |= {LAMPED, RESTRICT}
    bench.tick(1.0)
    memory.clear([memory.code(LAMPED)])
    assert bench.status(LAMPED) == 0x50
    assert bench.status(RESTRICT) == 0xAF
    assert memory.lamp_on is not None


def test_stopped_setting_changes_nothing_until_it_goes_on() -> None:
    bench = Bench()
    bench.tick(2.0)
    bench.ecu.memory.setting_enabled = False
    bench.car.broken.add(LAMPED)
    bench.tick(5.0)
    assert bench.status(LAMPED) == 0x00
    bench.ecu.memory.setting_enabled = True
    bench.tick(1.0)
    assert bench.status(LAMPED) & 0x01


def test_healing_over_forty_key_cycles_forgets_the_snapshot() -> None:
    bench = Bench()
    memory = bench.ecu.memory
    bench.car.broken.add(LAMPED)
    bench.tick(1.0)
    bench.car.broken.clear()
    bench.cycle()  # the rest of the failing cycle ends here
    for _ in range(39):
        bench.cycle()
    assert memory.code(LAMPED).confirmed
    bench.key = False
    bench.tick(0.25)
    assert not memory.code(LAMPED).confirmed
    assert memory.kept(memory.code(LAMPED)).snapshots == {}


def test_counters_since_clearing_and_with_the_lamp() -> None:
    bench = Bench()
    memory = bench.ecu.memory
    memory.assume_history(cycles=150, kilometres=3000.0, seconds=400_000.0)
    assert all(code.status == 0x40 for code in memory.codes.values())
    assert memory.kilometres_since_clear == pytest.approx(3000.0)
    assert memory.seconds_since_clear == pytest.approx(400_000.0)
    assert memory.kilometres_with_lamp == memory.seconds_with_lamp == 0.0
    bench.car.broken.add(LAMPED)
    bench.tick(1.0)
    bench.car.values["odometer"] = 52_312.4
    bench.run(120.0)
    assert memory.kilometres_with_lamp == pytest.approx(12.0)
    assert memory.seconds_with_lamp == pytest.approx(120.5, abs=0.3)
    assert memory.cycles_since_clear == 151
    memory.clear()
    assert memory.kilometres_since_clear == 0.0
    assert memory.lamp_on is None
    assert memory.cycles_since_clear == 0


def test_a_code_from_an_earlier_drive() -> None:
    bench = Bench()
    memory = bench.ecu.memory
    bench.tick(2.0)
    memory.remember(LAMPED, km_ago=150.0)
    assert bench.status(LAMPED) == 0xEC
    assert memory.kept(memory.code(LAMPED)).first_km == pytest.approx(52_150.4)
    assert memory.lamp_codes == {LAMPED}
    with pytest.raises(UnknownNameError, match="P9999-00"):
        memory.remember("P9999-00")


def test_names_of_monitors_and_times_must_exist() -> None:
    bench = Bench()
    dtcs = bench.ecu.unit.dtcs
    with pytest.raises(UnknownNameError, match="P0AA6-1B"):
        DtcMemory(dtcs, now=lambda: 0.0, monitors={"P0AA6-1B": lambda: False})
    with pytest.raises(UnknownNameError, match="P0AA6-1C"):
        DtcMemory(dtcs, now=lambda: 0.0, debounce={"P0AA6-1C": Debounce()})


def test_a_code_without_monitor_is_named_and_never_tested() -> None:
    time = [0.0]
    memory = DtcMemory(Bench().ecu.unit.dtcs, now=lambda: time[0], monitors={LAMPED: lambda: False})
    for tick in range(40):
        time[0] = tick / 4
        memory.evaluate()
    assert memory.untested == [RESTRICT, QUIET_NOTE, NOTE]
    assert memory.code(NOTE).status == 0x50
    assert memory.code(LAMPED).status == 0x00


def test_a_debounce_of_its_own() -> None:
    time, broken = [0.0], [False]
    memory = DtcMemory(
        Bench().ecu.unit.dtcs,
        now=lambda: time[0],
        monitors={LAMPED: lambda: broken[0]},
        debounce={LAMPED: Debounce(fail=5.0, heal=0.0)},
    )
    memory.evaluate()
    assert memory.code(LAMPED).status == 0x00  # healed at once
    broken[0] = True
    for second in range(1, 6):
        time[0] = float(second)
        memory.evaluate()
        assert not memory.code(LAMPED).failing
    time[0] = 6.0
    memory.evaluate()
    assert memory.code(LAMPED).failing
