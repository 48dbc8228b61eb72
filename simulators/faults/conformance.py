"""What a check against standards finds: at a look, in papers, and protections asleep."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, defect
from simulators.rig import Rig


def _seen(name: str, subject: str, note: str, title: Text, detail: Text) -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance[subject] = note

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return Fault(name=name, title=title, detail=detail, kind="physics", on=show, off=mend)


def _ignored(name: str, code: str, title: Text, detail: Text) -> Fault:
    """The alarm stands, and the pile goes on."""
    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind="data",
        defects=(defect(_alarms, "harmless", frozenset({code})),),
    )


def _alarms(rig: Rig) -> Any:
    return rig.pile.alarms


def _pilot(rig: Rig) -> Any:
    return rig.pile.pilot


FAULTS = (
    _seen(
        "parts-differ-from-drawing",
        "inside-parts",
        "the meter inside is of another type than the drawing shows",
        Text("部件与图样不符", "Parts differ from the drawing"),
        Text("柜内电能表型号与图样不符。", "The meter inside is not the one of the drawing."),
    ),
    _seen(
        "breaker-underrated",
        "switching-devices",
        "the breaker is rated for less than the pile",
        Text("断路器额定值不足", "Breaker underrated"),
        Text("断路器额定电流小于桩的额定电流。", "The breaker is rated for less than the pile."),
    ),
    _seen(
        "anti-theft-screws-missing",
        "anti-theft",
        "ordinary screws at the cover",
        Text("缺防盗螺钉", "Anti-theft screws missing"),
        Text("盖板用普通螺钉固定。", "The cover is held by ordinary screws."),
    ),
    _seen(
        "plug-does-not-mate",
        "connection-mode",
        "the plug does not go fully into the test inlet",
        Text("插头插不到位", "Plug does not mate"),
        Text("插头与标准插座不能完全配合。", "The plug does not go fully into a standard inlet."),
    ),
    _seen(
        "live-part-touchable",
        "touchable-parts",
        "the test finger reaches a terminal through the cable gland",
        Text("可触及带电部分", "Live part can be touched"),
        Text("试验指可从进线口触及端子。", "The test finger reaches a terminal through the gland."),
    ),
    _seen(
        "reports-of-another-model",
        "reports",
        "the report is of another model",
        Text("报告不是该型号", "Reports of another model"),
        Text("型式试验报告属于另一型号。", "The type test report is that of another model."),
    ),
    _seen(
        "damp-heat-failed",
        "report-damp-heat",
        "insulation broke down after the second cycle",
        Text("湿热试验不合格", "Damp heat failed"),
        Text("报告中湿热试验不合格。", "The report says that damp heat was failed."),
    ),
    Fault(
        name="leakage-unprotected",
        title=Text("漏电保护失效", "No protection against leakage"),
        detail=Text(
            "桩检测到漏电只报警不切断，漏电保护器机构也卡滞。",
            "The pile reports leakage and goes on, and the mechanism of its RCD is stuck.",
        ),
        kind="physics",
        defects=(
            defect(_alarms, "harmless", frozenset({"F-02"})),
            defect(lambda rig: rig.world.supply.rcd, "mechanism_free", False),
        ),
    ),
    Fault(
        name="pilot-frequency-far-off",
        title=Text("PWM 频率超差", "PWM frequency far off"),
        detail=Text("PWM 为 1050 Hz。", "The PWM runs at 1050 Hz."),
        kind="physics",
        defects=(defect(_pilot, "frequency", 1050.0),),
    ),
    Fault(
        name="pwm-nearly-on",
        title=Text("占空比接近 100 %", "Duty close to 100 %"),
        detail=Text(
            "PWM 输出级损坏，占空比比应有值大 71 个百分点。",
            "The output stage is damaged: the duty is 71 points more than it should be.",
        ),
        kind="physics",
        defects=(defect(_pilot, "duty_error", 71.0),),
    ),
    _ignored(
        "over-voltage-ignored",
        "F-04",
        Text("过压不停机", "Over-voltage does not stop it"),
        Text("输入过压只报警，不切断。", "It reports over-voltage and goes on."),
    ),
    _ignored(
        "under-voltage-ignored",
        "F-05",
        Text("欠压不停机", "Under-voltage does not stop it"),
        Text("输入欠压只报警，不切断。", "It reports under-voltage and goes on."),
    ),
    _ignored(
        "over-temperature-ignored",
        "F-11",
        Text("过温不停机", "Over-temperature does not stop it"),
        Text("桩内过温只报警，不切断。", "It reports over-temperature and goes on."),
    ),
    Fault(
        name="session-memory-lost",
        title=Text("掉电丢失充电数据", "Session lost with the power"),
        detail=Text(
            "断电后上一次充电的电量和时长归零。",
            "Energy and time of the last session are gone after a power loss.",
        ),
        kind="data",
        defects=(defect(lambda rig: rig.pile.session, "survives", False),),
    ),
)
