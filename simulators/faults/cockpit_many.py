"""One cause that shows at many places of the cockpit inspection: a cable, a fuse, a careless hand.

Which steps of VEH-INSP-04 find them stands in `found/veh_insp_04.py`.
"""

from harness.text import Text
from simulators.faults.vehicle_found import Part, broken, happening
from simulators.rig import Rig
from simulators.vehicle.body import DOORS, SEATS
from simulators.vehicle.cabin import MUST_BE_DRY
from simulators.vehicle.cockpit import BUTTONS, UNITS
from simulators.vehicle.user_data import COUNTS

_SITE = {
    "seats": "coffee stain on the driver's seat", "floor": "tar on the floor mat",
    "dashboard": "glue on the dashboard", "screens": "ink on the centre display",
    "body": "bird droppings etched into the bonnet", "glass": "tree resin on the windscreen",
    "wheels": "wet cement on a rim",
}  # fmt: skip


def _slow(unit: str) -> Part:
    return lambda rig: getattr(rig.car.cockpit, unit), "slow", True


def _belt(seat: str) -> Part:
    return lambda rig: rig.car.body.belts[seat], "switch_stuck", False


def _mat(seat: str) -> Part:
    return lambda rig: rig.car.body.belts[seat], "mat_stuck", False


def _contact(door: str) -> Part:
    return lambda rig: rig.car.body.doors[door], "contact_stuck", False


def _window(door: str) -> Part:
    return lambda rig: rig.car.body.windows[door], "jammed", True


def _leave(rig: Rig) -> None:
    data = rig.car.cockpit.user_data
    data.keys = (*data.keys[:2], 3_141_592_653, 0)
    data.user_profiles, data.paired_phones, data.bound_users = 2, 1, 1


def _remove(rig: Rig) -> None:
    data = rig.car.cockpit.user_data
    data.keys = (*data.keys[:2], 0, 0)
    data.clear(COUNTS)


FAULTS = (
    broken("cockpit-computer-overloaded", Text("座舱域控过载", "Cockpit computer overloaded"),
           Text("应用过多，各座舱单元运行迟缓。", "Too many programs: every unit of it is slow."),
           *map(_slow, UNITS), kind="data"),
    broken("steering-wheel-cable-open", Text("转向盘线束断开", "Cable of the steering wheel open"),
           Text("转向盘螺旋电缆断开，按键和喇叭均无反应。",
                "The spiral cable is open: neither buttons nor horn do anything."),
           (lambda rig: rig.car.cockpit, "dead_buttons", frozenset(BUTTONS)),
           (lambda rig: rig.car.body.horn, "stuck", "off"), kind="wiring"),
    broken("body-contact-ground-open", Text("车身触点公共地断开", "Ground of the contacts open"),
           Text("门触点、锁扣开关和座椅传感器的公共地线断开。",
                "The common ground of door contacts, belt switches and seat mats is open."),
           *map(_belt, SEATS), *map(_mat, ("driver", "passenger")),
           *map(_contact, (*DOORS, "tailgate", "bonnet")), kind="wiring"),
    broken("window-fuse-blown", Text("车窗熔断器烧断", "Fuse of the windows blown"),
           Text("四个车窗都不动作。", "None of the four windows moves."),
           *map(_window, DOORS), kind="wiring"),
    broken("cluster-picture-stale", Text("仪表画面未刷新", "Picture of the cluster stale"),
           Text("画面停在上一行程：车速、电量和警告灯都不对。",
                "The picture is that of an earlier trip: speed, charge and lamps are wrong."),
           (lambda rig: rig.car.cockpit, "speed_shown_extra", 7.0),
           (lambda rig: rig.car.cockpit, "charge_shown_extra", 6.0),
           (lambda rig: rig.car.body, "telltale_defects",
            {"System": "on", "Airbag": "on", "Tpms": "on"}), kind="data"),
    broken("terminal-in-a-cellar", Text("终端处于弱信号处", "Terminal with hardly any signal"),
           Text("信号 -108 dBm，上报滞后两分钟。", "-108 dBm; reports are two minutes late."),
           (lambda rig: rig.car.telematics, "signal", -108.0),
           (lambda rig: rig.car.telematics, "upload_delay", 120.0)),
    broken("v2x-messages-of-another-version",
           Text("V2X 消息集版本不符", "V2X messages of another version"),
           Text("编号、车道和灯色都解错，另有 3 条解码失败。",
                "Number, lanes and colour are decoded wrongly, and three messages not at all."),
           (lambda rig: rig.car.telematics.v2x, "swaps_bytes", True),
           (lambda rig: rig.car.telematics.v2x, "loses_lanes", True),
           (lambda rig: rig.car.telematics.v2x, "swaps_colours", True),
           (lambda rig: rig.car.telematics.v2x, "errors", 3), kind="data"),
    happening("returned-without-clearing", Text("还车未清除数据", "Returned without clearing"),
              Text("遗留一把数字钥匙、两个档案、一部手机和一个绑定用户。",
                   "A digital key, two profiles, a phone and a bound user are left."),
              _leave, _remove, kind="data"),
    broken("car-from-a-building-site", Text("工地用车", "Car from a building site"),
           Text("内外多处污渍普通保洁去不掉。", "Stains all over that do not come off."),
           (lambda rig: rig.car.cockpit.cabin, "stains", _SITE)),
    broken("hosed-everywhere", Text("内外均用水冲洗", "Hosed inside and outside"),
           Text("充电口、传感器和屏幕都留有水。", "Water stays on inlet, sensors and screens."),
           (lambda rig: rig.car.cockpit.cabin, "hosed", frozenset(MUST_BE_DRY))),
)  # fmt: skip
