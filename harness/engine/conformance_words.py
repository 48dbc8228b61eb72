"""Words of the conformance run: what is looked at, reports of laboratories, reasons in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Text

_REPORTS = {
    "report-scope": Text("检验项目", "items tested"),
    "report-interoperability": Text("交流互操作性", "AC interoperability"),
    "report-interface-dimensions": Text("接口结构尺寸", "interface dimensions"),
    "report-interface-space": Text("接口空间尺寸", "interface space"),
    "report-output-short-circuit": Text("输出短路保护", "output short circuit"),
    "report-touch-current": Text("接触电流", "touch current"),
    "report-dielectric-strength": Text("介电强度", "dielectric strength"),
    "report-impulse-withstand": Text("冲击耐压", "impulse withstand"),
    "report-clearance-creepage": Text("电气间隙和爬电距离", "clearance and creepage"),
    "report-standby-power": Text("待机功耗", "standby power"),
    "report-emc": Text("电磁兼容", "EMC"),
    "report-cold": Text("低温", "cold"),
    "report-dry-heat": Text("高温", "dry heat"),
    "report-damp-heat": Text("交变湿热", "damp heat"),
    "report-mould": Text("长霉", "mould"),
    "report-hammer": Text("机械强度（锤击）", "hammer"),
    "report-salt-mist": Text("盐雾", "salt mist"),
    "report-noise": Text("噪声", "noise"),
}
NAMES = {
    "inside-parts": Text("柜内部件", "Parts inside"),
    "switching-devices": Text("机械开关设备", "Switching devices"),
    "anti-theft": Text("防盗措施", "Anti-theft measures"),
    "connection-mode": Text("连接方式与插合", "Connection mode and mating"),
    "touchable-parts": Text("可触及部分", "Parts that can be touched"),
    **{name: Text(f"报告：{one.zh}", f"Report: {one.en}") for name, one in _REPORTS.items()},
}

REASONS = Phrases(
    (r"no number of the report was given", "未填报告编号"),
    (r"no report on '(.+)' was shown", "没有出示“{1}”"),
    (r"(\S+): the report is of another model", r"\1：报告属于另一型号"),
    (r"(\S+): insulation broke down after the second cycle", r"\1：第二个周期后绝缘击穿"),
    (
        r"the meter inside is of another type than the drawing shows",
        "柜内电能表型号与图样不符",
    ),
    (r"the breaker is rated for less than the pile", "断路器额定电流小于桩的额定电流"),
    (r"ordinary screws at the cover", "盖板使用普通螺钉"),
    (r"the plug does not go fully into the test inlet", "插头不能完全插入标准插座"),
    (
        r"the test finger reaches a terminal through the cable gland",
        "试验指可从进线口触及端子",
    ),
)
