"""Every register map, served live and read back by mbpoll, then driven by the harness.

    python tests/mbpoll_run.py [--profile NAME]

Needs Linux and `mbpoll` (libmodbus), which shares nothing with this project or with pymodbus. Each
map is served over its own transport: a serial line (two pseudo-terminals, wired to each other) or
TCP. mbpoll reads one point of every table and type; its registers are decoded here, from the YAML
file alone, and held against what the harness reads. Then the harness runs a charging session on
every pile, from start to safe state, over the same transport.
"""

import argparse
import asyncio
import os
import re
import selectors
import struct
import subprocess
import sys
import tempfile
import threading
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from harness.clock import Clock, Deadline
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.modbus.profile import SHIPPED, load_profile
from harness.events import Transaction
from harness.quantity import Measurement, Quality

HARNESS = [sys.executable, "-m", "harness"]
TABLES = {"coil": "0", "discrete": "1", "input": "3:hex", "holding": "4:hex"}
WORDS = {"u32": 2, "i32": 2, "f32": 2, "u64": 4, "f64": 4}
FORMATS = {"u32": ">I", "i32": ">i", "f32": ">f", "u64": ">Q", "f64": ">d", "i16": ">h"}
TOLERANCE = 0.05
"""Of a reading: voltages and currents move between two reads."""

SESSION = """procedure: SESSION-TEST-01
title: {{zh: 充电会话, en: Charging session}}
steps:
  - id: held
    title: {{zh: 先停住, en: Held back first}}
    do: pile.stop_charging
    limit: {{within: 60 s}}
  - id: start
    title: {{zh: 启动充电, en: Start charging}}
    do: pile.start_charging
    with:
      current: 16 A
      unguarded: {unguarded}
      does: connect-vehicle
      ask: {{zh: 请连接车辆。, en: Connect the vehicle.}}
    limit: {{within: 60 s}}
    on_fail: stop_run
  - id: charging
    title: {{zh: 保持充电, en: Keeps charging}}
    do: pile.holds
    with: {{point: charging_state, is: charging, for: 3 s}}
  - id: stop
    title: {{zh: 停止充电, en: Stop charging}}
    do: pile.stop_charging
    limit: {{within: 60 s}}
"""


@contextmanager
def serial_line() -> Iterator[tuple[str, str]]:
    """Two pseudo-terminals, wired to each other like a null-modem cable."""
    ends = [os.openpty(), os.openpty()]
    for _, terminal in ends:
        tty.setraw(terminal)
    over = threading.Event()

    def carry() -> None:
        with selectors.DefaultSelector() as ready:
            for (source, _), (target, _) in (ends, ends[::-1]):
                ready.register(source, selectors.EVENT_READ, target)
            while not over.is_set():
                for key, _ in ready.select(0.1):
                    os.write(key.data, os.read(key.fd, 4096))

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        yield os.ttyname(ends[0][1]), os.ttyname(ends[1][1])
    finally:
        over.set()
        thread.join()
        for pair in ends:
            for end in pair:
                os.close(end)


