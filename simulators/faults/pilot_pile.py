"""Defects of the pile that the control-pilot procedure is there to find."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, Kind, defect
from simulators.pile.controller import Phase
from simulators.pilot import S1, loaded
from simulators.rig import Rig


def _pile(rig: Rig) -> Any:
    return rig.pile


def _controller(rig: Rig) -> Any:
    return rig.pile.controller


def _program(rig: Rig) -> Any:
    return rig.pile.controller.program


def _pilot(rig: Rig) -> Any:
    return rig.pile.pilot


def _watch(rig: Rig) -> Any:
    return rig.pile.current_watch


def _setting(part: Callable[[Rig], Any], name: str, value: Any) -> Defect:
    """A part works with another value of one setting."""
    return Defect(part, "settings", lambda rig: replace(part(rig).settings, **{name: value}))


def _level(rig: Rig) -> float:
    """The level of state 3 that this pile and this vehicle have when both are sound (V)."""
    pilot, vehicle = rig.pile.pilot, rig.world.vehicle
    load = vehicle.r2 * vehicle.r3 / (vehicle.r2 + vehicle.r3)
    return loaded(pilot.high, pilot.r1, load, vehicle.diode_drop)


def _stick(rig: Rig, on: bool) -> None:
    rig.pile.pilot.stuck_pwm = on
    if rig.pile.pilot.s1 is not S1.LOW and rig.pile.controller.phase not in _PWM_IS_DUE:
        rig.pile.pilot.steady_high()


_PWM_IS_DUE = (Phase.READY, Phase.CHARGING)


def _fault(
    name: str,
    title: Text,
    detail: Text,
    *defects: Defect,
    kind: Kind = "data",
    energises: bool = False,
) -> Fault:
    return Fault(
        name=name, title=title, detail=detail, kind=kind, defects=defects, energises=energises
    )


FAULTS = (
    # The generator
    _fault(
        "pilot-frequency-off",
        Text("PWM 频率偏高", "PWM frequency high"),
        Text("PWM 为 1025 Hz。", "The PWM runs at 1025 Hz."),
        defect(_pilot, "frequency", 1025.0),
        kind="physics",
    ),
    _fault(
        "pilot-high-level-off",
        Text("CP 高电平偏低", "CP high level low"),
        Text("CP 电源只有 10.8 V。", "The pilot's supply gives 10.8 V only."),
        defect(_pilot, "high", 10.8),
        kind="physics",
    ),
    _fault(
        "pilot-low-level-clipped",
        Text("PWM 低电平削顶", "PWM low level clipped"),
        Text("PWM 低电平只到 -11.2 V。", "The PWM's low level reaches -11.2 V only."),
        defect(_pilot, "low", -11.2),
        kind="physics",
    ),
    Fault(
        name="pwm-stuck-on",
        title=Text("PWM 关不掉", "PWM cannot be ended"),
        detail=Text(
            "S1 切不回 +12 V，PWM 一直输出。", "S1 never goes back to +12 V: PWM all the time."
        ),
        kind="physics",
        on=lambda rig: _stick(rig, True),
        off=lambda rig: _stick(rig, False),
    ),
    # The sequence
    _fault(
        "supply-without-s2",
        Text("未等 S2 即合闸", "Supplies without S2"),
        Text("状态 2′ 就合闸。", "It closes its contactor in state 2′ already."),
        defect(_program, "waits_for_s2", False),
    ),
    _fault(
        "supply-never-again",
        Text("S2 重新闭合后不供电", "Does not supply again"),
        Text("同一会话内 S2 重新闭合，不再合闸。", "S2 closed again in one session is not seen."),
        defect(_program, "recloses", False),
    ),
    _fault(
        "s2-opening-ends-session",
        Text("S2 断开即结束会话", "Session ends when S2 opens"),
        Text("S2 一断开就停 PWM、结束会话。", "PWM and session end as soon as S2 opens."),
        defect(_program, "keeps_pwm", False),
    ),
    _fault(
        "lock-not-used",
        Text("不上锁就合闸", "Supplies unlocked"),
        Text("合闸前不驱动电子锁。", "The electronic lock is not driven before closing."),
        _setting(_controller, "electronic_lock", False),
    ),
    _fault(
        "start-ignored",
        Text("启动命令无效", "Start ignored"),
        Text("启动命令能写入，桩不动作。", "A start is taken by the register and by nothing else."),
        defect(_program, "takes_start", False),
    ),
    _fault(
        "stop-ignored",
        Text("停止命令无效", "Stop ignored"),
        Text("停止命令能写入，桩继续充电。", "A stop is taken by the register; charging goes on."),
        defect(_program, "takes_stop", False),
    ),
    _fault(
        "pwm-comes-back",
        Text("停止后又输出 PWM", "PWM comes back after a stop"),
        Text("停止 1 s 后自行重新启动。", "A second after a stop it starts again by itself."),
        defect(_program, "stays_stopped", False),
    ),
    _fault(
        "limit-clamped",
        Text("限值被抬高", "Limit raised"),
        Text("低于 13 A 的限值一律按 13 A。", "Limits below 13 A are taken for 13 A."),
        defect(_program, "lowest_limit", 13.0),
    ),
    _fault(
        "forced-opening-missing",
        Text("不会强制断开", "Never opens under load"),
        Text(
            "车辆不响应停止时，桩等 2 min 才断开。",
            "When the vehicle ignores the stop, the pile waits for two minutes.",
        ),
        _setting(_controller, "force_open_after", 120.0),
    ),
    _fault(
        "forced-opening-early",
        Text("强制断开过早", "Opens under load too early"),
        Text("停 PWM 后 2.5 s 就带载断开。", "It opens under load 2.5 s after ending its PWM."),
        _setting(_controller, "force_open_after", 2.5),
    ),
    _fault(
        "state-4-short",
        Text("状态 4 保持过短", "State 4 too short"),
        Text("状态 4 只保持 100 ms。", "State 4 is held for 100 ms only."),
        _setting(_controller, "hold_state_4", 0.1),
    ),
    _fault(
        "disable-ignored",
        Text("停用命令无效", "Disable ignored"),
        Text("写入停用后仍为启用。", "Taken out of service, it stays in service."),
        defect(_program, "takes_disable", False),
    ),
    _fault(
        "enable-ignored",
        Text("启用命令无效", "Enable ignored"),
        Text("停用后不能再启用。", "Once out of service it cannot be brought back."),
        defect(_program, "takes_enable", False),
    ),
    # What it checks and watches
    _fault(
        "diode-not-checked",
        Text("不检测二极管", "Diode not checked"),
        Text("合闸前不看 PWM 低电平。", "It does not look at the low level before closing."),
        defect(_program, "checks_diode", False),
    ),
    _fault(
        "adhesion-not-checked",
        Text("启动前不查粘连", "Adhesion not checked"),
        Text("启动前不看接触器反馈。", "It does not look at the feedback before a start."),
        defect(_program, "checks_adhesion", False),
    ),
    _fault(
        "door-fault-ignored",
        Text("门禁故障不闭锁", "Open door does not block"),
        Text("柜门打开仍可启动。", "It starts although the door is open."),
        defect(lambda rig: rig.pile.alarms, "harmless", frozenset({"F-22"})),
    ),
    _fault(
        "pilot-seen-late",
        Text("CP 检测迟缓", "Pilot seen late"),
        Text("CP 变化 200 ms 后才被发现。", "Changes of the pilot are noticed after 200 ms."),
        _setting(_pile, "detect_after", 0.2),
    ),
    _fault(
        "pilot-looked-at-rarely",
        Text("CP 检测周期过长", "Pilot looked at too rarely"),
        Text("每 73 ms 才看一次 CP。", "The pilot is looked at every 73 ms only."),
        defect(_pile, "looks_every", 0.073),
    ),
    _fault(
        "earth-not-watched",
        Text("不监测接地", "Earth not watched"),
        Text(
            "接地检测失效，只当作 CP 断开。",
            "The continuity of PE is not watched; its loss counts as a lost pilot.",
        ),
        defect(_pile, "watches_earth", False),
    ),
    _fault(
        "over-current-not-watched",
        Text("无过流保护", "Over-current not watched"),
        Text("电流再大也不切断。", "No current is ever too much for it."),
        defect(_watch, "working", False),
    ),
    _fault(
        "over-current-late",
        Text("过流切断迟缓", "Over-current cut late"),
        Text("过流 12 s 后才切断。", "It takes 12 s to cut an over-current."),
        _setting(_watch, "overcurrent_react", 7.0),
    ),
    _fault(
        "over-current-early",
        Text("过流保护动作值过低", "Over-current limit too low"),
        Text(
            "超过公告值 4 % 即按过流切断。",
            "It cuts off what is only 4 % more than it announces.",
        ),
        Defect(_watch, "rule", lambda _rig: lambda announced: 1.04 * announced),
    ),
    _fault(
        "over-current-percent-only",
        Text("过流一律按 1.1 倍", "Over-current always at 1.1 times"),
        Text(
            "公告值不超过 20 A 时也按 1.1 倍切断，不按加 2 A。",
            "Up to 20 A, too, it cuts off at 1.1 times instead of 2 A more.",
        ),
        Defect(_watch, "rule", lambda _rig: lambda announced: 1.1 * announced),
    ),
    _fault(
        "over-current-2-a-only",
        Text("过流一律按加 2 A", "Over-current always at 2 A more"),
        Text(
            "公告值大于 20 A 时也按加 2 A 切断，不按 1.1 倍。",
            "Above 20 A, too, it cuts off at 2 A more instead of 1.1 times.",
        ),
        Defect(_watch, "rule", lambda _rig: lambda announced: announced + 2.0),
    ),
    _fault(
        "parts-limit-ignored",
        Text("不看部件载流能力", "What the parts carry is ignored"),
        Text(
            "只按公告值判过流，部件载流能力不起作用。",
            "Over-current is told by what is announced alone, whatever the parts carry.",
        ),
        defect(_watch, "knows_parts", False),
    ),
    _fault(
        "supply-at-five-percent",
        Text("5 % 占空比时合闸", "Supplies at 5 % duty"),
        Text(
            "占空比 5 %、没有数字通信，S2 一闭合就合闸。",
            "At 5 % duty it closes for S2 alone, without digital communication.",
        ),
        defect(_program, "needs_digital", False),
    ),
    _fault(
        "pilot-threshold-high",
        Text("状态 3 上限过宽", "State 3 taken too high"),
        Text("8.6 V 以下都当作状态 3。", "It takes levels up to 8.6 V for state 3."),
        defect(_pile, "taken_for_ready", (7.9, 8.6)),
    ),
    _fault(
        "pilot-threshold-low",
        Text("状态 3 下限过宽", "State 3 taken too low"),
        Text("2 V 以上都当作状态 3。", "It takes levels down to 2 V for state 3."),
        defect(_pile, "taken_for_ready", (2.0, 4.0)),
    ),
    _fault(
        "pilot-band-narrow-above",
        Text("状态 3 上限过窄", "State 3 cut off above"),
        Text("CP 略高即不充电。", "A level just above this vehicle's is refused."),
        Defect(_pile, "ready_band", lambda rig: (4.0, _level(rig) + 0.03)),
    ),
    _fault(
        "pilot-band-narrow-below",
        Text("状态 3 下限过窄", "State 3 cut off below"),
        Text("CP 略低即不充电。", "A level just below this vehicle's is refused."),
        Defect(_pile, "ready_band", lambda rig: (_level(rig) - 0.03, 7.0)),
    ),
    # What it says
    _fault(
        "fault-word-empty",
        Text("故障字恒为零", "Fault word always empty"),
        Text("桩已保护，故障字不置位。", "The pile protects itself and shows no fault."),
        defect(lambda rig: rig.pile.alarms, "shown", False),
    ),
    _fault(
        "stop-reason-lost",
        Text("停止原因不符", "Stop reason wrong"),
        Text("停止原因一律记为车辆停止。", "Every stop is recorded as one by the vehicle."),
        defect(lambda rig: rig.pile.session, "keeps_reason", False),
    ),
    _fault(
        "contactor-welded-unseen",
        Text("接触器粘连且反馈断线", "Welded, and the feedback broken"),
        Text(
            "主触点粘连，辅助触点断线：桩以为已断开，枪头带电。",
            "The main contacts have welded and the auxiliary contact is broken: the plug is live.",
        ),
        defect(lambda rig: rig.pile.contactor, "welded", True),
        defect(lambda rig: rig.pile.contactor, "auxiliary_stuck", False),
        kind="physics",
        energises=True,
    ),
)
