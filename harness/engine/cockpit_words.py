"""Words of the inspection of cockpit, connectivity and cleaning in both languages.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Text

_PLACES = {
    "seats": Text("座椅", "seats"),
    "floor": Text("地板与脚垫", "floor and mats"),
    "dashboard": Text("仪表台与内饰", "dashboard and trim"),
    "screens": Text("屏幕", "screens"),
    "body": Text("车身", "body"),
    "glass": Text("玻璃", "glass"),
    "wheels": Text("车轮", "wheels"),
    "inlet": Text("充电口", "inlet"),
    "sensors": Text("传感器表面", "sensor faces"),
}
NAMES = {
    **{
        f"clean-{place}": Text(f"{name.zh}清洁", f"Cleanliness: {name.en}")
        for place, name in _PLACES.items()
    },
    **{
        f"dry-{place}": Text(f"{name.zh}积水", f"Water: {name.en}")
        for place, name in _PLACES.items()
    },
    "left-behind": Text("遗留物", "Things left behind"),
    "new-damage": Text("新增损伤", "New damage"),
    "sound-outside": Text("车外提示音", "Warning sound outside"),
    "cockpit-cleaning": Text("保洁规范", "Cleaning by the rules"),
    "telltale-system": Text("系统故障指示灯", "System fault telltale"),
    "telltale-airbag": Text("安全气囊指示灯", "Airbag telltale"),
    "telltale-tpms": Text("胎压指示灯", "Tyre pressure telltale"),
    "displayed_speed": Text("仪表显示车速", "Speed on the cluster"),
    "displayed_soc": Text("仪表显示电量（SOC）", "State of charge on the cluster"),
    "position_difference": Text("两处定位之差", "Distance between the positions"),
}
WORKED_OUT = {"user_data_clear": Text("清除用户数据结果", ": result of clearing user data")}
FINDINGS = {
    "unknown_keys": Text("未登记的钥匙", "Keys that are not known"),
    "user_data_left": Text("遗留的用户数据", "Data of users that are left"),
    "not_cleared": Text("未能清除的控制单元", "Control units that did not clear"),
}
"""Lists of what was found to be wrong; an empty one is as it should be."""

REASONS = Phrases(
    (r"none of these control units has one of these identifiers",
     "这些控制单元都没有所列标识数据"),
    (r"the bench file's site ledger names no key of this vehicle",
     "台架文件 site 台账没有登记本车钥匙"),
    (r"(\S+) against (\S+)", "{1} 对 {2}"),
    (r"the cluster does not show (\S+)", "仪表不显示 {1}"),
    # what the simulated technician finds
    (r"crumbs on the seats", "座椅有碎屑"),
    (r"sand on the floor", "地板有沙土"),
    (r"dust on the dashboard", "仪表台有灰尘"),
    (r"fingerprints on the screens", "屏幕有指纹"),
    (r"road dirt on the body", "车身有泥污"),
    (r"film on the glass", "玻璃有油膜"),
    (r"brake dust", "轮毂有制动粉尘"),
    (r"water on the inlet", "充电口有积水"),
    (r"water on the sensors", "传感器表面有水"),
    (r"water on the screens", "屏幕有水"),
    (r"water", "有水膜"),
    (r"coffee stain on the driver's seat", "驾驶座有咖啡渍"),
    (r"tar on the floor mat", "脚垫有沥青"),
    (r"glue on the dashboard", "仪表台有胶痕"),
    (r"ink on the centre display", "中控屏有墨迹"),
    (r"bird droppings etched into the bonnet", "前机舱盖有鸟粪蚀痕"),
    (r"tree resin on the windscreen", "前风窗有树胶"),
    (r"wet cement on a rim", "轮毂有水泥"),
    (r"a telephone under the driver's seat", "驾驶座下有一部手机"),
    (r"centre display cracked at the lower left", "中控屏左下角开裂"),
)  # fmt: skip
EXPECTED = Phrases(
    (r"a unit that has this routine", "有该例程的控制单元"),
)
