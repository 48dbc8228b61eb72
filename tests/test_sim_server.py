"""Frames: the simulated devices on in-memory, TCP and serial lines, and disturbed wires."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ModbusIOException
from pymodbus.framer import FramerRTU, FramerType
from pymodbus.transport import NULLMODEM_HOST

from harness.clock import Clock, loop_time, run, sleep
from harness.devices.modbus.points import Profile
from harness.devices.modbus.profile import load_profile
from harness.errors import ConnectionFailedError, UnknownNameError, UsageError
from simulators.bench import SimulatedBench
from simulators.wire import EVERY, Disturbance

PILE = load_profile("gb-ac-pile")
SUNGROW = load_profile("sungrow-ac011e")
METER = load_profile("eastron-sdm630")
Work = Callable[[Any, SimulatedBench], Awaitable[None]]


def make_bench(
    clock: Clock, *, seed: int = 1, pile: Profile | None = PILE, meter: Profile | None = None,
    delay: float = 0.015,
) -> SimulatedBench:  # fmt: skip
    return SimulatedBench(
        seed=seed,
        now=clock.elapsed,
        wall=lambda: clock.now().utc,
        pile=pile,
        meter=meter,
        response_delay=delay,
    )


def on_memory(work: Work, *, rtu: bool = True, **bench: Any) -> None:
    """Run `work` with a plain pymodbus client on the pile's in-memory line, in virtual time."""

    async def main() -> None:
        made = make_bench(Clock(virtual=True), **bench)
        role = "pile" if "pile" in made.slaves else "meter"
        if rtu:
            connection = (await made.start_in_memory())[role]
            framer = FramerType.RTU
        else:
            from simulators.modbus_server import serve_in_memory  # noqa: PLC0415

            serving = await serve_in_memory(made.slaves[role], "tcp")
            made._servings.append(serving)
            connection = type("C", (), {"port": serving.port})()
            framer = FramerType.SOCKET
        client = AsyncModbusTcpClient(
            NULLMODEM_HOST, port=connection.port, framer=framer, retries=0, timeout=1
        )
        assert await client.connect()
        try:
            await work(client, made)
        finally:
            client.close()
            await made.stop()

    run(main, virtual=True)


@pytest.mark.parametrize("rtu", [True, False], ids=["rtu frames", "tcp frames"])
def test_all_functions(rtu: bool) -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        volts = await client.read_input_registers(120, count=3, device_id=1)
        assert all(2100 < word < 2350 for word in volts.registers)
        assert (await client.read_discrete_inputs(0, count=9, device_id=1)).bits[:9] == [
            False, False, False, False, True, False, False, True, False,
        ]  # fmt: skip
        assert (await client.read_coils(0, count=3, device_id=1)).bits[0] is True
        assert (await client.read_holding_registers(2, count=1, device_id=1)).registers == [320]
        assert not (await client.write_register(2, 100, device_id=1)).isError()
        assert (await client.read_holding_registers(2, count=1, device_id=1)).registers == [100]
        assert not (await client.write_registers(0, [0x6A00, 5], device_id=1)).isError()
        clock = await client.read_holding_registers(0, count=2, device_id=1)
        assert clock.registers == [0x6A00, 5]
        assert not (await client.write_coil(0, False, device_id=1)).isError()
        assert bench.rig.pile.controller.charging_state == "unavailable"

    on_memory(work, rtu=rtu)


@pytest.mark.parametrize("rtu", [True, False], ids=["rtu frames", "tcp frames"])
def test_refusals(rtu: bool) -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        async def code(request: Awaitable[Any]) -> int:
            reply = await request
            assert reply.isError()
            return int(reply.exception_code)

        assert await code(client.read_input_registers(107, count=1, device_id=1)) == 2
        assert await code(client.read_input_registers(0, count=121, device_id=1)) == 3
        assert await code(client.write_register(2, 59, device_id=1)) == 3
        assert await code(client.write_register(120, 5, device_id=1)) == 2
        assert await code(client.write_coils(0, [True, True], device_id=1)) == 1
        assert await code(client.read_exception_status(device_id=1)) == 1
        assert await code(client.mask_write_register(address=2, device_id=1)) == 1

    on_memory(work, rtu=rtu)


@pytest.mark.parametrize("rtu", [True, False], ids=["rtu frames", "tcp frames"])
def test_silence_for_other_units_and_without_power(rtu: bool) -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        async def silent(unit: int) -> bool:
            try:
                await client.read_input_registers(120, count=1, device_id=unit)
            except ModbusIOException:
                return True
            return False

        assert await silent(2)
        assert not await silent(1)
        bench.rig.world.set_supply(level=0.0)
        assert await silent(1)

    on_memory(work, rtu=rtu)


