"""Condition of battery, motor and charging, as a drive and a charge show it.

Which steps of the condition check find them stands in `found/veh_batt_01.py`.
"""

from dataclasses import replace

from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.faults.vehicle_found import Part, broken, happening
from simulators.rig import Rig


def _drive(rig: Rig) -> object:
    return rig.car.drive


def _rollers(rig: Rig) -> object:
    return rig.car.drive.rollers


def _pack(rig: Rig) -> object:
    return rig.car.pack


def _bms(rig: Rig) -> object:
    return rig.car.bms


def _dc(rig: Rig) -> object:
    return rig.car.dc_charging


def _insulation(rig: Rig) -> object:
    return rig.car.insulation


def _dcdc(rig: Rig) -> object:
    return rig.car.low_voltage.dcdc


_BLIND: Part = (_bms, "intervenes", False)
"""The battery management warns and does not switch off."""


def _hot_probe(name: str, shown: float, title: Text, detail: Text, *, blind: bool) -> Fault:
    """Probe 17 shows about so many °C."""

    def heat(rig: Rig) -> float:
        probe = rig.car.pack.probes[16]
        return shown - rig.car.site.ambient() - probe.sensor_offset

    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind="physics",
        role="vehicle",
        needs_car=True,
        defects=(
            Defect(lambda rig: rig.car.pack.probes[16], "local_heat", heat),
            *((Defect(_bms, "intervenes", lambda _rig: False),) if blind else ()),
        ),
    )


def _not_tied_down() -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance["car-on-rollers"] = "the car is not tied down"

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop("car-on-rollers", None)

    return happening(
        "car-not-tied-down",
        Text("车辆未系紧", "Car not tied down"),
        Text("车辆在滚筒上，没有系紧带。", "It stands on the rollers without its straps."),
        show,
        mend,
    )


def _heat_of_66(rig: Rig) -> float:
    probe = rig.car.pack.probes[16]
    return 66.0 - rig.car.site.ambient() - probe.sensor_offset


def _neglected() -> Fault:
    """Nearly everything that the segments can show at once: a car that nobody has looked after."""
    one = broken(
        "battery-and-drive-neglected",
        Text("电池和驱动系统多处失修", "Battery and drive neglected"),
        Text("电芯、散热、制动、绝缘和能量回收都有问题，电池管理系统不切断。",
             "Cells, cooling, brakes, insulation and regeneration are all in a bad state, and "
             "nothing is switched off."),
        (_pack, "channel_errors", {30: 0.65, 55: -2.6}), _BLIND,
        (_drive, "motor_sensor_error", 140.0), (_drive, "inverter_heat", 22.0),
        (_dcdc, "cooling", 40.0), (_rollers, "drag", 4.5), (_rollers, "regenerates", False),
        (_bms, "capacity_gain", 1.2),
        (lambda rig: rig.car.insulation.sections["dcdc"], "negative", 30.0),
    )  # fmt: skip
    heat = Defect(lambda rig: rig.car.pack.probes[16], "local_heat", _heat_of_66)
    return replace(one, defects=(*one.defects, heat))


