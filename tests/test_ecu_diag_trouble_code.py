"""The status byte of one trouble code: what each event does, and what always holds."""

import pytest
from ecu_diag_help import DTCS, LAMPED, NOTE, QUIET_NOTE, RESTRICT
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulators.vehicle.diag.trouble_code import AGING_CYCLES, CONFIRM_CYCLES, TroubleCode


def cycle(code: TroubleCode, *results: bool) -> None:
    """One operation cycle with these test results (True: failed)."""
    code.start_cycle()
    for failed in results:
        code.fail() if failed else code.succeed()
    code.end_cycle()


def test_after_clearing_nothing_is_known() -> None:
    code = TroubleCode(DTCS[LAMPED])
    assert code.status == 0x50
    cycle(code, True)
    code.clear()
    assert code.status == 0x50
    assert code.occurrences == 0


def test_a_passed_test_sets_no_bit() -> None:
    code = TroubleCode(DTCS[LAMPED])
    code.start_cycle()
    code.succeed()
    assert code.status == 0x00
    code.end_cycle()
    code.start_cycle()
    assert code.status == 0x40


def test_a_severe_code_is_confirmed_at_once_and_lights_the_lamp() -> None:
    code = TroubleCode(DTCS[LAMPED])
    code.start_cycle()
    code.fail()
    assert code.status == 0xAF
    assert code.permanent


def test_a_note_needs_a_second_cycle() -> None:
    code = TroubleCode(DTCS[QUIET_NOTE])
    cycle(code, True)
    assert code.status == 0x27
    assert not code.confirmed
    code.start_cycle()
    assert code.status == 0x65  # the test has not run again, so it still counts as failed
    code.fail()
    assert code.status == 0x2F
    assert not code.warning  # it has no lamp
    assert not code.permanent


def test_failing_twice_in_one_cycle_counts_once() -> None:
    code = TroubleCode(DTCS[NOTE])
    cycle(code, True, False, True)
    assert code.occurrences == 2
    assert not code.confirmed


def test_a_cycle_without_failing_breaks_the_row() -> None:
    code = TroubleCode(DTCS[NOTE])
    cycle(code, True)
    cycle(code, False)
    assert not code.pending
    cycle(code, True)
    assert not code.confirmed
    cycle(code, True)
    assert code.confirmed


def test_pending_lasts_until_a_whole_cycle_was_sound() -> None:
    code = TroubleCode(DTCS[NOTE])
    cycle(code, True, False)
    assert code.pending
    assert not code.failing
    code.start_cycle()
    code.succeed()
    assert code.pending
    code.end_cycle()
    assert not code.pending


def test_a_cycle_without_a_test_changes_nothing() -> None:
    code = TroubleCode(DTCS[RESTRICT])
    cycle(code, True)
    before = code.aging
    cycle(code)
    assert code.pending
    assert code.aging == before


def test_the_lamp_goes_out_after_three_sound_cycles_and_the_permanent_code_with_it() -> None:
    code = TroubleCode(DTCS[LAMPED])
    cycle(code, True)
    for _ in range(2):
        cycle(code, False)
        assert code.warning
        assert code.permanent
    cycle(code, False)
    assert not code.warning
    assert not code.permanent
    assert code.confirmed


def test_it_heals_after_forty_sound_cycles() -> None:
    code = TroubleCode(DTCS[LAMPED])
    cycle(code, True)
    for number in range(1, AGING_CYCLES):
        cycle(code, False)
        assert code.aging == number
        assert code.confirmed
    cycle(code, False)
    assert not code.confirmed
    assert code.status & 0x20 == 0
    assert code.occurrences == code.aging == 0


def test_failing_starts_the_aging_again() -> None:
    code = TroubleCode(DTCS[LAMPED])
    cycle(code, True)
    for _ in range(AGING_CYCLES - 1):
        cycle(code, False)
    cycle(code, True)
    assert code.aging == 0
    cycle(code, False)
    assert code.confirmed
    assert code.occurrences == 2


