"""What the things of a simulated bench are called: places, actions and parts, as a technician says.

The id stays what is typed. Quantities and looks that reports know are called as reports call them.
"""

from collections.abc import Callable, Mapping

from harness.actions.pile_fault.causes import BY_NAME
from harness.assess import cabin_names
from harness.assess.tool_words import WORDS
from harness.bench.simulated import seeded_faults
from harness.engine import names
from harness.engine.instrument_names import INSTRUMENTS
from harness.text import Language, Text

_LOOKS = {
    "arrester-window": Text("浪涌保护器指示窗", "window of the surge arrester"),
    "baud-setting": Text("波特率设置（菜单）", "baud rate in the menu"),
    "breaker-lever": Text("断路器手柄位置", "lever of the breaker"),
    "cabinet-door": Text("柜门", "cabinet door"),
    "estop-button": Text("急停按钮", "emergency stop button"),
    "front-suspension": Text("前悬架型式", "kind of front suspension"),
    "horn": Text("喇叭", "horn"),
    "inlet-flap": Text("充电口盖", "flap of the inlet"),
    "lamp-brake": Text("制动灯", "brake lamps"),
    "lamp-drl": Text("日间行车灯", "daytime running lamps"),
    "lamp-fog-rear": Text("后雾灯", "rear fog lamp"),
    "lamp-high-beam-left": Text("左远光灯", "high beam, left"),
    "lamp-high-beam-right": Text("右远光灯", "high beam, right"),
    "lamp-low-beam-left": Text("左近光灯", "low beam, left"),
    "lamp-low-beam-right": Text("右近光灯", "low beam, right"),
    "lamp-plate": Text("牌照灯", "number plate lamp"),
    "lamp-position": Text("位置灯", "position lamps"),
    "lamp-reverse": Text("倒车灯", "reversing lamps"),
    "lamp-turn-left": Text("左转向灯", "turn signal, left"),
    "lamp-turn-right": Text("右转向灯", "turn signal, right"),
    "lock-bolt": Text("电子锁锁舌", "bolt of the lock"),
    "meter-address": Text("电能表通信地址", "address of the meter"),
    "mounting": Text("桩体安装固定", "mounting of the pile"),
    "pedestrian-sound": Text("行人提示音", "pedestrian warning sound"),
    "plug-place": Text("枪的位置（枪座或车辆）", "where the plug is"),
    "rcd-lever": Text("漏电保护器手柄位置", "lever of the RCD"),
    "smoke": Text("柜内有无烟雾、焦味", "smoke inside"),
    "transformer-direction": Text("电流互感器方向", "direction of the current transformers"),
    "water": Text("柜内有无积水", "water inside"),
    "wiper": Text("雨刮", "wiper"),
}
_TELLTALES = {
    "abs": "ABS 故障", "adas": "驾驶辅助故障", "airbag": "安全气囊故障", "avas": "行人提示音故障",
    "battery": "动力电池故障", "batteryhot": "动力电池过热", "belt": "安全带未系",
    "brake": "制动系统故障", "charge": "充电", "coolant": "冷却液位低", "door": "车门未关",
    "eps": "转向助力故障", "esc": "车身稳定系统故障", "isolation": "绝缘故障",
    "lowvoltage": "低压蓄电池", "motor": "驱动电机故障", "parkingbrake": "驻车制动",
    "plug": "充电枪连接", "ready": "READY ", "soclow": "电量低", "system": "系统故障",
    "tpms": "胎压异常", "turtle": "限功率", "washer": "洗涤液位低",
}  # fmt: skip
_READINGS = {
    "displayed_odometer": Text("仪表显示里程", "odometer on the cluster"),
    "displayed_soc": Text("仪表显示电量（SOC）", "state of charge on the cluster"),
    "displayed_speed": Text("仪表显示车速", "speed on the cluster"),
}
_ACTIONS = {
    "accelerate-to-50": Text("加速到 50 km/h", "up to 50 km/h"),
    "brake-hard": Text("急踩制动踏板", "brake hard"),
    "off-test-lane": Text("驶离试车道", "off the test lane"),
    "onto-test-lane": Text("驶上试车道", "onto the test lane"),
    "acknowledge-spot-check": Text("确认本次为抽查", "acknowledge that it is a spot check"),
    "allow-charging": Text("车辆允许充电", "let the vehicle charge"),
    "announce-current": Text("服务菜单设为公告电流", "service menu: announce the current"),
    "announce-five-percent": Text("服务菜单设为 5% 占空比", "service menu: announce 5 %"),
    "apply-parking-brake": Text("拉起驻车制动", "apply the parking brake"),
    "approve-settings": Text("确认参数设置", "approve the settings"),
    "arm-recorder": Text("录波仪待触发", "arm the recorder"),
    "ask-for-energy": Text("车辆请求充电", "have the vehicle ask for energy"),
    "bus-power-off": Text("关点火并断开蓄电池", "key off, battery switch open"),
    "bus-power-on": Text("接通蓄电池并开点火", "battery on, key on"),
    "centre-steering-wheel": Text("转向盘居中，松开踏板", "wheel straight, feet off the pedals"),
    "set-tyre-pressures": Text("按标牌调整胎压", "set the tyre pressures to the placard"),
    "charge-at-outlet": Text("在网点的桩上插枪刷卡充电", "charge at the outlet's pile by card"),
    "end-charging-at-outlet": Text("结束充电并拔枪归位", "end charging and put the plug back"),
    "remote-lock": Text("用租赁应用远程闭锁", "lock from the rental app"),
    "remote-unlock": Text("用租赁应用远程开锁", "unlock from the rental app"),
    "remote-find-car": Text("用租赁应用寻车", "find the car from the rental app"),
    "clear-place": Text("清理场地", "clear the place"),
    "close-doors": Text("关闭全部车门", "close all doors"),
    "close-flap": Text("关上充电口盖", "close the flap of the inlet"),
    "close-rcd": Text("合上漏电保护器", "close the RCD"),
    "close-s2": Text("闭合 S2", "close S2"),
    "close-windows": Text("关闭车窗", "close the windows"),
    "connect-read-only": Text("只听方式接入总线", "connect to the buses for listening only"),
    "secure-accident-scene": Text("隔离事故现场", "secure the scene of the accident"),
    "connect-12v": Text("接上 12 V 蓄电池", "connect the 12 V battery"),
    "connect-simulator": Text("插枪到车辆模拟器（S2 断开）", "plug into the simulator, S2 open"),
    "connect-surge-arrester": Text("接回浪涌保护器", "connect the surge arrester"),
    "connect-vehicle": Text("插枪到车辆", "plug into the vehicle"),
    "connect-vehicle-paused": Text("插枪到车辆（暂不充电）", "plug in, charging on hold"),
    "disconnect-12v": Text("断开 12 V 蓄电池", "disconnect the 12 V battery"),
    "disconnect-surge-arrester": Text("断开浪涌保护器", "disconnect the surge arrester"),
    "disconnect-vehicle": Text("拔枪并放回枪座", "unplug, plug back in its holder"),
    "end-insulation-test": Text("结束绝缘测试", "end the insulation test"),
    "fasten-driver-belt": Text("系上驾驶员安全带", "fasten the driver's belt"),
    "feeder-off": Text("断开馈线开关", "switch the feeder off"),
    "feeder-on": Text("合上馈线开关", "switch the feeder on"),
    "hang-tag": Text("挂牌", "hang the tag"),
    "hazard-off": Text("关闭危险警告灯", "hazard lamps off"),
    "hazard-on": Text("打开危险警告灯", "hazard lamps on"),
    "high-beam-off": Text("关闭远光灯", "high beam off"),
    "high-beam-on": Text("打开远光灯", "high beam on"),
    "horn-off": Text("松开喇叭", "horn off"),
    "horn-on": Text("按喇叭", "horn on"),
    "insert-supply-plug": Text("插入供电插头", "insert the supply plug"),
    "let-go-of-wheel": Text("松开转向盘", "let go of the steering wheel"),
    "lights-auto": Text("灯光置自动挡", "lights to automatic"),
    "lock-car": Text("锁车", "lock the car"),
    "low-beam-off": Text("关闭近光灯", "low beam off"),
    "low-beam-on": Text("打开近光灯", "low beam on"),
    "make-ready": Text("踩制动上电至 READY", "foot on the brake, make READY"),
    "make-safe-for-live-work": Text("做好带电测量的安全措施", "make safe for live work"),
    "open-flap": Text("打开充电口盖", "open the flap of the inlet"),
    "open-s2": Text("断开 S2", "open S2"),
    "open-windows": Text("打开车窗", "open the windows"),
    "close-insulation-test-box": Text("合上绝缘试验盒开关", "close the insulation test box"),
    "connect-insulation-test-box": Text("接入绝缘试验盒", "connect the insulation test box"),
    "open-insulation-test-box": Text("断开绝缘试验盒开关", "open the insulation test box"),
    "remove-insulation-test-box": Text("拆除绝缘试验盒", "remove the insulation test box"),
    "remove-chocks": Text("取走车轮止动块", "take the chocks away"),
    "hold-brake-fluid-float-down": Text("按住制动液浮子", "hold the brake fluid float down"),
    "let-go-of-brake-fluid-float": Text("放开制动液浮子", "let go of the brake fluid float"),
    "hold-parking-switch-apply": Text("拉住驻车制动开关", "hold the parking switch: apply"),
    "hold-parking-switch-release": Text("按住驻车制动开关", "hold the parking switch: release"),
    "let-go-of-parking-switch": Text("放开驻车制动开关", "let go of the parking switch"),
    "place-board-uss-01": Text("1 号探头前按尺放平面挡板", "board before ultrasonic sensor 1"),
    "place-board-uss-03": Text("3 号探头前按尺放平面挡板", "board before ultrasonic sensor 3"),
    "place-board-uss-09": Text("9 号探头前按尺放平面挡板", "board before ultrasonic sensor 9"),
    "place-target-near": Text("正前方放置靶标板", "target board straight ahead"),
    "place-target-side": Text("左前方放置靶标板", "target board ahead to the left"),
    "plug-adapter": Text("插上诊断接口适配器", "plug the adapter in"),
    "position-lamps-off": Text("关闭位置灯", "position lamps off"),
    "position-lamps-on": Text("打开位置灯", "position lamps on"),
    "press-brake": Text("踩下制动踏板", "press the brake"),
    "press-emergency-stop": Text("按下急停", "press the emergency stop"),
    "press-latch": Text("按下枪头锁扣", "press the latch of the plug"),
    "press-rcd-test": Text("按漏电保护器试验按钮", "press the test button of the RCD"),
    "press-vehicle-emergency-stop": Text("按下车辆急停", "press the vehicle's emergency stop"),
    "pull-supply-plug": Text("拔下供电插头", "pull the supply plug"),
    "read-work-order": Text("阅读工单", "read the work order"),
    "rear-fog-lamp-off": Text("关闭后雾灯", "rear fog lamp off"),
    "rear-fog-lamp-on": Text("打开后雾灯", "rear fog lamp on"),
    "release-brake": Text("松开制动踏板", "release the brake"),
    "release-driver-belt": Text("解开驾驶员安全带", "release the driver's belt"),
    "release-emergency-stop": Text("旋开急停按钮", "release the emergency stop"),
    "release-latch": Text("松开枪头锁扣", "release the latch of the plug"),
    "release-parking-brake": Text("松开驻车制动", "release the parking brake"),
    "release-power": Text("复核后放行送电", "release the power"),
    "release-vehicle-emergency-stop": Text("松开车辆急停", "release the vehicle's emergency stop"),
    "reset-emergency-stop": Text("急停复位（按复位按钮）", "reset the emergency stop"),
    "reset-faults": Text("故障复位（按复位按钮）", "reset the faults at the pile"),
    "resume-charging-at-car": Text("在车上恢复充电", "resume charging at the car"),
    "return-gun": Text("枪放回枪座", "put the plug back"),
    "select-drive": Text("挂 D 挡", "select D"),
    "rollers-on": Text("测功机加载", "road load of the dynamometer on"),
    "rollers-off": Text("测功机卸载", "road load of the dynamometer off"),
    "stop-driving": Text("制动停车并锁止", "brake to a stop and secure the car"),
    "break-off-charge": Text("中断充电并拔枪", "break off the charge and unplug"),
    "drive-cycle": Text("按司机助行驶", "drive as the driver's aid shows"),
    "start-dc-charge": Text("插直流枪并启动充电", "plug in the DC gun and start"),
    "end-dc-charge": Text("停止直流充电并拔枪", "end the DC charge and unplug"),
    "select-neutral": Text("挂 N 挡", "select N"),
    "select-park": Text("挂 P 挡", "select P"),
    "select-reverse": Text("挂 R 挡", "select R"),
    "start-insulation-test": Text("开始绝缘测试", "start the insulation test"),
    "stop-charging-at-car": Text("在车上停止充电", "stop charging at the car"),
    "switch-off": Text("关闭点火开关", "switch the car off"),
    "switch-on": Text("打开点火开关", "switch the car on"),
    "take-boards-away": Text("移走靶标板和平面挡板", "take all boards away"),
    "take-gun-out": Text("从枪座取枪", "take the plug out"),
    "turn-left-on": Text("打左转向", "turn signal left"),
    "turn-off": Text("关闭转向灯", "turn signal off"),
    "turn-right-on": Text("打右转向", "turn signal right"),
    "turn-wheel-by-hand": Text("用手转动转向盘", "turn the steering wheel by hand"),
    "unlock-car": Text("解锁车辆", "unlock the car"),
    "use-car": Text("用车并还车", "use the car and bring it back"),
    "unplug-adapter": Text("拔下诊断接口适配器", "unplug the adapter"),
    "wash-windscreen": Text("喷洗风窗", "wash the windscreen"),
    "wear-ppe": Text("穿戴防护用品", "put on protective gear"),
    "wiper-fast": Text("雨刮高速", "wiper fast"),
    "wiper-intermittent": Text("雨刮间歇", "wiper intermittent"),
    "wiper-off": Text("关闭雨刮", "wiper off"),
    "wiper-slow": Text("雨刮低速", "wiper slow"),
    "wire-reference-meter": Text("接入标准表与负载", "wire reference meter and load"),
}
_DOORS = {
    "bonnet": Text("前机舱盖", "bonnet"),
    "fl": Text("左前门", "front left door"),
    "fr": Text("右前门", "front right door"),
    "rl": Text("左后门", "rear left door"),
    "rr": Text("右后门", "rear right door"),
    "tailgate": Text("尾门", "tailgate"),
}
_FACES = {
    "cam": Text("摄像头", "camera"),
    "lid": Text("激光雷达", "lidar"),
    "rad": Text("毫米波雷达", "radar"),
    "uss": Text("超声波雷达", "ultrasonic sensors"),
}
_MEANS = {
    "bare-hand": Text("用手擦", "bare hand"),
    "blow-and-wipe": Text("吹尘后用无尘布擦", "blow the dust off, then wipe"),
    "dry-cloth": Text("干布擦", "dry cloth"),
    "pressure-washer": Text("高压水枪冲", "pressure washer"),
    "wet-cloth": Text("湿布擦", "wet cloth"),
}
_CLEAN = Text("清洁{}：{}", "clean the {}: {}")
_AT_UNITS = {
    "plug-in-": Text("插上 {} 插头", "plug {} in"),
    "unplug-": Text("拔下 {} 插头", "unplug {}"),
    "pull-": Text("查线时拔下 {} 插头", "pull {} off, to find a place"),
}
_OPEN_DOOR = Text("打开{}", "open the {}")
_CLOSE_DOOR = Text("关上{}", "close the {}")
_SPLIT = Text("断开{} {}–{} 间连接器", "{}: open the connector {}–{}")
_JOIN = Text("接回{}断开的连接器", "{}: close what was opened")
_AT_UNIT = Text("{} {} 插头", "{}: plug of {}")
_BETWEEN = Text("{} {}–{} 间线束", "{}: line {}–{}")
_TELLTALE = Text("{}指示灯", "telltale {}")
_SENSOR = Text("{} 传感器供电电压", "supply of the {} sensor")
_AT_BENCH = Text("台架复测{}", "{}, at the bench")


