"""Exterior lamps, their switches, and warning lamps of the cluster."""

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import broken


def _burnt(name: str, bulb: str, zh: str, en: str, *steps: str, admission: str = "") -> Fault:
    return broken(
        f"{name}-burnt",
        Text(f"{zh}不亮", f"{en} burnt out"),
        Text(f"{zh}灯丝（光源）烧断，打开时断路。", f"{en}: open circuit when it is switched on."),
        (lambda rig: rig.car.body.lamps.bulbs[bulb], "burnt", True),
        inspection=steps,
        admission=(admission,) if admission else (),
    )


def _telltale(name: str, lamp: str, seen: str, *, zh: str, en: str, step: str) -> Fault:
    return broken(
        name,
        Text(f"仪表{zh}", en),
        Text(f"仪表{zh}，与总线状态不符。", f"{en}, whatever the bus says."),
        (lambda rig: rig.car.body, "telltale_defects", {lamp: seen}),
        inspection=(step,),
    )


FAULTS = (
    _burnt("low-beam-left", "low_beam_left", "左近光灯", "Left low beam", "low-beam",
           admission="low-beam"),
    _burnt("low-beam-right", "low_beam_right", "右近光灯", "Right low beam", "low-beam",
           admission="low-beam"),
    _burnt("high-beam-left", "high_beam_left", "左远光灯", "Left high beam", "high-beam"),
    _burnt("high-beam-right", "high_beam_right", "右远光灯", "Right high beam", "high-beam"),
    _burnt("position-lamp", "position_rear_left", "左后位置灯", "Rear left position lamp",
           "position-lamps"),
    _burnt("plate-lamp", "plate", "牌照灯", "Plate lamp", "position-lamps"),
    _burnt("rear-fog-lamp", "fog_rear", "后雾灯", "Rear fog lamp", "rear-fog-lamp"),
    _burnt("daytime-lamp", "drl_left", "左日间行车灯", "Left daytime running lamp",
           "daytime-lamps"),
    _burnt("turn-signal-left", "turn_left_front", "左前转向灯", "Front left turn signal",
           "turn-left", "flash-rate", "hazard-lamps"),
    _burnt("turn-signal-right", "turn_right_rear", "右后转向灯", "Rear right turn signal",
           "turn-right", "hazard-lamps"),
    _burnt("brake-lamp", "brake_high", "高位制动灯", "High brake lamp", "brake-lamps"),
    _burnt("reversing-lamp", "reverse", "倒车灯", "Reversing lamp", "reversing-lamps"),
    broken(
        "light-switch-stuck",
        Text("灯光开关卡滞", "Light switch stuck"),
        Text("灯光开关一直报近光挡，灯关不掉。", "It always says low beam: the lamps stay on."),
        (lambda rig: rig.car.body.light, "stuck", "low_beam"),
        inspection=("lamps-out", "daytime-lamps"),
    ),
    broken(
        "turn-signal-lever-dead",
        Text("转向灯拨杆失效", "Turn signal lever dead"),
        Text("拨动转向灯拨杆没有反应。", "The lever has no effect."),
        (lambda rig: rig.car.body.turn, "stuck", "off"),
        inspection=("turn-left", "flash-rate", "turn-right"),
    ),
    broken(
        "hazard-switch-dead",
        Text("双闪开关失效", "Hazard switch dead"),
        Text("按下危险警告灯开关没有反应。", "The switch has no effect."),
        (lambda rig: rig.car.body.hazard, "stuck", "off"),
        inspection=("hazard-lamps",),
    ),
    _telltale("isolation-telltale-on", "Isolation", "on", zh="绝缘警告灯常亮",
              en="Isolation lamp of the cluster lit", step="isolation-lamp"),
    _telltale("parking-brake-telltale-dark", "ParkingBrake", "off", zh="驻车制动灯不亮",
              en="Parking brake lamp of the cluster dark", step="parking-brake-lamp"),
    _telltale("ready-telltale-dark", "Ready", "off", zh="READY 灯不亮",
              en="READY lamp of the cluster dark", step="ready-lamp"),
)  # fmt: skip
