"""Sending from a database: values, counters, checksums, cycles."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from can_help import LibraryRig, MemoryRig, database, on_rig, until
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import loop_time, sleep
from harness.devices.can.codec import codec_of
from harness.devices.can.monitor import Monitor
from harness.devices.can.sender import Sender
from harness.errors import BenchError, BusError, ReadOnlyError, UnknownNameError, UsageError

DB = database()


def sending(
    main: Callable[[MemoryRig, Sender], Awaitable[None]], *, read_only: bool = False
) -> None:
    async def go(rig: MemoryRig) -> None:
        await main(rig, Sender(rig.bus, DB))

    on_rig(MemoryRig(read_only=read_only), go)


def values(rig: MemoryRig, message: str) -> list[dict[str, float]]:
    spec = DB.message(message)
    return [
        codec_of(spec).unpack(frame.data)
        for frame in rig.hub.heard
        if (frame.arbitration_id, frame.is_extended_id) == spec.id
    ]


def test_one_frame_with_everything_in_place() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        monitor = Monitor(DB)
        for _ in range(3):
            sender.send("VCU_Torque", {"VCU_TorqueActual": 12.5, "VCU_Mode": "on"})
        monitor.take(rig.hub.heard)
        state = monitor.state("VCU_Torque")
        assert (state.count, state.flaws) == (3, {})
        (first, second, third) = values(rig, "VCU_Torque")
        assert first["VCU_TorqueActual"] == 12.5
        assert [v["VCU_TorqueCnt"] for v in (first, second, third)] == [0, 1, 2]
        assert rig.bus.tallies().sent == 3

    sending(main)


def test_signals_left_out_keep_their_values() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        sender.send("BMS_Status", {"BMS_Soc": 50})
        sender.send("BMS_Status", {"BMS_State": "charge"})
        first, second = values(rig, "BMS_Status")
        assert (first["BMS_Soc"], first["BMS_Temp"], first["BMS_State"]) == (50, 25, 0)
        assert (second["BMS_Soc"], second["BMS_State"]) == (50, 3)

    sending(main)


def test_multiplexed_messages_change_their_group() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        sender.send("BMS_Cells", {"BMS_CellGroup": 0, "BMS_Cell00": 3.3})
        sender.send("BMS_Cells", {"BMS_CellGroup": 1, "BMS_Cell03": 3.4})
        assert values(rig, "BMS_Cells") == [
            {"BMS_CellGroup": 0, "BMS_Cell00": 3.3, "BMS_Cell01": 0},
            {"BMS_CellGroup": 1, "BMS_Cell02": 0, "BMS_Cell03": 3.4},
        ]
        with pytest.raises(UsageError, match="not in the frame"):
            sender.send("BMS_Cells", {"BMS_CellGroup": 1, "BMS_Cell00": 3.3})

    sending(main)


def test_values_outside_the_description_need_to_be_meant() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        with pytest.raises(UsageError, match="out of range"):
            sender.send("BMS_Status", {"BMS_Soc": 101})
        assert rig.hub.heard == []
        sender.send("BMS_Status", {"BMS_Soc": 101}, strict=False)
        assert values(rig, "BMS_Status")[0]["BMS_Soc"] == 101
        with pytest.raises(UsageError, match="does not fit"):
            sender.send("BMS_Status", {"BMS_Soc": 500}, strict=False)
        with pytest.raises(UnknownNameError):
            sender.send("BMS_Status", {"BMS_Sock": 1})
        with pytest.raises(UnknownNameError):
            sender.send("BMS_Statuss", {})
        assert len(rig.hub.heard) == 1

    sending(main)


def test_faults_are_injected_after_the_checksum() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        def wrong_checksum(data: bytearray) -> None:
            data[7] ^= 0xFF

        monitor = Monitor(DB)
        cyclic = sender.cyclic("VCU_Torque")
        await sleep(0.035)
        cyclic.spoil = wrong_checksum
        await sleep(0.03)
        cyclic.spoil = None
        await sleep(0.02)
        monitor.take(rig.hub.heard)
        assert monitor.state("VCU_Torque").checksum_failures == 3
        assert monitor.state("VCU_Torque").counter_failures == 0
        sender.stop_all()

    sending(main)


def test_cycles_do_not_drift() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        start = loop_time()
        cyclic = sender.cyclic("VCU_Torque", {"VCU_Speed": 30})
        await sleep(100.0)
        cyclic.stop()
        stamps = [frame.timestamp - start for frame in rig.hub.heard]
        assert len(stamps) == 10_001 - (stamps[-1] > 100.0)
        assert stamps == pytest.approx([0.01 * number for number in range(len(stamps))], abs=1e-6)
        sent = cyclic.sent
        await sleep(1)
        assert cyclic.sent == sent
        assert not cyclic.is_running
        monitor = Monitor(DB)
        monitor.take(rig.hub.heard)
        assert monitor.state("VCU_Torque").flaws == {}

    sending(main)


def test_values_change_while_sending() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        cyclic = sender.cyclic("BMS_Status", {"BMS_Soc": 10}, period=0.1)
        await sleep(0.25)
        cyclic.update({"BMS_Soc": 20})
        await sleep(0.1)
        with pytest.raises(UsageError):
            cyclic.update({"BMS_Soc": 200})
        await sleep(0.1)
        assert [v["BMS_Soc"] for v in values(rig, "BMS_Status")] == [10, 10, 10, 20, 20]
        sender.stop_all()

    sending(main)


def test_a_message_is_sent_in_one_rhythm() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        first = sender.cyclic("BMS_Status", {"BMS_Soc": 10})
        second = sender.cyclic("BMS_Status", {"BMS_State": "drive"}, period=0.5)
        assert not first.is_running
        await sleep(1.01)
        assert second.sent == 3
        assert values(rig, "BMS_Status")[-1]["BMS_Soc"] == 10
        counters = [v["BMS_Cnt"] for v in values(rig, "BMS_Status")]
        assert counters == [0, 1, 2, 3]
        sender.cyclic("VCU_Torque")
        assert sender.running == ["BMS_Status", "VCU_Torque"]
        sender.stop_all()
        assert sender.running == []
        heard = len(rig.hub.heard)
        await sleep(10)
        assert len(rig.hub.heard) == heard

    sending(main)


def test_events_need_a_period() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        for period in (None, 0.0, -1.0):
            with pytest.raises(UsageError, match="expected a period above 0 s"):
                sender.cyclic("VCU_Event", period=period)
        sender.cyclic("VCU_Event", {"VCU_EventCode": 513}, period=1)
        sender.stop_all()
        assert rig.hub.heard[0].data == b"\x02\x01"

    sending(main)


def test_nothing_is_sent_when_the_run_is_read_only() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        with pytest.raises(ReadOnlyError, match="VCU_Torque was not sent"):
            sender.send("VCU_Torque")
        with pytest.raises(ReadOnlyError):
            sender.cyclic("VCU_Torque")
        await sleep(5)
        assert sender.running == []
        assert rig.hub.heard == []
        assert (rig.bus.tallies().refused, rig.bus.tallies().sent) == (2, 0)

    sending(main, read_only=True)


def test_a_bus_that_fails_ends_the_cycle_and_says_why() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        told: list[str] = []
        sender.on_failure = lambda error: told.append(error.detail)
        cyclic = sender.cyclic("VCU_Torque")
        await sleep(0.025)
        rig.hub.refuses = True
        await sleep(1)
        assert not cyclic.is_running
        assert isinstance(cyclic.failure, BusError)
        assert rig.bus.tallies().unsent == 1
        (what,) = told
        assert what.startswith("VCU_Torque is no longer sent in cycles, after 3 frames: memory")
        assert what.endswith("bus-off")
        assert list(sender.failed) == ["VCU_Torque"]
        with pytest.raises(BusError):
            sender.cyclic("BMS_Status")
        assert sender.running == []
        assert len(told) == 1, "the step that began the other was told by the error"
        rig.hub.refuses = False
        sender.cyclic("VCU_Torque")
        assert sender.failed == {}, "begun anew"

    sending(main)


def test_a_cycle_that_is_stopped_has_not_failed() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        told: list[BenchError] = []
        sender.on_failure = told.append
        cyclic = sender.cyclic("VCU_Torque")
        await sleep(1)
        sender.stop_all()
        rig.hub.refuses = True
        await sleep(1)
        assert (told, sender.failed, cyclic.failure) == ([], {}, None)

    sending(main)


def test_live_cycles_keep_their_mean_period() -> None:
    async def main(rig: LibraryRig) -> None:
        sender = Sender(rig.bus, DB)
        start = loop_time()
        cyclic = sender.cyclic("VCU_Torque")
        await sleep(0.3)
        # Hold the loop up: what is missed is left out, and the grid stays.
        held = 0.0
        while held < 0.055:
            held = loop_time() - start - 0.3
        await sleep(0.2)
        sender.stop_all()
        elapsed = loop_time() - start
        assert cyclic.sent <= int(elapsed / 0.01) + 1
        await until(lambda: len(rig.heard()) == cyclic.sent)

    on_rig(LibraryRig(), main)


@settings(max_examples=50)
@given(st.integers(1, 50), st.floats(0.001, 1.0), st.floats(0.0, 20.0))
def test_the_number_of_frames_is_that_of_the_cycle(count: int, period: float, phase: float) -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        await sleep(phase)
        cyclic = sender.cyclic("VCU_Torque", period=period)
        await sleep((count - 0.5) * period)
        assert cyclic.sent == count
        sender.stop_all()

    sending(main)


def test_closing_the_bus_ends_cycles() -> None:
    async def main(rig: MemoryRig, sender: Sender) -> None:
        cyclic = sender.cyclic("VCU_Torque")
        await rig.bus.close()
        await asyncio.sleep(0.1)
        assert not cyclic.is_running
        assert cyclic.failure is not None

    sending(main)
