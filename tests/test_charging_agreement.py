"""Pile registers, CAN signals and the cable agree with each other at every instant of a session.

Whatever is done, and in whatever order: plugging, starting, derating, stopping at the car or at the
pile, breaking the pilot and mending it, pulling the plug under load. Every few milliseconds each
side's view is held against what really is so, within resolution, accuracy and the age of a frame.
"""

from collections.abc import Callable

import pytest
from charging_witness import ACTIONS, DEBOUNCE, LATENCY, PULL_IN, RELEASE, STEP, Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.pilot import announced, duty_for

LOOK = 4 * STEP
FOLLOWS = 5.0
"""The vehicle has this long to follow a new duty (T-17)."""
_LETTERS = {"not_connected": "A", "connected": "B", "ready": "C", "out_of_service": "F"}

AT_REST = {
    "idle": {"not_connected", "connected", "fault"},
    "connected": {"connected", "stopped_by_vehicle", "fault"},
    "charging": {"charging"},
    "suspended_ev": {"stopped_by_vehicle", "finished"},
    "suspended_evse": {"connected", "stopped_by_pile", "stopped_by_vehicle", "fault"},
    "finished": {"connected", "stopped_by_pile", "stopped_by_vehicle", "fault", "finished"},
    "fault": {"not_connected", "connected", "fault", "stopped_by_pile", "stopped_by_vehicle"},
}
"""State of the pile, and what a vehicle can say when nothing has been done for a while."""


def close(one: float, other: float, *, share: float = 0.0, step: float = 0.0) -> bool:
    """Whether two numbers agree, give or take a share of them and a step of their resolution."""
    return abs(one - other) <= share * abs(other) + step


# What agrees at every instant


def signals_tell_the_truth(s: Session) -> None:
    """Every signal about the plug was true when its data were taken."""
    pilot, status = "OBC_ControlPilot", "OBC_ChargeStatus"
    s.is_told(pilot, "OBC_S2", "s2", lambda on: "closed" if on else "open")
    s.is_told(pilot, "OBC_PwmPresent", "pwm", lambda on: "yes" if on else "no")
    s.is_near(pilot, "OBC_CpDuty", "duty", share=0.0, step=0.06)
    s.is_near(pilot, "OBC_CpVoltage", "level", share=0.0, step=0.03)
    limit, duties = s.told(pilot, "OBC_PilotCurrentLimit", "duty")
    assert any(abs(limit - announced(duty)) < 0.06 for duty in duties), (s.t, limit, duties)
    cp, letters = s.told(pilot, "OBC_CpState", "letter")
    if cp in _LETTERS and (cp != "not_connected" or "E" not in letters):
        assert _LETTERS[cp] in letters, (s.t, cp, letters)
    s.is_told(status, "OBC_PlugConnected", "mated", lambda on: "yes" if on else "no")
    s.is_near("OBC_AcVoltage", "OBC_AcVoltageL1", "voltage", share=0.004, step=0.1)
    s.is_near("OBC_AcCurrent", "OBC_AcCurrentL1", "current", share=0.005, step=0.02)
    locked = s.truth("locked", s.taken("OBC_Inlet"))
    lock = s.signal("OBC_InletLock")
    assert lock not in ("locked", "unlocked") or (lock == "locked") in locked, (s.t, lock)


def registers_tell_the_truth(s: Session) -> None:
    """Every register about the plug is what the cable says now, or said a debounce ago."""
    now = {name: s.now(name) for name in s.past}
    assert s.register("contactor_state") == ("closed" if now["contactor"] else "open")
    assert s.register("cable_state") == ("connected" if now["mated"] else "not_connected")
    assert close(s.register("signaled_current"), now["announced"], step=0.06)
    letters = s.truth("letter", s.t - DEBOUNCE - 2 * STEP)
    assert s.register("cp_state") in letters, (s.t, s.register("cp_state"), letters)
    assert close(s.register("current_l1"), now["current"], share=0.0035, step=0.006), s.t
    if now["voltage"]:
        assert close(s.register("voltage_l1"), now["voltage"], share=0.0015, step=0.06), s.t
    power = sum(s.world.load.power(phase) for phase in (1, 2, 3))
    assert close(s.register("active_power"), power, share=0.006, step=1.0), s.t
    if now["pwm"]:
        coded = duty_for(s.register("signaled_current"))
        assert close(s.register("cp_duty"), coded, step=0.5), (s.t, coded)


