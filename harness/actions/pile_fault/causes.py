"""What each fault of a pile shows: the table that a diagnosis goes by.

Rows come from the fault catalogue (F-01 to F-42), the reactions of GB/T 18487.1-2023 annex A and
common practice in finding faults; a lab corrects or adds rows here. Two faults with the same signs
are both named: nothing on a bench tells them apart.
"""

from collections.abc import Mapping

from harness.actions.pile_fault.model import CLEAR, SET, Cause
from harness.text import Text

Signs = Mapping[str, str | tuple[str, ...]]
_TARIFF = ("tariff_sharp", "tariff_peak", "tariff_flat", "tariff_valley", "tariff_version")
_COLD = "rep.*"
"""Everything about the session may follow."""


def _c(
    name: str,
    zh: str,
    en: str,
    *alarms: str,
    may: tuple[str, ...] = (),
    writes: tuple[str, ...] = (),
    changes: tuple[str, ...] = (),
    **signs: str | tuple[str, ...],
) -> Cause:
    """`alarms` are set; `rest_cp="0V"` is the sign `rest.cp`; `F_34="clear"` an alarm not set."""
    wanted: dict[str, str | tuple[str, ...]] = {f"alarm.{code}": SET for code in alarms}
    for key, state in signs.items():
        if key.startswith("F_"):
            wanted[f"alarm.{key.replace('_', '-')}"] = state
        else:
            stage, _, what = key.partition("_")
            wanted[f"{stage}.{what}" if what else stage] = state
    return Cause(name, Text(zh, en), wanted, may, writes, changes)


