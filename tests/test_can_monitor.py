"""The monitor: rhythm, counters, checksums, readings."""

import can
import pytest
from can_ecu_help import DB, STATUS, TORQUE, Sending, watching
from can_help import MemoryRig, frame, on_rig, virtual
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import loop_time, sleep
from harness.devices.can.findings import Flaw
from harness.devices.can.monitor import Monitor
from harness.errors import UnknownNameError
from harness.quantity import Quality


def test_rhythm_is_measured() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        state = monitor.state("VCU_Torque")
        assert (state.period_min, state.period_mean, state.jitter) == (None, None, None)
        assert state.age(loop_time()) is None
        for gap in (0.010, 0.012, 0.008, 0.010):
            ecu.send("VCU_Torque")
            await sleep(gap)
        assert state.count == 4
        assert state.period_min == pytest.approx(0.008)
        assert state.period_max == pytest.approx(0.012)
        assert state.period_mean == pytest.approx(0.010)
        assert state.jitter == pytest.approx(0.004)
        assert state.age(loop_time()) == pytest.approx(0.010)
        assert state.flaws == {}
        assert monitor.state("BMS_Status").count == 0

    watching(main)


def test_readings_carry_value_raw_unit_time() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        missing = monitor.read("BMS_Soc")
        assert (missing.quality, missing.value) == (Quality.MISSING, None)
        assert missing.note is not None
        await sleep(1)
        ecu.send("BMS_Status", BMS_Soc=55.5, BMS_Temp=25, BMS_State="drive")
        soc = monitor.read("BMS_Status.BMS_Soc")
        assert (soc.value, soc.raw, soc.unit, soc.quality) == (55.5, 555, "%", Quality.GOOD)
        assert soc.at == pytest.approx(1.0)
        assert soc.resolution == 0.1
        assert soc.is_good
        assert soc.number == 55.5
        state = monitor.read("BMS_State")
        assert (state.value, state.raw, state.number) == ("drive", 2, None)
        with pytest.raises(UnknownNameError):
            monitor.read("BMS_Nothing")
        with pytest.raises(UnknownNameError):
            monitor.state("Nothing")

    watching(main)


def test_values_that_cannot_be_used_say_why() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        ecu.send("BMS_Status", BMS_Soc=101, BMS_Temp="SNA", BMS_State=5)
        assert monitor.read("BMS_Soc").quality is Quality.OUT_OF_RANGE
        assert monitor.read("BMS_Soc").value == 101
        temperature = monitor.read("BMS_Temp")
        assert (temperature.quality, temperature.value) == (Quality.SENTINEL, "SNA")
        assert monitor.read("BMS_State").quality is Quality.UNKNOWN_CODE
        assert monitor.read("BMS_State").raw == 5
        assert monitor.state("BMS_Status").flaws == {Flaw.OUT_OF_RANGE: 1}

    watching(main)


def test_five_cycles_make_a_signal_stale() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        ecu.send("VCU_Torque")
        ecu.send("VCU_Event", VCU_EventCode=7)
        await sleep(0.0499)
        assert monitor.read("VCU_Speed").is_good
        await sleep(0.0002)
        late = monitor.read("VCU_Speed")
        assert late.quality is Quality.STALE
        assert late.value == -40  # still shown
        assert late.note is not None
        assert "older" in late.note.en
        await sleep(1000)
        assert monitor.read("VCU_EventCode").is_good  # sent on events: never stale
        ecu.send("VCU_Torque")
        assert monitor.read("VCU_Speed").is_good

    watching(main)