def called(kind: str, name: str, language: Language) -> str:
    """The name of a thing of a kind (measure, look, operate, replace, instruments); else its id."""
    found: Text | str | None = INSTRUMENTS.get(name) if kind == "instruments" else None
    if kind in _OF_KIND:
        found = _OF_KIND[kind](name, language)
    if found is None:
        return names.point(name, language)
    return found if isinstance(found, str) else found.get(language)


def tool_use(tool: str, target: str = "") -> Text:
    """A use of a tool as people say it, for reasons: `工具“更换 接触器粘连”`."""
    chinese = next((words[1] for name, words in WORDS.items() if name == tool), tool)
    zh = f"{chinese} {called(tool, target, 'zh')}" if target else chinese
    en = f"{tool} {called(tool, target, 'en')}" if target else tool
    return Text(f"工具“{zh}”", f"tool {en!r}")


def _measured(name: str, language: Language) -> Text | str | None:
    if name.startswith("sensor_supply_"):
        return _SENSOR.get(language).format(name.rpartition("_")[2].upper())
    if name.startswith("bench_"):
        quantity = names.point(name.removeprefix("bench_"), language)
        return _AT_BENCH.get(language).format(quantity)
    return _READINGS.get(name)


def _looked_at(name: str, language: Language) -> Text | str | None:
    if name.startswith("telltale-"):
        lamp = name.removeprefix("telltale-")
        said = _TELLTALES.get(lamp, lamp) if language == "zh" else lamp
        return _TELLTALE.get(language).format(said)
    return _LOOKS.get(name) or cabin_names.LOOKS.get(name)


