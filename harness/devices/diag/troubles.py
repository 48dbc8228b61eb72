"""What can-isotp complains about, in our words, and whom it concerns."""

from collections import deque
from enum import Enum

import isotp

_KEPT = 6


class Lately:
    """The last frames that came, and remarks about those that belong to nothing."""

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque(maxlen=_KEPT)
        self.notes: deque[str] = deque(maxlen=_KEPT)

    def clear(self) -> None:
        self.frames.clear()
        self.notes.clear()

    def __str__(self) -> str:
        """The end of a message: `; last frames: 10 14 62 ... | 21 ...`."""
        if not self.frames:
            return ""
        return "; last frames: " + " | ".join(data.hex(" ").upper() for data in self.frames)


class Trouble(Enum):
    """What is lost by a complaint of can-isotp."""

    SENDING = "sending"
    """The payload on its way out; the complaint goes to its sender."""
    RECEIVING = "receiving"
    """The payload that was coming in; the complaint goes to whoever waits for it."""
    NOTHING = "nothing"
    """A frame that belongs to nothing. It matters only when no reply comes."""


_KNOWN: dict[type[Exception], tuple[Trouble, str]] = {
    isotp.FlowControlTimeoutError: (Trouble.SENDING, "no flow control after our frames"),
    isotp.OverflowError: (Trouble.SENDING, "the partner has no room for the request (overflow)"),
    isotp.MaximumWaitFrameReachedError: (Trouble.SENDING, "asked to wait too often"),
    isotp.BadGeneratorError: (Trouble.SENDING, "the payload ended early"),
    isotp.ConsecutiveFrameTimeoutError: (
        Trouble.RECEIVING,
        "the reply stopped in the middle: fewer bytes came than its first frame announced",
    ),
    isotp.WrongSequenceNumberError: (Trouble.RECEIVING, "a frame of the reply is out of sequence"),
    isotp.FrameTooLongError: (Trouble.RECEIVING, "the reply announces more than we can take"),
    isotp.ReceptionInterruptedWithSingleFrameError: (
        Trouble.RECEIVING,
        "another reply came in the middle of a reply: two senders on one id?",
    ),
    isotp.ReceptionInterruptedWithFirstFrameError: (
        Trouble.RECEIVING,
        "another long reply began in the middle of a reply: two senders on one id?",
    ),
    isotp.InvalidCanDataError: (Trouble.RECEIVING, "a frame of the reply is not valid"),
    isotp.InvalidCanFdFirstFrameRXDL: (Trouble.RECEIVING, "the first frame has an odd length"),
    isotp.UnexpectedConsecutiveFrameError: (
        Trouble.NOTHING,
        "a consecutive frame that belongs to nothing",
    ),
    isotp.UnexpectedFlowControlError: (Trouble.NOTHING, "flow control that nobody asked for"),
    isotp.UnsupportedWaitFrameError: (Trouble.NOTHING, "flow control that asks to wait"),
    isotp.ChangingInvalidRXDLError: (Trouble.NOTHING, "a frame shorter than the first one"),
    isotp.MissingEscapeSequenceError: (Trouble.NOTHING, "a long single frame without escape"),
}


def trouble_of(error: Exception) -> tuple[Trouble, str]:
    """Whom a complaint concerns, and what it says."""
    kind, what = _KNOWN.get(type(error), (Trouble.NOTHING, "a frame that is not valid"))
    if isinstance(error, isotp.WrongSequenceNumberError):
        what = f"{what}: {str(error).partition('. ')[2]}"
    return kind, what
