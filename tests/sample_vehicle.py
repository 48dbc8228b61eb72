"""Records of vehicle runs with everything in them: buses, frames, trouble codes, diagnostics.

`python tests/sample_vehicle.py FOLDER` writes three of them to look at: one that sends, one that
is read-only, one with a pile beside the vehicle. All verdicts come from `harness.limits.judge`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from sample_run import SampleRun

from harness.events import (
    BusClosed,
    BusOpened,
    DeviceIdentified,
    DeviceOpened,
    DiagnosticExchange,
    FramesSent,
    Measured,
    PlanAnnounced,
    ProcedureEnded,
    RunEnded,
    RunStarted,
    SafeState,
)
from harness.limits import Clear, Equals, Range, Within
from harness.quantity import Measurement, Quality, Value
from harness.text import Text
from harness.verdict import Ending, Verdict, exit_code, worst

PROCEDURE = "VEH-SAMPLE-01"
BUSES = {
    "powertrain": ("ev_powertrain.dbc", "UTF-8"),
    "chassis": ("ev_chassis.dbc", "GBK"),
    "body": ("ev_body.dbc", "UTF-8"),
    "adas": ("ev_adas.dbc", "UTF-8"),
}
GROUPS = {
    "network": Text("总线与网络", "Buses and network"),
    "state": Text("状态与安全", "State and safety"),
    "diagnosis": Text("诊断", "Diagnosis"),
    "driving": Text("驱动与线控", "Driving and by-wire"),
}
VIN = "LEX0E60A1R0000147"
LONG_RESPONSE = "62f190" + "4c4558304536304131523030303031" * 12


class VehicleRun(SampleRun):
    """A record of a vehicle run, written step by step."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, procedure=PROCEDURE)
        self._open = ""

    def start(self, step: str, zh: str, en: str, kind: str = "R", **more: object) -> None:
        self._open = step
        super().start(step, zh, en, kind, **more)  # type: ignore[arg-type]

    def signal(
        self, name: str, value: Value | None, unit: str | None = None, *, frame: str = "",
        quality: Quality = Quality.GOOD, uncertainty: float | None = None, note: str = "",
    ) -> Measurement:  # fmt: skip
        self.now += 0.02
        return Measurement(
            name=name, value=value, unit=unit, uncertainty=uncertainty, quality=quality,
            source="vehicle", at=round(self.now, 6), frame=frame, note=note,
        )  # fmt: skip

    def record(self, reading: Measurement) -> Measurement:
        self.bundle.emit(Measured(step=self._open, measurement=reading))
        return reading

    def exchange(
        self, unit: str, request: str, responses: Sequence[str] = (), *, outcome: str = "ok",
        nrc: int | None = None, seconds: float = 0.0124, error: str = "",
        functional: bool = False,
    ) -> None:  # fmt: skip
        self.now += seconds
        self.bundle.emit(
            DiagnosticExchange(
                step=self._open, unit=unit, request=request, responses=list(responses),
                outcome=outcome, seconds=seconds, nrc=nrc, error=error, functional=functional,
            )
        )  # fmt: skip

    def end(self, verdict: Verdict | None = None, reason: str = "", **more: object) -> None:
        super().end(verdict, reason, **more)  # type: ignore[arg-type]
        self._open = ""


def write_vehicle(folder: Path, *, read_only: bool = False, pile: bool = False) -> None:
    """Write a vehicle record into `folder`; unsealed."""
    run = VehicleRun(folder)
    _preamble(run, read_only=read_only, pile=pile)
    _network(run)
    _state(run)
    if pile:
        _joint(run)
    if not read_only:
        _diagnosis(run)
        _driving(run)
    _ending(run, read_only=read_only)
    run.bundle.close()


