"""Words of work in control units in both languages: quantities, states, reasons, mistakes.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Text

NAMES = {
    "target_distance": Text("靶标距离", "Distance of the target"),
    "target_illuminance": Text("靶标处照度", "Illuminance at the target"),
    "floor_slope": Text("地面坡度", "Slope of the floor"),
    "car-load": Text("车辆载荷", "Load of the car"),
    "calibration-due": Text("需要标定的单元", "Unit that asks for calibration"),
    "calibration-release": Text("调试结论", "Conclusion of the work"),
    "due_unit": Text("需要标定的单元", "Unit that asks for calibration"),
    "steps_not_passed": Text("未通过的步骤", "Steps that did not pass"),
}
FINDINGS = {
    "due_units": Text("需要标定的各单元", "Units that ask for calibration"),
    "stored_codes": Text("已存故障码", "Stored trouble codes"),
    "new_codes": Text("新增故障码", "New trouble codes"),
    "units_unread": Text("未读到故障码的单元", "Units whose codes were not read"),
    "units_locked": Text("未解锁的控制单元", "Control units that stayed locked"),
    "units_offline": Text("未恢复在线的单元或信号", "Units or signals not on line again"),
    "backup_gaps": Text("未能备份的数据", "Data without a backup"),
    "not_put_back": Text("未能恢复的数据", "Data that could not be put back"),
}
"""Lists of what was found to be wrong; an empty one is as it should be."""
OF_CODES = ("stored_codes", "new_codes")
"""Those with the control unit in front: `unit:code`."""
OF_UNITS = (
    "due_units",
    "units_unread",
    "units_locked",
    "units_offline",
    "backup_gaps",
    "not_put_back",
)
WORKED_OUT = {
    "failed_attempts": Text("密钥失败次数", "refused keys"),
    "access_delay": Text("安全访问等待时间", "wait for security access"),
    "security_access": Text("安全访问", "security access"),
    "reset": Text("复位", "reset"),
    "write": Text("写入", "write"),
    "state": Text("状态", "state"),
    "result": Text("结果", "result"),
    "time": Text("用时", "time"),
}
"""What stands behind the dot of `unit.routine.state` and the like."""
ROUTINES = ("sensor_calibration", "steering_angle_zero", "pedal_learning")
STATES_ZH = {
    "accepted": "已受理",
    "refused": "被拒绝",
    "silent": "无应答",
    "passed": "成功",
    "failed": "失败",
    "running": "正在运行",
    "stopped": "超时已停止",
    "no_target": "未找到靶标",
}

_PUT_BACK = (
    (r"put back from the backup and read again: ([^;]+)", r"已按备份恢复并回读：{1}"),
    (r"as it was before, read again: ([^;]+)", r"与原值相同，已回读：{1}"),
    (r"(\S+) could not be put back: ([^;]+)", r"{1} 未能恢复：{2}"),
    (r"not put back from the backup: ([^;]+)", r"未按备份恢复：{1}"),
)
"""At the end of a run, where a step has put unit data back or could not."""
REASONS = Phrases(
    *_PUT_BACK,
    (r"kept", "已保留"),
    (r"put back", "已恢复"),
    (r"it ran for (\S+) s without an end; stopped", r"运行 \1 s 仍未结束，已停止（31 02）"),
    (r"it ran for (\S+) s without an end; it could not be stopped: (.+)",
     r"运行 \1 s 仍未结束，且无法停止：{2}"),
    (r"kept: ([^;]+)", r"已保留：{1}"),
    (r"put back: ([^;]+)", r"已恢复：{1}"),
    (r"as before: ([^;]+)", r"与原值相同：{1}"),
    (r"the routine of (.+) ran for (\S+) s without an end and was stopped",
     r"{1} 的例程运行 \2 s 仍未结束，已停止（31 02）"),
    (r"there is no backup of (\S+): nothing is changed without one",
     r"{1} 没有备份：没有备份不做任何改动"),
    (r"(\S+) is locked: nothing is sent to it", r"{1} 未解锁：不向其发送任何内容"),
    (r"(\S+) has no value that could be put back", r"{1} 没有可供恢复的数值"),
    (r"two boxes of tiles in the boot", "行李箱里有两箱瓷砖"),
    (r"no target board stands before the car", "车前没有放置靶标板"),
    (r"(\S+) would be changed", r"将改动 {1}"),
)  # fmt: skip
DETAILS = Phrases(
    (r"it reads ([^;]+) after ([^;]+) was written", r"写入 \2 后读回 \1"),
    *_PUT_BACK,
    (r"the bench file's `maintenance` section orders no coding",
     "台架文件的 maintenance 段没有编码工单（coding）"),
    (r"the work order names (\S+), and the car has no such unit",
     r"工单写明 \1，车上没有该控制单元"),
    (r"the work order cannot be carried out: (.+)", "工单无法执行：{1}"),
    (r"the time of a routine", "例程用时"),
    (r"(.+): no mapping", r"\1：不是键值对"),
)  # fmt: skip
EXPECTED = Phrases(
    (r"an identifier that can be written", "可写入的数据标识符"),
    (r"a routine of that unit", "该控制单元的例程"),
    (r"a data identifier of that unit", "该控制单元的数据标识符"),
    (r"a limit with high, in seconds", "带 high 的时间限值，单位秒"),
    (r"the options of (\S+)", r"\1 的选项"),
)


def value(shown: str, of: str) -> str | None:
    """A state of a routine or of a request, in Chinese; None for anything else."""
    if of == "due_unit":
        return {"none": "无", "several": "不止一个"}.get(shown)
    parts = of.split(".")
    if len(parts) < 2:
        return None
    known = parts[-1] in WORKED_OUT or parts[-1] in ROUTINES
    return STATES_ZH.get(shown) if known else None
