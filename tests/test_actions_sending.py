"""Sending through the database: what leaves, how it is recorded, and what is refused before."""

from itertools import pairwise
from pathlib import Path

import can
import pytest
from benchkit import Outcome, write_procedure
from vehicle_help import (
    DBC,
    PROFILE,
    MiniCar,
    offered,
    perform,
    request_for,
    run_on,
    step,
    write_bench,
    write_profile,
)

from harness.devices.can.capture import read_capture
from harness.devices.can.checks import Protection
from harness.devices.can.codec import codec_of
from harness.devices.can.database import load_database
from harness.engine import wording
from harness.errors import FileError
from harness.events import BusClosed, FramesSent, OutcomeNoted, SafeState
from harness.verdict import Ending, Verdict

TORQUE = "{message: VCU_Torque, values: {VCU_TorqueActual: 100, VCU_Mode: limp}}"
SEND = step("send", "can.send", TORQUE)
STOP = step("stop", "can.stop_sending")


def cyclic(name: str = "often", with_: str = TORQUE) -> str:
    return step(name, "can.send_cyclic", with_)


def wait(name: str, seconds: str) -> str:
    return step(name, "bench.wait", f"{{for: {seconds}}}")


class Quiet(MiniCar):
    """A bus on which nobody else sends."""

    def __init__(self) -> None:
        super().__init__()
        self.quiet |= {"VCU_Torque", "BMS_Status", "BMS_Cells"}

    @property
    def torque(self) -> list[can.Message]:
        return [one for one in self.heard if one.arbitration_id == 0x100]


def decoded(message: can.Message) -> dict[str, object]:
    codec = codec_of(load_database(DBC / "good.dbc").message("VCU_Torque"))
    raw = codec.unpack_raw(bytes(message.data))
    return {name: codec.to_physical(name, number) for name, number in raw.items()}


def send(folder: Path, steps: str, car: Quiet | None = None) -> tuple[Outcome, Quiet]:
    car = car or Quiet()
    return run_on(car, folder, steps), car


def test_one_frame(tmp_path: Path) -> None:
    outcome, car = send(tmp_path, SEND)
    assert outcome.verdicts == {"send": None}, "sending is no claim about the vehicle"
    (frame,) = car.torque
    values = decoded(frame)
    assert (values["VCU_TorqueActual"], values["VCU_Mode"], values["VCU_Speed"]) == (100, 2, -40)
    spec = car.database.message("VCU_Torque")
    assert Protection(spec).check(bytes(frame.data), None) is None, "counter and checksum are right"
    (sent,) = outcome.of(FramesSent)
    assert (sent.step, sent.bus, sent.message, sent.period) == ("send", "can", "VCU_Torque", None)
    assert sent.values == {"VCU_TorqueActual": 100, "VCU_Mode": "limp"}
    assert outcome.of(BusClosed)[0].sent == 1
    recorded = [one for one in read_capture(outcome.result.folder / "can-can.blf") if not one.is_rx]
    assert [bytes(one.data) for one in recorded] == [bytes(frame.data)]


def test_the_counter_goes_on_from_frame_to_frame(tmp_path: Path) -> None:
    many = "".join(SEND.replace("send\n", f"send-{n}\n", 1) for n in range(18))
    _, car = send(tmp_path, many)
    assert [decoded(one)["VCU_TorqueCnt"] for one in car.torque] == [n % 16 for n in range(18)]


def test_start_values_stand_for_what_is_left_out(tmp_path: Path) -> None:
    _, car = send(tmp_path, step("send", "can.send", "{message: BMS_Status}"))
    (frame,) = car.heard
    assert frame.data[2] == 130  # GenSigStartValue of BMS_Temp


