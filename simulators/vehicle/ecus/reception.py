"""What a unit has received of one message: its latest data, how old they are, whether to trust it.

The rule of the whole project: a signal is invalid when its frame is older than five nominal cycles,
or when counter or checksum failed in three frames in a row.
"""

from collections.abc import Callable

import can

from harness.devices.can.checks import Protection
from harness.devices.can.codec import codec_of
from harness.devices.can.findings import Flaw
from harness.devices.can.scaling import Scaling, scaling_of
from harness.devices.can.specs import MessageSpec, SignalSpec
from simulators.scheduler import Event, Scheduler
from simulators.vehicle.ecus.source import Value

DISTRUST = 3
_EVENT_VALIDITY = 0.1
"""How long a message that has no cycle counts (s)."""


def _meaning(spec: SignalSpec) -> tuple[dict[int, str | None], Scaling]:
    """Names of raw numbers (None: no value), and the conversion of all others."""
    labels: dict[int, str | None] = dict(spec.values)
    labels.update(dict.fromkeys(spec.sentinels))
    return labels, scaling_of(spec)


class Reception:
    """One message as one node hears it."""

    def __init__(self, spec: MessageSpec, scheduler: Scheduler) -> None:
        self.spec = spec
        self.stale_after = spec.stale_after or _EVENT_VALIDITY
        self.data: bytes | None = None
        self.at = -1e9
        """When the latest frame that could be read came."""
        self.bad = 0
        """Frames in a row with a wrong checksum or counter."""
        self.flaw: Flaw | None = None
        """What was wrong with the latest frame."""
        self.ignores: Callable[[Flaw], bool] = lambda _flaw: False
        """Flaws that the unit does not look at: a defect of its program."""
        self.on_frame: Callable[[Reception], None] | None = None
        """Called for every frame, good or bad."""
        self._scheduler = scheduler
        self._codec = codec_of(spec)
        protection = Protection(spec)
        self._protection = protection if protection else None
        self._counter: int | None = None
        self._values: dict[str, Value] = {}
        self._meanings = {signal.name: _meaning(signal) for signal in spec.signals}
        self._on_change: Callable[[], None] | None = None
        self._was_valid = True
        self._watch: Event | None = None

    def forget(self) -> None:
        """The unit was switched off."""
        self.data, self.at, self.bad, self.flaw = None, -1e9, 0, None
        self._counter = None
        self._values = {}
        self._was_valid = True
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    # Frames

    def __call__(self, message: can.Message) -> None:
        data = bytes(message.data)
        protection = self._protection
        if protection is not None:
            finding = protection.check(data, self._counter)
            if finding is not None and self.ignores(finding.flaw):
                finding = None
            if finding is None:
                self.bad, self.flaw = 0, None
            else:
                self.bad, self.flaw = self.bad + 1, finding.flaw
            if self.flaw is not Flaw.CHECKSUM:
                self._counter = protection.counter_of(data)
        if self.flaw is not Flaw.CHECKSUM:
            self.at = self._scheduler.t
            if data != self.data:
                self.data = data
                self._values = {}
        if self._on_change is not None and (self.bad >= DISTRUST) == self._was_valid:
            self._tell()
        if self.on_frame is not None:
            self.on_frame(self)

    # What is known

    @property
    def valid(self) -> bool:
        """Fresh, and not distrusted."""
        return self.bad < DISTRUST and self._scheduler.t - self.at <= self.stale_after

    def value(self, signal: str) -> Value:
        """The latest value, or its name; None: nothing valid is known."""
        data = self.data
        if data is None or not self.valid:
            return None
        values = self._values
        if signal not in values:
            raw = self._codec.raw_of(signal, data)
            labels, scaling = self._meanings[signal]
            if raw is None or raw in labels:
                values[signal] = labels.get(raw) if raw is not None else None
            else:
                values[signal] = scaling.to_physical(raw)
        return values[signal]

    # Watching

    def watch(self, on_change: Callable[[], None], patience: float) -> None:
        """Call `on_change` when validity comes or goes, first asked after `patience` seconds."""
        self._on_change = on_change
        self._was_valid = True
        self._plan(patience)

    def _plan(self, wait: float) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._scheduler.after(wait, self._look)

    def _look(self) -> None:
        self._watch = None
        if self.valid != self._was_valid:
            self._tell()
        elif self._was_valid:
            # One event per time-out, however many frames come.
            self._plan(max(self.at + self.stale_after - self._scheduler.t, 0.0) + 1e-4)

    def _tell(self) -> None:
        self._was_valid = self.valid
        if self._was_valid:
            self._plan(self.stale_after)
        if self._on_change is not None:
            self._on_change()
