"""What goes wrong between handing a car over and taking it back: papers, people, and the use.

Which steps find them stands in `found/hand_01.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.faults.vehicle_found import broken, happening
from simulators.rig import Rig
from simulators.vehicle.car import Car
from simulators.vehicle.rental import OTHER, Rental
from simulators.vehicle.trips import Happening, Trips


def _rental(rig: Rig) -> Rental:
    return rig.car.rental


def _trips(rig: Rig) -> Trips:
    return rig.car.trips


def _half_way(
    name: str, happens: Callable[[Car], None] | None = None, event: str = "none"
) -> Defect:
    """One more thing that happens half way; the recorder may notice it as an event."""

    def with_it(rig: Rig) -> Mapping[str, Happening]:
        effect = None if happens is None else partial(happens, rig.car)
        return {name: Happening(event, effect)}

    return Defect(_trips, "happenings", with_it)


def _on_the_trip(
    name: str,
    title: Text,
    detail: Text,
    happens: Callable[[Car], None] | None = None,
    event: str = "none",
) -> Fault:
    """It happens half way, whatever else does; what it did to the car stays when it is off."""
    one = broken(name, title, detail)
    return replace(one, defects=(_half_way(name, happens, event),))


def _event_of_another_time() -> Fault:
    name = "event-of-another-time"
    one = broken(
        name,
        Text("事件时间不符", "Event at another time"),
        Text("行程记录中急制动的时间在行程之前一小时。",
             "The record puts a hard braking an hour before the trip."),
        (_trips, "event_lag", -3600.0),
        kind="data",
    )  # fmt: skip
    return replace(one, defects=(_half_way(name, event="hard_braking"), *one.defects))


def _scratch(car: Car) -> None:
    car.rental.new_marks = {**car.rental.new_marks, "rear-left": "scratch of 30 cm, paint gone"}


def _curb(car: Car) -> None:
    car.rental.new_marks = {**car.rental.new_marks, "right": "rim scraped, tyre wall cut"}
    car.wheels["FR"].cold_pressure -= 30.0


def _event_recorded(car: Car) -> None:
    car.computer.edr_events += 1


def _slow_puncture(car: Car) -> None:
    car.wheels["RL"].cold_pressure -= 32.0


def _sensor_battery(car: Car) -> None:
    car.wheels["RL"].sensor_battery_low = True


def _recoded(car: Car) -> None:
    unit = car.units["ADCU"]
    unit.configuration = {**unit.configuration, "config_aeb": "disabled"}


def _unit_dies(car: Car) -> None:
    car.units["USS"].works = False


def _antenna(car: Car) -> None:
    car.telematics.antenna = "open"


def _discharged(rig: Rig) -> None:
    """So much that the trip leaves 17 %: too little, and no fault of the battery yet."""
    trips, pack = rig.car.trips, rig.car.pack
    pack.set_soc(0.17)
    pack.draw(-10.0 * trips.length * trips.consumption)  # Wh


def _charged(rig: Rig) -> None:
    rig.car.pack.set_soc(0.6)


def _littered(rig: Rig) -> None:
    rig.world.appearance["car-interior"] = "rubbish on the seats, a bag left behind"


def _tidy(rig: Rig) -> None:
    rig.world.appearance.pop("car-interior", None)


FAULTS = (
    broken("other-order-shown", Text("出示的是另一张订单", "Another order is shown"),
           Text("承租人出示的订单号不是这辆车的。",
                "The renter shows the number of another order."),
           (_rental, "order_shown", "R260105-0001"), kind="data"),
    broken("plate-of-another-car", Text("号牌不是本车的", "Plate of another car"),
           Text("车上的号牌与订单不符。", "The plate on the car is not that of the order."),
           (_rental, "plate_on_car", "测A D99999")),
    broken("telematics-antenna-open",
           Text("车联网终端天线断开", "Antenna of the telematics unit open"),
           Text("车联网终端没有定位。", "The telematics unit has no position."),
           (lambda rig: rig.car.telematics, "antenna", "open"), kind="wiring"),
    broken("telematics-clock-wrong",
           Text("车联网终端时钟不准", "Clock of the telematics unit wrong"),
           Text("车联网终端的时钟慢 15 min。", "Its clock is 15 minutes slow."),
           (lambda rig: rig.car.telematics, "clock_error", -900.0)),
    broken("wall-on-the-right", Text("右侧靠墙", "Wall on the right"),
           Text("交车时车右侧紧靠墙，无法查看拍照。",
                "At the hand-over the right side is too close to a wall to be seen."),
           (_rental, "hidden", frozenset({"right"}))),
    broken("wall-behind-at-return", Text("还车时车尾靠墙", "Wall behind at the return"),
           Text("还车时车尾紧靠墙，无法查看拍照。",
                "At the return the rear is too close to a wall to be seen."),
           (_rental, "hidden_at_return", frozenset({"rear"}))),
    broken("old-damage-not-listed", Text("既有损伤未登记", "Old damage not listed"),
           Text("前保险杠左角的旧伤没有写在交接单上。",
                "Old damage at the left corner of the front bumper is not on the sheet."),
           (_rental, "marks", {"front-left": "bumper scraped"})),
    broken("renter-has-an-old-sheet", Text("承租人拿的是旧单", "Renter has an old sheet"),
           Text("承租人手中的交接单是另一次快照的。",
                "The sheet that the renter holds is that of another snapshot."),
           (_rental, "sheet_shows", OTHER), kind="data"),
    Fault(name="renter-signs-for-both", title=Text("承租人代签", "Renter signs for both"),
          detail=Text("员工一栏也是承租人签的。",
                      "The renter signs in place of the employee, too."),
          kind="data", role="vehicle", needs_car=True,
          defects=(Defect(_rental, "staff_signs", lambda rig: rig.car.rental.driver),)),
    broken("another-driver-comes", Text("来取车的不是订单驾驶人", "Another driver comes"),
           Text("来取车并用车的人不是订单上的驾驶人。",
                "Who comes and signs is not the driver of the order."),
           (_rental, "renter_signs", "K-0007"), (_trips, "other_driver", "K-0007"), kind="data"),
    broken("somebody-else-drives", Text("他人驾驶", "Somebody else drives"),
           Text("行程由另一个账号驾驶。", "Another account than that of the renter drives."),
           (_trips, "other_driver", "K-0008"), kind="data"),
    broken("trip-distance-recorded-wrong", Text("行程里程记录偏差", "Trip distance recorded wrong"),
           Text("行程记录的里程比实际多 12 %。", "The record has 12 % more than was driven."),
           (_trips, "record_factor", 1.12), kind="data"),
    broken("trailer-pulled", Text("拖挂行驶", "Trailer pulled"),
           Text("承租人拖挂行驶，百公里耗电 43 kWh。",
                "The renter pulled a trailer: 43 kWh for 100 km."),
           (_trips, "consumption", 43.0)),
    _on_the_trip("hard-braking-on-the-trip", Text("行程中急制动", "Hard braking on the trip"),
                 Text("行程记录有一次急制动。", "The record tells of a hard braking."),
                 event="hard_braking"),
    _event_of_another_time(),
    broken("trip-began-before", Text("行程早于交车", "Trip began before the hand-over"),
           Text("行程记录的起止时间早两个小时。",
                "Start and end in the record are two hours early."),
           (_trips, "clock_shift", -7200.0), kind="data"),
    _on_the_trip("scratched-on-the-trip", Text("用车中刮伤", "Scratched in use"),
                 Text("左后侧被刮伤，没有行程事件。",
                      "A scratch rear left; the record has no event."),
                 _scratch),
    _on_the_trip("curb-hit-on-the-trip", Text("用车中撞路缘", "Curb hit in use"),
                 Text("右前轮撞路缘，轮辋刮伤、胎压下降。",
                      "The front right wheel hit a curb: rim scraped, pressure lost."),
                 _curb, "curb_hit"),
    _on_the_trip("tyre-sensor-fails-on-the-trip",
                 Text("用车中出现胎压传感器故障", "Tyre sensor fails in use"),
                 Text("左后胎压传感器电池电量低，出现故障码。",
                      "The battery of the rear left tyre sensor is low: a trouble code is set."),
                 _sensor_battery),
    _on_the_trip("event-recorded-on-the-trip",
                 Text("用车中 EDR 记录事件", "Event recorded by the EDR in use"),
                 Text("EDR 事件数增加，车身没有损伤，行程记录没有事件。",
                      "The EDR has stored an event; nothing shows, and the trip record has none."),
                 _event_recorded),
    _on_the_trip("slow-puncture-on-the-trip", Text("用车中轮胎慢漏气", "Slow puncture in use"),
                 Text("左后轮慢漏气，低 32 kPa，未到报警值。",
                      "The rear left tyre has lost 32 kPa, too little for the warning."),
                 _slow_puncture),
    _on_the_trip("recoded-on-the-trip", Text("用车中配置被改", "Recoded in use"),
                 Text("自动紧急制动被编码关闭。", "Emergency braking was coded off."), _recoded),
    _on_the_trip("unit-dies-on-the-trip",
                 Text("用车中超声波控制器失效", "Ultrasonic unit dies in use"),
                 Text("还车时超声波控制器不应答。", "At the return the ultrasonic unit is silent."),
                 _unit_dies),
    _on_the_trip("antenna-lost-on-the-trip", Text("用车中定位天线断开", "Antenna lost in use"),
                 Text("还车时车联网终端没有定位。",
                      "At the return the telematics unit has no position."),
                 _antenna),
    happening("returned-nearly-empty", Text("还车电量过低", "Returned nearly empty"),
              Text("交车时电量不多，还车时只剩 17 %。",
                   "Handed over with little, it comes back with 17 %."),
              _discharged, _charged),
    happening("cabin-littered", Text("车内脏乱", "Cabin littered"),
              Text("座椅上有垃圾，有遗留物。", "Rubbish on the seats, and a bag left behind."),
              _littered, _tidy),
)  # fmt: skip
