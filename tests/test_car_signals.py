"""Every signal has a source, frames are as the database says, and one seed gives one bus."""

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from car_help import CarPoint

from harness.devices.can.checks import Protection
from harness.devices.can.codec import codec_of
from harness.devices.can.database import Database
from harness.devices.can.specs import MessageSpec, SignalSpec
from harness.errors import UsageError
from simulators.vehicle.ecus.catalogue import DESIGNS
from simulators.vehicle.ecus.source import live, state
from simulators.vehicle.ecus.transmitter import Encoder, Transmitter
from simulators.vehicle.network import databases
from simulators.vehicle.units import BUSES, PLACES, Bus


def _messages() -> Iterator[tuple[Bus, Database, MessageSpec]]:
    for bus, database in databases().items():
        for spec in database.messages:
            yield bus, database, spec


def _own(spec: MessageSpec) -> set[str]:
    """Signals that the transmitter fills itself."""
    names = {spec.counter, spec.checksum.signal if spec.checksum else None}
    names.add(spec.mux.name if spec.mux else None)
    return {name for name in names if name is not None}


# Coverage


def test_every_signal_has_a_source_and_every_source_a_signal() -> None:
    described = set()
    for _, _, spec in _messages():
        (sender,) = spec.senders
        names = {signal.name for signal in spec.signals} - _own(spec)
        missing = names - set(DESIGNS[sender].signals)
        assert not missing, (spec.name, missing)
        described |= names
    for node, design in DESIGNS.items():
        assert set(design.signals) <= described, node


def test_every_node_of_the_databases_is_a_unit() -> None:
    for bus, database in databases().items():
        for node in database.nodes:
            assert node in PLACES
            assert node == "GW" or PLACES[node].bus == bus
    assert set(PLACES) == set(DESIGNS)


def test_identifiers_are_unique_over_all_buses() -> None:
    seen: dict[tuple[int, bool], str] = {}
    for _, _, spec in _messages():
        assert spec.id not in seen, (spec.name, seen.get(spec.id))
        seen[spec.id] = spec.name


def test_units_listen_to_messages_that_exist_on_their_bus() -> None:
    for node, design in DESIGNS.items():
        homes = BUSES if node == "GW" else (PLACES[node].bus,)
        heard = {name for bus in homes for name in databases()[bus].by_name}
        for name in (*design.listens, *design.partners.values()):
            assert name in heard, (node, name)
        for partner, name in design.partners.items():
            assert name.startswith(f"{partner}_"), (node, name)


def test_trouble_codes_are_those_of_the_description() -> None:
    from harness.data import data_folder  # noqa: PLC0415 - only here
    from harness.devices.diag.description import load_diagnostics  # noqa: PLC0415

    diagnostics = load_diagnostics(data_folder("dbc") / "shared-ev.diagnostics.yaml")
    for unit in diagnostics.units.values():
        codes = {dtc.code for dtc in unit.dtcs}
        assert set(DESIGNS[unit.node].monitors) == codes, unit.node


# Frames


@pytest.fixture(scope="module")
def ready() -> CarPoint:
    """A car in READY whose frames have been heard for some seconds."""
    point = CarPoint(buses=True)
    point.make_ready()
    point.log.clear()
    point.run(6.0)
    return point


def test_every_cyclic_message_comes_at_its_period(ready: CarPoint) -> None:
    times: dict[tuple[str, int], list[float]] = {}
    for bus, t, identifier, _ in ready.log:
        times.setdefault((bus, identifier), []).append(t)
    for bus, _, spec in _messages():
        if spec.cycle_time is None:
            assert (bus, spec.frame_id) not in times, spec.name
            continue
        seen = times[bus, spec.frame_id]
        gaps = [b - a for a, b in pairwise(seen)]
        assert len(seen) == pytest.approx(6.0 / spec.cycle_time, abs=2), spec.name
        assert max(gaps) < 1.2 * spec.cycle_time + 0.003, spec.name