def _preamble(run: VehicleRun, *, read_only: bool, pile: bool) -> None:
    run.bundle.emit(
        RunStarted(
            run_id="77aa01c2d3e4f506", utc="2026-01-05T01:00:00+00:00", virtual_time=True,
            simulated=True, procedures=[PROCEDURE], bench="sim", seed=1, operator="T-104",
            station="lab-3", edition="2023" if pile else "", read_only=read_only,
            software={"charging-harness": "0.2.0", "python-can": "4.6.1"},
        )
    )  # fmt: skip
    run.bundle.emit(
        PlanAnnounced(
            procedure=PROCEDURE, title=Text("共享汽车车辆检测", "Inspection of a shared car"),
            steps=14, groups=GROUPS,
        )
    )  # fmt: skip
    if pile:
        run.bundle.emit(
            DeviceOpened(role="pile", simulated=True, profile="gb-ac-pile",
                         profile_sha256="ab" * 32, connection="Modbus TCP, memory, unit 1")
        )  # fmt: skip
    run.bundle.emit(
        DeviceOpened(role="vehicle", simulated=True, profile="shared-ev",
                     profile_sha256="cd" * 32, connection="simulator in this process (CAN frames)")
    )  # fmt: skip
    for name, (database, encoding) in BUSES.items():
        run.bundle.emit(
            BusOpened(
                role="vehicle", bus=name, connection="simulator in this process",
                databases=[database], encodings=[encoding], listen_only=read_only,
                capture=f"can-{name}.blf",
            )
        )  # fmt: skip
    if not read_only:
        run.exchange("vcu", "22f190", ["62f190" + VIN.encode().hex()], seconds=0.031)
    identity = [run.signal("vin", VIN), run.signal("odometer", 48211.3, "km",
                frame="body 340#0000F401AC5B0700", uncertainty=0.05)]  # fmt: skip
    run.bundle.emit(DeviceIdentified(role="vehicle", identity=identity))


def _network(run: VehicleRun) -> None:
    run.start("nodes", "网络节点在线", "All nodes are on the bus", group="network",
              action="can.nodes_online")  # fmt: skip
    run.judge(run.signal("silent_nodes", ["chassis:EPB"]), Clear([]))
    run.end()
    run.start("load", "总线负载率", "Bus load", group="network", action="can.bus_load")
    for name, share in zip(BUSES, (21.314, 17.02, 6.113, 16.9), strict=True):
        run.judge(run.signal(f"bus_load.{name}", share, "%"), Range("%", None, 50.0))
    run.end()
    run.start("error-frames", "错误帧", "Error frames", group="network", action="can.error_frames")
    run.judge(run.signal("error_frames.chassis", 3, "1", note="within 2 s"), Range("1", None, 0))
    run.end()


def _state(run: VehicleRun) -> None:
    run.start("interlock", "高压互锁与接触器", "Interlock and contactors", group="state",
              action="vehicle.expect", critical=True)  # fmt: skip
    frame = "powertrain 188#2710004501A30C5F"
    for name, value in (("interlock", "closed"), ("main_positive", "open")):
        run.judge(run.record(run.signal(name, value, frame=frame)), Equals(value))
    run.judge(run.record(run.signal("parking_brake", "released", frame="chassis 1C5#00FF3C10")),
              Equals("applied"))  # fmt: skip
    run.judge(run.record(run.signal("door_front_left", "open", frame="body 328#0100000000000000")),
              Equals("closed"))  # fmt: skip
    run.end()
    run.start("insulation", "每伏绝缘电阻", "Insulation per volt", "J", group="state",
              action="vehicle.per_volt")  # fmt: skip
    run.record(run.signal("insulation_resistance", 1240, "kΩ", frame=frame, uncertainty=62.0))
    run.record(run.signal("pack_voltage", 387.4, "V", frame="powertrain 180#0F2282D703004C11",
                          uncertainty=2.0))  # fmt: skip
    run.judge(run.signal("insulation_per_volt", 3200.8, "Ω/V", uncertainty=161.0),
              Range("Ω/V", 500.0, None), item="GB 7258-2017/insulation-resistance",
              clause="12.13.2", confidence="high", source="read in the standard")  # fmt: skip
    run.end()
    run.start("lamps", "警告灯熄灭", "Warning lamps off", group="state", action="vehicle.lamps_off")
    lit = ["lamp_parking_brake", "lamp_tpms"]
    run.judge(run.signal("lamps_lit", lit, frame="body 344#0000400400000000"),
              Clear(["lamp_parking_brake"]))  # fmt: skip
    run.end()
    run.start("session", "充电会话状态", "Charging session", group="state",
              action="vehicle.record")  # fmt: skip
    run.record(run.signal("charging_state", "not_connected",
                          frame="powertrain 18FF50E5x#0000000000FFFF0F"))  # fmt: skip
    run.record(run.signal("stop_reason", "cp_lost",
                          frame="powertrain 18FF50E5x#0000000000FFFF0F"))  # fmt: skip
    run.end()
    run.start("steering", "转向盘转角", "Steering angle", group="state", action="vehicle.measure")
    run.judge(run.signal("steering_angle", 2.4, "deg", frame="chassis 0A1#00189F000000C7A4",
                         quality=Quality.CORRUPT, note="3 frames in a row failed their check"),
              Range("deg", -5.0, 5.0))  # fmt: skip
    run.end()
    run.start("brake-pedal", "制动踏板与制动灯", "Brake pedal and lamps", group="state",
              action="vehicle.follows")  # fmt: skip
    run.ask("confirm", "请踩下制动踏板", "Press the brake pedal", True)
    run.record(run.signal("brake_lamps", "on", frame="body 324#0000010000000000"))
    run.judge(run.signal("brake_lamps.time_to_on", 0.14, "s", uncertainty=0.05), Within(1.0))
    run.end()


