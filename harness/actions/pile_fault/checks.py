"""What hands and eyes can add: measurements and looks, with what each reading means.

Bounds are practice values of low confidence, far from what a sound pile shows; none of them is a
limit of a standard except the insulation of 10 MΩ (GB/T 18487.1-2023, 12.2).

What needs hands at conductors, at the pins of the plug or inside is done with the pile switched off
and proved dead. Only what cannot be seen without power is done with power: voltages, the menu, the
display of the meter, the lock that is driven, the heat inside; and looks from outside.
"""

from dataclasses import replace

from harness.actions.pile_fault.model import OK, Band, HandCheck
from harness.text import Text

OVER_RANGE = 10_000.0
"""From so many ohms on, a wire is taken to be open."""
_OL = Text("超量程时输入 OL。", "For over range enter OL.")


def _ohms(key: str, subject: str, ask: Text, *bands: Band) -> HandCheck:
    told = Text(ask.zh + _OL.zh, f"{ask.en} {_OL.en}")
    return HandCheck(key, subject, told, "Ω", "multimeter", bands)


def _look(key: str, subject: str, ask: Text, *states: tuple[str, str, str]) -> HandCheck:
    return HandCheck(key, subject, ask, choices={state: Text(zh, en) for state, zh, en in states})


def _along(key: str, subject: str, ask: Text) -> HandCheck:
    """Along one wire: whole or open."""
    return _ohms(key, subject, ask, Band(OK, high=5.0), Band("open", low=5.0))


