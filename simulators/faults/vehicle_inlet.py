"""Charging inlet: plug, lock, flap, temperature sensors, pins."""

from harness.text import Text
from simulators.faults.vehicle_found import NEEDS_READY, broken, happening
from simulators.rig import Rig


def _leave_plug_in(rig: Rig) -> None:
    rig.world.plug_in()


def _take_plug_out(rig: Rig) -> None:
    rig.world.return_gun()


FAULTS = (
    happening(
        "plug-left-in",
        Text("充电枪未拔", "Plug left in"),
        Text("充电枪还插在车上。", "The charging plug is still in the car."),
        _leave_plug_in,
        _take_plug_out,
        inspection=("inlet-state", "inlet-flap", *NEEDS_READY),
    ),
    broken(
        "inlet-lock-stuck",
        Text("充电口电子锁卡在锁止位", "Inlet lock stuck"),
        Text("电子锁的锁销卡在伸出位置。", "The bolt of the lock is stuck in its locked position."),
        (lambda rig: rig.car.inlet, "lock_jammed", True),
        (lambda rig: rig.car.inlet, "locked", True),
        inspection=("trouble-codes", "inlet-lock"),
        admission=("trouble-codes",),
    ),
    broken(
        "inlet-flap-broken",
        Text("充电口盖关不上", "Inlet flap broken"),
        Text("充电口盖的铰链损坏，盖子关不上。", "Its hinge is broken: it does not close."),
        (lambda rig: rig.car.inlet, "flap_stuck_open", True),
        inspection=("inlet-flap",),
    ),
    broken(
        "inlet-sensor-1-high",
        Text("充电口温度 1 偏高", "Inlet sensor 1 reads high"),
        Text("温度传感器 1 固定显示 60 ℃。", "Temperature sensor 1 always shows 60 °C."),
        (lambda rig: rig.car.inlet.sensors[0], "stuck_at", 60.0),
        inspection=("inlet-temperature-1", "inlet-sensors"),
    ),
    broken(
        "inlet-sensor-2-high",
        Text("充电口温度 2 偏高", "Inlet sensor 2 reads high"),
        Text("温度传感器 2 固定显示 60 ℃。", "Temperature sensor 2 always shows 60 °C."),
        (lambda rig: rig.car.inlet.sensors[1], "stuck_at", 60.0),
        inspection=("inlet-temperature-2", "inlet-sensors"),
    ),
    broken(
        "inlet-pins-burnt",
        Text("充电口端子烧蚀", "Inlet pins burnt"),
        Text("充电口端子接触不良，有烧蚀痕迹。", "Poor contact has left burn marks at the pins."),
        (lambda rig: rig.car.inlet, "contact", 3.0),
        inspection=("inlet-look",),
    ),
)
