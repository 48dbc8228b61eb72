"""How somebody has left the car, and what keeps it from being switched on or off."""

from harness.text import Text
from simulators.faults.vehicle_found import broken, happening
from simulators.rig import Rig
from simulators.vehicle.hands import FOOT


def _hold_pedal(rig: Rig) -> None:
    rig.car.brake.press(FOOT)


def _free_pedal(rig: Rig) -> None:
    rig.car.brake.press(0.0)


FAULTS = (
    broken(
        "left-in-neutral",
        Text("车辆停在 N 挡", "Left in neutral"),
        Text("上一位使用者没有挂 P 挡。", "The last user has not selected P."),
        (lambda rig: rig.car.control, "gear", "n"),
        inspection=("parked",),
    ),
    broken(
        "parking-brake-released",
        Text("驻车制动未拉起", "Parking brake not applied"),
        Text("上一位使用者没有拉起驻车制动。", "The last user has not applied the parking brake."),
        (lambda rig: rig.car.parking_brake, "applied", False),
        inspection=("parking-brake",),
    ),
    broken(
        "parking-brake-actuator-stuck",
        Text("左驻车执行器卡滞", "Left parking brake actuator stuck"),
        Text(
            "左侧驻车执行器不动作，驻车系统报故障。",
            "The left actuator does not move; the parking brake reports a fault.",
        ),
        (lambda rig: rig.car.parking_brake, "left_works", False),
        inspection=("parking-brake",),
        admission=("trouble-codes",),
    ),
    happening(
        "brake-pedal-held",
        Text("制动踏板被卡住", "Brake pedal held down"),
        Text(
            "制动踏板被异物压住，一按启动按钮就进入 READY。",
            "Something holds the brake pedal down: the start button makes the car READY at once.",
        ),
        _hold_pedal,
        _free_pedal,
        inspection=("not-ready",),
    ),
    broken(
        "battery-clamp-loose",
        Text("12 V 蓄电池极桩松脱", "12 V battery clamp off"),
        Text("12 V 蓄电池负极线脱开，车辆不能上电。", "The clamp is off: the car has no supply."),
        (lambda rig: rig.car.low_voltage.battery, "connected", False),
        kind="wiring",
        inspection=("switch-on",),
        admission=("switch-on",),
    ),
    broken(
        "ignition-relay-welded",
        Text("点火继电器粘连", "Ignition relay welded"),
        Text(
            "KL15 继电器触点粘连，关闭电源后仍保持接通。",
            "The contacts of the KL15 relay stick: the car stays on when it is switched off.",
        ),
        (lambda rig: rig.car.power, "relay_welded", True),
        inspection=("switch-off",),
        admission=("switch-off",),
    ),
    broken(
        "key-of-another-car",
        Text("钥匙不匹配", "Key of another car"),
        Text("防盗系统不认这把钥匙，不能进入 READY。", "The immobiliser does not know the key."),
        (lambda rig: rig.car.access, "key_learned", False),
        kind="data",
        inspection=("trouble-codes", "ready", "daytime-lamps", "reversing-lamps"),
        admission=("trouble-codes",),
    ),
)
