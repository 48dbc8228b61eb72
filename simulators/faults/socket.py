"""What happens at the socket of a pile, and what is wrong there: test point 4, lock."""

from dataclasses import replace
from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, defect
from simulators.rig import Rig
from simulators.socket_work import cable_of


def _controller(rig: Rig) -> Any:
    """The controller of a pile with a socket. Raises NotAvailableError."""
    cable_of(rig)
    return rig.pile.controller


def _program(rig: Rig) -> Any:
    return _controller(rig).program


def _connection(rig: Rig) -> Any:
    cable_of(rig)
    return rig.pile.connection


def _lock(rig: Rig) -> Any:
    cable_of(rig)
    return rig.pile.lock


def _unlocks_after(seconds: float) -> Defect:
    return Defect(
        _controller,
        "settings",
        lambda rig: replace(_controller(rig).settings, unlock_after=seconds),
    )


def _fault(name: str, title: Text, detail: Text, *defects: Defect, wiring: bool = False) -> Fault:
    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind="wiring" if wiring else "data",
        needs="socket",
        defects=defects,
    )


FAULTS = (
    _fault(
        "supply-plug-loose",
        Text("供电插头未插到位", "Supply plug half out"),
        Text(
            "供电插头拔出少许，检测点 4 断开，其余触头仍接通。",
            "The supply plug is a little out: test point 4 is open, the other contacts are closed.",
        ),
        defect(cable_of, "socket_contact_sound", False),
        wiring=True,
    ),
    _fault(
        "test-point-4-ignored",
        Text("充电中不看检测点 4", "Test point 4 ignored while charging"),
        Text(
            "会话开始后不再检查检测点 4。",
            "Once a session runs, test point 4 is not looked at any more.",
        ),
        defect(_program, "watches_socket", False),
    ),
    _fault(
        "test-point-4-seen-late",
        Text("检测点 4 反应慢", "Test point 4 seen late"),
        Text(
            "检测点 4 的输入滤波 300 ms。",
            "A filter before the input of test point 4 takes 300 ms.",
        ),
        defect(_connection, "filter", 0.3),
    ),
    _fault(
        "socket-unlocks-early",
        Text("插座解锁过早", "Socket unlocked too early"),
        Text(
            "会话结束立即解锁，锁销 40 ms 退回。",
            "It drives the lock open as soon as the session ends; the bolt is back in 40 ms.",
        ),
        _unlocks_after(0.0),
        defect(_lock, "move", 0.04),
    ),
    _fault(
        "socket-unlocks-late",
        Text("插座解锁过晚", "Socket unlocked too late"),
        Text("会话结束 6 s 后才解锁。", "It drives the lock open 6 s after the session has ended."),
        _unlocks_after(6.0),
    ),
    _fault(
        "socket-never-unlocks",
        Text("插座不解锁", "Socket never unlocked"),
        Text("会话结束后不驱动电子锁解锁。", "After a session the lock is not driven open."),
        defect(_program, "unlocks", False),
    ),
    _fault(
        "lock-command-believed",
        Text("不看锁止反馈", "Lock command taken for its feedback"),
        Text(
            "程序把上锁命令当作已锁止，不看反馈。",
            "The program takes the command for the confirmation and does not read the feedback.",
        ),
        defect(_lock, "believed", True),
    ),
)
