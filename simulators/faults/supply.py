"""The mains: outside the inspection limits, inside what the pile itself trips at."""

from harness.text import Text
from simulators.faults.fault import Defect, Fault, defect, inspection
from simulators.rig import Rig


def _supply(
    name: str,
    *,
    title: Text,
    detail: Text,
    attribute: str,
    value: float,
    step: str | None = None,
    code: str = "",
) -> Fault:
    return Fault(
        name=name,
        catalogue=code,
        title=title,
        detail=detail,
        kind="physics",
        expects=inspection(step) if step is not None else {},
        defects=(Defect(lambda rig: rig.world.grid, attribute, lambda _rig: value),),
    )


def _lose_phase(rig: Rig) -> None:
    if rig.world.grid.phases == 3:
        rig.world.set_supply(lost_phases=frozenset({3}))


def _restore_phase(rig: Rig) -> None:
    rig.world.set_supply(lost_phases=frozenset())


FAULTS = (
    _supply(
        "supply-undervoltage",
        title=Text("输入欠压", "Supply under-voltage"),
        detail=Text(
            "输入电压约 171 V，桩自身 165 V 才保护。", "About 171 V; the pile trips at 165 V."
        ),
        attribute="level",
        value=171.0,
        step="supply-voltage",
    ),
    _supply(
        "supply-overvoltage",
        title=Text("输入过压", "Supply over-voltage"),
        detail=Text(
            "输入电压约 269 V，桩自身 275 V 才保护。", "About 269 V; the pile trips at 275 V."
        ),
        attribute="level",
        value=269.0,
        step="supply-voltage",
    ),
    _supply(
        "supply-frequency-high",
        title=Text("频率偏高", "Supply frequency high"),
        detail=Text("电源频率约 51.2 Hz。", "The frequency is about 51.2 Hz."),
        attribute="frequency_level",
        value=51.2,
        step="supply-frequency",
    ),
    _supply(
        "supply-frequency-low",
        title=Text("频率偏低", "Supply frequency low"),
        detail=Text("电源频率约 48.8 Hz。", "The frequency is about 48.8 Hz."),
        attribute="frequency_level",
        value=48.8,
        step="supply-frequency",
    ),
    Fault(
        name="phase-lost",
        catalogue="F-07",
        title=Text("缺相", "Phase lost"),
        detail=Text("L3 缺相（仅三相桩）。", "L3 is missing (three-phase piles only)."),
        kind="physics",
        on=_lose_phase,
        off=_restore_phase,
    ),
    _supply(
        "mains-off",
        title=Text("停电", "Mains off"),
        detail=Text("电源断开，桩不应答。", "The supply is off; the pile does not answer."),
        attribute="level",
        value=0.0,
        code="F-36",
    ),
    _supply(
        "input-overvoltage",
        title=Text("输入过压（桩保护）", "Over-voltage that trips the pile"),
        detail=Text("输入电压约 290 V。", "The supply is at about 290 V."),
        attribute="level",
        value=290.0,
        code="F-04",
    ),
    _supply(
        "input-undervoltage",
        title=Text("输入欠压（桩保护）", "Under-voltage that trips the pile"),
        detail=Text("输入电压约 150 V。", "The supply is at about 150 V."),
        attribute="level",
        value=150.0,
        code="F-05",
    ),
    _supply(
        "input-frequency-high",
        title=Text("输入频率过高（桩保护）", "Frequency so high that the pile trips"),
        detail=Text("电源频率约 52.3 Hz。", "The frequency is about 52.3 Hz."),
        attribute="frequency_level",
        value=52.3,
        code="F-06",
    ),
    _supply(
        "input-frequency-low",
        title=Text("输入频率过低（桩保护）", "Frequency so low that the pile trips"),
        detail=Text("电源频率约 47.8 Hz。", "The frequency is about 47.8 Hz."),
        attribute="frequency_level",
        value=47.8,
        code="F-06",
    ),
    Fault(
        name="line-neutral-reversed",
        catalogue="F-08",
        title=Text("火零反接", "Line and neutral reversed"),
        detail=Text(
            "进线端子 L1 与 N 接反，N 对 PE 有相电压。",
            "L1 and N are changed over at the terminals: N stands at phase voltage against PE.",
        ),
        kind="wiring",
        defects=(defect(lambda rig: rig.world.grid, "reversed", True),),
    ),
)
