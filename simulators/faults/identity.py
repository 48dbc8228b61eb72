"""Another pile, another firmware, another state than the ledger and the plan say."""

from typing import Any

from harness.quantity import Value
from harness.text import Text
from simulators.faults.fault import Defect, Fault, defect, inspection
from simulators.pile.identity import Identity
from simulators.rig import Rig


def _other(rig: Rig, **changed: tuple[Value, Value]) -> Identity:
    """The rig's identity with some values changed; each as text and as number."""
    values = dict(rig.pile.identity.values)
    for name, (text, number) in changed.items():
        if name in values:
            values[name] = text if isinstance(values[name], str) else number
    return Identity(values)


def _swapped(rig: Rig) -> Identity:
    return _other(rig, serial_number=("SIM0000000042", 42))


def _firmware(rig: Rig) -> Identity:
    return _other(rig, firmware_version=("1.3.9", 139))


def _pile(rig: Rig) -> Any:
    return rig.pile


def _start_session(rig: Rig) -> None:
    rig.world.cable.attach()
    rig.world.plug_in()
    rig.pile.controller.start()


def _end_session(rig: Rig) -> None:
    rig.pile.controller.stop("local_stop")
    rig.world.return_gun()


FAULTS = (
    Fault(
        name="session-running",
        energises=True,
        title=Text("充电会话进行中", "A session is running"),
        detail=Text("有车正在充电，桩不在待机。", "A vehicle is plugged in and charging."),
        kind="physics",
        expects=inspection("pile-idle"),
        on=_start_session,
        off=_end_session,
    ),
    Fault(
        name="pile-swapped",
        title=Text("桩被调换", "Another pile"),
        detail=Text("现场桩的出厂编号与台账不符。", "The pile on site has another serial number."),
        kind="data",
        expects=inspection("identity"),
        defects=(Defect(_pile, "identity", _swapped),),
    ),
    Fault(
        name="firmware-differs",
        title=Text("固件版本不符", "Another firmware version"),
        detail=Text(
            "桩运行的固件版本与台账登记不一致。",
            "The pile runs a firmware version that the ledger does not have.",
        ),
        kind="data",
        expects=inspection("identity"),
        defects=(Defect(_pile, "identity", _firmware),),
    ),
    Fault(
        name="current-setting-wrong",
        title=Text("最大电流设置错误", "Wrong maximum current"),
        detail=Text(
            "最大电流被设为 10 A，与站点配置不符。",
            "The maximum current is set to 10 A, against the site's configuration.",
        ),
        kind="data",
        expects=inspection("current-setting"),
        defects=(defect(_pile, "max_current", 10.0),),
    ),
    Fault(
        name="current-limit-low",
        title=Text("电流限值过低", "Current limit too low"),
        detail=Text(
            "有人把电流限值设为 6 A 后没有改回。",
            "Somebody has set the current limit to 6 A and left it there.",
        ),
        kind="data",
        defects=(defect(lambda rig: rig.pile.controller, "current_limit", 6.0),),
    ),
    Fault(
        name="modbus-address-wrong",
        title=Text("从站地址错误", "Wrong Modbus address"),
        detail=Text(
            "桩的 Modbus 地址被改为 9。", "The Modbus address of the pile has been changed to 9."
        ),
        kind="data",
        defects=(defect(lambda rig: rig.registers, "unit_id", 9),),
    ),
)
