"""A device that somebody has switched off on purpose, and what is known about that.

From the moment it is asked for until the device answers again its silence is expected: it is not
lost. If the run ends in between, the device is safe only where it was shown to be silent *and* its
terminals were measured dead, with a tester that was proved before and after.
"""

from harness.events import SafeState
from harness.quantity import Measurement

_DEAD = "switched off on purpose, silent and measured dead"
_OFF = "switched off on purpose"
_ANSWERED = "it was asked to be switched off, and was not shown to be silent"
_NOT_MEASURED = "it is silent, but its terminals were not measured dead"
_CHARGED = "the charge of an insulation test was not shown to be gone"


class Isolation:
    """What is known of one device that is switched off. `step` asked for it."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.silent = False
        self.voltages: list[Measurement] = []
        """Readings at the terminals that were found to be nothing."""
        self.dead = False
        """All three were nothing, and the tester was proved before and after."""
        self.charged = False
        """An insulation test has put a voltage on the terminals, which may still be there."""

    def state(self, role: str) -> SafeState:
        """The safe state of the device while it does not answer."""
        doubt = ""
        if not self.silent:
            doubt = _ANSWERED
        elif self.charged:
            doubt = _CHARGED
        elif not self.dead:
            doubt = _NOT_MEASURED
        return SafeState(
            role=role,
            safe=not doubt,
            how=_OFF if doubt else _DEAD,
            readings=[] if doubt else self.voltages,
            detail=doubt,
        )
