"""What the index keeps of one bundle."""

from dataclasses import dataclass, field
from enum import StrEnum

from harness.evidence.chain import ZERO
from harness.verdict import Verdict, worst


class State(StrEnum):
    """What the index can say of a bundle without looking at its other files."""

    SEALED = "sealed"
    """The journal is the one that was sealed."""
    UNSEALED = "unsealed"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Check:
    """One judgement of the last attempt of a step. `value` in `unit`; None: it is no number."""

    procedure: str
    step: str
    number: int
    """Counted from 1 within the step."""
    item: str
    """Empty: judged by a limit that belongs to no item."""
    quantity: str
    unit: str
    value: float | None
    verdict: str


@dataclass(slots=True)
class StepFacts:
    """One step; of its attempts the last one counts. Empty verdicts: it makes no such claim.

    What the simulated technician concludes is no candidate's verdict.
    """

    procedure: str
    step: str
    number: int
    kind: str
    attempts: int = 1
    verdict: str = ""
    candidate: str = ""


@dataclass(slots=True)
class ProcedureFacts:
    """One procedure of the run. Empty: the run was cut off in it, or it claims nothing."""

    procedure: str
    verdict: str = ""
    ending: str = ""


@dataclass(slots=True)
class RunFacts:
    """One bundle."""

    identity: str
    """Hex SHA-256 of the seal, or of the last line of an unsealed journal. Unlike the id and the
    head it differs between two runs of one simulation."""
    state: State = State.UNSEALED
    why: str = ""
    """What cannot be read of it, in English."""
    run_id: str = ""
    head: str = ZERO
    signer: str = ""
    started: str = ""
    """When it really began: UTC, `2026-01-05T01:00:00.000000Z`. Unsealed: as the journal says."""
    seconds: float = 0.0
    candidate: str = ""
    mode: str = "run"
    """`run`, `exam` or `practice`."""
    scenario: str = ""
    scheme: str = ""
    bench: str = ""
    station: str = ""
    device: str = ""
    """Serial number or VIN of what was tested, with its profile."""
    faults: str = ""
    """Seeded faults, sorted, with commas."""
    simulated: bool = False
    """No device of the bench was real. So it is of a run on recordings, too: see `reality`."""
    reality: str = ""
    """One of `evidence.reality.KINDS`. Empty: the journal does not say how the run started."""
    virtual_time: bool = False
    ending: str = ""
    """Empty: the run was cut off."""
    verdict: str = ""
    """The device's. Empty: nothing was claimed, or the run was cut off."""
    procedures: list[ProcedureFacts] = field(default_factory=list)
    steps: list[StepFacts] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def items(self) -> dict[str, str]:
        """Item -> the most serious verdict that it got."""
        found: dict[str, list[Verdict]] = {}
        for check in self.checks:
            if check.item:
                found.setdefault(check.item, []).append(Verdict(check.verdict))
        return {item: str(worst(verdicts)) for item, verdicts in found.items()}
