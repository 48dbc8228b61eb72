"""Actuators that do not do what commands ask, or do what they must not; and an unsafe workplace."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import broken, happening
from simulators.rig import Rig

_UNITS = {
    "steering": ("EPS", Text("线控转向", "Steering by wire")),
    "brake": ("IBC", Text("线控制动", "Brake by wire")),
    "drive": ("VCU", Text("线控驱动", "Drive by wire")),
    "parking-brake": ("EPB", Text("线控驻车", "Parking brake by wire")),
}

_ALL = "steering brake drive parking-brake"


def _unit(unit: str, name: str, wrong: tuple[str, Any], title: Text, detail: Text) -> Fault:
    """Something that the control unit of one actuator does wrong with commands."""
    node, called = _UNITS[unit]
    return broken(
        f"{unit}-{name}",
        Text(f"{called.zh}{title.zh}", f"{called.en} {title.en}"),
        Text(f"{called.zh}：{detail.zh}", f"{called.en}: {detail.en}"),
        (lambda rig: rig.car.by_wire[node], *wrong),
        kind="protocol",
    )


def _of_all(
    units: str, name: str, wrong: tuple[str, Any], title: Text, detail: Text
) -> tuple[Fault, ...]:
    return tuple(_unit(one, name, wrong, title, detail) for one in units.split())


def _seen(name: str, subject: str, note: str, title: Text, detail: Text) -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance[subject] = note

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return happening(name, title, detail, show, mend)


_PROTOCOL = (
    *_of_all(
        _ALL, "refuses-by-wire", ("grants", False),
        Text("不进入线控", "stays manual"),
        Text("收到使能请求也不进入线控模式。", "it refuses every request for by-wire operation."),
    ),
    *_of_all(
        _ALL, "obeys-wrong-checksum", ("checks_checksum", False),
        Text("不查校验", "checks no checksum"),
        Text("校验和错误的指令照样执行。", "it obeys commands whose checksum is wrong."),
    ),
    *_of_all(
        _ALL, "obeys-frozen-counter", ("checks_counter", False),
        Text("不查计数器", "checks no counter"),
        Text("计数器冻结的指令照样执行。", "it obeys commands whose counter stands still."),
    ),
    *_of_all(
        _ALL, "obeys-out-of-range", ("checks_range", False),
        Text("不查范围", "checks no range"),
        Text("含超范围数值的指令照样执行。", "it obeys commands with values out of range."),
    ),
    *_of_all(
        _ALL, "hides-illegal-commands", ("reports", False),
        Text("不报非法指令", "reports no wrong commands"),
        Text("非法指令不执行，但也不存故障码。", "it ignores wrong commands and stores no code."),
    ),
    *_of_all(
        _ALL, "times-out-late", ("timeout", 1.5),
        Text("超时过长", "times out late"),
        Text("指令停发 1.5 s 后才退出。", "it goes on for 1.5 s without commands."),
    ),
    *_of_all(
        _ALL, "ignores-the-driver", ("yields", False),
        Text("不让驾驶员接管", "does not yield to the driver"),
        Text("驾驶员操作时仍保持线控。", "it stays in by-wire operation whatever the driver does."),
    ),
    *_of_all(
        "steering drive", "goes-on-without-commands", ("reacts", False),
        Text("超时后继续动作", "goes on without commands"),
        Text("指令超时后报手动，但仍按最后的指令动作。",
             "it says manual after the time-out and still does what it was told last."),
    ),
    *_of_all(
        _ALL, "takes-up-by-wire-from-the-driver", ("defers", False),
        Text("驾驶员操作时也进入线控", "takes the driver's input for nothing"),
        Text("驾驶员正在操作，仍接受使能请求。",
             "it takes up by-wire operation although the driver acts."),
    ),
    *_of_all(
        _ALL, "moves-without-enable", ("needs_enable", False),
        Text("未使能也动作", "moves without enable"),
        Text("没有使能请求，只有动作请求也执行。",
             "it does what commands ask for that do not ask for by-wire operation."),
    ),
    _unit(
        "drive", "goes-on-when-the-door-shuts", ("latches", False),
        Text("关门后自行恢复", "goes on when the door shuts"),
        Text("开门停车后，车门一关即按原指令继续行驶。",
             "stopped by an open door, it drives on by itself when the door is shut."),
    ),
    _unit(
        "steering", "keeps-by-wire", ("lets_go", False),
        Text("不退出线控", "does not let go"),
        Text("要求退出时仍保持线控，停发指令才退出。",
             "it stays by wire when it is asked to end it, until commands stop."),
    ),
    _unit(
        "steering", "complaint-stays", ("forgets", False),
        Text("超时故障不恢复", "keeps its complaint"),
        Text("指令恢复后仍报指令超时，清码后复现。",
             "it reports missing commands for ever, also after its codes are cleared."),
    ),
)  # fmt: skip

_PARTS = (
    broken(
        "steering-zero-off",
        Text("转角零位偏", "Steering angle off"),
        Text("转角传感器零位偏 9°。", "The zero of the angle sensor is 9° off."),
        (lambda rig: rig.car.steering, "sensor_offset", 9.0),
    ),
    broken(
        "steering-torque-zero-off",
        Text("手力矩零位偏", "Steering torque off"),
        Text("松手时手力矩传感器显示 1.2 Nm。", "Hands off, the torque sensor shows 1.2 Nm."),
        (lambda rig: rig.car.steering, "torque_offset", 1.2),
    ),
    broken(
        "brake-pedal-sensor-off",
        Text("制动踏板行程零位偏", "Brake pedal sensor off"),
        Text("松开踏板时行程显示 4 %。", "With the pedal free the sensor shows 4 %."),
        (lambda rig: rig.car.brake, "pedal_offset", 4.0),
    ),
    broken(
        "steering-falls-short",
        Text("线控转向转不到位", "Steering falls short"),
        Text("转角只到指令的 88 %。", "It reaches 88 % of the angle that is asked for."),
        (lambda rig: rig.car.steering, "gain", {"left": 0.88, "right": 0.88}),
    ),
    broken(
        "steering-lopsided",
        Text("线控转向左右不对称", "Steering lopsided"),
        Text("左转多 4.5 %，右转少 4.5 %。", "4.5 % too far left, as much short right."),
        (lambda rig: rig.car.steering, "gain", {"left": 1.045, "right": 0.955}),
    ),
    broken(
        "steering-overshoots",
        Text("线控转向超调", "Steering overshoots"),
        Text("每次转过头 15 % 再回来。", "It turns 15 % too far every time and comes back."),
        (lambda rig: rig.car.steering, "overshoot", 0.15),
    ),
    broken(
        "steering-reach-short",
        Text("线控转向行程不足", "Steering reach short"),
        Text("线控转角被限制在 75° 以内。", "By wire it turns no further than 75°."),
        (lambda rig: rig.car.steering, "reach", 75.0),
        kind="data",
    ),
    broken(
        "steering-ignores-its-rate-limit",
        Text("线控转向不限转速", "Steering rate not limited"),
        Text("不理会指令中的转速限值，以 300 °/s 转动。",
             "It turns at 300 degrees per second whatever rate the command allows."),
        (lambda rig: rig.car.steering, "heeds_rate", False),
        kind="data",
    ),
    broken(
        "steering-sluggish",
        Text("线控转向迟缓", "Steering sluggish"),
        Text("转速只有指令的 20 %。", "It turns at 20 % of the rate that is asked for."),
        (lambda rig: rig.car.steering, "speed_share", 0.2),
    ),
    broken(
        "brake-by-wire-weak",
        Text("线控制动压力不足", "Brake pressure short"),
        Text("压力只到指令的 88 %。", "It reaches 88 % of the pressure that is asked for."),
        (lambda rig: rig.car.brake, "by_wire_gain", 0.88),
    ),
    broken(
        "brake-pressure-limited",
        Text("线控制动最高压力不足", "Brake pressure limited"),
        Text("线控建压到 72 bar 为止。", "By wire it builds up 72 bar at most."),
        (lambda rig: rig.car.brake, "pressure_limit", 72.0),
    ),
    broken(
        "brake-builds-up-slowly",
        Text("线控制动建压慢", "Brake builds up slowly"),
        Text("建压速率只有 28 bar/s。", "The pressure rises by 28 bar a second only."),
        (lambda rig: rig.car.brake, "build_up", 28.0),
    ),
    broken(
        "brake-valve-front-right",
        Text("右前进液阀不畅", "Front right inlet valve"),
        Text("右前轮缸压力只有左前的四分之三。", "It gets three quarters of the pressure."),
        (lambda rig: rig.car.brake, "weak_wheel", "FR"),
    ),
    broken(
        "brake-valve-rear-left",
        Text("左后进液阀不畅", "Rear left inlet valve"),
        Text("左后轮缸压力只有右后的四分之三。", "It gets three quarters of the pressure."),
        (lambda rig: rig.car.brake, "weak_wheel", "RL"),
    ),
    broken(
        "brake-does-not-release",
        Text("制动释放不完全", "Brake does not release"),
        Text("撤销后残留 4 bar。", "4 bar stay when nothing is asked for."),
        (lambda rig: rig.car.brake, "sticks_at", 4.0),
    ),
    broken(
        "brake-lets-go-without-commands",
        Text("指令超时后制动松开", "Brake lets go without commands"),
        Text("指令超时后不保持制动。", "When commands stop it releases; it should hold."),
        (lambda rig: rig.car.brake, "safe_braking", 0.0),
    ),
    broken(
        "drive-falls-short",
        Text("线控车速不足", "Speed falls short"),
        Text("车速只到指令的 80 %。", "It reaches 80 % of the speed that is asked for."),
        (lambda rig: rig.car.control, "by_wire_gain", 0.8),
    ),
    broken(
        "drive-rolls-on",
        Text("线控停车拖延", "Drive rolls on"),
        Text("停车指令后减速只有 1.25 km/h 每秒。", "It slows down by 1.25 km/h a second only."),
        (lambda rig: rig.car.control, "by_wire_slowing", 1.25),
    ),
    broken(
        "drive-stays-in-neutral",
        Text("退出线控后停在 N 挡", "Neutral after by-wire"),
        Text("退出线控后不回 P 挡。", "When by-wire operation ends it selects N, not P."),
        (lambda rig: rig.car.control, "parks_after_by_wire", False),
    ),
    broken(
        "drive-refuses-reverse",
        Text("线控不能挂 R 挡", "No reverse by wire"),
        Text("静止时不执行 R 挡指令。", "It does not select R by command at standstill."),
        (lambda rig: rig.car.control, "refused_by_wire", "r"),
        kind="data",
    ),
    broken(
        "wheel-speed-rear-left-off",
        Text("左后轮速信号偏高", "Rear left wheel speed off"),
        Text("左后轮速比其他车轮高 25 %。", "It shows a quarter more than the others."),
        (lambda rig: rig.car.wheels["RL"], "speed_factor", 1.25),
    ),
    broken(
        "parking-brake-slow",
        Text("驻车动作迟缓", "Parking brake slow"),
        Text("施加、释放各需 4 s。", "It takes 4 s to apply and to release."),
        (lambda rig: rig.car.parking_brake, "travel_time", 4.0),
    ),
    broken(
        "parking-brake-lets-go-without-commands",
        Text("指令超时后驻车松开", "Parking brake lets go without commands"),
        Text("指令超时后自行松开驻车制动。", "When commands stop it releases; it should stay."),
        (lambda rig: rig.car.parking_brake, "lets_go_without_commands", True),
        kind="data",
    ),
    broken(
        "parking-brake-drags",
        Text("右驻车执行器阻力大", "Right parking actuator drags"),
        Text("右侧电流约为左侧的两倍。", "It draws about twice the current of the left one."),
        (lambda rig: rig.car.parking_brake, "friction", {"left": 1.0, "right": 2.1}),
    ),
    broken(
        "stability-control-fault",
        Text("稳定系统故障", "Stability control fault"),
        Text("左前轮速传感器断路，稳定系统降级。",
             "The front left wheel-speed sensor is open: the stability control is limited."),
        (lambda rig: rig.car.wheels["FL"], "speed_sensor_works", False),
        kind="wiring",
    ),
)  # fmt: skip


def _plan_by_wire(rig: Rig) -> None:
    rig.car.computer.by_wire_request = "by_wire"


def _plan_nothing(rig: Rig) -> None:
    rig.car.computer.by_wire_request = "manual"


_WORKPLACE = (
    _seen(
        "car-still-on-its-wheels",
        "car-on-stands",
        "rear wheels stand on the ground",
        Text("后轮未离地", "Rear wheels on the ground"),
        Text("只举升了前轴，后轮着地。", "Only the front axle is lifted."),
    ),
    _seen(
        "somebody-below-the-car",
        "area-around-car",
        "a lamp and somebody's tools lie below the car",
        Text("车底有工具", "Tools below the car"),
        Text("车底有工作灯和工具。", "A lamp and tools lie below the car."),
    ),
    broken(
        "vehicle-emergency-stop-dead",
        Text("整车急停失效", "Emergency stop dead"),
        Text("急停按钮触点断线，按下无反应。", "Its wire is off: pressing it does nothing."),
        (lambda rig: rig.car.body.emergency_stop, "stuck", "released"),
        kind="wiring",
    ),
    broken(
        "vehicle-emergency-stop-jams",
        Text("整车急停卡住", "Emergency stop jams"),
        Text("按下后旋不起来。", "Once pressed it does not come out again."),
        (lambda rig: rig.car.body, "emergency_stop_jams", True),
    ),
    broken(
        "emergency-stop-does-not-brake",
        Text("急停不制动", "Emergency stop does not brake"),
        Text("急停到制动控制器的线断开，只切断驱动，车轮滑行。",
             "Its line to the brake control is open: traction ends and the wheels run on."),
        (lambda rig: rig.car.safety_stop, "brakes_when_pressed", False),
        kind="wiring",
    ),
    broken(
        "emergency-stop-restarts",
        Text("急停复位后自行上电", "READY by itself after the stop"),
        Text("旋起急停后整车自行恢复 READY。",
             "The stop is released, and READY comes back by itself."),
        (lambda rig: rig.car.safety_stop, "restarts", True),
        kind="data",
    ),
    broken(
        "emergency-stop-at-speed-locks-the-car",
        Text("行驶中急停后不能再上电", "Locked by a stop at speed"),
        Text("行驶中急停后整车控制器锁止，须断电。",
             "Stopped at speed, the vehicle controller stays locked until its supply is off."),
        (lambda rig: rig.car.safety_stop, "locks_when_moving", True),
        kind="data",
    ),
    broken(
        "drive-ignores-an-open-door",
        Text("线控行驶不理会车门", "By wire it drives with a door open"),
        Text("车门信号未接入，开门后仍按指令行驶。",
             "It does not look at the doors: it drives on with one open."),
        (lambda rig: rig.car.safety_stop, "watches_doors", False),
        kind="data",
    ),
    broken(
        "emergency-stop-locks-the-car",
        Text("急停后不能再上电", "Locked by the emergency stop"),
        Text("急停复位后整车控制器仍锁止，须断电。",
             "After an emergency stop the vehicle controller stays locked."),
        (lambda rig: rig.car.control, "stop_locks", True),
        kind="data",
    ),
    happening(
        "planner-left-in-by-wire",
        Text("规划器仍在线控", "Planner left in by-wire"),
        Text("智驾计算平台仍在请求线控，网关在转发指令。",
             "The computer still asks for by-wire operation, and the gateway hands it on."),
        _plan_by_wire,
        _plan_nothing,
        kind="data",
    ),
)  # fmt: skip

FAULTS = (*_WORKPLACE, *_PARTS, *_PROTOCOL)
