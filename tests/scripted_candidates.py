"""Three candidates for every scenario: what each does and says, and what it must come to.

A competent one reads, measures and looks with the tools of the exam room, and draws the right
conclusions; a careless one is the same person with some things done badly; an unsafe one does
something that nobody may do. What a script does not say is read from the simulated world.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Step = dict[str, object]
Steps = dict[str, Step]

QUICK = {"takes": "0.02 s", "ready": "0.1 s"}
"""A vehicle's buses cost processor time for every simulated second; a person takes more of them."""
COMPETENT, CARELESS, UNSAFE = "competent", "careless", "unsafe"


@dataclass(frozen=True)
class Lost:
    """Marks that an aspect or a deduction costs, and words of the reason shown for it."""

    marks: float
    why: str


@dataclass(frozen=True)
class Casting:
    """One candidate in one case of a scenario."""

    who: str
    scenario: str
    case: str
    steps: Steps
    total: float | None = 100.0
    """None: a proposed veto waits for a decision."""
    passed: bool | None = True
    loses: Mapping[str, Lost] = field(default_factory=dict)
    """Aspect -> what it costs."""
    deducted: Mapping[str, Lost] = field(default_factory=dict)
    """Deduction -> what it costs."""
    judged: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """J aspect -> mark of each assessor; what is not named gets a 3 from each."""
    vetoes: Mapping[str, str] = field(default_factory=dict)
    """Veto that has to be proposed -> words of the reason."""
    overtime: float = 0.0
    """Per cent that it costs to be late."""
    confirmed: float = 0.0
    rejected: float = 0.0
    """Total once the veto has been confirmed, or rejected."""
    ended: str = "handed_in"

    @property
    def id(self) -> str:
        return f"{self.scenario}-{self.who}-{self.case}"


def changed(steps: Steps, **more: Step) -> Steps:
    """The same person, but for these steps (`_` for `-` in their names)."""
    found = dict(steps)
    for name, step in more.items():
        found[name.replace("_", "-")] = step
    return found


# Piles

ANSWERS = {
    "no_fault": ("none", "none", "none"),
    "meter-creep": ("part", "renew", "renew_in_time"),
    "contactor-welded": ("part", "renew", "renew_in_time"),
    "cp-break": ("wiring", "rewire", "check_wiring"),
    "pe-open": ("wiring", "rewire", "check_wiring"),
}
"""Name of the fault -> cause, handling, prevention."""
EVIDENCE = {
    "meter-creep": ["read total_energy", "read current_l1"],
    "contactor-welded": ["read contactor_command", "measure output_voltage_l1 with multimeter"],
    "cp-break": ["read cp_voltage_positive"],
    "pe-open": ["read cp_voltage_positive"],
}
"""What is read or measured live before the hypothesis."""
DEAD = {
    "contactor-welded": ["measure contact_resistance with multimeter"],
    "cp-break": ["measure cp_wire_resistance with multimeter"],
    "pe-open": ["measure pe_resistance with multimeter"],
}
"""What is measured once the pile is proved dead."""


def mends(fault: str, other: str, symptom: str, **verdicts: str) -> Steps:
    """Somebody who names this fault, with what he looks at for it."""
    cause, handling, prevention = ANSWERS[fault]
    steps: Steps = {
        "snapshot": {"tools": ["values", "dtc"]},
        "symptom": {"answer": symptom},
        "hypothesis": {"answer": [fault, other], "tools": EVIDENCE.get(fault, ["values"])},
        "fault": {"answer": fault, "tools": DEAD.get(fault, [])},
        "root-cause": {"answer": cause},
        "handling": {"answer": handling},
        "prevention": {"answer": prevention},
        "report-text": {"answer": f"{symptom}；见测量记录"},
    }
    for step, verdict in verdicts.items():
        steps[step] = {**steps.get(step, {}), "verdict": verdict}
    return steps


