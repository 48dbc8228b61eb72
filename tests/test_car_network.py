"""Units among each other: what a broken bus darkens, and what the gateway hands on."""

from collections.abc import Callable
from math import inf

import can
import pytest
from car_help import CarPoint

from harness.devices.can.codec import codec_of
from simulators.canbus.layout import OBD
from simulators.canbus.node import NodeFault
from simulators.vehicle.ecus.icm import LAMPS
from simulators.vehicle.units import PLACES, Bus, ExtraUnit


def _lit(point: CarPoint) -> set[str]:
    return {name for name in LAMPS if point.signal(f"ICM_Lamp{name}") != "off"}


def _ready() -> CarPoint:
    point = CarPoint(buses=True)
    point.make_ready()
    assert _lit(point) == {"Ready", "ParkingBrake"}
    return point


CHASSIS = {"Brake", "ParkingBrake", "Abs", "Esc", "Eps", "Adas"}


def test_a_cut_chassis_bus_lights_the_lamps_of_the_chassis() -> None:
    point = _ready()
    wiring = point.bus().buses["chassis"].wiring
    cut = next(iter(wiring.segments.values()))
    cut.high = inf
    point.run(4.0)
    assert _lit(point) == CHASSIS | {"Ready"}
    assert point.ecu("GW").symptoms() == {"U0121-87", "U0131-87", "U0129-87", "U0128-87"}
    assert point.ecu("EPS").symptoms() == {"U0146-87"}
    assert point.signal("GW_AdasSpeed") == "not_available"
    assert point.signal("ADCU_AebAvailable") == "chassis_fault"
    cut.high = 0.0
    point.run(4.0)
    assert _lit(point) == {"Ready", "ParkingBrake"}
    assert not point.ecu("GW").symptoms()


@pytest.mark.parametrize(
    ("node", "lamps", "ready"),
    [
        ("BMS", {"Battery", "System", "ParkingBrake"}, False),
        ("MCU", {"Motor", "System", "ParkingBrake"}, False),
        ("DCDC", {"System", "LowVoltage", "Ready", "ParkingBrake", "Turtle"}, True),
        ("ESC", {"Abs", "Esc", "Eps", "Brake", "Ready", "ParkingBrake", "Adas"}, True),
        ("EPS", {"Eps", "Esc", "Ready", "ParkingBrake"}, True),
        ("ADCU", {"Adas", "Ready", "ParkingBrake"}, True),
        ("TPMS", {"Tpms", "Ready", "ParkingBrake"}, True),
        ("CAM", {"Adas", "Ready", "ParkingBrake"}, True),
    ],
)
def test_a_dead_unit_lights_its_lamps(node: str, lamps: set[str], ready: bool) -> None:
    point = _ready()
    fault = point.defect(point.car.units[node], "works", False)
    point.run(6.0)
    assert _lit(point) == lamps
    assert (point.car.power.key == "ready") is ready
    assert point.signal(f"GW_{node}Online") == "offline"
    fault.switch(point.rig, False)
    point.run(4.0)
    assert point.signal(f"GW_{node}Online") == "online"


def test_a_dead_gateway_is_missed_by_everybody() -> None:
    point = _ready()
    point.defect(point.car.units["GW"], "works", False)
    point.run(5.0)
    for node, ecu in point.bus().ecus.items():
        if node != "GW":
            assert "U0146-87" in ecu.symptoms(), node
    assert {"System", "Brake", "Abs", "Esc", "Eps"} <= _lit(point)
    assert "Ready" not in _lit(point)


def test_a_dead_cluster_is_dark() -> None:
    point = _ready()
    assert point.bus().shown("ICM_LampReady") == "on"
    point.defect(point.car.units["ICM"], "supplied", False)
    point.run(2.0)
    assert point.age("ICM_WarningLamps") > 1.5
    assert point.bus().shown("ICM_LampReady") is None
    assert "U0155-87" in point.ecu("BCM").symptoms()


