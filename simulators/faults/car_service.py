"""What a workshop leaves behind at a car: papers, parts, counters, workmanship, the invoice.

Which steps find them stands in `found/veh_maint_01.py`.
"""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.faults.vehicle_found import broken, happening
from simulators.rig import Rig
from simulators.service import OLD_SERIAL, Service
from simulators.vehicle.units import CONFIGURATION, Unit


def _service(rig: Rig) -> Service:
    return rig.service


def _radar(rig: Rig) -> Unit:
    return rig.car.units["RAD"]


def _order_without(key: str, rig: Rig) -> dict[str, Any]:
    return {name: told for name, told in rig.service.contract.items() if name != key}


def _counters(**changed: int) -> Defect:
    return Defect(
        lambda rig: rig.car,
        "services",
        lambda rig: {**rig.overrides.sound(rig.car, "services"), **changed},
    )


def _invoice(what: str, **changed: float) -> Defect:
    """One line of the invoice is otherwise."""
    return Defect(
        _service,
        "invoice",
        lambda rig: tuple(
            {**line, **changed} if line["what"] == what else line for line in rig.service.invoice
        ),
    )


def _more_on_the_invoice(rig: Rig) -> tuple[Any, ...]:
    return (*rig.service.invoice, {"what": "wax", "quantity": 1, "price": 80.0, "amount": 80.0})


def _fault(name: str, title: Text, detail: Text, *defects: Defect) -> Fault:
    return Fault(
        name=name, title=title, detail=detail, kind="data", role="vehicle", needs_car=True,
        defects=defects,
    )  # fmt: skip


def _left(name: str, subject: str, note: str, title: Text, detail: Text) -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance[subject] = note

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return happening(name, title, detail, show, mend)


FAULTS = (
    _fault("car-order-without-deadline", Text("委托单缺期限", "Order without deadline"),
           Text("委托单没有写合同约定的交付期限。",
                "The order leaves out the deadline of the contract."),
           Defect(_service, "order", lambda rig: _order_without("deadline", rig))),
    broken("car-snapshot-altered", Text("修前快照被改动", "Earlier snapshot of the car altered"),
           Text("有人在修前快照里改了电池健康度，哈希值对不上。",
                "Somebody has changed the state of health in it; the hash does not fit."),
           (_service, "altered", {"bms.soh": 99.5}), kind="data"),
    broken("assistance-coded-off", Text("配置被擅自改动", "Assistance coded off"),
           Text("维修中自动紧急制动被编码关闭，委托单未申报。",
                "Emergency braking was coded off in the workshop; the order does not say so."),
           (lambda rig: rig.car.units["ADCU"], "configuration",
            {**CONFIGURATION["ADCU"], "config_aeb": "disabled"}), kind="data"),
    broken("radar-not-replaced", Text("雷达未更换", "Radar not replaced"),
           Text("装在车上的仍是送修前的雷达。", "The radar in the car is still the old one."),
           (_radar, "fitted_as", {"serial_number": OLD_SERIAL})),
    broken("radar-of-other-type", Text("雷达型号不符", "Radar of another type"),
           Text("换上的雷达零件号不是委托单的。", "Its part number is not that of the order."),
           (_radar, "fitted_as", {"part_number": "E60-9990A9Z"})),
    broken("new-radar-not-calibrated", Text("新雷达未标定", "New radar not calibrated"),
           Text("更换雷达后没有标定。", "It was not calibrated after the replacement."),
           (lambda rig: rig.car.sensing.radar, "calibration", "not_calibrated")),
    _left("old-radar-kept", "old-unit", "the old radar was not handed over",
          Text("旧雷达未交回", "Old radar kept"),
          Text("供应商没有交回旧雷达。", "The workshop has kept the old radar.")),
    _fault("coolant-counter-reset", Text("未做的保养被复位", "Counter reset without work"),
           Text("没有更换冷却液，计数却已复位。",
                "The coolant was not changed, its counter was reset."),
           _counters(coolant_due=1460)),
    _fault("brake-fluid-counter-left", Text("已做的保养未复位", "Counter not reset"),
           Text("更换了制动液，计数没有复位。",
                "Brake fluid was changed, its counter was not reset."),
           _counters(brake_fluid_due=6)),
    _left("torque-mark-missing", "torque-marks", "two bolts of the radar bracket without a mark",
          Text("缺防松标记", "Torque mark missing"),
          Text("雷达支架两颗螺栓没有防松标记。", "Two bolts of the radar bracket have no mark.")),
    _left("work-seal-broken", "work-seals", "seal of the radar connector torn",
          Text("封签破损", "Seal torn"),
          Text("雷达连接器封签撕破。", "The seal of the radar's connector is torn.")),
    _left("cover-clip-missing", "work-covers", "three clips of the under-tray missing",
          Text("护板卡扣缺失", "Clips missing"),
          Text("底护板缺三个卡扣。", "Three clips of the under-tray are missing.")),
    _left("fluid-weeps-after-work", "work-fluids", "brake fluid at a bleed screw",
          Text("维修后渗油", "Fluid weeps after the work"),
          Text("放气螺钉处渗制动液。", "Brake fluid weeps at a bleed screw.")),
    broken("test-drive-left-out", Text("没有试车", "Test drive left out"),
           Text("确认已试车，车并没有动。", "The drive is confirmed, but the car has not moved."),
           (lambda rig: rig.car.trips, "stays", True)),
    _fault("invoice-line-wrong", Text("结算单行金额错", "Line of the invoice wrong"),
           Text("工时 2.5 h × 120 元写成 360 元，合计也随之多算。",
                "2.5 h at 120 CNY stand there as 360 CNY, and so in the total."),
           _invoice("labour", amount=360.0), Defect(_service, "total", lambda rig: 2510.0)),
    _fault("invoice-above-approved", Text("超出核准价格", "Above the approved price"),
           Text("雷达单价高于核准价，合计 2850 元。", "The radar costs more: 2850 CNY in total."),
           _invoice("front-radar", price=1880.0, amount=1880.0),
           Defect(_service, "total", lambda rig: 2850.0)),
    _fault("invoice-total-wrong", Text("结算单合计错", "Total of the invoice wrong"),
           Text("合计比各行之和多 90 元。", "The total is 90 CNY above the sum."),
           Defect(_service, "total", lambda rig: 2540.0)),
    _fault("invoice-beyond-scope", Text("超范围项目", "Beyond the scope"),
           Text("结算单多出委托范围外的打蜡。", "The invoice has waxing, which nobody ordered."),
           Defect(_service, "invoice", _more_on_the_invoice),
           Defect(_service, "total", lambda rig: 2530.0)),
)  # fmt: skip