CREEP = mends(
    "meter-creep", "coarse-meter", "空闲时电能示值仍在增加", metering="fails", sweep="meets"
)
WELDED = mends(
    "contactor-welded", "contactor-command-stuck", "空闲时触点闭合，枪头带电",
    metering="meets", sweep="meets",
)  # fmt: skip
NOTHING = mends("no_fault", "meter-creep", "未能复现，试充正常", metering="meets", sweep="meets")
NO_PILOT = mends("cp-break", "pe-open", "插枪后桩仍读到 12 V", pilot="fails", sweep="meets")
NO_EARTH = mends("pe-open", "cp-break", "插枪后导引电平不变", pilot="fails", sweep="meets")
ALL_WELL = mends("no_fault", "cp-break", "未能复现，试充正常", pilot="meets", sweep="meets")
INSPECTED: Steps = {
    "supply-voltage": {"tools": ["read voltage_l1"], "verdict": "meets"},
    "meter-creep": {"tools": ["read total_energy"], "verdict": "meets"},
    "gun-temperature": {
        "tools": ["measure gun_surface_temperature with infrared_thermometer"],
        "verdict": "meets",
    },
    "conclusion": {"answer": "in_service"},
}
HOT = changed(
    INSPECTED,
    gun_temperature={**INSPECTED["gun-temperature"], "verdict": "fails"},
    conclusion={"answer": "out_of_service"},
)
CUT = changed(INSPECTED, conclusion={"answer": "out_of_service"})
RELEASED: Steps = {"conclusion": {"answer": "in_service"}}
"""The inspection after a repair."""

PILES = [
    # A complaint about the energy
    Casting(COMPETENT, "pile-fault-complaint", "register", CREEP),
    Casting(COMPETENT, "pile-fault-complaint", "contactor", WELDED),
    Casting(COMPETENT, "pile-fault-complaint", "sound", NOTHING),
    Casting(
        CARELESS, "pile-fault-complaint", "register",
        changed(CREEP, fault={"answer": "coarse-meter"}, metering={"verdict": "meets"}),
        total=40.0, passed=False,
        loses={
            "named": Lost(30, "said coarse energy register, right meter creep"),
            "metering": Lost(10, "said meets the requirement, right does not meet the requirement"),
            "mended": Lost(20, "1 faults are left"),
        },
    ),
    Casting(
        UNSAFE, "pile-fault-complaint", "contactor",
        changed(WELDED, link={"tools": ["replace contactor-welded"]}),
        total=None, passed=None, ended="veto",
        vetoes={"live-work": "no proof of absence of voltage before it"},
    ),
    # It does not charge
    Casting(COMPETENT, "pile-evening-call", "pilot-line", NO_PILOT),
    Casting(COMPETENT, "pile-evening-call", "earth-line", NO_EARTH),
    Casting(COMPETENT, "pile-evening-call", "sound", ALL_WELL),
    Casting(
        CARELESS, "pile-evening-call", "pilot-line",
        changed(
            NO_PILOT,
            work_order={"tools": ["clear"]},
            hypothesis={"answer": ["pe-open", "lock-jammed"]},
            fault={"answer": "cp-break", "tools": ["replace lock-jammed"]},
        ),
        total=71.0, passed=True,
        loses={
            "conclusions-right": Lost(10, "steps wrong or not answered: 1"),
            "without-trial-and-error": Lost(3, "2"),
            "explained": Lost(5, "marks of 2 assessors: 1, 2"),
            "instruments-used": Lost(6, "1, 1"),
        },
        deducted={"cleared-before-evidence": Lost(5, "cleared before a snapshot")},
        judged={"explained": (1, 2), "instruments-used": (1, 1)},
    ),
    Casting(
        UNSAFE, "pile-evening-call", "sound",
        changed(
            ALL_WELL,
            reproduce={"tools_at": {"output_current_l1": ["operate disconnect-vehicle"]}},
        ),
        total=None, passed=None, confirmed=0.0, rejected=36.0, ended="veto",
        vetoes={"under-load": "unplugged under load"},
    ),
    # The morning round
    Casting(COMPETENT, "pile-daily-round", "cable", CUT),
    Casting(COMPETENT, "pile-daily-round", "plug", HOT),
    Casting(COMPETENT, "pile-daily-round", "sound", INSPECTED),
    Casting(
        CARELESS, "pile-daily-round", "cable",
        changed(
            CUT,
            cable_and_gun={"answer": "normal"},
            estop_reset={"answer": False},
            conclusion={"answer": "in_service"},
        ),
        total=40.0, passed=False,
        loses={
            "carried-out": Lost(10, "estop-reset"),
            "concluded": Lost(40, "said in service, right out of service, tagged"),
        },
        deducted={"estop-left": Lost(10, "estop-reset")},
    ),
    Casting(
        UNSAFE, "pile-daily-round", "plug",
        changed(HOT, safety={"tools": ["clear"]}, lamp={"tools": ["hand-in"]}),
        total=None, passed=None, confirmed=10.0, rejected=20.0,
        vetoes={"cleared-first": "cleared before a snapshot"},
    ),
    # Repaired and back to service
    Casting(COMPETENT, "pile-repair-and-release", "relay", WELDED | RELEASED),
    Casting(COMPETENT, "pile-repair-and-release", "meter", CREEP | RELEASED),
    Casting(COMPETENT, "pile-repair-and-release", "sound", NOTHING | RELEASED),
    Casting(
        CARELESS, "pile-repair-and-release", "meter",
        changed(
            CREEP | RELEASED, fault={"answer": "coarse-meter"}, enclosure={"answer": "abnormal"}
        ),
        total=64.0, passed=False,
        loses={
            "fault-named": Lost(20, "The hypothesis was right, the conclusion was not"),
            "fault-gone": Lost(12, "1 faults are left"),
            "report-clear": Lost(10, "marks of 2 assessors: 1, 1"),
            "concluded": Lost(25, "said in service, right restricted, repair ordered"),
            "record-kept": Lost(2, "marks of 2 assessors: 2, 3"),
        },
        judged={"report-clear": (1, 1), "record-kept": (2, 3)},
    ),
    Casting(
        UNSAFE, "pile-repair-and-release", "relay",
        changed(WELDED | RELEASED, look_over={"tools": ["replace contactor-welded"]}),
        total=None, passed=None, confirmed=40.0, rejected=100.0,
        vetoes={"live-work": "no proof of absence of voltage before it"},
    ),
]  # fmt: skip

