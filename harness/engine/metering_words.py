"""Names, reasons and details of metering and instruments, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Text

NAMES = {
    "interval_duration": Text("区间时长", "Length of the interval"),
    "interval_energy": Text("区间电能", "Energy of the interval"),
    "displayed_price": Text("显示单价", "Price shown"),
    "displayed_amount": Text("显示金额", "Amount shown"),
    "pulse-output": Text("脉冲输出", "Pulse output"),
    "identity": Text("身份", "Identity"),
}
WORKED_OUT = {
    "reference_uncertainty": Text("标准器扩展不确定度", "uncertainty of the reference"),
    "difference": Text("两表之差", "difference of the meters"),
    "waited": Text("等待时间", "waited"),
    "unsteadiness": Text("波动", "unsteadiness"),
    "error": Text("误差", "error"),
}
"""What stands behind the last dot of a quantity that a step worked out."""

REASONS = Phrases(
    (r"in calibration until (\S+)", r"校准有效期至 \1"),
    (r"the bench file states no uncertainty of it", "台架文件未写明其不确定度"),
    (
        r"its uncertainty of (\S+ \S+) is (\S+) % of the limit; a third or less is usual",
        r"其不确定度 \1 为允差的 \2 %，一般不应超过三分之一",
    ),
    (r"(\w+) of the pile is 0", "桩的{1}为 0"),
    (r"(\w+) is 0", "{1}为 0"),
    (r"the reference meter counted nothing", "标准电能表没有走字"),
    (
        r"the bench file does not say how finely the reference meter counts",
        "台架文件未写明标准电能表的分辨力（resolution）",
    ),
    (
        r"(\S+) kWh are needed, (\S+) h at (\S+) kW; at most (\S+) h are allowed",
        r"需要 \1 kWh，按 \3 kW 要 \2 h，超过允许的 \4 h",
    ),
    (r"at least (\S+) kWh were needed", r"至少需要 \1 kWh"),
    (
        r"reference (\S+) %, k = 2; a spot check, no legal verification",
        r"标准器 \1 %（k = 2）；抽查，不是法定检定",
    ),
    (
        r"(\S+) CNY for (\S+) kWh at (\S+) CNY/kWh",
        r"\2 kWh × \3 元/kWh，收 \1 元",
    ),
    (r"(\w+) was set to (\S+) and reads (.+)", r"{1}写入 \2，回读为 \3"),
    (r"(.+) is outside the range of (\S+) \((.+)\)", r"\1 超出 \2 的量程（\3）"),
    (r"(\S+) has no range in (\S+)", r"\1 没有以 \2 计的量程"),
    (r"off, read back and measured", "已关断，回读并实测"),
    (r"left as it was found", "保持原状（本次运行未设置）"),
    (r"put back to what it was before the run", "已恢复到运行前的设置"),
    (r"the readings do not show it off within the time limit", "限时内的读数不能证明已关断"),
    (r"a load draws a current or a power, one of the two", "负载的电流和功率须二选一"),
    (r"the (\w+) refused (.+)", r"{1}不接受：\2"),
    (r"the reply (.+) is no number", r"应答 \1 不是数值"),
    (r"the reply (.+) is not in (.+)", r"应答 \1 不是以 \2 计"),
    (r"the reply (.+) is no entry of an error queue", r"应答 \1 不是错误队列的内容"),
    (r"the error queue of the (\w+) does not become empty", "{1}的错误队列清不空"),
    (r"the (\w+) does not say what it is", "{1}没有给出身份"),
    (r"the (\w+) has no point '(.+)'", r"{1}没有数据点 \2"),
    (r"the profile does not say how far (\w+) goes", "型号没有给出{1}的范围"),
    (r"(\w+) is in (\S+|a plain number), which is no energy", r"{1}以 \2 计，不是电能"),
    (r"as written", "按写入值"),
    (
        r"the profile (\S+) does not say how charging is started and stopped",
        r"型号 \1 没有给出启动和停止充电的方法",
    ),
    (r"all relays off", "全部继电器断开"),
    (r"a relay stays on", "有继电器未断开"),
    (r"its relays were not shown to be off", "未能确认继电器已断开"),
    (r"(\w+) was on before the run and was switched off", r"\1 在运行前已吸合，现已断开"),
    (r"(\w+) of the injector cannot be read", r"故障注入器的 \1 无法读取"),
    (r"the injector is not open", "故障注入器未打开"),
    (
        r"the injector has no relay for the fault '(.+)'; it has: (.+)",
        r"故障注入器没有接故障“\1”的继电器；已接：\2",
    ),
    (
        r"no pulse output, no constant on the nameplate",
        "没有脉冲输出口，铭牌未标脉冲常数",
    ),
)
DETAILS = Phrases(
    (r"(\S+) cannot judge by this limit", r"\1 不能用该限值判定"),
    (r"step (\S+) needs a limit with low and high", r"步骤 \1 的限值须有 low 和 high"),
    (r"pile\.amount judges in CNY", "pile.amount 以元判定"),
    (r"the injector has no fault '(.+)'", r"故障注入器没有故障“\1”"),
    (r"the profile (\S+) has no relay '(.+)'", r"点表 \1 没有继电器“\2”"),
    (r"(\w+) is that of the fault '(.+)'", r"\1 已用于故障“\2”"),
    (r"no fault of the simulated bench is called '(.+)'", r"模拟台架没有故障“\1”"),
    (r"an injector without faults", "故障注入器没有登记故障"),
    (r"'faults' is of an injector", "faults 只用于故障注入器"),
    (r"a (\w+) speaks SCPI", "{1}用 SCPI 通信"),
    (r"a (\w+) is not reached by VISA", "{1}不经 VISA 连接"),
    (
        r"the extra 'instruments' is not installed \(pip install '(.+)'\)",
        r"未安装附加组件 instruments（pip install '\1'）",
    ),
    (r"(.+): no reply in time", r"\1：没有及时应答"),
    (r"there is no file (.+)", r"没有文件 \1"),
    (
        r"the instrument '(.+)' stands in (.+) and in the bench file",
        r"仪器“\1”同时写在 \2 和台架文件中",
    ),
    (r"'(.+)' wires nothing", r"“\1”没有接上任何继电器"),
    (r"(\w+) is wired twice", r"\1 接了两次"),
    (r"no earlier step is called '(.+)'", r"前面没有名为“\1”的步骤"),
)
EXPECTED = Phrases(
    (r"a limit with low and high, in (\S+)", r"以 \1 计、有 low 和 high 的限值"),
    (r"spans like '(.+)', with commas between them", r"如“\1”的量程，多个用逗号分开"),
    (r"a range whose low end is below its high end", "下限小于上限的量程"),
    (r"'2 °C', '0.5 %' or '0.5 % \+ 2 digits'", "“2 °C”、“0.5 %”或“0.5 % + 2 digits”"),
    (r"an uncertainty of zero or more", "不为负的不确定度"),
    (r"a resolution, of which the digits are", "同时写 resolution（digits 以它为单位）"),
    (r"a register of instruments", "仪器登记表文件"),
    (r"one of the two", "只写在其中一处"),
    (r"FAULT=relay_1 to relay_8", "故障=relay_1 至 relay_8"),
    (r"an earlier step", "前面的步骤"),
    (r"a relay of its own for each fault", "每个故障用各自的继电器"),
    (r"a fault of `harness list faults`", "`harness list faults` 列出的故障"),
    (r"\{fault: relay, …\}", "{故障: 继电器, …}"),
)