def test_partners_are_missed_only_while_they_have_supply() -> None:
    point = CarPoint(buses=True)
    point.charge(12.0)
    for node, ecu in point.bus().ecus.items():
        assert not ecu.symptoms(), node
    assert _lit(point) == {"Charge", "Plug"}
    assert "EPS" not in point.ecu("GW").silent_partners()


def test_a_babbling_unit_silences_its_bus() -> None:
    point = _ready()
    node = point.bus().buses["adas"].node("RAD")
    node.fault = NodeFault.BABBLING
    point.run(4.0)
    assert "Adas" in _lit(point)
    assert {"U0235-87", "U023A-87"} <= point.ecu("GW").symptoms()
    node.fault = NodeFault.NONE
    point.run(4.0)
    assert _lit(point) == {"Ready", "ParkingBrake"}


def test_charging_stops_when_the_charger_no_longer_hears_the_battery() -> None:
    point = CarPoint(buses=True)
    point.charge(14.0)
    assert point.car.charging.state == "charging"
    stub = point.bus().buses["powertrain"].wiring.stubs["BMS"]
    stub.low = inf
    point.run(6.0)
    assert point.car.charging.state == "fault"
    assert point.car.charging.stop_reason == "fault"
    assert point.signal("OBC_StopReason") == "fault"
    assert "U0111-87" in point.ecu("OBC").symptoms()


def test_damaged_checksums_are_as_bad_as_silence() -> None:
    point = _ready()
    fault = point.defect(point.car.units["MCU"], "wrong_checksum", frozenset({"MCU_MotorStatus"}))
    point.run(2.0)
    assert point.ecu("VCU").distrusts("MCU")
    assert {"U0411-83", "U0110-87"} <= point.ecu("VCU").symptoms()
    assert point.car.control.lost == {"MCU"}
    assert point.car.power.key == "on"
    assert point.car.control.not_ready_reason() == "communication"
    fault.switch(point.rig, False)
    point.run(1.0)
    assert point.car.control.lost == frozenset()


def test_the_brake_lamp_goes_over_three_units() -> None:
    point = _ready()
    point.do("press-brake", wait=0.3)
    assert point.signal("IBC_BrakeLampRequest") == "on"
    assert point.signal("GW_BodyBrakeLamp") == "on"
    assert point.signal("BCM_BrakeCmd") == "on"
    assert point.signal("BCM_BrakeState") == "on"
    assert point.car.body.lamps.seen("brake") == "on"
    point.do("release-brake", wait=0.3)
    assert point.signal("BCM_BrakeState") == "off"


# Diagnostics through the gateway


def _request(identifier: int, data: bytes) -> can.Message:
    return can.Message(
        arbitration_id=identifier, is_extended_id=identifier > 0x7FF, data=data.ljust(8, b"\x55")
    )


def test_requests_and_responses_pass_the_gateway() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    buses = point.bus().buses
    for node in ("EPS", "BCM", "CAM"):
        place = PLACES[node]
        asked: list[can.Message] = []
        answered: list[can.Message] = []
        inside = point.ecu(node).node
        inside.subscribe(asked.append, [(place.request, place.extended)])
        end = buses["powertrain"].attach(answered.append)
        buses["powertrain"].transmit(_request(place.request, b"\x02\x10\x03"))
        point.run(0.02)
        assert [bytes(m.data[:3]) for m in asked] == [b"\x02\x10\x03"]
        inside.send(_request(place.response, b"\x06\x50\x03"))
        point.run(0.02)
        end()
        mine = [m for m in answered if m.arbitration_id == place.response]
        assert [bytes(m.data[:3]) for m in mine] == [b"\x06\x50\x03"]


def test_functional_requests_reach_every_bus() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    heard: set[str] = set()
    for node, ecu in point.bus().ecus.items():
        if node != "GW":
            ids = [(0x18DB33F1, True)] if PLACES[node].extended else [(0x7DF, False)]
            ecu.node.subscribe(lambda _m, node=node: heard.add(node), ids)  # type: ignore[misc]
    point.bus().buses["powertrain"].transmit(_request(0x7DF, b"\x02\x3e\x00"))
    point.bus().buses["powertrain"].transmit(_request(0x18DB33F1, b"\x02\x3e\x00"))
    point.run(0.05)
    assert heard == set(PLACES) - {"GW"}


