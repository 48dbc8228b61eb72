"""Words of preparing a car for its next rental in both languages: quantities, states, reasons.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Text

NAMES = {
    "preparation-release": Text("整备结论", "Conclusion of the preparation"),
    "preparation-sheet": Text("整备单", "Sheet of the preparation"),
    "task.soc_floor": Text("任务电量下限", "Floor of the charge"),
    "task.rental_type": Text("任务租赁类型", "Rental type of the task"),
    "task.equipment": Text("任务随车物品", "Equipment of the task"),
    "todo-charge": Text("待办：补能", "To do: charging"),
    "todo-codes": Text("待办：清码", "To do: trouble codes"),
    "todo-tyres": Text("待办：胎压", "To do: tyre pressures"),
    "todo-presets": Text("待办：预设", "To do: presets"),
    "todo-parameters": Text("待办：用车参数", "To do: usage parameters"),
    "due_charge": Text("补能", "Charging"),
    "due_codes": Text("清码", "Trouble codes"),
    "due_tyres": Text("胎压", "Tyre pressures"),
    "due_presets": Text("预设", "Presets"),
    "due_parameters": Text("用车参数", "Usage parameters"),
    "charge_to_floor": Text("补能到任务电量", "Charging to the floor"),
    "charging_time": Text("补能用时", "Time of charging"),
    "tyre_sensor_learning": Text("胎压传感器匹配", "Tyre sensor learning"),
    "gate.task": Text("上线条件：整备任务", "Gate: task"),
    "gate.identity": Text("上线条件：车架号", "Gate: VIN"),
    "gate.out-of-service": Text("上线条件：整备期间不可租", "Gate: not rentable meanwhile"),
    "gate.backup": Text("上线条件：备份", "Gate: backup"),
    "gate.differences": Text("上线条件：差异清单", "Gate: difference list"),
    "gate.charge": Text("上线条件：电量", "Gate: charge"),
    "gate.low-voltage": Text("上线条件：12 V", "Gate: 12 V"),
    "gate.parked": Text("上线条件：驻车", "Gate: parked"),
    "gate.position": Text("上线条件：定位", "Gate: position"),
    "gate.snapshot": Text("上线条件：快照", "Gate: snapshot"),
    "gate.codes": Text("上线条件：故障码", "Gate: trouble codes"),
    "gate.user-data": Text("上线条件：前租客信息", "Gate: data of the last renter"),
    "gate.equipment": Text("上线条件：随车物品", "Gate: equipment"),
    "gate.presets": Text("上线条件：预设", "Gate: presets"),
    "gate.parameters": Text("上线条件：用车参数", "Gate: usage parameters"),
    "gate.tyres": Text("上线条件：胎压", "Gate: tyres"),
    "gate.remote": Text("上线条件：远程控制", "Gate: remote control"),
}
FINDINGS = {
    "task_gaps": Text("任务未写明的内容", "What the task does not say"),
    "gates_closed": Text("未满足的上线条件", "Gates that are closed"),
    "gates_unproved": Text("没有数值或已过时的上线条件", "Gates without a value, or too old"),
}
"""Lists of what was found to be wrong; an empty one is as it should be."""
WORKED_OUT = {
    "ordered": Text("任务值", "as ordered"),
    "checks": Text("检查结果", ": checks"),
    "session": Text("诊断会话", "diagnostic session"),
}
"""What stands behind the dot of `gate.charge.checks` and the like."""
_PLACES = {
    "soc_floor": Text("电量下限", "floor of the charge"),
    "rental_type": Text("租赁类型", "rental type"),
    "equipment": Text("随车物品", "equipment"),
    "presets": Text("预设", "presets"),
    "parameters": Text("用车参数", "usage parameters"),
}
_STATES = {
    "due": Text("待办", "to be done"),
    "done": Text("无需处理", "nothing to do"),
    "unknown": Text("无法判断", "cannot be said"),
    "reached": Text("已达到", "reached"),
    "not_reached": Text("未达到", "not reached"),
    "already_above": Text("原已达到", "above it already"),
    "passed": Text("通过", "passed"),
    "failed": Text("失败", "failed"),
    "not_passed": Text("未通过", "not passed"),
    "running": Text("正在运行", "running"),
    "accepted": Text("已受理", "accepted"),
    "refused": Text("被拒绝", "refused"),
    "silent": Text("无应答", "silent"),
    "open": Text("满足", "open"),
    "closed": Text("不满足", "closed"),
    "by_hour": Text("分时", "by the hour"),
    "by_day": Text("日租", "by the day"),
    "long_term": Text("长租", "long term"),
    "ready": Text("可租", "ready"),
    "not_ready": Text("不可租", "not ready"),
    "in_use": Text("使用中", "in use"),
    "mph": Text("英里/时", "mph"),
    "manual": Text("手动", "manual"),
    "auto": Text("自动", "auto"),
    "none": Text("无", "none"),
    "active": Text("已生效", "active"),
}
_OF = (
    "due_", "charge_to_floor", "gate.", "task.rental_type", "tbox.", "TBOX_Rental.", "bcm.climate_",
    "tpms.tyre_sensor_learning", "icm.speed_unit",
)  # fmt: skip


def value(shown: str, of: str, language: str) -> str | None:
    """A state of these quantities in words; None for anything else."""
    if not of.startswith(_OF) or of.startswith("tbox.config"):
        return None
    known = _STATES.get(shown)
    return None if known is None else known.zh if language == "zh" else known.en


def listed(entry: str, of: str) -> Text | None:
    """What the task does not say, or a gate, in words."""
    if of == "task_gaps":
        return _PLACES.get(entry)
    if of in FINDINGS:
        gate = NAMES.get(f"gate.{entry}")
        return gate and Text(gate.zh.partition("：")[2], gate.en.partition(": ")[2])
    return None


REASONS = Phrases(
    (r"from (\S+) % to (\S+) %, floor (\S+) %", r"从 \1 % 到 \2 %，任务下限 \3 %"),
    (r"(\S+) s old", r"\1 s 前"),
    (r"(\S+) s old, which closes the gate", r"\1 s 前，不满足"),
    (r"taken out of service", "已改为不可租"),
    (r"no value", "没有数值"),
    (r"extinguisher missing", "灭火器缺失"),
    (r"the task names no state of charge", "任务没有写明电量下限"),
    (r"the task orders no presets", "任务没有预设"),
    (r"the task orders no parameters", "任务没有用车参数"),
    (r"the task does not order (.+)", r"任务没有写明 \1"),
    (r"the task cannot be carried out: (.+)", "任务无法执行：{1}"),
    (r"the state of charge could not be read", "读不到电量"),
    (r"step (\S+) looked at no gates", r"步骤 \1 没有核查上线条件"),
)  # fmt: skip
DETAILS = Phrases(
    (r"the bench file has no `preparation` section", "台架文件没有 preparation 段"),
)
