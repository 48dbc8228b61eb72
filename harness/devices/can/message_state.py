"""What the monitor knows of one message: its frames, their rhythm, what was wrong with them."""

import can

from harness.devices.can.checks import Protection
from harness.devices.can.codec import codec_of
from harness.devices.can.findings import Finding, Flaw
from harness.devices.can.specs import MessageSpec

BAD_IN_A_ROW = 3
"""Frames with a wrong counter or checksum after which the signals cannot be used."""
_WRONG_LENGTH = (Flaw.SHORT, Flaw.LONG)


class MessageState:
    """Frames of one message so far. All times are the loop's, in seconds."""

    __slots__ = (
        "_counter",
        "_examined",
        "_longest",
        "_protection",
        "_shortest",
        "at",
        "bad_in_row",
        "by_mux",
        "codec",
        "count",
        "examples",
        "first_at",
        "flaws",
        "message",
        "remote",
        "spec",
    )

    def __init__(self, spec: MessageSpec) -> None:
        self.spec = spec
        self.codec = codec_of(spec)
        protection = Protection(spec)
        self._protection = protection if protection else None
        self._counter: int | None = None
        self.message: can.Message | None = None
        """The latest frame, raw."""
        self.at = 0.0
        """Stamp of the latest frame."""
        self.by_mux: dict[tuple[int, ...], can.Message] = {}
        """Multiplexer numbers -> the latest frame that had them."""
        self.bad_in_row = 0
        """Latest frames without a break whose counter, checksum or length was wrong."""
        self.restart()

    def restart(self) -> None:
        """Begin counting anew, for a step of its own; the latest frame stays."""
        self.count = 0
        self.remote = 0
        """Requests for this message (remote frames)."""
        self.first_at = 0.0
        self._shortest = float("inf")
        self._longest = 0.0
        self.flaws: dict[Flaw, int] = {}
        """Frames with each kind of flaw."""
        self.examples: dict[Flaw, Finding] = {}
        """The latest finding of each kind."""
        self._examined: bytearray | None = None

    # Rhythm

    @property
    def period_min(self) -> float | None:
        """Fewest seconds between two frames; None before the second."""
        return self._shortest if self.count > 1 else None

    @property
    def period_max(self) -> float | None:
        """Most seconds between two frames; None before the second."""
        return self._longest if self.count > 1 else None

    @property
    def period_mean(self) -> float | None:
        """Mean seconds between frames; None before the second."""
        return (self.at - self.first_at) / (self.count - 1) if self.count > 1 else None

    @property
    def jitter(self) -> float | None:
        """Longest minus shortest period in seconds; None before the third frame."""
        return self._longest - self._shortest if self.count > 2 else None

    def age(self, now: float) -> float | None:
        """Seconds since the latest frame; None before the first."""
        return None if self.message is None else now - self.at

    @property
    def counter_failures(self) -> int:
        return self.flaws.get(Flaw.COUNTER, 0)

    @property
    def checksum_failures(self) -> int:
        return self.flaws.get(Flaw.CHECKSUM, 0)

    @property
    def is_trusted(self) -> bool:
        """False while the latest three or more frames had a wrong counter or checksum."""
        return self.bad_in_row < BAD_IN_A_ROW

    # Frames

    def take(self, message: can.Message) -> None:
        """Count a frame; called for every one, so it does no more than it must."""
        at = message.timestamp
        if self.count:
            period = at - self.at
            if not self._shortest <= period <= self._longest:
                self._shortest = min(self._shortest, period)
                self._longest = max(self._longest, period)
        else:
            self.first_at = at
        self.count += 1
        self.at = at
        self.message = message
        data = message.data
        if data != self._examined:
            self._examined = data
            findings = self.codec.examine(data)
            if findings:
                self._examined = None  # so that each frame counts
                self._note(findings)
        if self.codec.is_multiplexed:
            self._keep_by_mux(message)
        if self._protection is not None:
            finding, self._counter = self._protection.inspect(data, self._counter)
            if finding is not None:
                self._note((finding,))
                self.bad_in_row += 1
            elif len(data) != self.spec.length:
                self.bad_in_row += 1
            else:
                self.bad_in_row = 0

    def _note(self, findings: tuple[Finding, ...]) -> None:
        for flaw in {finding.flaw for finding in findings}:
            self.flaws[flaw] = self.flaws.get(flaw, 0) + 1
        for finding in findings:
            self.examples[finding.flaw] = finding

    def _keep_by_mux(self, message: can.Message) -> None:
        key = self.codec.mux_key(message.data)
        if key is not None:
            self.by_mux[key] = message

    @property
    def undecodable(self) -> int:
        """Frames of which something could not be decoded."""
        return self.flaws.get(Flaw.SHORT, 0) + self.flaws.get(Flaw.UNKNOWN_MUX, 0)

    def frame_with(self, signal: str) -> can.Message | None:
        """The latest frame in which the signal is; None if there was none."""
        spec = self.spec.signal(signal)
        if spec.multiplexer is None:
            return self.message
        latest = None
        for key, frame in self.by_mux.items():
            if signal in self.codec.names_with(key) and (
                latest is None or frame.timestamp >= latest.timestamp
            ):
                latest = frame
        return latest
