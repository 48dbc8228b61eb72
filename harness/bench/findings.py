"""What probing a bench can find, and what is then to be done: the words, in both languages."""

import errno
import socket
from dataclasses import dataclass, field
from typing import Literal

from harness.devices.device import DeviceProfile
from harness.devices.modbus.connection import ModbusConnection
from harness.errors import ConnectionFailedError, HarnessError
from harness.quantity import Measurement
from harness.text import Text

Severity = Literal["problem", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (or, as a note, worth knowing), and what to do about it."""

    code: str
    what: Text
    do: Text
    point: str = ""
    severity: Severity = "problem"


@dataclass
class DeviceProbe:
    """What was found out about one device."""

    role: str
    profile: DeviceProfile
    connection: str
    reachable: bool = False
    identity: list[Measurement] = field(default_factory=list)
    readings: list[Measurement] = field(default_factory=list)
    not_offered: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "problem"]


@dataclass
class BenchProbe:
    """What was found out about a bench."""

    bench: str
    devices: list[DeviceProbe]

    @property
    def exit_code(self) -> int:
        """0 nothing to say, 3 findings, 4 a device cannot be reached."""
        if not all(device.reachable for device in self.devices):
            return 4
        return 3 if any(device.problems for device in self.devices) else 0


def cannot_open(connection: ModbusConnection, error: ConnectionFailedError) -> Finding:
    """Why a port or an address cannot be opened."""
    code, what = cause(connection, error.__cause__)
    if error.headline != ConnectionFailedError.headline:
        code, what = "in-use", error.headline
    return Finding(code, what, OPENING[code])


def cause(connection: ModbusConnection, reason: BaseException | None) -> tuple[str, Text]:
    number = getattr(reason, "errno", None)
    port = connection.port
    if connection.is_serial:
        if number in (errno.EACCES, errno.EPERM):
            return "no-permission", Text(f"无权打开串口 {port}", f"no right to open {port}")
        if number in (errno.EBUSY, errno.EAGAIN) or "lock" in str(reason).lower():
            return "port-busy", Text(f"串口 {port} 被占用", f"{port} is in use")
        return "port-missing", Text(f"没有串口 {port}", f"there is no port {port}")
    where = f"{connection.host}:{port}"
    if isinstance(reason, ConnectionRefusedError):
        return "connection-refused", Text(f"{where} 拒绝连接", f"{where} refuses connections")
    if isinstance(reason, socket.gaierror):
        return "host-unknown", Text(
            f"主机名 {connection.host} 无法解析", f"the host name {connection.host} is not known"
        )
    return "host-unreachable", Text(f"{where} 无法到达", f"{where} cannot be reached")


def found_at(own: ModbusConnection, found: ModbusConnection) -> tuple[Text, Text]:
    if found.unit != own.unit:
        change = f"unit: {found.unit}"
        what = Text(
            f"从站 {own.unit} 无应答，但从站 {found.unit} 有应答",
            f"unit {own.unit} is silent, but unit {found.unit} answers",
        )
    else:
        change = f"baudrate: {found.baudrate}, parity: {found.parity}"
        what = Text(
            f"在 {found.baudrate} bit/s、校验 {found.parity} 下有应答",
            f"it answers at {found.baudrate} baud with parity {found.parity}",
        )
    return what, Text(
        f"台架文件中改为 {change}，或修改设备设置",
        f"write {change} into the bench file, or set the device",
    )


def as_is(error: HarnessError) -> Text:
    return Text(f"{error.headline.zh}: {error.detail}", f"{error.headline.en}: {error.detail}")


OPENING = {
    "in-use": Text("等另一次运行结束", "wait until the other run has ended"),
    "no-permission": Text(
        "Linux：把用户加入 dialout 组后重新登录",
        "on Linux: join the group dialout and log in again",
    ),
    "port-busy": Text("关闭占用该串口的程序", "close the program that uses the port"),
    "port-missing": Text(
        "检查 USB 转接器是否插好、驱动是否安装、串口名是否正确",
        "check that the adapter is plugged in, that its driver is there, and the port's name",
    ),
    "connection-refused": Text(
        "设备在线但该端口没有服务：检查端口号，以及设备是否启用了 Modbus TCP",
        "the host is there, but nothing listens: check the port, and that Modbus TCP is enabled",
    ),
    "host-unknown": Text("检查主机名拼写，或改用 IP 地址", "check the name, or use the IP address"),
    "host-unreachable": Text(
        "检查供电、网线和 IP 地址", "check power, network cable and IP address"
    ),
}
SILENT_SERIAL = Text(
    "检查供电、A/B 线是否接反、终端电阻、从站地址、波特率和校验",
    "check power, swapped A and B, termination, unit id, baud rate and parity",
)
SILENT_NETWORK = Text(
    "已连上但不应答：检查从站地址、设备是否允许 Modbus、网关后的串口接线和波特率",
    "connected, but silent: check the unit id, whether Modbus is enabled, and behind a gateway "
    "the serial wiring and baud rate",
)
DAMAGED_SERIAL = Text(
    "检查波特率、校验、屏蔽与接地、终端电阻，以及是否有两台设备同时应答",
    "check baud rate, parity, shielding, termination, and whether two devices answer at once",
)
DAMAGED_NETWORK = Text(
    "检查该端口是否为 Modbus TCP（而不是 RTU over TCP 或别的协议）",
    "check that the port speaks Modbus TCP, not RTU over TCP or something else",
)
DAMAGED_LINE = Text(
    "检查网络质量；经网关时检查其后串口的屏蔽、终端电阻和波特率",
    "check the network; behind a gateway check shielding, termination and baud rate of the serial "
    "line",
)
REFUSED = Text(
    "设备没有该地址：检查型号、固件版本与点表是否一致",
    "the device has no such address: check that model and firmware fit the profile",
)
POINT_SILENT = Text(
    "该点不应答：固件可能不支持，或读取间隔太短",
    "this point does not answer: firmware without it, or requests too close together",
)