def test_a_dead_gateway_hands_nothing_on() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    point.defect(point.car.units["GW"], "works", False)
    point.run(0.5)
    asked: list[can.Message] = []
    point.ecu("EPS").node.subscribe(asked.append, [(0x730, False)])
    point.bus().buses["powertrain"].transmit(_request(0x730, b"\x02\x10\x03"))
    point.run(0.1)
    assert asked == []


# The mirror


def test_one_adapter_sees_all_buses_in_the_mirror() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    seen: dict[int, can.Message] = {}
    times: list[float] = []

    def hear(message: can.Message) -> None:
        seen[message.arbitration_id] = message
        times.append(message.timestamp)

    end = point.bus().mirror.attach(hear)
    point.run(2.5)
    cyclic = [spec for db in point.bus().databases.values() for spec in db.messages
              if spec.cycle_time is not None]  # fmt: skip
    assert {spec.frame_id for spec in cyclic} <= set(seen)
    assert times == sorted(times)
    end()
    count = len(times)
    point.run(1.0)
    assert len(times) == count


def test_the_mirror_does_not_double_diagnostics() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    answers: list[can.Message] = []
    mirror = point.bus().mirror
    mirror.attach(lambda m: answers.append(m) if m.arbitration_id == 0x738 else None)
    inside = point.ecu("EPS").node
    inside.subscribe(lambda _m: inside.send(_request(0x738, b"\x01\x7e")), [(0x730, False)])
    mirror.transmit(_request(0x730, b"\x01\x3e"))
    point.run(0.05)
    assert len(answers) == 1


def test_the_mirror_puts_a_frame_on_its_own_bus() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    heard: list[can.Message] = []
    point.ecu("EPS").node.subscribe(heard.append, [(0x0C1, False)])
    point.bus().mirror.transmit(_request(0x0C1, bytes(8)))
    point.run(0.02)
    assert len(heard) == 1
    point.defect(point.car.units["GW"], "works", False)
    with pytest.raises(can.CanOperationError):
        point.bus().mirror.transmit(_request(0x0C1, bytes(8)))


# By wire


class Commander:
    """Sends by-wire commands as the gateway would, with counter and checksum."""

    def __init__(self, point: CarPoint, message: str, period: float = 0.02) -> None:
        from harness.devices.can.checks import Protection  # noqa: PLC0415 - only here

        self.point = point
        self.bus, self.spec = point.spec(message)
        self.codec, self.protection = codec_of(self.spec), Protection(self.spec)
        self.period = period
        self.counter = 0
        self.spoil: Callable[[bytearray], None] = lambda _data: None

    def send(self, seconds: float, **values: float | str) -> None:
        """Send the command at its period for a while."""
        for _ in range(round(seconds / self.period)):
            data = bytearray(self.codec.pack(values, strict=False))
            self.protection.apply(data, self.counter)
            self.counter += 1
            self.spoil(data)
            self.point.bus().buses[self.bus].transmit(
                can.Message(
                    arbitration_id=self.spec.frame_id, is_extended_id=False, data=bytes(data)
                )
            )
            self.point.run(self.period)


def test_steering_follows_commands_and_stays_when_they_stop() -> None:
    point = _ready()
    steer = Commander(point, "GW_SteerCmd")
    wanted = {"GW_SteerModeRequest": "by_wire", "GW_SteerAngleRequest": 30.0,
              "GW_SteerRateLimit": 100.0}  # fmt: skip
    steer.send(1.0, **wanted)
    assert point.signal("EPS_Mode") == "by_wire"
    assert point.signal("EPS_State") == "by_wire"
    assert point.signal("EPS_SteeringAngle") == pytest.approx(30.0, abs=0.5)
    point.run(0.2)
    assert point.signal("EPS_Mode") == "manual"
    assert "U1140-87" in point.ecu("EPS").symptoms()
    assert point.signal("EPS_SteeringAngle") == pytest.approx(30.0, abs=0.5)
    steer.send(0.2, **{**wanted, "GW_SteerAngleRequest": -30.0})
    assert not point.ecu("EPS").symptoms()


