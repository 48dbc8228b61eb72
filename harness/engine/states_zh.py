"""The states of points in Chinese, as a technician on site would say them.

A label usually has one word whatever shows it. Where it means something else for some points
(a door that is `open` stands open, a contactor that is `open` has switched off), a rule says so.
Labels that are not here stay as they are.
"""

import re
from functools import lru_cache

_WORDS: dict[str, str] = {
    # Piles, answers of people
    "idle": "待机",
    "connected": "已连接",
    "not_connected": "未连接",
    "charging": "充电中",
    "suspended_ev": "车辆暂停",
    "suspended_evse": "桩暂停",
    "finished": "充电结束",
    "reserved": "已预约",
    "unavailable": "不可用",
    "fault": "故障",
    "standby": "待机",
    "off": "关闭",
    "on": "开启",
    "open": "断开",
    "closed": "闭合",
    "released": "未按下",
    "pressed": "按下",
    "in": "在位",
    "out": "已取出",
    "normal": "正常",
    "abnormal": "异常",
    "worn": "失效",
    "continuous": "导通",
    "locked": "锁止",
    "unlocked": "解锁",
    "enabled": "允许",
    "disabled": "禁止",
    "in_service": "正常投运",
    "restricted": "限制使用并报修",
    "out_of_service": "停用挂牌",
    "admitted": "准入",
    "after_correction": "整改后准入",
    "not_admitted": "不予准入",
    "start": "启动",
    "stop": "停止",
    "reset": "复位",
    # States that many units share
    "none": "无",
    "no": "否",
    "yes": "是",
    "unknown": "未知",
    "not_available": "无数据",
    "ok": "正常",
    "degraded": "性能下降",
    "derated": "降功率",
    "limp": "跛行模式",
    "init": "初始化",
    "sleep": "休眠",
    "shutdown": "下电",
    "running": "运行中",
    "moving": "动作中",
    "ready": "就绪",
    "not_ready": "未就绪",
    "active": "激活",
    "inactive": "未激活",
    "level_0": "0 级",
    "level_1": "1 级",
    "level_2": "2 级",
    "level_3": "3 级",
    "level_4": "4 级",
    "level_5": "5 级",
    "low": "偏低",
    "medium": "中等",
    "high": "偏高",
    "left": "左",
    "right": "右",
    "auto": "自动",
    "manual": "人工",
    "by_wire": "线控",
    "by_wire_test": "线控测试",
    "emergency_stop": "紧急停车",
    "rejected": "拒绝线控",
    "passed": "通过",
    "failed": "失败",
    "done": "已完成",
    "refused": "被拒绝",
    "permitted": "允许",
    "learning": "学习中",
    "crash": "碰撞",
    "open_circuit": "断路",
    "short_circuit": "短路",
    "short": "短路",
    # Drive, high voltage, battery
    "acc": "ACC 挡",
    "p": "P 挡",
    "r": "R 挡",
    "n": "N 挡",
    "d": "D 挡",
    "forwards": "前进",
    "backwards": "后退",
    "eco": "经济模式",
    "sport": "运动模式",
    "snow": "雪地模式",
    "torque": "转矩控制",
    "speed": "转速控制",
    "discharge": "主动放电",
    "precharge": "预充",
    "emergency_off": "紧急下电",
    "drive": "行驶",
    "ac_charging": "交流充电",
    "dc_charging": "直流充电",
    "welded": "粘连",
    "does_not_close": "不能闭合",
    "measuring": "测量中",
    "valid": "有效",
    "constant_current": "恒流充电",
    "constant_voltage": "恒压充电",
    "trickle": "涓流充电",
    "heating": "加热",
    # Why the vehicle does not become ready, why a unit was reset
    "key_off": "钥匙未打开",
    "interlock": "高压互锁断开",
    "insulation": "绝缘故障",
    "low_voltage": "12 V 电压过低",
    "battery": "动力电池故障",
    "motor": "电机系统故障",
    "plug_connected": "充电枪未拔下",
    "immobiliser": "防盗未解除",
    "brake_not_pressed": "未踩制动踏板",
    "communication": "通信故障",
    "power_on": "上电",
    "watchdog": "看门狗",
    "diagnostic": "诊断请求",
    "software": "软件复位",
    # Charging
    "half_connected": "半连接",
    "stopped_by_vehicle": "车辆停止",
    "stopped_by_pile": "充电桩停止",
    "vehicle": "车辆停止",
    "pile": "充电桩停止",
    "user": "用户停止",
    "cp_lost": "CP 信号丢失",
    "pe_lost": "保护接地（PE）丢失",
    "white": "白色",
    "green": "绿色",
    "green_flashing": "绿色闪烁",
    "red": "红色",
    # Chassis
    "applied": "已驻车",
    "apply": "拉起",
    "release": "释放",
    "neutral": "中位",
    "assisting": "助力中",
    "braking": "制动中",
    "intervening": "介入中",
    # Body
    "flashing": "闪烁",
    "position": "位置灯",
    "low_beam": "近光灯",
    "fastened": "已系",
    "deployed": "已展开",
    "no_key": "无钥匙",
    "id_valid": "钥匙有效",
    "id_invalid": "钥匙无效",
    "armed": "已设防",
    "disarmed": "已撤防",
    "triggered": "报警中",
    "parked": "停在原位",
    "intermittent": "间歇",
    "slow": "低速",
    "fast": "高速",
    "wash": "洗涤",
    "washing": "洗涤中",
    "blocked": "卡滞",
    "sounding": "发声中",
    "muted": "已静音",
    "soft": "轻柔音",
    "warning": "警告音",
    "night": "夜间",
    "dusk": "黄昏",
    "day": "白天",
    "km_h": "km/h",
    "mph": "mph",
    "zh": "中文",
    "en": "英文",
    "battery_low": "传感器电池电量低",
    "fast_leak": "快速漏气",
    # Telematics, gateway
    "online": "在线",
    "offline": "离线",
    "registering": "注册中",
    "logged_in": "已登录",
    "logging_in": "登录中",
    "logged_out": "未登录",
    "not_set": "未授时",
    "network": "网络授时",
    "gnss": "卫星授时",
    "free_running": "自由走时",
    "fix_2d": "二维定位",
    "fix_3d": "三维定位",
    "differential": "差分定位",
    "rtk": "RTK 定位",
    "lock": "闭锁",
    "unlock": "解锁",
    "find_car": "寻车",
    "windows_close": "关窗",
    "immobilise": "远程锁车",
    "climate_on": "开空调",
    "climate_off": "关空调",
    "error_active": "错误主动",
    "error_passive": "错误被动",
    "bus_off": "总线关闭（bus-off）",
    # Driving assistance
    "assisted": "辅助驾驶",
    "piloted": "自动驾驶",
    "take_over": "请求接管",
    "minimal_risk": "最小风险策略",
    "override": "驾驶员干预",
    "available": "可用",
    "switched_off": "已关闭",
    "sensor_blocked": "传感器被遮挡",
    "sensor_fault": "传感器故障",
    "time_sync": "时间不同步",
    "chassis_fault": "底盘故障",
    "prompt": "提示",
    "urgent": "紧急",
    "calibrated": "已标定",
    "not_calibrated": "未标定",
    "no_target": "未找到标靶",
    "synchronised": "已同步",
    "not_synchronised": "未同步",
    "lost": "丢失",
    "single": "单点定位",
    "rtk_fixed": "RTK 固定解",
    "rtk_float": "RTK 浮点解",
    "dead_reckoning": "航位推算",
    "dashed": "虚线",
    "solid": "实线",
    "car": "小客车",
    "truck": "货车",
    "two_wheeler": "两轮车",
    "pedestrian": "行人",
    "fixed": "固定物",
    "recording": "记录中",
    "full": "存储已满",
    "event_locked": "事件已锁定",
    # Diagnostics
    "default": "默认会话",
    "programming": "编程会话",
    "extended": "扩展会话",
    "not_fitted": "未配置",
}