_DEAD = (
    "hand.insulation", "hand.contact", "hand.cc", "hand.cp_wire", "hand.cp_insulation", "hand.pe",
    "hand.output_ohms", "hand.meter_wire", "hand.bus", "hand.rcd", "hand.breaker",
    "hand.arrester", "hand.smoke", "hand.water", "hand.transformers",
)  # fmt: skip
"""Done with the pile switched off and proved dead."""
CHECKS: dict[str, HandCheck] = {
    check.key: replace(check, power="off") if check.key in _DEAD else check
    for check in (
        # Measured
        HandCheck(
            "hand.supply", "supply_voltage_l1",
            Text("测进线端子 L1 对 N 的电压。", "Measure L1 against N at the supply terminals."),
            "V", "multimeter",
            (Band("dead", high=50.0), Band("low", 50.0, 176.0), Band(OK, 176.0, 264.0),
             Band("high", 264.0)),
        ),
        HandCheck(
            "hand.neutral", "neutral_earth_voltage",
            Text("测进线端子 N 对 PE 的电压。", "Measure N against PE at the supply terminals."),
            "V", "multimeter", (Band(OK, high=30.0), Band("live", 30.0)),
        ),
        HandCheck(
            "hand.output", "output_voltage_l1",
            Text(
                "桩空闲、枪未插车，测输出端子 L1 对 N 的电压。",
                "Pile idle, nothing plugged in: measure L1 against N at the output terminals.",
            ),
            "V", "multimeter", (Band(OK, high=20.0), Band("live", 20.0)),
        ),
        HandCheck(
            "hand.insulation", "output_insulation",
            Text(
                "断电并验电后，用绝缘表（500 V）测输出 L 对 PE 的绝缘电阻。",
                "Power off and proved: insulation of the output, L to PE, at 500 V.",
            ),
            "MΩ", "insulation_tester", (Band("low", high=10.0), Band(OK, 10.0)),
        ),
        HandCheck(
            "hand.contact", "contact_resistance",
            Text(
                "断电并验电后，用毫欧表测枪头 L 插针的接触电阻。",
                "Power off and proved: contact resistance of the plug's L pin.",
            ),
            "Ω", "milliohmmeter",
            (Band(OK, high=0.0012), Band("worn", 0.0012, 0.005), Band("burnt", 0.005)),
        ),
        HandCheck(
            "hand.inside", "cabinet_temperature",
            Text("用红外测温仪测柜内母线附近温度。", "Temperature inside, near the busbars."),
            "°C", "infrared_thermometer", (Band(OK, high=60.0), Band("hot", 60.0)),
        ),
        _ohms(
            "hand.cc", "cc_resistance",
            Text("断电并验电后，测枪头 CC 对 PE 的电阻（按钮松开）。",
                 "Power off and proved: CC against PE at the plug, button released."),
        ),
        _along("hand.cp_wire", "cp_wire_resistance",
               Text("断电，测枪头 CP 针到主板 CP 端子的电阻。",
                    "Power off: from the CP pin of the plug to the controller's CP terminal.")),
        _ohms(
            "hand.cp_insulation", "cp_pe_resistance",
            Text("断电，主板 CP 端子拆下，测枪头 CP 对 PE 的电阻。",
                 "Power off, CP taken off the controller: CP against PE at the plug."),
            Band("short", high=5.0), Band("low", 5.0, 100_000.0), Band(OK, 100_000.0),
        ),
        _along("hand.pe", "pe_resistance",
               Text("断电，测枪头 PE 针到接地端子的电阻。",
                    "Power off: from the PE pin of the plug to the earth terminal.")),
        _ohms(
            "hand.output_ohms", "output_resistance",
            Text("断电，测输出端子 L1 对 N 的电阻。", "Power off: L1 against N at the output."),
            Band("short", high=10.0), Band(OK, 10.0),
        ),
        _along("hand.meter_wire", "meter_line_resistance",
               Text("断电，测主板到电能表的 485 线电阻。",
                    "Power off: along the RS-485 wire from the controller to the meter.")),
        _along("hand.bus", "modbus_line_resistance",
               Text("断电并验电后，测主站到桩的 485 线电阻。",
                    "Power off and proved: along the RS-485 wire from the master to the pile.")),
        # Seen
        _look("hand.baud", "baud-setting",
              Text("在桩的菜单里看波特率，与主站是否一致？",
                   "Baud rate in the pile's menu: the same as the master's?"),
              ("same", "一致", "the same"), ("differs", "不一致", "differs")),
        _look("hand.estop", "estop-button",
              Text("急停按钮是什么状态？", "The emergency-stop button?"),
              ("released", "已释放", "released"), ("pressed", "被按下", "pressed")),
        _look("hand.rcd", "rcd-lever", Text("漏电保护器手柄？", "The lever of the RCD?"),
              ("up", "合上", "up"), ("down", "落下", "down")),
        _look("hand.breaker", "breaker-lever", Text("断路器手柄？", "The lever of the breaker?"),
              ("on", "合上", "on"), ("off", "断开", "off")),
        _look("hand.arrester", "arrester-window",
              Text("防雷模块窗口是什么颜色？", "The window of the surge arrester?"),
              ("green", "绿色", "green"), ("red", "红色", "red")),
        _look("hand.door", "cabinet-door", Text("柜门关好了吗？", "Is the door shut?"),
              ("shut", "关好", "shut"), ("open", "未关", "open")),
        _look("hand.smoke", "smoke", Text("柜内有烟吗？", "Is there smoke inside?"),
              ("none", "无烟", "none"), ("smoke", "有烟", "smoke")),
        _look("hand.water", "water", Text("柜底有水吗？", "Is there water at the bottom?"),
              ("dry", "干燥", "dry"), ("wet", "有水", "wet")),
        _look("hand.mounting", "mounting", Text("桩体直立吗？", "Does the pile stand upright?"),
              ("upright", "直立", "upright"), ("leaning", "倾斜", "leaning")),
        _look("hand.bolt", "lock-bolt",
              Text("在维护菜单里驱动电子锁，锁舌动作吗？",
                   "Drive the lock from the service menu: does the bolt move?"),
              ("moves", "动作", "moves"), ("stuck", "不动作", "stuck")),
        _look("hand.holder", "plug-place", Text("枪在哪里？", "Where is the plug?"),
              ("holder", "在枪座", "in its holder"), ("out", "不在枪座", "out of it")),
        _look("hand.meter_address", "meter-address",
              Text("电能表显示的通信地址与主板设置一致吗？",
                   "The address that the energy meter shows: the one that the controller asks?"),
              ("same", "一致", "the same"), ("differs", "不一致", "differs")),
        _look("hand.transformers", "transformer-direction",
              Text("电流互感器方向（P1→P2）对吗？", "Are the current transformers the right way?"),
              ("right", "正确", "right"), ("reversed", "接反", "reversed")),
        _look("hand.lamp", "lamp", Text("桩面指示灯显示什么？", "What does the lamp show?"),
              ("standby", "待机", "standby"), ("charging", "充电", "charging"),
              ("fault", "故障", "fault"), ("off", "熄灭", "off")),
        _look("hand.enclosure", "enclosure",
              Text("柜体有无破损、锈蚀、烧痕？", "Damage, rust or burn marks on the enclosure?"),
              ("normal", "正常", "normal"), ("abnormal", "异常", "abnormal")),
        _look("hand.cable", "cable-and-gun",
              Text("电缆与枪头外观有无异常？", "Anything wrong with cable and plug to look at?"),
              ("normal", "正常", "normal"), ("abnormal", "异常", "abnormal")),
    )
}  # fmt: skip
LAMP, CC = "hand.lamp", "hand.cc"
"""Their answers mean something only beside the state that the pile reports, and its rating."""
NORMAL = {check.key: check.normal for check in CHECKS.values() if check.key != LAMP}
"""How each should be, where that is not `ok`."""
INSPECTED = ("hand.enclosure", "hand.cable")
"""Looks that are answered with normal or abnormal."""
OUTSIDE = ("hand.holder", "hand.lamp", "hand.enclosure", "hand.cable")
AT_THE_PINS = ("hand.contact", "hand.cc")
ALWAYS = (*OUTSIDE, *AT_THE_PINS)
"""What is looked at whatever was read: a pile cannot report it."""
