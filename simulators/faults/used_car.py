"""What a seller does not tell: units of other cars, rolled-back odometers, cleared codes, a battery
that claims more health than it has, repairs, and accounts that somebody else still holds.

Which steps of the check of a used car find them stands in `found/veh_used_01.py`.
"""

from collections.abc import Callable

from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.faults.vehicle_found import Part, broken
from simulators.rig import Rig
from simulators.vehicle.pack import CELLS
from simulators.vehicle.past import Past

_ROLLED_BACK = 0.45
"""Share of the true kilometres that is left after the roll-back."""


def _past(rig: Rig) -> Past:
    return rig.car.past


def _in_the_past(name: str, attribute: str, value: object, title: Text, detail: Text) -> Fault:
    return broken(name, title, detail, (_past, attribute, value), kind="data")


def _cell(number: int) -> Part:
    return (lambda rig: rig.car.pack.cells[number], "resistance_factor", 1.7)


def _clearing() -> Fault:
    undo: list[Callable[[], None]] = []

    def clear(rig: Rig) -> None:
        undo.append(rig.car.units.trouble.clear())

    def give_back(_rig: Rig) -> None:
        while undo:
            undo.pop()()

    return Fault(
        name="codes-cleared-before-sale",
        title=Text("卖前清过故障码", "Codes cleared before the sale"),
        detail=Text(
            "电池报过故障，送检前刚清除了全车故障码，永久码还在。",
            "The battery had warned; all codes were cleared, the permanent one stays.",
        ),
        kind="data",
        role="vehicle",
        needs_car=True,
        on=clear,
        off=give_back,
    )


def _rolled(name: str, title: Text, detail: Text) -> Fault:
    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind="data",
        role="vehicle",
        needs_car=True,
        defects=(
            Defect(
                lambda rig: rig.car.drive,
                "distance_at_start",
                lambda rig: round(_ROLLED_BACK * rig.car.drive.distance_at_start, 1),
            ),
        ),
    )