def test_every_frame_keeps_the_description(ready: CarPoint) -> None:
    by_id = {(bus, spec.frame_id): spec for bus, _, spec in _messages()}
    counters: dict[str, int] = {}
    for bus, _, identifier, data in ready.log:
        spec = by_id[bus, identifier]
        assert not codec_of(spec).examine(data), (spec.name, codec_of(spec).examine(data))
        protection = Protection(spec)
        if protection:
            assert protection.check(data, counters.get(spec.name)) is None, spec.name
            counter = protection.counter_of(data)
            if counter is not None:
                counters[spec.name] = counter


def test_all_groups_of_multiplexed_messages_come_in_turn(ready: CarPoint) -> None:
    for name, groups in (("BMS_CellVoltages", 16), ("BMS_CellTemps", 8), ("RAD_Objects", 8)):
        bus, spec = ready.spec(name)
        assert spec.mux is not None
        codec, mux = codec_of(spec), spec.mux.name
        numbers = [codec.unpack_raw(data)[mux] for b, _, i, data in ready.log
                   if (b, i) == (bus, spec.frame_id)]  # fmt: skip
        assert len(set(numbers)) == groups
        steps = {(b - a) % groups for a, b in pairwise(numbers)}
        assert steps == {1}


def test_a_ready_car_shows_a_ready_car(ready: CarPoint) -> None:
    expected = {
        "VCU_KeyPosition": "ready", "VCU_HvState": "on", "BMS_State": "drive",
        "BMS_Interlock": "closed", "BMS_MainPositive": "closed", "MCU_State": "torque",
        "DCDC_State": "running", "EPB_State": "applied", "IBC_State": "ready",
        "ESC_Standstill": "yes", "ICM_LampReady": "on", "ICM_ReadyLamp": "on",
        "ICM_LampParkingBrake": "on", "ICM_LampIsolation": "off", "ICM_LampAbs": "off",
        "TBOX_Online": "online", "CAM_Health": "ok", "ADCU_AebAvailable": "available",
        "GNSS_FixQuality": "rtk_fixed", "GW_BusStatePt": "error_active", "BCM_DrlState": "on",
        "OBC_ChargingState": "not_connected", "VCU_NotReadyReason": "none",
    }  # fmt: skip
    assert {name: ready.signal(name) for name in expected} == expected
    assert not any(ecu.symptoms() for ecu in ready.bus().ecus.values())


def test_signals_carry_the_physics(ready: CarPoint) -> None:
    car = ready.car
    assert ready.signal("BMS_Soc") == pytest.approx(car.pack.soc() * 100, abs=0.1)
    assert ready.signal("BMS_PackVoltage") == pytest.approx(car.pack.voltage(), rel=0.002)
    assert ready.signal("BCM_LowVoltage") == pytest.approx(car.low_voltage.voltage(), rel=0.005)
    assert ready.signal("VCU_LowVoltage") == pytest.approx(car.low_voltage.voltage(), rel=0.005)
    assert ready.signal("TPMS_PressureRL") == pytest.approx(car.wheels["RL"].pressure(), abs=3.0)
    assert ready.signal("ICM_Odometer") == pytest.approx(car.drive.distance(), abs=0.1)
    assert ready.signal("ESC_Odometer") == pytest.approx(car.drive.distance(), abs=0.1)
    nearest = min(car.sensing.scene, key=lambda target: target.range)
    assert ready.signal("LID_NearestRange") == pytest.approx(nearest.range, abs=0.02)
    norm = sum(ready.signal(f"GNSS_Accel{axis}") ** 2 for axis in "XYZ") ** 0.5
    assert norm == pytest.approx(9.81, abs=0.1)
    assert ready.signal("TBOX_Year") == 2026


# Determinism


def _story(seed: int) -> list[tuple[str, float, int, bytes]]:
    point = CarPoint(seed=seed, buses=True)
    point.switch_on()
    point.do("low-beam-on", wait=0.5)
    point.make_ready()
    point.do("switch-off", wait=1.0)
    point.charge(8.0)
    return point.log