def test_wrong_commands_are_ignored_and_reported() -> None:
    point = _ready()
    steer = Commander(point, "GW_SteerCmd")
    steer.send(0.2, GW_SteerModeRequest="by_wire", GW_SteerAngleRequest=900.0)
    assert point.ecu("EPS").symptoms() == {"U1140-81"}
    assert point.signal("EPS_Mode") == "manual"
    steer.spoil = lambda data: data.__setitem__(7, data[7] ^ 1)
    steer.send(0.2, GW_SteerModeRequest="by_wire", GW_SteerAngleRequest=10.0)
    assert "U1140-83" in point.ecu("EPS").symptoms()
    assert point.signal("EPS_Mode") == "manual"
    assert abs(point.car.steering.angle()) < 2.0


def test_the_drivers_hand_takes_over() -> None:
    point = _ready()
    steer = Commander(point, "GW_SteerCmd")
    steer.send(0.5, GW_SteerModeRequest="by_wire", GW_SteerAngleRequest=20.0)
    point.car.steering.driver_torque = 5.0
    steer.send(0.1, GW_SteerModeRequest="by_wire", GW_SteerAngleRequest=-20.0)
    assert point.car.by_wire["EPS"].override
    point.car.steering.driver_torque = 0.0
    steer.send(0.1, GW_SteerModeRequest="by_wire", GW_SteerAngleRequest=-20.0)
    assert point.signal("EPS_Mode") == "rejected", "manual, until the request is withdrawn"
    steer.send(0.1, GW_SteerModeRequest="manual")
    steer.send(0.1, GW_SteerModeRequest="by_wire", GW_SteerAngleRequest=-20.0)
    assert point.signal("EPS_Mode") == "by_wire"


def test_brake_parking_brake_and_drive_follow_commands() -> None:
    point = _ready()
    epb = Commander(point, "GW_EpbCmd", 0.05)
    epb.send(2.0, GW_EpbModeRequest="by_wire", GW_EpbRequest="release")
    assert point.signal("EPB_State") == "released"
    drive = Commander(point, "GW_DriveCmd")
    drive.send(4.0, GW_DriveModeRequest="by_wire", GW_GearRequest="d", GW_SpeedRequest=5.0)
    assert point.signal("VCU_VehicleSpeed") == pytest.approx(5.0, abs=0.1)
    assert point.signal("VCU_DriveMode") == "by_wire"
    assert point.signal("BCM_AvasState") == "sounding"
    speeds = [point.signal(f"ESC_WheelSpeed{wheel}") for wheel in ("FL", "FR", "RL", "RR")]
    assert speeds == pytest.approx([5.0] * 4, abs=0.1)
    brake = Commander(point, "GW_BrakeCmd")
    brake.send(2.0, GW_BrakeModeRequest="by_wire", GW_BrakeRequest=50.0)
    assert point.signal("IBC_BrakePressure") == pytest.approx(60.0, abs=1.0)
    assert point.signal("ESC_Standstill") == "yes"
    point.run(0.3)
    assert point.signal("IBC_Mode") == "manual"
    assert point.signal("IBC_BrakePressure") > 20.0, "without commands the brake holds the car"


