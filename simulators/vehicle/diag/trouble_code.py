"""One trouble code in the memory of a control unit: its status byte through tests and cycles.

A test fails or passes; an operation cycle begins and ends; the codes are cleared. Everything else
follows. A code is confirmed when its test fails in so many cycles in a row; after forty cycles
without failing it is healed and forgotten. The warning lamp goes out after three such cycles. What
made the lamp burn stays as a permanent code until the control unit itself has seen the test pass.

Source: ISO 14229-1 D.2 (status bits), SAE J1979 (permanent codes); numbers of cycles are the usual
ones and a setting here.
"""

from dataclasses import dataclass

from harness.devices.diag.diagnostics import Dtc
from harness.devices.diag.dtc import (
    CONFIRMED,
    FAILED_SINCE_CLEAR,
    FAILED_THIS_CYCLE,
    NOT_COMPLETED_SINCE_CLEAR,
    NOT_COMPLETED_THIS_CYCLE,
    PENDING,
    TEST_FAILED,
    WARNING_REQUESTED,
)

CLEARED = NOT_COMPLETED_SINCE_CLEAR | NOT_COMPLETED_THIS_CYCLE
AGING_CYCLES = 40
LAMP_OFF_CYCLES = 3
CONFIRM_CYCLES = {"stop": 1, "restrict": 1, "note": 2}
"""Cycles with a failed test until the code is confirmed, by severity."""
_MOST = 0xFF


@dataclass(slots=True, eq=False)
class TroubleCode:
    """A code with its status and its counters."""

    dtc: Dtc
    status: int = CLEARED
    occurrences: int = 0
    """How often the test went from passed to failed (at most 255)."""
    aging: int = 0
    """Cycles without failing while confirmed."""
    permanent: bool = False
    _failed_cycles: int = 0
    _sound_cycles: int = 0

    @property
    def failing(self) -> bool:
        return bool(self.status & TEST_FAILED)

    @property
    def confirmed(self) -> bool:
        return bool(self.status & CONFIRMED)

    @property
    def pending(self) -> bool:
        return bool(self.status & PENDING)

    @property
    def warning(self) -> bool:
        return bool(self.status & WARNING_REQUESTED)

    def fail(self) -> None:
        """The test has failed."""
        if not self.status & TEST_FAILED:
            self.occurrences = min(self.occurrences + 1, _MOST)
        if not self.status & FAILED_THIS_CYCLE:
            self._failed_cycles += 1
        self._sound_cycles = self.aging = 0
        self.status &= ~CLEARED
        self.status |= TEST_FAILED | FAILED_THIS_CYCLE | FAILED_SINCE_CLEAR | PENDING
        if self._failed_cycles >= CONFIRM_CYCLES[self.dtc.severity]:
            self.status |= CONFIRMED
        if self.confirmed and self.dtc.warning_lamp:
            self.status |= WARNING_REQUESTED
            self.permanent = True

    def succeed(self) -> None:
        """The test has passed."""
        self.status &= ~(TEST_FAILED | CLEARED)

    def start_cycle(self) -> None:
        """An operation cycle begins; `end_cycle` has closed the one before."""
        self.status = self.status & ~FAILED_THIS_CYCLE | NOT_COMPLETED_THIS_CYCLE

    def end_cycle(self) -> None:
        """An operation cycle ends. Counts only when the test ran and never failed in it."""
        if self.status & (NOT_COMPLETED_THIS_CYCLE | FAILED_THIS_CYCLE):
            return
        self.status &= ~PENDING
        self._failed_cycles = 0
        self._sound_cycles += 1
        # Once the codes have been cleared, one passed test proves that the repair was good.
        if self._sound_cycles >= (LAMP_OFF_CYCLES if self.confirmed else 1):
            self.status &= ~WARNING_REQUESTED
            self.permanent = False
        if self.confirmed:
            self.aging += 1
            if self.aging >= AGING_CYCLES:
                self._forget()
                self.status &= ~(CONFIRMED | FAILED_SINCE_CLEAR | WARNING_REQUESTED)

    def clear(self) -> None:
        """The codes are cleared. A permanent code stays permanent."""
        self._forget()
        self.status = CLEARED

    def remember(self) -> None:
        """It was confirmed in an earlier cycle and has not come back yet."""
        self.status = CONFIRMED | FAILED_SINCE_CLEAR | PENDING | NOT_COMPLETED_THIS_CYCLE
        self.occurrences = max(self.occurrences, 1)
        self.aging = self._sound_cycles = 0
        self._failed_cycles = CONFIRM_CYCLES[self.dtc.severity]
        if self.dtc.warning_lamp:
            self.status |= WARNING_REQUESTED
            self.permanent = True

    def _forget(self) -> None:
        self.occurrences = self.aging = self._failed_cycles = self._sound_cycles = 0
