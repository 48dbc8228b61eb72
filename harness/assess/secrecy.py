"""What of an exam is kept from the candidate until its end, and how.

Everything that the harness concludes is withheld, and everything about what is hidden; of
measurements, what a device itself reported and what the candidate gave stays readable. How many
lines are withheld, and how long they are, is the same in every case of a scenario.
"""

from harness.assess.scenario_file import LoadedScenario
from harness.events import (
    CandidateReading,
    Concluded,
    Event,
    FaultSet,
    FaultsLeft,
    HiddenExchange,
    Judged,
    Measured,
    OutcomeNoted,
    Padding,
    ScenarioSet,
    Transaction,
    Written,
)
from harness.evidence.withheld import BLOCK, withhold

_ALWAYS = (
    Judged,
    Concluded,
    CandidateReading,
    FaultSet,
    FaultsLeft,
    ScenarioSet,
    Padding,
    HiddenExchange,
)
_LINES = 16
"""Withheld lines between two ends of steps come in multiples of this."""
_SET_BLOCK = 64 * BLOCK
"""The scenario is longer than other events, and its cases differ in length."""
_INJECTOR = "injector"


class Secrecy:
    """The key of one exam, and what it closes."""

    def __init__(self, scenario: LoadedScenario, candidate: str, key: bytes) -> None:
        self.key = key
        self._candidate = candidate
        self._padded = 0
        """Lines of padding made since there were enough."""
        self._secrets = _secrets(scenario)

    def withholds(self, event: Event) -> bool:
        """Whether an event is kept from the candidate."""
        match event:
            case Measured(measurement=reading):
                own = reading.source.partition(" / ")[0] == self._candidate
                return not own and not reading.transactions and not reading.frame
            case Written(role=role):
                return role == _INJECTOR
            case OutcomeNoted(branch=branch, detail=detail):
                return branch == "harness" or any(secret in detail for secret in self._secrets)
            case _:
                return isinstance(event, _ALWAYS)

    def close(self, event: Event) -> Event:
        """The event, unreadable until the end."""
        block = _SET_BLOCK if isinstance(event, ScenarioSet) else BLOCK
        return withhold(event, self.key, block=block)

    def hides(self, transaction: Transaction) -> bool:
        """Whether an exchange on a Modbus line is kept from the candidate."""
        return transaction.role == _INJECTOR

    def padding(self, count: int) -> Event | None:
        """Another line, until there are as many as there always are.

        The last call does what is left of the work for a whole set of lines: how long padding
        takes does not tell how much of it there was.
        """
        if count and count % _LINES == 0:
            for _ in range(_LINES - self._padded):
                withhold(Padding(), self.key)
            self._padded = 0
            return None
        self._padded += 1
        return withhold(Padding(), self.key)


def _secrets(scenario: LoadedScenario) -> set[str]:
    """Words that name what is hidden, of any case."""
    cases = scenario.model.cases
    faults = {hidden.fault.partition("@")[0] for case in cases for hidden in case.faults}
    return faults | {case.id for case in cases}


def places(scenario: LoadedScenario) -> dict[str, int]:
    """Step -> how many faults may come before it in any case."""
    found: dict[str, int] = {}
    for case in scenario.model.cases:
        steps = [hidden.before for hidden in case.faults if hidden.before is not None]
        for step in steps:
            found[step] = max(found.get(step, 0), steps.count(step))
    return found
