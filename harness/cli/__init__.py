"""The command line. `harness.cli:main` is the console entry."""

import signal
import sys
from types import FrameType

_STOPPED = "已中止 / Stopped"
_ABORTED = 130


def main() -> None:
    """Run the command of this process's arguments and exit with its code."""
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        from harness.cli.root import ROOT  # noqa: PLC0415 - importing the package stays free

        ROOT.main()
    except KeyboardInterrupt:  # before the language is known, or after the command has ended
        sys.stderr.write(f"{_STOPPED}\n")
        sys.exit(_ABORTED)
    finally:
        # Nothing is left that a signal could interrupt but the interpreter's own end.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if callable(signal.getsignal(signal.SIGINT)):  # and not ignored from the start
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    """SIGTERM does what Ctrl-C does at that moment: cancel the main task, or interrupt."""
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):  # started in the background, where Ctrl-C is ignored
        raise KeyboardInterrupt
    handler(number, frame)
