"""Silent control units, and waiting for what frames bring."""

import asyncio
from functools import partial

import pytest
from can_ecu_help import DB, STATUS, Sending, watching
from can_help import MemoryRig, SlcanRig, frame, on_rig, soon

from harness.clock import Deadline, loop_time, sleep
from harness.devices.can.codec import codec_of
from harness.devices.can.monitor import Monitor
from harness.devices.can.silence import Silence
from harness.errors import DeviceLostError, UnknownNameError, UsageError
from harness.quantity import Quality


def test_silent_nodes_need_time_to_be_known() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        assert monitor.observation_time == pytest.approx(0.5)
        assert monitor.nodes() == {"VCU": Silence.UNKNOWN, "BMS": Silence.UNKNOWN}
        await sleep(0.4)
        assert monitor.silent_nodes() == ["VCU"]  # its slowest message is due every 10 ms
        await sleep(0.11)
        assert monitor.silent_nodes() == ["VCU", "BMS"]
        ecu.send("BMS_Status")
        assert monitor.nodes() == {"VCU": Silence.SILENT, "BMS": Silence.PARTLY}
        assert [m.name for m in monitor.missing()] == ["VCU_Torque", "BMS_Cells"]
        ecu.send("BMS_Cells")
        ecu.send("VCU_Torque")
        assert monitor.nodes() == {"VCU": Silence.ALIVE, "BMS": Silence.ALIVE}
        assert monitor.missing() == []
        await sleep(0.06)
        assert monitor.silent_nodes() == ["VCU"]
        await sleep(0.5)
        assert monitor.silent_nodes() == ["VCU", "BMS"]

    watching(main)


def test_waiting_is_ended_by_the_frame() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        asked = 0

        def charged(m: Monitor) -> float | None:
            nonlocal asked
            asked += 1
            reading = m.read("BMS_Soc")
            return loop_time() if reading.value == 80 else None

        loop = asyncio.get_running_loop()
        for number in range(10):
            at = loop.time() + 0.1 * number
            loop.call_at(at, partial(ecu.send, "BMS_Status", BMS_Soc=77 + number))
        assert await monitor.wait_for(charged, soon(5)) == pytest.approx(0.3)
        assert loop_time() == pytest.approx(0.3)
        assert asked == 5  # at once, and at each of four frames
        assert await monitor.wait_for(charged, soon(0)) is not None

    watching(main)


def test_waiting_ends_at_the_deadline() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        assert await monitor.wait_for(lambda m: False, Deadline.after(2)) is None
        assert loop_time() == pytest.approx(2)
        assert await monitor.next_frame("BMS_Status", Deadline.after(1)) is None
        assert loop_time() == pytest.approx(3)

    watching(main)


def test_what_time_alone_fulfils_can_be_waited_for() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        ecu.send("VCU_Torque")

        def stale(m: Monitor) -> bool:
            return m.read("VCU_Speed").quality is Quality.STALE

        assert await monitor.wait_for(stale, soon(5), every=0.01)
        assert loop_time() == pytest.approx(0.06, abs=0.011)
        ecu.send("VCU_Torque")
        assert await monitor.wait_for(stale, Deadline.after(0.2))  # asked once more at the end

    watching(main)


def test_the_next_frame_of_a_message() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        ecu.send("BMS_Status", BMS_Soc=1)
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, monitor.take, [frame(STATUS.frame_id, extended=True)])
        loop.call_later(0.2, lambda: ecu.send("BMS_Status", BMS_Soc=2))
        found = await monitor.next_frame("BMS_Status", soon())
        assert found is not None
        assert codec_of(STATUS).unpack(found.data)["BMS_Soc"] == 2
        loop.call_later(0.1, monitor.take, [frame(0x7E8, b"\x50"), frame(0x7E8, b"\x51")])
        raw = await monitor.next_frame((0x7E8, False), soon())
        assert raw is not None
        assert raw.data == b"\x50"
        with pytest.raises(UnknownNameError):
            await monitor.next_frame("Nothing", soon())

    watching(main)


def test_a_dead_bus_ends_all_waiting() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        waiting = [
            asyncio.create_task(monitor.wait_for(lambda m: False, soon())),
            asyncio.create_task(monitor.next_frame("BMS_Status", soon())),
        ]
        await sleep(0.1)
        monitor.fail(DeviceLostError("pulled out"))
        for task in waiting:
            with pytest.raises(DeviceLostError, match="pulled out"):
                await task
        with pytest.raises(DeviceLostError):
            await monitor.next_frame("BMS_Status", soon())
        assert loop_time() < 1

    watching(main)


def test_a_condition_that_fails_fails_its_own_waiting() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        def broken(m: Monitor) -> bool:
            if m.state("BMS_Status").count:
                raise UsageError("broken")
            return False

        loop = asyncio.get_running_loop()
        loop.call_later(0.1, lambda: ecu.send("BMS_Status"))
        other = asyncio.create_task(monitor.next_frame("BMS_Status", soon()))
        with pytest.raises(UsageError, match="broken"):
            await monitor.wait_for(broken, soon())
        assert await other is not None

    watching(main)


def test_waiting_can_be_cancelled() -> None:
    async def main(monitor: Monitor, ecu: Sending) -> None:
        task = asyncio.create_task(monitor.wait_for(lambda m: False, soon()))
        await sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        ecu.send("BMS_Status")
        assert loop_time() == pytest.approx(0.1)

    watching(main)


def test_pulling_the_adapter_ends_waiting() -> None:
    async def main(rig: SlcanRig) -> None:
        monitor = Monitor(DB)
        monitor.attach(rig.bus)
        waiting = asyncio.create_task(monitor.wait_for(lambda m: False, soon()))
        await sleep(0.05)
        await rig.disconnect()
        with pytest.raises(DeviceLostError, match="the other end has closed the connection"):
            await waiting

    on_rig(SlcanRig(), main)


def test_a_bus_that_is_opened_again_can_be_waited_for() -> None:
    async def main(rig: MemoryRig) -> None:
        monitor = Monitor(DB)
        monitor.fail(DeviceLostError("gone"))
        monitor.attach(rig.bus)
        stop = monitor.attach(rig.bus)  # not twice: each frame counts once
        asyncio.get_running_loop().call_later(0.1, rig.put, frame(STATUS.frame_id, bytes(8)))
        assert await monitor.next_frame("BMS_Status", soon()) is not None
        stop()
        rig.put(frame(STATUS.frame_id, bytes(8)))
        assert monitor.state("BMS_Status").count == 1

    on_rig(MemoryRig(), main)
