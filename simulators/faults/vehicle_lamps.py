"""Exterior lamps, their switches, and warning lamps of the cluster."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import broken
from simulators.rig import Rig


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


def _flasher(rig: Rig) -> Any:
    return rig.car.body.lamps.flasher


_BOTH_RATES = ("flash-rate", "flash-rate-right")

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
           "turn-right", "flash-rate-right", "hazard-lamps"),
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
        inspection=("turn-left", "flash-rate", "turn-right", "flash-rate-right"),
    ),
    broken(
        "turn-signals-fast",
        Text("转向灯闪得过快", "Turn signals flash too fast"),
        Text("闪光器每分钟闪 150 次，灯泡都完好。", "150 flashes a minute, with every bulb sound."),
        (_flasher, "rate", 150.0),
        inspection=_BOTH_RATES,
    ),
    broken(
        "turn-signals-slow",
        Text("转向灯闪得过慢", "Turn signals flash too slowly"),
        Text("闪光器每分钟只闪 45 次。", "45 flashes a minute."),
        (_flasher, "rate", 45.0),
        inspection=_BOTH_RATES,
    ),
    broken(
        "turn-signal-left-steady",
        Text("左转向灯常亮不闪", "Left turn signal lit without flashing"),
        Text("左侧输出级不断开，打开后一直亮；车身控制器仍报正常频率。",
             "Its output does not open: lit all along, while the controller says the usual rate."),
        (_flasher, "steady", frozenset(("turn_left",))),
        inspection=("flash-rate",),
    ),
    broken(
        "flash-rate-misreported",
        Text("闪光频率上报与实际不符", "Flash rate other than reported"),
        Text("转向灯每分钟闪 140 次，车身控制器上报 85 次。",
             "The lamps flash 140 times a minute, the body controller says 85."),
        (_flasher, "rate", 140.0),
        (_flasher, "told", 85.0),
        inspection=_BOTH_RATES,
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