def test_clearing_does_not_remove_the_permanent_code_but_a_sound_cycle_does() -> None:
    code = TroubleCode(DTCS[LAMPED])
    cycle(code, True)
    code.clear()
    assert code.permanent
    cycle(code)  # the test did not run: nothing is proved
    assert code.permanent
    cycle(code, False)
    assert not code.permanent


def test_occurrences_count_from_passed_to_failed_and_stop_at_255() -> None:
    code = TroubleCode(DTCS[NOTE])
    code.fail()
    code.fail()
    assert code.occurrences == 1
    for _ in range(300):
        code.succeed()
        code.fail()
    assert code.occurrences == 255


def test_a_remembered_code_is_confirmed_but_does_not_fail_now() -> None:
    code = TroubleCode(DTCS[LAMPED])
    code.remember()
    assert code.status == 0xEC
    quiet = TroubleCode(DTCS[QUIET_NOTE])
    quiet.remember()
    assert quiet.status == 0x6C
    cycle(quiet, False)
    assert quiet.confirmed
    assert not quiet.pending


class Life(RuleBasedStateMachine):
    """Any order of tests, cycles and clearing."""

    @initialize(name=st.sampled_from(list(DTCS)))
    def begin(self, name: str) -> None:
        self.code = TroubleCode(DTCS[name])
        self.running = False
        self.failed_in_cycle = self.tested_in_cycle = self.failed_since_clear = False
        self.row = 0  # cycles in a row with a failed test

    @precondition(lambda self: not self.running)
    @rule()
    def key_on(self) -> None:
        self.code.start_cycle()
        self.running = True
        self.failed_in_cycle = self.tested_in_cycle = False

    @precondition(lambda self: self.running)
    @rule()
    def key_off(self) -> None:
        self.code.end_cycle()
        self.running = False
        if self.tested_in_cycle and not self.failed_in_cycle:
            self.row = 0

    @rule()
    def fail(self) -> None:
        if not self.failed_in_cycle:
            self.row += 1
        confirmed = self.code.confirmed or self.row >= CONFIRM_CYCLES[self.code.dtc.severity]
        self.code.fail()
        self.failed_in_cycle = self.tested_in_cycle = self.failed_since_clear = True
        assert self.code.failing
        assert self.code.pending
        assert self.code.confirmed == confirmed

    @rule()
    def succeed(self) -> None:
        self.code.succeed()
        self.tested_in_cycle = True
        assert not self.code.failing

    @rule()
    def clear(self) -> None:
        was_permanent = self.code.permanent
        self.code.clear()
        self.failed_in_cycle = self.tested_in_cycle = self.failed_since_clear = False
        self.row = 0
        assert self.code.status == 0x50
        assert self.code.permanent == was_permanent

    @invariant()
    def bits_agree(self) -> None:
        if not hasattr(self, "code"):
            return
        code, status = self.code, self.code.status
        bits = [bool(status >> bit & 1) for bit in range(8)]
        failing, this_cycle, pending, confirmed, untested, since, untested_now, lamp = bits
        assert 0 <= status <= 0xFF
        assert not this_cycle or (pending and since and not untested_now)
        assert not failing or since
        assert not (failing and not untested_now) or this_cycle
        assert not pending or since
        assert not confirmed or (since and code.occurrences > 0)
        assert not since or not untested
        assert untested_now or not untested
        assert not lamp or (confirmed and code.dtc.warning_lamp)
        assert not lamp or code.permanent
        assert this_cycle == self.failed_in_cycle
        assert untested_now == (not self.tested_in_cycle)
        assert self.failed_since_clear or not since
        assert 0 <= code.occurrences <= 255
        assert 0 <= code.aging < AGING_CYCLES


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=80, stateful_step_count=60, deadline=None)


@pytest.mark.parametrize("name", list(DTCS))
def test_long_life_ends_healed(name: str) -> None:
    code = TroubleCode(DTCS[name])
    for _ in range(3):
        cycle(code, True)
    for _ in range(AGING_CYCLES):
        cycle(code, False)
    assert code.status == 0x00
    assert not code.permanent