def test_one_seed_gives_one_list_of_frames() -> None:
    first, second = _story(5), _story(5)
    assert len(first) > 10_000
    assert first == second


def test_another_seed_gives_another_car() -> None:
    assert _story(6) != _story(5)


# Silence


def test_a_sleeping_car_sends_nothing() -> None:
    point = CarPoint(buses=True)
    point.run(3600.0)
    assert point.log == []
    point.switch_on()
    assert len(point.log) > 1000
    point.do("switch-off", "unlock-car", "lock-car", wait=15.0)
    point.log.clear()
    point.run(3600.0)
    assert point.log == []


def test_the_powertrain_tells_of_the_switching_off() -> None:
    point = CarPoint(buses=True)
    point.make_ready()
    point.do("switch-off", wait=2.0)
    assert point.signal("VCU_KeyPosition") == point.signal("BCM_KeyPosition") == "off"
    assert point.signal("VCU_Ready") == "not_ready"
    assert point.signal("BMS_MainPositive") == "open"
    assert point.age("EPS_Status") > 1.9, "the chassis is without supply at once"
    assert point.age("VCU_DriveStatus") < 0.1


# The transmitter


def _signal(**more: object) -> SignalSpec:
    values: dict[str, object] = {
        "name": "X_Signal", "start": 0, "length": 8, "little_endian": True, "signed": False,
        "is_float": False, "scale": 0.5, "offset": -10.0, "low": -5.0, "high": 100.0,
        "unit": "V", "values": {255: "not_available", 3: "odd"},
    }  # fmt: skip
    values.update(more)
    return SignalSpec(**values)  # type: ignore[arg-type]  # a mix of types


def test_values_are_encoded_to_the_nearest_that_the_signal_can_say() -> None:
    encode = Encoder(_signal())
    assert encode(0.0) == 20
    assert encode(0.3) == 21
    assert encode(-50.0) == 10, "held at the lower limit"
    assert encode(1e9) == 220
    assert encode(None) == 255
    assert encode("odd") == 3
    assert encode(True) == 22
    with pytest.raises(UsageError, match="no value 'even'"):
        encode("even")


def test_a_message_without_a_source_is_refused() -> None:
    point = CarPoint(buses=True)
    ecu = point.ecu("TPMS")
    _, spec = point.spec("TPMS_Pressures")
    with pytest.raises(UsageError, match=r"TPMS_Pressures: no source for .*TPMS_PressureFL"):
        Transmitter(ecu, spec, lambda _name: None)


def test_state_is_asked_only_after_a_change_and_live_at_its_rate() -> None:
    point = CarPoint(buses=True)
    asked = {"state": 0, "live": 0}

    def count(kind: str) -> int:
        asked[kind] += 1
        return 0

    _, spec = point.spec("TPMS_Pressures")
    sources = {
        signal.name: state(lambda _u: count("state")) for signal in spec.signals
    }  # all of one kind, and one of the other
    sources["TPMS_PressureFL"] = live(lambda _u: count("live"), 0.5)
    transmitter = Transmitter(point.ecu("TPMS"), spec, sources.get)
    for k in range(10):
        transmitter(0.1 * k)
    assert asked["state"] == len(spec.signals) - 1
    assert asked["live"] == 2
    point.car.body.washer_low = True
    transmitter(1.0)
    assert asked["state"] == 2 * (len(spec.signals) - 1)


def test_speed_of_the_whole_car(capsys: pytest.CaptureFixture[str]) -> None:
    """A figure for people; machines differ too much for a limit."""
    point = CarPoint(buses=True)
    point.make_ready()
    frames = sum(bus.frames for bus in point.bus().buses.values())
    began = time.process_time()
    point.run(5.0)
    took = time.process_time() - began
    sent = sum(bus.frames for bus in point.bus().buses.values()) - frames
    with capsys.disabled():
        print(f"\nwhole car: {sent / 5:.0f} frames/s, {5 / took:.0f} times real time,"
              f" {took / sent * 1e6:.1f} us per frame")  # fmt: skip
    assert sent > 5000
