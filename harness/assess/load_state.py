"""Whether the readings of a record showed a load when a plug was drawn."""

from collections.abc import Iterator

from harness.assess.facts import Facts
from harness.events import Answered, FaultSet, Judged, Measured, StepStarted, ToolUsed, Written
from harness.evidence.read import Entry
from harness.quantity import Measurement, Quality

_DRAWN = ("disconnect-vehicle", "take-gun-out", "unplug")
_STATE, _CONTACTS = "charging_state", "contactor_state"
_LOADED = 1.0
"""A: less than this may be the offset of a meter."""


def unplugged_under_load(facts: Facts) -> list[tuple[int, str]]:
    """Line at which a plug was drawn, and the reading that shows the load."""
    return list(_Watch().drawn(facts))


class _Watch:
    """The last readings before each moment."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        """Name of a reading -> what it says, while it says that there is a load."""
        self._does = ""

    def drawn(self, facts: Facts) -> Iterator[tuple[int, str]]:
        for entry in facts.entries:
            if self._draws(entry) and self._shown:
                yield entry.n, ", ".join(self._shown.values())
            self._note(entry)

    def _draws(self, entry: Entry) -> bool:
        match entry.event:
            case ToolUsed(tool="operate", ok=True) as event:
                return event.target in _DRAWN
            case Answered(kind="confirm", value=True):
                return self._does in _DRAWN
        return False

    def _note(self, entry: Entry) -> None:
        match entry.event:
            case StepStarted() as event:
                self._does = str(event.parameters.get("does") or "")
            case Measured() as event:
                self._read(event.measurement)
            case Judged() as event:
                self._read(event.measurement)
            case ToolUsed(tool="read", ok=True) as event:
                self._said(event.target, event.detail.get("value"))
            case (
                Written()
                | FaultSet()
                | Answered(kind="confirm", value=True)
                | ToolUsed(tool="operate", ok=True)
            ):
                # These may have changed the state; only what is read after them counts.
                self._shown = {}

    def _read(self, measurement: Measurement) -> None:
        if measurement.quality is Quality.GOOD:
            self._said(measurement.name, measurement.value)

    def _said(self, name: str, value: object) -> None:
        loaded = {
            _STATE: value == "charging",
            _CONTACTS: value == "closed",
        }.get(name)
        if loaded is None and name.startswith("current_l") and isinstance(value, int | float):
            loaded = value > _LOADED
        if loaded is None:
            return
        if loaded:
            self._shown[name] = f"{name} = {value}"
        elif name in (_STATE, _CONTACTS):
            self._shown = {}
        else:
            self._shown.pop(name, None)
