"""Words of accepting a workshop's work at a vehicle, in both languages.

See `harness.engine.phrases` for what the marks mean; what piles share is in `maintenance_words`.
"""

from harness.engine.phrases import Phrases
from harness.text import Language, Text

NAMES = {
    "order.symptom": Text("委托单：故障现象", "Order: symptom"),
    "order.price": Text("委托单：核准价格", "Order: approved price"),
    "order.deadline": Text("委托单：交付期限", "Order: deadline"),
    "invoice_gap": Text("结算单问题", "What is wrong with the invoice"),
    "old-unit": Text("换下的控制单元", "Unit that was taken out"),
    "torque-marks": Text("防松标记", "Torque marks"),
    "work-seals": Text("封签", "Seals"),
    "work-covers": Text("护板与卡扣", "Covers and clips"),
    "distance_driven": Text("试车里程", "Distance driven"),
    "work-fluids": Text("施工后油液", "Fluids after the work"),
}
FINDINGS = {
    "parts_differing": Text("与委托单不符的更换件", "Replaced parts that differ from the order"),
    "service_gaps": Text("复位与所做保养不符的计数", "Counters that do not fit the work done"),
    "invoice_gaps": Text("结算单问题", "What is wrong with the invoice"),
}
"""Lists of what was found to be wrong; an empty one is as it should be."""
_INVOICE = {
    "arithmetic": Text("某行金额算错", "a line is worked out wrong"),
    "total": Text("合计不等于各行之和", "the total is not the sum"),
    "scope": Text("有委托范围外的项目", "a line outside the scope"),
    "price": Text("超出核准价格", "above the approved price"),
    "several": Text("多项", "several"),
}

REASONS = Phrases(
    (r"ordered: (.+)", r"委托单：\1"),
    (r"work done", "已做该项保养"),
    (r"no work done", "未做该项保养"),
    (r"stated (\S+) CNY, worked out (\S+) CNY", r"结算单 \1 元，重算 \2 元"),
    (r"a snapshot has no value of (\S+)", r"快照中没有{1}"),
    (r"the bench file's `maintenance` section names no parts",
     "台架文件的 maintenance 段没有更换件（parts）"),
    (r"the bench file's `maintenance` section names no service counters",
     "台架文件的 maintenance 段没有保养计数（service_counters）"),
    (r"the bench file's `maintenance` section has no invoice",
     "台架文件的 maintenance 段没有结算单（invoice）"),
    # what the simulated technician finds
    (r"the old radar was not handed over", "旧雷达未交回"),
    (r"two bolts of the radar bracket without a mark", "雷达支架两颗螺栓无防松标记"),
    (r"seal of the radar connector torn", "雷达连接器封签撕破"),
    (r"three clips of the under-tray missing", "底护板缺三个卡扣"),
    (r"brake fluid at a bleed screw", "放气螺钉处渗制动液"),
)  # fmt: skip


def entry(name: str, of: str, language: Language) -> str | None:
    """One entry of a list of findings; None where it is a point's name."""
    if of != "invoice_gaps" or name not in _INVOICE:
        return None
    return _INVOICE[name].get(language)


def value(shown: str, of: str, language: Language) -> str | None:
    """What `invoice_gap` names, in words; None for any other quantity."""
    return _INVOICE[shown].get(language) if of == "invoice_gap" and shown in _INVOICE else None
