"""Units that are silent, do not belong there, or send damaged frames."""

from typing import TYPE_CHECKING

from harness.text import Text
from simulators.faults.vehicle_found import broken, happening
from simulators.rig import Rig
from simulators.vehicle.units import ExtraUnit

if TYPE_CHECKING:
    import can

_FOREIGN = ExtraUnit(
    name="FOREIGN",
    bus="powertrain",
    arbitration_id=0x5A5,
    period=0.2,
    payload=bytes.fromhex("0102030405060708"),
    request=0x7B1,
    response=0x7B9,
)
_TESTER_PRESENT = bytes([0x02, 0x3E, 0x00])
_PRESENT = bytes([0x02, 0x7E, 0x00])


def _fit(rig: Rig) -> None:
    """Put the device on the bus; it answers when everybody is asked."""
    # Late: a run without a car loads no databases and no CAN library, which costs most of a second.
    from can import Message  # noqa: PLC0415

    from simulators.vehicle.network import FUNCTIONAL  # noqa: PLC0415

    car = rig.car
    car.units.extra = (*car.units.extra, _FOREIGN)
    if car.network is None:
        return
    node = car.network.extra_node(_FOREIGN)

    def answer(request: "can.Message") -> None:
        if bytes(request.data[:3]) == _TESTER_PRESENT:
            node.send(
                Message(
                    arbitration_id=_FOREIGN.response,
                    is_extended_id=False,
                    data=_PRESENT,
                    timestamp=request.timestamp,
                )
            )

    node.subscribe(answer, [one for one in FUNCTIONAL if not one[1]])


def _remove(rig: Rig) -> None:
    units = rig.car.units
    units.extra = tuple(unit for unit in units.extra if unit is not _FOREIGN)


FAULTS = (
    broken(
        "ultrasonic-unit-dead",
        Text("超声波雷达控制器损坏", "Ultrasonic unit dead"),
        Text("超声波雷达控制器不发报文，也不应答诊断。", "It sends nothing and does not answer."),
        (lambda rig: rig.car.units["USS"], "works", False),
        inspection=("nodes-online", "trouble-codes"),
        admission=("units", "trouble-codes"),
    ),
    broken(
        "radar-unplugged",
        Text("毫米波雷达插头脱开", "Radar unplugged"),
        Text(
            "前向毫米波雷达的插头没有插上。", "The connector of the front radar is not plugged in."
        ),
        (lambda rig: rig.car.units["RAD"], "fitted", False),
        kind="wiring",
        inspection=("nodes-online", "trouble-codes"),
        admission=("units", "trouble-codes"),
    ),
    broken(
        "tpms-fuse-blown",
        Text("胎压监测保险丝熔断", "Fuse of the TPMS blown"),
        Text("胎压监测控制器没有电源，胎压灯闪烁。", "It has no supply; the lamp flashes."),
        (lambda rig: rig.car.units["TPMS"], "supplied", False),
        kind="wiring",
        inspection=("nodes-online", "trouble-codes", "warning-lamps", "lamps-in-ready"),
        admission=("units", "trouble-codes"),
    ),
    broken(
        "wheel-pressure-checksum-wrong",
        Text("轮缸压力报文校验错误", "Checksum of the wheel pressures wrong"),
        Text(
            "制动控制器的轮缸压力报文校验和不对。",
            "The brake controller sends its wheel pressures with a wrong checksum.",
        ),
        (
            lambda rig: rig.car.units["IBC"],
            "wrong_checksum",
            frozenset({"IBC_WheelPressures"}),
        ),
        kind="protocol",
        inspection=("frames-whole",),
    ),
    broken(
        "steering-counter-stuck",
        Text("转向报文计数器停走", "Counter of the steering stuck"),
        Text(
            "转向状态报文的计数器不再递增，其他单元不再信任它。",
            "The counter of the steering's status stands still, so the others do not trust it.",
        ),
        (lambda rig: rig.car.units["EPS"], "stuck_counter", frozenset({"EPS_Status"})),
        kind="protocol",
        inspection=("frames-whole", "trouble-codes", "warning-lamps", "lamps-in-ready"),
        admission=("trouble-codes",),
    ),
    happening(
        "foreign-device-on-the-bus",
        Text("总线上有外来设备", "Foreign device on the bus"),
        Text(
            "诊断口接了一个加装设备，在动力总线上发未知报文并应答诊断。",
            "A device at the diagnostic connector sends unknown frames and answers a tester.",
        ),
        _fit,
        _remove,
        kind="wiring",
        inspection=("unknown-messages",),
        admission=("units",),
    ),
)
