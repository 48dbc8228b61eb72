"""The simulated bench as the harness uses it: technician, ledger, determinism."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from harness.clock import Clock, Deadline, loop_time, run, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.modbus.profile import load_profile
from harness.devices.operator import Question
from harness.errors import NoReplyError, NotAvailableError, UnknownNameError
from harness.events import Transaction
from harness.over_range import is_over_range
from harness.text import Text
from simulators.bench import SimulatedBench
from simulators.technician import READINGS

PILE = load_profile("gb-ac-pile")
METER = load_profile("eastron-sdm630")
ASK = Text("请", "please")


class Opened:
    """A bench in virtual time with the harness's own devices on it."""

    def __init__(self, seed: int) -> None:
        self.clock = Clock(virtual=True)
        self.bench = SimulatedBench(
            seed=seed,
            now=self.clock.elapsed,
            wall=lambda: self.clock.now().utc,
            pile=PILE,
            meter=METER,
        )
        self.transactions: list[Transaction] = []
        self.devices: dict[str, ModbusDevice] = {}
        self._lines: list[Line] = []

    def _record(self, transaction: Transaction) -> int:
        self.transactions.append(transaction)
        return len(self.transactions)

    async def open(self) -> None:
        for role, connection in (await self.bench.start_in_memory()).items():
            profile = PILE if role == "pile" else METER
            whole = connection.complete(profile)
            assert whole.unit is not None
            line = Line(whole, self._record)
            device = ModbusDevice(
                role, profile, line, unit=whole.unit, clock=self.clock, simulated=True
            )
            await device.open(Deadline.after(5))
            self.devices[role] = device
            self._lines.append(line)

    async def close(self) -> None:
        for device in self.devices.values():
            await device.close()
        for line in self._lines:
            await line.close()
        await self.bench.stop()

    async def read(self, *names: str, role: str = "pile") -> list[Any]:
        found = await self.devices[role].read(names, Deadline.after(10))
        return [found[name].value for name in names]

    async def ask(self, kind: Any, subject: str, unit: str | None = None) -> Any:
        question = Question(kind=kind, step="s", subject=subject, ask=ASK, unit=unit)
        return await self.bench.technician.ask(question, Deadline.after(60))


def opened(work: Callable[[Opened], Awaitable[Any]], seed: int = 1) -> Any:
    async def main() -> Any:
        made = Opened(seed)
        await made.open()
        try:
            return await work(made)
        finally:
            await made.close()

    return run(main, virtual=True)


def test_a_session_through_the_harness_devices() -> None:
    async def work(o: Opened) -> None:
        assert (await o.ask("confirm", "connect-vehicle")).value is True
        pile = o.devices["pile"]
        await pile.write("charge_command", "start", Deadline.after(5))
        for _ in range(10):
            await sleep(1.0)
            await o.read("charging_state")
        state, amperes, contactor = await o.read("charging_state", "current_l1", "contactor_state")
        assert (state, contactor) == ("charging", "closed")
        (by_meter,) = await o.read("current_l1", role="meter")
        assert amperes == pytest.approx(by_meter, rel=0.01)
        await sleep(30.0)  # silence: the pump alone moves the world
        assert o.bench.trace.last("contactor") == "open"
        assert o.bench.trace.last("watchdog") == "tripped"

    opened(work)


def _story(seed: int) -> tuple[list[tuple[Any, ...]], list[tuple[str, str]]]:
    async def work(o: Opened) -> Any:
        await o.ask("confirm", "connect-vehicle")
        await o.devices["pile"].write("charge_command", "start", Deadline.after(5))
        for number in range(40):
            await sleep(0.7)
            await o.read("charging_state", "current_l1", "voltage_l1", "temperature", "clock")
            await o.read("voltage_l1", "total_energy", role="meter")
            if number == 20:
                o.bench.set_fault("reply-dropped", True)
                o.bench.set_fault("pe-open", True)
            if number == 30:
                o.bench.set_fault("pe-open", False)
        reading = await o.ask("reading", "gun_surface_temperature", "°C")
        entries = [tuple(entry) for entry in o.bench.trace.entries]
        entries.append((loop_time(), "reading", reading.value))
        return entries, [(item.request, item.reply) for item in o.transactions]

    found: tuple[list[tuple[Any, ...]], list[tuple[str, str]]] = opened(work, seed)
    return found


def test_one_seed_gives_the_same_bytes_and_the_same_trace() -> None:
    assert _story(7) == _story(7)
    assert _story(7) != _story(8)


def test_the_ledger_is_what_a_healthy_pile_shows() -> None:
    async def work(o: Opened) -> None:
        assert {"serial_number", "model_name", "firmware_version", "max_current"} <= set(
            o.bench.site
        )
        for name, value in o.bench.site.items():
            assert await o.read(name) == [value]
        o.bench.set_fault("pile-swapped", True)
        assert await o.read("serial_number") != [o.bench.site["serial_number"]]
        o.bench.set_fault("pile-swapped", False)
        assert await o.read("serial_number") == [o.bench.site["serial_number"]]

    opened(work)


def test_switching_a_fault_twice_is_harmless_and_unknown_ones_are_named() -> None:
    async def work(o: Opened) -> None:
        level = o.bench.rig.world.grid.level
        for on in (True, True, False, False):
            o.bench.set_fault("supply-undervoltage", on)
        assert o.bench.rig.world.grid.level == level
        assert not o.bench.faults_on
        with pytest.raises(UnknownNameError, match="did you mean: supply-undervoltage"):
            o.bench.set_fault("supply-undervoltge", True)

    opened(work)


