"""Cockpit, controls, screens, terminal, V2X, keys and user data, and how the car was cleaned.

Which steps of VEH-INSP-04 find them stands in `found/veh_insp_04.py`.
"""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import broken, happening
from simulators.rig import Rig
from simulators.vehicle.body import Body
from simulators.vehicle.cabin import Cabin
from simulators.vehicle.cockpit import Cockpit
from simulators.vehicle.computing import Telematics
from simulators.vehicle.user_data import COUNTS, UserData
from simulators.vehicle.v2x import V2xUnit


def _cockpit(rig: Rig) -> Cockpit:
    return rig.car.cockpit


def _body(rig: Rig) -> Body:
    return rig.car.body


def _terminal(rig: Rig) -> Telematics:
    return rig.car.telematics


def _v2x(rig: Rig) -> V2xUnit:
    return rig.car.telematics.v2x


def _data(rig: Rig) -> UserData:
    return rig.car.cockpit.user_data


def _cabin(rig: Rig) -> Cabin:
    return rig.car.cockpit.cabin


_UNITS = {
    "centre-display": ("display", Text("中控屏", "Centre display")),
    "cluster-screen": ("cluster", Text("仪表屏", "Cluster screen")),
    "voice-unit": ("voice", Text("语音单元", "Voice unit")),
    "driver-monitor": ("monitor", Text("驾驶员监测", "Driver monitor")),
}
_BUTTONS = {
    "volume": Text("音量键", "Volume button"),
    "voice": Text("语音键", "Voice button"),
    "phone": Text("电话键", "Telephone button"),
}
_SEATS = {
    "driver": Text("驾驶座", "driver's seat"),
    "passenger": Text("副驾驶座", "front passenger's seat"),
    "rear_left": Text("左后座", "rear left seat"),
    "rear_middle": Text("后排中间座", "rear middle seat"),
    "rear_right": Text("右后座", "rear right seat"),
}
_DOORS = {
    "FR": Text("右前门", "Front right door"),
    "RL": Text("左后门", "Rear left door"),
    "RR": Text("右后门", "Rear right door"),
    "tailgate": Text("尾门", "Tailgate"),
    "bonnet": Text("前机舱盖", "Bonnet"),
}
_WINDOWS = {
    "FL": Text("左前车窗", "Front left window"),
    "FR": Text("右前车窗", "Front right window"),
    "RL": Text("左后车窗", "Rear left window"),
    "RR": Text("右后车窗", "Rear right window"),
}
_STAINS = {
    "seats": ("coffee stain on the driver's seat", Text("座椅有污渍", "Seat stained")),
    "floor": ("tar on the floor mat", Text("脚垫有沥青", "Tar on a mat")),
    "dashboard": ("glue on the dashboard", Text("仪表台有胶痕", "Glue on the dashboard")),
    "screens": ("ink on the centre display", Text("中控屏有墨迹", "Ink on the display")),
    "body": ("bird droppings etched into the bonnet", Text("漆面有蚀痕", "Paint etched")),
    "glass": ("tree resin on the windscreen", Text("风窗有树胶", "Resin on the windscreen")),
    "wheels": ("wet cement on a rim", Text("轮毂有水泥", "Cement on a rim")),
}
_LAMPS = {
    "System": Text("系统故障灯", "System fault lamp"),
    "Airbag": Text("安全气囊灯", "Airbag lamp"),
    "Tpms": Text("胎压灯", "Tyre pressure lamp"),
}


def _dead_unit(name: str) -> Fault:
    attribute, called = _UNITS[name]
    return broken(
        f"{name}-dead",
        Text(f"{called.zh}故障", f"{called.en} dead"),
        Text(f"{called.zh}自检不通过，存储故障码。", f"{called.en}: it fails and stores a code."),
        (lambda rig: getattr(_cockpit(rig), attribute), "works", False),
    )


def _slow_unit(name: str) -> Fault:
    attribute, called = _UNITS[name]
    return broken(
        f"{name}-slow",
        Text(f"{called.zh}性能下降", f"{called.en} slow"),
        Text(f"{called.zh}运行迟缓，无故障码。", f"{called.en}: slow, and no code."),
        (lambda rig: getattr(_cockpit(rig), attribute), "slow", True),
        kind="data",
    )


