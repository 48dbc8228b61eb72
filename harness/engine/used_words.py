"""Words of the check of a used car: quantities, states, reasons and mistakes, in both languages.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Text

NAMES = {
    "mean_speed": Text("平均速度（里程 ÷ 工作时间）", "Mean speed (odometer over operating time)"),
    "distance_per_energy": Text("单位电量里程", "Distance per energy"),
    "soc_gain": Text("SOC 增量", "Gain in state of charge"),
    "charge_in": Text("充入电荷量", "Charge that went in"),
    "energy_in": Text("充入电量", "Energy that went in"),
    "capacity_estimate": Text("推算容量", "Capacity by the charge"),
    "soh_error": Text("健康度偏差（实测 − 上报）", "State of health: measured less reported"),
    "cost.sum": Text("整备费用合计", "Sum of the cost"),
    "paint_thickness": Text("漆膜厚度", "Thickness of the paint"),
    "insulation_battery_chassis": Text("电池对车身绝缘电阻", "Insulation of battery to body"),
    "used-gaps": Text("覆盖件缝隙", "Gaps between panels"),
    "used-glass-dates": Text("玻璃日期", "Dates of the glass"),
    "used-flood-signs": Text("泡水痕迹", "Signs of flood"),
    "used-fire-signs": Text("火烧痕迹", "Signs of fire"),
    "recall-enquiry": Text("召回查询", "Enquiry about recalls"),
}

REASONS = Phrases(
    (r"no unit gives permanent codes", "没有控制单元能给出永久故障码"),
    (r"(\d+) units gave theirs", r"\1 个控制单元已应答"),
    (r"measured (\S+) %, reported (\S+) %", r"实测 \1 %，上报 \2 %"),
    (r"the state of charge gained (\S+) % within (\S+) s, not (\S+) %",
     r"\2 s 内 SOC 只增加 \1 %，未到 \3 %"),
    (r"no current for (\S+) s: nothing can be counted", r"有 \1 s 没有电流读数，无法计量"),
    (r"(\S+) (\S+) (kΩ), (\S+) (\S+) (kΩ)", r"{1} \2 \3，{4} \5 \6"),
    (r"(\S+) (\S+) (km), (\S+) (\S+) (h|kWh)", r"{1} \2 \3，{4} \5 \6"),
    # what the simulated technician finds
    (r"bonnet gap 7 mm left, 3 mm right", "机盖缝隙左 7 mm、右 3 mm"),
    (r"windscreen two years younger than the car", "前风窗日期比车晚两年"),
    (r"silt below the seats, rust at the seat rails", "座椅下有泥沙，滑轨生锈"),
    (r"melted wiring loom in the front", "前舱线束熔化"),
    (r"recall of the brake unit not carried out", "制动单元的召回没有做"),
)  # fmt: skip
DETAILS = Phrases(
    (r"'(\S+)' is not read here", "{1}不在本步骤读取的数据点中"),
    (r"the bands do not rise", "分档没有由低到高"),
    (r"either if_failed or if_all_failed", "只写 if_failed 或 if_all_failed 之一"),
)
EXPECTED = Phrases(
    (r"one of `points`", "points 中的一个"),
    (r"bands from low to high", "由低到高的分档"),
)
