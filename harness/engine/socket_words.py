"""What is said of sockets, locks and second connection points, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

DETAILS = Phrases(
    (
        r"the cable of the (\S+) is fixed to it \(connection mode C\): it has no socket",
        "{1}的电缆固定在桩上（连接方式 C），没有插座",
    ),
    (
        r"the (\S+) has a socket: it does not see the CC of the vehicle's end",
        "{1}带插座，看不到车辆端的 CC",
    ),
    (
        r"the rated current of the (\S+) is not known, so nor is whether it needs a lock",
        "{1}的额定电流未知，不能确定是否需要电子锁",
    ),
    (
        r"the (\S+) is rated (.+): a lock is needed above (\S+) A only",
        r"{1}额定 \2；大于 \3 A 才要求电子锁",
    ),
    (
        r"the bench does not name a second connection point of the pile \(`housing`\)",
        "台架没有写明该桩的另一充电接口（`housing`）",
    ),
    (r"the fault '(.+)' needs more: (.+)", r"不能注入故障“\1”：{2}"),
    (r"the (\S+-\d+) does not charge within (\S+) s", r"{1}在 \2 s 内没有充电"),
    (
        r"the supply plug does not come out: the lock holds it",
        "电子锁锁住供电插头，拔不出来",
    ),
    (
        r"the cable of this pile is fixed to it: there is no socket",
        "该桩的电缆固定在桩上，没有插座",
    ),
    (
        r"no second connection point is simulated on this bench",
        "该台架没有模拟第二个充电接口",
    ),
    (r"(\S+) puts mains on the plug by itself", r"“\1”会自行使枪头带电"),
    (r"'(\S+)' is of a pile", r"“\1”只用于充电桩"),
    (r"only the (\S+) is in the housing '(.+)'", r"机壳“\2”中只有{1}"),
)
EXPECTED = Phrases(
    (r"a fault that does not", "不会自行使枪头带电的故障"),
    (r"another pile of the bench with the same housing", "台架中另有同一机壳的充电接口"),
)