def both_ends_agree(s: Session) -> None:
    """Pile and vehicle name the same figures while nothing has changed for a frame's age."""
    quiet = min(s.taken("OBC_AcCurrent"), s.taken("OBC_ChargeStatus"))
    if not all(s.past[name].steady(quiet) for name in ("duty", "mated", "live", "level")):
        return
    duty = s.register("cp_duty") if s.now("pwm") else 0.0
    assert close(s.signal("OBC_CpDuty"), duty, step=0.11), (s.t, duty)
    if s.now("live"):
        assert close(s.signal("OBC_AcVoltageL1"), s.register("voltage_l1"), share=0.005, step=0.2)
    current = s.truth("current", quiet)
    if max(current) - min(current) < 0.01:
        amperes, watts = s.register("current_l1"), s.register("active_power")
        assert close(s.signal("OBC_AcCurrentL1"), amperes, share=0.008, step=0.02), s.t
        assert close(s.signal("OBC_AcPower") * 1000, watts, share=0.015, step=5.0), s.t


def states_do_not_contradict(s: Session) -> None:
    """What either side says of charging fits the contactor, S2 and the other side."""
    state = s.signal("OBC_ChargingState")
    shown, charging = s.told("OBC_ChargeStatus", "OBC_ChargingState", "charging")
    assert (shown == "charging") in charging, (s.t, shown, charging)
    if state in ("fault", "finished", "stopped_by_vehicle", "stopped_by_pile", "connected"):
        assert False in s.truth("s2", s.taken("OBC_ChargeStatus")), (s.t, state)
    if state == "not_connected":
        assert False in s.truth("mated", s.taken("OBC_ChargeStatus"))
    lately = s.truth("pile_state", s.t - PULL_IN - RELEASE - 2 * STEP)
    now = s.now("contactor")
    if all(one == "charging" for one in lately):
        assert now, (s.t, "the pile says charging, its contactor is open")
    if all(one != "charging" for one in lately):
        assert not now, (s.t, "the contactor is closed, the pile says", lately)
    if state == "charging":
        pile = s.truth("pile_state", s.taken("OBC_ChargeStatus") - RELEASE - 2 * STEP)
        assert "charging" in pile, (s.t, "vehicle charging", pile)
    if not s.now("live") and s.past["live"].steady(s.t - STEP):
        assert s.world.load.current() == 0.0, "a current without mains"


def limits_are_kept(s: Session) -> None:
    """A vehicle that had its time draws no more than the duty says."""
    if s.past["duty"].steady(s.t - FOLLOWS) and s.now("pwm"):
        coded = announced(s.now("duty"))
        assert s.world.load.current() <= coded + 0.01, (s.t, s.world.load.current(), coded)


def reasons_are_true(s: Session) -> None:
    """Nobody is named as the reason of a stop who has not done anything."""
    causes = {
        "pile": {"stop", "pause", "press-stop", "cp-break", "cp-short", "unplug"},
        "cp_lost": {"cp-break", "cp-short"},
        "user": {"stop-at-car", "unplug"},
    }
    reason = s.signal("OBC_StopReason")
    assert reason in ("none", *causes), (s.t, reason)
    if reason in causes and s.past["mated"].steady(s.taken("OBC_ChargeStatus")):
        assert causes[reason] & s.done, (s.t, reason, s.done)
    told = {
        "remote_stop": {"stop"},
        "unplugged": {"unplug"},
        "fault": {"cp-break", "cp-short"},
        "emergency_stop": {"press-stop"},
    }
    reason = s.register("stop_reason")
    assert reason in ("none", *told), (s.t, reason)
    if reason in told:
        assert told[reason] & s.ever, (s.t, reason, s.ever)


def energies_agree(s: Session) -> None:
    """Both counters are within accuracy, a step, and what a frame's age makes of the power."""
    world = s.world
    lag = (0.1 + LATENCY + 2 * STEP) * sum(world.load.power(p) for p in (1, 2, 3)) / 3600
    pile = s.register("session_energy") * 1000
    true = world.load.energy() - s.energy_at["session"]
    assert true * 0.99 - 1.5 <= pile <= true * 1.01 + 0.5, (s.t, pile, true)
    if s.past["mated"].steady(s.taken("OBC_ChargeStatus")):
        own = s.signal("OBC_SessionEnergy") * 1000
        true = world.load.energy() - s.energy_at["plug"]
        assert true * 0.99 - lag - 6.0 <= own <= true * 1.01 + 6.0, (s.t, own, true)