def test_the_computer_commands_through_the_gateway() -> None:
    point = _ready()
    point.run(3.0)
    computer = point.car.computer
    computer.by_wire_request, computer.gear_request = "by_wire", "p"
    computer.angle_request = 15.0
    point.car.update()
    point.run(1.0)
    assert point.age("GW_SteerCmd") < 0.05
    assert point.signal("EPS_Mode") == "by_wire"
    assert point.signal("EPS_SteeringAngle") == pytest.approx(15.0, abs=0.5)
    assert point.signal("ADCU_Mode") == "by_wire_test"
    computer.by_wire_request = "manual"
    point.car.update()
    point.run(1.0)
    assert point.signal("EPS_Mode") == "manual"
    assert point.age("GW_SteerCmd") > 0.5


# Remote commands


def test_remote_commands_are_carried_out_or_refused() -> None:
    point = CarPoint(buses=True)
    point.do("open-door-fl", "close-doors", wait=1.0)
    box = point.car.telematics
    assert not point.car.body.locked
    box.hand_on("lock")
    point.run(0.5)
    assert point.car.body.locked
    assert point.signal("BCM_RemoteResult") == "done"
    assert point.signal("BCM_LockFL") == "locked"
    box.hand_on("find_car")
    point.run(0.5)
    assert point.signal("BCM_HazardState") == "on"
    box.hand_on("climate_on")
    point.run(0.5)
    assert point.signal("BCM_RemoteResult") == "refused"
    box.hand_on("immobilise")
    point.run(0.5)
    point.make_ready()
    assert point.signal("VCU_NotReadyReason") == "immobiliser"
    box.hand_on("release")
    point.run(0.5)
    point.make_ready()
    assert point.car.power.key == "ready"
    box.hand_on("immobilise")
    point.run(0.5)
    assert point.signal("BCM_RemoteResult") == "refused", "never while the car can drive"


# Units that are missing or too many


def test_a_missing_unit_takes_its_terminator_with_it() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    wiring = point.bus().buses["powertrain"].wiring
    fault = point.defect(point.car.units["BMS"], "fitted", False)
    point.run(1.0)
    assert not wiring.stubs["BMS"].plugged
    assert point.age("BMS_PackStatus") > 0.9
    fault.switch(point.rig, False)
    point.run(1.0)
    assert wiring.stubs["BMS"].plugged
    assert point.age("BMS_PackStatus") < 0.1


def test_an_extra_unit_talks_on_its_bus() -> None:
    point = CarPoint(buses=True)
    extra = ExtraUnit("SPY", "body", 0x5F0, 0.1, b"\x01\x02", 0x75A, 0x762)
    point.switch_on()
    fault = point.defect(point.car.units, "extra", (extra,))
    point.run(1.0)
    frames = [entry for entry in point.log if entry[2] == 0x5F0]
    assert len(frames) == pytest.approx(10, abs=1)
    assert {entry[0] for entry in frames} == {"body"}
    assert point.bus().extra_node(extra).powered
    fault.switch(point.rig, False)
    point.run(0.2)
    point.log.clear()
    point.run(1.0)
    assert not [entry for entry in point.log if entry[2] == 0x5F0]


def test_stopping_the_network_leaves_the_car_alone() -> None:
    point = _ready()
    point.bus().stop()
    point.log.clear()
    point.run(2.0)
    assert point.log == []
    assert point.car.power.key == "ready"
    point.bus().stop()
    point.bus().start()
    point.run(2.0)
    assert len(point.log) > 1000


@pytest.mark.parametrize("bus", ["chassis", "adas"])
def test_the_gateway_does_not_talk_to_units_without_supply(bus: Bus) -> None:
    """Nobody would acknowledge it: with an adapter that only listens, the bus is quiet."""
    point = _ready()
    simulated = point.bus().buses[bus]
    listener = simulated.add_node("adapter", place=OBD, listen_only=True)
    heard: list[can.Message] = []
    listener.subscribe(heard.append)
    point.run(1.0)
    assert heard
    point.car.power.turn("off")
    point.run(0.5)
    heard.clear()
    point.run(3.0)
    assert point.ecu("GW").powered
    assert heard == []
    assert simulated.load() == 0.0
    point.make_ready()
    point.run(2.0)
    assert any(not frame.is_error_frame for frame in heard)
    assert simulated.load() > 0.05
