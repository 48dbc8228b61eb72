"""What a person put on the bench and has to take away again, whatever ends the run.

No device shows it, so at the end he is asked, and without his answer the bench is not called safe.
"""

from dataclasses import dataclass

from harness.text import Text


@dataclass(frozen=True, slots=True)
class Left:
    """One thing, by what takes it away."""

    does: str
    ask: Text


class LeftBehind:
    """Everything of that kind during one run, the latest last."""

    def __init__(self) -> None:
        self._things: dict[str, Left] = {}

    def put(self, thing: Left) -> None:
        """The person is about to put it there."""
        self._things[thing.does] = thing

    def taken_away(self, does: str) -> None:
        """The person has done what takes it away, or never put it there. Unknown is no error."""
        self._things.pop(does, None)

    def things(self) -> list[Left]:
        """What is still there; what was put there last comes first."""
        return list(reversed(self._things.values()))