def test_in_cycles_until_it_is_stopped(tmp_path: Path) -> None:
    steps = cyclic() + wait("a", "1 s") + STOP + wait("b", "1 s")
    outcome, car = send(tmp_path, steps)
    assert len(car.torque) == pytest.approx(100, abs=2)
    begun, ended = outcome.of(FramesSent)
    assert (begun.step, begun.period) == ("often", 0.01), "its own cycle time"
    assert (ended.step, ended.message, ended.period) == ("stop", "VCU_Torque", 0.0)
    stamps = [
        one.timestamp
        for one in read_capture(outcome.result.folder / "can-can.blf")
        if not one.is_rx
    ]
    gaps = {round(b - a, 6) for a, b in pairwise(stamps)}
    assert gaps == {0.01}
    counters = [decoded(one)["VCU_TorqueCnt"] for one in car.torque]
    assert counters == [n % 16 for n in range(len(counters))]


def test_a_period_of_its_own(tmp_path: Path) -> None:
    every = cyclic(with_="{message: VCU_Event, values: {VCU_EventCode: 7}, period: 250 ms}")
    outcome, car = send(tmp_path, every + wait("a", "2 s") + STOP)
    assert len(car.heard) == pytest.approx(9, abs=1)
    assert outcome.of(FramesSent)[0].period == 0.25


def test_the_end_of_the_run_ends_sending(tmp_path: Path) -> None:
    outcome, car = send(tmp_path, cyclic() + wait("a", "500 ms"))
    assert len(car.torque) == pytest.approx(51, abs=2)
    (safe,) = outcome.of(SafeState)
    assert safe.safe
    assert safe.how == "cyclic transmission of VCU_Torque ended"


def test_new_values_replace_the_old_cycle(tmp_path: Path) -> None:
    other = TORQUE.replace("100", "200")
    steps = cyclic("one") + wait("a", "500 ms") + cyclic("two", other) + wait("b", "500 ms") + STOP
    _, car = send(tmp_path, steps)
    values = [decoded(one)["VCU_TorqueActual"] for one in car.torque]
    assert values.count(100) == pytest.approx(50, abs=2)
    assert values.count(200) == pytest.approx(50, abs=2)
    assert values == sorted(values), "never both at once"


def test_stopping_nothing_is_no_event(tmp_path: Path) -> None:
    outcome, car = send(tmp_path, STOP)
    assert outcome.of(FramesSent) == []
    assert car.heard == []


def test_a_bus_that_takes_no_frames_is_an_error_of_the_step(tmp_path: Path) -> None:
    class Refusing(Quiet):
        def transmit(self, message: can.Message) -> None:
            raise can.CanOperationError("the adapter is bus-off")

    outcome, _ = send(tmp_path, SEND + cyclic(), Refusing())
    assert outcome.verdicts == {"send": Verdict.ERROR, "often": Verdict.ERROR}
    assert "bus-off" in outcome.step("send").reason
    assert outcome.result.ending is Ending.COMPLETED
    assert outcome.of(FramesSent) == [], "what did not leave is not said to have left"
    assert outcome.of(BusClosed)[0].sent == 0


class Failing(Quiet):
    """A bus that takes no frames from the hundredth on."""

    def transmit(self, message: can.Message) -> None:
        if len(self.heard) >= 100:
            raise can.CanOperationError("the adapter is bus-off")
        super().transmit(message)


SOC = step("soc", "vehicle.record", "{points: [soc]}")


def test_a_cycle_that_fails_is_said_and_nothing_is_judged_without_it(tmp_path: Path) -> None:
    steps = cyclic() + wait("a", "2 s") + SOC + STOP + SOC.replace("id: soc", "id: later")
    outcome, car = send(tmp_path, steps, Failing())
    assert len(car.torque) == 100
    (noted,) = outcome.of(OutcomeNoted)
    assert (noted.where, noted.branch) == ("vehicle", "bench")
    assert noted.headline.zh == "周期发送中断"
    assert "after 100 frames" in noted.detail
    assert wording.reason(noted.detail).zh.startswith("报文 VCU_Torque 周期发送 100 帧后中断：")
    assert outcome.verdicts["soc"] is Verdict.ERROR
    assert outcome.verdicts["stop"] is Verdict.ERROR
    assert "bus-off" in outcome.step("stop").reason
    assert outcome.verdicts["later"] is None, "it is not wanted any more"
    assert [event.period for event in outcome.of(FramesSent)] == [0.01]
    assert outcome.result.ending is Ending.COMPLETED


