"""Servers on a wire, asked by the harness's own client, in virtual and in real time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random

import pytest
from diag_help import Wire, real, virtual, within
from ecu_diag_help import DIAGNOSTICS, LAMPED, VIN, FakeCar

from harness.clock import loop_time, sleep
from harness.devices.diag.link import IsoTpAddress
from harness.devices.diag.obd import DtcKind, Information, Obd
from harness.devices.diag.tester import DiagnosticTester
from harness.devices.diag.uds import UdsClient
from harness.devices.diag.uds_data import IoControl, RoutineControl
from harness.errors import BadReplyError, NegativeResponseError, NoReplyError, UnknownNameError
from simulators.pump import Pump
from simulators.vehicle.diag.attach import (
    DiagnosticServers,
    Station,
    attach_servers,
    attach_stranger,
)
from simulators.vehicle.diag.identity import VehicleIdentity
from simulators.world import World

OWN = {
    "vin": VIN,
    "software_version": "1.02.03",
    "calibration_id": "BMS-CAL-1",
    "calibration_verification": 0x1234,
    "system_name": "BMS",
}
IDENTITY = VehicleIdentity(VIN, dict.fromkeys(DIAGNOSTICS.units, OWN))


class Car:
    """The three units of the small description on one wire, and a tester."""

    def __init__(self) -> None:
        self.world = World(seed=1, now=loop_time)
        self.pump = Pump(self.world)
        self.wire = Wire()
        self.node = self.wire.node()
        self.cars = {name: FakeCar() for name in DIAGNOSTICS.units}
        self.key = True
        self.servers: DiagnosticServers = attach_servers(
            DIAGNOSTICS,
            {
                name: Station(
                    self.wire.node(),
                    self.cars[name].hooks(),
                    {dtc.code: self.cars[name].monitor(dtc.code) for dtc in unit.dtcs},
                )
                for name, unit in DIAGNOSTICS.units.items()
            },
            scheduler=self.world.scheduler,
            random=Random,
            identity=IDENTITY,
            key_on=lambda: self.key,
            advance=self.world.advance,
            wall=lambda: 1_767_574_800.0 + self.world.t,
        )
        links = {unit.bus: self.node for unit in DIAGNOSTICS.units.values()}
        self.tester = DiagnosticTester(DIAGNOSTICS, links)

    @property
    def bms(self) -> UdsClient:
        return self.tester.client("bms")


def in_car(test: Callable[[Car], Awaitable[None]], *, live: bool = False) -> None:
    async def main() -> None:
        car = Car()
        car.pump.start()
        try:
            await test(car)
        finally:
            await car.tester.close()
            car.servers.close()
            car.servers.close()
            await car.pump.stop()
        assert all(node.consumers == 0 for node in car.wire.nodes)
        assert car.world.next_event() is None

    (real if live else virtual)(main)


async def refused(action: Awaitable[object], code: int) -> None:
    with pytest.raises(NegativeResponseError) as caught:
        await action
    assert caught.value.code == code


async def _tour(car: Car) -> None:
    """A little of everything."""
    bms = car.bms
    assert (await bms.read("vin", within())).value == VIN
    assert (await bms.read("pack_voltage", within())).value == pytest.approx(356.2)
    found = await bms.read_many(["soc", "lamp", "utc_time"], within())
    assert found["soc"].value == 71.5
    assert found["lamp"].value == "off"
    await refused(bms.io_control("lamp", IoControl.ADJUST, within(), "on"), 0x7F)
    timing = await bms.session(3, within())
    assert (timing.p2, timing.p2_star) == (0.05, 5.0)
    reported = await bms.io_control("lamp", IoControl.ADJUST, within(), "on")
    assert reported is not None
    assert reported.value == "on"
    assert car.cars["bms"].values["lamp"] == "on"
    await bms.io_control("lamp", IoControl.RETURN, within())
    assert car.cars["bms"].values["lamp"] == "off"
    await refused(bms.write("speed_limit", 60, within()), 0x33)
    assert await bms.unlock(within())
    assert not await bms.unlock(within())
    await bms.write("speed_limit", 60, within())
    assert car.cars["bms"].log[-1] == ("write", 60)
    car.cars["bms"].broken.add(LAMPED)
    await sleep(1.5)
    codes = await bms.dtcs(within(), 0x09)
    assert [(r.code, r.status.byte) for r in codes.readings] == [(LAMPED, 0xAF)]
    car.cars["bms"].broken.clear()
    await bms.clear_dtcs(within())
    await sleep(1.5)
    assert (await bms.dtcs(within(), 0x0F)).readings == ()


def test_a_tour_in_virtual_time() -> None:
    in_car(_tour)


def test_the_same_tour_live() -> None:
    in_car(_tour, live=True)


def test_records_of_a_code_are_read_with_the_description() -> None:
    async def test(car: Car) -> None:
        car.cars["bms"].broken.add(LAMPED)
        await sleep(2.0)
        snapshots = await car.bms.snapshots(LAMPED, within())
        assert set(snapshots.records) == {1, 2}
        record = snapshots.records[1]
        read = {
            car.bms.did(id).name: car.bms.did(id).decode(data, "") for id, data in record.items()
        }
        moment = read.pop("utc_time")
        assert isinstance(moment, int)
        assert 1_767_574_800 <= moment <= 1_767_574_803
        assert read == {
            "odometer": pytest.approx(52_300.4),
            "vehicle_speed": 0.0,
            "soc": 71.5,
            "low_voltage": 13.9,
            "pack_voltage": pytest.approx(356.2),
        }
        extended = await car.bms.extended_data(LAMPED, within())
        assert extended.extended.hex() == "01010000cc4c00cc4c"
        supported = await car.bms.supported_dtcs(within())
        assert [reading.code for reading in supported.readings] == list(DIAGNOSTICS.dtcs)

    in_car(test)


def test_routines_now_and_later() -> None:
    async def test(car: Car) -> None:
        bms = car.bms
        await bms.session(3, within())
        begin = loop_time()
        options = {"depth": 3, "side": "left"}
        result = await bms.routine("slow_check", RoutineControl.START, within(), options)
        assert result == 5
        assert loop_time() - begin == pytest.approx(3.0, abs=0.1)
        assert await bms.routine("self_test", RoutineControl.START, within()) == "running"
        assert await bms.routine("self_test", RoutineControl.RESULT, within()) == "running"
        await sleep(2.1)
        assert await bms.routine("self_test", RoutineControl.RESULT, within()) == "passed"
        await refused(bms.routine("sensor_calibration", RoutineControl.START, within()), 0x33)

    in_car(test)


def test_the_keeper_keeps_the_session_and_its_end_ends_it() -> None:
    async def test(car: Car) -> None:
        await car.bms.session(3, within())
        car.bms.keep_session()
        await sleep(30.0)
        assert (await car.bms.read("active_session", within())).value == "extended"
        await car.bms.keeper.stop()
        await sleep(5.5)
        assert (await car.bms.read("active_session", within())).value == "default"

    in_car(test)


def test_a_reset_unit_is_away_and_comes_back() -> None:
    async def test(car: Car) -> None:
        await car.bms.session(3, within())
        await car.bms.reset(1, within())
        await sleep(0.1)
        assert car.servers["bms"].restarting
        with pytest.raises(NoReplyError):
            await car.bms.tester_present(within(0.3))
        await sleep(0.5)
        await car.bms.tester_present(within())
        assert (await car.bms.read("reset_reason", within())).value == "diagnostic"

    in_car(test)


def test_software_goes_in_and_comes_out_again() -> None:
    async def test(car: Car) -> None:
        data = bytes(range(256)) * 11
        await car.bms.session(3, within())
        await car.bms.session(2, within())
        await refused(car.bms.download(0x100, data, within(60.0)), 0x33)
        await car.bms.unlock(within())
        await car.bms.download(0x100, data, within(60.0))
        assert await car.bms.upload(0x100, len(data), within(60.0)) == data

    in_car(test)


def test_everybody_is_asked_at_once() -> None:
    async def test(car: Car) -> None:
        await sleep(0.1)
        answers = await car.tester.discover(within())
        assert {answer.unit for answer in answers} == {"bms", "tpms", "lid"}
        assert all(0.004 < answer.seconds < 0.02 for answer in answers)
        answers = await car.tester.request_all(bytes.fromhex("22F190"), within())
        assert {a.unit for a in answers} == {"bms", "lid"}  # tpms has no VIN and keeps silent
        answers = await car.tester.request_all(bytes.fromhex("14FFFFFF"), within())
        assert {a.unit: a.error for a in answers} == {"bms": None, "tpms": None, "lid": None}

    in_car(test)


def test_obd_is_answered_by_those_who_have_it() -> None:
    async def test(car: Car) -> None:
        car.cars["bms"].broken.add(LAMPED)
        await sleep(2.0)
        obd = Obd.of_vehicle(car.tester)
        assert set(await obd.supported(within())) == {"bms"}
        assert await obd.dtcs(DtcKind.CONFIRMED, within()) == {"bms": ("P0AA6",)}
        assert await obd.dtcs(DtcKind.PERMANENT, within()) == {"bms": ("P0AA6",)}
        assert await obd.information(Information.VIN, within()) == {"bms": (VIN,)}
        voltage = (await obd.read(0x42, within()))["bms"]
        assert isinstance(voltage, dict)
        assert voltage["module_voltage"].value == pytest.approx(13.8)
        assert await obd.clear(within()) == {"bms": True}
        heard = await car.tester.request_all(b"\x03", within())
        assert [answer.unit for answer in heard] == ["bms"]

    in_car(test)


def test_faults_of_the_unit_are_found_by_the_client() -> None:
    async def test(car: Car) -> None:
        faults = car.servers["bms"].faults
        assert len(VIN) == 17
        faults.wrong_sequence_number = True
        with pytest.raises(BadReplyError, match="sequence"):
            await car.bms.read("vin", within())
        faults.wrong_sequence_number = False
        faults.lying_length = 8
        with pytest.raises(BadReplyError, match="stopped in the middle"):
            await car.bms.read("vin", within())
        await sleep(2.0)
        faults.lying_length = -6
        with pytest.raises(BadReplyError):
            await car.bms.read("pack_voltage", within())
        await sleep(2.0)
        faults.lying_length = 0
        faults.silent = True
        with pytest.raises(NoReplyError):
            await car.bms.read("vin", within())
        faults.silent = False
        await sleep(6.0)
        faults.response_delay = 0.6
        with pytest.raises(NoReplyError):
            await car.bms.read("vin", within())
        faults.response_delay = 0.0
        await sleep(6.0)
        faults.vin_override = "0EVE60AB9SA999999"
        assert (await car.bms.read("vin", within())).value == "0EVE60AB9SA999999"

    in_car(test)


def test_patience_without_end_is_bounded_by_the_client() -> None:
    async def test(car: Car) -> None:
        car.servers["bms"].faults.pending_forever = True
        with pytest.raises(NoReplyError, match="never answered"):
            await car.bms.read("vin", within(400.0))
        car.servers["bms"].faults.pending_forever = False
        await sleep(10.0)
        assert (await car.bms.read("vin", within())).value == VIN

    in_car(test)


def test_the_ledger_is_what_the_units_show() -> None:
    async def test(car: Car) -> None:
        ledger = car.servers.ledger()
        assert ledger == {
            "vin": VIN,
            "bms.software_version": "1.02.03",
            "bms.calibration_id": "BMS-CAL-1",
            "bms.calibration_verification": 0x1234,
            "tpms.software_version": "1.02.03",
            "lid.software_version": "1.02.03",
        }
        for point, value in ledger.items():
            unit, _, did = point.rpartition(".")
            client = car.tester.client(unit or "bms")
            assert (await client.read(did, within())).value == value

    in_car(test)


def test_what_is_not_wired_is_named() -> None:
    async def test(car: Car) -> None:
        assert car.servers.unreadable() == ["bms.speed_limit", "bms.language", "bms.unwired"]
        assert car.servers.untested() == []
        assert list(car.servers) == ["bms", "tpms", "lid"]
        assert len(car.servers) == 3

    in_car(test)


def test_a_unit_that_nobody_knows_answers() -> None:
    async def test(car: Car) -> None:
        address = IsoTpAddress(0x7E6, 0x7EE)
        stranger = attach_stranger(
            DIAGNOSTICS,
            "tracker",
            Station(car.wire.node(), FakeCar().hooks()),
            address,
            scheduler=car.world.scheduler,
            random=Random,
            advance=car.world.advance,
        )
        unit = replace(DIAGNOSTICS.unit("tpms"), name="tracker", address=address, dids=())
        async with UdsClient.on(car.node, unit) as client:
            await client.tester_present(within())
            assert (await client.supported_dtcs(within())).readings == ()
            await client.session(3, within())
            await refused(client.ask(bytes.fromhex("22F190"), within()), 0x31)
        assert len(await car.tester.discover(within())) == 3  # it is not listened to
        stranger.close()

    in_car(test)


def test_units_and_codes_must_exist() -> None:
    async def main() -> None:
        wire, world = Wire(), World(seed=1, now=loop_time)
        for stations in (
            {"ems": Station(wire.node(), FakeCar().hooks())},
            {"bms": Station(wire.node(), FakeCar().hooks(), {"P9999-00": lambda: False})},
        ):
            with pytest.raises(UnknownNameError):
                attach_servers(
                    DIAGNOSTICS,
                    stations,
                    scheduler=world.scheduler,
                    random=Random,
                    identity=IDENTITY,
                    key_on=lambda: True,
                )

    virtual(main)
