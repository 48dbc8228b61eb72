"""Opening a python-can interface, and saying what to look at when that fails.

Two interfaces of the library are replaced by children of them that notice when their peer is gone
(`slcan`, which also reads faster, and `socketcand`); all others are the library's own.
"""

import logging
import select
import socket
from collections.abc import Callable
from typing import Any

import can
from can.interfaces import VALID_INTERFACES
from can.interfaces.socketcand import SocketCanDaemonBus

from harness.devices.can.connection import CanConnection
from harness.devices.can.slcan import BufferedSlcan
from harness.errors import ConnectionFailedError

# The library warns on stderr about every driver that is not installed.
_log = logging.getLogger("can")
_log.addHandler(logging.NullHandler())
_log.propagate = False
if _log.level == logging.NOTSET:
    _log.setLevel(logging.CRITICAL)

_LISTEN_ONLY: dict[str, dict[str, Any]] = {
    "slcan": {"listen_only": True},
    "vector": {"listen_only": True},
    "nixnet": {"listen_only": True},
    "kvaser": {"driver_mode": False},
    "cantact": {"monitor": True},
    "seeedstudio": {"operation_mode": "silent"},
    "pcan": {"state": can.BusState.PASSIVE},
    "systec": {"state": can.BusState.PASSIVE},
}
"""How each interface is told not to acknowledge. With socketcan the system decides that
(`ip link set can0 type can bitrate 500000 listen-only on`); the others cannot."""
_SILENT_ANYWAY = ("virtual", "udp_multicast")
"""Nothing is acknowledged there."""
_TIMED_FD = ("slcan", "pcan")
"""Interfaces that take the rates of CAN FD only as a bit timing."""
_NO_BOARD = ("://", "/dev/pts/")
"""slcan channels behind which no board has to boot when the port is opened."""
_FD_CLOCK = 80_000_000
_SAMPLE_POINT = 80.0


class WatchedSocketcand(SocketCanDaemonBus):
    """socketcand whose end is noticed: the library's own returns nothing, for ever."""

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        message: can.Message | None
        message, filtered = super()._recv_internal(timeout)  # type: ignore[no-untyped-call]
        if message is None and self._is_closed():
            raise can.CanOperationError("socketcand has closed the connection")
        return message, filtered

    def _is_closed(self) -> bool:
        link: socket.socket = getattr(self, "_SocketCanDaemonBus__socket")  # noqa: B009 - private
        ready, _, _ = select.select([link], [], [], 0)
        return bool(ready) and link.recv(1, socket.MSG_PEEK) == b""


_OURS: dict[str, Callable[..., can.BusABC]] = {
    "slcan": BufferedSlcan,
    "socketcand": WatchedSocketcand,
}


def known_interfaces() -> list[str]:
    """Interfaces that this installation of python-can knows, its plug-ins included."""
    return sorted(VALID_INTERFACES)


def can_listen_only(interface: str) -> bool:
    """Whether we can have an adapter of this interface not even acknowledge."""
    return interface in _LISTEN_ONLY or interface in _SILENT_ANYWAY


def open_bus(connection: CanConnection, *, listen_only: bool) -> can.BusABC:
    """Open the adapter; blocks. Raises ConnectionFailedError that says what to look at."""
    where = connection.describe()
    if connection.can not in VALID_INTERFACES:
        known = ", ".join(known_interfaces())
        raise ConnectionFailedError(f"{where}: no such interface; python-can knows {known}")
    if connection.listen_only and not can_listen_only(connection.can):
        raise ConnectionFailedError(
            f"{where}: python-can cannot open {connection.can} listen-only; with socketcan set it "
            "by 'ip link set can0 type can … listen-only on' and leave it out here"
        )
    try:
        keywords = _keywords(connection, listen_only)
        if (ours := _OURS.get(connection.can)) is not None:
            return ours(**keywords)
        return can.Bus(interface=connection.can, ignore_config=True, **keywords)
    except Exception as error:  # drivers raise anything, even NameError where one is missing
        raise ConnectionFailedError(f"{where}: {advice(connection, error)}") from error