@pytest.mark.parametrize(("spoil", "step", "flaw"), [(1, 1, "checksum"), (0, 0, "counter")])
def test_three_bad_frames_in_a_row_make_signals_invalid(spoil: int, step: int, flaw: str) -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        state = monitor.state("VCU_Torque")
        ecu.send("VCU_Torque")
        for number in range(1, 5):
            await sleep(0.01)
            ecu.send("VCU_Torque", spoil, step)
            assert state.bad_in_row == number
            assert monitor.read("VCU_Speed").is_good == (number < 3)
        untrusted = monitor.read("VCU_Speed")
        assert untrusted.quality is Quality.STALE
        assert untrusted.note is not None
        assert "counter or checksum" in untrusted.note.en
        assert state.flaws == {Flaw(flaw): 4}
        assert state.examples[Flaw(flaw)].message == "VCU_Torque"
        ecu.send("VCU_Torque")
        assert state.bad_in_row == 0
        assert monitor.read("VCU_Speed").is_good
        assert (state.checksum_failures, state.counter_failures) == (4 * spoil, 4 * (1 - spoil))

    watching(main)


def test_one_lost_frame_is_one_counter_failure() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        for step in (1, 1, 2, 1, 1):
            ecu.send("BMS_Status", step=step)
        state = monitor.state("BMS_Status")
        assert (state.counter_failures, state.checksum_failures, state.bad_in_row) == (1, 0, 0)

    watching(main)


def test_one_damaged_frame_is_one_checksum_failure() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        for spoil in (0, 0x55, 0, 0):
            ecu.send("BMS_Status", spoil)
        state = monitor.state("BMS_Status")
        assert (state.counter_failures, state.checksum_failures) == (0, 1)

    watching(main)


def test_odd_frames_are_counted_and_kept_raw() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        short = frame(STATUS.frame_id, b"\xff")
        long = frame(STATUS.frame_id, bytes(9))
        monitor.take([short, long, short])
        state = monitor.state("BMS_Status")
        assert state.flaws[Flaw.SHORT] == 2
        assert state.flaws[Flaw.LONG] == 1
        assert state.message is short
        assert state.bad_in_row == 3  # a protected message of the wrong length is not to be trusted
        assert state.undecodable == 2
        note = monitor.read("BMS_Temp").note
        assert note is not None
        assert "too short" in note.en
        monitor.take([frame(0x200, b"\x02" + bytes(7), extended=True)] * 2)
        cells = monitor.state("BMS_Cells")
        assert cells.flaws == {Flaw.UNKNOWN_MUX: 2}
        assert cells.undecodable == 2
        assert cells.message is not None
        assert cells.message.data[0] == 2

    watching(main)


def test_unknown_ids_error_frames_and_requests() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        monitor.take([frame(0x7E8, b"\x01"), frame(0x7E8, b"\x02"), frame(0x100, extended=True)])
        monitor.take([can.Message(is_error_frame=True, timestamp=2.0)])
        request = can.Message(
            arbitration_id=TORQUE.frame_id, is_extended_id=False, is_remote_frame=True, dlc=8
        )
        monitor.take([request])
        assert {key: found.count for key, found in monitor.unknown.items()} == {
            (0x7E8, False): 2,
            (0x100, True): 1,
        }
        assert monitor.unknown[0x7E8, False].latest.data == b"\x02"
        assert monitor.error_frames == 1
        assert monitor.last_error is not None
        assert monitor.state("VCU_Torque").remote == 1
        assert monitor.state("VCU_Torque").count == 0

    watching(main)


def test_ids_of_diagnostics_are_not_unknown() -> None:
    async def main() -> None:
        monitor = Monitor(DB, others=[(0x7E8, False)])
        monitor.take([frame(0x7E8), frame(0x7E9)])
        assert monitor.others == {(0x7E8, False): 1}
        assert list(monitor.unknown) == [(0x7E9, False)]

    virtual(main)


def test_unknown_ids_are_limited() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        monitor.take([frame(number, extended=True) for number in range(0x1000, 0x1000 + 5000)])
        assert len(monitor.unknown) == 4096
        assert monitor.unknown_more == 904

    watching(main)