def test_hands_of_the_technician() -> None:
    async def work(o: Opened) -> None:
        assert (await o.ask("confirm", "wear-ppe")).value is True
        await o.ask("confirm", "take-gun-out")
        assert await o.read("holder_state") == ["out"]
        await o.ask("confirm", "return-gun")
        assert await o.read("holder_state") == ["in"]
        await o.ask("confirm", "press-emergency-stop")
        await sleep(0.1)
        assert await o.read("charging_state", "emergency_stop") == ["fault", "pressed"]
        await o.ask("confirm", "release-emergency-stop")
        assert await o.read("charging_state", "emergency_stop") == ["fault", "released"]
        await o.ask("confirm", "reset-emergency-stop")
        await sleep(1.0)
        assert await o.read("charging_state") == ["idle"]
        await o.ask("confirm", "connect-vehicle")
        await sleep(0.1)
        assert await o.read("charging_state") == ["connected"]
        await o.ask("confirm", "disconnect-vehicle")
        await sleep(0.1)
        assert await o.read("charging_state", "holder_state") == ["idle", "in"]
        with pytest.raises(NotAvailableError, match=r"did you mean: .*press-emergency-stop") as bad:
            await o.ask("confirm", "press-emergency-stp")
        assert len(str(bad.value)) < 200, "names like it, not all there are"
        with pytest.raises(NotAvailableError, match="known: "):
            await o.ask("confirm", "climb-the-mast")

    opened(work)


def test_eyes_of_the_technician() -> None:
    async def work(o: Opened) -> None:
        for subject in ("enclosure", "cable-and-gun", "nameplate-and-signs"):
            assert (await o.ask("inspect", subject)).value == "normal"
        o.bench.set_fault("cable-damaged", True)
        answer = await o.ask("inspect", "cable-and-gun")
        assert answer.value == "abnormal"
        assert "sheath" in answer.note
        assert (await o.ask("observe", "lamp")).value == "standby"
        await o.ask("confirm", "press-emergency-stop")
        await sleep(0.1)
        assert (await o.ask("observe", "lamp")).value == "fault"
        o.bench.set_fault("lamp-failed", True)
        assert (await o.ask("observe", "lamp")).value == "off"
        assert await o.read("indicator_state") == ["fault"]
        for kind, subject in (("inspect", "roof"), ("observe", "moon")):
            with pytest.raises(NotAvailableError):
                await o.ask(kind, subject)

    opened(work)


def test_instruments_err_inside_their_uncertainty() -> None:
    async def work(o: Opened) -> None:
        for subject, reading in READINGS.items():
            errors = set()
            rcd = o.bench.rig.world.supply.rcd  # measuring it trips it
            for _ in range(20):
                rcd.close()
                answer = await o.ask("reading", subject, reading.unit)
                rcd.close()
                true = reading.true(o.bench.rig)
                half_step = 0.5 * 10**-reading.digits
                assert abs(answer.value - true) <= answer.uncertainty + half_step
                errors.add(answer.value)
            open_wire = is_over_range(answer.note)
            assert len(errors) > 1 or true == 0.0 or open_wire
        for subject, unit in (("gun_surface_temperature", "V"), ("weight", "kg")):
            with pytest.raises(NotAvailableError):
                await o.ask("reading", subject, unit)

    opened(work)


def test_conclusions_and_marks_are_left_to_others() -> None:
    async def work(o: Opened) -> None:
        assert (await o.ask("decide", "conclusion")).value is None
        assert (await o.ask("rate", "inspection-record")).value is None
        assert o.bench.technician.simulated

    opened(work)


def test_an_answer_takes_time_and_may_come_too_late() -> None:
    async def work(o: Opened) -> None:
        before = loop_time()
        await o.ask("confirm", "wear-ppe")
        assert 1.5 <= loop_time() - before <= 4.0
        before = loop_time()
        question = Question(kind="confirm", step="s", subject="press-emergency-stop", ask=ASK)
        with pytest.raises(NoReplyError):
            await o.bench.technician.ask(question, Deadline.after(1.0))
        assert loop_time() - before == pytest.approx(1.0)
        assert not o.bench.rig.pile.emergency_stop.pressed

    opened(work)


def test_the_trace_tells_its_listeners() -> None:
    async def work(o: Opened) -> None:
        heard: list[tuple[str, Any]] = []
        o.bench.trace.subscribe(lambda entry: heard.append((entry.name, entry.value)))
        o.bench.set_fault("estop-not-wired", True)
        o.bench.rig.world.plug_in()
        await sleep(0.1)
        assert ("fault.estop-not-wired", True) in heard
        assert ("plug", "vehicle") in heard
        assert ("charging_state", "connected") in heard

    opened(work)


def test_a_bench_can_be_a_meter_alone() -> None:
    async def main() -> None:
        clock = Clock(virtual=True)
        bench = SimulatedBench(
            seed=1, now=clock.elapsed, wall=lambda: clock.now().utc, pile=None, meter=METER
        )
        assert set(await bench.start_in_memory()) == {"meter"}
        assert bench.site == {}
        await bench.stop()

    run(main, virtual=True)
