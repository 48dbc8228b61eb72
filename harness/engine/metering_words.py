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
    (
        r"no pulse output, no constant on the nameplate",
        "没有脉冲输出口，铭牌未标脉冲常数",
    ),
)
DETAILS = Phrases(
    (r"(\S+) cannot judge by this limit", r"\1 不能用该限值判定"),
    (r"step (\S+) needs a limit with low and high", r"步骤 \1 的限值须有 low 和 high"),
    (r"pile\.amount judges in CNY", "pile.amount 以元判定"),
    (r"no earlier step is called '(.+)'", r"前面没有名为“\1”的步骤"),
)
EXPECTED = Phrases(
    (r"a limit with low and high, in (\S+)", r"以 \1 计、有 low 和 high 的限值"),
    (r"an earlier step", "前面的步骤"),
)
