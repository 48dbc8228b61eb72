"""Details of failures about benches with vehicles, editions and sending, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

DETAILS = Phrases(
    # the bench file
    (r"the profile says where diagnostics are described", "诊断描述由车辆配置文件给出"),
    (
        r"(\d+) bit/s on (\S+), which has (\d+) bit/s",
        r"总线 \2 的波特率为 \3 bit/s，此处写的是 \1 bit/s",
    ),
    (r"no standard '(.+)' has editions", r"没有区分版本的标准“\1”"),
    (r"(.+) has no edition '(.+)'", r"\1 没有“\2”版"),
    # sending and diagnostics
    (r"nothing is connected to the bus of (\S+)", r"报文 \1 所在的总线未接"),
    (r"(\S+) has no cycle time", r"报文 \1 没有周期"),
    (r"(\S+) every (\S+) s", r"报文 \1 的周期为 \2 s"),
    (r"(.+) has access (.+)", r"\1 的访问方式为 \2"),
    # the simulation, the commands
    (
        r"the fault '(.+)' is in the car, and nothing here looks at the vehicle",
        r"故障 \1 在车上，而这里不检查车辆",
    ),
    (r"the simulation failed", "模拟程序出错"),
    (r"(\S+) has to be asked for", r"\1 须主动询问才能读到"),
    (
        r"--channel and --database go with --can; a bench file says both itself",
        "--channel 和 --database 只与 --can 连用；台架文件中已写明通道和数据库",
    ),
    (r"the bench (\S+) has no vehicle", r"台架 \1 没有车辆"),
    (r"--can needs at least one --database", "--can 至少需要一个 --database"),
    (r"nothing to listen to is named", "没有说明要听哪里"),
    (r"a bench and --can are named", "同时给出了台架文件和 --can"),
    (r"a bus is named twice", "同一条总线写了两次"),
)
EXPECTED = Phrases(
    (r"this only without a profile", "没有车辆配置文件时才写"),
    (r"(\d+), or null where the system has set it", r"\1；由系统设定时写 null"),
    (r"a diagnostic description", "诊断描述文件"),
    (r"like GB 7258", "如 GB 7258"),
    (r"a control unit of the diagnostic description", "诊断描述中的控制单元"),
    (r"a data identifier of the diagnostic description", "诊断描述中的数据标识符"),
    (r"an identifier of that unit", "该控制单元的标识符"),
    (r"a value of that identifier", "该标识符的取值"),
    (r"a bus of the vehicle", "车辆的一条总线"),
    (r"a period above 0 s", "大于 0 s 的周期"),
    (r"io", "io（可驱动）"),
    (r"a signal, watch only listens", "信号（watch 只听不问）"),
    (r"one with a vehicle", "有车辆的台架"),
    (r"each --bus once", "每条总线只写一次"),
    (
        r"either a bench, or --can with --channel and --database",
        "台架文件，或 --can 加 --channel、--database",
    ),
)