FAULTS = (
    broken(
        "body-controller-of-another-variant",
        Text("车身控制器配置车型不符", "Body controller of another variant"),
        Text("换上的车身控制器是为另一配置做的。", "It was made for another variant."),
        (lambda rig: rig.car.units["BCM"], "variant", 0x4103),
        kind="data",
    ),
    broken(
        "immobiliser-of-another-car",
        Text("防盗识别码不符", "Immobiliser of another car"),
        Text("转向控制器学入的是另一辆车的防盗码。", "The steering unit has learnt another one."),
        (lambda rig: rig.car.units["EPS"], "immobiliser", 0x11223344),
        kind="data",
    ),
    _rolled(
        "all-odometers-rolled-back",
        Text("三处里程一起调低", "All odometers rolled back"),
        Text("三处里程都改成真实值的 45 %，互相一致。", "All show 45 % of the truth, and agree."),
    ),
    broken(
        "operating-time-reset",
        Text("工作时间被清零过", "Operating time reset"),
        Text("整车控制器换过，累计工作时间只有约 60 h。", "A new controller has run for 60 h."),
        (_past, "hours", 60.0),
        kind="data",
    ),
    broken(
        "charger-counter-reset",
        Text("充电机计数被清零过", "Counter of the charger reset"),
        Text("车载充电机换过，累计充电量只有约 300 kWh。", "A new charger has given 300 kWh."),
        (_past, "charged", 300.0),
        kind="data",
    ),
    _clearing(),
    broken(
        "state-of-health-rewritten",
        Text("电池健康度被改写", "State of health rewritten"),
        Text(
            "电池实际约 84 %，管理系统上报 97 %。",
            "The battery has 84 %, and its management reports 97 %.",
        ),
        (lambda rig: rig.car.pack, "soh", 0.84),
        (lambda rig: rig.car.bms, "claimed_soh", 0.97),
        kind="data",
    ),
    broken(
        "pack-resistance-high",
        Text("电池内阻偏大", "Resistance of the battery high"),
        Text("全部单体内阻约为新电池的 1.7 倍。", "Every cell has 1.7 times that of a new one."),
        *(_cell(number) for number in range(CELLS)),
    ),
    broken(
        "battery-cycled-much",
        Text("电池循环次数多", "Battery cycled much"),
        Text("等效循环已有 1900 次。", "It has gone through 1900 equivalent cycles."),
        (lambda rig: rig.car.pack, "cycles", 1900),
    ),
    _in_the_past("charged-fast-mostly", "fast_share", 0.88,
                 Text("多数靠快充", "Charged fast, mostly"),
                 Text("约 88 % 的电量来自快充。", "88 % of the energy came by fast charging.")),
    broken(
        "motor-pump-dead",
        Text("电机水泵不转", "Motor pump dead"),
        Text("电机回路的水泵不转。", "The pump of the motor circuit does not turn."),
        (lambda rig: rig.car.drive, "pump_works", False),
    ),
    broken(
        "insulation-monitor-reads-low",
        Text("绝缘监测读数偏低", "Insulation monitor reads low"),
        Text("绝缘监测读数比实际低约 11 MΩ。", "It reads about 11 MΩ too little."),
        (lambda rig: rig.car.insulation, "instrument_offset", -11_000.0),
    ),
    broken(
        "insulation-monitor-reads-high",
        Text("绝缘监测读数虚高", "Insulation monitor reads high"),
        Text("电池侧绝缘约 2 MΩ，监测读数比实际高约 6 MΩ。",
             "The battery has about 2 MΩ; it reads about 6 MΩ too much."),
        (lambda rig: rig.car.insulation.sections["battery"], "negative", 2_000.0),
        (lambda rig: rig.car.insulation, "instrument_offset", 6_000.0),
    ),
    _in_the_past("door-painted-over", "paint", 0.46,
                 Text("车门补过漆", "Door painted over"),
                 Text("右后门漆膜约 0.46 mm，有腻子。", "The right rear door has 0.46 mm.")),
    _in_the_past("panel-gaps-uneven", "gaps", "bonnet gap 7 mm left, 3 mm right",
                 Text("机盖缝隙不均", "Uneven gaps"),
                 Text("机盖左右缝隙差 4 mm。", "The bonnet's gaps differ by 4 mm.")),
    _in_the_past("windscreen-of-a-later-date", "glass", "windscreen two years younger than the car",
                 Text("前风窗换过", "Windscreen replaced"),
                 Text("前风窗日期比车晚两年。", "It is two years younger than the car.")),
    _in_the_past("stood-in-water", "flood", "silt below the seats, rust at the seat rails",
                 Text("泡过水", "Stood in water"),
                 Text("座椅下有泥沙，滑轨生锈。", "Silt below the seats, rust at their rails.")),
    _in_the_past("fire-under-the-bonnet", "fire", "melted wiring loom in the front",
                 Text("前舱起火痕迹", "Fire under the bonnet"),
                 Text("前舱线束有熔化痕迹。", "The wiring in the front has melted.")),
    _in_the_past("recall-open", "recall", "recall of the brake unit not carried out",
                 Text("召回未完成", "Recall open"),
                 Text("制动单元的召回没有做。", "That of the brake unit was not carried out.")),
    broken("account-of-the-former-owner",
           Text("仍绑定原车主账号", "Bound to the former owner"),
           Text("车联网终端仍绑定原车主账号。", "The unit is still bound to his account."),
           (lambda rig: rig.car.cockpit.user_data, "bound_users", 1), kind="data"),
    _in_the_past("updates-by-the-former-owner", "rights", "former_owner",
                 Text("升级权限在原车主", "Updates by the former owner"),
                 Text("远程升级仍由原车主授权。", "He still allows updates over the air.")),
    _in_the_past("updates-outstanding", "updates", 3,
                 Text("有升级未安装", "Updates outstanding"),
                 Text("有 3 个已发布的升级没有安装。", "Three releases are not installed.")),
)  # fmt: skip