def test_a_written_unit_id_counts_from_the_next_request() -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        assert not (await client.write_register(6, 7, device_id=1)).isError()
        reply = await client.read_holding_registers(6, count=1, device_id=7)
        assert reply.registers == [7]

    on_memory(work)


def test_the_response_takes_its_time_exactly() -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        for delay in (0.015, 0.2, 0.0):
            bench.slaves["pile"].response_delay = delay
            before = loop_time()
            await client.read_input_registers(120, count=1, device_id=1)
            assert loop_time() - before == pytest.approx(delay)

    on_memory(work)


async def _outcomes(client: Any, count: int) -> list[str]:
    found = []
    for _ in range(count):
        try:
            reply = await client.read_input_registers(100, count=1, device_id=1)
        except ModbusIOException:
            found.append("nothing")
        else:
            found.append(f"exception {reply.exception_code}" if reply.isError() else "ok")
    return found


@pytest.mark.parametrize("rtu", [True, False], ids=["rtu frames", "tcp frames"])
@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (Disturbance.DROPPED, "nothing"),
        (Disturbance.DELAYED, "nothing"),
        (Disturbance.CORRUPTED, "nothing"),
        (Disturbance.WRONG_UNIT, "nothing"),
        (Disturbance.REFUSED, "exception 6"),
    ],
)
def test_disturbances_hit_now_and_then_and_never_twice(
    kind: Disturbance, seen: str, rtu: bool
) -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        wire = bench.rig.wires["pile"]
        wire.set(kind, True)
        found = await _outcomes(client, 3 * EVERY)
        hits = [number for number, outcome in enumerate(found) if outcome != "ok"]
        # A hung device on a serial line answers only the repeated request: one reply fewer.
        step = EVERY + 1 if rtu and kind is Disturbance.DELAYED else EVERY
        assert hits == list(range(EVERY - 1, 3 * EVERY, step))
        assert {found[number] for number in hits} == {seen}
        assert len([hit for hit in hits if hit < 100]) >= 2  # more than 1 % of 100 reads
        wire.set(kind, False)
        assert set(await _outcomes(client, EVERY + 1)) == {"ok"}

    on_memory(work, rtu=rtu)


def test_disturbances_take_turns() -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        wire = bench.rig.wires["pile"]
        wire.set(Disturbance.DROPPED, True)
        wire.set(Disturbance.REFUSED, True)
        found = await _outcomes(client, 4 * EVERY)
        hits = [outcome for outcome in found if outcome != "ok"]
        assert hits == ["exception 6", "nothing", "exception 6", "nothing"]
        assert [number % EVERY for number, o in enumerate(found) if o != "ok"] == [EVERY - 1] * 4

    on_memory(work)


def test_a_hung_device_answers_the_latest_request() -> None:
    """A reply that is too late must never be taken for the answer to another request."""

    async def work(client: Any, bench: SimulatedBench) -> None:
        bench.rig.wires["pile"].set(Disturbance.DELAYED, True)
        await _outcomes(client, EVERY - 1)
        with pytest.raises(ModbusIOException):
            await client.read_input_registers(120, count=1, device_id=1)
        reply = await client.read_holding_registers(2, count=1, device_id=1)
        assert reply.registers == [320]

    on_memory(work)


def test_two_benches_in_one_process_do_not_meet() -> None:
    async def main() -> None:
        clock = Clock(virtual=True)
        benches = [make_bench(clock, seed=seed, meter=METER) for seed in (1, 2)]
        ports = []
        for bench in benches:
            connections = await bench.start_in_memory()
            assert set(connections) == {"pile", "meter"}
            ports += [connection.port for connection in connections.values()]
        assert len(set(ports)) == 4
        benches[0].rig.world.plug_in()
        await sleep(1.0)
        states = [bench.rig.pile.controller.charging_state for bench in benches]
        for bench in benches:
            await bench.stop()
            await bench.stop()
        assert states == ["connected", "idle"]

    run(main, virtual=True)


# Live: sockets and serial ports, on the ordinary loop


