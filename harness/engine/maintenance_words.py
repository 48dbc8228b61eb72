"""Words of accepting a repair: quantities, reasons and mistakes, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Language, Text

NAMES = {
    "order_gap": Text("工单缺项", "Gap in the work order"),
    "unexpected_change": Text("非预期变化", "Change that was not expected"),
    "snapshot_hash": Text("快照哈希值", "Hash of the snapshot"),
    "snapshot_profile": Text("快照的点表", "Profile of the snapshot"),
    "order.scope": Text("工单：维修内容", "Order: scope"),
    "order.part": Text("工单：更换部件", "Order: part"),
    "order.labour": Text("工单：工时", "Order: labour"),
    "order.warranty": Text("工单：质保", "Order: warranty"),
    "seals": Text("封印", "Seals"),
    "repair-labels": Text("维修标签", "Repair labels"),
    "old-part": Text("旧件", "Old part"),
    "maintenance-release": Text("放行结论", "Release"),
}
FINDINGS = {
    "order_gaps": Text("工单与合同不符的项", "Entries of the order that differ from the contract"),
    "unexpected_changes": Text("非预期变化的数据点", "Points that changed unexpectedly"),
    "snapshot_gaps": Text("快照中未读到的数据", "Values that the snapshot has not"),
    "unsettled_units": Text("故障码读取中变化的单元", "Units whose codes changed while being read"),
}
"""Lists of what was found to be wrong; an empty one is as it should be."""
CHANGED = Text("变化", "change")
"""What stands behind the dot of `point.changed`."""
KEYS_ZH = {
    "scope": "维修内容",
    "part": "更换部件",
    "labour": "工时",
    "warranty": "质保",
    "symptom": "故障现象",
    "price": "核准价格",
    "deadline": "交付期限",
}

REASONS = Phrases(
    (r"contract: (.+)", r"合同：\1"),
    (r"missing", "缺失"),
    (r"taken ([^,;]+), (\d+) points", r"\1 读取，共 \2 个数据点"),
    (r"expected", "预期变化"),
    (r"not expected: identity", "非预期：身份信息"),
    (r"not expected: version", "非预期：版本"),
    (r"not expected: setting", "非预期：参数"),
    (r"not expected: counter", "非预期：计数"),
    (r"not expected: alarm", "非预期：告警"),
    (r"not expected: state", "非预期：状态"),
    (r"not expected: event", "非预期：须查明原因"),
    (r"again", "故障码再次出现"),
    (r"in use, not judged here", "使用中的变化，此处不判定"),
    (r"new fault", "新增故障码"),
    (r"cleared", "故障码已清除"),
    (r"not compared", "缺少一方数据，未比较"),
    (r"codes that cannot be listed are not cleared", "故障码读取不一致，无法列明，未清码"),
    (
        r"trouble codes changed in each of (\d+) readings: (.+)",
        r"连续 \1 次读取故障码均有变化：\2",
    ),
    (r"a seal at the cover of the meter is missing", "电能表盖板缺少封印"),
    (r"no label says what was done and by whom", "没有写明维修内容和维修人的标签"),
    (r"the old contactor was not handed over", "旧接触器未交回"),
)
DETAILS = Phrases(
    (r"no device of this bench has a point '(.+)'", r"台架上没有设备具有数据点“\1”"),
    (r"the bench file has no `maintenance` section", "台架文件没有 maintenance 段"),
    (
        r"the bench file's `maintenance` section has no contract",
        "台架文件的 maintenance 段没有合同（contract）",
    ),
    (
        r"the bench file names no snapshot from before the repair",
        "台架文件未指明修前快照（maintenance 的 before）",
    ),
    (r"the bench file lists no approved firmware", "台架文件未列出批准的固件版本"),
    (r"a snapshot is of another profile: (.+)", r"快照属于另一车型文件：\1"),
    (r"step (\S+) has kept no snapshot", r"步骤 \1 没有保存快照"),
    (r"(\S+) is no snapshot of a device", r"\1 不是设备快照文件"),
    (
        r"(\S+) was altered: its SHA-256 does not fit what stands in it",
        r"\1 已被改动：SHA-256 与内容不符",
    ),
)
EXPECTED = Phrases(
    (r"a point of a profile: (.+)\?", r"点表中的数据点，是否指：\1"),
    (r"a point of a profile", "点表中的数据点"),
)


def entry(name: str, of: str, language: Language) -> str | None:
    """One entry of a list of findings; None where it is a point's name."""
    if of != "order_gaps":
        return None
    return KEYS_ZH.get(name, name) if language == "zh" else name