CAUSES: tuple[Cause, ...] = (
    # Communication
    _c("modbus-address-wrong", "Modbus 地址错误", "wrong Modbus address", link="elsewhere"),
    _c("modbus-baud-wrong", "波特率不符", "wrong baud rate",
       link="silent", hand_baud="differs", hand_supply="ok"),
    _c("modbus-line-broken", "通信线断", "Modbus line broken",
       link="silent", hand_bus="open", hand_supply="ok"),
    _c("modbus-garbled", "通信接口损坏", "Modbus transceiver broken", link="garbled"),
    _c("mains-off", "停电", "mains off", link="silent", hand_supply="dead", may=("hand.lamp",)),
    _c("reply-dropped", "应答丢失", "replies get lost", replies="lost"),
    _c("reply-delayed", "应答延迟", "replies come late", replies="late"),
    _c("reply-corrupted", "应答帧受扰", "replies get corrupted", replies="damaged"),
    _c("reply-refused", "设备忙", "the pile is busy", replies="refused"),
    _c("reply-wrong-unit", "应答地址错误", "replies carry another unit id", replies="other unit"),
    _c("slow-modbus", "应答缓慢", "slow replies", speed="slow"),
    _c("gateway-frozen", "网关数据冻结", "gateway frozen", live="frozen", may=("r*", "hand.lamp")),
    _c("gateway-stale", "网关数据陈旧", "gateway stale", live="stale", may=("r*", "hand.lamp")),
    _c("words-swapped", "双字高低位颠倒", "words swapped",
       rest_clock="swapped", may=("rest.register", "rep.*", "live", "alarm.*")),
    _c("watchdog-trips-early", "看门狗误动作", "watchdog trips early", rep_stop_reason="watchdog"),
    # Emergency stop, residual current, breaker
    _c("estop-pressed", "急停被按下", "emergency stop pressed", "F-01",
       rest_estop="pressed", hand_estop="pressed"),
    _c("estop-monitor-contact-welded", "急停监视触点粘连", "monitoring contact welded",
       F_01=CLEAR, rest_estop="pressed", hand_estop="released"),
    _c("leakage", "输出漏电", "leakage at the output", "F-02",
       hand_insulation="low", hand_rcd="up"),
    _c("rcd-tripped", "漏电保护器跳闸", "RCD tripped", "F-02",
       hand_rcd="down", hand_insulation="ok"),
    _c("rcd-detector-failed", "漏电检测失效", "RCD detector failed", "F-03"),
    _c("breaker-off", "断路器断开", "breaker off", "F-20", F_10=CLEAR, hand_breaker="off"),
    _c("output-shorted", "输出短路", "output shorted", "F-10",
       hand_output_ohms="short", may=("alarm.F-20", "hand.breaker")),
    # Supply
    _c("input-overvoltage", "输入过压（桩保护）", "over-voltage that trips the pile", "F-04",
       F_08=CLEAR, rest_voltage="high", hand_supply="high"),
    _c("input-undervoltage", "输入欠压（桩保护）", "under-voltage that trips the pile", "F-05",
       rest_voltage="low", hand_supply="low"),
    _c("supply-overvoltage", "输入过压", "supply over-voltage",
       F_04=CLEAR, rest_voltage="high", hand_supply="high"),
    _c("supply-undervoltage", "输入欠压", "supply under-voltage",
       F_05=CLEAR, rest_voltage="low", hand_supply="low"),
    _c("input-frequency-high", "频率过高（桩保护）", "frequency that trips the pile (high)", "F-06",
       rest_frequency="high"),
    _c("input-frequency-low", "频率过低（桩保护）", "frequency that trips the pile (low)", "F-06",
       rest_frequency="low"),
    _c("supply-frequency-high", "频率偏高", "supply frequency high",
       F_06=CLEAR, rest_frequency="high"),
    _c("supply-frequency-low", "频率偏低", "supply frequency low",
       F_06=CLEAR, rest_frequency="low"),
    _c("phase-lost", "缺相", "phase lost", "F-07", rest_voltage="lost"),
    _c("line-neutral-reversed", "火零反接", "line and neutral reversed", "F-08",
       hand_neutral="live", may=("rest.voltage", "alarm.F-04")),
    # Heat
    _c("overtemperature", "桩内过温", "over-temperature inside", "F-11",
       rest_temperature="warm", hand_inside="hot"),
    _c("cooling-blocked", "散热受阻", "cooling blocked",
       F_11=CLEAR, rest_temperature="warm", hand_inside="hot"),
    _c("temperature-sensor-failed", "柜内温度传感器故障", "temperature sensor failed", "F-11",
       rest_temperature="warm", hand_inside="ok"),
    _c("temperature-sensor-offset", "温度传感器偏差", "temperature sensor offset",
       F_11=CLEAR, rest_temperature="warm", hand_inside="ok"),
    _c("connector-overheated", "枪头过热", "connector overheated", rest_plug="warm"),
    _c("connector-contact-worn", "枪头触点磨损", "connector contacts worn", hand_contact="worn"),
    _c("connector-contact-burnt", "枪头触点烧蚀", "connector contacts burnt",
       hand_contact="burnt", may=("alarm.F-12",)),
    # Control pilot, earth, connection
    _c("cp-break", "CP 断线", "CP broken",
       rep_cp="12V", rep_cc="ok", hand_cp_wire="open", may=("alarm.F-15",)),
    _c("cp-pe-short", "CP 对地短路", "CP shorted to PE", "F-14",
       rest_cp="0V", hand_cp_insulation="short", may=(_COLD,)),
    _c("cp-leakage", "CP 绝缘不良", "pilot insulation poor", "F-13",
       rest_cp="low", hand_cp_insulation="low", may=(_COLD,)),
    _c("pe-open", "接地断开", "PE open", "F-17", hand_pe="open", may=(_COLD,)),
    _c("half-plugged", "枪未插到位", "plug not fully in",
       "F-25", rep_cc="open", hand_cc="ok"),
    _c("cc-open", "CC 断路", "CC open", hand_cc="open", may=("alarm.F-25", "rep.cc")),
    _c("cc-resistor-wrong", "CC 电阻错误", "CC resistor wrong",
       hand_cc="wrong", may=("alarm.F-25", "rep.cc")),
    _c("cc-coded-low", "CC 电阻用错规格", "CC resistor of a smaller cable",
       hand_cc="other cable", may=("rep.cc",)),
    _c("diode-shorted", "车端二极管短路", "vehicle diode shorted", "F-16", may=("rep.low_level",)),
    _c("s2-stuck-open", "车辆 S2 不闭合", "vehicle's S2 stuck open",
       rep_outcome="waiting", rep_cp_waiting="ok"),
    _c("pilot-level-too-high", "状态 3 电压过高", "state 3 far too high",
       rep_outcome="waiting", rep_cp_waiting="changed"),
    _c("pilot-level-too-low", "状态 3 电压过低", "state 3 far too low", "F-13", rest_cp="ok"),
    _c("pilot-resistance-high", "车端电阻超差", "vehicle's pilot resistors off",
       rep_cp_ready="off", rep_cp="ok"),
    _c("duty-off", "占空比超差", "duty off", rep_duty="off"),
    _c("connection-contact-stuck", "连接确认触点卡死", "connection contact stuck",
       rest_cable="connected"),
    # Contactor and lock
    _c("contactor-welded", "接触器粘连", "contactor welded",
       rest_contactor="closed", rest_command="ok", hand_output="live", may=("alarm.F-18",)),
    _c("contactor-feedback-stuck", "接触器反馈触点卡死", "contactor feedback stuck",
       rest_contactor="closed", rest_command="ok", hand_output="ok", may=("alarm.F-18",)),
    _c("contactor-command-stuck", "接触器输出常通", "contactor output stuck on",
       rest_command="closed", may=("rest.contactor", "alarm.F-18", "hand.output")),
    _c("contactor-refuses", "接触器拒动", "contactor refuses", "F-19"),
    _c("lock-jammed", "电子锁卡滞", "electronic lock jammed", "F-23",
       hand_bolt="stuck", may=("rep.lock",)),
    _c("lock-feedback-open", "电子锁反馈断线", "lock feedback open", "F-23",
       rest_lock="ok", hand_bolt="moves", may=("rep.lock",)),
    _c("lock-feedback-stuck", "电子锁反馈触点粘连", "lock feedback stuck", "F-23",
       rest_lock="locked", hand_bolt="moves", may=("rep.lock",)),
    _c("holder-switch-stuck-in", "枪座开关卡在在位", "holder switch stuck at in", rep_holder="in"),
    _c("holder-switch-stuck-out", "枪座开关卡在离位", "holder switch stuck at out",
       rest_holder="out", hand_holder="holder", may=("alarm.F-24",)),
    _c("gun-left-out", "枪未归位", "plug left out",
       rest_holder="out", hand_holder="out", may=("alarm.F-24",)),
    # Enclosure
    _c("surge-arrester-worn", "防雷器失效", "surge arrester worn", "F-21", hand_arrester="red"),
    _c("arrester-contact-open", "防雷器遥信线断", "contact wire of the arrester open", "F-21",
       hand_arrester="green"),
    _c("door-open", "柜门未关", "door open", "F-22", hand_door="open"),
    _c("door-switch-broken", "门禁开关损坏", "door switch broken", "F-22", hand_door="shut"),
    _c("smoke-inside", "柜内冒烟", "smoke inside", "F-37", hand_smoke="smoke"),
    _c("smoke-detector-failed", "烟感损坏", "smoke detector failed", "F-37", hand_smoke="none"),
    _c("water-inside", "柜内进水", "water inside", "F-38", hand_water="wet"),
    _c("water-sensor-failed", "水浸传感器损坏", "water sensor failed", "F-38", hand_water="dry"),
    _c("pile-struck", "桩体被撞歪", "pile struck", "F-39", hand_mounting="leaning"),
    _c("tilt-sensor-failed", "倾斜传感器损坏", "tilt sensor failed", "F-39",
       hand_mounting="upright"),
    _c("enclosure-damaged", "柜体破损", "enclosure damaged", hand_enclosure="abnormal"),
    _c("cable-damaged", "电缆破损", "cable damaged", hand_cable="abnormal"),
    # Meter
    _c("meter-line-broken", "电表通信线断", "meter line broken", "F-28",
       hand_meter_wire="open", hand_meter_address="same"),
    _c("meter-address-wrong", "电表地址错误", "wrong meter address", "F-28",
       hand_meter_wire="ok", hand_meter_address="differs"),
    _c("meter-data-jumps", "电表示值跳变", "meter register leaps", "F-29",
       hand_transformers="right", may=("rest.register", "rep.clamp")),
    _c("meter-reversed", "电表互感器接反", "meter transformers reversed", "F-29",
       hand_transformers="reversed", may=("rest.register", "rep.clamp")),
    _c("meter-clock-off", "电表时钟超差", "meter clock off", "F-30"),
    _c("meter-creep", "电表潜动", "meter creep", rest_register="creeps"),
    _c("coarse-meter", "电能示值步进过大", "coarse energy register", rest_register="coarse"),
    _c("pile-current-channel-low", "桩电流采样偏低", "pile reads current too low",
       rep_clamp="differs"),
    # Modules and customers
    _c("card-reader-silent", "读卡器不应答", "card reader silent", "F-31"),
    _c("screen-silent", "显示屏不应答", "screen silent", "F-32"),
    _c("platform-offline", "平台离线", "platform off-line", "F-33", F_34=CLEAR),
    _c("sim-missing", "SIM 卡缺失", "SIM missing", "F-34", may=("alarm.F-33",)),
    _c("storage-full", "存储已满", "storage full", "F-35"),
    _c("plug-and-charge-refused", "即插即充鉴权失败", "plug and charge refused", "F-41"),
    _c("confirmation-missing", "刷卡后未确认", "card not confirmed", "F-42"),
    _c("lamp-failed", "指示灯不亮", "lamp failed", hand_lamp="dark", link="ok"),
    _c("indicator-board-failed", "指示板数据错误", "indicator board corrupted",
       rest_indicator="undefined"),
    # Settings and identity
    _c("tariff-wrong", "费率错误", "wrong tariff", rest_tariff="differs", writes=_TARIFF),
    _c("tariff-missing", "计费模型丢失", "billing model lost", "F-40",
       rest_tariff="empty", writes=_TARIFF),
    _c("current-limit-low", "电流限值过低", "current limit too low",
       rest_limit="low", writes=("current_limit",)),
    _c("current-setting-wrong", "最大电流设置错误", "wrong maximum current",
       rest_max_current="differs", writes=("max_current",)),
    _c("clock-drift", "时钟走偏", "clock drifted", rest_clock="off", writes=("clock",)),
    _c("clock-reset", "时钟复位", "clock reset", rest_clock="lost", writes=("clock",)),
    _c("pile-swapped", "桩被调换", "another pile",
       rest_identity="serial_number", changes=("serial_number", "firmware_version")),
    _c("firmware-differs", "固件版本不符", "another firmware",
       rest_identity="firmware_version", changes=("firmware_version",)),
    # The vehicle
    _c("vehicle-overcurrent", "车辆过流", "vehicle over-current",
       rep_current="high", may=("alarm.F-09",)),
    _c("vehicle-full", "车辆几乎不取电", "the vehicle hardly draws",
       rep_current="none", rep_outcome="ok"),
    _c("vehicle-ignores-stop", "车辆不响应停止", "vehicle ignores the stop", rep_stop="ignored"),
    _c("vehicle-winds-down-slowly", "车辆降流过慢", "vehicle winds down too slowly",
       rep_stop="slow"),
    _c("vehicle-opens-s2-late", "车辆断开 S2 过晚", "vehicle opens S2 late", rep_stop="S2 late"),
    _c("session-running", "充电会话进行中", "a session is running", rest_state="busy",
       may=("rest.*", "rep.*", "hand.*")),
)  # fmt: skip
BY_NAME: Mapping[str, Cause] = {cause.name: cause for cause in CAUSES}
