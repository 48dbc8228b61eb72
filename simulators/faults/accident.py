"""Accidents, what they left at the car, and what goes wrong with the evidence of them.

Which steps of the data capture find them stands in `found/acc_loss_01.py`.
"""

from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.faults.vehicle_found import Part, broken
from simulators.rig import Rig
from simulators.vehicle.accident import Accident
from simulators.vehicle.units import ExtraUnit, with_check_digit

_DONGLE = ExtraUnit(
    name="DONGLE",
    bus="powertrain",
    arbitration_id=0x7E0,
    period=1.0,
    payload=bytes.fromhex("0322F19055555555"),
    request=0x7B2,
    response=0x7BA,
)
"""A device at the connector that asks the vehicle controller for its VIN again and again."""


def _accident(rig: Rig) -> Accident:
    return rig.car.body.accident


def _left(attribute: str, value: object) -> Part:
    return (_accident, attribute, value)


def _stored(zone: str) -> tuple[Part, ...]:
    """A crash in the memory of the airbag unit."""
    return (
        (lambda rig: rig.car.body.airbag, "crash_stored", True),
        _left("zone", zone),
        _left("crashes", 1),
        (lambda rig: rig.car.computer, "edr_events", 1),
    )


FAULTS = (
    broken(
        "front-crash",
        Text("前部碰撞", "Crash at the front"),
        Text(
            "前部碰撞：气囊展开、预紧器动作、断高压，前保险杠和雷达支架损坏。",
            "Airbags and tensioners fired, high voltage off, bumper and radar bracket broken.",
        ),
        *_stored("front"),
        (lambda rig: rig.car.body.airbag, "deployed", True),
        _left("fired", frozenset({"driver", "passenger"})),
        _left("damage", "front"),
        _left("panels", "front bumper broken, bonnet bent"),
        (lambda rig: rig.car.sensing.radar, "calibration", "not_calibrated"),
    ),
    broken(
        "old-damage-claimed",
        Text("旧伤冒充新损", "Old damage claimed"),
        Text("后部有损伤，但气囊单元没有相应事件。", "Damage at the rear, and no event of it."),
        _left("damage", "rear"),
        _left("panels", "rear bumper cracked, dirt in the crack"),
    ),
    broken(
        "event-without-damage",
        Text("有碰撞记录而车身无损", "Event without damage"),
        Text(
            "气囊单元记有左侧碰撞，车身上没有痕迹。",
            "A crash at the left is stored, and the body shows none.",
        ),
        *_stored("left"),
    ),
    broken(
        "member-bent",
        Text("纵梁变形", "Member bent"),
        Text("左前纵梁变形，电池壳体有擦痕。", "The left front member is bent."),
        _left("structure", "left front member bent, scrape at the battery case"),
    ),
    broken(
        "scene-dangerous",
        Text("现场有危险", "Scene dangerous"),
        Text("车底有高压部件裸露，旁边有人围观。", "A live part is bare and people stand by."),
        _left("scene", "orange cable bare below the car, people within 2 m"),
    ),
    broken(
        "high-voltage-cable-torn",
        Text("高压线束破损", "High-voltage cable torn"),
        Text("前舱高压线束护套被挤破。", "The sheath of the cable in the front is crushed."),
        _left("cables", "sheath of an orange cable crushed"),
    ),
    broken(
        "brake-unit-of-another-car",
        Text("稳定系统来自另一辆车", "Stability unit of another car"),
        Text("稳定系统里存的是另一个车架号。", "The stability unit holds another VIN."),
        (lambda rig: rig.car.units["ESC"], "vin", with_check_digit("0EVEV4B20R0000531")),
        kind="data",
    ),
    broken(
        "telematics-clock-slow",
        Text("终端时间偏慢", "Clock of the terminal slow"),
        Text("车联网终端时间慢 95 s。", "It is 95 s slow."),
        (lambda rig: rig.car.telematics, "clock_error", -95.0),
        kind="data",
    ),
    broken(
        "freeze-frames-not-sent",
        Text("网关不广播冻结帧", "Gateway sends no freeze frames"),
        Text("网关不再发送冻结帧报文。", "The gateway no longer sends the freeze frames."),
        (lambda rig: rig.car.units["GW"], "missing", frozenset({"GW_FreezeFrames"})),
        kind="protocol",
    ),
    broken(
        "battery-case-hot",
        Text("电池壳体局部过热", "Battery case hot"),
        Text(
            "3 号探针处比别处高约 75 K，壳体外已能测到。",
            "It is 75 K warmer at probe 3, and the case shows it.",
        ),
        (lambda rig: rig.car.pack.probes[2], "local_heat", 75.0),
    ),
    broken(
        "event-recorder-dead",
        Text("事件记录器故障", "Event recorder dead"),
        Text("事件数据记录（EDR）不工作。", "The event data recorder does not work."),
        (lambda rig: rig.car.computer, "edr_works", False),
    ),
    broken(
        "event-data-not-authorised",
        Text("没有数据提取授权", "No authority for the event data"),
        Text("没有车主或主管部门的书面授权。", "Neither owner nor authority has agreed."),
        _left("authorised", False),
        kind="data",
    ),
    broken(
        "copy-carrier-bad",
        Text("副本存储介质损坏", "Data carrier bad"),
        Text("存放副本的介质读回的数据与写入的不同。", "It does not give back what was written."),
        _left("carrier_sound", False),
        kind="data",
    ),
    Fault(
        name="one-person-signs-twice",
        title=Text("同一人两次签收", "One person signs twice"),
        detail=Text("移交人和接收人是同一个人。", "One person hands over and takes over."),
        kind="data",
        role="vehicle",
        needs_car=True,
        defects=(Defect(_accident, "taken_by", lambda rig: _accident(rig).handed_by),),
    ),
    broken(
        "dongle-at-the-connector",
        Text("诊断口插有外接设备", "Dongle at the connector"),
        Text(
            "诊断口上的外接设备一直在请求整车控制器。",
            "A device at the diagnostic connector keeps asking the vehicle controller.",
        ),
        (lambda rig: rig.car.units, "extra", (_DONGLE,)),
        kind="wiring",
    ),
)  # fmt: skip