@contextmanager
def served(name: str, kind: str, address: str) -> Iterator[str]:
    """The map served by `harness sim`; the address that it has got."""
    plain = ["--modbus", address, "--vehicle", "connected"]
    command = ["sim", "pile", "--profile", name, *plain]
    if kind == "meter":
        command = ["sim", "bench", "--modbus", "tcp://127.0.0.1:0", "--meter-profile", name,
                   "--meter-modbus", address, "--vehicle", "connected"]  # fmt: skip
    with subprocess.Popen(
        [*HARNESS, *command], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                found = re.search(r"(tcp://\S+:\d+|rtu:\S+)", line)
                if found and (kind == "pile" or "meter" in line or line.count("rtu:")):
                    yield found[1]
                    return
            raise SystemExit(f"{name}: harness sim printed no address")
        finally:
            process.terminate()
            process.communicate(timeout=10)


def sample(points: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """One readable point of every table and type, named states and flags apart."""
    chosen: dict[tuple[str, ...], str] = {}
    for name, point in points.items():
        plain = not any(key in point for key in ("available_if", "readable_if", "scale_by"))
        if "r" in point.get("access", "r") and plain and "unit_id" not in point:
            table = point["at"].split()[0]
            form = "states" if "values" in point else "bits" if "bits" in point else "number"
            chosen.setdefault((table, point.get("type", "u16"), form), name)
    return {name: points[name] for name in chosen.values()}


def mbpoll(line: list[str], unit: int, point: dict[str, Any]) -> list[int]:
    """The registers (or bit) of a point, as mbpoll prints them."""
    table, number = point["at"].split()
    count = point.get("words") or WORDS.get(point.get("type", "u16"), 1)
    command = ["mbpoll", "-0", "-1", "-q", "-o", "3", "-a", str(unit), "-t", TABLES[table],
               "-r", str(int(number, 0)), "-c", str(count), *line]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    found = re.findall(r"^\[\d+\]:\s+(0x[0-9A-Fa-f]+|\d+)", result.stdout, re.MULTILINE)
    if len(found) != count:
        raise SystemExit(f"{' '.join(command)}:\n{result.stdout}{result.stderr}")
    return [int(word, 0) for word in found]


def decoded(words: list[int], point: dict[str, Any], file: dict[str, Any]) -> Any:
    """The number before scaling, or the text, by the YAML file alone."""
    defaults, kind = file.get("defaults", {}), point.get("type", "u16")
    if point.get("word_order", defaults.get("word_order", "big")) == "little" and kind in WORDS:
        words = words[::-1]
    low_first = point.get("byte_order", defaults.get("byte_order", "big")) == "little"
    data = b"".join(word.to_bytes(2, "little" if low_first else "big") for word in words)
    if kind in FORMATS:
        return struct.unpack(FORMATS[kind], data)[0]
    if kind == "string":
        return data.split(b"\0")[0].decode(point.get("encoding", "utf-8")).strip()
    return data.hex() if kind == "bytes" else words[0]


def agrees(raw: Any, shown: Measurement, point: dict[str, Any]) -> bool:
    """Is what the harness shows what the registers say?"""
    if shown.quality is not Quality.GOOD:
        return str(shown.raw) in (str(raw), str(float(raw)) if isinstance(raw, int | float) else "")
    if point.get("type") in ("string", "bytes"):
        return str(raw).lower() == str(shown.value).lower() or shown.raw == raw
    if shown.raw is not None and (shown.unit is None or point.get("conversion")):
        return bool(raw == shown.raw)
    value = raw * point.get("scale", 1.0) + point.get("offset", 0.0)
    assert isinstance(shown.value, int | float)
    return abs(value - shown.value) <= TOLERANCE * max(abs(value), 1.0)


async def by_harness(
    name: str,
    connection: ModbusConnection,
    names: list[str],
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """Write these settings, then read these points, as the harness does it."""
    profile = load_profile(name)

    def keep(_transaction: Transaction) -> int:
        return 0

    device = ModbusDevice(
        profile.kind, profile, Line(connection, keep), unit=connection.unit or 1,
        clock=Clock(virtual=False), simulated=True,
    )  # fmt: skip
    await device.open(Deadline.after(20))
    try:
        for point, value in settings.items():
            await device.write(point, value, Deadline.after(10))
        return await device.read(names, Deadline.after(30))
    finally:
        await device.close()


async def commission(name: str, written: dict[str, Any]) -> None:
    """Set what the start of the map requires and an owner sets up once (a source register)."""
    profile = load_profile(name)
    wanted = [
        condition
        for step in profile.sequences.get("start", ())
        for condition in step.conditions
        if condition.op == "is" and profile.points[condition.point].writable
    ]
    connection = ModbusConnection.model_validate(written).complete(profile)
    if wanted:
        await by_harness(name, connection, [], {one.point: one.values[0] for one in wanted})


def session(name: str, connection: dict[str, Any], work: Path, what: str) -> int:
    """The exit code of a charging session, or of the stop alone, driven by the harness."""
    bench = {"bench": "mbpoll", "devices": {"pile": {
        "profile": name, "simulated": True, "connection": connection}}}  # fmt: skip
    (work / "bench.yaml").write_text(yaml.safe_dump(bench), encoding="utf-8")
    # Where the map has no watchdog, nothing would stop the pile if the harness were killed.
    unguarded = "true" if load_profile(name).watchdog is None else "false"
    text = SESSION.format(unguarded=unguarded)
    steps = text if what == "start" else re.sub(r"  - id: start.*(?=  - id: stop)", "", text,
                                                   flags=re.DOTALL)  # fmt: skip
    (work / "SESSION-TEST-01.yaml").write_text(steps, encoding="utf-8")
    (work / "answers.yaml").write_text(
        "by: T\nanswers: {start: true}\n" if what == "start" else "by: T\nanswers: {}\n",
        encoding="utf-8",
    )
    result = subprocess.run(
        [*HARNESS, "run", str(work / "SESSION-TEST-01.yaml"), "--bench", str(work / "bench.yaml"),
         "--live", "--allow-energise", "--answers", str(work / "answers.yaml"),
         "--out", str(work / f"run-{name}"), "--lang", "en"],
        capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "HARNESS_KEYS": str(work / "keys")},
    )  # fmt: skip
    if result.returncode:
        print(result.stdout, result.stderr)
    return result.returncode


def check(name: str, work: Path) -> bool:
    """One map; prints a line for it."""
    profile = load_profile(name)
    own = "rtu" if "rtu" in profile.links else "tcp"
    # libmodbus knows no unit ids from 248 on, but for 255 over TCP.
    unit = profile.links[own].unit or 1
    wrong, told = read_back(name, own if unit <= 247 else "tcp")
    driven = ["a meter"]
    if profile.kind == "pile":
        wrong_end, driven_so = drive(name, own, work)
        wrong += wrong_end
        driven = [driven_so]
    print(f"{name:32} {told}: {'; '.join(wrong) or 'all agree'}; {driven[0]}")
    return not wrong


@contextmanager
def line_to(name: str, over: str) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """The map served over a transport: the harness's connection, and mbpoll's arguments."""
    profile = load_profile(name)
    if over == "tcp":
        with served(name, profile.kind, "tcp://127.0.0.1:0") as address:
            port = address.rpartition(":")[2]
            connection = {"modbus": "tcp", "host": "127.0.0.1", "port": int(port)}
            yield connection, ["-m", "tcp", "-p", port, "127.0.0.1"]
        return
    with serial_line() as (ours, theirs), served(name, profile.kind, f"rtu:{theirs}"):
        baud = str(profile.links["rtu"].baudrate or 9600)
        line = ["-m", "rtu", "-b", baud, "-P", "none", ours]
        yield {"modbus": "rtu", "port": ours, "timeout": "2 s"}, line


def read_back(name: str, over: str) -> tuple[list[str], str]:
    """What disagrees, and what was looked at."""
    file = yaml.safe_load((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"))
    points = sample(file["points"])
    with line_to(name, over) as (written, line):
        connection = ModbusConnection.model_validate(written).complete(load_profile(name))
        unit = connection.unit or 1
        asked = 255 if unit > 247 else unit
        raws = {
            one: decoded(mbpoll(line, asked, point), point, file) for one, point in points.items()
        }
        found = asyncio.run(by_harness(name, connection, list(points)))
    wrong = [
        f"{one}: mbpoll {raws[one]!r}, harness {found[one].value!r} ({found[one].raw!r})"
        for one in points
        if not agrees(raws[one], found[one], points[one])
    ]
    kinds = sorted({point.get("type", "u16") for point in points.values()})
    return wrong, f"{over}, {len(points)} points ({', '.join(kinds)})"


def drive(name: str, over: str, work: Path) -> tuple[list[str], str]:
    """A charging session; where the map has none, the stop and its proof."""
    can_start = "start" in load_profile(name).sequences
    with line_to(name, over) as (written, _):
        asyncio.run(commission(name, written))
        code = session(name, written, work, "start" if can_start else "stop")
    what = "session" if can_start else "stop"
    return ([] if code == 0 else [f"{what} over {over} ended with exit {code}"]), (
        f"{what} over {over}, exit {code}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", action="append")
    shipped = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
    names = parser.parse_args().profile or [
        name for name in shipped if load_profile(name).kind in ("pile", "meter")
    ]
    with tempfile.TemporaryDirectory() as folder:
        good = [check(name, Path(folder)) for name in names]
    print(f"{sum(good)} of {len(good)} maps agree and can be driven")
    raise SystemExit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
