"""Whether no error frame means anything: does the adapter tell of them at all?

Read from the sources of python-can 4.6 (and of socketcand). Yes is said only where error frames are
asked for and handed on; of an interface that is not listed nobody knows, so it is no.

- slcan, seeedstudio, robotell: the protocol has no error frame; systec, canalystii: not handed on.
- ixxat: asked for, but written to a log and dropped; vector with CAN FD: dropped.
- gs_usb: bus errors are not asked for. socketcand: the daemon does not ask the kernel for them.
- serial, usb2can, neovi: they would be handed on, but whether they come is up to the other end.
- socketcan: the kernel is asked for all of them; what comes is up to the driver (`berr-reporting`).

A recording tells of them when it has one: most formats can hold them, but a logger behind such an
adapter, or one that was not set to keep them, writes none.
"""

import sys

from harness.devices.can.connection import CanConnection

_REPORTING = ("kvaser", "nixnet")


def silent_on_errors(connection: CanConnection) -> str:
    """Why a count of no error frame says nothing; empty where it does say that there were none."""
    if connection.is_memory:
        return ""
    if connection.is_recording:
        if connection.recording_has_errors:
            return ""
        return "the recording has no error frame at all, so perhaps its logger keeps none"
    if _is_reporting(connection):
        return ""
    return f"the adapter ({connection.can}) does not report error frames"


def _is_reporting(connection: CanConnection) -> bool:
    name, options = connection.can, connection.options
    if name == "vector":
        return not connection.fd
    if name == "pcan":
        return sys.platform != "darwin"  # the library for macOS cannot be asked for them
    if name == "socketcan":
        return not options.get("ignore_rx_error_frames", False)
    if name == "nican":
        return bool(options.get("log_errors", True))
    return name in _REPORTING
