"""A record with everything in it: all verdicts, attempts, writes, photos, faults, a nasty note.

Used by the tests of evidence and report; `python tests/sample_record.py FOLDER` writes one to look
at. All verdicts come from `harness.limits.judge`, so that it can be judged again.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sample_run import PNG, PROCEDURE, SampleRun

from harness.events import (
    ClockCompared,
    Concluded,
    DeviceIdentified,
    DeviceOpened,
    FaultSet,
    InstrumentListed,
    Measured,
    OutcomeNoted,
    PlanAnnounced,
    ProcedureEnded,
    Restored,
    RunEnded,
    RunStarted,
    SafeState,
    Written,
)
from harness.evidence.journal import Bundle
from harness.limits import Clear, Equals, OneOf, Range, Within
from harness.quantity import Measurement, Quality
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict, exit_code, worst

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
STARTED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NASTY = "<script>alert('x')</script> & \"柜体右下角有划痕\""

GROUPS = {
    "safety": Text("准备与身份", "Preparation and identity"),
    "appearance": Text("外观与标识", "Condition and marking"),
    "supply": Text("供电", "Supply"),
    "function": Text("状态与功能", "State and function"),
    "metering": Text("计量与温度", "Metering and temperature"),
    "communication": Text("通信", "Communication"),
    "record": Text("结论与记录", "Conclusion and record"),
}
PROCEDURE_FILE = "procedure: PILE-INSP-01\n"


def write_sample(
    folder: Path, *, seal: bool = True, finish: bool = True, simulated: bool = True,
    key: Ed25519PrivateKey = KEY, force_to_disk: bool = False, note: str = NASTY,
) -> Bundle:  # fmt: skip
    """Write the whole sample record into `folder` and seal it."""
    run = SampleRun(folder, force_to_disk=force_to_disk)
    _preamble(run, simulated)
    _safety_steps(run, note)
    _supply_steps(run)
    _function_steps(run)
    _metering_steps(run)
    _closing_steps(run)
    if finish:
        _ending(run)
    run.bundle.close()
    if seal:
        run.bundle.seal(
            key,
            real_started=STARTED,
            real_ended=STARTED + timedelta(seconds=1.25),
            place={"host": "bench-pc", "platform": "any", "python": "3.11", "versions": {}},
        )
    return run.bundle


def _preamble(run: SampleRun, simulated: bool) -> None:
    bundle = run.bundle
    files = [
        bundle.attach("bench", "sim.yaml", b"bench: sim\n"),
        bundle.attach("profile", "gb-ac-pile.yaml", b"profile: gb-ac-pile\n"),
        bundle.attach("procedure", f"{PROCEDURE}.yaml", PROCEDURE_FILE.encode()),
    ]
    bundle.emit(
        RunStarted(
            run_id="3f2a9c0b7d5e4411",
            utc="2026-01-05T01:00:00+00:00",
            virtual_time=simulated,
            simulated=simulated,
            procedures=[PROCEDURE],
            bench="sim",
            seed=1,
            faults=["mains-high"] if simulated else [],
            operator="T-104",
            station="lab-3",
            edition="2023",
            files=files,
            software={"charging-harness": "0.1.0", "pymodbus": "3.16.1"},
        )
    )
    bundle.emit(
        PlanAnnounced(
            procedure=PROCEDURE,
            title=Text("充电桩日常巡检", "Daily inspection of an AC charging pile"),
            steps=19,
            not_possible={"meter-creep": "the bench has no meter"},
            writes=["current-setting: pile.current_limit"],
            energises=[],
            skills=["P-2.2.6", "P-2.2.3"],
            deselected=["rcd-test"],
            groups=GROUPS,
        )
    )
    bundle.emit(
        DeviceOpened(
            role="pile",
            simulated=simulated,
            profile="gb-ac-pile",
            profile_sha256=files[1].sha256,
            connection="Modbus TCP, memory, unit 1",
        )
    )
    bundle.emit(
        DeviceIdentified(
            role="pile",
            identity=[
                run.read("serial_number", "GB-000147", words=[0x4742, 0x2D30], reads=1),
                run.read("firmware_version", "1.4.2", words=[0x0104, 0x0002], reads=1),
            ],
        )
    )
    bundle.emit(
        InstrumentListed(
            id="irt-1", type="infrared_thermometer", uncertainty="2 °C",
            calibration_due="2026-01-01", in_date=False, simulated=simulated,
        )
    )  # fmt: skip
    bundle.emit(
        InstrumentListed(
            id="dmm-2", type="multimeter", uncertainty="0.5 %",
            calibration_due="2027-06-30", in_date=True, simulated=simulated,
        )
    )  # fmt: skip
    bundle.emit(
        ClockCompared(
            role="pile",
            offset=run.read("clock", 187.4, "s", uncertainty=0.62, words=[0x695B, 0x1A0B]),
            phase="start",
        )
    )
    if simulated:
        bundle.emit(
            FaultSet(
                fault="mains-high",
                on=True,
                title=Text("电网电压偏高至 263 V", "Mains voltage raised to 263 V"),
            )
        )


def _safety_steps(run: SampleRun, note: str) -> None:
    run.start("safety", "安全确认", "Safety", "O", group="safety", action="operator.confirm",
              critical=True)  # fmt: skip
    run.ask("confirm", "请穿戴绝缘手套并确认", "Put on insulating gloves and confirm", True)
    run.end()

    item = "NB/T 33002-2018/operating-state"
    run.start(
        "pile-idle", "充电桩空闲", "The pile is idle", group="safety", critical=True, item=item
    )
    idle = run.read("charging_state", "idle", address=4100, words=[0])
    run.bundle.emit(Measured(step="pile-idle", measurement=idle))
    run.judge(idle, Equals("idle"), item=item, confidence="medium", source="summary article")
    run.end()

    photo = run.bundle.attach("photo", "enclosure.png", PNG)
    run.start("enclosure", "外观", "Enclosure", "V", group="appearance", action="operator.inspect")
    run.ask(
        "inspect", "柜体有无破损、锈蚀?", "Damage or rust on the enclosure?", "abnormal",
        choices=["normal", "abnormal"], note=note, photo=photo.copy,
    )  # fmt: skip
    seen = Measurement("enclosure", "abnormal", source="T-104", at=run.now, note=note)
    run.judge(seen, Equals("normal"))
    run.end()


def _supply_steps(run: SampleRun) -> None:
    item = "NB/T 33002-2018/supply-voltage"
    run.start("supply-voltage", "输入电压", "Supply voltage", group="supply", item=item)
    lines: list[int] = []
    for value in (262.9, 263.4, 263.1):
        sample = run.read("voltage_l1", value, "V", uncertainty=5.3, words=[round(value * 10)])
        run.bundle.emit(Measured(step="supply-voltage", measurement=sample))
        lines += sample.transactions
    mean = Measurement("voltage_l1", 263.1, "V", 5.3, source="pile", at=8.234, transactions=lines)
    run.judge(
        mean, Range("V", 176.0, 264.0), item=item, clause="6.2", confidence="high",
        source="read in the standard",
    )  # fmt: skip
    run.end()

    run.start("supply-frequency", "输入频率", "Supply frequency", group="supply")
    hertz = run.read("frequency", 50.02, "Hz", uncertainty=0.05, address=4110, words=[5002])
    run.judge(hertz, Range("Hz", 49.0, 51.0), item="NB/T 33002-2018/supply-frequency",
              confidence="medium", source="summary article")  # fmt: skip
    run.end()


def _function_steps(run: SampleRun) -> None:
    run.start("alarms", "告警检查", "Alarms", group="function")
    run.judge(run.read("fault_flags", ["F-07", "F-12"], address=4200, words=[0x0840]), Clear())
    run.judge(run.read("warning_flags", [], address=4202, words=[0]), Clear())
    run.end()

    item = "GB/T 18487.1-2023/T-11"
    run.start("estop-press", "按下急停", "Press the emergency stop", "J", group="function",
              action="pile.wait_for", critical=True, item=item)  # fmt: skip
    run.ask("confirm", "请按下急停按钮", "Press the emergency stop", True)
    time = run.read("time_to_fault", 0.45, "s", uncertainty=0.1, address=4100, words=[8], reads=4)
    run.judge(time, Within(1.0), item=item, clause="A.3.10.8", confidence="high", source="standard")
    run.end()

    run.start("estop-reset", "急停复位", "Reset the emergency stop", "J", group="function",
              action="pile.wait_for")  # fmt: skip
    late = run.read("time_to_idle", None, "s", address=4100, words=[8], reads=3, at_least=6.2,
                    quality=Quality.MISSING)  # fmt: skip
    run.judge(late, Within(5.0), item="practice/estop-reset", confidence="low", source="own value")
    run.end()

    run.start("lamp", "指示灯", "Indicator lamp", "V", group="function", action="operator.observe")
    run.ask("observe", "指示灯显示什么?", "What does the lamp show?", "standby",
            choices=["standby", "charging", "fault", "off"])  # fmt: skip
    run.judge(run.read("lamp", "standby", address=4101, words=[0], source="T-104"),
              OneOf(["standby", "charging"]))  # fmt: skip
    run.end()

    run.start("current-setting", "电流设定", "Current setting", "W", group="function",
              action="pile.set")  # fmt: skip
    back = run.read("current_limit", 16.0, "A", address=4300, words=[160], uncertainty=0.06)
    run.bundle.emit(
        Written(step="current-setting", role="pile", point="current_limit", value=16.0,
                read_back=back, agreed=True)
    )  # fmt: skip
    run.judge(back, Range("A", 15.9, 16.1), item="practice/current-setting", confidence="low",
              source="own value")  # fmt: skip
    run.end()


def _metering_steps(run: SampleRun) -> None:
    run.start("clock", "时钟误差", "Clock error", "J", group="metering", action="pile.clock")
    offset = run.read("clock", 180.4, "s", uncertainty=0.62, address=4400, words=[0x695B, 0x1A0B])
    run.judge(offset, Range("s", -180.0, 180.0), item="JJG 1148-2022/clock", confidence="medium",
              source="trade article")  # fmt: skip
    run.end()

    item = "JJG 1148-2022/energy-error"
    run.start("energy-error", "电能示值误差", "Energy error", "J", group="metering", item=item)
    error = run.read("energy_error", 2.2, "%", uncertainty=0.4, address=4410, words=[1022], reads=2)
    run.judge(error, Range("%", -2.0, 2.0), item=item, clause="5.2", confidence="medium",
              source="trade article")  # fmt: skip
    run.end()

    run.start("meter-creep", "电能表潜动", "Meter creep", "J", group="metering")
    run.end(Verdict.NOT_RUN, "the bench has no meter")

    run.start("internal-temperature", "内部温度", "Internal temperature", group="metering")
    run.frames(4500, [0], outcome="no_reply", seconds=1.0)
    run.frames(4500, [0], outcome="no_reply", seconds=1.0)
    silent = Text("设备无应答", "No reply")
    run.end(Verdict.ERROR, "no reply to FC3 4500+1 within 1 s, 2 attempts", silent)
    run.start(
        "internal-temperature", "内部温度", "Internal temperature", group="metering", attempt=2
    )
    run.judge(run.read("temperature", 38.6, "°C", uncertainty=1.0, address=4500, words=[386]),
              Range("°C", None, 70.0))  # fmt: skip
    run.end()

    run.start("gun-temperature", "枪头温度", "Gun temperature", "I", group="metering",
              action="operator.reading")  # fmt: skip
    run.ask("reading", "用红外测温仪测枪头温度", "Measure the gun with the IR thermometer", 41.5,
            unit="°C", instrument="irt-1")  # fmt: skip
    warm = run.read("gun_surface_temperature", 41.5, "°C", uncertainty=2.0, reads=0,
                    source="T-104 / irt-1", quality=Quality.STALE,
                    note="calibration due 2026-01-01")  # fmt: skip
    run.bundle.emit(Measured(step="gun-temperature", measurement=warm))
    run.judge(warm, Range("°C", None, 60.0))
    run.end()


def _closing_steps(run: SampleRun) -> None:
    run.start("communication", "通信质量", "Communication", "J", group="communication",
              action="pile.error_rate")  # fmt: skip
    run.frames(4600, [0], outcome="exception")
    run.bundle.emit(
        OutcomeNoted(
            where="step communication", branch="bench", detail="CRC differs",
            headline=Text("应答帧无效", "Invalid reply frame"),
        )
    )  # fmt: skip
    run.end(Verdict.ERROR, "bad reply: CRC differs", Text("应答帧无效", "Invalid reply frame"))

    run.start("response-time", "响应时间", "Response time", "J", group="communication",
              action="pile.response_time")  # fmt: skip
    run.judge(run.read("response_time_p95", 0.012, "s", uncertainty=0.001, reads=2),
              Range("ms", None, 200.0))  # fmt: skip
    run.end()

    run.start("conclusion", "结论", "Conclusion", "D", group="record", action="operator.decide")
    run.ask("decide", "该桩能否投入使用?", "May the pile be used?", "in-service",
            choices=["in-service", "restricted", "out-of-service"])  # fmt: skip
    run.bundle.emit(
        Concluded(
            step="conclusion", answer="in-service", key="restricted",
            candidate=CandidateVerdict.WRONG, basis={"enclosure": "fail", "alarms": "fail"},
        )
    )  # fmt: skip
    run.end(candidate=CandidateVerdict.WRONG)

    run.start("record", "记录", "Record", "A", group="record", action="operator.rate")
    run.ask("rate", "记录是否完整?", "Is the record complete?", None, choices=["0", "1", "2", "3"])
    run.end(candidate=CandidateVerdict.PENDING)


def _ending(run: SampleRun) -> None:
    bundle = run.bundle
    final = worst(run.verdicts.values())
    counts: dict[str, int] = {}
    for verdict in run.verdicts.values():
        name = verdict.value if verdict else "no_claim"
        counts[name] = counts.get(name, 0) + 1
    bundle.emit(
        ProcedureEnded(procedure=PROCEDURE, ending=Ending.COMPLETED, verdict=final,
                       counts=dict(sorted(counts.items())), coverage=0.75)
    )  # fmt: skip
    restored = run.read("current_limit", 32.0, "A", address=4300, words=[320])
    bundle.emit(
        Restored(role="pile", point="current_limit", value=32.0, read_back=restored, agreed=True)
    )
    bundle.emit(
        ClockCompared(
            role="pile", phase="end",
            offset=run.read("clock", 187.5, "s", uncertainty=0.62, words=[0x695B, 0x1A3F]),
        )
    )  # fmt: skip
    bundle.emit(
        SafeState(role="pile", safe=True, how="found safe",
                  readings=[run.read("contactor_state", "open", address=4120, words=[0])])
    )  # fmt: skip
    bundle.emit(
        RunEnded(ending=Ending.COMPLETED, verdict=final,
                 exit_code=exit_code(Ending.COMPLETED, run.verdicts.values()), safe=True)
    )  # fmt: skip


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]))