def _dead_button(button: str) -> Fault:
    called = _BUTTONS[button]
    return broken(
        f"button-{button}-dead",
        Text(f"{called.zh}失效", f"{called.en} dead"),
        Text(f"转向盘{called.zh}触点不闭合。", f"{called.en}: its contact does not close."),
        (_cockpit, "dead_buttons", frozenset({button})),
        kind="wiring",
    )


def _belt_switch(seat: str) -> Fault:
    called = _SEATS[seat]
    return broken(
        f"belt-switch-{seat.replace('_', '-')}-open",
        Text(f"{called.zh}锁扣开关断路", f"Belt switch open, {called.en}"),
        Text("系上后仍报未系。", "It says open while the belt is fastened."),
        (lambda rig: _body(rig).belts[seat], "switch_stuck", False),
        kind="wiring",
    )


def _seat_mat(seat: str) -> Fault:
    called = _SEATS[seat]
    return broken(
        f"seat-mat-{seat}-dead",
        Text(f"{called.zh}占用传感器失效", f"Occupant sensor dead, {called.en}"),
        Text("有人坐下仍报无人。", "It says empty while somebody sits there."),
        (lambda rig: _body(rig).belts[seat], "mat_stuck", False),
        kind="wiring",
    )


def _door_contact(door: str) -> Fault:
    called = _DOORS[door]
    return broken(
        f"door-contact-{door.lower()}-stuck",
        Text(f"{called.zh}触点失效", f"{called.en}: contact stuck"),
        Text("打开时仍报关闭。", "It says closed while it is open."),
        (lambda rig: _body(rig).doors[door], "contact_stuck", False),
    )


def _window(door: str) -> Fault:
    called = _WINDOWS[door]
    return broken(
        f"window-{door.lower()}-jammed",
        Text(f"{called.zh}卡死", f"{called.en} jammed"),
        Text("按下开关不动作。", "It does not move."),
        (lambda rig: _body(rig).windows[door], "jammed", True),
    )


def _lamp(lamp: str) -> Fault:
    called = _LAMPS[lamp]
    return broken(
        f"screen-lamp-{lamp.lower()}-stays-on",
        Text(f"屏幕上{called.zh}常亮", f"{called.en} stays on"),
        Text("总线上为熄灭，屏幕上仍点亮。", "The bus says off; the screen shows it lit."),
        (_body, "telltale_defects", {lamp: "on"}),
    )


def _stain(place: str) -> Fault:
    note, title = _STAINS[place]
    return broken(
        f"stain-{place}",
        title,
        Text("普通保洁去不掉。", "Ordinary cleaning does not take it away."),
        (_cabin, "stains", {place: note}),
    )


def _hosed(place: str, title: Text, detail: Text) -> Fault:
    return broken(f"hosed-{place}", title, detail, (_cabin, "hosed", frozenset({place})))


def _v2x_fault(name: str, wrong: tuple[str, Any], title: Text, detail: Text) -> Fault:
    return broken(f"v2x-{name}", title, detail, (_v2x, *wrong), kind="data")


def _leave_data(rig: Rig) -> None:
    data = _data(rig)
    data.user_profiles, data.paired_phones = 1, 2
    data.saved_destinations, data.signed_in_accounts, data.bound_users = 14, 1, 1


def _remove_data(rig: Rig) -> None:
    _data(rig).clear(COUNTS)


def _leave_a_key(rig: Rig) -> None:
    data = _data(rig)
    data.keys = (*data.keys[:2], 2_718_281_828, 0)


def _remove_the_key(rig: Rig) -> None:
    data = _data(rig)
    data.keys = (*data.keys[:2], 0, 0)


def _leave_data_for_good(rig: Rig) -> None:
    _leave_data(rig)
    _data(rig).clears = False


def _remove_data_for_good(rig: Rig) -> None:
    _data(rig).clears = True
    _remove_data(rig)