# Vehicles


def finds(kind: str, place: str, *tools: str) -> Steps:
    """Somebody who names this bus fault, and takes the bus apart with these tools."""
    return {
        "watch": {"tools": ["values vehicle"]},
        "fault-type": {"answer": kind},
        "isolation": {"answer": place, "tools": list(tools)},
    }


LEVELS_WELL: Steps = {
    "resistance-powertrain": {"verdict": "meets"},
    "recessive-high-chassis": {"verdict": "meets"},
}
SWAPPED = LEVELS_WELL | finds(
    "swapped_wires", "chassis:IBC", "operate pull-ibc", "operate plug-in-ibc"
)  # fmt: skip
NO_BUS_FAULT = finds("none", "none")
TOUCHING = finds(
    "short_high_low", "chassis:EPS",
    "operate split-chassis-ibc-eps", "operate split-chassis-eps-epb", "operate join-chassis",
)  # fmt: skip
DISTURBING = finds(
    "node_disturbing", "chassis:IBC", "operate pull-ibc", "operate plug-in-ibc"
)  # fmt: skip
DEAD_UNIT = finds("node_dead", "powertrain:OBC", "operate pull-obc", "operate plug-in-obc")
BRANCH = finds("open_high", "body:TPMS", "operate pull-tpms", "operate plug-in-tpms")
TRUNK = finds(
    "open_high", "powertrain:OBC-MCU",
    "operate split-powertrain-obc-mcu", "operate join-powertrain",
)  # fmt: skip
TERMINATOR = finds("terminator_lost", "powertrain:BMS", "operate pull-bms", "operate plug-in-bms")
HANDED_OVER: Steps = {
    "preparation": {"tools": ["operate switch-off"]},
    "release": {"answer": "in_service"},
}

RETURNED: Steps = {
    "soc": {"verdict": "meets"},
    "insulation": {"verdict": "meets"},
    "pressure-front": {"verdict": "meets"},
    "tread-fl": {"tools": ["measure tread_depth_fl with tread_gauge"]},
    "release": {"answer": "out_of_service"},
}
IN_SERVICE: Step = {"answer": "in_service"}
TAKEN_BACK: Steps = {
    "sheet-decision": {"answer": "complete"},
    "damage-decision": {"answer": "none"},
    "fault-decision": {"answer": "none"},
    "consumption-decision": {"answer": "none"},
    "misuse-decision": {"answer": "none"},
    "disposal": {"answer": "rentable"},
}
"""A car that was used as it should be."""
SCRATCHED = changed(TAKEN_BACK, damage_decision={"answer": "damage"}, disposal={"answer": "claim"})

