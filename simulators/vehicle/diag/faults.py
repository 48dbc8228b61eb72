"""What can be wrong with a diagnostic server. Seeded faults set these attributes.

They are faults of the unit's diagnostic software, not of the wire or of the car.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class ServerFaults:
    """All sound at first. What is set counts from the next request or frame on."""

    silent: bool = False
    """It never answers."""
    pending_forever: bool = False
    """It asks for patience (NRC 78) and never comes to an end."""
    response_delay: float = 0.0
    """Seconds that every answer comes late, without asking for patience."""
    negative_for: Mapping[int, int] = field(default_factory=dict)
    """Service -> code with which it is always refused."""
    vin_override: str | None = None
    """Another VIN: the unit comes from another car."""
    version_override: str | None = None
    """Another software version than was approved."""
    wrong_sequence_number: bool = False
    """Consecutive frames of ISO-TP are numbered wrongly."""
    lying_length: int = 0
    """So many bytes more (or fewer) than there are stand in the first frame of ISO-TP."""