FAULTS = (
    *map(_dead_unit, _UNITS),
    *map(_slow_unit, ("centre-display", "voice-unit")),
    broken("centre-display-old", Text("中控屏软件版本不符", "Centre display of another version"),
           Text("中控屏是旧版软件。", "It runs an old version."),
           (lambda rig: _cockpit(rig).display, "version", "V4.90.03"), kind="data"),
    *map(_dead_button, _BUTTONS),
    *map(_seat_mat, ("driver", "passenger")),
    *map(_belt_switch, _SEATS),
    *map(_door_contact, _DOORS),
    *map(_window, _WINDOWS),
    broken("window-rr-does-not-close", Text("右后车窗升不起", "Rear right window stays open"),
           Text("降下后升不起来。", "It goes down and not up again."),
           (lambda rig: _body(rig).windows["RR"], "falls_only", True)),
    broken("low-speed-sound-dead", Text("低速提示音装置故障", "Low-speed sound unit dead"),
           Text("装置内部故障。", "It has an internal fault."),
           (_body, "avas_works", False)),
    broken("low-speed-sound-muted", Text("低速提示音被关闭", "Low-speed sound muted"),
           Text("前一租用人加装了静音开关。", "Somebody has fitted a switch that mutes it."),
           (_body, "avas_muted", True)),
    broken("low-speed-speaker-dead", Text("提示音扬声器断路", "Speaker of the sound dead"),
           Text("装置报发声中，车外无声。", "The unit says it sounds; outside it is silent."),
           (_body, "avas_speaker_works", False), kind="wiring"),
    broken("low-speed-sound-in-park", Text("P 挡提示音不停", "Low-speed sound goes on in P"),
           Text("回 P 挡后仍发声。", "It goes on sounding in P."),
           (_body, "avas_sounds_in_park", True), kind="data"),
    broken("screen-speed-off", Text("显示车速偏高", "Speed on the screen off"),
           Text("静止时屏幕显示 7 km/h，总线为 0。", "At rest it shows 7 km/h; the bus says 0."),
           (_cockpit, "speed_shown_extra", 7.0), kind="data"),
    broken("screen-charge-off", Text("显示电量偏高", "State of charge on the screen off"),
           Text("屏幕比总线高 6 %。", "It shows 6 % more than the bus."),
           (_cockpit, "charge_shown_extra", 6.0), kind="data"),
    *map(_lamp, _LAMPS),
    broken("driver-camera-never-covered", Text("遮挡标志不出现", "Covered camera not noticed"),
           Text("遮挡后仍报无遮挡。", "It says clear while the camera is covered."),
           (_cockpit, "camera_flag", "clear"), kind="data"),
    broken("driver-camera-always-covered", Text("遮挡标志不消失", "Camera always covered"),
           Text("移开后仍报被遮挡。", "It says covered while nothing is before it."),
           (_cockpit, "camera_flag", "covered"), kind="data"),
    broken("terminal-not-registered", Text("平台拒绝登录", "Login refused by the platform"),
           Text("终端未在平台登记。", "The terminal is not registered there."),
           (_terminal, "platform_accepts", False), kind="data"),
    broken("mobile-signal-weak", Text("移动网络信号弱", "Mobile signal weak"),
           Text("天线接头松动，信号 -108 dBm。", "The antenna plug is loose: -108 dBm."),
           (_terminal, "signal", -108.0)),
    broken("reports-wait-in-the-modem", Text("上报滞后", "Reports wait in the modem"),
           Text("报文在通信模组中滞留两分钟。", "They wait two minutes before they go out."),
           (_terminal, "upload_delay", 120.0), kind="data"),
    _v2x_fault("unit-dead", ("works", False), Text("V2X 单元故障", "V2X unit dead"),
               Text("V2X 单元内部故障。", "It has an internal fault.")),
    _v2x_fault("certificate-expired", ("certificate_days", -3),
               Text("V2X 证书过期", "V2X certificate expired"),
               Text("证书三天前过期。", "It expired three days ago.")),
    _v2x_fault("certificate-ends-soon", ("certificate_days", 12),
               Text("V2X 证书将到期", "V2X certificate ends soon"),
               Text("证书剩余 12 天。", "12 days are left.")),
    _v2x_fault("certificate-too-early", ("certificate_starts_in", 2),
               Text("V2X 证书尚未生效", "V2X certificate not valid yet"),
               Text("证书两天后才生效。", "It becomes valid in two days.")),
    _v2x_fault("position-lost", ("fixed", False), Text("V2X 无定位", "V2X unit without position"),
               Text("V2X 单元没有定位。", "The V2X unit has no fix.")),
    _v2x_fault("position-off", ("off_north", 60.0), Text("V2X 定位偏差", "V2X position off"),
               Text("V2X 单元定位偏北 60 m。", "It places the car 60 m too far north.")),
    _v2x_fault("antenna-off", ("hears", False), Text("V2X 天线脱开", "V2X antenna off"),
               Text("收不到路侧消息。", "No roadside message comes in.")),
    _v2x_fault("slow", ("delay", 0.3), Text("路侧消息时延大", "Roadside messages late"),
               Text("解码需 0.3 s。", "Decoding takes 0.3 s.")),
    _v2x_fault("byte-order-wrong", ("swaps_bytes", True),
               Text("路口编号解码错误", "Intersection decoded wrongly"),
               Text("路口编号字节序颠倒。", "The bytes of its number are swapped.")),
    _v2x_fault("lanes-lost", ("loses_lanes", True), Text("车道解码丢失", "Lanes not decoded"),
               Text("地图中的车道没有解出。", "The lanes of the map are not decoded.")),
    _v2x_fault("colours-swapped", ("swaps_colours", True), Text("红绿灯色颠倒", "Colours swapped"),
               Text("红灯报成绿灯。", "It calls red green.")),
    _v2x_fault("decode-errors", ("errors", 3), Text("路侧消息解码失败", "Messages not decoded"),
               Text("已有 3 条消息解码失败。", "Three messages could not be decoded.")),
    happening("key-of-a-former-renter", Text("遗留数字钥匙", "Key of a former renter"),
              Text("上一租用人的数字钥匙未注销。", "The digital key was never taken back."),
              _leave_a_key, _remove_the_key, kind="data"),
    happening("former-users-data-left", Text("遗留用户数据", "Data of a renter left"),
              Text("上一租用人的档案、手机、账号仍在车内。",
                   "Profile, phones and account of the last renter are still in the car."),
              _leave_data, _remove_data, kind="data"),
    happening("clearing-leaves-everything", Text("清除无效", "Clearing leaves everything"),
              Text("例程报通过，数据仍在。", "The routine says passed and the data stay."),
              _leave_data_for_good, _remove_data_for_good, kind="data"),
    broken("clearing-fails", Text("清除例程失败", "Clearing fails"),
           Text("清除例程报失败。", "The routine ends with failed."),
           (_data, "refuses", True), kind="data"),
    broken("clearing-never-ends", Text("清除例程不结束", "Clearing never ends"),
           Text("清除例程一直报进行中。", "The routine says running for ever."),
           (_data, "hangs", True), kind="data"),
    *map(_stain, _STAINS),
    _hosed("inlet", Text("充电口被水冲洗", "Inlet hosed"),
           Text("保洁时高压水冲进充电口。", "Water was hosed into the inlet.")),
    _hosed("sensors", Text("传感器被水冲洗", "Sensors hosed"),
           Text("摄像头和激光雷达留有水膜。", "A film of water stays on camera and lidar.")),
    _hosed("screens", Text("屏幕被水冲洗", "Screens hosed"),
           Text("屏幕边缘有水。", "Water stays at the edge of the screens.")),
    broken("telephone-left-behind", Text("遗留手机", "Telephone left behind"),
           Text("驾驶座下有一部手机。", "It lies under the driver's seat."),
           (_cabin, "left_behind", "a telephone under the driver's seat")),
    broken("centre-display-cracked", Text("中控屏开裂", "Centre display cracked"),
           Text("台账中没有的新损伤。", "Damage that is not in the record."),
           (_cabin, "damage", "centre display cracked at the lower left")),
    broken("belt-switch-driver-clings", Text("驾驶座锁扣开关不回位", "Driver's belt switch clings"),
           Text("系上后解开，仍报已系。", "It still says fastened when the belt was released."),
           (lambda rig: _body(rig).belts["driver"], "switch_clings", True)),
    broken("ready-does-not-end", Text("按启动按钮不退出 READY", "READY does not end"),
           Text("READY 下按启动按钮无反应，只能直接关闭电源。",
                "The start button does not end READY; the car can only be switched off."),
           (lambda rig: rig.car.power, "ready_holds", True)),
    broken("start-button-gets-wet", Text("启动按钮进水", "Start button gets wet"),
           Text("擦拭仪表台时进水，之后按下无反应。",
                "Water gets in when the dashboard is wiped: pressing does nothing any more."),
           (_cabin, "start_button_leaks", True)),
    broken("bumper-plug-leaks", Text("保险杠插头进水", "Bumper plug leaks"),
           Text("洗车时 4 号超声波探头插头进水断路。",
                "Washing lets water into the plug of transducer 4, which is dead then."),
           (_cabin, "plug_leaks", True), kind="wiring"),
    broken("lock-rr-jammed", Text("右后门锁卡滞", "Rear right lock jammed"),
           Text("锁不上。", "It does not lock."),
           (lambda rig: _body(rig).locks["RR"], "locked", False),
           (lambda rig: _body(rig).locks["RR"], "jammed", True)),
)  # fmt: skip