VEHICLES = [
    # Several lamps are lit
    Casting(COMPETENT, "bus-warning-lamps", "swapped", SWAPPED),
    Casting(COMPETENT, "bus-warning-lamps", "disturbing", DISTURBING | LEVELS_WELL),
    Casting(COMPETENT, "bus-warning-lamps", "sound", NO_BUS_FAULT | LEVELS_WELL),
    Casting(
        CARELESS, "bus-warning-lamps", "disturbing",
        changed(
            DISTURBING | LEVELS_WELL,
            isolation={
                "answer": "chassis:EPS",
                "tools": ["operate pull-eps", "operate plug-in-eps"],
            },
            repaired={"tools": ["hand-in"]},
        ),
        total=63.0, passed=True,
        loses={
            "conclusions-right": Lost(12, "(isolation)"),
            "bus-works": Lost(15, "0 of 3"),
            "method-shown": Lost(10, "marks of 3 assessors: 1, 1, 2"),
        },
        judged={"method-shown": (1, 1, 2)},
    ),
    Casting(
        UNSAFE, "bus-warning-lamps", "swapped",
        changed(SWAPPED, start_up={"tools": ["clear", "hand-in"]}),
        total=None, passed=None, confirmed=40.0, rejected=45.0,
        vetoes={"codes-cleared-first": "cleared before a snapshot"},
    ),
    # Single functions are missing: here, nothing is wrong
    Casting(COMPETENT, "bus-unit-silent", "sound", NO_BUS_FAULT),
    Casting(COMPETENT, "bus-unit-silent", "dead", DEAD_UNIT),
    Casting(COMPETENT, "bus-unit-silent", "branch", BRANCH),
    Casting(
        CARELESS, "bus-unit-silent", "sound",
        changed(
            NO_BUS_FAULT,
            resistance_body={"answer": 95.0},
            fault_type={"answer": "node_dead"},
            isolation={"answer": "powertrain:OBC", "tools": ["replace powertrain-obc"]},
            all_online={"tools": ["hand-in"]},
        ),
        total=32.0, passed=False,
        loses={
            "codes-read": Lost(5, "(rescan): not carried out"),
            "resistances-right": Lost(5, "read 95.0 Ω, reference 59.75"),
            "kind-named": Lost(15, "said unit dead (no supply, or broken), right no bus fault"),
            "place-found": Lost(15, "said Powertrain bus OBC, right no fault"),
            "fault-gone": Lost(10, "no fault; 2 parts changed"),
            "bus-works": Lost(10, "0 of 2"),
            "method-shown": Lost(8, "marks of 2 assessors: 0, 1"),
        },
        judged={"method-shown": (0, 1)},
    ),
    Casting(
        # The right unit; but it is the branch, and the unit is renewed.
        CARELESS, "bus-unit-silent", "branch",
        changed(
            BRANCH,
            fault_type={"answer": "node_dead"},
            isolation={"answer": "body:TPMS", "tools": ["replace body-tpms"]},
            repaired={"tools": ["hand-in"]},
        ),
        total=60.0, passed=False,
        loses={
            "codes-read": Lost(5, "(rescan): not carried out"),
            "kind-named": Lost(15, "said unit dead (no supply, or broken), right CAN-H open"),
            "fault-gone": Lost(10, "said unit dead (no supply, or broken), right CAN-H open"),
            "bus-works": Lost(10, "0 of 2"),
        },
    ),
    Casting(
        UNSAFE, "bus-unit-silent", "dead",
        changed(NO_BUS_FAULT, start_up={"tools": ["replace powertrain-obc"]}),
        total=None, passed=None, confirmed=0.0, rejected=10.0, ended="veto",
        vetoes={"live-work": "no proof of absence of voltage before it"},
    ),
    # The tester gets no answer
    Casting(COMPETENT, "bus-no-communication", "touching", TOUCHING),
    Casting(COMPETENT, "bus-no-communication", "trunk", TRUNK),
    Casting(COMPETENT, "bus-no-communication", "sound", NO_BUS_FAULT),
    Casting(
        CARELESS, "bus-no-communication", "trunk",
        changed(TRUNK, repaired={"tools": ["hand-in"]}),
        total=82.0, passed=True,
        loses={
            "codes-read": Lost(5, "(rescan): not carried out"),
            "bus-works": Lost(10, "(all-online): device verdict not run"),
            "method-shown": Lost(3, "marks of 2 assessors: 2, 2"),
        },
        judged={"method-shown": (2, 2)},
    ),
    Casting(
        UNSAFE, "bus-no-communication", "touching",
        changed(TOUCHING, start_up={"tools": ["replace chassis-eps"]}),
        total=None, passed=None, confirmed=0.0, rejected=10.0, ended="veto",
        vetoes={"live-work": "no proof of absence of voltage before it"},
    ),
    # Networks and handover
    Casting(COMPETENT, "bus-repair-and-handover", "terminator", TERMINATOR | HANDED_OVER),
    Casting(COMPETENT, "bus-repair-and-handover", "oscillator", DISTURBING | HANDED_OVER),
    Casting(COMPETENT, "bus-repair-and-handover", "sound", NO_BUS_FAULT | HANDED_OVER),
    Casting(
        CARELESS, "bus-repair-and-handover", "oscillator",
        changed(
            DISTURBING | HANDED_OVER,
            power_off_proved={"takes": "53 min"}, nodes_online={"tools": ["hand-in"]},
        ),
        total=56.0, passed=False, overtime=8.0,
        loses={
            "looked-over": Lost(40, "0 of 4"),
            "tyres-measured": Lost(20, "(gauge-front): not carried out"),
            "released": Lost(30, "(release): not carried out"),
        },
    ),
    Casting(
        UNSAFE, "bus-repair-and-handover", "terminator",
        changed(TERMINATOR, start_up={"tools": ["replace powertrain-bms", "hand-in"]}),
        total=None, passed=None, confirmed=0.0, rejected=10.0,
        vetoes={"no-ppe": "protective equipment was not confirmed"},
    ),
    # A shared car comes back
    Casting(COMPETENT, "vehicle-return", "worn", RETURNED),
    Casting(COMPETENT, "vehicle-return", "sound", changed(RETURNED, release=IN_SERVICE)),
    Casting(
        CARELESS, "vehicle-return", "worn",
        changed(RETURNED, tread_fl={"answer": 5.0}, release={"answer": "in_service"}),
        total=50.0, passed=False,
        loses={
            "tread": Lost(10, "read 5.0 mm, reference 1.2 mm"),
            "release": Lost(40, "said released to drive, right stopped: out of service, tagged"),
        },
    ),
    Casting(
        UNSAFE, "vehicle-return", "worn",
        changed(RETURNED, parked={"tools": ["clear", "hand-in"]}),
        total=None, passed=None,
        vetoes={"codes-cleared-first": "cleared before a snapshot"},
    ),
    # A renter takes a car and brings it back
    Casting(COMPETENT, "vehicle-rental-return", "sound", TAKEN_BACK),
    Casting(COMPETENT, "vehicle-rental-return", "body", SCRATCHED),
    Casting(
        COMPETENT, "vehicle-rental-return", "coding",
        changed(TAKEN_BACK, fault_decision={"answer": "fault"}, disposal={"answer": "repair"}),
    ),
    Casting(
        COMPETENT, "vehicle-rental-return", "driving",
        changed(TAKEN_BACK, misuse_decision={"answer": "misuse"}, disposal={"answer": "claim"}),
    ),
    Casting(
        CARELESS, "vehicle-rental-return", "body",
        changed(SCRATCHED, damage_decision={"answer": "none"}, disposal={"answer": "rentable"}),
        total=74.2, passed=False,
        loses={
            "judged": Lost(8, "said no new damage, right new damage"),
            "disposal": Lost(35, "said rentable, right claim, evidence kept"),
        },
    ),
    Casting(
        UNSAFE, "vehicle-rental-return", "sound",
        changed(TAKEN_BACK, order={"tools": ["clear", "hand-in"]}),
        total=None, passed=None, confirmed=5.0, rejected=15.0,
        vetoes={"codes-cleared-first": "cleared before a snapshot"},
    ),
]  # fmt: skip

CASTINGS = [*PILES, *VEHICLES]
