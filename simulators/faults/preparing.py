"""A car that is not fit for its next rental, and units that do not take what the rental wants.

Which steps of the preparation for service find them stands in `found/veh_prep_01.py`.
"""

from collections.abc import Callable
from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import Part, broken, happening
from simulators.rig import Rig
from simulators.vehicle.units import Unit

_FORGETS = "cluster-forgets-presets"


def _fleet(attribute: str, value: Any) -> Part:
    return (lambda rig: rig.car.fleet, attribute, value)


def _at_work(attribute: str, value: Any) -> Part:
    return (lambda rig: rig.car.workshop, attribute, value)


def _task(attribute: str, value: Any) -> Part:
    return (lambda rig: rig.task, attribute, value)


def _seen(subject: str, what: str) -> tuple[Callable[[Rig], None], Callable[[Rig], None]]:
    """Something that the eye sees, and its end."""

    def on(rig: Rig) -> None:
        rig.world.appearance[subject] = what

    def off(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return on, off


def _coded(node: str, name: str, value: int | str) -> Callable[[Rig], None]:
    """Somebody coded that before; what is written later stays written."""

    def on(rig: Rig) -> None:
        unit: Unit = rig.car.units[node]
        unit.configuration = {**unit.configuration, name: value}
        if node == "TBOX":
            rig.car.fleet.written(name)

    return on


def _rentable_without_equipment(rig: Rig) -> None:
    _coded("TBOX", "service_state", "ready")(rig)
    rig.world.appearance["car-equipment"] = "extinguisher missing"


def _nothing(_rig: Rig) -> None:
    """What was coded stays until somebody codes something else."""


def _nearly_empty(rig: Rig) -> None:
    """Just below the floor of the task: charging takes about a minute."""
    rig.car.pack.set_soc(0.3985)


def _nearly_empty_at_closed_pile(rig: Rig) -> None:
    _nearly_empty(rig)
    rig.pile.card.app_confirms = False


def _english_for_ever(rig: Rig) -> None:
    _coded("ICM", "language", "en")(rig)
    rig.overrides.put(_FORGETS, rig.car.workshop, "forgets_writing", frozenset({"ICM"}))


def _takes_presets(rig: Rig) -> None:
    rig.overrides.drop(_FORGETS, rig.car.workshop, "forgets_writing")


_TASK = (
    broken("task-without-charge", Text("任务未写电量下限", "Task names no charge"),
           Text("任务单没有填写电量下限。", "The floor of the charge was left out."),
           _task("soc_floor", None), kind="data"),
)  # fmt: skip

_STATE = (
    happening("battery-below-floor", Text("电量低于任务要求", "Charge below the floor"),
              Text("电量只有约 39.8 %，任务要求 40 %。", "About 39.8 %, the task wants 40 %."),
              _nearly_empty, _nothing),
    happening("battery-below-floor-pile-closed",
              Text("电量不足且桩不启动", "Charge too low, pile does not start"),
              Text("电量约 39.8 %，网点的桩刷卡后不启动。",
                   "About 39.8 %, and the outlet's pile does not start by card."),
              _nearly_empty_at_closed_pile,
              lambda rig: setattr(rig.pile.card, "app_confirms", True)),
    happening("left-rentable", Text("整备前未下线", "Still rentable"),
              Text("上次归还后仍为可租状态。", "It was left rentable after the last return."),
              _coded("TBOX", "service_state", "ready"), _nothing, kind="data"),
    happening("rentable-without-equipment",
              Text("缺随车物品仍可租", "Rentable though equipment is missing"),
              Text("灭火器丢失，终端仍为可租状态。",
                   "The extinguisher is gone, and the car is still rentable."),
              _rentable_without_equipment,
              _seen("car-equipment", "")[1], kind="data"),
    broken("parked-under-ground", Text("停在地下车库", "Parked under ground"),
           Text("地下车库里只收到 2 颗卫星，终端没有定位。",
                "Two satellites only: the telematics unit has no position."),
           (lambda rig: rig.car.telematics, "satellites_in_view", 2)),
    happening("equipment-missing", Text("随车物品缺失", "Equipment missing"),
              Text("灭火器不在车上。", "The extinguisher is not in the car."),
              *_seen("car-equipment", "extinguisher missing")),
)  # fmt: skip

_CODES = (
    broken("trouble-memory-locked", Text("EPB 故障存储器拒绝清除", "EPB refuses to clear codes"),
           Text("EPB 拒绝清码，其他单元可以清。",
                "The parking brake unit refuses to clear its codes, the others do."),
           (lambda rig: rig.car.units["EPB"], "memory_locked", True), kind="data"),
)  # fmt: skip

_WRITING = (
    happening(_FORGETS, Text("仪表写入不保存", "Cluster forgets presets"),
              Text("写入应答正常，读回仍是前租客的英文。",
                   "It accepts, and still has the English of the last renter."),
              _english_for_ever, _takes_presets, kind="data"),
    broken("cluster-shows-old-language", Text("仪表显示未更新", "Cluster shows the old language"),
           Text("语言已保存，屏幕仍显示英文。", "Chinese is stored, the screen is still English."),
           _fleet("screen_language", "en"), kind="data"),
    broken("climate-refused-half-way", Text("空调预设写到一半被拒绝", "Climate refused half-way"),
           Text("温度写入成功，模式被拒绝。", "The temperature is taken, the mode is refused."),
           _at_work("refuses_names", {"BCM": frozenset({"climate_preset_mode"})}), kind="data"),
    broken("telematics-forgets-parameters", Text("终端写入不保存", "Telematics unit forgets"),
           Text("写入应答正常，读回仍是旧值。", "It accepts, and still has what it had."),
           _at_work("forgets_writing", frozenset({"TBOX"})), kind="data"),
    broken("geofence-refused", Text("围栏被拒绝", "Geofence refused"),
           Text("限速写入成功，围栏被拒绝。", "The speed limit is taken, the geofence refused."),
           _at_work("refuses_names", {"TBOX": frozenset({"geofence_radius"})}), kind="data"),
    broken("parameters-not-shown", Text("总线参数未更新", "Parameters not on the bus"),
           Text("参数已保存，总线上仍是旧值。", "They are stored, the bus shows the old ones."),
           _fleet("shows_parameters", False), kind="data"),
    broken("parameters-not-active", Text("参数未生效", "Parameters not active"),
           Text("参数已保存，终端不确认生效。", "Stored, and never confirmed as active."),
           _fleet("confirms", False), kind="data"),
    broken("speed-limit-not-applied", Text("限速未执行", "Speed limit not applied"),
           Text("终端已确认，整车控制器仍不限速。",
                "The telematics unit confirms, the vehicle control has no limit."),
           _fleet("limit_applied", False), kind="data"),
    broken("service-state-refused", Text("投运状态被拒绝", "Service state refused"),
           Text("终端拒绝写入投运状态。", "The telematics unit refuses to be set ready."),
           _at_work("refuses_names", {"TBOX": frozenset({"service_state"})}), kind="data"),
    broken("telematics-changes-more", Text("写参数时改动其他配置", "Parameters change more"),
           Text("写入参数时终端自行停用了远程升级。",
                "It switches its updates off when a parameter is written."),
           _at_work("codes_besides", {"TBOX": {"config_ota": "disabled"}}), kind="data"),
    broken("service-state-changes-more",
           Text("投运时改动其他配置", "Service state changes more"),
           Text("写入投运状态时终端自行停用了远程升级。",
                "It switches its updates off when the service state is written."),
           _fleet("changes_with_state", {"config_ota": "disabled"}), kind="data"),
    broken("cluster-with-another-key", Text("仪表密钥不符", "Cluster has another key"),
           Text("换上的仪表来自另一车型。", "The cluster is of another model."),
           _at_work("foreign", frozenset({"ICM"})), kind="data"),
    broken("climate-memory-hidden", Text("车身控制器读不出预设", "Body controller hides presets"),
           Text("空调预设读取被拒绝，无法备份。", "Reading the presets is refused: no backup."),
           _fleet("hides", frozenset({"climate_preset_mode"})), kind="data"),
    broken("telematics-stuck-half-way",
           Text("终端写到一半且不能恢复", "Parameters stuck half-way"),
           Text("只接受第一次写入，之后拒绝，也不能恢复。",
                "It takes the first write and refuses every later one, the old value too."),
           _fleet("worn_after_first", frozenset({"TBOX"})), kind="data"),
    broken("climate-stuck-half-way", Text("预设写到一半且不能恢复", "Presets stuck half-way"),
           Text("只接受第一次写入，之后拒绝，也不能恢复。",
                "It takes the first write and refuses every later one, the old value too."),
           _fleet("worn_after_first", frozenset({"BCM"})), kind="data"),
)  # fmt: skip

_TYRES = (
    broken("inflator-gauge-off", Text("充气机压力表偏差", "Gauge of the inflator off"),
           Text("充气机压力表偏高约 40 kPa，四轮都打少了。",
                "It shows 40 kPa too much: all four tyres are soft."),
           _fleet("inflator_error", -40.0)),
    broken("tyre-sensor-fl-far-off", Text("左前胎压传感器失准", "Front left tyre sensor far off"),
           Text("传感器读数偏低约 40 kPa。", "It reads 40 kPa too little."),
           (lambda rig: rig.car.wheels["FL"], "pressure_sensor_offset", -40.0)),
    broken("tyre-sensor-rl-far-off", Text("左后胎压传感器失准", "Rear left tyre sensor far off"),
           Text("传感器读数偏低约 40 kPa。", "It reads 40 kPa too little."),
           (lambda rig: rig.car.wheels["RL"], "pressure_sensor_offset", -40.0)),
    broken("tyre-learning-refused", Text("拒绝胎压匹配", "Learning of tyre sensors refused"),
           Text("胎压控制器拒绝启动匹配。", "The tyre pressure unit refuses the routine."),
           _fleet("learning", "refused"), kind="data"),
    broken("tyre-learning-fails", Text("胎压匹配失败", "Learning of tyre sensors fails"),
           Text("匹配例程报告失败。", "The routine says that it failed."),
           _fleet("learning", "failed"), kind="data"),
    broken("tyre-unit-falls-silent", Text("匹配后胎压报文停发", "Tyre unit falls silent"),
           Text("匹配后不久停止发送胎压。", "Soon after learning it sends no pressures any more."),
           _fleet("silent_after_learning", True)),
)  # fmt: skip

_REMOTE = (
    broken("lock-fl-jammed", Text("左前门锁卡滞", "Front left lock jammed"),
           Text("左前门锁机构卡在闭锁位置。", "Its mechanism is stuck in the locked position."),
           (lambda rig: rig.car.body.locks["FL"], "jammed", True)),
    broken("remote-lock-off", Text("远程闭锁未开通", "Remote locking not subscribed"),
           Text("终端不转发闭锁指令。", "The telematics unit does not hand the command on."),
           _fleet("services_off", frozenset({"lock"})), kind="data"),
    broken("remote-find-off", Text("远程寻车未开通", "Find-the-car not subscribed"),
           Text("终端不转发寻车指令。", "The telematics unit does not hand the command on."),
           _fleet("services_off", frozenset({"find_car"})), kind="data"),
)  # fmt: skip

FAULTS: tuple[Fault, ...] = (*_TASK, *_STATE, *_CODES, *_WRITING, *_TYRES, *_REMOTE)
