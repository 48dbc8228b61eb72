"""Serial ports: what they take, and what to tell a person when one cannot be opened."""

import errno
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from harness.devices.modbus.connection import ModbusConnection

_PSEUDO = ("/dev/pts/", "/dev/ttys", "/dev/ttyp")


PORT_ERRORS: tuple[type[Exception], ...] = (OSError, ValueError, RuntimeError)
"""What opening a port may raise; POSIX has an error of its own for serial settings."""
if find_spec("termios") is not None:
    PORT_ERRORS = (*PORT_ERRORS, import_module("termios").error)


def usable_parity(port: str, parity: Literal["N", "E", "O"]) -> Literal["N", "E", "O"]:
    """The parity to set on a port. A pseudo-terminal has no wire and refuses any but N."""
    return "N" if str(Path(port).resolve()).startswith(_PSEUDO) else parity


def advice(connection: ModbusConnection, reason: BaseException | None) -> str:
    """Why the connection failed and what to look at, in one line."""
    said = _said(reason)
    if connection.modbus == "rtu":
        return f"{said}; {_serial_advice(connection, reason)}"
    if connection.modbus == "memory":
        return "no simulator serves this in-memory line"
    if isinstance(reason, ConnectionRefusedError):
        return f"{said}; nothing listens on that port: is Modbus TCP switched on, is it the port?"
    if isinstance(reason, TimeoutError) or reason is None:
        return "no answer from that address; check power, network cable and IP address"
    return f"{said}; check host name, network cable and IP address"


def _said(reason: BaseException | None) -> str:
    if reason is None:
        return "it cannot be opened"
    code = getattr(reason, "errno", None)
    if isinstance(code, int) and code in errno.errorcode:
        return f"{errno.errorcode[code]} ({reason})"
    return str(reason) or type(reason).__name__


def _serial_advice(connection: ModbusConnection, reason: BaseException | None) -> str:
    code = getattr(reason, "errno", None)
    if code in (errno.EACCES, errno.EPERM):
        return "no right to use the port; on Linux join the group 'dialout', or close its user"
    if code in (errno.EBUSY, errno.EAGAIN) or "lock" in str(reason).lower():
        return "another program uses the port"
    found = ", ".join(serial_ports()) or "none"
    return f"serial ports of this machine: {found}"


def serial_ports() -> list[str]:
    """Names of the serial ports that the system knows."""
    from serial.tools.list_ports import comports  # type: ignore[import-untyped]  # noqa: PLC0415

    return sorted(str(port.device) for port in comports())