def _joint(run: VehicleRun) -> None:
    run.start("energy", "双侧电量比较", "Energy on both sides", "J", group="state",
              action="bench.agree")  # fmt: skip
    own = run.read("session_energy", 4.12, "kWh", uncertainty=0.02, words=[412])
    run.bundle.emit(Measured(step="energy", measurement=own))
    frame = "powertrain 18FF50E5x#0300A00FE8030000"
    run.record(run.signal("session_energy", 4.0, "kWh", uncertainty=0.05, frame=frame))
    ratio = Measurement("session_energy / session_energy", 97.087, "%", 1.3, source="pile, vehicle",
                        at=run.now, transactions=own.transactions, frame=frame)  # fmt: skip
    run.judge(ratio, Range("%", 90.0, 100.0), item="practice/joint-energy", confidence="low")
    run.end()


def _diagnosis(run: VehicleRun) -> None:
    run.start("units", "控制单元应答", "Control units answer", group="diagnosis",
              action="diag.units_answer")  # fmt: skip
    run.exchange("all", "3e00", outcome="ok", functional=True, responses=["7e00", "7e00"])
    for unit in ("vcu", "bms", "mcu", "obc", "dcdc", "gw", "bcm", "icm"):
        run.exchange(unit, "3e00", ["7e00"], seconds=0.0042)
    run.exchange("epb", "3e00", outcome="no_reply", seconds=0.05, error="epb: no reply")
    run.judge(run.signal("silent_units", ["epb"]), Clear([]))
    run.judge(run.signal("extra_units", []), Clear([]))
    run.end()
    run.start("codes", "故障码扫描", "Scan for trouble codes", group="diagnosis",
              action="diag.scan_dtcs")  # fmt: skip
    run.exchange("bms", "1902ff", ["5902ff0aa61a2f0aa01308"])
    run.exchange("eps", "1902ff", ["7f1978", "7f1978", "5902ff"], seconds=0.412)
    run.exchange("obc", "1902ff", ["7f1922"], outcome="negative", nrc=0x22)
    for code, status, title in (
        ("bms.P0AA6-1A", 0x2F, "High-voltage insulation resistance too low"),
        ("bms.P0A0A-13", 0x08, "High-voltage interlock circuit open"),
    ):
        run.record(run.signal(code, status, note=title))
    run.judge(run.signal("trouble_codes", ["bms:P0AA6-1A", "bms:P0A0A-13"]), Clear([]))
    run.end()
    run.start("vin", "各单元 VIN 一致", "The VIN is the same everywhere", group="diagnosis",
              action="diag.identical")  # fmt: skip
    for unit in ("vcu", "gw", "ibc", "icm"):
        run.exchange(unit, "22f190", ["62f190" + VIN.encode().hex()], seconds=0.031)
        run.record(run.signal(f"{unit}.vin", VIN))
    run.exchange("tbox", "22f190", [LONG_RESPONSE], outcome="bad_reply", seconds=0.2,
                 error="tbox: 22 F1 90 (read data by identifier): 180 bytes")  # fmt: skip
    run.judge(run.signal("vin.differing", [], note=f"4 units, wanted {VIN}"), Clear([]))
    run.end()
    run.start("clear", "清码后复扫", "Clear and scan again", "W", group="diagnosis",
              action="diag.clear_and_rescan")  # fmt: skip
    run.exchange("bms", "14ffffff", ["54"], seconds=0.08)
    run.exchange("bms", "1902ff", ["5902ff0aa61a2f"])
    run.judge(run.signal("returned_codes", ["bms:P0AA6-1A"]), Clear([]))
    run.end()