def test_tcp_port_serves_any_client() -> None:
    async def main() -> None:
        bench = make_bench(Clock(virtual=False), delay=0.0)
        address = await bench.serve("pile", "tcp://127.0.0.1:0")
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        client = AsyncModbusTcpClient(host, port=int(port), retries=0, timeout=5)
        assert await client.connect()
        reply = await client.read_input_registers(120, count=3, device_id=1)
        assert all(2100 < word < 2350 for word in reply.registers)
        client.close()
        await bench.stop()

    run(main, virtual=False)


def test_rtu_over_tcp_serves_rtu_frames() -> None:
    async def main() -> None:
        bench = make_bench(Clock(virtual=False), pile=SUNGROW, delay=0.0)
        address = await bench.serve("pile", "rtu-over-tcp://127.0.0.1:0")
        assert address.startswith("rtu-over-tcp://127.0.0.1:")
        client = AsyncModbusTcpClient(
            "127.0.0.1", port=int(address.rpartition(":")[2]), framer=FramerType.RTU,
            retries=0, timeout=5,
        )  # fmt: skip
        assert await client.connect()
        reply = await client.read_input_registers(21316, count=1, device_id=248)
        assert reply.registers == [1]
        client.close()
        await bench.stop()

    run(main, virtual=False)


if hasattr(os, "openpty"):

    def test_serial_port_serves_rtu_frames() -> None:
        import tty  # noqa: PLC0415 - not on Windows

        async def main() -> None:
            # Two ptys, joined like two ends of a null-modem cable.
            loop = asyncio.get_running_loop()
            ends = [os.openpty() for _ in range(2)]
            for master, slave in ends:
                tty.setraw(master)
                tty.setraw(slave)
                os.set_blocking(master, False)
            (left, left_slave), (right, right_slave) = ends
            loop.add_reader(left, lambda: os.write(right, os.read(left, 4096)))
            loop.add_reader(right, lambda: os.write(left, os.read(right, 4096)))
            bench = make_bench(Clock(virtual=False), pile=None, meter=METER, delay=0.0)
            name = os.ttyname(left_slave)
            assert await bench.serve("meter", f"rtu:{name}") == f"rtu:{name}"
            client = AsyncModbusSerialClient(
                os.ttyname(right_slave), baudrate=9600, retries=0, timeout=5
            )
            assert await client.connect()
            reply = await client.read_input_registers(0, count=2, device_id=1)
            volts = client.convert_from_registers(
                reply.registers, client.DATATYPE.FLOAT32, word_order="big"
            )
            assert 210 < float(str(volts)) < 235
            client.close()
            await bench.stop()
            for master, slave in ends:
                loop.remove_reader(master)
                os.close(master)
                os.close(slave)

        run(main, virtual=False)


def test_addresses_that_cannot_be_served() -> None:
    async def main() -> None:
        bench = make_bench(Clock(virtual=False))
        for address in ("", "tcp://", "tcp://host", "tcp://h:99999", "udp://h:1", "rtu:", "rtu"):
            with pytest.raises(UsageError):
                await bench.serve("pile", address)
        with pytest.raises(UnknownNameError):
            await bench.serve("meter", "tcp://127.0.0.1:0")
        with pytest.raises(ConnectionFailedError):
            await bench.serve("pile", "rtu:/dev/no-such-port")
        taken = await bench.serve("pile", "tcp://127.0.0.1:0")
        with pytest.raises(ConnectionFailedError):
            await bench.serve("pile", taken)
        await bench.stop()

    run(main, virtual=False)


def test_a_served_world_moves_without_requests() -> None:
    """The watchdog opens the contactor in real time though nobody asks for anything."""

    async def main() -> None:
        bench = make_bench(Clock(virtual=False))
        await bench.serve("pile", "tcp://127.0.0.1:0")
        pile = bench.rig.pile
        tripped = asyncio.Event()
        bench.trace.subscribe(
            lambda entry: tripped.set() if entry[1:] == ("watchdog", "tripped") else None
        )
        pile.watchdog.timeout = 0.05
        async with asyncio.timeout(10):
            await tripped.wait()
        await bench.stop()

    run(main, virtual=False)


# Whatever arrives, nothing breaks


async def _survives(scheme: str, frames: list[bytes]) -> None:
    bench = make_bench(Clock(virtual=False), delay=0.0)
    address = await bench.serve("pile", f"{scheme}://127.0.0.1:0")
    port = int(address.rpartition(":")[2])
    for frame in frames:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(frame)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    framer = FramerType.SOCKET if scheme == "tcp" else FramerType.RTU
    client = AsyncModbusTcpClient("127.0.0.1", port=port, framer=framer, retries=0, timeout=5)
    assert await client.connect()
    reply = await client.read_input_registers(100, count=1, device_id=1)
    assert reply.registers == [0]
    client.close()
    await bench.stop()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=300), max_size=4))
