"""Traction battery, contactors, insulation and interlock."""

from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.faults.vehicle_found import NEEDS_READY, broken, found_by, happening
from simulators.rig import Rig
from simulators.vehicle.ocv import ocv

_SAG = 0.36
"""What a weak cell lies below the others (V): more than 0.3, less than the 0.5 that stop it."""
_WEAK_CELL = 40
_LAMPS = ("warning-lamps", "lamps-in-ready")


def _deficit(rig: Rig) -> float:
    """Charge that a cell lacks when its voltage is `_SAG` below that of the others."""
    soc = rig.car.pack.soc()
    low, high = 0.0, soc
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if ocv(soc) - ocv(soc - middle) < _SAG else (low, middle)
    return high


def _drive_down(rig: Rig) -> None:
    rig.car.pack.set_soc(0.22)


def _charge_up(rig: Rig) -> None:
    rig.car.pack.set_soc(0.65)


def _age(rig: Rig) -> None:
    pack = rig.car.pack
    soc = pack.soc()
    rig.overrides.put("battery-aged", pack, "soh", 0.82)
    pack.set_soc(soc)


def _renew(rig: Rig) -> None:
    pack = rig.car.pack
    soc = pack.soc()
    rig.overrides.drop("battery-aged", pack, "soh")
    pack.set_soc(soc)


FAULTS = (
    broken(
        "pack-voltage-sensor-off",
        Text("总电压采样偏差", "Pack voltage measured wrong"),
        Text(
            "总电压采样偏高约 3 %，与单体之和对不上。",
            "It reads 3 % more than the cells add up to.",
        ),
        (lambda rig: rig.car.pack, "pack_voltage_gain", 1.03),
        inspection=("pack-voltage",),
    ),
    happening(
        "battery-nearly-empty",
        Text("动力电池电量低", "Traction battery low"),
        Text("还车时没有充电，SOC 约 22 %。", "It was returned without charging, at 22 %."),
        _drive_down,
        _charge_up,
        inspection=("soc",),
        admission=("soc",),
    ),
    happening(
        "battery-aged",
        Text("动力电池衰减", "Traction battery aged"),
        Text("电池容量衰减到 82 %。", "Its capacity has gone down to 82 %."),
        _age,
        _renew,
        admission=("soh",),
    ),
    Fault(
        name="cell-weak",
        title=Text("单体落后", "Weak cell"),
        detail=Text(
            "41 号单体电压比其他单体低约 0.36 V。", "Cell 41 lies about 0.36 V below the others."
        ),
        kind="physics",
        role="vehicle",
        needs_car=True,
        expects=found_by(
            ("trouble-codes", "cell-spread", *_LAMPS), ("trouble-codes", "cell-spread")
        ),
        defects=(Defect(lambda rig: rig.car.pack.cells[_WEAK_CELL], "deficit", _deficit),),
    ),
    broken(
        "cell-sense-wire-corroded",
        Text("单体采样线腐蚀", "Cell sense wire corroded"),
        Text(
            "一根采样线接触不良，相邻两节单体一高一低。",
            "A bad contact: of two neighbouring cells one reads high, the other low.",
        ),
        (lambda rig: rig.car.pack.taps[10], "error", 0.08),
        kind="wiring",
        inspection=("trouble-codes",),
        admission=("trouble-codes",),
    ),
    broken(
        "battery-hot-spot",
        Text("电池局部过热", "Hot spot in the battery"),
        Text("17 号探针处温度升高约 45 K。", "It is 45 K warmer at probe 17."),
        (lambda rig: rig.car.pack.probes[16], "local_heat", 45.0),
        inspection=(
            "trouble-codes",
            "warning-lamps",
            "battery-temperature",
            "temperature-difference",
            *NEEDS_READY,
        ),
        admission=("trouble-codes",),
    ),
    broken(
        "battery-warmed-unevenly",
        Text("电池温度不均", "Battery warmed unevenly"),
        Text("5 号探针处温度高约 15 K。", "It is 15 K warmer at probe 5."),
        (lambda rig: rig.car.pack.probes[4], "local_heat", 15.0),
        inspection=("trouble-codes", "temperature-difference", *_LAMPS),
        admission=("trouble-codes",),
    ),
    broken(
        "insulation-low-battery",
        Text("电池侧绝缘低", "Insulation of the battery low"),
        Text("电池负极对车身绝缘只有约 25 kΩ。", "Its negative pole has 25 kΩ to the chassis."),
        (lambda rig: rig.car.insulation.sections["battery"], "negative", 25.0),
        inspection=(
            "trouble-codes",
            "warning-lamps",
            "insulation",
            "battery-alarms",
            *NEEDS_READY,
        ),
        admission=("trouble-codes", "insulation"),
    ),
    broken(
        "insulation-low-charger",
        Text("车载充电机侧绝缘低", "Insulation of the on-board charger low"),
        Text(
            "车载充电机正极对车身绝缘只有约 25 kΩ，接触器闭合后才看得到。",
            "Its positive pole has 25 kΩ to the chassis; seen only once the contactors are closed.",
        ),
        (lambda rig: rig.car.insulation.sections["obc"], "positive", 25.0),
        inspection=("insulation-in-ready", "lamps-in-ready"),
    ),
    broken(
        "interlock-open",
        Text("高压互锁断开", "High-voltage interlock open"),
        Text("维修开关没有插到位，互锁回路断开。", "The service disconnect is not home."),
        (lambda rig: rig.car.circuit.interlock, "open_at", "service_disconnect"),
        kind="wiring",
        inspection=("trouble-codes", "warning-lamps", "interlock", *NEEDS_READY),
        admission=("trouble-codes",),
    ),
    broken(
        "main-contactor-welded",
        Text("主正接触器粘连", "Main positive contactor welded"),
        Text("主正接触器下电后仍闭合。", "It stays closed after switching off."),
        (lambda rig: rig.car.circuit.positive, "stuck", "closed"),
        inspection=("trouble-codes", "warning-lamps", "contactors-open", *NEEDS_READY),
        admission=("trouble-codes",),
    ),
    broken(
        "contactor-signal-frozen",
        Text("接触器状态信号不变", "Contactor signal frozen"),
        Text(
            "电池管理系统上报的主正接触器状态一直为断开。",
            "The battery management reports the main positive contactor open whatever it does.",
        ),
        (lambda rig: rig.car.units["BMS"], "frozen", frozenset({"BMS_MainPositive"})),
        kind="data",
        inspection=("contactors-closed",),
    ),
    broken(
        "precharge-resistor-open",
        Text("预充电阻断路", "Precharge resistor open"),
        Text("预充电阻烧断，预充超时，不能进入 READY。", "Precharge takes too long: no READY."),
        (lambda rig: rig.car.circuit, "precharge_resistor_sound", False),
        inspection=NEEDS_READY,
    ),
    broken(
        "battery-smoke",
        Text("电池包冒烟", "Smoke in the battery"),
        Text(
            "电池包内的烟雾传感器动作，报热事件。", "The smoke sensor in the battery has tripped."
        ),
        (lambda rig: rig.car.bms, "smoke", True),
        inspection=("trouble-codes", "warning-lamps", "battery-alarms", *NEEDS_READY),
        admission=("trouble-codes",),
    ),
)