def _keywords(connection: CanConnection, listen_only: bool) -> dict[str, Any]:
    name = connection.can
    keywords: dict[str, Any] = dict(connection.options)
    if connection.channel is not None:
        keywords["channel"] = connection.channel
    if connection.bitrate is not None and name not in ("virtual", "udp_multicast", "socketcand"):
        keywords["bitrate"] = connection.bitrate
    if connection.fd and name == "virtual":
        keywords["protocol"] = can.CanProtocol.CAN_FD
    elif connection.fd and name in _TIMED_FD:
        keywords.pop("bitrate", None)
        keywords["timing"] = _fd_timing(connection)
    elif connection.fd:
        keywords["fd"] = True
        if connection.data_bitrate is not None:
            keywords["data_bitrate"] = connection.data_bitrate
    if name == "slcan" and any(part in str(connection.channel) for part in _NO_BOARD):
        keywords.setdefault("sleep_after_open", 0)
    if listen_only:
        keywords |= _LISTEN_ONLY.get(name, {})
    return keywords


def _fd_timing(connection: CanConnection) -> can.BitTimingFd:
    if connection.bitrate is None or connection.data_bitrate is None:
        raise ValueError("CAN FD needs both 'bitrate' and 'data_bitrate' here")
    return can.BitTimingFd.from_sample_point(
        f_clock=_FD_CLOCK,
        nom_bitrate=connection.bitrate,
        nom_sample_point=_SAMPLE_POINT,
        data_bitrate=connection.data_bitrate,
        data_sample_point=_SAMPLE_POINT,
    )


_HINTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("permission denied", "access denied", "errno 13", "eacces"),
        "no right to use the adapter; on Linux join the group 'dialout' or add a udev rule",
    ),
    (("busy", "in use", "already open", "errno 16", "locked"), "another program uses the adapter"),
    (
        ("connection refused", "errno 111", "10061"),
        "nothing listens on that port: is the adapter or simulator on, is it the port?",
    ),
    (
        ("timed out", "unreachable", "no route", "name or service", "getaddrinfo"),
        "no answer from that address; check power, network cable and address",
    ),
    (("bit rate", "bitrate", "timing", "btr"), "the adapter does not have this bit rate"),
    (
        ("no such device", "errno 19", "network is down", "errno 100"),
        "no such network interface, or it is down: see 'ip link', then "
        "'ip link set can0 up type can bitrate 500000'",
    ),
    (
        ("no such file", "could not open port", "cannot find", "not found devices"),
        "no such port; is the adapter plugged in?",
    ),
    (
        (
            "library not found", "not installed", "no module named", "cannot import",
            "not supported", "please install", "only supported on", "could not be loaded",
            "is not defined", "address family", "has no attribute",
        ),
        "the driver is missing or does not run on this system; install the maker's driver",
    ),
)  # fmt: skip


def advice(connection: CanConnection, reason: BaseException) -> str:
    """Why the adapter did not open and what to look at, in one line."""
    said = " ".join(str(reason).split()) or type(reason).__name__
    if isinstance(reason, TypeError):
        return (
            f"{said}; check 'channel' and 'options' against python-can's page on {connection.can}"
        )
    low = said.lower()
    hint = next((hint for words, hint in _HINTS if any(word in low for word in words)), "")
    if connection.can in ("slcan", "seeedstudio", "robotell", "serial") and "no such port" in hint:
        hint = f"{hint} Serial ports of this machine: {', '.join(_serial_ports()) or 'none'}"
    return f"{said}; {hint or 'check adapter, channel and driver'}"


def _serial_ports() -> list[str]:
    from serial.tools.list_ports import comports  # type: ignore[import-untyped]  # noqa: PLC0415

    return sorted(str(port.device) for port in comports())
