"""`harness sim`: live simulators for any third-party client.

The served addresses come first, one on a line, so that scripts can read them.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import click

from harness.bench.load import SIMULATED, load_bench
from harness.bench.simulated import CAR, ServedSide
from harness.cli.base import command, option, say
from harness.cli.serving import (
    STOP,
    check_faults,
    common,
    logger,
    modbus_device,
    open_log,
    scpi_device,
    vehicle_device,
    write_bench_option,
)
from harness.cli.serving import write_bench as write_file
from harness.cli.sim_car import HANDS_AT_BOTH, car_options, obey, serve_car, wanted_buses
from harness.clock import Clock, run
from harness.devices.modbus.profile import Profile, load_profile
from harness.errors import UsageError
from harness.pauses import no_long_pauses
from harness.text import Text
from harness.verdict import ExitCode

_ADDRESS = Text(
    "服务地址 tcp://HOST:PORT、rtu-over-tcp://HOST:PORT、rtu:PORT 或 ascii:PORT；端口 0 为任选",
    "Address: tcp://HOST:PORT, rtu-over-tcp://HOST:PORT, rtu:PORT or ascii:PORT; port 0 takes any",
)
_CAN = Text(
    "同时模拟整车并在此地址提供全部总线（如诊断接口处）：slcan://HOST:PORT 或 pty",
    "Simulate a whole car, too, and serve all its buses, as at the diagnostic connector, at "
    "slcan://HOST:PORT or pty",
)
_SCPI = Text(
    "同时模拟该仪器（load 或 source），在 tcp://HOST:PORT 提供 SCPI；端口 0 为任选",
    "Simulate that instrument, too, and serve SCPI at tcp://HOST:PORT; port 0 takes any",
)
_SCPI_PROFILES = {"load": "scpi-ac-load", "source": "scpi-ac-source"}
_METER = "eastron-sdm630"
_RELAYS = "relay-8ch"


def _common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that both simulators have."""
    for add in reversed(
        (
            option(
                "--profile",
                metavar="NAME",
                about=Text("充电桩点表（缺省为内置 AC 桩）", "Profile of the pile"),
            ),
            option(
                "--variant",
                metavar="NAME",
                about=Text("点表中的变型", "Which variant of the profile the pile is"),
            ),
            option("--modbus", default="tcp://127.0.0.1:5020", metavar="ADDRESS", about=_ADDRESS),
            option(
                "--vehicle",
                type=click.Choice(["connected", "none"]),
                default="none",
                about=Text("车辆是否已插枪（缺省 none）", "Is a vehicle plugged in (default none)"),
            ),
            common,
        )
    ):
        function = add(function)
    return function


@command(
    "pile",
    about=Text(
        "模拟一台交流充电桩，通过 Modbus 供任意客户端读写。第一行输出服务地址。",
        "Simulate one AC charging pile on Modbus for any client. The served address is the first "
        "line of output.",
    ),
)
@_common
def pile(*, modbus: str, **options: Any) -> int:
    """Serve a pile."""
    return _serve([("pile", modbus)], meter=None, **options)


@command(
    "bench",
    about=Text(
        "模拟整个台架：充电桩和参考电能表接在同一电路上，加 --can 或 --bus 再接一辆车。"
        "每台设备输出一行服务地址；有车时，标准输入逐行接受操作。",
        "Simulate a whole bench: a pile and a reference meter on one circuit, with --can or --bus "
        "a car as well. One line with the served address for each device; with a car, standard "
        "input takes what is to be done at car and pile.",
    ),
)
@_common
@option("--meter-modbus", default="tcp://127.0.0.1:5021", metavar="ADDRESS", about=_ADDRESS)
@option(
    "--meter-profile",
    default=_METER,
    metavar="NAME",
    about=Text("参考电能表点表", "Profile of the reference meter"),
)
@option("--can", "can_address", metavar="ADDRESS", about=_CAN)
@car_options
@option(
    "--relay",
    "relays",
    multiple=True,
    metavar="FAULT=RELAY",
    about=Text(
        "再模拟一块 8 路继电器板，把故障接到继电器上，如 pe-open=relay_5；可重复",
        "Simulate a board of eight relays, too, and wire a fault to a relay: pe-open=relay_5; "
        "repeatable",
    ),
)
@option("--relay-modbus", default="tcp://127.0.0.1:5022", metavar="ADDRESS", about=_ADDRESS)
@option("--load-scpi", metavar="ADDRESS", about=_SCPI)
@option("--source-scpi", metavar="ADDRESS", about=_SCPI)
@write_bench_option
def bench(
    *,
    modbus: str,
    meter_modbus: str,
    meter_profile: str,
    relays: tuple[str, ...],
    relay_modbus: str,
    load_scpi: str | None,
    source_scpi: str | None,
    can_address: str | None,
    buses: tuple[str, ...],
    **options: Any,
) -> int:
    """Serve a pile, a meter, and what the options ask for: a car, relays, a load, a source."""
    meter = _profile(meter_profile, "meter")
    roles = [("pile", modbus), ("meter", meter_modbus)]
    wiring = _wiring(relays)
    if wiring:
        roles.append(("injector", relay_modbus))
    scpi = [("load", load_scpi), ("source", source_scpi)]
    roles += [(role, address) for role, address in scpi if address is not None]
    car = wanted_buses(can_address, buses)
    return _serve(roles, meter=meter, wiring=wiring, car=car, **options)


