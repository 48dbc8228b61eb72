"""Four buses at full load, live: received, checked, recorded, without losing a frame.

Another process plays four slcan adapters on TCP. Each sends what a bus of 500 kbit/s carries when
it is never idle: 20 messages with counter and checksum, about 4,000 frames a second, paced by the
exact lengths of their frames. Here they are received by four `CanBus`, monitored (counter,
checksum and range of every frame) and recorded as BLF. What counts is the processor time of this
process, all its threads, from the first frame to the last. The baseline does less: python-can's
own slcan interface and Notifier, recording as BLF, nothing checked.

    python benchmarks/can_live.py [--seconds 10]
"""

import argparse
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import can
from comparison import Row, compare, in_fresh_process, markdown, scratch

from harness.clock import Clock, Deadline, run, sleep
from harness.devices.can.bus import CanBus
from harness.devices.can.capture import Capture
from harness.devices.can.checks import Protection
from harness.devices.can.connection import CanConnection
from harness.devices.can.database import Database, load_database
from harness.devices.can.load import frame_bits
from harness.devices.can.logs import read_log
from harness.devices.can.monitor import Monitor

BUSES, MESSAGES, BITRATE = 4, 20, 500_000
SECONDS = 10.0
BACKLOG = 30.0
"""Seconds that a receiver may need beyond the time of sending before it is given up."""
CORE_TARGET = 1.0
HOST = "127.0.0.1"

ATTRIBUTES = """\
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_DEF_ BO_ "ChkSignal" STRING;
BA_DEF_ BO_ "ChkAlgorithm" STRING;
BA_DEF_ BO_ "CntSignal" STRING;
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_DEF_DEF_ "ChkSignal" "";
BA_DEF_DEF_ "ChkAlgorithm" "";
BA_DEF_DEF_ "CntSignal" "";
"""


def describe(folder: Path, bus: int) -> Path:
    """The description of one bus, as a file."""
    lines = ['VERSION ""', "", "BU_: Unit Tester", ""]
    attributes = [ATTRIBUTES]
    for number in range(MESSAGES):
        identifier = 0x100 * (bus + 1) + 8 * number
        lines += [
            f"BO_ {identifier} Bus{bus}Message{number}: 8 Unit",
            ' SG_ Voltage : 0|16@1+ (0.1,0) [0|1000] "V" Tester',
            ' SG_ Current : 23|16@0- (0.1,0) [-1000|1000] "A" Tester',
            ' SG_ Temperature : 32|8@1+ (1,-40) [-40|150] "degC" Tester',
            ' SG_ State : 40|4@1+ (1,0) [0|5] "" Tester',
            ' SG_ Counter : 48|4@1+ (1,0) [0|15] "" Tester',
            ' SG_ Checksum : 56|8@1+ (1,0) [0|255] "" Tester',
            "",
        ]
        attributes += [
            f'BA_ "GenMsgCycleTime" BO_ {identifier} 5;',
            f'BA_ "ChkSignal" BO_ {identifier} "Checksum";',
            f'BA_ "ChkAlgorithm" BO_ {identifier} "crc8-sae-j1850";',
            f'BA_ "CntSignal" BO_ {identifier} "Counter";',
        ]
    path = folder / f"bus{bus}.dbc"
    path.write_text("\n".join([*lines, *attributes]) + "\n")
    return path


def frames(database: Database, seconds: float) -> Iterator[tuple[float, bytes]]:
    """What the bus carries: for each frame when it is at its end, and its line of slcan."""
    protections = [Protection(message) for message in database.messages]
    at = 0.0
    number = 0
    while at < seconds:
        message = database.messages[number % MESSAGES]
        cycle = number // MESSAGES
        data = bytearray(8)
        data[0:2] = (3500 + cycle % 400).to_bytes(2, "little")
        data[2:4] = (cycle * 7 % 4000 - 2000).to_bytes(2, "big", signed=True)
        data[4], data[5] = 65 + cycle // 900 % 60, cycle // 300 % 6
        protections[number % MESSAGES].apply(data, cycle)
        frame = can.Message(arbitration_id=message.frame_id, is_extended_id=False, data=data)
        at += frame_bits(frame) / BITRATE
        yield at, f"t{message.frame_id:03X}8{data.hex().upper()}\r".encode()
        number += 1


def feed(folder: Path, seconds: float) -> None:
    """The other process: four adapters, from the opening of the last until all is sent."""
    waiting = []
    for bus in range(BUSES):
        database = load_database(describe(folder, bus))
        waiting.append(list(frames(database, seconds))[::-1])
    listeners = [socket.create_server((HOST, 0)) for _ in range(BUSES)]
    ports = [listener.getsockname()[1] for listener in listeners]
    print(json.dumps({"ports": ports, "frames": [len(lines) for lines in waiting]}), flush=True)
    links = [listener.accept()[0] for listener in listeners]
    for link in links:
        commands = b""
        while not commands.endswith((b"O\r", b"L\r")):
            commands += link.recv(100)
    began = time.perf_counter()
    while any(waiting):
        now = time.perf_counter() - began
        for link, lines in zip(links, waiting, strict=True):
            due = []
            while lines and lines[-1][0] <= now:
                due.append(lines.pop()[1])
            link.sendall(b"".join(due))
        time.sleep(0.001)
    sys.stdin.read()  # the adapters stay until the receiver is done and ends this process