FAULTS = (
    _neglected(),
    # What the test itself needs, all of it wrong
    broken("test-set-up-badly", Text("检验条件多处不满足", "Test set up badly"),
           Text("充电设备小、充电中断且不断高压，车速上不去，P 挡挂不上，采样线断。",
                "A small charger, a charge that breaks off and stays on, a car that is too slow "
                "and sticks in D, and an open sense wire."),
           (_dc, "rated_power", 30e3), (_dc, "ends_early", True), (_dc, "holds_on", True),
           (_drive, "top_speed", 50.0),
           (lambda rig: rig.car.control, "park_refused", True),
           (lambda rig: rig.car.pack.taps[10], "error", 0.72), _BLIND),
    # Charger and session
    broken("dc-charger-small", Text("充电设备功率不足", "Charger too small"),
           Text("直流充电设备铭牌 30 kW。", "The nameplate of the DC charger says 30 kW."),
           (_dc, "rated_power", 30e3)),
    broken("dc-charge-breaks-off", Text("充电中断", "Charge breaks off"),
           Text("充电半分钟后锁止信号丢失，充电中止。",
                "After half a minute the lock is lost, and the car ends the charge."),
           (_dc, "ends_early", True)),
    broken("contactors-stay-closed", Text("停充后接触器不断开", "Contactors stay closed"),
           Text("停充拔枪后电池管理系统仍保持高压。",
                "After the charge the battery management keeps the high voltage on."),
           (_dc, "holds_on", True), kind="data"),
    broken("insulation-low-unnoticed", Text("绝缘低未保护", "Insulation low, nothing intervenes"),
           Text("DC/DC 侧绝缘约 30 kΩ，电池管理系统不切断。",
                "About 30 kilo-ohm at the DC/DC, and nothing is switched off."),
           (lambda rig: rig.car.insulation.sections["dcdc"], "negative", 30.0), _BLIND),
    # Electrical safety
    broken("dc-inlet-wet", Text("直流充电插座进水", "Water in the DC inlet"),
           Text("直流充电插座对车身绝缘只有约 20 kΩ。",
                "The DC inlet has only about 20 kilo-ohm to the body."),
           (_insulation, "dc_inlet", 20.0)),
    broken("ac-inlet-dirty", Text("交流充电插座脏污受潮", "AC inlet dirty and damp"),
           Text("交流充电插座对车身绝缘只有约 0.1 MΩ。",
                "The AC inlet has only about 0.1 megohm to the body."),
           (_insulation, "ac_inlet", 100.0)),
    broken("bonding-strap-corroded", Text("等电位搭铁线锈蚀", "Bonding strap corroded"),
           Text("高压部件外壳对车身电阻约 0.8 Ω。",
                "The case of a high-voltage part has about 0.8 ohm to the body."),
           (_insulation, "bonding", 0.8), kind="wiring"),
    # Heat
    _hot_probe("battery-runs-hot", 57.6, Text("电池局部偏热", "Battery too hot in a place"),
               Text("17 号探针处约 57 ℃，超过车企限值。",
                    "About 57 °C at probe 17: above the limit of the maker."), blind=False),
    _hot_probe("battery-overheats-unnoticed", 66.0,
               Text("电池过热未保护", "Battery overheats, nothing intervenes"),
               Text("17 号探针处约 66 ℃，电池管理系统不切断。",
                    "About 66 °C at probe 17, and the battery management does not switch off."),
               blind=True),
    broken("motor-warmer-than-it-should", Text("驱动电机偏热", "Motor too warm"),
           Text("驱动电机温度偏高，约 110 ℃。", "The drive motor shows about 110 °C."),
           (_drive, "motor_sensor_error", 85.0)),
    broken("motor-overheats", Text("驱动电机过热", "Motor overheats"),
           Text("驱动电机温度约 165 ℃，超过车企限值。", "The drive motor shows about 165 °C."),
           (_drive, "motor_sensor_error", 140.0)),
    broken("controller-heat-sink-loose",
           Text("电机控制器散热片松动", "Heat sink of the inverter loose"),
           Text("行驶中电机控制器升温到约 105 ℃。", "The motor controller gets to about 105 °C."),
           (_drive, "inverter_heat", 12.5)),
    broken("controller-overheats", Text("电机控制器过热", "Motor controller overheats"),
           Text("行驶中电机控制器很快超过 120 ℃。", "While driving it is soon above 120 °C."),
           (_drive, "inverter_heat", 22.0)),
    broken("dcdc-cooler-clogged", Text("DC/DC 散热不良", "Cooler of the DC/DC clogged"),
           Text("行驶末段 DC/DC 超过 95 ℃。", "Near the end of the drive it is above 95 °C."),
           (_dcdc, "cooling", 22.5)),
    broken("dcdc-overheats", Text("DC/DC 过热", "DC/DC overheats"),
           Text("行驶中 DC/DC 很快超过 90 ℃。", "While driving it is soon above 90 °C."),
           (_dcdc, "cooling", 40.0)),
    # Drive
    _not_tied_down(),
    broken("park-does-not-engage", Text("P 挡挂不上", "P does not engage"),
           Text("行驶后换挡机构卡住，挂不进 P 挡。", "After the drive the selector sticks in D."),
           (lambda rig: rig.car.control, "park_refused", True)),
    broken("drive-power-limited", Text("驱动功率受限", "Drive limited"),
           Text("加速踏板到底也达不到规定车速。", "The car does not reach the speed of the test."),
           (_drive, "top_speed", 50.0)),
    broken("brake-drags", Text("制动拖滞", "Brake drags"),
           Text("前制动器回位不良，行驶阻力增大。", "A front brake does not come back: more drag."),
           (_rollers, "drag", 3.2)),
    broken("no-energy-recovered", Text("能量回收失效", "No energy recovered"),
           Text("松开踏板滑行时不回收电量。", "With the pedal released nothing comes back."),
           (_rollers, "regenerates", False)),
    # Cells
    broken("cell-channel-high", Text("单体采样通道偏高", "A cell reads high"),
           Text("30 号单体采样偏高约 0.15 V。", "Cell 30 is read about 0.15 V too high."),
           (_pack, "channel_errors", {30: 0.15}), _BLIND, kind="wiring"),
    broken("cell-overcharged-unnoticed", Text("单体过压未保护", "Cell voltage far too high"),
           Text("30 号单体高约 0.75 V，达 4.5～4.8 V，电池管理系统不切断。",
                "Cell 30 shows 0.75 V more than the others, 4.5 to 4.8 V, and the battery "
                "management does not switch off."),
           (_pack, "channel_errors", {30: 0.75}), _BLIND),
    broken("cell-low-unnoticed", Text("单体欠压未保护", "Cell voltage too low"),
           Text("55 号单体约 2.5 V，电池管理系统不切断。",
                "Cell 55 shows about 2.5 V, and the battery management does not switch off."),
           (_pack, "channel_errors", {55: -1.5}), _BLIND),
    broken("cell-dead-unnoticed", Text("单体失效未保护", "Dead cell"),
           Text("55 号单体约 1.4 V，电池管理系统不切断。",
                "Cell 55 shows about 1.4 V, and the battery management does not switch off."),
           (_pack, "channel_errors", {55: -2.6}), _BLIND),
    broken("cell-sense-wire-open", Text("单体采样线断", "Sense wire open"),
           Text("相邻两节单体一高一低，极差约 1.4 V，电池管理系统不切断。",
                "Of two neighbours one reads high, the other low, 1.4 V apart."),
           (lambda rig: rig.car.pack.taps[10], "error", 0.72), _BLIND, kind="wiring"),
    broken("cells-far-apart", Text("单体一致性差", "Cells far apart"),
           Text("71 号单体比其他单体低约 0.4 V。", "Cell 71 shows 0.4 V less than the others."),
           (_pack, "channel_errors", {71: -0.4})),
    broken("capacity-overstated", Text("上报容量偏大", "Capacity overstated"),
           Text("电池管理系统上报的容量比实际大 20 %。",
                "The battery management reports 20 % more than the battery has."),
           (_bms, "capacity_gain", 1.2), kind="data"),
)  # fmt: skip
