"""The technician's own instruments, as far as they can be broken."""


class Multimeter:
    """A broken test lead shows 0 V whatever there is: the reason why a tester is proved twice."""

    def __init__(self) -> None:
        self.lead_sound = True
        self.lead_lasts: int | None = None
        """Readings after which the lead breaks; None: it does not."""
        self._readings = 0

    def shows(self, true: float) -> float:
        """What it shows of a voltage, its own error left aside."""
        self._readings += 1
        worn = self.lead_lasts is not None and self._readings > self.lead_lasts
        return true if self.lead_sound and not worn else 0.0
