"""What goes wrong at an outlet with several piles: addresses, line, records, the site."""

from dataclasses import replace
from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, defect
from simulators.faults.metering import old_prices
from simulators.pile.clockwork import DAY
from simulators.pile.session_log import SessionRecord
from simulators.rig import Rig


def _clock(rig: Rig) -> Any:
    return rig.pile.clock


def _pile(rig: Rig) -> Any:
    return rig.pile


def _sessions(rig: Rig) -> Any:
    return rig.pile.sessions


def _one_lost(rig: Rig) -> list[SessionRecord]:
    records = rig.pile.sessions.records
    return [*records[:1], *records[2:]]


def _by_fault(rig: Rig) -> list[SessionRecord]:
    records = rig.pile.sessions.records
    return [*records[:-2], *(replace(record, reason="fault") for record in records[-2:])]


def _seen(name: str, subject: str, note: str, title: Text, detail: Text) -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance[subject] = note

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return Fault(name=name, title=title, detail=detail, kind="physics", on=show, off=mend)


ON_THE_LINE = (
    Fault(
        name="bus-line-open",
        title=Text("485 总线断开", "RS-485 line open"),
        detail=Text(
            "网关处总线断开，整条线上的桩都不应答，但都有电。",
            "The line is open at the gateway: none of its piles answers, all have power.",
        ),
        kind="wiring",
        defects=(defect(lambda rig: rig.line, "broken", True),),
    ),
    Fault(
        name="foreign-device",
        title=Text("线上有台账外设备", "A device that the ledger does not know"),
        detail=Text("有人在总线上接了一只电能表。", "Somebody has connected a meter to the line."),
        kind="wiring",
        defects=(defect(lambda rig: rig, "stranger", True),),
    ),
)

IN_THE_DATA = (
    Fault(
        name="clock-stopped",
        title=Text("时钟停走", "Clock stopped"),
        detail=Text("时钟晶振停振，时间不再前进。", "The oscillator of the clock has stopped."),
        kind="physics",
        defects=(defect(_clock, "drift", -1.0),),
    ),
    Fault(
        name="clock-write-ignored",
        title=Text("时钟走偏且校时无效", "Clock drifted and cannot be set"),
        detail=Text(
            "快约 7 min，校时命令被应答但不生效。",
            "About 7 minutes ahead; setting it is acknowledged and has no effect.",
        ),
        kind="data",
        defects=(
            defect(_clock, "drift", 60e-6),
            defect(_clock, "unset_for", 80 * DAY),
            defect(_clock, "settable", False),
        ),
    ),
    Fault(
        name="tariff-write-ignored",
        title=Text("费率错误且写入无效", "Wrong tariff that cannot be written"),
        detail=Text(
            "仍是上一版费率，写入被应答但不保存。",
            "The tariff before the current one; writing is acknowledged and forgotten.",
        ),
        kind="data",
        defects=(
            Defect(_pile, "tariff", old_prices),
            defect(_pile, "tariff_writable", False),
        ),
    ),
    Fault(
        name="session-record-lost",
        title=Text("充电记录缺失", "Session record lost"),
        detail=Text(
            "当日有一条充电记录丢失，计数器仍有。",
            "One record of the day is gone; the counters still know of it.",
        ),
        kind="data",
        defects=(Defect(_sessions, "records", _one_lost),),
    ),
    Fault(
        name="sessions-ended-by-fault",
        title=Text("会话屡因故障结束", "Sessions ended by a fault"),
        detail=Text(
            "当日最后两次充电因故障结束。", "The last two sessions of the day ended by a fault."
        ),
        kind="physics",
        defects=(Defect(_sessions, "records", _by_fault),),
    ),
    Fault(
        name="take-out-ignored",
        title=Text("停用命令无效", "Cannot be disabled"),
        detail=Text(
            "屡次因故障结束充电，停用命令被应答但不生效。",
            "Its sessions end by a fault, and disabling it has no effect.",
        ),
        kind="data",
        defects=(
            Defect(_sessions, "records", _by_fault),
            defect(_pile, "enable_works", False),
        ),
    ),
)

ON_SITE = (
    _seen(
        "extinguisher-expired",
        "fire-extinguisher",
        "the fire extinguisher is past its date",
        Text("灭火器过期", "Extinguisher out of date"),
        Text("灭火器已过有效期。", "The fire extinguisher is past its date."),
    ),
    _seen(
        "site-dark",
        "lighting-and-video",
        "two lamps of the site are out",
        Text("场地照明损坏", "Site lighting broken"),
        Text("两盏灯不亮，摄像头画面发黑。", "Two lamps are out and the camera sees nothing."),
    ),
    _seen(
        "bay-blocked",
        "bays-and-drainage",
        "a bay is blocked by goods, water stands in front of it",
        Text("车位被占、积水", "Bay blocked, standing water"),
        Text("一个车位堆放货物，门前积水。", "Goods block a bay and water stands in front of it."),
    ),
    _seen(
        "marks-worn",
        "signs-and-marks",
        "the bay marking is worn, the service phone is not legible",
        Text("标线和标识不清", "Marks and signs illegible"),
        Text("车位标线磨损，服务电话看不清。", "The marking is worn, the phone number illegible."),
    ),
)

FAULTS = (*ON_THE_LINE, *IN_THE_DATA, *ON_SITE)