CLAIMS: tuple[Callable[[Session], None], ...] = (
    signals_tell_the_truth,
    registers_tell_the_truth,
    both_ends_agree,
    states_do_not_contradict,
    limits_are_kept,
    reasons_are_true,
    energies_agree,
)


def watch(s: Session, seconds: float) -> None:
    """Let time pass, and hold everybody's view of it against what is so, again and again."""
    for _ in range(max(round(seconds / LOOK), 1)):
        s.run(LOOK)
        s.looks += 1
        for claim in CLAIMS:
            claim(s)


def drive(seed: int, *course: tuple[str, float]) -> Session:
    """Do one thing after the other, each with the seconds after it."""
    s = Session(seed)
    watch(s, 0.5)
    for what, seconds in course:
        s.act(what)
        watch(s, seconds)
    return s


UP = (("plug", 1.0), ("start", 10.0))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("course", "pile", "vehicle"),
    [
        ([("limit-20", 4.0), ("stop", 5.0)], "finished", "stopped_by_pile"),
        ([("stop-at-car", 3.0)], "suspended_ev", "stopped_by_vehicle"),
        ([("stop-at-car", 3.0), ("resume-at-car", 6.0)], "charging", "charging"),
        ([("stop-at-car", 0.4), ("resume-at-car", 9.0)], "charging", "charging"),
        ([("cp-break", 3.0)], "fault", "fault"),
        ([("cp-break", 3.0), ("cp-mend", 1.0), ("unplug", 1.0), ("plug", 1.0), ("start", 6.0)],
         "charging", "charging"),
        ([("pause", 4.0), ("limit-6", 8.0)], "charging", "charging"),
        ([("pause", 2.0), ("stop-at-car", 1.0), ("limit-6", 8.0)],
         "suspended_ev", "stopped_by_vehicle"),
        ([("unplug", 2.0)], "idle", "not_connected"),
        ([("press-stop", 3.0)], "fault", "stopped_by_pile"),
    ],
    ids=lambda value: "+".join(what for what, _ in value) if isinstance(value, list) else None,
)  # fmt: skip
def test_both_ends_agree_all_the_way(
    seed: int, course: list[tuple[str, float]], pile: str, vehicle: str
) -> None:
    s = drive(seed, *UP, *course)
    assert s.register("charging_state") == pile
    assert s.signal("OBC_ChargingState") == vehicle
    assert s.looks > 500


STEPS = st.tuples(
    st.sampled_from(sorted(ACTIONS)), st.sampled_from([0.02, 0.1, 0.4, 1.0, 2.5, 5.0])
)


@settings(max_examples=15, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(1, 40), charging=st.booleans(), course=st.lists(STEPS, max_size=8))
def test_both_ends_agree_whatever_is_done(
    seed: int, charging: bool, course: list[tuple[str, float]]
) -> None:
    s = drive(seed, *(UP if charging else ()), *course)
    watch(s, 9.0)
    pile, vehicle = s.register("charging_state"), s.signal("OBC_ChargingState")
    assert vehicle in AT_REST[pile], (pile, vehicle)


@pytest.mark.parametrize(
    ("part", "attribute", "value", "course"),
    [
        ("obc", "voltage_gain", 1.02, []),
        ("obc", "current_gain", 1.02, []),
        ("meter", "current_gain", 0.97, []),
        ("pilot", "duty_error", 2.0, []),
        ("contactor", "auxiliary_stuck", False, []),
        ("side", "follows_duty", False, [("limit-20", 6.5)]),
        ("charging", "always_names", "pile", [("stop-at-car", 2.0)]),
        ("unit", "frozen", frozenset({"OBC_S2"}), [("stop-at-car", 2.0)]),
        ("unit", "frozen", frozenset({"OBC_ChargingState"}), [("stop", 3.0)]),
        ("unit", "slow", {"OBC_ChargeStatus": 3.0}, []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_side_that_tells_something_else_is_noticed(
    part: str, attribute: str, value: object, course: list[tuple[str, float]]
) -> None:
    """The claims above can fail: a lie of either side is seen."""
    s = drive(1, *UP)
    car, pile = s.car, s.rig.pile
    parts = {
        "obc": car.obc, "meter": pile.meter, "pilot": pile.pilot, "contactor": pile.contactor,
        "side": s.world.vehicle, "charging": car.charging, "unit": car.units["OBC"],
    }  # fmt: skip
    s.defect(parts[part], attribute, value)
    with pytest.raises(AssertionError):
        watch(s, 1.0)
        for what, seconds in course:
            s.act(what)
            watch(s, seconds)
