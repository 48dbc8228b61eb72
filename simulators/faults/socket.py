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


def _shared(name: str, title: Text, detail: Text, attribute: str) -> Fault:
    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind="physics",
        needs="twin",
        defects=(defect(lambda rig: rig.twin, attribute, True),),
    )


FAULTS = (
    _shared(
        "residual-detector-shared",
        Text("两接口共用剩余电流检测", "One residual-current detector for both outlets"),
        Text(
            "两个接口的导线穿过同一互感器，一个接口漏电，两个接口都断开。",
            "The conductors of both points go through one detector: a leakage at one opens both.",
        ),
        "one_detector",
    ),
    _shared(
        "pilot-generator-shared",
        Text("两接口共用控制导引", "One guidance for both outlets"),
        Text(
            "两个接口的 CP 并联，由同一个信号源供给。",
            "The pilots of both points are joined and fed by one generator.",
        ),
        "one_generator",
    ),
    _shared(
        "contactor-chain-shared",
        Text("两接口共用接触器控制回路", "One contactor chain for both outlets"),
        Text(
            "两个接触器的线圈串在同一回路中，任一接口报故障，两个都断开。",
            "The coils of both contactors hang on one chain: a fault at one point opens both.",
        ),
        "one_chain",
    ),
    _shared(
        "pilot-supply-shared",
        Text("两接口共用 CP 电源", "One pilot supply for both outlets"),
        Text(
            "两路 CP 由同一小容量电源供电，一路接地，另一路电压也跌落。",
            "One weak supply feeds both generators: CP shorted at one point pulls the other down.",
        ),
        "weak_supply",
    ),
    Fault(
        name="earth-through-detector",
        title=Text("接地线穿过剩余电流互感器", "Earth conductor led through the detector"),
        detail=Text(
            "接地线也穿过互感器，漏电流相互抵消，测不到；上级漏电保护器机构卡滞。",
            "The earth conductor goes through the residual-current detector too, so a leakage "
            "cancels out, and the mechanism of the RCD is stuck.",
        ),
        kind="wiring",
        defects=(
            defect(lambda rig: rig.pile, "earth_through_detector", True),
            defect(lambda rig: rig.world.supply.rcd, "mechanism_free", False),
        ),
    ),
    Fault(
        name="pilot-short-ignored",
        title=Text("CP 接地只报警", "CP shorted: alarm only"),
        detail=Text(
            "CP 接地时桩只报警，不断电。",
            "With CP shorted to PE the pile reports it and goes on.",
        ),
        kind="data",
        defects=(defect(lambda rig: rig.pile.alarms, "harmless", frozenset({"F-14"})),),
    ),
    Fault(
        name="pilot-zero-taken-for-ready",
        title=Text("0 V 当作状态 3", "0 V taken for state 3"),
        detail=Text(
            "CP 在 ±1 V 内时当作状态 3。", "It takes a pilot within 1 V of zero for state 3."
        ),
        kind="data",
        defects=(defect(lambda rig: rig.pile, "taken_for_ready", (-1.0, 1.0)),),
    ),
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