def _wiring(relays: Sequence[str]) -> dict[str, str]:
    """Fault -> relay. Raises UsageError, UnknownNameError."""
    known = load_profile(_RELAYS).points
    wiring: dict[str, str] = {}
    for entry in relays:
        fault, _, relay = entry.partition("=")
        check_faults((fault,))
        if relay not in known:
            raise UsageError(f"{entry!r} wires nothing; expected FAULT=relay_1 to relay_8")
        if relay in wiring.values():
            raise UsageError(f"{relay} is wired twice; expected a relay of its own for each fault")
        wiring[fault] = relay
    return wiring


def _serve(
    roles: Sequence[tuple[str, str]],
    *,
    profile: str | None,
    variant: str | None,
    meter: Profile | None,
    seed: int,
    faults: tuple[str, ...],
    vehicle: str,
    events: Path | None,
    write_bench: Path | None = None,
    car: Sequence[tuple[str, str]] = (),
    key: str = "on",
    wiring: Mapping[str, str] | None = None,
) -> int:
    served = _profile(profile or load_bench(SIMULATED).profiles["pile"].id, "pile", variant)
    check_faults(faults)
    with ExitStack() as stack:
        log = stack.enter_context(open_log(events)) if events is not None else None

        async def main() -> None:
            clock = Clock(virtual=False)
            simulated = ServedSide(
                served,
                meter,
                seed=seed,
                clock=clock,
                car=bool(car),
                injector=load_profile(_RELAYS) if wiring else None,
                relays=wiring,
                instruments=[role for role, _ in roles if role in _SCPI_PROFILES],
            )
            if log is not None:
                simulated.watch(logger(log, clock))
            addresses: dict[str, str] = {}
            try:
                for role, address in roles:
                    addresses[role] = await simulated.serve(role, address)
                    line = addresses[role] if len(roles) == 1 else f"{role} {addresses[role]}"
                    click.echo(line)
                served_by = {
                    "pile": served.id,
                    "meter": meter.id if meter is not None else "",
                    "injector": _RELAYS,
                }
                devices = {
                    role: scpi_device(_SCPI_PROFILES[role], address)
                    if role in _SCPI_PROFILES
                    else modbus_device(
                        served_by[role],
                        address,
                        wiring if role == "injector" else None,
                        variant=variant if role == "pile" else None,
                    )
                    for role, address in addresses.items()
                }
                if car:
                    buses = await serve_car(
                        simulated,
                        car,
                        key,
                        told=lambda bus, at: click.echo(f"{bus or 'vehicle'} {at}"),
                    )
                    devices["vehicle"] = vehicle_device(CAR, buses)
                if vehicle == "connected":
                    await simulated.plug_in()
                for name in faults:
                    simulated.set_fault(name, on=True)
                if write_bench is not None:
                    write_file(write_bench, devices)
                sys.stdout.flush()
                stack.enter_context(no_long_pauses())
                if car:
                    click.echo(say(HANDS_AT_BOTH), err=True)
                click.echo(say(STOP), err=True)
                if car:  # somebody stands at it
                    await asyncio.gather(obey(simulated), simulated.until_it_fails())
                await simulated.until_it_fails()  # or until Ctrl-C
            finally:
                await simulated.stop()

        with suppress(KeyboardInterrupt):  # the usual way to end it
            run(main, virtual=False)
    return ExitCode.PASS


def _profile(name: str, kind: str, variant: str | None = None) -> Profile:
    found = load_profile(name, beside=[Path()], variant=variant)
    if found.kind != kind:
        raise UsageError(f"the profile {name} is that of a {found.kind}; expected a {kind}")
    return found