def _driving(run: VehicleRun) -> None:
    run.start("lamp-drive", "驱动左近光灯", "Drive the low beam", "W", group="driving",
              action="diag.io_control")  # fmt: skip
    run.exchange("bcm", "1003", ["5003003201f4"])
    run.exchange("bcm", "2f29010301", ["6f29010301"])
    lamp = run.signal("low_beam_left", "open_circuit", frame="body 324#0200000000000000")
    run.judge(run.record(lamp), Equals("on"))
    run.exchange("bcm", "2f290100", ["7f2f33"], outcome="negative", nrc=0x33)
    run.end()
    run.start("steer", "线控转向", "Steer by wire", "W", group="driving", action="by_wire.steer")
    run.bundle.emit(
        FramesSent(step="steer", bus="chassis", message="GW_SteerCmd", period=0.02,
                   values={"GW_SteerModeRequest": "by_wire", "GW_SteerAngle": 12.5},
                   data="0150140000001f3c")
    )  # fmt: skip
    run.now += 2.0
    run.bundle.emit(FramesSent(step="steer", bus="chassis", message="GW_SteerCmd", period=0.0))
    angle = run.signal("steering_angle", 12.1, "deg", uncertainty=0.05,
                       frame="chassis 0A1#00189F000000C7A4")  # fmt: skip
    run.judge(angle, Range("deg", 11.5, 13.5))
    run.end()
    run.start("dead", "读取电池编码", "Read the battery code", group="driving",
              action="vehicle.record")  # fmt: skip
    run.end(Verdict.ERROR, "bms: 22 20 15 (read data by identifier): asked for patience 20 times "
            "(NRC 78) and never answered", headline=Text("设备无应答", "No reply"))  # fmt: skip


def _ending(run: VehicleRun, *, read_only: bool) -> None:
    bundle = run.bundle
    if not read_only:
        run.exchange("bcm", "1001", ["5001003201f4"])
        run.exchange("bcm", "", ["6f290100"], outcome="stray", seconds=0.0)
    final = worst(run.verdicts.values())
    bundle.emit(ProcedureEnded(procedure=PROCEDURE, ending=Ending.COMPLETED, verdict=final,
                               counts={}, coverage=0.9))  # fmt: skip
    for name, received, mean, peak in (
        ("powertrain", 21480, 0.2131, 0.2544), ("chassis", 18631, 0.1702, 0.1811),
        ("body", 5760, 0.0611, 0.0702), ("adas", 16964, 0.1690, 0.1755),
    ):  # fmt: skip
        sent = 0 if read_only else 143 if name == "powertrain" else 101 if name == "chassis" else 0
        bundle.emit(
            BusClosed(
                role="vehicle", bus=name, received=received, sent=sent,
                refused=2 if read_only and name == "powertrain" else 0,
                error_frames=3 if name == "chassis" else 0,
                unknown_ids={"5A1": 40, "18FF3377x": 12} if name == "body" else {},
                load_mean=mean, load_peak=peak,
                lost="the adapter is gone: the other end has closed the connection"
                if name == "adas" else "",
            )
        )  # fmt: skip
    how = "nothing was sent" if read_only else (
        "cyclic transmission ended, control returned to the units"
    )  # fmt: skip
    bundle.emit(SafeState(role="vehicle", safe=True, how=how))
    bundle.emit(
        RunEnded(ending=Ending.COMPLETED, verdict=final,
                 exit_code=exit_code(Ending.COMPLETED, run.verdicts.values()), safe=True)
    )  # fmt: skip


if __name__ == "__main__":
    root = Path(sys.argv[1])
    write_vehicle(root / "vehicle")
    write_vehicle(root / "read-only", read_only=True)
    write_vehicle(root / "joint", pile=True)