@contextmanager
def feeding(folder: Path, seconds: float) -> Iterator[tuple[list[int], list[int]]]:
    """The other process; the ports of its adapters, and how many frames each will send."""
    command = [sys.executable, __file__, "feed", str(folder), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        plan = json.loads(process.stdout.readline())
        try:
            yield plan["ports"], plan["frames"]
        finally:
            process.terminate()  # it may still be sending to a receiver that gave up


async def receive(
    folder: Path, ports: list[int], expected: list[int], within: float
) -> dict[str, float]:
    """Ours: receive, check and record everything."""
    clock = Clock(virtual=False)
    buses, monitors, captures = [], [], []
    for number, port in enumerate(ports):
        connection = CanConnection(can="slcan", channel=f"socket://{HOST}:{port}")
        bus = CanBus(f"bus{number}", connection, clock=clock, read_only=True)
        monitor = Monitor(load_database(folder / f"bus{number}.dbc"))
        capture = Capture(folder / f"bus{number}.blf", clock=clock, channel=number)
        monitor.attach(bus)
        capture.attach(bus)
        buses.append(bus)
        monitors.append(monitor)
        captures.append(capture)
    began = time.process_time(), time.perf_counter()
    for bus in buses:
        await bus.open(Deadline.after(10))
    deadline = Deadline.after(within)
    while sum(bus.tallies().received for bus in buses) < sum(expected):
        if deadline.passed():
            break
        await sleep(0.05)
    spent, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    for capture in captures:
        capture.close()
    for bus in buses:
        await bus.close()
    states = [state for monitor in monitors for state in monitor.states.values()]
    found = [bus.tallies() for bus in buses]
    return {
        "seconds": spent,
        "wall": wall,
        "frames": sum(one.received for one in found),
        "garbled": sum(one.garbled for one in found),
        "flaws": sum(sum(state.flaws.values()) for state in states),
        "checked": sum(state.count for state in states),
        "recorded": sum(len(read_log(capture.path).recording.frames) for capture in captures),
    }


def receive_with_python_can(
    folder: Path, ports: list[int], expected: list[int], within: float
) -> dict[str, float]:
    """The baseline: the library's own interface, Notifier and writer."""
    done = threading.Event()
    writers = [can.BLFWriter(folder / f"theirs{number}.blf") for number in range(BUSES)]
    counts = [0] * BUSES

    def recorder(number: int) -> Callable[[can.Message], None]:
        def take(message: can.Message) -> None:
            writers[number].on_message_received(message)
            counts[number] += 1
            if counts[number] == expected[number] and counts == expected:
                done.set()

        return take

    began = time.process_time(), time.perf_counter()
    buses = [
        can.Bus(
            interface="slcan",
            channel=f"socket://{HOST}:{port}",
            bitrate=BITRATE,
            sleep_after_open=0,
        )
        for port in ports
    ]
    notifiers = [
        can.Notifier(bus, [recorder(number)], timeout=0.1) for number, bus in enumerate(buses)
    ]
    done.wait(within)
    spent, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    for notifier in notifiers:
        notifier.stop()
    for bus in buses:
        bus.shutdown()
    for writer in writers:
        writer.stop()
    return {"seconds": spent, "wall": wall, "frames": sum(counts)}


def measure(who: str, seconds: float) -> dict[str, float]:
    """One run of one receiver, with its feeder."""
    within = seconds + BACKLOG
    with scratch() as name:
        folder = Path(name)
        with feeding(folder, seconds) as (ports, expected):
            if who == "ours":
                found = run(lambda: receive(folder, ports, expected, within), virtual=False)
            else:
                found = receive_with_python_can(folder, ports, expected, within)
        return {**found, "expected": sum(expected), "sent_in": seconds}


def rows(seconds: float = SECONDS) -> list[Row]:
    """Each receiver in a fresh process. Raises SystemExit when a frame was lost or wrong."""
    ours = in_fresh_process(__file__, "ours", str(seconds))
    theirs = in_fresh_process(__file__, "theirs", str(seconds))
    total = ours["expected"]
    for fact, value in (("frames", total), ("checked", total), ("recorded", total)):
        if ours[fact] != value:
            raise SystemExit(f"{fact}: {ours[fact]} of {value}")
    if ours["flaws"] or ours["garbled"]:
        raise SystemExit(f"{ours['flaws']} flaws, {ours['garbled']} garbled lines")
    lost = theirs["expected"] - theirs["frames"]
    rate = total / seconds
    share = ours["seconds"] / ours["wall"]
    note = f"{total:,} frames, {rate:,.0f}/s; none lost, none wrong, all recorded"
    return [
        compare(
            "CAN live, one frame received, checked and recorded",
            ours["seconds"] / total,
            theirs["seconds"] / max(1, theirs["frames"]),
            name="python-can, recorded only",
            target=None,
            note=f"the baseline lost {lost:,.0f} and took {theirs['wall']:.1f} s",
        ),
        Row(
            f"CAN live, {BUSES} buses at 100 % of {BITRATE // 1000} kbit/s",
            f"{100 * share:.0f} % of one core",
            "one core",
            share,
            CORE_TARGET,
            note,
        ),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given, rest = parser.parse_known_args()
    match rest:
        case ["feed", folder, length]:
            feed(Path(folder), float(length))
        case [("ours" | "theirs") as who, length]:
            print(json.dumps(measure(who, float(length))))
        case _:
            print(markdown(rows(given.seconds)))