def test_garbage_on_tcp(frames: list[bytes]) -> None:
    run(lambda: _survives("tcp", frames), virtual=False)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.binary(min_size=2, max_size=200), max_size=4))
def test_sound_rtu_frames_with_any_content(payloads: list[bytes]) -> None:
    frames = [
        payload + FramerRTU.compute_CRC(payload).to_bytes(2, "big")
        for payload in (b"\x01" + payload for payload in payloads)
    ]
    run(lambda: _survives("rtu-over-tcp", frames), virtual=False)


@pytest.mark.parametrize(
    ("request_pdu", "reply_pdu"),
    [
        ("0800000000", "8801"),  # diagnostics: not accepted by the profile
        ("2b0e0100", "ab01"),
        ("41", "c101"),  # not a function that pymodbus knows
        ("0400780000", "8403"),  # nothing asked for
        ("0400780080", "8403"),  # more than 125
        ("10000200020401f4", "9003"),  # fewer words than it says
    ],
)
def test_odd_requests_get_the_right_exception(request_pdu: str, reply_pdu: str) -> None:
    async def main() -> None:
        bench = make_bench(Clock(virtual=False), delay=0.0)
        address = await bench.serve("pile", "tcp://127.0.0.1:0")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        pdu = bytes.fromhex(request_pdu)
        writer.write(b"\x12\x34\0\0" + (len(pdu) + 1).to_bytes(2, "big") + b"\x01" + pdu)
        async with asyncio.timeout(5):
            reply = await reader.readexactly(9)
        assert reply == b"\x12\x34\0\0\0\x03\x01" + bytes.fromhex(reply_pdu)
        writer.close()
        await writer.wait_closed()
        await bench.stop()

    run(main, virtual=False)


# Gateways on the way


def test_a_frozen_gateway_answers_from_memory_and_still_hands_on_writes() -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        async def limit_and_clock() -> tuple[int, int]:
            words = (await client.read_holding_registers(0, count=3, device_id=1)).registers
            return words[2], words[0] << 16 | words[1]

        bench.rig.wires["pile"].cache_for = float("inf")
        limit, clock = await limit_and_clock()
        await sleep(30)
        assert not (await client.write_register(2, 100, device_id=1)).isError()
        assert await limit_and_clock() == (limit, clock)
        assert bench.rig.pile.controller.current_limit == 10.0
        bench.rig.wires["pile"].cache_for = 0.0
        shown, later = await limit_and_clock()
        assert shown == 100
        assert later - clock >= 30

    on_memory(work)


def test_a_stale_gateway_fetches_anew_after_its_time() -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        async def clock() -> int:
            words = (await client.read_holding_registers(0, count=2, device_id=1)).registers
            return int(words[0] << 16 | words[1])

        bench.rig.wires["pile"].cache_for = 20.0
        first = await clock()
        await sleep(15)
        assert await clock() == first
        await sleep(6)
        assert await clock() - first >= 20

    on_memory(work)


def test_a_gateway_that_swaps_words_does_so_both_ways_and_leaves_the_rest() -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        async def words(count: int, at: int) -> list[int]:
            return list(
                (await client.read_holding_registers(at, count=count, device_id=1)).registers
            )

        sound, limit = await words(2, 0), await words(1, 2)
        bench.rig.wires["pile"].words_swapped = True
        swapped = await words(2, 0)
        assert swapped[0] - sound[1] in (0, 1)
        assert swapped[1] == sound[0]
        assert await words(1, 2) == limit
        assert not (await client.write_registers(0, [0x1234, 0x6000], device_id=1)).isError()
        assert abs(bench.rig.pile.clock.read() - 0x60001234) < 2

    on_memory(work)


@pytest.mark.parametrize("broken", ["broken", "baud"])
def test_a_dead_wire_is_silent(broken: str) -> None:
    async def work(client: Any, bench: SimulatedBench) -> None:
        wire = bench.rig.wires["pile"]
        if broken == "broken":
            wire.broken = True
        else:
            wire.baud_matches = False
        with pytest.raises(ModbusIOException):
            await client.read_holding_registers(2, count=1, device_id=1)
        wire.broken, wire.baud_matches = False, True
        assert not (await client.read_holding_registers(2, count=1, device_id=1)).isError()

    on_memory(work)