def test_a_cycle_that_goes_on_is_no_finding(tmp_path: Path) -> None:
    outcome, _ = send(tmp_path, cyclic() + wait("a", "2 s") + SOC + STOP)
    assert outcome.of(OutcomeNoted) == []
    assert set(outcome.verdicts.values()) == {None}


def test_a_cycle_that_fails_at_the_end_of_the_run_is_on_record(tmp_path: Path) -> None:
    outcome, _ = send(tmp_path, cyclic() + wait("a", "2 s"), Failing())
    assert len(outcome.of(OutcomeNoted)) == 1
    (safe,) = outcome.of(SafeState)
    assert safe.safe


def test_a_message_of_a_bus_without_adapter_is_not_sent(tmp_path: Path) -> None:
    two = PROFILE.replace(
        "{database: good.dbc}\n", "{database: good.dbc}\n  body: {database: ev_body.dbc}\n"
    )
    profile = write_profile(tmp_path, two, "two.yaml")
    steps = step("send", "can.send", "{message: TBOX_RemoteCmd}") + step(
        "nodes", "can.nodes_online", "{buses: [body]}"
    )
    with offered(Quiet()) as name:
        wired = f"connections: {{powertrain: {{can: memory, channel: {name}}}}}"
        bench = write_bench(
            tmp_path, f"  vehicle: {{profile: {profile.name}, simulated: true, {wired}}}\n"
        )
        request = request_for(
            tmp_path, write_procedure(tmp_path, steps), bench=str(bench), live=True
        )
        request.live = False
        outcome = perform(request)
    assert outcome.verdicts == {"send": Verdict.NOT_RUN, "nodes": Verdict.NOT_RUN}
    assert outcome.step("send").reason == "nothing is connected to the bus of TBOX_RemoteCmd"
    assert outcome.step("nodes").reason == "nothing is connected to the bus 'body'"


@pytest.mark.parametrize(
    ("verb", "with_", "what", "expected"),
    [
        ("send", "{message: §VCU_Torq}", "did you mean: VCU_Torque", "a message of a database"),
        (
            "send", "{message: VCU_Torque, values: §{VCU_Torq: 1}}",
            "no signal of VCU_Torque is called 'VCU_Torq'", "values that the database allows",
        ),
        (
            "send", "{message: VCU_Torque, values: §{VCU_TorqueActual: 3001}}", "3001", "values",
        ),
        ("send", "{message: VCU_Torque, values: §{VCU_Mode: fast}}", "fast", "values"),
        ("send", "{message: VCU_Torque, values: §{VCU_Mode: 9}}", "9", "values"),
        ("send_cyclic", "§{message: VCU_Event}", "VCU_Event has no cycle time", "a period above"),
        (
            "send_cyclic", "{message: VCU_Torque, period: §0 s}", "VCU_Torque every 0 s",
            "a period above 0 s",
        ),
        ("send_cyclic", "{message: VCU_Torque, period: §-1 s}", "'-1 s'", "zero or more"),
        ("send", "{message: VCU_Torque, period: §1 s}", "'period' is not known here", "documented"),
        ("send", "§{}", "'message' is missing", "message"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_found_before_anything_is_opened(
    tmp_path: Path, verb: str, with_: str, what: str, expected: str
) -> None:
    car = Quiet()
    with pytest.raises(FileError) as caught:
        run_on(car, tmp_path, step("a", f"can.{verb}", with_.replace("§", "")))
    said = str(caught.value)
    column = with_.index("§") + len("    with: ") + 1
    assert f"TEST-01.yaml:7:{column}: " in said
    assert what in said
    assert expected in said.partition("; expected ")[2]
    assert car.heard == []
    assert not list(tmp_path.glob("run-*"))