def test_multiplexed_signals_keep_their_own_frames() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        assert monitor.read("BMS_Cell00").quality is Quality.MISSING
        ecu.send("BMS_Cells", BMS_CellGroup=0, BMS_Cell00=3.3, BMS_Cell01=3.31)
        await sleep(0.1)
        ecu.send("BMS_Cells", BMS_CellGroup=1, BMS_Cell02=3.32, BMS_Cell03=3.33)
        readings = [monitor.read(f"BMS_Cell0{number}") for number in range(4)]
        assert [reading.value for reading in readings] == [3.3, 3.31, 3.32, 3.33]
        assert [reading.at for reading in readings] == pytest.approx([0, 0, 0.1, 0.1])
        # Two groups: each comes round every 0.2 s, and is stale after five rounds.
        for _ in range(9):
            await sleep(0.1)
            ecu.send("BMS_Cells", BMS_CellGroup=1, BMS_Cell02=3.32, BMS_Cell03=3.33)
        assert all(monitor.read(f"BMS_Cell0{number}").is_good for number in range(4))
        await sleep(0.1)
        assert monitor.read("BMS_Cell01").quality is Quality.STALE
        assert monitor.read("BMS_Cell02").is_good

    watching(main)


def test_a_step_counts_for_itself() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        ecu.send("VCU_Torque", 1)
        monitor.take([frame(0x555)])
        await sleep(5)
        monitor.restart()
        state = monitor.state("VCU_Torque")
        assert (state.count, state.flaws, monitor.unknown) == (0, {}, {})
        assert monitor.read("VCU_Speed").quality is Quality.STALE  # the old frame is still known
        assert monitor.silent_nodes() == []  # but silence is watched for anew
        for _ in range(3):
            ecu.send("VCU_Torque")
            await sleep(0.01)
        assert state.count == 3
        assert state.period_max == pytest.approx(0.01)

    watching(main)


def test_the_monitor_completes_the_tallies_of_its_bus() -> None:
    async def main(rig: MemoryRig) -> None:
        monitor = Monitor(DB)
        stop = monitor.attach(rig.bus)
        for message in (frame(0x555), frame(0x18DAF130, extended=True), frame(STATUS.frame_id)):
            rig.put(message)
        await sleep(1)
        tallies = monitor.complete(rig.bus.tallies())
        assert tallies.unknown == {"0x555": 1, "0x18DAF130": 1}
        assert (tallies.received, tallies.undecodable) == (3, 1)
        assert tallies.load_mean is not None
        assert 0 < tallies.load_mean < 0.001
        stop()
        rig.put(frame(0x555))
        assert monitor.complete(rig.bus.tallies()).unknown == {"0x555": 1, "0x18DAF130": 1}

    on_rig(MemoryRig(), main)


FRAMES = st.builds(
    frame,
    st.sampled_from([TORQUE.frame_id, STATUS.frame_id, 0x300, 0x123]),
    st.binary(max_size=12),
    extended=st.booleans(),
)


@settings(max_examples=200)
@given(st.lists(FRAMES, max_size=40))
def test_no_traffic_breaks_the_monitor(frames: list[can.Message]) -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        monitor.take(frames)
        known = sum(state.count for state in monitor.states.values())
        assert known + sum(found.count for found in monitor.unknown.values()) == len(frames)
        for reference in DB.signals():
            monitor.read(reference.name)
        monitor.nodes()
        for state in monitor.states.values():
            assert all(count <= state.count for count in state.flaws.values())

    watching(main)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=30))
def test_failures_are_counted_exactly(frames: list[tuple[bool, int]]) -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        checksums = counters = in_row = 0
        known = False
        for spoiled, step in frames:
            ecu.send("VCU_Torque", int(spoiled), step)
            bad = spoiled or (known and step != 1)
            checksums += spoiled
            counters += not spoiled and known and step != 1
            in_row = in_row + 1 if bad else 0
            known = not spoiled
        state = monitor.state("VCU_Torque")
        assert (state.checksum_failures, state.counter_failures) == (checksums, counters)
        assert (state.bad_in_row, state.is_trusted) == (in_row, in_row < 3)

    watching(main)