def _operated(name: str, language: Language) -> Text | str | None:
    if name in _ACTIONS:
        return _ACTIONS[name]
    if name in cabin_names.ACTIONS:
        return cabin_names.ACTIONS[name]
    first, _, rest = name.partition("-")
    return (
        _at_car(name, language)
        if first in ("open", "close", "clean")
        else _at_bus(name, first, rest, language)
    )


def _at_car(name: str, language: Language) -> str | None:
    """Doors, and faces of sensors."""
    for start, text in (("open-door-", _OPEN_DOOR), ("close-door-", _CLOSE_DOOR)):
        door = _DOORS.get(name.removeprefix(start)) if name.startswith(start) else None
        if door is not None:
            return text.get(language).format(door.get(language))
    _, face, means = (*name.split("-", 2), "", "")[:3]
    if face in _FACES and means in _MEANS:
        return _CLEAN.get(language).format(_FACES[face].get(language), _MEANS[means].get(language))
    return None


def _at_bus(name: str, first: str, rest: str, language: Language) -> str | None:
    """Connectors of units, and lines between them."""
    if first == "join":
        return _JOIN.get(language).format(names.bus(rest, language))
    if first == "split" and rest.count("-") == 2:
        bus, *units = rest.split("-")
        return _SPLIT.get(language).format(names.bus(bus, language), *map(str.upper, units))
    for start, text in _AT_UNITS.items():
        if name.startswith(start):
            return text.get(language).format(name.removeprefix(start).upper())
    return None


def _replaced(name: str, language: Language) -> Text | str | None:
    if name in BY_NAME:  # as the question for the fault has it
        return BY_NAME[name].title
    seeded = seeded_faults().get(name)
    if seeded is not None:
        return seeded.title
    bus, *units = name.split("-")
    if len(units) == 1:
        return _AT_UNIT.get(language).format(names.bus(bus, language), units[0].upper())
    if len(units) == 2:
        return _BETWEEN.get(language).format(names.bus(bus, language), *map(str.upper, units))
    return None


_OF_KIND: Mapping[str, Callable[[str, Language], Text | str | None]] = {
    "measure": _measured,
    "look": _looked_at,
    "operate": _operated,
    "replace": _replaced,
}