_LAMP = {"off": "熄灭", "on": "点亮"}
_SWITCHED_ON = {"off": "停止", "on": "运行"}
_OPENING = {"open": "打开", "closed": "关闭"}
_POWER = {"off": "未上电", "on": "已上电", "discharge": "放电中"}

_RULES: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(pe_state|pe|cc)\Z", {"open": "断线", "connected": "接通"}),
        (r"s1\Z", {"high": "+12 V", "low": "-12 V", "pwm": "PWM", "none": "无法辨认"}),
        (r"(vehicle_)?stop_reason\Z", {
            "remote_stop": "远程停止", "local_stop": "就地停止", "vehicle_stopped": "车辆停止",
            "unplugged": "充电枪被拔出", "emergency_stop": "急停", "disabled": "被禁用",
            "watchdog": "通信看门狗超时", "power_lost": "停电", "energy_reached": "达到设定电量"}),
        (r"(.*_)?cc_state", {"fault": "连接故障"}),
        (r".*(door|tailgate|bonnet|flap|window)", _OPENING),
        (r".*belt", {"open": "未系"}),
        (r".*antenna", {"open": "断路"}),
        (r".*key_position", {"off": "OFF 挡", "on": "ON 挡", "ready": "READY"}),
        (r"(.+_)?ready\Z", {"ready": "READY（可行驶）", "not_ready": "未 READY"}),
        (r".*(hv_state|hv_request)", _POWER),
        (r".*horn", {"off": "未鸣响", "on": "鸣响"}),
        (r".*(pump|fan\Z|dcdc_request)", _SWITCHED_ON),
        (
            r".*(lamp|telltale|beam|fog|drl|plate|hazard|turtle|_warn_)|indicator_state\Z"
            r"|turn_(left|right)\Z|bcm_(turn_(left|right)|position|brake|reverse)_(cmd|state)",
            _LAMP,
        ),
        (r".*emergency", {"released": "未按下"}),
        (r".*(pedal|brake_pressed)", {"released": "未踩下", "pressed": "踩下"}),
        (r".*(parking_brake|epb)", {"released": "已释放"}),
        (r".*remote_command", {"release": "解除锁车"}),
        (r".*crash_output", {"normal": "正常"}),
        (r".*drive_mode\Z", {"normal": "标准模式"}),
        (r".*immobiliser", {"learning": "钥匙匹配中"}),
        (r".*(calibration)", {"running": "标定中", "failed": "标定失败"}),
        (r".*remote_result", {"running": "执行中"}),
        (r".*(permit)", {"refused": "不允许"}),
        (r".*lane_quality", {"low": "低", "medium": "中", "high": "高"}),
        (r"tpms_warning", {"low": "胎压过低", "high": "胎压过高"}),
        (r".*(tpms_sensor)", {"lost": "信号丢失"}),
        (r".*sync", {"lost": "失步"}),
        (r".*fix\Z|.*fix_quality", {"none": "未定位"}),
        (r".*(plug|plug_connected|pe_connected)\Z", {"no": "未连接", "yes": "已连接"}),
        (r".*(abs|esc|tcs)_active|.*hill_hold|.*aeb_braking", {
            "active": "介入中", "inactive": "未介入"}),
        (r".*balancing", {"active": "均衡中", "inactive": "未均衡"}),
        (r".*(limp_mode|override)", {"active": "有", "inactive": "无"}),
        (r".*(crash_shutdown)", {"active": "已触发", "inactive": "未触发"}),
        (r".*(fault|warn|alarm|event|timeout)", {"active": "有", "inactive": "无"}),
        (r".*(aeb|acc|lka)_state", {"active": "工作中"}),
        (r".*fault_level|.*alarm_level", {
            "level_1": "一级", "level_2": "二级", "level_3": "三级"}),
        (r".*cp_state", {
            "not_connected": "未连接（A）", "connected": "已连接（B）", "ready": "就绪（C）",
            "out_of_service": "不可用（F）"}),
        (r".*charging_state", {"ready": "充电就绪"}),
        (r".*config_", {"enabled": "已启用", "disabled": "已停用"}),
        (r".*secure_gateway", {"enabled": "已启用", "disabled": "已停用"}),
    )
)  # fmt: skip
"""Start of a point's name -> states that are called otherwise there; the first that knows it."""

_ENGLISH = {"p": "P", "r": "R", "n": "N", "d": "D", "acc": "ACC", "km_h": "km/h"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def chinese(state: str, of: str = "") -> str | None:
    """The word for a state of the point `of`; None when it has none."""
    return _chinese(state, _plain(of))


def english(state: str) -> str | None:
    """The label as English words; None when it is none of ours."""
    if state not in _WORDS:
        return None
    return _ENGLISH.get(state) or state.replace("_", " ")


@lru_cache(maxsize=2048)
def _chinese(state: str, point: str) -> str | None:
    for pattern, words in _RULES:
        if state in words and pattern.match(point) is not None:
            return words[state]
    return _WORDS.get(state)


@lru_cache(maxsize=512)
def _plain(point: str) -> str:
    """`bcm_low_beam_left_state` of `BCM_LampFeedback.BCM_LowBeamLeftState`."""
    return _HUMP.sub("_", point.rpartition(".")[2]).lower()
